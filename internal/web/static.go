package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
	"sync"

	"github.com/andybalholm/brotli"
	"github.com/labstack/echo/v4"
)

// Assets are static files in memory, compressed once, when first asked for. Each
// answers at two paths: the plain one, which a browser asks for anew with an ETag, and
// the one with a hash of its content, which it may keep for ever.
type Assets struct {
	prefix string
	byPath map[string]*asset // by plain and by hashed name, without prefix
	hashed map[string]string // plain name to hashed name
}

type asset struct {
	kind      string
	etag      string
	plain     []byte
	gzip      func() []byte // nil if not smaller
	brotli    func() []byte
	immutable bool
}

// NewAssets reads every file of fsys to be served under prefix, such as
// "/static/".
func NewAssets(fsys fs.FS, prefix string) (*Assets, error) {
	a := &Assets{prefix: prefix, byPath: map[string]*asset{}, hashed: map[string]string{}}
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasPrefix(path.Base(name), ".") {
			return err
		}
		b, err := fs.ReadFile(fsys, name)
		if err != nil {
			return err
		}
		f := newAsset(name, b)
		ext := path.Ext(name)
		hashed := strings.TrimSuffix(name, ext) + "." + f.etag + ext
		kept := *f
		kept.immutable = true
		a.byPath[name], a.byPath[hashed], a.hashed[name] = f, &kept, hashed
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read static files: %w", err)
	}
	return a, nil
}

// kinds are the types that a system's own table may lack or get wrong.
var kinds = map[string]string{
	".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".html": "text/html; charset=utf-8",
	".json": "application/json", ".webmanifest": "application/manifest+json",
	".svg": "image/svg+xml", ".png": "image/png", ".woff2": "font/woff2", ".wasm": "application/wasm",
}

func newAsset(name string, b []byte) *asset {
	sum := sha256.Sum256(b)
	f := &asset{plain: b, etag: hex.EncodeToString(sum[:8]), kind: kinds[path.Ext(name)]}
	if f.kind == "" {
		f.kind = mime.TypeByExtension(path.Ext(name))
	}
	if f.kind == "" {
		f.kind = "application/octet-stream"
	}
	f.gzip = sync.OnceValue(func() []byte {
		var packed bytes.Buffer
		// The level is a known one, and writing to a buffer can not fail.
		w, _ := gzip.NewWriterLevel(&packed, gzip.BestCompression)
		_, _ = w.Write(b)
		_ = w.Close()
		return smaller(packed.Bytes(), b)
	})
	f.brotli = sync.OnceValue(func() []byte {
		var packed bytes.Buffer
		w := brotli.NewWriterLevel(&packed, brotli.BestCompression)
		_, _ = w.Write(b)
		_ = w.Close()
		return smaller(packed.Bytes(), b)
	})
	return f
}

// smaller returns what was packed, or nil where packing gains nothing.
func smaller(packed, plain []byte) []byte {
	if len(packed) < len(plain) {
		return packed
	}
	return nil
}

// Path returns where a file is to be asked for: prefix and hashed name. It
// panics on a file that is not there.
func (a *Assets) Path(name string) string {
	hashed, ok := a.hashed[name]
	if !ok {
		panic("web: no static file " + name)
	}
	return a.prefix + hashed
}

// Routes serves the files under the prefix.
func (a *Assets) Routes(e *echo.Echo) {
	e.GET(a.prefix+"*", func(c echo.Context) error { return a.Serve(c, c.Param("*")) })
	e.HEAD(a.prefix+"*", func(c echo.Context) error { return a.Serve(c, c.Param("*")) })
}

// Serve answers with one file, by plain or hashed name.
func (a *Assets) Serve(c echo.Context, name string) error {
	f, ok := a.byPath[name]
	if !ok {
		return echo.ErrNotFound
	}
	h := c.Response().Header()
	h.Set(echo.HeaderContentType, f.kind)
	h.Add("Vary", "Accept-Encoding")
	if f.immutable {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	} else {
		h.Set("Cache-Control", "no-cache")
	}
	body, etag := f.plain, f.etag
	switch accepted := c.Request().Header.Get("Accept-Encoding"); {
	case accepts(accepted, "br") && f.brotli() != nil:
		body, etag = f.brotli(), f.etag+"-br"
		h.Set("Content-Encoding", "br")
	case accepts(accepted, "gzip") && f.gzip() != nil:
		body, etag = f.gzip(), f.etag+"-gz"
		h.Set("Content-Encoding", "gzip")
	}
	etag = `"` + etag + `"`
	h.Set("ETag", etag)
	if c.Request().Header.Get("If-None-Match") == etag {
		h.Del("Content-Encoding")
		return c.NoContent(http.StatusNotModified)
	}
	return c.Blob(http.StatusOK, f.kind, body)
}

// accepts says whether an Accept-Encoding header takes a coding. A browser
// lists what it takes; the rare one with a quality of zero is honoured too.
func accepts(header, coding string) bool {
	for part := range strings.SplitSeq(header, ",") {
		name, params, _ := strings.Cut(strings.TrimSpace(part), ";")
		if name != coding {
			continue
		}
		q := strings.ReplaceAll(params, " ", "")
		return q != "q=0" && q != "q=0.0" && q != "q=0.00" && q != "q=0.000"
	}
	return false
}

package pupil

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io/fs"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"
)

// worker is the service worker without what it serves.
type worker struct {
	script []byte
	page   []byte
	files  map[string]string // path to the hash that its content must have
}

// served is what the worker is given. The hashes keep it from ever mixing two
// versions; the page is in the script itself, headers and all, so a new page
// is a new worker.
type served struct {
	Version string            `json:"version"`
	Page    servedPage        `json:"page"`
	Files   map[string]string `json:"files"`
}

type servedPage struct {
	Body    string            `json:"body"`
	Headers map[string]string `json:"headers"`
}

func newWorker(dist, bundle fs.FS, page []byte) (*worker, error) {
	script, err := fs.ReadFile(dist, "worker.js")
	if err != nil {
		return nil, fmt.Errorf("read the service worker: %w", err)
	}
	w := &worker{script, page, map[string]string{}}
	err = fs.WalkDir(bundle, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasPrefix(name, "board-") || strings.HasPrefix(name, "practice-") { // those are not of the page
			return err
		}
		content, err := fs.ReadFile(bundle, name)
		if err != nil {
			return err
		}
		sum := sha256.Sum256(content)
		w.files["/assets/"+name] = "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the tablet app: %w", err)
	}
	return w, nil
}

// with returns the worker that answers for the page with these headers.
func (w *worker) with(headers http.Header) ([]byte, error) {
	s := served{Page: servedPage{string(w.page), map[string]string{}}, Files: w.files}
	for name := range headers {
		s.Page.Headers[name] = headers.Get(name)
	}
	content, err := json.Marshal(s) // sorted, so the same for every tablet
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(append(content, w.script...))
	s.Version = hex.EncodeToString(sum[:8])
	if content, err = json.Marshal(s); err != nil {
		return nil, err
	}
	return fmt.Appendf(nil, "self.folgmed=%s;\n%s", content, w.script), nil
}

// worker answers for /sw.js. A browser asks for it at every visit and takes on
// a new one when a byte of it has changed.
func (a *App) worker(c echo.Context) error {
	script, err := a.sw.with(pageHeaders(c))
	if err != nil {
		return fmt.Errorf("complete the service worker: %w", err)
	}
	return c.Blob(http.StatusOK, "text/javascript; charset=utf-8", script)
}

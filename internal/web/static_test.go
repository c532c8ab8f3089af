package web_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/andybalholm/brotli"

	"github.com/folgmed/folgmed/internal/web"
)

func TestAssets(t *testing.T) {
	text := strings.Repeat("body { color: teal }\n", 100)
	assets, err := web.NewAssets(fstest.MapFS{
		"a/app.js": file("export {};\n" + text), "style.css": file(text), "tiny.svg": file("<svg/>"), ".gitkeep": file("x"),
	}, "/s/")
	if err != nil {
		t.Fatal(err)
	}
	e := web.New(web.Options{})
	assets.Routes(e)

	hashed := assets.Path("style.css")
	if !regexp.MustCompile(`^/s/style\.[0-9a-f]{16}\.css$`).MatchString(hashed) {
		t.Errorf("path %q", hashed)
	}
	for _, tt := range []struct{ accept, coding string }{
		{"", ""}, {"gzip", "gzip"}, {"gzip, deflate, br", "br"}, {"br;q=0, gzip", "gzip"}, {"bro", ""}, {"br;q=0.5", "br"},
	} {
		w := send(e, http.MethodGet, hashed, "", "Accept-Encoding", tt.accept)
		if got := w.Header().Get("Content-Encoding"); got != tt.coding {
			t.Errorf("accepting %q: coding %q, want %q", tt.accept, got, tt.coding)
		}
		var body io.Reader = bytes.NewReader(w.Body.Bytes())
		switch tt.coding {
		case "gzip":
			if body, err = gzip.NewReader(body); err != nil {
				t.Fatal(err)
			}
		case "br":
			body = brotli.NewReader(body)
		}
		if got, err := io.ReadAll(body); err != nil || string(got) != text {
			t.Errorf("accepting %q: another text, error %v", tt.accept, err)
		}
		if h := w.Header(); !strings.Contains(h.Get("Cache-Control"), "immutable") || h.Get("Content-Type") != "text/css; charset=utf-8" || h.Get("Vary") != "Accept-Encoding" {
			t.Errorf("headers %v", h)
		}
	}

	w := send(e, http.MethodGet, "/s/a/app.js", "")
	if got := w.Header().Get("Cache-Control"); got != "no-cache" {
		t.Errorf("plain name: Cache-Control %q, want no-cache", got)
	}
	if w := send(e, http.MethodGet, "/s/a/app.js", "", "If-None-Match", w.Header().Get("ETag")); w.Code != http.StatusNotModified || w.Body.Len() != 0 {
		t.Errorf("same ETag: status %d with %d bytes, want 304 with none", w.Code, w.Body.Len())
	}
	if w := send(e, http.MethodGet, "/s/a/app.js", "", "If-None-Match", `"other"`); w.Code != http.StatusOK {
		t.Errorf("another ETag: status %d, want 200", w.Code)
	}
	if w := send(e, http.MethodGet, "/s/tiny.svg", "", "Accept-Encoding", "br"); w.Header().Get("Content-Encoding") != "" {
		t.Error("a file that compression makes larger is compressed")
	}
	for _, path := range []string{"/s/.gitkeep", "/s/nothing.css", "/s/", "/s/../web.go", "/s/style.0000000000000000.css"} {
		if w := send(e, http.MethodGet, path, ""); w.Code != http.StatusNotFound {
			t.Errorf("%s: status %d, want 404", path, w.Code)
		}
	}
}

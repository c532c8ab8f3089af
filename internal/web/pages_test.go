package web_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/labstack/echo/v4"

	"github.com/folgmed/folgmed/internal/web"
)

func file(text string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(text)} }

func catalog(t *testing.T) *web.Catalog {
	t.Helper()
	cat, err := web.NewCatalog(fstest.MapFS{
		"l/nb.yaml": file("hi: Hei, %s\ndays.one: '%d dag'\ndays.other: '%d dager'\nlate: Sent\n"),
		"l/nn.yaml": file("hi: Hei, %s\ndays.one: '%d dag'\ndays.other: '%d dagar'\nlate: Seint\n"),
		"l/en.yaml": file("hi: Hello, %s\ndays.one: '%d day'\ndays.other: '%d days'\nlate: Late\n"),
	}, "l")
	if err != nil {
		t.Fatal(err)
	}
	return cat
}

func TestCatalog(t *testing.T) {
	cat := catalog(t)
	for _, tt := range []struct{ got, want string }{
		{cat.Text("nb", "hi", "Kari"), "Hei, Kari"},
		{cat.Text("en", "hi", "Kari"), "Hello, Kari"},
		{cat.Text("de", "late"), "Sent"},
		{cat.Text("nn", "nothing.here"), "nothing.here"},
		{cat.Plural("nn", "days", 1), "1 dag"},
		{cat.Plural("nn", "days", 0), "0 dagar"},
		{cat.Plural("nb", "days", 2), "2 dager"},
		{cat.Plural("nb", "days", 21), "21 dager"},
		{cat.Plural("en", "days", 1), "1 day"},
		{cat.Plural("en", "days", 11), "11 days"},
	} {
		if tt.got != tt.want {
			t.Errorf("got %q, want %q", tt.got, tt.want)
		}
	}
}

func TestCatalogListsEveryFault(t *testing.T) {
	_, err := web.NewCatalog(fstest.MapFS{
		"l/nb.yaml": file("a: A\nb: '%d of %s'\nc: C\n"),
		"l/nn.yaml": file("a: A\nb: '%s av %d'\nc: ''\n"),
		"l/en.yaml": file("a: A\nb: '%s'\nd: D\n"),
	}, "l")
	if err == nil {
		t.Fatal("no error")
	}
	for _, want := range []string{`l/nn.yaml: "c" is missing`, `l/en.yaml: "c" is missing`, `l/en.yaml: "b" has the verbs`, `l/nb.yaml: "d" is missing`, `l/nn.yaml: "d" is missing`} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("error lacks %q:\n%v", want, err)
		}
	}
	if strings.Contains(err.Error(), `nn.yaml: "b"`) {
		t.Errorf("another order of verbs is no fault:\n%v", err)
	}
	if _, err := web.NewCatalog(fstest.MapFS{"l/nb.yaml": file("a: A\na: B\n")}, "l"); err == nil {
		t.Error("a key that stands twice passed")
	}
}

func TestPagesAreCheckedAtStart(t *testing.T) {
	for name, fsys := range map[string]fstest.MapFS{
		"no pages":            {},
		"no main":             {"templates/a.html": file(`{{define "title"}}{{end}}`)},
		"unknown key":         {"templates/a.html": file(`{{define "title"}}{{t "nope"}}{{end}}{{define "main"}}{{end}}`)},
		"unknown nested key":  {"templates/a.html": file(`{{define "title"}}{{end}}{{define "main"}}{{if eq (t "nope") "x"}}{{end}}{{end}}`)},
		"unknown in a branch": {"templates/a.html": file(`{{define "title"}}{{end}}{{define "main"}}{{range .}}{{else}}{{plural "nope" 1}}{{end}}{{end}}`)},
		"unknown in partial":  {"templates/partials/p.html": file(`{{define "p"}}{{t "nope"}}{{end}}`), "templates/a.html": file(`{{define "title"}}{{end}}{{define "main"}}{{template "p"}}{{end}}`)},
		"argument too many":   {"templates/a.html": file(`{{define "title"}}{{t "late" 1}}{{end}}{{define "main"}}{{end}}`)},
		"argument too few":    {"templates/a.html": file(`{{define "title"}}{{t "hi"}}{{end}}{{define "main"}}{{end}}`)},
		"piped too many":      {"templates/a.html": file(`{{define "title"}}{{. | t "hi" 1}}{{end}}{{define "main"}}{{end}}`)},
		"bad template":        {"templates/a.html": file(`{{define "title"}}{{end}}{{define "main"}}{{if}}{{end}}`)},
	} {
		if _, err := web.NewPages(fsys, catalog(t), nil); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

type helloPage struct {
	web.Frame
	Name string
}

func TestRender(t *testing.T) {
	pages, err := web.NewPages(fstest.MapFS{
		"templates/partials/p.html": file(`{{define "greeting"}}<b>{{t "hi" .Name}}</b>{{end}}`),
		"templates/hello.html":      file(`{{define "title"}}{{t "late"}}{{end}}{{define "main"}}{{template "greeting" .}}<i>{{plural "days" 3}}</i>{{end}}`),
		"templates/fails.html":      file(`{{define "title"}}{{end}}{{define "main"}}half{{.Name.Nothing}}{{end}}`),
	}, catalog(t), nil)
	if err != nil {
		t.Fatal(err)
	}
	e := web.New(web.Options{Rehearsal: true})
	e.GET("/hello", func(c echo.Context) error {
		return pages.Render(c, http.StatusOK, "hello", web.Lang(c), helloPage{Name: "<Kari>", Frame: web.Frame{
			Who: "Rektor Li", Nav: []web.NavItem{{Label: "Oversikt", Href: "/staff", Current: true}, {Label: "Mer", Href: "/staff/more"}},
		}})
	})
	e.GET("/bare", func(c echo.Context) error {
		return pages.Render(c, http.StatusOK, "hello", "nn", struct{ Name string }{"Ola"})
	})
	e.GET("/fails", func(c echo.Context) error {
		return pages.Render(c, http.StatusOK, "fails", "nb", struct{ Name string }{"Ola"})
	})
	e.GET("/unknown", func(c echo.Context) error { return pages.Render(c, http.StatusOK, "nope", "nb", nil) })

	w := send(e, http.MethodGet, "/hello?lang=en", "")
	page := document(t, w)
	for selector, want := range map[string]string{
		"title": "Late · Følgmed", "main b": "Hello, <Kari>", "main i": "3 days", "nav [aria-current=page]": "Oversikt",
		".rehearsal": "Rehearsal. Nothing here is real.", ".who-name": "Rektor Li", "form[action='/staff/signout'] button": "Sign out",
	} {
		if got := page.Find(selector).Text(); got != want {
			t.Errorf("%s: %q, want %q", selector, got, want)
		}
	}
	if got := w.Header().Get("Content-Language"); got != "en" {
		t.Errorf("Content-Language %q, want en", got)
	}
	// The policy of New would break a page with anything inline.
	if n := page.Find("style, [style], script:not([src]), [onclick]").Length(); n != 0 {
		t.Errorf("%d inline styles or scripts", n)
	}
	page.Find("link[href]").Each(func(_ int, l *goquery.Selection) {
		if w := send(e, http.MethodGet, l.AttrOr("href", ""), ""); w.Code != http.StatusOK {
			t.Errorf("%s: status %d", l.AttrOr("href", ""), w.Code)
		}
	})

	page = document(t, send(e, http.MethodGet, "/bare", ""))
	if page.Find("nav, .who").Length() != 0 || page.Find("html").AttrOr("lang", "") != "nn" {
		t.Error("a page without a Frame has navigation, or another language than it was given")
	}
	for _, target := range []string{"/fails", "/unknown"} {
		if w := send(e, http.MethodGet, target, ""); w.Code != http.StatusInternalServerError || strings.Contains(w.Body.String(), "half") {
			t.Errorf("%s: status %d and %q, want a clean 500", target, w.Code, w.Body)
		}
	}
}

func document(t *testing.T, w *httptest.ResponseRecorder) *goquery.Document {
	t.Helper()
	page, err := goquery.NewDocumentFromReader(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	return page
}

func TestLang(t *testing.T) {
	for _, tt := range []struct{ set, query, header, want string }{
		{"", "", "", "nb"},
		{"", "", "nn-NO,nn;q=0.9,no;q=0.8", "nn"},
		{"", "", "nb-NO,nb;q=0.9,en;q=0.5", "nb"},
		{"", "", "no,en;q=0.5", "nb"},
		{"", "", "en-GB,en", "en"},
		{"", "", "de,fr", "nb"},
		{"", "", ";;;", "nb"},
		{"", "en", "nn", "en"},
		{"", "xx", "nn", "nn"},
		{"nn", "en", "en", "nn"},
	} {
		r := httptest.NewRequest(http.MethodGet, "/?lang="+tt.query, nil)
		r.Header.Set("Accept-Language", tt.header)
		c := echo.New().NewContext(r, httptest.NewRecorder())
		if tt.set != "" {
			web.SetLang(c, tt.set)
		}
		if got := web.Lang(c); got != tt.want {
			t.Errorf("set %q, query %q, header %q: %q, want %q", tt.set, tt.query, tt.header, got, tt.want)
		}
	}
}

func TestDates(t *testing.T) {
	// Just before midnight in Greenwich it is the next day in Oslo.
	at := time.Date(2026, 6, 30, 22, 5, 0, 0, time.UTC)
	for _, tt := range []struct{ got, want string }{
		{web.Date("nb", at), "1. juli 2026"},
		{web.Date("nn", at), "1. juli 2026"},
		{web.Date("en", at), "1 July 2026"},
		{web.DateTime("nb", at), "1. juli 2026 kl. 00.05"},
		{web.DateTime("en", at), "1 July 2026 at 00:05"},
		{web.Date("nb", time.Date(2026, 12, 24, 12, 0, 0, 0, time.UTC)), "24. desember 2026"},
	} {
		if tt.got != tt.want {
			t.Errorf("got %q, want %q", tt.got, tt.want)
		}
	}
}

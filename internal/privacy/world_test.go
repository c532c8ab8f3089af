package privacy_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/labstack/echo/v4"

	"github.com/folgmed/folgmed/internal/privacy"
	"github.com/folgmed/folgmed/internal/roster"
	"github.com/folgmed/folgmed/internal/web"
	"github.com/folgmed/folgmed/surveys"
)

// keys are of two school years.
var keys = []privacy.Key{{From: 2025, Fingerprint: "FEDCBA9876543210"}, {From: 2026, Fingerprint: "0123456789ABCDEF"}}

// hashes are of two files, as sha256sum prints them of "page" and "style"
// without a newline.
var hashes = map[string]string{
	"index.html":     "3660315a9af3df255d8f19ab077e4797822b41488a0e2a04bc6af71213c23274",
	"assets/app.css": "cb86eb2d914d37df6857c3cfe4827b5f770b01a86578120618b0b21572160be8",
}

var fjordvik = roster.Owner{
	Org: "100000001", Name: "Fjordvik kommune",
	HelpLines: []roster.HelpLine{{Name: "Alarmtelefonen for barn og unge", Number: "116 111", URL: "https://www.116111.no"}},
}

var (
	granlia = privacy.School{Owner: fjordvik, Weeks: 2, School: roster.School{
		Org: "200000001", Name: "Granlia ungdomsskole", Written: "nb",
		Adults: []roster.Adult{{Name: "Mona", Role: "helsesykepleier"}, {Name: "Yusuf", Role: "miljøterapeut"}, {Name: "Ingrid", Role: "rektor"}},
	}}
	solvik = privacy.School{Owner: fjordvik, Weeks: 2, School: roster.School{Org: "200000002", Name: "Solvik ungdomsskule", Written: "nn"}}
)

var errSignedOut = errors.New("nobody is signed in")

// site is the pages with a reader who is signed in, or nobody.
type site struct {
	echo   *echo.Echo
	reader *privacy.Reader
}

func newSite(t *testing.T) *site {
	t.Helper()
	set, err := surveys.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	s := &site{echo: web.New(web.Options{})}
	p, err := privacy.New(privacy.Options{
		Surveys: set, Version: "v1.2.3", Files: hashes,
		Keys:      func() []privacy.Key { return keys },
		PublicURL: func() string { return "https://folgmed.example" },
		Reader: func(echo.Context) (*privacy.Reader, error) {
			if s.reader == nil {
				return nil, web.Fail("signed_out", errSignedOut)
			}
			return s.reader, nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	p.Assets(s.echo)
	p.Routes(s.echo)
	p.StaffRoutes(s.echo, func(next echo.HandlerFunc) echo.HandlerFunc { return next })
	return s
}

// get asks for a page as a browser that speaks lang.
func (s *site) get(t *testing.T, path, lang string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, path, nil)
	if lang != "" {
		r.Header.Set("Accept-Language", lang)
	}
	w := httptest.NewRecorder()
	s.echo.ServeHTTP(w, r)
	return w
}

// page is a page that must be there.
func (s *site) page(t *testing.T, path, lang string) *goquery.Document {
	t.Helper()
	w := s.get(t, path, lang)
	if w.Code != http.StatusOK {
		t.Fatalf("%s: status %d\n%s", path, w.Code, w.Body)
	}
	doc, err := goquery.NewDocumentFromReader(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// text is what a reader reads of a selection, with single blanks.
func text(s *goquery.Selection) string { return strings.Join(strings.Fields(s.Text()), " ") }

var public = []string{privacy.Path, privacy.Path + "/brev", privacy.Path + "/elever"}

// staffOnly are the pages that hold a school's names.
var staffOnly = []string{privacy.StaffPath, privacy.StaffPath + "/brev", privacy.StaffPath + "/elever"}

// everyPage visits each page in each language.
func everyPage(t *testing.T, visit func(t *testing.T, path, lang string, doc *goquery.Document)) {
	t.Helper()
	s := newSite(t)
	for _, path := range append(append([]string{}, public...), staffOnly...) {
		for _, lang := range web.Languages {
			s.reader = &privacy.Reader{Name: "Ingrid", Lang: lang, Schools: []privacy.School{solvik, granlia}}
			t.Run(path+"/"+lang, func(t *testing.T) {
				visit(t, path, lang, s.page(t, path+"?school="+granlia.Org+"&lang="+lang, ""))
			})
		}
	}
}

// Package privacy says in public and in plain words what Følgmed asks, what it
// keeps and for how long, who sees what, and what it can not promise. It also
// makes what a school hands on: a letter to guardians and slides for pupils.
//
// It must not know an answer, a code or who is reading: no page here needs a
// cookie or a script.
package privacy

import (
	"embed"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"net/url"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware"

	"github.com/folgmed/folgmed/internal/roster"
	"github.com/folgmed/folgmed/internal/web"
	"github.com/folgmed/folgmed/surveys"
)

// Where the pages stand. Those of the staff hold the school's own names.
const (
	Path      = "/personvern"
	StaffPath = "/staff/personvern"

	letter = "/brev"
	slides = "/elever"

	keysPath = "/keys.json" // where the keys themselves stand
)

// Options are what the pages tell of an installation.
type Options struct {
	Surveys   surveys.Set
	Version   string                                // of the program
	Keys      func() []Key                          // of each school year, oldest first; for the public pages
	Files     map[string]string                     // of the tablet app: name to SHA-256 in hex
	Rehearsal bool                                  // the page of the tablet says so, and is another
	PublicURL func() string                         // where parents reach the installation
	Reader    func(c echo.Context) (*Reader, error) // who is signed in; its errors carry their own outcome
}

// Key is the fingerprint of the public keys of a school year, as it stands on
// the slips of that year.
type Key struct {
	From        int // calendar year in which the school year begins
	Fingerprint string
}

// Reader is a member of staff, and the schools whose letter may be printed.
type Reader struct {
	Name    string
	Lang    string // empty: the school's written standard
	Nav     []web.NavItem
	Today   bool // is here for the day
	Schools []School
}

// School is a school with its owner.
type School struct {
	roster.School
	Owner roster.Owner
	Weeks int // between surveys, this school year
}

// Privacy is the pages.
type Privacy struct {
	Options
	cat    *web.Catalog
	pages  *web.Pages
	assets *web.Assets
}

//go:embed templates static locale
var files embed.FS

// New returns the pages, or what is wrong with a template or catalog.
func New(o Options) (*Privacy, error) {
	p := &Privacy{Options: o}
	static, err := fs.Sub(files, "static")
	if err != nil {
		return nil, fmt.Errorf("open privacy files: %w", err)
	}
	if p.assets, err = web.NewAssets(static, Path+"/static/"); err != nil {
		return nil, fmt.Errorf("privacy: %w", err)
	}
	if p.cat, err = web.NewCatalog(files, "locale"); err != nil {
		return nil, fmt.Errorf("privacy: %w", err)
	}
	if p.pages, err = web.NewPages(files, p.cat, template.FuncMap{"own": p.assets.Path, "lines": lines}); err != nil {
		return nil, fmt.Errorf("privacy: %w", err)
	}
	if err := checkStored(p.cat); err != nil {
		return nil, fmt.Errorf("privacy: %w", err)
	}
	return p, nil
}

// Assets adds the styles of all pages.
func (p *Privacy) Assets(e *echo.Echo) { p.assets.Routes(e) }

// Routes adds the public pages. They hold no secret, so compressing them tells
// none.
func (p *Privacy) Routes(e *echo.Echo) {
	small := middleware.Gzip()
	e.GET(Path, p.statement, small)
	e.GET(Path+letter, p.letter, small)
	e.GET(Path+slides, p.slides, small)
}

// StaffRoutes adds the pages with a school's names, for who passes require.
func (p *Privacy) StaffRoutes(e *echo.Echo, require echo.MiddlewareFunc) {
	e.GET(StaffPath, p.materials, require)
	e.GET(StaffPath+letter, p.schoolLetter, require)
	e.GET(StaffPath+slides, p.schoolSlides, require)
}

// words are the catalog in one language.
type words struct {
	cat  *web.Catalog
	lang string
}

func (w words) t(key string, args ...any) string { return w.cat.Text(w.lang, key, args...) }

// lines splits a text of several lines.
func lines(text string) []string {
	return strings.Split(strings.TrimRight(text, "\n"), "\n")
}

// languageNames are written in the languages themselves.
var languageNames = map[string]string{"nb": "Bokmål", "nn": "Nynorsk", "en": "English"}

// language is a link to the same page in another language.
type language struct {
	Lang, Name, Href string
	Current          bool
}

// languages lead to a page in each language.
func languages(path, current string, query url.Values) []language {
	all := make([]language, 0, len(web.Languages))
	for _, lang := range web.Languages {
		q := url.Values{"lang": {lang}}
		for name, values := range query {
			q[name] = values
		}
		all = append(all, language{lang, languageNames[lang], path + "?" + q.Encode(), lang == current})
	}
	return all
}

var errNoSchool = errors.New("not one of the reader's schools")

// school is the one that a signed-in reader asks for, or the reader's first by
// name, and the language to write to its families in: the one asked for, or the
// school's written standard.
func (p *Privacy) school(c echo.Context) (reader *Reader, school School, lang string, err error) {
	if reader, err = p.Reader(c); err != nil {
		return nil, School{}, "", err
	}
	slices.SortFunc(reader.Schools, func(a, b School) int {
		return strings.Compare(a.Name+"\x00"+a.Org, b.Name+"\x00"+b.Org)
	})
	org := c.QueryParam("school")
	i := slices.IndexFunc(reader.Schools, func(s School) bool { return org == "" || s.Org == org })
	if i < 0 {
		return nil, School{}, "", web.Fail("not_found", errNoSchool)
	}
	school = reader.Schools[i]
	for _, lang := range []string{c.QueryParam("lang"), school.Written} {
		if slices.Contains(web.Languages, lang) {
			return reader, school, lang, nil
		}
	}
	return reader, school, web.Languages[0], nil
}

// frame stands around the pages of a signed-in reader.
func (r *Reader) frame(s School) web.Frame {
	return web.Frame{Who: r.Name, Place: s.Name, Home: "/staff", Nav: r.Nav, Today: r.Today}
}

// about is what a letter or a set of slides says of the school it is from; of
// no school in public.
type about struct {
	School    string // empty: "the school"
	Owner     string
	Weeks     int // between waves; 0 where it is not known
	Adults    []roster.Adult
	HelpLines []roster.HelpLine
	Address   string // where to read more
}

func (p *Privacy) about(s *School) about {
	a := about{Address: strings.TrimPrefix(strings.TrimPrefix(p.PublicURL(), "https://"), "http://") + Path}
	if s != nil {
		a.School, a.Owner, a.Weeks = s.Name, s.Owner.Name, s.Weeks
		a.Adults, a.HelpLines = s.Adults, s.Owner.HelpLines
	}
	return a
}

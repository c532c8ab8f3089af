// Package logbook shows each member of staff what is logged about that person,
// and about nobody else.
package logbook

import (
	"cmp"
	"context"
	"embed"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/folgmed/folgmed/internal/access"
	"github.com/folgmed/folgmed/internal/audit"
	"github.com/folgmed/folgmed/internal/desk"
	"github.com/folgmed/folgmed/internal/disclosure"
	"github.com/folgmed/folgmed/internal/duty"
	"github.com/folgmed/folgmed/internal/roster"
	"github.com/folgmed/folgmed/internal/web"
)

// Store is what the page reads.
type Store interface {
	Roster(ctx context.Context) (roster.Roster, error)
	AuditOf(ctx context.Context, person string) ([]audit.Entry, error)
	DutyEvents(ctx context.Context, school string) ([]duty.Event, error)
}

// Access knows who works here, and what others decided about a person.
// *access.Service is one.
type Access interface {
	People(ctx context.Context) ([]access.Person, error)
	DecidedAbout(ctx context.Context, person string) ([]access.Decision, error)
}

// Page is the page.
type Page struct {
	store  Store
	access Access
	cat    *web.Catalog
	pages  *web.Pages
}

//go:embed templates locale
var files embed.FS

// New returns the page, or what is wrong with its template or catalog.
func New(store Store, people Access) (*Page, error) {
	p := &Page{store: store, access: people}
	var err error
	if p.cat, err = web.NewCatalog(files, "locale"); err != nil {
		return nil, fmt.Errorf("logbook: %w", err)
	}
	if p.pages, err = web.NewPages(files, p.cat, nil); err != nil {
		return nil, fmt.Errorf("logbook: %w", err)
	}
	return p, nil
}

// Path is where the page stands.
const Path = "/staff/log"

// Routes adds the page. It takes no name of a person: it is of who asks.
func (p *Page) Routes(e *echo.Echo, require echo.MiddlewareFunc) { e.GET(Path, p.show, require) }

// most is how many lines are shown at a time, but for those of the moment of the
// last.
const most = 200

// pageData is what templates/log.html shows.
type pageData struct {
	web.Frame
	Days  []day
	Older string // the address of the lines before these, or empty
	Newer bool   // these are not the latest
}

// day is what was logged on one.
type day struct {
	On    string
	Lines []line
}

type line struct {
	at                 time.Time
	Clock, What, Where string
}

func (p *Page) show(c echo.Context) error {
	ctx := c.Request().Context()
	person, err := desk.Person(c, access.SeeOwnLog)
	if err != nil {
		return err
	}
	all, err := p.store.Roster(ctx)
	if err != nil {
		return fmt.Errorf("read roster: %w", err)
	}
	v := desk.Own(c, all, person)
	lines, err := p.lines(ctx, v)
	if err != nil {
		return err
	}
	page := pageData{Frame: v.Frame("")}
	if before, err := time.Parse(time.RFC3339Nano, c.QueryParam("before")); err == nil {
		page.Newer = true
		lines = slices.DeleteFunc(lines, func(l line) bool { return !l.at.Before(before) })
	}
	if n := pageEnd(lines); n < len(lines) {
		lines = lines[:n]
		page.Older = Path + "?before=" + lines[n-1].at.Format(time.RFC3339Nano)
	}
	for _, l := range lines {
		on := web.Date(v.Lang, l.at)
		if n := len(page.Days); n == 0 || page.Days[n-1].On != on {
			page.Days = append(page.Days, day{On: on})
		}
		last := &page.Days[len(page.Days)-1]
		last.Lines = append(last.Lines, l)
	}
	return p.pages.Render(c, http.StatusOK, "log", v.Lang, page)
}

// pageEnd is how many lines stand on a page: no moment is cut in two, so the
// time of the last line tells where the next page begins.
func pageEnd(lines []line) int {
	n := min(most, len(lines))
	for n < len(lines) && lines[n].at.Equal(lines[n-1].at) {
		n++
	}
	return n
}

// lines are what is logged about who asks, and what others decided, newest
// first.
func (p *Page) lines(ctx context.Context, v *desk.Visit) ([]line, error) {
	entries, err := p.store.AuditOf(ctx, v.Person.ID)
	if err != nil {
		return nil, fmt.Errorf("read what is logged: %w", err)
	}
	decisions, err := p.access.DecidedAbout(ctx, v.Person.ID)
	if err != nil {
		return nil, err
	}
	people, err := p.access.People(ctx)
	if err != nil {
		return nil, err
	}
	name := func(id string) string {
		i := slices.IndexFunc(people, func(p access.Person) bool { return p.ID == id })
		switch {
		case i >= 0:
			return people[i].Name
		case id == access.Operator:
			return p.cat.Text(v.Lang, "who.operator")
		default:
			return p.cat.Text(v.Lang, "who.gone")
		}
	}
	hidden, err := p.aboutAdults(ctx, v, entries)
	if err != nil {
		return nil, err
	}
	var all []line
	for _, e := range entries {
		if hidden[e.About] {
			continue
		}
		l := line{at: e.At, What: p.what(v.Lang, e, name)}
		if school, ok := v.Owner.School(e.School); ok && len(v.Schools) > 1 {
			l.Where = school.Name
		}
		all = append(all, l)
	}
	for _, d := range decisions {
		all = append(all, line{at: d.At, What: p.cat.Text(v.Lang, "decided."+string(d.What), name(d.By))})
	}
	// Lines of one moment stand by their words: how the store happened to have
	// them would be a difference between two pages that say the same.
	slices.SortFunc(all, func(a, b line) int { return cmp.Or(b.at.Compare(a.at), cmp.Compare(a.What, b.What)) })
	for i := range all {
		all[i].Clock = web.Clock(v.Lang, all[i].at)
	}
	return all, nil
}

// what says an entry in words.
func (p *Page) what(lang string, e audit.Entry, name func(string) string) string {
	key := "act." + e.Action
	switch {
	case !p.cat.Has(key):
		return p.cat.Text(lang, "act.written")
	case ofPerson[e.Action]:
		return p.cat.Text(lang, key, name(e.About))
	case ofClass[e.Action]:
		return p.cat.Text(lang, key, e.About)
	default:
		return p.cat.Text(lang, key)
	}
}

// ofPerson and ofClass are the actions whose words name what they are about.
var (
	ofPerson = map[string]bool{
		"person_added": true, "person_changed": true, "person_removed": true, "deputy_named": true, "deputy_ended": true, "link_made": true,
	}
	ofClass = map[string]bool{
		"read_session": true, "opened_session": true, "added_place": true, "closed_session": true, "reopened_session": true,
		"printed_slips": true, "pin_made": true, "read_class": true, "read_talk": true, "read_share": true, "shared": true, "withdrawn": true,
	}
)

// aboutAdults are the prompts of what pupils say of adults, which who may not see
// them may not find in a list either: a deputy who is one no longer.
func (p *Page) aboutAdults(ctx context.Context, v *desk.Visit, entries []audit.Entry) (map[string]bool, error) {
	hidden := make(map[string]bool)
	if v.Person.May(access.SeeAdult) || v.Person.May(access.SeeOwner) {
		return hidden, nil
	}
	read := make(map[string]bool)
	for _, e := range entries {
		if e.School == "" || read[e.School] {
			continue
		}
		read[e.School] = true
		events, err := p.store.DutyEvents(ctx, e.School)
		if err != nil {
			return nil, fmt.Errorf("read duty events of school %s: %w", e.School, err)
		}
		for _, one := range duty.Prompts(events) {
			if one.Kind == disclosure.KindAdult {
				hidden[one.ID] = true
			}
		}
	}
	return hidden, nil
}

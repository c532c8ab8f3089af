package notify

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/folgmed/folgmed/internal/access"
	"github.com/folgmed/folgmed/internal/audit"
	"github.com/folgmed/folgmed/internal/desk"
	"github.com/folgmed/folgmed/internal/roster"
	"github.com/folgmed/folgmed/internal/wave"
	"github.com/folgmed/folgmed/internal/web"
)

// PageStore is what the page and the calendars read, and the record of acts.
type PageStore interface {
	Store
	AppendAudit(ctx context.Context, e audit.Entry) error
}

// Calendars keeps who reads which calendar. *access.Service is one.
type Calendars interface {
	People
	NewCalendar(ctx context.Context, person string) (secret string, err error)
	EndCalendar(ctx context.Context, person string) error
	HasCalendar(ctx context.Context, person string) (bool, error)
	CalendarOf(ctx context.Context, secret string) (access.Person, bool, error)
}

// PageOptions are what a Page needs.
type PageOptions struct {
	Store     PageStore
	Calendars Calendars
	Public    func() string // what addresses begin with
	Mail      bool          // letters are sent
	Now       func() time.Time
}

// Page is where a person reads how reminders come, and gets the address of a
// calendar of deadlines; and that calendar.
type Page struct {
	PageOptions
	words  *words
	pages  *web.Pages
	record *audit.Recorder
}

// NewPage returns the page, or what is wrong with its template or catalog.
func NewPage(o PageOptions) (*Page, error) {
	w, err := newWords()
	if err != nil {
		return nil, err
	}
	pages, err := web.NewPages(files, w.cat, nil)
	if err != nil {
		return nil, fmt.Errorf("notify: %w", err)
	}
	return &Page{PageOptions: o, words: w, pages: pages, record: audit.New(o.Store, o.Now)}, nil
}

// Path is where the page stands.
const Path = "/staff/reminders"

const calendarPath = "/staff/calendar/"

// Routes adds the page and the calendars. Whoever knows a calendar's secret may
// read it: programs that do can not sign in.
func (p *Page) Routes(e *echo.Echo, require echo.MiddlewareFunc) {
	e.GET(Path, p.show, require)
	e.POST(Path+"/calendar", p.renew, require)
	e.POST(Path+"/calendar/end", p.end, require)
	e.GET(calendarPath+":secret", p.calendar)
}

// pageData is what templates/reminders.html shows.
type pageData struct {
	web.Frame
	Mail     bool
	Email    string
	Refused  []refusal // of those the reader is in charge of
	Calendar bool      // the person has one
	Address  string    // of the one just made: it is shown once
	Ended    bool
}

// refusal is an address that the mail server will not have letters to.
type refusal struct{ Name, Email, On, Said string }

var errNoCalendar = errors.New("no calendar has that secret")

func (p *Page) show(c echo.Context) error {
	return p.render(c, pageData{Ended: c.QueryParam("ended") != ""})
}

func (p *Page) renew(c echo.Context) error {
	person, err := desk.Person(c, access.BeReminded)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	// First the record of the act: an act without one must not be.
	if err := p.record.Record(ctx, audit.Entry{Person: person.ID, Action: "calendar_made"}); err != nil {
		return web.Fail("unavailable", err)
	}
	secret, err := p.Calendars.NewCalendar(ctx, person.ID)
	if err != nil {
		return err
	}
	return p.render(c, pageData{Address: p.Public() + calendarPath + secret + ".ics"})
}

func (p *Page) end(c echo.Context) error {
	person, err := desk.Person(c, access.BeReminded)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	if err := p.record.Record(ctx, audit.Entry{Person: person.ID, Action: "calendar_ended"}); err != nil {
		return web.Fail("unavailable", err)
	}
	if err := p.Calendars.EndCalendar(ctx, person.ID); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, Path+"?ended=1#saved")
}

func (p *Page) render(c echo.Context, data pageData) error {
	person, err := desk.Person(c, access.BeReminded)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	all, err := p.Store.Roster(ctx)
	if err != nil {
		return fmt.Errorf("read the roster: %w", err)
	}
	at := desk.Own(c, all, person)
	lang := at.Lang
	if data.Calendar, err = p.Calendars.HasCalendar(ctx, person.ID); err != nil {
		return err
	}
	if data.Refused, err = p.refused(ctx, person, lang); err != nil {
		return err
	}
	data.Frame = at.Frame("")
	data.Narrow = true
	data.Mail, data.Email = p.Mail, person.Email
	return p.pages.Render(c, http.StatusOK, "reminders", lang, data)
}

func (p *Page) owner(ctx context.Context, person access.Person) (roster.Owner, error) {
	all, err := p.Store.Roster(ctx)
	if err != nil {
		return roster.Owner{}, fmt.Errorf("read the roster: %w", err)
	}
	owner, _ := all.Owner(person.Owner)
	return owner, nil
}

// refused lists the addresses that get no letters, of the reader and of those at
// the schools that the reader leads.
func (p *Page) refused(ctx context.Context, reader access.Person, lang string) ([]refusal, error) {
	people, err := p.Calendars.People(ctx)
	if err != nil {
		return nil, fmt.Errorf("read staff: %w", err)
	}
	lines, err := p.Store.ToldOf(ctx, reader.Owner)
	if err != nil {
		return nil, fmt.Errorf("read what was told: %w", err)
	}
	log := fold(lines)
	var all []refusal
	for _, person := range people {
		leads := slices.ContainsFunc(person.Schools, reader.SeesSchool) || reader.May(access.SeeOwner) && person.May(access.SeeOwner)
		t := log[person.ID]
		if person.Owner != reader.Owner || person.ID != reader.ID && !leads || t == nil || t.last.Step != Refused {
			continue
		}
		all = append(all, refusal{person.Name, person.Email, web.Date(lang, t.last.At), t.last.Said})
	}
	return all, nil
}

// calendar is a person's deadlines, for the program that knows the secret.
func (p *Page) calendar(c echo.Context) error {
	ctx := c.Request().Context()
	person, ok, err := p.Calendars.CalendarOf(ctx, strings.TrimSuffix(c.Param("secret"), ".ics"))
	if err != nil {
		return err
	}
	if !ok {
		return web.Fail("not_found", errNoCalendar)
	}
	owner, err := p.owner(ctx, person)
	if err != nil {
		return err
	}
	people, err := p.Calendars.People(ctx)
	if err != nil {
		return fmt.Errorf("read staff: %w", err)
	}
	events, err := p.Store.DutyEventsOfOwner(ctx, owner.Org)
	if err != nil {
		return fmt.Errorf("read duty events of owner %s: %w", owner.Org, err)
	}
	m := Survey(owner, events, nil, people)
	all := m.deadlines(person, wave.NewCalendar(owner), p.Now())
	text := p.words.calendar(person, m.lang(person), p.Public()+"/staff", all, p.Now())
	c.Response().Header().Set("Cache-Control", "private, no-store")
	return c.Blob(http.StatusOK, "text/calendar; charset=utf-8", []byte(text))
}

// Package people holds the pages on which a principal says who works at the
// school, who stands in and until when, and an owner who leads its schools; and
// the page on which somebody asks to be let in.
//
// It knows staff and classes. It must not know pupils, or anything they answer.
package people

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/folgmed/folgmed/internal/access"
	"github.com/folgmed/folgmed/internal/audit"
	"github.com/folgmed/folgmed/internal/desk"
	"github.com/folgmed/folgmed/internal/roster"
	"github.com/folgmed/folgmed/internal/web"
)

// Access keeps who may sign in. *access.Service is one; it records each act
// before it does it, and refuses with access.Faults.
type Access interface {
	People(ctx context.Context) ([]access.Person, error)
	Managed(ctx context.Context, by access.Person) ([]access.Person, error)
	Hire(ctx context.Context, a access.Act, p access.Person) error
	Amend(ctx context.Context, a access.Act, seen string, p access.Person) error
	Dismiss(ctx context.Context, a access.Act, id string) error
	NameDeputy(ctx context.Context, a access.Act, id string, last roster.Date) error
	EndDeputy(ctx context.Context, a access.Act, id string) error
	LinkFor(ctx context.Context, a access.Act, id string, toHand bool) (token string, p access.Person, err error)
	Invite(ctx context.Context, a access.Act) (secret string, err error)
	EndInvitation(ctx context.Context, a access.Act) error
	Invited(ctx context.Context, school string) (until time.Time, err error)
	InvitationOf(ctx context.Context, secret string) (school string, err error)
	AskToJoin(ctx context.Context, secret string, r access.Request) error
	Asking(ctx context.Context, by access.Person, school string) ([]access.Request, error)
	AnswerRequest(ctx context.Context, a access.Act, id string, yes bool) error
}

// Store is what the pages read, and the record of who opened them.
type Store interface {
	Roster(ctx context.Context) (roster.Roster, error)
	AppendAudit(ctx context.Context, e audit.Entry) error
}

// Options are what the pages need. Without Mail links are only shown.
type Options struct {
	Store  Store
	Access Access
	Public func() string // what addresses begin with
	Mail   func(ctx context.Context, p access.Person, lang, link string) error
	Now    func() time.Time
	Log    *slog.Logger
}

// Pages are the pages.
type Pages struct {
	Options
	record *audit.Recorder
	cat    *web.Catalog
	pages  *web.Pages
}

//go:embed templates locale
var files embed.FS

// New returns the pages, or what is wrong with a template or catalog.
func New(o Options) (*Pages, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	p := &Pages{Options: o, record: audit.New(o.Store, o.Now)}
	var err error
	if p.cat, err = web.NewCatalog(files, "locale"); err != nil {
		return nil, fmt.Errorf("people: %w", err)
	}
	if p.pages, err = web.NewPages(files, p.cat, nil); err != nil {
		return nil, fmt.Errorf("people: %w", err)
	}
	return p, nil
}

// Where the pages stand: a principal's, an owner's, and the one for somebody who
// is not let in yet.
const (
	StaffPath   = "/staff/people"
	LeadersPath = "/staff/leaders"
	joinPath    = "/staff/join"
)

// Routes adds the pages. require lets only those who are signed in pass, and
// leaves the person where access.PersonOf finds it.
func (p *Pages) Routes(e *echo.Echo, require echo.MiddlewareFunc) {
	for path, right := range map[string]access.Right{StaffPath: access.ManageStaff, LeadersPath: access.ManageLeaders} {
		at := func(handle func(echo.Context, *visit) error) echo.HandlerFunc {
			return func(c echo.Context) error {
				v, err := p.visit(c, right, path)
				if err != nil {
					return err
				}
				return handle(c, v)
			}
		}
		e.GET(path, at(p.list), require)
		e.GET(path+"/new", at(p.showNew), require)
		e.POST(path+"/new", at(p.hire), require)
		e.GET(path+"/:id", at(p.show), require)
		e.POST(path+"/:id", at(p.amend), require)
		e.POST(path+"/:id/link", at(p.link), require)
		e.POST(path+"/:id/letter", at(p.letter), require)
		e.POST(path+"/:id/removal", at(p.dismiss), require)
		if right != access.ManageStaff {
			continue
		}
		e.POST(path+"/:id/deputy", at(p.nameDeputy), require)
		e.POST(path+"/:id/deputy/end", at(p.endDeputy), require)
		e.POST(path+"/invitation", at(p.invite), require)
		e.POST(path+"/invitation/end", at(p.endInvitation), require)
		e.POST(path+"/requests/:id", at(p.answer), require)
	}
	e.GET(joinPath, p.showJoin)
	e.POST(joinPath, p.join)
}

// visit is one person at one of the two sets of pages.
type visit struct {
	*desk.Visit
	cat     *web.Catalog
	path    string
	leaders bool // an owner's people, who say who leads
}

func (v *visit) t(key string, args ...any) string { return v.cat.Text(v.Lang, key, args...) }

func (p *Pages) visit(c echo.Context, right access.Right, path string) (*visit, error) {
	person, err := desk.Person(c, right)
	if err != nil {
		return nil, err
	}
	all, err := p.Store.Roster(c.Request().Context())
	if err != nil {
		return nil, fmt.Errorf("read roster: %w", err)
	}
	at, err := desk.Open(c, all, person, c.FormValue("school"))
	if err != nil {
		return nil, err
	}
	return &visit{at, p.cat, path, right == access.ManageLeaders}, nil
}

func (v *visit) section() desk.Section {
	if v.leaders {
		return desk.Leaders
	}
	return desk.People
}

// href is a page of the same set, at the same school.
func (v *visit) href(below string) string {
	if v.leaders {
		return v.path + below
	}
	return v.path + below + "?school=" + v.School.Org
}

// act is what a form does, by whom and where.
func (v *visit) act(c echo.Context) access.Act {
	return access.Act{By: v.Person, School: v.School.Org, Event: c.FormValue("event")}
}

// saved leads to a page by GET, so that a reload sends nothing.
func (v *visit) saved(c echo.Context, what string) error {
	at := v.href("")
	join := "?"
	if !v.leaders {
		join = "&"
	}
	return c.Redirect(http.StatusSeeOther, at+join+"saved="+what+"#saved")
}

// savedWords are what a page can say was done.
var savedWords = []string{"hired", "amended", "dismissed", "deputy", "deputy_ended", "invitation_ended", "confirmed", "refused", "mailed"}

// listPage is /staff/people.
type listPage struct {
	web.Frame
	Title, Lead, Saved, New string
	Fault                   string
	Leaders, Staff          []line
	Asking                  []asking
	Invitation              string // when it ends, or empty
	Path, School            string
	OfOwner                 bool
}

// line is one person in the list.
type line struct {
	Name, Email, Post, Classes, Deputy, Href string
}

type asking struct{ ID, Name, Email, On string }

func (p *Pages) list(c echo.Context, v *visit) error {
	return p.renderList(c, v, http.StatusOK, "")
}

func (p *Pages) renderList(c echo.Context, v *visit, status int, fault string) error {
	ctx := c.Request().Context()
	if err := p.record.Record(ctx, audit.Entry{Person: v.Person.ID, School: v.School.Org, Action: "read_people"}); err != nil {
		return web.Fail("unavailable", err)
	}
	all, err := p.Access.People(ctx)
	if err != nil {
		return err
	}
	managed, err := p.Access.Managed(ctx, v.Person)
	if err != nil {
		return err
	}
	page := listPage{
		Frame: v.Frame(v.section()), Title: v.t("list.title." + string(v.section())), Lead: v.t("list.lead." + string(v.section())),
		New: v.href("/new"), Fault: fault, Path: v.path, School: v.School.Org, OfOwner: v.leaders,
	}
	if what := c.QueryParam("saved"); slices.Contains(savedWords, what) {
		page.Saved = v.t("saved." + what)
	}
	for _, person := range all {
		l := p.line(v, person)
		mine := slices.ContainsFunc(managed, func(m access.Person) bool { return m.ID == person.ID })
		switch {
		case mine && (v.leaders || person.AtSchool(v.School.Org)):
			l.Href = v.href("/" + person.ID)
			page.Staff = append(page.Staff, l)
		case !v.leaders && person.Owner == v.Owner.Org && person.AtSchool(v.School.Org):
			page.Leaders = append(page.Leaders, l)
		}
	}
	if v.leaders {
		return p.pages.Render(c, status, "list", v.Lang, page)
	}
	requests, err := p.Access.Asking(ctx, v.Person, v.School.Org)
	if err != nil {
		return err
	}
	for _, r := range requests {
		page.Asking = append(page.Asking, asking{r.ID, r.Name, r.Email, web.Date(v.Lang, r.At)})
	}
	until, err := p.Access.Invited(ctx, v.School.Org)
	if err != nil {
		return err
	}
	if !until.IsZero() {
		page.Invitation = web.Date(v.Lang, until)
	}
	return p.pages.Render(c, status, "list", v.Lang, page)
}

// line is a person as the list tells of one.
func (p *Pages) line(v *visit, person access.Person) line {
	l := line{Name: person.Name, Email: person.Email, Post: v.t("post." + string(person.Post))}
	switch {
	case v.leaders:
		l.Classes = v.schoolNames(person)
	case person.Post == access.Teacher:
		l.Classes = v.classNames(person)
	}
	if person.Role == access.Deputy && !person.DeputyUntil.IsZero() {
		l.Deputy = v.t("deputy.until", web.Date(v.Lang, person.DeputyUntil.Add(-time.Minute)))
	}
	return l
}

// refused says what was wrong with a form, in words; other errors pass.
func (v *visit) refused(err error) (faults map[string]string, whole string, ok bool) {
	var all access.Faults
	if !errors.As(err, &all) {
		return nil, "", false
	}
	faults = make(map[string]string)
	for _, f := range all {
		if f.Field == "" {
			whole = v.t("refused." + string(f.Why))
			continue
		}
		if faults[f.Field] == "" {
			faults[f.Field] = v.t("refused." + string(f.Why))
		}
	}
	return faults, whole, true
}

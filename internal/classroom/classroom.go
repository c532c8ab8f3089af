// Package classroom holds the pages by which the survey comes to a class: the
// class session with its code on the board, and the slips on paper.
//
// It knows how many places of a session are taken and nothing else of what
// pupils do: no answer, no ballot, no release. Each act is audited before it is
// done.
package classroom

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/folgmed/folgmed/internal/access"
	"github.com/folgmed/folgmed/internal/audit"
	"github.com/folgmed/folgmed/internal/desk"
	"github.com/folgmed/folgmed/internal/roster"
	"github.com/folgmed/folgmed/internal/web"
)

// State is what can be done in a class session now.
type State string

// The states.
const (
	Unopened State = "unopened" // not in this wave
	Open     State = "open"
	Shut     State = "shut"   // by the teacher, who may open it again
	Over     State = "over"   // the hour is
	Paused   State = "paused" // the school has the class not asked in this wave
)

// Session is how the session of a class stands.
type Session struct {
	State       State
	Code        string // in groups
	Link        string // that leads a tablet in
	Fingerprint string // of the keys, in groups
	Places      int
	Taken       int
	Ends        time.Time
	Board       string // where the questions are shown and read, if that is chosen
}

// Opening is what a teacher says when a session opens.
type Opening struct {
	Present    int  // pupils in the room
	WholeClass bool // the questions are shown and read on the board
}

// Step is what a teacher does with a session.
type Step string

// The steps.
const (
	OpenIt   Step = "open"
	AddPlace Step = "add"
	CloseIt  Step = "close"
	ReopenIt Step = "reopen"
)

// Issuing is what the pages ask of whoever makes codes and places. Errors carry
// their own outcome: no_place beyond what the class may have, session_closed,
// wave_closed while nothing is asked of the class.
type Issuing interface {
	Session(ctx context.Context, school, class string) (Session, error)
	// Change does a step; what is said of an opening counts when it opens. The
	// same event again is done once.
	Change(ctx context.Context, school, class string, step Step, event string, o Opening) error
	// WriteSlips makes n codes and writes them as a page to print.
	WriteSlips(ctx context.Context, w io.Writer, school, class, lang string, n int) error
}

// PINs makes one for a substitute. *access.Service does.
type PINs interface {
	PIN(ctx context.Context, by access.Person, school, class string) (string, error)
}

// Store is what the pages read and append to.
type Store interface {
	Roster(ctx context.Context) (roster.Roster, error)
	AppendAudit(ctx context.Context, e audit.Entry) error
}

// Options are what the pages need; all but Log are required.
type Options struct {
	Store   Store
	Issuing Issuing
	PINs    PINs
	Now     func() time.Time
	Log     *slog.Logger
}

// Pages are the pages.
type Pages struct {
	Options
	record *audit.Recorder
	cat    *web.Catalog
	pages  *web.Pages
	assets *web.Assets
}

//go:embed templates/*.html static locale
var files embed.FS

// New returns the pages, or what is wrong with a template or catalog.
func New(o Options) (*Pages, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	p := &Pages{Options: o, record: audit.New(o.Store, o.Now)}
	static, err := fs.Sub(files, "static")
	if err != nil {
		return nil, fmt.Errorf("open the files of the class session: %w", err)
	}
	if p.assets, err = web.NewAssets(static, access.SessionPath+"/static/"); err != nil {
		return nil, fmt.Errorf("class session: %w", err)
	}
	if p.cat, err = web.NewCatalog(files, "locale"); err != nil {
		return nil, fmt.Errorf("class session: %w", err)
	}
	if p.pages, err = web.NewPages(files, p.cat, map[string]any{"own": p.assets.Path}); err != nil {
		return nil, fmt.Errorf("class session: %w", err)
	}
	return p, nil
}

// Routes adds the pages. require lets only those who are signed in pass, and
// leaves the person where access.PersonOf finds it.
func (p *Pages) Routes(e *echo.Echo, require echo.MiddlewareFunc) {
	p.assets.Routes(e)
	const path = access.SessionPath
	e.GET(path, p.classes, require)
	e.GET(path+"/:school/:class", p.show, require)
	e.POST(path+"/:school/:class", p.change, require)
	e.GET(path+"/:school/:class/taken", p.taken, require)
	e.POST(path+"/:school/:class/slips", p.slips, require)
	e.POST(path+"/:school/:class/pin", p.pin, require)
}

var (
	errNotYours = errors.New("not a class of the person's")
	errNoStep   = errors.New("no such step of a class session")
)

// visit is one person, and the class of the path if there is one.
type visit struct {
	*desk.Visit
	class roster.Class
}

// at returns who is asking, at a school of that number or the person's first.
func (p *Pages) at(c echo.Context, school string) (*visit, error) {
	person, err := desk.Person(c, access.RunSession)
	if err != nil {
		return nil, err
	}
	all, err := p.Store.Roster(c.Request().Context())
	if err != nil {
		return nil, fmt.Errorf("read roster: %w", err)
	}
	at, err := desk.Open(c, all, person, school)
	if err != nil {
		return nil, err
	}
	return &visit{Visit: at}, nil
}

// visit finds the class of the path. One that is not the person's looks like
// one that does not exist.
func (p *Pages) visit(c echo.Context) (*visit, error) {
	v, err := p.at(c, c.Param("school"))
	if err != nil {
		return nil, err
	}
	var ok bool
	if v.class, ok = v.School.Class(c.Param("class")); !ok || !v.Person.RunsSession(v.School.Org, v.class.Name) {
		return nil, web.Fail("not_found", errNotYours)
	}
	return v, nil
}

// section is where the class session stands in the navigation.
func (v *visit) section() desk.Section {
	if v.Person.May(access.CarryOut) {
		return desk.CarryOut
	}
	return desk.Session
}

// audit records an act. What can not be recorded is not done.
func (p *Pages) audit(ctx context.Context, v *visit, action string) error {
	err := p.record.Record(ctx, audit.Entry{Person: v.Person.ID, School: v.School.Org, Action: action, About: v.class.Name})
	if err != nil {
		return web.Fail("unavailable", err)
	}
	return nil
}

// oldEnough says that slips are offered first: a code on the board is on a chat
// in a minute.
func oldEnough(class roster.Class) bool {
	return len(class.Grades) > 0 && slices.Min(class.Grades) >= 8
}

// young says that the questions are shown and read on the board unless the
// teacher chooses otherwise: most of such a class does not read yet.
func young(class roster.Class) bool {
	return len(class.Grades) > 0 && slices.Min(class.Grades) <= 2
}

// sentences splits a text of the catalog into its lines.
func sentences(text string) []string { return strings.Split(strings.TrimSpace(text), "\n") }

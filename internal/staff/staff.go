// Package staff holds the pages for teachers and principals, one file per
// page with its template beside it.
//
// It shows released figures and signals, and what the school wrote about
// them; each view and act is audited before it is answered. It must not know
// answers, counts, the store or how a signal was found.
package staff

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"slices"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/folgmed/folgmed/internal/access"
	"github.com/folgmed/folgmed/internal/audit"
	"github.com/folgmed/folgmed/internal/desk"
	"github.com/folgmed/folgmed/internal/disclosure"
	"github.com/folgmed/folgmed/internal/duty"
	"github.com/folgmed/folgmed/internal/roster"
	"github.com/folgmed/folgmed/internal/wave"
	"github.com/folgmed/folgmed/internal/web"
	"github.com/folgmed/folgmed/surveys"
)

// Store is what the pages read and the journals they append to.
type Store interface {
	ReleasedFor(ctx context.Context, school string) ([]disclosure.Released, error)
	DutyEvents(ctx context.Context, school string) ([]duty.Event, error)
	AppendDuty(ctx context.Context, events []duty.Event) error
	AppendAudit(ctx context.Context, e audit.Entry) error
	Roster(ctx context.Context) (roster.Roster, error)
	VoidsOf(ctx context.Context, school string) ([]wave.Void, error)
	PausesOf(ctx context.Context, school string) ([]wave.Pause, error)
}

// Waves knows which classes are asked, and lets one answer anew.
type Waves interface {
	Plan() *wave.Plan
	// Void returns when no answer of the first attempt will be counted. Its
	// error is a wave.VoidRefusal, or that of a store that is away.
	Void(ctx context.Context, v wave.Void) error
	// Pause returns when the pause stands, or is taken back. Its error is a
	// wave.PauseRefusal, or that of a store that is away.
	Pause(ctx context.Context, p wave.Pause) error
}

// People knows who works here, for the names in a history.
type People interface {
	People(ctx context.Context) ([]access.Person, error)
}

// Options are what the pages need; all but Log are required.
type Options struct {
	Store   Store
	Waves   Waves
	People  People
	Surveys surveys.Set
	Public  func() string    // what addresses begin with
	Now     func() time.Time // the clock of the installation
	Log     *slog.Logger
}

// Staff is the pages.
type Staff struct {
	Options
	record   *audit.Recorder
	cat      *web.Catalog
	pages    *web.Pages
	assets   *web.Assets
	official map[string]official
}

//go:embed templates static locale
var files embed.FS

// New returns the pages, or what is wrong with a template or catalog.
func New(o Options) (*Staff, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	s := &Staff{Options: o, record: audit.New(o.Store, o.Now)}
	var err error
	if s.official, err = readOfficial(); err != nil {
		return nil, fmt.Errorf("staff: %w", err)
	}
	static, err := fs.Sub(files, "static")
	if err != nil {
		return nil, fmt.Errorf("open staff files: %w", err)
	}
	if s.assets, err = web.NewAssets(static, "/staff/static/"); err != nil {
		return nil, fmt.Errorf("staff: %w", err)
	}
	if s.cat, err = web.NewCatalog(files, "locale"); err != nil {
		return nil, fmt.Errorf("staff: %w", err)
	}
	if s.pages, err = web.NewPages(files, s.cat, map[string]any{"own": s.assets.Path, "lines": lines}); err != nil {
		return nil, fmt.Errorf("staff: %w", err)
	}
	return s, nil
}

// Routes adds the pages. require lets only those who are signed in pass, and
// leaves the person where access.PersonOf finds it.
func (s *Staff) Routes(e *echo.Echo, require echo.MiddlewareFunc) {
	s.assets.Routes(e)
	e.GET("/staff", s.overview, require)
	e.GET(classesPath, s.classes, require)
	e.GET(classesPath+"/:school/:class", s.showClass, require)
	e.GET(groupsPath, s.groups, require)
	e.GET(talkPath+"/:school", s.talk, require)
	e.GET(talkPath+"/:school/:class", s.talk, require)
	e.GET(sharePath+"/:school", s.showShare, require)
	e.GET(sharePath+"/:school/:class", s.showShare, require)
	e.POST(sharePath+"/:school/:step", s.stepOnTalk, require)
	e.POST(sharePath+"/:school/:class/:step", s.stepOnTalk, require)
	e.GET("/staff/carry-out", s.carryOut, require)
	e.GET("/staff/carry-out/void", s.askToVoid, require)
	e.POST("/staff/carry-out/void", s.void, require)
	e.GET("/staff/carry-out/weeks", s.showWeeks, require)
	e.POST("/staff/carry-out/weeks", s.pause, require)
	e.GET("/staff/questions", s.questions, require)
	e.GET("/staff/prompts/:id", s.showPrompt, require)
	e.POST("/staff/prompts/:id/:step", s.stepOnPrompt, require)
	e.GET("/staff/report", s.showReport, require)
	e.POST("/staff/report", s.report, require)
	e.GET("/staff/step-in", s.showStepIn, require)
	e.POST("/staff/step-in", s.stepIn, require)
	e.GET("/staff/duties", s.showDuties, require)
	e.GET("/staff/measures", s.showMeasures, require)
	e.GET("/staff/documentation", s.showYear, require)
	e.GET("/staff/documentation/year.json", s.exportYear, require)
	e.GET("/staff/inspections", s.inspections, require)
	e.POST("/staff/inspections/inspected", s.inspect, require)
	e.POST("/staff/inspections/arranged", s.arrange, require)
	e.GET("/staff/reports", s.reports, require)
	e.GET("/staff/reports/:id", s.showReported, require)
	e.POST("/staff/reports/:id/:step", s.stepOnReport, require)
	e.GET("/staff/cases", s.listCases, require)
	e.GET("/staff/cases/new", s.showNewCase, require)
	e.POST("/staff/cases/new", s.openCase, require)
	e.GET("/staff/cases/:id", s.showCase, require)
	e.GET("/staff/cases/:id/plan", s.showPlan, require)
	e.GET("/staff/cases/:id/closing", s.showClosing, require)
	e.GET("/staff/cases/:id/documentation", s.showDocumentation, require)
	e.GET("/staff/cases/:id/case.json", s.exportCase, require)
	e.POST("/staff/cases/:id/:step", s.stepOnCase, require)
}

var (
	errNothingHere = errors.New("the person's role has no pages here")
	errNotYours    = errors.New("not the person's to see")
)

// visit is one person at one school.
type visit struct {
	words
	desk    *desk.Visit
	person  access.Person
	owner   roster.Owner
	school  roster.School
	schools []roster.School // all that the person may see, by name

	people []access.Person // everyone, for the names in a history
	staff  []access.Person // those who work at the school
}

// person returns who is asking, if the role has pages here at all.
func person(c echo.Context) (access.Person, error) { return desk.Person(c, access.SeeClass) }

// visit finds the person's school: the one of that number, or the first by
// name if org is empty.
func (s *Staff) visit(c echo.Context, p access.Person, org string) (*visit, error) {
	all, err := s.Store.Roster(c.Request().Context())
	if err != nil {
		return nil, fmt.Errorf("read roster: %w", err)
	}
	at, err := desk.Open(c, all, p, org)
	if err != nil {
		return nil, err
	}
	return &visit{
		words: words{cat: s.cat, lang: at.Lang}, desk: at,
		person: p, owner: at.Owner, school: at.School, schools: at.Schools,
	}, nil
}

// frameAt is the frame of a page with the ways to the others.
func (v *visit) frameAt(here desk.Section) web.Frame { return v.desk.Frame(here) }

func overviewOf(school string) string { return "/staff?school=" + school }

// sees says whether the person may see a unit of the school.
func (v *visit) sees(u disclosure.Unit) bool {
	if u.Level == disclosure.LevelClass {
		return v.person.SeesClass(u.School, u.Name)
	}
	return v.person.SeesSchool(u.School)
}

// seesPrompt says whether the person may see a prompt: that of a unit the
// person sees, or one that tells of such a unit.
func (v *visit) seesPrompt(p duty.Prompt) bool {
	return v.sees(p.Unit) || slices.ContainsFunc(p.Signals, func(t duty.Told) bool { return v.sees(t.Unit) })
}

// released returns what may be shown to the person of all that was released
// to staff of the school, oldest first as the store gives it.
func (s *Staff) released(ctx context.Context, v *visit) ([]disclosure.Released, error) {
	all, err := s.Store.ReleasedFor(ctx, v.school.Org)
	if err != nil {
		return nil, fmt.Errorf("read releases of school %s: %w", v.school.Org, err)
	}
	var own []disclosure.Released
	for _, r := range all {
		if r.Audience() == disclosure.Staff && r.Unit().School == v.school.Org && v.sees(r.Unit()) {
			own = append(own, r)
		}
	}
	return own, nil
}

// audit records a view or an act. What can not be recorded is not shown.
func (s *Staff) audit(ctx context.Context, v *visit, action, about string) error {
	err := s.record.Record(ctx, audit.Entry{Person: v.person.ID, School: v.school.Org, Action: action, About: about})
	if err != nil {
		return web.Fail("unavailable", err)
	}
	return nil
}

// names returns the name of each person by id.
func (s *Staff) names(ctx context.Context) (map[string]string, error) {
	people, err := s.People.People(ctx)
	if err != nil {
		return nil, fmt.Errorf("read staff: %w", err)
	}
	names := make(map[string]string, len(people))
	for _, p := range people {
		names[p.ID] = p.Name
	}
	return names, nil
}

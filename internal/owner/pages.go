package owner

import (
	"context"
	"crypto/rand"
	"embed"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strconv"
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

// PageStore is what the page reads and the journals it appends to.
type PageStore interface {
	Store
	AppendDuty(ctx context.Context, events []duty.Event) error
	AppendAudit(ctx context.Context, e audit.Entry) error
	RateChoices(ctx context.Context) ([]roster.RateChoice, error)
	AppendRateChoice(ctx context.Context, c roster.RateChoice) error
	AppendRhythmChoice(ctx context.Context, c roster.RhythmChoice) error
}

// Page is the owner's page for people: what pupils say of adults, how many false
// alarms the owner will have, and how often pupils are asked. Each view and act is audited before it is
// answered.
//
// It stands under /staff, where the session's cookie goes.
type Page struct {
	store  PageStore
	now    func() time.Time
	log    *slog.Logger
	record *audit.Recorder
	cat    *web.Catalog
	pages  *web.Pages
}

//go:embed templates/*.html locale
var files embed.FS

// NewPage returns the page, or what is wrong with its template or catalog. now
// is the clock of the installation.
func NewPage(store PageStore, now func() time.Time, log *slog.Logger) (*Page, error) {
	p := &Page{store: store, now: now, log: log, record: audit.New(store, now)}
	var err error
	if p.cat, err = web.NewCatalog(files, "locale"); err != nil {
		return nil, fmt.Errorf("owner: %w", err)
	}
	if p.pages, err = web.NewPages(files, p.cat, nil); err != nil {
		return nil, fmt.Errorf("owner: %w", err)
	}
	return p, nil
}

// Path is where the page stands.
const Path = "/staff/owner"

// Routes adds the page. require lets only those who are signed in pass, and
// leaves the person where access.PersonOf finds it.
func (p *Page) Routes(e *echo.Echo, require echo.MiddlewareFunc) {
	e.GET(Path, p.show, require)
	e.POST(Path+"/adult", p.passOn, require)
	e.POST(Path+"/rate", p.choose, require)
	e.POST(Path+"/rhythm", p.chooseRhythm, require)
	e.POST(Path+"/report", p.answerReport, require)
}

// pageData is what templates/owner.html shows.
type pageData struct {
	web.Frame
	Saved  string // what was just written, or empty
	Fault  string // why nothing was
	Adults []adultCard

	Reports []reportCard
	Waiting []waitingCard

	Rates     []rateChoice
	Now, Next string // the rate in words; Next is empty if it stays
	From      string // the day from which a choice acts

	Rhythms               []rhythmChoice
	RhythmNow, RhythmNext string // in words; RhythmNext is empty if it stays
	RhythmFrom            int    // the autumn from which a choice acts
	weeks                 int    // chosen in vain, or 0

	ChoiceID string // made with the form: sent twice is one choice
}

// visit is one of an owner's people at the page.
type visit struct {
	*desk.Visit
	person access.Person
	owner  roster.Owner
	lang   string
}

var errNoSignal = errors.New("no such signal about adults stands")

// visit returns who is asking, for which owner.
func (p *Page) visit(c echo.Context) (*visit, error) {
	person, err := desk.Person(c, access.SeeOwner)
	if err != nil {
		return nil, err
	}
	all, err := p.store.Roster(c.Request().Context())
	if err != nil {
		return nil, fmt.Errorf("read roster: %w", err)
	}
	at, err := desk.Open(c, all, person, "")
	if err != nil {
		return nil, err
	}
	return &visit{at, person, at.Owner, at.Lang}, nil
}

func (p *Page) show(c echo.Context) error {
	v, err := p.visit(c)
	if err != nil {
		return err
	}
	if err := p.audit(c.Request().Context(), v, "read_owner_page", ""); err != nil {
		return err
	}
	data := pageData{Saved: c.QueryParam("saved")}
	if !slices.Contains([]string{savedAdult, savedRate, savedRhythm, savedReport}, data.Saved) {
		data.Saved = ""
	}
	return p.render(c, v, http.StatusOK, data, 0)
}

// What the page says was written.
const (
	savedAdult  = "passed_on"
	savedRate   = "rate"
	savedRhythm = "rhythm"
	savedReport = "report"
)

// render fills in what stands on the page whatever happened. chosen is the rate
// that was just chosen in vain, or 0.
func (p *Page) render(c echo.Context, v *visit, status int, data pageData, chosen float64) error {
	return p.renderWith(c, v, status, data, chosen, reportAnswer{})
}

// renderWith is render with an answer to a report that was not written.
func (p *Page) renderWith(c echo.Context, v *visit, status int, data pageData, chosen float64, again reportAnswer) error {
	ctx := c.Request().Context()
	prompts, err := p.prompts(ctx, v)
	if err != nil {
		return err
	}
	if err := p.fillDuty(ctx, v, &data, again); err != nil {
		return err
	}
	adults, err := p.adults(ctx, v)
	if err != nil {
		return err
	}
	for _, s := range adults {
		data.Adults = append(data.Adults, p.card(v, s, prompts))
	}
	if err := p.rates(ctx, v, &data, chosen); err != nil {
		return err
	}
	p.rhythms(v, &data, data.weeks)
	if data.ChoiceID == "" {
		data.ChoiceID = rand.Text()
	}
	data.Frame = v.Frame(desk.Owner)
	return p.pages.Render(c, status, "owner", v.lang, data)
}

// saved leads back to the page by GET, so that a reload sends nothing.
func (p *Page) saved(c echo.Context, what string) error {
	return c.Redirect(http.StatusSeeOther, Path+"?saved="+what+"#saved")
}

// notStored shows the page again with what was chosen, after a write that
// failed.
func (p *Page) notStored(c echo.Context, v *visit, data pageData, chosen float64, err error) error {
	p.log.LogAttrs(c.Request().Context(), slog.LevelError, "owner's act not written", slog.Any("error", err))
	data.Fault = p.cat.Text(v.lang, "rate.not_stored")
	return p.render(c, v, http.StatusServiceUnavailable, data, chosen)
}

// audit records a view or an act, with no school: what is about adults must not
// stand in a list that is read at one. What can not be recorded is not done.
func (p *Page) audit(ctx context.Context, v *visit, action, about string) error {
	if err := p.record.Record(ctx, audit.Entry{Person: v.person.ID, Action: action, About: about}); err != nil {
		return web.Fail("unavailable", err)
	}
	return nil
}

func (p *Page) prompts(ctx context.Context, v *visit) ([]duty.Prompt, error) {
	events, err := p.events(ctx, v)
	return duty.Prompts(events), err
}

func (p *Page) events(ctx context.Context, v *visit) ([]duty.Event, error) {
	events, err := p.store.DutyEventsOfOwner(ctx, v.owner.Org)
	if err != nil {
		return nil, fmt.Errorf("read duty events of owner %s: %w", v.owner.Org, err)
	}
	return events, nil
}

// adults are the standing signals about adults at the owner's schools.
func (p *Page) adults(ctx context.Context, v *visit) ([]disclosure.Signal, error) {
	released, err := p.store.ReleasedForOwner(ctx, v.owner.Org)
	if err != nil {
		return nil, fmt.Errorf("read releases of owner %s: %w", v.owner.Org, err)
	}
	var adults []disclosure.Signal
	for _, r := range disclosure.Current(released, disclosure.Owner) {
		if s, ok := r.Signal(); ok && s.Kind == disclosure.KindAdult && s.Unit.Owner == v.owner.Org {
			adults = append(adults, s)
		}
	}
	return adults, nil
}

// number writes the rates' numbers as words.
func (p *Page) number(lang string, n int) string {
	digits := strconv.Itoa(n)
	if key := "number." + digits; p.cat.Has(key) {
		return p.cat.Text(lang, key)
	}
	return digits
}

package staff

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/folgmed/folgmed/internal/access"
	"github.com/folgmed/folgmed/internal/desk"
	"github.com/folgmed/folgmed/internal/disclosure"
	"github.com/folgmed/folgmed/internal/duty"
	"github.com/folgmed/folgmed/internal/wave"
	"github.com/folgmed/folgmed/internal/web"
)

// overviewPage is /staff: what needs the reader today.
type overviewPage struct {
	web.Frame
	Released  bool
	Week      int    // ISO week of the newest release
	Survey    string // how far this week's survey has come
	Near      []nearing
	Open      []promptCard
	Reports   []reportCard
	Cases     []caseCard
	Concluded []promptCard
	Classes   string // where the figures stand
	Session   string // where the survey is opened in class; empty: not for the reader
	CarryOut  string // where the week's survey is carried out; empty: not for the reader
	Start     []link // what a leader does before the first results
}

// Nothing says whether nothing waits for the reader.
func (p overviewPage) Nothing() bool {
	return len(p.Near)+len(p.Open)+len(p.Reports)+len(p.Cases) == 0
}

// promptCard is a prompt in a list.
type promptCard struct {
	Href, Headline string
	Act, grave     bool
	State, Opened  string
	Again          string // it has come back; empty if it has not
}

func (s *Staff) overview(c echo.Context) error {
	ctx := c.Request().Context()
	p, err := person(c)
	if outcome, _ := web.Outcome(err); outcome == "forbidden" {
		return s.elsewhere(c)
	}
	if err != nil {
		return err
	}
	v, err := s.visit(c, p, c.QueryParam("school"))
	if err != nil {
		return err
	}
	released, err := s.released(ctx, v)
	if err != nil {
		return err
	}
	m, err := s.matters(ctx, v)
	if err != nil {
		return err
	}
	now, plan := wave.NumberOf(s.Now()), s.Waves.Plan()
	page := overviewPage{
		Frame: v.frameAt(desk.Overview), Released: len(released) > 0, Classes: v.desk.Href(classesPath),
		Survey: s.carryOutState(v, plan, now, plan.StateFor(v.owner.Org, now)),
	}
	if p.May(access.RunSession) {
		page.Session = access.SessionPath
	}
	if p.May(access.CarryOut) {
		page.CarryOut = carryOutOf(v.school.Org)
		page.Start = v.start(page.Released)
	}
	newest := newestOf(released)
	if page.Released {
		_, page.Week = wave.Number(newest.Wave()).Week()
	}
	prompts := v.promptsOf(m.events)
	told := signalsByID(released)
	unreported := duty.Unreported(m.events)
	for _, p := range prompts {
		card := s.card(v, p, prompts, told)
		switch {
		case p.Open():
			page.Open = append(page.Open, card)
		case slices.ContainsFunc(unreported, func(u duty.Prompt) bool { return u.ID == p.ID }):
			card.State = v.t("state.unreported")
			page.Open = append(page.Open, card)
		default:
			page.Concluded = append(page.Concluded, card)
		}
	}
	slices.SortStableFunc(page.Open, func(a, b promptCard) int { return b.rank() - a.rank() })
	slices.Reverse(page.Concluded)
	if v.leads() {
		page.Reports, page.Cases = s.waitingReports(v, m), s.waitingCases(v, m)
	}
	page.Near = s.near(v, m, prompts, told)
	if err := s.audit(ctx, v, "read_overview", newest.Release()); err != nil {
		return err
	}
	return s.pages.Render(c, http.StatusOK, "overview", v.lang, page)
}

// start leads who leads a school to what comes before the first results.
func (v *visit) start(released bool) []link {
	if released {
		return nil
	}
	return []link{
		{v.desk.Href("/staff/people"), v.t("start.people")},
		{"/staff/personvern?school=" + v.school.Org, v.t("start.told")},
		{v.weeksHref(), v.t("start.weeks")},
		{"/staff/questions?school=" + v.school.Org, v.t("start.practice")},
	}
}

// newestOf is a line of the newest wave; the zero one if there is none.
func newestOf(released []disclosure.Released) (newest disclosure.Released) {
	for _, r := range released {
		if r.Wave() >= newest.Wave() {
			newest = r
		}
	}
	return newest
}

// ownerPage is where an owner's people are at home (package owner).
const ownerPage = "/staff/owner"

// elsewhere leads who has no overview to their own page.
func (s *Staff) elsewhere(c echo.Context) error {
	p, _ := access.PersonOf(c)
	switch {
	case p.May(access.SeeOwner):
		return c.Redirect(http.StatusSeeOther, ownerPage)
	case p.May(access.Report):
		return c.Redirect(http.StatusSeeOther, "/staff/reports")
	case p.May(access.RunSession):
		return c.Redirect(http.StatusSeeOther, access.SessionPath)
	}
	return web.Fail("forbidden", errNothingHere)
}

// rank puts what is grave first, and act before notice; within each the oldest
// waits first.
func (c promptCard) rank() int {
	switch {
	case c.grave:
		return 2
	case c.Act:
		return 1
	default:
		return 0
	}
}

// card is a prompt among all those that the person may see.
func (s *Staff) card(v *visit, p duty.Prompt, prompts []duty.Prompt, told map[string]disclosure.Signal) promptCard {
	lead := v.lead(p, told)
	written := 0
	for _, e := range p.History {
		if e.Step == duty.Observed {
			written++
		}
	}
	state := v.t("state.open")
	switch {
	case !p.Open():
		state = v.t("conclusion." + p.Conclusion)
	case written > 0:
		state = v.plural("state.observed", written)
	}
	state = strings.TrimSpace(state + " " + s.waits(v, p))
	return promptCard{
		Href:     "/staff/prompts/" + p.ID,
		Headline: v.t("headline", v.unit(p.Unit), v.headline(lead)),
		Act:      p.Tier == disclosure.Act,
		grave:    p.Grave(),
		State:    state,
		Again:    v.again(p, duty.Earlier(prompts, p)),
		Opened:   v.t("opened", web.Date(v.lang, p.OpenedAt), v.ago(p.OpenedAt, s.Now())),
	}
}

// waits says that a prompt has waited for too long, or is put aside.
func (s *Staff) waits(v *visit, p duty.Prompt) string {
	switch stage := p.Stage(v.calendar(), s.Now()); {
	case p.Open() && stage == duty.Resting:
		return v.t("stage.muted", v.day(p.MutedUntil))
	case stage == duty.StageOwner, stage == duty.StagePrincipal && !p.Grave():
		return v.t("stage." + string(stage))
	default:
		return ""
	}
}

// lead is the signal a prompt is named by: its first that the person may see
// and that is in the releases. Without one its kind alone is known.
func (v *visit) lead(p duty.Prompt, told map[string]disclosure.Signal) disclosure.Signal {
	for _, t := range p.Signals {
		if s, ok := told[t.Signal]; ok && v.sees(t.Unit) {
			return s
		}
	}
	return disclosure.Signal{Unit: p.Unit, Kind: p.Kind, Tier: p.Tier}
}

// signalsByID are all signals ever released, each as it was last told.
func signalsByID(released []disclosure.Released) map[string]disclosure.Signal {
	latest := map[string]uint32{}
	byID := map[string]disclosure.Signal{}
	for _, r := range released {
		if s, ok := r.Signal(); ok && r.Wave() >= latest[s.ID] {
			latest[s.ID], byID[s.ID] = r.Wave(), s
		}
	}
	return byID
}

// prompts returns those of the school that the person may see, oldest first.
func (s *Staff) prompts(ctx context.Context, v *visit) ([]duty.Prompt, error) {
	events, err := s.Store.DutyEvents(ctx, v.school.Org)
	if err != nil {
		return nil, fmt.Errorf("read duty events of school %s: %w", v.school.Org, err)
	}
	return v.promptsOf(events), nil
}

func (v *visit) promptsOf(events []duty.Event) []duty.Prompt {
	return slices.DeleteFunc(duty.Prompts(events), func(p duty.Prompt) bool {
		adult := p.Kind == disclosure.KindAdult // there is one only once the owner has passed it on
		return p.Unit.School != v.school.Org || adult && !v.person.May(access.SeeAdult) || !v.seesPrompt(p)
	})
}

package staff

import (
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/folgmed/folgmed/internal/access"
	"github.com/folgmed/folgmed/internal/desk"
	"github.com/folgmed/folgmed/internal/duty"
	"github.com/folgmed/folgmed/internal/web"
)

// casePage is /staff/cases/ID: a case with its steps in the order in which one
// meets them. The plan and the closing have pages of their own.
type casePage struct {
	web.Frame
	caseHead
	Back      string // to all cases
	From      []link
	Facts     []saidField
	Raise     *stepForm
	Matters   []matterState
	Inquiries []happened
	Inquire   *stepForm
	Measures  []measureCard
	FollowUp  followUpPart
	Closings  []happened // closed and reopened
	Reopen    *stepForm
	Follow    *stepForm
}

// caseHead stands over each page of a case.
type caseHead struct {
	Title, Scope, Next string
	Path               string
	Open               bool
	Overtaken          bool // it was closed while someone wrote
	Saved              string
	Fault              *fault
}

// matterState is one of the four matters, and whether it was looked into.
type matterState struct {
	Label  string
	Looked bool
}

func (s *Staff) findCase(c echo.Context) (*visit, matters, duty.Case, error) {
	var found duty.Case
	v, m, err := s.where(c, access.Lead, func(m matters) bool {
		i := slices.IndexFunc(m.cases, func(one duty.Case) bool { return one.ID == c.Param("id") })
		if i >= 0 {
			found = m.cases[i]
		}
		return i >= 0
	})
	return v, m, found, err
}

func (s *Staff) head(c echo.Context, v *visit, one duty.Case, again *sent) caseHead {
	h := caseHead{
		Title: v.caseTitle(one), Scope: one.Scope, Next: v.t("case.next." + s.next(one)), Path: "/staff/cases/" + one.ID,
		Open: one.Open(), Overtaken: one.Overtaken, Saved: v.saved(c),
	}
	if again != nil {
		on := string(again.step)
		if again.of != "" {
			on += "-" + again.of
		}
		h.Fault = &fault{On: on, Field: again.field, Message: again.message}
	}
	return h
}

// asks builds a form of a step of a case.
func (s *Staff) asks(v *visit, one duty.Case, step duty.Step, again *sent) *stepForm {
	rule, _ := duty.RuleOf(duty.SubjectCase, step)
	if !slices.Contains(rule.From, one.State) {
		return nil
	}
	f := v.form(asking{
		subject: duty.SubjectCase, step: step, action: "/staff/cases/" + one.ID + "/" + string(step), seen: one.Version,
		scope: one.Scope, before: s.standing(v, one, step), sent: again,
	})
	return &f
}

// standing is what stands in a form to begin with.
func (s *Staff) standing(v *visit, one duty.Case, step duty.Step) duty.Fields {
	if step != duty.Followed {
		return duty.Fields{duty.FieldOn: {duty.DayOf(s.Now())}}
	}
	if !one.LeftBehind(s.Now()) {
		return duty.Fields{duty.FieldClasses: one.Classes}
	}
	return duty.Fields{duty.FieldClasses: v.grownUp(one.Classes)}
}

// asksToFollow builds the form that says which class the pupils are in now. It
// stands open in a new school year.
func (s *Staff) asksToFollow(v *visit, one duty.Case, again *sent) *stepForm {
	f := s.asks(v, one, duty.Followed, again)
	if f != nil && one.Scope == duty.Individual {
		return nil // the archive knows
	}
	if f != nil {
		f.Open = one.LeftBehind(s.Now())
	}
	return f
}

func (s *Staff) showCase(c echo.Context) error {
	v, m, one, err := s.findCase(c)
	if err != nil {
		return err
	}
	if err := s.audit(c.Request().Context(), v, "read_case", one.ID); err != nil {
		return err
	}
	return s.renderCase(c, v, m, one, http.StatusOK, nil)
}

func (s *Staff) renderCase(c echo.Context, v *visit, m matters, one duty.Case, status int, again *sent) error {
	page := casePage{
		Frame: v.frameAt(desk.Cases), caseHead: s.head(c, v, one, again), Back: v.desk.Href("/staff/cases"), Facts: s.caseFacts(v, m, one),
		Raise: s.asks(v, one, duty.RaisedWith, again), Inquire: s.asks(v, one, duty.Inquired, again),
		Inquiries: v.all(one.Inquiries), Measures: v.measures(one),
		Closings: v.all(append(one.Of(duty.Closed), one.Of(duty.Reopened)...)),
		Reopen:   s.asks(v, one, duty.Reopened, again), Follow: s.asksToFollow(v, one, again),
	}
	if one.Raised != "" {
		page.Raise = nil
	}
	missing := one.Missing()
	for _, matter := range duty.Matters {
		page.Matters = append(page.Matters, matterState{v.t("matter." + matter), !slices.Contains(missing, matter)})
	}
	page.From = v.cameOf(m, one)
	var err error
	if page.FollowUp, err = s.followUps(c.Request().Context(), v, m, one, again); err != nil {
		return err
	}
	return s.pages.Render(c, status, "case", v.lang, page)
}

// cameOf links what a case came of, as far as the person may see it.
func (v *visit) cameOf(m matters, one duty.Case) []link {
	var list []link
	for _, r := range m.reports {
		if slices.Contains(one.From, string(duty.SubjectReport)+":"+r.ID) {
			list = append(list, link{"/staff/reports/" + r.ID, v.t("case.from_report", web.Date(v.lang, r.OpenedAt), begin(r.What))})
		}
	}
	for _, p := range duty.Prompts(m.events) {
		if slices.Contains(one.From, duty.PromptSubject(p.ID)) && v.seesPrompt(p) {
			list = append(list, link{"/staff/prompts/" + p.ID, v.t("case.from_prompt", v.unit(p.Unit), web.Date(v.lang, p.OpenedAt))})
		}
	}
	return list
}

// begin is how a text begins, to know it by in a list.
func begin(text string) string {
	const most = 60
	runes := []rune(strings.Join(strings.Fields(text), " "))
	if len(runes) <= most {
		return string(runes)
	}
	return strings.TrimRight(string(runes[:most]), " ,.") + " …"
}

// caseFacts are the days of a case, each named as what it is.
func (s *Staff) caseFacts(v *visit, m matters, one duty.Case) []saidField {
	facts := []saidField{{"", v.t("fact.opened"), []string{web.Date(v.lang, one.OpenedAt)}}}
	add := func(key string, words ...string) {
		if len(words) > 0 {
			facts = append(facts, saidField{"", v.t("fact." + key), words})
		}
	}
	add("classes", one.Classes...)
	pace := one.Pace(m.events)
	add("known", web.Date(v.lang, pace.Known))
	if pace.Inquired >= 0 {
		add("to_inquiry", v.plural("days", pace.Inquired))
	}
	if pace.Planned >= 0 {
		add("to_plan", v.plural("days", pace.Planned))
	}
	if day, ok := one.GovernorDay(v.calendar()); ok {
		add("raised", v.day(one.Raised))
		add("governor", web.Date(v.lang, day))
	}
	return facts
}

func (s *Staff) stepOnCase(c echo.Context) error {
	v, m, one, err := s.findCase(c)
	if err != nil {
		return err
	}
	step := duty.Step(c.Param("step"))
	of := c.FormValue(string(duty.FieldMeasure))
	return s.try(c, v, m.events, one.Version, attempt{
		step: step, of: of, about: one.ID, audited: true,
		make: func(a duty.Act) ([]duty.Event, error) {
			if step == duty.FollowedUp {
				return oneEvent(s.plansFollowUp(v, m, one, a))
			}
			return oneEvent(duty.Take(one, step, a))
		},
		again: func(status int, f *sent) error {
			switch step {
			case duty.Planned, duty.Changed, duty.CarriedOut, duty.Evaluated:
				return s.renderPlan(c, v, one, status, f)
			case duty.Closed:
				return s.renderClosing(c, v, one, status, f)
			default:
				return s.renderCase(c, v, m, one, status, f)
			}
		},
		done: func(e duty.Event) string { return afterStep(one, m.events, e) },
	})
}

// afterStep is where the writer goes on.
func afterStep(one duty.Case, events []duty.Event, e duty.Event) string {
	path := "/staff/cases/" + one.ID
	saved := string(e.Step)
	switch e.Step {
	case duty.Planned, duty.Changed, duty.CarriedOut, duty.Evaluated:
		path += "/plan"
	case duty.Closed:
		for _, after := range duty.Cases(append(slices.Clip(events), e)) {
			if after.ID == one.ID && after.Overtaken {
				saved = "overtaken_case" // someone wrote meanwhile
			}
		}
	default: // the case itself
	}
	return path + "?saved=" + saved + "#saved"
}

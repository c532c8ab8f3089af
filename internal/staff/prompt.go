package staff

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/folgmed/folgmed/internal/access"
	"github.com/folgmed/folgmed/internal/desk"
	"github.com/folgmed/folgmed/internal/disclosure"
	"github.com/folgmed/folgmed/internal/duty"
	"github.com/folgmed/folgmed/internal/web"
)

// promptPage is /staff/prompts/ID: one prompt, what to look for, what was
// written, and where to write.
type promptPage struct {
	web.Frame
	promptCard
	ID       string
	Back     string
	Unit     string
	Concern  bool // concluded so
	Ended    bool // no signal of it stands any more
	Signals  []signalCard
	Others   bool // it tells of units that are not the reader's
	LookFor  []string
	Standing []string
	Earlier  []earlierCard
	History  []historyItem

	Severe, IsOpen bool
	Saved          string // what was just written, or empty
	Fault          *fault
	Observe        *stepForm
	Conclude       *stepForm
	Report         string // where to report the concern that it was concluded with

	Steps   []stepForm // what only who leads the school may do
	NewCase string     // where to open a case of it
	Case    string     // the case that it is in
}

// earlierCard is what the school concluded before.
type earlierCard struct {
	Href, Date, Conclusion, Reason string
}

// historyItem is one event as people read it.
type historyItem struct {
	When       time.Time
	What, Who  string
	Text       string
	Concurrent bool
	ExtraLook  bool
	Said       []saidField
}

// fault says beside the field why nothing was written.
type fault struct {
	On, Field, Message string
}

func (s *Staff) showPrompt(c echo.Context) error {
	v, prompts, i, err := s.findPrompt(c)
	if err != nil {
		return err
	}
	p := prompts[i]
	if err := s.audit(c.Request().Context(), v, "read_prompt", p.ID); err != nil {
		return err
	}
	return s.renderPrompt(c, v, prompts, i, http.StatusOK, nil)
}

// findPrompt finds the prompt of the path among those the person may see. A
// prompt of another school, and one that does not exist, look the same.
func (s *Staff) findPrompt(c echo.Context) (*visit, []duty.Prompt, int, error) {
	p, err := person(c)
	if err != nil {
		return nil, nil, 0, err
	}
	for _, school := range p.Schools {
		v, err := s.visitWithPeople(c, p, school)
		if outcome, _ := web.Outcome(err); outcome == "not_found" {
			continue // the school has left the roster
		}
		if err != nil {
			return nil, nil, 0, err
		}
		prompts, err := s.prompts(c.Request().Context(), v)
		if err != nil {
			return nil, nil, 0, err
		}
		i := slices.IndexFunc(prompts, func(p duty.Prompt) bool { return p.ID == c.Param("id") })
		if i >= 0 {
			return v, prompts, i, nil
		}
	}
	return nil, nil, 0, web.Fail("not_found", errNotYours)
}

func (s *Staff) renderPrompt(c echo.Context, v *visit, prompts []duty.Prompt, i, status int, again *sent) error {
	ctx := c.Request().Context()
	p := prompts[i]
	released, err := s.released(ctx, v)
	if err != nil {
		return err
	}
	names, err := s.names(ctx)
	if err != nil {
		return err
	}
	told := signalsByID(released)
	page := promptPage{
		Frame: v.frameAt(desk.Overview), promptCard: s.card(v, p, prompts, told), ID: p.ID, Back: overviewOf(v.school.Org),
		Unit: v.unit(p.Unit), Concern: p.Conclusion == duty.Concern, Ended: p.PeriodOver(),
		Standing: v.list("standing.list"), Severe: p.Kind == disclosure.KindSevere, IsOpen: p.Open(),
		Saved: c.QueryParam("saved"),
	}
	if again != nil {
		page.Fault = &fault{On: string(again.step), Field: again.field, Message: again.message}
	}
	switch page.Saved {
	case "observed", "concluded", "overtaken", "inquired", "answered", "muted":
	default:
		page.Saved = ""
	}
	page.Signals, page.LookFor, page.Others = v.toldBy(p, told)
	for _, e := range duty.Earlier(prompts, p) {
		page.Earlier = append(page.Earlier, v.earlier(e))
	}
	for _, e := range p.History {
		page.History = append(page.History, v.history(e, names))
	}
	for step, form := range map[duty.Step]**stepForm{duty.Observed: &page.Observe, duty.Concluded: &page.Conclude} {
		if v.mayTake(step, p) && (step == duty.Observed || p.Open() && !page.Severe) {
			f := s.promptForm(v, p, step, nil, again)
			*form = &f
		}
	}
	if page.Concern && v.person.May(access.Report) {
		page.Report = "/staff/report?school=" + v.school.Org + "&from=" + duty.PromptSubject(p.ID)
	}
	if err := s.leadPrompt(ctx, v, p, &page, again); err != nil {
		return err
	}
	return s.pages.Render(c, status, "prompt", v.lang, page)
}

// leadPrompt adds what only who leads the school may do with a prompt.
func (s *Staff) leadPrompt(ctx context.Context, v *visit, p duty.Prompt, page *promptPage, again *sent) error {
	if !v.leads() {
		return nil
	}
	if p.Case != "" {
		page.Case = "/staff/cases/" + p.Case
	}
	if !p.Open() {
		return nil
	}
	m, err := s.matters(ctx, v)
	if err != nil {
		return err
	}
	page.NewCase = "/staff/cases/new?school=" + v.school.Org + "&from=" + duty.PromptSubject(p.ID)
	var steps []duty.Step
	switch {
	case page.Severe:
		steps = []duty.Step{duty.Inquired, duty.Answered}
	case !p.Grave():
		steps = []duty.Step{duty.Muted}
	}
	for _, step := range steps {
		page.Steps = append(page.Steps, s.promptForm(v, p, step, v.openCases(m), again))
	}
	return nil
}

func (s *Staff) promptForm(v *visit, p duty.Prompt, step duty.Step, cases []option, again *sent) stepForm {
	return v.form(asking{
		subject: duty.SubjectPrompt, step: step, action: "/staff/prompts/" + p.ID + "/" + string(step), seen: p.Version,
		before: duty.Fields{duty.FieldOn: {duty.DayOf(s.Now())}}, cases: cases, sent: again,
	})
}

func (s *Staff) stepOnPrompt(c echo.Context) error {
	v, prompts, i, err := s.findPrompt(c)
	if err != nil {
		return err
	}
	p, step := prompts[i], duty.Step(c.Param("step"))
	if !v.mayTake(step, p) {
		return web.Fail("forbidden", errNotYours)
	}
	m, err := s.matters(c.Request().Context(), v)
	if err != nil {
		return err
	}
	return s.try(c, v, m.events, p.Version, attempt{
		step: step, about: p.ID, audited: true,
		make:  func(a duty.Act) ([]duty.Event, error) { return oneEvent(m.take(p, step, a)) },
		again: func(status int, f *sent) error { return s.renderPrompt(c, v, prompts, i, status, f) },
		done: func(e duty.Event) string {
			what := string(step)
			if e.Step != duty.Muted && e.Step != duty.Observed && e.Step != duty.Inquired && p.With(e).Open() {
				what = "overtaken" // a signal came while the writer wrote
			}
			return "/staff/prompts/" + p.ID + "?saved=" + what + "#saved"
		},
	})
}

// mayTake says whether the person may take a step on a prompt. Class staff end
// the prompts of their own classes; those of a grade or school need who sees it
// whole. All else is for who leads the school.
func (v *visit) mayTake(step duty.Step, p duty.Prompt) bool {
	switch step {
	case duty.Observed:
		return v.person.May(access.Observe)
	case duty.Concluded:
		return v.person.May(access.Conclude) && v.sees(p.Unit)
	default:
		return v.leads()
	}
}

// toldBy returns the signals of a prompt that the person may see, what to look
// for, and whether there are others.
func (v *visit) toldBy(p duty.Prompt, told map[string]disclosure.Signal) (cards []signalCard, look []string, others bool) {
	if p.Kind == duty.Standing {
		s := disclosure.Signal{Unit: p.Unit, Kind: p.Kind, Tier: p.Tier}
		return []signalCard{{Unit: v.unit(p.Unit), Sentence: v.sentence(s)}}, v.list("look.other"), false
	}
	themes := map[string]bool{}
	for _, t := range p.Signals {
		if !v.sees(t.Unit) {
			others = true
			continue
		}
		s, ok := told[t.Signal]
		if !ok { // older than what is kept of releases, or the owner's
			s = disclosure.Signal{Unit: t.Unit, Kind: p.Kind, Tier: t.Tier, Since: t.Since, OneIn: t.OneIn}
		}
		cards = append(cards, v.signalCard(s))
		theme := themeOf(s)
		switch {
		case s.Kind == disclosure.KindSevere || s.Kind == disclosure.KindAdult:
			theme = string(s.Kind)
		case silent(s):
			theme = string(disclosure.KindSilence)
		}
		if !themes[theme] {
			themes[theme] = true
			look = append(look, v.list("look."+theme)...)
		}
	}
	return cards, look, others
}

func (v *visit) earlier(p duty.Prompt) earlierCard {
	ending, _ := p.Ending()
	return earlierCard{
		Href: "/staff/prompts/" + p.ID, Date: web.Date(v.lang, ending.At),
		Conclusion: v.t("conclusion." + p.Conclusion), Reason: ending.Body.Fields.Get(duty.FieldReason),
	}
}

// again says that an open prompt is about what the school saw no reason to go
// further with the last time. One that comes each term says nothing by it.
func (v *visit) again(p duty.Prompt, earlier []duty.Prompt) string {
	if !p.Open() || p.Kind == duty.Standing || len(earlier) == 0 {
		return ""
	}
	last := earlier[0]
	if last.Conclusion != duty.NoConcern && last.Conclusion != duty.NoCase {
		return ""
	}
	ending, _ := last.Ending()
	return v.t("again."+last.Conclusion, web.Date(v.lang, ending.At))
}

func (v *visit) history(e duty.Entry, names map[string]string) historyItem {
	h := historyItem{When: e.At, What: v.what(e.Event)}
	if e.By != duty.Machine {
		h.Concurrent = e.Concurrent
		h.Who = v.t("role." + e.Role)
		if name := names[e.By]; name != "" {
			h.Who = v.t("who", name, h.Who)
		}
	}
	if passedOn(e.Event) {
		return h
	}
	switch e.Step {
	case duty.Observed:
		h.Text, h.ExtraLook = e.Body.Fields.Get(duty.FieldText), e.Body.Fields.Get(duty.FieldExtraLook) == duty.Yes
	case duty.Concluded:
		h.What, h.Text = v.t("conclusion."+e.Body.Fields.Get(duty.FieldConclusion)), e.Body.Fields.Get(duty.FieldReason)
	case duty.Inquired, duty.Muted:
		h.Said = v.said(e.Event)
	case duty.Answered:
		h.What, h.Text = v.t("conclusion."+e.Body.Fields.Get(duty.FieldOutcome)), e.Body.Fields.Get(duty.FieldReason)
	default: // said by the step alone
	}
	if e.Step == duty.Joined && !v.sees(unitOf(e.Event)) {
		h.What = v.t("step.joined_other")
	}
	return h
}

func (v *visit) refused(r *duty.Refusal) string {
	message := v.t("refused." + string(r.Code))
	if r.Found != "" {
		message = v.t("refused.found", message, r.Found)
	}
	return message
}

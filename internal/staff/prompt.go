package staff

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strconv"
	"strings"
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

	MayObserve, MayConclude bool
	Leads                   bool // who concludes is the one that others report to
	Severe, IsOpen          bool
	Saved                   string // what was just written, or empty
	Form                    form

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

// form is what the writer's fields hold: what was typed is never lost.
type form struct {
	ObservationID, ConclusionID string // event ids: sent twice is written once
	Seen                        int
	Text                        string
	ExtraLook                   bool
	Conclusion, Reason          string
	Fault                       *fault
	sent                        *sent // one of Steps that came back
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
	return s.renderPrompt(c, v, prompts, i, http.StatusOK, form{Seen: p.Version})
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

func (s *Staff) renderPrompt(c echo.Context, v *visit, prompts []duty.Prompt, i, status int, f form) error {
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
		Frame: v.frameAt(desk.Overview), promptCard: s.card(v, p, told), ID: p.ID, Back: overviewOf(v.school.Org),
		Unit: v.unit(p.Unit), Concern: p.Conclusion == duty.Concern, Ended: p.PeriodOver(),
		Standing: v.list("standing.list"), Severe: p.Kind == disclosure.KindSevere, IsOpen: p.Open(),
		MayObserve: v.person.May(access.Observe), MayConclude: v.mayConclude(p), Leads: v.person.May(access.SeeSchool),
		Saved: c.QueryParam("saved"), Form: f,
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
	if page.Form.ObservationID == "" {
		page.Form.ObservationID = rand.Text()
	}
	if page.Form.ConclusionID == "" {
		page.Form.ConclusionID = rand.Text()
	}
	if err := s.leadPrompt(ctx, v, p, &page, f.sent); err != nil {
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
		page.Steps = append(page.Steps, v.form(asking{
			subject: duty.SubjectPrompt, step: step, action: "/staff/prompts/" + p.ID + "/" + string(step), seen: p.Version,
			before: duty.Fields{duty.FieldOn: {duty.DayOf(s.Now())}}, cases: v.openCases(m), sent: again,
		}))
	}
	return nil
}

func (s *Staff) stepOnPrompt(c echo.Context) error {
	v, prompts, i, err := s.findPrompt(c)
	if err != nil {
		return err
	}
	if !v.leads() {
		return web.Fail("forbidden", errNotYours)
	}
	m, err := s.matters(c.Request().Context(), v)
	if err != nil {
		return err
	}
	p, step := prompts[i], duty.Step(c.Param("step"))
	return s.try(c, v, m.events, p.Version, attempt{
		step: step, about: p.ID, audited: true,
		make: func(a duty.Act) ([]duty.Event, error) { return oneEvent(m.take(p, step, a)) },
		again: func(status int, f *sent) error {
			return s.renderPrompt(c, v, prompts, i, status, form{
				Seen: p.Version, Fault: &fault{On: string(step), Field: f.field, Message: f.message}, sent: f,
			})
		},
		done: func(e duty.Event) string {
			what := string(step)
			if e.Step == duty.Answered && p.With(e).Open() {
				what = "overtaken" // a signal came while the writer wrote
			}
			return "/staff/prompts/" + p.ID + "?saved=" + what + "#saved"
		},
	})
}

// mayConclude: class staff end the prompts of their own classes; those of a
// grade or school need who sees it whole.
func (v *visit) mayConclude(p duty.Prompt) bool {
	return v.person.May(access.Conclude) && v.sees(p.Unit) && p.Kind != disclosure.KindSevere
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
	card := earlierCard{Href: "/staff/prompts/" + p.ID, Conclusion: v.t("conclusion." + p.Conclusion)}
	for _, e := range p.History {
		if e.Covers && e.Body.Conclusion == p.Conclusion {
			card.Date, card.Reason = web.Date(v.lang, e.At), e.Body.Reason
		}
	}
	return card
}

func (v *visit) history(e duty.Entry, names map[string]string) historyItem {
	h := historyItem{When: e.At, What: v.t("step." + string(e.Step)), Text: e.Body.Text, ExtraLook: e.Body.ExtraLook}
	if e.By != duty.Machine {
		h.Concurrent = e.Concurrent
		h.Who = v.t("role." + e.Role)
		if name := names[e.By]; name != "" {
			h.Who = v.t("who", name, h.Who)
		}
	}
	if (e.Step == duty.Opened || e.Step == duty.Joined) && e.By != duty.Machine {
		h.What = v.t("step.passed_on")
		return h
	}
	switch e.Step {
	case duty.Concluded:
		h.What, h.Text = v.t("conclusion."+e.Body.Conclusion), e.Body.Reason
	case duty.Inquired, duty.Muted:
		h.Said = v.said(e.Event)
	case duty.Answered:
		h.What, h.Text = v.t("conclusion."+e.Body.Fields.Get(duty.FieldOutcome)), e.Body.Fields.Get(duty.FieldReason)
	default: // said by the step alone
	}
	if e.Step == duty.Joined {
		h.What = v.t("step.joined", v.unit(disclosure.Unit{
			Owner: e.Owner, School: e.School, Level: disclosure.Level(e.Body.Level), Name: e.Body.Unit, Group: e.Body.Group,
		}))
		if !v.sees(disclosure.Unit{School: e.School, Level: disclosure.Level(e.Body.Level), Name: e.Body.Unit}) {
			h.What = v.t("step.joined_other")
		}
	}
	return h
}

func (s *Staff) observe(c echo.Context) error {
	return s.write(c, access.Observe, "observed", duty.Observe)
}

func (s *Staff) conclude(c echo.Context) error {
	return s.write(c, access.Conclude, "concluded", duty.Conclude)
}

// write makes an event of a form and appends it. Whatever goes wrong, the page
// comes back with what was typed.
func (s *Staff) write(c echo.Context, right access.Right, what string, make func(duty.Prompt, duty.Writing) (duty.Event, error)) error {
	ctx := c.Request().Context()
	v, prompts, i, err := s.findPrompt(c)
	if err != nil {
		return err
	}
	p := prompts[i]
	// A severe prompt goes on to duty.Conclude, which says why not.
	if !v.person.May(right) || right == access.Conclude && !v.sees(p.Unit) {
		return web.Fail("forbidden", errNotYours)
	}
	w, err := s.read(c, v, right)
	if err != nil {
		return err
	}
	f := form{Seen: w.Seen, Text: w.Text, ExtraLook: w.ExtraLook, Conclusion: w.Conclusion, Reason: w.Reason}
	if right == access.Observe {
		f.ObservationID = w.ID
	} else {
		f.ConclusionID = w.ID
	}
	again := func(status int, field, message string) error {
		f.Fault = &fault{On: what, Field: field, Message: message}
		return s.renderPrompt(c, v, prompts, i, status, f)
	}

	event, err := make(p, w)
	if sent, ok := find(p, w.ID); ok {
		if sent.By == w.By && sent.Body.Text == w.Text && sent.Body.Reason == w.Reason && sent.Body.Conclusion == w.Conclusion {
			return s.saved(c, p, what, sent.Event) // the second click of a double click
		}
		f.ObservationID, f.ConclusionID, f.Seen = "", "", p.Version
		return again(http.StatusConflict, "", v.t("refused.sent_before"))
	}
	var refusal *duty.Refusal
	if errors.As(err, &refusal) {
		if refusal.Code == duty.BadForm { // a page kept too long: let it be sent anew
			f.ObservationID, f.ConclusionID, f.Seen = "", "", p.Version
		}
		return again(http.StatusUnprocessableEntity, refusal.Field, v.refused(refusal))
	}
	if err != nil {
		return fmt.Errorf("make %s event: %w", what, err)
	}
	// First the record of the act: an act without one must not be.
	if err := s.audit(ctx, v, what, p.ID); err != nil {
		return err
	}
	if err := s.Store.AppendDuty(ctx, []duty.Event{event}); err != nil {
		s.Log.LogAttrs(ctx, slog.LevelError, "duty event not written", slog.String("prompt", p.ID), slog.Any("error", err))
		return again(http.StatusServiceUnavailable, "", v.t("refused.not_stored"))
	}
	return s.saved(c, p, what, event)
}

// saved sends the writer back to the page by GET, so that a reload sends
// nothing.
func (s *Staff) saved(c echo.Context, p duty.Prompt, what string, e duty.Event) error {
	if e.Step == duty.Concluded && p.With(e).Open() {
		what = "overtaken" // a signal came while the writer wrote
	}
	return c.Redirect(http.StatusSeeOther, "/staff/prompts/"+p.ID+"?saved="+what+"#saved")
}

// read reads what was sent. Each form has one text: what was seen, or why.
func (s *Staff) read(c echo.Context, v *visit, right access.Right) (duty.Writing, error) {
	values, err := c.FormParams()
	if err != nil {
		return duty.Writing{}, web.Fail("malformed", fmt.Errorf("read form: %w", err))
	}
	seen, _ := strconv.Atoi(values.Get("seen")) // 0 is refused as a bad form
	w := duty.Writing{ID: values.Get("event"), Seen: seen, At: s.Now(), By: v.person.ID, Role: string(v.person.Role)}
	text := strings.TrimSpace(strings.ReplaceAll(values.Get("text"), "\r\n", "\n"))
	if right == access.Observe {
		w.Text, w.ExtraLook = text, values.Get("extra_look") != ""
	} else {
		w.Reason, w.Conclusion = text, values.Get("conclusion")
	}
	return w, nil
}

func find(p duty.Prompt, id string) (duty.Entry, bool) {
	for _, e := range p.History {
		if e.ID == id {
			return e, true
		}
	}
	return duty.Entry{}, false
}

func (v *visit) refused(r *duty.Refusal) string {
	message := v.t("refused." + string(r.Code))
	if r.Found != "" {
		message = v.t("refused.found", message, r.Found)
	}
	return message
}

// FaultOn says whether a field of a form is what was refused.
func (p promptPage) FaultOn(on, field string) bool {
	return p.Form.Fault != nil && p.Form.Fault.On == on && p.Form.Fault.Field == field
}

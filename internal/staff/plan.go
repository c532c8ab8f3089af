package staff

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/folgmed/folgmed/internal/desk"
	"github.com/folgmed/folgmed/internal/duty"
	"github.com/folgmed/folgmed/internal/web"
)

// planPage is /staff/cases/ID/plan: the measures, each with its five fields, and
// where to add, change and evaluate.
type planPage struct {
	web.Frame
	caseHead
	Measures []measureCard
	Add      *stepForm
}

// measureCard is one measure. More than one wording stands where two have
// changed it without having read each other.
type measureCard struct {
	ID          string
	Number      int
	Wordings    []happened
	CarriedOut  []happened
	Evaluations []happened
	Change      *stepForm
	Carry       *stepForm
	Evaluate    *stepForm
	Effects     []effect // of its classes, before and after
	Opened      bool     // a form of it has come back
}

func (v *visit) measures(one duty.Case) []measureCard {
	var cards []measureCard
	for i, m := range one.Measures {
		cards = append(cards, measureCard{
			ID: m.ID, Number: i + 1, Wordings: v.all(m.Standing()), CarriedOut: v.all(m.CarriedOut), Evaluations: v.all(m.Evaluations),
		})
	}
	return cards
}

func (s *Staff) showPlan(c echo.Context) error {
	v, _, one, err := s.findCase(c)
	if err != nil {
		return err
	}
	if err := s.audit(c.Request().Context(), v, "read_plan", one.ID); err != nil {
		return err
	}
	return s.renderPlan(c, v, one, http.StatusOK, nil)
}

func (s *Staff) renderPlan(c echo.Context, v *visit, one duty.Case, status int, again *sent) error {
	page := planPage{
		Frame: v.frameAt(desk.Cases), caseHead: s.head(c, v, one, again), Measures: v.measures(one),
		Add: s.asks(v, one, duty.Planned, again),
	}
	released, err := s.released(c.Request().Context(), v)
	if err != nil {
		return err
	}
	for i, m := range one.Measures {
		card := &page.Measures[i]
		card.Effects = s.effects(v, released, one, m)
		if !one.Open() {
			continue
		}
		card.Opened = again != nil && again.of == m.ID
		ask := func(step duty.Step, before duty.Fields) *stepForm {
			fixed := duty.Fields{duty.FieldMeasure: {m.ID}}
			if step == duty.Changed {
				for _, wording := range m.Standing() {
					fixed[duty.FieldOver] = append(fixed[duty.FieldOver], duty.WordingID(wording))
				}
			}
			f := v.form(asking{
				subject: duty.SubjectCase, step: step, of: m.ID, action: "/staff/cases/" + one.ID + "/" + string(step),
				seen: one.Version, scope: one.Scope, fixed: fixed, before: before, sent: again,
			})
			return &f
		}
		today := duty.Fields{duty.FieldOn: {duty.DayOf(s.Now())}}
		card.Change, card.Carry, card.Evaluate = ask(duty.Changed, m.Fields()), ask(duty.CarriedOut, today), ask(duty.Evaluated, today)
	}
	return s.pages.Render(c, status, "plan", v.lang, page)
}

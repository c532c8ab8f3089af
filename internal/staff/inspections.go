package staff

import (
	"context"
	"net/http"
	"slices"

	"github.com/labstack/echo/v4"

	"github.com/folgmed/folgmed/internal/access"
	"github.com/folgmed/folgmed/internal/desk"
	"github.com/folgmed/folgmed/internal/disclosure"
	"github.com/folgmed/folgmed/internal/duty"
	"github.com/folgmed/folgmed/internal/web"
)

// inspectionsPage is /staff/inspections: place by place who looks after it and
// when, who did, and where to write that one did.
type inspectionsPage struct {
	web.Frame
	Saved   string
	Fault   *fault
	Survey  []wholeSchool // what the pupils say of places, for who sees the school
	Inspect stepForm
	Arrange *stepForm // for who leads the school
	Places  []placeCard
}

type placeCard struct {
	Name    string
	Routine *happened // nil: none yet
	Seen    []happened
	Earlier []happened // further back
}

// latestSeen is how many inspections of a place stand in sight.
const latestSeen = 3

func inspectionsOf(school string) string { return "/staff/inspections?school=" + school }

func (s *Staff) inspections(c echo.Context) error {
	v, err := s.at(c, access.Report)
	if err != nil {
		return err
	}
	m, err := s.matters(c.Request().Context(), v)
	if err != nil {
		return err
	}
	if err := s.audit(c.Request().Context(), v, "read_inspections", ""); err != nil {
		return err
	}
	return s.renderInspections(c, v, m, http.StatusOK, nil)
}

func (s *Staff) renderInspections(c echo.Context, v *visit, m matters, status int, again *sent) error {
	page := inspectionsPage{Frame: v.frameAt(desk.Inspections), Saved: v.saved(c)}
	if again != nil {
		page.Fault = &fault{On: string(again.step), Field: again.field, Message: again.message}
	}
	var err error
	if page.Survey, err = s.placesInSurvey(c.Request().Context(), v); err != nil {
		return err
	}
	ask := func(subject duty.Subject, step duty.Step) stepForm {
		return v.form(asking{
			subject: subject, step: step, action: "/staff/inspections/" + string(step) + "?school=" + v.school.Org,
			before: duty.Fields{duty.FieldOn: {duty.DayOf(s.Now())}}, sent: again,
		})
	}
	page.Inspect = ask(duty.SubjectInspection, duty.Inspected)
	if v.leads() {
		f := ask(duty.SubjectRoutine, duty.Arranged)
		page.Arrange = &f
	}
	for _, place := range duty.LookedAfter(m.events) {
		page.Places = append(page.Places, v.placeCard(place))
	}
	return s.pages.Render(c, status, "inspections", v.lang, page)
}

// placesInSurvey is what was released of the places, for the school as a whole.
func (s *Staff) placesInSurvey(ctx context.Context, v *visit) ([]wholeSchool, error) {
	if !v.person.SeesSchool(v.school.Org) {
		return nil, nil
	}
	released, err := s.released(ctx, v)
	if err != nil {
		return nil, err
	}
	return s.wholeSchool(v, disclosure.Current(released, disclosure.Staff), 0), nil
}

// placeCard shows all routines, and of the inspections those that the person may
// read: who may only report reads their own.
func (v *visit) placeCard(p duty.Place) placeCard {
	card := placeCard{Name: v.option(duty.FieldPlace, p.Name)}
	if n := len(p.Routines); n > 0 {
		routine := v.happened(p.Routines[n-1])
		card.Routine = &routine
	}
	mine := slices.DeleteFunc(slices.Clone(p.Inspections), func(e duty.Entry) bool {
		return !v.person.May(access.SeeClass) && e.By != v.person.ID
	})
	card.Seen = v.all(mine)
	if len(mine) > latestSeen {
		card.Seen, card.Earlier = card.Seen[:latestSeen], card.Seen[latestSeen:]
	}
	return card
}

func (s *Staff) inspect(c echo.Context) error {
	return s.writeInspection(c, access.Report, duty.Inspected, duty.Inspect)
}

func (s *Staff) arrange(c echo.Context) error {
	return s.writeInspection(c, access.Lead, duty.Arranged, duty.Arrange)
}

func (s *Staff) writeInspection(c echo.Context, right access.Right, step duty.Step, make func(owner, school string, a duty.Act) (duty.Event, error)) error {
	v, err := s.at(c, right)
	if err != nil {
		return err
	}
	m, err := s.matters(c.Request().Context(), v)
	if err != nil {
		return err
	}
	return s.try(c, v, m.events, 0, attempt{
		step: step, audited: true,
		make:  func(a duty.Act) ([]duty.Event, error) { return oneEvent(make(v.owner.Org, v.school.Org, a)) },
		again: func(status int, f *sent) error { return s.renderInspections(c, v, m, status, f) },
		done:  func(duty.Event) string { return inspectionsOf(v.school.Org) + "&saved=" + string(step) + "#saved" },
	})
}

package staff

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/folgmed/folgmed/internal/access"
	"github.com/folgmed/folgmed/internal/desk"
	"github.com/folgmed/folgmed/internal/duty"
)

func (s *Staff) showStepIn(c echo.Context) error {
	v, err := s.at(c, access.Report)
	if err != nil {
		return err
	}
	return s.renderStepIn(c, v, http.StatusOK, nil)
}

func (s *Staff) renderStepIn(c echo.Context, v *visit, status int, again *sent) error {
	page := openingPage{
		Frame: v.frameAt(desk.Report), Title: v.t("stepin.title"), Lead: v.t("stepin.lead"),
		Form: v.form(asking{
			subject: duty.SubjectIntervention, step: duty.Intervened, action: "/staff/step-in?school=" + v.school.Org,
			before: duty.Fields{duty.FieldOn: {duty.DayOf(s.Now())}}, sent: again,
		}),
	}
	return s.pages.Render(c, status, "opening", v.lang, page)
}

func (s *Staff) stepIn(c echo.Context) error {
	v, err := s.at(c, access.Report)
	if err != nil {
		return err
	}
	events, err := s.Store.DutyEvents(c.Request().Context(), v.school.Org)
	if err != nil {
		return err
	}
	return s.try(c, v, events, 0, attempt{
		step: duty.Intervened, audited: true,
		make:  func(a duty.Act) ([]duty.Event, error) { return duty.StepIn(v.owner.Org, v.school.Org, a) },
		again: func(status int, f *sent) error { return s.renderStepIn(c, v, status, f) },
		done:  func(duty.Event) string { return "/staff/reports?school=" + v.school.Org + "&saved=intervened#saved" },
	})
}

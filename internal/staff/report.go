package staff

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/folgmed/folgmed/internal/access"
	"github.com/folgmed/folgmed/internal/desk"
	"github.com/folgmed/folgmed/internal/duty"
	"github.com/folgmed/folgmed/internal/web"
)

// openingPage is a page with the one form that opens something: /staff/report,
// /staff/step-in and /staff/cases/new.
type openingPage struct {
	web.Frame
	Title, Lead string
	Notes       []string
	From        []link // what it comes of
	Form        stepForm
}

type link struct{ Href, Label string }

func (s *Staff) showReport(c echo.Context) error {
	v, err := s.at(c, access.Report)
	if err != nil {
		return err
	}
	return s.renderReport(c, v, http.StatusOK, nil)
}

func (s *Staff) renderReport(c echo.Context, v *visit, status int, again *sent) error {
	page := openingPage{
		Frame: v.frameAt(desk.Report), Title: v.t("report.title"), Lead: v.t("report.lead"), Notes: v.list("report.notes"),
		Form: v.form(asking{subject: duty.SubjectReport, step: duty.Reported, action: "/staff/report?school=" + v.school.Org, sent: again}),
	}
	return s.pages.Render(c, status, "opening", v.lang, page)
}

func (s *Staff) report(c echo.Context) error {
	v, err := s.at(c, access.Report)
	if err != nil {
		return err
	}
	events, err := s.Store.DutyEvents(c.Request().Context(), v.school.Org)
	if err != nil {
		return err
	}
	return s.try(c, v, events, 0, attempt{
		step: duty.Reported,
		// Who reports on the leadership must not stand in a list at school.
		audited: c.FormValue(string(duty.FieldAbout)) != duty.AboutLeadership,
		make: func(a duty.Act) ([]duty.Event, error) {
			e, err := duty.File(v.owner.Org, v.school.Org, a)
			return []duty.Event{e}, err
		},
		again: func(status int, f *sent) error { return s.renderReport(c, v, status, f) },
		done:  func(e duty.Event) string { return "/staff/reports/" + idOf(e) + "?saved=reported#saved" },
	})
}

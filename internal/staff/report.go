package staff

import (
	"net/http"
	"slices"

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
	FromLead    string
	From        []link // what it comes of
	Form        stepForm
}

type link struct{ Href, Label string }

func (s *Staff) showReport(c echo.Context) error {
	v, err := s.at(c, access.Report)
	if err != nil {
		return err
	}
	from, err := s.worryFrom(c, v)
	if err != nil {
		return err
	}
	return s.renderReport(c, v, from, http.StatusOK, nil)
}

// worryFrom is the prompt that ?from= names, if the person may see it: it was
// concluded with a concern, which is then reported.
func (s *Staff) worryFrom(c echo.Context, v *visit) (*duty.Prompt, error) {
	named := c.QueryParam("from")
	if named == "" {
		return nil, nil //nolint:nilnil // most reports come of no prompt
	}
	prompts, err := s.prompts(c.Request().Context(), v)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(prompts, func(p duty.Prompt) bool { return duty.PromptSubject(p.ID) == named })
	if i < 0 {
		return nil, web.Fail("not_found", errNotYours)
	}
	return &prompts[i], nil
}

func (s *Staff) renderReport(c echo.Context, v *visit, from *duty.Prompt, status int, again *sent) error {
	page := openingPage{
		Frame: v.frameAt(desk.Report), Title: v.t("report.title"), Lead: v.t("report.lead"), Notes: v.list("report.notes"), FromLead: v.t("report.from"),
	}
	asked := asking{subject: duty.SubjectReport, step: duty.Reported, action: "/staff/report?school=" + v.school.Org, sent: again}
	if from != nil {
		page.From = []link{v.promptLink(*from)}
		asked.action += "&from=" + duty.PromptSubject(from.ID)
		asked.before = duty.Fields{duty.FieldSources: {duty.SourceSurvey}, duty.FieldAbout: {duty.AboutPupils}}
	}
	page.Form = v.form(asked)
	return s.pages.Render(c, status, "opening", v.lang, page)
}

// promptLink leads to a prompt, named by what it is about.
func (v *visit) promptLink(p duty.Prompt) link {
	return link{"/staff/prompts/" + p.ID, v.t("newcase.prompt", v.unit(p.Unit))}
}

func (s *Staff) report(c echo.Context) error {
	v, err := s.at(c, access.Report)
	if err != nil {
		return err
	}
	from, err := s.worryFrom(c, v)
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
			if from != nil {
				return oneEvent(duty.File(v.owner.Org, v.school.Org, a, duty.PromptSubject(from.ID)))
			}
			return oneEvent(duty.File(v.owner.Org, v.school.Org, a))
		},
		again: func(status int, f *sent) error { return s.renderReport(c, v, from, status, f) },
		done:  func(e duty.Event) string { return "/staff/reports/" + idOf(e) + "?saved=reported#saved" },
	})
}

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

// reportedPage is /staff/reports/ID: one report, what came of it, and for who
// leads the school what is to be decided.
type reportedPage struct {
	web.Frame
	Saved   string
	Fault   *fault
	Tag     string
	State   string
	Said    []saidField
	Who     string
	Back    string
	History []happened
	From    []link // what it comes of
	Case    *link
	Forms   []stepForm
	NewCase string // where to open a case of it
}

func (s *Staff) findReport(c echo.Context) (*visit, matters, duty.Report, error) {
	var found duty.Report
	v, m, err := s.where(c, access.Report, func(m matters) bool {
		i := slices.IndexFunc(m.reports, func(r duty.Report) bool { return r.ID == c.Param("id") })
		if i >= 0 {
			found = m.reports[i]
		}
		return i >= 0
	})
	return v, m, found, err
}

func (s *Staff) showReported(c echo.Context) error {
	v, m, r, err := s.findReport(c)
	if err != nil {
		return err
	}
	if r.About != duty.AboutLeadership {
		if err := s.audit(c.Request().Context(), v, "read_report", r.ID); err != nil {
			return err
		}
	}
	return s.renderReported(c, v, m, r, http.StatusOK, nil)
}

func (s *Staff) renderReported(c echo.Context, v *visit, m matters, r duty.Report, status int, again *sent) error {
	page := reportedPage{
		Frame: v.frameAt(desk.Reports), Saved: v.saved(c), State: v.t("report.state." + reportState(r)),
		Said: v.said(r.History[0].Event), Who: v.happened(r.History[0]).Who + ", " + web.DateTime(v.lang, r.OpenedAt),
		Back: "/staff/reports?school=" + v.school.Org,
	}
	for _, p := range duty.Prompts(m.events) {
		if slices.Contains(r.From, duty.PromptSubject(p.ID)) && v.seesPrompt(p) {
			page.From = append(page.From, v.promptLink(p))
		}
	}
	if again != nil {
		page.Fault = &fault{On: string(again.step), Field: again.field, Message: again.message}
	}
	if v.leads() && r.SeenBy("", duty.Leader) {
		s.leadReported(v, m, r, &page, again)
	}
	return s.pages.Render(c, status, "reported", v.lang, page)
}

// leadReported adds what only who leads the school sees.
func (s *Staff) leadReported(v *visit, m matters, r duty.Report, page *reportedPage, again *sent) {
	page.History = v.all(r.History[1:])
	if r.Undecided() {
		page.Tag = v.t("report.undecided." + r.About)
	}
	if i := slices.IndexFunc(m.cases, func(c duty.Case) bool { return c.ID == r.Case }); i >= 0 {
		page.Case = &link{"/staff/cases/" + r.Case, v.caseTitle(m.cases[i])}
	}
	open := r.State == duty.StateOpen
	if open {
		page.NewCase = "/staff/cases/new?school=" + v.school.Org + "&from=report:" + r.ID
	}
	for _, step := range []duty.Step{duty.Received, duty.Routed, duty.Judged, duty.Inquired, duty.Answered} {
		switch {
		case step == duty.Received && r.Received,
			step == duty.Routed && (r.About != duty.AboutStaff || r.Route != ""),
			step == duty.Judged && r.Serious != "",
			// What became a case may still be serious, or to be passed on.
			!open && (!r.Undecided() || step == duty.Received || step == duty.Inquired || step == duty.Answered):
			continue
		}
		page.Forms = append(page.Forms, v.form(asking{
			subject: duty.SubjectReport, step: step, action: "/staff/reports/" + r.ID + "/" + string(step), seen: r.Version,
			before: duty.Fields{duty.FieldOn: {duty.DayOf(s.Now())}}, cases: v.openCases(m), sent: again,
		}))
	}
}

func (v *visit) openCases(m matters) []option {
	var list []option
	for _, c := range m.cases {
		if c.Open() {
			list = append(list, option{Value: c.ID, Label: v.caseTitle(c)})
		}
	}
	return list
}

func (s *Staff) stepOnReport(c echo.Context) error {
	v, m, r, err := s.findReport(c)
	if err != nil {
		return err
	}
	if !v.leads() {
		return web.Fail("forbidden", errNotYours) // who reported it may read it
	}
	step := duty.Step(c.Param("step"))
	return s.try(c, v, m.events, r.Version, attempt{
		step: step, about: r.ID, audited: true,
		make: func(a duty.Act) ([]duty.Event, error) {
			return oneEvent(m.take(r, step, a))
		},
		again: func(status int, f *sent) error { return s.renderReported(c, v, m, r, status, f) },
		done:  func(duty.Event) string { return "/staff/reports/" + r.ID + "?saved=" + string(step) + "#saved" },
	})
}

func oneEvent(e duty.Event, err error) ([]duty.Event, error) { return []duty.Event{e}, err }

// take takes a step that may name a case: it must be an open one of the school.
func (m matters) take(on duty.Matter, step duty.Step, a duty.Act) (duty.Event, error) {
	e, err := duty.Take(on, step, a)
	if err != nil || e.Body.Fields.Get(duty.FieldOutcome) != duty.InCase {
		return e, err
	}
	id := e.Body.Fields.Get(duty.FieldCase)
	if !slices.ContainsFunc(m.cases, func(c duty.Case) bool { return c.ID == id && c.Open() }) {
		return duty.Event{}, &duty.Refusal{Code: duty.NoSuchCase, Field: string(duty.FieldCase)}
	}
	return e, nil
}

package staff

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/folgmed/folgmed/internal/access"
	"github.com/folgmed/folgmed/internal/desk"
	"github.com/folgmed/folgmed/internal/duty"
	"github.com/folgmed/folgmed/internal/roster"
	"github.com/folgmed/folgmed/internal/web"
)

// casesPage is /staff/cases: the school's cases, those that are open first.
type casesPage struct {
	web.Frame
	NewHref      string
	YearHref     string // the year's documentation
	YearEnds     bool   // those that are open go on into the next one
	Open, Closed []caseCard
}

type caseCard struct {
	Href, Title, Opened, Next string
}

func (s *Staff) listCases(c echo.Context) error {
	v, err := s.at(c, access.Lead)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	m, err := s.matters(ctx, v)
	if err != nil {
		return err
	}
	if err := s.audit(ctx, v, "read_cases", ""); err != nil {
		return err
	}
	page := casesPage{Frame: v.frameAt(desk.Cases), NewHref: "/staff/cases/new?school=" + v.school.Org}
	page.YearHref = "/staff/documentation?school=" + v.school.Org
	page.YearEnds = duty.SchoolYear(s.Now().Add(beforeSummer)) > duty.SchoolYear(s.Now())
	for _, one := range m.cases {
		card := s.caseCard(v, one)
		if one.Open() {
			page.Open = append(page.Open, card)
		} else {
			page.Closed = append(page.Closed, card)
		}
	}
	slices.Reverse(page.Closed)
	return s.pages.Render(c, http.StatusOK, "cases", v.lang, page)
}

func (s *Staff) caseCard(v *visit, one duty.Case) caseCard {
	return caseCard{
		Href: "/staff/cases/" + one.ID, Title: v.caseTitle(one),
		Opened: v.t("case.opened", web.Date(v.lang, one.OpenedAt), v.ago(one.OpenedAt, s.Now())), Next: v.t("case.next." + s.next(one)),
	}
}

// beforeSummer is for how long before the new school year the open cases are said
// to go on into it: from May.
const beforeSummer = 13 * 7 * 24 * time.Hour

// grownUp are the classes that pupils of these are likely in one year later: of
// 5A in 6A, where there is one.
func (v *visit) grownUp(classes []string) []string {
	var next []string
	for _, name := range classes {
		digits := len(name) - len(strings.TrimLeft(name, "0123456789"))
		grade, err := strconv.Atoi(name[:digits])
		older := strconv.Itoa(grade+1) + name[digits:]
		if err == nil && slices.ContainsFunc(v.school.Classes, func(c roster.Class) bool { return c.Name == older }) {
			next = append(next, older)
		}
	}
	return next
}

// caseTitle names a case: a situation by what it is about, an individual one by
// its number in the archive.
func (w words) caseTitle(c duty.Case) string {
	if c.Scope == duty.Individual {
		return w.t("case.individual", c.Archive)
	}
	return c.Title
}

// next is what a case most needs.
func (s *Staff) next(c duty.Case) string {
	evaluated := slices.ContainsFunc(c.Measures, func(m duty.Measure) bool { return len(m.Evaluations) > 0 })
	switch {
	case !c.Open():
		return "closed"
	case c.LeftBehind(s.Now()):
		return "follow"
	case len(c.Inquiries) == 0:
		return "inquire"
	case len(c.Measures) == 0:
		return "plan"
	case !evaluated:
		return "evaluate"
	default:
		return "close"
	}
}

func (s *Staff) showNewCase(c echo.Context) error {
	v, err := s.at(c, access.Lead)
	if err != nil {
		return err
	}
	_, from, err := s.origins(c, v)
	if err != nil {
		return err
	}
	return s.renderNewCase(c, v, from, http.StatusOK, nil)
}

// origins are the reports and prompts that ?from= names, as far as the person
// may see them.
func (s *Staff) origins(c echo.Context, v *visit) (matters, []duty.Matter, error) {
	m, err := s.matters(c.Request().Context(), v)
	if err != nil {
		return m, nil, err
	}
	named := c.QueryParam("from")
	if named == "" {
		return m, nil, nil
	}
	subject, id, _ := strings.Cut(named, ":")
	switch duty.Subject(subject) {
	case duty.SubjectReport:
		if i := slices.IndexFunc(m.reports, func(r duty.Report) bool { return r.ID == id && r.SeenBy("", duty.Leader) }); i >= 0 {
			return m, []duty.Matter{m.reports[i]}, nil
		}
	case duty.SubjectPrompt:
		prompts, err := s.prompts(c.Request().Context(), v)
		if err != nil {
			return m, nil, err
		}
		if i := slices.IndexFunc(prompts, func(p duty.Prompt) bool { return p.ID == id }); i >= 0 {
			return m, []duty.Matter{prompts[i]}, nil
		}
	default: // no case comes of others
	}
	return m, nil, web.Fail("not_found", errNotYours)
}

func (s *Staff) renderNewCase(c echo.Context, v *visit, from []duty.Matter, status int, again *sent) error {
	page := openingPage{
		Frame: v.frameAt(desk.Cases), Title: v.t("newcase.title"), Lead: v.t("newcase.lead"), Notes: v.list("newcase.notes"), FromLead: v.t("newcase.from"),
		Form: v.form(asking{
			subject: duty.SubjectCase, step: duty.Opened, sent: again,
			action: "/staff/cases/new?school=" + v.school.Org + "&from=" + c.QueryParam("from"),
		}),
	}
	for _, m := range from {
		switch m := m.(type) {
		case duty.Report:
			page.From = append(page.From, link{"/staff/reports/" + m.ID, m.What})
		case duty.Prompt:
			page.From = append(page.From, v.promptLink(m))
		}
	}
	return s.pages.Render(c, status, "opening", v.lang, page)
}

func (s *Staff) openCase(c echo.Context) error {
	v, err := s.at(c, access.Lead)
	if err != nil {
		return err
	}
	m, from, err := s.origins(c, v)
	if err != nil {
		return err
	}
	return s.try(c, v, m.events, 0, attempt{
		step: duty.Opened, audited: true,
		make:  func(a duty.Act) ([]duty.Event, error) { return duty.OpenCase(v.owner.Org, v.school.Org, a, from...) },
		again: func(status int, f *sent) error { return s.renderNewCase(c, v, from, status, f) },
		done:  func(e duty.Event) string { return "/staff/cases/" + idOf(e) + "?saved=opened#saved" },
	})
}

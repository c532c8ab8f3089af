package staff

import (
	"net/http"
	"slices"

	"github.com/labstack/echo/v4"

	"github.com/folgmed/folgmed/internal/access"
	"github.com/folgmed/folgmed/internal/desk"
	"github.com/folgmed/folgmed/internal/disclosure"
	"github.com/folgmed/folgmed/internal/duty"
	"github.com/folgmed/folgmed/internal/web"
)

// reportsPage is /staff/reports: what the reader may see of what was reported,
// and of what was stepped in to.
type reportsPage struct {
	web.Frame
	Leads         bool
	Saved         string
	ReportHref    string
	StepInHref    string
	Lent          bool         // what the person reported about the leadership before is not shown
	Survey        []promptCard // what is severe is a report by itself
	Open, Done    []reportCard
	Interventions []intervention
}

type reportCard struct {
	Href, Text, Opened, State string
	Tag                       string // what has to be decided
}

type intervention struct {
	happened
	ID       string
	Physical bool
}

func (s *Staff) reports(c echo.Context) error {
	v, err := s.at(c, access.Report)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	m, err := s.matters(ctx, v)
	if err != nil {
		return err
	}
	if err := s.audit(ctx, v, "read_reports", ""); err != nil {
		return err
	}
	page := reportsPage{
		Frame: v.frameAt(desk.Reports), Leads: v.leads(), Lent: !v.person.Lent.IsZero(), Saved: v.saved(c),
		ReportHref: "/staff/report?school=" + v.school.Org, StepInHref: "/staff/step-in?school=" + v.school.Org,
	}
	if v.leads() {
		prompts := v.promptsOf(m.events)
		for _, p := range prompts {
			if p.Kind == disclosure.KindSevere && p.Open() {
				page.Survey = append(page.Survey, s.card(v, p, prompts, nil))
			}
		}
	}
	for _, r := range m.reports {
		card := s.reportCard(v, r)
		if r.State == duty.StateOpen {
			page.Open = append(page.Open, card)
		} else {
			page.Done = append(page.Done, card)
		}
	}
	slices.Reverse(page.Done)
	for _, i := range slices.Backward(m.interventions) {
		page.Interventions = append(page.Interventions, intervention{happened: v.happened(i.History[0]), ID: i.ID, Physical: i.Physical()})
	}
	return s.pages.Render(c, http.StatusOK, "reports", v.lang, page)
}

func (s *Staff) reportCard(v *visit, r duty.Report) reportCard {
	card := reportCard{
		Href: "/staff/reports/" + r.ID, Text: r.What,
		Opened: v.t("reported", web.Date(v.lang, r.OpenedAt), v.ago(r.OpenedAt, s.Now())),
		State:  v.t("report.state." + reportState(r)),
	}
	if r.Undecided() && v.leads() {
		card.Tag = v.t("report.undecided." + r.About)
	}
	return card
}

// reportState is what has come of a report, as its writer may know it.
func reportState(r duty.Report) string {
	switch {
	case r.Outcome != "":
		return r.Outcome
	case r.OwnerTook:
		return "owner_took"
	case r.Route != "":
		return r.Route
	case r.About == duty.AboutLeadership:
		return "with_owner"
	case r.Serious == duty.Yes:
		return "serious"
	case r.Inquired:
		return "inquired"
	case r.Received:
		return "received"
	default:
		return "sent"
	}
}

// savedWords are what a page may say was written.
var savedWords = []string{
	"reported", "intervened", "inspected", "arranged", "received", "judged", "routed", "inquired", "answered", "muted", "opened", "raised_with",
	"planned", "changed", "carried_out", "evaluated", "followed_up", "closed", "overtaken_case", "reopened", "followed", "shared", "withdrawn",
}

// saved is what the page says was just written.
func (v *visit) saved(c echo.Context) string {
	if what := c.QueryParam("saved"); slices.Contains(savedWords, what) {
		return v.t("written." + what)
	}
	return ""
}

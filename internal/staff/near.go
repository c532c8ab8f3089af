package staff

import (
	"slices"
	"time"

	"github.com/folgmed/folgmed/internal/disclosure"
	"github.com/folgmed/folgmed/internal/duty"
	"github.com/folgmed/folgmed/internal/web"
)

// nearDays is how far ahead the overview looks for deadlines.
const nearDays = 14

// nearing is a day by which something is to be done, or was.
type nearing struct {
	Href, What, Of string
	Day            string
	Past           bool
	day            time.Time
}

// near lists what is to be done within nearDays or should have been, in the
// order of the days: when prompts and reports go on to whoever is next, and the
// days of cases for who leads the school.
func (s *Staff) near(v *visit, m matters, prompts []duty.Prompt, told map[string]disclosure.Signal) []nearing {
	now, cal := s.Now(), v.calendar()
	var all []nearing
	add := func(href, what, of string, day time.Time) {
		days := daysBetween(now, day)
		if days > nearDays {
			return
		}
		all = append(all, nearing{Href: href, What: what, Of: of, Day: v.dueOn(day, days), Past: days < 0, day: day})
	}
	for _, p := range prompts {
		if day, ok := p.PassesOn(cal, now); ok {
			key := "near.prompt_principal"
			if p.Stage(cal, now) == duty.StagePrincipal {
				key = "near.prompt_owner"
			}
			add("/staff/prompts/"+p.ID, v.t(key), v.t("headline", v.unit(p.Unit), v.headline(v.lead(p, told))), day)
		}
	}
	if v.leads() {
		for _, r := range m.reports {
			if day, ok := r.DecideBy(cal); ok {
				add("/staff/reports/"+r.ID, v.t("near.report"), r.What, day)
			}
		}
	}
	for _, one := range m.cases {
		for _, d := range one.Deadlines(cal) {
			href := "/staff/cases/" + one.ID
			if d.Measure != "" {
				href += "/plan#measure-" + d.Measure
			}
			add(href, v.t("near."+d.What), v.caseTitle(one), d.Day)
		}
	}
	slices.SortStableFunc(all, func(a, b nearing) int { return a.day.Compare(b.day) })
	return all
}

// dueOn says a day, and how near it is.
func (w words) dueOn(day time.Time, days int) string {
	date := web.Date(w.lang, day)
	switch {
	case days < 0:
		return w.t("near.past", date)
	case days == 0:
		return w.t("near.today", date)
	case days == 1:
		return w.t("near.tomorrow", date)
	default:
		return w.t("near.in", date, days)
	}
}

// waitingReports are the reports that wait for who leads the school.
func (s *Staff) waitingReports(v *visit, m matters) []reportCard {
	var cards []reportCard
	for _, r := range m.reports {
		if r.State == duty.StateOpen && r.SeenBy("", duty.Leader) {
			cards = append(cards, s.reportCard(v, r))
		}
	}
	return cards
}

// waitingCases are the cases that the school is at.
func (s *Staff) waitingCases(v *visit, m matters) []caseCard {
	var cards []caseCard
	for _, one := range m.cases {
		if one.Open() {
			cards = append(cards, s.caseCard(v, one))
		}
	}
	return cards
}

package staff

import (
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/folgmed/folgmed/internal/access"
	"github.com/folgmed/folgmed/internal/desk"
	"github.com/folgmed/folgmed/internal/duty"
	"github.com/folgmed/folgmed/internal/web"
)

// measuresPage is /staff/measures: what is planned in open cases, for those who
// are to do it. Nothing else of a case is told there.
type measuresPage struct {
	web.Frame
	Cases []measuresCard
}

type measuresCard struct {
	Title, Classes string
	Measures       []measureCard
}

func (s *Staff) showMeasures(c echo.Context) error {
	v, err := s.at(c, access.SeeClass)
	if err != nil {
		return err
	}
	m, err := s.matters(c.Request().Context(), v)
	if err != nil {
		return err
	}
	if err := s.audit(c.Request().Context(), v, "read_measures", ""); err != nil {
		return err
	}
	page := measuresPage{Frame: v.frameAt(desk.Measures)}
	for _, one := range duty.Cases(m.events) {
		if card := v.measuresCard(one, one.OfStaff(m.events)); len(card.Measures) > 0 {
			page.Cases = append(page.Cases, card)
		}
	}
	return s.pages.Render(c, http.StatusOK, "measures", v.lang, page)
}

// measuresCard holds the measures that the person sees: all of a case about one
// of their classes, unless it came of what is about staff, and those that they
// carry out themselves.
func (v *visit) measuresCard(one duty.Case, ofStaff bool) measuresCard {
	card := measuresCard{Title: v.caseTitle(one), Classes: v.t("measures.classes", strings.Join(one.Classes, ", "))}
	if !one.Open() || one.Scope != duty.Situation {
		return card
	}
	class := !ofStaff && slices.ContainsFunc(one.Classes, func(name string) bool { return v.person.SeesClass(v.school.Org, name) })
	for i, measure := range v.measures(one) {
		if class || one.Measures[i].Fields().Has(duty.FieldBy, v.person.ID) {
			card.Measures = append(card.Measures, measure)
		}
	}
	if len(one.Classes) == 0 {
		card.Classes = ""
	}
	return card
}

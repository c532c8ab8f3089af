package staff

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"

	"github.com/labstack/echo/v4"

	"github.com/folgmed/folgmed/internal/access"
	"github.com/folgmed/folgmed/internal/desk"
	"github.com/folgmed/folgmed/internal/duty"
	"github.com/folgmed/folgmed/internal/web"
)

// yearPage is /staff/documentation: all cases that the school was at in one
// school year, with their days.
type yearPage struct {
	web.Frame
	School, Title, Printed string
	Back                   string // to all cases
	Years                  []yearLink
	ExportHref             string
	Cases                  []caseYear
}

type yearLink struct {
	link
	Current bool
}

type caseYear struct {
	link
	Next  string
	Facts []saidField
}

// atYear finds the school, its cases of the year that ?year= names, or of this
// one, and the years there are cases of.
func (s *Staff) atYear(c echo.Context) (v *visit, m matters, year int, years []int, err error) {
	if v, err = s.at(c, access.Lead); err != nil {
		return nil, m, 0, nil, err
	}
	if m, err = s.matters(c.Request().Context(), v); err != nil {
		return nil, m, 0, nil, err
	}
	this := duty.SchoolYear(s.Now())
	first := this
	for _, one := range m.cases {
		first = min(first, duty.SchoolYear(one.OpenedAt))
	}
	for y := this; y >= first; y-- {
		years = append(years, y)
	}
	year = this
	if named := c.QueryParam("year"); named != "" {
		if year, err = strconv.Atoi(named); err != nil || !slices.Contains(years, year) {
			return nil, m, 0, nil, web.Fail("not_found", fmt.Errorf("school year %q", named))
		}
	}
	m.cases = slices.DeleteFunc(m.cases, func(one duty.Case) bool { return !one.InYear(year) })
	return v, m, year, years, nil
}

func schoolYear(year int) string { return fmt.Sprintf("%d/%d", year, year+1) }

func (s *Staff) showYear(c echo.Context) error {
	v, m, year, years, err := s.atYear(c)
	if err != nil {
		return err
	}
	if err := s.audit(c.Request().Context(), v, "read_year", strconv.Itoa(year)); err != nil {
		return err
	}
	here := "/staff/documentation?school=" + v.school.Org + "&year="
	page := yearPage{
		Frame: v.frameAt(desk.Cases), Back: v.desk.Href("/staff/cases"), School: v.school.Name, Title: v.t("year.title", schoolYear(year)), Printed: web.DateTime(v.lang, s.Now()),
		ExportHref: "/staff/documentation/year.json?school=" + v.school.Org + "&year=" + strconv.Itoa(year),
	}
	for _, y := range years {
		page.Years = append(page.Years, yearLink{link{here + strconv.Itoa(y), schoolYear(y)}, y == year})
	}
	for _, one := range m.cases {
		page.Cases = append(page.Cases, caseYear{
			link{"/staff/cases/" + one.ID, v.caseTitle(one)}, v.t("case.next." + s.next(one)), s.yearFacts(v, m, one),
		})
	}
	return s.pages.Render(c, http.StatusOK, "year", v.lang, page)
}

// yearFacts are the days of a case, and when it ended and went to the archive.
func (s *Staff) yearFacts(v *visit, m matters, one duty.Case) []saidField {
	facts := s.caseFacts(v, m, one)
	if !one.Open() {
		facts = append(facts, saidField{"", v.t("fact.closed"), []string{web.Date(v.lang, one.ClosedAt)}})
	}
	fetched := v.t("fact.not_exported")
	if at, ok := one.ExportedAt(m.events); ok {
		fetched = web.Date(v.lang, at)
	}
	return append(facts, saidField{"", v.t("fact.exported"), []string{fetched}})
}

// exportedYear is a school year as the archive gets it.
type exportedYear struct {
	School string     `json:"school"` // organisation number
	Year   string     `json:"school_year"`
	Cases  []exported `json:"cases"`
}

func (s *Staff) exportYear(c echo.Context) error {
	v, m, year, _, err := s.atYear(c)
	if err != nil {
		return err
	}
	if err := s.audit(c.Request().Context(), v, "exported_year", strconv.Itoa(year)); err != nil {
		return err
	}
	out := exportedYear{School: v.school.Org, Year: schoolYear(year), Cases: []exported{}}
	for _, one := range m.cases {
		out.Cases = append(out.Cases, v.exported(m, one))
	}
	if err := s.handOver(c.Request().Context(), v, m.cases...); err != nil {
		return err
	}
	c.Response().Header().Set(echo.HeaderContentDisposition, fmt.Sprintf(`attachment; filename="cases-%d.json"`, year))
	return c.JSONPretty(http.StatusOK, out, "  ")
}

// handOver writes down that cases were handed to the archive as they stand: a
// closed case is forgotten only after that.
func (s *Staff) handOver(ctx context.Context, v *visit, cases ...duty.Case) error {
	var events []duty.Event
	for _, one := range cases {
		events = append(events, duty.Export(one, v.person.ID, string(v.person.Role), s.Now()))
	}
	if len(events) == 0 {
		return nil
	}
	if err := s.Store.AppendDuty(ctx, events); err != nil {
		return web.Fail("unavailable", fmt.Errorf("write that cases went to the archive: %w", err))
	}
	return nil
}

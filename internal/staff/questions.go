package staff

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/folgmed/folgmed/internal/access"
	"github.com/folgmed/folgmed/internal/desk"
	"github.com/folgmed/folgmed/internal/qr"
	"github.com/folgmed/folgmed/internal/wave"
	"github.com/folgmed/folgmed/internal/web"
	"github.com/folgmed/folgmed/surveys"
)

// questionsPage is /staff/questions: what is asked in a week, in full and in
// order, to print.
type questionsPage struct {
	web.Frame
	Back   string // where the survey is carried out, for who leads the school
	Week   string
	Weeks  []link // others
	Sheets []questionSheet
}

// questionSheet is a questionnaire as it is asked, and of which classes.
type questionSheet struct {
	Classes, Period string
	NotValidated    bool
	Questions       []questionLine
	Practice        string // where its classes can try the tablets
	Square          qr.Square
}

type questionLine struct {
	Text    string
	Options []string
}

// practicePath is where a tablet gets a grade's questions to practise on; the grade
// follows.
const practicePath = "/practice#"

// weeksShown is how many other weeks the page leads to.
const weeksShown = 6

func (s *Staff) questions(c echo.Context) error {
	v, err := s.runner(c)
	if err != nil {
		return err
	}
	now := s.Now()
	this := wave.NumberOf(now)
	weeks := slices.DeleteFunc(s.Waves.Plan().Year(v.owner, this.SchoolYear(), now), func(w wave.Week) bool { return !w.Asked })
	page := questionsPage{Frame: v.frameAt(v.atClass())}
	if v.person.May(access.CarryOut) {
		page.Back = carryOutOf(v.school.Org)
	}
	if at := meant(weeks, c.QueryParam("week"), this); at >= 0 {
		page.Week = v.weekOf(weeks[at].Number)
		for i := max(0, at-1); i < min(len(weeks), at+weeksShown); i++ {
			if i != at {
				page.Weeks = append(page.Weeks, link{fmt.Sprintf("/staff/questions?school=%s&week=%d", v.school.Org, weeks[i].Number), v.weekOf(weeks[i].Number)})
			}
		}
		if page.Sheets, err = s.sheets(v, weeks[at].Ordinal); err != nil {
			return err
		}
	}
	return s.pages.Render(c, http.StatusOK, "questions", v.lang, page)
}

// meant is the place of the week that is asked for, else of the first that is
// not over, else of the last; -1 where there is none.
func meant(weeks []wave.Week, asked string, this wave.Number) int {
	n, _ := strconv.ParseUint(asked, 10, 32)
	if at := slices.IndexFunc(weeks, func(w wave.Week) bool { return w.Number == wave.Number(n) }); at >= 0 {
		return at
	}
	if at := slices.IndexFunc(weeks, func(w wave.Week) bool { return w.Number >= this }); at >= 0 {
		return at
	}
	return len(weeks) - 1
}

// runner is who asks, if that person opens the survey in some class.
func (s *Staff) runner(c echo.Context) (*visit, error) {
	p, err := personWith(c, access.RunSession)
	if err != nil {
		return nil, err
	}
	return s.visit(c, p, c.QueryParam("school"))
}

// atClass is where pages about the survey in class stand in the navigation.
func (v *visit) atClass() desk.Section {
	if v.person.May(access.CarryOut) {
		return desk.CarryOut
	}
	return desk.Session
}

func (v *visit) weekOf(n wave.Number) string {
	_, week := n.Week()
	return v.t("weeks.week_of", week, web.Days(v.lang, n.Opens(), n.Closes()))
}

// sheets are what the person's classes are asked at a place of the rotation, the
// youngest first.
func (s *Staff) sheets(v *visit, ordinal int) ([]questionSheet, error) {
	var used []*surveys.Questionnaire
	classes := make(map[*surveys.Questionnaire][]string)
	for _, class := range sortClasses(v.school.Classes) {
		q, ok := s.Surveys.For(class.Grades)
		if !ok || !v.person.RunsSession(v.school.Org, class.Name) {
			continue
		}
		if classes[q] == nil {
			used = append(used, q)
		}
		classes[q] = append(classes[q], class.Name)
	}
	var sheets []questionSheet
	for _, q := range used {
		sheet := questionSheet{
			Classes: strings.Join(classes[q], ", "), Period: v.in(q.Period), NotValidated: !q.Validated,
			Practice: s.Public() + practicePath + strconv.Itoa(q.FromGrade),
		}
		var err error
		if sheet.Square, err = qr.Draw(sheet.Practice); err != nil {
			return nil, err
		}
		for _, item := range q.Asked(ordinal) {
			line := questionLine{Text: v.in(item.Text)}
			for _, option := range item.Options {
				line.Options = append(line.Options, v.in(option.Text))
			}
			sheet.Questions = append(sheet.Questions, line)
		}
		sheets = append(sheets, sheet)
	}
	return sheets, nil
}

package staff

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"

	"github.com/labstack/echo/v4"

	"github.com/folgmed/folgmed/internal/access"
	"github.com/folgmed/folgmed/internal/desk"
	"github.com/folgmed/folgmed/internal/disclosure"
	"github.com/folgmed/folgmed/internal/web"
	"github.com/folgmed/folgmed/surveys"
)

// groupsPage is /staff/groups: what is told of the whole school, of its grades,
// and of girls or boys in them where a signal stands.
type groupsPage struct {
	web.Frame
	Released bool
	Units    []groupUnit
	Talk     string // what is shared with pupils and parents; empty: nothing
	Share    string // where it is shared; empty: not by the reader
}

// groupUnit is the school or one grade.
type groupUnit struct {
	ID, Name  string
	Signals   []signalCard
	Over      []signalCard
	Questions []question
	Answered  []period
}

const groupsPath = "/staff/groups"

func (s *Staff) groups(c echo.Context) error {
	ctx := c.Request().Context()
	v, err := s.at(c, access.SeeSchool)
	if err != nil {
		return err
	}
	released, err := s.released(ctx, v)
	if err != nil {
		return err
	}
	m, err := s.matters(ctx, v)
	if err != nil {
		return err
	}
	prompts := v.promptsOf(m.events)
	page := groupsPage{Frame: v.frameAt(desk.Groups), Released: len(released) > 0}
	page.Talk, page.Share = s.talkLinks(v, m, audience{unit: v.whole()})
	for i, u := range v.larger(released) {
		own := slices.DeleteFunc(slices.Clone(released), func(r disclosure.Released) bool { return r.Unit() != u })
		unit := groupUnit{ID: "unit-" + strconv.Itoa(i+1), Name: v.unit(u), Answered: v.participationOf(own, u)}
		unit.Signals, unit.Over = v.signalsOf(released, prompts, u)
		unit.Questions = s.questionsOf(v, own, u, unit.ID, s.itemsOf(u))
		page.Units = append(page.Units, unit)
	}
	if err := s.audit(ctx, v, "read_groups", newestOf(released).Release()); err != nil {
		return err
	}
	return s.pages.Render(c, http.StatusOK, "groups", v.lang, page)
}

// larger are the units above the classes that anything was released of in the
// school year: the school, and its grades in their natural order.
func (v *visit) larger(released []disclosure.Released) []disclosure.Unit {
	newest := newestOf(released)
	var units []disclosure.Unit
	for _, r := range released {
		u := r.Unit()
		u.Group = ""
		if u.Level != disclosure.LevelClass && sameYear(r, newest) && !slices.Contains(units, u) {
			units = append(units, u)
		}
	}
	slices.SortFunc(units, func(a, b disclosure.Unit) int { return cmp.Compare(gradeOf(a), gradeOf(b)) })
	return units
}

// gradeOf is 0 for the whole school.
func gradeOf(u disclosure.Unit) int {
	n, _ := strconv.Atoi(u.Name)
	return n
}

// itemsOf are the questions that a unit may have a figure of: a grade's own, and
// of the school those of all questionnaires, each once, with the places that are
// told of no class.
func (s *Staff) itemsOf(u disclosure.Unit) []surveys.Item {
	if grade := gradeOf(u); grade > 0 {
		return s.columnsFor([]int{grade})
	}
	var items []surveys.Item
	for _, q := range s.Surveys.Questionnaires {
		for _, item := range q.Items {
			if !item.Feeds(surveys.Adult) && !slices.ContainsFunc(items, func(i surveys.Item) bool { return i.ID == item.ID }) {
				items = append(items, item)
			}
		}
	}
	return items
}

// columnsFor are the questions put to some grades that may have a figure.
func (s *Staff) columnsFor(grades []int) []surveys.Item {
	q, ok := s.Surveys.For(grades)
	if !ok {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(q.Items), func(item surveys.Item) bool { return !hasColumn(item) })
}

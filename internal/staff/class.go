package staff

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/folgmed/folgmed/internal/desk"
	"github.com/folgmed/folgmed/internal/disclosure"
	"github.com/folgmed/folgmed/internal/duty"
	"github.com/folgmed/folgmed/internal/roster"
	"github.com/folgmed/folgmed/internal/wave"
	"github.com/folgmed/folgmed/internal/web"
)

// classPage is /staff/classes/SCHOOL/CLASS: what was released of one class in
// the school year, block by block, and its signals.
type classPage struct {
	web.Frame
	Back      string
	Name      string
	Grades    string
	Signals   []signalCard
	Over      []signalCard // those whose period is over
	Questions []question
	Answered  []period
	Later     string // when the next figures may come
	Paused    string // the weeks in which it was not asked
	Talk      string // what is shared with the class; empty: nothing
	Share     string // where it is shared; empty: not by the reader
}

// findClass finds the class of the path, if the person may see it. One of
// another school, one that is not the person's and one that does not exist look
// the same.
func (s *Staff) findClass(c echo.Context) (*visit, roster.Class, error) {
	p, err := person(c)
	if err != nil {
		return nil, roster.Class{}, err
	}
	v, err := s.visitWithPeople(c, p, c.Param("school"))
	if err != nil {
		return nil, roster.Class{}, err
	}
	i := slices.IndexFunc(v.school.Classes, func(class roster.Class) bool { return class.Name == c.Param("class") })
	if c.Param("school") == "" || i < 0 || !v.person.SeesClass(v.school.Org, v.school.Classes[i].Name) {
		return nil, roster.Class{}, web.Fail("not_found", errNotYours)
	}
	return v, v.school.Classes[i], nil
}

func (s *Staff) showClass(c echo.Context) error {
	ctx := c.Request().Context()
	v, class, err := s.findClass(c)
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
	unit := v.class(class.Name)
	page := classPage{
		Frame: v.frameAt(desk.Classes), Back: v.desk.Href(classesPath), Name: class.Name, Grades: v.grades(class.Grades),
		Answered: v.participationOf(released, unit), Later: v.next(wave.NumberOf(s.Now())),
	}
	page.Paused = s.pausedWeeks(v, class)
	page.Signals, page.Over = v.signalsOf(released, prompts, unit)
	page.Questions = s.questionsOf(v, released, unit, "question", s.columnsFor(class.Grades))
	page.Talk, page.Share = s.talkLinks(v, m, audience{unit: unit, class: &class})
	if err := s.audit(ctx, v, "read_class", class.Name); err != nil {
		return err
	}
	return s.pages.Render(c, http.StatusOK, "class", v.lang, page)
}

// pausedWeeks says in which weeks of the school year so far the class was not
// asked because the school said so, or nothing.
func (s *Staff) pausedWeeks(v *visit, class roster.Class) string {
	plan, now := s.Waves.Plan(), s.Now()
	var weeks []string
	for _, week := range plan.Year(v.owner, wave.NumberOf(now).SchoolYear(), now) {
		if week.Asked && !now.Before(week.Number.Opens()) && plan.Paused(v.school.Org, class.Name, week.Number) {
			_, iso := week.Number.Week()
			weeks = append(weeks, strconv.Itoa(iso))
		}
	}
	if len(weeks) == 0 {
		return ""
	}
	return v.t("class.paused", strings.Join(weeks, ", "))
}

func (v *visit) whole() disclosure.Unit {
	return disclosure.Unit{Owner: v.owner.Org, School: v.school.Org, Level: disclosure.LevelSchool}
}

func (v *visit) class(name string) disclosure.Unit {
	return disclosure.Unit{Owner: v.owner.Org, School: v.school.Org, Level: disclosure.LevelClass, Name: name}
}

// signalsOf are a unit's signals, and its groups': those that stand, and those
// of the school year that are over.
func (v *visit) signalsOf(released []disclosure.Released, prompts []duty.Prompt, u disclosure.Unit) (stand, over []signalCard) {
	standing := map[string]bool{}
	of := func(r disclosure.Released) (disclosure.Signal, bool) {
		signal, ok := r.Signal()
		within := signal.Unit
		within.Group = ""
		return signal, ok && within == u && signal.Kind != disclosure.KindAdult
	}
	for _, r := range disclosure.Current(released, disclosure.Staff) {
		if signal, ok := of(r); ok {
			standing[signal.ID] = true
			stand = append(stand, v.standingCard(signal, prompts))
		}
	}
	newest := newestOf(released)
	for _, r := range released {
		signal, ok := of(r)
		if !ok || !signal.Ended || standing[signal.ID] || !sameYear(r, newest) {
			continue
		}
		over = append(over, v.standingCard(signal, prompts))
	}
	return stand, over
}

func sameYear(a, b disclosure.Released) bool {
	return wave.Number(a.Wave()).SchoolYear() == wave.Number(b.Wave()).SchoolYear()
}

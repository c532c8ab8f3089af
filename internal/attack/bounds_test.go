package attack

import (
	"fmt"
	"maps"
	"slices"

	"github.com/folgmed/folgmed/internal/counts"
	"github.com/folgmed/folgmed/internal/disclosure"
	"github.com/folgmed/folgmed/surveys"
)

// shares is all that has been told of one item, and the cells that it is about.
type shares struct {
	item    string
	cells   []cell
	figures []figure // in the order in which they were told
	ledger
}

// bounds is W2: over all whole counts that fit what was told, in space and in
// time, too few are left for a unit. It looks again after each wave.
func bounds(y *year) (win string, err error) {
	return boundsOf(y, func(f figure) figure { return f })
}

// boundsOwn is the control of W2: each figure is told in the bands or words of
// its own size, whatever is told beside it.
func boundsOwn(y *year) (win string, err error) { return boundsOf(y, figure.own) }

func boundsOf(y *year, retell func(figure) figure) (win string, err error) {
	k := newKnown(y.world)
	var told []figure
	for at, turn := range y.turns {
		for _, f := range k.see(at, turn.sealed) {
			told = append(told, retell(f))
		}
		for _, item := range slices.Sorted(maps.Keys(k.cells)) {
			if win := k.shares(item, told).tooFew(k, y, at); win != "" {
				return fmt.Sprintf("after wave %d, item %s: %s", at, item, win), nil
			}
		}
	}
	return "", nil
}

// shares gathers what was told of an item.
func (k *known) shares(item string, told []figure) *shares {
	s := &shares{item: item, cells: k.cells[item]}
	for _, c := range s.cells {
		s.low, s.high, s.guess = append(s.low, 0), append(s.high, c.answered), append(s.guess, c.counted)
	}
	for _, f := range told {
		if f.item != item {
			continue
		}
		s.figures = append(s.figures, f)
		if of := s.of(f.cells); !f.hidden {
			s.sums = append(s.sums, sum{of, f.low, f.high})
		}
	}
	return s
}

// of are the places of cells.
func (s *shares) of(cells []cell) []int {
	var of []int
	for i, c := range s.cells {
		if slices.ContainsFunc(cells, func(d cell) bool { return d.place() == c.place() }) {
			of = append(of, i)
		}
	}
	return of
}

// place is where a cell's count comes from.
func (c cell) place() [3]any { return [3]any{c.wave, c.school, c.unit} }

// tooFew is how the attacker wins, or empty.
func (s *shares) tooFew(k *known, y *year, at int) string {
	for _, line := range s.sums {
		if n := s.true(line.of); n < line.low || n > line.high {
			return fmt.Sprintf("told as %d to %d, and is %d", line.low, line.high, n)
		}
	}
	for _, h := range s.hidden(k, y, at) {
		if win := s.betrayed(h); win != "" {
			return win
		}
	}
	for _, f := range s.figures {
		if f.hidden {
			continue
		}
		of := s.of(f.cells)
		if n := s.values(of, f.low, f.high, 3); n < 3 {
			return fmt.Sprintf("%v is told, and %d counts are left in waves %d to %d", f.unit, n, f.from, f.to)
		}
		if win := s.colluding(k, y, f, of); win != "" {
			return win
		}
	}
	return ""
}

func (s *shares) true(of []int) int {
	n := 0
	for _, i := range of {
		n += s.guess[i]
	}
	return n
}

// values is how many values a sum can have, up to as many as are asked for.
func (s *shares) values(of []int, low, high, enough int) int {
	now, found := s.true(of), 0
	for d := 0; (now-d >= low || now+d <= high) && found < enough; d++ {
		for _, v := range slices.Compact([]int{now - d, now + d}) {
			if v >= low && v <= high && s.can(of, v) {
				found++
			}
		}
	}
	return found
}

// can asks the solver, and counts what it does not know.
func (s *shares) can(of []int, v int) bool {
	asked++
	yes, sure := s.possible(of, v)
	if !sure {
		unsure++
	}
	return yes
}

// asked is how often the solver was asked, and unsure how often it gave up.
var asked, unsure int

// betrayed tells of a unit that is not told: its count must be able to be 0 in
// all of its waves, and 3, or all if they are fewer, in each of them.
func (s *shares) betrayed(hidden []int) string {
	if !s.can(hidden, 0) {
		return fmt.Sprintf("%s is not told, and can not be 0", s.name(hidden))
	}
	for _, i := range hidden {
		var wave []int
		n := 0
		for _, j := range hidden {
			if s.cells[j].wave == s.cells[i].wave {
				wave = append(wave, j)
				n += s.cells[j].answered
			}
		}
		if wave[0] == i && !s.can(wave, min(n, 3)) {
			return fmt.Sprintf("%s is not told, and can not be %d", s.name(wave), min(n, 3))
		}
	}
	return ""
}

func (s *shares) name(of []int) string {
	text := ""
	for _, i := range of {
		c := s.cells[i]
		text += fmt.Sprintf("%s of %s in wave %d, ", c.unit, c.school, c.wave)
	}
	return text
}

// hidden are the units that are not told, or not yet, each without those of its
// parts that are. Kept units that are no class are never told as such.
func (s *shares) hidden(k *known, y *year, at int) [][]int {
	var all [][]int
	for i, c := range s.cells {
		if u, err := counts.ParseUnit(c.unit); err == nil && len(u.Classes) != 1 && c.answered > 0 {
			all = append(all, []int{i})
		}
	}
	for _, u := range k.units(y) {
		last, marked := -1, false
		for _, f := range s.figures {
			if f.unit == u {
				if last, marked = f.to, true; f.hidden {
					all = append(all, s.rest(k, u, f.from, f.to))
				}
			}
		}
		// A grade that never has a mark is one class, or the question is the
		// school's: then it is no unit.
		if u.Level != disclosure.LevelGrade || marked {
			all = append(all, s.rest(k, u, last+1, at))
		}
	}
	return slices.DeleteFunc(all, func(of []int) bool { return len(of) == 0 })
}

// rest is what no line tells of a part of a unit.
func (s *shares) rest(k *known, u disclosure.Unit, from, to int) []int {
	var of []int
	for i, c := range s.cells {
		if c.wave < from || c.wave > to || c.answered == 0 || !k.within(c, u) {
			continue
		}
		told := slices.ContainsFunc(s.figures, func(f figure) bool {
			return !f.hidden && rank(f.unit.Level) < rank(u.Level) && slices.ContainsFunc(f.cells, func(d cell) bool { return d.place() == c.place() })
		})
		if !told {
			of = append(of, i)
		}
	}
	return of
}

func rank(l disclosure.Level) int {
	return slices.Index([]disclosure.Level{disclosure.LevelClass, disclosure.LevelGrade, disclosure.LevelSchool, disclosure.LevelOwner}, l)
}

// units are all classes, grades and schools.
func (k *known) units(y *year) []disclosure.Unit {
	var all []disclosure.Unit
	add := func(u disclosure.Unit) {
		if !slices.Contains(all, u) {
			all = append(all, u)
		}
	}
	for _, s := range y.owner.Schools {
		school := disclosure.Unit{Owner: k.owner, School: s.Org, Level: disclosure.LevelSchool}
		add(school)
		for _, c := range s.Classes {
			u := school
			u.Level, u.Name = disclosure.LevelClass, c.Name
			add(u)
			if len(c.Grades) == 1 {
				u.Level, u.Name = disclosure.LevelGrade, fmt.Sprint(c.Grades[0])
				add(u)
			}
		}
	}
	return all
}

// colluding is what is left of a told class's count for two pupils who tell one
// another what they answered to a sensitive item: the two with the most answers
// that count, and the two with the fewest. What is left may not be nearly all,
// nor less than three counts. Where the word is "none or few", one of the few
// knows that there are fewer among the others: that is what the word says.
func (s *shares) colluding(k *known, y *year, f figure, of []int) string {
	if !f.sensitive || f.unit.Level != disclosure.LevelClass {
		return ""
	}
	answers := y.answers(k.items[f.item], f)
	if len(answers) < 2 {
		return ""
	}
	for _, two := range [][]answered{answers[:2], answers[len(answers)-2:]} {
		s.collude(of, two, 1)
		others, most := 0, 0
		for _, i := range of {
			most += s.high[i] - s.low[i]
			others += s.guess[i] - s.low[i]
		}
		// Others' counts of 0 to most-2, the smaller of which are far from all.
		low := s.true(of) - others
		safe := others < most-1
		for v := 0; v < most-1 && !safe; v++ {
			safe = s.can(of, low+v)
		}
		left := s.values(of, f.low, f.high, 3)
		s.collude(of, two, -1)
		if left < 3 && f.low > 0 {
			return fmt.Sprintf("%v is told, and for two pupils %d counts are left", f.unit, left)
		}
		if !safe {
			return fmt.Sprintf("%v is told, and two pupils know that at least %d of %d answers of the others count", f.unit, most-1, most)
		}
	}
	return ""
}

// collude narrows the counts of a class by what two pupils answered, or undoes
// it.
func (s *shares) collude(of []int, two []answered, by int) {
	for _, i := range of {
		for _, a := range two {
			if counted, here := a[s.cells[i].wave]; here && counted {
				s.low[i] += by
			} else if here {
				s.high[i] -= by
			}
		}
	}
}

// answered is in which waves a pupil answered an item, and whether the answer
// counts.
type answered map[int]bool

func (a answered) counted() int {
	n := 0
	for _, counts := range a {
		if counts {
			n++
		}
	}
	return n
}

// answers are those behind a class's figure, of the pupils with the most that
// count first.
func (y *year) answers(item surveys.Item, f figure) []answered {
	of := make(map[int]answered)
	for at := f.from; at <= f.to; at++ {
		for _, v := range y.turns[at].votes {
			if v.ballot.School != f.unit.School || v.ballot.Class != f.unit.Name {
				continue
			}
			i := slices.Index(v.ballot.Items, item.ID)
			if i < 0 || v.ballot.Options[i] == 0 {
				continue
			}
			if of[v.pupil] == nil {
				of[v.pupil] = make(answered)
			}
			of[v.pupil][at] = item.Worrying(int(v.ballot.Options[i]))
		}
	}
	var all []answered
	for _, p := range slices.Sorted(maps.Keys(of)) {
		all = append(all, of[p])
	}
	slices.SortStableFunc(all, func(a, b answered) int { return b.counted() - a.counted() })
	return all
}

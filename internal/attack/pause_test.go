package attack

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/folgmed/folgmed/internal/disclosure"
	"github.com/folgmed/folgmed/internal/roster"
	"github.com/folgmed/folgmed/internal/wave"
)

// unbroken is a school year with a wave in each week that the rhythm gives, from
// term on: no class is new and no holiday moves a wave.
func unbroken(o roster.Owner) roster.Owner {
	o.Terms = []roster.Term{{From: "2026-08-03", To: "2027-06-18"}}
	o.Holidays = []roster.Holiday{{From: "2026-08-03", To: "2026-08-03"}} // instead of the usual ones
	return o
}

// pause says that a class is not asked in a wave, an hour before it is too late
// to say it, and returns what the journal holds of it then: nothing if it was
// one too many.
func (m *memory) pause(n wave.Number, r *room) []wave.Event {
	said := wave.Pause{Wave: n, Owner: m.owner.Org, School: r.school, Class: r.name, Stands: true}
	now := n.SaidBy().Add(-time.Hour)
	err := m.view(now).Plan.CheckPause(m.owner, said, now)
	switch {
	case err == nil:
		return []wave.Event{said.Event()}
	case errors.Is(err, wave.PauseTooLate), errors.Is(err, wave.PauseNotAsked):
		panic(fmt.Sprintf("attack: a pause in wave %d: %v", n, err)) // the worlds do not keep to their calendar
	default:
		return nil
	}
}

// pauses tells whether a class is among those that pause.
func (r *room) pauses(said []wave.Event) bool {
	return slices.ContainsFunc(said, func(e wave.Event) bool { return e.School == r.school && e.Class == r.name })
}

// asked are the votes of those classes that do not pause.
func (w *world) asked(votes []vote, pauses []wave.Event) []vote {
	return slices.DeleteFunc(votes, func(v vote) bool { return w.rooms[v.room].pauses(pauses) })
}

// principal is a way to choose the classes that pause. He may be the attacker:
// he knows the class lists, what is asked when and who was away.
type principal struct {
	name   string
	wishes func(y *year, random *rand.Rand, r *room) bool // that it pauses in the wave to come
}

// principals are those of the small worlds; every other world has one of them.
var principals = []principal{
	{"by chance", func(_ *year, random *rand.Rand, _ *room) bool { return random.IntN(3) == 0 }},
	{"in the week in which the class list changed", func(y *year, _ *rand.Rand, r *room) bool { return y.changed(r, len(y.turns)) }},
	{"in the week after", func(y *year, _ *rand.Rand, r *room) bool { return y.changed(r, len(y.turns)-1) }},
	{"all of a grade but one", func(y *year, _ *rand.Rand, r *room) bool {
		grade := y.grade(r)
		return len(grade) > 1 && grade[len(y.turns)%len(grade)] != r
	}},
	{"all but the smallest of the school", func(y *year, _ *rand.Rand, r *room) bool {
		return slices.ContainsFunc(y.rooms, func(other *room) bool { return other.school == r.school && other.size < r.size })
	}},
	{"by turns", func(y *year, _ *rand.Rand, r *room) bool { return slices.Index(y.rooms, r)%3 == len(y.turns)%3 }},
	{"where a block begins", func(y *year, random *rand.Rand, _ *room) bool {
		return len(y.turns)%disclosure.BlockWaves(y.owner.Rhythm) == 0 && random.IntN(2) == 0
	}},
	{"where a block ends", func(y *year, random *rand.Rand, _ *room) bool {
		return (len(y.turns)+1)%disclosure.BlockWaves(y.owner.Rhythm) == 0 && random.IntN(2) == 0
	}},
}

// say says the pauses of the wave to come.
func (y *year) say(m *memory) []wave.Event {
	random := rand.New(rand.NewPCG(y.seed, uint64(1000+len(y.turns))))
	var said []wave.Event
	if y.seed%2 == 0 {
		return nil
	}
	p := principals[y.seed/2%uint64(len(principals))]
	for _, r := range y.rooms {
		if p.wishes(y, random, r) {
			said = append(said, m.pause(y.number(len(y.turns)), r)...)
		}
	}
	return said
}

// changed tells whether the size of a class was another before a wave, which may
// be the one to come.
func (y *year) changed(r *room, wave int) bool {
	if wave < 1 {
		return false
	}
	now := y.owner
	if wave < len(y.turns) {
		now = y.turns[wave].owner
	}
	return sizeIn(now, r) != sizeIn(y.turns[wave-1].owner, r)
}

func sizeIn(o roster.Owner, r *room) int {
	school, _ := o.School(r.school)
	i := slices.IndexFunc(school.Classes, func(c roster.Class) bool { return c.Name == r.name })
	return school.Classes[i].Size
}

// grade are the classes of a class's school and grades.
func (y *year) grade(r *room) []*room {
	return slices.DeleteFunc(slices.Clone(y.rooms), func(other *room) bool {
		return other.school != r.school || !slices.Equal(other.grades, r.grades)
	})
}

// habit is a way to choose the weeks of a school year in which a class pauses:
// those he would like best first, of which each is said if it still may be. He
// knows who will be away in all of them, and so more than any principal.
type habit struct {
	name string
	best func(t *target, random *rand.Rand) []int
}

// habits are those of the chronic schools, one each.
var habits = []habit{
	{"no pauses", func(*target, *rand.Rand) []int { return nil }},
	{"pauses by chance", func(_ *target, random *rand.Rand) []int { return random.Perm(weeks) }},
	// What is left are the weeks in which most are away, and so most differ.
	{"pauses when most are present", func(t *target, _ *rand.Rand) []int { return t.weeksBy(t.away) }},
	// The question that is asked every other week then rests on few.
	{"pauses when a question has its turn", func(t *target, _ *rand.Rand) []int {
		return t.weeksBy(func(week int) int { return week&1 ^ 1 })
	}},
}

// weeksBy are all weeks, those with the least first.
func (t *target) weeksBy(of func(week int) int) []int {
	all := make([]int, weeks)
	for week := range all {
		all[week] = week
	}
	slices.SortStableFunc(all, func(a, b int) int { return of(a) - of(b) })
	return all
}

// away is how many of the class are, in a week.
func (t *target) away(week int) int {
	n := 0
	for p := range t.present {
		if !t.present[p][week] {
			n++
		}
	}
	return n
}

// say says the pauses of a class of a school year, and has nobody be there in
// those weeks.
func (t *target) say(m *memory, w *world) {
	t.paused = make([]bool, weeks)
	for _, week := range habits[t.habit].best(t, rand.New(rand.NewPCG(w.seed, 8))) {
		said := m.pause(w.number(week), t.room)
		if said == nil {
			continue
		}
		m.events = append(m.events, said...)
		t.paused[week] = true
		for p := range t.present {
			t.present[p][week] = false
		}
	}
}

package watch

import (
	"cmp"
	"flag"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"sync"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"

	"github.com/folgmed/folgmed/analytics/simulate"
	"github.com/folgmed/folgmed/internal/counts"
	"github.com/folgmed/folgmed/internal/disclosure"
	"github.com/folgmed/folgmed/internal/roster"
	"github.com/folgmed/folgmed/surveys"
)

// Larger runs are made by hand, as with -watch.owners 40 -watch.rhythm 1.
var (
	ownersOf = flag.Int("watch.owners", 4, "owners of which TestRates plays a school year")
	rhythmOf = flag.Int("watch.rhythm", 2, "weeks between their waves")
	rateOf   = flag.Float64("watch.rate", roster.DefaultRate, "false alarms a class-year that they chose")
)

// schoolsOfAnOwner are the grades of the classes of six schools: of all kinds
// there are, and ten classes each.
var schoolsOfAnOwner = [][]int{
	{8, 8, 8, 9, 9, 9, 9, 10, 10, 10},
	{1, 1, 2, 3, 4, 4, 5, 5, 6, 7},
	{1, 2, 3, 4, 5, 6, 7, 8, 9, 10},
	{1, 2, 2, 3, 4, 5, 5, 6, 6, 7},
	{8, 8, 8, 8, 9, 9, 9, 10, 10, 10},
	{5, 5, 5, 6, 6, 6, 6, 7, 7, 7},
}

// kindOf is a kind of signal of one kind of unit.
type kindOf struct {
	kind  disclosure.Kind
	level disclosure.Level
	group bool
}

// tally counts new signals, and the school years of the units they may be about.
type tally struct {
	signals map[kindOf]int
	units   map[kindOf]int // kind is empty
}

func (t tally) add(o tally) {
	for k, n := range o.signals {
		t.signals[k] += n
	}
	for k, n := range o.units {
		t.units[k] += n
	}
}

// Where nothing is wrong, all kinds of signals together are far fewer than one a
// school and week, and each comes about as seldom as is said with it. In clean
// worlds nothing happens to a whole school either, but for two weeks at one school
// in ten.
func TestRates(t *testing.T) {
	for _, world := range []struct {
		name  string
		clean bool
	}{{"realistic", false}, {"clean", true}} {
		t.Run(world.name, func(t *testing.T) {
			t.Parallel()
			all := tally{make(map[kindOf]int), make(map[kindOf]int)}
			var lock sync.Mutex
			t.Run("owners", func(t *testing.T) {
				for i := range *ownersOf {
					t.Run(strconv.Itoa(i), func(t *testing.T) {
						t.Parallel()
						one := schoolYear(t, uint64(20270817+i), world.clean)
						lock.Lock()
						defer lock.Unlock()
						all.add(one)
					})
				}
			})
			all.check(t, world.clean)
		})
	}
}

// check compares what came with what is said.
func (t tally) check(test *testing.T, clean bool) {
	schoolWeeks := float64(t.units[kindOf{level: disclosure.LevelSchool}] * 38)
	order := func(a, b kindOf) int {
		return cmp.Or(cmp.Compare(a.level, b.level), cmp.Compare(a.kind, b.kind))
	}
	total := 0
	for _, k := range slices.SortedFunc(maps.Keys(t.signals), order) {
		n, units := t.signals[k], t.units[kindOf{level: k.level, group: k.group}]
		total += n
		test.Logf("%-7s of a %-6s %4d in %5d unit-years: %.3f each, %.4f a school and week",
			k.kind, k.level, n, units, float64(n)/float64(units), float64(n)/schoolWeeks)
		said := k.promised()
		if said == 0 || !clean && k.level == disclosure.LevelSchool && k.kind != disclosure.KindAdult {
			continue // severe has no rate, and something does happen to whole schools
		}
		// What is learned in the first waves of so few classes makes alarms a fifth
		// more frequent than with all that is known in June.
		const early = 1.2
		most := distuv.Poisson{Lambda: early * said * float64(units)}
		if most.CDF(float64(n-1)) > .999 {
			test.Errorf("%d signals of kind %s of a %s in %d unit-years; %g a unit-year were promised", n, k.kind, k.level, units, said)
		}
	}
	weekly := float64(total) / schoolWeeks
	test.Logf("all kinds together: %.3f a school and week", weekly)
	if weekly > .5 {
		test.Errorf("%.2f new signals a school of ten classes and week where nothing is wrong; half of the one there may be is left for what is", weekly)
	}
}

// promised is how many false signals come a unit-year, 0 for severe ones.
func (k kindOf) promised() float64 {
	switch {
	case k.kind == disclosure.KindSevere:
		return 0
	case k.kind == disclosure.KindLevel && k.level == disclosure.LevelClass:
		return *rateOf / 10
	case k.kind == disclosure.KindLevel:
		return .01
	case k.level == disclosure.LevelClass || k.kind == disclosure.KindAdult:
		return *rateOf
	default:
		return .1
	}
}

// schoolYear plays a year of an owner's schools in which nothing is wrong.
func schoolYear(t *testing.T, seed uint64, clean bool) tally {
	s := &scenario{t: t, seed: seed, clean: clean, version: math.MaxInt, owner: roster.Owner{Org: "999999999", Rhythm: *rhythmOf, Rate: *rateOf}}
	sizes := rand.New(rand.NewPCG(seed, 0))
	for i, grades := range schoolsOfAnOwner {
		school := roster.School{Org: strconv.Itoa(i + 1)}
		for k, grade := range grades {
			school.Classes = append(school.Classes, roster.Class{Name: className(grade, k), Grades: []int{grade}, Size: simulate.Roster(sizes)})
		}
		s.owner.Schools = append(s.owner.Schools, school)
	}
	out := tally{make(map[kindOf]int), make(map[kindOf]int)}
	worst := severe{stands: make(map[disclosure.Unit]int)}
	for n := 1; n <= 38 / *rhythmOf; n++ {
		for _, f := range s.next(n) {
			if !f.again {
				out.signals[kindOf{f.Kind, f.Unit.Level, f.Unit.Group != ""}]++
			}
		}
		out.signals[kindOf{disclosure.KindSevere, disclosure.LevelClass, false}] += worst.next(t, s.week(n), s.asked(n), s.rows)
	}
	units := make(map[disclosure.Unit]bool)
	for _, p := range []*panel{
		classes(s.past.summaries, math.MaxUint32), groups(s.past.summaries, math.MaxUint32, levels(s.past.usual)), adults(s.past.summaries, math.MaxUint32),
	} {
		for _, k := range p.keys {
			units[k.unit] = true
		}
	}
	for u := range units {
		out.units[kindOf{level: u.Level, group: u.Group != ""}]++
	}
	return out
}

// severe follows the gate's rule of the worst answers in classes: two of the last
// four waves that asked an item hold one, of ten who answered it; it stands for
// eight waves, and on if there is one in the last four then.
type severe struct {
	waves  []map[disclosure.Unit]map[string]bool // by item: whether the wave holds a worst answer to it
	stands map[disclosure.Unit]int               // until that wave
}

// next takes a wave in and returns how many are raised.
func (s *severe) next(t testing.TB, n uint32, classes []counts.Class, rows []counts.Row) int {
	table, err := counts.Read(rows)
	if err != nil {
		t.Fatal(err)
	}
	now := make(map[disclosure.Unit]map[string]bool)
	s.waves = append(s.waves, now)
	raised := 0
	for _, c := range classes {
		u := disclosure.Unit{Owner: c.Owner, School: c.School, Level: disclosure.LevelClass, Name: c.Name}
		now[u] = make(map[string]bool)
		for _, item := range c.Asked {
			if item.Feeds(surveys.Severe) {
				now[u][item.ID] = holdsWorst(table.Hist(n, c.School, counts.ClassUnit(c.Name), counts.All, counts.ItemMeasure(item.ID)), item.Worst)
			}
		}
		hits, at := s.hits(u), len(s.waves)
		until, standing := s.stands[u]
		switch {
		case standing && at < until:
		case standing && hits > 0:
			s.stands[u] = at + 8
		case hits >= 2:
			s.stands[u] = at + 8
			raised++
		default:
			delete(s.stands, u)
		}
	}
	return raised
}

func holdsWorst(bins []uint32, worst int) bool {
	answered := uint32(0)
	for option, k := range bins {
		if option > 0 {
			answered += k
		}
	}
	return answered >= 10 && worst < len(bins) && bins[worst] > 0
}

// hits is the number of waves with a worst answer among the last four of an item.
func (s *severe) hits(u disclosure.Unit) int {
	asked, hit := make(map[string]int), make(map[int]bool)
	for at := len(s.waves) - 1; at >= 0; at-- {
		for item, worst := range s.waves[at][u] {
			if asked[item]++; asked[item] <= 4 && worst {
				hit[at] = true
			}
		}
	}
	return len(hit)
}

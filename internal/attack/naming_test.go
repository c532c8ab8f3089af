package attack

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"

	"gonum.org/v1/gonum/stat"

	"github.com/folgmed/folgmed/internal/disclosure"
	"github.com/folgmed/folgmed/internal/roster"
	"github.com/folgmed/folgmed/internal/watch"
	"github.com/folgmed/folgmed/surveys"
)

const (
	weeks       = 38 // of a school year, each with a wave
	mostVictims = 6

	schoolClasses = 2 // of each school, and so worlds
)

// target is a class in which some pupils give the worst answers from a wave on.
// All but who they are is known: how many, since when, who was present.
type target struct {
	*room
	unit    disclosure.Unit
	grade   int
	victims int
	habit   int      // of habits
	paused  []bool   // by wave
	present [][]bool // pupil × wave
	prior   []int    // pupils who may be guessed: all but two, who tell what they answered
	figures []figure
	signs   []sign
}

// chronic is a school whose classes, each a world of W3, have pupils who always
// give the worst answers: most of them from the first wave on, some from a later
// one, so that there is a change to be found.
func chronic(seed uint64, classes int) (*world, []*target) {
	random := rand.New(rand.NewPCG(seed, 5))
	o := roster.Owner{Org: "964338531", Rate: .5, Rhythm: 1}
	school := roster.School{Org: "974700000", Written: "nb"}
	lowest := []int{5, 8, 8}[random.IntN(3)]
	for c := range classes {
		grade := lowest + c%2
		school.Classes = append(school.Classes, roster.Class{
			Name: strconv.Itoa(grade) + string(rune('A'+c)), Grades: []int{grade}, Size: 12 + random.IntN(16),
		})
	}
	o.Schools = []roster.School{school}
	w := newWorld(seed, o)
	var targets []*target
	for i, r := range w.rooms {
		// So few that chance alone does not name one of them in half the worlds.
		t := &target{room: r, grade: school.Classes[i].Grades[0], habit: int(seed) / schoolClasses % len(habits), victims: 1 + random.IntN(min(mostVictims, r.size/4))}
		t.unit = disclosure.Unit{Owner: o.Org, School: r.school, Level: disclosure.LevelClass, Name: r.name}
		if random.IntN(4) == 0 {
			r.since = 6 + random.IntN(16)
		}
		order := random.Perm(r.size)
		for _, p := range order[:t.victims] {
			r.worst[p] = true
		}
		t.prior = order[:r.size-2]
		slices.Sort(t.prior)
		t.present = make([][]bool, r.size)
		for p := range t.present {
			t.present[p] = make([]bool, weeks)
		}
		targets = append(targets, t)
	}
	return w, targets
}

// nation is what is usual in each week of a school year, learned from schools in
// which nothing is wrong.
func nation() (map[uint32]watch.Usual, error) {
	o := roster.Owner{Org: "964338532", Rhythm: 1}
	for s := range 4 {
		school := roster.School{Org: strconv.Itoa(974800000 + s)}
		for grade := 5; grade <= 10; grade++ {
			school.Classes = append(school.Classes, roster.Class{Name: strconv.Itoa(grade) + "A", Grades: []int{grade}, Size: 22})
		}
		o.Schools = append(o.Schools, school)
	}
	w := newWorld(1, o)
	m := &memory{owner: o}
	for k := range weeks {
		if _, err := m.seal(w.number(k), nil, w.next(), nil); err != nil {
			return nil, err
		}
	}
	usual := make(map[uint32]watch.Usual)
	for _, u := range m.usual {
		usual[u.Wave] = u
	}
	return usual, nil
}

// spend plays the school year of a chronic school before the attacker's eyes.
func spend(seed uint64, usual map[uint32]watch.Usual) (*known, []*target, error) {
	w, targets := chronic(seed, schoolClasses)
	k := newKnown(w)
	m := &memory{owner: w.owner, nation: usual}
	year := make([][]vote, weeks)
	for at := range year {
		year[at] = w.next()
		for _, v := range year[at] {
			targets[v.room].present[v.pupil][at] = true
		}
	}
	for _, t := range targets {
		t.say(m, w)
	}
	for at, votes := range year {
		votes = slices.DeleteFunc(votes, func(v vote) bool { return targets[v.room].paused[at] })
		s, err := m.seal(w.number(at), nil, votes, nil)
		if err != nil {
			return nil, nil, fmt.Errorf("world %d, wave %d: %w", seed, at, err)
		}
		figures := k.see(at, s)
		for _, t := range targets {
			grade := strconv.Itoa(t.grade)
			for _, f := range figures {
				u := f.unit
				if u == t.unit || u.Level == disclosure.LevelSchool || u.Level == disclosure.LevelGrade && u.Name == grade {
					t.figures = append(t.figures, f)
				}
			}
			t.signs = append(t.signs, signs(at, s, t.unit, grade)...)
		}
	}
	return k, targets, nil
}

// clues are those of the figures that were shown.
func (t *target) clues(figures []figure) []*clue {
	of := make(map[series]*clue)
	var all []*clue
	for _, f := range figures {
		if f.hidden {
			continue
		}
		key := series{f.unit, f.item}
		c := of[key]
		if c == nil {
			c = &clue{share: t.share(f.item), present: make([][]uint8, t.size)}
			of[key] = c
			all = append(all, c)
		}
		c.lines = append(c.lines, f)
		for p := range t.size {
			c.present[p] = append(c.present[p], t.answered(p, f))
		}
	}
	return all
}

// answered is in how many of a figure's waves a pupil answered, since there is
// something to find out.
func (t *target) answered(p int, f figure) uint8 {
	var n uint8
	last := -1
	for _, c := range f.cells {
		if c.wave != last && c.wave >= t.since && t.present[p][c.wave] {
			n++
		}
		last = c.wave
	}
	return n
}

// share is the national share of the answers to an item that count.
func (t *target) share(id string) float64 {
	item, _ := t.asked.Item(id)
	if item.Polarity == surveys.Unordered {
		return .2
	}
	sum, n := 0., len(item.Options)
	for i, s := range simulated(item, t.grade).Shares {
		option := i + 1
		if item.Polarity == surveys.GoodFirst {
			option = n - i
		}
		if item.Worrying(option) {
			sum += s
		}
	}
	return sum
}

// correlation ranks pupils by how every output goes with their presence.
func (t *target) correlation(clues []*clue, signs []sign) []float64 {
	score := make([]float64, t.size)
	add := func(output []float64, presence func(p, i int) float64) {
		for p := range score {
			x := make([]float64, len(output))
			for i := range x {
				x[i] = presence(p, i)
			}
			if r := stat.Correlation(x, output, nil); !math.IsNaN(r) {
				score[p] += r * math.Sqrt(float64(len(x)))
			}
		}
	}
	for _, c := range clues {
		var output []float64
		for _, f := range c.lines {
			output = append(output, float64(f.low+f.high)/2/float64(f.answers))
		}
		if len(output) > 2 {
			add(output, func(p, i int) float64 { return float64(c.present[p][i]) })
		}
	}
	of := make(map[string][]float64)
	for _, s := range signs {
		if of[s.what] == nil {
			of[s.what] = make([]float64, weeks)
		}
		of[s.what][s.wave] = 1
	}
	for _, output := range of {
		add(output, func(p, wave int) float64 {
			if t.present[p][wave] {
				return 1
			}
			return 0
		})
	}
	return score
}

// severe is what was released of the class's worst answers.
func (t *target) severe() *severeClue {
	c := &severeClue{present: make([][]bool, t.size), paused: t.paused, raised: make([]bool, weeks), ended: make([]bool, weeks)}
	for p := range c.present {
		c.present[p] = slices.Clone(t.present[p])
		for w := range t.since {
			c.present[p][w] = false
		}
	}
	for _, s := range t.signs {
		switch s.what {
		case "severe class  act":
			c.raised[s.wave] = true
		case "severe class  ended":
			c.ended[s.wave] = true
		}
	}
	for w := range weeks {
		here := 0
		for p := range t.present {
			if t.present[p][w] {
				here++
			}
		}
		none := 1. // chance that one pupil gives no worst answer
		for _, item := range t.asked.Asked(w) {
			if item.Feeds(surveys.Severe) {
				none *= 1 - simulated(item, t.grade).Shares[0]
			}
		}
		chance := make([]float64, t.victims+1)
		for sure := range chance {
			switch {
			case here < 10:
			case sure > 0:
				chance[sure] = 1
			default:
				chance[sure] = 1 - math.Pow(none, float64(here))
			}
		}
		c.others = append(c.others, chance)
	}
	return c
}

package attack

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"

	"github.com/folgmed/folgmed/internal/disclosure"
	"github.com/folgmed/folgmed/internal/watch"
)

// guesser is one way to name a pupil, and how often it was right.
type guesser struct {
	name string
	rank func(k *known, t *target, random *rand.Rand) []float64
	// control is the least share in which it must be right, where leaks says so.
	control float64
	leaks   func(t *target) bool

	of map[[2]int]*guesses // by habit and number of victims
}

// guesses are how often he was right, how often he may be, and how often he
// guessed.
type guesses struct{ right, allowed, worlds float64 }

// sum is of the guesses in worlds with a habit and number of victims, or any where
// it is negative.
func (g *guesser) sum(habit, victims int) guesses {
	var sum guesses
	for key, n := range g.of {
		if (habit < 0 || key[0] == habit) && (victims < 0 || key[1] == victims) {
			sum.right, sum.allowed, sum.worlds = sum.right+n.right, sum.allowed+n.allowed, sum.worlds+n.worlds
		}
	}
	return sum
}

// won tells whether he was right more often than he may be: whether the lower
// 99 % limit of Clopper and Pearson lies above it.
func (n guesses) won() bool {
	return n.right > 0 && distuv.Beta{Alpha: n.right, Beta: n.worlds - n.right + 1}.Quantile(.01) > n.allowed/n.worlds
}

func (n guesses) String() string {
	return fmt.Sprintf("%.3f of %.3f in %.0f", n.right/n.worlds, n.allowed/n.worlds, n.worlds)
}

// guess counts whether the pupil that ranks highest is a victim; of those who
// rank alike, one is taken by chance.
func (g *guesser) guess(k *known, t *target, random *rand.Rand) {
	if g.leaks != nil && !g.leaks(t) {
		return
	}
	score := g.rank(k, t, random)
	var best []int
	for _, p := range t.prior {
		switch {
		case len(best) == 0 || score[p] > score[best[0]]:
			best = []int{p}
		case score[p] == score[best[0]]:
			best = append(best, p)
		}
	}
	key := [2]int{t.habit, t.victims}
	if g.of[key] == nil {
		if g.of == nil {
			g.of = make(map[[2]int]*guesses)
		}
		g.of[key] = &guesses{}
	}
	n := g.of[key]
	if t.worst[best[random.IntN(len(best))]] {
		n.right++
	}
	n.worlds++
	n.allowed += min(3*float64(t.victims)/float64(t.size), .5)
}

// below tells whether the upper 99 % limit lies below a share.
func below(right, worlds, share float64) bool {
	return right < worlds && distuv.Beta{Alpha: right + 1, Beta: worlds - right}.Quantile(.99) < share
}

// judge says how a guesser did, and whether he wins: for any number of victims,
// for any habit of pausing, or for all together.
func (g *guesser) judge(t *testing.T) {
	var text strings.Builder
	all := g.sum(-1, -1)
	won := all.won()
	for v := 1; v <= mostVictims; v++ {
		if n := g.sum(-1, v); n.worlds > 0 {
			won = won || n.won()
			fmt.Fprintf(&text, "\n  %d victims: %v", v, n)
		}
	}
	for h, habit := range habits {
		if n := g.sum(h, -1); n.worlds > 0 {
			won = won || n.won()
			fmt.Fprintf(&text, "\n  %s: %v", habit.name, n)
		}
	}
	t.Logf("W3 naming, %s: %v%s", g.name, all, text.String())
	switch {
	case g.control > 0:
		if below(all.right, all.worlds, g.control) {
			t.Errorf("%s named a pupil in only %.0f of %.0f worlds: the attacker is asleep", g.name, all.right, all.worlds)
		}
	case won:
		t.Errorf("W3 wins by %s", g.name)
	}
}

// TestNaming is W3.
func TestNaming(t *testing.T) {
	t.Parallel()
	usual, err := nation()
	if err != nil {
		t.Fatal(err)
	}
	learned := make(lessons)
	const steps = 400
	guessers := []*guesser{
		{name: "likelihood of all that is told", rank: func(_ *known, c *target, random *rand.Rand) []float64 {
			s := &suspicion{target: c, clues: c.clues(c.figures), severe: c.severe(), signs: learned.weigh(c, c.signs)}
			return s.rank(random, steps)
		}},
		{name: "likelihood of figures", rank: func(_ *known, c *target, random *rand.Rand) []float64 {
			return (&suspicion{target: c, clues: c.clues(c.figures)}).rank(random, steps)
		}},
		{name: "correlation with presence", rank: func(_ *known, c *target, _ *rand.Rand) []float64 {
			return c.correlation(c.clues(c.figures), c.signs)
		}},
		{name: "likelihood of severe signals", rank: func(_ *known, c *target, random *rand.Rand) []float64 {
			return (&suspicion{target: c, severe: c.severe()}).rank(random, steps)
		}},
		{name: "signals, as learned from others", rank: func(_ *known, c *target, _ *rand.Rand) []float64 {
			return learned.weigh(c, c.signs)
		}},
		{name: "control: weekly shares without bands", control: .75, rank: func(k *known, c *target, random *rand.Rand) []float64 {
			return (&suspicion{target: c, clues: c.clues(k.weekly(c.unit))}).rank(random, steps)
		}},
		{name: "control: severe looked at every week", control: .75, leaks: (*target).alone, rank: func(k *known, c *target, random *rand.Rand) []float64 {
			clue := c.severe()
			clue.hit = k.hits(c)
			return (&suspicion{target: c, severe: clue}).rank(random, steps)
		}},
	}
	for year := range years(usual) {
		if year.err != nil {
			t.Fatal(year.err)
		}
		for _, c := range year.targets {
			for i, g := range guessers {
				g.guess(year.known, c, rand.New(rand.NewPCG(year.seed, uint64(100+i))))
			}
			learned.learn(c, c.signs)
		}
	}
	for _, g := range guessers {
		g.judge(t)
	}
}

// spent is the school year of a chronic school.
type spent struct {
	seed    uint64
	known   *known
	targets []*target
	err     error
}

// years plays a school year for every so many seeds, for each class of a school
// is a world: one year on each processor at a time, handed over in order.
func years(usual map[uint32]watch.Usual) func(yield func(spent) bool) {
	return func(yield func(spent) bool) {
		waiting := make(chan chan spent, runtime.GOMAXPROCS(0))
		done := make(chan struct{})
		defer close(done)
		go func() {
			defer close(waiting)
			n := 0
			for seed := range seeds() {
				if n++; n%schoolClasses != 0 {
					continue
				}
				year := make(chan spent, 1)
				select {
				case waiting <- year:
				case <-done:
					return
				}
				go func() {
					k, targets, err := spend(seed, usual)
					year <- spent{seed, k, targets, err}
				}()
			}
		}()
		for year := range waiting {
			if !yield(<-year) {
				return
			}
		}
	}
}

// alone tells whether one pupil gives the worst answers in every wave: of
// several, one is nearly always present.
func (t *target) alone() bool { return t.victims == 1 && t.since == 0 }

// weekly are the class's figures if every wave were told exactly.
func (k *known) weekly(class disclosure.Unit) []figure {
	var all []figure
	for _, item := range slices.Sorted(maps.Keys(k.cells)) {
		for _, c := range k.cells[item] {
			if k.within(c, class) {
				all = append(all, figure{
					unit: class, item: item, from: c.wave, to: c.wave, cells: []cell{c},
					size: c.answered, answers: c.answered, low: c.counted, high: c.counted,
				})
			}
		}
	}
	return all
}

// hits are the waves that held a worst answer.
func (k *known) hits(t *target) []bool {
	hits := make([]bool, weeks)
	for _, cells := range k.cells {
		for _, c := range cells {
			if c.worst && k.within(c, t.unit) && c.answered >= 10 {
				hits[c.wave] = true
			}
		}
	}
	return hits
}

package attack

import (
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat/distuv"
)

// suspicion weighs who the victims of a class may be, by all that was released.
type suspicion struct {
	*target
	clues  []*clue
	severe *severeClue
	signs  []float64 // of each pupil, learned from signals
}

// log is the logarithm of how likely the releases are if just these pupils give
// the worst answers, up to a constant.
func (s *suspicion) log(pupils []int) float64 {
	l := 0.
	for _, c := range s.clues {
		l += c.log(pupils)
	}
	if s.severe != nil {
		l += s.severe.log(pupils)
	}
	for _, p := range pupils {
		if s.signs != nil {
			l += s.signs[p]
		}
	}
	return l
}

// rank gives each pupil that may be guessed a number, the larger the likelier: a
// chain of Metropolis over all sets of so many pupils counts how often each is
// in it. For one victim all sets are looked at.
func (s *suspicion) rank(random *rand.Rand, steps int) []float64 {
	score := make([]float64, s.size)
	for i := range score {
		score[i] = math.Inf(-1)
	}
	for _, p := range s.prior {
		score[p] = s.log([]int{p})
	}
	if s.victims == 1 {
		return score
	}
	order := slices.Clone(s.prior)
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case score[a] > score[b]:
			return -1
		case score[a] < score[b]:
			return 1
		}
		return 0
	})
	for _, p := range s.prior {
		score[p] = 1e-9 * score[p] // where the chain was seldom, the single ones decide
	}
	in, out := slices.Clone(order[:s.victims]), order[s.victims:]
	now := s.log(in)
	for range steps {
		i, o := random.IntN(len(in)), random.IntN(len(out))
		in[i], out[o] = out[o], in[i]
		if next := s.log(in); math.Log(random.Float64()) < next-now {
			now = next
		} else {
			in[i], out[o] = out[o], in[i]
		}
		for _, p := range in {
			score[p]++
		}
	}
	return score
}

// levels are what the others' share may be, times the national one: classes
// differ.
var levels = [...]float64{.4, .8, 1.4, 2.5}

// clue is one item of one unit: for each line how many of the answers count.
type clue struct {
	share   float64   // national, of the answers that count
	present [][]uint8 // pupil × line: in how many of its waves the pupil answered
	lines   []figure
	table   [][]float64 // line → so many sure answers × levels
}

// log sums over what the others' level may be.
func (c *clue) log(pupils []int) float64 {
	var l [len(levels)]float64
	for i := range c.lines {
		sure := 0
		for _, p := range pupils {
			sure += int(c.present[p][i])
		}
		for g, x := range c.likelihood(i, sure) {
			l[g] += x
		}
	}
	return floats.LogSumExp(l[:])
}

// likelihood is that of line i at each level, if so many of its answers are
// known to count.
func (c *clue) likelihood(i, sure int) []float64 {
	for len(c.table) <= i {
		c.table = append(c.table, nil)
	}
	const n = len(levels)
	for s := len(c.table[i]) / n; s <= sure; s++ {
		f := c.lines[i]
		for _, level := range levels {
			p := between(f.answers-s, min(.9, level*c.share), f.low-s, f.high-s)
			c.table[i] = append(c.table[i], math.Log(p+1e-9))
		}
	}
	return c.table[i][sure*n : (sure+1)*n]
}

// between is the probability that a binomial of n and p lies from low to high.
func between(n int, p float64, low, high int) float64 {
	if n < 0 || high < 0 || low > n {
		return 0
	}
	const many = 120
	if n > many {
		d := distuv.Normal{Mu: float64(n) * p, Sigma: math.Sqrt(float64(n) * p * (1 - p))}
		return d.CDF(float64(high)+.5) - d.CDF(float64(low)-.5)
	}
	cdf := binomial(n, p)
	below := 0.
	if low > 0 {
		below = cdf[low-1]
	}
	return cdf[min(high, n)] - below
}

// binomial is the distribution function, remembered for all worlds.
func binomial(n int, p float64) []float64 {
	key := binomialKey{n, p}
	if cdf, ok := binomials[key]; ok {
		return cdf
	}
	cdf := make([]float64, n+1)
	d := distuv.Binomial{N: float64(n), P: p}
	for k := range cdf {
		cdf[k] = d.Prob(float64(k))
	}
	floats.CumSum(cdf, cdf)
	binomials[key] = cdf
	return cdf
}

type binomialKey struct {
	n int
	p float64
}

var binomials = make(map[binomialKey][]float64)

// severeClue is when the class's severe signal was raised, renewed and ended.
type severeClue struct {
	present [][]bool    // pupil × wave
	paused  []bool      // by wave: the class was not asked
	others  [][]float64 // wave × so many sure: log-odds are not needed, the chance that another gave a worst answer
	hit     []bool      // control: whether each wave held a worst answer, looked at every week
	raised  []bool      // by wave
	ended   []bool
}

// The rule as ANONYMITY §4 has it.
const (
	severeLooks  = 4
	severeStands = 8
)

// log follows the last waves in which the class was asked, each a hit or not,
// through the rule. What the rule can not have said is not ruled out, for
// questions that are not asked every wave are looked at somewhat longer.
func (c *severeClue) log(pupils []int) float64 {
	const odd = 1e-3
	var at, next [1 << severeLooks]float64 // by the last four waves
	at[0] = 1
	l := 0.
	standing := -1 // wave of the last look, or -1
	for t := range c.others {
		sure := 0
		for _, p := range pupils {
			if c.present[p][t] {
				sure++
			}
		}
		chance := c.others[t][min(sure, len(c.others[t])-1)]
		if c.hit != nil {
			if c.hit[t] {
				l += math.Log(chance + 1e-6)
			} else {
				l += math.Log(1 - chance + 1e-6)
			}
			continue
		}
		clear(next[:])
		total := 0.
		add := func(hits int, q float64) {
			hits &= len(next) - 1
			if !c.could(t, standing, hits) {
				q *= odd
			}
			next[hits] += q
			total += q
		}
		for state, p := range at {
			if c.paused[t] {
				add(state, p)
				continue
			}
			add(state<<1, p*(1-chance))
			add(state<<1|1, p*chance)
		}
		l += math.Log(total)
		for i := range next {
			at[i] = next[i] / total
		}
		switch {
		case c.raised[t]:
			standing = t
		case c.ended[t]:
			standing = -1
		case standing >= 0 && t-standing == severeStands:
			standing = t
		}
	}
	return l
}

// could tells whether the rule says what was released, if these of the last four
// waves were hits.
func (c *severeClue) could(t, standing, hits int) bool {
	switch {
	case standing < 0:
		several := hits&(hits-1) != 0
		return several == c.raised[t]
	case t-standing == severeStands:
		return (hits != 0) != c.ended[t]
	default:
		return true
	}
}

package analytics

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
)

// Level finds a unit that stands worse than it should without having changed.
// It is a signal of its own and is never added to one of change.
//
// The waves of a unit are pooled and its own probability p is compared with
// Ratio times what the same waves are for others:
//
//	reference = Σ n_t·ref_t / Σ n_t          p ~ Beta with mean reference and correlation Rho
//	P(p > Ratio·reference | Σ y_t/φ of Σ n_t/φ)
//
// (Richardson, Thomson, Best and Elliott 2004, Environmental Health
// Perspectives 112:1016: exceedance probabilities of a smoothed risk.) Pooling
// twelve waves doubles what is found against one.
type Level struct {
	Rho   float64 // intraclass correlation of the pooled answers: [FitBetaBinomial] on pooled effective counts
	Phi   float64 // overdispersion of a unit's waves about its own level; 0 means 1
	Ratio float64 // what is worse enough; 0 means 1.5
	Waves int     // waves pooled, the latest ones; 0 means 12
}

func (l Level) defaults() Level {
	if l.Phi == 0 {
		l.Phi = 1
	}
	if l.Ratio == 0 {
		l.Ratio = 1.5
	}
	if l.Waves == 0 {
		l.Waves = 12
	}
	return l
}

// Pool adds up the latest waves of a unit with data, as effective counts, and
// the reference for them. reference has the probability of others in each wave.
// The reference is 0 if no wave has data. It panics if the lengths differ or a
// wave is impossible.
func (l Level) Pool(waves []Proportion, reference []float64) (Proportion, float64) {
	if len(waves) != len(reference) {
		panic("analytics: one reference for each wave")
	}
	l = l.defaults()
	var sum Proportion
	var expected float64
	for t := max(0, len(waves)-l.Waves); t < len(waves); t++ {
		w := waves[t]
		if err := w.Validate(); err != nil {
			panic(fmt.Sprintf("analytics: wave %d: %v", t, err))
		}
		sum.Y += w.Y
		sum.N += w.N
		expected += w.N * reference[t]
	}
	if sum.N == 0 {
		return Proportion{}, 0
	}
	return sum.Effective(l.Phi), expected / sum.N
}

// Exceedance is the probability that the unit stands above Ratio times the
// reference, 0 to 1. It is 0 if no wave has data, or if the reference is 0 or 1
// and can not be exceeded: nothing is known, and nothing is flagged.
func (l Level) Exceedance(waves []Proportion, reference []float64) float64 {
	l = l.defaults()
	pooled, usual := l.Pool(waves, reference)
	if pooled.N == 0 || usual <= 0 || usual >= 1 {
		return 0
	}
	return BetaBinomial{Mean: usual, Rho: l.Rho}.Exceedance(pooled, l.Ratio*usual)
}

// ScoreLevel is an e-process against "this unit's level is a draw from its
// school's prior", for a series of scores. With residuals r_t of precision w_t
// about a level b ~ N(Mean, Variance), and b lower by δ as the alternative,
//
//	E_t = mean over δ of exp((δ·d̄ - δ²/2)/V)
//	d̄ = Mean - Σ w·r / Σ w           V = Variance + 1/Σ w
//
// It is the ratio of two joint densities of the same waves, so a test
// martingale: over all time the chance that it ever reaches A is at most 1/A
// (Ville 1939). The start is always the first wave: it does not see change, it
// sees where a unit stands.
//
// Units: r, Mean and Shifts in points of the score, w in 1/points². The zero
// Shifts mean .15, .25 and .4.
type ScoreLevel struct {
	Mean, Variance float64
	Shifts         []float64

	weight, sum float64
}

// Update adds a wave and returns log E. A wave without data (w ≤ 0) changes
// nothing. It panics if Variance is negative.
func (s *ScoreLevel) Update(r, w float64) float64 {
	if !(s.Variance >= 0) {
		panic("analytics: a prior needs a variance")
	}
	if w > 0 {
		s.weight += w
		s.sum += w * r
	}
	if s.weight == 0 {
		return 0
	}
	shifts := s.Shifts
	if len(shifts) == 0 {
		shifts = scoreShifts[:]
	}
	fall := s.Mean - s.sum/s.weight
	v := s.Variance + 1/s.weight
	terms := make([]float64, len(shifts))
	for i, delta := range shifts {
		terms[i] = delta * (fall - delta/2) / v
	}
	return floats.LogSumExp(terms) - math.Log(float64(len(terms)))
}

// CountLevel is the same e-process for counts, exact on a grid of log-odds
// offsets: y_t of n_t with log-odds α_t + b, b ~ N(Mean, Variance), and b higher
// by δ as the alternative,
//
//	E_t = mean over δ of Σ_b π(b)·exp Λ_t(b+δ) / Σ_b π(b)·exp Λ_t(b)
//	Λ_t(b) = Σ log f(y_i | α_i + b) / max(1, φ)
//
// on b = Mean-3 to Mean+3 by .1. With φ ≤ 1 it is a test martingale under the
// model; a φ above 1 tempers it. The zero Shifts mean .5, .8 and 1.2, the zero
// Phi 1.
type CountLevel struct {
	Mean, Variance float64
	Phi            float64
	Shifts         []float64

	below, above []float64 // Λ on the grid, and on the grid moved by each shift
}

// Shifts that are looked for, points of the score and log-odds.
var (
	scoreShifts = [...]float64{.15, .25, .4}
	countShifts = [...]float64{.5, .8, 1.2}
)

// The grid of offsets.
const (
	gridHalf = 30
	gridStep = .1
	gridSize = 2*gridHalf + 1
)

// Update adds a wave and returns log E. alpha is the log-odds of others in that
// wave. A wave without data changes nothing. It panics if the wave is
// impossible or Variance is not positive.
func (c *CountLevel) Update(wave Proportion, alpha float64) float64 {
	if err := wave.Validate(); err != nil {
		panic("analytics: " + err.Error())
	}
	if !(c.Variance > 0) {
		panic("analytics: a prior needs a variance")
	}
	shifts := c.Shifts
	if len(shifts) == 0 {
		shifts = countShifts[:]
	}
	if c.below == nil {
		c.below = make([]float64, gridSize)
		c.above = make([]float64, gridSize*len(shifts))
		normalGrid(c.below, c.Variance)
		for i := range shifts {
			copy(c.above[i*gridSize:], c.below)
		}
	}
	if wave.N > 0 {
		temper := max(1, c.Phi)
		for k := range gridSize {
			b := c.Mean + gridStep*float64(k-gridHalf)
			c.below[k] += binomialLog(wave, alpha+b) / temper
			for i, delta := range shifts {
				c.above[i*gridSize+k] += binomialLog(wave, alpha+b+delta) / temper
			}
		}
	}
	return floats.LogSumExp(c.above) - math.Log(float64(len(shifts))) - floats.LogSumExp(c.below)
}

// normalGrid fills grid with the log of a normal prior about its middle, summing
// to one.
func normalGrid(grid []float64, variance float64) {
	for k := range grid {
		b := gridStep * float64(k-len(grid)/2)
		grid[k] = -b * b / (2 * variance)
	}
	floats.AddConst(-floats.LogSumExp(grid), grid)
}

// binomialLog is log f(y of n) at log-odds eta, without log C(n,y).
func binomialLog(p Proportion, eta float64) float64 {
	return p.Y*eta - p.N*softplus(eta)
}

// softplus is log(1 + e^x) without overflow.
func softplus(x float64) float64 {
	return max(x, 0) + math.Log1p(math.Exp(-math.Abs(x)))
}

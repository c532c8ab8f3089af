package analytics

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// Outcome is what came after a measure, in words.
type Outcome string

// The outcomes. CanNotTell is not "no effect": the answers do not say yet.
const (
	Better     Outcome = "better"
	Worse      Outcome = "worse"
	CanNotTell Outcome = "can not tell"
)

// Reading is the residual of a class in one wave, points of the score about the
// national effect, and the variance of it that comes from who answered, s²_e/n.
// The variance is positive; 0 means that the class has no data.
type Reading struct {
	Residual, Variance float64
}

// History is the readings of one class, a slot for each wave, and its
// volatility κ, by which all its variances are multiplied; 0 means 1. See
// [Volatility].
type History struct {
	Readings []Reading
	Kappa    float64
}

// BeforeAfter tells how a class has moved since a measure was put in, beyond
// what its school has moved. For each class, with a_t weights by precision that
// add up to -1 before the date and to 1 after it,
//
//	D = Σ a_t·r_t
//	var D = κ·Σ_ij a_i·a_j·Wave·Correlation^|i-j| + κ·Σ a_t²·s²_e/n_t + Movement
//
// The siblings' D are about the school's own movement μ ~ N(0, School); it has
// a normal posterior, wide if there are few siblings. The class's effect
// β ~ N(0, Effect) then has the posterior of
//
//	D - E μ ~ N(β, var D + var μ)
//
// It is a normal linear model with known variances (Gelman et al. 2013,
// Bayesian Data Analysis, 3rd ed., chapters 2 and 5), a difference in
// differences whose comparison is shrunk. Nobody drew lots for the measure: a
// class that gets one because it stood badly will often stand better after,
// with or without it, and this does not correct for that.
//
// All variances are in points². The zero value of a field is that variance
// gone, not a default; [ReferenceBeforeAfter] has some to begin with.
type BeforeAfter struct {
	Wave        float64 // s²_w: a class's own movement from wave to wave
	Correlation float64 // of that movement from one wave to the next, 0 ≤ Correlation < 1
	Movement    float64 // what a class moves from one span of waves to another, of its own accord
	School      float64 // what a school moves
	Effect      float64 // what measures do, before anything is known: a wide guess
}

// ReferenceBeforeAfter has the values of the simulated country (analytics/
// simulate), and .3 points as the size of an effect.
func ReferenceBeforeAfter() BeforeAfter {
	return BeforeAfter{Wave: .0165, Correlation: .5, Movement: .002, School: .004, Effect: .09}
}

// SpanWaves is the least number of waves with data on each side of a measure.
const SpanWaves = 4

// Comparison is a class after a measure compared with before.
type Comparison struct {
	Outcome   Outcome
	Effect    float64 // posterior mean of β, points; above 0 is better
	SD        float64 // posterior standard deviation
	Low, High float64 // 95 % interval of β
	Class     float64 // D of the class, points; 0 if one side has no data
	School    float64 // posterior mean of the school's movement, points
	Before    int     // waves with data before the measure
	After     int     // and after it
	Siblings  int     // classes that tell of the school: data on both sides
}

// Compare returns the posterior of what happened to class from wave after on,
// the first wave after the measure. Siblings are the other classes of the
// school, over the same waves.
//
// Outcome is Better or Worse only if the interval leaves out 0 and both sides
// have [SpanWaves] waves. With no data on one side the posterior is the prior.
//
// A history of another length than the class's, a date outside it and a reading
// or κ that is not finite or below 0 are errors. Compare panics if b is outside
// its domain.
func (b BeforeAfter) Compare(class History, siblings []History, after int) (Comparison, error) {
	b.must()
	waves := len(class.Readings)
	if after < 0 || after > waves {
		return Comparison{}, fmt.Errorf("before and after: wave %d of %d", after, waves)
	}
	for i, h := range append([]History{class}, siblings...) {
		if len(h.Readings) != waves {
			return Comparison{}, fmt.Errorf("before and after: sibling %d has %d waves, the class %d", i-1, len(h.Readings), waves)
		}
		if err := h.validate(); err != nil {
			return Comparison{}, fmt.Errorf("before and after: %s: %w", who(i), err)
		}
	}

	c := Comparison{Outcome: CanNotTell}
	c.Before, c.After = seen(class.Readings[:after]), seen(class.Readings[after:])
	// The school's own movement: weighted sum and precision of its posterior,
	// both by School, which may be 0.
	sum, precision := 0., 1.
	for _, s := range siblings {
		if d, v, ok := b.movement(s, after); ok {
			c.Siblings++
			precision += b.School / v
			sum += b.School * d / v
		}
	}
	c.School = sum / precision
	var evidence float64 // precision of what the data say of β
	d, v, ok := b.movement(class, after)
	if ok {
		c.Class = d
		evidence = 1 / (v + b.School/precision)
	}
	variance := b.Effect / (1 + b.Effect*evidence)
	c.Effect = variance * evidence * (d - c.School)
	c.SD = math.Sqrt(variance)
	half := distuv.UnitNormal.Quantile(.975) * c.SD
	c.Low, c.High = c.Effect-half, c.Effect+half
	if c.Before >= SpanWaves && c.After >= SpanWaves {
		switch {
		case c.Low > 0:
			c.Outcome = Better
		case c.High < 0:
			c.Outcome = Worse
		}
	}
	return c, nil
}

// movement is D and its variance; false if one side has no data.
func (b BeforeAfter) movement(h History, after int) (d, v float64, ok bool) {
	if seen(h.Readings[:after]) == 0 || seen(h.Readings[after:]) == 0 {
		return 0, 0, false
	}
	kappa := h.Kappa
	if kappa == 0 {
		kappa = 1
	}
	a := make([]float64, len(h.Readings))
	b.weigh(a[:after], h.Readings[:after], -1)
	b.weigh(a[after:], h.Readings[after:], 1)
	for i, r := range h.Readings {
		d += a[i] * r.Residual
		v += a[i] * a[i] * r.Variance
	}
	// Σ_ij a_i·a_j·ρ^|i-j| in one pass: decayed is Σ_{j<i} a_j·ρ^(i-j).
	var own, decayed float64
	for _, w := range a {
		own += w*w + 2*w*decayed
		decayed = (decayed + w) * b.Correlation
	}
	return d, kappa*(v+b.Wave*own) + b.Movement, true
}

// weigh fills a with weights by precision that add up to sign.
func (b BeforeAfter) weigh(a []float64, readings []Reading, sign float64) {
	var sum float64
	for i, r := range readings {
		if r.Variance > 0 {
			a[i] = 1 / (b.Wave + r.Variance)
			sum += a[i]
		}
	}
	for i := range a {
		a[i] *= sign / sum
	}
}

func seen(readings []Reading) int {
	n := 0
	for _, r := range readings {
		if r.Variance > 0 {
			n++
		}
	}
	return n
}

func who(i int) string {
	if i == 0 {
		return "the class"
	}
	return fmt.Sprintf("sibling %d", i-1)
}

func (h History) validate() error {
	if !(h.Kappa >= 0) || math.IsInf(h.Kappa, 0) {
		return fmt.Errorf("volatility %g; want a number from 0", h.Kappa)
	}
	for t, r := range h.Readings {
		if math.IsNaN(r.Residual) || math.Abs(r.Residual) > mostPoints || r.Variance != 0 && !(r.Variance >= 1/mostPoints && r.Variance <= mostPoints) {
			return fmt.Errorf("wave %d: residual %g with variance %g", t, r.Residual, r.Variance)
		}
	}
	return nil
}

// mostPoints is beyond any score, and no square or quotient of it overflows.
const mostPoints = 1e6

func (b BeforeAfter) must() {
	if !(b.Wave >= 0 && b.Movement >= 0 && b.School >= 0 && b.Effect >= 0 && b.Correlation >= 0 && b.Correlation < 1) ||
		math.IsInf(b.Wave+b.Movement+b.School+b.Effect, 0) {
		panic(fmt.Sprintf("analytics: before and after with %+v; want variances from 0 and a correlation from 0, below 1", b))
	}
}

package analytics

import (
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/mathext"
	"gonum.org/v1/gonum/optimize"
)

// Proportion is Y of N respondents. Neither need be whole: [Proportion.Effective]
// gives what a count is worth. A Proportion with N = 0 says nothing.
type Proportion struct {
	Y, N float64
}

// Validate tells what is impossible in p: a value that is not finite, below
// zero, or Y above N.
func (p Proportion) Validate() error {
	if !(p.Y >= 0 && p.Y <= p.N && p.N <= math.MaxInt32) { // false for NaN too
		return fmt.Errorf("proportion: %g of %g; want 0 ≤ y ≤ n", p.Y, p.N)
	}
	return nil
}

// Effective is what p is worth when its variance is φ times the binomial's: y/φ
// of n/φ. It panics unless φ is positive.
//
// Pooled waves of one class have φ below 1 when the same pupils answer alike
// each time, above 1 when the class moves as a whole.
func (p Proportion) Effective(phi float64) Proportion {
	if !(phi > 0) {
		panic("analytics: φ must be positive")
	}
	return Proportion{Y: p.Y / phi, N: p.N / phi}
}

// BetaBinomial is the distribution of y of n respondents in a unit whose own
// probability p was drawn from
//
//	Beta(a, b),  a = Mean·(1/Rho - 1),  b = (1-Mean)·(1/Rho - 1)
//
// so that Rho is the intraclass correlation and the variance of y is
// n·Mean·(1-Mean)·(1 + (n-1)·Rho). Rho = 0 is the binomial (Skellam 1948).
//
// Domain: 0 < Mean < 1, 0 ≤ Rho < 1.
type BetaBinomial struct {
	Mean, Rho float64
}

// LogProb is the logarithm of the probability of p,
//
//	log C(n,y) + log B(y+a, n-y+b) - log B(a, b)
//
// with Γ in place of factorials if p is not whole. It is 0 if N is 0 and -Inf
// for an impossible p. It panics if d is outside its domain.
func (d BetaBinomial) LogProb(p Proportion) float64 {
	d.must()
	if p.Validate() != nil {
		return math.Inf(-1)
	}
	choose := lgamma(p.N+1) - lgamma(p.Y+1) - lgamma(p.N-p.Y+1)
	return choose + d.kernel(p)
}

// kernel is LogProb without log C(n,y), which no parameter moves.
func (d BetaBinomial) kernel(p Proportion) float64 {
	const binomial = 1e-15 // no unit is large enough to tell
	if d.Rho < binomial {
		return xlogy(p.Y, d.Mean) + xlogy(p.N-p.Y, 1-d.Mean)
	}
	s := (1 - d.Rho) / d.Rho
	return rising(d.Mean*s, p.Y) + rising((1-d.Mean)*s, p.N-p.Y) - rising(s, p.N)
}

// Exceedance is the posterior probability that a unit's own p lies above limit,
// given what it answered:
//
//	P(p > limit | y, n) = 1 - I_limit(a + y, b + n - y)
//
// with I the regularised incomplete beta function. A unit without answers has
// the prior's. A Rho below 1e-9 is taken as 0, where p is Mean whatever was
// answered. It panics if d is outside its domain or p is impossible.
func (d BetaBinomial) Exceedance(p Proportion, limit float64) float64 {
	d.must()
	if err := p.Validate(); err != nil {
		panic("analytics: " + err.Error())
	}
	switch {
	case limit >= 1:
		return 0
	case limit <= 0:
		return 1
	case d.Rho < noSpread && d.Mean > limit:
		return 1
	case d.Rho < noSpread:
		return 0
	}
	s := (1 - d.Rho) / d.Rho
	// The complement by symmetry, lest a tail of 1e-20 become 0.
	return mathext.RegIncBeta((1-d.Mean)*s+p.N-p.Y, d.Mean*s+p.Y, 1-limit)
}

// noSpread is a correlation at which units differ by nothing one could see.
const noSpread = 1e-9

func (d BetaBinomial) must() {
	if !(d.Mean > 0 && d.Mean < 1 && d.Rho >= 0 && d.Rho < 1) {
		panic(fmt.Sprintf("analytics: beta-binomial with mean %g and correlation %g; want 0 < mean < 1, 0 ≤ correlation < 1", d.Mean, d.Rho))
	}
}

// ErrFewUnits and ErrConstant tell why a distribution can not be fitted.
var (
	ErrFewUnits = errors.New("fewer than two units with two respondents")
	ErrConstant = errors.New("all respondents answer the same")
)

// FitBetaBinomial is the maximum likelihood estimate from one pooled Proportion
// per unit. Units without answers are left out. Rho is 0 if no spread beyond
// the binomial makes the answers more likely.
//
// The likelihood is climbed by Nelder and Mead over (logit Mean, logit Rho)
// from the moment estimate. An impossible unit is an error, and [ErrFewUnits]
// and [ErrConstant] are in the chain of those.
func FitBetaBinomial(units []Proportion) (BetaBinomial, error) {
	var sum Proportion
	var kept []Proportion
	pairs := 0
	for i, u := range units {
		if err := u.Validate(); err != nil {
			return BetaBinomial{}, fmt.Errorf("beta-binomial: unit %d: %w", i, err)
		}
		if u.N == 0 {
			continue
		}
		kept = append(kept, u)
		sum.Y += u.Y
		sum.N += u.N
		if u.N > 1 {
			pairs++
		}
	}
	if pairs < 2 {
		return BetaBinomial{}, fmt.Errorf("beta-binomial: %w", ErrFewUnits)
	}
	if sum.Y == 0 || sum.Y == sum.N {
		return BetaBinomial{}, fmt.Errorf("beta-binomial: %w: %g of %g", ErrConstant, sum.Y, sum.N)
	}
	likelihood := func(d BetaBinomial) float64 {
		var l float64
		for _, u := range kept {
			l += d.kernel(u)
		}
		return l
	}
	binomial := BetaBinomial{Mean: sum.Y / sum.N}
	start := BetaBinomial{Mean: binomial.Mean, Rho: momentRho(kept, binomial.Mean)}
	result, err := optimize.Minimize(
		optimize.Problem{Func: func(x []float64) float64 { return -likelihood(fromLogits(x)) }},
		[]float64{logit(start.Mean), logit(start.Rho)},
		&optimize.Settings{Converger: &optimize.FunctionConverge{Absolute: 1e-12, Iterations: 60}, MajorIterations: 2000},
		&optimize.NelderMead{})
	if err != nil {
		return BetaBinomial{}, fmt.Errorf("beta-binomial: climb the likelihood: %w", err)
	}
	best := fromLogits(result.X)
	if likelihood(binomial) >= likelihood(best)-1e-9 {
		return binomial, nil
	}
	return best, nil
}

// momentRho is the intraclass correlation that gives Pearson's statistic its
// value, kept where a climb can begin.
func momentRho(units []Proportion, mean float64) float64 {
	var pearson, spare float64
	for _, u := range units {
		r := u.Y - u.N*mean
		pearson += r*r/(u.N*mean*(1-mean)) - 1
		spare += u.N - 1
	}
	return min(max(pearson/max(spare, 1), .001), .9)
}

// fromLogits keeps both parameters where Γ has precision.
func fromLogits(x []float64) BetaBinomial {
	const most = 25
	return BetaBinomial{
		Mean: logistic(min(max(x[0], -most), most)),
		Rho:  logistic(min(max(x[1], -most), most)),
	}
}

func logit(p float64) float64    { return math.Log(p) - math.Log1p(-p) }
func logistic(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

func lgamma(x float64) float64 {
	l, _ := math.Lgamma(x)
	return l
}

// xlogy is x·log y, 0 if x is 0.
func xlogy(x, y float64) float64 {
	if x == 0 {
		return 0
	}
	return x * math.Log(y)
}

// rising is log Γ(a+y)/Γ(a), the logarithm of the rising factorial. For a great
// a two logarithms of Γ would leave nothing of their difference; there it is
// Stirling's series.
func rising(a, y float64) float64 {
	const great = 1000 // the series' next term is below 1e-17
	if a < great {
		return lgamma(a+y) - lgamma(a)
	}
	series := func(x float64) float64 { return (1 - 1/(30*x*x)) / (12 * x) }
	return y*math.Log(a) + (a+y-.5)*math.Log1p(y/a) - y + series(a+y) - series(a)
}

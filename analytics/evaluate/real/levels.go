package main

import (
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"

	"github.com/folgmed/folgmed/analytics"
)

// levelLine is what one answer tells of units.
type levelLine struct {
	name        string
	respondents float64
	units       int
	spread      components
	fit         analytics.BetaBinomial
	certain     int    // units with P(p > 1.5·reference) above .8
	chance      [2]int // flagged at 1 and 5 % of units that differ by chance alone
	usual       [2]int // flagged at 1 and 5 % of units drawn from the fit
}

// unit is a count and the share that others have.
type unit struct {
	count     analytics.Proportion
	reference float64
}

const (
	worse  = 1.5 // times the reference
	rounds = 200 // drawn panels of units
	least  = 2   // respondents of a unit that is judged
)

// levels fits the spread between units and counts those that stand out. The
// reference is the fitted mean where a unit has none.
func levels(name string, units []unit) (levelLine, error) {
	units = slices.DeleteFunc(slices.Clone(units), func(u unit) bool { return u.count.N < least })
	counts := make([]analytics.Proportion, len(units))
	for i, u := range units {
		counts[i] = u.count
	}
	fit, err := analytics.FitBetaBinomial(counts)
	if err != nil {
		return levelLine{}, err
	}
	line := levelLine{name: name, units: len(units), fit: fit}
	exceedance := make([]float64, len(units))
	for i := range units {
		if units[i].reference == 0 {
			units[i].reference = fit.Mean
		}
		line.respondents += units[i].count.N
		exceedance[i] = units[i].exceedance(fit.Rho, units[i].count.Y)
		if exceedance[i] > .8 {
			line.certain++
		}
	}
	rnd := rand.New(rand.NewPCG(2003, 1)) //nolint:gosec // a simulation that must come out the same again
	line.chance = flagged(exceedance, nulls(rnd, fit.Rho, units, 0))
	line.usual = flagged(exceedance, nulls(rnd, fit.Rho, units, fit.Rho))
	return line, nil
}

// exceedance is the probability that the unit stands above 1.5 times its
// reference, had it y.
func (u unit) exceedance(rho, y float64) float64 {
	count := analytics.Proportion{Y: y, N: u.count.N}
	level := analytics.Level{Rho: rho, Ratio: worse, Waves: 1}
	return level.Exceedance([]analytics.Proportion{count}, []float64{u.reference})
}

// nulls are the exceedances, at correlation rho, of units of the same sizes
// drawn with correlation truth, in increasing order.
func nulls(rnd *rand.Rand, rho float64, units []unit, truth float64) []float64 {
	var drawn []float64
	for range rounds {
		for _, u := range units {
			p := u.reference
			if truth > 0 {
				s := 1/truth - 1
				p = distuv.Beta{Alpha: p * s, Beta: (1 - p) * s, Src: rnd}.Rand()
			}
			drawn = append(drawn, u.exceedance(rho, distuv.Binomial{N: u.count.N, P: p, Src: rnd}.Rand()))
		}
	}
	slices.Sort(drawn)
	return drawn
}

// flagged counts the units above the thresholds that 1 and 5 % of nulls exceed.
func flagged(exceedance, nulls []float64) [2]int {
	var count [2]int
	for k, share := range []float64{.01, .05} {
		threshold := stat.Quantile(1-share, stat.Empirical, nulls, nil)
		for _, e := range exceedance {
			if e > threshold {
				count[k]++
			}
		}
	}
	return count
}

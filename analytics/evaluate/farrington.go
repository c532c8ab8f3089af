package evaluate

import (
	"math"

	"gonum.org/v1/gonum/mathext"
)

// The control of farringtonFlexible in R surveillance that the published
// comparison used: two windows of ±4 waves a "year" of 8 waves apart, without
// the wave at hand and the four before it. With one period (noPeriods = 1) and
// no trend they are the waves t-20 to t-5, one model for all.
const (
	farringtonFirst = 20 // b·freq + w
	farringtonLast  = 5  // pastWeeksNotIncluded + 1
	farringtonWaves = farringtonFirst - farringtonLast + 1
	outlying        = 2.58 // weightsThreshold
)

// farrington is -log₁₀ of the p-value of a wave's count by the improved
// Farrington method (Noufaily et al. 2013, Stat Med 32:1206), at least 10⁻¹²,
// from the 21st wave on.
//
// The counts of the reference waves are quasi-Poisson about n_i·e^β, n the
// respondents. Waves with a standardised Anscombe residual
//
//	s = 3/2·(y^⅔·μ^-⅙ - μ^½) / √(φ(1-h))
//
// above 2.58 get the weight s⁻², and the model is fitted again with weights that
// sum to the number of waves. The p-value is that of a negative binomial with
// mean μ₀ and variance φμ₀ (plug-in), of a Poisson if φ = 1.
func farrington(_, panel *Table) [][]float64 {
	const least = 1e-12
	s := panel.scores()
	y, n := make([]float64, len(panel.Weeks)), make([]float64, len(panel.Weeks))
	var fit quasiPoisson
	for c := range s {
		for t := range y {
			r := panel.At(c, t)
			y[t], n[t] = float64(r.Y), float64(max(r.N, 1))
		}
		for t := farringtonFirst; t < len(y); t++ {
			fit.reference(y[t-farringtonFirst:t-farringtonLast+1], n[t-farringtonFirst:t-farringtonLast+1])
			s[c][t] = -math.Log10(max(least, exceedance(y[t], n[t]*fit.rate, fit.phi)))
		}
	}
	return s
}

// exceedance is P(Y ≥ y) of a count with the given mean and variance φ·mean.
func exceedance(y, mean, phi float64) float64 {
	switch {
	case y <= 0:
		return 1
	case mean <= 0:
		return 0
	case phi > 1:
		return mathext.RegIncBeta(y, mean/(phi-1), 1-1/phi)
	default:
		return mathext.GammaIncReg(y, mean)
	}
}

// quasiPoisson is the model of one wave's reference: log μ_i = β + log n_i,
// variance φμ_i.
type quasiPoisson struct {
	rate float64 // e^β
	phi  float64 // at least 1

	mu, working, weight [farringtonWaves]float64
}

// reference fits the counts y of n, then once more with outlying waves weighed
// down.
func (f *quasiPoisson) reference(y, n []float64) {
	for i := range f.weight {
		f.weight[i] = 1
	}
	f.fit(y, n)
	var total, sum float64
	for i := range y {
		total += f.working[i]
	}
	for i, m := range f.mu {
		leverage := f.working[i] / total
		residual := 1.5 * (math.Cbrt(y[i]*y[i])*math.Pow(m, -1./6) - math.Sqrt(m)) / math.Sqrt(f.phi*(1-leverage))
		if residual > outlying {
			f.weight[i] = 1 / (residual * residual)
		}
		sum += f.weight[i]
	}
	for i := range f.weight {
		f.weight[i] *= farringtonWaves / sum
	}
	f.fit(y, n)
}

// fit is iteratively reweighted least squares, with the start and the stopping
// rule of R's glm: the dispersion takes the working weights of the last step
// but one, so another rule shows in its fifth digit.
func (f *quasiPoisson) fit(y, n []float64) {
	const steps, tolerance = 25, 1e-8
	for i := range y {
		f.mu[i] = y[i] + .1
	}
	deviance := f.deviance(y)
	for range steps {
		var beta, sum float64
		for i, m := range f.mu {
			f.working[i] = f.weight[i] * m
			beta += f.working[i] * (math.Log(m/n[i]) + (y[i]-m)/m)
			sum += f.working[i]
		}
		f.rate = math.Exp(beta / sum)
		for i := range f.mu {
			f.mu[i] = n[i] * f.rate
		}
		before := deviance
		deviance = f.deviance(y)
		if math.Abs(deviance-before) < tolerance*(math.Abs(deviance)+.1) {
			break
		}
	}
	var chi float64
	for i, m := range f.mu {
		r := (y[i] - m) / m
		chi += f.working[i] * r * r
	}
	f.phi = max(1, chi/(farringtonWaves-1))
}

func (f *quasiPoisson) deviance(y []float64) float64 {
	var d float64
	for i, m := range f.mu {
		d += f.weight[i] * (m - y[i])
		if y[i] > 0 {
			d += f.weight[i] * y[i] * math.Log(y[i]/m)
		}
	}
	return 2 * d
}

package analytics

import (
	"math"
	"slices"
)

// TrimmedMean is the mean of x without the share trim of its values at each
// end (⌊trim·len(x)⌋ values), so that a few classes in trouble do not move what
// is usual for all. It sorts x. It is 0 if x is empty and the median if
// nothing else would be left; it panics if trim is outside [0, .5).
func TrimmedMean(x []float64, trim float64) float64 {
	if !(trim >= 0 && trim < .5) {
		panic("analytics: trim must be in [0, .5)")
	}
	if len(x) == 0 {
		return 0
	}
	slices.Sort(x)
	cut := int(trim * float64(len(x)))
	x = x[cut : len(x)-cut]
	var sum float64
	for _, v := range x {
		sum += v
	}
	return sum / float64(len(x))
}

// nationalClasses is the number of classes in a wave from which the trimmed
// mean is taken as it is; with fewer it is shrunk.
const nationalClasses = 500

// National is the effect that season and common events have on a band in each
// wave.
//
// means[t] is the trimmed mean over the band's classes in wave t, variances[t]
// its variance (0: no class answered), classes[t] their number, weeks[t] the
// school week. With 500 classes or more a wave's effect is its mean. With
// fewer it is shrunk toward two yearly Fourier pairs over 38 school weeks plus
// a random walk, by the Kalman filter of
//
//	μ_t = level_t + Σ_{k=1,2} c_k·cos(2πk·week/38) + s_k·sin(2πk·week/38)
//	level_t = level_{t-1} + N(0, q),   c_k, s_k ~ N(0, season²)
//
// where q is found by moments from the steps between waves. Only waves up to t
// are used for wave t. A band with no data at all is 0 throughout.
//
// Units are those of means: points, or log-odds. National panics if the lengths differ.
func National(weeks []int, means, variances []float64, classes []int, season float64) []float64 {
	if len(means) != len(weeks) || len(variances) != len(weeks) || len(classes) != len(weeks) {
		panic("analytics: National needs one value of each kind per wave")
	}
	const states = 5
	var (
		effect = make([]float64, len(weeks))
		q      = walk(means, variances)
		x      [states]float64         // level, c1, s1, c2, s2
		p      [states][states]float64 // their covariance
		begun  bool
	)
	for i := 1; i < states; i++ {
		p[i][i] = season * season
	}
	for t, week := range weeks {
		phase := 2 * math.Pi * float64(week) / 38
		h := [states]float64{1, math.Cos(phase), math.Sin(phase), math.Cos(2 * phase), math.Sin(2 * phase)}
		if begun {
			p[0][0] += q
		}
		if variances[t] > 0 {
			if !begun {
				x[0], p[0][0], begun = means[t], 1, true
			}
			var ph [states]float64
			for i := range ph {
				for j := range h {
					ph[i] += p[i][j] * h[j]
				}
			}
			s, innovation := variances[t], means[t]
			for i := range h {
				s += h[i] * ph[i]
				innovation -= h[i] * x[i]
			}
			for i := range x {
				x[i] += ph[i] / s * innovation
				for j := range x {
					p[i][j] -= ph[i] * ph[j] / s
				}
			}
		}
		for i := range h {
			effect[t] += h[i] * x[i]
		}
		if classes[t] >= nationalClasses {
			effect[t] = means[t]
		}
	}
	return effect
}

// walk is the variance of a random walk's step by moments: the mean square of
// the steps that were seen, less what sampling put into them.
func walk(means, variances []float64) float64 {
	var sum float64
	var steps int
	last := -1
	for t := range means {
		if variances[t] <= 0 {
			continue
		}
		if last >= 0 {
			d := means[t] - means[last]
			sum += d*d - variances[t] - variances[last]
			steps++
		}
		last = t
	}
	if steps == 0 {
		return 0
	}
	return max(0, sum/float64(steps))
}

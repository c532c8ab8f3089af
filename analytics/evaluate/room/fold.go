package main

import (
	"math"

	"github.com/folgmed/folgmed/analytics/simulate"
)

// chances are those of one pupil's outcomes.
type chances = [simulate.Outcomes]float64

// logLikelihood is about the logarithm of the probability that independent
// pupils fold to a histogram, less a constant of the histogram:
//
//	min over λ > 0 of  Σ_i log Σ_b p_ib·λ_b - Σ_b H_b·log λ_b
//
// which is Chernoff's bound, found by scaling λ until each expected count is the
// one seen (Sinkhorn 1964, Ann Math Stat 35:876). The exact probability is a
// permanent, of which twenty pupils have too many terms. lambda is where to
// begin, and where it ended; rounds is how often it is scaled.
func logLikelihood(pupils []chances, histogram *chances, lambda *chances, rounds int) float64 {
	var seen [simulate.Outcomes]int
	n := 0
	for b, h := range histogram {
		if h > 0 {
			seen[n] = b
			n++
		}
	}
	var expected, odds [simulate.Outcomes]float64
	for round := 0; ; round++ {
		clear(expected[:])
		// A product of sums instead of a sum of logarithms, brought back in time.
		log, product := 0., 1.
		for i := range pupils {
			p, sum := &pupils[i], 0.
			for k, b := range seen[:n] {
				odds[k] = p[b] * lambda[b]
				sum += odds[k]
			}
			if product *= sum; product < 1e-200 || product > 1e200 {
				log += math.Log(product)
				product = 1
			}
			for k := range seen[:n] {
				expected[k] += odds[k] / sum
			}
		}
		if round == rounds {
			log += math.Log(product)
			for _, b := range seen[:n] {
				log -= histogram[b] * math.Log(lambda[b])
			}
			return log
		}
		for k, b := range seen[:n] {
			lambda[b] *= histogram[b] / expected[k]
		}
	}
}

// The rounds for a class as it is, and from there for each pair of pupils.
const (
	roundsFirst = 40
	roundsPair  = 5
)

// folded are the logarithms of the likelihood ratios of a histogram for each
// pair of pupils, had their moods been moved, against nobody's; in the order of
// pairs (0,1), (0,2) and so on.
func folded(null, shifted []chances, histogram *chances, out []float64) {
	var base chances
	for b := range base {
		base[b] = 1
	}
	usual := logLikelihood(null, histogram, &base, roundsFirst)
	pair := 0
	for i := range null {
		null[i], shifted[i] = shifted[i], null[i]
		for j := i + 1; j < len(null); j++ {
			null[j], shifted[j] = shifted[j], null[j]
			lambda := base
			out[pair] = logLikelihood(null, histogram, &lambda, roundsPair) - usual
			null[j], shifted[j] = shifted[j], null[j]
			pair++
		}
		null[i], shifted[i] = shifted[i], null[i]
	}
}

// named are the same likelihood ratios of what each pupil answered, by name.
func named(null, shifted []chances, outcome []int, out []float64) {
	ratio := make([]float64, len(null))
	for i, o := range outcome {
		ratio[i] = math.Log(shifted[i][o]) - math.Log(null[i][o])
	}
	pair := 0
	for i := range ratio {
		for j := i + 1; j < len(ratio); j++ {
			out[pair] = ratio[i] + ratio[j]
			pair++
		}
	}
}

// alike is the logarithm of the likelihood ratio for two of the pupils, any two,
// when no more is known of a pupil than the class's expected histogram: with r_b
// the ratio of the expected shares of outcome b,
//
//	((Σ H_b·r_b)² - Σ H_b·r_b²) / (N·(N-1))
func alike(null, shifted []chances, histogram *chances) float64 {
	var usual, moved chances
	for i := range null {
		for b := range usual {
			usual[b] += null[i][b]
			moved[b] += shifted[i][b]
		}
	}
	var sum, squares float64
	for b, h := range histogram {
		if h > 0 {
			r := moved[b] / usual[b]
			sum += h * r
			squares += h * r * r
		}
	}
	n := float64(len(null))
	return math.Log((sum*sum - squares) / (n * (n - 1)))
}

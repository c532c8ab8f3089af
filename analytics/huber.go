package analytics

import (
	"cmp"
	"math"
	"slices"
)

// HuberShare is the share that is usual for a kind of unit, from the counts of
// many, so that a few units in trouble do not move it. It solves
//
//	Σ_i (ψ(z_i) - E ψ(z_i)) = 0,     z = (y - n·p)/sqrt(n·p·(1-p)·(1 + (n-1)·ρ))
//
// for p, ψ clipping at ±1.5 (Huber 1964, Ann Math Stat 35:73, on Pearson
// residuals as in Cantoni and Ronchetti 2001, JASA 96:1022). The expectation is
// that of the beta-binomial with intraclass correlation ρ; without it, as with a
// trimmed mean, a rare answer comes out too rare, since its counts are skew.
//
// The result lies between the least and the greatest share of a unit; it is 0 if
// no unit has data. Impossible counts count as no data.
func HuberShare(counts []Proportion, rho float64) float64 {
	type cell struct{ y, n int }
	seen := make(map[cell]int, 64)
	var y, n float64
	least, most := 1., 0.
	for _, c := range counts {
		if c = known(c); c.N >= 1 {
			seen[cell{int(math.Round(c.Y)), int(math.Round(c.N))}]++
			y += c.Y
			n += c.N
			least, most = min(least, c.Y/c.N), max(most, c.Y/c.N)
		}
	}
	if n == 0 || y == 0 || y == n {
		return y / max(n, 1)
	}
	// Sums in a fixed order, so that the same counts give the same bits.
	cells := make([]cell, 0, len(seen))
	for c := range seen {
		cells = append(cells, c)
	}
	slices.SortFunc(cells, func(a, b cell) int { return cmp.Or(cmp.Compare(a.n, b.n), cmp.Compare(a.y, b.y)) })
	score := func(p float64) float64 {
		var sum, expected float64
		last := 0
		for _, c := range cells {
			sd := math.Sqrt(float64(c.n) * p * (1 - p) * (1 + float64(c.n-1)*rho))
			if c.n != last {
				expected, last = expectedPsi(c.n, p, rho, sd), c.n
			}
			sum += float64(seen[c]) * (psi((float64(c.y)-float64(c.n)*p)/sd) - expected)
		}
		return sum
	}
	// Of a few units that are all alike the expectation would lead outside them.
	return min(max(root(score, 1e-6, 1-1e-6), least), most)
}

func psi(z float64) float64 { return min(max(z, -1.5), 1.5) }

// exactPsi is the number of respondents up to which the expectation is summed;
// above it counts are nearly symmetric and it is nearly 0.
const exactPsi = 60

func expectedPsi(n int, p, rho, sd float64) float64 {
	if n > exactPsi {
		return 0
	}
	// Beta-binomial probabilities one from the other; rho = 0 is the binomial.
	size := float64(n)
	q := math.Exp(BetaBinomial{Mean: p, Rho: rho}.LogProb(Proportion{N: size}))
	var sum float64
	for y := range n + 1 {
		k := float64(y)
		sum += q * psi((k-size*p)/sd)
		if rho > 0 {
			a, b := p*(1/rho-1), (1-p)*(1/rho-1)
			q *= (size - k) / (k + 1) * (k + a) / (size - k - 1 + b)
		} else {
			q *= (size - k) / (k + 1) * p / (1 - p)
		}
	}
	return sum
}

// root finds where a falling f crosses zero between low and high, by false
// position with the Illinois rule (Dowell and Jarratt 1971, BIT 11:168). It is
// low or high if f crosses below or above.
func root(f func(float64) float64, low, high float64) float64 {
	a, b := f(low), f(high)
	if a <= 0 {
		return low
	}
	if b >= 0 {
		return high
	}
	side := 0
	for range 60 {
		if high-low < 1e-8 || a == b {
			break
		}
		mid := (low*b - high*a) / (b - a)
		m := f(mid)
		switch {
		case m == 0:
			return mid
		case m > 0:
			low, a = mid, m
			if side == 1 {
				b /= 2
			}
			side = 1
		default:
			high, b = mid, m
			if side == -1 {
				a /= 2
			}
			side = -1
		}
		if math.Abs(m) < 1e-7 {
			return mid
		}
	}
	return (low + high) / 2
}

package evaluate

import "math"

// EARS, the early aberration reporting system, puts the count of a wave
// against the mean m and standard deviation s of the seven waves before it:
//
//	C1 = (y - m) / max(s, .5)
//	C2 = the same, two waves left out in between
//	C3 = Σ max(0, C2 - 1) over this wave and the two before
//
// The minimum of s is that of earsC in R surveillance.
const (
	earsBaseline = 7
	earsLag      = 2
	earsSigma    = .5
)

func earsC1(_, panel *Table) [][]float64 { return ears(panel, 0) }

func earsC2(_, panel *Table) [][]float64 { return ears(panel, earsLag) }

func earsC3(_, panel *Table) [][]float64 {
	c2, s := ears(panel, earsLag), panel.scores()
	for c := range s {
		for t := range s[c] {
			s[c][t] = 0
			for k := t; k >= max(0, t-2); k-- {
				if above := c2[c][k] - 1; above > 0 { // not while C2 is NaN
					s[c][t] += above
				}
			}
		}
	}
	return s
}

// ears sums whole numbers, so that equal counts in another order give equal
// scores: a threshold is one of them.
func ears(panel *Table, lag int) [][]float64 {
	const k = earsBaseline
	s := panel.scores()
	for c := range s {
		for t := k + lag; t < len(s[c]); t++ {
			var sum, squares int
			for w := t - lag - k; w < t-lag; w++ {
				y := panel.At(c, w).Y
				sum += y
				squares += y * y
			}
			sd := math.Sqrt(float64(k*squares-sum*sum) / (k * (k - 1)))
			s[c][t] = float64(k*panel.At(c, t).Y-sum) / (k * max(sd, earsSigma))
		}
	}
	return s
}

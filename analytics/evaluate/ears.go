package evaluate

import (
	"math"

	"gonum.org/v1/gonum/stat"
)

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
			for k := max(0, t-2); k <= t; k++ {
				if above := c2[c][k] - 1; above > 0 { // not while C2 is NaN
					s[c][t] += above
				}
			}
		}
	}
	return s
}

func ears(panel *Table, lag int) [][]float64 {
	s := panel.scores()
	y := make([]float64, len(panel.Weeks))
	for c := range s {
		for t := range y {
			y[t] = float64(panel.At(c, t).Y)
		}
		for t := earsBaseline + lag; t < len(y); t++ {
			m, sd := stat.MeanStdDev(y[t-lag-earsBaseline:t-lag], nil)
			s[c][t] = (y[t] - m) / math.Max(sd, earsSigma)
		}
	}
	return s
}

package evaluate

import "math"

// naiveRespondents is the number of respondents from which a share is shown.
const naiveRespondents = 5

// naiveShare is y/n, what a list of the worst classes sorts by.
func naiveShare(_, panel *Table) [][]float64 {
	s := panel.scores()
	for c := range s {
		for t := range s[c] {
			if r := panel.At(c, t); r.N >= naiveRespondents {
				s[c][t] = float64(r.Y) / float64(r.N)
			}
		}
	}
	return s
}

// nationalZ is (y - np)/√(np(1-p)), p the country's share in that wave.
func nationalZ(calibration, panel *Table) [][]float64 {
	p, s := calibration.shares(low), panel.scores()
	for c := range s {
		for t := range s[c] {
			if r := panel.At(c, t); r.N > 0 {
				n := float64(r.N)
				s[c][t] = (float64(r.Y) - n*p[t]) / math.Sqrt(n*p[t]*(1-p[t]))
			}
		}
	}
	return s
}

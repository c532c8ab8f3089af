package evaluate

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"

	"github.com/folgmed/folgmed/analytics"
)

// LevelAt is how many classes that have always been bad a method flags in one
// wave, where so many ordinary classes are flagged.
type LevelAt struct {
	Method  string   `json:"method"`
	Wave    int      `json:"wave"`    // from 1
	Share   float64  `json:"share"`   // of ordinary classes of the calibration set flagged
	Null    Estimate `json:"null"`    // of the panel's classes without change
	Chronic Estimate `json:"chronic"` // of those that are bad from the first week on
}

// The waves and shares of the published comparison.
var (
	levelWaves  = []int{10, 20, 40}
	levelShares = []float64{.01, .025, .05}
)

// levelMethods are the methods that see where a class stands, not only that it
// has changed: our level, and the peers that compare with the country.
func levelMethods() []Method {
	methods := []Method{{
		Name: "folgmed level",
		Score: func(calibration, panel *Table) [][]float64 {
			return logEvidence(calibration, panel, analytics.KindLevel)
		},
	}}
	for _, m := range Peers() {
		if slices.Contains([]string{"naive_prop", "z_nat", "cusum_bin_nat"}, m.Name) {
			methods = append(methods, m)
		}
	}
	return methods
}

// levels are those of a panel with classes of kind Chronic, else none.
func (r *run) levels(methods []Method) []LevelAt {
	chronic := r.truth.of(Chronic)
	if len(chronic) == 0 {
		return nil
	}
	var rows []LevelAt
	for _, m := range methods {
		null, scores := m.Score(r.calibration, r.calibration), m.Score(r.calibration, r.panel)
		for _, wave := range levelWaves {
			if wave > len(r.panel.Weeks) {
				continue
			}
			usual := known(null, r.all, wave-1)
			if len(usual) == 0 {
				continue
			}
			slices.Sort(usual)
			for _, share := range levelShares {
				h := stat.Quantile(1-share, stat.LinInterp, usual, nil)
				rows = append(rows, LevelAt{
					Method: m.Name, Wave: wave, Share: share,
					Null: above(scores, r.nulls, wave-1, h), Chronic: above(scores, chronic, wave-1, h),
				})
			}
		}
	}
	return rows
}

// known are the scores of some classes in a wave.
func known(scores [][]float64, classes []int, wave int) []float64 {
	var values []float64
	for _, c := range classes {
		if v := scores[c][wave]; !math.IsNaN(v) {
			values = append(values, v)
		}
	}
	return values
}

// above is the share of some classes with a score above a threshold in a wave.
func above(scores [][]float64, classes []int, wave int, threshold float64) Estimate {
	values := known(scores, classes, wave)
	var n int
	for _, v := range values {
		if v > threshold {
			n++
		}
	}
	return share(n, len(values))
}

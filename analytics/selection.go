package analytics

import (
	"cmp"
	"math"
	"slices"
)

// EBH selects among K hypotheses with e-values so that the expected share of
// false ones among those selected is at most q, whatever the dependence between
// them: the k greatest, k the largest number with
//
//	e_[k] ≥ K/(q·k)
//
// (e-BH; Wang and Ramdas 2022, JRSS B 84:822). logE has the logarithms of the
// e-values; one without data is -Inf or NaN, and counts among the K. The result
// has the indices in increasing order. EBH panics unless 0 < q ≤ 1.
//
// An e-value is a number whose mean is at most 1 where nothing is wrong, at a
// fixed time or at a stopping time of an e-process such as [ScoreLevel]. The
// sum M of an e-detector is none: see [EBHWave] and [EDBH]. A running maximum is
// none either (Tavyrikov, Goeman and de Heide 2025, arXiv 2501.19360).
func EBH(logE []float64, q float64) []int {
	if !(q > 0 && q <= 1) {
		panic("analytics: a rate of false discoveries lies in (0, 1]")
	}
	order := make([]int, 0, len(logE))
	for i, e := range logE {
		if !math.IsNaN(e) {
			order = append(order, i)
		}
	}
	slices.SortFunc(order, func(i, j int) int { return cmp.Compare(logE[j], logE[i]) })
	hypotheses := math.Log(float64(len(logE)))
	selected := 0
	for at, i := range order {
		k := at + 1
		if logE[i] >= hypotheses-math.Log(q*float64(k)) {
			selected = k
		}
	}
	order = order[:selected]
	slices.Sort(order)
	return order
}

// EBHWave selects among K units by the sums M of their e-detectors in one wave
// so that the false-discovery rate in that wave is at most q. M adds up starts
// (window + 1 of them: the last waves and the long one), each with mean at most
// 1, so M/starts is an e-value at any one wave:
//
//	M_[k] ≥ starts·K/(q·k)
//
// It bounds each wave by itself, not the union over waves. EBHWave panics
// unless 0 < q ≤ 1 and starts ≥ 1.
func EBHWave(logM []float64, starts int, q float64) []int {
	if starts < 1 {
		panic("analytics: an e-detector has at least one start")
	}
	each := make([]float64, len(logM))
	for i, m := range logM {
		each[i] = m - math.Log(float64(starts))
	}
	return EBH(each, q)
}

// EDBH selects among K units by the current sums M of their e-detectors,
//
//	M_[k] ≥ K/(alpha·k)
//
// (e-d-BH; Dandapanthula and Ramdas 2025, arXiv 2501.04130). Used at every wave
// it bounds the expected share of false ones, at whatever time one looks, by
// alpha times the expected waiting time, not by alpha. Always the M of now:
// never its running maximum. EDBH panics unless 0 < alpha ≤ 1.
func EDBH(logM []float64, alpha float64) []int { return EBH(logM, alpha) }

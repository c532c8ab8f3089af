package evaluate

import (
	"math"
	"slices"
)

// Audit puts what an e-detector promises beside what happens: while its model
// holds, M reaches A at most 38/A times a class-year.
type Audit struct {
	A        float64  `json:"a"`
	Bound    float64  `json:"bound"`
	Realised Estimate `json:"realised"`
}

var audited = []float64{38, 76, 152, 380, 760, 1520}

// audit counts alarms in classes without change, over all weeks.
func (r *run) audit(logM [][]float64) []Audit {
	weeks := r.panel.Weeks
	whole := r.protocol
	whole.From, whole.To = weeks[0], weeks[len(weeks)-1]
	years := whole.years(len(r.nulls), weeks)
	perClassYear := float64(weeksPerYear) / float64(r.protocol.Rhythm)
	var rows []Audit
	for _, a := range audited {
		n := whole.count(logM, r.nulls, math.Log(a), weeks)
		rows = append(rows, Audit{A: a, Bound: perClassYear / a, Realised: perYear(float64(n), years)})
	}
	return rows
}

// Discovery is what a rule for many classes at once finds, and how much of it
// is false.
type Discovery struct {
	Rule   string  `json:"rule"` // "e-d-BH" on M, or "e-BH" on M/(W+1), wave by wave
	Alpha  float64 `json:"alpha"`
	Alarms int     `json:"alarms"`
	// False is the share of alarms outside the eighteen weeks from an onset on.
	False  Number   `json:"false"`
	Within Estimate `json:"within"` // found within twelve weeks
}

// starts is W+1, the number of starts that M sums over.
const starts = 17

// mattering is how many weeks from the onset on an alarm is a true one.
const mattering = 18

// discovery applies the step-up rules on e-values. With M sorted downwards
// among the K classes of a wave, e-d-BH (Dandapanthula and Ramdas 2025) takes
// the largest k with M_[k] ≥ K/(αk); e-BH (Wang and Ramdas 2022) does so on
// M/(W+1), which has mean at most 1.
func (r *run) discovery(logM [][]float64) []Discovery {
	var rows []Discovery
	for _, alpha := range []float64{.2, .05, .01, .002} {
		rows = append(rows, r.stepUp("e-d-BH", alpha, 0, logM))
	}
	for _, q := range []float64{.05, .1, .2} {
		rows = append(rows, r.stepUp("e-BH", q, -math.Log(starts), logM))
	}
	return rows
}

func (r *run) stepUp(rule string, alpha, shift float64, logM [][]float64) Discovery {
	var (
		weeks    = r.panel.Weeks
		classes  = len(logM)
		from, to = r.protocol.waves(weeks)
		flagged  = make([][]float64, classes) // 1 where flagged
		wave     = make([]float64, classes)
	)
	for c := range flagged {
		flagged[c] = make([]float64, len(weeks))
	}
	for t := from; t < to; t++ {
		for c := range wave {
			wave[c] = logM[c][t]
		}
		for _, c := range rejected(wave, alpha, shift) {
			flagged[c][t] = 1
		}
	}
	d := Discovery{Rule: rule, Alpha: alpha}
	var wrong, found, changing int
	for c := range flagged {
		k := r.truth[c]
		r.protocol.alarms(flagged[c], 1, weeks, func(t int) {
			d.Alarms++
			if k.Kind == Null || weeks[t] < k.Onset || weeks[t] >= k.Onset+mattering {
				wrong++
			}
		})
		if k.Kind != Null && k.Kind != Chronic {
			changing++
			if _, ok := delay(flagged[c], k.Onset, 1, weeks); ok {
				found++
			}
		}
	}
	d.False = Number(float64(wrong) / float64(max(1, d.Alarms)))
	d.Within = share(found, changing)
	return d
}

// rejected are the hypotheses that the step-up rule on e-values rejects, given
// their logarithms less shift.
func rejected(logE []float64, alpha, shift float64) []int {
	order := indices(len(logE))
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case logE[a] > logE[b] || math.IsNaN(logE[b]) && !math.IsNaN(logE[a]):
			return -1
		case logE[a] < logE[b] || math.IsNaN(logE[a]) && !math.IsNaN(logE[b]):
			return 1
		}
		return 0
	})
	last := 0
	for k, i := range order {
		if logE[i]+shift >= math.Log(float64(len(logE))/(alpha*float64(k+1))) {
			last = k + 1
		}
	}
	return order[:last]
}

package evaluate

import (
	"math"

	"github.com/folgmed/folgmed/analytics"
)

// Audit puts what an e-detector promises beside what happens: while its model
// holds, M reaches A at most (waves a year)/A times a class-year.
type Audit struct {
	A        float64  `json:"a"`
	Bound    float64  `json:"bound"`
	Realised Estimate `json:"realised"`
	Kept     bool     `json:"kept"` // not above the bound by more than two standard errors
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
		row := Audit{A: a, Bound: perClassYear / a, Realised: perYear(float64(n), years)}
		row.Kept = float64(row.Realised.Value-2*row.Realised.SE) <= row.Bound
		rows = append(rows, row)
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

// mattering is how many weeks from the onset on an alarm is a true one.
const mattering = 18

// discovery applies the rules for many classes at once, [analytics.EDBH] and
// [analytics.EBHWave], in each wave.
func (r *run) discovery(logM [][]float64) []Discovery {
	starts := analytics.DefaultSettings().Window + 1
	eachWave := func(logM []float64, q float64) []int { return analytics.EBHWave(logM, starts, q) }
	var rows []Discovery
	for _, alpha := range []float64{.2, .05, .01, .002} {
		rows = append(rows, r.discovered("e-d-BH", alpha, logM, analytics.EDBH))
	}
	for _, q := range []float64{.05, .1, .2} {
		rows = append(rows, r.discovered("e-BH", q, logM, eachWave))
	}
	return rows
}

func (r *run) discovered(rule string, alpha float64, logM [][]float64, choose func(logM []float64, alpha float64) []int) Discovery {
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
		for _, c := range choose(wave, alpha) {
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

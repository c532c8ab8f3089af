package evaluate

import "math"

// Example is one class that the first method found or missed.
type Example struct {
	Class string   `json:"class"`
	Kind  string   `json:"kind"`
	Onset int      `json:"onset"` // week
	Alarm int      `json:"alarm"` // week in which it was found; 0 if it was not, within twelve weeks
	Weeks []int    `json:"weeks"`
	Mean  []Number `json:"mean"`      // of the class; null where nobody answered
	Usual []Number `json:"usual"`     // of all classes of the calibration set
	Score []Number `json:"score"`     // of the method
	Bound Number   `json:"threshold"` // of Score
}

// exampleRate is the rate of false alarms that classes are picked at.
const exampleRate = .25

// examples picks of each kind the first class that is found and the first that
// is missed, at the rate that is the usual choice, else at the first.
func (r *run) examples(res Result, scores [][]float64) []Example {
	if len(res.Rates) == 0 {
		return nil
	}
	bound := res.Rates[0].Threshold
	for _, a := range res.Rates {
		if a.Rate == exampleRate {
			bound = a.Threshold
		}
	}
	usual := numbers(r.calibration.means())
	var picked []Example
	for _, kind := range r.truth.kinds() {
		if kind == Chronic {
			continue
		}
		var found, missed bool
		for _, c := range r.truth.of(kind) {
			e := Example{Class: r.panel.Classes[c], Kind: kind, Onset: r.truth[c].Onset,
				Weeks: r.panel.Weeks, Usual: usual, Score: numbers(scores[c]), Bound: bound}
			d, ok := delay(scores[c], e.Onset, float64(bound), r.panel.Weeks)
			if ok && found || !ok && missed {
				continue
			}
			if ok {
				e.Alarm, found = e.Onset+d, true
			} else {
				missed = true
			}
			for t := range e.Weeks {
				m := math.NaN()
				if row := r.panel.At(c, t); row.N > 0 {
					m = row.Mean
				}
				e.Mean = append(e.Mean, Number(m))
			}
			picked = append(picked, e)
		}
	}
	return picked
}

func numbers(x []float64) []Number {
	n := make([]Number, len(x))
	for i, v := range x {
		n[i] = Number(v)
	}
	return n
}

package evaluate

import (
	"math"

	"github.com/folgmed/folgmed/analytics"
)

// Ours is the detector of package analytics: the logarithm of its M.
//
// Variances and the country's effect in each wave are estimated on the
// calibration set.
func Ours() Method {
	return Method{
		Name: "folgmed", Evidence: true, Score: logM,
		Source: "package analytics: Shiryaev-Roberts e-detector (Shin, Ramdas, Rinaldo 2023, NEJSDS)",
	}
}

// logM watches the mean score.
func logM(calibration, panel *Table) [][]float64 {
	var (
		base    = analytics.Fit(scorePanel(calibration))
		effects = base.Effects[0]
		k       = base.Components
		set     = analytics.DefaultSettings()
		prior   = analytics.Belief{Precision: 1 / (k.Class + k.School + k.Owner)}
		s       = panel.scores()
		watched = make([]watched, len(s))
		schools = map[string][]int{}
	)
	for c := range watched {
		watched[c].detector = analytics.NewDetector(prior, len(panel.Weeks), set)
		watched[c].past = make([]analytics.Volatility, len(panel.Weeks)+1)
		schools[panel.Schools[c]] = append(schools[panel.Schools[c]], c)
	}
	for t := range panel.Weeks {
		for c := range watched {
			watched[c].observe(panel.At(c, t), effects[t], t, k, set)
		}
		for _, classes := range schools {
			for _, c := range classes {
				w := &watched[c]
				var sum, precision float64
				var siblings int
				for _, other := range classes {
					if o := &watched[other]; other != c && o.weight > 0 {
						sd := math.Sqrt(o.variance)
						sum += min(max(o.residual, -2*sd), 2*sd) / o.variance
						precision += 1 / o.variance
						siblings++
					}
				}
				w.shock = 0
				if siblings >= set.Siblings {
					w.shock = analytics.Shock(sum/precision, 1/precision, set)
				}
			}
		}
		for c := range watched {
			s[c][t] = math.Log(watched[c].update(t))
		}
	}
	return s
}

// watched is the state of one class.
type watched struct {
	detector   *analytics.Detector
	volatility analytics.Volatility
	past       []analytics.Volatility // before each wave

	// Of the wave at hand; weight is 0 if nobody answered.
	r, weight, ordinary          float64
	residual, variance, shock, m float64
}

func (w *watched) observe(row *Row, effect float64, t int, k analytics.Components, set analytics.Settings) {
	w.past[t] = w.volatility
	w.weight = 0
	if row.N == 0 {
		return
	}
	w.ordinary = k.Wave + k.Respondent/float64(row.N)
	w.weight = 1 / (w.past[max(0, t-set.VolatilityLag)].Kappa(set) * w.ordinary)
	level := w.detector.Level()
	w.r = row.Mean - effect
	w.residual, w.variance = w.r-level.Mean, 1/level.Precision+1/w.weight
}

func (w *watched) update(t int) float64 {
	if w.weight > 0 {
		level := w.detector.Level()
		w.r -= w.shock
		w.volatility.Add((w.r - level.Mean) / math.Sqrt(1/level.Precision+w.ordinary))
		w.m = w.detector.Update(t, w.r, w.weight)
	}
	return w.m
}

// scorePanel is the table's mean scores.
func scorePanel(t *Table) analytics.Panel {
	p := analytics.Panel{Weeks: t.Weeks, Cells: make([]analytics.Cell, len(t.Rows))}
	for c, name := range t.Classes {
		p.Units = append(p.Units, analytics.Unit{Name: name, School: t.Schools[c]})
	}
	for i, r := range t.Rows {
		p.Cells[i] = analytics.Cell{Roster: r.Roster, Score: analytics.Moments{N: r.N, Sum: float64(r.N) * r.Mean, Squares: r.SS}}
	}
	return p
}

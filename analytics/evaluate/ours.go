package evaluate

import (
	"math"

	"github.com/folgmed/folgmed/analytics"
)

// Ours is the detector of package analytics: the logarithm of its M.
//
// Variances and the country's effect in each wave are estimated on the
// calibration set, as they are for the peers.
func Ours() Method {
	return Method{
		Name: "folgmed", Evidence: true, Score: logM,
		Source: "package analytics: a mixture of Shiryaev-Roberts e-detectors (Shin, Ramdas, Rinaldo 2023, NEJSDS)",
	}
}

func logM(calibration, panel *Table) [][]float64 {
	return logEvidence(calibration, panel, analytics.KindChange)
}

// logEvidence is the logarithm of the evidence of one kind.
func logEvidence(calibration, panel *Table, kind analytics.Kind) [][]float64 {
	evidence := analytics.Evidence(panel.Panel(), options(calibration, panel))[kind]
	s := panel.scores()
	for c := range s {
		for t := range s[c] {
			s[c][t] = math.Log(evidence[c*len(panel.Weeks)+t])
		}
	}
	return s
}

// options are what is usual by the calibration set, and the panel's rhythm.
func options(calibration, panel *Table) analytics.Options {
	vintages := analytics.Fit(calibration.Panel())
	for t := range vintages {
		vintages[t].Schools = nil // the schools are others
	}
	return analytics.Options{Rhythm: panel.Rhythm(), Vintages: vintages}
}

// Shipping is package analytics with the thresholds that it comes with: what
// [analytics.Detect] tells.
func Shipping() *Product {
	return &Product{
		Kinds: []Promise{
			{Kind: string(analytics.KindChange), Part: 1, Change: true},
			{Kind: string(analytics.KindLevel), Part: analytics.LevelShare, Once: true},
			{Kind: string(analytics.KindSilence), Part: 1},
		},
		Watch: detect,
	}
}

func detect(calibration, panel *Table, rate float64) ([]Prompt, bool) {
	o := options(calibration, panel)
	o.Rate = rate
	if o.Validate() != nil {
		return nil, false
	}
	var prompts []Prompt
	for _, f := range analytics.Detect(panel.Panel(), o) {
		prompts = append(prompts, Prompt{Kind: string(f.Kind), Class: f.Unit, Wave: f.Wave, Rise: f.Rise})
	}
	return prompts, true
}

// items of the table.
var items = []analytics.Stream{"item"}

// Panel is the table as package analytics takes it: the score and its spread
// from the mean and sum of squares, the gap from y by gender, the item from b,
// silence from n of the roster.
func (t *Table) Panel() analytics.Panel {
	p := analytics.Panel{
		Weeks: t.Weeks, Items: items,
		Cells:  make([]analytics.Cell, len(t.Rows)),
		Counts: make([]analytics.Proportion, len(t.Rows)),
	}
	for c, name := range t.Classes {
		p.Units = append(p.Units, analytics.Unit{Name: name, School: t.Schools[c]})
	}
	share := func(y, n int) analytics.Proportion {
		return analytics.Proportion{Y: float64(y), N: float64(n)}
	}
	for i, r := range t.Rows {
		p.Cells[i] = analytics.Cell{
			Roster: r.Roster,
			Score:  analytics.Moments{N: r.N, Sum: float64(r.N) * r.Mean, Squares: r.SS},
			Low:    share(r.Y, r.N),
			Girls:  share(r.YG[1], r.NG[1]),
			Boys:   share(r.YG[0], r.NG[0]),
		}
		if missing, err := analytics.Missing(r.N, r.Roster); err == nil && r.N > 0 {
			p.Cells[i].Missing = missing
		}
		p.Counts[i] = share(r.B, r.N)
	}
	return p
}

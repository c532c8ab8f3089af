package main

import (
	"math"

	"github.com/folgmed/folgmed/analytics"
	"github.com/folgmed/folgmed/analytics/evaluate"
	"github.com/folgmed/folgmed/analytics/simulate"
)

// stream is a count of respondents that could be watched beside the item.
type stream struct {
	name  string
	count func(*simulate.Fold) int // nil for none
}

var streams = []stream{
	{"as it is", nil},
	{"composite ≤ 1.6", func(f *simulate.Fold) int { return below(f, 3) }},
	{"composite ≤ 2.0", func(f *simulate.Fold) int { return below(f, 5) }},
	{"composite ≤ 2.4", func(f *simulate.Fold) int { return below(f, 7) }},
	{"composite ≤ 3.0", func(f *simulate.Fold) int { return below(f, 10) }},
	{"3 bad answers or more", func(f *simulate.Fold) int { return bad(f, 3) }},
	{"all 5 answers bad", func(f *simulate.Fold) int { return bad(f, 5) }},
}

// below counts respondents up to a bin.
func below(f *simulate.Fold, bin int) int {
	n := 0
	for _, k := range f.Composite[:bin+1] {
		n += int(k)
	}
	return n
}

// bad counts respondents with at least so many answers in the two worst options.
func bad(f *simulate.Fold, items int) int {
	n := 0
	for _, k := range f.Worst[items:] {
		n += int(k)
	}
	return n
}

// streamSets are a calibration set and a panel with their histograms.
type streamSets struct {
	null, signals []simulate.Row
	truth         evaluate.Truth
}

func newStreams(seed uint64, classes int) (*streamSets, error) {
	const kinds = 20 // a panel of the family has one class in twenty of each kind
	null, signals, err := simulate.Family("realistic", seed, kinds*classes)
	if err != nil {
		return nil, err
	}
	s := &streamSets{}
	s.null, _ = simulate.Set(null)
	rows, known := simulate.Set(signals)
	s.signals, s.truth = rows, evaluate.FromTruth(known)
	return s, nil
}

// measure runs the detector with one more stream.
func (s *streamSets) measure(more stream, rhythm int) (*evaluate.Report, error) {
	calibration, panel := counted(s.null, more).Thin(rhythm), counted(s.signals, more).Thin(rhythm)
	with := func(t *evaluate.Table) analytics.Panel {
		p := t.Panel()
		if more.count == nil {
			return p
		}
		counts := make([]analytics.Proportion, 0, 2*len(p.Counts))
		for i, item := range p.Counts {
			counts = append(counts, item, analytics.Proportion{Y: float64(t.Rows[i].VLow), N: float64(t.Rows[i].N)})
		}
		p.Items, p.Counts = append(p.Items[:1:1], "more"), counts
		return p
	}
	method := evaluate.Method{Name: more.name, Score: func(c, t *evaluate.Table) [][]float64 {
		vintages := analytics.Fit(with(c))
		for i := range vintages {
			vintages[i].Schools = nil // the schools are others
		}
		m := analytics.Evidence(with(t), analytics.Options{Rhythm: rhythm, Vintages: vintages})[analytics.KindChange]
		scores := make([][]float64, len(t.Classes))
		for i := range scores {
			scores[i] = m[i*len(t.Weeks) : (i+1)*len(t.Weeks)]
			for w, v := range scores[i] {
				scores[i][w] = math.Log(v)
			}
		}
		return scores
	}}
	return evaluate.Run(calibration, panel, s.truth, evaluate.Options{Methods: []evaluate.Method{method}})
}

// counted is the table of a set with a count in the column of the very low
// composites.
func counted(rows []simulate.Row, s stream) *evaluate.Table {
	t := evaluate.FromRows(rows)
	if s.count != nil {
		for i := range rows {
			t.Rows[i].VLow = s.count(&rows[i].Fold)
		}
	}
	return t
}

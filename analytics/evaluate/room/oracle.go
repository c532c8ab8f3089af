package main

import (
	"math"

	"github.com/folgmed/folgmed/analytics/evaluate"
	"github.com/folgmed/folgmed/analytics/simulate"
)

// shift is what the moods of two pupils are moved by in a class of kind Two.
const shift = -2.5

const (
	weeks = 60
	first = 11 // week from which the oracles look, ten before alarms count
)

// setOf is a set in which nothing happens, or one with as many classes of kind
// Two as of none.
func setOf(seed uint64, classes int, changing bool) simulate.SetConfig {
	c := simulate.SetConfig{Seed: 2 * seed, Nation: seed | 1<<63, Classes: map[simulate.Kind]int{simulate.None: classes}}
	if changing {
		c.Seed++
		c.Classes[simulate.Two] = classes
	}
	return c
}

// knowledge is what a detector has that no real one can have. All know what moved
// the class in each wave, and the size of the change they look for; not when, nor
// in which two pupils.
type knowledge int

const (
	ofClass  knowledge = iota // the class's expected histogram in each wave; sees the histogram
	ofPupils                  // all that lasts of each pupil; sees the histogram
	byName                    // the same, and sees what each pupil answered
	knowledges
)

var names = [knowledges]string{"knows the class", "knows each pupil", "knows and sees each pupil"}

// oracle is a simulated set with the logarithm of the Shiryaev-Roberts sums of
// detectors that know too much, by knowledge and rhythm.
type oracle struct {
	table  *evaluate.Table
	truth  evaluate.Truth
	scores [knowledges]map[int][][]float64
}

// newOracle simulates a set and watches it.
func newOracle(c simulate.SetConfig) *oracle {
	w := simulate.New(c.World())
	var rows [][]simulate.Row // weeks × classes
	var watches []*watch
	for week := 1; week <= weeks; week++ {
		wave := w.Rows()
		rows = append(rows, wave)
		if watches == nil {
			for _, row := range wave {
				watches = append(watches, newWatch(row.Roster))
			}
		}
		if week >= first {
			for i := range watches {
				watches[i].next(week, w.Known(i))
			}
		}
	}
	o := &oracle{truth: evaluate.FromTruth(w.Truth())}
	for k := range o.scores {
		o.scores[k] = map[int][][]float64{}
	}
	var flat []simulate.Row
	for i := range watches {
		for _, wave := range rows {
			flat = append(flat, wave[i])
		}
		for k, by := range watches[i].sums {
			for rhythm, s := range by {
				o.scores[k][rhythm] = append(o.scores[k][rhythm], s.logs)
			}
		}
	}
	o.table = evaluate.FromRows(flat)
	return o
}

// watch is the detectors of one class, by knowledge and rhythm.
type watch struct {
	sums   [knowledges]map[int]*sums
	ratios []float64 // of pairs, scratch
}

func newWatch(pupils int) *watch {
	pairs := pupils * (pupils - 1) / 2
	w := &watch{ratios: make([]float64, pairs)}
	for k := range w.sums {
		w.sums[k] = map[int]*sums{}
		for _, rhythm := range rhythms {
			s := &sums{of: make([]float64, pairs)}
			if knowledge(k) == ofClass {
				s.of = s.of[:1]
			}
			for week := 1; week < first; week += rhythm {
				s.logs = append(s.logs, math.NaN())
			}
			w.sums[k][rhythm] = s
		}
	}
	return w
}

func (w *watch) next(week int, known simulate.Known) {
	null, shifted := known.Chance(0), known.Chance(shift)
	var histogram chances
	for _, o := range known.Outcome {
		histogram[o]++
	}
	w.add(ofClass, week, []float64{alike(null, shifted, &histogram)})
	folded(null, shifted, &histogram, w.ratios)
	w.add(ofPupils, week, w.ratios)
	named(null, shifted, known.Outcome, w.ratios)
	w.add(byName, week, w.ratios)
}

// add takes a wave into the sums of the rhythms that ask in this week.
func (w *watch) add(k knowledge, week int, ratios []float64) {
	for rhythm, s := range w.sums[k] {
		if (week-1)%rhythm == 0 {
			s.add(ratios)
		}
	}
}

// sums are the Shiryaev-Roberts sums R ← (1 + R)·L, of each pair or of all, and
// the logarithm of their mean in each wave.
type sums struct {
	of   []float64
	logs []float64
}

func (s *sums) add(ratios []float64) {
	const most = 1e250
	var mean float64
	for i, l := range ratios {
		s.of[i] = min((1+s.of[i])*math.Exp(l), most)
		mean += s.of[i] / float64(len(ratios))
	}
	s.logs = append(s.logs, math.Log(mean))
}

// compare measures the oracles beside the detector and the best rival.
func compare(null, two *oracle, rhythm int) (*evaluate.Report, error) {
	calibration, panel := null.table.Thin(rhythm), two.table.Thin(rhythm)
	methods := []evaluate.Method{evaluate.Ours()}
	for k, name := range names {
		methods = append(methods, evaluate.Method{Name: name, Score: func(_, t *evaluate.Table) [][]float64 {
			if t == calibration {
				return null.scores[k][rhythm]
			}
			return two.scores[k][rhythm]
		}})
	}
	for _, m := range evaluate.Peers() {
		if m.Name == "cusum_score_self" {
			methods = append(methods, m)
		}
	}
	return evaluate.Run(calibration, panel, two.truth, evaluate.Options{Methods: methods})
}

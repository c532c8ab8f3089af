package main

import (
	"math"
	"math/rand/v2"

	"github.com/folgmed/folgmed/analytics"
)

const (
	panels     = 20 // drawn per rhythm
	leastCells = 3  // waves of a lecturer that enough rated
	leastRated = 5  // ratings of a wave that counts
	orders     = 20 // random orders of the six waves
)

// watched are the kinds of findings that ratings can give: nobody knows who did
// not rate.
var watched = []analytics.Kind{analytics.KindChange, analytics.KindLevel}

// alarmRate is how often signals of a kind came where nothing changed.
type alarmRate struct {
	rhythm             int // weeks between waves
	kind               analytics.Kind
	promised, measured float64
	se                 float64
}

type alarmReport struct {
	units    int // lecturers drawn from
	rates    []alarmRate
	asIs     int     // changes in the six waves as they are
	permuted float64 // mean number with each lecturer's waves in random order
}

// rated is one wave of a lecturer.
type rated struct {
	cell analytics.Cell
	bad  analytics.Proportion
}

// at is the wave of a lecturer, with its score moved.
func (p *ratingPanel) at(unit, wave int, by float64) rated {
	r := rated{*p.panel.Cell(unit, wave), *p.panel.Item(unit, wave, 0)}
	if r.cell.Score.N > 0 {
		r.cell.Score = moved(r.cell.Score, by)
	}
	return r
}

// falseAlarms runs the detector on class-years in which nothing changes, made
// of real ratings: each wave of a lecturer is one of their own waves, drawn with
// replacement, with the effect of its old wave taken out. Sizes, levels, spread
// of ratings and volatility are real; only time has been taken away. Then the
// six waves as they are, and in random order.
func (p *ratingPanel) falseAlarms() alarmReport {
	rnd := rand.New(rand.NewPCG(1128, 14)) //nolint:gosec // a simulation that must come out the same again
	var effects []float64
	for _, v := range analytics.Fit(p.panel) {
		effects = append(effects, v.Effects[0].Score)
	}
	var result alarmReport
	var drawn [][]rated // per lecturer, about the mean of the effects
	var units []analytics.Unit
	middle := 0.
	for _, e := range effects {
		middle += e / float64(len(effects))
	}
	for i, u := range p.panel.Units {
		var own []rated
		for t := range p.panel.Weeks {
			if r := p.at(i, t, middle-effects[t]); r.cell.Score.N >= leastRated {
				own = append(own, r)
			}
		}
		if len(own) >= leastCells {
			drawn = append(drawn, own)
			units = append(units, u)
		}
	}
	result.units = len(units)
	if len(units) == 0 {
		return result
	}
	for _, rhythm := range []int{1, 2, 4} {
		waves := analytics.WavesPerYear(rhythm)
		for _, rate := range []float64{.1, .25, .5} {
			options := analytics.Options{Rhythm: rhythm, Rate: rate}
			sums, squares := map[analytics.Kind]float64{}, map[analytics.Kind]float64{}
			for range panels {
				panel := analytics.Panel{Units: units, Items: p.panel.Items}
				for t := range waves {
					panel.Weeks = append(panel.Weeks, t*rhythm)
				}
				for i := range units {
					for range waves {
						r := drawn[i][rnd.IntN(len(drawn[i]))]
						panel.Cells, panel.Counts = append(panel.Cells, r.cell), append(panel.Counts, r.bad)
					}
				}
				for kind, n := range signals(panel, options) {
					a := float64(n) / float64(len(units))
					sums[kind] += a
					squares[kind] += a * a
				}
			}
			for _, kind := range watched {
				mean := sums[kind] / panels
				a := alarmRate{
					rhythm: rhythm, kind: kind, promised: rate, measured: mean,
					se: math.Sqrt(max(0, squares[kind]/panels-mean*mean) / (panels - 1)),
				}
				if kind == analytics.KindLevel {
					a.promised *= analytics.LevelShare
				}
				result.rates = append(result.rates, a)
			}
		}
	}

	options := analytics.Options{Rhythm: 4, Rate: .25}
	result.asIs = signals(p.panel, options)[analytics.KindChange]
	for range orders {
		result.permuted += float64(signals(p.permuted(rnd, effects), options)[analytics.KindChange]) / orders
	}
	return result
}

// signals counts what was raised of each kind. A rise of a signal that stands is
// none, and a level that still is what it was counts once.
func signals(p analytics.Panel, o analytics.Options) map[analytics.Kind]int {
	n := map[analytics.Kind]int{}
	stood := map[int]bool{}
	for _, f := range analytics.Detect(p, o) {
		level := f.Kind == analytics.KindLevel
		if f.Rise || level && stood[f.Unit] {
			continue
		}
		stood[f.Unit] = stood[f.Unit] || level
		n[f.Kind]++
	}
	return n
}

// permuted is the panel with each lecturer's waves in random order, each with
// the effect of its new wave.
func (p *ratingPanel) permuted(rnd *rand.Rand, effects []float64) analytics.Panel {
	waves := len(p.panel.Weeks)
	panel := p.panel
	panel.Cells, panel.Counts = make([]analytics.Cell, len(p.panel.Cells)), make([]analytics.Proportion, len(p.panel.Counts))
	for i := range p.panel.Units {
		for to, from := range rnd.Perm(waves) {
			r := p.at(i, from, effects[to]-effects[from])
			*panel.Cell(i, to), *panel.Item(i, to, 0) = r.cell, r.bad
		}
	}
	return panel
}

// moved is m with its mean moved, within the scale.
func moved(m analytics.Moments, by float64) analytics.Moments {
	n := float64(m.N)
	m.Sum = min(max(m.Sum+n*by, n), ratings*n)
	return m
}

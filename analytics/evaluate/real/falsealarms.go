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

// alarmRate is how often signals came where nothing changed.
type alarmRate struct {
	rhythm             int // weeks between waves
	promised, measured float64
	se                 float64
}

type alarmReport struct {
	units    int // lecturers drawn from
	rates    []alarmRate
	asIs     int     // signals in the six waves as they are
	permuted float64 // mean number with each lecturer's waves in random order
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
	var drawn [][]analytics.Moments // per lecturer, about the mean of the effects
	var units []analytics.Unit
	middle := 0.
	for _, e := range effects {
		middle += e / float64(len(effects))
	}
	for i, u := range p.panel.Units {
		var own []analytics.Moments
		for t := range p.panel.Weeks {
			if m := p.panel.Cell(i, t).Score; m.N >= leastRated {
				own = append(own, moved(m, middle-effects[t]))
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
			var sum, squares float64
			for range panels {
				panel := analytics.Panel{Units: units}
				for t := range waves {
					panel.Weeks = append(panel.Weeks, t*rhythm)
				}
				for i := range units {
					for range waves {
						panel.Cells = append(panel.Cells, analytics.Cell{Score: drawn[i][rnd.IntN(len(drawn[i]))]})
					}
				}
				a := float64(signals(panel, options)) / float64(len(units))
				sum += a
				squares += a * a
			}
			mean := sum / panels
			result.rates = append(result.rates, alarmRate{
				rhythm: rhythm, promised: rate, measured: mean,
				se: math.Sqrt(max(0, squares/panels-mean*mean) / (panels - 1)),
			})
		}
	}

	options := analytics.Options{Rhythm: 4, Rate: .25}
	result.asIs = signals(p.panel, options)
	for range orders {
		result.permuted += float64(signals(p.permuted(rnd, effects), options)) / orders
	}
	return result
}

// signals counts what was raised; a rise of a signal that stands is none.
func signals(p analytics.Panel, o analytics.Options) int {
	n := 0
	for _, f := range analytics.Detect(p, o) {
		if !f.Rise {
			n++
		}
	}
	return n
}

// permuted is the panel with each lecturer's waves in random order, each with
// the effect of its new wave.
func (p *ratingPanel) permuted(rnd *rand.Rand, effects []float64) analytics.Panel {
	waves := len(p.panel.Weeks)
	panel := analytics.Panel{Units: p.panel.Units, Weeks: p.panel.Weeks, Cells: make([]analytics.Cell, len(p.panel.Cells))}
	for i := range p.panel.Units {
		for to, from := range rnd.Perm(waves) {
			cell := *p.panel.Cell(i, from)
			if cell.Score.N > 0 {
				cell.Score = moved(cell.Score, effects[to]-effects[from])
			}
			*panel.Cell(i, to) = cell
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

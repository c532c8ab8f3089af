package simulate

import (
	"math"

	"gonum.org/v1/gonum/integrate/quad"
	"gonum.org/v1/gonum/stat/distuv"

	"github.com/folgmed/folgmed/analytics"
)

// Outcomes of a pupil in a wave: no answer, or one with a composite in a bin.
const (
	Absent   = 0
	Answered = 1 // in bin 0; in bin b it is Answered + b
	Outcomes = Answered + analytics.Bins
)

// Known is what only the simulator knows of a class in the wave that it answered
// last. No detector can have it: it tells how much one could find at most.
type Known struct {
	// Outcome of each pupil.
	Outcome []int
	// Chance of each pupil's outcomes, had the pupil's mood been moved by a shift,
	// given all that lasts of the pupil and all that moved the class in that wave:
	// everything but the pupil's passing mood and the chance of single answers.
	Chance func(shift float64) [][Outcomes]float64
}

// Known tells what is known of class i, in the order of the config, after the
// first wave and until the next. It panics if pupils may skip items, if items of
// the composite have different numbers of steps, and on a class of kind One: a
// pupil's composite then has no simple distribution.
func (w *World) Known(i int) Known {
	c := w.classes[i]
	if !c.complete || c.spec.Kind == One {
		panic("simulate: what is known of skipped or single items is not simple")
	}
	return Known{Outcome: c.outcomes(), Chance: c.chance}
}

// outcomes of the pupils.
func (c *class) outcomes() []int {
	out := make([]int, len(c.pupils))
	items := len(c.spec.Items)
	for i, at := range c.places {
		if at == absent {
			continue
		}
		var sum float64
		answered := 0
		for k, option := range c.options[at*items : (at+1)*items] {
			if item := &c.spec.Items[k]; !item.Apart {
				sum += 4 * float64(item.step(option)) / float64(len(item.Shares)-1)
				answered++
			}
		}
		out[i] = Answered + compositeBin(sum, answered)
	}
	return out
}

// The passing mood is integrated over by Gauss and Hermite's rule.
const moodNodes = 16

var moodAt, moodWeight = func() (x, weight [moodNodes]float64) {
	quad.Hermite{}.FixedLocations(x[:], weight[:], math.Inf(-1), math.Inf(1))
	for i := range x {
		x[i] *= math.Sqrt2
		weight[i] /= math.Sqrt(math.Pi)
	}
	return x, weight
}()

func (c *class) chance(shift float64) [][Outcomes]float64 {
	chances := make([][Outcomes]float64, len(c.pupils))
	for i := range c.pupils {
		p := &c.pupils[i]
		for k, x := range moodAt {
			mood := c.common + p.trait + shift + x*math.Sqrt(varState)
			present := logistic(c.response + responseMood*mood)
			chances[i][Absent] += moodWeight[k] * (1 - present)
			for bin, q := range c.composite(p, mood) {
				chances[i][Answered+bin] += moodWeight[k] * present * q
			}
		}
	}
	return chances
}

// composite is the distribution of a pupil's composite in a mood.
func (c *class) composite(p *pupil, mood float64) [analytics.Bins]float64 {
	sum, items, most := []float64{1}, 0, 0
	for k := range c.spec.Items {
		item := &c.spec.Items[k]
		if item.Apart {
			continue
		}
		if most != 0 && len(item.Shares)-1 != most {
			panic("simulate: items of different steps")
		}
		items++
		most = len(item.Shares) - 1
		sd := math.Sqrt((1 - item.Loading*item.Loading) * (1 - varItemStable))
		next := make([]float64, len(sum)+most)
		below := 0.
		for step := range item.Shares {
			upTo := 1.
			if step < most {
				upTo = distuv.UnitNormal.CDF((c.cuts[k][step] - item.Loading*mood - p.items[k]) / sd)
			}
			for s, q := range sum {
				next[s+step] += q * (upTo - below)
			}
			below = upTo
		}
		sum = next
	}
	var bins [analytics.Bins]float64
	for s, q := range sum {
		bins[compositeBin(4*float64(s)/float64(most), items)] += q
	}
	return bins
}

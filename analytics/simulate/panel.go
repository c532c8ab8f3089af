package simulate

import (
	"math"
	"math/rand/v2"
	"strconv"

	"github.com/folgmed/folgmed/analytics"
)

// Panel folds the next waves of w as the product does: per class and wave the
// composite of all items in 21 bins, nothing if fewer than five answered.
func (w *World) Panel(waves int) analytics.Panel {
	p := analytics.Panel{Weeks: make([]int, waves)}
	class := 0
	for i, s := range w.config.Schools {
		for range s.Classes {
			p.Units = append(p.Units, analytics.Unit{
				Name: strconv.Itoa(class), School: strconv.Itoa(i), Owner: strconv.Itoa(s.Owner),
			})
			class++
		}
	}
	p.Cells = make([]analytics.Cell, len(p.Units)*waves)
	for t := range waves {
		p.Weeks[t] = w.wave * w.rhythm
		for i, sheets := range w.Next() {
			spec := &w.classes[i].spec
			cell := p.Cell(i, t)
			cell.Roster = spec.Size
			if fold := NewFold(spec.Items, sheets); fold.N >= kept {
				cell.Score = fold.Score()
			}
		}
	}
	return p
}

// Roster draws a class size, N(21, 4.5²) between 8 and 30.
func Roster(r *rand.Rand) int {
	return int(min(30, max(8, math.Round(21+4.5*r.NormFloat64()))))
}

// Owner describes one owner of schools with the same number of classes each,
// all asked the five wellbeing items, and nothing wrong in any.
func Owner(seed uint64, rhythm, schools, classes int) Config {
	r := rand.New(rand.NewPCG(seed, math.MaxUint64)) //nolint:gosec // repeatable, that is the point
	items := make([]Item, 5)
	for i := range items {
		items[i] = Wellbeing(true)
	}
	c := Config{Seed: seed, Rhythm: rhythm, Schools: make([]School, schools)}
	for i := range c.Schools {
		for range classes {
			c.Schools[i].Classes = append(c.Schools[i].Classes, Class{Size: Roster(r), Items: items})
		}
	}
	return c
}

// NullYear is one school year of an owner in which nothing is wrong: what
// thresholds are calibrated on.
func NullYear(seed uint64, rhythm, schools, classes int) analytics.Panel {
	return New(Owner(seed, rhythm, schools, classes)).Panel(analytics.WavesPerYear(rhythm))
}

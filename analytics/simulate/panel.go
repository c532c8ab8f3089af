package simulate

import (
	"math"
	"math/rand/v2"
	"slices"
	"strconv"

	"github.com/folgmed/folgmed/analytics"
)

// Panel folds the next waves of w as the product does: the composite in 21 bins,
// by gender where both have five respondents, and the watched items, nothing if
// fewer than five answered; and from ten pupils on who is missing. Units of one
// questionnaire are a band.
func (w *World) Panel(waves int) analytics.Panel {
	p := analytics.Panel{Weeks: make([]int, waves)}
	class := 0
	for i, s := range w.config.Schools {
		for _, c := range s.Classes {
			p.Units = append(p.Units, analytics.Unit{
				Name: strconv.Itoa(class), School: strconv.Itoa(i), Owner: strconv.Itoa(s.Owner), Band: questionnaire(c.Grade),
			})
			for _, item := range c.Items {
				if item.Watch != "" && !slices.Contains(p.Items, item.Watch) {
					p.Items = append(p.Items, item.Watch)
				}
			}
			class++
		}
	}
	p.Cells = make([]analytics.Cell, len(p.Units)*waves)
	p.Counts = make([]analytics.Proportion, len(p.Cells)*len(p.Items))
	for t := range waves {
		p.Weeks[t] = w.wave * w.rhythm
		for i, row := range w.Rows() {
			w.classes[i].spec.fill(p, i, t, &row)
		}
	}
	return p
}

// questionnaire is which of the three a grade is asked; 0 without a grade.
func questionnaire(grade int) int {
	switch {
	case grade == 0:
		return 0
	case grade <= 4:
		return 1
	case grade <= 7:
		return 2
	default:
		return 3
	}
}

// silent is the least roster of a class whose number of ballots is kept.
const silent = 10

// fill puts one row of class i into wave t.
func (c *Class) fill(p analytics.Panel, i, t int, row *Row) {
	cell := p.Cell(i, t)
	cell.Roster = c.Size
	if c.Size >= silent {
		cell.Missing = proportion(c.Size-row.N, c.Size)
	}
	if row.N < kept {
		return
	}
	cell.Score = row.Fold.Score()
	cell.Low = proportion(row.Y, cell.Score.N)
	if row.Gender[0].N > 0 {
		cell.Boys = proportion(row.YG[0], row.Gender[0].Score().N)
		cell.Girls = proportion(row.YG[1], row.Gender[1].Score().N)
	}
	for k, item := range c.Items {
		if item.Watch == "" {
			continue
		}
		var bad, all int
		for step, n := range row.Fold.Items[k] {
			all += int(n)
			if step < item.watched() {
				bad += int(n)
			}
		}
		*p.Item(i, t, slices.Index(p.Items, item.Watch)) = proportion(bad, all)
	}
}

func proportion(y, n int) analytics.Proportion {
	return analytics.Proportion{Y: float64(y), N: float64(n)}
}

// Roster draws a class size, N(21, 4.5²) between 8 and 30.
func Roster(r *rand.Rand) int { return Usual().roster(r) }

func (a Assumptions) roster(r *rand.Rand) int {
	return int(min(30, max(8, math.Round(a.Roster+a.RosterSD*r.NormFloat64()))))
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

// Primary describes an owner as [Owner] does, but of schools with all grades
// from 1 to 10 in turn, asked what their grade is asked.
func Primary(seed uint64, rhythm, schools, classes int) Config {
	c := Owner(seed, rhythm, schools, classes)
	for _, s := range c.Schools {
		for k := range s.Classes {
			s.Classes[k].Grade = 1 + k%10
			s.Classes[k].Items = Asked(s.Classes[k].Grade)
		}
	}
	return c
}

// NullYear is one school year of such an owner in which nothing is wrong: what
// thresholds are calibrated on.
func NullYear(seed uint64, rhythm, schools, classes int) analytics.Panel {
	return New(Primary(seed, rhythm, schools, classes)).Panel(analytics.WavesPerYear(rhythm))
}

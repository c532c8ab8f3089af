package simulate

import (
	"math"

	"github.com/folgmed/folgmed/analytics"
)

// kept is the least number of respondents for which the histograms of a class
// or of one of its genders are kept.
const kept = 5

// MaxItems and MaxSteps bound what a [Fold] can hold.
const (
	MaxItems = 9
	MaxSteps = 5
)

// Fold is what is kept of one wave of a class, or of one gender of it: three
// kinds of histograms, and nothing per pupil.
type Fold struct {
	N int // respondents

	// Composite counts respondents by the mean of their answers coded linearly
	// 1-5, in bins 1.0 + 0.2·b.
	Composite [analytics.Bins]uint16
	// Items counts, for each item, respondents by the step they chose, from the
	// worst. Whoever skipped the item is in none.
	Items [MaxItems][MaxSteps]uint16
	// Worst counts respondents by the number of items to which they gave one of
	// the two worst answers (of three-step items, the worst).
	Worst [MaxItems + 1]uint16
}

// NewFold folds the sheets of respondents who were asked items. It panics if
// there are more than [MaxItems] items or [MaxSteps] steps.
func NewFold(items []Item, sheets []Sheet) Fold {
	var f Fold
	for _, s := range sheets {
		f.add(items, s)
	}
	return f
}

// add counts one respondent.
func (f *Fold) add(items []Item, s Sheet) {
	f.N++
	worst := 0
	var sum float64
	scored, answered := 0, 0
	for k, o := range s.Options {
		item := &items[k]
		if !item.Apart {
			scored++
		}
		if o == 0 {
			continue
		}
		step := item.step(o)
		f.Items[k][step]++
		if step < item.worst() {
			worst++
		}
		if !item.Apart {
			sum += 4 * float64(step) / float64(len(item.Shares)-1)
			answered++
		}
	}
	f.Worst[worst]++
	if 2*answered > scored {
		f.Composite[compositeBin(sum, answered)]++
	}
}

// compositeBin is the bin of a composite whose answers, coded 0-4, have a sum:
// twenty bins of .2 above 1, ties to the lower; a tie is exact to rounding.
func compositeBin(sum float64, answered int) int {
	return int(math.Ceil(5*sum/float64(answered) - .5 - 1e-9))
}

// Score is the number, sum and spread of the composites.
func (f *Fold) Score() analytics.Moments {
	var bins [analytics.Bins]uint32
	for b, n := range f.Composite {
		bins[b] = uint32(n)
	}
	return analytics.Composite(bins[:])
}

// upTo is the number of respondents in the bins of the composite up to and
// with bin b.
func (f *Fold) upTo(b int) int {
	n := 0
	for _, k := range f.Composite[:b+1] {
		n += int(k)
	}
	return n
}

// step is how many steps an option is from the worst one.
func (i *Item) step(option uint8) int {
	if i.GoodFirst {
		return len(i.Shares) - int(option)
	}
	return int(option) - 1
}

// worst is the number of steps that count as bad: the two worst, of three the
// worst alone, for the middle one is an everyday answer.
func (i *Item) worst() int {
	if len(i.Shares) <= 3 {
		return 1
	}
	return 2
}

// watched is the number of steps that a stream of the item counts. Items of harm
// stand apart from the composite and count all but the two mildest of five, "a
// few times or more", where the national survey cuts too: the two worst alone are
// so rare that a class would show a change only when it is very bad.
func (i *Item) watched() int {
	if i.Apart {
		return max(1, len(i.Shares)-2)
	}
	return i.worst()
}

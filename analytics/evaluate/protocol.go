package evaluate

import (
	"math"
	"slices"
)

// Protocol says how false alarms and finds are counted. Weeks are school weeks,
// so that sets of different rhythm can be compared.
type Protocol struct {
	From   int `json:"from"`   // first week in which alarms count
	To     int `json:"to"`     // last one
	Rhythm int `json:"rhythm"` // weeks between waves
}

// The constants of the published comparison.
const (
	weeksPerYear = 38 // of a class-year
	lock         = 12 // waves after an alarm in which the class can not alarm again
	within       = 12 // weeks from the onset in which a change should be found
	soon         = 4  // weeks from the onset in which it should better be
	prevalence   = .05
)

// protocolFor chooses the weeks that count by the truth: from week 21, or two
// weeks before the earliest onset, until 16 weeks after the latest one. Those
// are weeks 21-60 and 4-30 of the published comparison.
func protocolFor(t *Table, truth Truth) Protocol {
	earliest, latest := math.MaxInt, 0
	for _, c := range truth {
		if c.Kind != Null && c.Kind != Chronic {
			earliest, latest = min(earliest, c.Onset), max(latest, c.Onset)
		}
	}
	first, last := t.Weeks[0], t.Weeks[len(t.Weeks)-1]
	p := Protocol{From: phaseOne, To: last, Rhythm: t.Rhythm()}
	if latest > 0 {
		p.From, p.To = min(phaseOne, earliest-2), min(last, latest+16)
	}
	p.From = min(max(p.From, first), last)
	return p
}

// waves are the indices of the first wave that counts and of the first after
// it that does not.
func (p Protocol) waves(weeks []int) (from, to int) {
	from, _ = slices.BinarySearch(weeks, p.From)
	to, _ = slices.BinarySearch(weeks, p.To+1)
	return from, to
}

// years are the class-years that some classes are watched for.
func (p Protocol) years(classes int, weeks []int) float64 {
	from, to := p.waves(weeks)
	return float64(classes*(to-from)*p.Rhythm) / weeksPerYear
}

// alarms calls told for each alarm of a class: a wave that counts, with a score
// of at least threshold, and no alarm in the twelve waves before it.
func (p Protocol) alarms(scores []float64, threshold float64, weeks []int, told func(wave int)) {
	from, to := p.waves(weeks)
	last := math.MinInt / 2
	for t := from; t < to; t++ {
		if scores[t] >= threshold && t-last > lock {
			told(t)
			last = t
		}
	}
}

// count is the number of alarms of some classes.
func (p Protocol) count(scores [][]float64, classes []int, threshold float64, weeks []int) int {
	var n int
	for _, c := range classes {
		p.alarms(scores[c], threshold, weeks, func(int) { n++ })
	}
	return n
}

// threshold is the least score of those that occur at which the classes have at
// most rate alarms a class-year; +Inf if the method is silent.
func (p Protocol) threshold(scores [][]float64, classes []int, rate float64, weeks []int) float64 {
	from, to := p.waves(weeks)
	var values []float64
	for _, c := range classes {
		for _, v := range scores[c][from:to] {
			if !math.IsNaN(v) && !math.IsInf(v, 0) {
				values = append(values, v)
			}
		}
	}
	slices.Sort(values)
	values = slices.Compact(values)
	slices.Reverse(values)
	if len(values) == 0 {
		return math.Inf(1)
	}
	most := rate * p.years(len(classes), weeks)
	quiet := func(i int) bool { return float64(p.count(scores, classes, values[i], weeks)) <= most }
	if quiet(len(values) - 1) {
		return values[len(values)-1]
	}
	// The largest score that occurs is taken even where it is not quiet enough:
	// there is none above it.
	low, high := 0, len(values)-1
	for high-low > 1 {
		if mid := (low + high) / 2; quiet(mid) {
			low = mid
		} else {
			high = mid
		}
	}
	return values[low]
}

// delay is the weeks from a class's onset until the score first reaches the
// threshold; ok is false if it does not within twelve weeks.
func delay(scores []float64, onset int, threshold float64, weeks []int) (d int, ok bool) {
	first, _ := slices.BinarySearch(weeks, onset)
	for t := first; t < len(weeks) && weeks[t] < onset+within; t++ {
		if scores[t] >= threshold {
			return weeks[t] - onset, true
		}
	}
	return 0, false
}

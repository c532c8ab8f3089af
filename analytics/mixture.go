package analytics

import "math"

// Prior weights of what may happen to a class. They add up to 1 and stay fixed:
// a stream without data has the ratio 1.
const (
	weightWhole = .65 // the class as a whole: the score falls
	weightFew   = .18 // a few pupils fall far: the answers spread, and the score may fall
	weightGap   = .09 // girls or boys only: the gap between them moves, and the score falls
	weightItems = .08 // one question, all of them together: it worsens more than the score tells
)

// shapes of a fall of the score, and how likely each is.
var (
	shapes      = []Shape{Step, Ramp, Pulse}
	shapeShares = [...]float64{.5, .3, .2}
)

// unitDetectors are the detectors of one unit. Spread, gap and items are what
// the score leaves unexplained of them, so the streams are independent of one
// another while nothing changes, and the likelihood ratio of a change in several
// of them is the product of theirs.
type unitDetectors struct {
	score, spread, gap *MeanDetector
	items              []*CountDetector
}

// evidence is M, and what explains most of it.
type evidence struct {
	m      float64
	stream Stream // Score, Spread, Gap, or an item
	item   int    // its index, if it is one
	start  int    // start of change, a slot
}

// evidence is the Shiryaev-Roberts sum over starts j of the likelihood ratio of
// a mixture of changes. With S the ratios of the score for each shape and size
// (s₁ the smallest step, s₂ the next), P those of the spread, G of the gap to
// both sides, Q_i of item i, and bars for means over sizes:
//
//	M = Σ_j  .65·Σ_shape p·S̄  +  .18·(1 + s₁ + s₂)/3·P̄  +  .09·S̄_step·Ḡ  +  .08/I·Σ_i (1 + s₁)/2·Q̄_i
//
// An average of e-detectors is one (Shin, Ramdas and Rinaldo 2023).
func (d *unitDetectors) evidence(names []Stream) evidence {
	var (
		e     = evidence{stream: Score}
		sizes = len(d.score.Sizes)
		s     [len(shapeShares) * sizesMost]float64
		few   [sizesMost]float64
		// Sum over starts, greatest term, its start and the stream's own ratio from
		// there, for each explanation.
		sums, tops, own [3 + itemsMost]float64
		at              [3 + itemsMost]int
	)
	add := func(explanation, j int, score, ratio float64) {
		term := d.weight(explanation) * score * ratio
		sums[explanation] += term
		if term > tops[explanation] {
			tops[explanation], at[explanation], own[explanation] = term, j, ratio
		}
	}
	for j := range d.score.Starts() {
		d.score.Ratios(j, s[:sizes*len(shapes)])
		step := s[:sizes]
		var whole float64
		for i, share := range shapeShares {
			whole += share * average(s[i*sizes:(i+1)*sizes])
		}
		add(0, j, 1, whole)
		d.spread.Ratios(j, few[:len(d.spread.Sizes)])
		add(1, j, (1+step[0]+step[1])/3, average(few[:len(d.spread.Sizes)]))
		d.gap.Ratios(j, few[:len(d.gap.Sizes)])
		add(2, j, average(step), average(few[:len(d.gap.Sizes)]))
		alone := (1 + step[0]) / 2
		for i, item := range d.items {
			add(3+i, j, alone, item.Ratio(j))
		}
		if len(d.items) == 0 {
			e.m += weightItems * alone
		}
	}
	// What explains most is what exceeds most what it would be for no reason. A
	// stream that has no data, or speaks against a change, does not.
	best, most := 0, math.Inf(-1)
	for i, sum := range sums[:3+len(d.items)] {
		e.m += sum
		if i > 0 && own[i] <= 1 {
			continue
		}
		if excess := sum - d.weight(i)*float64(d.score.Starts()); excess > most {
			best, most = i, excess
		}
	}
	e.start = at[best]
	switch best {
	case 0:
	case 1:
		e.stream = Spread
	case 2:
		e.stream = Gap
	default:
		e.item = best - 3
		e.stream = names[e.item]
	}
	return e
}

// weight is the prior weight of explanation i: whole, few, gap, then the items.
func (d *unitDetectors) weight(i int) float64 {
	switch i {
	case 0:
		return weightWhole
	case 1:
		return weightFew
	case 2:
		return weightGap
	default:
		return weightItems / float64(len(d.items))
	}
}

// Bounds of what a mixture may hold, lest it allocate.
const (
	sizesMost = 6
	itemsMost = 16
)

// hold keeps the starts of all streams as they are.
func (d *unitDetectors) hold() {
	d.score.Hold()
	d.spread.Hold()
	d.gap.Hold()
	for _, item := range d.items {
		item.Hold()
	}
}

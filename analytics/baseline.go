package analytics

// Baseline is what is usual, as far as a panel tells: the effect of each band
// and wave, the variance components, and each unit's prior level.
type Baseline struct {
	Effects    map[int][]float64 // band → effect per wave, scale 1-5
	Components Components
	Priors     []Belief // per unit, about the band's effect
}

// trim is the share of classes left out at each end of a wave.
const trim = .1

// Fit estimates the baseline of a panel in two passes: effects from the raw
// means, components and levels from the residuals; then effects again from
// means without their class's level, so that a class that skips a wave does
// not move the others.
//
// Impossible cells (see [Panel.Validate]) count as not asked. Fit panics if p
// has the wrong shape.
func Fit(p Panel) *Baseline {
	p.mustShape()
	var (
		waves     = len(p.Weeks)
		b         = &Baseline{Components: reference}
		x         = make([]float64, len(p.Cells))
		n         = make([]int, len(p.Cells))
		residuals = make([]float64, len(p.Cells))
		levels    = make([]float64, len(p.Units))
		data      = make([]Belief, len(p.Units))
		bands     = map[int][]int{}
	)
	for i := range p.Cells {
		if c := &p.Cells[i]; c.usable() {
			x[i], n[i] = c.Score.Mean(), c.Score.N
		}
	}
	for i, u := range p.Units {
		bands[u.Band] = append(bands[u.Band], i)
	}
	for range 2 {
		b.Effects = make(map[int][]float64, len(bands))
		for band, units := range bands {
			b.Effects[band] = b.effect(p.Weeks, units, x, n, levels)
		}
		for i, u := range p.Units {
			effect := b.Effects[u.Band]
			for t := range waves {
				residuals[i*waves+t] = x[i*waves+t] - effect[t]
			}
		}
		b.Components = Estimate(p.Units, residuals, n)
		for i := range p.Units {
			data[i] = b.Components.belief(residuals[i*waves:(i+1)*waves], n[i*waves:(i+1)*waves])
		}
		b.Priors = Priors(p.Units, data, b.Components)
		for i := range levels {
			levels[i] = data[i].plus(b.Priors[i]).Mean
		}
	}
	return b
}

// effect is a band's National over the trimmed means of x less the levels.
func (b *Baseline) effect(weeks []int, units []int, x []float64, n []int, levels []float64) []float64 {
	var (
		waves     = len(weeks)
		means     = make([]float64, waves)
		variances = make([]float64, waves)
		classes   = make([]int, waves)
		values    = make([]float64, 0, len(units))
	)
	for t := range waves {
		values = values[:0]
		var sum float64
		for _, i := range units {
			if k := n[i*waves+t]; k > 0 {
				values = append(values, x[i*waves+t]-levels[i])
				sum += 1 / b.Components.precision(k)
			}
		}
		k := float64(len(values))
		classes[t] = len(values)
		if k > 0 {
			means[t] = TrimmedMean(values, trim)
			variances[t] = sum / (k * k)
		}
	}
	return National(weeks, means, variances, classes)
}

// belief is what a unit's own residuals say of its level.
func (c Components) belief(residuals []float64, n []int) Belief {
	var b Belief
	for t, k := range n {
		if k > 0 {
			w := c.precision(k)
			b.Precision += w
			b.Mean += w * residuals[t]
		}
	}
	if b.Precision > 0 {
		b.Mean /= b.Precision
	}
	return b
}

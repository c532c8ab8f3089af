package analytics

import "math"

// trim is the share of classes left out at each end of a wave.
const trim = .1

// Season is the standard deviation of the yearly Fourier terms of each kind of
// effect, for bands too small to show their own.
const (
	seasonScore  = .05 // points
	seasonSpread = .02
	seasonGap    = .01 // shares
	seasonCount  = .1  // log-odds
)

// Fit estimates what is usual in each wave of a panel, as known at its end: one
// model from all waves, the effects of each wave from the waves up to it, and
// where each school stood by then. The last of them is what a wave that was just
// sealed is weighed by; the earlier ones are for a panel that has no stored ones.
//
// Effects of means are trimmed means over the classes of a band, of counts
// Huber shares, both shrunk where classes are few (see [National]). They are
// found twice, the second time without each class's own level, so that a class
// that skips a wave does not move the others.
//
// Impossible cells (see [Panel.Validate]) count as not asked. Fit panics if p
// has the wrong shape.
func Fit(p Panel) []Vintage {
	p.mustShape()
	p = p.cleaned()
	f := newFitter(p)
	vintages := make([]Vintage, len(p.Weeks))
	for t, week := range p.Weeks {
		vintages[t] = Vintage{Week: week, Effects: make(map[int]Effect, len(f.bands))}
		for _, band := range f.bands {
			vintages[t].Effects[band.name] = Effect{Items: make([]float64, len(p.Items))}
		}
	}
	set := func(effects [][]float64, where func(*Effect) *float64) {
		for b, band := range f.bands {
			for t := range vintages {
				e := vintages[t].Effects[band.name]
				*where(&e) = effects[b][t]
				vintages[t].Effects[band.name] = e
			}
		}
	}

	m := ReferenceModel(len(p.Items))
	effects := f.fitScore(&m)
	set(effects, func(e *Effect) *float64 { return &e.Score })
	effects, m.Spread = f.fitContrast((*Cell).spread, m.Spread, seasonSpread, true)
	set(effects, func(e *Effect) *float64 { return &e.Spread })
	effects, m.Gap = f.fitContrast((*Cell).gap, m.Gap, seasonGap, false)
	set(effects, func(e *Effect) *float64 { return &e.Gap })
	effects, m.Low = f.fitCount(func(u, t int) Proportion { return known(p.Cell(u, t).Low) }, m.Low)
	set(effects, func(e *Effect) *float64 { return &e.Low })
	effects, m.Missing = f.fitCount(func(u, t int) Proportion { return known(p.Cell(u, t).Missing) }, m.Missing)
	set(effects, func(e *Effect) *float64 { return &e.Missing })
	for i := range p.Items {
		item := func(u, t int) Proportion { return known(*p.Item(u, t, i)) }
		effects, m.Items[i].Level = f.fitCount(item, m.Items[i].Level)
		set(effects, func(e *Effect) *float64 { return &e.Items[i] })
		m.Items[i] = f.fitGiven(item, effects, m.Items[i])
	}
	f.fitSchools(m.Score, func(t int, schools map[string]Belief) {
		vintages[t].Model, vintages[t].Schools = m, schools
	})
	return vintages
}

// fitter holds what the steps of a fit share.
type fitter struct {
	p         Panel
	waves     int
	bands     []band
	residuals []float64 // units × waves, of the score about its effect
	n         []int     // respondents behind them; 0: no data
	levels    []float64 // of each unit, shrunk
}

// band is the units that share a national effect.
type band struct {
	name  int
	units []int
}

func newFitter(p Panel) *fitter {
	f := &fitter{
		p: p, waves: len(p.Weeks),
		residuals: make([]float64, len(p.Cells)), n: make([]int, len(p.Cells)), levels: make([]float64, len(p.Units)),
	}
	index := map[int]int{}
	for i, u := range p.Units {
		at, ok := index[u.Band]
		if !ok {
			at = len(f.bands)
			index[u.Band] = at
			f.bands = append(f.bands, band{name: u.Band})
		}
		f.bands[at].units = append(f.bands[at].units, i)
	}
	for i := range p.Cells {
		if c := &p.Cells[i]; c.usable() {
			f.n[i] = c.Score.N
		}
	}
	return f
}

// fitScore fills in the residuals, and the model's part of the score.
func (f *fitter) fitScore(m *Model) [][]float64 {
	effects := make([][]float64, len(f.bands))
	data := make([]Belief, len(f.p.Units))
	for range 2 {
		for b, band := range f.bands {
			effects[b] = f.effect(band, seasonScore, func(u, t int) (float64, float64, bool) {
				k := f.n[u*f.waves+t]
				if k == 0 {
					return 0, 0, false
				}
				return f.p.Cell(u, t).Score.Mean() - f.levels[u], 1 / m.Score.precision(k), true
			})
			for _, u := range band.units {
				for t := range f.waves {
					f.residuals[u*f.waves+t] = f.p.Cell(u, t).Score.Mean() - effects[b][t]
				}
			}
		}
		m.Score = Estimate(f.p.Units, f.residuals, f.n)
		for u := range f.p.Units {
			data[u] = m.Score.belief(f.residuals[u*f.waves:(u+1)*f.waves], f.n[u*f.waves:(u+1)*f.waves])
		}
		for u, prior := range Priors(f.p.Units, data, m.Score) {
			f.levels[u] = data[u].plus(prior).Mean
		}
	}
	m.ScoreSlope = f.slope(m.ScoreSlope, func(u, t int) (float64, float64, bool) {
		k := f.n[u*f.waves+t]
		if k == 0 {
			return 0, 0, false
		}
		return f.residuals[u*f.waves+t], 1 / m.Score.precision(k), true
	})
	m.Carry = f.carry(data, m.Score)
	return effects
}

// effect is a band's National over trimmed means of what value gives with its
// variance.
func (f *fitter) effect(b band, season float64, value func(u, t int) (x, variance float64, ok bool)) []float64 {
	var (
		means     = make([]float64, f.waves)
		variances = make([]float64, f.waves)
		classes   = make([]int, f.waves)
		values    = make([]float64, 0, len(b.units))
	)
	for t := range f.waves {
		values = values[:0]
		var sum float64
		for _, u := range b.units {
			if x, variance, ok := value(u, t); ok {
				values = append(values, x)
				sum += variance
			}
		}
		if k := float64(len(values)); k > 0 {
			classes[t] = len(values)
			means[t] = TrimmedMean(values, trim)
			variances[t] = sum / (k * k)
		}
	}
	return National(f.p.Weeks, means, variances, classes, season)
}

// fitContrast fits a statistic of a cell, given with the factor v of its
// variance (0: no data).
func (f *fitter) fitContrast(value func(*Cell) (x, v float64), c Contrast, season float64, onScore bool) ([][]float64, Contrast) {
	var (
		effects = make([][]float64, len(f.bands))
		x       = make([]float64, len(f.p.Cells))
		v       = make([]float64, len(f.p.Cells))
	)
	for i := range f.p.Cells {
		x[i], v[i] = value(&f.p.Cells[i])
	}
	for b, band := range f.bands {
		effects[b] = f.effect(band, season, func(u, t int) (float64, float64, bool) {
			i := u*f.waves + t
			return x[i], c.Respondent*v[i] + c.Class, v[i] > 0
		})
		for _, u := range band.units {
			for t := range f.waves {
				x[u*f.waves+t] -= effects[b][t]
			}
		}
	}
	if onScore {
		c.OnScore = f.onScore(c.OnScore, func(i int) (float64, float64) {
			if v[i] == 0 {
				return 0, 0
			}
			return x[i], 1 / (c.Respondent * v[i])
		})
		for i := range x {
			x[i] -= c.OnScore * f.residuals[i]
		}
	}
	// Respondent and Class by moments, leaning on the reference.
	squares, degrees := c.Respondent*referenceCells, float64(referenceCells)
	var means, sampling []float64
	for u := range f.p.Units {
		row, factor := x[u*f.waves:(u+1)*f.waves], v[u*f.waves:(u+1)*f.waves]
		mean, seen := meanWhere(row, factor)
		if seen == 0 {
			continue
		}
		var part, total float64
		for t, k := range factor {
			if k > 0 {
				d := row[t] - mean
				part += d * d / k
				total += k
			}
		}
		squares += part
		degrees += float64(seen - 1)
		means = append(means, mean)
		sampling = append(sampling, total/float64(seen*seen))
	}
	c.Respondent = squares / degrees
	c.Class = between(means, sampling, c.Respondent, c.Class)
	c.Slope = f.slope(c.Slope, func(u, t int) (float64, float64, bool) {
		i := u*f.waves + t
		return x[i], c.Respondent * v[i], v[i] > 0
	})
	return effects, c
}

// meanWhere is the mean of x over the waves with v > 0, and their number.
func meanWhere(x, v []float64) (mean float64, seen int) {
	for t, k := range v {
		if k > 0 {
			mean += x[t]
			seen++
		}
	}
	return mean / float64(max(seen, 1)), seen
}

// between is the variance of units' means less what sampling (times scale) put
// into them, leaning on prior.
func between(means, sampling []float64, scale, prior float64) float64 {
	var mean float64
	for _, x := range means {
		mean += x / float64(len(means))
	}
	sum := referenceUnits * prior
	for i, x := range means {
		sum += (x-mean)*(x-mean) - scale*sampling[i]
	}
	return max(sum/(referenceUnits+float64(max(len(means)-1, 0))), prior/20)
}

// onScore regresses a value on the score's residual within units, by weight
// (0: no data), leaning on prior.
func (f *fitter) onScore(prior float64, value func(i int) (x, weight float64)) float64 {
	var sxx, sxy, weights float64
	for u := range f.p.Units {
		var x, r, w float64
		for t := range f.waves {
			i := u*f.waves + t
			if y, weight := value(i); weight > 0 && f.n[i] > 0 {
				x += weight * y
				r += weight * f.residuals[i]
				w += weight
			}
		}
		if w == 0 {
			continue
		}
		x, r, weights = x/w, r/w, weights+w
		for t := range f.waves {
			i := u*f.waves + t
			if y, weight := value(i); weight > 0 && f.n[i] > 0 {
				d := f.residuals[i] - r
				sxx += weight * d * d
				sxy += weight * d * (y - x)
			}
		}
	}
	if weights == 0 {
		return prior
	}
	// As if a tenth of referenceCells cells of ordinary weight had said so.
	lean := weights / float64(len(f.p.Cells)) * referenceCells / 10 * referenceModelScoreVariance
	return (sxy + lean*prior) / (sxx + lean)
}

// referenceModelScoreVariance is the ordinary variance of a class's score from
// wave to wave.
const referenceModelScoreVariance = .05

// slope regresses the logarithm of a unit's variance, in units of what it was
// expected to be, on its level, leaning on prior. Units with fewer than eight
// waves say too little.
func (f *fitter) slope(prior float64, value func(u, t int) (x, variance float64, ok bool)) float64 {
	const enough = 8
	type point struct{ level, log float64 }
	var points []point
	var sx, sy float64
	for u := range f.p.Units {
		var mean, seen float64
		for t := range f.waves {
			if x, _, ok := value(u, t); ok {
				mean += x
				seen++
			}
		}
		if seen < enough {
			continue
		}
		mean /= seen
		var sum float64
		for t := range f.waves {
			if x, variance, ok := value(u, t); ok {
				sum += (x - mean) * (x - mean) / variance
			}
		}
		if sum > 0 {
			at := point{f.levels[u], math.Log(sum / (seen - 1))}
			points = append(points, at)
			sx += at.level
			sy += at.log
		}
	}
	// As if so many units with the spread of the reference had said so.
	const units, spread = 100, .05
	sxx, sxy := units*spread, units*spread*prior
	k := float64(len(points))
	for _, at := range points {
		sxx += (at.level - sx/k) * (at.level - sx/k)
		sxy += (at.level - sx/k) * (at.log - sy/k)
	}
	return sxy / sxx
}

// carry is ρ by moments from the units that name the one before them.
func (f *fitter) carry(data []Belief, c Components) float64 {
	const pairs = 50 // that the reference is worth
	sxx, sxy := pairs*c.Class, pairs*c.Class*referenceCarry
	schools := Schools(f.p.Units, data, c)
	for i, u := range f.p.Units {
		if u.Before == 0 {
			continue
		}
		b := u.Before - 1
		x, y := data[b], data[i]
		if x.Precision == 0 || y.Precision == 0 {
			continue
		}
		dx := x.Mean - schools[f.p.Units[b].Key()].Mean
		dy := y.Mean - schools[u.Key()].Mean
		sxx += dx*dx - 1/x.Precision
		sxy += dx * dy
	}
	return min(max(sxy/max(sxx, pairs*c.Class/2), 0), .95)
}

// fitCount fits a count as it is.
func (f *fitter) fitCount(count func(u, t int) Proportion, m CountModel) ([][]float64, CountModel) {
	effects := make([][]float64, len(f.bands))
	for b, band := range f.bands {
		effects[b] = f.logits(band, count, m)
	}
	return effects, f.countModel(count, f.usual(effects), m)
}

// fitGiven fits an item given the score, about the same effects.
func (f *fitter) fitGiven(count func(u, t int) Proportion, effects [][]float64, m ItemModel) ItemModel {
	usual := f.usual(effects)
	m.OnScore = f.onScore(m.OnScore, func(i int) (float64, float64) {
		c := count(i/f.waves, i%f.waves)
		if c.N == 0 {
			return 0, 0
		}
		p := logistic(usual(i/f.waves, i%f.waves))
		return (c.Y/c.N - p) / (p * (1 - p)), c.N * p * (1 - p)
	})
	given := func(u, t int) Proportion {
		if f.n[u*f.waves+t] == 0 {
			return Proportion{} // of a score that is not there
		}
		return count(u, t)
	}
	m.Given = f.countModel(given, func(u, t int) float64 {
		return usual(u, t) + m.given(f.residuals[u*f.waves+t])
	}, m.Given)
	return m
}

// given is what the score's residual adds to the log-odds.
func (m ItemModel) given(residual float64) float64 {
	const most = 4 // beyond it the line is not known to be one
	return min(max(m.OnScore*residual, -most), most)
}

// usual spreads the bands' effects over units.
func (f *fitter) usual(effects [][]float64) func(u, t int) float64 {
	band := make([]int, len(f.p.Units))
	for b := range f.bands {
		for _, u := range f.bands[b].units {
			band[u] = b
		}
	}
	return func(u, t int) float64 { return effects[band[u]][t] }
}

// logits are a band's National over the log-odds of Huber shares.
func (f *fitter) logits(b band, count func(u, t int) Proportion, m CountModel) []float64 {
	var (
		means     = make([]float64, f.waves)
		variances = make([]float64, f.waves)
		classes   = make([]int, f.waves)
		counts    = make([]Proportion, 0, len(b.units))
	)
	for t := range f.waves {
		counts = counts[:0]
		var n float64
		for _, u := range b.units {
			if c := count(u, t); c.N > 0 {
				counts = append(counts, c)
				n += c.N
			}
		}
		if n == 0 {
			continue
		}
		p := HuberShare(counts, m.correlation(.1))
		// No share is taken to be surer than half a pupil's answer.
		p = min(max(p, .5/(n+1)), 1-.5/(n+1))
		classes[t] = len(counts)
		means[t] = logit(p)
		variances[t] = max(m.Phi, 1)/(n*p*(1-p)) + m.Class/float64(len(counts))
	}
	return National(f.p.Weeks, means, variances, classes, seasonCount)
}

// correlation is the intraclass correlation at a share of p that a variance
// between classes in log-odds comes to.
func (m CountModel) correlation(p float64) float64 { return min(m.Class*p*(1-p), .5) }

// countModel finds Class and Phi by moments about the log-odds alpha, as
// [FitResponse] does, leaning on ref.
func (f *fitter) countModel(count func(u, t int) Proportion, alpha func(u, t int) float64, ref CountModel) CountModel {
	offsets := make([]float64, len(f.p.Units))
	information := make([]float64, len(f.p.Units))
	var means, sampling []float64
	for u := range f.p.Units {
		for t := range f.waves {
			if c := count(u, t); c.N > 0 {
				p := logistic(alpha(u, t))
				offsets[u] += c.Y - c.N*p
				information[u] += c.N * p * (1 - p)
			}
		}
		if information[u] > 0 {
			offsets[u] /= information[u]
		}
		if information[u] > 2 {
			means = append(means, offsets[u])
			sampling = append(sampling, 1/information[u])
		}
	}
	m := CountModel{Class: max(between(means, sampling, max(ref.Phi, .5), ref.Class), leastClass)}
	pearson, degrees := ref.Phi*referenceCells, float64(referenceCells)
	for u := range f.p.Units {
		if information[u] == 0 {
			continue
		}
		b := offsets[u] * m.Class / (m.Class + 1/information[u])
		var sum, seen float64
		for t := range f.waves {
			if c := count(u, t); c.N > 0 {
				p := logistic(alpha(u, t) + b)
				d := c.Y - c.N*p
				sum += d * d / (c.N * p * (1 - p))
				seen++
			}
		}
		if seen > 1 {
			pearson += sum
			degrees += seen - 1
		}
	}
	m.Phi = min(max(pearson/degrees, leastPhi), mostPhi)
	return m
}

// mostPhi is where counts say hardly anything any more.
const mostPhi = 5

// fitSchools gives the levels of schools after each wave.
func (f *fitter) fitSchools(c Components, after func(t int, schools map[string]Belief)) {
	type sum struct{ precision, weighted float64 }
	sums := make([]sum, len(f.p.Units))
	data := make([]Belief, len(f.p.Units))
	for t := range f.waves {
		for u := range f.p.Units {
			if k := f.n[u*f.waves+t]; k > 0 {
				w := c.precision(k)
				sums[u].precision += w
				sums[u].weighted += w * f.residuals[u*f.waves+t]
				data[u] = Belief{Mean: sums[u].weighted / sums[u].precision, Precision: sums[u].precision}
			}
		}
		after(t, Schools(f.p.Units, data, c))
	}
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

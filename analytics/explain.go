package analytics

import "math"

// waveOf is the wave of a week.
func (w *watcher) waveOf(week int) int {
	for t, v := range w.o.Vintages {
		if v.Week == week {
			return t
		}
	}
	return 0
}

// explain fills in what a change looks like in the stream that shows most of it.
func (w *watcher) explain(t int, u *unit, e evidence) Finding {
	start := w.waveOf(u.detectors.score.Start(e.start))
	f := Finding{Start: start, Stream: e.stream}
	var detector *MeanDetector
	var value func(*Cell) (x, v float64)
	switch e.stream {
	case Score:
		detector, value = u.detectors.score, func(c *Cell) (float64, float64) {
			if !c.usable() {
				return 0, 0
			}
			return c.Score.Mean(), 1 / float64(c.Score.N)
		}
	case Spread:
		detector, value = u.detectors.spread, (*Cell).spread
	case Gap:
		detector, value = u.detectors.gap, (*Cell).gap
	default:
		w.explainCount(&f, u.since, t, func(at int) (Proportion, float64) {
			v := &w.o.Vintages[at]
			effect := v.Effects[w.p.Units[u.at].Band]
			cell := w.cell(at, u)
			if !cell.usable() {
				return Proportion{}, 0
			}
			return w.item(at, u, e.item),
				effect.Items[e.item] + v.Model.Items[e.item].given(cell.Score.Mean()-effect.Score)
		}, w.o.Vintages[t].Model.Items[e.item].Given)
		return f
	}
	var sum, weight float64
	for at := start; at <= t; at++ {
		if x, v := value(w.cell(at, u)); v > 0 {
			sum += x / v
			weight += 1 / v
		}
	}
	f.Observed = sum / weight
	shift, variance := detector.Shift(e.start)
	f.Expected = f.Observed - shift
	half := 1.96 * math.Sqrt(variance)
	f.Low, f.High = f.Expected-half, f.Expected+half
	return f
}

// explainCount fills in the share of a count since f.Start, and what was
// expected from the waves before it, wave since the first.
func (w *watcher) explainCount(f *Finding, since, t int, count func(at int) (Proportion, float64), m CountModel) {
	past := NewCountDetector(m.Class, m.Phi, w.o.Settings)
	for at := since; at < f.Start; at++ {
		p, alpha := count(at)
		past.Update(w.o.Vintages[at].Week, p, alpha)
	}
	var y, n, binomial float64
	var expected [gridSize]float64 // of y, at each offset
	for at := f.Start; at <= t; at++ {
		p, alpha := count(at)
		y += p.Y
		n += p.N
		for b := range expected {
			q := logistic(alpha + gridStep*float64(b-gridHalf))
			expected[b] += p.N * q
			binomial += past.posterior[b] * p.N * q * (1 - q)
		}
	}
	var mean, square float64
	for b, share := range past.posterior {
		mean += share * expected[b]
		square += share * expected[b] * expected[b]
	}
	half := 1.96 * math.Sqrt(max(square-mean*mean, 0)+m.Phi*binomial)
	f.Observed, f.Expected = y/n, mean/n
	f.Low, f.High = max((mean-half)/n, 0), min((mean+half)/n, 1)
}

// explainLevel compares the pooled share with that of others; the interval is
// that of units' own shares.
func (w *watcher) explainLevel(t int, u *unit, waves []int, stream Stream) Finding {
	f := Finding{Start: waves[0], Stream: stream}
	i := -1
	m := w.o.Vintages[t].Model.Low
	for k, name := range w.p.Items {
		if name == stream {
			i, m = k, w.o.Vintages[t].Model.Items[k].Level
		}
	}
	w.pool(u, waves, i)
	pooled, usual := Level{Waves: len(waves)}.Pool(w.shares, w.usual)
	f.Observed, f.Expected = pooled.Y/pooled.N, usual
	half := 1.96 * math.Sqrt(m.Class+m.Phi/(pooled.N*usual*(1-usual)))
	f.Low, f.High = logistic(logit(usual)-half), logistic(logit(usual)+half)
	return f
}

// explainSilence compares the share without a ballot with what it was before.
func (w *watcher) explainSilence(t int, u *unit) Finding {
	best := 0
	for j := range u.silence.Starts() {
		if u.silence.Ratio(j) > u.silence.Ratio(best) {
			best = j
		}
	}
	f := Finding{Start: w.waveOf(u.silence.Start(best)), Stream: Silent}
	w.explainCount(&f, u.answered, t, func(at int) (Proportion, float64) {
		return known(w.cell(at, u).Missing), w.o.Vintages[at].Effects[w.p.Units[u.at].Band].Missing
	}, w.o.Vintages[t].Model.Missing)
	return f
}

package analytics

import (
	"math"
	"slices"
)

// watcher follows the units of one school from wave to wave.
type watcher struct {
	p        Panel
	o        Options
	limits   map[Kind]limit
	evidence map[Kind][]float64
	told     map[Alarm]Tier // by unit, wave and kind; the key has no tier
	alarmed  map[int]bool   // units that were told of
	units    []unit
	findings []Finding

	shares []Proportion // scratch of level
	usual  []float64
}

// nothing is a cell without data.
var nothing Cell

// cell is a unit's cell. A wave in whose vintage its band does not stand yet says
// nothing of it.
func (w *watcher) cell(t int, u *unit) *Cell {
	if _, ok := w.o.Vintages[t].Effects[w.p.Units[u.at].Band]; !ok {
		return &nothing
	}
	return w.p.Cell(u.at, t)
}

// item is the count of item i in a cell with data.
func (w *watcher) item(t int, u *unit, i int) Proportion {
	if w.cell(t, u) == &nothing {
		return Proportion{}
	}
	return known(*w.p.Item(u.at, t, i))
}

// unit is the state of one unit.
type unit struct {
	at        int // index in Panel.Units
	detectors unitDetectors
	silence   *CountDetector
	asked     bool  // it has begun
	since     int   // wave from which on change looks back
	answered  int   // and silence
	pooled    []int // waves with data, of which the latest are pooled for the level
	alarms    map[Kind]alarm

	// Of the wave at hand; variance is 0 if there is no score.
	residual, variance float64 // about the effect
	forecast, spread   float64 // of the residual, and the variance of that
}

// reset begins with another school. Detectors are used again: a national panel
// has more of them than fit in memory.
func (w *watcher) reset(units []int) {
	w.findings = nil
	for len(w.units) < len(units) {
		w.units = append(w.units, w.newUnit())
	}
	w.units = w.units[:len(units)]
	for i, at := range units {
		u := &w.units[i]
		u.at, u.asked, u.pooled = at, false, u.pooled[:0]
		clear(u.alarms)
	}
}

func (w *watcher) newUnit() unit {
	s := w.o.Settings
	nobody := Belief{Precision: 1}
	gaps := append(s.Gaps[:], s.Gaps[:]...)
	u := unit{
		detectors: unitDetectors{
			score:  NewMeanDetector(nobody, Noise{}, slices.Clone(s.Falls[:]), shapes, volatilities, s),
			spread: NewMeanDetector(nobody, Noise{}, slices.Clone(s.Spreads[:]), shapes[:1], steady, s),
			gap:    NewMeanDetector(nobody, Noise{}, gaps, shapes[:1], steady, s),
		},
		silence: NewCountDetector(1, 1, s),
		alarms:  make(map[Kind]alarm, len(Kinds)),
	}
	for range w.p.Items {
		u.detectors.items = append(u.detectors.items, NewCountDetector(1, 1, s))
	}
	return u
}

// wave takes wave t into all units of the school.
func (w *watcher) wave(t int) {
	v := &w.o.Vintages[t]
	var sum, precision float64
	var classes int
	for i := range w.units {
		u := &w.units[i]
		w.observe(t, u, v)
		if u.variance > 0 {
			sum += u.clipped() / u.spread
			precision += 1 / u.spread
			classes++
		}
	}
	for i := range w.units {
		u := &w.units[i]
		cell := w.cell(t, u)
		if !u.asked || u.variance == 0 && known(cell.Missing).N == 0 {
			continue
		}
		var shock, doubt float64
		if u.variance > 0 && classes > max(w.o.Settings.Siblings, 1) { // itself among them
			others := precision - 1/u.spread
			shock, doubt = Shock((sum-u.clipped()/u.spread)/others, 1/others, w.o.Settings)
		}
		w.change(t, u, v, shock, doubt)
		w.level(t, u)
		w.silence(t, u, v)
	}
}

// clipped is the one-step residual winsorised at two standard deviations.
func (u *unit) clipped() float64 {
	sd := math.Sqrt(u.spread)
	return min(max(u.residual-u.forecast, -2*sd), 2*sd)
}

// observe reads a unit's cell, and begins the unit with its first one.
func (w *watcher) observe(t int, u *unit, v *Vintage) {
	u.variance = 0
	cell := w.cell(t, u)
	usable := cell.usable()
	if !u.asked {
		if !usable && known(cell.Missing).N == 0 {
			return
		}
		w.begin(t, u)
	}
	if a := u.alarms[KindChange]; a.tier != "" && t >= a.raised+w.o.Settings.Term {
		delete(u.alarms, KindChange)
		w.restart(t, u)
	}
	w.tune(u, v)
	if !usable {
		return
	}
	d := u.detectors.score
	effect, c := v.Effects[w.p.Units[u.at].Band], v.Model.Score
	u.residual = cell.Score.Mean() - effect.Score
	u.variance = c.Respondent / float64(cell.Score.N) * scaled(v.Model.ScoreSlope, d.Level().Mean)
	u.forecast, u.spread = d.Forecast(v.Week, u.variance)
}

// scaled is the factor on a variance at a level. Beyond a point from the others'
// level the line is not known to be one.
func scaled(slope, level float64) float64 { return math.Exp(slope * min(max(level, -1), 1)) }

// begin starts a unit in its first wave.
func (w *watcher) begin(t int, u *unit) {
	u.asked = true
	w.restart(t, u)
	m := w.before(t).Model
	u.answered = t
	u.silence.Restart(m.Missing.Class, m.Missing.Phi)
	w.skip(u)
}

// skip tells the detectors which starts will have left the window at the first
// wave to decide on. A unit that alarmed before keeps all of them: its starts are
// those of then.
func (w *watcher) skip(u *unit) {
	if w.alarmed[u.at] {
		return
	}
	seen := 0
	for t := range min(w.o.From+1, len(w.p.Weeks)) {
		if cell := w.cell(t, u); cell.usable() || known(cell.Missing).N > 0 {
			seen++
		}
	}
	starts := seen - w.o.Settings.MinWaves - w.o.Settings.Window
	d := &u.detectors
	d.score.skip, d.spread.skip, d.gap.skip, u.silence.skip = starts, starts, starts, starts
	for _, item := range d.items {
		item.skip = starts
	}
}

// before is what was usual before wave t, as far as it was known: a unit's prior
// must not hold its own first wave.
func (w *watcher) before(t int) *Vintage {
	v := w.o.Vintages[max(t-1, 0)]
	if t == 0 {
		v.Schools = nil
	}
	return &v
}

// restart begins the detectors of change with nothing known but the prior.
func (w *watcher) restart(t int, u *unit) {
	u.since = t
	v := w.before(t)
	of := &w.p.Units[u.at]
	prior := v.prior(of.Key())
	if of.Before > 0 {
		for i := range w.units {
			if last := &w.units[i]; last.at == of.Before-1 && last.asked {
				prior = v.carried(of.Key(), last.detectors.score.Level())
			}
		}
	}
	d := &u.detectors
	w.tune(u, v)
	d.score.Restart(prior)
	d.spread.Restart(Belief{Precision: 1 / v.Model.Spread.Class})
	d.gap.Restart(Belief{Precision: 1 / v.Model.Gap.Class})
	for i, item := range d.items {
		item.Restart(v.Model.Items[i].Given.Class, v.Model.Items[i].Given.Phi)
	}
}

// tune gives the detectors a vintage's noise, and the sizes of shifts that
// follow from it.
func (w *watcher) tune(u *unit, v *Vintage) {
	d, s, m := &u.detectors, &w.o.Settings, &v.Model
	d.score.Noise = Noise{Wave: m.Score.Wave, Memory: waveMemory}
	fall, spread, gap := m.Score.standardError(), math.Sqrt(m.Spread.Respondent/typical), math.Sqrt(4*m.Gap.Respondent/typical)
	for i := range s.Falls {
		d.score.Sizes[i] = -s.Falls[i] * fall
		d.spread.Sizes[i] = s.Spreads[i] * spread
		d.gap.Sizes[i], d.gap.Sizes[i+len(s.Gaps)] = s.Gaps[i]*gap, -s.Gaps[i]*gap
	}
	for i, item := range d.items {
		item.Phi = m.Items[i].Given.Phi
	}
}

// waveMemory is the correlation of a class's own movement over one week.
const waveMemory = .5

// change takes the wave into the detectors of change. shock is what happened to
// the whole school, and doubt the variance of that.
func (w *watcher) change(t int, u *unit, v *Vintage, shock, doubt float64) {
	var (
		d      = &u.detectors
		cell   = w.cell(t, u)
		effect = v.Effects[w.p.Units[u.at].Band]
		level  = d.score.Level().Mean
	)
	var spread, spreadV, gap, gapV float64
	if u.variance > 0 {
		spread, spreadV = cell.spread()
		spread -= effect.Spread + v.Model.Spread.OnScore*u.residual
		spreadV *= v.Model.Spread.Respondent * scaled(v.Model.Spread.Slope, level)
		gap, gapV = cell.gap()
		gap -= effect.Gap
		gapV *= v.Model.Gap.Respondent * scaled(v.Model.Gap.Slope, level)
		d.score.Update(v.Week, u.residual-shock, u.variance+doubt)
	} else {
		d.score.Update(v.Week, 0, 0)
	}
	d.spread.Update(v.Week, spread, spreadV)
	d.gap.Update(v.Week, gap, gapV)
	for i, item := range d.items {
		var count Proportion
		alpha := effect.Items[i]
		if u.variance > 0 {
			count = w.item(t, u, i)
			alpha += v.Model.Items[i].given(u.residual)
		}
		item.Update(v.Week, count, alpha)
	}
	if w.replayed(KindChange, t, u) {
		return
	}
	e := d.evidence(w.p.Items)
	w.decide(KindChange, t, u, e.m, u.variance > 0, func() Finding { return w.explain(t, u, e) })
}

// level looks at where a unit stands among others: the waves of the low
// composite and of each item, pooled.
func (w *watcher) level(t int, u *unit) {
	if u.variance == 0 && known(w.cell(t, u).Low).N == 0 {
		return
	}
	s := w.o.Settings
	u.pooled = append(u.pooled, t)
	if w.replayed(KindLevel, t, u) {
		return
	}
	waves := u.pooled[max(0, len(u.pooled)-s.Pooled):]
	if 2*len(waves) < s.Pooled {
		return
	}
	odds, stream := -1., Low
	for i := -1; i < len(w.p.Items); i++ {
		if o := w.standing(t, u, waves, i); o > odds {
			odds, stream = o, Low
			if i >= 0 {
				stream = w.p.Items[i]
			}
		}
	}
	w.decide(KindLevel, t, u, odds, true, func() Finding { return w.explainLevel(t, u, waves, stream) })
}

// standing is the odds that a unit's own share lies above half as much again as
// that of others, for item i or the low composite (-1).
func (w *watcher) standing(t int, u *unit, waves []int, i int) float64 {
	w.pool(u, waves, i)
	m := w.o.Vintages[t].Model.Low
	if i >= 0 {
		m = w.o.Vintages[t].Model.Items[i].Level
	}
	level := Level{Phi: m.Phi, Waves: len(waves)}
	pooled, usual := level.Pool(w.shares, w.usual)
	if pooled.N == 0 {
		return 0
	}
	level.Rho = m.correlation(usual)
	p := level.Exceedance(w.shares, w.usual)
	return p / max(1-p, 1e-12)
}

// pool fills in a unit's counts of an item, or of the low composite, and what is
// usual for them.
func (w *watcher) pool(u *unit, waves []int, i int) {
	w.shares, w.usual = w.shares[:0], w.usual[:0]
	for _, t := range waves {
		effect := w.o.Vintages[t].Effects[w.p.Units[u.at].Band]
		count, alpha := known(w.cell(t, u).Low), effect.Low
		if i >= 0 {
			count, alpha = w.item(t, u, i), effect.Items[i]
		}
		w.shares = append(w.shares, count)
		w.usual = append(w.usual, logistic(alpha))
	}
}

// silence looks for a fall in response.
func (w *watcher) silence(t int, u *unit, v *Vintage) {
	d, s := u.silence, w.o.Settings
	if a := u.alarms[KindSilence]; a.tier != "" && t >= a.raised+s.Term {
		delete(u.alarms, KindSilence)
		u.answered = t
		d.Restart(v.Model.Missing.Class, v.Model.Missing.Phi)
	}
	d.Phi = v.Model.Missing.Phi
	missing := known(w.cell(t, u).Missing)
	d.Update(v.Week, missing, v.Effects[w.p.Units[u.at].Band].Missing)
	if w.replayed(KindSilence, t, u) {
		return
	}
	w.decide(KindSilence, t, u, d.M(), missing.N > 0, func() Finding { return w.explainSilence(t, u) })
}

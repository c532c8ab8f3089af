package analytics

import "math"

// Detect returns the findings of a panel, ordered by wave and unit.
//
// Wave by wave, each unit's score is put against its band's effect, its
// school's effect in that wave ([Shock], from its siblings) and its own level,
// weighted by respondents and [Volatility], and fed to its [Detector]. A unit
// alarms when M reaches the threshold for the rate chosen; the alarm stands
// for the settings' Term, may rise from Notice to Act, and then the unit
// starts afresh from its prior.
//
// What is usual is estimated from the whole panel unless o.Baseline holds it.
// A unit without data, and a panel without units or waves, has no findings.
// Detect panics if p or o.Baseline has the wrong shape, and if o has no
// threshold: check what comes from outside with [Panel.Validate] and
// [Options.Validate].
func Detect(p Panel, o Options) []Finding {
	o = o.defaults()
	notice, ok := Threshold(o.Rhythm, o.Rate)
	if !ok {
		panic("analytics: no threshold for these options")
	}
	act, _ := Threshold(o.Rhythm, ActRate)
	w := newWatcher(p, o)
	w.notice, w.act = notice, max(act, notice)
	var findings []Finding
	for t := range p.Weeks {
		findings = w.wave(t, findings)
	}
	return findings
}

// AlarmsAt counts the alarms of a panel at a threshold of M, with the lock
// after each: what a threshold is calibrated by. Told and From are not used.
func AlarmsAt(p Panel, o Options, threshold float64) int {
	o = o.defaults()
	o.From, o.Told = 0, nil
	w := newWatcher(p, o)
	w.notice, w.act = threshold, math.Inf(1)
	var findings []Finding
	var alarms int
	for t := range p.Weeks {
		findings = w.wave(t, findings[:0])
		alarms += len(findings)
	}
	return alarms
}

// watcher holds the state of all units between waves.
type watcher struct {
	p           Panel
	o           Options
	base        *Baseline
	notice, act float64
	classes     []class
	schools     []school
	told        map[Alarm]Tier // by unit and wave; the key has no tier
}

// class is the state of one unit.
type class struct {
	detector   Detector
	volatility []Volatility // ring of the states after each of the last waves
	school     int
	alarm      Tier // empty: none stands
	raised     int

	// Of the wave at hand; w is 0 if the class has no data.
	r, w     float64
	ordinary float64 // variance of r about the level at volatility 1
	residual Residual
	m        float64
}

// school pools its classes' clipped residuals of the wave at hand.
type school struct {
	sum, precision float64
	classes        int
}

func newWatcher(p Panel, o Options) *watcher {
	p.mustShape()
	s := o.Settings
	w := &watcher{p: p, o: o, base: o.Baseline, classes: make([]class, len(p.Units))}
	if w.base == nil {
		w.base = Fit(p)
	}
	if len(w.base.Priors) != len(p.Units) {
		panic("analytics: a baseline needs one prior for each unit")
	}
	// Three allocations for all units, not four for each.
	waves, lag := len(p.Weeks), s.VolatilityLag+1
	size := waves + 1
	sums := make([]float64, 2*size*len(p.Units))
	indices := make([]int, waves*len(p.Units))
	rings := make([]Volatility, lag*len(p.Units))
	type key struct{ owner, school string }
	index := map[key]int{}
	for i, u := range p.Units {
		k := key{u.Owner, u.School}
		at, ok := index[k]
		if !ok {
			at = len(w.schools)
			index[k] = at
			w.schools = append(w.schools, school{})
		}
		own := sums[2*size*i : 2*size*(i+1)]
		c := &w.classes[i]
		c.school = at
		c.detector.init(w.base.Priors[i], own[:size], own[size:], indices[waves*i:waves*(i+1)], s)
		c.volatility = rings[lag*i : lag*(i+1)]
	}
	w.told = make(map[Alarm]Tier, len(o.Told))
	for _, a := range o.Told {
		w.told[Alarm{Unit: a.Unit, Wave: a.Wave}] = a.Tier
	}
	return w
}

// wave takes wave t into all units and appends what it finds.
func (w *watcher) wave(t int, findings []Finding) []Finding {
	clear(w.schools)
	for i := range w.classes {
		w.observe(t, i)
	}
	for i := range w.classes {
		c := &w.classes[i]
		w.explain(t, c)
		c.m = c.detector.Update(t, c.r, c.w)
		if f, ok := w.decide(t, i); ok {
			findings = append(findings, f)
		}
	}
	return findings
}

// observe reads unit i's cell and adds its residual to its school's.
func (w *watcher) observe(t, i int) {
	c := &w.classes[i]
	if c.alarm != "" && t >= c.raised+w.o.Settings.Term {
		c.alarm = ""
		c.detector.Restart(w.base.Priors[i])
	}
	c.r, c.w = 0, 0
	cell := w.p.Cell(i, t)
	if !cell.usable() {
		return
	}
	c.r = cell.Score.Mean() - w.base.Effects[w.p.Units[i].Band][t]
	c.ordinary = 1 / w.base.Components.precision(cell.Score.N)
	c.w = 1 / (c.slot(t).Kappa(w.o.Settings) * c.ordinary)

	level := c.detector.Level()
	c.residual = Residual{Mean: c.r - level.Mean, Variance: 1/level.Precision + 1/c.w}
	s := &w.schools[c.school]
	s.sum += c.residual.clipped() / c.residual.Variance
	s.precision += 1 / c.residual.Variance
	s.classes++
}

// slot is the place of the volatility after wave t; until that is written it
// still holds the one from VolatilityLag waves before, which is what wave t is
// weighed by.
func (c *class) slot(t int) *Volatility { return &c.volatility[(t+1)%len(c.volatility)] }

// explain takes out of r what happened to the whole school, and learns the
// class's volatility from the rest.
func (w *watcher) explain(t int, c *class) {
	next := c.volatility[t%len(c.volatility)]
	if c.w > 0 {
		s, own := w.schools[c.school], c.residual
		if s.classes > max(w.o.Settings.Siblings, 1) { // itself among them
			precision := s.precision - 1/own.Variance
			mean := (s.sum - own.clipped()/own.Variance) / precision
			c.r -= Shock(mean, 1/precision, w.o.Settings)
		}
		level := c.detector.Level()
		next.Add((c.r - level.Mean) / math.Sqrt(1/level.Precision+c.ordinary))
	}
	*c.slot(t) = next
}

// decide turns evidence into a finding, or replays what was told before From.
func (w *watcher) decide(t, i int) (Finding, bool) {
	c := &w.classes[i]
	tier, threshold := Tier(""), 0.
	switch {
	case t < w.o.From:
		if told, ok := w.told[Alarm{Unit: i, Wave: t}]; ok {
			w.raise(t, c, told)
		}
		return Finding{}, false
	case c.w == 0: // nothing new
	case c.alarm == Act:
	case c.m >= w.act:
		tier, threshold = Act, w.act
	case c.alarm == "" && c.m >= w.notice:
		tier, threshold = Notice, w.notice
	}
	if tier == "" {
		return Finding{}, false
	}
	f := w.finding(t, i)
	f.Tier, f.Threshold, f.Rise = tier, threshold, c.alarm != ""
	f.Rate = w.o.Rate
	if tier == Act {
		f.Rate = ActRate
	}
	f.OneIn = int(math.Round(1 / f.Rate))
	w.raise(t, c, tier)
	return f, true
}

// raise lets an alarm stand, or rise.
func (w *watcher) raise(t int, c *class, tier Tier) {
	if c.alarm == "" {
		c.raised = t
		c.detector.Hold()
	}
	c.alarm = tier
}

// finding fills in what explains M.
func (w *watcher) finding(t, i int) Finding {
	c := &w.classes[i]
	d := &c.detector
	var sum, weight float64
	for k := d.start; k < d.n; k++ {
		precision := d.a[k+1] - d.a[k]
		sum += precision * w.p.Cell(i, d.wave[k]).Score.Mean()
		weight += precision
	}
	fall, v := d.fall(d.start)
	observed := sum / weight
	half := 1.96 * math.Sqrt(v)
	expected := observed + fall
	return Finding{
		Unit: i, Wave: t, Start: d.Start(), Stream: Score,
		Observed: observed, Expected: expected, Low: expected - half, High: expected + half,
		M: c.m, Bound: float64(WavesPerYear(w.o.Rhythm)) / c.m, Options: w.o,
	}
}

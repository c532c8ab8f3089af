package analytics

import (
	"cmp"
	"math"
	"runtime"
	"slices"
	"sync"
)

// Detect returns the findings of a panel, ordered by wave, unit and kind.
//
// Wave by wave, each unit's score is put against its band's effect, its school's
// effect in that wave ([Shock], from its siblings) and its own level; its spread,
// the gap between girls and boys and the single items against what the score
// explains of them; and the evidence of a change is the mixture of all. Level
// and silence are kinds of their own. A unit alarms when the evidence of a kind
// reaches the threshold for the rate chosen; the alarm stands for the settings'
// Term, may rise from Notice to Act, and then the unit starts afresh from its
// prior.
//
// A unit without data, and a panel without units or waves, has no findings. The
// order of units does not matter to what is found. Schools are worked on at the
// same time; the result does not depend on how many.
//
// Detect panics if p or o.Vintages has the wrong shape, and if o has no
// threshold: check what comes from outside with [Panel.Validate] and
// [Options.Validate].
func Detect(p Panel, o Options) []Finding {
	o = o.defaults()
	limits := make(map[Kind]limit, len(Kinds))
	for _, k := range Kinds {
		notice, ok := Threshold(k, o.Rhythm, o.Rate)
		if !ok {
			panic("analytics: no threshold for these options")
		}
		act, _ := Threshold(k, o.Rhythm, ActRate)
		limits[k] = limit{notice: notice, act: max(act, notice)}
	}
	var findings []Finding
	var lock sync.Mutex
	eachSchool(p, o, func(w *watcher) {
		w.limits = limits
		for t := range p.Weeks {
			w.wave(t)
		}
		lock.Lock()
		findings = append(findings, w.findings...)
		lock.Unlock()
	})
	slices.SortFunc(findings, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.Wave, b.Wave), cmp.Compare(a.Unit, b.Unit),
			cmp.Compare(slices.Index(Kinds, a.Kind), slices.Index(Kinds, b.Kind)))
	})
	return findings
}

// Evidence is the evidence of each kind, units × waves, when no alarm interrupts
// it: what thresholds are calibrated on and methods are compared by. It is NaN
// in waves in which a unit has no data.
func Evidence(p Panel, o Options) map[Kind][]float64 {
	o = o.defaults()
	o.From, o.Told = 0, nil
	all := make(map[Kind][]float64, len(Kinds))
	for _, k := range Kinds {
		all[k] = make([]float64, len(p.Cells))
		for i := range all[k] {
			all[k][i] = math.NaN()
		}
	}
	eachSchool(p, o, func(w *watcher) {
		w.evidence = all // schools write to places of their own
		for t := range p.Weeks {
			w.wave(t)
		}
	})
	return all
}

// eachSchool calls do with a watcher of each school, on all processors.
func eachSchool(p Panel, o Options, do func(*watcher)) {
	p.mustShape()
	p = p.cleaned()
	if o.Vintages == nil {
		o.Vintages = Fit(p)
	}
	if len(o.Vintages) != len(p.Weeks) {
		panic("analytics: one vintage for each wave")
	}
	for i := range o.Vintages {
		if len(o.Vintages[i].Model.Items) != len(p.Items) {
			panic("analytics: a vintage of other items than the panel's")
		}
	}
	var schools [][]int
	index := map[string]int{}
	for i, u := range p.Units {
		at, ok := index[u.Key()]
		if !ok {
			at = len(schools)
			index[u.Key()] = at
			schools = append(schools, nil)
		}
		schools[at] = append(schools[at], i)
	}
	told, alarmed := make(map[Alarm]Tier, len(o.Told)), make(map[int]bool, len(o.Told))
	for _, a := range o.Told {
		alarmed[a.Unit] = true
		told[Alarm{Unit: a.Unit, Wave: a.Wave, Kind: a.Kind}] = a.Tier
	}
	next := make(chan []int)
	var wg sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(schools)) {
		wg.Go(func() {
			w := &watcher{p: p, o: o, told: told, alarmed: alarmed}
			for units := range next {
				w.reset(units)
				do(w)
			}
		})
	}
	for _, units := range schools {
		next <- units
	}
	close(next)
	wg.Wait()
}

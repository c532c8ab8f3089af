package analytics

import "math"

// limit is what the evidence of a kind must reach.
type limit struct{ notice, act float64 }

// alarm is what stands of one kind; none if the tier is empty.
type alarm struct {
	tier   Tier
	raised int
}

// replayed tells whether wave t was decided on before, and lets the alarm stand
// that was told in it.
func (w *watcher) replayed(k Kind, t int, u *unit) bool {
	if a := u.alarms[k]; k == KindLevel && a.tier != "" && t >= a.raised+w.o.Settings.Term {
		delete(u.alarms, k)
	}
	if t >= w.o.From {
		return false
	}
	if tier, ok := w.told[Alarm{Unit: u.at, Wave: t, Kind: k}]; ok {
		w.raise(k, t, u, tier)
	}
	return true
}

// decide turns evidence into a finding, if there is any news in it.
func (w *watcher) decide(k Kind, t int, u *unit, m float64, news bool, explain func() Finding) {
	if !news {
		return
	}
	if w.evidence != nil {
		w.evidence[k][u.at*len(w.p.Weeks)+t] = m
		return
	}
	stands, limit := u.alarms[k].tier, w.limits[k]
	tier, threshold := Tier(""), 0.
	switch {
	case stands == Act:
	case m >= limit.act:
		tier, threshold = Act, limit.act
	case stands == "" && m >= limit.notice:
		tier, threshold = Notice, limit.notice
	}
	if tier == "" {
		return
	}
	f := explain()
	f.Unit, f.Wave, f.Kind, f.M = u.at, t, k, m
	f.Tier, f.Threshold, f.Rise = tier, threshold, stands != ""
	f.Rate = w.o.Rate
	if tier == Act {
		f.Rate = ActRate
	}
	if k == KindLevel {
		f.Rate *= LevelShare
	} else {
		f.Bound = float64(WavesPerYear(w.o.Rhythm)) / m
	}
	f.OneIn = int(math.Round(1 / f.Rate))
	f.Options = w.o
	f.Options.Vintages, f.Options.Told = nil, nil
	w.findings = append(w.findings, f)
	w.raise(k, t, u, tier)
}

// raise lets an alarm stand, or rise.
func (w *watcher) raise(k Kind, t int, u *unit, tier Tier) {
	a := u.alarms[k]
	if a.tier == "" {
		a.raised = t
		switch k {
		case KindChange:
			u.detectors.hold()
		case KindSilence:
			u.silence.Hold()
		case KindLevel: // has no start
		}
	}
	a.tier = tier
	u.alarms[k] = a
}

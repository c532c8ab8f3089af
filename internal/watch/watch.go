// Package watch looks at each sealed wave and says which classes, grades and
// schools have changed or stand badly: summaries of the folded counts and what
// was told before in, candidates for the gate out. The raw finding of package
// analytics never leaves it.
//
// What is usual is learned once a wave over all owners ([Learn]) and kept; what
// is found in an owner's wave ([Find]) costs that owner alone.
//
// It must not know any ballot or answer sheet, nor decide what may be told.
package watch

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/folgmed/folgmed/analytics"
	"github.com/folgmed/folgmed/internal/counts"
	"github.com/folgmed/folgmed/internal/disclosure"
	"github.com/folgmed/folgmed/internal/roster"
	"github.com/folgmed/folgmed/internal/wave"
)

// Round is one owner in one wave.
type Round struct {
	Owner  string
	Rhythm int     // weeks between waves: 1, 2 or 4; 0 means 2
	Rate   float64 // false alarms per class and school year in force; 0 means .25
	Wave   uint32  // the wave just folded

	Summaries []counts.Summary // of this owner, by wave: this one and those before it, as far back as is kept
	Usual     []Usual          // of these waves
	// Told are the signals that were released before. A unit stays locked for the
	// term of its own, and what was told is never found again. The same signal may
	// stand here once for each wave in which it stood.
	Told []disclosure.Signal
}

// Find returns the candidates of a round, ordered by school, unit and kind:
// classes, grades and schools that changed in this wave or have stood badly for
// long, classes in which fewer answer, girls or boys of a grade or a school that
// changed, schools in which adults treat pupils worse; and those that were told
// as notice and now rise to act. None is the ordinary answer. It keeps nothing,
// so a round that is repeated says the same.
//
// Severe answers are no finding of a detector; the gate reads them off the
// counts. The error is a rhythm or rate that no thresholds are known for.
func Find(r Round) ([]disclosure.Candidate, error) {
	o := analytics.Options{Rhythm: r.Rhythm, Rate: r.Rate}
	if err := o.Validate(); err != nil {
		return nil, fmt.Errorf("watch owner %s: %w", r.Owner, err)
	}
	classes := r.classes(o)
	candidates := slices.Concat(classes, r.groups(o, classes), r.adults(o))
	slices.SortFunc(candidates, func(a, b disclosure.Candidate) int {
		return cmp.Or(
			cmp.Compare(a.Unit.School, b.Unit.School), cmp.Compare(a.Unit.Level, b.Unit.Level), cmp.Compare(a.Unit.Name, b.Unit.Name),
			cmp.Compare(a.Unit.Group, b.Unit.Group), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Theme, b.Theme))
	})
	return candidates, nil
}

// classes finds what there is to say of classes.
func (r Round) classes(o analytics.Options) []disclosure.Candidate {
	return r.detect(classes(r.Summaries, r.Wave), o, func(u Usual) *analytics.Vintage { return u.Classes })
}

// groups finds what there is to say of grades and schools. Classes that changed
// this school year are left out of them, with all their history: what has happened
// to one class is told of it, and not of its grade too, then or when its own signal
// is over. Of the rest the widest unit tells: while a whole school stands changed,
// its grades and its girls and boys are not told, nor those of a grade that does.
//
// A school has more of these units than classes. They are told at the lowest
// rate, whatever the owner chose for classes, and in one tier.
func (r Round) groups(o analytics.Options, found []disclosure.Candidate) []disclosure.Candidate {
	changed := r.changed(found, uint32(wave.FirstOf(wave.Number(r.Wave).SchoolYear())))
	rest := slices.DeleteFunc(slices.Clone(r.Summaries), func(s counts.Summary) bool {
		name, ok := class(&s)
		return ok && changed[disclosure.Unit{Owner: s.Owner, School: s.School, Level: disclosure.LevelClass, Name: name}]
	})
	p := groups(rest, r.Wave, levels(r.Usual))
	o.Rate = analytics.ActRate
	found = r.detect(p, o, func(u Usual) *analytics.Vintage { return u.Groups })
	for i := range found {
		found[i].Tier = disclosure.Notice
	}
	stands := r.changed(found, r.termBegan())
	return slices.DeleteFunc(found, func(c disclosure.Candidate) bool {
		if c.Kind == disclosure.KindLevel {
			return false
		}
		school := disclosure.Unit{Owner: c.Unit.Owner, School: c.Unit.School, Level: disclosure.LevelSchool}
		all := c.Unit
		all.Group = ""
		return c.Unit != school && stands[school] || c.Unit != all && stands[all]
	})
}

// changed are the units of which a change was found now, or told since a wave.
func (r Round) changed(found []disclosure.Candidate, since uint32) map[disclosure.Unit]bool {
	units := make(map[disclosure.Unit]bool)
	for _, c := range found {
		if c.Kind == disclosure.KindChange {
			units[c.Unit] = true
		}
	}
	for _, s := range r.Told {
		if s.Kind == disclosure.KindChange && s.Raised >= since {
			units[s.Unit] = true
		}
	}
	return units
}

// termBegan is the earliest wave whose signals still stand in this one.
func (r Round) termBegan() uint32 {
	var waves []uint32
	for _, s := range r.Summaries {
		if s.Wave <= r.Wave {
			waves = append(waves, s.Wave)
		}
	}
	slices.Sort(waves)
	waves = slices.Compact(waves)
	if term := analytics.DefaultSettings().Term; len(waves) >= term {
		return waves[len(waves)-term]
	}
	return 0
}

// detect runs the detectors over a panel and turns findings into candidates.
func (r Round) detect(p *panel, o analytics.Options, which func(Usual) *analytics.Vintage) []disclosure.Candidate {
	if !p.endsWith(r.Wave) {
		return nil // nobody answered
	}
	o.Vintages = vintages(p, r.Usual, which)
	o.From = len(p.waves) - 1
	o.Told = p.told(r.Told)
	var candidates []disclosure.Candidate
	for _, f := range analytics.Detect(p.Panel, o) {
		c := disclosure.Candidate{
			Unit:  p.keys[f.Unit].unit,
			Kind:  kinds[f.Kind],
			Theme: theme(f.Stream),
			Tier:  disclosure.Tier(f.Tier),
			Start: p.waves[f.Start],
			OneIn: f.OneIn,
		}
		if c.Unit.Group != "" {
			if f.Kind != analytics.KindChange {
				continue // that girls stand worse than boys is so everywhere
			}
			c.Kind = disclosure.KindGroup
		}
		candidates = append(candidates, c)
	}
	return candidates
}

// kinds are the gate's words for what a finding says.
var kinds = map[analytics.Kind]disclosure.Kind{
	analytics.KindChange: disclosure.KindChange, analytics.KindLevel: disclosure.KindLevel, analytics.KindSilence: disclosure.KindSilence,
}

// theme says what a stream is about. Items are called what they are about.
func theme(s analytics.Stream) string {
	switch s {
	case analytics.Score, analytics.Spread, analytics.Gap, analytics.Low:
		return disclosure.ThemeWellbeing
	case analytics.Silent:
		return disclosure.ThemeFewerAnswering
	default:
		return string(s)
	}
}

// adults finds schools in which more pupils than before, or far more than
// elsewhere, say that adults treat them badly. The gate holds and renews that
// signal, so it is proposed in each wave in which it is so.
func (r Round) adults(o analytics.Options) []disclosure.Candidate {
	p := adults(r.Summaries, r.Wave)
	if !p.endsWith(r.Wave) {
		return nil
	}
	o.Vintages = vintages(p, r.Usual, func(u Usual) *analytics.Vintage { return u.Adults })
	// The item is asked every second wave.
	o.Rhythm = min(2*cmp.Or(o.Rhythm, 2), 4)
	evidence := analytics.Evidence(p.Panel, o)
	var candidates []disclosure.Candidate
	for unit, m := range p.mean(evidence) {
		for _, tier := range []analytics.Tier{analytics.Act, analytics.Notice} {
			rate := cmp.Or(o.Rate, roster.DefaultRate)
			if tier == analytics.Act {
				rate = analytics.ActRate
			}
			if reached(m, o.Rhythm, rate) {
				candidates = append(candidates, disclosure.Candidate{
					Unit: unit, Kind: disclosure.KindAdult, Tier: disclosure.Tier(tier), Start: r.Wave,
					OneIn: int(math.Round(1 / rate)),
				})
				break
			}
		}
	}
	return candidates
}

// mean is the evidence of each unit of the last wave's year. One with several
// questionnaires has as many detectors, and the mean of detectors is one: told by
// any of them, it would be told for nothing as many times as often. One that was
// not asked in the last wave keeps its evidence; where none was asked there is
// nothing to say.
func (p *panel) mean(evidence map[analytics.Kind][]float64) map[disclosure.Unit]map[analytics.Kind]float64 {
	last := len(p.waves) - 1
	year := wave.Number(p.waves[last]).SchoolYear()
	asked, detectors := make(map[disclosure.Unit]bool), make(map[disclosure.Unit]float64)
	means := make(map[disclosure.Unit]map[analytics.Kind]float64)
	for i, k := range p.keys {
		if k.year != year {
			continue
		}
		if means[k.unit] == nil {
			means[k.unit] = make(map[analytics.Kind]float64)
		}
		asked[k.unit] = asked[k.unit] || p.Cell(i, last).Low.N > 0
		detectors[k.unit]++
		for kind, m := range evidence {
			for t := last; t >= 0; t-- {
				if now := m[i*len(p.waves)+t]; !math.IsNaN(now) {
					means[k.unit][kind] += now
					break
				}
			}
		}
	}
	for unit, m := range means {
		if !asked[unit] {
			delete(means, unit)
			continue
		}
		for kind := range m {
			m[kind] /= detectors[unit]
		}
	}
	return means
}

// reached tells whether the evidence that counts have risen, or stand high, is
// enough at a rate.
func reached(m map[analytics.Kind]float64, rhythm int, rate float64) bool {
	for _, kind := range []analytics.Kind{analytics.KindSilence, analytics.KindLevel} {
		if limit, ok := analytics.Threshold(kind, rhythm, rate); ok && m[kind] >= limit {
			return true
		}
	}
	return false
}

// endsWith tells whether somebody answered in wave n.
func (p *panel) endsWith(n uint32) bool { return len(p.waves) > 0 && p.waves[len(p.waves)-1] == n }

// told turns released signals into alarms of the panel, one for each signal, at
// the highest tier it reached.
func (p *panel) told(signals []disclosure.Signal) []analytics.Alarm {
	type key struct {
		unit disclosure.Unit
		kind analytics.Kind
		wave uint32
	}
	tiers := make(map[key]analytics.Tier)
	for _, s := range signals {
		k := key{s.Unit, "", s.Raised}
		for kind, name := range kinds {
			if s.Kind == name {
				k.kind = kind
			}
		}
		if s.Kind == disclosure.KindGroup {
			k.kind = analytics.KindChange
		}
		if k.kind != "" && tiers[k] != analytics.Act {
			tiers[k] = analytics.Tier(s.Tier)
		}
	}
	var alarms []analytics.Alarm
	for i, unit := range p.keys {
		oneTier := unit.unit.Level != disclosure.LevelClass
		for t, n := range p.waves {
			if wave.Number(n).SchoolYear() != unit.year {
				continue
			}
			for _, kind := range analytics.Kinds {
				if tier, ok := tiers[key{unit.unit, kind, n}]; ok {
					if oneTier {
						tier = analytics.Act // and rises no more
					}
					alarms = append(alarms, analytics.Alarm{Unit: i, Wave: t, Kind: kind, Tier: tier})
				}
			}
		}
	}
	return alarms
}

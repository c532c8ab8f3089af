// Package watch looks at each sealed wave of an owner and says which classes
// have changed: counts and what was told before in, candidates for the gate
// out. The raw finding of package analytics never leaves it.
//
// It must not know any ballot or answer sheet, nor decide what may be told.
package watch

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/folgmed/folgmed/analytics"
	"github.com/folgmed/folgmed/internal/counts"
	"github.com/folgmed/folgmed/internal/disclosure"
	"github.com/folgmed/folgmed/internal/roster"
	"github.com/folgmed/folgmed/internal/wave"
	"github.com/folgmed/folgmed/surveys"
)

// Watcher finds what has changed. It keeps nothing between rounds, so a round
// that is repeated says the same, and it may be used by many at once.
type Watcher struct {
	surveys surveys.Set
}

// New returns a watcher of answers to these questionnaires.
func New(set surveys.Set) *Watcher { return &Watcher{surveys: set} }

// Round is one owner at the moment a wave is folded.
type Round struct {
	Owner  roster.Owner
	Wave   uint32       // the wave just folded
	Counts counts.Table // of this owner: the wave and those before it, as far back as is kept
	// Told are the signals that were released before. A class stays locked for
	// the term of its own, and what was told is never found again. The same
	// signal may stand here once for each wave in which it stood.
	Told []disclosure.Signal
}

// Find returns the candidates of a round, ordered by school and class: classes
// that fell in this wave, and those that were told as notice and now rise to
// act. None is the ordinary answer.
//
// Severe answers are no finding of a detector; the gate reads them off the
// counts. The error is a rhythm or rate of the owner that no thresholds are
// known for.
func (w *Watcher) Find(r Round) ([]disclosure.Candidate, error) {
	o := analytics.Options{Rhythm: r.Owner.Rhythm, Rate: r.Owner.Rate}
	if err := o.Validate(); err != nil {
		return nil, fmt.Errorf("watch owner %s: %w", r.Owner.Org, err)
	}
	p := w.panel(r)
	if len(p.waves) == 0 || p.waves[len(p.waves)-1] != r.Wave {
		return nil, nil // nobody answered
	}
	o.From = len(p.waves) - 1
	o.Told = p.told(r.Told)

	var candidates []disclosure.Candidate
	for _, f := range analytics.Detect(p.Panel, o) {
		if f.Kind != analytics.KindChange {
			continue
		}
		candidates = append(candidates, disclosure.Candidate{
			Unit:  p.classes[f.Unit].unit(r.Owner.Org),
			Kind:  disclosure.KindChange,
			Theme: themes[f.Stream],
			Tier:  disclosure.Tier(f.Tier),
			Start: p.waves[f.Start],
			OneIn: f.OneIn,
		})
	}
	slices.SortFunc(candidates, func(a, b disclosure.Candidate) int {
		return cmp.Or(cmp.Compare(a.Unit.School, b.Unit.School), cmp.Compare(a.Unit.Name, b.Unit.Name))
	})
	return candidates, nil
}

// themes say what a stream is about, in the gate's words.
var themes = map[analytics.Stream]string{
	analytics.Score: disclosure.ThemeWellbeing, analytics.Spread: disclosure.ThemeWellbeing, analytics.Gap: disclosure.ThemeWellbeing,
}

// panel is what package analytics sees, and whom its units are.
type panel struct {
	analytics.Panel
	waves   []uint32
	classes []class
	index   map[class]int
}

// class is a class in one school year: next year's 5A are other pupils.
type class struct {
	school, name string
	year         int
}

func (c class) unit(owner string) disclosure.Unit {
	return disclosure.Unit{Owner: owner, School: c.school, Level: disclosure.LevelClass, Name: c.name}
}

// yearApart keeps the weeks of school years apart and in season: a multiple of
// the 38 school weeks that the national effect repeats by.
const yearApart = 2 * 38

// panel lays out the owner's classes over its waves. Bands are questionnaires,
// for only answers to the same questions compare.
func (w *Watcher) panel(r Round) *panel {
	p := &panel{index: make(map[class]int)}
	rhythm := cmp.Or(r.Owner.Rhythm, 2)
	year, ordinal, years := 0, 0, []int(nil)
	for _, n := range r.Counts.Waves() {
		if n > r.Wave {
			break
		}
		if y := wave.Number(n).SchoolYear(); y != year {
			year, ordinal = y, 0
			years = append(years, y)
		}
		p.waves = append(p.waves, n)
		p.Weeks = append(p.Weeks, yearApart*len(years)+ordinal*rhythm)
		ordinal++
	}
	bands := make(map[*surveys.Questionnaire]int)
	for _, y := range years {
		for _, s := range r.Owner.Schools {
			for _, c := range s.Classes {
				q, ok := w.surveys.For(c.Grades)
				if !ok {
					continue // no questionnaire, so no answers
				}
				if _, ok := bands[q]; !ok {
					bands[q] = len(bands)
				}
				key := class{s.Org, c.Name, y}
				p.index[key] = len(p.classes)
				p.classes = append(p.classes, key)
				p.Units = append(p.Units, analytics.Unit{Name: c.Name, School: s.Org, Owner: r.Owner.Org, Band: bands[q]})
			}
		}
	}
	p.Cells = make([]analytics.Cell, len(p.Units)*len(p.waves))
	for i, c := range p.classes {
		for t, n := range p.waves {
			if wave.Number(n).SchoolYear() == c.year {
				*p.Cell(i, t) = analytics.Cell{
					Roster: r.Counts.Roster(n, c.school, c.name),
					Score:  analytics.Composite(r.Counts.Hist(n, c.school, counts.ClassUnit(c.name), counts.All, counts.Score)),
				}
			}
		}
	}
	return p
}

// told turns released signals into alarms of the panel, one for each signal,
// at the highest tier it reached.
func (p *panel) told(signals []disclosure.Signal) []analytics.Alarm {
	type key struct {
		class class
		wave  uint32
	}
	tiers := make(map[key]analytics.Tier)
	for _, s := range signals {
		if s.Kind != disclosure.KindChange || s.Unit.Level != disclosure.LevelClass {
			continue
		}
		k := key{class{s.Unit.School, s.Unit.Name, wave.Number(s.Raised).SchoolYear()}, s.Raised}
		if tiers[k] != analytics.Act {
			tiers[k] = analytics.Tier(s.Tier)
		}
	}
	var alarms []analytics.Alarm
	for k, tier := range tiers {
		unit, known := p.index[k.class]
		at, found := slices.BinarySearch(p.waves, k.wave)
		if known && found {
			alarms = append(alarms, analytics.Alarm{Unit: unit, Wave: at, Kind: analytics.KindChange, Tier: tier})
		}
	}
	return alarms
}

// Package seal turns a sealed wave's counts into its release: which classes were
// asked what, what is found, how the gate reads it. All of it follows from what
// is given; the same again gives the same.
//
// It must not know where counts and releases are stored, nor which step of the
// job is due.
package seal

import (
	"slices"

	"github.com/folgmed/folgmed/internal/counts"
	"github.com/folgmed/folgmed/internal/disclosure"
	"github.com/folgmed/folgmed/internal/roster"
	"github.com/folgmed/folgmed/internal/watch"
	"github.com/folgmed/folgmed/internal/wave"
	"github.com/folgmed/folgmed/surveys"
)

// View is the roster, the waves and the questionnaires as of one moment.
type View struct {
	Roster  roster.Roster
	Plan    *wave.Plan
	Surveys surveys.Set
}

// Classes describes every class that was asked in a wave, or paused. printed is
// how many codes were printed, by school and class.
func (v View) Classes(n wave.Number, printed map[[2]string]int) []counts.Class {
	var all []counts.Class
	asked := newAskedItems(v.Surveys)
	for _, o := range v.Roster.Owners {
		if !slices.Contains(v.Plan.Owners(n), o.Org) {
			continue
		}
		for _, school := range o.Schools {
			for _, c := range school.Classes {
				ask, ok := v.Plan.Ask(school.Org, c.Name, n)
				if !ok {
					continue
				}
				if ask.Paused {
					all = append(all, counts.Class{Owner: o.Org, School: school.Org, Name: c.Name, Grades: c.Grades, Size: c.Size, Paused: true})
					continue
				}
				all = append(all, counts.Class{
					Owner: o.Org, School: school.Org, Name: c.Name, Grades: c.Grades, Size: c.Size,
					Attempt: ask.Attempt, Replaced: max(0, printed[[2]string{school.Org, c.Name}]-c.Size),
					Questionnaire: ask.Questionnaire, Version: ask.Version, Asked: asked.of(ask),
				})
			}
		}
	}
	return all
}

// DetectedFrom is the first wave that the detector looks back on: the last ones
// before the summer, which tell where this year's classes begin.
func DetectedFrom(n wave.Number) uint32 {
	const spring = 16 // weeks before 1 August
	return uint32(max(wave.FirstOf(n.SchoolYear()), spring) - spring)
}

// Round is what is known of one owner in the wave to release.
type Round struct {
	Wave      wave.Number
	Owner     roster.Owner
	Rate      float64               // in force for the wave
	Counts    counts.Table          // of this school year so far
	Summaries []counts.Summary      // from DetectedFrom on
	Usual     []watch.Usual         // of these waves
	Earlier   []disclosure.Released // all that was released before this wave
}

// Release detects and decides what of a wave leaves. Findings go no further than
// here: what comes out is released.
func (v View) Release(r Round) (disclosure.Release, error) {
	found, err := watch.Find(watch.Round{
		Owner: r.Owner.Org, Rhythm: r.Owner.RhythmIn(r.Wave.SchoolYear()), Rate: r.Rate, Wave: uint32(r.Wave),
		Summaries: r.Summaries, Usual: r.Usual, Told: signalsOf(r.Earlier),
	})
	if err != nil {
		return disclosure.Release{}, err
	}
	return disclosure.Gate(v.gateInput(r.Wave, r.Owner, r.Counts, found, r.Earlier))
}

// signalsOf are the signals among released lines, for staff and owner alike.
func signalsOf(released []disclosure.Released) []disclosure.Signal {
	var signals []disclosure.Signal
	for _, r := range released {
		if signal, ok := r.Signal(); ok {
			signals = append(signals, signal)
		}
	}
	return signals
}

package wave

import (
	"time"

	"github.com/folgmed/folgmed/internal/roster"
)

// Pause is a principal's word that a class, or the whole school, is not asked in
// a week; or that it is after all.
type Pause struct {
	ID            string // made by the client: sent twice is said once
	Wave          Number
	Owner, School string
	Class         string // empty: the whole school
	Stands        bool   // false takes an earlier one back
	At            time.Time
	By            string // access person id
}

// Event is what a plan needs to know of one that stands.
func (p Pause) Event() Event {
	return Event{Wave: p.Wave, Step: Paused, School: p.School, Class: p.Class}
}

// PauseRefusal says why a pause can not be said or taken back.
type PauseRefusal string

// The refusals; the list is closed.
const (
	PauseTooLate  PauseRefusal = "too_late"  // the week is upon us
	PauseNotAsked PauseRefusal = "not_asked" // the week is not one in which the class would be asked
	PauseTooMany  PauseRefusal = "too_many"  // figures would rest on too few weeks
)

// PauseRefusals lists them all.
var PauseRefusals = []PauseRefusal{PauseTooLate, PauseNotAsked, PauseTooMany}

// Error says it in words.
func (r PauseRefusal) Error() string {
	switch r {
	case PauseTooLate:
		return "a pause is said before Sunday 18:00, and stands from then on"
	case PauseNotAsked:
		return "nobody is asked in that week"
	default:
		return "a class answers in at least two of three planned weeks"
	}
}

// pauseWeeks is the stretch in which a class may pause at most every third
// survey. Figures of a small unit pool twelve weeks, and who was away in which
// week is known: on a single wave a figure would tell more of each pupil.
const pauseWeeks = 12

// SaidBy is when a pause in the week has to be said, or taken back: so long
// before the wave opens that no server can still believe otherwise.
func (n Number) SaidBy() time.Time { return n.at(-1, 18) }

// Paused reports whether the class is not asked in the wave because its school
// said so.
func (s Snapshot) Paused(school, class string, n Number) bool {
	w, ok := s.waves[n]
	return ok && (w.paused[classKey{school, ""}] || w.paused[classKey{school, class}])
}

// CheckPause says why a pause can not be said, or taken back, or nil. It is of
// the owner's school.
func (p *Plan) CheckPause(o roster.Owner, said Pause, now time.Time) error {
	if !now.Before(said.Wave.SaidBy()) || p.StateFor(o.Org, said.Wave) != StatePlanned {
		return PauseTooLate
	}
	calendar := NewCalendar(o)
	school, ok := o.School(said.School)
	if planned, _ := calendar.Planned(said.Wave); !ok || !planned {
		return PauseNotAsked
	}
	if !said.Stands {
		return nil
	}
	most := max(1, pauseWeeks/max(o.RhythmIn(said.Wave.SchoolYear()), 1)/3)
	known := false
	for _, class := range school.Classes {
		if said.Class != "" && said.Class != class.Name {
			continue
		}
		known = true
		for first := said.Wave - min(said.Wave, pauseWeeks-1); first <= said.Wave; first++ {
			pauses := 0
			for n := first; n < first+pauseWeeks; n++ {
				if n == said.Wave || p.Paused(said.School, class.Name, n) {
					pauses++
				}
			}
			if pauses > most {
				return PauseTooMany
			}
		}
	}
	if !known {
		return PauseNotAsked
	}
	return nil
}

package wave

import (
	"slices"
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
	PauseTooMany  PauseRefusal = "too_many"  // figures would rest on too few surveys
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
		return "of twelve surveys in a row a class is away from one"
	}
}

// pauseApart is how many surveys there are at least from one pause of a class to
// the next. Figures of a small unit pool the surveys of a block, whatever the
// weeks between them, and who was away in each is known: the fewer they rest on,
// the more one pupil's being away tells. With pauses three or six surveys apart
// the attacker names a pupil too often (package attack, W3). So far apart, no
// question that takes turns is passed over twice running either.
const pauseApart = 12

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
	year := p.Year(o, said.Wave.SchoolYear(), now)
	at := slices.IndexFunc(year, func(w Week) bool { return w.Number == said.Wave && w.Asked })
	school, ok := o.School(said.School)
	if !ok || at < 0 {
		return PauseNotAsked
	}
	if !said.Stands {
		return nil
	}
	known := false
	for _, class := range school.Classes {
		if said.Class != "" && said.Class != class.Name {
			continue
		}
		known = true
		for _, other := range year {
			if other.Number == said.Wave || !other.Asked || !p.Paused(said.School, class.Name, other.Number) {
				continue
			}
			first, last := min(other.Ordinal, year[at].Ordinal), max(other.Ordinal, year[at].Ordinal)
			if last-first < pauseApart {
				return PauseTooMany
			}
		}
	}
	if !known {
		return PauseNotAsked
	}
	return nil
}

package wave

import (
	"time"

	"github.com/folgmed/folgmed/internal/roster"
	"github.com/folgmed/folgmed/surveys"
)

// Plan says what each class is asked, from the rosters, the questionnaires and
// the journal as of one moment. It does not change: whoever serves requests
// holds the latest plan and replaces it at every tick.
type Plan struct {
	Snapshot
	classes map[classKey]Ask // what is the same in every wave
}

type classKey struct{ school, class string }

// NewPlan returns the plan as of now. A class whose youngest grade no
// questionnaire covers is never asked.
func NewPlan(r roster.Roster, set surveys.Set, events []Event, now time.Time) *Plan {
	p := &Plan{Snapshot: Fold(events, now), classes: map[classKey]Ask{}}
	for _, o := range r.Owners {
		for _, s := range o.Schools {
			for _, c := range s.Classes {
				q, ok := set.For(c.Grades)
				if !ok {
					continue
				}
				p.classes[classKey{s.Org, c.Name}] = Ask{
					Owner: o.Org, School: s.Org, Class: c.Name,
					Questionnaire: q.ID, Version: q.Version,
					RosterSize: c.Size, Grades: c.Grades,
				}
			}
		}
	}
	return p
}

// Ask returns what the class is asked in the wave, and in which state the wave
// is for the class: planned if it was not opened, or the class pauses. It is
// false if there is no such class.
func (p *Plan) Ask(school, class string, n Number) (Ask, bool) {
	ask, ok := p.classes[classKey{school, class}]
	if !ok {
		return Ask{}, false
	}
	ask.Wave = n
	ask.Attempt = p.AttemptOf(school, class, n)
	ask.Ordinal = p.OrdinalOf(ask.Owner, n)
	ask.State = p.StateFor(ask.Owner, n)
	if p.Paused(school, class, n) {
		ask.Paused, ask.State = true, StatePlanned
	}
	return ask, true
}

package duty

import (
	"slices"
	"time"
)

// PassesOn is the day on which a prompt goes on to whoever is next, the
// principal or the owner, unless it is concluded before; ok is false if nobody
// is.
func (p Prompt) PassesOn(cal Calendar, now time.Time) (day time.Time, ok bool) {
	switch stage := p.Stage(cal, now); {
	case stage == StageStaff:
		return addDays(p.OpenedAt, principalAfter, cal.SchoolDay), true
	case stage == StagePrincipal && p.Grave():
		return addDays(p.OpenedAt, graveOwnerAfter, cal.WorkingDay), true
	case stage == StagePrincipal:
		return addDays(p.OpenedAt, ownerAfter, cal.SchoolDay), true
	default:
		return time.Time{}, false
	}
}

// DecideBy is the day on which the owner begins to count a report as undecided;
// ok is false if there is nothing to decide.
func (r Report) DecideBy(cal Calendar) (day time.Time, ok bool) {
	return addDays(r.OpenedAt, undecidedAfter, cal.WorkingDay), r.Undecided()
}

// The days of a case, Deadline.What.
const (
	GovernorFrom = "governor_from" // from which the county governor can take the matter
	CarryOutBy   = "carry_out_by"  // on which a measure is to be done
	EvaluateBy   = "evaluate_by"   // and evaluated
)

// Deadline is a day that an open case has ahead of it, or behind.
type Deadline struct {
	What    string
	Measure string // id; empty if it is the case's own
	By      []string
	Day     time.Time
}

// Deadlines are those of a case that has not been met: of each measure the day
// it is to be done and the day it is to be evaluated, and the governor's.
func (c Case) Deadlines(cal Calendar) []Deadline {
	if !c.Open() {
		return nil
	}
	var all []Deadline
	if day, ok := c.GovernorDay(cal); ok {
		all = append(all, Deadline{What: GovernorFrom, Day: day})
	}
	for _, m := range c.Measures {
		f := m.Fields()
		add := func(what string, field Field, met bool) {
			if day, ok := ParseDay(f.Get(field)); ok && !met {
				all = append(all, Deadline{What: what, Measure: m.ID, By: f[FieldBy], Day: day})
			}
		}
		add(CarryOutBy, FieldTo, len(m.CarriedOut) > 0)
		add(EvaluateBy, FieldEvaluateOn, slices.ContainsFunc(m.Evaluations, func(e Entry) bool {
			return e.Body.Fields.Get(FieldOn) >= f.Get(FieldEvaluateOn)
		}))
	}
	return all
}

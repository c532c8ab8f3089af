package duty

import "time"

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

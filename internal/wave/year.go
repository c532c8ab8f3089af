package wave

import (
	"time"

	"github.com/folgmed/folgmed/internal/roster"
)

// Missed is the reason of a week that was planned and passed without a wave.
const Missed Reason = "missed"

// Week is a week of an owner's school year.
type Week struct {
	Number  Number
	Asked   bool // it was opened, or it is planned
	Why     Reason
	State   State
	Ordinal int // surveys before it in the school year: the place in the rotation
}

// Year lists the weeks of the owner's school year that begins in the autumn of
// that calendar year, as they were, and as they are planned from now on.
func (p *Plan) Year(o roster.Owner, autumn int, now time.Time) []Week {
	calendar := NewCalendar(o)
	term := calendar.year(autumn).term
	var weeks []Week
	ordinal := 0
	for n := term.from.wave(); n <= term.to.wave(); n++ {
		week := Week{Number: n, State: p.StateFor(o.Org, n), Ordinal: ordinal}
		week.Asked, week.Why = calendar.Planned(n)
		switch {
		case week.State != StatePlanned:
			week.Asked, week.Why = true, Asked
		case week.Asked && !now.Before(n.Closes()):
			week.Asked, week.Why = false, Missed
		}
		if week.Asked {
			ordinal++
		}
		weeks = append(weeks, week)
	}
	return weeks
}

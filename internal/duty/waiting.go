package duty

import (
	"time"

	"github.com/folgmed/folgmed/internal/disclosure"
)

// Standing is the kind of a prompt to look out for a unit that is too small for
// the survey to say anything of.
const Standing disclosure.Kind = "standing"

// gravePrompt are the kinds that go on in holidays, are the principal's from
// the first day, and are never put aside.
var gravePrompt = map[disclosure.Kind]bool{disclosure.KindSevere: true, disclosure.KindAdult: true}

// Stage is who has to see to it that a prompt is concluded.
type Stage string

// The stages. Opening a prompt stops nothing: they run on not concluded.
const (
	Resting        Stage = ""      // concluded, or put aside
	StageStaff     Stage = "staff" // the class's
	StagePrincipal Stage = "principal"
	StageOwner     Stage = "owner" // as a count
)

// How many school days, or of what is grave working days, a prompt waits
// before it is the principal's and the owner's. A wave is sealed in the evening:
// the principal has all of the next working day for what is grave, and it is the
// owner's from the one after that.
const (
	principalAfter  = 5
	ownerAfter      = 10
	graveOwnerAfter = 2
)

// Stage returns who has to see to it now.
func (p Prompt) Stage(cal Calendar, now time.Time) Stage {
	if !p.Open() || p.Muted(now) {
		return Resting
	}
	if p.Grave() {
		if countDays(p.OpenedAt, now, cal.WorkingDay) >= graveOwnerAfter {
			return StageOwner
		}
		return StagePrincipal
	}
	switch days := countDays(p.OpenedAt, now, cal.SchoolDay); {
	case days >= ownerAfter:
		return StageOwner
	case days >= principalAfter:
		return StagePrincipal
	default:
		return StageStaff
	}
}

// Grave says whether the prompt is the principal's from the first day, goes on
// in holidays, and is never put aside.
func (p Prompt) Grave() bool { return gravePrompt[p.Kind] }

// Muted says whether the prompt is put aside today.
func (p Prompt) Muted(now time.Time) bool { return p.MutedUntil != "" && DayOf(now) <= p.MutedUntil }

// Waiting is how much of one school waits for longer than it should: all that
// its owner sees of it.
type Waiting struct {
	Prompts int // not concluded after ten school days; what is grave, after one working day
	Reports int // undecided after two working days
}

// WaitingAt counts what waits at one school.
func WaitingAt(events []Event, school string, cal Calendar, now time.Time) Waiting {
	var w Waiting
	for _, p := range Prompts(events) {
		if p.Unit.School == school && p.Stage(cal, now) == StageOwner {
			w.Prompts++
		}
	}
	for _, r := range Reports(events) {
		if r.School == school && r.Overdue(cal, now) {
			w.Reports++
		}
	}
	return w
}

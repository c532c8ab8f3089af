// Package wave knows when a class is asked what: it plans waves from each
// owner's calendar, and opens, closes and seals them by the clock, or in a
// rehearsal by command.
//
// It must not know any answer, code or ballot.
package wave

import "time"

// Number counts weeks since a fixed Monday (Epoch), the same for all owners.
type Number uint32

// Epoch is the Monday of wave 0: 1 January 2024 in Oslo.
var Epoch = time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)

// Step is what has happened to a wave. Steps are events; a wave's State is
// their fold.
type Step string

// The steps of a wave, in order (DESIGN §4, Waves).
const (
	Opened   Step = "opened"   // per owner: issue and cast
	Paused   Step = "paused"   // per class or school, before it opens: not asked
	Voided   Step = "voided"   // per class: what it answered so far is not counted, it answers anew
	Closed   Step = "closed"   // per installation: cast only
	Sealed   Step = "sealed"   // no ballot is counted any more
	Moved    Step = "moved"    // the answers stand apart, ready to fold
	Folded   Step = "folded"   // counts are written
	Released Step = "released" // the release and its prompts are written, answers dropped
)

// State is the state of a wave for whoever asks.
type State string

// The states of a wave.
const (
	StatePlanned  State = "planned"  // not yet open
	StateOpen     State = "open"     // codes are honoured, ballots counted
	StateClosed   State = "closed"   // ballots counted only
	StateSealed   State = "sealed"   // being folded: ask again later
	StateReleased State = "released" // done
)

// Event is one step of one wave, appended to the journal. Its ID is a hash of
// what it is about and the step, so appending it twice is appending it once.
type Event struct {
	ID            string
	Wave          Number
	Owner         string // organisation number for Opened, else empty
	School, Class string // Voided and Paused only
	Step          Step
	At            time.Time
	Closes        time.Time // Opened only: when issue ends by itself
}

// Stand is what the journal says of a wave to someone who stores ballots of it:
// its latest step of the whole installation, none while it is open, and whose
// first attempt is voided, by school and class.
type Stand struct {
	Step   Step
	Voided map[[2]string]bool
}

// Sealed tells whether no ballot is counted any more.
func (s Stand) Sealed() bool { return s.Step != "" && s.Step != Opened && s.Step != Closed }

// Counts tells whether ballots of that attempt of the class are counted, if any
// are.
func (s Stand) Counts(school, class string, attempt uint8) bool {
	return attempt == attemptOf(s.Voided[[2]string{school, class}])
}

// attemptOf is the attempt that counts.
func attemptOf(voided bool) uint8 {
	if voided {
		return Attempts
	}
	return 1
}

// Ask is what one class is asked in one wave.
type Ask struct {
	Owner, School, Class string
	Wave                 Number
	Questionnaire        string
	Version              int
	Ordinal              int // planned waves of the owner earlier in this school year
	Attempt              uint8
	Paused               bool // the school said so, and State is planned
	State                State
	RosterSize           int
	Grades               []int
}

package wave

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"time"
)

// Attempts is how many times a class can be asked in one wave: the first
// attempt may be voided, once, and then the second is the one that counts.
const Attempts = 2

// VoidReason says why a class's first attempt was voided. It is one of a list,
// so that nothing can be written about a pupil.
type VoidReason string

// The reasons; the list is closed.
const (
	Prank      VoidReason = "prank"       // answered as a joke
	WrongClass VoidReason = "wrong_class" // another class answered with these codes
	Disturbed  VoidReason = "disturbed"   // something went wrong in the room
)

// VoidReasons lists them all.
var VoidReasons = []VoidReason{Prank, WrongClass, Disturbed}

// Void is a principal's word that a class's first attempt shall not be counted.
type Void struct {
	ID            string
	Wave          Number
	School, Class string
	At            time.Time
	By            string // access person id
	Reason        VoidReason
}

// NewVoid makes one. Its id is a hash of the class and wave, so that two who
// void the same attempt void it once.
func NewVoid(ask Ask, reason VoidReason, by string, at time.Time) Void {
	sum := sha256.Sum256(fmt.Appendf(nil, "folgmed void v1\n%d\n%s\n%s", ask.Wave, ask.School, ask.Class))
	return Void{
		ID: hex.EncodeToString(sum[:16]), Wave: ask.Wave, School: ask.School, Class: ask.Class,
		At: at, By: by, Reason: reason,
	}
}

// Event is what a plan needs to know of it.
func (v Void) Event() Event {
	return Event{Wave: v.Wave, Step: Voided, School: v.School, Class: v.Class}
}

// VoidRefusal says why an attempt can not be voided.
type VoidRefusal string

// The refusals; the list is closed.
const (
	VoidBadReason VoidRefusal = "bad_reason" // not one of VoidReasons
	VoidTwice     VoidRefusal = "twice"      // the class answers anew already
	VoidTooEarly  VoidRefusal = "too_early"  // the wave is not open for the class
	VoidTooLate   VoidRefusal = "too_late"   // no one can answer anew
)

// Error says it in words.
func (r VoidRefusal) Error() string {
	switch r {
	case VoidBadReason:
		return fmt.Sprintf("give one of the reasons %v", VoidReasons)
	case VoidTwice:
		return "the class answers anew already, and answers are set aside once a wave"
	case VoidTooEarly:
		return "the class is not asked now: there is nothing to set aside"
	case VoidTooLate:
		return "the wave is no longer open, so the class could not answer anew: its answers stand"
	default:
		panic("wave: unknown refusal " + string(r))
	}
}

// CheckVoid returns a VoidRefusal, or nil if the first attempt of a class may
// be voided. It may while the wave is open: after that the class could not
// answer anew, and to void would be to silence it.
func CheckVoid(ask Ask, reason VoidReason) error {
	switch {
	case !slices.Contains(VoidReasons, reason):
		return VoidBadReason
	case ask.State == StatePlanned:
		return VoidTooEarly
	case ask.State != StateOpen:
		return VoidTooLate
	case ask.Attempt >= Attempts:
		return VoidTwice
	default:
		return nil
	}
}

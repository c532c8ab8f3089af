package roster

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// Rhythms are the weeks between surveys that an owner may choose among.
var Rhythms = []int{1, 2, 4}

// RhythmChoice is an owner's choice of a rhythm. It acts from the beginning of a
// school year: the blocks of figures and the turns of the questions are counted
// from there, and weeks that were cut into blocks in two ways would tell what
// lies between the cuts (ANONYMITY §4).
type RhythmChoice struct {
	ID    string // made by the client: sent twice is one choice
	Owner string // organisation number
	Weeks int
	From  int // the autumn of the school year from which it acts
	At    time.Time
	By    string // person id
}

// NewRhythmChoice is the choice of a rhythm from a school year on. The error
// names the rhythms there are.
func NewRhythmChoice(id, owner string, weeks, from int, at time.Time, by string) (RhythmChoice, error) {
	if !slices.Contains(Rhythms, weeks) {
		return RhythmChoice{}, fmt.Errorf("%d is not one of %v weeks between surveys", weeks, Rhythms)
	}
	return RhythmChoice{ID: id, Owner: owner, Weeks: weeks, From: from, At: at, By: by}, nil
}

// RhythmIn is how many weeks there are between the owner's surveys in the school
// year that begins in that autumn: the latest of the choices that act by then,
// else what the roster began with.
func (o Owner) RhythmIn(autumn int) int {
	latest := RhythmChoice{Weeks: o.Rhythm}
	for _, c := range o.RhythmChoices {
		if c.From <= autumn && c.after(latest) {
			latest = c
		}
	}
	return latest.Weeks
}

func (c RhythmChoice) after(b RhythmChoice) bool {
	return cmp.Or(cmp.Compare(c.From, b.From), c.At.Compare(b.At), cmp.Compare(c.ID, b.ID)) > 0
}

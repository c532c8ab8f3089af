package notify

import (
	"cmp"
	"slices"
	"time"
)

// Outcome is what became of a letter; the list is closed.
type Outcome string

// Sending is the line before each letter; the others are what became of it.
const (
	Sending     Outcome = "sending"
	Told        Outcome = "told"        // the mail server has it
	ToldAgain   Outcome = "told_again"  // and may have had it before: we fell between sending and writing it down
	Delayed     Outcome = "delayed"     // the mail server asks us to come again later with this one
	Refused     Outcome = "refused"     // it will not have letters to that address
	Unreachable Outcome = "unreachable" // it was not to be reached, or would not let us in
)

// Outcomes lists what can become of a letter.
var Outcomes = []Outcome{Told, ToldAgain, Delayed, Refused, Unreachable}

// NotTaken is a letter that the mail server has not taken.
type NotTaken struct {
	Outcome Outcome // Delayed, Refused or Unreachable
	Said    string  // by the mail server
}

func (e *NotTaken) Error() string { return string(e.Outcome) + ": " + e.Said }

// Line is one line of the told-log: a letter's beginning or its end.
type Line struct {
	ID     string
	Mail   string // what its lines have in common
	At     time.Time
	Owner  string
	Person string
	Step   Outcome
	Items  []string // what the letter is about, by Item.Key
	Digest bool     // it was the day's digest
	Said   string   // by the mail server that did not take it
}

// told is what the log says of one person.
type told struct {
	items  map[string]bool // that have reached the mail server
	doubt  map[string]bool // that may have: a letter was begun, and nobody knows its end
	digest time.Time       // the latest that was told
	last   Line            // the latest end of a letter
	tries  int             // in vain since the last that was told
}

// fold reads a log, in any order and each line any number of times, by person.
func fold(lines []Line) map[string]*told {
	lines = slices.Clone(lines)
	slices.SortFunc(lines, func(a, b Line) int {
		return cmp.Or(a.At.Compare(b.At), rank(a.Step)-rank(b.Step), cmp.Compare(a.ID, b.ID))
	})
	ended := map[string]bool{}
	for _, l := range lines {
		ended[l.Mail] = ended[l.Mail] || l.Step != Sending
	}
	all := map[string]*told{}
	seen := map[string]bool{}
	for _, l := range lines {
		if seen[l.ID] {
			continue
		}
		seen[l.ID] = true
		if all[l.Person] == nil {
			all[l.Person] = &told{items: map[string]bool{}, doubt: map[string]bool{}}
		}
		all[l.Person].add(l, ended[l.Mail])
	}
	return all
}

// rank puts the beginning of a letter before its end in the same moment.
func rank(o Outcome) int {
	if o == Sending {
		return 0
	}
	return 1
}

func (t *told) add(l Line, ended bool) {
	switch l.Step {
	case Sending:
		for _, item := range l.Items {
			t.doubt[item] = t.doubt[item] || !ended
		}
		return
	case Told, ToldAgain:
		for _, item := range l.Items {
			t.items[item] = true
		}
		if l.Digest {
			t.digest = l.At
		}
		t.tries = 0
	case Delayed, Refused:
		t.tries++
	case Unreachable: // says nothing about the person
		return
	}
	t.last = l
}

// rests says whether the person's address is left in peace: for a while if the
// mail server asked for it, and until the next morning if it refused.
func (t *told) rests(now time.Time) bool {
	switch t.last.Step {
	case Delayed:
		return now.Before(t.last.At.Add(pause(t.tries - 1)))
	case Refused:
		return now.Before(morning(t.last.At.AddDate(0, 0, 1)))
	default:
		return false
	}
}

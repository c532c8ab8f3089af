package wave

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/folgmed/folgmed/internal/roster"
)

// maxOpen is how many waves count ballots at the same time: this week's, and
// last week's until it is sealed.
const maxOpen = 2

// ErrNotRehearsal is the answer to any command where the clock alone moves the
// waves.
var ErrNotRehearsal = errors.New("waves open, close and seal by the clock here; commands are for an installation started with --rehearsal")

// Control holds all that decides whether a wave moves. Its methods change
// nothing: they return the events that should be appended to the journal.
type Control struct {
	Events    []Event
	Roster    roster.Roster
	Now       time.Time
	Rehearsal bool
}

// Due returns what the clock says should have happened by now and has not, in
// the order it is to be appended. Appending it and asking again gives nothing.
//
// A wave is opened for each owner whose calendar plans it, from Monday 00:00 to
// Thursday 18:00; a week that passed unopened is not opened afterwards. It is
// closed when it is closed for every owner, and sealed at its moment, after all
// earlier ones. In a rehearsal waves are opened by command only, and one that
// was opened without an end is closed and sealed by command only.
func (c Control) Due() []Event {
	s := Fold(c.Events, c.Now)
	open := s.Open()
	var due []Event
	for _, n := range open {
		if s.State(n) == StateClosed && !s.Done(n, Closed) {
			due = append(due, event(n, "", Closed, c.Now))
		}
	}
	for len(open) > 0 && s.State(open[0]) == StateClosed && s.byClock(open[0]) && !c.Now.Before(open[0].Seals()) {
		due = append(due, event(open[0], "", Sealed, c.Now))
		open = open[1:]
	}

	n := NumberOf(c.Now)
	if c.Rehearsal || !c.Now.Before(n.Closes()) || !s.roomFor(n, open) {
		return due
	}
	for _, o := range c.Roster.Owners {
		if slices.Contains(s.Owners(n), o.Org) {
			continue
		}
		if planned, _ := NewCalendar(o).Planned(n); planned {
			due = append(due, opened(n, o.Org, c.Now, n.Closes()))
		}
	}
	return due
}

// byClock reports whether every owner's end of the wave was set when it was
// opened.
func (s Snapshot) byClock(n Number) bool {
	for _, closes := range s.waves[n].opened {
		if closes.IsZero() {
			return false
		}
	}
	return true
}

// roomFor reports whether the wave may be opened, or opened for further
// owners, with these waves open.
func (s Snapshot) roomFor(n Number, open []Number) bool {
	if s.State(n) != StatePlanned && s.State(n) != StateOpen {
		return false
	}
	return slices.Contains(open, n) || len(open) < maxOpen
}

// CommandOpen opens a wave for owners, in a rehearsal only. It stays open until
// closes, or until CommandClose if closes is zero. Owners that it is open for
// already are passed over.
//
// It fails on an unknown owner, on a wave that was closed or sealed, on one
// before a sealed wave, and where two others are open.
func (c Control) CommandOpen(n Number, owners []string, closes time.Time) ([]Event, error) {
	s, err := c.rehearse(n, "open")
	if err != nil {
		return nil, err
	}
	switch s.State(n) {
	case StatePlanned, StateOpen:
	default:
		return nil, fmt.Errorf("open wave %d: it is %s, and a wave opens once; take a later one", n, s.State(n))
	}
	if later, ok := s.sealedAfter(n); ok {
		return nil, fmt.Errorf("open wave %d: wave %d is sealed, and no earlier one opens after that; take one after %d", n, later, later)
	}
	if open := s.Open(); !s.roomFor(n, open) {
		return nil, fmt.Errorf("open wave %d: waves %d and %d are open, and at most two can be; seal wave %d first", n, open[0], open[1], open[0])
	}
	if !closes.IsZero() && !c.Now.Before(closes) {
		return nil, fmt.Errorf("open wave %d: it would have closed %s already", n, closes.In(Oslo).Format("2006-01-02 15:04"))
	}
	var events []Event
	for _, owner := range owners {
		if _, ok := c.Roster.Owner(owner); !ok {
			return nil, fmt.Errorf("open wave %d: no owner %s in the roster", n, owner)
		}
		if s.StateFor(owner, n) == StatePlanned {
			events = append(events, opened(n, owner, c.Now, closes))
		}
	}
	return events, nil
}

// CommandClose ends issue in a wave, in a rehearsal only. A wave that is closed
// already gives no events. It fails on a wave that was never opened.
func (c Control) CommandClose(n Number) ([]Event, error) {
	s, err := c.rehearse(n, "close")
	if err != nil {
		return nil, err
	}
	if s.State(n) == StatePlanned {
		return nil, fmt.Errorf("close wave %d: it was never opened", n)
	}
	if s.Done(n, Closed) || s.waves[n].sealed() {
		return nil, nil
	}
	return []Event{event(n, "", Closed, c.Now)}, nil
}

// CommandSeal ends the counting of a wave, and closes it where it was still
// open, in a rehearsal only. A wave that is sealed already gives no events. It
// fails on a wave that was never opened, and where an earlier one is not sealed.
func (c Control) CommandSeal(n Number) ([]Event, error) {
	s, err := c.rehearse(n, "seal")
	if err != nil {
		return nil, err
	}
	if s.State(n) == StatePlanned {
		return nil, fmt.Errorf("seal wave %d: it was never opened", n)
	}
	if s.waves[n].sealed() {
		return nil, nil
	}
	if first := s.Open()[0]; first < n {
		return nil, fmt.Errorf("seal wave %d: wave %d is still open; seal it first", n, first)
	}
	var events []Event
	if !s.Done(n, Closed) {
		events = append(events, event(n, "", Closed, c.Now))
	}
	return append(events, event(n, "", Sealed, c.Now)), nil
}

// rehearse folds the journal for a command, which only a rehearsal takes.
func (c Control) rehearse(n Number, what string) (Snapshot, error) {
	if !c.Rehearsal {
		return Snapshot{}, fmt.Errorf("%s wave %d: %w", what, n, ErrNotRehearsal)
	}
	return Fold(c.Events, c.Now), nil
}

// sealedAfter returns the first sealed wave after n.
func (s Snapshot) sealedAfter(n Number) (Number, bool) {
	first, found := Number(0), false
	for m, w := range s.waves {
		if m > n && w.sealed() && (!found || m < first) {
			first, found = m, true
		}
	}
	return first, found
}

// NewEvent is a step of the whole installation: what the job appends when it
// has moved, folded and released a wave.
func NewEvent(n Number, step Step, at time.Time) Event { return event(n, "", step, at) }

func opened(n Number, owner string, at, closes time.Time) Event {
	e := event(n, owner, Opened, at)
	e.Closes = closes
	return e
}

// event makes an event whose id is a hash of what it says, so that writing it
// twice, here or on another server, is writing it once.
func event(n Number, owner string, step Step, at time.Time) Event {
	sum := sha256.Sum256(fmt.Appendf(nil, "folgmed wave event v1\n%d\n%s\n%s", n, owner, step))
	return Event{ID: hex.EncodeToString(sum[:16]), Wave: n, Owner: owner, Step: step, At: at}
}

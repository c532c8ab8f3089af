package wave

import (
	"maps"
	"slices"
	"time"
)

// Snapshot is what the events of the journal say at one moment. It does not
// change. The order of the events and repeats of them make no difference.
type Snapshot struct {
	now   time.Time
	waves map[Number]*record
}

// record is the fold of one wave's events.
type record struct {
	year   int                  // school year
	opened map[string]time.Time // owner → when issue ends; zero: by command only
	steps  map[Step]bool
	voided map[classKey]bool // classes that answer anew
	paused map[classKey]bool // classes, or schools under an empty name
}

// Fold reads the journal as of now.
func Fold(events []Event, now time.Time) Snapshot {
	s := Snapshot{now: now, waves: map[Number]*record{}}
	for _, e := range events {
		w := s.waves[e.Wave]
		if w == nil {
			w = &record{
				year: e.Wave.SchoolYear(), opened: map[string]time.Time{}, steps: map[Step]bool{}, voided: map[classKey]bool{}, paused: map[classKey]bool{},
			}
			s.waves[e.Wave] = w
		}
		switch e.Step {
		case Voided:
			w.voided[classKey{e.School, e.Class}] = true
		case Paused:
			w.paused[classKey{e.School, e.Class}] = true
		case Opened:
			w.steps[e.Step] = true
			// Two servers that open the same wave write one event with one time to
			// close; should they differ, the later one counts.
			if before, twice := w.opened[e.Owner]; !twice || before.Before(e.Closes) {
				w.opened[e.Owner] = e.Closes
			}
		default:
			w.steps[e.Step] = true
		}
	}
	return s
}

// State is the state of the wave for the whole installation: open while it is
// open for any owner.
func (s Snapshot) State(n Number) State {
	w, ok := s.waves[n]
	if !ok {
		return StatePlanned
	}
	if state, done := w.past(); done {
		return state
	}
	if len(w.opened) == 0 {
		return StatePlanned
	}
	for _, closes := range w.opened {
		if stillOpen(closes, s.now) {
			return StateOpen
		}
	}
	return StateClosed
}

// StateFor is the state of the wave for one owner: planned if that owner's
// classes were not asked in it.
func (s Snapshot) StateFor(owner string, n Number) State {
	w, ok := s.waves[n]
	if !ok {
		return StatePlanned
	}
	closes, opened := w.opened[owner]
	if !opened {
		return StatePlanned
	}
	if state, done := w.past(); done {
		return state
	}
	if stillOpen(closes, s.now) {
		return StateOpen
	}
	return StateClosed
}

// past is the state that the installation's own steps give, if there are any.
func (w *record) past() (State, bool) {
	switch {
	case w.steps[Released]:
		return StateReleased, true
	case w.steps[Sealed]:
		return StateSealed, true
	case w.steps[Closed]:
		return StateClosed, true
	default:
		return StatePlanned, false
	}
}

// sealed reports whether no ballot of the wave is counted any more.
func (w *record) sealed() bool {
	return w.steps[Sealed]
}

// stillOpen reports whether issue goes on. A wave that was opened by command
// without an end goes on until a command closes it.
func stillOpen(closes, now time.Time) bool { return closes.IsZero() || now.Before(closes) }

// Open lists the waves whose ballots are counted, open or closed, in order.
// There are at most two.
func (s Snapshot) Open() []Number {
	var open []Number
	for n, w := range s.waves {
		if len(w.opened) > 0 && !w.sealed() {
			open = append(open, n)
		}
	}
	slices.Sort(open)
	return open
}

// Unreleased lists the waves that were sealed but not released, in order: what
// the job has still to move, fold and release.
func (s Snapshot) Unreleased() []Number {
	var waiting []Number
	for n, w := range s.waves {
		if w.sealed() && !w.steps[Released] {
			waiting = append(waiting, n)
		}
	}
	slices.Sort(waiting)
	return waiting
}

// Done reports whether the wave has taken that step.
func (s Snapshot) Done(n Number, step Step) bool {
	w, ok := s.waves[n]
	return ok && w.steps[step]
}

// AttemptOf is the attempt of a class that counts in the wave.
func (s Snapshot) AttemptOf(school, class string, n Number) uint8 {
	w, ok := s.waves[n]
	return attemptOf(ok && w.voided[classKey{school, class}])
}

// Owners lists the owners whose classes were asked in the wave, sorted.
func (s Snapshot) Owners(n Number) []string {
	w, ok := s.waves[n]
	if !ok {
		return nil
	}
	return slices.Sorted(maps.Keys(w.opened))
}

// WavesOf lists the waves that were opened for the owner, in order.
func (s Snapshot) WavesOf(owner string) []Number {
	var waves []Number
	for n, w := range s.waves {
		if _, opened := w.opened[owner]; opened {
			waves = append(waves, n)
		}
	}
	slices.Sort(waves)
	return waves
}

// OrdinalOf counts the waves that were opened for the owner earlier in the same
// school year: the place of n in the rotation, from 0.
func (s Snapshot) OrdinalOf(owner string, n Number) int {
	ordinal, year := 0, n.SchoolYear()
	for m, w := range s.waves {
		if _, opened := w.opened[owner]; opened && m < n && w.year == year {
			ordinal++
		}
	}
	return ordinal
}

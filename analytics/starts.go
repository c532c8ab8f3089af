package analytics

import "math"

// starts are the weeks in which a change may have begun: the last Window waves
// of a unit, and the first one that may be one at all, for what came slowly.
//
// A wave may be a start if Before waves lie before it: a change needs something
// to have changed from, else a unit that was always low would be told as one
// that fell. Detectors of several streams of one unit stay aligned because each
// counts every wave of the unit, with data of its own or without.
type starts struct {
	before int
	slots  []int // week of the start in each slot; the first slot keeps the first start
	seen   int   // waves so far
	opened int   // starts so far
	held   bool

	// skip leaves out starts before this one, but the first: they will have left
	// the window by the time that anyone asks.
	skip int
}

// dead is the week of a start that is left out.
const dead = math.MinInt

func newStarts(s Settings) starts {
	if s.Window < 1 || s.MinWaves < 0 {
		panic("analytics: a detector needs at least one start")
	}
	return starts{before: s.MinWaves, slots: make([]int, s.Window+1)}
}

// next counts a wave and returns the slot of the start that it is, -1 if it is
// none.
func (s *starts) next(week int) int {
	s.seen++
	if s.held || s.seen <= s.before {
		return -1
	}
	slot := s.opened
	if window := len(s.slots) - 1; slot > window {
		slot = 1 + (s.opened-1)%window
	}
	s.opened++
	if k := s.opened - 1; k > 0 && k < s.skip {
		s.slots[slot] = dead
		return -1
	}
	s.slots[slot] = week
	return slot
}

// Starts is the number of starts that are looked back on, 0 to Window + 1; they
// are counted from 0, in no order.
func (s *starts) Starts() int { return min(s.opened, len(s.slots)) }

// Start is the week of start i.
func (s *starts) Start(i int) int { return s.slots[i] }

// Hold lets no wave from now on be a start, so that what comes later is
// compared with the time before the change and never becomes its own reference.
func (s *starts) Hold() { s.held = true }

// restart forgets all waves.
func (s *starts) restart() { s.seen, s.opened, s.held, s.skip = 0, 0, false, 0 }

package attack

import (
	"encoding/binary"
	"slices"
)

// sum is a number of counts, known to add up to between low and high.
type sum struct {
	of        []int
	low, high int
}

// ledger is what is known of whole counts: each by itself, and sums of them.
// guess is a table that fits, to begin from.
type ledger struct {
	low, high, guess []int
	sums             []sum
}

// mostSteps is after how many steps the solver gives up. What it then does not
// know is counted, and taken for possible.
const mostSteps = 20000

// possible tells whether some counts can add up to v. It is exact: it looks for
// a table of whole counts until it has found one or has shown that there is none,
// unless that takes too long (sure is false).
//
// Counts that are in the same sums are one: whole numbers between bounds add up
// to every whole number between the bounds of their sum. What no chain of sums
// joins to the question is left out.
func (l *ledger) possible(of []int, v int) (yes, sure bool) {
	lines := l.joined(of)
	lines = append(lines, sum{of, v, v})
	s := &search{steps: mostSteps}
	at := make(map[string]int)
	for i := range l.low {
		var in []byte
		for k, line := range lines {
			if slices.Contains(line.of, i) {
				in = binary.AppendUvarint(in, uint64(k))
			}
		}
		if len(in) == 0 {
			continue
		}
		x, known := at[string(in)]
		if !known {
			x = len(s.guess)
			at[string(in)] = x
			s.low, s.high, s.guess = append(s.low, 0), append(s.high, 0), append(s.guess, 0)
		}
		s.low[x], s.high[x], s.guess[x] = s.low[x]+l.low[i], s.high[x]+l.high[i], s.guess[x]+l.guess[i]
	}
	for k, line := range lines {
		merged := sum{low: line.low, high: line.high}
		for in, x := range at {
			if holds([]byte(in), uint64(k)) {
				merged.of = append(merged.of, x)
			}
		}
		slices.Sort(merged.of)
		s.sums = append(s.sums, merged)
	}
	yes = s.solve(s.low, s.high)
	return yes || s.steps <= 0, s.steps > 0
}

func holds(in []byte, k uint64) bool {
	for len(in) > 0 {
		x, n := binary.Uvarint(in)
		if x == k {
			return true
		}
		in = in[n:]
	}
	return false
}

// joined are the sums that have to do with some counts, through others.
func (l *ledger) joined(of []int) []sum {
	near := make([]bool, len(l.low))
	for _, i := range of {
		near[i] = true
	}
	taken := make([]bool, len(l.sums))
	var lines []sum
	for again := true; again; {
		again = false
		for k, line := range l.sums {
			if taken[k] || !slices.ContainsFunc(line.of, func(i int) bool { return near[i] }) {
				continue
			}
			taken[k], again = true, true
			lines = append(lines, line)
			for _, i := range line.of {
				near[i] = true
			}
		}
	}
	return lines
}

// search is for one table.
type search struct {
	low, high, guess []int
	sums             []sum
	steps            int
}

// solve narrows bounds by every sum until nothing moves; then it parts the
// count with the fewest values left, around its guess.
func (s *search) solve(low, high []int) bool {
	if s.steps--; s.steps <= 0 || !s.narrow(low, high) {
		return false
	}
	x := -1
	for i := range low {
		if low[i] < high[i] && (x < 0 || high[i]-low[i] < high[x]-low[x]) {
			x = i
		}
	}
	if x < 0 {
		return true
	}
	v := min(max(s.guess[x], low[x]), high[x])
	for _, part := range [][2]int{{v, v}, {low[x], v - 1}, {v + 1, high[x]}} {
		if part[0] > part[1] {
			continue
		}
		l, h := slices.Clone(low), slices.Clone(high)
		l[x], h[x] = part[0], part[1]
		if s.solve(l, h) {
			return true
		}
	}
	return false
}

func (s *search) narrow(low, high []int) bool {
	for moved := true; moved; {
		moved = false
		for _, line := range s.sums {
			least, most := 0, 0
			for _, i := range line.of {
				least, most = least+low[i], most+high[i]
			}
			if least > line.high || most < line.low {
				return false
			}
			for _, i := range line.of {
				if h := line.high - least + low[i]; h < high[i] {
					most -= high[i] - h
					high[i], moved = h, true
				}
				if l := line.low - most + high[i]; l > low[i] {
					least += l - low[i]
					low[i], moved = l, true
				}
			}
		}
	}
	return true
}

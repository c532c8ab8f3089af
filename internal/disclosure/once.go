package disclosure

import "slices"

// oneRelease is the rule that each wave is released once: a line, shown or
// hidden, closes the waves that it rests on, and the next one of the same unit
// and item rests on later waves alone. Two lines with waves in common could be
// subtracted. A wave's line is never restated: the gate takes waves in order
// (Input.validate) and does not look at lines of the wave it is releasing, so
// that a repeated run writes the same.
func oneRelease(r *round) {
	type key struct {
		school, unit, item string
		level              Level
	}
	last := make(map[key]int)
	for i := range r.in.Earlier {
		row := &r.in.Earlier[i].row
		if Form(row.Form) == FormSignal || Level(row.Level) != LevelOwner && Audience(row.Audience) != Staff {
			continue
		}
		w, ok := r.index(row.Wave)
		if !ok || w == r.now {
			continue
		}
		k := key{row.School, row.Unit, row.Item, Level(row.Level)}
		if before, seen := last[k]; !seen || before < w {
			last[k] = w
		}
	}
	for _, f := range r.figures {
		f.after = -1
		if w, ok := last[key{f.School, f.Name, f.item.ID, f.Level}]; ok {
			f.after = w
		}
	}
}

// index is the place of a wave in this school year; false for a wave of
// another.
func (r *round) index(wave uint32) (int, bool) {
	return slices.BinarySearchFunc(r.in.Waves, wave, func(w Wave, n uint32) int {
		switch {
		case w.Number < n:
			return -1
		case w.Number > n:
			return 1
		}
		return 0
	})
}

package disclosure

// oneRelease is the rule that each wave is released once: a line, shown or
// hidden, closes the waves that it rests on, and the next one of the same unit
// and item rests on later waves alone. Two lines with waves in common could be
// subtracted. A wave's line is never restated: the gate takes waves in order
// (Input.validate) and does not look at lines of the wave it is releasing, so
// that a repeated run writes the same.
func oneRelease(r *round) {
	for _, f := range r.figures {
		f.after = -1
		if last := len(f.told) - 1; last >= 0 {
			f.after = f.told[last].wave
		}
	}
}

package disclosure

// reasons is the rule of what is told about a hidden figure: that it is not
// shown, to protect the pupils, and never which rule hid it, since that would
// tell how many answered. Only where the roster alone decides it, a class too
// small for this ever to be shown, does the reason say so.
func reasons(r *round) {
	for _, f := range r.figures {
		f.cause = ReasonProtect
		if f.Level == LevelClass && f.tooSmall() {
			f.cause = ReasonSmall
		}
	}
}

// tooSmall tells whether the roster was below the fewest respondents in every
// wave of the pool.
func (f *figure) tooSmall() bool {
	for _, t := range f.pool {
		if t.roster >= fewest(f.item) {
			return false
		}
	}
	return true
}

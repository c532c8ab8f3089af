package disclosure

// The fewest respondents of a figure that an owner sees.
const (
	minOwner         = 20
	minOwnerBullying = 30
	minSchools       = 3
)

// owner is the rule of what the school owner sees: figures of schools with 20
// respondents, about bullying with 30; the sum of its schools only if there
// are three or more and none has more than 80 % of the respondents, for else
// the sum is the figure of one school, or tells a school the other's. A school's
// figure is the one its own staff see, or none.
//
// Signals are told per school as 0, 1-4, 5 or more: an owner is to ask how the
// school follows up, not which class.
func owner(r *round) {
	for _, f := range r.figures {
		if !f.live() {
			continue
		}
		switch f.Level {
		case LevelSchool:
			if f.item != &participation && f.size().answered < fewestOfOwner(f.item) {
				f.owner = "owner"
			}
		case LevelOwner:
			if f.size().answered < fewestOfOwner(f.item) || !f.mixed() {
				f.hide = "owner"
			}
		case LevelClass, LevelGrade:
		}
	}
	r.tellSignals = signalsWord
}

func fewestOfOwner(item *Item) int {
	if item.Bullying {
		return minOwnerBullying
	}
	return minOwner
}

// mixed tells whether an owner's figure rests on three schools or more, none of
// them with more than four fifths of the respondents.
func (f *figure) mixed() bool {
	schools, most, total := 0, 0, 0
	for _, s := range f.parts {
		n := 0
		for _, t := range f.pool {
			n += s.tally(f.item, t.wave).answered
		}
		if n > 0 {
			schools++
		}
		most = max(most, n)
		total += n
	}
	return schools >= minSchools && 5*most <= 4*total
}

// signalsWord tells a number of signals to an owner.
func signalsWord(n int) string {
	switch {
	case n == 0:
		return signalsNone
	case n < 5:
		return signalsFew
	default:
		return signalsMany
	}
}

package disclosure

import "fmt"

// Movement is what two released figures tell of how a share moved.
type Movement string

// The movements of a share.
const (
	Less       Movement = "less"
	More       Movement = "more"
	CanNotTell Movement = "can_not_tell"
)

// Moved compares two released figures of one unit and item. It rests on what
// anyone can read, and so tells nothing that was not told: no count is looked
// at, and whoever chooses which two to compare learns nothing by it.
//
// A figure leaves the share p = counted/answered somewhere between two bounds,
// from which Moved tells a movement only if all that one figure allows lies
// below all that the other does. A band k of K rests on n ≥ 3K − 1 respondents
// (see bands), and p = y/n where it tells of y/(n+1):
//
//	k/K ≤ p < (k+1)/K · (n+1)/n ≤ (k+1)/K · 3K/(3K−1)
//
// Bands side by side therefore never tell of a movement: a single answer may lie
// between them. Words rest on n ≥ 10 respondents (see wordOf):
//
//	none or few  0 ≤ p < max(3/n, .15) ≤ .3
//	some         .15 ≤ p < max(6/n, .35) ≤ .6
//	many         .35 ≤ p ≤ 1
//
// That a share moved does not say why: a class has better and worse months, and
// chance has its part (TestMovedIsSeldomChance says how large). Moved panics if
// the figures are of different units or items.
func Moved(before, after Released) Movement {
	if before.Unit() != after.Unit() || before.Item() != after.Item() {
		panic(fmt.Sprintf("disclosure: %s of %v beside %s of %v", before.Item(), before.Unit(), after.Item(), after.Unit()))
	}
	lowBefore, highBefore, known := before.bounds()
	lowAfter, highAfter, alsoKnown := after.bounds()
	switch {
	case !known || !alsoKnown:
		return CanNotTell
	case highAfter <= lowBefore:
		return Less
	case highBefore <= lowAfter:
		return More
	default:
		return CanNotTell
	}
}

// bounds are those of the share that a line tells of: low ≤ p ≤ high, and
// p < high unless high is 1. ok is false if the line tells of none.
func (r Released) bounds() (low, high float64, ok bool) {
	if from, to, of, ok := r.Band(); ok {
		k := float64(of)
		return float64(from) / k, min(1, float64(to)/k*3*k/(3*k-1)), true
	}
	from, to, ok := spanOfWords(r.Words())
	if !ok {
		return 0, 0, false
	}
	lows, highs := [...]float64{0, .15, .35}, [...]float64{.3, .6, 1}
	return lows[from], highs[to], true
}

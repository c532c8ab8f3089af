package surveys

import "slices"

// Pictures are what an option may have beside its words. The first three are
// faces for how something is; the next three are counters for how often
// something happened, since a smile or a frown beside "many times" pulls
// children to the friendly end (DOMAIN: Hall et al. 2016); the rest are the
// places of a school day.
var Pictures = []string{
	"good", "middle", "bad",
	"never", "sometimes", "often",
	"everywhere", "classroom", "corridor", "changing_room", "toilets", "outside", "way_to_school", "other_place",
}

// Feeds reports whether the item feeds that stream.
func (i Item) Feeds(s Stream) bool { return slices.Contains(i.Streams, s) }

// Worrying reports whether the option counts toward the released share.
func (i Item) Worrying(option int) bool { return slices.Contains(i.Counts, option) }

// Score codes an option linearly from 1 (worst) to 5 (best):
//
//	score = 1 + 4·(rank − 1)/(n − 1)
//
// where rank counts the n options from the worst one. It is false for "would
// rather not answer", an unknown option and an unordered item.
func (i Item) Score(option int) (float64, bool) {
	rank, ok := i.rank(option)
	if !ok || len(i.Options) < 2 {
		return 0, false
	}
	return 1 + 4*float64(rank-1)/float64(len(i.Options)-1), true
}

// TwoWorst reports whether the option is one of the two worst answers
// (DETECTION S3), but never of more than half of the options: of three, "yes,
// sometimes" is the everyday middle, and with it most of a first grade would
// count, so there only the worst one does.
func (i Item) TwoWorst(option int) bool {
	rank, ok := i.rank(option)
	return ok && rank <= min(2, len(i.Options)/2)
}

// Watched reports whether the option counts for the stream of the item. Of items
// of the score these are the two worst answers; items of harm stand apart from it
// and count all but the two mildest, of five "a few times or more", where the
// national survey cuts too. The two worst alone are so rare that a class would
// show a change only when it is very bad.
func (i Item) Watched(option int) bool {
	if i.Feeds(Score) {
		return i.TwoWorst(option)
	}
	rank, ok := i.rank(option)
	return ok && rank <= max(1, len(i.Options)-2)
}

// rank counts options from the worst, which is 1.
func (i Item) rank(option int) (int, bool) {
	if option < 1 || option > len(i.Options) {
		return 0, false
	}
	switch i.Polarity {
	case BadFirst:
		return option, true
	case GoodFirst:
		return len(i.Options) + 1 - option, true
	default:
		return 0, false
	}
}

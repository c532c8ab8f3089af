package disclosure

import "slices"

// The fewest respondents of a figure or signal, and the smallest roster of a
// figure about the roster.
const (
	minShown     = 5
	minSensitive = 10
	minGroup     = 10
	minRoster    = 10
)

// minimum is the rule of the fewest respondents: five and half the roster, ten
// for a sensitive item, counted in the largest single wave and for an item
// among those who answered it. Below five, what one knows of oneself and a
// friend leaves too few; below half the roster a figure speaks for pupils it
// has not heard.
//
// A signal with the theme of one item needs as many who answered that item, and
// half of those it was put to, when it was asked last; ten if the item or the
// theme is sensitive. A group signal needs ten in the group and ten outside it
// in the same unit, and is never about a group of a class. Figures and signals
// about who took part need only a roster of ten. A roster is that of the classes
// that were asked in the wave: one that pauses is neither silent nor unheard.
func minimum(r *round) {
	for _, f := range r.figures {
		if f.live() && !f.large() {
			f.hide = "minimum"
		}
	}
	r.keepSignals(r.largeSignal)
}

func (f *figure) large() bool {
	if f.item == &participation {
		for _, t := range f.pool {
			if t.roster < minRoster {
				return false
			}
		}
		return true
	}
	size := f.size()
	return size.answered >= fewest(f.item) && 2*size.answered >= size.roster
}

func fewest(item *Item) int {
	switch {
	case item == &participation:
		return minRoster
	case item.Sensitive:
		return minSensitive
	default:
		return minShown
	}
}

func (r *round) largeSignal(u *unit, s Signal) bool {
	d := u.days[r.now]
	respondents, in, out := 0, 0, 0
	for _, k := range d.kept {
		respondents += k.Respondents
		for group, n := range k.Groups {
			if group == s.Unit.Group {
				in += n
			} else {
				out += n
			}
		}
	}
	switch {
	case s.Unit.Group != "" && (u.Level == LevelClass || in < minGroup || out < minGroup):
		return false
	case s.Kind == KindSilence || s.Theme == ThemeFewerAnswering:
		return d.asked >= minRoster
	case respondents < minShown || 2*respondents < d.asked:
		return false
	case s.Theme == "" || s.Theme == ThemeWellbeing: // all items together
		return true
	}
	for i := range r.in.Items {
		item := &r.in.Items[i]
		if item.Theme != s.Theme {
			continue
		}
		least := fewest(item)
		if slices.Contains(sensitiveThemes, s.Theme) {
			least = minSensitive
		}
		if t := u.lastAsked(item); t.answered >= least && 2*t.answered >= t.roster {
			return true
		}
	}
	return false
}

// sensitiveThemes are those of sensitive items, whatever a questionnaire calls
// its own.
var sensitiveThemes = []string{ThemeUnsafe, ThemeLeftOut, ThemeHurt, ThemeDigital}

// lastAsked is an item in the newest wave that asked the unit.
func (u *unit) lastAsked(item *Item) tally {
	for w := len(u.days) - 1; w >= 0; w-- {
		if t := u.tally(item, w); t.roster > 0 {
			return t
		}
	}
	return tally{}
}

package disclosure

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
// A group signal needs ten in the group and ten outside it in the same unit,
// and is never about a group of a class. A signal whose theme a sensitive item
// asks about needs ten. Figures and signals about who took part need only a
// roster of ten.
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
	if s.Kind == KindSilence {
		return d.roster >= minRoster
	}
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
	if s.Unit.Group != "" && (u.Level == LevelClass || in < minGroup || out < minGroup) {
		return false
	}
	least := minShown
	for i := range r.in.Items {
		if item := &r.in.Items[i]; item.Sensitive && item.Theme == s.Theme {
			least = minSensitive
		}
	}
	return respondents >= least && 2*respondents >= d.roster
}

package disclosure

import "slices"

const (
	severeRespondents = 10 // of a wave that may be a hit
	severeWindow      = 4  // waves that are looked back on
	severeHits        = 2  // of them, to raise
)

// severe is the rule of the worst answers: one signal for each unit, for all
// items with a worst step together, that says at least one and nothing else.
// It is raised when two of the last four waves hold a worst answer, stands for
// eight waves whatever is answered, is renewed if the last four then hold one,
// and else ends as "period over". Looked at again every week it would come and
// go with one pupil's presence, and name that pupil in four of five schools.
//
// For an item that is not asked every wave the last four waves are those that
// asked it. A wave holds a worst answer only if ten answered the item in it.
// Half the roster is not asked for: the threshold of the law is low, and who
// did not answer takes nothing from the one who did.
//
// A class that has ten carries its own signal. Pupils of smaller classes are
// not forgotten: together they carry the one of their grade, or of their
// school, on the same terms. It is told of the whole grade or school.
func severe(r *round) {
	hits := r.hits()
	r.signals = slices.DeleteFunc(r.signals, func(s Signal) bool { return s.Kind == KindSevere })
	held := make(map[Unit]bool)
	for _, s := range r.before {
		if s.Kind != KindSevere {
			continue
		}
		age, ok := r.age(s)
		switch {
		case !ok:
			s.Ended = true
		case age%standsSevere == 0 && len(hits[s.Unit]) == 0:
			s.Ended = true
		case age%standsSevere == 0:
			s.Until = lastWave(r.in, standsSevere)
		}
		held[s.Unit] = !s.Ended
		r.signals = append(r.signals, s)
	}
	for u, waves := range hits {
		if len(waves) >= severeHits && !held[u] {
			r.signals = append(r.signals, r.severeSignal(u, r.in.Wave))
		}
	}
}

func (r *round) severeSignal(u Unit, raised uint32) Signal {
	return Signal{
		ID: signalID(u, KindSevere, raised), Unit: u, Kind: KindSevere, Tier: Act,
		Since: month(raised), Raised: raised, Until: lastWave(r.in, standsSevere),
	}
}

// waveSet is a set of indices of waves.
type waveSet map[int]bool

// hits are, for each unit that can carry a severe signal, the waves among the
// last four of an item that hold a worst answer to it.
func (r *round) hits() map[Unit]waveSet {
	hits := make(map[Unit]waveSet)
	for _, school := range r.schools {
		for w := range school.days {
			for _, item := range worstItems(school.days[w].kept) {
				for _, u := range carriers(school, w, item) {
					if u.askedAfter(item, w) >= severeWindow {
						continue
					}
					if hits[u.Unit] == nil {
						hits[u.Unit] = make(waveSet)
					}
					hits[u.Unit][w] = true
				}
			}
		}
	}
	return hits
}

// worstItems are the items with a worst answer in any of the kept units.
func worstItems(kept []*Kept) []string {
	var items []string
	for _, k := range kept {
		for i := range k.Figures {
			if f := &k.Figures[i]; f.Worst && !slices.Contains(items, f.Item) {
				items = append(items, f.Item)
			}
		}
	}
	return items
}

// askedAfter is the number of waves after w that asked an item of the unit.
func (u *unit) askedAfter(item string, w int) int {
	n := 0
	for later := w + 1; later < len(u.days); later++ {
		for _, c := range u.classes {
			if slices.Contains(u.school.Waves[later].Classes[c].Asked, item) {
				n++
				break
			}
		}
	}
	return n
}

// carriers are the units of a school that hold a worst answer to an item in a
// wave: classes that have ten respondents, grades for the classes that have
// not, and the school for what its grades can not carry.
func carriers(school *unit, w int, item string) []*unit {
	var found []*unit
	left := school.days[w].kept
	carry := func(u *unit, kept []*Kept) {
		d := day{kept: kept}
		answered, worst := 0, false
		for _, k := range kept {
			if f := k.figure(item); f != nil {
				answered += f.Answered
				worst = worst || f.Worst
			}
		}
		if answered < severeRespondents ||
			u.Level == LevelClass && u.days[w].replaced > replacements ||
			u.Level != LevelClass && d.oneClass(answering(&Item{ID: item})) {
			return
		}
		if worst {
			found = append(found, u)
		}
		left = slices.DeleteFunc(slices.Clone(left), func(k *Kept) bool { return slices.Contains(kept, k) })
	}
	for _, u := range school.within {
		var own []*Kept
		for _, k := range u.days[w].kept {
			if slices.Contains(left, k) {
				own = append(own, k)
			}
		}
		carry(u, own)
	}
	carry(school, left)
	return found
}

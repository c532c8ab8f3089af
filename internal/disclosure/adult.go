package disclosure

import "slices"

// adultRespondents is the fewest who answered what adults do, in the school.
const adultRespondents = 30

// adult is the rule of what pupils say of adults. The reader may be the adult,
// so it is told to the owner alone, who passes it on to the principal or does
// not; no figure of it leaves at all (shown). It is told of a school, from 30
// who answered the item when it was asked last, and never of a class or grade:
// that would name the adult.
//
// One stands for a school at a time. It is held like severe: raised, it stands
// for eight waves whatever is answered, is renewed if it is then found again,
// and else ends. It may rise from notice to act and never falls.
func adult(r *round) {
	r.tellAdult = Owner
	var found []Signal
	r.signals = slices.DeleteFunc(r.signals, func(s Signal) bool {
		if s.Kind != KindAdult {
			return false
		}
		if r.heardOfAdults(r.units[s.Unit]) {
			found = append(found, s)
		}
		return true
	})
	found = strongestFirst(found)
	held := make(map[Unit]bool)
	for _, s := range r.before {
		if s.Kind != KindAdult {
			continue
		}
		i := slices.IndexFunc(found, func(f Signal) bool { return f.Unit == s.Unit })
		age, ok := r.age(s)
		switch over := age%standsSevere == 0; {
		case !ok, over && i < 0:
			s.Ended = true
		case over:
			s.Until = lastWave(r.in, standsSevere)
		}
		if !s.Ended && i >= 0 {
			s = s.rise(found[i])
		}
		held[s.Unit] = !s.Ended
		r.signals = append(r.signals, s)
	}
	for _, s := range found {
		if !held[s.Unit] {
			held[s.Unit] = true
			s.Until = lastWave(r.in, standsSevere)
			r.signals = append(r.signals, s)
		}
	}
}

// heardOfAdults tells whether enough answered an item about adults when it was
// asked last.
func (r *round) heardOfAdults(u *unit) bool {
	for i := range r.in.Items {
		if item := &r.in.Items[i]; item.Adult && u.lastAsked(item).answered >= adultRespondents {
			return true
		}
	}
	return false
}

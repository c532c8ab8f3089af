package disclosure

import "slices"

// Standing periods, in waves of the owner.
const (
	standsChange = 12
	standsSevere = 8
)

// standing is the rule of how long a finding is told. Once raised, a change,
// level, group or silence signal stands for 12 waves whatever is answered: one
// that came and went with the answers would show, week by week, whether the
// pupil who was away had moved it. Its theme and month of start stay as they
// were told; it may rise from notice to act and never falls. After 12 waves it
// is over, and is raised anew if the finding is still there. What is pending
// is never told.
//
// There is one signal for each unit and kind. All of them end with the school
// year: 5A is then other pupils. Only the calendar decides that.
func standing(r *round) {
	var findings, stand []Signal
	for _, s := range r.signals {
		if ownRule(s.Kind) {
			stand = append(stand, s)
		} else {
			findings = append(findings, s)
		}
	}
	for _, s := range r.before {
		if ownRule(s.Kind) {
			continue
		}
		if age, ok := r.age(s); !ok || age >= standsChange {
			s.Ended = true
			stand = append(stand, s)
			continue
		}
		for _, f := range findings {
			if f.Unit == s.Unit && f.Kind == s.Kind {
				s = s.rise(f)
			}
		}
		stand = append(stand, s)
	}
	for _, f := range strongestFirst(findings) {
		told := slices.ContainsFunc(stand, func(s Signal) bool {
			return s.Unit == f.Unit && s.Kind == f.Kind && !s.Ended
		})
		if !told {
			stand = append(stand, f)
		}
	}
	r.signals = stand
}

// rise is the signal once f was found of the same unit and kind: it may rise to
// act, and never falls. Nothing else of it is restated.
func (s Signal) rise(f Signal) Signal {
	if f.Tier == Act && s.Tier != Act {
		s.Tier, s.OneIn = Act, max(s.OneIn, f.OneIn)
	}
	return s
}

// ownRule says whether signals of a kind are held by a rule of their own.
func ownRule(k Kind) bool { return k == KindSevere || k == KindAdult }

// strongestFirst puts the findings to act on before the notices.
func strongestFirst(findings []Signal) []Signal {
	slices.SortStableFunc(findings, func(a, b Signal) int {
		switch a.Tier {
		case b.Tier:
			return 0
		case Act:
			return -1
		default:
			return 1
		}
	})
	return findings
}

// raise is the signal that a finding makes when it is raised in this wave.
func raise(c Candidate, in Input) Signal {
	s := Signal{
		ID: signalID(c.Unit, c.Kind, in.Wave), Unit: c.Unit, Kind: c.Kind, Theme: c.Theme, Tier: c.Tier,
		Since: month(c.Start), Raised: in.Wave, Until: lastWave(in, standsChange), OneIn: c.OneIn,
	}
	if !s.Kind.HasTheme() {
		s.Theme = "" // the kind says it all
	}
	return s
}

// lastWave is the last of so many waves from this one on, at the rhythm of the
// owner. Holidays move it later, so it is the earliest.
func lastWave(in Input, waves int) uint32 { return in.Wave + uint32((waves-1)*in.Rhythm) }

// carried are the signals that stood after the last release.
func carried(in Input) []Signal {
	last := make(map[string]Signal)
	wave := make(map[string]uint32)
	var order []string
	for _, line := range in.Earlier {
		if line.Wave() >= in.Wave {
			continue
		}
		s, ok := line.Signal()
		if !ok {
			continue
		}
		at, seen := wave[s.ID]
		if !seen {
			order = append(order, s.ID)
		}
		if !seen || line.Wave() > at {
			last[s.ID], wave[s.ID] = s, line.Wave()
		}
	}
	slices.Sort(order)
	var carried []Signal
	for _, id := range order {
		if s := last[id]; !s.Ended {
			carried = append(carried, s)
		}
	}
	return carried
}

// age is the number of waves since a signal was raised; false if that was in
// another school year.
func (r *round) age(s Signal) (int, bool) {
	w, ok := r.index(s.Raised)
	return r.now - w, ok
}

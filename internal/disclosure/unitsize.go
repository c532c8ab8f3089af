package disclosure

const (
	// apart is how many respondents a grade or school must have beside any one
	// of its classes to be something else than that class.
	apart = 5
	// replacements is the number of replacement codes of a class above which
	// its ballots are not taken for those of its pupils alone.
	replacements = 2
)

// unitAndSize is the rule of what counts as a unit. A grade or school whose
// respondents are one class plus fewer than five is that class: shown beside
// it, the difference would be a figure about the few. A grade of one class is
// not shown at all, the roster says it is the class.
//
// The girls of a grade are those of one class in the same way, where the other
// classes have too few of them to be kept by gender.
//
// With more than two replacement codes someone may have answered in others'
// place; the class is then shown only inside its grade.
func unitAndSize(r *round) {
	for _, f := range r.figures {
		switch {
		case !f.live():
		case f.Level == LevelGrade && len(f.classes) == 1:
			f.drop = true
		case f.Level == LevelClass && f.replaced() || f.oneClass():
			f.hide = "unit and size"
		}
	}
	r.keepSignals(func(u *unit, s Signal) bool {
		d := u.days[r.now]
		return u.Level != LevelClass && !d.oneClass(inGroup(s.Unit.Group)) || u.Level == LevelClass && d.replaced <= replacements
	})
}

func (f *figure) replaced() bool {
	for _, t := range f.pool {
		if f.days[t.wave].replaced > replacements {
			return true
		}
	}
	return false
}

// oneClass tells whether there is a class beside which fewer than five
// respondents are left in every wave of the pool.
func (f *figure) oneClass() bool {
	if f.Level != LevelGrade && f.Level != LevelSchool {
		return false
	}
	most := make(map[string]int) // class → the most that are left beside it in a wave
	rest := 0                    // the same for a wave in which the class kept nothing
	for i, t := range f.pool {
		beside := f.days[t.wave].beside(answering(f.item))
		for class := range most {
			if _, there := beside[class]; !there {
				most[class] = max(most[class], t.answered)
			}
		}
		for class, n := range beside {
			if _, seen := most[class]; !seen && i > 0 {
				n = max(n, rest)
			}
			most[class] = max(most[class], n)
		}
		rest = max(rest, t.answered)
	}
	for _, n := range most {
		if n < apart {
			return true
		}
	}
	return false
}

// beside gives for each class that stands for itself the number of other
// respondents in the unit in that wave.
func (d day) beside(respondents func(*Kept) int) map[string]int {
	total := 0
	beside := make(map[string]int)
	for _, k := range d.kept {
		n := respondents(k)
		total += n
		if len(k.Classes) == 1 && n > 0 {
			beside[k.Classes[0]] = n
		}
	}
	for class, n := range beside {
		beside[class] = total - n
	}
	return beside
}

// oneClass is the same for a single wave.
func (d day) oneClass(respondents func(*Kept) int) bool {
	for _, n := range d.beside(respondents) {
		if n < apart {
			return true
		}
	}
	return false
}

// answering counts those who answered an item; for how many took part, those
// who took part.
func answering(item *Item) func(*Kept) int {
	return func(k *Kept) int {
		if item == &participation {
			return k.Respondents
		}
		if f := k.figure(item.ID); f != nil {
			return f.Answered
		}
		return 0
	}
}

// inGroup counts the respondents of a group; of all pupils, if it is empty.
func inGroup(group string) func(*Kept) int {
	return func(k *Kept) int {
		if group == "" {
			return k.Respondents
		}
		return k.Groups[group]
	}
}

// keepSignals drops those raw signals of the draft that a rule does not let
// through.
func (r *round) keepSignals(keep func(*unit, Signal) bool) {
	kept := r.signals[:0]
	for _, s := range r.signals {
		whole := s.Unit
		whole.Group = ""
		if s.Kind == KindSevere || keep(r.units[whole], s) {
			kept = append(kept, s)
		}
	}
	r.signals = kept
}

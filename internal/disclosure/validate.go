package disclosure

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
)

// validate reports the first contradiction in the input.
func (in Input) validate() error {
	if in.Owner == "" {
		return errors.New("the owner is empty")
	}
	if in.Rhythm < 1 || blockWeeks%in.Rhythm != 0 {
		return fmt.Errorf("a rhythm of %d weeks does not divide a block of %d", in.Rhythm, blockWeeks)
	}
	if len(in.Waves) == 0 || in.Waves[len(in.Waves)-1].Number != in.Wave {
		return errors.New("the wave to release is not the last of the school year so far")
	}
	for i, w := range in.Waves {
		if w.Ordinal < 0 || i > 0 && (w.Number <= in.Waves[i-1].Number || w.Ordinal <= in.Waves[i-1].Ordinal) {
			return fmt.Errorf("wave %d is out of order", w.Number)
		}
	}
	for _, line := range in.Earlier {
		if line.Wave() > in.Wave {
			return fmt.Errorf("wave %d was released before it", line.Wave())
		}
		if u := line.Unit(); u.Owner != in.Owner {
			return fmt.Errorf("a line of owner %s is among those released earlier", u.Owner)
		}
	}
	items := make(map[string]bool, len(in.Items))
	for _, item := range in.Items {
		if items[item.ID] || item.ID == ItemParticipation || item.ID == ItemSignals {
			return fmt.Errorf("item %q stands twice, or has the name of another figure", item.ID)
		}
		items[item.ID] = true
	}
	known := make(map[Unit]bool)
	for i := range in.Schools {
		s := &in.Schools[i]
		if err := s.validate(in, items); err != nil {
			return fmt.Errorf("school %s: %w", s.ID, err)
		}
		for _, u := range s.units(in.Owner) {
			if known[u] && u.Level != LevelGrade {
				return fmt.Errorf("%s %q of school %s stands twice", u.Level, u.Name, u.School)
			}
			known[u] = true
		}
	}
	for _, c := range in.Candidates {
		whole := c.Unit
		whole.Group = ""
		if !known[whole] {
			return fmt.Errorf("a candidate is about an unknown unit %+v", c.Unit)
		}
		if err := c.validate(in.Wave); err != nil {
			return fmt.Errorf("a candidate of kind %q about unit %+v: %w", c.Kind, c.Unit, err)
		}
	}
	return nil
}

func (c Candidate) validate(wave uint32) error {
	switch {
	case !slices.Contains(kinds, c.Kind) || c.Kind == KindSevere:
		return errors.New("no such finding is proposed")
	case (c.Kind == KindGroup) != (c.Unit.Group != ""), c.Kind == KindAdult && c.Unit.Level != LevelSchool:
		return errors.New("it can not be about that unit")
	case c.Unit.Group != "" && c.Unit.Group != GroupGirls && c.Unit.Group != GroupBoys:
		return errors.New("there is no such group")
	case c.Kind.HasTheme() && !slices.Contains(Themes, c.Theme):
		return fmt.Errorf("theme %q is unknown", c.Theme)
	case c.Tier != Notice && c.Tier != Act:
		return fmt.Errorf("tier %q is unknown", c.Tier)
	case c.Start > wave:
		return fmt.Errorf("it began in wave %d, which is to come", c.Start)
	case c.OneIn < 2:
		return errors.New("it comes every year, or not at all, where nothing has changed")
	}
	return nil
}

// units are the units of a school that a candidate may be about.
func (s *School) units(owner string) []Unit {
	units := []Unit{{Owner: owner, School: s.ID, Level: LevelSchool}}
	for _, c := range s.Classes {
		units = append(units, Unit{Owner: owner, School: s.ID, Level: LevelClass, Name: c.Name})
		if len(c.Grades) == 1 {
			units = append(units, Unit{Owner: owner, School: s.ID, Level: LevelGrade, Name: strconv.Itoa(c.Grades[0])})
		}
	}
	return units
}

func (s *School) validate(in Input, items map[string]bool) error {
	if len(s.Waves) != len(in.Waves) {
		return fmt.Errorf("has %d waves, not %d", len(s.Waves), len(in.Waves))
	}
	for w, wave := range s.Waves {
		if len(wave.Classes) != len(s.Classes) {
			return fmt.Errorf("wave %d has %d classes, not %d", in.Waves[w].Number, len(wave.Classes), len(s.Classes))
		}
		kept := make(map[string]bool, len(s.Classes))
		for i := range wave.Kept {
			k := &wave.Kept[i]
			for _, c := range k.Classes {
				if kept[c] {
					return fmt.Errorf("wave %d: class %q is in two kept units", in.Waves[w].Number, c)
				}
				kept[c] = true
			}
			if err := k.validate(items); err != nil {
				return fmt.Errorf("wave %d, kept unit %v: %w", in.Waves[w].Number, k.Classes, err)
			}
		}
	}
	return nil
}

func (k *Kept) validate(items map[string]bool) error {
	if k.Respondents < minShown {
		return errors.New("fewer than five respondents are never kept")
	}
	for i, f := range k.Figures {
		switch {
		case !items[f.Item]:
			return fmt.Errorf("item %q is not described", f.Item)
		case f.Counted < 0 || f.Counted > f.Answered || f.Answered > k.Respondents:
			return fmt.Errorf("item %q counts %d of %d of %d", f.Item, f.Counted, f.Answered, k.Respondents)
		case slices.ContainsFunc(k.Figures[:i], func(g Figure) bool { return g.Item == f.Item }):
			return fmt.Errorf("item %q stands twice", f.Item)
		}
	}
	return nil
}

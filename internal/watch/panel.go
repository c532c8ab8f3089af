package watch

import (
	"cmp"
	"fmt"
	"hash/fnv"
	"maps"
	"slices"
	"strconv"

	"github.com/folgmed/folgmed/analytics"
	"github.com/folgmed/folgmed/internal/counts"
	"github.com/folgmed/folgmed/internal/disclosure"
	"github.com/folgmed/folgmed/internal/wave"
)

// themes are the questions that are watched one by one, in the order of a
// panel's items.
var themes = []analytics.Stream{
	disclosure.ThemeUnsafe, disclosure.ThemeAlone, disclosure.ThemeLeftOut, disclosure.ThemeHurt, disclosure.ThemeDigital,
}

// themeAdult is the theme of the item with a route of its own.
const themeAdult = "adult"

// panel is what package analytics sees, and whom its units are.
type panel struct {
	analytics.Panel
	waves []uint32
	keys  []unitKey
	index map[unitKey]int
}

// unitKey is a unit in one school year, asked one version of its questions: next
// year's 5A are other pupils, and answers to other questions do not compare.
type unitKey struct {
	unit          disclosure.Unit
	year          int
	questionnaire string
}

func (k unitKey) compare(o unitKey) int {
	return cmp.Or(
		cmp.Compare(k.unit.Owner, o.unit.Owner), cmp.Compare(k.unit.School, o.unit.School), cmp.Compare(k.year, o.year),
		cmp.Compare(k.unit.Level, o.unit.Level), cmp.Compare(k.unit.Name, o.unit.Name), cmp.Compare(k.unit.Group, o.unit.Group),
		cmp.Compare(k.questionnaire, o.questionnaire))
}

// yearApart keeps the weeks of school years apart and in season: a multiple of
// the 38 school weeks that the national effect repeats by.
const yearApart = 2 * 38

// schoolWeek is the week of a wave, the same in every panel that holds it.
func schoolWeek(n uint32) int {
	year := wave.Number(n).SchoolYear()
	return yearApart*(year-firstYear) + int(n) - int(wave.FirstOf(year))
}

// firstYear is when wave numbers begin.
const firstYear = 2023

// newPanel lays out units by waves. in tells into which units a summary goes;
// fill adds it to their cells.
func newPanel(summaries []counts.Summary, upTo uint32, in func(*counts.Summary) []unitKey, fill func(p *panel, unit, wave int, s *counts.Summary)) *panel {
	p := &panel{index: make(map[unitKey]int)}
	p.Items = themes
	waves := make(map[uint32]int)
	for i := range summaries {
		s := &summaries[i]
		if s.Wave > upTo {
			continue
		}
		for _, k := range in(s) {
			p.index[k] = 0
			waves[s.Wave] = 0
		}
	}
	p.waves = slices.Sorted(maps.Keys(waves))
	for t, n := range p.waves {
		waves[n] = t
		p.Weeks = append(p.Weeks, schoolWeek(n))
	}
	p.keys = slices.SortedFunc(maps.Keys(p.index), unitKey.compare)
	for i, k := range p.keys {
		p.index[k] = i
		p.Units = append(p.Units, analytics.Unit{Name: k.unit.Name, School: k.unit.School, Owner: k.unit.Owner, Band: band(k.questionnaire)})
	}
	p.Cells = make([]analytics.Cell, len(p.keys)*len(p.waves))
	p.Counts = make([]analytics.Proportion, len(p.Cells)*len(p.Items))
	for i := range summaries {
		s := &summaries[i]
		if s.Wave > upTo {
			continue
		}
		for _, k := range in(s) {
			fill(p, p.index[k], waves[s.Wave], s)
		}
	}
	return p
}

// band is a number for what is compared with one another. It must be the same in
// every panel, whatever else is asked.
func band(questionnaire string) int {
	h := fnv.New32a()
	_, _ = h.Write([]byte(questionnaire))
	return int(h.Sum32())
}

// classes are the units of the panel of classes.
func classes(summaries []counts.Summary, upTo uint32) *panel {
	p := newPanel(summaries, upTo, func(s *counts.Summary) []unitKey {
		name, ok := class(s)
		if !ok {
			return nil
		}
		unit := disclosure.Unit{Owner: s.Owner, School: s.School, Level: disclosure.LevelClass, Name: name}
		return []unitKey{{unit, wave.Number(s.Wave).SchoolYear(), s.Questionnaire}}
	}, func(p *panel, unit, t int, s *counts.Summary) {
		cell := p.Cell(unit, t)
		switch s.Stratum {
		case counts.Girls:
			cell.Girls = proportion(s.Low, s.N)
			return
		case counts.Boys:
			cell.Boys = proportion(s.Low, s.N)
			return
		}
		cell.Roster = int(s.Roster)
		cell.Score = moments(s)
		cell.Low = proportion(s.Low, s.N)
		if s.Ballots >= 0 {
			// A roster that was corrected since may be smaller than its ballots.
			cell.Missing, _ = analytics.Missing(int(s.Ballots), int(s.Roster))
		}
		p.addItems(unit, t, s)
	})
	p.follow()
	return p
}

// class is the name of the class that a summary is of.
func class(s *counts.Summary) (string, bool) {
	u, err := counts.ParseUnit(s.Unit)
	if err != nil || len(u.Classes) != 1 {
		return "", false
	}
	return u.Classes[0], true
}

// follow finds last year's unit of each class: 5A of this year was 4A. A class
// whose size has moved by more than four pupils has been put together anew, and
// begins like a new one.
func (p *panel) follow() {
	const moved = 4
	last := make(map[unitKey]int, len(p.keys)) // without what was asked
	for i, k := range p.keys {
		k.questionnaire = ""
		last[k] = i
	}
	for i, k := range p.keys {
		name, ok := yearBefore(k.unit.Name)
		if !ok {
			continue
		}
		k.unit.Name, k.year, k.questionnaire = name, k.year-1, ""
		if b, ok := last[k]; ok && b < i {
			if d := p.size(b) - p.size(i); -moved <= d && d <= moved {
				p.Units[i].Before = b + 1
			}
		}
	}
}

// size is the last roster of a unit.
func (p *panel) size(unit int) int {
	for t := len(p.waves) - 1; t >= 0; t-- {
		if n := p.Cell(unit, t).Roster; n > 0 {
			return n
		}
	}
	return 0
}

// yearBefore is what a class was called a school year ago, if its name begins
// with its grade.
func yearBefore(name string) (string, bool) {
	digits := 0
	for digits < len(name) && name[digits] >= '0' && name[digits] <= '9' {
		digits++
	}
	grade, err := strconv.Atoi(name[:digits])
	if err != nil || grade < 2 {
		return "", false
	}
	return strconv.Itoa(grade-1) + name[digits:], true
}

// groups are the units of the panel of grades and schools, all their pupils and
// girls and boys apart. Composites are moved to a common level first, by what is
// usual for each questionnaire in that wave, so that a school's mean does not
// move because more of the young ones answered. Only grades, where all answer
// the same questions, are watched item by item.
func groups(summaries []counts.Summary, upTo uint32, usual func(wave uint32, questionnaire string) (float64, bool)) *panel {
	parts := make(map[unitKey]map[string]bool) // classes and what was joined in each unit
	keys := func(s *counts.Summary) []unitKey {
		school := unitKey{
			unit: disclosure.Unit{Owner: s.Owner, School: s.School, Level: disclosure.LevelSchool, Group: s.Stratum},
			year: wave.Number(s.Wave).SchoolYear(),
		}
		all := []unitKey{school}
		if s.Grade > 0 {
			grade := school
			grade.unit.Level, grade.unit.Name, grade.questionnaire = disclosure.LevelGrade, strconv.Itoa(int(s.Grade)), s.Questionnaire
			all = append(all, grade)
		}
		for i := range all { // girls and boys have norms of their own
			all[i].questionnaire += " " + s.Stratum
		}
		return all
	}
	for i := range summaries {
		s := &summaries[i]
		if s.Wave > upTo || s.N == 0 {
			continue
		}
		for _, k := range keys(s) {
			if parts[k] == nil {
				parts[k] = make(map[string]bool)
			}
			parts[k][s.Unit] = true
		}
	}
	p := newPanel(summaries, upTo, func(s *counts.Summary) []unitKey {
		// A unit of one class is that class.
		return slices.DeleteFunc(keys(s), func(k unitKey) bool { return len(parts[k]) < 2 })
	}, func(p *panel, unit, t int, s *counts.Summary) {
		effect, ok := usual(s.Wave, s.Questionnaire)
		if !ok || s.N == 0 {
			return
		}
		cell := p.Cell(unit, t)
		cell.Score = cell.Score.Plus(moments(s).Shifted(commonLevel - effect))
		if p.keys[unit].unit.Level == disclosure.LevelGrade {
			cell.Low = plus(cell.Low, proportion(s.Low, s.N))
			p.addItems(unit, t, s)
		}
	})
	p.apart()
	return p
}

// commonLevel is where composites of all questionnaires are moved to.
const commonLevel = 4

// adults are the units of the panel of what adults did, a school by questionnaire.
// It goes through the detector of counts alone, and the level.
func adults(summaries []counts.Summary, upTo uint32) *panel {
	p := newPanel(summaries, upTo, func(s *counts.Summary) []unitKey {
		if _, answered := s.Share(themeAdult); answered == 0 || s.Stratum != counts.All {
			return nil
		}
		unit := disclosure.Unit{Owner: s.Owner, School: s.School, Level: disclosure.LevelSchool}
		return []unitKey{{unit, wave.Number(s.Wave).SchoolYear(), s.Questionnaire}}
	}, func(p *panel, unit, t int, s *counts.Summary) {
		bad, answered := s.Share(themeAdult)
		cell := p.Cell(unit, t)
		cell.Low = plus(cell.Low, proportion(bad, answered))
		cell.Missing = cell.Low
	})
	p.apart()
	return p
}

// apart makes each unit a school of its own: it has no siblings that tell what
// happened to all of them.
func (p *panel) apart() {
	for i, k := range p.keys {
		p.Units[i].School += fmt.Sprintf(" %s %s %s %s", k.unit.Level, k.unit.Name, k.unit.Group, k.questionnaire)
	}
}

func (p *panel) addItems(unit, t int, s *counts.Summary) {
	for i, theme := range themes {
		at := p.Item(unit, t, i)
		bad, answered := s.Share(string(theme))
		*at = plus(*at, proportion(bad, answered))
	}
}

func moments(s *counts.Summary) analytics.Moments {
	return analytics.Moments{N: int(s.N), Sum: s.Sum, Squares: s.Squares}
}

func proportion[T uint16 | int](y, n T) analytics.Proportion {
	return analytics.Proportion{Y: float64(y), N: float64(n)}
}

func plus(a, b analytics.Proportion) analytics.Proportion {
	return analytics.Proportion{Y: a.Y + b.Y, N: a.N + b.N}
}

package watch

import (
	"cmp"
	"fmt"
	"hash/fnv"
	"maps"
	"slices"
	"strconv"
	"strings"

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
}

// unitKey is a unit in one school year, asked one version of its questions: next
// year's 5A are other pupils, and answers to other questions do not compare.
type unitKey struct {
	unit          disclosure.Unit
	year          int
	formed        uint32 // wave in which a class became what it is, 0 if it was so from the year's first
	questionnaire string
}

func (k unitKey) compare(o unitKey) int {
	return cmp.Or(
		cmp.Compare(k.unit.Owner, o.unit.Owner), cmp.Compare(k.unit.School, o.unit.School), cmp.Compare(k.year, o.year),
		cmp.Compare(k.unit.Level, o.unit.Level), cmp.Compare(k.unit.Name, o.unit.Name), cmp.Compare(k.unit.Group, o.unit.Group),
		cmp.Compare(k.formed, o.formed), cmp.Compare(k.questionnaire, o.questionnaire))
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

// noUnit says that a summary does not go into a unit.
const noUnit = -1

// places are the units that each summary goes into: up to two of keys, by index.
type places struct {
	keys  []unitKey
	index map[unitKey]int
	at    [][2]int // parallel to the summaries
}

// locate finds the units of all summaries up to a wave. in fills in up to two and
// returns how many.
func locate(summaries []counts.Summary, upTo uint32, in func(s *counts.Summary, year int, into *[2]unitKey) int) *places {
	p := &places{index: make(map[unitKey]int), at: make([][2]int, len(summaries))}
	years := make(map[uint32]int)
	var keys [2]unitKey
	for i := range summaries {
		s := &summaries[i]
		p.at[i] = [2]int{noUnit, noUnit}
		if s.Wave > upTo {
			continue
		}
		year, ok := years[s.Wave]
		if !ok {
			year = wave.Number(s.Wave).SchoolYear()
			years[s.Wave] = year
		}
		for k, key := range keys[:in(s, year, &keys)] {
			at, ok := p.index[key]
			if !ok {
				at = len(p.keys)
				p.index[key] = at
				p.keys = append(p.keys, key)
			}
			p.at[i][k] = at
		}
	}
	return p
}

// leave takes units out.
func (p *places) leave(out func(unit int) bool) {
	for i := range p.at {
		for k, at := range p.at[i] {
			if at != noUnit && out(at) {
				p.at[i][k] = noUnit
			}
		}
	}
}

// panel lays the units that are left out by waves. fill adds a summary to a cell.
func (p *places) panel(summaries []counts.Summary, fill func(p *panel, unit, wave int, s *counts.Summary)) *panel {
	out := &panel{}
	out.Items = themes
	used := make([]bool, len(p.keys))
	waves := make(map[uint32]int)
	for i := range summaries {
		for _, at := range p.at[i] {
			if at != noUnit {
				used[at] = true
				waves[summaries[i].Wave] = 0
			}
		}
	}
	out.waves = slices.Sorted(maps.Keys(waves))
	for t, n := range out.waves {
		waves[n] = t
		out.Weeks = append(out.Weeks, schoolWeek(n))
	}
	for i, k := range p.keys {
		if used[i] {
			out.keys = append(out.keys, k)
		}
	}
	slices.SortFunc(out.keys, unitKey.compare)
	unit := make([]int, len(p.keys))
	for i, k := range out.keys {
		unit[p.index[k]] = i
		out.Units = append(out.Units, analytics.Unit{Name: k.unit.Name, School: k.unit.School, Owner: k.unit.Owner, Band: band(k.questionnaire)})
	}
	out.Cells = make([]analytics.Cell, len(out.keys)*len(out.waves))
	out.Counts = make([]analytics.Proportion, len(out.Cells)*len(out.Items))
	for i := range summaries {
		for _, at := range p.at[i] {
			if at != noUnit {
				fill(out, unit[at], waves[summaries[i].Wave], &summaries[i])
			}
		}
	}
	return out
}

// band is a number for what is compared with one another. It must be the same in
// every panel, whatever else is asked.
func band(questionnaire string) int {
	h := fnv.New32a()
	_, _ = h.Write([]byte(questionnaire))
	return int(h.Sum32())
}

// formed is what a class was in its last wave so far.
type formed struct {
	wave, since   uint32
	roster        int
	questionnaire string
}

// moved is by how many pupils a class differs at least that was put together
// anew, or divided.
const moved = 5

// regrouped tells whether other pupils sit in a class of that size.
func regrouped(before, now int) bool { return before-now >= moved || now-before >= moved }

// next takes the class into a wave, and tells since when it is what it is.
func (f *formed) next(s *counts.Summary) (since uint32) {
	switch {
	case f.wave == s.Wave: // another stratum
		return f.since
	case f.wave > 0 && (regrouped(f.roster, int(s.Roster)) || f.questionnaire != s.Questionnaire):
		f.since = s.Wave
	}
	f.wave, f.roster, f.questionnaire = s.Wave, int(s.Roster), s.Questionnaire
	return f.since
}

// classes are the units of the panel of classes. A class that is put together
// anew in the middle of a year, or asked other questions, is from then on a new
// one.
func classes(summaries []counts.Summary, upTo uint32) *panel {
	now := make(map[unitKey]*formed)
	at := locate(summaries, upTo, func(s *counts.Summary, year int, into *[2]unitKey) int {
		name, ok := class(s)
		if !ok {
			return 0
		}
		k := unitKey{unit: disclosure.Unit{Owner: s.Owner, School: s.School, Level: disclosure.LevelClass, Name: name}, year: year}
		f := now[k]
		if f == nil {
			f = &formed{}
			now[k] = f
		}
		k.formed, k.questionnaire = f.next(s), s.Questionnaire
		into[0] = k
		return 1
	})
	p := at.panel(summaries, func(p *panel, unit, t int, s *counts.Summary) {
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

// grades are the names of grades as units.
var grades = func() [maxGrade + 1]string {
	var names [maxGrade + 1]string
	for g := range names {
		names[g] = strconv.Itoa(g)
	}
	return names
}()

// maxGrade is Vg3.
const maxGrade = 13

// class is the name of the class that a summary is of.
func class(s *counts.Summary) (string, bool) {
	if !strings.HasPrefix(s.Unit, "class:") {
		return "", false
	}
	u, err := counts.ParseUnit(s.Unit)
	if err != nil {
		return "", false
	}
	return u.Classes[0], true
}

// follow finds what each class was at the end of last year: 5A of this year was
// 4A. A class that was put together anew over the summer begins like a new one.
func (p *panel) follow() {
	type pupils struct {
		unit disclosure.Unit
		year int
	}
	last := make(map[pupils]int, len(p.keys))
	for i, k := range p.keys {
		last[pupils{k.unit, k.year}] = i
	}
	for i, k := range p.keys {
		name, ok := yearBefore(k.unit.Name)
		if !ok || k.formed > 0 {
			continue
		}
		k.unit.Name = name
		b, ok := last[pupils{k.unit, k.year - 1}]
		if !ok {
			continue
		}
		_, before := p.sizes(b)
		if now, _ := p.sizes(i); !regrouped(before, now) {
			p.Units[i].Before = b + 1
		}
	}
}

// sizes are the first and the last roster of a unit.
func (p *panel) sizes(unit int) (first, last int) {
	for t := range p.waves {
		if n := p.Cell(unit, t).Roster; n > 0 {
			if first == 0 {
				first = n
			}
			last = n
		}
	}
	return first, last
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
	at := locate(summaries, upTo, func(s *counts.Summary, year int, into *[2]unitKey) int {
		if s.N == 0 {
			return 0
		}
		// Girls and boys have norms of their own.
		unit := disclosure.Unit{Owner: s.Owner, School: s.School, Level: disclosure.LevelSchool, Group: s.Stratum}
		into[0] = unitKey{unit: unit, year: year, questionnaire: s.Stratum}
		if s.Grade == 0 {
			return 1
		}
		unit.Level, unit.Name = disclosure.LevelGrade, grades[s.Grade]
		into[1] = unitKey{unit: unit, year: year, questionnaire: s.Questionnaire + s.Stratum}
		return 2
	})
	// A unit of one class is that class.
	first, several := make([]string, len(at.keys)), make([]bool, len(at.keys))
	for i := range summaries {
		for _, unit := range at.at[i] {
			if unit == noUnit {
				continue
			}
			if first[unit] == "" {
				first[unit] = summaries[i].Unit
			}
			several[unit] = several[unit] || first[unit] != summaries[i].Unit
		}
	}
	at.leave(func(unit int) bool { return !several[unit] })
	p := at.panel(summaries, func(p *panel, unit, t int, s *counts.Summary) {
		effect, ok := usual(s.Wave, s.Questionnaire)
		if !ok {
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
	at := locate(summaries, upTo, func(s *counts.Summary, year int, into *[2]unitKey) int {
		if _, answered := s.Share(themeAdult); answered == 0 || s.Stratum != counts.All {
			return 0
		}
		unit := disclosure.Unit{Owner: s.Owner, School: s.School, Level: disclosure.LevelSchool}
		into[0] = unitKey{unit: unit, year: year, questionnaire: s.Questionnaire}
		return 1
	})
	p := at.panel(summaries, func(p *panel, unit, t int, s *counts.Summary) {
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

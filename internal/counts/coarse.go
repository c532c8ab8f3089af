package counts

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Coarse tells whether a unit is of a whole grade or school of a year gone by. It
// is written
//
//	grade:5:grades-5-7@1  school:grades-5-7@1
//
// with the questionnaire and its version, and is only added up, never released.
func Coarse(unit string) bool {
	return strings.HasPrefix(unit, "grade:") || strings.HasPrefix(unit, "school:")
}

// source is one unit of a school that goes into a coarser one.
type source struct {
	name    string
	grade   uint8 // 0: of several
	persons uint32
}

// Coarsen adds up the kept units of one school and wave by grade, and what can
// not stand as a grade by school, so that no row is of one class any more. What
// is one class plus fewer than MinKept persons, even so, has no row at all: it
// is forgotten. Figures about the roster are left out too. summaries are those of
// the wave; they say which grade a unit is of.
func Coarsen(rows []Row, summaries []Summary) []Row {
	persons := map[string]uint32{}
	for _, r := range rows {
		if r.Measure == WorstItems && r.Stratum == All {
			persons[r.Unit] += r.N
		}
	}
	var sources = map[string][]source{} // by questionnaire
	for _, s := range summaries {
		if s.Stratum == All && persons[s.Unit] > 0 {
			sources[s.Questionnaire] = append(sources[s.Questionnaire], source{s.Unit, s.Grade, persons[s.Unit]})
		}
	}
	into := map[string]string{} // a unit to the one it goes into
	for questionnaire, all := range sources {
		for unit, of := range group(questionnaire, all) {
			for _, s := range of {
				into[s.name] = unit
			}
		}
	}
	return add(rows, into)
}

// group puts the units of one questionnaire into grades and a school.
func group(questionnaire string, all []source) map[string][]source {
	grades := map[uint8][]source{}
	for _, s := range all {
		grades[s.grade] = append(grades[s.grade], s)
	}
	groups := map[string][]source{}
	var left []source
	for grade, of := range grades {
		if grade == 0 || !hides(of) {
			left = append(left, of...)
			delete(grades, grade)
		}
	}
	// What is left is hidden among the smallest grade, if it must be.
	for len(left) > 0 && !hides(left) && len(grades) > 0 {
		smallest := slices.MinFunc(keys(grades), func(a, b uint8) int {
			return cmp.Or(cmp.Compare(total(grades[a]), total(grades[b])), cmp.Compare(a, b))
		})
		left = append(left, grades[smallest]...)
		delete(grades, smallest)
	}
	if hides(left) {
		groups["school:"+questionnaire] = left
	}
	for grade, of := range grades {
		groups[fmt.Sprintf("grade:%d:%s", grade, questionnaire)] = of
	}
	return groups
}

func keys(grades map[uint8][]source) []uint8 {
	var all []uint8
	for grade := range grades {
		all = append(all, grade)
	}
	return all
}

func total(of []source) (n uint32) {
	for _, s := range of {
		n += s.persons
	}
	return n
}

// hides says whether these together are more than one of them and a few.
func hides(of []source) bool {
	var largest uint32
	for _, s := range of {
		largest = max(largest, s.persons)
	}
	return total(of)-largest >= MinKept
}

func add(rows []Row, into map[string]string) []Row {
	sums := map[Row]uint32{}
	for _, r := range rows {
		unit, ok := into[r.Unit]
		if !ok || r.Measure == Ballots || r.Measure == Roster || r.Measure == Replaced {
			continue
		}
		n := r.N
		r.Unit, r.N = unit, 0
		sums[r] += n
	}
	all := make([]Row, 0, len(sums))
	for r, n := range sums {
		r.N = n
		all = append(all, r)
	}
	slices.SortFunc(all, func(a, b Row) int {
		return cmp.Or(cmp.Compare(a.Unit, b.Unit), cmp.Compare(a.Stratum, b.Stratum), cmp.Compare(a.Measure, b.Measure), cmp.Compare(a.Bin, b.Bin))
	})
	return all
}

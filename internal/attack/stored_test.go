package attack

import (
	"fmt"
	"slices"

	"github.com/folgmed/folgmed/internal/counts"
)

// persons is the fewest that anything stored may be about once a wave is sealed.
const persons = 5

// aboutRoster are the measures that are about the class list, not about answers.
var aboutRoster = []string{counts.Roster, counts.Replaced, counts.Ballots}

// stored is W4: after a seal something stored is about fewer than five persons.
func stored(y *year) (win string, err error) {
	for _, turn := range y.turns {
		if win := smallCounts(turn.sealed.rows, turn.votes); win != "" {
			return win, nil
		}
		if win := smallSummaries(turn.sealed.summaries, turn.sealed.rows); win != "" {
			return win, nil
		}
	}
	return "", nil
}

// part is what a row of counts is about: the pupils of a unit, all or of one
// gender, in one wave.
type part struct {
	wave                  uint32
	school, unit, stratum string
}

// sizes are how many persons each part of a unit holds: the largest sum over
// the bins of one measure, since nobody is in two bins of one.
func sizes(rows []counts.Row) map[part]int {
	type measure struct {
		part
		name string
	}
	sums := make(map[measure]int)
	for _, r := range rows {
		if !slices.Contains(aboutRoster, r.Measure) {
			sums[measure{part{r.Wave, r.School, r.Unit, r.Stratum}, r.Measure}] += int(r.N)
		}
	}
	of := make(map[part]int)
	for m, n := range sums {
		of[m.part] = max(of[m.part], n)
	}
	return of
}

// smallCounts looks for parts below five, and for two parts that leave fewer
// than five between them: a unit less one of its genders. If the votes are
// known, it also counts who is behind a unit.
func smallCounts(rows []counts.Row, votes []vote) string {
	of := sizes(rows)
	for p, n := range of {
		whole := p
		whole.stratum = counts.All
		switch left := of[whole] - n; {
		case n < persons:
			return fmt.Sprintf("counts of %+v are about %d", p, n)
		case p.stratum != counts.All && left < persons:
			return fmt.Sprintf("counts of %+v leave %d of the unit", p, left)
		}
	}
	return uncounted(of, votes)
}

// uncounted compares units with the votes that are in them: a unit may not hold
// anyone that its name does not say, nor stand for fewer.
func uncounted(of map[part]int, votes []vote) string {
	cast := make(map[[2]string]int)
	for _, v := range votes {
		cast[[2]string{v.ballot.School, v.ballot.Class}]++
	}
	for p, n := range of {
		u, err := counts.ParseUnit(p.unit)
		if err != nil {
			return err.Error()
		}
		if len(votes) == 0 || len(u.Classes) == 0 || p.stratum != counts.All {
			continue
		}
		in := 0
		for _, class := range u.Classes {
			in += cast[[2]string{p.school, class}]
		}
		if in != n {
			return fmt.Sprintf("counts of %+v are about %d, of whom %d cast", p, n, in)
		}
	}
	return ""
}

// smallSummaries looks for summaries of fewer than five. One without answers
// tells how many of a class cast, which is about the class list.
func smallSummaries(summaries []counts.Summary, rows []counts.Row) string {
	of := sizes(rows)
	for i := range summaries {
		s := &summaries[i]
		n := of[part{s.Wave, s.School, s.Unit, s.Stratum}]
		answers := int(s.N)
		for _, k := range s.Answered {
			answers = max(answers, int(k))
		}
		switch {
		case answers > n:
			return fmt.Sprintf("a summary of %s, %q, wave %d is about %d, of whom %d are counted", s.Unit, s.Stratum, s.Wave, answers, n)
		case n < persons && (answers > 0 || s.Sum != 0 || s.Squares != 0 || s.Low > 0):
			return fmt.Sprintf("a summary of %s, %q, wave %d is about %d", s.Unit, s.Stratum, s.Wave, n)
		}
	}
	return ""
}

// storedThree is the control of W4: a table that keeps what three pupils of a
// class answered.
func storedThree(y *year) (win string, err error) {
	rows := slices.Clone(y.turns[0].sealed.rows)
	rows = append(rows, counts.Row{Wave: uint32(y.number(0)), School: y.rooms[0].school, Unit: "class:special unit", Measure: counts.WorstItems, N: 3})
	return smallCounts(rows, nil), nil
}

// storedGenders is another: girls and boys of every class apart, however few.
func storedGenders(y *year) (win string, err error) {
	var rows []counts.Row
	for _, v := range y.turns[0].votes {
		stratum := [2]string{counts.Girls, counts.Boys}[v.pupil%2]
		for _, s := range []string{counts.All, stratum} {
			rows = append(rows, counts.Row{Wave: uint32(y.number(0)), School: v.ballot.School,
				Unit: counts.ClassUnit(v.ballot.Class).String(), Stratum: s, Measure: counts.WorstItems, N: 1})
		}
	}
	return smallCounts(rows, nil), nil
}

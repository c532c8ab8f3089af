package counts_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/folgmed/folgmed/internal/counts"
)

func kept(unit string, persons uint32) counts.Row {
	return counts.Row{Wave: 100, Owner: "1", School: "11", Unit: unit, Measure: counts.WorstItems, Bin: 1, N: persons}
}

func sums(of ...counts.Row) (rows []counts.Row, summaries []counts.Summary) {
	for _, r := range of {
		_, name, _ := strings.Cut(r.Unit, ":")
		var grade uint8
		if name[0] >= '1' && name[0] <= '9' {
			grade = name[0] - '0'
		}
		rows = append(rows, r)
		summaries = append(summaries, counts.Summary{Wave: r.Wave, Owner: r.Owner, School: r.School, Unit: r.Unit, Questionnaire: "q@1", Grade: grade})
	}
	return rows, summaries
}

func TestCoarsenByHand(t *testing.T) {
	for _, tt := range []struct {
		name string
		rows []counts.Row
		want map[string]uint32
	}{
		{"two classes are a grade", []counts.Row{kept("class:5A", 20), kept("class:5B", 18)}, map[string]uint32{"grade:5:q@1": 38}},
		{"one class hides in the smallest grade", []counts.Row{
			kept("class:5A", 20), kept("class:6A", 9), kept("class:6B", 9), kept("class:7A", 20), kept("class:7B", 20),
		}, map[string]uint32{"school:q@1": 38, "grade:7:q@1": 40}},
		{"single classes are the school", []counts.Row{kept("class:5A", 20), kept("class:6A", 12)}, map[string]uint32{"school:q@1": 32}},
		{"one class alone is forgotten", []counts.Row{kept("class:5A", 20)}, map[string]uint32{}},
		{"classes of several grades are the school's", []counts.Row{kept("rest:q", 8), kept("class:5A", 20)}, map[string]uint32{"school:q@1": 28}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			rows, summaries := sums(tt.rows...)
			about := rows[0]
			about.Measure, about.Bin, about.N = counts.Roster, 0, 24
			got := map[string]uint32{}
			for _, r := range counts.Coarsen(append(rows, about), summaries) {
				got[r.Unit] += r.N
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// Whatever a school was, what is left of it is of no single class, and nothing is
// counted twice.
func TestNothingCoarseIsOneClass(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		size := map[string]uint32{}
		var rows []counts.Row
		for grade := 1; grade <= 4; grade++ {
			for k := range rapid.IntRange(0, 3).Draw(t, "classes") {
				r := kept(fmt.Sprintf("class:%d%c", grade, 'A'+k), uint32(rapid.IntRange(5, 30).Draw(t, "persons")))
				size[r.Unit] = r.N
				rows = append(rows, r)
			}
		}
		rows, summaries := sums(rows...)
		var before, after uint32
		for _, n := range size {
			before += n
		}
		for _, r := range counts.Coarsen(rows, summaries) {
			after += r.N
			if !counts.Coarse(r.Unit) {
				t.Fatalf("%s is left", r.Unit)
			}
			for unit, n := range size {
				if r.N >= n && r.N < n+counts.MinKept && r.N-n != 0 && strings.HasPrefix(r.Unit, "grade:"+unit[6:7]) {
					t.Fatalf("%s with %d is %s with %d and a few", r.Unit, r.N, unit, n)
				}
			}
		}
		if after > before {
			t.Fatalf("%d persons became %d", before, after)
		}
		if len(size) >= 2 && before-largest(size) >= counts.MinKept && after != before {
			t.Fatalf("of %d persons %d are left, though they hide one another", before, after)
		}
	})
}

func largest(size map[string]uint32) (n uint32) {
	for _, one := range size {
		n = max(n, one)
	}
	return n
}

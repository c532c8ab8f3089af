package counts

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/folgmed/folgmed/surveys"
)

// Sums by hand over the composites 5.0, 4.4, 4.0, 3.0, 1.0 and one respondent
// without.
func TestSummariseByHand(t *testing.T) {
	asked := slices.Clone(scale)
	asked[2].Theme = "hurt"
	c := class("5A", 5)
	c.Asked, c.Version = asked, 2
	table := folded(t, []Class{c}, sheets("5A",
		[]uint8{1, 1, 1, 1, 1},
		[]uint8{1, 2, 2, 1, 2}, // 4.5 is told as 4.4
		[]uint8{2, 2, 3, 1, 1},
		[]uint8{3, 3, 4, 1, 2},
		[]uint8{5, 5, 5, 5, 2},
		[]uint8{0, 0, 0, 0, 0},
	))
	want := []Summary{{
		Wave: 140, Owner: c.Owner, School: c.School, Unit: "class:5A", Questionnaire: "scale@2", Grade: 5, Roster: 12, Ballots: 6,
		N: 5, Sum: 5 + 4.4 + 4 + 3 + 1, Squares: 9.808, // R: x <- c(5, 4.4, 4, 3, 1); sum((x - mean(x))^2)
		Low: 2, Themes: []string{"hurt"}, Answered: []uint16{5}, Bad: []uint16{3},
	}}
	if diff := cmp.Diff(want, Summarise(table, 140, []Class{c}), cmpopts.EquateApprox(0, 1e-12)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// A class in which too few answered is summed up by its number of ballots alone;
// one under ten has not even that.
func TestSummariseSilence(t *testing.T) {
	small := class("6A", 6)
	small.Size = 9
	all := []Class{class("5A", 5), small}
	table := folded(t, all, slices.Concat(
		sheets("5A", repeat(3, 1, 1, 1, 1, 1)...), sheets("6A", repeat(4, 1, 1, 1, 1, 1)...)))
	got := Summarise(table, 140, all)
	if len(got) != 2 {
		t.Fatalf("%d summaries, want the rest of the school and the ballots of 5A:\n%+v", len(got), got)
	}
	if rest := got[0]; rest.Unit != "rest:scale" || rest.N != 7 || rest.Roster != 0 || rest.Ballots != -1 || rest.Grade != 0 {
		t.Errorf("the rest: %+v", rest)
	}
	if s := got[1]; s.Unit != "class:5A" || s.N != 0 || s.Ballots != 3 || s.Roster != 12 {
		t.Errorf("5A: %+v", s)
	}
}

// Girls and boys have summaries of their own where both have five.
func TestSummariseStrata(t *testing.T) {
	c := class("5A", 5)
	table := folded(t, []Class{c}, sheets("5A", slices.Concat(repeat(5, 1, 1, 1, 1, 1), repeat(6, 5, 5, 5, 5, 2))...))
	n := map[string]uint16{}
	for _, s := range Summarise(table, 140, []Class{c}) {
		n[s.Stratum] = s.N
		if s.Stratum != All && s.Ballots != -1 {
			t.Errorf("%s: ballots are not counted by gender, got %d", s.Stratum, s.Ballots)
		}
	}
	if diff := cmp.Diff(map[string]uint16{All: 11, Girls: 5, Boys: 6}, n); diff != "" {
		t.Errorf("respondents (-want +got):\n%s", diff)
	}
}

// What is summed up anew, after the roster has changed, is what it was: sizes are
// those of the seal.
func TestSummariseAfterTheRosterChanged(t *testing.T) {
	c := class("5A", 5)
	table := folded(t, []Class{c}, sheets("5A", repeat(11, 1, 1, 1, 1, 1)...))
	want := Summarise(table, 140, []Class{c})
	c.Size = 30
	if diff := cmp.Diff(want, Summarise(table, 140, []Class{c})); diff != "" {
		t.Errorf("before and after (-want +got):\n%s", diff)
	}
}

// Of two items about one theme the first is watched, and what it counts is what
// its stream does.
func TestShare(t *testing.T) {
	s := Summary{Themes: []string{"alone", "hurt"}, Answered: []uint16{20, 18}, Bad: []uint16{1, 3}}
	for theme, want := range map[string][2]int{"alone": {1, 20}, "hurt": {3, 18}, "digital": {0, 0}} {
		if bad, answered := s.Share(theme); bad != want[0] || answered != want[1] {
			t.Errorf("%s: %d of %d, want %v", theme, bad, answered, want)
		}
	}
	items := watched([]surveys.Item{
		{ID: "b", Theme: "hurt", Streams: []surveys.Stream{surveys.Single}}, {ID: "c", Theme: "hurt", Streams: []surveys.Stream{surveys.Single}},
		{ID: "a", Theme: "alone", Streams: []surveys.Stream{surveys.Single}}, {ID: "d", Theme: "dread"},
	})
	var ids []string
	for _, item := range items {
		ids = append(ids, item.ID)
	}
	if diff := cmp.Diff([]string{"a", "b"}, ids); diff != "" {
		t.Errorf("watched (-want +got):\n%s", diff)
	}
}

package store_test

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/folgmed/folgmed/internal/counts"
	"github.com/folgmed/folgmed/internal/store"
	"github.com/folgmed/folgmed/internal/store/storetest"
)

func summary(wave uint32, owner, unit, stratum string) counts.Summary {
	return counts.Summary{
		Wave: wave, Owner: owner, School: "974700000", Unit: unit, Stratum: stratum, Questionnaire: "grades-5-7@1",
		Grade: 5, Roster: 24, Ballots: 21, N: 20,
		// Sums are read back to the last bit.
		Sum: 4.2 + math.Nextafter(73.1, 74), Squares: math.Nextafter(1./3, 1), Low: 3,
		Themes: []string{"alone", "hurt"}, Answered: []uint16{20, 19}, Bad: []uint16{1, 0},
	}
}

func TestSummaries(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	silent := counts.Summary{Wave: 140, Owner: "2", School: "974700001", Unit: "class:6A", Questionnaire: "grades-5-7@1", Roster: 12, Ballots: 3,
		Themes: []string{}, Answered: []uint16{}, Bad: []uint16{}}
	want := []counts.Summary{
		summary(140, "1", "class:5A", counts.All), summary(140, "1", "class:5A", counts.Girls), summary(140, "1", "class:5B", counts.All),
		silent, summary(142, "1", "class:5A", counts.All),
	}
	shuffled := []counts.Summary{want[4], want[2], want[0], want[3], want[1]}
	must(t, s.SaveSummaries(t.Context(), shuffled))
	must(t, s.SaveSummaries(t.Context(), shuffled[:3])) // a repeat changes nothing
	got, err := s.Summaries(t.Context(), 140, 142)
	equal(t, got, err, want)
	got, err = s.Summaries(t.Context(), 141, 150)
	equal(t, got, err, want[4:])
	got, err = s.SummariesOfOwner(t.Context(), "2", 0, 200)
	equal(t, got, err, want[3:4])
	got, err = s.SummariesOfOwner(t.Context(), "1", 140, 140)
	equal(t, got, err, want[:3])
	got, err = s.SummariesOfOwner(t.Context(), "3", 0, 200)
	equal(t, got, err, nil)
}

// Of two vintages of a wave, which two servers may have written at once, all read
// the same one.
func TestVintages(t *testing.T) {
	t.Parallel()
	var read [][]store.Vintage
	for _, bodies := range [][]string{{"a", "b"}, {"b", "a"}} {
		s := storetest.New(t)
		must(t, s.SaveVintage(t.Context(), store.Vintage{Wave: 142, Body: `{"Wave":142}`}))
		for _, body := range bodies {
			must(t, s.SaveVintage(t.Context(), store.Vintage{Wave: 140, Body: body}))
		}
		got, err := s.Vintages(t.Context(), 140, 142)
		must(t, err)
		read = append(read, got)
		only, err := s.Vintages(t.Context(), 141, 200)
		equal(t, only, err, []store.Vintage{{Wave: 142, Body: `{"Wave":142}`}})
	}
	if len(read[0]) != 2 || read[0][0].Wave != 140 {
		t.Errorf("read %+v, want one of each wave, in order", read[0])
	}
	if diff := cmp.Diff(read[0], read[1]); diff != "" {
		t.Errorf("what is read depends on the order of writing:\n%s", diff)
	}
}

func TestCountedWaves(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	must(t, s.SaveCounts(t.Context(), []counts.Row{
		{Wave: 142, Owner: "1", School: "974700000", Unit: "class:5A", Measure: counts.Roster, N: 24},
		{Wave: 140, Owner: "1", School: "974700000", Unit: "class:5A", Measure: counts.Roster, N: 24},
		{Wave: 140, Owner: "2", School: "974700001", Unit: "class:6A", Measure: counts.Roster, N: 12},
		{Wave: 150, Owner: "2", School: "974700001", Unit: "class:6A", Measure: counts.Roster, N: 12},
	}, 0))
	got, err := s.CountedWaves(t.Context(), 140, 149)
	equal(t, got, err, []uint32{140, 142})
	got, err = s.CountedWaves(t.Context(), 151, 200)
	equal(t, got, err, nil)
}

package watch

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/folgmed/folgmed/internal/counts"
	"github.com/folgmed/folgmed/internal/disclosure"
)

// A rebuild from counts and stored vintages says what was said, to the last bit:
// over a summer, and past classes that were put together.
func TestRebuildFindsTheSame(t *testing.T) {
	for _, name := range []string{"rollover", "merged", "adult"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := readScenario(t, "testdata/"+name+".txtar")
			var tables []counts.Table
			var classes [][]counts.Class
			var told []int // signals that were before each wave
			var then [][]disclosure.Candidate
			for _, n := range s.waves {
				told = append(told, len(s.told))
				var candidates []disclosure.Candidate
				for _, f := range s.next(n) {
					candidates = append(candidates, f.Candidate)
				}
				then = append(then, candidates)
				table, err := counts.Read(s.rows)
				if err != nil {
					t.Fatal(err)
				}
				tables, classes = append(tables, table), append(classes, s.asked(n))
			}
			var again past
			for at, n := range s.past.waves {
				for i := range classes[at] {
					classes[at][i].Size++ // as the roster is now
				}
				again.summaries = append(again.summaries, counts.Summarise(tables[at], n, classes[at])...)
				body, err := s.past.usual[at].Encode()
				if err != nil {
					t.Fatal(err)
				}
				u, err := Decode(body)
				if err != nil {
					t.Fatal(err)
				}
				again.usual = append(again.usual, u)
			}
			signals := 0
			for at, n := range s.past.waves {
				candidates, err := Find(again.round(s.owner, n, s.told[:told[at]]))
				if diff := cmp.Diff(then[at], candidates); diff != "" || err != nil {
					t.Errorf("wave %d: %v\n%s", s.waves[at], err, diff)
				}
				signals += len(candidates)
			}
			if signals == 0 {
				t.Error("nothing was found that could have differed")
			}
		})
	}
}

// anySummaries are those of a few classes in a few waves, as odd as they may be.
func anySummaries(t *rapid.T) []counts.Summary {
	var all []counts.Summary
	waves := rapid.IntRange(1, 12).Draw(t, "waves")
	for n := range waves {
		for c := range rapid.IntRange(0, 6).Draw(t, "classes") {
			s := counts.Summary{
				Wave: uint32(firstWave + n), Owner: "1", School: []string{"1", "2"}[c%2], Unit: counts.ClassUnit(className(5, c)).String(),
				Questionnaire: rapid.SampledFrom([]string{"a@1", "b@1"}).Draw(t, "questionnaire"), Grade: uint8(5 + c/4),
				Roster: uint16(rapid.IntRange(0, 30).Draw(t, "roster")), Ballots: int16(rapid.IntRange(-1, 35).Draw(t, "ballots")),
			}
			if answered := rapid.IntRange(0, 30).Draw(t, "answered"); answered >= counts.MinKept {
				mean := rapid.Float64Range(1, 5).Draw(t, "mean")
				s.N, s.Sum = uint16(answered), mean*float64(answered)
				s.Squares = rapid.Float64Range(0, float64(answered)*(5-mean)*(mean-1)).Draw(t, "squares")
				s.Low = uint16(rapid.IntRange(0, answered).Draw(t, "low"))
				for _, theme := range []string{themeAdult, disclosure.ThemeAlone, disclosure.ThemeHurt} {
					if n := rapid.IntRange(0, answered).Draw(t, theme); n > 0 {
						s.Themes = append(s.Themes, theme)
						s.Answered = append(s.Answered, uint16(n))
						s.Bad = append(s.Bad, uint16(rapid.IntRange(0, n).Draw(t, "bad")))
					}
				}
			}
			all = append(all, s)
		}
	}
	return all
}

// What is usual is written and read back to the last bit, and learned the same
// again, whatever is answered.
func TestUsualIsReadBackExactly(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		summaries := anySummaries(t)
		var usual []Usual
		for n := range 12 {
			u := Learn(uint32(firstWave+n), until(summaries, uint32(firstWave+n)), usual)
			body, err := u.Encode()
			if err != nil {
				t.Fatal(err)
			}
			read, err := Decode(body)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(u, read); diff != "" {
				t.Fatalf("wave %d (-learned +read):\n%s", n, diff)
			}
			usual = append(usual, read)
		}
		// What comes later changes nothing.
		if diff := cmp.Diff(usual[5], Learn(firstWave+5, summaries, usual[:5])); diff != "" {
			t.Fatalf("learned again (-then +now):\n%s", diff)
		}
		for n := range 12 {
			if _, err := Find(Round{Owner: "1", Wave: uint32(firstWave + n), Summaries: summaries, Usual: usual}); err != nil {
				t.Fatal(err)
			}
		}
	})
}

func until(summaries []counts.Summary, n uint32) []counts.Summary {
	return slices.DeleteFunc(slices.Clone(summaries), func(s counts.Summary) bool { return s.Wave > n })
}

func TestDecodeRefuses(t *testing.T) {
	for _, body := range []string{"", "{", `{"Wave":"x"}`, `{"Wave":140,"Classes":{"Effects":[]}}`} {
		if u, err := Decode(body); err == nil {
			t.Errorf("%q was read as %+v", body, u)
		}
	}
}

package disclosure

import "testing"

// Whoever knows two answers must be left with three counts that are possible,
// whatever is told and in whatever size of unit.
func TestEveryBandHoldsThreeCounts(t *testing.T) {
	for n := minShown; n <= 600; n++ {
		for _, sensitive := range []bool{false, true} {
			if sensitive && n < minSensitive {
				continue
			}
			counts := make(map[string]int)
			last := ""
			order := 0
			for y := range n + 1 {
				var told string
				if sensitive && n < pooledBelow {
					told = wordOf(y, n, n)
				} else {
					told = band(y, n, n, sensitive)
				}
				counts[told]++
				if told != last {
					order++
				}
				last = told
			}
			least := 3
			if sensitive && n >= pooledBelow {
				least = 5
			}
			for told, m := range counts {
				if m < least {
					t.Errorf("n = %d, sensitive %v: %q holds %d counts, not %d", n, sensitive, told, m, least)
				}
			}
			if order != len(counts) {
				t.Errorf("n = %d, sensitive %v: a larger share is told as a smaller one", n, sensitive)
			}
		}
	}
}

func TestBandCount(t *testing.T) {
	for _, c := range []struct {
		n         int
		sensitive bool
		want      int
	}{
		{5, false, 2}, {7, false, 2}, {8, false, 3}, {11, false, 4}, {13, false, 4}, {14, false, 5}, {28, false, 5},
		{29, false, 10}, {58, false, 10}, {59, false, 20}, {298, false, 20}, {299, false, 100},
		{100, true, 20}, {498, true, 20}, {499, true, 100},
	} {
		if got := bandCount(c.n, c.sensitive); got != c.want {
			t.Errorf("bandCount(%d, %v) = %d, want %d", c.n, c.sensitive, got, c.want)
		}
	}
}

// The shares are worked out by hand from ANONYMITY §4.
func TestBandsAndWords(t *testing.T) {
	for _, c := range []struct {
		counted, answered, n int
		want                 string
	}{
		{0, 20, 20, "0/5"},
		{4, 20, 20, "0/5"},   // 5·4/21 = .95
		{5, 20, 20, "1/5"},   // 5·5/21 = 1.19
		{20, 20, 20, "4/5"},  // 5·20/21 = 4.76
		{9, 40, 20, "1/5"},   // two waves: y = 4.5, 5·4.5/21 = 1.07
		{41, 200, 20, "0/5"}, // more than a fifth, but y = 4.1: 5·4.1/21 = .98
		{0, 0, 0, "0/2"},
	} {
		if got := band(c.counted, c.answered, c.n, false); got != c.want {
			t.Errorf("band of %d of %d in %d = %s, want %s", c.counted, c.answered, c.n, got, c.want)
		}
	}
	for _, c := range []struct {
		counted, answered, n int
		want                 string
	}{
		{2, 20, 20, WordsNoneOrFew},
		{3, 20, 20, WordsSome}, // 3 ≥ max(3, 3)
		{6, 20, 20, WordsSome}, // 6 < .35·20 = 7
		{7, 20, 20, WordsMany},
		{5, 40, 20, WordsNoneOrFew}, // y = 2.5
		{5, 12, 12, WordsSome},      // 5 < 6
		{6, 12, 12, WordsMany},
		{8, 60, 60, WordsNoneOrFew}, // 8 < .15·60 = 9
		{0, 30, 30, WordsNoneOrFew},
	} {
		if got := wordOf(c.counted, c.answered, c.n); got != c.want {
			t.Errorf("word of %d of %d in %d = %s, want %s", c.counted, c.answered, c.n, got, c.want)
		}
	}
}

func TestParticipation(t *testing.T) {
	for _, c := range []struct {
		ballots, roster int
		want            string
	}{
		{0, 10, UnderHalf},
		{4, 10, UnderHalf},
		{5, 10, HalfToFourFifths},
		{8, 10, HalfToFourFifths},
		{9, 10, MoreThanFourFifths},
		{12, 10, MoreThanFourFifths}, // with replacements
	} {
		if got := participationWord(c.ballots, c.roster); got != c.want {
			t.Errorf("participation of %d of %d = %s, want %s", c.ballots, c.roster, got, c.want)
		}
	}
}

func band(counted, answered, n int, sensitive bool) string {
	k, of := bandOf(counted, answered, n, sensitive)
	return formatBand(k, k+1, of)
}

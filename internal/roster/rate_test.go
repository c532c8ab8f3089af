package roster

import (
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func at(day string) time.Time { return Date(day).Day().Add(9 * time.Hour) }

func chosen(t testing.TB, id string, rate float64, day string) RateChoice {
	t.Helper()
	c, err := NewRateChoice(id, "1", rate, at(day), "anna")
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestNextTerm(t *testing.T) {
	for day, want := range map[string]Date{
		"2026-08-01": "2027-01-01", "2026-12-31": "2027-01-01",
		"2027-01-01": "2027-08-01", "2027-06-30": "2027-08-01", "2027-07-31": "2027-08-01",
	} {
		if got := NextTerm(at(day)); got != want {
			t.Errorf("after %s comes %s, want %s", day, got, want)
		}
	}
}

func TestRateOn(t *testing.T) {
	o := Owner{Org: "1", Rate: .25}
	choices := []RateChoice{
		chosen(t, "a", .5, "2026-09-14"),
		chosen(t, "b", .1, "2026-10-01"), // thought better of it in the same term
		chosen(t, "c", .5, "2027-02-01"),
		{ID: "d", Owner: "2", Rate: .1, From: "2020-01-01"}, // another owner's
	}
	for day, want := range map[Date]float64{
		"2026-09-14": .25, "2026-12-28": .25, "2027-01-04": .1, "2027-07-26": .1, "2027-08-02": .5, "2030-01-01": .5,
	} {
		if got := o.RateOn(day, choices); got != want {
			t.Errorf("on %s: %g, want %g", day, got, want)
		}
	}
	if got := (Owner{Org: "3"}).RateOn("2026-09-14", choices); got != DefaultRate {
		t.Errorf("one that never chose has %g", got)
	}
}

func TestOtherRatesAreRefused(t *testing.T) {
	for _, rate := range []float64{0, .3, 1, -.1} {
		if _, err := NewRateChoice("a", "1", rate, at("2026-09-14"), "anna"); err == nil || !strings.Contains(err.Error(), "[0.1 0.25 0.5]") {
			t.Errorf("%g: %v", rate, err)
		}
	}
}

// A choice changes nothing of the term that it is made in, nor of any before;
// and what is in force does not hang on the order in which choices are read.
func TestChoicesActLater(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := Owner{Org: "1", Rate: rapid.SampledFrom(Rates).Draw(t, "began")}
		day := func(name string) time.Time {
			return at("2026-08-01").AddDate(0, 0, rapid.IntRange(0, 1500).Draw(t, name))
		}
		date := func(t time.Time) Date { return Date(t.Format(time.DateOnly)) }
		var choices []RateChoice
		for i := range rapid.IntRange(0, 5).Draw(t, "choices") {
			c, err := NewRateChoice(string(rune('a'+i)), "1", rapid.SampledFrom(Rates).Draw(t, "rate"), day("made"), "anna")
			if err != nil {
				t.Fatal(err)
			}
			choices = append(choices, c)
		}
		now := day("now")
		c, err := NewRateChoice("z", "1", rapid.SampledFrom(Rates).Draw(t, "next"), now, "anna")
		if err != nil {
			t.Fatal(err)
		}
		with := append(slices.Clone(choices), c)
		for _, d := range []time.Time{now, day("before")} {
			if date(d) < NextTerm(now) && o.RateOn(date(d), choices) != o.RateOn(date(d), with) {
				t.Fatalf("chosen on %s, it changes %s", date(now), date(d))
			}
		}
		on := date(day("on"))
		if a, b := o.RateOn(on, with), o.RateOn(on, rapid.Permutation(with).Draw(t, "order")); a != b {
			t.Fatalf("%g or %g on %s, by order", a, b, on)
		}
	})
}

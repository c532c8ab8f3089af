package roster

import "testing"

func TestRhythmIn(t *testing.T) {
	var all []RhythmChoice
	for _, c := range []struct {
		id          string
		weeks, from int
		day         string
	}{
		{"d", 4, 2028, "2027-10-01"},
		{"a", 1, 2027, "2026-11-23"},
		{"c", 2, 2028, "2028-02-01"}, // thought better of it before it acted
		{"b", 4, 2027, "2026-11-20"},
	} {
		choice, err := NewRhythmChoice(c.id, "1", c.weeks, c.from, at(c.day), "anna")
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, choice)
	}
	o := Owner{Org: "1", Rhythm: 2, RhythmChoices: all}
	for autumn, want := range map[int]int{2025: 2, 2026: 2, 2027: 1, 2028: 2, 2040: 2} {
		if got := o.RhythmIn(autumn); got != want {
			t.Errorf("in %d: every %d weeks, want %d", autumn, got, want)
		}
	}
	for _, weeks := range []int{-1, 0, 3, 8} {
		if _, err := NewRhythmChoice("a", "1", weeks, 2027, at("2026-09-14"), "anna"); err == nil {
			t.Errorf("every %d weeks is not refused", weeks)
		}
	}
}

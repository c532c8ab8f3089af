package evaluate

import (
	"math"
	"testing"
)

// A hundred ordinary classes with scores 1-100: one above 99, two above 97.5,
// five above 95.
func TestLevelsByHand(t *testing.T) {
	calibration, panel := blank(100, 10, 1), blank(5, 10, 1)
	null, scores := filled(100, 10, math.NaN()), filled(5, 10, math.NaN())
	for c := range null {
		null[c][9] = float64(c + 1)
	}
	for c, v := range []float64{50, 99, math.NaN(), 98, 96} {
		scores[c][9] = v
	}
	r := &run{calibration: calibration, panel: panel, all: indices(100), nulls: []int{0, 1, 2},
		truth: Truth{{Kind: Null}, {Kind: Null}, {Kind: Null}, {Kind: Chronic, Onset: 1}, {Kind: Chronic, Onset: 1}}}
	rows := r.levels([]Method{given("hand", calibration, null, scores)})
	want := []struct{ null, chronic Number }{{0, 0}, {.5, .5}, {.5, 1}} // one null class is silent
	if len(rows) != len(want) {
		t.Fatalf("%+v: only wave 10 is in the panel", rows)
	}
	for i, w := range want {
		if got := rows[i]; got.Wave != 10 || got.Share != levelShares[i] || got.Null.Value != w.null || got.Chronic.Value != w.chronic {
			t.Errorf("%+v, want %+v", got, w)
		}
	}
	r.truth[3].Kind, r.truth[4].Kind = "drop", "drop"
	if r.levels(levelMethods()) != nil {
		t.Error("levels without a class that has always been bad")
	}
}

// Ours sees classes that have always been bad; after ten waves the half of the
// twelve that it pools are there.
func TestLevelsOfOurs(t *testing.T) {
	calibration, panel, truth, err := Simulate("clean", 4, 450)
	if err != nil {
		t.Fatal(err)
	}
	report, err := Run(calibration, panel, truth, Options{Methods: Peers()[:1]})
	if err != nil {
		t.Fatal(err)
	}
	if want := 4 * len(levelWaves) * len(levelShares); len(report.Levels) != want {
		t.Fatalf("%d rows, want %d", len(report.Levels), want)
	}
	for _, l := range report.Levels {
		if l.Method == "folgmed level" && (l.Chronic.Value < .4 || l.Null.Value > Number(l.Share)+4*l.Null.SE) {
			t.Errorf("%+v", l)
		}
	}
}

package evaluate

import (
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// blank is a table of classes without answers: only what is made of it
// matters.
func blank(classes, waves, rhythm int) *Table {
	t := &Table{Rows: make([]Row, classes*waves)}
	for c := range classes {
		t.Classes, t.Schools = append(t.Classes, strconv.Itoa(c+1)), append(t.Schools, "1")
	}
	for w := range waves {
		t.Weeks = append(t.Weeks, 1+w*rhythm)
	}
	return t
}

// given is a method whose scores are known.
func given(name string, calibration *Table, null, scores [][]float64) Method {
	return Method{Name: name, Evidence: true, Score: func(_, panel *Table) [][]float64 {
		if panel == calibration {
			return null
		}
		return scores
	}}
}

func filled(classes, waves int, v float64) [][]float64 {
	s := make([][]float64, classes)
	for c := range s {
		s[c] = slices.Repeat([]float64{v}, waves)
	}
	return s
}

// A case that can be checked by hand: 38 weekly waves from week 1 on, one
// class-year each.
func TestRunByHand(t *testing.T) {
	calibration, panel := blank(2, 38, 1), blank(4, 38, 1)
	null := filled(2, 38, 0)
	null[0][0], null[0][12], null[0][13], null[1][30] = 9, 9, 8, 7 // wave 12 is locked, 13 no more
	scores := filled(4, 38, 0)
	scores[0][21] = 8  // a class without change: one alarm
	scores[1][9] = 8   // on the onset
	scores[2][13] = 8  // three weeks after it
	scores[3][35] = 99 // too late
	truth := Truth{{Kind: Null, Event: 20}, {Kind: "drop", Onset: 10}, {Kind: "drop", Onset: 11}, {Kind: "item", Onset: 12}}
	report, err := Run(calibration, panel, truth, Options{
		Methods: []Method{given("hand", calibration, null, scores)}, Rates: []float64{1, 1.5, .1},
	})
	if err != nil {
		t.Fatal(err)
	}
	// From two weeks before the first onset to sixteen after the last one.
	if diff := cmp.Diff(Protocol{From: 8, To: 28, Rhythm: 1}, report.Protocol); diff != "" {
		t.Error(diff)
	}
	// In weeks 8-28 there are 42/38 class-years and two candidates: the 9 and the
	// 8 of class 1, of which the first locks the other out.
	hand := report.Methods[0]
	at := hand.Rates[0]
	if at.Threshold != 8 || !near(float64(at.Calibration.Value), 38./42, 1e-12) {
		t.Errorf("threshold %v at %v a year, want 8 at %v", at.Threshold, at.Calibration.Value, 38./42)
	}
	if !near(float64(at.Null.Value), 38./21, 1e-12) || at.Event.Value != 1 {
		t.Errorf("null rate %v, events %v", at.Null.Value, at.Event.Value)
	}
	drop, item := at.Kinds[0], at.Kinds[1]
	if drop.Kind != "drop" || drop.Within.Value != 1 || drop.Soon.Value != 1 || drop.Delay != 1.5 {
		t.Errorf("drop: %+v", drop)
	}
	if item.Kind != "item" || item.Within.Value != 0 || !math.IsNaN(float64(item.Delay)) {
		t.Errorf("item: %+v", item)
	}
	if at.Within.Value != .5 || !near(float64(at.MeanDelay.Value), (0+3+12)/3., 1e-12) {
		t.Errorf("mean %v, delay %v", at.Within.Value, at.MeanDelay.Value)
	}
	if want := .05 * .5 / (.05*.5 + .95*38/21); !near(float64(at.Predictive), want, 1e-12) {
		t.Errorf("predictive %v, want %v", at.Predictive, want)
	}
	// All scores of 0 are too many alarms at .1, and even one of the highest is:
	// the highest it is.
	if h := hand.Rates[2].Threshold; h != 9 {
		t.Errorf("threshold %v at .1, want the highest score", h)
	}
}

// Half the waves, but the same weeks: onsets, windows and class-years do not
// change with the rhythm.
func TestRunCountsWeeks(t *testing.T) {
	calibration, panel := blank(2, 60, 1), blank(2, 60, 1)
	truth := Truth{{Kind: Null}, {Kind: "drop", Onset: 30}}
	score := Method{Name: "week", Score: func(_, of *Table) [][]float64 {
		s := filled(2, len(of.Weeks), 0)
		for w, week := range of.Weeks {
			if week >= 41 {
				s[1][w] = 1
			}
		}
		return s
	}}
	for _, rhythm := range []int{1, 2, 4} {
		report, err := Run(calibration, panel.Thin(rhythm), truth, Options{Methods: []Method{score}, Rates: []float64{.1}})
		if err != nil {
			t.Fatal(err)
		}
		p := report.Protocol
		if p.Rhythm != rhythm || p.From != 21 || p.To < 43 || p.To > 46 {
			t.Errorf("every %d weeks: %+v", rhythm, p)
		}
		a := report.Methods[0].Rates[0]
		if a.Kinds[0].Within.Value != 1 || a.Kinds[0].Delay != 11 {
			t.Errorf("every %d weeks: %+v", rhythm, a.Kinds[0])
		}
		// Weeks 21-46, or up to the next wave.
		if years := p.years(1, panel.Thin(rhythm).Weeks); years < 26./38 || years > 28./38 {
			t.Errorf("every %d weeks: %v class-years", rhythm, years)
		}
	}
}

func TestRunWantsTheSameWeeks(t *testing.T) {
	calibration, panel := blank(2, 10, 1), blank(2, 11, 1)
	_, err := Run(calibration, panel, Truth{{Kind: Null}, {Kind: Null}}, Options{})
	if err == nil || !strings.Contains(err.Error(), "week 11 is not in it, but in the panel") {
		t.Errorf("got %v", err)
	}
	if _, err := Score(Ours(), calibration, panel); err == nil {
		t.Error("scored weeks that nothing is known of")
	}
	// A longer calibration set is cut.
	if _, err := Run(panel, calibration, Truth{{Kind: Null}, {Kind: Null}}, Options{}); err != nil {
		t.Error(err)
	}
}

// Sets in which hardly anything is known give a report without NaN in its JSON,
// whatever the method.
func TestRunOfBarrenSets(t *testing.T) {
	for _, tt := range []struct {
		name  string
		panel *Table
		truth Truth
	}{
		{"nobody answered", blank(3, 30, 1), Truth{{Kind: Null}, {Kind: "drop", Onset: 20}, {Kind: Chronic, Onset: 1}}},
		{"one wave", blank(2, 1, 1), Truth{{Kind: Null}, {Kind: "drop", Onset: 1}}},
		{"only changes", blank(1, 30, 2), Truth{{Kind: "two", Onset: 9}}},
		{"no change", blank(2, 30, 1), Truth{{Kind: Null}, {Kind: Null}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			report, err := Run(tt.panel, tt.panel, tt.truth, Options{Product: Shipping()})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := json.Marshal(report); err != nil {
				t.Error(err)
			}
			var text strings.Builder
			if err := report.Text(&text); err != nil {
				t.Error(err)
			}
			if strings.Contains(text.String(), "NaN") {
				t.Errorf("NaN in\n%s", text.String())
			}
		})
	}
}

// Alarms keep their distance, a higher threshold has no more scores above it,
// and the threshold found is quiet unless even the highest score is not.
func TestThresholdIsQuiet(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		classes, waves := rapid.IntRange(1, 5).Draw(t, "classes"), rapid.IntRange(1, 40).Draw(t, "waves")
		table := blank(classes, waves, rapid.SampledFrom([]int{1, 2, 4}).Draw(t, "rhythm"))
		p := protocolFor(table, nil)
		p.From = 1
		scores := table.scores()
		highest := math.Inf(-1)
		for c := range scores {
			for w := range scores[c] {
				if rapid.Bool().Draw(t, "told") {
					scores[c][w] = float64(rapid.IntRange(0, 9).Draw(t, "score"))
					highest = max(highest, scores[c][w])
				}
			}
		}
		rate := rapid.Float64Range(0, 3).Draw(t, "rate")
		h := p.threshold(scores, indices(classes), rate, table.Weeks)
		if math.IsInf(highest, -1) {
			if !math.IsInf(h, 1) {
				t.Fatalf("threshold %v of a silent method", h)
			}
			return
		}
		n := p.count(scores, indices(classes), h, table.Weeks)
		if float64(n) > rate*p.years(classes, table.Weeks) && h != highest {
			t.Fatalf("%d alarms at %v, and %v is the highest score", n, h, highest)
		}
		for c := range scores {
			last := -lock - 1
			p.alarms(scores[c], h, table.Weeks, func(w int) {
				if w-last <= lock || !(scores[c][w] >= h) {
					t.Fatalf("alarms in waves %d and %d", last, w)
				}
				last = w
			})
		}
	})
}

// The audit and the step-up rules on a case by hand.
func TestPromisesByHand(t *testing.T) {
	calibration, panel := blank(1, 38, 1), blank(3, 38, 1)
	truth := Truth{{Kind: Null}, {Kind: "drop", Onset: 10}, {Kind: "drop", Onset: 20}}
	scores := filled(3, 38, -1)
	scores[0][0], scores[0][22] = math.Log(100), math.Log(50) // both outside of what should be found
	scores[1][9] = math.Log(1e6)
	report, err := Run(calibration, panel, truth, Options{Methods: []Method{given("hand", calibration, filled(1, 38, 0), scores)}})
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range report.Methods[0].Audit {
		want := Number(0)
		if a.A <= 38 {
			want = 2
		} else if a.A <= 76 {
			want = 1
		}
		if a.Realised.Value != want || a.Bound != 38/a.A || !a.Kept {
			t.Errorf("%+v, want %v a class-year under %v", a, want, 38/a.A)
		}
	}
	for _, d := range report.Methods[0].Discovery {
		// 3 classes: alone, M must reach 3/alpha, times 17 for e-BH. Wave 22
		// counts, wave 0 does not.
		alarms, wrong := 1, 0.
		if d.Rule == "e-d-BH" && d.Alpha >= 3./50 {
			alarms, wrong = 2, .5
		}
		if d.Alarms != alarms || float64(d.False) != wrong || d.Within.Value != .5 {
			t.Errorf("%+v, want %d alarms, %v of them false", d, alarms, wrong)
		}
	}
}

// A method is timed over the series of both sets.
func TestRunTimesMethods(t *testing.T) {
	calibration, panel := blank(1, 40, 1), blank(3, 40, 1)
	now := time.Unix(0, 0)
	m := given("slow", calibration, filled(1, 40, 0), filled(3, 40, 0))
	score := m.Score
	m.Score = func(c, p *Table) [][]float64 {
		now = now.Add(6 * time.Millisecond)
		return score(c, p)
	}
	report, err := Run(calibration, panel, Truth{{Kind: Null}, {Kind: Null}, {Kind: Null}}, Options{
		Methods: []Method{m}, Now: func() time.Time { return now },
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := report.Methods[0].Milliseconds; got != 3 {
		t.Errorf("%v ms a series, want 12/4", got)
	}
}

// Classes found and missed are picked for each kind that changes.
func TestExamples(t *testing.T) {
	panel := set(t, "panel.csv.gz")
	truth := truthOf(t, panel)
	report, err := Run(set(t, "calibration.csv.gz"), panel, truth, Options{})
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, e := range report.Examples {
		key := e.Kind + strconv.FormatBool(e.Alarm > 0)
		if seen[key] || e.Kind == Null || len(e.Mean) != 60 || len(e.Usual) != 60 || len(e.Score) != 60 {
			t.Errorf("class %s: %s, %d values", e.Class, key, len(e.Mean))
		}
		seen[key] = true
		if e.Alarm > 0 {
			if e.Alarm < e.Onset || e.Alarm >= e.Onset+within || e.Score[e.Alarm-1] < e.Bound {
				t.Errorf("class %s, onset %d: alarm in week %d with %v under %v", e.Class, e.Onset, e.Alarm, e.Score[e.Alarm-1], e.Bound)
			}
			continue
		}
		for w := e.Onset; w < e.Onset+within; w++ {
			if e.Score[w-1] >= e.Bound {
				t.Errorf("class %s is missed with %v in week %d", e.Class, e.Score[w-1], w)
			}
		}
	}
	if len(seen) < 7 {
		t.Errorf("examples %v", seen)
	}
}

// A simulated set is what it says, the same for the same seed.
func TestSimulate(t *testing.T) {
	calibration, panel, truth, err := Simulate("realistic", 5, 40)
	if err != nil {
		t.Fatal(err)
	}
	again, _, _, err := Simulate("realistic", 5, 40)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(calibration, again); diff != "" {
		t.Error(diff)
	}
	other, _, _, err := Simulate("realistic", 6, 40)
	if err != nil {
		t.Fatal(err)
	}
	if cmp.Equal(calibration, other) {
		t.Error("another seed gives the same classes")
	}
	if len(panel.Classes) != 40 || len(truth) != 40 || len(panel.Weeks) != 60 || len(panel.Rows) != 40*60 || len(panel.Schools) != 40 {
		t.Fatalf("%d classes, %d truths, %d weeks", len(panel.Classes), len(truth), len(panel.Weeks))
	}
	if got := truth.kinds(); !slices.Equal(got, order[:7]) {
		t.Errorf("kinds %v", got)
	}
	for i, c := range truth {
		if (c.Kind == Null) != (c.Onset == 0) || c.Onset > 45 {
			t.Errorf("class %d: %+v", i, c)
		}
	}
	var n, low int
	for _, r := range calibration.Rows {
		if r.Y > r.N || r.N > r.Roster || r.N > 0 && (r.Mean < 1 || r.Mean > 5) {
			t.Fatalf("impossible %+v", r)
		}
		n, low = n+r.N, low+r.Y
	}
	if p := float64(low) / float64(n); p < .1 || p > .25 {
		t.Errorf("%.3f of the composites are low", p)
	}
	if _, _, _, err := Simulate("worst", 1, 0); err == nil {
		t.Error("a family there is not was simulated")
	}
}

package evaluate

import (
	"math"
	"testing"
)

// A product that tells a case that can be checked by hand: 60 weekly waves, of
// which those from week 21 on count as work and the first 38 as the year of its
// promise.
func TestShippedByHand(t *testing.T) {
	calibration, panel := blank(1, 60, 1), blank(6, 60, 1)
	truth := Truth{{Kind: Null}, {Kind: Null}, {Kind: "drop", Onset: 30}, {Kind: "two", Onset: 30}, {Kind: "two", Onset: 30}, {Kind: "two", Onset: 30}}
	silent := given("silent", calibration, filled(1, 60, math.NaN()), filled(6, 60, math.NaN()))
	product := &Product{
		Kinds: []Promise{{Kind: "change", Part: 1, Change: true}, {Kind: "level", Part: .1, Once: true}},
		Watch: func(_, _ *Table, rate float64) ([]Prompt, bool) {
			prompts := []Prompt{
				{Kind: "change", Class: 0, Wave: 3},  // false, before what counts as work
				{Kind: "change", Class: 1, Wave: 24}, // false, and work
				{Kind: "change", Class: 1, Wave: 50}, // after the year of the promise
				{Kind: "change", Class: 2, Wave: 20},
				{Kind: "change", Class: 2, Wave: 31, Rise: true}, // found, and no more work
				{Kind: "change", Class: 3, Wave: 29},             // in week 30, on the onset
				{Kind: "change", Class: 4, Wave: 18},             // stands for eleven waves more
				{Kind: "change", Class: 5, Wave: 17},             // over when it begins
				{Kind: "level", Class: 0, Wave: 5}, {Kind: "level", Class: 0, Wave: 22}, {Kind: "level", Class: 3, Wave: 35},
			}
			return prompts, rate < .5
		},
	}
	o := Options{Methods: []Method{silent}, Product: product}
	report, err := Run(calibration, panel, truth, o)
	if err != nil {
		t.Fatal(err)
	}
	if report.Shipped != nil {
		t.Fatal("measured without thresholds")
	}
	product.Watch = watchAlways(product.Watch)
	o.Severe = []Severe{{Grades: "1-10", Prompts: Estimate{.5, .1}}}
	if report, err = Run(calibration, panel, truth, o); err != nil {
		t.Fatal(err)
	}
	if got := report.Protocol; got.From != 21 || got.To != 46 {
		t.Fatalf("%+v", got)
	}
	s := report.Shipped[1]
	if s.Rate != .25 || len(s.Kinds) != 3 {
		t.Fatalf("%+v", s)
	}
	// Two class-years without change; two classes of 26 weeks without change, six
	// in all.
	near := func(name string, got Number, want float64) {
		t.Helper()
		if math.Abs(float64(got)-want) > 1e-12 {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
	}
	change, level := s.Kinds[0], s.Kinds[1]
	near("changes promised", change.Promised, .25)
	near("changes", change.Realised.Value, 2/2.)
	near("prompts of changes", change.Null.Value, 10*1/52.)
	near("prompts of changes in the panel", change.Panel.Value, 10*3/156.)
	near("levels promised", level.Promised, .025)
	near("levels", level.Realised.Value, 1/2.)
	near("prompts of levels", level.Null.Value, 10*1/52.)
	near("promised in all", s.All.Promised, .275)
	near("in all", s.All.Realised.Value, 3/2.)
	near("prompts in all", s.All.Null.Value, 10*2/52.+.5)
	near("found", s.Within.Value, (1+1/3.)/2)
	near("found soon", s.Soon.Value, (1+1/3.)/2)
	near("stood", s.Stood.Value, 1/4.) // the one of wave 20 rises
	near("delay", s.Found[0].Delay, 2)
}

func watchAlways(watch func(_, _ *Table, _ float64) ([]Prompt, bool)) func(_, _ *Table, _ float64) ([]Prompt, bool) {
	return func(c, p *Table, rate float64) ([]Prompt, bool) {
		prompts, _ := watch(c, p, rate)
		return prompts, true
	}
}

// The detector tells what its evidence says, at the thresholds it comes with;
// none are known for a wave every three weeks.
func TestShipping(t *testing.T) {
	calibration, panel := set(t, "calibration.csv.gz"), set(t, "panel.csv.gz")
	few, ok := detect(calibration, panel, .1)
	if !ok {
		t.Fatal("no thresholds for a weekly wave")
	}
	many, _ := detect(calibration, panel, .5)
	if len(few) == 0 || len(many) <= len(few) {
		t.Errorf("%d findings at .1, %d at .5", len(few), len(many))
	}
	evidence := logM(calibration, panel)
	for _, p := range few {
		if p.Kind == "change" && evidence[p.Class][p.Wave] < 3 {
			t.Errorf("class %s is told of in wave %d, where log M is %.1f", panel.Classes[p.Class], p.Wave, evidence[p.Class][p.Wave])
		}
	}
	third := panel.Thin(3)
	cut, err := calibration.Only(third.Weeks)
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := detect(cut, third, .1); ok {
		t.Error("thresholds for a wave every three weeks")
	}
}

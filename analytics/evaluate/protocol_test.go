package evaluate

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func truthOf(t testing.TB, panel *Table) Truth {
	t.Helper()
	file, err := os.Open(filepath.Join("testdata", "truth.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	truth, err := ReadTruth("truth.csv", file, panel)
	if err != nil {
		t.Fatal(err)
	}
	return truth
}

// The whole protocol as the R scripts of the published comparison have it:
// thresholds, rates, sensitivities, delays, alarms in school events.
func TestRunAgainstR(t *testing.T) {
	panel := set(t, "panel.csv.gz")
	report, err := Run(set(t, "calibration.csv.gz"), panel, truthOf(t, panel), Options{Methods: Peers(), Rates: []float64{.1, .25, .4}})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(Protocol{From: 21, To: 60, Rhythm: 1}, report.Protocol); diff != "" {
		t.Fatal(diff)
	}
	type key struct {
		method string
		rate   float64
	}
	got := map[key]AtRate{}
	for _, m := range report.Methods {
		for _, a := range m.Rates {
			got[key{m.Method, a.Rate}] = a
		}
	}
	golden := values(t, "protocol.csv")
	if len(golden) != len(got) || len(got) != 30 {
		t.Fatalf("%d results, want %d", len(got), len(golden))
	}
	for _, v := range golden {
		a, ok := got[key{v["method"], number(t, v["rate"])}]
		if !ok {
			t.Fatalf("no %s at %s", v["method"], v["rate"])
		}
		check := func(column string, got Number) {
			t.Helper()
			if want := number(t, v[column]); !near(float64(got), want, 1e-7) {
				t.Errorf("%s at %s: %s = %v, want %v", v["method"], v["rate"], column, got, want)
			}
		}
		check("threshold", a.Threshold)
		check("far_cal", a.Calibration.Value)
		check("far_null", a.Null.Value)
		check("events", a.Event.Value)
		for _, k := range a.Kinds {
			check(k.Kind+"_12", k.Within.Value)
			check(k.Kind+"_4", k.Soon.Value)
			check(k.Kind+"_delay", k.Delay)
		}
		check("mean_delay", a.MeanDelay.Value)
	}
}

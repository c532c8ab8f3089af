package evaluate

import (
	"bufio"
	"compress/gzip"
	"encoding/csv"
	"io"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"
)

// set reads a table of testdata.
func set(t testing.TB, name string) *Table {
	t.Helper()
	file, err := os.Open(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	table, err := ReadTable(name, file)
	if err != nil {
		t.Fatal(err)
	}
	return table
}

// values reads a file of testdata as a list of columns by name.
func values(t testing.TB, name string) []map[string]string {
	t.Helper()
	file, err := os.Open(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	var r io.Reader = bufio.NewReader(file)
	if strings.HasSuffix(name, ".gz") {
		if r, err = gzip.NewReader(r); err != nil {
			t.Fatal(err)
		}
	}
	records, err := csv.NewReader(r).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var all []map[string]string
	for _, record := range records[1:] {
		m := map[string]string{}
		for i, v := range record {
			m[records[0][i]] = v
		}
		all = append(all, m)
	}
	return all
}

func number(t testing.TB, s string) float64 {
	t.Helper()
	if s == "" || s == "NA" {
		return math.NaN()
	}
	v, err := strconv.ParseFloat(s, 64)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// at is the place of a value's class and week in a table with consecutive
// weeks.
func at(t testing.TB, table *Table, v map[string]string) (class, wave int) {
	t.Helper()
	for i, c := range table.Classes {
		if c == v["class"] {
			return i, int(number(t, v["week"])) - table.Weeks[0]
		}
	}
	t.Fatalf("no class %s", v["class"])
	return 0, 0
}

// near tells whether got is want to a relative tolerance, both NaN included.
func near(got, want, tolerance float64) bool {
	if math.IsNaN(want) {
		return math.IsNaN(got)
	}
	return math.Abs(got-want) <= tolerance*max(1, math.Abs(want))
}

// Every wave's mean, dispersion and p-value as farringtonFlexible of R
// surveillance has them; see testdata/README.md for the call.
func TestFarringtonAgainstSurveillance(t *testing.T) {
	table, golden := set(t, "counts.csv.gz"), values(t, "farrington.csv.gz")
	scores := farrington(nil, table)
	if len(golden) != 20*40 {
		t.Fatalf("%d values", len(golden))
	}
	var fit quasiPoisson
	for _, v := range golden {
		c, w := at(t, table, v)
		var y, n []float64
		for k := w - farringtonFirst; k <= w-farringtonLast; k++ {
			y, n = append(y, float64(table.At(c, k).Y)), append(n, float64(table.At(c, k).N))
		}
		fit.reference(y, n)
		p := exceedance(float64(table.At(c, w).Y), float64(table.At(c, w).N)*fit.rate, fit.phi)
		for _, x := range []struct {
			name      string
			got, want float64
		}{
			{"mu0", float64(table.At(c, w).N) * fit.rate, number(t, v["mu0"])},
			{"phi", fit.phi, number(t, v["phi"])},
			{"pvalue", p, number(t, v["pvalue"])},
			{"score", scores[c][w], -math.Log10(number(t, v["pvalue"]))},
		} {
			if !near(x.got, x.want, 1e-8) {
				t.Errorf("class %s week %s: %s = %.12g, want %.12g", v["class"], v["week"], x.name, x.got, x.want)
			}
		}
	}
}

// Baselines that a model can not be fitted to well. The same call of
// farringtonFlexible as in testdata/README.md for rep(0, 22), 1, 2, 0, 0, 3, 0, 0, 1
// of 17; for twelve low answers in week 11 and none in the other 21; and for
// all of all.
func TestFarringtonOfOddBaselines(t *testing.T) {
	of17 := func(y ...int) *Table {
		table := &Table{Classes: []string{"1"}, Schools: []string{"1"}}
		for i, k := range y {
			table.Weeks = append(table.Weeks, i+1)
			table.Rows = append(table.Rows, Row{Roster: 20, N: 17, Y: k, Mean: 4})
		}
		return table
	}
	zeros := make([]int, 22)
	one := append([]int{}, zeros...)
	one[10] = 12
	all := make([]int, 30)
	for i := range all {
		all[i] = 17
	}
	end := []int{1, 2, 0, 0, 3, 0, 0, 1}
	for _, tt := range []struct {
		name  string
		table *Table
		want  map[int]float64 // p-value by week
	}{
		{"none", of17(append(zeros, end...)...), map[int]float64{21: 1, 22: 1, 23: 1.02618796316e-11, 24: 1e-12, 28: 1, 29: 1, 30: 1.37557075432e-01}},
		{"one", of17(append(one, end...)...), map[int]float64{22: 1, 23: .1558478039438, 24: .1030896394833, 27: .0772601074264, 30: .2185744528610}},
		{"all", of17(all...), map[int]float64{21: .532261716126, 30: .532261716126}},
	} {
		s := farrington(nil, tt.table)
		for week, want := range tt.want {
			if got := math.Pow(10, -s[0][week-1]); !near(got/want, 1, 1e-8) {
				t.Errorf("%s, week %d: p = %.12g, want %.12g", tt.name, week, got, want)
			}
		}
		if !math.IsNaN(s[0][farringtonFirst-1]) {
			t.Errorf("%s: a score before 20 waves have passed", tt.name)
		}
	}
}

// The bound of earsC is m + z·max(s, .5) with z the normal quantile of .999, and
// it alarms above that.
func TestEARSAgainstSurveillance(t *testing.T) {
	table, golden := set(t, "counts.csv.gz"), values(t, "ears.csv.gz")
	if len(golden) != 20*(53+51) {
		t.Fatalf("%d values", len(golden))
	}
	z := distuv.UnitNormal.Quantile(.999)
	scores, lag := map[string][][]float64{"C1": earsC1(nil, table), "C2": earsC2(nil, table)}, map[string]int{"C2": earsLag}
	for _, v := range golden {
		c, w := at(t, table, v)
		var before []float64
		for k := w - earsBaseline - lag[v["method"]]; k < w-lag[v["method"]]; k++ {
			before = append(before, float64(table.At(c, k).Y))
		}
		sigma := max(stat.StdDev(before, nil), .5)
		s, y := scores[v["method"]][c][w], float64(table.At(c, w).Y)
		if got, want := y+(z-s)*sigma, number(t, v["upper"]); !near(got, want, 1e-9) {
			t.Errorf("class %s week %s: bound of %s = %.12g, want %.12g", v["class"], v["week"], v["method"], got, want)
		}
		if (v["alarm"] == "1") != (s > z) {
			t.Errorf("class %s week %s: %s = %.9g, alarm %s", v["class"], v["week"], v["method"], s, v["alarm"])
		}
	}
}

func TestCategoricalCUSUMAgainstSurveillance(t *testing.T) {
	table, golden := set(t, "counts.csv.gz"), values(t, "catcusum.csv.gz")
	var p []float64
	for _, v := range values(t, "national.csv.gz") {
		p = append(p, number(t, v["p_low"]))
	}
	if len(golden) != 20*60 || len(p) != 60 {
		t.Fatalf("%d values of %d weeks", len(golden), len(p))
	}
	s := table.scores()
	for c := range s {
		cusum(s[c], table.Rows[c*60:], p)
	}
	for _, v := range golden {
		c, w := at(t, table, v)
		if want := number(t, v["cusum"]); !near(s[c][w], want, 1e-9) {
			t.Errorf("class %s week %s: %.12g, want %.12g", v["class"], v["week"], s[c][w], want)
		}
	}
}

// Every peer as in the published comparison, class for class and wave for wave.
func TestPeersAgainstR(t *testing.T) {
	calibration, panel := set(t, "calibration.csv.gz"), set(t, "panel.csv.gz")
	scores := map[string][][]float64{}
	for _, m := range Peers() {
		scores[m.Name] = m.Score(calibration, panel)
	}
	golden := values(t, "scores.csv.gz")
	if len(golden) != len(scores)*3*60 {
		t.Fatalf("%d values of %d methods", len(golden), len(scores))
	}
	for _, v := range golden {
		c, w := at(t, panel, v)
		got, want := scores[v["method"]][c][w], number(t, v["score"])
		if !near(got, want, 1e-8) {
			t.Errorf("%s, class %s week %s: %.12g, want %.12g", v["method"], v["class"], v["week"], got, want)
		}
	}
}

// A score may not know what comes after its wave.
func TestMethodsDoNotLookAhead(t *testing.T) {
	calibration, panel := set(t, "calibration.csv.gz"), set(t, "panel.csv.gz")
	const known = 40
	changed := &Table{Classes: panel.Classes, Schools: panel.Schools, Weeks: panel.Weeks, Rows: append([]Row{}, panel.Rows...)}
	for c := range changed.Classes {
		for w := known; w < len(changed.Weeks); w++ {
			r := changed.At(c, w)
			*r = Row{Roster: r.Roster, N: r.N, Y: r.N, B: r.N, VLow: r.N, Mean: 1.5}
		}
	}
	for _, m := range Methods() {
		a, b := m.Score(calibration, panel), m.Score(calibration, changed)
		for c := range a {
			for w := range known {
				if a[c][w] != b[c][w] && !(math.IsNaN(a[c][w]) && math.IsNaN(b[c][w])) {
					t.Fatalf("%s: class %s week %d: %g, and %g with another future", m.Name, panel.Classes[c], panel.Weeks[w], a[c][w], b[c][w])
				}
			}
		}
	}
}

package simulate_test

import (
	"maps"
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"github.com/folgmed/folgmed/analytics/simulate"
)

// small is a set of all kinds in few classes.
func small(seed uint64, null int) simulate.SetConfig {
	classes := map[simulate.Kind]int{simulate.None: null}
	for _, k := range []simulate.Kind{
		simulate.Drop, simulate.Minority, simulate.Two, simulate.One, simulate.Girls,
		simulate.Drift, simulate.Sliding, simulate.Incident, simulate.Chronic,
	} {
		classes[k] = 2
	}
	return simulate.SetConfig{Seed: seed, Nation: 1, Weeks: 12, Onset: [2]int{3, 5}, Classes: classes}
}

// What a set holds is consistent: rows in order, counts within their classes,
// histograms that say what the statistics say.
func TestSetRows(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := small(rapid.Uint64().Draw(t, "seed"), rapid.IntRange(0, 15).Draw(t, "null"))
		c.Clean = rapid.Bool().Draw(t, "clean")
		rows, truth := simulate.Set(c)
		found := map[simulate.Kind]int{}
		for i, one := range truth {
			found[one.Kind]++
			if one.Class != i+1 || one.School != i/10+1 {
				t.Fatalf("class %d of truth is %+v", i+1, one)
			}
			switch {
			case one.Kind == simulate.None && one.Onset == 0:
			case one.Kind == simulate.Chronic && one.Onset == 1:
			case one.Kind != simulate.None && one.Onset >= 3 && one.Onset <= 5:
			default:
				t.Fatalf("onset of %+v", one)
			}
		}
		want := maps.Clone(c.Classes)
		maps.DeleteFunc(want, func(_ simulate.Kind, n int) bool { return n == 0 })
		if !maps.Equal(found, want) {
			t.Fatalf("kinds %v, want %v", found, want)
		}
		if len(rows) != len(truth)*c.Weeks {
			t.Fatalf("%d rows for %d classes", len(rows), len(truth))
		}
		for i := range rows {
			checkRow(t, &rows[i], truth[i/c.Weeks], i%c.Weeks+1)
		}
	})
}

func checkRow(t *rapid.T, r *simulate.Row, truth simulate.Truth, week int) {
	if r.Class != truth.Class || r.School != truth.School || r.Roster != truth.Roster || r.Week != week {
		t.Fatalf("row %+v is not week %d of %+v", r, week, truth)
	}
	score := r.Fold.Score()
	sum := func(counts []uint16) (n int) {
		for _, c := range counts {
			n += int(c)
		}
		return n
	}
	item := r.Fold.Items[4]
	for what, ok := range map[string]bool{
		"n":      r.N <= r.Roster && r.N == r.NG[0]+r.NG[1] && r.N == r.Fold.N && r.N == score.N && r.N == sum(r.Fold.Worst[:]),
		"item":   r.N == sum(item[:]) && r.B == int(item[0])+int(item[1]),
		"y":      r.Y == sum(r.Fold.Composite[:11]) && r.Y == r.YG[0]+r.YG[1] && r.VLow <= r.Y,
		"score":  r.Mean == score.Mean() && r.SS == score.Squares && (r.N == 0 || r.Mean >= 1 && r.Mean <= 5),
		"gender": r.Gender == [2]simulate.Fold{} == (min(r.NG[0], r.NG[1]) < 5),
	} {
		if !ok {
			t.Fatalf("%s of %+v", what, r)
		}
	}
}

// The first weeks are the same however long the set is.
func TestSetStreams(t *testing.T) {
	short, long := small(4, 20), small(4, 20)
	long.Weeks = 30
	a, first := simulate.Set(short)
	b, second := simulate.Set(long)
	for i := range first {
		x, y := a[i*12:(i+1)*12], b[i*30:i*30+12]
		if !reflect.DeepEqual(x, y) {
			t.Fatalf("class %d answers otherwise in a longer set", i+1)
		}
		first[i].SchoolEvent, second[i].SchoolEvent = 0, 0 // known only after it
		if first[i] != second[i] {
			t.Fatalf("class %d is %+v and in a longer set %+v", i+1, first[i], second[i])
		}
	}
}

// A class depends on its place, kind and onset, not on who else is in the set.
func TestSetClassesAreIndependent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		seed := rapid.Uint64().Draw(t, "seed")
		a, first := simulate.Set(small(seed, 20))
		b, second := simulate.Set(small(seed, rapid.IntRange(0, 60).Draw(t, "null")))
		same := 0
		for i := range min(len(first), len(second)) {
			if first[i] != second[i] {
				continue
			}
			same++
			if !reflect.DeepEqual(a[i*12:(i+1)*12], b[i*12:(i+1)*12]) {
				t.Fatalf("class %d answers otherwise in another set", i+1)
			}
		}
		if same == 0 && len(second) > 30 {
			t.Fatal("no class has the same place and kind in both")
		}
	})
}

func TestSetSharesNation(t *testing.T) {
	means := func(nation, seed uint64) []float64 {
		rows, _ := simulate.Set(simulate.SetConfig{Seed: seed, Nation: nation, Weeks: 20, Clean: true,
			Classes: map[simulate.Kind]int{simulate.None: 2000}})
		sum, n := make([]float64, 20), make([]float64, 20)
		for _, r := range rows {
			sum[r.Week-1] += r.Mean * float64(r.N)
			n[r.Week-1] += float64(r.N)
		}
		for i := range sum {
			sum[i] /= n[i]
		}
		return sum
	}
	// Week-to-week changes of the national mean, free of the sets' own levels.
	distance := func(a, b []float64) (d float64) {
		for i := 1; i < len(a); i++ {
			x := (a[i] - a[i-1]) - (b[i] - b[i-1])
			d += x * x
		}
		return d
	}
	one := means(7, 1)
	same, other := distance(one, means(7, 2)), distance(one, means(8, 3))
	if same > other/4 {
		t.Errorf("sets of one nation differ by %g, of two by %g", same, other)
	}
}

func TestFamily(t *testing.T) {
	for name, want := range map[string]int{"realistic": 1000, "clean": 1500, "early": 1500} {
		for classes, total := range map[int]int{0: want, 100: 100, 3000: 3000} {
			calibration, panel, err := simulate.Family(name, 3, classes)
			if err != nil {
				t.Fatal(err)
			}
			n := 0
			for kind, k := range panel.Classes {
				if k < 1 {
					t.Errorf("%s of %d: %d classes of kind %q", name, classes, k, kind)
				}
				n += k
			}
			if n != total || panel.Nation != calibration.Nation || panel.Seed == calibration.Seed {
				t.Errorf("%s of %d: %d classes in panel %+v, calibration %+v", name, classes, n, panel, calibration)
			}
		}
	}
	if _, _, err := simulate.Family("messy", 1, 0); err == nil {
		t.Error("a family there is not was given")
	}
	if _, _, err := simulate.Family("realistic", 1, 13); err == nil {
		t.Error("13 classes were shared out among 7 kinds")
	}
	if _, _, err := simulate.Family("realistic", 1, -5); err == nil {
		t.Error("a set of -5 classes was given")
	}
}

func TestSetPanics(t *testing.T) {
	for name, c := range map[string]simulate.SetConfig{
		"kind":   {Classes: map[simulate.Kind]int{"sinking": 1}},
		"number": {Classes: map[simulate.Kind]int{simulate.Drop: -1}},
		"onset":  {Onset: [2]int{9, 8}},
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			simulate.Set(c)
		}()
	}
}

func BenchmarkSet(b *testing.B) {
	for b.Loop() {
		simulate.Set(simulate.SetConfig{Seed: 1, Classes: map[simulate.Kind]int{simulate.None: 1000}})
	}
}

func TestCountryFamily(t *testing.T) {
	calibration, panel, err := simulate.CountryFamily("realistic", 3, 700)
	if err != nil {
		t.Fatal(err)
	}
	var share float64
	for _, s := range panel.Kinds {
		share += s
	}
	if len(panel.Kinds) != 7 || share < .049 || share > .051 || len(calibration.Kinds) > 0 ||
		panel.Nation != calibration.Nation || panel.Seed == calibration.Seed || panel.Classes != 700 {
		t.Errorf("panel %+v, calibration %+v", panel, calibration)
	}
	if _, _, err := simulate.CountryFamily("messy", 1, 0); err == nil {
		t.Error("a family there is not was given")
	}
	if _, _, err := simulate.CountryFamily("clean", 1, -1); err == nil {
		t.Error("a country of -1 classes was given")
	}
}

package simulate_test

import (
	"math"
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"github.com/folgmed/folgmed/analytics/simulate"
)

// The country is as Statistics Norway counts it: 2,663 schools, 621,961 pupils,
// 423,163 of them in grades 1-7, two schools of five with 100-299 pupils.
func TestCountrySize(t *testing.T) {
	config := simulate.Country(simulate.CountryConfig{Seed: 1, Kinds: map[simulate.Kind]float64{simulate.Drop: .02, simulate.Chronic: .01}})
	var classes, pupils, young, middling, drop, chronic float64
	for _, s := range config.Schools {
		size := 0
		for _, c := range s.Classes {
			if c.Size < 1 || c.Size > 28 || c.Grade < 1 || c.Grade > 10 {
				t.Fatalf("class %+v", c)
			}
			classes++
			size += c.Size
			if c.Grade <= 7 {
				young += float64(c.Size)
			}
			switch c.Kind {
			case simulate.Drop:
				drop++
				if c.Onset < 27 || c.Onset > 44 {
					t.Fatalf("onset of %+v", c)
				}
			case simulate.Chronic:
				chronic++
			default:
			}
		}
		if size == 0 {
			t.Fatal("a school without pupils")
		}
		pupils += float64(size)
		if size >= 100 && size < 300 {
			middling++
		}
	}
	owners := map[int]int{}
	largest := 0
	for _, s := range config.Schools {
		owners[s.Owner]++
		largest = max(largest, owners[s.Owner])
	}
	schools := float64(len(config.Schools))
	for _, v := range []struct {
		name                 string
		got, want, tolerance float64
	}{
		{"schools", schools, 2663, 0},
		{"classes", classes, 30_000, 1000},
		{"pupils", pupils, 621_961, 12_000},
		{"pupils of grades 1-7", young, 423_163, 10_000},
		{"share of schools with 100-299 pupils", middling / schools, .40, .03},
		{"owners", float64(len(owners)), 357 + 279, 80},
		{"schools of the largest owner", float64(largest), 90, 40},
		{"share of classes that drop", drop / classes, .02, .003},
		{"share of chronic classes", chronic / classes, .01, .002},
	} {
		if math.Abs(v.got-v.want) > v.tolerance {
			t.Errorf("%s: %.4g, want %.4g ± %.2g", v.name, v.got, v.want, v.tolerance)
		}
	}
}

// In each grade the national share is bullied over the year, but for the three
// hundredths that are lost because those who feel worst answer less, and chance.
func TestCountryPrevalence(t *testing.T) {
	config := simulate.Country(simulate.CountryConfig{Seed: 2})
	config.Rhythm = 13 // thirds of a year, in which the season evens out
	w := simulate.New(config)
	forms := []simulate.Form{simulate.ByPupils, simulate.ByPupils, simulate.Digitally, simulate.ByAdults}
	var counts [11][4]float64
	var answered [11]float64
	truth := w.Truth()
	for range 3 {
		for i, row := range w.Rows() {
			grade := truth[i].Grade
			if grade <= 4 {
				continue
			}
			answered[grade] += float64(row.N)
			for k := range forms {
				for _, n := range row.Fold.Items[5+k][:3] {
					counts[grade][k] += float64(n)
				}
			}
		}
	}
	for grade := 5; grade <= 10; grade++ {
		for k, form := range forms {
			want := simulate.National(form, grade)
			got := counts[grade][k] / answered[grade]
			if math.Abs(got/want-.97) > .05 {
				t.Errorf("grade %d, %s: %.4f, national share %.4f", grade, form, got, want)
			}
		}
	}
}

// A part of the country is the beginning of the whole, and answers alike.
func TestCountryPart(t *testing.T) {
	config := simulate.CountryConfig{Seed: 3, Kinds: map[simulate.Kind]float64{simulate.Two: .1}}
	large := config
	config.Classes, large.Classes = 40, 120
	a, b := simulate.New(simulate.Country(config)), simulate.New(simulate.Country(large))
	for range 3 {
		x, y := a.Rows(), b.Rows()
		if len(x) < 40 || len(y) < 120 {
			t.Fatalf("%d and %d classes", len(x), len(y))
		}
		if !reflect.DeepEqual(x, y[:len(x)]) {
			t.Fatal("a part of the country answers otherwise than the whole")
		}
	}
}

func TestNational(t *testing.T) {
	// Read off the national survey's reports for 2023 (see bullied).
	for _, v := range []struct {
		form  simulate.Form
		grade int
		want  float64
	}{
		{simulate.AnyForm, 5, .14}, {simulate.AnyForm, 7, .13}, {simulate.AnyForm, 10, .11}, {simulate.AnyForm, 11, .06}, {simulate.AnyForm, 13, .022},
		{simulate.ByAdults, 10, .049}, {simulate.ByAdults, 13, .018},
	} {
		if got := simulate.National(v.form, v.grade); got != v.want {
			t.Errorf("%s in grade %d: %g, want %g", v.form, v.grade, got, v.want)
		}
	}
	// Over grades 5-13, which the survey is of: 10, 8.0, 3.8 and 2.5 %.
	for form, want := range map[simulate.Form]float64{
		simulate.AnyForm: .10, simulate.ByPupils: .080, simulate.Digitally: .038, simulate.ByAdults: .025,
	} {
		var sum float64
		for grade := 5; grade <= 13; grade++ {
			sum += simulate.National(form, grade)
		}
		if mean := sum / 9; math.Abs(mean/want-1) > .1 {
			t.Errorf("%s: %.4f over all grades, want %.4f", form, mean, want)
		}
	}
}

func TestBulliedAt(t *testing.T) {
	if got, want := simulate.BulliedAt(.06, true), simulate.Bullied(true); !near(got.Shares, want.Shares) {
		t.Errorf("shares at .06 are %v, want those of Bullied %v", got.Shares, want.Shares)
	}
	rapid.Check(t, func(t *rapid.T) {
		share := rapid.Float64Range(.005, .5).Draw(t, "share")
		got := simulate.BulliedAt(share, false).Shares
		var sum float64
		for _, s := range got {
			if s <= 0 {
				t.Fatalf("shares %v", got)
			}
			sum += s
		}
		if math.Abs(sum-1) > 1e-9 || math.Abs(got[0]+got[1]+got[2]-share) > 1e-9 {
			t.Fatalf("at %g: shares %v", share, got)
		}
	})
}

func near(a, b []float64) bool {
	for i := range a {
		if math.Abs(a[i]-b[i]) > 1e-9 {
			return false
		}
	}
	return len(a) == len(b)
}

func TestCountryPanics(t *testing.T) {
	for name, f := range map[string]func(){
		"grade":  func() { simulate.National(simulate.AnyForm, 14) },
		"form":   func() { simulate.National("words", 7) },
		"asked":  func() { simulate.Asked(0) },
		"eleven": func() { simulate.Asked(14) },
		"share":  func() { simulate.BulliedAt(1, true) },
		"onset":  func() { simulate.Country(simulate.CountryConfig{Onset: [2]int{5, 4}}) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			f()
		}()
	}
}

func BenchmarkCountryWave(b *testing.B) {
	w := simulate.New(simulate.Country(simulate.CountryConfig{Seed: 1}))
	for b.Loop() {
		w.Rows()
	}
}

package simulate_test

import (
	"fmt"
	"math"
	"reflect"
	"testing"

	"github.com/folgmed/folgmed/analytics"
	"github.com/folgmed/folgmed/analytics/simulate"
)

func TestSeeded(t *testing.T) {
	answers := func(seed uint64) [][]simulate.Sheet {
		w := simulate.New(simulate.Owner(seed, 2, 2, 3))
		w.Next()
		return w.Next()
	}
	if !reflect.DeepEqual(answers(1), answers(1)) {
		t.Error("the same seed gives other answers")
	}
	if reflect.DeepEqual(answers(1), answers(2)) {
		t.Error("another seed gives the same answers")
	}
}

// A class answers alike whatever else stands in the world.
func TestClassesAreIndependent(t *testing.T) {
	small, large := simulate.Owner(7, 2, 1, 2), simulate.Owner(7, 2, 1, 2)
	large.Schools = append(large.Schools, simulate.Owner(9, 2, 1, 4).Schools...)
	large.Schools[0].Classes = append(large.Schools[0].Classes, large.Schools[1].Classes[0])
	a, b := simulate.New(small), simulate.New(large)
	for range 3 {
		x, y := a.Next(), b.Next()
		for i := range x {
			if !reflect.DeepEqual(x[i], y[i]) {
				t.Fatalf("class %d answers otherwise in a larger world", i)
			}
		}
	}
}

func TestOptions(t *testing.T) {
	items := []simulate.Item{simulate.Wellbeing(true), simulate.Wellbeing(false), simulate.Faces(true), simulate.Bullied(false), simulate.Bullied(true)}
	c := simulate.Config{Seed: 3, Schools: make([]simulate.School, 60)}
	for i := range c.Schools {
		c.Schools[i].Owner = i
		for range 5 {
			c.Schools[i].Classes = append(c.Schools[i].Classes, simulate.Class{Size: 24, Items: items})
		}
	}
	w := simulate.New(c)
	var asked, present float64
	counts := make([][6]float64, len(items))
	for range 19 {
		for _, sheets := range w.Next() {
			asked += 24
			present += float64(len(sheets))
			for _, s := range sheets {
				for k, o := range s.Options {
					counts[k][o]++
				}
			}
		}
	}
	within := func(what string, got, want, tolerance float64) {
		t.Helper()
		if math.Abs(got-want) > tolerance {
			t.Errorf("%s = %.4f, want %.4f ± %.4f", what, got, want, tolerance)
		}
	}
	within("response", present/asked, .83, .02)
	for k, item := range items {
		within(fmt.Sprintf("item %d: would rather not", k), counts[k][0]/present, .01, .002)
		for i, share := range item.Shares {
			option := i + 1
			if item.GoodFirst {
				option = len(item.Shares) - i
			}
			within(fmt.Sprintf("item %d, option %d", k, option), counts[k][option]/present, share, .003+.12*share)
		}
	}
}

// TestReference compares with the R simulator this is a port of: its clean
// calibration set (1,000 null classes, 60 weekly waves) has s²_w .0004, s²_e
// .460, class, school and owner together .0442, a mean of 3.884, a variance
// within classes of .614 and a response of .830. Of the realistic worlds only
// the means can be compared: log-normal volatility makes variances that
// differ by half between two worlds of a thousand classes.
func TestReference(t *testing.T) {
	c := simulate.Owner(5, 1, 400, 10)
	c.Clean = true
	for i := range c.Schools {
		c.Schools[i].Owner = i / 8
	}
	p := simulate.New(c).Panel(60)
	vintages := analytics.Fit(p)
	got := vintages[len(vintages)-1].Model.Score
	var n, sum, squares, degrees, roster float64
	for _, cell := range p.Cells {
		if cell.Score.N > 0 {
			n += float64(cell.Score.N)
			degrees += float64(cell.Score.N - 1)
			sum += cell.Score.Sum
			squares += cell.Score.Squares
		}
		roster += float64(cell.Roster)
	}
	for _, v := range []struct {
		name                 string
		got, want, tolerance float64
	}{
		{"s²_w", got.Wave, .0004, .001},
		{"s²_e", got.Respondent, .460, .03},
		{"class, school and owner", got.Class + got.School + got.Owner, .0442, .006},
		{"mean", sum / n, 3.884, .06}, // both have their own dozen owners and national waves
		{"variance within", squares / degrees, .614, .03},
		{"response", n / roster, .830, .01},
	} {
		t.Logf("%s: %.4f (R: %.4f)", v.name, v.got, v.want)
		if math.Abs(v.got-v.want) > v.tolerance {
			t.Errorf("%s = %.4f, want %.4f ± %.4f", v.name, v.got, v.want, v.tolerance)
		}
	}
}

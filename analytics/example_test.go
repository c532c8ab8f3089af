package analytics_test

import (
	"fmt"

	"github.com/folgmed/folgmed/analytics"
)

// Twelve classes of one school answer alike for eight waves; then one falls by
// half a point.
func ExampleDetect() {
	panel := analytics.Panel{Weeks: []int{0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22}}
	for class := range 12 {
		panel.Units = append(panel.Units, analytics.Unit{Name: fmt.Sprint(class), School: "1", Owner: "A"})
		for wave := range panel.Weeks {
			mean := 3.9 + .1*float64((class+wave)%3)
			if class == 7 && wave >= 8 {
				mean -= .5
			}
			panel.Cells = append(panel.Cells, analytics.Cell{
				Roster: 24, Score: analytics.Moments{N: 20, Sum: 20 * mean, Squares: 12},
			})
		}
	}
	for _, f := range analytics.Detect(panel, analytics.Options{Rate: .1}) {
		fmt.Printf("class %s in wave %d, begun in wave %d: %.1f, expected %.1f (%.1f to %.1f), once in %d class-years\n",
			panel.Units[f.Unit].Name, f.Wave, f.Start, f.Observed, f.Expected, f.Low, f.High, f.OneIn)
	}
	// Output:
	// class 7 in wave 9, begun in wave 8: 3.5, expected 4.0 (3.7 to 4.3), once in 10 class-years
}

// One series of scores: five weeks about its usual level, then four below it.
func ExampleMeanDetector() {
	d := analytics.NewMeanDetector(analytics.Belief{Precision: 25}, analytics.Noise{Wave: .01, Memory: .5},
		[]float64{-.15, -.3, -.5}, []analytics.Shape{analytics.Step}, []analytics.Volatility{{Factor: 1, Share: 1}},
		analytics.DefaultSettings())
	for week, r := range []float64{.05, -.05, .1, 0, .05, -.4, -.5, -.35, -.45} {
		d.Update(week, r, .03)
		fmt.Printf("%.1f ", d.M())
	}
	fmt.Println()
	// Output: 0.0 0.0 0.0 0.0 0.4 6.8 41.2 58.5 134.2
}

// One series of counts: about one of twenty, then three.
func ExampleCountDetector() {
	d := analytics.NewCountDetector(.2, 1, analytics.DefaultSettings())
	for week, y := range []float64{1, 0, 1, 2, 1, 3, 4, 3} {
		d.Update(week, analytics.Proportion{Y: y, N: 20}, -2.9)
		fmt.Printf("%.1f ", d.M())
	}
	fmt.Println()
	// Output: 0.0 0.0 0.0 0.0 0.6 4.1 23.4 41.9
}

func ExampleComposite() {
	histogram := make([]uint32, analytics.Bins)
	histogram[15], histogram[20] = 3, 1 // three pupils at 4.0, one at 5.0
	m := analytics.Composite(histogram)
	fmt.Printf("%d pupils, mean %.2f, sum of squares %.2f\n", m.N, m.Mean(), m.Squares)
	// Output: 4 pupils, mean 4.25, sum of squares 0.75
}

func ExampleTrimmedMean() {
	classes := []float64{4.0, 4.1, 3.9, 4.0, 4.2, 3.8, 4.1, 4.0, 2.1, 3.9} // one in trouble
	fmt.Printf("%.2f\n", analytics.TrimmedMean(classes, .1))
	// Output: 3.98
}

// Twenty classes' mean, with a wave in which nobody was asked.
func ExampleNational() {
	weeks := []int{0, 2, 4, 6}
	effect := analytics.National(weeks, []float64{3.9, 4, 0, 3.8}, []float64{.002, .002, 0, .002}, []int{20, 20, 0, 20}, .05)
	fmt.Printf("%.2f\n", effect)
	// Output: [3.90 3.99 4.00 3.81]
}

// What the others of a school say of a new class.
func ExamplePriors() {
	units := []analytics.Unit{{School: "1", Owner: "A"}, {School: "1", Owner: "A"}, {School: "1", Owner: "A"}}
	data := []analytics.Belief{{Mean: -.2, Precision: 100}, {Mean: -.1, Precision: 100}, {}}
	priors := analytics.Priors(units, data, analytics.Components{Class: .037, School: .008, Owner: .0015})
	fmt.Printf("%.3f ± %.2f\n", priors[2].Mean, 1/priors[2].Precision)
	// Output: -0.043 ± 0.04
}

// A dip of all siblings by .4 is believed, one by .05 is not.
func ExampleShock() {
	s := analytics.DefaultSettings()
	large, _ := analytics.Shock(-.4, .005, s)
	small, _ := analytics.Shock(-.05, .005, s)
	fmt.Printf("%.2f %.2f\n", large, small)
	// Output: -0.38 -0.02
}

func ExampleHuberShare() {
	classes := []analytics.Proportion{{Y: 1, N: 20}, {Y: 0, N: 18}, {Y: 2, N: 22}, {Y: 1, N: 19}, {Y: 12, N: 20}} // one in trouble
	fmt.Printf("%.2f\n", analytics.HuberShare(classes, .02))
	// Output: 0.08
}

func ExampleEstimate() {
	units := []analytics.Unit{{School: "1", Owner: "A"}}
	c := analytics.Estimate(units, []float64{.1, -.1, .05}, []int{20, 18, 22})
	fmt.Printf("one class tells little: %.3f %.2f\n", c.Wave, c.Respondent)
	// Output: one class tells little: 0.016 0.56
}

func ExampleThreshold() {
	m, ok := analytics.Threshold(analytics.KindChange, 2, .25)
	fmt.Println(m > 1, ok)
	_, ok = analytics.Threshold(analytics.KindChange, 3, .25)
	fmt.Println(ok)
	// Output:
	// true true
	// false
}

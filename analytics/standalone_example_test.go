package analytics_test

import (
	"fmt"
	"math"

	"github.com/folgmed/folgmed/analytics"
)

// How much classes differ in one answer, and what that says of one of them.
func ExampleFitBetaBinomial() {
	classes := []analytics.Proportion{
		{Y: 3, N: 20}, {Y: 0, N: 18}, {Y: 2, N: 25}, {Y: 5, N: 22}, {Y: 1, N: 17}, {Y: 4, N: 24},
		{Y: 9, N: 21}, {Y: 2, N: 19}, {Y: 0, N: 8}, {Y: 3, N: 23}, {Y: 6, N: 26}, {Y: 1, N: 1},
	}
	d, err := analytics.FitBetaBinomial(classes)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("mean %.3f, intraclass correlation %.3f\n", d.Mean, d.Rho)
	fmt.Printf("9 of 21 is above 1.5 times the mean with probability %.2f\n", d.Exceedance(classes[6], 1.5*d.Mean))

	_, err = analytics.FitBetaBinomial(classes[:1])
	fmt.Println(err)
	// Output:
	// mean 0.160, intraclass correlation 0.047
	// 9 of 21 is above 1.5 times the mean with probability 0.79
	// beta-binomial: fewer than two units with two respondents
}

// Two classes over twelve waves, where one in eight elsewhere gives this answer.
func ExampleLevel() {
	level := analytics.Level{Rho: .03, Phi: .85}
	var quiet, lonely []analytics.Proportion
	var elsewhere []float64
	for wave := range 12 {
		quiet = append(quiet, analytics.Proportion{Y: float64(2 + wave%2), N: 20})
		lonely = append(lonely, analytics.Proportion{Y: float64(5 + wave%2), N: 20})
		elsewhere = append(elsewhere, .125)
	}
	fmt.Printf("%.3f %.3f\n", level.Exceedance(quiet, elsewhere), level.Exceedance(lonely, elsewhere))
	// Output: 0.001 0.999
}

// A class that stands .5 below what its school would make one think.
func ExampleScoreLevel() {
	s := analytics.ScoreLevel{Mean: .05, Variance: .01}
	for wave, r := range []float64{-.5, -.4, -.45} {
		fmt.Printf("%d: E = %.0f\n", wave, math.Exp(s.Update(r, 25)))
	}
	// Output:
	// 0: E = 10
	// 1: E = 29
	// 2: E = 81
}

// Five of twenty in each wave, where one in eight do elsewhere.
func ExampleCountLevel() {
	c := analytics.CountLevel{Variance: .1}
	oneInEight := math.Log(1. / 7)
	for wave := range 3 {
		fmt.Printf("%d: E = %.1f\n", wave, math.Exp(c.Update(analytics.Proportion{Y: 5, N: 20}, oneInEight)))
	}
	// Output:
	// 0: E = 2.1
	// 1: E = 3.4
	// 2: E = 4.8
}

// Of five units, the three that can be told with at most a fifth of them false.
func ExampleEBH() {
	e := []float64{2, 80, .1, 30, 15}
	for i := range e {
		e[i] = math.Log(e[i])
	}
	fmt.Println(analytics.EBH(e, .2))
	// Output: [1 3 4]
}

// The same sums of e-detectors, judged for this wave alone and over all waves.
func ExampleEBHWave() {
	m := []float64{2, 9000, 400, 3}
	for i := range m {
		m[i] = math.Log(m[i])
	}
	fmt.Println(analytics.EBHWave(m, 17, .1), analytics.EDBH(m, .1))
	// Output: [1 2] [1 2]
}

// Four classes of three lines of study. Pupils of the third say more often that
// they have nobody to be with, whatever is usual in their class.
func ExampleSubsets() {
	classes := [][][]analytics.Proportion{
		{{{Y: 1, N: 8}, {Y: 2, N: 9}, {Y: 5, N: 8}}},
		{{{Y: 0, N: 10}, {Y: 1, N: 7}, {Y: 4, N: 9}}},
		{{{Y: 2, N: 7}, {Y: 3, N: 10}, {Y: 6, N: 8}}},
		{{{Y: 1, N: 9}, {Y: 0, N: 8}, {Y: 3, N: 7}}},
	}
	found, err := analytics.Subsets{}.Level(classes)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("E = %.0f, most of it for %v; share of each value %.2f\n", math.Exp(found.LogE), found.Top, found.Values)

	_, err = analytics.Subsets{}.Level([][][]analytics.Proportion{{{{Y: 1, N: 8}}}})
	fmt.Println(err)
	// Output:
	// E = 11, most of it for [2]; share of each value [0.07 0.14 1.00]
	// subset: an attribute of 1 values can not be compared with itself
}

// A class before and after a measure in its sixth week, in a school that stays
// as it is.
func ExampleBeforeAfter() {
	var class, sibling analytics.History
	for wave := range 12 {
		r := -.4 + .05*float64(wave%3)
		if wave >= 6 {
			r += .7
		}
		class.Readings = append(class.Readings, analytics.Reading{Residual: r, Variance: .03})
		sibling.Readings = append(sibling.Readings, analytics.Reading{Residual: .1, Variance: .03})
	}
	model := analytics.ReferenceBeforeAfter()
	siblings := []analytics.History{sibling, sibling, sibling}
	c, err := model.Compare(class, siblings, 6)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%s: %.2f (%.2f to %.2f)\n", c.Outcome, c.Effect, c.Low, c.High)

	for i := range class.Readings[:9] {
		class.Readings[i].Variance = 0 // three waves are too few
	}
	c, err = model.Compare(class, siblings, 6)
	fmt.Println(c.Outcome, err)
	// Output:
	// better: 0.54 (0.27 to 0.82)
	// can not tell <nil>
}

// Three classes of 20, 24 and 18 pupils, and how unusual it is that half of the
// first do not answer.
func ExampleFitResponse() {
	counted := [][]int{{17, 18, 16, 17}, {18, 17, 19, 16}, {17, 18, 16, 17}}
	var classes [][]analytics.Proportion
	for class, roster := range []int{20, 24, 18} {
		var row []analytics.Proportion
		for _, n := range counted[class] {
			missing, err := analytics.Missing(n, roster)
			if err != nil {
				fmt.Println(err)
				return
			}
			row = append(row, missing)
		}
		classes = append(classes, row)
	}
	model, err := analytics.FitResponse(classes)
	if err != nil {
		fmt.Println(err)
		return
	}
	r, w := model.Residual(analytics.Proportion{Y: 10, N: 20}, 3, 0)
	fmt.Printf("classes differ by %.2f log-odds; half missing is %.1f standard deviations out\n",
		math.Sqrt(model.Class), r*math.Sqrt(w))

	_, err = analytics.Missing(30, 20)
	fmt.Println(err)
	// Output:
	// classes differ by 0.69 log-odds; half missing is 4.8 standard deviations out
	// silence: 30 ballots of 20 pupils
}

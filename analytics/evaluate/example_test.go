package evaluate_test

import (
	"fmt"

	"github.com/folgmed/folgmed/analytics/evaluate"
)

// A method of one's own beside a built-in one: classes are ordered by how far
// their mean score is below 5.
func ExampleRun() {
	mean := evaluate.Method{Name: "mean", Source: "an example", Score: func(_, panel *evaluate.Table) [][]float64 {
		scores := make([][]float64, len(panel.Classes))
		for c := range scores {
			for t := range panel.Weeks {
				scores[c] = append(scores[c], 5-panel.At(c, t).Mean)
			}
		}
		return scores
	}}
	calibration, panel, truth, err := evaluate.Simulate("clean", 1, 300)
	if err != nil {
		panic(err)
	}
	report, err := evaluate.Run(calibration, panel, truth, evaluate.Options{
		Methods: append(evaluate.Peers()[:1], mean),
	})
	if err != nil {
		panic(err)
	}
	const rate = 2 // of report's rates: .25 false alarms per class-year
	share, own := report.Methods[0].Rates[rate], report.Methods[1].Rates[rate]
	fmt.Printf("at %g false alarms per class-year the mean finds more than the share: %t\n", own.Rate, own.Within.Value > share.Within.Value)
	// Output: at 0.25 false alarms per class-year the mean finds more than the share: true
}

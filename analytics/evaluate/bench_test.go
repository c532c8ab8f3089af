package evaluate

import "testing"

// inR is the time in ms for a series of 60 waves in R 4.2.2, measured with
// surveillance 1.20.3 (farringtonFlexible, earsC) and with the prototype of five
// streams (24.77, of which the score takes .28 and a stream of counts 6-10).
var inR = map[string]float64{"farringtonFlexible": 109, "ears_c1": .84, "ears_c2": .84, "folgmed": 24.77}

// BenchmarkMethods gives the time for a series of 60 waves, with what a method
// learns from the calibration set, and how many times as long R takes.
func BenchmarkMethods(b *testing.B) {
	calibration, panel, _, err := Simulate("realistic", 1, 200)
	if err != nil {
		b.Fatal(err)
	}
	for _, m := range Methods() {
		b.Run(m.Name, func(b *testing.B) {
			for b.Loop() {
				m.Score(calibration, panel)
			}
			ms := b.Elapsed().Seconds() * 1000 / float64(b.N*len(panel.Classes))
			b.ReportMetric(ms, "ms/series")
			if r, ok := inR[m.Name]; ok {
				b.ReportMetric(r, "ms/series-in-R")
				b.ReportMetric(r/ms, "times-R")
			}
		})
	}
}

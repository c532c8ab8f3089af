package disclosure

import "testing"

// A national release in mid-year: all 30,000 classes of the simulated country,
// the eighth of its fortnightly waves, with what was released before at hand.
// The time is that of one core.
func BenchmarkNationalRelease(b *testing.B) {
	const waves = 8
	years := simulated(0, 2, waves)
	for i, year := range years {
		var all []Released
		for w := range waves - 1 {
			out, err := Gate(at(year, w, all))
			if err != nil {
				b.Fatal(err)
			}
			all = append(all, out.Lines...)
		}
		years[i].Wave, years[i].Earlier = year.Waves[waves-1].Number, all
	}
	b.ReportAllocs()
	for b.Loop() {
		lines := 0
		for _, year := range years {
			out, err := Gate(year)
			if err != nil {
				b.Fatal(err)
			}
			lines += len(out.Lines)
		}
		b.ReportMetric(float64(lines), "lines/op")
	}
}

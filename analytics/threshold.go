package analytics

// ActRate is the rate of false alarms per class-year of the tier Act.
const ActRate = .1

// calibrated is a threshold of M and what it was found for.
type calibrated struct {
	rhythm    int     // weeks between waves
	rate      float64 // false alarms per class-year
	threshold float64 // of M
}

//go:generate go run ./simulate/calibrate -out thresholds.go

// Threshold is what M must reach for the given false alarms per class-year (an
// alarm locks its class for 12 waves) with a wave every rhythm weeks; false if
// it was not calibrated for: rhythms are 1, 2 and 4, rates .1, .25 and .5.
//
// Thresholds are measured on simulated null class-years, see thresholds.go.
func Threshold(rhythm int, rate float64) (float64, bool) {
	for _, c := range thresholds {
		if c.rhythm == rhythm && c.rate == rate {
			return c.threshold, true
		}
	}
	return 0, false
}

package analytics

// ActRate is the rate of false alarms per class-year of the tier Act.
const ActRate = .1

// LevelShare is what part of a rate the level runs at. Where classes differ, one
// that stands worst is not a mistake; at a tenth, 1 to 5 of a hundred ordinary
// classes are told in a year.
const LevelShare = .1

// calibrated is a threshold and what it was found for.
type calibrated struct {
	kind      Kind
	rhythm    int     // weeks between waves
	rate      float64 // false alarms per class-year; of a level ten times that
	threshold float64 // of the evidence
}

//go:generate go run ./simulate/calibrate -out thresholds.go

// Threshold is what the evidence of a kind must reach for the given false alarms
// per class-year (an alarm locks its class for 12 waves; a level has
// [LevelShare] of them) with a wave every rhythm weeks; false if it was not
// calibrated for: rhythms are 1, 2 and 4, rates .1, .25 and .5.
//
// Thresholds are measured on simulated null class-years, see thresholds.go.
func Threshold(kind Kind, rhythm int, rate float64) (float64, bool) {
	for _, c := range thresholds {
		if c.kind == kind && c.rhythm == rhythm && c.rate == rate {
			return c.threshold, true
		}
	}
	return 0, false
}

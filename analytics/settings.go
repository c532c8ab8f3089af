package analytics

// Settings are the constants of the method. They are not for users: thresholds
// are calibrated for [DefaultSettings] only.
type Settings struct {
	Window   int // starts of change looked back on, in waves; the first possible start is always one more
	MinWaves int // waves that must lie before a change
	Term     int // waves an alarm stands, and locks the unit
	Pooled   int // waves pooled for the level; half of them must have data

	// Shifts that are looked for, in standard errors of a class of 17 answers.
	Falls   [3]float64 // of the score
	Spreads [3]float64 // of the spread, upward
	Gaps    [3]float64 // of the gap, to both sides

	ShockShare float64 // share of school-waves with a shock
	ShockSmall float64 // sd of the school's ordinary wave effect, points
	ShockLarge float64 // sd of a shock, points
	Siblings   int     // classes of the school that must have answered beside this one; at least 1
}

// DefaultSettings are what the thresholds were calibrated with.
func DefaultSettings() Settings {
	return Settings{
		Window: 16, MinWaves: 4, Term: 12, Pooled: 12,
		Falls: [3]float64{.7, 1.2, 2.2}, Spreads: [3]float64{.75, 1.25, 2}, Gaps: [3]float64{.75, 1.25, 2},
		ShockShare: .05, ShockSmall: .05, ShockLarge: .3, Siblings: 3,
	}
}

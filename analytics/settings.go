package analytics

// Settings are the constants of the method. They are not for users: thresholds
// are calibrated for [DefaultSettings] only.
type Settings struct {
	Window   int        // starts of change looked back on, in waves; the first possible start is always one more
	Shifts   [3]float64 // falls of the score that are looked for, points on 1-5
	MinWaves int        // waves with data that must lie before a change
	Term     int        // waves an alarm stands, and locks the unit

	VolatilityWaves int     // ν₀: waves' worth of belief that a class is as volatile as others
	VolatilityLag   int     // latest waves left out of a class's volatility, lest a change hide itself
	VolatilityMin   float64 // least κ
	VolatilityMax   float64 // greatest κ

	ShockShare float64 // share of school-waves with a shock
	ShockSmall float64 // sd of the school's ordinary wave effect, points
	ShockLarge float64 // sd of a shock, points
	Siblings   int     // classes of the school that must have answered beside this one; at least 1
}

// DefaultSettings are what the thresholds were calibrated with.
func DefaultSettings() Settings {
	return Settings{
		Window: 16, Shifts: [3]float64{.15, .25, .4}, MinWaves: 4, Term: 12,
		VolatilityWaves: 8, VolatilityLag: 3, VolatilityMin: .6, VolatilityMax: 3,
		ShockShare: .03, ShockSmall: .05, ShockLarge: .3, Siblings: 3,
	}
}

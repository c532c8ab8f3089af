package analytics

// Volatility estimates how much more a class moves from wave to wave than
// others do, as a factor κ on its variance:
//
//	κ = clip((ν₀ + Σ min(z²,9)) / (ν₀ + m), VolatilityMin, VolatilityMax)
//
// over m waves with standardised one-step residuals z. Without it the most
// volatile classes make most false alarms.
//
// The zero value holds no waves.
type Volatility struct {
	sum   float64
	waves int
}

// Add adds one standardised residual.
func (v *Volatility) Add(z float64) {
	v.sum += min(z*z, 9)
	v.waves++
}

// Kappa is κ, 1 if no wave was added.
func (v Volatility) Kappa(s Settings) float64 {
	nu := float64(s.VolatilityWaves)
	return min(max((nu+v.sum)/(nu+float64(v.waves)), s.VolatilityMin), s.VolatilityMax)
}

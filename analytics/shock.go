package analytics

import "math"

// Shock estimates what happened to a whole school in one wave from the other
// classes' residuals: their precision-weighted mean est, with variance v,
// shrunk by the two-component prior
//
//	(1-ShockShare)·N(0, ShockSmall²) + ShockShare·N(0, ShockLarge²)
//
// so that ordinary noise is left alone and a true event is believed. The
// result is the posterior mean, between 0 and est. v must be positive.
func Shock(est, v float64, s Settings) float64 {
	small, large := s.ShockSmall*s.ShockSmall, s.ShockLarge*s.ShockLarge
	// Weights in units of the greater density, lest both underflow.
	l0 := math.Log(1-s.ShockShare) - .5*math.Log(v+small) - .5*est*est/(v+small)
	l1 := math.Log(s.ShockShare) - .5*math.Log(v+large) - .5*est*est/(v+large)
	event := 1 / (1 + math.Exp(l0-l1))
	return est * ((1-event)*small/(small+v) + event*large/(large+v))
}

// Residual is one class's one-step residual in a wave and its variance;
// variance 0 means that the class has no data.
type Residual struct {
	Mean, Variance float64
}

// clipped is r winsorised at two standard deviations.
func (r Residual) clipped() float64 {
	sd := math.Sqrt(r.Variance)
	return min(max(r.Mean, -2*sd), 2*sd)
}

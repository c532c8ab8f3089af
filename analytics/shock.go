package analytics

import "math"

// Shock estimates what happened to a whole school in one wave from the other
// classes' residuals: their precision-weighted mean est, with variance v,
// shrunk by the two-component prior
//
//	(1-ShockShare)·N(0, ShockSmall²) + ShockShare·N(0, ShockLarge²)
//
// so that ordinary noise is left alone and a true event is believed. The
// result is the posterior, its mean between 0 and est. v must be positive.
func Shock(est, v float64, s Settings) (mean, variance float64) {
	small, large := s.ShockSmall*s.ShockSmall, s.ShockLarge*s.ShockLarge
	// Weights in units of the greater density, lest both underflow.
	l0 := math.Log(1-s.ShockShare) - .5*math.Log(v+small) - .5*est*est/(v+small)
	l1 := math.Log(s.ShockShare) - .5*math.Log(v+large) - .5*est*est/(v+large)
	event := 1 / (1 + math.Exp(l0-l1))
	a, b := small/(small+v), large/(large+v)
	mean = est * ((1-event)*a + event*b)
	variance = (1-event)*(a*v+a*a*est*est) + event*(b*v+b*b*est*est) - mean*mean
	return mean, max(variance, 0)
}

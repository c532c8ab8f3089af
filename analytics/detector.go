package analytics

import "math"

// Detector is a Shiryaev-Roberts e-detector of a fall in the mean of one
// series, against a prior for its level before the fall.
//
// The series is r_t with known variances 1/w_t about a level b, and b has the
// prior N(Mean, 1/Precision). With
//
//	A_t = Precision + Σ_{i≤t} w_i        B_t = Precision·Mean + Σ_{i≤t} w_i·r_i
//
// the posterior of b after wave t is N(B_t/A_t, 1/A_t). For a change that
// starts at wave j, the mean of waves j..t lies below what waves before j
// predict by
//
//	d̄ = B_{j-1}/A_{j-1} - (B_t - B_{j-1})/(A_t - A_{j-1})
//	V = 1/A_{j-1} + 1/(A_t - A_{j-1})
//
// where V is the variance of d̄ if nothing changed, and a fall by δ has the
// likelihood ratio
//
//	log L_jδ = (δ·d̄ - δ²/2) / V
//
// M_t is the sum, over the starts j in the last Window waves and over one long
// start at the first wave that may be one, of the mean of L_jδ over Shifts. A
// wave may be a start if Before waves with data lie before it: a change needs
// something to have changed from, else a class that was always low would be
// told as one that fell.
//
// While the model holds, the mean waiting time until M ≥ A is at least A waves
// (Shin, Ramdas and Rinaldo 2023, E-detectors, NEJSDS 1(1)).
//
// Units: r and Shifts in points of the score, w in 1/points². A wave without
// data is left out altogether: M stays what it was. Update does not allocate.
type Detector struct {
	window, before int
	shifts         [3]float64
	a, b           []float64 // prefix sums over the waves with data; [0] is the prior
	wave           []int     // wave of each; [k] led from a[k] to a[k+1]
	n              int       // waves with data
	last           int       // starts up to here; n unless an alarm stands
	held           bool

	m     float64
	start int // index of the start that explains most of m
}

// NewDetector returns a detector of series of at most waves waves with data.
// It panics if window or waves is below 1 or before below 0.
func NewDetector(prior Belief, waves int, s Settings) *Detector {
	if waves < 1 || s.Window < 1 || s.MinWaves < 0 {
		panic("analytics: a detector needs at least one wave and one start")
	}
	sums := make([]float64, 2*(waves+1))
	d := &Detector{}
	d.init(prior, sums[:waves+1], sums[waves+1:], make([]int, waves), s)
	return d
}

func (d *Detector) init(prior Belief, a, b []float64, wave []int, s Settings) {
	*d = Detector{window: s.Window, before: s.MinWaves, shifts: s.Shifts, a: a, b: b, wave: wave}
	d.Restart(prior)
}

// Restart begins a new series with nothing known but the prior.
func (d *Detector) Restart(prior Belief) {
	d.n, d.m, d.start, d.held = 0, 0, 0, false
	d.a[0], d.b[0] = prior.Precision, prior.Precision*prior.Mean
}

// Hold freezes the starts of change at those of now, so that what comes later
// is compared with the time before the change and never becomes its own
// reference.
func (d *Detector) Hold() { d.held, d.last = true, d.n-1 }

// Level is the posterior of the level after the waves so far.
func (d *Detector) Level() Belief {
	return Belief{Mean: d.b[d.n] / d.a[d.n], Precision: d.a[d.n]}
}

// Start is the wave of the start that explains most of M; 0 if M is 0.
func (d *Detector) Start() int {
	if d.n == 0 {
		return 0
	}
	return d.wave[d.start]
}

// Update adds a wave and returns the evidence M, finite and not negative. If w
// is 0 the wave has no data. Waves must come in increasing order.
func (d *Detector) Update(wave int, r, w float64) float64 {
	if w <= 0 {
		return d.m
	}
	d.a[d.n+1], d.b[d.n+1] = d.a[d.n]+w, d.b[d.n]+w*r
	d.wave[d.n] = wave
	d.n++
	last := d.n - 1
	if d.held {
		last = d.last
	}
	first := max(d.before, last-d.window+1)
	var top float64
	d.m = 0
	if d.before < first {
		d.m = d.term(d.before)
		top, d.start = d.m, d.before
	}
	for j := first; j <= last; j++ {
		l := d.term(j)
		d.m += l
		if l > top {
			top, d.start = l, j
		}
	}
	d.m = min(d.m, math.MaxFloat64)
	return d.m
}

// term is the mean of L_jδ over the shifts.
func (d *Detector) term(j int) float64 {
	mean, v := d.fall(j)
	var sum float64
	for _, delta := range d.shifts {
		sum += math.Exp(min(delta*(mean-delta/2)/v, maxLog))
	}
	return sum / float64(len(d.shifts))
}

// maxLog keeps a sum of some hundred terms finite; no threshold is near it.
const maxLog = 690

// fall is d̄ and V for a change that starts with the j-th wave with data.
func (d *Detector) fall(j int) (mean, v float64) {
	w := d.a[d.n] - d.a[j]
	return d.b[j]/d.a[j] - (d.b[d.n]-d.b[j])/w, 1/d.a[j] + 1/w
}

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
// M_t is the sum over the starts j in the last Window waves, and over one long
// start at the first wave once that is older, of the mean of L_jδ over Shifts.
// While the model holds, the mean waiting time until M ≥ A is at least A waves
// (Shin, Ramdas and Rinaldo 2023, E-detectors, NEJSDS 1(1)).
//
// Units: r and Shifts in points of the score, w in 1/points².
// A wave with w = 0 is a wave without data; M keeps its terms.
// Update does not allocate.
type Detector struct {
	window  int
	shifts  [3]float64
	a, b    []float64 // prefix sums; index t+1 is after wave t
	begin   int       // first wave of the running series
	seen    int       // waves with data since begin
	holding bool      // starts are frozen: an alarm stands
	held    int       // wave of that alarm
}

// NewDetector returns a detector of series of at most waves waves.
// It panics if window or waves is below 1.
func NewDetector(prior Belief, waves, window int, shifts [3]float64) *Detector {
	if waves < 1 || window < 1 {
		panic("analytics: a detector needs at least one wave and one start")
	}
	sums := make([]float64, 2*(waves+1))
	d := &Detector{}
	d.init(prior, sums[:waves+1], sums[waves+1:], window, shifts)
	return d
}

func (d *Detector) init(prior Belief, a, b []float64, window int, shifts [3]float64) {
	*d = Detector{window: window, shifts: shifts, a: a, b: b}
	d.Restart(0, prior)
}

// Restart begins a new series at wave t, with nothing known but the prior.
func (d *Detector) Restart(t int, prior Belief) {
	d.begin, d.seen, d.holding = t, 0, false
	d.a[t], d.b[t] = prior.Precision, prior.Precision*prior.Mean
}

// Hold freezes the starts of change at those open at wave t, so that what
// comes later is compared with the time before the change and never becomes
// its own reference.
func (d *Detector) Hold(t int) { d.holding, d.held = true, t }

// Level is the posterior of the level before wave t.
func (d *Detector) Level(t int) Belief {
	return Belief{Mean: d.b[t] / d.a[t], Precision: d.a[t]}
}

// Seen is the number of waves with data since the series began.
func (d *Detector) Seen() int { return d.seen }

// Update adds wave t, the next after the last one, and returns the evidence M
// and the start that explains most of it. M is finite and not negative.
func (d *Detector) Update(t int, r, w float64) (m float64, start int) {
	d.a[t+1], d.b[t+1] = d.a[t]+w, d.b[t]+w*r
	if w > 0 {
		d.seen++
	}
	last := t
	if d.holding {
		last = d.held
	}
	first := max(d.begin, last-d.window+1)
	var top float64
	start = first
	if d.begin < first {
		m = d.term(d.begin, t)
		top, start = m, d.begin
	}
	for j := first; j <= last; j++ {
		l := d.term(j, t)
		m += l
		if l > top {
			top, start = l, j
		}
	}
	return min(m, math.MaxFloat64), start
}

// term is the mean of L_jδ over the shifts.
func (d *Detector) term(j, t int) float64 {
	mean, v, ok := d.fall(j, t)
	if !ok {
		return 1 // nothing observed since j: no evidence either way
	}
	var sum float64
	for _, delta := range d.shifts {
		sum += math.Exp(min(delta*(mean-delta/2)/v, maxLog))
	}
	return sum / float64(len(d.shifts))
}

// maxLog keeps a sum of some hundred terms finite; no threshold is near it.
const maxLog = 690

// fall is d̄ and V for a change that starts at wave j; false if no wave since j
// has data.
func (d *Detector) fall(j, t int) (mean, v float64, ok bool) {
	w := d.a[t+1] - d.a[j]
	if w <= 0 {
		return 0, 0, false
	}
	return d.b[j]/d.a[j] - (d.b[t+1]-d.b[j])/w, 1/d.a[j] + 1/w, true
}

package analytics

import "math"

// Noise is how a mean moves while its level stays.
type Noise struct {
	Wave   float64 // stationary variance of the unit's own movement from wave to wave
	Memory float64 // correlation of that movement over one week, 0 ≤ Memory < 1
}

// Volatility is a factor on a unit's Wave variance and the share of units that
// have it. Classes differ more in how they move than in where they stand, and
// without it the most volatile ones make most of the false alarms.
type Volatility struct {
	Factor, Share float64
}

// volatilities are five points of a log-normal distribution of the standard
// deviation with σ = .8, at -2.4, -1.2, 0, 1.2 and 2.4 σ, scaled to a mean factor of
// 1.
var volatilities = []Volatility{
	{0.0064, 0.0269}, {0.04366, 0.2334}, {0.2978, 0.4794}, {2.031, 0.2334}, {13.85, 0.0269},
}

// steady is the same noise for every unit.
var steady = []Volatility{{1, 1}}

// Shape is the course of a change: the part of its size that is reached so many
// weeks after its start.
type Shape func(weeks int) float64

// Step is there at once and stays.
func Step(int) float64 { return 1 }

// Ramp grows over twelve weeks.
func Ramp(weeks int) float64 { return min(1, float64(weeks+1)/12) }

// Pulse lasts three weeks and then halves each week.
func Pulse(weeks int) float64 {
	if weeks < 3 {
		return 1
	}
	return math.Pow(.5, float64(weeks-2))
}

// MeanDetector is an e-detector of a shift in a series of means. The series is
//
//	r_t = b + u_t + e_t,   b ~ N(Prior),   e_t ~ N(0, v_t)
//	u_t = ρ·u_{t-1} + N(0, (1-ρ²)·κ·Wave),   ρ = Memory^weeks,   κ from Volatilities
//
// a Gaussian state space model of level b and movement u, one Kalman filter for
// each κ. If a change of size δ and shape s begins in week j, the innovation ν_t
// of the filter is moved by δ·g_t, where the signature g follows the filter's
// own recursion (Willsky and Jones 1976, IEEE TAC 21:108)
//
//	g_t = s(t-j) - z_b - z_u,     z ← F·(z + K·g_t),     z = 0 at j
//
// so that with the innovation's variance S_t
//
//	U_j = Σ g·ν/S      I_j = Σ g²/S      log L_jδκ = δ·U_j - δ²·I_j/2
//
// is exact and costs the same for a long series as for a short one. κ is not
// known: L_jδ = Σ_κ ω_κ·L_jδκ with ω the posterior of κ when nothing changed,
// which is the ratio of the two joint predictive densities of the series. Summed
// over starts it is a Shiryaev-Roberts e-detector: while the model holds, the
// mean waiting time until the sum reaches A is at least A waves (Shin, Ramdas
// and Rinaldo 2023, NEJSDS 1(1)).
//
// Units: r, b, Sizes in points, variances in points². A wave without data opens
// its start and changes nothing else. Update does not allocate.
type MeanDetector struct {
	starts
	Noise Noise
	Sizes []float64 // shifts that are looked for; a fall is negative

	shapes       []Shape
	volatilities []Volatility
	shares       []float64 // ω
	filters      []filter
	signatures   []signature // volatility × slot × shape
	parts        []float64   // slot × shape: what is reached of each in the week at hand
	week         int
	begun        bool
}

// filter is one Kalman filter's mean and covariance of level and movement.
type filter struct{ b, u, bb, bu, uu float64 }

// signature is what a unit shift from one start on does to one filter.
type signature struct{ b, u, score, information float64 }

// NewMeanDetector returns a detector of shifts of these sizes and shapes. It
// panics if there are none, or no volatilities.
func NewMeanDetector(prior Belief, n Noise, sizes []float64, shapes []Shape, v []Volatility, s Settings) *MeanDetector {
	if len(sizes) == 0 || len(shapes) == 0 || len(v) == 0 {
		panic("analytics: a detector needs sizes, shapes and volatilities")
	}
	d := &MeanDetector{
		starts: newStarts(s), Noise: n, Sizes: sizes, shapes: shapes, volatilities: v,
		shares: make([]float64, len(v)), filters: make([]filter, len(v)),
	}
	d.signatures = make([]signature, len(v)*len(d.slots)*len(shapes))
	d.parts = make([]float64, len(d.slots)*len(shapes))
	d.Restart(prior)
	return d
}

// Restart begins a new series with nothing known but the prior.
func (d *MeanDetector) Restart(prior Belief) {
	d.restart()
	d.begun = false
	for k, v := range d.volatilities {
		d.shares[k] = v.Share
		d.filters[k] = filter{b: prior.Mean, bb: 1 / prior.Precision}
	}
}

// Level is the posterior of b from the waves so far, changes left aside.
func (d *MeanDetector) Level() Belief {
	var mean, square float64
	for k, f := range d.filters {
		mean += d.shares[k] * f.b
		square += d.shares[k] * (f.b*f.b + f.bb)
	}
	return Belief{Mean: mean, Precision: 1 / max(square-mean*mean, math.SmallestNonzeroFloat32)}
}

// Forecast is the mean and variance of r in a week, not before the last one,
// with sampling variance v.
func (d *MeanDetector) Forecast(week int, v float64) (mean, variance float64) {
	d.predict(week)
	var square float64
	for k, f := range d.filters {
		m := f.b + f.u
		mean += d.shares[k] * m
		square += d.shares[k] * (m*m + f.bb + 2*f.bu + f.uu)
	}
	return mean, max(square-mean*mean, 0) + v
}

// predict moves the filters on to a week. One that does not come after the last
// is taken to be the last.
func (d *MeanDetector) predict(week int) {
	if !d.begun {
		for k := range d.filters {
			d.filters[k].uu = d.volatilities[k].Factor * d.Noise.Wave
		}
		d.begun, d.week = true, week
		return
	}
	if week <= d.week {
		return
	}
	rho := math.Pow(d.Noise.Memory, float64(week)-float64(d.week))
	d.week = week
	for k := range d.filters {
		f := &d.filters[k]
		f.u *= rho
		f.bu *= rho
		f.uu = rho*rho*f.uu + (1-rho*rho)*d.volatilities[k].Factor*d.Noise.Wave
	}
	for i := range d.signatures {
		d.signatures[i].u *= rho
	}
}

// Update takes in the mean r of a week, after all weeks so far, with sampling
// variance v; v = 0 if there is no data.
func (d *MeanDetector) Update(week int, r, v float64) {
	d.predict(week)
	shapes := len(d.shapes)
	if slot := d.next(week); slot >= 0 {
		for k := range d.filters {
			at := (k*len(d.slots) + slot) * shapes
			clear(d.signatures[at : at+shapes])
		}
	}
	if !(v > 0) {
		return
	}
	for slot := range d.Starts() {
		if d.slots[slot] != dead {
			for i, shape := range d.shapes {
				d.parts[slot*shapes+i] = shape(week - d.slots[slot])
			}
		}
	}
	most := math.Inf(-1)
	for k := range d.filters {
		f := &d.filters[k]
		bs, us := f.bb+f.bu, f.bu+f.uu // covariances with the sum of both
		s := bs + us + v
		innovation := r - f.b - f.u
		gainB, gainU := bs/s, us/s
		at := k * len(d.slots) * shapes
		for slot := range d.Starts() {
			if d.slots[slot] == dead {
				continue
			}
			for i, part := range d.parts[slot*shapes : (slot+1)*shapes] {
				z := &d.signatures[at+slot*shapes+i]
				g := part - z.b - z.u
				z.score += g * innovation / s
				z.information += g * g / s
				z.b += gainB * g
				z.u += gainU * g
			}
		}
		f.b += gainB * innovation
		f.u += gainU * innovation
		f.bb -= gainB * bs
		f.bu -= gainB * us
		f.uu -= gainU * us
		d.shares[k] = math.Log(d.shares[k]) - .5*math.Log(s) - .5*innovation*innovation/s
		most = max(most, d.shares[k])
	}
	var sum float64
	for k, l := range d.shares {
		d.shares[k] = max(math.Exp(l-most), leastShare)
		sum += d.shares[k]
	}
	for k := range d.shares {
		d.shares[k] /= sum
	}
}

// leastShare keeps a volatility that was unlikely for long from being ruled out
// for ever.
const leastShare = 1e-12

// Ratios writes L_jδ of start j for each shape and size into out, shapes × sizes.
func (d *MeanDetector) Ratios(j int, out []float64) {
	shapes := len(d.shapes)
	for i := range d.shapes {
		for n, size := range d.Sizes {
			var l float64
			for k, share := range d.shares {
				z := &d.signatures[(k*len(d.slots)+j)*shapes+i]
				l += share * math.Exp(min(size*(z.score-size*z.information/2), maxLog))
			}
			out[i*len(d.Sizes)+n] = l
		}
	}
}

// maxLog keeps a product of three ratios, and a sum of products, finite. No
// threshold is near it.
const maxLog = 200

// M is the sum over the starts of the mean ratio over shapes and sizes.
func (d *MeanDetector) M() float64 {
	out := make([]float64, len(d.shapes)*len(d.Sizes))
	var m float64
	for j := range d.Starts() {
		d.Ratios(j, out)
		m += average(out)
	}
	return m
}

// Shift is the estimate of the size of a change of the first shape from start j
// on, and its variance; infinite variance if nothing is known.
func (d *MeanDetector) Shift(j int) (size, variance float64) {
	var score, information float64
	for k, share := range d.shares {
		z := &d.signatures[(k*len(d.slots)+j)*len(d.shapes)]
		score += share * z.score
		information += share * z.information
	}
	if information <= 0 {
		return 0, math.Inf(1)
	}
	return score / information, 1 / information
}

func average(x []float64) float64 {
	var sum float64
	for _, v := range x {
		sum += v
	}
	return sum / float64(len(x))
}

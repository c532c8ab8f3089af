package analytics

import (
	"math"

	"gonum.org/v1/gonum/floats"
)

// CountDetector is an e-detector of a rise in a series of counts, exact on a
// grid. The series is y_t of n_t with log-odds α_t + b and dispersion φ, with
// b ~ N(0, Class):
//
//	ℓ_t(b) = (y_t·η - n_t·log(1 + e^η)) / φ,     η = α_t + b
//
// For a start j and a rise by δ in log-odds,
//
//	L_jδ = Σ_b π_{j-1}(b)·exp Σ_{i=j..t} ℓ_i(b+δ)  /  Σ_b π_{j-1}(b)·exp Σ_{i=j..t} ℓ_i(b)
//
// with π_{j-1} the posterior of b from the waves before j, on b = -3 to 3 by .1.
// It is the ratio of the joint predictive densities of the waves from j on, so
// that the sum over starts is an e-detector like that of [MeanDetector]. φ is the
// variance of the count in units of the binomial's; it is below 1 where the same
// pupils answer alike from wave to wave, and dividing by it is the quasi-
// likelihood of McCullagh (1983, Ann Stat 11:59).
//
// Everything is kept in the linear domain and scaled by each wave's predictive
// density. Update does not allocate.
type CountDetector struct {
	starts
	Phi    float64
	shifts []int // rises that are looked for, steps of the grid

	posterior  [gridSize]float64
	likelihood []float64 // of the wave at hand, on the grid and beyond it by the largest shift
	numerator  []float64 // slot × shift × grid
	ratios     []float64 // per slot
}

// mostLogit is where a share is as good as 0 or 1.
const mostLogit = 100

// gridOdds is e^b on the grid, and beyond it by as much again.
var gridOdds = func() [2 * gridSize]float64 {
	var odds [2 * gridSize]float64
	for b := range odds {
		odds[b] = math.Exp(gridStep * float64(b-gridHalf))
	}
	return odds
}()

// rises are .5, .9 and 1.4 in log-odds.
var rises = []int{5, 9, 14}

// NewCountDetector returns a detector of counts of a unit among units that vary
// by class, a variance in squared log-odds. It panics unless class and phi are
// positive.
func NewCountDetector(class, phi float64, s Settings) *CountDetector {
	d := &CountDetector{starts: newStarts(s), shifts: rises}
	d.likelihood = make([]float64, gridSize+d.shifts[len(d.shifts)-1])
	d.numerator = make([]float64, len(d.slots)*len(d.shifts)*gridSize)
	d.ratios = make([]float64, len(d.slots))
	d.Restart(class, phi)
	return d
}

// Restart begins a new series with nothing known but the prior.
func (d *CountDetector) Restart(class, phi float64) {
	if !(class > 0 && phi > 0) {
		panic("analytics: a detector of counts needs a variance between classes and a dispersion")
	}
	d.restart()
	d.Phi = phi
	normalGrid(d.posterior[:], class)
	for b, l := range d.posterior {
		d.posterior[b] = math.Exp(l)
	}
}

// Update takes in the count of a week, after all weeks so far, whose log-odds
// are alpha in an ordinary unit; N = 0 if there is no data.
func (d *CountDetector) Update(week int, p Proportion, alpha float64) {
	if slot := d.next(week); slot >= 0 {
		for i := range d.shifts {
			copy(d.grid(slot, i), d.posterior[:])
		}
		d.ratios[slot] = 1
	}
	if !(p.N > 0) {
		return
	}
	// With odds e^α·e^b and e^b from a table, a point costs one logarithm and one
	// exponential.
	alpha = min(max(alpha, -mostLogit), mostLogit)
	odds, step := math.Exp(alpha), p.Y/d.Phi
	scale, at := p.N/d.Phi, step*(alpha-gridStep*gridHalf)
	most := math.Inf(-1)
	for b, e := range gridOdds[:len(d.likelihood)] {
		l := at - scale*math.Log1p(odds*e)
		at += step * gridStep
		d.likelihood[b] = l
		if l > most {
			most = l
		}
	}
	for b, l := range d.likelihood {
		d.likelihood[b] = math.Exp(max(l-most, leastLog))
	}
	var predictive float64
	for b, w := range d.posterior {
		predictive += w * d.likelihood[b]
	}
	floats.Scale(1/predictive, d.likelihood)
	for slot := range d.Starts() {
		if d.slots[slot] == dead {
			continue
		}
		var ratio float64
		for i, shift := range d.shifts {
			moved := d.likelihood[shift : shift+gridSize]
			numerator := d.grid(slot, i)[:len(moved)]
			var sum float64
			for b, l := range moved {
				w := numerator[b] * l
				numerator[b] = w
				sum += w
			}
			ratio += sum
		}
		if ratio /= float64(len(d.shifts)); ratio > maxRatio {
			for i := range d.shifts {
				floats.Scale(maxRatio/ratio, d.grid(slot, i))
			}
			ratio = maxRatio
		}
		d.ratios[slot] = ratio
	}
	for b := range d.posterior {
		d.posterior[b] *= d.likelihood[b]
	}
}

func (d *CountDetector) grid(slot, shift int) []float64 {
	at := (slot*len(d.shifts) + shift) * gridSize
	return d.numerator[at : at+gridSize : at+gridSize]
}

// Ratio is the mean of L_jδ over the shifts.
func (d *CountDetector) Ratio(j int) float64 { return d.ratios[j] }

// leastLog is the least that a wave may say of an offset, in units of the
// likeliest: with counts of thousands all others would underflow, and their
// ratios be 0/0. No class is so large.
const leastLog = -2 * maxLog

// maxRatio is e^maxLog.
var maxRatio = math.Exp(maxLog)

// M is the sum of the ratios over the starts.
func (d *CountDetector) M() float64 {
	var m float64
	for j := range d.Starts() {
		m += d.Ratio(j)
	}
	return m
}

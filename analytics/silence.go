package analytics

import (
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/stat"
)

// Missing is what silence is counted from: the pupils of a roster without a
// counted ballot, as y of n. More of them is worse, so that a detector of
// counts that looks for a rise finds a fall in response. It says that fewer
// answered, never why.
//
// A lost code is replaced, so a few more ballots than pupils may be counted:
// two, or a tenth of the roster. Then nobody is missing. More than that, counts
// below zero and a roster without pupils are errors.
func Missing(counted, roster int) (Proportion, error) {
	switch {
	case roster < 1:
		return Proportion{}, fmt.Errorf("silence: a roster of %d pupils", roster)
	case counted < 0 || counted > roster+max(2, roster/10):
		return Proportion{}, fmt.Errorf("silence: %d ballots of %d pupils", counted, roster)
	}
	return Proportion{Y: float64(max(0, roster-counted)), N: float64(roster)}, nil
}

// ResponseModel is how pupils usually fail to answer: in class c and wave t each
// with log-odds
//
//	α_t + b_c,  b_c ~ N(0, Class)
//
// binomially, with variance Phi times the binomial's about that. It is the
// in-control model of a count detector of [Missing]: prior variance Class,
// reference α_t, dispersion Phi. Response differs between classes for reasons of
// their own (Class), and the same pupils tend to stay away (Phi below 1).
type ResponseModel struct {
	Logit []float64 // α_t, one per wave
	Class float64   // variance between classes, squared log-odds
	Phi   float64
}

// Bounds of the estimates: classes are never taken to be all alike, nor answers
// to be surer than half the binomial's variance.
const (
	leastClass = .01
	leastPhi   = .5
)

// FitResponse estimates a ResponseModel from classes × waves of [Missing]; a
// class without a roster in a wave is a Proportion of zero.
//
//	p_t = (Σ_c y + ½)/(Σ_c n + 1)                       α_t = logit p_t
//	b̂_c = Σ_t(y - n·p_t)/I_c,  I_c = Σ_t n·p_t·(1-p_t)  (one step from 0)
//	Class = var b̂ - mean 1/I, over classes with I > 2
//	Phi = mean of (y - n·p)²/(n·p·(1-p)) · T/(T-1),  p at α_t + b̂_c·Class/(Class + 1/I_c)
//
// by moments, as for any count of the method, T the waves of the class. Class is
// at least .01 and Phi at least ½. With one class, or one wave, nothing is known
// of Class, or of Phi, and they are .01 and 1. A wave without any class has the
// log-odds of all waves together.
//
// No class with a roster, rows of unequal length and impossible counts are
// errors.
func FitResponse(classes [][]Proportion) (ResponseModel, error) {
	if len(classes) == 0 {
		return ResponseModel{}, errNoRoster
	}
	waves := len(classes[0])
	total := make([]Proportion, waves)
	var all Proportion
	for c, row := range classes {
		if len(row) != waves {
			return ResponseModel{}, fmt.Errorf("silence: class %d has %d waves, the first %d", c, len(row), waves)
		}
		for t, p := range row {
			if err := p.Validate(); err != nil {
				return ResponseModel{}, fmt.Errorf("silence: class %d, wave %d: %w", c, t, err)
			}
			total[t].Y += p.Y
			total[t].N += p.N
			all.Y += p.Y
			all.N += p.N
		}
	}
	if all.N == 0 {
		return ResponseModel{}, errNoRoster
	}
	m := ResponseModel{Logit: make([]float64, waves), Class: leastClass, Phi: 1}
	for t, p := range total {
		if p.N == 0 {
			p = all
		}
		m.Logit[t] = logit((p.Y + .5) / (p.N + 1))
	}

	offsets := make([]float64, len(classes))
	information := make([]float64, len(classes))
	var known, sampling []float64
	for c, row := range classes {
		for t, p := range row {
			q := logistic(m.Logit[t])
			offsets[c] += p.Y - p.N*q
			information[c] += p.N * q * (1 - q)
		}
		if information[c] > 0 {
			offsets[c] /= information[c]
		}
		if information[c] > 2 {
			known = append(known, offsets[c])
			sampling = append(sampling, 1/information[c])
		}
	}
	if len(known) > 1 {
		m.Class = max(leastClass, stat.Variance(known, nil)-stat.Mean(sampling, nil))
	}

	var pearson, degrees float64
	for c, row := range classes {
		b := offsets[c]
		if information[c] > 0 {
			b *= m.Class / (m.Class + 1/information[c])
		}
		seen, own := 0., 0.
		for t, p := range row {
			if p.N > 0 {
				q := logistic(m.Logit[t] + b)
				r := p.Y - p.N*q
				own += r * r / (p.N * q * (1 - q))
				seen++
			}
		}
		if seen > 1 {
			pearson += own
			degrees += seen - 1
		}
	}
	if degrees > 0 {
		m.Phi = max(leastPhi, pearson/degrees)
	}
	return m, nil
}

var errNoRoster = errors.New("silence: no class with a roster")

// Residual is the working residual of a class in a wave about log-odds α_t + b,
// and its precision:
//
//	r = (y - n·p)/(n·p·(1-p))    w = n·p·(1-p)/Phi
//
// Both are 0 for a class without a roster. It panics if m has no such wave.
func (m ResponseModel) Residual(p Proportion, wave int, b float64) (r, w float64) {
	q := logistic(m.Logit[wave] + b)
	v := p.N * q * (1 - q)
	if v == 0 {
		return 0, 0
	}
	return (p.Y - p.N*q) / v, v / m.Phi
}

// LogLikelihood is log f(y of n) at log-odds α_t + b, divided by max(1, Phi) and
// without log C(n,y): a term of Λ_t(b). It panics if m has no such wave.
func (m ResponseModel) LogLikelihood(p Proportion, wave int, b float64) float64 {
	if math.IsNaN(b) {
		panic("analytics: an offset that is not a number")
	}
	return binomialLog(p, m.Logit[wave]+b) / max(1, m.Phi)
}

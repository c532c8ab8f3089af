// Package evaluate measures how well a method finds classes that have changed,
// on sets of which the truth is known, and holds the methods that others use
// for it, so that all are measured alike.
//
// A [Method] gives each class a score in each wave, larger for more alarming.
// [Run] finds for each method the threshold at which classes without change
// would alarm as often as wanted, on a calibration set, and then counts on the
// panel what is found, how soon, and how often wrongly. Tables are read by
// [ReadTable], what is known of them by [ReadTruth].
//
// It reads from what it is given only, has no clock, and draws no random
// number.
package evaluate

import "math"

// Method is one way to watch classes.
type Method struct {
	Name   string
	Source string // where it comes from

	// Evidence says that the score is the logarithm of an e-detector's M.
	Evidence bool

	// Score gives a score for each class and wave of panel, classes × waves;
	// larger is more alarming, NaN or -Inf is silence. That of wave t may use the
	// panel up to wave t, and of the calibration set anything. Both have the
	// same weeks.
	Score func(calibration, panel *Table) [][]float64
}

// Methods are ours and all peers.
func Methods() []Method { return append([]Method{Ours()}, Peers()...) }

// Peers are the methods that others use.
//
// Those that need the country's level in a wave take it from the calibration
// set's same wave, for all sets of one family share their season and shocks. In
// the published comparison (R, surveillance 1.20.3 and own code) it came from
// 6,000 classes, of which the calibration set was a sixth. With those levels all
// its figures come out again; with the calibration set's own the methods that
// need none have the same figures still, and the sensitivities of the others
// differ by up to .04.
func Peers() []Method {
	return []Method{
		{Name: "naive_prop", Score: naiveShare, Source: "share of low answers, from 5 respondents on"},
		{Name: "z_nat", Score: nationalZ, Source: "binomial z against the country's share in the wave"},
		{Name: "ears_c1", Score: earsC1, Source: "Hutwagner et al. 2003, J Urban Health 80:i89; minimum sigma .5"},
		{Name: "ears_c2", Score: earsC2, Source: "Hutwagner et al. 2003, J Urban Health 80:i89; minimum sigma .5"},
		{Name: "ears_c3", Score: earsC3, Source: "Hutwagner et al. 2003, J Urban Health 80:i89; minimum sigma .5"},
		{Name: "rossi_cusum", Score: rossiCUSUM, Source: "Rossi, Lampugnani, Marchi 1999, Stat Med 18:2111; k = 1.04"},
		{Name: "cusum_bin_nat", Score: categoricalCUSUM, Source: "categorical CUSUM of low and other answers (Höhle 2010, in Kneib and Tutz, 377) for an odds ratio of 2 against the country's share"},
		{Name: "cusum_run", Score: runningCUSUM, Source: "binomial likelihood-ratio CUSUM for an odds ratio of 2 (Steiner et al. 2000, Biostatistics 1:441) on a running baseline"},
		{Name: "cusum_score_self", Score: scoreCUSUM, Source: "self-starting CUSUM of the mean score (Hawkins 1987, Statistician 36:299); k = .5"},
		{Name: "farringtonFlexible", Score: farrington, Source: "Noufaily et al. 2013, Stat Med 32:1206; own code, values of R surveillance 1.20.3"},
	}
}

// scores makes a matrix of silence, classes × waves of t.
func (t *Table) scores() [][]float64 {
	all := make([]float64, len(t.Rows))
	for i := range all {
		all[i] = math.NaN()
	}
	s := make([][]float64, len(t.Classes))
	for c := range s {
		s[c] = all[c*len(t.Weeks) : (c+1)*len(t.Weeks)]
	}
	return s
}

// shares is the share, over all respondents of each wave, of those that part
// counts; the share of all waves where nobody answered. It is kept a little
// inside 0 and 1, lest a method take the logarithm of 0.
func (t *Table) shares(part func(*Row) (y, n int)) []float64 {
	const least = 1e-6
	var (
		y, n         = make([]float64, len(t.Weeks)), make([]float64, len(t.Weeks))
		p            = make([]float64, len(t.Weeks))
		sumY, sumN   float64
		inside, rate = func(p float64) float64 { return min(max(p, least), 1-least) }, .5
	)
	for i := range t.Rows {
		a, b := part(&t.Rows[i])
		w := i % len(t.Weeks)
		y[w] += float64(a)
		n[w] += float64(b)
		sumY += float64(a)
		sumN += float64(b)
	}
	if sumN > 0 {
		rate = sumY / sumN
	}
	for w := range p {
		p[w] = inside(rate)
		if n[w] > 0 {
			p[w] = inside(y[w] / n[w])
		}
	}
	return p
}

// low is the share of low composites: what the peers watch.
func low(r *Row) (y, n int) { return r.Y, r.N }

// means is the mean score over all respondents of each wave; that of all waves
// where nobody answered.
func (t *Table) means() []float64 {
	var (
		x, n       = make([]float64, len(t.Weeks)), make([]float64, len(t.Weeks))
		sumX, sumN float64
	)
	for i := range t.Rows {
		r := &t.Rows[i]
		w := i % len(t.Weeks)
		x[w] += r.Mean * float64(r.N)
		n[w] += float64(r.N)
		sumX += r.Mean * float64(r.N)
		sumN += float64(r.N)
	}
	for w := range x {
		switch {
		case n[w] > 0:
			x[w] /= n[w]
		case sumN > 0:
			x[w] = sumX / sumN
		}
	}
	return x
}

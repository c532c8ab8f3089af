package analytics

import (
	"errors"
	"math"
	"testing"

	"gonum.org/v1/gonum/floats"
	"pgregory.net/rapid"
)

// Twelve made classes: y of n.
var twelve = []Proportion{
	{3, 20}, {0, 18}, {2, 25}, {5, 22}, {1, 17}, {4, 24}, {9, 21}, {2, 19}, {0, 8}, {3, 23}, {6, 26}, {1, 1},
}

// In R 4.2.2, with y and n those of twelve:
//
//	nll <- function(p) { m <- plogis(p[1]); r <- plogis(p[2]); A <- m*(1/r-1); B <- (1-m)*(1/r-1)
//	  -sum(lchoose(n,y) + lbeta(y+A,n-y+B) - lbeta(A,B)) }
//	f <- optim(c(qlogis(.15),-3), nll, control=list(reltol=1e-14,maxit=5000))
//	optim(f$par, nll, control=list(reltol=1e-15,maxit=5000))
func TestFitBetaBinomial(t *testing.T) {
	got, err := FitBetaBinomial(twelve)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "mean", got.Mean, 0.159566975062895, 1e-6)
	near(t, "correlation", got.Rho, 0.0473465827882438, 1e-6)
	var l float64
	for _, p := range twelve {
		l += got.LogProb(p)
	}
	near(t, "log likelihood", l, -24.7678024569432, 1e-9)
}

// lchoose(20,3)+lbeta(3+A,17+B)-lbeta(A,B) in R 4.2.2, with lgamma(n/φ+1)-… for
// what is not whole; where lbeta has no digits left, the product
//
//	lchoose(20,3)+sum(log(m+(0:2)*g))+sum(log(1-m+(0:16)*g))-sum(log(1+(0:19)*g)), g = r/(1-r)
func TestBetaBinomialLogProb(t *testing.T) {
	for _, test := range []struct {
		rho  float64
		p    Proportion
		want float64
	}{
		{.05, Proportion{3, 20}, -1.88486570087989},
		{.05, Proportion{3, 20}.Effective(.85), -2.01328039382946},
		{1e-4, Proportion{3, 20}, -1.49621898824084},
		{1e-7, Proportion{3, 20}, -1.49517542833347},
		{.05, Proportion{}, 0},
	} {
		near(t, "log probability", BetaBinomial{Mean: .12, Rho: test.rho}.LogProb(test.p), test.want, 1e-11)
	}
	if got := (BetaBinomial{Mean: .12, Rho: .05}).LogProb(Proportion{4, 3}); !math.IsInf(got, -1) {
		t.Errorf("4 of 3 has log probability %g, want -Inf", got)
	}
}

// pbeta(1.5*m, A+y, B+n-y, lower.tail=FALSE) in R 4.2.2, m = .12, r = .05.
func TestExceedance(t *testing.T) {
	d := BetaBinomial{Mean: .12, Rho: .05}
	near(t, "P(p > .18 | 3 of 20)", d.Exceedance(Proportion{3, 20}, .18), 0.19517815032892, 1e-12)
	near(t, "P(p > .18 | 0 of 200) by 1e17", 1e17*d.Exceedance(Proportion{0, 200}, .18), 2.04690815112267, 1e-10)
	near(t, "P(p > .9 | 1 of 10) by 1e23", 1e23*d.Exceedance(Proportion{1, 10}, .9), 1.08755536759096, 1e-10)
	near(t, "P(p > 1)", d.Exceedance(Proportion{20, 20}, 1), 0, 0)
	near(t, "P(p > 0)", d.Exceedance(Proportion{0, 20}, 0), 1, 0)
	near(t, "no spread, above", BetaBinomial{Mean: .2}.Exceedance(Proportion{0, 20}, .18), 1, 0)
	near(t, "no spread, below", BetaBinomial{Mean: .1}.Exceedance(Proportion{20, 20}, .18), 0, 0)
}

func TestFitBetaBinomialBadInput(t *testing.T) {
	for name, test := range map[string]struct {
		units []Proportion
		want  error
	}{
		"none":          {nil, ErrFewUnits},
		"one cluster":   {[]Proportion{{3, 20}}, ErrFewUnits},
		"no answers":    {[]Proportion{{0, 0}, {0, 0}, {0, 0}}, ErrFewUnits},
		"only ones":     {[]Proportion{{0, 1}, {1, 1}, {1, 1}}, ErrFewUnits},
		"nobody does":   {[]Proportion{{0, 20}, {0, 18}}, ErrConstant},
		"everybody":     {[]Proportion{{20, 20}, {18, 18}}, ErrConstant},
		"more than all": {[]Proportion{{3, 20}, {21, 20}}, nil},
		"not a number":  {[]Proportion{{3, 20}, {math.NaN(), 20}}, nil},
		"below zero":    {[]Proportion{{3, 20}, {-1, 20}}, nil},
		"endless":       {[]Proportion{{3, 20}, {3, math.Inf(1)}}, nil},
	} {
		got, err := FitBetaBinomial(test.units)
		if err == nil {
			t.Errorf("%s: got %+v, want an error", name, got)
		}
		if test.want != nil && !errors.Is(err, test.want) {
			t.Errorf("%s: got %q, want %q", name, err, test.want)
		}
	}
	// Units that are more alike than chance allows.
	got, err := FitBetaBinomial([]Proportion{{4, 20}, {4, 20}, {4, 20}, {0, 0}})
	if err != nil || got != (BetaBinomial{Mean: .2}) {
		t.Errorf("alike: got %+v and %v, want the binomial of mean .2", got, err)
	}
}

// No other parameters make the answers more likely, and all is finite.
func TestFitBetaBinomialIsBest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		units := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Proportion {
			n := rapid.IntRange(0, 40).Draw(t, "n")
			return Proportion{float64(rapid.IntRange(0, n).Draw(t, "y")), float64(n)}
		}), 2, 12).Draw(t, "units")
		got, err := FitBetaBinomial(units)
		if err != nil {
			if !errors.Is(err, ErrFewUnits) && !errors.Is(err, ErrConstant) {
				t.Fatal(err)
			}
			return
		}
		likelihood := func(d BetaBinomial) float64 {
			l := make([]float64, len(units))
			for i, p := range units {
				l[i] = d.LogProb(p)
			}
			return floats.Sum(l)
		}
		best := likelihood(got)
		other := BetaBinomial{Mean: rapid.Float64Range(.001, .999).Draw(t, "mean"), Rho: rapid.Float64Range(0, .999).Draw(t, "rho")}
		if l := likelihood(other); !(l <= best+1e-6) {
			t.Fatalf("%+v has log likelihood %g, %+v only %g", other, l, got, best)
		}
	})
}

// The probabilities of all outcomes add up to one.
func TestBetaBinomialSumsToOne(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := BetaBinomial{
			Mean: rapid.Float64Range(1e-6, 1-1e-6).Draw(t, "mean"),
			Rho:  math.Pow(10, rapid.Float64Range(-12, -.001).Draw(t, "log rho")),
		}
		n := rapid.IntRange(0, 60).Draw(t, "n")
		var l []float64
		for y := range n + 1 {
			l = append(l, d.LogProb(Proportion{float64(y), float64(n)}))
		}
		if sum := floats.LogSumExp(l); math.Abs(sum) > 1e-9 {
			t.Fatalf("the log of their sum is %g, want 0", sum)
		}
	})
}

func FuzzBetaBinomial(f *testing.F) {
	f.Add(3., 20., 5., 18., .15, .05, .2)
	f.Add(0., 0., 1., 1., .5, 0., 0.)
	f.Add(1e9, 2e9, 0., 1e9, 1e-300, 1e-300, 1.)
	f.Add(math.NaN(), 1., math.Inf(1), -1., .5, .5, .5)
	f.Fuzz(func(t *testing.T, y0, n0, y1, n1, mean, rho, limit float64) {
		units := []Proportion{{y0, n0}, {y1, n1}}
		if d, err := FitBetaBinomial(units); err == nil && !(d.Mean > 0 && d.Mean < 1 && d.Rho >= 0 && d.Rho < 1) {
			t.Errorf("fit of %v is %+v", units, d)
		}
		d := BetaBinomial{mean, rho}
		if !(mean > 0 && mean < 1 && rho >= 0 && rho < 1) || units[0].Validate() != nil {
			return
		}
		if l := d.LogProb(units[0]); math.IsNaN(l) {
			t.Errorf("log probability of %v under %+v is %g", units[0], d, l)
		}
		if p := d.Exceedance(units[0], limit); !(p >= 0 && p <= 1) && !math.IsNaN(limit) {
			t.Errorf("P(p > %g | %v) under %+v is %g", limit, units[0], d, p)
		}
	})
}

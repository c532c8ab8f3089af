package analytics

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

func history(kappa float64, r, v []float64) History {
	h := History{Kappa: kappa}
	for i := range r {
		h.Readings = append(h.Readings, Reading{r[i], v[i]})
	}
	return h
}

// In R 4.2.2, with D and V by the matrix K <- Wv*rho^abs(outer(1:10,1:10,"-"))
// and effect and school from their joint posterior:
//
//	D[k] <- sum(a*r); V[k] <- kap[k]*(sum(a*(K%*%a))+sum(a^2*v))+Mv
//	X <- rbind(c(1,1),c(0,1),c(0,1)); P <- diag(c(1/Ef,1/Sv))+t(X)%*%diag(1/V)%*%X
//	S <- solve(P); m <- S%*%t(X)%*%(D/V)   # m[1], sqrt(S[1,1]), m[1]±qnorm(.975)*sqrt(S[1,1])
func TestBeforeAfter(t *testing.T) {
	class := history(1.3,
		[]float64{-.3, -.2, -.35, -.25, 0, .05, .1, -.05, .0, .08},
		[]float64{.03, .025, .04, .03, 0, .03, .028, .035, .03, .02})
	siblings := []History{
		history(0,
			[]float64{.1, .2, 0, .15, .05, .2, .25, .1, .15, .2},
			[]float64{.02, .03, 0, .02, .03, .02, .03, .02, .03, .02}),
		history(.8,
			[]float64{-.1, 0, .05, -.05, .1, 0, .1, .05, 0, .2},
			[]float64{.04, .04, .03, .03, .03, .05, .04, .04, 0, .03}),
		history(1, make([]float64, 10), make([]float64, 10)), // never answered
	}
	b := BeforeAfter{Wave: .0165, Correlation: .5, Movement: .002, School: .004, Effect: .09}
	got, err := b.Compare(class, siblings, 5)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "movement of the class", got.Class, 0.309800798550531, 1e-12)
	near(t, "movement of the school", got.School, 0.0178204886726325, 1e-12)
	near(t, "effect", got.Effect, 0.200907742598766, 1e-12)
	near(t, "sd", got.SD, 0.167547619485977, 1e-12)
	near(t, "low", got.Low, -0.127479557289169, 1e-12)
	near(t, "high", got.High, 0.529295042486702, 1e-12)
	if got.Outcome != CanNotTell || got.Before != 4 || got.After != 5 || got.Siblings != 2 {
		t.Errorf("got %+v, want that it can not be told from 4 and 5 waves and 2 siblings", got)
	}
}

func TestBeforeAfterOutcome(t *testing.T) {
	b := ReferenceBeforeAfter()
	step := func(before, after int, to float64) History {
		var h History
		for i := range before + after {
			r := Reading{-.2, .025}
			if i >= before {
				r.Residual = to
			}
			h.Readings = append(h.Readings, r)
		}
		return h
	}
	for _, test := range []struct {
		name          string
		before, after int
		to            float64
		siblings      float64
		want          Outcome
	}{
		{"rises", 8, 8, .5, -.2, Better},
		{"falls", 8, 8, -.9, -.2, Worse},
		{"stays", 8, 8, -.2, -.2, CanNotTell},
		{"rises with its school", 8, 8, .2, .2, CanNotTell},
		{"stays where others rise", 8, 8, -.2, .6, Worse},
		{"three waves after", 8, 3, 1, -.2, CanNotTell},
		{"three waves before", 3, 8, 1, -.2, CanNotTell},
	} {
		b := b
		b.School = .05
		var siblings []History
		for range 6 {
			siblings = append(siblings, step(test.before, test.after, test.siblings))
		}
		got, err := b.Compare(step(test.before, test.after, test.to), siblings, test.before)
		if err != nil || got.Outcome != test.want {
			t.Errorf("%s: got %+v and %v, want %q", test.name, got, err, test.want)
		}
	}
	// With nothing on one side the posterior is the prior.
	got, err := b.Compare(step(8, 0, 0), nil, 8)
	if err != nil || got.Effect != 0 || got.SD != .3 || got.Outcome != CanNotTell {
		t.Errorf("nothing after: got %+v and %v, want the prior", got, err)
	}
	if got, err := b.Compare(History{}, nil, 0); err != nil || got.SD != .3 {
		t.Errorf("nothing at all: got %+v and %v, want the prior", got, err)
	}
}

func TestBeforeAfterBadInput(t *testing.T) {
	good := history(1, []float64{0, 0}, []float64{1, 1})
	for name, test := range map[string]struct {
		class   History
		sibling History
		after   int
	}{
		"date before the first":  {good, good, -1},
		"date after the last":    {good, good, 3},
		"a shorter sibling":      {good, history(1, []float64{0}, []float64{1}), 1},
		"residual not a number":  {history(1, []float64{math.NaN(), 0}, []float64{1, 1}), good, 1},
		"endless residual":       {history(1, []float64{math.Inf(1), 0}, []float64{1, 1}), good, 1},
		"variance not a number":  {good, history(1, []float64{0, 0}, []float64{math.NaN(), 1}), 1},
		"variance below zero":    {history(1, []float64{0, 0}, []float64{-1, 1}), good, 1},
		"variance next to zero":  {history(1, []float64{0, 0}, []float64{5e-324, 1}), good, 1},
		"volatility below zero":  {history(-1, []float64{0, 0}, []float64{1, 1}), good, 1},
		"volatility not a one":   {history(math.NaN(), []float64{0, 0}, []float64{1, 1}), good, 1},
		"volatility without end": {good, history(math.Inf(1), []float64{0, 0}, []float64{1, 1}), 1},
	} {
		if got, err := ReferenceBeforeAfter().Compare(test.class, []History{test.sibling}, test.after); err == nil {
			t.Errorf("%s: got %+v, want an error", name, got)
		}
	}
}

// A constant added to the class or to a sibling moves nothing, a turned sign
// turns the outcome, and all is finite.
func TestBeforeAfterProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		waves := rapid.IntRange(0, 14).Draw(t, "waves")
		one := rapid.Custom(func(t *rapid.T) History {
			h := History{Kappa: rapid.Float64Range(0, 3).Draw(t, "kappa")}
			for range waves {
				h.Readings = append(h.Readings, Reading{
					rapid.Float64Range(-2, 2).Draw(t, "residual"),
					rapid.SampledFrom([]float64{0, .02, .05, .3}).Draw(t, "variance"),
				})
			}
			return h
		})
		class := one.Draw(t, "class")
		siblings := rapid.SliceOfN(one, 0, 3).Draw(t, "siblings")
		after := rapid.IntRange(0, waves).Draw(t, "after")
		b := ReferenceBeforeAfter()
		got, err := b.Compare(class, siblings, after)
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range []float64{got.Effect, got.SD, got.Low, got.High, got.Class, got.School} {
			if math.IsNaN(x) || math.IsInf(x, 0) {
				t.Fatalf("got %+v", got)
			}
		}
		shift := rapid.Float64Range(-2, 2).Draw(t, "shift")
		change := func(h History, f func(float64) float64) History {
			changed := History{Kappa: h.Kappa}
			for _, r := range h.Readings {
				changed.Readings = append(changed.Readings, Reading{f(r.Residual), r.Variance})
			}
			return changed
		}
		var moved, turned []History
		for i, s := range siblings {
			moved = append(moved, change(s, func(x float64) float64 { return x + shift*float64(i) }))
			turned = append(turned, change(s, func(x float64) float64 { return -x }))
		}
		again, err := b.Compare(change(class, func(x float64) float64 { return x + shift }), moved, after)
		if err != nil || math.Abs(again.Effect-got.Effect) > 1e-9 {
			t.Fatalf("levels moved: effect %g, was %g (%v)", again.Effect, got.Effect, err)
		}
		again, err = b.Compare(change(class, func(x float64) float64 { return -x }), turned, after)
		if err != nil || math.Abs(again.Effect+got.Effect) > 1e-9 || math.Abs(again.Low+got.High) > 1e-9 {
			t.Fatalf("signs turned: %+v, was %+v (%v)", again, got, err)
		}
	})
}

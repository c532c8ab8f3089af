package analytics

import (
	"math"
	"math/rand/v2"
	"strconv"
	"testing"

	"pgregory.net/rapid"
)

// In R 4.2.2, with the waves and references below and k = 3:14:
//
//	mu <- sum(N[k]*ref[k])/sum(N[k]); A <- mu*(1/.04-1); B <- (1-mu)*(1/.04-1)
//	pbeta(1.5*mu, A+sum(Y[k])/.85, B+(sum(N[k])-sum(Y[k]))/.85, lower.tail=FALSE)
func TestLevel(t *testing.T) {
	waves := []Proportion{
		{9, 20}, {9, 20}, // too old to count
		{3, 18}, {4, 19}, {2, 20}, {5, 17}, {3, 18}, {4, 20}, {6, 21}, {2, 19}, {0, 0}, {5, 20}, {4, 18}, {3, 17},
	}
	reference := []float64{.5, .5, .12, .13, .12, .14, .15, .13, .12, .11, .12, .13, .14, .12}
	l := Level{Rho: .04, Phi: .85}
	pooled, usual := l.Pool(waves, reference)
	near(t, "reference", usual, 0.12792270531401, 1e-12)
	near(t, "effective y", pooled.Y, 48.2352941176471, 1e-12)
	near(t, "effective n", pooled.N, 243.529411764706, 1e-11)
	near(t, "exceedance", l.Exceedance(waves, reference), 0.485457047707325, 1e-12)

	near(t, "of no wave", l.Exceedance(nil, nil), 0, 0)
	near(t, "of nobody", l.Exceedance([]Proportion{{}, {}}, []float64{.1, .1}), 0, 0)
	near(t, "where others never do", l.Exceedance([]Proportion{{3, 20}}, []float64{0}), 0, 0)
	near(t, "where others always do", l.Exceedance([]Proportion{{3, 20}}, []float64{1}), 0, 0)
}

// In R 4.2.2, by the joint normal densities of the waves so far:
//
//	ld <- function(mu,k) { S <- diag(1/w[1:k],k)+.037; d <- r[1:k]-mu; -.5*sum(d*solve(S,d))-.5*log(det(S)) }
//	log(mean(sapply(c(.15,.25,.4), function(d) exp(ld(-.05-d,k)-ld(-.05,k)))))
func TestScoreLevel(t *testing.T) {
	s := &ScoreLevel{Mean: -.05, Variance: .037}
	near(t, "before any wave", s.Update(0, 0), 0, 0)
	r := []float64{-.3, -.2, -.35, -.1, -.4}
	w := []float64{20, 25, 18, 30, 22}
	want := []float64{0.298330212809779, 0.198058317993492, 0.368065099195698, 0.113752340633756, 0.307987548990926}
	for i := range r {
		near(t, "log E "+strconv.Itoa(i), s.Update(r[i], w[i]), want[i], 1e-12)
	}
	near(t, "after an empty wave", s.Update(99, 0), want[4], 1e-12)
}

// In R 4.2.2, with b = -3, -2.9 .. 3 and lp the log of dnorm(b,0,.4) made to sum
// to one:
//
//	L <- function(d) sapply(b, function(x) sum(sapply(1:k, function(i) {
//	  e <- a[i]+.1+x+d; (y[i]*e-n[i]*log1p(exp(e)))/1.1 })))
//	log(mean(sapply(c(.5,.8,1.2), function(d) sum(exp(lp+L(d)))))/sum(exp(lp+L(0))))
func TestCountLevel(t *testing.T) {
	c := &CountLevel{Mean: .1, Variance: .16, Phi: 1.1}
	waves := []Proportion{{3, 20}, {6, 18}, {0, 0}, {7, 21}}
	alpha := []float64{-2, -1.9, -2, -2.1}
	want := []float64{-0.450002592490718, 0.49672438414788, 0.49672438414788, 1.39167216552872}
	for i := range waves {
		near(t, "log E "+strconv.Itoa(i), c.Update(waves[i], alpha[i]), want[i], 1e-12)
	}
}

// Where the level is a draw from the prior, the mean of E at any wave is 1 and
// the chance that it ever reaches 20 at most 1/20.
func TestLevelIsAnEProcess(t *testing.T) {
	const units, waves = 4000, 20
	rnd := rand.New(rand.NewPCG(5, 6))
	var score, count, scoreEver, countEver float64
	for range units {
		s := ScoreLevel{Variance: .04, Shifts: []float64{.15, .25}}
		c := CountLevel{Variance: .16, Shifts: []float64{.3, .5}}
		level, odds := .2*rnd.NormFloat64(), .4*rnd.NormFloat64()
		var sE, cE float64
		sMax, cMax := 0., 0.
		for range waves {
			sE = s.Update(level+rnd.NormFloat64()/5, 25)
			y := 0
			for range 20 {
				if rnd.Float64() < logistic(-2+odds) {
					y++
				}
			}
			cE = c.Update(Proportion{float64(y), 20}, -2)
			sMax, cMax = max(sMax, sE), max(cMax, cE)
		}
		score += math.Exp(sE) / units
		count += math.Exp(cE) / units
		if sMax >= math.Log(20) {
			scoreEver += 1. / units
		}
		if cMax >= math.Log(20) {
			countEver += 1. / units
		}
	}
	t.Logf("mean E: score %.3f, count %.3f; ever 20: score %.4f, count %.4f", score, count, scoreEver, countEver)
	near(t, "mean E of the score", score, 1, .1)
	near(t, "mean E of the count", count, 1, .1)
	if scoreEver > .05 || countEver > .05 {
		t.Errorf("E ever reaches 20 in %g and %g of units, want at most .05", scoreEver, countEver)
	}
}

// More of the bad answer never lowers what is said of a unit, and nothing is
// ever NaN.
func TestLevelIsMonotone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 40).Draw(t, "n")
		y := rapid.IntRange(0, n-1).Draw(t, "y")
		reference := rapid.Float64Range(0, 1).Draw(t, "reference")
		l := Level{Rho: rapid.Float64Range(1e-6, .99).Draw(t, "rho"), Phi: rapid.Float64Range(.5, 3).Draw(t, "phi")}
		p := func(y int) float64 {
			return l.Exceedance([]Proportion{{float64(y), float64(n)}}, []float64{reference})
		}
		if low, high := p(y), p(y+1); !(low <= high+1e-12 && low >= 0 && high <= 1) {
			t.Fatalf("P is %g at %d and %g at %d of %d", low, y, high, y+1, n)
		}
		alpha := rapid.Float64Range(-20, 20).Draw(t, "alpha")
		e := func(y int) float64 {
			c := CountLevel{Variance: .2}
			return c.Update(Proportion{float64(y), float64(n)}, alpha)
		}
		if low, high := e(y), e(y+1); !(low <= high+1e-9) {
			t.Fatalf("log E is %g at %d and %g at %d of %d", low, y, high, y+1, n)
		}
	})
}

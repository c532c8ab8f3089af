package analytics

import (
	"math"
	"math/rand/v2"
	"strconv"
	"testing"
)

// mean(x, trim=.1) and mean(x, trim=.25) in R 4.2.2.
func TestTrimmedMean(t *testing.T) {
	x := func() []float64 { return []float64{3.1, 4.2, 3.9, 4.0, 2.2, 4.4, 3.7, 4.1, 3.8, 5.0, 1.0, 4.6} }
	near(t, "TrimmedMean(x, .1)", TrimmedMean(x(), .1), 3.8, 1e-12)
	near(t, "TrimmedMean(x, .25)", TrimmedMean(x(), .25), 3.95, 1e-12)
	near(t, "of one", TrimmedMean([]float64{3}, .1), 3, 0)
	near(t, "of none", TrimmedMean(nil, .1), 0, 0)
}

// The moments of the posterior, recomputed in R 4.2.2:
//
//	shock <- function(e, v, pi = .05, s = .05, l = .3) {
//	  d0 <- (1-pi)*dnorm(e, 0, sqrt(v+s^2)); d1 <- pi*dnorm(e, 0, sqrt(v+l^2)); w <- d1/(d0+d1)
//	  a <- s^2/(s^2+v); b <- l^2/(l^2+v); m <- (1-w)*e*a + w*e*b
//	  c(m, (1-w)*(a*v+(a*e)^2) + w*(b*v+(b*e)^2) - m^2) }
func TestShock(t *testing.T) {
	for _, test := range []struct{ est, v, mean, variance float64 }{
		{-.4, .01, -0.313581782061117698, 0.018681994617793435},
		{.05, .02, 0.0064137661281451338, 0.0025951107036899720},
		{-1.5, .005, -1.4210526315789473450, 0.0047368421052631504},
	} {
		mean, variance := Shock(test.est, test.v, DefaultSettings())
		near(t, "mean", mean, test.mean, 1e-12)
		near(t, "variance", variance, test.variance, 1e-12)
	}
	mean, _ := Shock(-40, 1e-6, DefaultSettings()) // both densities underflow
	near(t, "of a catastrophe", mean, -40, .001)
}

func TestNational(t *testing.T) {
	weeks := []int{0, 2, 4, 6, 8, 12, 14}
	variances := []float64{.004, .004, .005, .004, 0, .006, .004}
	classes := []int{20, 20, 18, 20, 0, 15, 20}
	for _, test := range []struct {
		name        string
		means, want []float64
	}{
		{"still", []float64{3.90, 3.94, 3.86, 3.80, 0, 3.83, 3.79},
			[]float64{3.90000000000, 3.92280247672, 3.89585360901, 3.84053127071, 3.82391407617, 3.83077874700, 3.81658863756}},
		{"walking", []float64{3.90, 4.05, 3.70, 3.80, 0, 3.60, 3.95},
			[]float64{3.90000000000, 4.04056658138, 3.72660287383, 3.79514215504, 3.79339686621, 3.60919025094, 3.92921402759}},
	} {
		for i, got := range National(weeks, test.means, variances, classes, .05) {
			near(t, test.name+" "+strconv.Itoa(i), got, test.want[i], 1e-9)
		}
	}
	many := []int{500, 500, 500, 500, 0, 500, 500}
	means := []float64{3.90, 4.05, 3.70, 3.80, 0, 3.60, 3.95}
	if got := National(weeks, means, variances, many, .05); got[2] != 3.70 {
		t.Errorf("with 500 classes the effect is %g, want the mean as it is, 3.70", got[2])
	}
}

// The wanted values are the joint normal posterior of each class's level given
// all other classes, by solving the covariance matrix in R 4.2.2 (no tree):
//
//	K <- vo*outer(owner,owner,"==") + vs*outer(school,school,"==") + vc*diag(6)
//	sum(K[i,u]*solve(K[u,u]+diag(1/p[u]), x[u]))   # and 1/its variance
func TestPriors(t *testing.T) {
	units := []Unit{
		{School: "1", Owner: "A"}, {School: "1", Owner: "A"}, {School: "1", Owner: "A"}, {School: "2", Owner: "A"},
		{School: "1", Owner: "B"}, {School: "1", Owner: "B"}, // another school of the same name
	}
	data := []Belief{{.12, 40}, {-.30, 25}, {.05, 60}, {.20, 30}, {-.10, 50}, {}}
	want := []Belief{
		{-0.0187153534032, 22.5790754397445},
		{0.0232572564197, 22.6625783732332},
		{-0.0116107656538, 22.5101911389711},
		{-0.00106177225183, 21.53961256753712},
		{0, 21.5053763441},
		{-0.0142857142857, 22.1518987341772},
	}
	got := Priors(units, data, Components{Class: .037, School: .008, Owner: .0015})
	for i := range want {
		near(t, "mean "+strconv.Itoa(i), got[i].Mean, want[i].Mean, 1e-10)
		near(t, "precision "+strconv.Itoa(i), got[i].Precision, want[i].Precision, 1e-8)
	}
}

// A country drawn from known components gives them back.
func TestEstimateRecovers(t *testing.T) {
	const owners, schools, classes, waves = 40, 8, 10, 20
	truth := Components{Wave: .02, Respondent: .40, Class: .05, School: .02, Owner: .01}
	rnd := rand.New(rand.NewPCG(1, 2))
	normal := func(v float64) float64 { return rnd.NormFloat64() * math.Sqrt(v) }
	var units []Unit
	var residuals []float64
	var n []int
	for o := range owners {
		owner := normal(truth.Owner)
		for s := range schools {
			school := owner + normal(truth.School)
			for range classes {
				class := school + normal(truth.Class)
				units = append(units, Unit{School: strconv.Itoa(s), Owner: strconv.Itoa(o)})
				for range waves {
					k := 8 + rnd.IntN(18)
					residuals = append(residuals, class+normal(truth.Wave+truth.Respondent/float64(k)))
					n = append(n, k)
				}
			}
		}
	}
	got := Estimate(units, residuals, n)
	near(t, "Wave", got.Wave, truth.Wave, .1*truth.Wave)
	near(t, "Respondent", got.Respondent, truth.Respondent, .05*truth.Respondent)
	near(t, "Class", got.Class, truth.Class, .05*truth.Class)
	near(t, "School", got.School, truth.School, .2*truth.School)
	near(t, "Owner", got.Owner, truth.Owner, .5*truth.Owner)
}

func TestEstimateOfLittle(t *testing.T) {
	one := []Unit{{School: "1", Owner: "A"}}
	for name, got := range map[string]Components{
		"no units":  Estimate(nil, nil, nil),
		"no data":   Estimate(one, []float64{0, 0}, []int{0, 0}),
		"one wave":  Estimate(one, []float64{.2}, []int{12}),
		"constants": Estimate(one, make([]float64, 10_000), slicesOf(12, 10_000)),
	} {
		for _, v := range []float64{got.Wave, got.Respondent, got.Class, got.School, got.Owner} {
			if !(v > 0) || !finite(v) {
				t.Errorf("%s: %+v; want all positive", name, got)
			}
		}
	}
}

func slicesOf(v, n int) []int {
	s := make([]int, n)
	for i := range s {
		s[i] = v
	}
	return s
}

func near(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance) {
		t.Errorf("%s = %.12g, want %.12g", what, got, want)
	}
}

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }

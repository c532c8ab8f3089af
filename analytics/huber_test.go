package analytics

import (
	"math"
	"math/rand/v2"
	"strconv"
	"testing"

	"pgregory.net/rapid"
)

// proportions pairs counts with numbers of respondents.
func proportions(y, n []float64) []Proportion {
	p := make([]Proportion, len(y))
	for i := range p {
		p[i] = Proportion{y[i], n[i]}
	}
	return p
}

// In R 4.2.2:
//
//	psi <- function(z) pmin(pmax(z,-1.5),1.5)
//	bb <- function(y,n,p,r) if (r==0) dbinom(y,n,p) else { a <- p*(1/r-1); b <- (1-p)*(1/r-1)
//	  exp(lchoose(n,y)+lbeta(y+a,n-y+b)-lbeta(a,b)) }
//	S <- function(p) sum(mapply(function(y,n) { s <- sqrt(n*p*(1-p)*(1+(n-1)*r))
//	  psi((y-n*p)/s)-(if (n>60) 0 else sum(bb(0:n,n,p,r)*psi((0:n-n*p)/s))) }, y, n))
//	uniroot(S, c(1e-6,1-1e-6), tol=1e-14)$root
func TestHuberShare(t *testing.T) {
	for _, test := range []struct {
		name string
		y, n []float64
		rho  float64
		want float64
	}{
		{"one in trouble", []float64{1, 0, 2, 1, 12, 3, 0, 2}, []float64{20, 18, 22, 19, 20, 24, 17, 25}, .02, 0.07871576472},
		{"a rare answer", []float64{0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 2}, []float64{17, 17, 18, 17, 20, 16, 17, 15, 17, 18, 17, 19}, .01, 0.01862664774},
		{"binomial", []float64{9, 11, 8, 14, 10, 2}, []float64{20, 21, 18, 22, 20, 19}, 0, 0.4796211749},
		{"groups of all sizes", []float64{15, 40, 22, 9, 61}, []float64{80, 120, 70, 30, 90}, .03, 0.3212935019},
		{"a frequent answer", []float64{18, 19, 17, 20, 5}, []float64{20, 20, 19, 21, 20}, .05, 0.878143673},
		{"one pupil among four classes", []float64{0, 0, 0, 1}, []float64{5, 5, 5, 1}, .02, 0.07831345641},
	} {
		near(t, test.name, HuberShare(proportions(test.y, test.n), test.rho), test.want, 2e-7)
	}
}

func TestHuberShareOfLittle(t *testing.T) {
	for name, test := range map[string]struct {
		counts []Proportion
		want   float64
	}{
		"no units":            {nil, 0},
		"nobody answered":     {[]Proportion{{}, {}}, 0},
		"nobody said so":      {[]Proportion{{0, 20}, {0, 17}}, 0},
		"all said so":         {[]Proportion{{20, 20}, {17, 17}}, 1},
		"one class":           {[]Proportion{{3, 20}}, .15},
		"all alike":           {[]Proportion{{1, 20}, {1, 20}, {1, 20}}, .05},
		"impossible ones":     {[]Proportion{{3, 20}, {21, 20}, {-1, 20}, {math.NaN(), 20}, {1, math.Inf(1)}}, .15},
		"one of a million":    {[]Proportion{{1, 1e6}}, 1e-6},
		"all but one of many": {[]Proportion{{1e6 - 1, 1e6}}, 1 - 1e-6},
	} {
		near(t, name, HuberShare(test.counts, .02), test.want, 1e-15)
	}
}

// betaBinomial draws the counts of n respondents each.
func betaBinomial(rnd *rand.Rand, units, n int, mean, rho float64) []Proportion {
	// By the urn: each answer makes the same one likelier for the next respondent.
	s := 1/rho - 1
	counts := make([]Proportion, units)
	for i := range counts {
		y := 0.
		for k := range n {
			if rnd.Float64() < (mean*s+y)/(s+float64(k)) {
				y++
			}
		}
		counts[i] = Proportion{y, float64(n)}
	}
	return counts
}

// A rare answer comes out as rare as it is, though nearly all classes have
// nobody who gives it; a trimmed mean would say .014.
func TestHuberShareOfRareAnswers(t *testing.T) {
	for _, p := range []float64{.005, .02, .1, .3} {
		counts := betaBinomial(rand.New(rand.NewPCG(31, uint64(1000*p))), 30_000, 17, p, .02)
		se := math.Sqrt(p * (1 - p) / (17 * 30_000) * (1 + 16*.02))
		near(t, "share of "+strconv.FormatFloat(p, 'g', -1, 64), HuberShare(counts, .02), p, 4*se)
	}
	counts := betaBinomial(rand.New(rand.NewPCG(31, 20)), 30_000, 17, .02, .02)
	shares := make([]float64, len(counts))
	for i, c := range counts {
		shares[i] = c.Y / c.N
	}
	near(t, "trimmed mean", TrimmedMean(shares, .1), .014, .003)
}

// A twentieth of the classes in trouble moves what is usual a little, the plain
// share a lot.
func TestHuberShareOfOutliers(t *testing.T) {
	counts := betaBinomial(rand.New(rand.NewPCG(33, 34)), 2000, 20, .1, .02)
	clean := HuberShare(counts, .02)
	for i := range 100 {
		counts[i] = Proportion{16, 20}
	}
	var plain float64
	for _, c := range counts {
		plain += c.Y / c.N / float64(len(counts))
	}
	got := HuberShare(counts, .02)
	t.Logf("share %.4f, with a twentieth in trouble %.4f, plain %.4f", clean, got, plain)
	near(t, "share without trouble", clean, .1, .008)
	if got-clean > .01 || plain-clean < .03 {
		t.Errorf("a twentieth in trouble moves the share from %.4f to %.4f, the plain one to %.4f", clean, got, plain)
	}
}

// The share lies between the least and the greatest and does not depend on the
// order.
func TestHuberShareProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		counts := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Proportion {
			n := rapid.IntRange(0, 70).Draw(t, "n")
			return Proportion{float64(rapid.IntRange(0, n).Draw(t, "y")), float64(n)}
		}), 1, 12).Draw(t, "counts")
		rho := rapid.SampledFrom([]float64{0, 1e-4, .02, .2, .5}).Draw(t, "rho")
		low, high, some := 1., 0., false
		for _, c := range counts {
			if c.N > 0 {
				low, high, some = min(low, c.Y/c.N), max(high, c.Y/c.N), true
			}
		}
		p := HuberShare(counts, rho)
		if some && !(p >= low && p <= high) || !some && p != 0 {
			t.Fatalf("share %g, those of the units are %g to %g", p, low, high)
		}
		shuffled := rapid.Permutation(counts).Draw(t, "shuffled")
		if other := HuberShare(shuffled, rho); other != p {
			t.Fatalf("share %g, in another order %g", p, other)
		}
	})
}

func TestRoot(t *testing.T) {
	cube := func(x float64) float64 { return 2 - x*x*x }
	near(t, "root", root(cube, 0, 2), math.Cbrt(2), 1e-7)
	near(t, "root below", root(cube, 1.5, 2), 1.5, 0)
	near(t, "root above", root(cube, 0, 1), 1, 0)
}

package analytics

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/floats"
	"pgregory.net/rapid"
)

// The wanted values are from R 4.2.2 by the definition: f from dhyper as
// fisher.test does it, each integral as a sum over the grid, each subset by
// itself, with b <- round(seq(-3,3,.1),1), pri(u) the weights dnorm(b,0,u) (or
// the point 0) made to sum to one:
//
//	f <- Vectorize(function(y,n,Y,N,b) { k <- max(0,Y-N+n):min(n,Y)
//	  l <- dhyper(k,n,N-n,Y,log=TRUE)+b*k; l[k==y]-max(l)-log(sum(exp(l-max(l)))) }, "b")
//	num <- sapply(DEL, function(d) sapply(TAU, function(u) sum over clusters of log(sum(pri(u)*exp(Λ(b+d))))))
//	den <- sapply(TAU, function(u) sum over clusters of log(sum(pri(u)*exp(Λ(b)))))
//	lse(num) - log(length(num)) - max(den)
func TestSubsetsLevel(t *testing.T) {
	got, err := Subsets{}.Level([][][]Proportion{
		{{{3, 10}, {1, 12}, {2, 9}}},
		{{{6, 14}, {2, 11}, {3, 13}}},
		{{{4, 8}, {0, 0}, {2, 10}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	near(t, "log E", got.LogE, 0.450882137971491, 1e-11)
	near(t, "log of the best", got.TopLog, 1.6989012870070264, 1e-11)
	for v, want := range []float64{0.969243209453973, 0.130248610176673, 0.294090633703407} {
		near(t, "share of a value", got.Values[v], want, 1e-11)
	}
	if !slices.Equal(got.Top, []int{0}) {
		t.Errorf("top is %v, want [0]", got.Top)
	}
}

// By the same R, with the lean from wave j only: Λ_{j-1}(b) + Λ_t(b+δ) - Λ_{j-1}(b+δ).
func TestSubsetsChange(t *testing.T) {
	clusters := [2][2][]float64{
		{{3, 2, 4, 3, 2, 6, 7}, {3, 4, 2, 3, 3, 2, 3}},
		{{1, 2, 1, 2, 2, 4, 4}, {2, 1, 2, 3, 1, 2, 1}},
	}
	var counts [][][]Proportion
	for _, cluster := range clusters {
		var waves [][]Proportion
		for w := range cluster[0] {
			waves = append(waves, []Proportion{{cluster[0][w], 12}, {cluster[1][w], 12}})
		}
		counts = append(counts, waves)
	}
	got, err := Subsets{}.Change(counts)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "log M", got.LogE, 3.08819792918979, 1e-10)
	near(t, "log M of the best", got.TopLog, 3.77973924131594, 1e-10)
	if got.Starts != 3 || got.Start != 5 || !slices.Equal(got.Top, []int{0}) {
		t.Errorf("got %+v, want value 0 from wave 5 of 3 starts", got)
	}
	for g := range counts {
		counts[g] = counts[g][:4]
	}
	if got, err := (Subsets{}).Change(counts); err != nil || !math.IsInf(got.LogE, -1) || got.Values[0] != 0 {
		t.Errorf("after four waves: got %+v and %v, want no evidence", got, err)
	}
}

// draw makes clusters of a size per value, with the cluster's own log-odds, a
// random lean of each value in each cluster, and a lean of all.
func draw(rnd *rand.Rand, clusters, waves, values, size int, spread float64, lean func(wave, value int) float64) [][][]Proportion {
	counts := make([][][]Proportion, clusters)
	for g := range counts {
		level := -1.5 + .5*rnd.NormFloat64()
		own := make([]float64, values)
		for v := range own {
			own[v] = spread * rnd.NormFloat64()
		}
		counts[g] = make([][]Proportion, waves)
		for w := range counts[g] {
			shock := .3 * rnd.NormFloat64()
			for v := range values {
				p := Proportion{N: float64(size/2 + rnd.IntN(size))}
				for range int(p.N) {
					if rnd.Float64() < logistic(level+shock+own[v]+lean(w, v)) {
						p.Y++
					}
				}
				counts[g][w] = append(counts[g][w], p)
			}
		}
	}
	return counts
}

// Where the attribute does not matter, the mean of E is at most 1 and the chance
// of E ≥ 20 at most 1/20: with one cluster and with many, with clusters of very
// different levels, and with values that differ at random from cluster to
// cluster.
func TestSubsetsAreEValues(t *testing.T) {
	rnd := rand.New(rand.NewPCG(11, 12))
	still := func(int, int) float64 { return 0 }
	for _, test := range []struct {
		name                            string
		clusters, values, size, samples int
		spread                          float64
	}{
		{"one cluster", 1, 4, 12, 1500, 0},
		{"one great cluster", 1, 3, 300, 500, 0},
		{"many clusters", 20, 4, 10, 250, 0},
		{"leaning at random", 20, 4, 10, 250, .3},
		{"leaning much at random", 12, 3, 25, 250, .7},
		{"single values", 6, 11, 5, 300, .2},
	} {
		var mean, square, high float64
		for range test.samples {
			got, err := Subsets{}.Level(draw(rnd, test.clusters, 1, test.values, test.size, test.spread, still))
			if err != nil {
				t.Fatal(err)
			}
			e := math.Exp(got.LogE)
			mean += e / float64(test.samples)
			square += e * e / float64(test.samples)
			if e >= 20 {
				high += 1 / float64(test.samples)
			}
		}
		se := math.Sqrt((square - mean*mean) / float64(test.samples))
		t.Logf("%-24s mean E %.3f ± %.3f, P(E ≥ 20) %.4f", test.name, mean, se, high)
		if mean > 1+3*se || high > .05 {
			t.Errorf("%s: mean E is %g ± %g and P(E ≥ 20) %g; want at most 1 and .05", test.name, mean, se, high)
		}
	}
}

// The same over waves, for M over the number of its starts, with leans that stay
// and shocks that hit a whole cluster in one wave.
func TestSubsetsChangeIsAnEValue(t *testing.T) {
	const samples, waves = 300, 14
	rnd := rand.New(rand.NewPCG(13, 14))
	for _, spread := range []float64{0, .4} {
		var mean, square float64
		for range samples {
			got, err := Subsets{}.Change(draw(rnd, 2, waves, 3, 15, spread, func(int, int) float64 { return 0 }))
			if err != nil {
				t.Fatal(err)
			}
			e := math.Exp(got.LogE) / float64(got.Starts)
			mean += e / samples
			square += e * e / samples
		}
		se := math.Sqrt((square - mean*mean) / samples)
		t.Logf("spread %.1f: mean M per start %.3f ± %.3f", spread, mean, se)
		if mean > 1+3*se {
			t.Errorf("with spread %g the mean of M per start is %g ± %g, want at most 1", spread, mean, se)
		}
	}
}

// What leans is found, and named.
func TestSubsetsFind(t *testing.T) {
	rnd := rand.New(rand.NewPCG(15, 16))
	got, err := Subsets{}.Level(draw(rnd, 30, 1, 5, 12, .2, func(_, v int) float64 {
		return map[int]float64{1: .8, 3: .8}[v]
	}))
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(got.Top, []int{1, 3}) || got.LogE < math.Log(1000) {
		t.Errorf("got %+v, want values 1 and 3 with E above 1000", got)
	}
	got, err = Subsets{}.Change(draw(rnd, 8, 16, 4, 12, .2, func(w, v int) float64 {
		if v == 2 && w >= 10 {
			return 1
		}
		return 0
	}))
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(got.Top, []int{2}) || got.Start < 8 || got.Start > 12 || got.LogE < math.Log(1000) {
		t.Errorf("got %+v, want value 2 from about wave 10 with M above 1000", got)
	}
}

func TestSubsetsBadInput(t *testing.T) {
	row := []Proportion{{1, 5}, {2, 6}}
	for name, counts := range map[string][][][]Proportion{
		"no cluster":     {},
		"no wave":        {{}},
		"one value":      {{{{1, 5}}}},
		"ragged values":  {{row, {{1, 5}}}},
		"ragged waves":   {{row, row}, {row}},
		"y above n":      {{{{6, 5}, {1, 5}}}},
		"not whole":      {{{{.5, 5}, {1, 5}}}},
		"not a number":   {{{{math.NaN(), 5}, {1, 5}}}},
		"a whole nation": {{{{1, 5e5}, {1, 6e5}}}},
	} {
		for method, f := range map[string]func([][][]Proportion) (SubsetEvidence, error){"Level": Subsets{}.Level, "Change": Subsets{}.Change} {
			if got, err := f(counts); !errors.Is(err, ErrSubset) {
				t.Errorf("%s, %s: got %+v and %v, want ErrSubset", method, name, got, err)
			}
		}
	}
	got, err := Subsets{}.Level([][][]Proportion{{{{0, 0}, {0, 0}}}, {{{0, 9}, {0, 7}}}, {{{9, 9}, {7, 7}}}, {{{3, 9}, {0, 0}}}})
	if err != nil || math.Abs(got.LogE) > 1e-12 {
		t.Errorf("clusters that say nothing: got %+v and %v, want log E = 0", got, err)
	}
}

// The evidence does not depend on the order of clusters or of values, and is
// finite.
func TestSubsetsOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.IntRange(2, 4).Draw(t, "values")
		counts := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) [][]Proportion {
			return [][]Proportion{rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Proportion {
				n := rapid.IntRange(0, 40).Draw(t, "n")
				return Proportion{float64(rapid.IntRange(0, n).Draw(t, "y")), float64(n)}
			}), values, values).Draw(t, "row")}
		}), 1, 4).Draw(t, "counts")
		got, err := Subsets{}.Level(counts)
		if err != nil {
			t.Fatal(err)
		}
		if math.IsNaN(got.LogE) || math.IsInf(got.LogE, 0) {
			t.Fatalf("log E is %g", got.LogE)
		}
		slices.Reverse(counts)
		for _, cluster := range counts {
			slices.Reverse(cluster[0])
		}
		turned, err := Subsets{}.Level(counts)
		if err != nil {
			t.Fatal(err)
		}
		if math.Abs(turned.LogE-got.LogE) > 1e-9 {
			t.Fatalf("log E is %g, and %g in another order", got.LogE, turned.LogE)
		}
		for v := range values {
			if math.Abs(turned.Values[values-1-v]-got.Values[v]) > 1e-9 {
				t.Fatalf("value %d has %g, and %g in another order", v, got.Values[v], turned.Values[values-1-v])
			}
		}
	})
}

func BenchmarkSubsetsLevel(b *testing.B) {
	rnd := rand.New(rand.NewPCG(17, 18))
	counts := draw(rnd, 50, 1, 8, 30, .2, func(int, int) float64 { return 0 })
	for b.Loop() {
		if _, err := (Subsets{}).Level(counts); err != nil {
			b.Fatal(err)
		}
	}
}

// The sum from the mode outward is the sum over all outcomes.
func TestSubsetsNorm(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 300).Draw(t, "n")
		rest := rapid.IntRange(1, 3000).Draw(t, "rest")
		total := rapid.IntRange(1, n+rest-1).Draw(t, "total")
		b := rapid.Float64Range(-3, 4.2).Draw(t, "b")
		r := newSubsetRun(Subsets{}.defaults(), nil, n+rest)
		f := r.factorial
		var terms []float64
		for k := max(0, total-rest); k <= min(n, total); k++ {
			terms = append(terms, b*float64(k)-f[k]-f[n-k]-f[total-k]-f[rest-total+k])
		}
		want := floats.LogSumExp(terms)
		if got := r.norm(n, total, n+rest, b); math.Abs(got-want) > 1e-9*math.Abs(want) {
			t.Fatalf("norm = %.12g, want %.12g", got, want)
		}
	})
}

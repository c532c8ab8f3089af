package analytics

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// In R 4.2.2:
//
//	e <- c(3,150,0,60,28,1,400,9); o <- order(-e); k <- which(e[o] >= 8/(.2*1:8)); sort(o[seq_len(max(k))]-1)
//
// and the same for e/17, e/3 with .5, and e with .05.
func TestEBH(t *testing.T) {
	e := logs(3, 150, 0, 60, 28, 1, 400, 9)
	if got, want := EBH(e, .2), []int{1, 3, 4, 6, 7}; !slices.Equal(got, want) {
		t.Errorf("EBH at .2 selects %v, want %v", got, want)
	}
	if got := EBHWave(e, 17, .2); !slices.Equal(got, []int{}) {
		t.Errorf("EBHWave at .2 selects %v, want none: 400 is below 17·8/.2", got)
	}
	if got, want := EBHWave(e, 3, .5), []int{1, 3, 4, 6}; !slices.Equal(got, want) {
		t.Errorf("EBHWave with 3 starts at .5 selects %v, want %v", got, want)
	}
	if got, want := EDBH(e, .05), []int{1, 3, 6}; !slices.Equal(got, want) {
		t.Errorf("EDBH at .05 selects %v, want %v", got, want)
	}
	if got := EBH(nil, .1); len(got) != 0 {
		t.Errorf("EBH of none selects %v", got)
	}
	if got, want := EBH([]float64{math.NaN(), 1000, math.Inf(-1), math.Inf(1)}, .1), []int{1, 3}; !slices.Equal(got, want) {
		t.Errorf("with silent and endless evidence EBH selects %v, want %v", got, want)
	}
}

func logs(e ...float64) []float64 {
	for i := range e {
		e[i] = math.Log(e[i])
	}
	return e
}

// Among 200 units, 20 of them changed, the mean share of false ones among those
// selected stays below q: for independent e-values and for ones that all nulls
// share.
func TestEBHBoundsFalseDiscoveries(t *testing.T) {
	const units, changed, rounds, q = 200, 20, 400, .2
	rnd := rand.New(rand.NewPCG(7, 8))
	for _, shared := range []float64{0, .7} {
		var fdp, found float64
		for range rounds {
			e := make([]float64, units)
			common := rnd.NormFloat64()
			for i := range e {
				// A likelihood ratio of N(δ,1) against N(0,1).
				const delta = 3
				z := math.Sqrt(shared)*common + math.Sqrt(1-shared)*rnd.NormFloat64()
				if i < changed {
					z += delta + 1
				}
				e[i] = delta*z - delta*delta/2
			}
			selected := EBH(e, q)
			hits := 0.
			for _, i := range selected {
				if i < changed {
					hits++
				}
			}
			fdp += (float64(len(selected)) - hits) / max(1, float64(len(selected))) / rounds
			found += hits / changed / rounds
		}
		t.Logf("shared %.1f: false discovery rate %.3f, found %.2f", shared, fdp, found)
		if fdp > q {
			t.Errorf("with correlation %g the false discovery rate is %g, want at most %g", shared, fdp, q)
		}
		if found < .5 {
			t.Errorf("with correlation %g only %g are found", shared, found)
		}
	}
}

// The selection does not depend on the order of units, holds the greatest, meets
// its own rule, and never shrinks when evidence or rate grows.
func TestEBHProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := rapid.SliceOfN(rapid.Float64Range(-5, 12), 1, 30).Draw(t, "log e")
		q := rapid.Float64Range(.01, 1).Draw(t, "q")
		got := EBH(e, q)
		chosen := func(set []int, i int) bool { _, ok := slices.BinarySearch(set, i); return ok }
		for i := range e {
			need := math.Log(float64(len(e))) - math.Log(q*float64(len(got)))
			if chosen(got, i) && e[i] < need-1e-9 {
				t.Fatalf("%v at %g selects %v, but %d is below the rule", e, q, got, i)
			}
			for j := range e {
				if chosen(got, i) && !chosen(got, j) && e[j] >= e[i] {
					t.Fatalf("%v at %g selects %d but not %d", e, q, i, j)
				}
			}
		}

		backward := slices.Clone(e)
		slices.Reverse(backward)
		mirrored := EBH(backward, q)
		for k, i := range mirrored {
			mirrored[k] = len(e) - 1 - i
		}
		slices.Sort(mirrored)
		if !slices.Equal(got, mirrored) {
			t.Fatalf("backward it selects %v, not %v", mirrored, got)
		}

		more := slices.Clone(e)
		raised := rapid.IntRange(0, len(e)-1).Draw(t, "raised")
		more[raised] += rapid.Float64Range(0, 5).Draw(t, "by")
		wider := EBH(more, q)
		looser := EBH(e, min(1, q*rapid.Float64Range(1, 3).Draw(t, "looser")))
		for _, i := range got {
			if !chosen(wider, i) || !chosen(looser, i) {
				t.Fatalf("%d is lost from %v with more evidence (%v) or a looser rate (%v)", i, got, wider, looser)
			}
		}
	})
}

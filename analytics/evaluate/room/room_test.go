package main

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/stat"

	"github.com/folgmed/folgmed/analytics/simulate"
)

// exact is the probability that pupils fold to a histogram, summed over all
// ways in which they can.
func exact(pupils []chances, left *chances) float64 {
	if len(pupils) == 0 {
		return 1
	}
	var sum float64
	for b, n := range left {
		if n > 0 {
			left[b]--
			sum += pupils[0][b] * exact(pupils[1:], left)
			left[b]++
		}
	}
	return sum
}

// The ratios found by scaling follow the exact ones in classes that are small
// enough to sum over.
func TestFoldedIsNearExact(t *testing.T) {
	c := simulate.Owner(8, 1, 1, 10)
	c.Complete = true
	for k := range c.Schools[0].Classes {
		c.Schools[0].Classes[k].Size = 7
		if k%2 == 1 {
			c.Schools[0].Classes[k].Kind = simulate.Two
		}
	}
	w := simulate.New(c)
	var near, want []float64
	for range 6 {
		w.Next()
		for i := range c.Schools[0].Classes {
			known := w.Known(i)
			null, shifted := known.Chance(0), known.Chance(shift)
			var histogram chances
			for _, o := range known.Outcome {
				histogram[o]++
			}
			out := make([]float64, 7*6/2)
			folded(null, shifted, &histogram, out)
			usual, pair := exact(null, &histogram), 0
			for i := range null {
				for j := i + 1; j < len(null); j++ {
					pupils := append([]chances(nil), null...)
					pupils[i], pupils[j] = shifted[i], shifted[j]
					near, want = append(near, out[pair]), append(want, math.Log(exact(pupils, &histogram)/usual))
					pair++
				}
			}
		}
	}
	var off float64
	for i := range near {
		off = max(off, math.Abs(near[i]-want[i]))
	}
	r := stat.Correlation(near, want, nil)
	t.Logf("correlation %.4f, at most %.2f off, mean %.2f v %.2f", r, off, stat.Mean(near, nil), stat.Mean(want, nil))
	if r < .995 || off > 2.5 {
		t.Errorf("correlation %.4f, at most %.2f off", r, off)
	}
}

// A hundred random assignments of the same histogram by name: the ratio of the
// folded is a mean of those of the named, so it lies between them.
func TestFoldedLiesBetweenNamed(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	null, shifted := make([]chances, 6), make([]chances, 6)
	for i := range null {
		for _, p := range []*chances{&null[i], &shifted[i]} {
			sum := 0.
			for b := range p {
				p[b] = rnd.Float64() + .01
				sum += p[b]
			}
			for b := range p {
				p[b] /= sum
			}
		}
	}
	outcome := []int{0, 3, 4, 4, 9, 12}
	var histogram chances
	for _, o := range outcome {
		histogram[o]++
	}
	out, one := make([]float64, 15), make([]float64, 15)
	folded(null, shifted, &histogram, out)
	low, high := make([]float64, 15), make([]float64, 15)
	for i := range low {
		low[i], high[i] = math.Inf(1), math.Inf(-1)
	}
	for range 3000 {
		rnd.Shuffle(len(outcome), func(i, j int) { outcome[i], outcome[j] = outcome[j], outcome[i] })
		named(null, shifted, outcome, one)
		for i, v := range one {
			low[i], high[i] = min(low[i], v), max(high[i], v)
		}
	}
	for i, v := range out {
		if v < low[i] || v > high[i] {
			t.Errorf("pair %d: %.2f, by name from %.2f to %.2f", i, v, low[i], high[i])
		}
	}
}

// The one who sees each pupil finds more than the one who sees the histogram, and
// that one more than the detector; each stream has its line.
func TestRun(t *testing.T) {
	null, two := newOracle(setOf(3, 30, false)), newOracle(setOf(3, 15, true))
	r, err := compare(null, two, 1)
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]float64{}
	for _, m := range r.Methods {
		found[m.Method] = float64(m.Rates[matched].Within.Value)
	}
	t.Log(found)
	if !(found[names[byName]] >= found[names[ofPupils]]-.1 && found[names[ofPupils]] >= found[names[ofClass]]-.1 && found[names[ofPupils]] >= found["folgmed"]-.1) {
		t.Errorf("%v", found)
	}
	sets, err := newStreams(3, 1)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range streams {
		r, err := sets.measure(s, 2)
		if err != nil {
			t.Fatal(err)
		}
		if len(r.Methods) != 1 || len(r.Methods[0].Rates[matched].Kinds) != 7 {
			t.Errorf("%s: %+v", s.name, r.Methods)
		}
	}
}

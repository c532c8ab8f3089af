package analytics

import (
	"math"
	"math/rand/v2"
	"testing"
)

// near compares with a value that was computed elsewhere.
func near(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance) {
		t.Errorf("%s = %.12g, want %.12g", what, got, want)
	}
}

// The wanted values are ratios of joint normal predictive densities, without
// any of the recursions used here (R 4.2.2):
//
//	ld <- function(mu,V,y) { e <- y-mu; -.5*(determinant(V)$modulus + sum(e*solve(V,e))) }
//	V <- matrix(1/30,T,T) + diag(1/w[1:T],T)
//	sum over j of exp(ld(.04-d*((1:T)>=j),V,r)-ld(rep(.04,T),V,r)), mean over d in .15,.25,.4
//
// with starts j in 1 and the last three waves.
func TestDetectorAgainstJointDensities(t *testing.T) {
	r := []float64{.1, -.05, .2, 0, -.3, -.25}
	w := []float64{20, 25, 15, 30, 20, 22}
	want := []struct {
		m     float64
		start int
	}{
		{0.548474051605, 0}, {1.46806115165, 1}, {1.38719868772, 1},
		{1.94650306043, 3}, {4.88985025715, 4}, {8.24135431193, 4},
	}
	d := NewDetector(Belief{Mean: .04, Precision: 30}, len(r), 3, [3]float64{.15, .25, .4})
	for i := range r {
		m, start := d.Update(i, r[i], w[i])
		near(t, "M", m, want[i].m, 1e-9)
		if start != want[i].start {
			t.Errorf("wave %d: start = %d, want %d", i, start, want[i].start)
		}
	}
}

// Under the model each term has mean 1, so that of M is the number of starts:
// the property that the bound on false alarms rests on.
func TestDetectorTermsHaveMeanOne(t *testing.T) {
	const series, waves, window = 40_000, 6, 3
	rnd := rand.New(rand.NewPCG(3, 4))
	var sum, squares float64
	for range series {
		prior := Belief{Mean: .1, Precision: 25}
		d := NewDetector(prior, waves, window, [3]float64{.15, .25, .4})
		level := prior.Mean + rnd.NormFloat64()/5
		var m float64
		for i := range waves {
			m, _ = d.Update(i, level+rnd.NormFloat64()*.25, 16)
		}
		sum += m
		squares += m * m
	}
	mean := sum / series
	se := math.Sqrt((squares/series - mean*mean) / series)
	near(t, "mean of M", mean, window+1, 4*se)
	if se > .1 {
		t.Errorf("standard error %.3f is too large to tell", se)
	}
}

func TestDetectorWaveWithoutData(t *testing.T) {
	shifts := [3]float64{.15, .25, .4}
	d := NewDetector(Belief{Precision: 25}, 3, 16, shifts)
	before, _ := d.Update(0, -.3, 20)
	after, _ := d.Update(1, 99, 0)
	near(t, "M after a wave without data", after, before+1, 1e-12)
	if d.Seen() != 1 {
		t.Errorf("Seen() = %d, want 1", d.Seen())
	}
}

// While an alarm stands, later waves add evidence but no new starts, and the
// time before the change stays the reference.
func TestDetectorHold(t *testing.T) {
	d := NewDetector(Belief{Precision: 25}, 40, 8, [3]float64{.15, .25, .4})
	var m float64
	for i := range 10 {
		d.Update(i, 0, 30)
	}
	for i := 10; i < 14; i++ {
		m, _ = d.Update(i, -.4, 30)
	}
	d.Hold(13)
	for i := 14; i < 34; i++ {
		next, start := d.Update(i, -.4, 30)
		if next < m || start != 10 {
			t.Fatalf("wave %d: M %.4g after %.4g, start %d; want it to grow and the start to stay 10", i, next, m, start)
		}
		m = next
	}
	d.Restart(34, Belief{Precision: 25})
	if again, _ := d.Update(34, -.4, 30); again > 50 {
		t.Errorf("M after the restart = %.4g, want what one wave says", again)
	}
}

func BenchmarkDetectorUpdate(b *testing.B) {
	const waves = 60
	d := NewDetector(Belief{Precision: 25}, waves, 16, [3]float64{.15, .25, .4})
	b.ReportAllocs()
	for b.Loop() {
		d.Restart(0, Belief{Precision: 25})
		for t := range waves {
			d.Update(t, .1, 20)
		}
	}
}

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
	d := NewDetector(Belief{Mean: .04, Precision: 30}, len(r), looking(3, 0))
	for i := range r {
		near(t, "M", d.Update(i, r[i], w[i]), want[i].m, 1e-9)
		if d.Start() != want[i].start {
			t.Errorf("wave %d: start = %d, want %d", i, d.Start(), want[i].start)
		}
	}
}

// looking are settings with another window and other waves before a change.
func looking(window, before int) Settings {
	s := DefaultSettings()
	s.Window, s.MinWaves = window, before
	return s
}

// Under the model each term has mean 1, so that of M is the number of starts:
// the property that the bound on false alarms rests on.
func TestDetectorTermsHaveMeanOne(t *testing.T) {
	const series, waves, window, before = 40_000, 9, 3, 2
	rnd := rand.New(rand.NewPCG(3, 4))
	var sum, squares float64
	for range series {
		prior := Belief{Mean: .1, Precision: 25}
		d := NewDetector(prior, waves, looking(window, before))
		level := prior.Mean + rnd.NormFloat64()/5
		var m float64
		for i := range waves {
			m = d.Update(i, level+rnd.NormFloat64()*.25, 16)
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
	with, without := NewDetector(Belief{Precision: 25}, 9, looking(16, 0)), NewDetector(Belief{Precision: 25}, 9, looking(16, 0))
	for i, r := range []float64{0, .1, -.1, -.3, -.4} {
		m := with.Update(2*i, r, 20)
		if again := with.Update(2*i+1, 99, 0); again != m {
			t.Errorf("a wave without data changes M from %g to %g", m, again)
		}
		near(t, "M", without.Update(2*i, r, 20), m, 0)
	}
	if with.Start() != 6 || without.Start() != 6 {
		t.Errorf("starts %d and %d, want 6", with.Start(), without.Start())
	}
}

func TestDetectorNeedsSomethingToChangeFrom(t *testing.T) {
	d := NewDetector(Belief{Precision: 25}, 9, looking(16, 4))
	for i := range 4 {
		if m := d.Update(i, -2, 20); m != 0 {
			t.Errorf("wave %d: M = %g, want 0", i, m)
		}
	}
	if m := d.Update(4, -2, 20); m <= 0 || d.Start() != 4 {
		t.Errorf("M = %g with start %d, want some with start 4", m, d.Start())
	}
}

// While an alarm stands, later waves add evidence but no new starts, and the
// time before the change stays the reference.
func TestDetectorHold(t *testing.T) {
	d := NewDetector(Belief{Precision: 25}, 40, looking(8, 4))
	var m float64
	for i := range 10 {
		d.Update(i, 0, 30)
	}
	for i := 10; i < 14; i++ {
		m = d.Update(i, -.4, 30)
	}
	d.Hold()
	for i := 14; i < 34; i++ {
		next := d.Update(i, -.4, 30)
		if next < m || d.Start() != 10 {
			t.Fatalf("wave %d: M %.4g after %.4g, start %d; want it to grow and the start to stay 10", i, next, m, d.Start())
		}
		m = next
	}
	d.Restart(Belief{Precision: 25})
	for i := 34; i < 40; i++ {
		m = d.Update(i, -.4, 30)
	}
	if m > 2 {
		t.Errorf("M after the restart = %.4g, want what a steady series has", m)
	}
}

func TestDetectorDoesNotAllocate(t *testing.T) {
	d := NewDetector(Belief{Precision: 25}, 60, DefaultSettings())
	got := testing.AllocsPerRun(10, func() {
		d.Restart(Belief{Precision: 25})
		for i := range 60 {
			d.Update(i, -.1, 20)
		}
	})
	if got != 0 {
		t.Errorf("%.0f allocations in 60 waves, want none", got)
	}
}

func BenchmarkDetectorUpdate(b *testing.B) {
	const waves = 60
	d := NewDetector(Belief{Precision: 25}, waves, DefaultSettings())
	b.ReportAllocs()
	for b.Loop() {
		d.Restart(Belief{Precision: 25})
		for t := range waves {
			d.Update(t, .1, 20)
		}
	}
}

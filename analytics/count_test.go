package analytics

import (
	"math"
	"math/rand/v2"
	"strconv"
	"testing"

	"pgregory.net/rapid"
)

// The wanted values are direct sums over the grid b of offsets, for each start j
// anew, in R 4.2.2:
//
//	b <- (-30:30)/10; lp <- -b^2/(2*class); lp <- lp-log(sum(exp(lp)))
//	lse <- function(x) max(x)+log(sum(exp(x-max(x))))
//	l <- function(i,d) sapply(b, function(x) { e <- a[i]+x+d
//	  sum(ifelse(n[i]>0, (y[i]*e-n[i]*ifelse(e>0, e+log1p(exp(-e)), log1p(exp(e))))/phi[i], 0)) })
//	R <- function(j) { past <- if (j>1) l(1:(j-1),0) else 0*b
//	  mean(sapply(c(.5,.9,1.4), function(d) exp(lse(lp+past+l(j:t,d))-lse(lp+l(1:t,0))))) }
//
// and M their sum over the first start and the last of the window.
func TestCountDetector(t *testing.T) {
	ones := func(n int) []float64 { return slicesOfFloat(1, n) }
	var longY, longN, longA []float64
	for t := range 120 {
		x := float64(t)
		more := 0.
		if t >= 110 {
			more = 2
		}
		longY = append(longY, 4+math.RoundToEven(2*math.Sin(x)+more))
		longN = append(longN, 20)
		longA = append(longA, -1.4+.2*math.Cos(x))
	}
	for _, test := range []struct {
		name             string
		y, n, a, phi     []float64
		class            float64
		window, minWaves int
		m                []float64       // after each wave; of the last only if there is but one
		ratios           map[int]float64 // at the end, by wave of the start
	}{
		{
			name: "plain, with a wave without data",
			y:    []float64{1, 0, 2, 1, 4, 3, 0, 5, 4},
			n:    []float64{20, 18, 20, 19, 20, 17, 0, 20, 18},
			a:    []float64{-2.6, -2.5, -2.6, -2.4, -2.6, -2.5, -2.5, -2.7, -2.6},
			phi:  ones(9), class: .2, window: 16, minWaves: 4,
			m:      []float64{0, 0, 0, 0, 4.9513285860196, 10.849042622125, 11.849042622125, 88.962460956993, 228.03139648134},
			ratios: map[int]float64{4: 155.99209419557, 5: 29.911185545559, 6: 19.900157868068, 7: 19.900157868068, 8: 2.3278010040738},
		},
		{
			name: "a dispersion below 1, a small window",
			y:    []float64{3, 5, 2, 4, 6, 7, 5, 8, 3, 2},
			n:    []float64{20, 22, 20, 21, 22, 20, 19, 22, 20, 21},
			a:    slicesOfFloat(-1.5, 10), phi: slicesOfFloat(.7, 10), class: .35, window: 3, minWaves: 2,
			m:      []float64{0, 0, 0.10735385209726, 0.53691628768828, 2.5674634307546, 13.685971614151, 10.336366873609, 16.491293043517, 1.4661661329104, 0.44169961412427},
			ratios: map[int]float64{2: 0.34653678897395, 7: 0.056225801487729, 8: 0.0075561627914888, 9: 0.031380860871102},
		},
		{
			name: "a dispersion that changes, first waves without data, half a pupil",
			y:    []float64{0, 0, 1, 2, 0, 2.5, 3, 6},
			n:    []float64{0, 0, 24, 25, 0, 22, 24, 25},
			a:    []float64{-3, -3, -2.2, -2.1, -2, -2.3, -2.2, -2.1},
			phi:  []float64{1, 1, 1.2, 1.3, 1.3, 1.6, 1.6, 1.7}, class: .05, window: 16, minWaves: 1,
			m:      []float64{0, 1, 0.43885659208351, 0.583278821704, 1.583278821704, 2.0717506316672, 2.5772151853002, 7.9865910307287},
			ratios: map[int]float64{1: 0.25448264823953, 2: 0.25448264823953, 3: 0.64796672344774, 4: 1.4296392575292, 5: 1.4296392575292, 6: 1.6548580638446, 7: 2.315522431899},
		},
		{
			name: "a hundred and twenty waves",
			y:    longY, n: longN, a: longA, phi: slicesOfFloat(.9, 120), class: .3, window: 16, minWaves: 4,
			m:      []float64{171.63198307112},
			ratios: map[int]float64{4: 0.0081844493550169, 104: 0.75676283748505, 108: 53.170263538537, 110: 13.660370762517, 114: 12.554628893176, 119: 0.28941723843311},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := DefaultSettings()
			s.Window, s.MinWaves = test.window, test.minWaves
			d := NewCountDetector(test.class, test.phi[0], s)
			for again := range 2 { // Restart forgets all that was
				if again == 1 {
					d.Hold()
					d.Restart(test.class, test.phi[0])
				}
				for i := range test.y {
					d.Phi = test.phi[i]
					d.Update(i, Proportion{test.y[i], test.n[i]}, test.a[i])
					if at := i + len(test.m) - len(test.y); at >= 0 {
						nearly(t, "M after wave "+strconv.Itoa(i), d.M(), test.m[at])
					}
				}
				seen := 0
				for j := range d.Starts() {
					if want, ok := test.ratios[d.Start(j)]; ok {
						seen++
						nearly(t, "ratio from wave "+strconv.Itoa(d.Start(j)), d.Ratio(j), want)
					}
				}
				if seen != len(test.ratios) {
					t.Errorf("%d of the starts of %v were kept", seen, test.ratios)
				}
			}
		})
	}
}

func slicesOfFloat(v float64, n int) []float64 {
	s := make([]float64, n)
	for i := range s {
		s[i] = v
	}
	return s
}

// While nothing changes the mean of every ratio is 1: the sum over all that a unit
// of a few pupils can answer in four waves, each with its probability.
func TestCountDetectorIsAMartingale(t *testing.T) {
	s := DefaultSettings()
	s.MinWaves = 1
	d := NewCountDetector(.2, 1, s)
	n, alpha := []int{4, 3, 5, 4}, []float64{-1.5, -1, -2, -1.2}
	var prior [gridSize]float64
	normalGrid(prior[:], .2)
	means := make([]float64, 3)
	var answer func(y []int)
	answer = func(y []int) {
		if len(y) < len(n) {
			for k := range n[len(y)] + 1 {
				answer(append(y, k))
			}
			return
		}
		var probability float64
		for b, l := range prior {
			for t, k := range y {
				l += BetaBinomial{Mean: logistic(alpha[t] + gridStep*float64(b-gridHalf))}.LogProb(Proportion{float64(k), float64(n[t])})
			}
			probability += math.Exp(l)
		}
		d.Restart(.2, 1)
		for t, k := range y {
			d.Update(t, Proportion{float64(k), float64(n[t])}, alpha[t])
		}
		for j := range means {
			means[j] += probability * d.Ratio(j)
		}
	}
	answer(make([]int, 0, len(n)))
	for j, mean := range means {
		near(t, "mean ratio of start "+strconv.Itoa(j), mean, 1, 1e-12)
	}
}

// While nothing changes it takes M at least A waves on average to reach A.
func TestCountDetectorWaits(t *testing.T) {
	const runs, most, a = 150, 150, 10
	const class, alpha = .2, -1.5
	rnd := rand.New(rand.NewPCG(21, 22))
	d := NewCountDetector(class, 1, DefaultSettings())
	var waited float64 // no longer than most each, so the true mean is greater
	for range runs {
		d.Restart(class, 1)
		p := logistic(alpha + math.Sqrt(class)*rnd.NormFloat64())
		for week := 0; week < most && d.M() < a; week++ {
			y := 0.
			for range 20 {
				if rnd.Float64() < p {
					y++
				}
			}
			d.Update(week, Proportion{y, 20}, alpha)
			waited += 1. / runs
		}
	}
	t.Logf("M reaches %d after %.0f waves on average", a, waited)
	if waited < a {
		t.Errorf("M reaches %d after %.0f waves on average, want at least as many", a, waited)
	}
}

// However long all give the bad answer, no ratio passes e^200; and when they no
// longer do, it falls from there as it rose.
func TestCountDetectorStaysFinite(t *testing.T) {
	d := NewCountDetector(.2, .5, DefaultSettings())
	for week := range 300 {
		p := Proportion{0, 20}
		if week >= 10 {
			p.Y = 20
		}
		d.Update(week, p, -1)
		if m := d.M(); !finite(m) {
			t.Fatalf("week %d: M = %g", week, m)
		}
	}
	for j := range d.Starts() {
		if l := d.Ratio(j); l > maxRatio*(1+1e-9) {
			t.Errorf("ratio %g is above e^200", l)
		}
	}
	first := d.Ratio(0)
	nearly(t, "ratio of the first start in units of e^200", first/maxRatio, 1)
	for week := 300; week < 400; week++ {
		d.Update(week, Proportion{0, 20}, -1)
	}
	if l := d.Ratio(0); !(l < first && l >= 0) {
		t.Errorf("ratio %g after a hundred waves without a bad answer, it was %g", l, first)
	}
}

// More bad answers are never less evidence of a rise from their own wave on.
func TestCountDetectorIsMonotone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(5, 30).Draw(t, "n")
		history := rapid.SliceOfN(rapid.IntRange(0, n), 4, 10).Draw(t, "history")
		y := rapid.IntRange(0, n-1).Draw(t, "y")
		alpha := rapid.Float64Range(-4, 1).Draw(t, "alpha")
		phi := rapid.Float64Range(.5, 2).Draw(t, "phi")
		ratio := func(y int) float64 {
			d := NewCountDetector(.2, phi, DefaultSettings())
			for week, k := range append(history[:len(history):len(history)], y) {
				d.Update(week, Proportion{float64(k), float64(n)}, alpha)
			}
			return d.Ratio(d.Starts() - 1)
		}
		if low, high := ratio(y), ratio(y+1); high < low*(1-1e-12) {
			t.Fatalf("ratio %g of %d and %g of %d", low, y, high, y+1)
		}
	})
}

// Numbers no class has leave ratios that are numbers.
func TestCountDetectorOfManyStaysFinite(t *testing.T) {
	d := NewCountDetector(.2, .5, DefaultSettings())
	for week := range 20 {
		p := Proportion{1e6, 1e9}
		if week == 12 {
			p.Y = 9e8
		}
		d.Update(week, p, -7)
		if m := d.M(); !finite(m) || m < 0 {
			t.Fatalf("week %d: M = %g", week, m)
		}
	}
}

func TestCountDetectorDoesNotAllocate(t *testing.T) {
	d := NewCountDetector(.2, .9, DefaultSettings())
	week := 0
	allocations := testing.AllocsPerRun(100, func() {
		d.Update(week, Proportion{2, 20}, -2)
		d.M()
		week++
	})
	if allocations != 0 {
		t.Errorf("%g allocations a wave, want none", allocations)
	}
}

func TestCountDetectorPanics(t *testing.T) {
	for name, do := range map[string]func(){
		"alike classes": func() { NewCountDetector(0, 1, DefaultSettings()) },
		"no dispersion": func() { NewCountDetector(.2, 0, DefaultSettings()) },
		"not a number":  func() { NewCountDetector(math.NaN(), 1, DefaultSettings()) },
		"no window":     func() { NewCountDetector(.2, 1, Settings{}) },
	} {
		t.Run(name, func(t *testing.T) { panics(t, do) })
	}
}

package analytics

import (
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"

	"pgregory.net/rapid"
)

// series is a series of means with all that a detector of it is told.
type series struct {
	name             string
	weeks            []int
	r, v             []float64
	prior            Belief
	noise            Noise
	volatilities     []Volatility
	sizes            []float64
	shapes           []Shape
	window, minWaves int

	m               []float64         // after each wave; of the last only if there is but one
	ratios          map[int][]float64 // by week of the start, shapes × sizes
	shift           map[int]Belief    // of each start: estimate and 1/variance
	level           Belief
	ahead           int // week of the forecast
	with            float64
	forecast, about float64 // its mean and variance
}

func (s *series) settings() Settings {
	d := DefaultSettings()
	d.Window, d.MinWaves = s.window, s.minWaves
	return d
}

// long is a series by formula, of which only the end is compared.
func long(waves int) (weeks []int, r, v []float64) {
	for t := range waves {
		x := float64(t)
		weeks = append(weeks, 2*t)
		r = append(r, .2*math.Sin(x)+.1*math.Cos(3*x))
		if t >= 100 {
			r[t] -= .25
		}
		v = append(v, .03+.01*math.Sin(2*x))
	}
	return weeks, r, v
}

// The wanted values know nothing of filters: they are ratios of the joint normal
// densities of a whole series, in R 4.2.2. With the waves that have data at weeks
// w, r and v theirs, prior mean m and precision p, noise s2 and rho, volatilities
// ka with shares om:
//
//	K  <- function(k) 1/p + k*s2*rho^abs(outer(w,w,"-")) + diag(v)
//	ld <- function(k, mu) { U <- chol(K(k)); z <- backsolve(U, r-m-mu, transpose=TRUE); -sum(log(diag(U)))-sum(z^2)/2 }
//	step <- function(x) 1; ramp <- function(x) pmin(1,(x+1)/12); pulse <- function(x) ifelse(x<3,1,.5^(x-2))
//	L  <- function(j,s,d) { h <- ifelse(w>=j, d*s(w-j), 0); sum(om*exp(sapply(ka,ld,h)))/sum(om*exp(sapply(ka,ld,0))) }
//	M  <- sum over starts j of mean over shapes s and sizes d of L(j,s,d)
//	g  <- om*exp(sapply(ka,ld,0)); g <- g/sum(g); h <- as.numeric(w>=j)
//	S  <- sum(g*sapply(ka, function(k) sum(h*solve(K(k),r-m)))); I <- sum(g*sapply(ka, function(k) sum(h*solve(K(k),h))))
//	shift: S/I and I
//	mix <- function(cv, own) { mu <- sapply(ka, function(k) m+sum(cv(k)*solve(K(k),r-m)))
//	  vv <- sapply(ka, function(k) own(k)-sum(cv(k)*solve(K(k),cv(k)))); c(sum(g*mu), sum(g*(mu^2+vv))-sum(g*mu)^2) }
//	level: mix(function(k) rep(1/p,length(w)), function(k) 1/p)
//	forecast in week x with variance va: mix(function(k) 1/p+k*s2*rho^abs(x-w), function(k) 1/p+k*s2) + c(0,va)
func TestMeanDetector(t *testing.T) {
	weeks, r, v := long(120)
	for _, s := range []series{
		{
			name:  "gaps of weeks, a wave without data, a small window",
			weeks: []int{0, 1, 2, 5, 6, 8, 9, 13, 14},
			r:     []float64{.12, -.05, .2, 0, .04, -.31, -.42, -.2, -.55},
			v:     []float64{.03, .028, .035, 0, .03, .04, .03, .025, .031},
			prior: Belief{-.05, 25}, noise: Noise{.03, .5}, volatilities: []Volatility{{.3, .7}, {3, .3}},
			sizes: []float64{-.2, -.45}, shapes: []Shape{Step, Ramp, Pulse}, window: 4, minWaves: 2,
			m: []float64{0, 0, 0.4406725239591, 1.4406725239591, 1.6193665851111, 4.8181684201573, 14.701853735765, 13.466388128584, 29.871956551628},
			ratios: map[int][]float64{
				2:  {1.7755294067363, 0.36098846109381, 6.8138392592962, 17.615467152307, 0.26054436296744, 0.044656622178701},
				8:  {15.674118812487, 44.60610669051, 2.9258965528232, 7.8406989430925, 3.4774749159438, 3.6867940018243},
				9:  {8.9932640807307, 13.979793323643, 2.2705540382618, 4.8591609381936, 2.6661397930884, 3.2413107079198},
				13: {3.0987843846445, 2.3239587144402, 1.2957801515657, 1.7653033363989, 3.0987843846445, 2.3239587144402},
				14: {3.7785064234964, 7.0994770707045, 1.1397616956776, 1.3371028764564, 3.7785064234964, 7.0994770707045},
			},
			shift: map[int]Belief{
				2: {-0.16621466974298, 1 / 0.02589117631721}, 8: {-0.40569320776756, 1 / 0.026185079550629},
				9: {-0.3568380677229, 1 / 0.027150193887242}, 13: {-0.28916711532136, 1 / 0.036786745503823},
				14: {-0.4425154114268, 1 / 0.055850005084811},
			},
			level: Belief{-0.12655043885283, 114.899963376},
			ahead: 17, with: .03, forecast: -0.14877891128966, about: 0.075608607530975,
		},
		{
			name:  "no memory, one volatility, both sides",
			weeks: []int{0, 2, 4, 6, 8, 10, 12},
			r:     []float64{.02, .05, -.04, .1, .02, .22, .3},
			v:     []float64{.01, .012, .01, .011, .01, .013, .01},
			prior: Belief{0, 270}, noise: Noise{.004, 0}, volatilities: steady,
			sizes: []float64{.12, .2, -.12, -.2}, shapes: []Shape{Step}, window: 16, minWaves: 3,
			m: []float64{0, 0, 0, 0.67115715146608, 0.85560611182113, 2.909570486778, 18.677944821058},
			ratios: map[int][]float64{
				6:  {7.0195696231443, 6.5251877100851, 0.012051066237352, 0.00016061446503659},
				8:  {6.0519476248439, 6.2011116893402, 0.019900525879058, 0.00045090516188159},
				10: {11.275967793954, 24.005215566516, 0.018877078914656, 0.0005665964962691},
				12: {4.9409758018241, 8.5510887951475, 0.079870727706112, 0.0088371645179018},
			},
			shift: map[int]Belief{
				6: {0.15467760125104, 1 / 0.0058301950124618}, 8: {0.16207061278278, 1 / 0.0068032707372428},
				10: {0.24790939196084, 1 / 0.0093075377324828}, 12: {0.26618524807033, 1 / 0.01548748450537},
			},
			level: Belief{0.059380325985631, 743.70448179272},
			ahead: 12, with: .01, forecast: 0.12812880427545, about: 0.013543173524059,
		},
		{
			name:  "five volatilities, the first wave and a start without data",
			weeks: []int{0, 2, 4, 6, 10, 12, 14, 16},
			r:     []float64{0, .3, -.1, .25, -.2, 0, -.4, -.35},
			v:     []float64{0, .05, .045, .06, .05, 0, .05, .04},
			prior: Belief{.1, 21}, noise: Noise{.0165, .5}, volatilities: volatilities,
			sizes: []float64{-.13, -.22, -.41}, shapes: []Shape{Step, Ramp, Pulse}, window: 16, minWaves: 4,
			m: []float64{0, 0, 0, 0, 1.6014569037528, 2.6014569037528, 8.200762614374, 16.538943415283},
			ratios: map[int][]float64{
				10: {4.3227957774995, 9.1357056159898, 19.820002477393, 1.9601541743477, 2.9631976664214, 6.0507800950204, 1.4696052801415, 1.6781123273806, 1.5415993014521},
				12: {3.3449579081629, 6.1482486214005, 11.201375626426, 1.5525455706065, 2.051130677257, 3.4217641799106, 2.1252761516788, 3.1519054317742, 4.9997598574751},
				14: {3.3449579081629, 6.1482486214005, 11.201375626426, 1.2511171079506, 1.4486925395156, 1.9276738659164, 3.3449579081629, 6.1482486214005, 11.201375626426},
				16: {1.76210891466, 2.2201488645135, 2.2902183736328, 1.0588781251428, 1.100525572703, 1.1905701683868, 1.76210891466, 2.2201488645135, 2.2902183736328},
			},
			shift: map[int]Belief{
				10: {-0.444103691227, 1 / 0.034744868868155}, 12: {-0.43381701201686, 1 / 0.04090296169067},
				14: {-0.43381701201686, 1 / 0.04090296169067}, 16: {-0.3225167429856, 1 / 0.060154661590206},
			},
			level: Belief{-0.062599813128721, 108.11285092878},
			ahead: 16, with: .05, forecast: -0.13554164584438, about: 0.066305717487364,
		},
		{
			name:  "a hundred and twenty waves",
			weeks: weeks, r: r, v: v,
			prior: Belief{0, 25}, noise: Noise{.0165, .5}, volatilities: []Volatility{{.2, .25}, {1, .5}, {4, .25}},
			sizes: []float64{-.15, -.3}, shapes: []Shape{Step, Ramp, Pulse}, window: 16, minWaves: 4,
			m: []float64{13754.115233302},
			ratios: map[int][]float64{
				8:   {2.048714558631, 0.468132142228, 1.2746771955749, 0.10230098402691, 1.4420990431092, 0.86465130316144},
				208: {3993.7553599859, 51596.474576148, 448.42687901315, 2632.2894476861, 5.2214883886848, 12.186358847795},
				236: {5.7021712551138, 12.182503428253, 1.339098045145, 1.7288009674788, 5.7021712551138, 12.182503428253},
				238: {1.5908291530512, 1.4279472743373, 1.0623161728298, 1.124067725649, 1.5908291530512, 1.4279472743373},
			},
			shift: map[int]Belief{
				8: {-0.12399127795289, 1 / 0.01027823803879}, 208: {-0.27215055967788, 1 / 0.0039480008269393},
				238: {-0.19641228428261, 1 / 0.039329362133826},
			},
			level: Belief{-0.041217368085502, 2172.8595749163},
			ahead: 240, with: .03, forecast: -0.072734268333649, about: 0.046264821841808,
		},
	} {
		t.Run(s.name, func(t *testing.T) {
			d := NewMeanDetector(s.prior, s.noise, s.sizes, s.shapes, s.volatilities, s.settings())
			for again := range 2 { // Restart forgets all that was
				if again == 1 {
					d.Hold()
					d.Restart(s.prior)
				}
				for i, week := range s.weeks {
					d.Update(week, s.r[i], s.v[i])
					if at := i + len(s.m) - len(s.weeks); at >= 0 {
						nearly(t, "M after wave "+strconv.Itoa(i), d.M(), s.m[at])
					}
				}
				compareSeries(t, d, &s)
			}
		})
	}
}

func compareSeries(t *testing.T, d *MeanDetector, s *series) {
	t.Helper()
	seen := 0
	out := make([]float64, len(s.shapes)*len(s.sizes))
	for j := range d.Starts() {
		week := d.Start(j)
		if want, ok := s.ratios[week]; ok {
			seen++
			d.Ratios(j, out)
			for i := range want {
				nearly(t, "ratio "+strconv.Itoa(i)+" from week "+strconv.Itoa(week), out[i], want[i])
			}
		}
		if want, ok := s.shift[week]; ok {
			size, variance := d.Shift(j)
			nearly(t, "shift from week "+strconv.Itoa(week), size, want.Mean)
			nearly(t, "variance of the shift from week "+strconv.Itoa(week), variance, 1/want.Precision)
		}
	}
	if seen != len(s.ratios) {
		t.Errorf("%d of the starts in weeks %v were kept, of %d", seen, d.slots, d.Starts())
	}
	level := d.Level()
	nearly(t, "level", level.Mean, s.level.Mean)
	nearly(t, "precision of the level", level.Precision, s.level.Precision)
	mean, variance := d.Forecast(s.ahead, s.with)
	nearly(t, "forecast", mean, s.forecast)
	nearly(t, "variance of the forecast", variance, s.about)
}

// nearly compares to nine digits: R prints fourteen, and a volatility is never
// ruled out altogether.
func nearly(t *testing.T, what string, got, want float64) {
	t.Helper()
	near(t, what, got, want, 1e-9*max(1e-3, math.Abs(want)))
}

// Before any wave there is the prior, and nothing to shift.
func TestMeanDetectorBefore(t *testing.T) {
	d := NewMeanDetector(Belief{.2, 16}, Noise{.02, .5}, []float64{-.3}, []Shape{Step}, []Volatility{{.5, .5}, {1.5, .5}}, DefaultSettings())
	near(t, "level", d.Level().Mean, .2, 1e-15)
	near(t, "precision", d.Level().Precision, 16, 1e-9)
	mean, variance := d.Forecast(3, .03)
	near(t, "forecast", mean, .2, 1e-15)
	near(t, "variance", variance, 1./16+.02+.03, 1e-12)
	near(t, "M", d.M(), 0, 0)
	for week := range 6 {
		d.Update(week, 0, 0)
	}
	near(t, "M of two starts without data", d.M(), 2, 0)
	if size, variance := d.Shift(0); size != 0 || !math.IsInf(variance, 1) {
		t.Errorf("shift without data %g ± %g, want nothing known", size, variance)
	}
}

// nullSeries draws a series in which nothing changes from the model, of n waves
// every so many weeks, and gives each wave to do until that has enough.
func nullSeries(rnd *rand.Rand, prior Belief, n Noise, of []Volatility, v float64, every, waves int, do func(week int, r float64) bool) {
	kappa, u := of[len(of)-1].Factor, rnd.Float64()
	for _, k := range of {
		if u -= k.Share; u < 0 {
			kappa = k.Factor
			break
		}
	}
	sd := math.Sqrt(kappa * n.Wave)
	level := prior.Mean + rnd.NormFloat64()/math.Sqrt(prior.Precision)
	moved, rho := sd*rnd.NormFloat64(), math.Pow(n.Memory, float64(every))
	for t := range waves {
		if !do(every*t, level+moved+math.Sqrt(v)*rnd.NormFloat64()) {
			return
		}
		moved = rho*moved + math.Sqrt(1-rho*rho)*sd*rnd.NormFloat64()
	}
}

// While nothing changes the mean of every likelihood ratio is 1, after any number
// of waves.
func TestMeanDetectorIsAMartingale(t *testing.T) {
	const runs, waves = 6000, 12
	prior, noise := Belief{0, 25}, Noise{.0165, .5}
	sizes := []float64{-.1, -.2}
	rnd := rand.New(rand.NewPCG(11, 12))
	d := NewMeanDetector(prior, noise, sizes, []Shape{Step, Ramp, Pulse}, volatilities, DefaultSettings())
	out := make([]float64, 6)
	sums, squares := make([]float64, waves*waves*6), make([]float64, waves*waves*6)
	for range runs {
		d.Restart(prior)
		t := 0
		nullSeries(rnd, prior, noise, volatilities, .035, 2, waves, func(week int, r float64) bool {
			d.Update(week, r, .035)
			for j := range d.Starts() {
				d.Ratios(j, out)
				for i, l := range out {
					at := (t*waves+j)*6 + i
					sums[at] += l / runs
					squares[at] += l * l / runs
				}
			}
			t++
			return true
		})
	}
	worst, ratios := 0., 0
	for i, mean := range sums {
		if squares[i] == 0 {
			continue
		}
		ratios++
		se := math.Sqrt((squares[i] - mean*mean) / runs)
		if se > .04 {
			t.Errorf("mean ratio %.3f ± %.3f: too few series to tell", mean, se)
		}
		worst = max(worst, math.Abs(mean-1)/se)
	}
	t.Logf("of %d mean ratios the one farthest from 1 is %.1f standard errors away", ratios, worst)
	if ratios != 36*6 || worst > 4 {
		t.Errorf("of %d mean ratios the one farthest from 1 is %.1f standard errors away; want 216, and all 1", ratios, worst)
	}
}

// While nothing changes it takes M at least A waves on average to reach A.
func TestMeanDetectorWaits(t *testing.T) {
	const runs, most = 300, 250
	prior, noise := Belief{0, 25}, Noise{.0165, .5}
	sizes := []float64{-.15, -.25, -.4}
	rnd := rand.New(rand.NewPCG(13, 14))
	d := NewMeanDetector(prior, noise, sizes, []Shape{Step, Ramp, Pulse}, volatilities, DefaultSettings())
	for _, a := range []float64{10, 40} {
		var waited float64 // no longer than most each, so the true mean is greater
		for range runs {
			d.Restart(prior)
			nullSeries(rnd, prior, noise, volatilities, .035, 2, most, func(week int, r float64) bool {
				d.Update(week, r, .035)
				waited += 1. / runs
				return d.M() < a
			})
		}
		t.Logf("M reaches %g after %.0f waves on average", a, waited)
		if waited < a {
			t.Errorf("M reaches %g after %.0f waves on average, want at least %g", a, waited, a)
		}
	}
}

// No answer however far off makes a ratio infinite.
func TestMeanDetectorStaysFinite(t *testing.T) {
	d := NewMeanDetector(Belief{Precision: 25}, Noise{.0165, .5}, []float64{-1, -3}, []Shape{Step, Ramp, Pulse}, volatilities, DefaultSettings())
	for week := range 40 {
		r := 0.
		if week >= 20 {
			r = -1e6
		}
		d.Update(week, r, 1e-6)
		if m := d.M(); !finite(m) || !finite(d.Level().Mean) || !(d.Level().Precision > 0) {
			t.Fatalf("week %d: M = %g, level %+v", week, m, d.Level())
		}
	}
	near(t, "M in units of e^200", d.M()/math.Exp(maxLog), 1, 20)
}

// A lower score is never less evidence of a fall from its own wave on.
func TestMeanDetectorIsMonotone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := rapid.Float64Range(.01, .2)
		history := rapid.SliceOfN(rapid.Float64Range(-1, 1), 5, 12).Draw(t, "history")
		variances := rapid.SliceOfN(v, len(history)+1, len(history)+1).Draw(t, "variances")
		last := rapid.Float64Range(-1, 1).Draw(t, "last")
		lower := last - rapid.Float64Range(0, 1).Draw(t, "by")
		ratio := func(last float64) float64 {
			d := NewMeanDetector(Belief{Precision: 25}, Noise{.0165, .5}, []float64{-.3}, []Shape{Step}, steady, DefaultSettings())
			for week, r := range append(slices.Clone(history), last) {
				d.Update(week, r, variances[week])
			}
			var l [1]float64
			d.Ratios(d.Starts()-1, l[:])
			return l[0]
		}
		if high, low := ratio(last), ratio(lower); low < high*(1-1e-12) {
			t.Fatalf("ratio %g after %g and %g after %g", high, last, low, lower)
		}
	})
}

func TestShapes(t *testing.T) {
	for name, test := range map[string]struct {
		shape Shape
		want  []float64
	}{
		"step":  {Step, []float64{1, 1, 1, 1, 1, 1}},
		"ramp":  {Ramp, []float64{1. / 12, 2. / 12, 3. / 12, 4. / 12, 5. / 12, 6. / 12, 7. / 12, 8. / 12, 9. / 12, 10. / 12, 11. / 12, 1, 1}},
		"pulse": {Pulse, []float64{1, 1, 1, .5, .25, .125}},
	} {
		for weeks, want := range test.want {
			near(t, name+" after "+strconv.Itoa(weeks)+" weeks", test.shape(weeks), want, 1e-15)
		}
	}
}

// The points of the log-normal: shares dnorm(x)/sum(dnorm(x)) and factors
// exp(1.6*x)/sum(shares*exp(1.6*x)) at x <- 1.2*(-2:2), in R 4.2.2.
func TestVolatilities(t *testing.T) {
	want := []Volatility{
		{0.0064003935, 0.026913156}, {0.0436568180, 0.233367684}, {0.2977813424, 0.479438320}, {2.0311541694, 0.233367684}, {13.8544182345, 0.026913156},
	}
	var shares, mean float64
	for i, v := range volatilities {
		near(t, "factor", v.Factor, want[i].Factor, .0005*want[i].Factor) // written with four digits
		near(t, "share", v.Share, want[i].Share, .00005)
		shares += v.Share
		mean += v.Share * v.Factor
	}
	near(t, "sum of shares", shares, 1, 1e-12)
	near(t, "mean factor", mean, 1, .001)
}

// What a wave costs is calculation, not memory.
func TestMeanDetectorDoesNotAllocate(t *testing.T) {
	d := NewMeanDetector(Belief{Precision: 25}, Noise{.0165, .5}, []float64{-.15, -.25, -.4}, []Shape{Step, Ramp, Pulse}, volatilities, DefaultSettings())
	out := make([]float64, 9)
	week := 0
	allocations := testing.AllocsPerRun(100, func() {
		d.Forecast(week, .03)
		d.Update(week, -.1, .03)
		for j := range d.Starts() {
			d.Ratios(j, out)
			d.Shift(j)
		}
		d.Level()
		week++
	})
	if allocations != 0 {
		t.Errorf("%g allocations a wave, want none", allocations)
	}
}

func TestMeanDetectorPanics(t *testing.T) {
	prior, noise, s := Belief{Precision: 25}, Noise{.02, .5}, DefaultSettings()
	for name, do := range map[string]func(){
		"no sizes":        func() { NewMeanDetector(prior, noise, nil, shapes, steady, s) },
		"no shapes":       func() { NewMeanDetector(prior, noise, []float64{1}, nil, steady, s) },
		"no volatilities": func() { NewMeanDetector(prior, noise, []float64{1}, shapes, nil, s) },
		"no window":       func() { NewMeanDetector(prior, noise, []float64{1}, shapes, steady, Settings{}) },
		"waves below 0":   func() { NewMeanDetector(prior, noise, []float64{1}, shapes, steady, Settings{Window: 1, MinWaves: -1}) },
	} {
		t.Run(name, func(t *testing.T) { panics(t, do) })
	}
}

// panics checks that do tells of a caller's bug.
func panics(t *testing.T, do func()) {
	t.Helper()
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	do()
}

package analytics

import (
	"math"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// oneClass is the class of testdata/class.R, to which something happens by wave,
// and the vintages it is seen by.
func oneClass(happens func(wave int, c *classWave)) (Panel, []Vintage) {
	waves := []classWave{
		{20, 3.95, .70, [4]float64{1, 10, 2, 10}, [2]float64{2, 3}, 4, 3},
		{19, 3.70, .80, [4]float64{2, 10, 1, 9}, [2]float64{3, 2}, 5, 3},
		{21, 4.05, .72, [4]float64{1, 11, 1, 10}, [2]float64{1, 2}, 3, 2},
		{20, 3.85, .78, [4]float64{2, 10, 2, 10}, [2]float64{2, 4}, 4, 4},
		{missing: -1},
		{18, 3.90, .69, [4]float64{1, 9, 2, 9}, [2]float64{2, 3}, 6, 3},
		{missing: 9},
		{20, 4.00, .75, [4]float64{2, 10, 1, 10}, [2]float64{2, 2}, 4, 3},
		{21, 3.80, .80, [4]float64{1, 0, 2, 0}, [2]float64{3, 3}, 3, 3},
		{19, 3.90, .70, [4]float64{1, 9, 2, 10}, [2]float64{1, 3}, 5, 3},
		{20, 3.95, .77, [4]float64{2, 10, 1, 10}, [2]float64{2, 2}, 4, 3},
		{20, 3.85, .72, [4]float64{1, 10, 1, 10}, [2]float64{3, 4}, 4, 2},
		{18, 3.75, .74, [4]float64{2, 9, 1, 9}, [2]float64{2, 3}, 6, 3},
		{20, 4.00, .71, [4]float64{1, 10, 2, 10}, [2]float64{1, 2}, 4, 3},
	}
	p := Panel{
		Units: []Unit{{Name: "5A", School: "1", Owner: "A"}}, Items: []Stream{"unsafe", "alone"},
		Cells: make([]Cell, len(waves)), Counts: make([]Proportion, 2*len(waves)),
	}
	m := Model{
		Score: Components{Wave: .02, Respondent: .5, Class: .04, School: .008, Owner: .002}, ScoreSlope: -.8,
		Spread:  Contrast{OnScore: -.3, Respondent: .3, Class: .004, Slope: -.5},
		Gap:     Contrast{Respondent: .1, Class: .01, Slope: -1},
		Low:     CountModel{.3, 1.2},
		Missing: CountModel{.2, .9},
		Items: []ItemModel{
			{Level: CountModel{.25, .95}, Given: CountModel{.1, .8}, OnScore: -1.2},
			{Level: CountModel{.2, 1.1}, Given: CountModel{.15, 1.1}, OnScore: -2},
		},
	}
	vintages := make([]Vintage, len(waves))
	for t, c := range waves {
		p.Weeks = append(p.Weeks, 2*t)
		x := float64(t)
		vintages[t] = Vintage{Week: 2 * t, Model: m, Effects: map[int]Effect{0: {
			Score: 3.9 + .02*math.Mod(x, 3), Spread: .75 + .01*math.Mod(x, 2), Gap: .02,
			Low: -1.7 + .05*math.Mod(x, 4), Missing: -1.6, Items: []float64{-2 + .03*math.Mod(x, 3), -1.8},
		}}}
		cell := p.Cell(0, t)
		if c.n > 0 {
			happens(t, &c)
			cell.Score = Moments{N: int(c.n), Sum: c.n * c.mean, Squares: c.sd * c.sd * (c.n - 1)}
			cell.Low = Proportion{c.low, c.n}
			cell.Girls, cell.Boys = Proportion{c.gender[0], c.gender[1]}, Proportion{c.gender[2], c.gender[3]}
			if c.gender[1] == 0 {
				cell.Girls, cell.Boys = Proportion{}, Proportion{}
			}
			*p.Item(0, t, 0), *p.Item(0, t, 1) = Proportion{c.items[0], c.n}, Proportion{c.items[1], c.n}
		}
		if c.missing >= 0 {
			cell.Roster, cell.Missing = 24, Proportion{c.missing, 24}
		}
	}
	return p, vintages
}

// classWave is what was answered in a wave.
type classWave struct {
	n, mean, sd  float64
	gender       [4]float64 // low girls of girls, low boys of boys
	items        [2]float64
	missing, low float64
}

// What Detect says of one class, compared with joint densities: `Rscript
// testdata/class.R` under R 4.2.2 prints all of it. The evidence after each wave,
// and of a finding what was observed, what was to be expected and between what.
func TestClass(t *testing.T) {
	const onset = 9
	nan := math.NaN()
	change := []float64{0, 0, 0, 0, 0.49474683474311, 0.97328703194939, 1.886358042014, 1.6261374840013, 1.5161337026677, 1.9929621371723, 2.8773593636699, 1.809509303816}
	silence := []float64{0, 0, 0, 0, 1.0361748033983, 14.571374741338, 3.9685544288671, 1.4255474955317, 1.5819796298227, 1.1666606913955, 0.96639068867976, 1.8422145636843, 1.2335694621983}
	level := []float64{nan, nan, nan, nan, nan, 0.0080808938984014, 0.0057274464784933, 0.0049046758740771, 0.0022311841705029, 0.0029703209068185, 0.0027526184839044, 0.0012973860493491}
	for _, test := range []struct {
		name                   string
		happens                func(c *classWave)
		always                 bool
		change, silence, level []float64
		found                  []Finding
	}{
		{name: "nothing", happens: func(*classWave) {}},
		{
			name: "the score falls", happens: func(c *classWave) { c.mean -= .55 },
			change: []float64{0, 0, 0, 0, 0.49474683474311, 0.97328703194939, 1.886358042014, 19.458178105012, 94.685274107368, 440.11110964215, 1757.0341664792, 2980.9678833521},
			found: []Finding{{
				Wave: 10, Kind: KindChange, Start: 9, Stream: Score, Tier: Act, M: 94.685274107368,
				Observed: 3.375641025641, Expected: 3.879442685066, Low: 3.5450463467472, High: 4.2138390233849,
			}},
		},
		{
			name: "the answers spread", happens: func(c *classWave) { c.mean, c.sd = c.mean-.1, c.sd+.35 },
			change: []float64{0, 0, 0, 0, 0.49474683474311, 0.97328703194939, 1.886358042014, 3.7092131180204, 21.564726812503, 88.048965684756, 362.15421242563, 1115.1396741099},
			found: []Finding{{
				Wave: 11, Kind: KindChange, Start: 9, Stream: Spread, Tier: Act, M: 88.048965684756,
				Observed: 1.0805084745763, Expected: 0.78306925286264, Low: 0.62408131536053, High: 0.94205719036474,
			}},
		},
		{
			name: "girls fall", happens: func(c *classWave) { c.mean, c.low, c.gender[0] = c.mean-.15, c.low+5, c.gender[0]+5 },
			change: []float64{0, 0, 0, 0, 0.49474683474311, 0.97328703194939, 1.886358042014, 4.8336782576227, 199.56387262433, 5310.0249002186, 333074.04536927, 691820.12200631},
			level:  []float64{nan, nan, nan, nan, nan, 0.0080808938984014, 0.0057274464784933, 0.023828271726155, 0.084676054088751, 0.15927867537778, 0.43263053704826, 0.87814238696278},
			found: []Finding{{ // in wave 8, which has no genders, it may as well have begun
				Wave: 10, Kind: KindChange, Start: 8, Stream: Gap, Tier: Act, M: 199.56387262433,
				Observed: 0.53513513513514, Expected: 0.0026782160928754, Low: -0.22242130076085, High: 0.2277777329466,
			}},
		},
		{
			name: "one question", happens: func(c *classWave) { c.items[1] += 6 },
			// From wave 11 on the finding's M has no new starts, the evidence has.
			change: []float64{0, 0, 0, 0, 0.49474683474311, 0.97328703194939, 1.886358042014, 4.0449899083903, 31.933280021557, 674.06376282444, 4966.7647221121, 25966.811264435},
			level:  []float64{nan, nan, nan, nan, nan, 0.0080808938984014, 0.0057274464784933, 0.069639552248271, 0.2559395885883, 1.1361002828639, 3.822652578821, 9.2199358409692},
			found: []Finding{
				{
					Wave: 10, Kind: KindChange, Start: 9, Stream: "alone", Tier: Notice, M: 31.933280021557,
					Observed: 0.43589743589744, Expected: 0.12939041362388, Low: 0.0095830761525815, High: 0.24919775109519,
				},
				{
					Wave: 11, Kind: KindChange, Start: 9, Stream: "alone", Tier: Act, Rise: true, M: 672.80664815516,
					Observed: 0.45762711864407, Expected: 0.1380197527096, Low: 0.033506639318889, High: 0.24253286610032,
				},
			},
		},
		{
			name: "fewer answer", happens: func(c *classWave) { c.missing += 9 },
			silence: []float64{0, 0, 0, 0, 1.0361748033983, 14.571374741338, 3.9685544288671, 1.4255474955317, 1540.6759074626, 257945.44101676, 17317604.44787, 4177440544.4103, 68591609504.366},
			found: []Finding{{
				Wave: 9, Kind: KindSilence, Start: 9, Stream: Silent, Tier: Act, M: 1540.6759074626,
				Observed: 0.58333333333333, Expected: 0.19398647216693, Low: 0.036281957320103, High: 0.35169098701375,
			}},
		},
		{
			name: "always bad", happens: func(c *classWave) { c.items[0] += 5 }, always: true,
			change: []float64{0, 0, 0, 0, 0.52551282739493, 1.0501974285988, 1.9680428673437, 1.7117040901326, 1.6230744760414, 2.1344437940514, 3.0616389382204, 1.9603469515222},
			level:  []float64{nan, nan, nan, nan, nan, 7069.3890602176, 58801.487411267, 184380.13173038, 953530.11972016, 10076024.758112, 87367653.363367, 199022282.61122},
			found: []Finding{
				{
					Wave: 7, Kind: KindLevel, Start: 0, Stream: "unsafe", Tier: Notice, M: 7069.3890602176,
					Observed: 0.35593220338983, Expected: 0.12238601585663, Low: 0.043633209495762, High: 0.29886038811843,
				},
				{
					Wave: 10, Kind: KindLevel, Start: 0, Stream: "unsafe", Tier: Act, Rise: true, M: 953530.11972016,
					Observed: 0.35393258426966, Expected: 0.12243139389205, Low: 0.045539890193987, High: 0.28973911652529,
				},
			},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			p, vintages := oneClass(func(wave int, c *classWave) {
				if test.always || wave >= onset {
					test.happens(c)
				}
			})
			if err := p.Validate(); err != nil {
				t.Fatal(err)
			}
			options := Options{Rhythm: 2, Rate: .25, Vintages: vintages}
			got := Evidence(p, options)
			for kind, want := range map[Kind][]float64{
				KindChange: first(test.change, change), KindSilence: first(test.silence, silence), KindLevel: first(test.level, level),
			} {
				at := 0
				for wave, m := range got[kind] {
					c := p.Cell(0, wave)
					if kind != KindSilence && c.Score.N == 0 || kind == KindSilence && c.Missing.N == 0 {
						if !math.IsNaN(m) {
							t.Errorf("%s after wave %d without data: %g", kind, wave, m)
						}
						continue
					}
					if what := string(kind) + " after wave " + strconv.Itoa(wave); !math.IsNaN(want[at]) {
						// Odds are p/(1-p), and 1-p has lost as many digits as they have.
						near(t, what, m, want[at], 1e-9*(1+1e-6*want[at])*max(1e-3, want[at]))
					} else if !math.IsNaN(m) {
						t.Errorf("%s: %g, want none of so few waves", what, m)
					}
					at++
				}
			}
			for i := range test.found {
				f := &test.found[i]
				f.Threshold, _ = Threshold(f.Kind, 2, .25)
				f.Rate = .25
				if f.Tier == Act {
					f.Threshold, _ = Threshold(f.Kind, 2, ActRate)
					f.Rate = .1
				}
				f.Bound = 19 / f.M
				if f.Kind == KindLevel {
					f.Rate, f.Bound = f.Rate/10, 0
				}
				f.OneIn = int(math.Round(1 / f.Rate))
				f.Options = Options{Rhythm: 2, Rate: .25, Settings: DefaultSettings()}
			}
			if diff := cmp.Diff(test.found, Detect(p, options), cmpopts.EquateApprox(1e-9, 1e-12), cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
		})
	}
}

// first is the first list that has anything.
func first(lists ...[]float64) []float64 {
	if len(lists[0]) > 0 {
		return lists[0]
	}
	return lists[1]
}

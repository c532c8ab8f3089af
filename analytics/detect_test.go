package analytics

import (
	"encoding/csv"
	"math"
	"os"
	"strconv"
	"testing"
)

// The whole chain (volatility, school-wave effect, window) gives what our own R
// prototype gives on the same classes; see testdata/README.md.
func TestWatcherAgainstPrototype(t *testing.T) {
	file, err := os.Open("testdata/esr_score_v.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	const classes, waves = 20, 24
	p := Panel{Weeks: make([]int, waves), Cells: make([]Cell, classes*waves), Units: make([]Unit, classes)}
	base := &Baseline{
		Effects:    map[int][]float64{0: make([]float64, waves)},
		Components: Components{Wave: .01678191, Respondent: .58709751},
		Priors:     make([]Belief, classes),
	}
	want := make([]float64, len(p.Cells))
	number := func(s string) float64 {
		v, err := strconv.ParseFloat(s, 64)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	for i, row := range rows[1:] {
		unit, wave := i/waves, i%waves
		p.Weeks[wave] = wave
		p.Units[unit].School = row[1]
		base.Effects[0][wave] = number(row[3])
		base.Priors[unit].Precision = 1 / .04807222
		n := number(row[4])
		p.Cells[i].Score = Moments{N: int(n), Sum: n * number(row[5])}
		want[i] = number(row[6])
	}
	o := Options{Baseline: base}.defaults()
	o.Settings.Window, o.Settings.MinWaves, o.Settings.ShockShare, o.Settings.Siblings = waves, 0, .05, 1
	w := newWatcher(p, o)
	w.notice, w.act = math.Inf(1), math.Inf(1)
	for wave := range waves {
		w.wave(wave, nil)
		for unit := range classes {
			near(t, "log M of class "+strconv.Itoa(unit+1)+", wave "+strconv.Itoa(wave+1),
				math.Log(w.classes[unit].m), want[unit*waves+wave], 1e-7)
		}
	}
}

// steady is an owner of schools × classes with n respondents each, whose means
// wander a little in a fixed pattern about 4.
func steady(schools, classes, waves, n int) Panel {
	p := Panel{Weeks: make([]int, waves)}
	for s := range schools {
		for c := range classes {
			p.Units = append(p.Units, Unit{Name: strconv.Itoa(s) + "/" + strconv.Itoa(c), School: strconv.Itoa(s), Owner: "A"})
		}
	}
	p.Cells = make([]Cell, len(p.Units)*waves)
	for i := range p.Units {
		for t := range waves {
			p.Weeks[t] = 2 * t
			wobble := .15 * math.Sin(float64(7*i+5*t))
			*p.Cell(i, t) = Cell{Roster: n + 2, Score: Moments{N: n, Sum: float64(n) * (4 + wobble), Squares: .5 * float64(n)}}
		}
	}
	return p
}

// fall lowers the mean of a unit by delta from a wave on.
func fall(p Panel, unit, from int, delta float64) {
	for t := from; t < len(p.Weeks); t++ {
		c := p.Cell(unit, t)
		c.Score.Sum -= delta * float64(c.Score.N)
	}
}

func TestDetectFindsAFall(t *testing.T) {
	p := steady(3, 6, 16, 20)
	fall(p, 4, 8, .6)
	findings := Detect(p, Options{})
	if len(findings) == 0 || findings[0].Unit != 4 {
		t.Fatalf("findings = %+v, want unit 4 first", findings)
	}
	for _, f := range findings {
		if f.Unit != 4 {
			t.Errorf("unit %d alarms too: %+v", f.Unit, f)
		}
	}
	f := findings[0]
	if f.Wave < 8 || f.Wave > 11 || f.Start < 7 || f.Start > 9 {
		t.Errorf("raised in wave %d with start %d, want 8-11 and 7-9", f.Wave, f.Start)
	}
	if !(f.Observed < f.Low && f.Low < f.Expected && f.Expected < f.High) {
		t.Errorf("observed %.2f, expected %.2f (%.2f-%.2f): want it below the interval", f.Observed, f.Expected, f.Low, f.High)
	}
	near(t, "Observed", f.Observed, 3.4, .15)
	near(t, "Expected", f.Expected, 4, .15)
	if f.M < f.Threshold || f.Options.Rhythm != 2 || f.Options.Settings != DefaultSettings() {
		t.Errorf("finding does not explain itself: %+v", f)
	}
}

// A finding says at which rate it comes about by chance, and rises once.
func TestDetectTiers(t *testing.T) {
	p := steady(3, 6, 24, 20)
	fall(p, 4, 8, .35)
	var seen []Tier
	for _, f := range Detect(p, Options{Rate: .5}) {
		seen = append(seen, f.Tier)
		want := map[Tier]int{Notice: 2, Act: 10}[f.Tier]
		if f.OneIn != want || f.Rise != (len(seen) == 2) {
			t.Errorf("%s: one in %d, rise %t", f.Tier, f.OneIn, f.Rise)
		}
	}
	if len(seen) != 2 || seen[0] != Notice || seen[1] != Act {
		t.Errorf("tiers = %v, want notice, then act", seen)
	}
	for _, f := range Detect(p, Options{Rate: ActRate}) {
		if f.Tier != Act || f.OneIn != 10 {
			t.Errorf("at rate .1: %+v, want act", f)
		}
	}
}

// Alarms already told are replayed, not found again, and lock their unit.
func TestDetectTold(t *testing.T) {
	p := steady(3, 6, 16, 20)
	fall(p, 4, 6, .6)
	first := Detect(p, Options{})[0]
	told := []Alarm{{Unit: 4, Wave: first.Wave, Tier: Act}}
	if got := Detect(p, Options{From: first.Wave + 1, Told: told}); len(got) != 0 {
		t.Errorf("told findings come again: %+v", got)
	}
	got := Detect(p, Options{From: first.Wave + 1})
	if len(got) != 1 || got[0].Wave != first.Wave+1 {
		t.Errorf("without it told: %+v, want it in the first wave that may decide", got)
	}
}

func TestDetectWaitsForFourWaves(t *testing.T) {
	p := steady(3, 6, 16, 20)
	fall(p, 4, 0, 1.5)
	for _, f := range Detect(p, Options{Rate: .5}) {
		if f.Wave < 4 {
			t.Errorf("an alarm in wave %d, want four waves behind it", f.Wave)
		}
	}
}

// A fall of all classes of a school is the school's matter, not each class's.
func TestDetectSchoolEvent(t *testing.T) {
	p := steady(3, 8, 16, 20)
	for unit := range 8 {
		for wave := 9; wave < 11; wave++ {
			c := p.Cell(unit, wave)
			c.Score.Sum -= .4 * float64(c.Score.N)
		}
	}
	if got := Detect(p, Options{}); len(got) != 0 {
		t.Errorf("classes alarm for their school's event: %+v", got)
	}
}

func TestDetectLittle(t *testing.T) {
	constant := steady(1, 1, 12, 20)
	for i := range constant.Cells {
		constant.Cells[i].Score = Moments{N: 20, Sum: 100}
	}
	gap := steady(2, 3, 16, 20)
	for unit := range gap.Units {
		for wave := 5; wave < 9; wave++ {
			*gap.Cell(unit, wave) = Cell{Roster: 22}
		}
	}
	for name, p := range map[string]Panel{
		"nothing":        {},
		"no waves":       {Units: make([]Unit, 3)},
		"no units":       {Weeks: []int{0, 2}},
		"no answers":     {Units: make([]Unit, 2), Weeks: []int{0, 2}, Cells: make([]Cell, 4)},
		"one class":      steady(1, 1, 16, 20),
		"one wave":       steady(2, 3, 1, 20),
		"constant":       constant,
		"missing waves":  gap,
		"one respondent": steady(2, 3, 16, 1),
	} {
		if err := p.Validate(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if got := Detect(p, Options{}); len(got) != 0 {
			t.Errorf("%s: findings %+v, want none", name, got)
		}
	}
}

// A series of any length has finite findings, at most one a term and its rise.
func TestDetectLong(t *testing.T) {
	const waves = 10_000
	p := steady(1, 4, waves, 20)
	for from := 50; from < waves; from += 100 {
		for wave := from; wave < from+30; wave++ {
			p.Cell(2, wave).Score.Sum -= 10
		}
	}
	findings := Detect(p, Options{})
	if len(findings) < 50 || len(findings) > 2*4*waves/DefaultSettings().Term {
		t.Errorf("%d findings", len(findings))
	}
	for _, f := range findings {
		if !finite(f.M) || !finite(f.Expected) || f.Start > f.Wave {
			t.Fatalf("finding %+v", f)
		}
	}
}

func TestPanelValidate(t *testing.T) {
	good := func() Panel { return steady(1, 2, 3, 20) }
	for name, spoil := range map[string]func(*Panel){
		"cells":           func(p *Panel) { p.Cells = p.Cells[1:] },
		"weeks":           func(p *Panel) { p.Weeks[2] = p.Weeks[1] },
		"y > n":           func(p *Panel) { p.Cells[1].Score.N = p.Cells[1].Roster + 3 },
		"below the scale": func(p *Panel) { p.Cells[1].Score.Sum = 3 },
		"NaN":             func(p *Panel) { p.Cells[1].Score.Sum = math.NaN() },
		"negative":        func(p *Panel) { p.Cells[1].Score.N = -1 },
		"sum without n":   func(p *Panel) { p.Cells[1].Score = Moments{Sum: 3} },
	} {
		p := good()
		if err := p.Validate(); err != nil {
			t.Fatal(err)
		}
		spoil(&p)
		if p.Validate() == nil {
			t.Errorf("%s: no fault found", name)
		}
	}
}

func TestOptionsValidate(t *testing.T) {
	for _, o := range []Options{{}, {Rhythm: 1, Rate: .5}, {Rhythm: 4, Rate: .1}} {
		if err := o.Validate(); err != nil {
			t.Errorf("%+v: %v", o, err)
		}
	}
	for _, o := range []Options{{Rhythm: 3}, {Rate: .2}} {
		if o.Validate() == nil {
			t.Errorf("%+v is accepted", o)
		}
	}
}

func TestComposite(t *testing.T) {
	var h [Bins]uint32
	h[0], h[10], h[20] = 1, 2, 1 // 1, 3, 3, 5
	got := Composite(h[:])
	if got.N != 4 {
		t.Errorf("N = %d", got.N)
	}
	near(t, "Mean", got.Mean(), 3, 1e-12)
	near(t, "Squares", got.Squares, 8, 1e-12)
}

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }

// FuzzDetect feeds cells of any kind: no panic, and no finding holds a number
// that is none.
func FuzzDetect(f *testing.F) {
	f.Add([]byte{20, 80, 10, 20, 40, 10, 0, 0, 0}, uint8(3), uint8(1))
	f.Add([]byte{255, 1, 7, 8, 30, 2}, uint8(1), uint8(2))
	f.Fuzz(func(t *testing.T, data []byte, waves, schools uint8) {
		if waves == 0 {
			return
		}
		units := min(len(data)/3/int(waves), 50)
		p := Panel{Weeks: make([]int, waves), Units: make([]Unit, units), Cells: make([]Cell, units*int(waves))}
		for i := range p.Weeks {
			p.Weeks[i] = i
		}
		for i := range p.Units {
			p.Units[i] = Unit{School: strconv.Itoa(i % (int(schools) + 1)), Band: i % 3}
		}
		for i := range p.Cells {
			n, sum, squares := int(data[3*i]), float64(data[3*i+1]), float64(data[3*i+2])
			if n == 255 {
				sum = math.NaN()
			}
			p.Cells[i] = Cell{Roster: 30, Score: Moments{N: n - 1, Sum: sum, Squares: squares}}
		}
		for _, got := range Detect(p, Options{Rhythm: 1, Rate: .5}) {
			for _, v := range []float64{got.Observed, got.Expected, got.Low, got.High, got.M, got.Bound, got.Threshold} {
				if !finite(v) {
					t.Fatalf("finding %+v", got)
				}
			}
			if got.Start > got.Wave || got.Start < 0 || got.Observed < 1-1e-6 || got.Observed > 5+1e-6 {
				t.Fatalf("finding %+v", got)
			}
		}
	})
}

func BenchmarkDetect(b *testing.B) {
	p := steady(30, 10, 60, 20)
	base := Fit(p)
	b.ReportAllocs()
	for b.Loop() {
		Detect(p, Options{Rhythm: 1, Baseline: base})
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(p.Units)), "ns/series")
}

func BenchmarkFit(b *testing.B) {
	p := steady(30, 10, 60, 20)
	for b.Loop() {
		Fit(p)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(p.Units)), "ns/series")
}

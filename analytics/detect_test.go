package analytics

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"runtime"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// fall lets a unit's score fall from a wave on.
func fall(p Panel, unit, from int, by float64) {
	for t := from; t < len(p.Weeks); t++ {
		m := &p.Cell(unit, t).Score
		m.Sum = max(m.Sum-by*float64(m.N), float64(m.N))
	}
}

// more lets so many more of a count's respondents be in it from a wave on.
func more(p Panel, from int, by float64, count func(t int) *Proportion) {
	for t := from; t < len(p.Weeks); t++ {
		c := count(t)
		c.Y = min(c.Y+by, c.N)
	}
}

// busy is a country of two years in which much happens.
func busy(seed uint64) Panel {
	c := quiet(seed)
	c.years, c.waves, c.volatility = 2, 14, .5
	p := c.panel()
	fall(p, 3, 7, .7)
	fall(p, 12, 5, .4)
	fall(p, 12, 10, .5)
	fall(p, 63, 20, .7) // who followed 3
	for t := 7; t < len(p.Weeks); t++ {
		p.Cell(17, t).Score.Squares *= 2.2
	}
	more(p, 6, 6, func(t int) *Proportion { return p.Item(25, t, 1) })
	more(p, 8, 9, func(t int) *Proportion { return &p.Cell(31, t).Missing })
	more(p, 0, 12, func(t int) *Proportion { return &p.Cell(40, t).Low })
	more(p, 6, 5, func(t int) *Proportion { return &p.Cell(44, t).Girls })
	fall(p, 50, 9, 1.2)
	for t := 5; t < 9; t++ { // who did not answer for four waves
		*p.Cell(50, t) = Cell{}
		*p.Item(50, t, 0), *p.Item(50, t, 1) = Proportion{}, Proportion{}
	}
	return p
}

// The panel of the tests here has findings of all kinds and tiers.
func TestDetectFindsWhatIsThere(t *testing.T) {
	p := busy(61)
	if err := p.Validate(); err != nil {
		t.Fatal(err)
	}
	found := Detect(p, Options{Rate: .25})
	if !slices.IsSortedFunc(found, func(a, b Finding) int {
		if a.Wave != b.Wave {
			return a.Wave - b.Wave
		}
		if a.Unit != b.Unit {
			return a.Unit - b.Unit
		}
		return slices.Index(Kinds, a.Kind) - slices.Index(Kinds, b.Kind)
	}) {
		t.Error("findings are not by wave, unit and kind")
	}
	tiers := map[Tier]int{}
	for _, f := range found {
		tiers[f.Tier]++
	}
	if tiers[Notice] == 0 || tiers[Act] == 0 {
		t.Errorf("findings by tier: %v, want both", tiers)
	}
	for _, want := range []struct {
		unit   int
		kind   Kind
		stream Stream
		from   int // told in this wave or the three after it
	}{
		{3, KindChange, Score, 7}, {12, KindChange, Score, 10}, {63, KindChange, Score, 20},
		{17, KindChange, Spread, 7}, {25, KindChange, "alone", 6}, {44, KindChange, Gap, 6},
		{31, KindSilence, Silent, 8}, {40, KindLevel, Low, 5}, {50, KindChange, Score, 9},
	} {
		if !slices.ContainsFunc(found, func(f Finding) bool {
			return f.Unit == want.unit && f.Kind == want.kind && f.Stream == want.stream && f.Wave >= want.from && f.Wave <= want.from+3
		}) {
			t.Errorf("not found: unit %d, %s of %s within three waves from %d on", want.unit, want.kind, want.stream, want.from)
		}
	}
	if t.Failed() {
		for _, f := range found {
			t.Logf("unit %d, wave %d: %s of %s from wave %d, %s, M %.3g", f.Unit, f.Wave, f.Kind, f.Stream, f.Start, f.Tier, f.M)
		}
	}
}

// shuffled is p with its units in another order, those of the first year before
// those of the second, and where each went.
func shuffled(p Panel, rnd *rand.Rand) (Panel, []int) {
	half := len(p.Units) / 2
	order := append(rnd.Perm(half), rnd.Perm(len(p.Units)-half)...)
	for i := half; i < len(order); i++ {
		order[i] += half
	}
	to := make([]int, len(order))
	for at, from := range order {
		to[from] = at
	}
	q := Panel{Weeks: p.Weeks, Items: p.Items}
	for _, from := range order {
		u := p.Units[from]
		if u.Before > 0 {
			u.Before = to[u.Before-1] + 1
		}
		q.Units = append(q.Units, u)
		for t := range p.Weeks {
			q.Cells = append(q.Cells, *p.Cell(from, t))
			for i := range p.Items {
				q.Counts = append(q.Counts, *p.Item(from, t, i))
			}
		}
	}
	return q, to
}

// What is found does not depend on the order of units, nor of schools.
func TestDetectInAnyOrder(t *testing.T) {
	p := busy(61)
	options := Options{Rate: .5}
	want := Detect(p, options)
	for seed := range uint64(3) {
		q, to := shuffled(p, rand.New(rand.NewPCG(62, seed)))
		if err := q.Validate(); err != nil {
			t.Fatal(err)
		}
		moved := slices.Clone(want)
		for i := range moved {
			moved[i].Unit = to[moved[i].Unit]
		}
		byUnit := cmpopts.SortSlices(func(a, b Finding) bool {
			return a.Wave < b.Wave || a.Wave == b.Wave && a.Unit < b.Unit || a.Wave == b.Wave && a.Unit == b.Unit && a.Kind < b.Kind
		})
		// Sums are in the order of units, so their last digits are not the same.
		if diff := cmp.Diff(moved, Detect(q, options), byUnit, cmpopts.EquateApprox(1e-9, 0)); diff != "" {
			t.Errorf("findings in another order (-want +got):\n%s", diff)
		}
	}
}

// sameBits tells whether two lists are the same to the last bit, NaN included.
func sameBits(a, b []float64) bool {
	return slices.EqualFunc(a, b, func(x, y float64) bool { return math.Float64bits(x) == math.Float64bits(y) })
}

// A rebuild from vintages that were stored as text gives the same to the last
// bit, and so does another number of processors.
func TestDetectRebuilds(t *testing.T) {
	p := busy(61)
	vintages := Fit(p)
	text, err := json.Marshal(vintages)
	if err != nil {
		t.Fatal(err)
	}
	var stored []Vintage
	if err := json.Unmarshal(text, &stored); err != nil {
		t.Fatal(err)
	}
	options, rebuilt := Options{Rate: .5, Vintages: vintages}, Options{Rate: .5, Vintages: stored}
	want, evidence := Detect(p, options), Evidence(p, options)
	check := func(how string, got []Finding, m map[Kind][]float64) {
		if len(got) == 0 || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: findings differ:\n%s", how, cmp.Diff(want, got))
		}
		for _, k := range Kinds {
			if !sameBits(m[k], evidence[k]) {
				t.Errorf("%s: evidence of %s differs", how, k)
			}
		}
	}
	check("from stored vintages", Detect(p, rebuilt), Evidence(p, rebuilt))
	check("fitted anew", Detect(p, Options{Rate: .5}), Evidence(p, Options{}))
	processors := runtime.GOMAXPROCS(0)
	defer runtime.GOMAXPROCS(processors)
	for _, n := range []int{1, 4} {
		runtime.GOMAXPROCS(n)
		check(fmt.Sprintf("on %d processors", n), Detect(p, options), Evidence(p, options))
	}
}

// waveByWave decides each wave when it comes, with what was told before.
func waveByWave(t *testing.T, p Panel, o Options) []Finding {
	t.Helper()
	vintages := o.Vintages
	var found []Finding
	for wave := range p.Weeks {
		o.From, o.Vintages = wave, vintages[:wave+1]
		for _, f := range Detect(cut(p, wave+1), o) {
			if f.Wave != wave || f.Options.From != wave || f.Options.Told != nil || f.Options.Vintages != nil {
				t.Errorf("deciding on wave %d finds %+v", wave, f)
			}
			f.Options.From = 0
			found = append(found, f)
			o.Told = append(o.Told, Alarm{Unit: f.Unit, Wave: f.Wave, Kind: f.Kind, Tier: f.Tier})
		}
	}
	return found
}

// To decide wave by wave gives what one pass gives, to the last bit.
func TestDetectWaveByWave(t *testing.T) {
	long := quiet(63) // so long that starts leave the window
	long.schools, long.waves, long.volatility = 3, 34, .8
	for _, o := range []Options{{Rhythm: 2, Rate: .5}, {Rhythm: 4, Rate: .5}, {Rhythm: 1, Rate: .25}} {
		p := busy(63)
		if o.Rhythm != 2 {
			p = long.panel()
			fall(p, 3, 26, .7)
			fall(p, 4, 5, .2)
		}
		o.Vintages = Fit(p)
		want := Detect(p, o)
		got := waveByWave(t, p, o)
		if len(got) == 0 || !reflect.DeepEqual(got, want) {
			t.Errorf("every %d weeks at %g: wave by wave (-one pass +wave by wave):\n%s", o.Rhythm, o.Rate, cmp.Diff(want, got))
		}
		// And from any wave on, in one go.
		for _, from := range []int{1, 9, 15, 22, 27} {
			late := o
			late.From = from
			var rest []Finding
			for _, f := range want {
				if f.Wave < from {
					late.Told = append(late.Told, Alarm{Unit: f.Unit, Wave: f.Wave, Kind: f.Kind, Tier: f.Tier})
				} else {
					f.Options.From = from
					rest = append(rest, f)
				}
			}
			if diff := cmp.Diff(rest, Detect(p, late), cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("every %d weeks at %g, from wave %d (-one pass +got):\n%s", o.Rhythm, o.Rate, from, diff)
			}
		}
	}
}

// A decision once made is not made again: what was told stands though the
// answers would not say so, and what was not told is told when it is first asked.
func TestDetectKeepsWhatWasTold(t *testing.T) {
	c := quiet(64)
	c.waves = 24
	p := c.panel()
	const unit, onset = 20, 9
	fall(p, unit, onset, .9)
	once := of(Detect(p, Options{}), unit, KindChange)
	if len(once) == 0 || once[0].Wave < onset || once[0].Wave > onset+2 {
		t.Fatalf("one pass finds %+v", once)
	}
	asked := of(Detect(p, Options{From: 13}), unit, KindChange)
	if len(asked) != 1 || asked[0].Wave != 13 || asked[0].Rise || asked[0].Start != onset {
		t.Errorf("asked first from wave 13 on: %+v", asked)
	}
	told := of(Detect(p, Options{From: onset, Told: []Alarm{{Unit: unit, Wave: onset - 2, Kind: KindChange, Tier: Act}}}), unit, KindChange)
	if slices.ContainsFunc(told, func(f Finding) bool { return f.Wave < onset-2+12 }) {
		t.Errorf("told in wave %d to act: %+v, want nothing while it stands", onset-2, told)
	}
	noticed := of(Detect(p, Options{From: onset, Told: []Alarm{{Unit: unit, Wave: onset - 1, Kind: KindChange, Tier: Notice}}}), unit, KindChange)
	if len(noticed) == 0 || !noticed[0].Rise || noticed[0].Tier != Act || noticed[0].Start > onset-1 {
		t.Errorf("told in wave %d to notice: %+v, want a rise that began no later", onset-1, noticed)
	}
	more(p, onset, 9, func(t int) *Proportion { return &p.Cell(unit, t).Missing })
	silent := of(Detect(p, Options{From: onset, Told: []Alarm{{Unit: unit, Wave: onset - 1, Kind: KindSilence, Tier: Notice}}}), unit, KindSilence)
	if len(silent) == 0 || !silent[0].Rise || silent[0].Tier != Act || silent[0].Start > onset-1 {
		t.Errorf("told in wave %d to notice: %+v, want a rise of silence that began no later", onset-1, silent)
	}
}

// of is the findings of one unit and kind.
func of(found []Finding, unit int, kind Kind) []Finding {
	return slices.DeleteFunc(found, func(f Finding) bool { return f.Unit != unit || f.Kind != kind })
}

// An alarm stands for its term, whatever comes; then the unit starts afresh.
func TestDetectHoldsAndRestarts(t *testing.T) {
	c := quiet(65)
	c.waves = 46
	p, back := c.panel(), c.panel()
	const unit, first, second = 20, 9, 35
	fall(p, unit, first, .5)
	fall(back, unit, first, .8)
	fall(back, unit, first+6, -.8) // it recovers
	fall(back, unit, second, .8)

	found := of(Detect(p, Options{Rate: .1}), unit, KindChange)
	if len(found) != 1 || found[0].Wave > first+4 || found[0].Start < first-2 || found[0].Start > first+1 || found[0].Stream != Score || found[0].Tier != Act || found[0].Rise {
		t.Errorf("a class that falls and stays: %+v", found)
	}
	found = of(Detect(back, Options{Rate: .1}), unit, KindChange)
	if len(found) != 2 || found[1].Wave < second || found[1].Wave > second+2 || found[1].Start < second-1 || found[1].Rise {
		t.Errorf("a class that falls again in wave %d: %+v", second, found)
	}
	for _, f := range found {
		near(t, "fall", f.Expected-f.Observed, .8, .3)
	}

	// Of a class that fell and recovered, the first wave that can be a start again is
	// the fifth after the term.
	raised, soon := found[0].Wave, c.panel()
	fall(soon, unit, first, .8)
	fall(soon, unit, first+6, -.8)
	fall(soon, unit, raised+12+4, 1.2)
	found = of(Detect(soon, Options{Rate: .1}), unit, KindChange)
	if len(found) < 2 || found[1].Wave > raised+19 || found[1].Start != raised+16 {
		t.Errorf("a class told in wave %d that falls again in wave %d: %+v", raised, raised+16, found)
	}
}

// Level and silence raise, stand for their term and are told again after it
// where they still are.
func TestDetectLevelAndSilence(t *testing.T) {
	c := quiet(66)
	c.waves = 44
	p := c.panel()
	const low, silent = 20, 41
	more(p, 0, 7, func(t int) *Proportion { return &p.Cell(low, t).Low })
	more(p, 8, 2, func(t int) *Proportion { return &p.Cell(silent, t).Missing })
	more(p, 10, 4, func(t int) *Proportion { return &p.Cell(silent, t).Missing })
	more(p, 34, 8, func(t int) *Proportion { return &p.Cell(silent, t).Missing })
	var level, silence []Finding
	for _, f := range Detect(p, Options{Rate: .5}) {
		switch {
		case f.Unit == low && f.Kind == KindLevel:
			level = append(level, f)
		case f.Unit == silent && f.Kind == KindSilence:
			silence = append(silence, f)
		case (f.Unit == low || f.Unit == silent) && f.Kind == KindChange && f.M > 100:
			t.Errorf("a level or fewer answers told as a change: %+v", f)
		}
	}
	var raised []int
	for i, f := range level {
		if f.Rise {
			if i == 0 || f.Tier != Act || level[i-1].Tier != Notice {
				t.Errorf("a rise from nothing: %+v", level)
			}
			continue
		}
		raised = append(raised, f.Wave)
		if want := max(0, f.Wave-11); f.Start != want || f.Stream != Low || f.Bound != 0 {
			t.Errorf("level %+v, want twelve waves pooled", f)
		}
	}
	if len(raised) != 4 || raised[0] < 5 || raised[0] > 7 || raised[1] != raised[0]+12 || raised[2] != raised[1]+12 || raised[3] != raised[2]+12 {
		t.Errorf("level raised in waves %v, want every twelfth from the sixth or so on", raised)
	}
	if len(silence) < 2 || silence[0].Tier != Notice || silence[0].Wave < 8 || silence[0].Wave > 13 {
		t.Fatalf("silence %+v", silence)
	}
	last := silence[len(silence)-1]
	if last.Wave < 34 || last.Wave > 36 || last.Start < 32 || last.Start > 35 || last.Stream != Silent {
		t.Errorf("silence again %+v", last)
	}
	for _, f := range silence[1:] {
		if !f.Rise && f.Wave < silence[0].Wave+12 {
			t.Errorf("silence raised in wave %d and again in wave %d", silence[0].Wave, f.Wave)
		}
		if f.Rise && f.Wave < silence[0].Wave+12 && f.Start > silence[0].Wave {
			t.Errorf("silence raised in wave %d rises with a start after that: %+v", silence[0].Wave, f)
		}
	}
	if !slices.ContainsFunc(silence, func(f Finding) bool { return f.Rise && f.Tier == Act }) {
		t.Errorf("silence never rises: %+v", silence)
	}
	// What was usual is from after the restart, not from before the first fall.
	near(t, "expected share without a ballot", last.Expected, shareOf(p, silent, 24, 33), .06)
}

// shareOf is the share without a ballot from one wave to another.
func shareOf(p Panel, unit, from, to int) float64 {
	var y, n float64
	for t := from; t <= to; t++ {
		y += p.Cell(unit, t).Missing.Y
		n += p.Cell(unit, t).Missing.N
	}
	return y / n
}

// The evidence of a school, step by step: priors from the vintage before, what a
// class was last year, and what happened to the whole school in a wave. With one
// respondent in each cell the score is the only stream.
func TestSchool(t *testing.T) {
	const classes, waves = 6, 11 // of a year
	rnd := rand.New(rand.NewPCG(67, 68))
	var p Panel
	for u := range 2 * classes {
		p.Units = append(p.Units, Unit{School: "1", Owner: "A", Band: u % 2})
		if u >= classes && u < 2*classes-2 {
			p.Units[u].Before = u - classes + 1
		}
	}
	m := ReferenceModel(0)
	m.Score = Components{Wave: .02, Respondent: .03, Class: .04, School: .01, Owner: .003}
	var vintages []Vintage
	for t := range 2 * waves {
		p.Weeks = append(p.Weeks, 2*t+60*(t/waves))
		v := Vintage{Week: p.Weeks[t], Model: m, Effects: map[int]Effect{0: {Score: 3 + .02*float64(t%3)}, 1: {Score: 3.3}}}
		if t != 13 { // a vintage may know of no schools
			v.Schools = map[string]Belief{"A/1": {Mean: -.1 + .01*float64(t), Precision: 100 + 5*float64(t)}}
		}
		v.Model.ScoreSlope = -.5 - .02*float64(t)
		v.Model.Carry = .5
		vintages = append(vintages, v)
	}
	p.Cells = make([]Cell, len(p.Units)*len(p.Weeks))
	for u := range p.Units {
		for t := range waves {
			at := waves*(u/classes) + t
			if u == 2 && t < 3 || u == classes+1 && t == 5 || u%classes > 2 && t == 6 {
				continue // begins late; skips a wave; only three answer
			}
			x := 3.1 + .3*rnd.NormFloat64()
			if t == 8 {
				x -= .6 // the whole school
			}
			p.Cell(u, at).Score = Moments{N: 1, Sum: x}
		}
	}

	s := DefaultSettings()
	se := math.Sqrt(m.Score.Wave + m.Score.Respondent/typical)
	sizes := []float64{-.7 * se, -1.2 * se, -2.2 * se}
	want := make([]float64, len(p.Cells))
	detectors := make([]*MeanDetector, len(p.Units))
	shocks := 0
	for w, v := range vintages {
		type class struct{ residual, v, off, spread float64 }
		seen := map[int]class{}
		for u, unit := range p.Units {
			c := p.Cell(u, w)
			want[u*len(p.Weeks)+w] = math.NaN()
			if c.Score.N == 0 {
				continue
			}
			if detectors[u] == nil {
				school, ok := Belief{}, false
				if w > 0 {
					school, ok = vintages[w-1].Schools["A/1"]
				}
				if !ok {
					school = Belief{Precision: 1 / (.01 + .003)}
				}
				prior := Belief{Mean: school.Mean, Precision: 1 / (1/school.Precision + .04)}
				if unit.Before > 0 {
					last := detectors[unit.Before-1].Level()
					prior = Belief{
						Mean:      .5*last.Mean + .5*school.Mean,
						Precision: 1 / (.25/last.Precision + .75*.04 + .25/school.Precision),
					}
				}
				detectors[u] = NewMeanDetector(prior, Noise{.02, .5}, sizes, []Shape{Step, Ramp, Pulse}, volatilities, s)
			}
			now := class{residual: c.Score.Sum - v.Effects[unit.Band].Score}
			now.v = .03 * math.Exp(v.Model.ScoreSlope*min(max(detectors[u].Level().Mean, -1), 1))
			forecast, spread := detectors[u].Forecast(v.Week, now.v)
			now.spread = spread
			now.off = min(max(now.residual-forecast, -2*math.Sqrt(spread)), 2*math.Sqrt(spread))
			seen[u] = now
		}
		for u, now := range seen {
			var sum, precision, shock, doubt float64
			for other, o := range seen {
				if other != u {
					sum += o.off / o.spread
					precision += 1 / o.spread
				}
			}
			if len(seen)-1 >= 3 {
				shock, doubt = Shock(sum/precision, 1/precision, s)
				shocks++
			}
			d := detectors[u]
			d.Update(v.Week, now.residual-shock, now.v+doubt)
			total, out := 0., make([]float64, 9)
			for j := range d.Starts() {
				d.Ratios(j, out)
				step := average(out[:3])
				total += .65*(.5*step+.3*average(out[3:6])+.2*average(out[6:])) + .18*(1+out[0]+out[1])/3 + .09*step + .08*(1+out[0])/2
			}
			want[u*len(p.Weeks)+w] = total
		}
	}
	if shocks == 0 {
		t.Fatal("nothing ever happens to the school")
	}
	got := Evidence(p, Options{Vintages: vintages})[KindChange]
	for i := range want {
		if math.IsNaN(want[i]) != math.IsNaN(got[i]) || math.Abs(got[i]-want[i]) > 1e-9*want[i] {
			t.Errorf("unit %d, wave %d: evidence %g, want %g", i/len(p.Weeks), i%len(p.Weeks), got[i], want[i])
		}
	}
}

// What happens to a whole school is not told of its classes.
func TestDetectLeavesAShockToTheSchool(t *testing.T) {
	c := quiet(69)
	c.waves = 16
	p := c.panel()
	alone := c.panel()
	fall(alone, 12, 9, .5)
	for u := range p.Units {
		if p.Units[u].School == "1" {
			fall(p, u, 9, .5)
		}
	}
	told := func(p Panel, siblings int) (n int) {
		s := DefaultSettings()
		s.Siblings = siblings
		for _, f := range Detect(p, Options{Settings: s}) {
			if f.Kind == KindChange && f.Wave >= 9 && f.Wave < 13 && !f.Rise && p.Units[f.Unit].School == "1" {
				n++
			}
		}
		return n
	}
	if n := told(p, 3); n > 2 {
		t.Errorf("%d classes of ten told when all of them fall", n)
	}
	if n := told(p, 99); n < 8 {
		t.Errorf("%d classes of ten told when nobody looks at their siblings: does the test plant anything?", n)
	}
	if n := told(alone, 3); n != 1 {
		t.Errorf("%d classes told when one falls alone", n)
	}
}

// A wave with no answers at all does not count, wherever it lies.
func TestDetectSkipsEmptyWaves(t *testing.T) {
	c := quiet(70)
	p := c.panel()
	fall(p, 7, 9, .7)
	vintages := Fit(p)
	with := Panel{Units: p.Units, Items: p.Items}
	var usual []Vintage
	at := make([]int, 0, len(p.Weeks))
	for w, week := range p.Weeks {
		if w%4 == 3 { // a week in which nobody is asked
			empty := vintages[w-1]
			empty.Week = week - 1
			with.Weeks, usual = append(with.Weeks, empty.Week), append(usual, empty)
		}
		at = append(at, len(with.Weeks))
		with.Weeks, usual = append(with.Weeks, week), append(usual, vintages[w])
	}
	with.Cells = make([]Cell, len(with.Units)*len(with.Weeks))
	with.Counts = make([]Proportion, len(with.Cells)*len(with.Items))
	for u := range p.Units {
		for w := range p.Weeks {
			*with.Cell(u, at[w]) = *p.Cell(u, w)
			for i := range p.Items {
				*with.Item(u, at[w], i) = *p.Item(u, w, i)
			}
		}
	}
	want, got := Evidence(p, Options{Vintages: vintages}), Evidence(with, Options{Vintages: usual})
	for _, k := range Kinds {
		for u := range p.Units {
			for w := range p.Weeks {
				x, y := want[k][u*len(p.Weeks)+w], got[k][u*len(with.Weeks)+at[w]]
				if math.IsNaN(x) != math.IsNaN(y) || math.Abs(x-y) > 1e-9*x {
					t.Errorf("%s of unit %d in wave %d: %g, with empty waves %g", k, u, w, x, y)
				}
			}
		}
	}
}

// Ten thousand waves of two classes: a fall at the end is found as one at the
// beginning would be.
func TestDetectOfTenThousandWaves(t *testing.T) {
	c := country{
		owners: 1, schools: 1, classes: 2, years: 1, waves: 10_000, every: 1, size: 20, bands: 1,
		items: []Stream{"unsafe"}, model: ReferenceModel(1), seed: 71,
	}
	p := c.panel()
	const onset = 9_900
	fall(p, 1, onset, .9)
	found := false
	for _, f := range Detect(p, Options{Rhythm: 1, Rate: .1, From: 9_800}) {
		for _, x := range []float64{f.Observed, f.Expected, f.Low, f.High, f.M, f.Bound} {
			if !finite(x) {
				t.Errorf("%+v", f)
			}
		}
		found = found || f.Unit == 1 && f.Kind == KindChange && f.Wave >= onset && f.Wave < onset+8
	}
	if !found {
		t.Error("the fall is not found")
	}
}

func TestDetectPanics(t *testing.T) {
	p := quiet(72).panel()
	short := p
	short.Cells = p.Cells[1:]
	for name, do := range map[string]func(){
		"wrong shape":               func() { Detect(short, Options{}) },
		"a vintage missing":         func() { Detect(p, Options{Vintages: Fit(p)[1:]}) },
		"no such rate":              func() { Detect(p, Options{Rate: .2}) },
		"no such rhythm":            func() { Detect(p, Options{Rhythm: 3}) },
		"evidence of a wrong shape": func() { Evidence(short, Options{}) },
	} {
		t.Run(name, func(t *testing.T) { panics(t, do) })
	}
}

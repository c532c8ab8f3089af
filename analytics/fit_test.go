package analytics

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gonum.org/v1/gonum/stat/distuv"
)

// odd is a model that is nowhere near the reference.
func odd() Model {
	return Model{
		Score:      Components{Wave: .03, Respondent: .8, Class: .06, School: .02, Owner: .01},
		ScoreSlope: -.6,
		Spread:     Contrast{OnScore: -.2, Respondent: .4, Class: .008, Slope: -.8},
		Gap:        Contrast{Respondent: .06, Class: .004, Slope: -.5},
		Low:        CountModel{Class: .4, Phi: 1.3},
		Missing:    CountModel{Class: .1, Phi: .8},
		Carry:      .35,
		Items: []ItemModel{
			{Given: CountModel{Class: .2, Phi: .9}, OnScore: -.8},
			{Given: CountModel{Class: .05, Phi: 1.2}, OnScore: -2},
		},
	}
}

// A country drawn from a known model gives it back. Tolerances are of what so
// many classes can tell, three standard errors or so.
func TestFitRecovers(t *testing.T) {
	c := country{
		owners: 25, schools: 6, classes: 10, years: 2, waves: 10, every: 4, size: 24, bands: 2,
		items: []Stream{"unsafe", "alone"}, model: odd(), seed: 41,
	}
	p := c.panel()
	if err := p.Validate(); err != nil {
		t.Fatal(err)
	}
	vintages := Fit(p)
	got, want := vintages[len(vintages)-1].Model, c.model
	for _, part := range []struct {
		name           string
		got, want, off float64
	}{
		{"wave", got.Score.Wave, want.Score.Wave, .006},
		{"respondent", got.Score.Respondent, want.Score.Respondent, .15},
		{"class", got.Score.Class, want.Score.Class, .006},
		{"school", got.Score.School, want.Score.School, .008},
		{"owner", got.Score.Owner, want.Score.Owner, .007},
		{"spread on score", got.Spread.OnScore, want.Spread.OnScore, .02},
		{"spread, respondent", got.Spread.Respondent, want.Spread.Respondent, .04},
		{"spread, class", got.Spread.Class, want.Spread.Class, .001},
		{"spread, slope", got.Spread.Slope, want.Spread.Slope, .15},
		{"gap on score", got.Gap.OnScore, 0, 0},
		{"gap, respondent", got.Gap.Respondent, want.Gap.Respondent, .006},
		{"gap, class", got.Gap.Class, want.Gap.Class, .0008},
		{"gap, slope", got.Gap.Slope, want.Gap.Slope, .15},
		{"low, class", got.Low.Class, want.Low.Class, .06},
		{"low, φ", got.Low.Phi, want.Low.Phi, .1},
		{"missing, class", got.Missing.Class, want.Missing.Class, .03},
		{"missing, φ", got.Missing.Phi, want.Missing.Phi, .08},
		{"first item on score", got.Items[0].OnScore, want.Items[0].OnScore, .1},
		{"first item, class", got.Items[0].Given.Class, want.Items[0].Given.Class, .04},
		{"first item, φ", got.Items[0].Given.Phi, want.Items[0].Given.Phi, .07},
		{"second item on score", got.Items[1].OnScore, want.Items[1].OnScore, .2},
		{"second item, class", got.Items[1].Given.Class, want.Items[1].Given.Class, .02},
		{"second item, φ", got.Items[1].Given.Phi, want.Items[1].Given.Phi, .1},
		// A school's level holds the class itself, which takes off a tenth of it.
		{"carry", got.Carry, want.Carry, .09},
	} {
		t.Logf("%-22s %8.4f, drawn with %8.4f", part.name, part.got, part.want)
		near(t, part.name, part.got, part.want, part.off)
	}
	// The movement of a class does not shrink at the top, its sampling does.
	sampling := want.Score.Respondent / 21
	near(t, "slope of the score", got.ScoreSlope, want.ScoreSlope*sampling/(sampling+want.Score.Wave), .15)

	// As it is, an item varies by what the score explains of it too.
	levels := want.Score.Class + want.Score.School + want.Score.Owner
	for i, m := range want.Items {
		near(t, "class of item "+strconv.Itoa(i)+" as it is", got.Items[i].Level.Class, m.Given.Class+m.OnScore*m.OnScore*levels, .4*m.OnScore*m.OnScore*levels)
	}

	last := vintages[0]
	for w, v := range vintages {
		if v.Week != p.Weeks[w] || len(v.Effects) != 2 {
			t.Fatalf("vintage %d is of week %d with %d bands", w, v.Week, len(v.Effects))
		}
		for band := range 2 {
			e, truth := v.Effects[band], c.effect(band, w)
			what := "wave " + strconv.Itoa(w) + ", band " + strconv.Itoa(band) + ": "
			// What the classes drawn have in common is theirs, not the wave's.
			near(t, what+"score", e.Score, truth.Score, .08)
			near(t, what+"spread", e.Spread-want.Spread.OnScore*(e.Score-truth.Score), truth.Spread, .02)
			near(t, what+"gap", e.Gap, truth.Gap, .02)
			near(t, what+"low", e.Low, marginal(truth.Low, want.Low.Class), .15)
			near(t, what+"missing", e.Missing, marginal(truth.Missing, want.Missing.Class), .1)
			for i, m := range want.Items {
				around := m.Given.Class + m.OnScore*m.OnScore*(levels+want.Score.Wave+sampling)
				near(t, what+"item "+strconv.Itoa(i), e.Items[i]-m.OnScore*(e.Score-truth.Score), marginal(truth.Items[i], around), .15)
			}
			if w%c.waves > 0 { // of the same classes
				before := last.Effects[band]
				near(t, what+"step of the score", e.Score-before.Score, truth.Score-c.effect(band, w-1).Score, .03)
			}
		}
		last = v
	}
}

// marginal is the log-odds of the mean share of units whose log-odds are normal
// about alpha.
func marginal(alpha, variance float64) float64 {
	const points = 400
	var p float64
	for k := range points {
		p += logistic(alpha+math.Sqrt(variance)*distuv.UnitNormal.Quantile((float64(k)+.5)/points)) / points
	}
	return logit(p)
}

// cut is the first waves of p.
func cut(p Panel, waves int) Panel {
	q := Panel{Units: p.Units, Weeks: p.Weeks[:waves], Items: p.Items}
	for u := range p.Units {
		for t := range waves {
			q.Cells = append(q.Cells, *p.Cell(u, t))
			for i := range p.Items {
				q.Counts = append(q.Counts, *p.Item(u, t, i))
			}
		}
	}
	return q
}

// What was usual in a wave is what Fit says when it is the last one: with many
// classes the effects of later vintages' waves are those of earlier ones, to the
// last bit where no class's own level is in them.
func TestFitOfAPrefix(t *testing.T) {
	c := country{
		owners: 5, schools: 10, classes: 12, years: 1, waves: 12, every: 2, size: 20, bands: 1,
		items: []Stream{"unsafe", "alone"}, model: ReferenceModel(2), seed: 42,
	}
	p := c.panel()
	whole := Fit(p)
	for _, waves := range []int{1, 5, 11} {
		prefix := Fit(cut(p, waves))
		for w := range waves {
			got, want := prefix[w].Effects[0], whole[w].Effects[0]
			near(t, fmt.Sprintf("score of wave %d as of wave %d", w, waves), got.Score, want.Score, .01)
			got.Score = want.Score
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("effects of wave %d as of wave %d (-whole +prefix):\n%s", w, waves, diff)
			}
			for key, want := range whole[w].Schools {
				got := prefix[w].Schools[key]
				near(t, "school "+key, got.Mean, want.Mean, .05)
			}
		}
	}
}

// Where a school stood after a wave is from the waves up to it: what came later
// changes it only through what is learned of how much anything moves.
func TestFitSchoolsDoNotLookAhead(t *testing.T) {
	const fell, waves = 8, 12
	c := quiet(43)
	c.waves = waves
	p, changed := c.panel(), c.panel()
	first := changed.Units[0].Key()
	for u := range changed.Units {
		for w := fell; w < waves && changed.Units[u].Key() == first; w++ {
			m := &changed.Cell(u, w).Score
			m.Sum -= .5 * float64(m.N)
		}
	}
	before, after := Fit(p), Fit(changed)
	for w := range waves {
		moved := after[w].Schools[first].Mean - before[w].Schools[first].Mean
		if w < fell-1 && math.Abs(moved) > .03 || w == waves-1 && moved > -.1 {
			t.Errorf("after wave %d a school that falls in wave %d stands %.3f from where it would have", w, fell, moved)
		}
	}

	// The step itself, with all else the same: a prefix of the waves says the same.
	f, g := newFitter(p), newFitter(cut(p, fell))
	for u := range p.Units {
		for w := range waves {
			f.residuals[u*waves+w] = float64((u*7+w*3)%11)/10 - .5
			if w < fell {
				g.residuals[u*fell+w] = f.residuals[u*waves+w]
			}
		}
	}
	want := map[int]map[string]Belief{}
	f.fitSchools(reference, func(w int, schools map[string]Belief) { want[w] = schools })
	g.fitSchools(reference, func(w int, schools map[string]Belief) {
		if !reflect.DeepEqual(schools, want[w]) {
			t.Errorf("schools after wave %d depend on what came later", w)
		}
	})
}

// A school no class of which has answered yet stands where its owner does.
func TestFitOfANewSchool(t *testing.T) {
	c := quiet(44)
	c.waves = 8
	p := c.panel()
	for u := range p.Units {
		for w := 0; w < 5 && p.Units[u].School == "3"; w++ {
			*p.Cell(u, w) = Cell{}
		}
	}
	v := Fit(p)
	for w := range v {
		b, other := v[w].Schools["0/3"], v[w].Schools["0/2"]
		if unknown := b.Precision < 1/v[w].Model.Score.School; unknown != (w < 5) {
			t.Errorf("after wave %d a school that begins in wave 5 has precision %g", w, b.Precision)
		}
		if other.Precision < 1/v[w].Model.Score.School {
			t.Errorf("after wave %d a school that answered has precision %g", w, other.Precision)
		}
	}
}

// A small panel says hardly anything of how classes vary, whatever it looks like.
func TestFitOfLittleLeansOnTheReference(t *testing.T) {
	c := country{
		owners: 1, schools: 1, classes: 3, years: 1, waves: 4, every: 2, size: 20, bands: 1,
		items: []Stream{"unsafe", "alone"}, model: odd(), seed: 45,
	}
	v := Fit(c.panel())
	got, want := v[len(v)-1].Model, ReferenceModel(2)
	for _, part := range []struct {
		name      string
		got, want float64
	}{
		{"wave", got.Score.Wave, want.Score.Wave}, {"respondent", got.Score.Respondent, want.Score.Respondent},
		{"class", got.Score.Class, want.Score.Class}, {"school", got.Score.School, want.Score.School}, {"owner", got.Score.Owner, want.Score.Owner},
		{"slope of the score", got.ScoreSlope, want.ScoreSlope}, {"carry", got.Carry, want.Carry},
		{"spread on score", got.Spread.OnScore, want.Spread.OnScore}, {"spread, respondent", got.Spread.Respondent, want.Spread.Respondent},
		{"spread, class", got.Spread.Class, want.Spread.Class}, {"spread, slope", got.Spread.Slope, want.Spread.Slope},
		{"gap, respondent", got.Gap.Respondent, want.Gap.Respondent}, {"gap, class", got.Gap.Class, want.Gap.Class}, {"gap, slope", got.Gap.Slope, want.Gap.Slope},
		{"low, class", got.Low.Class, want.Low.Class}, {"low, φ", got.Low.Phi, want.Low.Phi},
		{"missing, class", got.Missing.Class, want.Missing.Class}, {"missing, φ", got.Missing.Phi, want.Missing.Phi},
		{"item on score", got.Items[0].OnScore, want.Items[0].OnScore},
		{"item, class", got.Items[0].Given.Class, want.Items[0].Given.Class}, {"item, φ", got.Items[0].Given.Phi, want.Items[0].Given.Phi},
		{"item as it is, φ", got.Items[0].Level.Phi, want.Items[0].Level.Phi},
	} {
		near(t, part.name, part.got, part.want, .35*math.Abs(part.want))
	}
}

// sound checks that all of a vintage are numbers, and variances positive.
func sound(t *testing.T, vintages []Vintage) {
	t.Helper()
	for w, v := range vintages {
		m := v.Model
		for _, x := range []float64{
			m.Score.Wave, m.Score.Respondent, m.Score.Class, m.Score.School, m.Score.Owner,
			m.Spread.Respondent, m.Spread.Class, m.Gap.Respondent, m.Gap.Class,
			m.Low.Class, m.Low.Phi, m.Missing.Class, m.Missing.Phi,
		} {
			if !(x > 0) || !finite(x) {
				t.Fatalf("wave %d: model %+v", w, m)
			}
		}
		for _, x := range []float64{m.ScoreSlope, m.Carry, m.Spread.OnScore, m.Spread.Slope, m.Gap.Slope} {
			if !finite(x) {
				t.Fatalf("wave %d: model %+v", w, m)
			}
		}
		for _, i := range m.Items {
			if !(min(i.Level.Class, i.Level.Phi, i.Given.Class, i.Given.Phi) > 0) || !finite(i.Level.Class+i.Level.Phi+i.Given.Class+i.Given.Phi+i.OnScore) {
				t.Fatalf("wave %d: item %+v", w, i)
			}
		}
		for band, e := range v.Effects {
			for _, x := range append([]float64{e.Score, e.Spread, e.Gap, e.Low, e.Missing}, e.Items...) {
				if !finite(x) {
					t.Fatalf("wave %d, band %d: effects %+v", w, band, e)
				}
			}
		}
		for key, b := range v.Schools {
			if !finite(b.Mean) || !(b.Precision > 0) || !finite(b.Precision) {
				t.Fatalf("wave %d, school %q: %+v", w, key, b)
			}
		}
	}
}

// Of hardly anything something is said, and of nothing alarming nothing found.
func TestFitOfLittle(t *testing.T) {
	one := country{
		owners: 1, schools: 1, classes: 1, years: 1, waves: 8, every: 2, size: 20, bands: 1,
		items: []Stream{"unsafe"}, model: ReferenceModel(1), seed: 46,
	}
	wave := quiet(47)
	wave.waves = 1
	school := quiet(48)
	school.schools = 1
	constant, empty, silent := one.panel(), one.panel(), one.panel()
	for i := range constant.Cells {
		constant.Cells[i] = Cell{
			Roster: 20, Score: Moments{N: 20, Sum: 100}, Low: Proportion{0, 20},
			Girls: Proportion{0, 10}, Boys: Proportion{0, 10}, Missing: Proportion{0, 20},
		}
		constant.Counts[i] = Proportion{0, 20}
		empty.Cells[i], empty.Counts[i] = Cell{}, Proportion{}
		silent.Cells[i], silent.Counts[i] = Cell{Roster: 20, Missing: Proportion{20, 20}}, Proportion{}
	}
	for name, p := range map[string]Panel{
		"nothing":            {},
		"no waves":           {Units: one.panel().Units},
		"no units":           {Weeks: []int{1, 2}},
		"one class":          one.panel(),
		"one wave":           wave.panel(),
		"one school":         school.panel(),
		"constant answers":   constant,
		"nobody asked":       empty,
		"nobody ever answer": silent,
	} {
		t.Run(name, func(t *testing.T) {
			if err := p.Validate(); err != nil {
				t.Fatal(err)
			}
			v := Fit(p)
			if len(v) != len(p.Weeks) {
				t.Fatalf("%d vintages of %d waves", len(v), len(p.Weeks))
			}
			sound(t, v)
			if found := Detect(p, Options{Rate: .1}); len(found) != 0 {
				t.Errorf("found %+v", found)
			}
		})
	}
}

// A cell that can not be is as one that was not asked, for Fit and Detect.
func TestImpossibleCellsAreAsNotAsked(t *testing.T) {
	c := quiet(49)
	c.waves = 10
	nan, inf := math.NaN(), math.Inf(1)
	clean := c.panel()
	for name, spoil := range map[string]func(*Cell){
		"a sum that is not a number":   func(c *Cell) { c.Score.Sum = nan },
		"an infinite sum of squares":   func(c *Cell) { c.Score.Squares = inf },
		"a sum below all ones":         func(c *Cell) { c.Score.Sum = float64(c.Score.N) / 2 },
		"a sum above all fives":        func(c *Cell) { c.Score.Sum = 6 * float64(c.Score.N) },
		"squares no answers have":      func(c *Cell) { c.Score.Squares = 5 * float64(c.Score.N) },
		"squares below zero":           func(c *Cell) { c.Score.Squares = -1 },
		"respondents below zero":       func(c *Cell) { c.Score.N = -3 },
		"a sum of nobody":              func(c *Cell) { c.Score.N = 0 },
		"more than pupils and spares":  func(c *Cell) { c.Roster = c.Score.N - 3 },
		"a roster below zero":          func(c *Cell) { c.Roster = -1 },
		"more low than respondents":    func(c *Cell) { c.Low.Y = c.Low.N + 1 },
		"girls that are not a number":  func(c *Cell) { c.Girls.Y = nan },
		"infinitely many boys":         func(c *Cell) { c.Boys.N = inf },
		"fewer than nobody is missing": func(c *Cell) { c.Missing.Y = -1 },
	} {
		t.Run(name, func(t *testing.T) {
			spoilt, without := clean, clean
			spoilt.Cells, without.Cells = slices.Clone(clean.Cells), slices.Clone(clean.Cells)
			without.Counts = slices.Clone(clean.Counts)
			for _, i := range []int{0, 7, 333} {
				spoil(&spoilt.Cells[i])
				without.Cells[i] = Cell{}
				clear(without.Counts[i*len(clean.Items) : (i+1)*len(clean.Items)])
			}
			if err := spoilt.Validate(); err == nil {
				t.Error("Validate finds nothing")
			}
			got, want := Fit(spoilt), Fit(without)
			sound(t, got)
			if !reflect.DeepEqual(got, want) {
				t.Error("Fit says otherwise than of a panel without these cells")
			}
			options := Options{Rhythm: 2, Rate: .5}
			if diff := cmp.Diff(Detect(without, options), Detect(spoilt, options)); diff != "" {
				t.Errorf("findings (-without these cells +with them):\n%s", diff)
			}
		})
	}
	spoilt, without := clean, clean
	spoilt.Counts, without.Counts = slices.Clone(clean.Counts), slices.Clone(clean.Counts)
	for i, bad := range []Proportion{{21, 20}, {-1, 20}, {nan, 20}, {2, nan}, {2, inf}} {
		spoilt.Counts[11*i], without.Counts[11*i] = bad, Proportion{}
	}
	if !reflect.DeepEqual(Fit(spoilt), Fit(without)) {
		t.Error("impossible counts are not as not given")
	}
}

// A count of an item says nothing given a score that is not there.
func TestFitOfItemsWithoutAScore(t *testing.T) {
	c := quiet(50)
	p := c.panel()
	whole := Fit(p)
	for u := range p.Units {
		for w := range p.Weeks {
			if (u+w)%2 == 0 {
				p.Cell(u, w).Score = Moments{}
			}
		}
	}
	got := Fit(p)
	for i, m := range whole[0].Model.Items {
		g := got[0].Model.Items[i].Given
		near(t, "variance between classes", g.Class, m.Given.Class, .25*m.Given.Class)
		near(t, "φ", g.Phi, m.Given.Phi, .1*m.Given.Phi)
	}
}

// The carry keeps its bounds, and units that name nobody before them leave it.
func TestFitCarry(t *testing.T) {
	c := quiet(51)
	c.years, c.waves = 2, 6
	p := c.panel()
	for u := range p.Units {
		p.Units[u].Before = 0
	}
	near(t, "carry of classes that follow nobody", Fit(p)[0].Model.Carry, referenceCarry, 1e-12)
	for _, before := range []int{-1, 1000} { // Validate says so; Fit goes on without
		p.Units[70].Before = before
		if p.Validate() == nil {
			t.Errorf("unit 70 follows unit %d: Validate finds nothing", before-1)
		}
		sound(t, Fit(p))
		Detect(p, Options{})
	}
}

func TestFitPanics(t *testing.T) {
	p := quiet(52).panel()
	short := p
	short.Cells = p.Cells[1:]
	panics(t, func() { Fit(short) })
	short = p
	short.Counts = p.Counts[1:]
	panics(t, func() { Fit(short) })
	many := Panel{Items: make([]Stream, itemsMost+1)}
	panics(t, func() { Fit(many) })
}

package analytics

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// Validate says which unit and wave, and what.
func TestValidateNamesTheFault(t *testing.T) {
	c := quiet(91)
	c.waves, c.schools = 5, 1
	if err := c.panel().Validate(); err != nil {
		t.Fatal(err)
	}
	if err := (Panel{}).Validate(); err != nil {
		t.Errorf("nothing at all: %v", err)
	}
	const unit, wave = 3, 2
	cell := func(spoil func(*Cell)) func(*Panel) {
		return func(p *Panel) { spoil(p.Cell(unit, wave)) }
	}
	for name, test := range map[string]struct {
		spoil func(*Panel)
		says  []string
	}{
		"too few cells":        {func(p *Panel) { p.Cells = p.Cells[1:] }, []string{"49 cells for 10 units and 5 waves; want 50"}},
		"too few counts":       {func(p *Panel) { p.Counts = p.Counts[1:] }, []string{"99 counts", "2 items; want 100"}},
		"too many items":       {func(p *Panel) { p.Items, p.Counts = make([]Stream, 17), make([]Proportion, 850) }, []string{"17 items; at most 16"}},
		"a week twice":         {func(p *Panel) { p.Weeks[3] = p.Weeks[2] }, []string{"wave 3 is in week 4, not after week 4"}},
		"a week before":        {func(p *Panel) { p.Weeks[3] = 1 }, []string{"wave 3 is in week 1, not after week 4"}},
		"it follows itself":    {func(p *Panel) { p.Units[3].Before = 4 + 1 }, []string{`unit "3" follows unit 4`}},
		"it follows nobody":    {func(p *Panel) { p.Units[3].Before = -1 }, []string{`unit "3" follows unit -2`}},
		"an impossible score":  {cell(func(c *Cell) { c.Score.Sum = math.NaN() }), []string{`unit "3", wave 2: impossible cell`, "Sum:NaN"}},
		"respondents < 0":      {cell(func(c *Cell) { c.Score.N = -1 }), []string{`unit "3", wave 2: impossible cell`, "N:-1"}},
		"too many respondents": {cell(func(c *Cell) { c.Roster = c.Score.N - 3 }), []string{`unit "3", wave 2: impossible cell`}},
		"a million and one":    {cell(func(c *Cell) { c.Missing.N = 1_000_001 }), []string{`unit "3", wave 2: impossible cell`}},
		"more than all":        {cell(func(c *Cell) { c.Girls.Y = c.Girls.N + .1 }), []string{`unit "3", wave 2: impossible cell`}},
		"an impossible count":  {func(p *Panel) { *p.Item(unit, wave, 1) = Proportion{7, 6} }, []string{`unit "3", wave 2, alone: impossible count {Y:7 N:6}`}},
		"two faults":           {func(p *Panel) { p.Cell(0, 0).Roster, p.Cell(9, 4).Roster = -1, -1 }, []string{`unit "0", wave 0`, `unit "9", wave 4`}},
	} {
		p := c.panel()
		test.spoil(&p)
		err := p.Validate()
		for _, says := range test.says {
			if err == nil || !strings.Contains(err.Error(), says) {
				t.Errorf("%s: error %v, want one that says %q", name, err, says)
			}
		}
	}
	// Lost codes are replaced: two more than pupils, or a tenth of them.
	for _, test := range []struct {
		answered, roster int
		possible         bool
	}{{22, 20, true}, {23, 20, false}, {33, 30, true}, {34, 30, false}, {500, 0, true}} {
		c := Cell{Roster: test.roster, Score: Moments{N: test.answered, Sum: 3 * float64(test.answered)}}
		if c.possible() != test.possible {
			t.Errorf("%d answers of %d pupils: possible %t", test.answered, test.roster, c.possible())
		}
	}
}

// What cleaned changes is a copy.
func TestCleanedLeavesThePanel(t *testing.T) {
	c := quiet(92)
	c.waves, c.schools = 3, 1
	p := c.panel()
	p.Cell(4, 1).Roster = -1
	p.Units[2].Before = 9
	cells, counts, units := slices.Clone(p.Cells), slices.Clone(p.Counts), slices.Clone(p.Units)
	q := p.cleaned()
	if *q.Cell(4, 1) != (Cell{}) || *q.Item(4, 1, 0) != (Proportion{}) || q.Units[2].Before != 0 || q.Validate() != nil {
		t.Errorf("after cleaning: %v", q.Validate())
	}
	if !slices.Equal(p.Cells, cells) || !slices.Equal(p.Counts, counts) || !slices.Equal(p.Units, units) {
		t.Error("cleaning changed the panel itself")
	}
	if again := q.cleaned(); &again.Cells[0] != &q.Cells[0] || &again.Units[0] != &q.Units[0] {
		t.Error("a clean panel was copied")
	}
}

// composites draws a histogram.
var composites = rapid.Custom(func(t *rapid.T) []uint32 {
	return rapid.SliceOfN(rapid.Uint32Range(0, 6), 0, Bins).Draw(t, "histogram")
})

// Moments are those of the composites themselves; of two groups together what
// Composite says of all; moved, only the mean moves.
func TestMoments(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := composites.Draw(t, "a"), composites.Draw(t, "b")
		both := make([]uint32, Bins)
		var values []float64
		for bin := range both {
			for _, h := range [][]uint32{a, b} {
				if bin < len(h) {
					both[bin] += h[bin]
					for range h[bin] {
						values = append(values, 1+.2*float64(bin))
					}
				}
			}
		}
		var mean, squares float64
		for _, v := range values {
			mean += v / float64(len(values))
		}
		for _, v := range values {
			squares += (v - mean) * (v - mean)
		}
		for name, m := range map[string]Moments{
			"Composite": Composite(both), "Plus": Composite(a).Plus(Composite(b)), "Shifted": Composite(both).Shifted(.7).Shifted(-.7),
		} {
			if m.N != len(values) || math.Abs(m.Mean()-mean) > 1e-12 || math.Abs(m.Squares-squares) > 1e-9 {
				t.Fatalf("%s: %+v, want %d with mean %g and squares %g", name, m, len(values), mean, squares)
			}
			if sd, ok := m.spread(); ok != (len(values) > 1) || ok && math.Abs(sd-math.Sqrt(squares/float64(len(values)-1))) > 1e-9 {
				t.Fatalf("%s: spread %g, %t", name, sd, ok)
			}
		}
		c := Cell{Score: Composite(both)}
		if len(values) > 0 && !c.possible() {
			t.Fatalf("impossible: %+v", c)
		}
	})
	panics(t, func() { Composite(make([]uint32, Bins+1)) })
}

// Contrasts of a cell, by hand.
func TestCellContrasts(t *testing.T) {
	c := Cell{Score: Moments{N: 10, Sum: 38, Squares: 6}, Girls: Proportion{3, 5}, Boys: Proportion{1, 4}}
	value, v := c.spread()
	near(t, "spread", value, math.Sqrt(6./9), 1e-15)
	near(t, "1/n", v, .1, 0)
	value, v = c.gap()
	near(t, "gap", value, .35, 1e-15)
	near(t, "1/girls + 1/boys", v, .45, 1e-15)
	for name, c := range map[string]Cell{
		"one respondent":   {Score: Moments{N: 1, Sum: 3}},
		"no girls":         {Score: Moments{N: 10, Sum: 38, Squares: 6}, Boys: Proportion{1, 4}},
		"no boys":          {Score: Moments{N: 10, Sum: 38, Squares: 6}, Girls: Proportion{1, 4}},
		"no score":         {Girls: Proportion{3, 5}, Boys: Proportion{1, 4}},
		"an untrue gender": {Score: Moments{N: 10, Sum: 38, Squares: 6}, Girls: Proportion{6, 5}, Boys: Proportion{1, 4}},
	} {
		if _, v := c.gap(); v != 0 {
			t.Errorf("%s: a gap with weight %g", name, v)
		}
		if _, v := c.spread(); v != 0 && c.Score.N < 2 {
			t.Errorf("%s: a spread with weight %g", name, v)
		}
	}
}

func TestOptionsValidate(t *testing.T) {
	for _, rhythm := range []int{0, 1, 2, 4} {
		for _, rate := range []float64{0, .1, .25, .5} {
			if err := (Options{Rhythm: rhythm, Rate: rate}).Validate(); err != nil {
				t.Errorf("every %d weeks at %g: %v", rhythm, rate, err)
			}
		}
	}
	for _, o := range []Options{{Rhythm: 3}, {Rhythm: -2}, {Rate: .2}, {Rate: math.NaN()}, {Rate: -.1}} {
		if err := o.Validate(); !errors.Is(err, ErrOptions) {
			t.Errorf("every %d weeks at %g: %v, want ErrOptions", o.Rhythm, o.Rate, err)
		}
	}
	for rhythm, want := range map[int]int{1: 38, 2: 19, 4: 9} {
		if got := WavesPerYear(rhythm); got != want {
			t.Errorf("%d waves a year every %d weeks, want %d", got, rhythm, want)
		}
	}
}

// The rarer the false alarms, the more evidence it takes.
func TestThresholds(t *testing.T) {
	for _, kind := range Kinds {
		for _, rhythm := range []int{1, 2, 4} {
			last := math.Inf(1)
			for _, rate := range []float64{.1, .25, .5} {
				m, ok := Threshold(kind, rhythm, rate)
				if !ok || !(m > 1 && m < last) {
					t.Errorf("%s every %d weeks at %g: threshold %g after %g", kind, rhythm, rate, m, last)
				}
				last = m
			}
		}
	}
	if _, ok := Threshold(Kind("other"), 2, .25); ok {
		t.Error("a threshold of no kind")
	}
}

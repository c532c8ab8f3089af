// Package analytics finds classes whose answers have changed, or stand badly:
// numbers in, findings out. It reads no file and no clock, draws no random
// number, and imports nothing of Følgmed's own.
//
// A [Panel] holds, for each unit (class) and wave, what folded histograms tell.
// [Fit] estimates what is usual, one [Vintage] for each wave, [Detect] compares
// each class with its own history and with others against that, and returns a
// [Finding] where the evidence passes a threshold that null class-years were
// simulated for. Every step can be used alone: [TrimmedMean], [HuberShare],
// [National], [Estimate], [Priors], [Shock], [MeanDetector], [CountDetector],
// [Level], [Subsets], [BeforeAfter], [EBH].
//
// Shapes are written units × waves, row-major. Scores are means of pupils'
// composites on the scale 1-5, 5 good; a fall is bad. Counts are of pupils who
// chose what is bad; a rise is bad.
package analytics

import (
	"errors"
	"fmt"
	"slices"
)

// Stream is one statistic that is watched in every unit and wave.
type Stream string

// The streams of the composite and of silence. The items of a panel are streams
// of their own, named by the panel.
const (
	Score  Stream = "score"  // mean of the composite, 1-5: what a whole class feels
	Spread Stream = "spread" // standard deviation of the composite: a few pupils in distress
	Gap    Stream = "gap"    // girls' less boys' share of low composites: one gender alone
	Low    Stream = "low"    // share of low composites, for the level
	Silent Stream = "silent" // pupils of the roster without a ballot
)

// Kind is what a finding says.
type Kind string

// The kinds. They have thresholds of their own and are never added up.
const (
	KindChange  Kind = "change"  // answers are worse than the unit's own used to be
	KindLevel   Kind = "level"   // answers have been worse than others' for long
	KindSilence Kind = "silence" // fewer answer than used to
)

// Kinds in the order that findings of one unit and wave come in.
var Kinds = []Kind{KindChange, KindLevel, KindSilence}

// Tier is how strongly a finding should be told.
type Tier string

// The tiers: Notice is at the rate of false alarms that the owner chose, Act
// at [ActRate].
const (
	Notice Tier = "notice"
	Act    Tier = "act"
)

// Unit is a class in one school year. A class that gets other pupils is
// another unit.
type Unit struct {
	Name   string // opaque; copied nowhere
	School string
	Owner  string
	Band   int // units of one band share a national effect: same questions, like ages

	// Before is 1 + the index of the same pupils' unit in the school year before
	// this one, 0 if there is none: what that one came to is where this begins.
	Before int
}

// Moments are what the histogram of one composite tells.
type Moments struct {
	N       int     // respondents with a composite
	Sum     float64 // sum of their composites
	Squares float64 // sum of squares about their mean
}

// Mean of the composites; 0 if N is 0.
func (m Moments) Mean() float64 {
	if m.N == 0 {
		return 0
	}
	return m.Sum / float64(m.N)
}

// Plus is what m and o tell together.
func (m Moments) Plus(o Moments) Moments {
	if m.N == 0 || o.N == 0 {
		if o.N > 0 {
			return o
		}
		return m
	}
	d := m.Mean() - o.Mean()
	n := m.N + o.N
	return Moments{N: n, Sum: m.Sum + o.Sum, Squares: m.Squares + o.Squares + d*d*float64(m.N)*float64(o.N)/float64(n)}
}

// Shifted is m with each composite moved by so much.
func (m Moments) Shifted(by float64) Moments {
	m.Sum += by * float64(m.N)
	return m
}

// Bins is the number of bins of a folded composite, 1.0 to 5.0 in steps of .2.
const Bins = 21

// Composite gives the moments of a histogram with bins 1.0 + 0.2·b. Bins from
// [Bins] on are not part of the scale; Composite panics if there are any.
func Composite(histogram []uint32) Moments {
	if len(histogram) > Bins {
		panic("analytics: a composite has at most 21 bins")
	}
	var m Moments
	for b, n := range histogram {
		m.N += int(n)
		m.Sum += float64(n) * binValue(b)
	}
	mean := m.Mean()
	for b, n := range histogram {
		d := binValue(b) - mean
		m.Squares += float64(n) * d * d
	}
	return m
}

func binValue(b int) float64 { return 1 + float64(b)/5 }

// Cell is one unit in one wave. The zero value is a unit that was not asked,
// or of which too few answered to be kept.
type Cell struct {
	Roster  int        // pupils in the class; 0 if not known. Lost codes are replaced, so a few more may answer
	Score   Moments    // of the composite
	Low     Proportion // respondents with a composite of at most [LowCut]
	Girls   Proportion // of these the girls, where both genders are kept
	Boys    Proportion // and the boys
	Missing Proportion // pupils of the roster without a counted ballot, see [Missing]
}

// LowCut is the composite up to which a respondent counts as low.
const LowCut = 3.0

// Panel is a set of units over the same waves.
type Panel struct {
	Units []Unit
	Weeks []int  // school week of each wave, increasing; one per wave
	Cells []Cell // units × waves

	Items  []Stream     // the questions watched one by one
	Counts []Proportion // units × waves × items: respondents in an item's two worst options
}

// Item returns the count of an item in a unit and wave, all counted from 0.
func (p Panel) Item(unit, wave, item int) *Proportion {
	return &p.Counts[(unit*len(p.Weeks)+wave)*len(p.Items)+item]
}

// Cell returns the cell of a unit in a wave, both counted from 0.
func (p Panel) Cell(unit, wave int) *Cell { return &p.Cells[unit*len(p.Weeks)+wave] }

// Validate lists what is impossible in p: a wrong shape, weeks that do not
// increase, counts below zero or above a million, more respondents than pupils
// and their spare codes, a sum that no composites have. [Fit] and [Detect] take
// such a cell as not asked, and a week that is not after the last as that one.
func (p Panel) Validate() error {
	var faults []error
	if want := len(p.Units) * len(p.Weeks); len(p.Cells) != want {
		return fmt.Errorf("panel: %d cells for %d units and %d waves; want %d",
			len(p.Cells), len(p.Units), len(p.Weeks), want)
	}
	if want := len(p.Cells) * len(p.Items); len(p.Counts) != want {
		return fmt.Errorf("panel: %d counts for %d units, %d waves and %d items; want %d",
			len(p.Counts), len(p.Units), len(p.Weeks), len(p.Items), want)
	}
	if len(p.Items) > itemsMost {
		return fmt.Errorf("panel: %d items; at most %d can be watched", len(p.Items), itemsMost)
	}
	for t := 1; t < len(p.Weeks); t++ {
		if p.Weeks[t] <= p.Weeks[t-1] {
			faults = append(faults, fmt.Errorf("panel: wave %d is in week %d, not after week %d", t, p.Weeks[t], p.Weeks[t-1]))
		}
	}
	for i, u := range p.Units {
		if u.Before < 0 || u.Before > i {
			faults = append(faults, fmt.Errorf("panel: unit %q follows unit %d, which does not stand before it", u.Name, u.Before-1))
		}
	}
	for i := range p.Cells {
		c := &p.Cells[i]
		if !c.possible() {
			faults = append(faults, fmt.Errorf("panel: unit %q, wave %d: impossible cell %+v",
				p.Units[i/len(p.Weeks)].Name, i%len(p.Weeks), *c))
		}
	}
	for i, count := range p.Counts {
		if !plausible(count) {
			cell := i / len(p.Items)
			faults = append(faults, fmt.Errorf("panel: unit %q, wave %d, %s: impossible count %+v",
				p.Units[cell/len(p.Weeks)].Name, cell%len(p.Weeks), p.Items[i%len(p.Items)], count))
		}
	}
	return errors.Join(faults...)
}

// cleaned is p without what can not be: impossible cells are as not asked, and a
// unit that does not stand after the one it follows follows none. p itself stays
// as it is.
func (p Panel) cleaned() Panel {
	cells, units := p.Cells, p.Units
	for i := range cells {
		if cells[i].possible() {
			continue
		}
		if &p.Cells[0] == &cells[0] {
			p.Cells, p.Counts = slices.Clone(p.Cells), slices.Clone(p.Counts)
		}
		p.Cells[i] = Cell{}
		clear(p.Counts[i*len(p.Items) : (i+1)*len(p.Items)])
	}
	for i := range units {
		if before := units[i].Before; before < 0 || before > i {
			if &p.Units[0] == &units[0] {
				p.Units = slices.Clone(p.Units)
			}
			p.Units[i].Before = 0
		}
	}
	return p
}

// possible tells whether c is of this world.
func (c *Cell) possible() bool {
	if c.Score.N != 0 && !c.usable() || c.Score.N == 0 && c.Score != (Moments{}) || c.Roster < 0 {
		return false
	}
	for _, p := range []Proportion{c.Low, c.Girls, c.Boys, c.Missing} {
		if !plausible(p) {
			return false
		}
	}
	return true
}

// spare is how many codes beyond the roster a class may use at least; a tenth
// of the roster if that is more.
const spare = 2

// usable tells whether the score of c can be taken into a sum.
func (c *Cell) usable() bool {
	n := float64(c.Score.N)
	const slack = 1e-6
	return c.Score.N > 0 && c.Score.N <= respondentsMost && (c.Roster == 0 || c.Score.N <= c.Roster+max(spare, c.Roster/10)) &&
		c.Score.Sum >= n-slack && c.Score.Sum <= 5*n+slack &&
		c.Score.Squares >= -slack && c.Score.Squares <= 4*n+slack
}

// respondentsMost bounds a unit: sums over waves of more would lose their last
// digits, and no class is near it.
const respondentsMost = 1_000_000

// plausible tells whether p can be of a unit.
func plausible(p Proportion) bool { return p.Validate() == nil && p.N <= respondentsMost }

// known is p if it can be taken into a sum, else nothing: less than one
// respondent is nobody.
func known(p Proportion) Proportion {
	if p.N >= 1 && plausible(p) {
		return p
	}
	return Proportion{}
}

// mustShape panics if p's cells do not fit its units, waves and items.
func (p Panel) mustShape() {
	if len(p.Cells) != len(p.Units)*len(p.Weeks) || len(p.Counts) != len(p.Cells)*len(p.Items) || len(p.Items) > itemsMost {
		panic("analytics: a panel needs units × waves cells, and as many counts for each item")
	}
}

// Finding is one unit that has changed, or stands badly, with all that explains
// it. It is raw: what people may be told of it is not for this package to
// decide.
type Finding struct {
	Unit   int    // index in Panel.Units
	Wave   int    // index of the wave that raised it
	Kind   Kind   // what it says
	Start  int    // first wave of the change by the start that explains most; of a level, the first wave pooled
	Stream Stream // the stream that explains most
	Tier   Tier
	Rise   bool // the unit stood under Notice and now rises to Act

	// Of Stream, from Start to Wave: a mean score or standard deviation on 1-5, a
	// share, or for the gap a difference of shares.
	Observed  float64
	Expected  float64 // what it would have been with nothing changed
	Low, High float64 // 95 % predictive interval of Observed with nothing changed

	M         float64 // evidence: the Shiryaev-Roberts sum; of a level the odds that it stands above the limit
	Threshold float64 // what M had to reach for Tier
	Rate      float64 // false alarms per class-year at Threshold, by simulation
	Bound     float64 // false alarms per class-year at M by theory, waves a year / M; an audit only, 0 for a level
	OneIn     int     // class-years without change in which one such finding comes about: 1/Rate
	Options   Options // as used, defaults filled in, without vintages and what was told
}

// Alarm is a finding that has already been told.
type Alarm struct {
	Unit int // index in Panel.Units
	Wave int // index of the wave that raised it
	Kind Kind
	Tier Tier
}

// Options say how often Detect may be wrong, and from which wave on it decides.
// The zero value is every second week at .25 false alarms a class-year.
type Options struct {
	Rhythm int     // weeks between waves: 1, 2 or 4; 0 means 2
	Rate   float64 // false alarms per class and school year: .1, .25 or .5; 0 means .25

	// From is the first wave to decide on. Alarms before it are those of Told,
	// so that a decision once made is not remade with what is known later.
	From int
	Told []Alarm

	// Vintages are what was usual in each wave, one per wave; nil means
	// Fit(panel). With stored ones a rebuild gives the same to the last bit.
	Vintages []Vintage
	Settings Settings // zero means DefaultSettings
}

// ErrOptions is in the chain of every fault that Options.Validate finds.
var ErrOptions = errors.New("options")

// Validate tells whether thresholds are known for o.
func (o Options) Validate() error {
	o = o.defaults()
	if _, ok := Threshold(KindChange, o.Rhythm, o.Rate); !ok {
		return fmt.Errorf("%w: no threshold for a wave every %d weeks at %g false alarms a class-year; weeks are 1, 2 or 4, rates .1, .25 or .5",
			ErrOptions, o.Rhythm, o.Rate)
	}
	return nil
}

func (o Options) defaults() Options {
	if o.Rhythm == 0 {
		o.Rhythm = 2
	}
	if o.Rate == 0 {
		o.Rate = .25
	}
	if o.Settings == (Settings{}) {
		o.Settings = DefaultSettings()
	}
	return o
}

// WavesPerYear is the number of waves in a class-year: 38 school weeks by
// weekly waves, 19 by fortnightly, 9 by monthly.
func WavesPerYear(rhythm int) int { return 38 / rhythm }

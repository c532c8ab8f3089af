package analytics

import "math"

// Model is what is known of units beside the effects of single waves.
type Model struct {
	Score   Components
	Spread  Contrast
	Gap     Contrast
	Low     CountModel
	Items   []ItemModel // in the panel's order
	Missing CountModel

	// ScoreSlope is by how much the logarithm of the variance of a unit's mean
	// changes per point of its level: where nearly all are at the top of the scale
	// there is little room to differ.
	ScoreSlope float64

	// Carry is the correlation ρ of a class's standing within its school from one
	// school year to the next, for units that name the one before them.
	Carry float64
}

// Contrast is a statistic less what the score explains of it: about its effect it
// is OnScore·(residual of the score) + b + N(0, Respondent·exp(Slope·level)·v),
// b ~ N(0, Class), with v = 1/n for the spread and 1/girls + 1/boys for the gap.
type Contrast struct {
	OnScore    float64
	Respondent float64 // variance of one respondent's part
	Class      float64 // between units
	Slope      float64 // of the logarithm of the variance, per point of the unit's level
}

// CountModel is how counts vary: log-odds α_t + b, b ~ N(0, Class), with Phi
// times the binomial's variance about that.
type CountModel struct {
	Class float64 // squared log-odds
	Phi   float64
}

// ItemModel is a count as it is, for the level, and given the score, for change.
type ItemModel struct {
	Level   CountModel
	Given   CountModel
	OnScore float64 // log-odds per point of the score's residual
}

// Effect is what is usual in one wave for the units of a band.
type Effect struct {
	Score, Spread, Gap float64
	Low, Missing       float64   // log-odds
	Items              []float64 // log-odds, in the panel's order
}

// Vintage is what was usual in one wave, as known when the wave was sealed: the
// parameters to weigh it by, its effects, and where each school stood. A wave's
// residuals and weights never change after it. It holds no unit below a school.
type Vintage struct {
	Week    int
	Model   Model
	Effects map[int]Effect    // by band
	Schools map[string]Belief // level of a school's classes, by [Unit.Key], from all waves so far
}

// Key names a unit's school among all owners'.
func (u Unit) Key() string { return u.Owner + "/" + u.School }

// prior is where a new class of a school is expected, from the waves up to this
// vintage.
func (v *Vintage) prior(key string) Belief {
	c := v.Model.Score
	school, ok := v.Schools[key]
	if !ok {
		school = Belief{Precision: 1 / (c.School + c.Owner)}
	}
	return school.blurred(c.Class)
}

// carried is the prior of a class that was level in the school year before:
// ρ of what it stood above or below its school stays.
func (v *Vintage) carried(key string, level Belief) Belief {
	c, rho := v.Model.Score, v.Model.Carry
	school, ok := v.Schools[key]
	if !ok {
		school = Belief{Precision: 1 / (c.School + c.Owner)}
	}
	return Belief{
		Mean:      school.Mean + rho*(level.Mean-school.Mean),
		Precision: 1 / (rho*rho/level.Precision + (1-rho*rho)*c.Class + (1-rho)*(1-rho)/school.Precision),
	}
}

// typical is the size of a class in whose standard errors shifts are written.
const typical = 17

// standardError is that of a mean of a class of typical size.
func (c Components) standardError() float64 { return math.Sqrt(c.Wave + c.Respondent/typical) }

// spread is the standard deviation of the composites of m; false if fewer than
// two answered.
func (m Moments) spread() (float64, bool) {
	if m.N < 2 {
		return 0, false
	}
	return math.Sqrt(max(m.Squares, 0) / float64(m.N-1)), true
}

// spread is the spread of a cell and 1/n; 0 if there is none.
func (c *Cell) spread() (value, v float64) {
	if !c.usable() {
		return 0, 0
	}
	s, ok := c.Score.spread()
	if !ok {
		return 0, 0
	}
	return s, 1 / float64(c.Score.N)
}

// gap is girls' less boys' share of low composites, and 1/girls + 1/boys; 0 if
// both are not known.
func (c *Cell) gap() (value, v float64) {
	g, b := known(c.Girls), known(c.Boys)
	if !c.usable() || g.N == 0 || b.N == 0 {
		return 0, 0
	}
	return g.Y/g.N - b.Y/b.N, 1/g.N + 1/b.N
}

// referenceCarry is ρ until years that follow one another have told.
const referenceCarry = .6

// ReferenceModel has about the values of the simulated country (analytics/
// simulate, 3,000 null classes of all grades). Small panels lean on them.
func ReferenceModel(items int) Model {
	m := Model{
		Score:      reference,
		ScoreSlope: -1,
		Spread:     Contrast{OnScore: -.4, Respondent: .28, Class: .0037, Slope: -.4},
		Gap:        Contrast{Respondent: .11, Class: .008, Slope: -1.35},
		Low:        CountModel{Class: .26, Phi: 1.1},
		Missing:    CountModel{Class: .2, Phi: 1},
		Carry:      referenceCarry,
		Items:      make([]ItemModel, items),
	}
	for i := range m.Items {
		m.Items[i] = ItemModel{Level: CountModel{Class: .24, Phi: .9}, Given: CountModel{Class: .1, Phi: .73}, OnScore: -1.5}
	}
	return m
}

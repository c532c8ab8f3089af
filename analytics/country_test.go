package analytics

import (
	"math"
	"math/rand/v2"
	"strconv"
)

// country draws panels from the very model that Fit assumes: whatever a test
// plants in one is all that is in it.
type country struct {
	owners, schools, classes int // schools of an owner, classes of a school
	years                    int // school years; from the second on classes follow those before
	waves                    int // of a year
	every                    int // weeks between waves
	size                     int // pupils of a class, or a half more or fewer; half are girls
	bands                    int
	items                    []Stream
	model                    Model
	volatility               float64 // σ of the logarithm of a class's wave deviation; 0: all alike
	seed                     uint64
}

// quiet is a country of 60 classes in six schools of an owner, with a year of
// fortnightly waves, varying as the reference says.
func quiet(seed uint64) country {
	return country{
		owners: 1, schools: 6, classes: 10, years: 1, waves: 19, every: 2, size: 20, bands: 1,
		items: []Stream{"unsafe", "alone"}, model: ReferenceModel(2), seed: seed,
	}
}

// effect is what is usual in wave t.
func (c country) effect(band, t int) Effect {
	season := math.Sin(2 * math.Pi * float64(t*c.every) / 38)
	e := Effect{
		Score: 3.8 + .1*float64(band) + .05*season, Spread: .75 + .02*season, Gap: .03,
		Low: logit(.3) - .1*season, Missing: logit(.15),
	}
	for i := range c.items {
		e.Items = append(e.Items, logit(.12+.06*float64(i))-.1*season)
	}
	return e
}

// panel draws the panel. Units come year by year, owner by owner and school by
// school.
func (c country) panel() Panel {
	p := Panel{Items: c.items}
	for t := range c.years * c.waves {
		year, wave := t/c.waves, t%c.waves
		p.Weeks = append(p.Weeks, 76*year+c.every*wave)
	}
	classes := c.owners * c.schools * c.classes
	p.Units = make([]Unit, c.years*classes)
	p.Cells = make([]Cell, len(p.Units)*len(p.Weeks))
	p.Counts = make([]Proportion, len(p.Cells)*len(p.Items))
	for i := range classes {
		c.class(p, i, classes)
	}
	return p
}

// class draws class i in all its years.
func (c country) class(p Panel, i, classes int) {
	school := i / c.classes
	owner := school / c.schools
	of := func(what, n int, variance float64) float64 {
		return rand.New(rand.NewPCG(c.seed, uint64(10_000_000*what+n))).NormFloat64() * math.Sqrt(variance)
	}
	r := rand.New(rand.NewPCG(c.seed, uint64(i)))
	m := c.model
	above := of(1, owner, m.Score.Owner) + of(2, school, m.Score.School)
	own := math.Sqrt(m.Score.Class) * r.NormFloat64()
	for year := range c.years {
		if year > 0 {
			own = m.Carry*own + math.Sqrt((1-m.Carry*m.Carry)*m.Score.Class)*r.NormFloat64()
		}
		at := year*classes + i
		u := Unit{Name: strconv.Itoa(at), School: strconv.Itoa(school % c.schools), Owner: strconv.Itoa(owner), Band: i % c.bands}
		if year > 0 {
			u.Before = at - classes + 1
		}
		p.Units[at] = u
		c.year(p, at, year, above+own, r)
	}
}

// year draws the waves of a unit whose level is level.
func (c country) year(p Panel, at, year int, level float64, r *rand.Rand) {
	m := c.model
	roster := c.size/2 + r.IntN(c.size+1)
	normal := func(variance float64) float64 { return r.NormFloat64() * math.Sqrt(variance) }
	wave := m.Score.Wave * math.Exp(2*c.volatility*r.NormFloat64()-2*c.volatility*c.volatility)
	spread, gap := normal(m.Spread.Class), normal(m.Gap.Class)
	low, missing := normal(m.Low.Class), normal(m.Missing.Class)
	items := make([]float64, len(c.items))
	for k := range items {
		items[k] = normal(m.Items[k].Given.Class)
	}
	moved, rho := normal(wave), math.Pow(waveMemory, float64(c.every))
	for w := range c.waves {
		t := year*c.waves + w
		e := c.effect(p.Units[at].Band, t)
		if w > 0 {
			moved = rho*moved + normal((1-rho*rho)*wave)
		}
		answered := roster - r.IntN(roster/4+1)
		n := float64(answered)
		residual := level + moved + normal(m.Score.Respondent/n*scaled(m.ScoreSlope, level))
		score := min(max(e.Score+residual, 1), 5)
		residual = score - e.Score
		sd := e.Spread + m.Spread.OnScore*residual + spread + normal(m.Spread.Respondent/n*scaled(m.Spread.Slope, level))
		share := countOf(r, n, e.Low+low, m.Low.Phi).Y / n
		half := (e.Gap + gap + normal(m.Gap.Respondent*4/n*scaled(m.Gap.Slope, level))) / 2
		*p.Cell(at, t) = Cell{
			Roster: roster, Score: Moments{N: answered, Sum: score * n, Squares: max(sd, 0) * max(sd, 0) * (n - 1)},
			Low:     Proportion{n * share, n},
			Girls:   Proportion{n / 2 * min(max(share+half, 0), 1), n / 2},
			Boys:    Proportion{n / 2 * min(max(share-half, 0), 1), n / 2},
			Missing: countOf(r, float64(roster), e.Missing+missing, m.Missing.Phi),
		}
		for k, b := range items {
			*p.Item(at, t, k) = countOf(r, n, e.Items[k]+b+m.Items[k].given(residual), m.Items[k].Given.Phi)
		}
	}
}

// countOf is a count of n with φ times the binomial's variance, near a normal one.
func countOf(r *rand.Rand, n, eta, phi float64) Proportion {
	p := logistic(eta)
	return Proportion{min(max(math.Round(n*p+math.Sqrt(phi*n*p*(1-p))*r.NormFloat64()), 0), n), n}
}

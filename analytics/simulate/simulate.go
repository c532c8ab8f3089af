// Package simulate makes synthetic schools: pupils with lasting and passing
// moods, who are present or not, and answer ordinal questions. It is what
// detectors are compared and thresholds calibrated on, and what the demo is
// filled with. No pupil of it exists.
//
// There is one model, [World], which goes from wave to wave: [World.Next] gives
// answer sheets, [World.Rows] what is kept of them and the statistics that
// detectors watch, [World.Panel] what package analytics takes. [Set] lays out an
// evaluation set in such a world, [Country] a whole country.
//
// Everything is seeded and streaming: the same [Config] gives the same answers,
// one wave at a time, however many waves follow and whatever the number of
// classes. Each class draws from a source of its own, so adding one class does
// not change another.
//
// Moods are on a latent scale with variance 1 over all pupils and waves, made
// of owner .003, school .017, class .040, class-wave .010, pupil .48 and
// pupil-wave .43: class and school shares as in the Dutch and Norwegian studies
// of wellbeing (intraclass correlations of 2-8 % for classes). An answer loads
// on the mood, and on a lasting and a passing leaning of its own; cuts on that
// scale give the national shares of its steps. Whoever feels worse answers less
// (83 % do). A season, national waves, school noise and events, and classes
// that move more than others make it hard to watch.
//
// Sources: Shaw & Cross 2012 and Parker et al. 2023 for the intraclass
// correlations; Elevundersøkelsen 2016-2025 for the frequency of bullying
// ([National]); Statistics Norway 2025 for schools and pupils ([Country]). What
// no source gives is called ours where it stands.
package simulate

import (
	"cmp"
	"math"
	"math/rand/v2"

	"github.com/folgmed/folgmed/analytics"
	"gonum.org/v1/gonum/stat/distuv"
)

// Kind is what is wrong in a class.
type Kind string

// The kinds, with their effect on the latent scale from the onset on.
const (
	None     Kind = ""
	Drop     Kind = "drop"     // the whole class by -.5, for 14 weeks
	Minority Kind = "minority" // a fifth, at least two, by -1.8, for 14 weeks
	Two      Kind = "two"      // two pupils by -2.5, for 14 weeks
	Girls    Kind = "girls"    // the girls by -.9, for 14 weeks
	Drift    Kind = "drift"    // the class sinks to -.8 over 16 weeks
	Sliding  Kind = "sliding"  // the class sinks to -.8 over 8 weeks and stays there
	Incident Kind = "incident" // the class by -1.0, halving each week after the third
	Chronic  Kind = "chronic"  // the class by -.8 all the time
	One      Kind = "item"     // the items marked Single by -.8, for 14 weeks
)

// Item is one question, by numbers only.
type Item struct {
	// Shares are those of the answers at national level, from the worst to the
	// best option; they sum to 1.
	Shares []float64
	// GoodFirst says that option 1 is the best one. Answers are numbered as on
	// the questionnaire.
	GoodFirst bool
	// Loading is the correlation of the answer with the pupil's mood, 0 to 1.
	Loading float64
	// Single items sink in classes of kind One. The first of them is the one
	// that Row.B counts.
	Single bool
	// Apart items are left out of the composite.
	Apart bool
	// Watch is the stream that the item's bad answers are; none if empty.
	Watch analytics.Stream
}

// Five steps of agreement, of which the two worst hold 12 %, as five-point
// wellbeing items do.
var agreement = []float64{.04, .08, .20, .38, .30}

// Wellbeing is a five-step item of the composite.
func Wellbeing(goodFirst bool) Item {
	return Item{Shares: agreement, GoodFirst: goodFirst, Loading: .75}
}

// Faces is a three-step item of the composite, for the youngest.
func Faces(goodFirst bool) Item {
	return Item{Shares: []float64{.07, .26, .67}, GoodFirst: goodFirst, Loading: .75}
}

// Bullied is a five-step item of frequency: nearly every day, several times a
// week, a few times, once, never. A few times or more hold 6 %, in the range
// that Elevundersøkelsen found over grades and years (4-13 % two or three times
// a month or more, 2016-2025); its steps say little of daily bullying, which is
// set so low that chance alone seldom looks severe. Half of those who are
// bullied say that they thrive, hence the low loading.
func Bullied(goodFirst bool) Item {
	return Item{Shares: []float64{.002, .009, .049, .13, .81}, GoodFirst: goodFirst, Loading: .45, Single: true}
}

// BulliedFaces is a three-step item of frequency, for the youngest: many times,
// sometimes, no.
func BulliedFaces(goodFirst bool) Item {
	return Item{Shares: []float64{.005, .205, .79}, GoodFirst: goodFirst, Loading: .45, Single: true}
}

// Class is one class of a world.
type Class struct {
	Size  int    // pupils on the roster
	Items []Item // what it is asked
	Kind  Kind
	Onset int // wave from which on Kind acts, counted from 0
	Grade int // youngest grade, if that is known; no answer depends on it
}

// School is one school. Schools of one Owner share a small part of their level.
type School struct {
	Owner   int
	Classes []Class
}

// Config describes a world.
type Config struct {
	Seed    uint64
	Rhythm  int // weeks between waves; 0 means 2
	Schools []School

	// Nation is the seed of the national waves, so that worlds may share them;
	// 0 means Seed.
	Nation uint64

	// Clean leaves out what makes real classes hard to watch: school-wave noise,
	// classes more volatile than others, and school events but for one in every
	// tenth school, of two weeks between week 24 and 55.
	Clean bool

	// Complete leaves out that pupils skip single items.
	Complete bool

	Assumed Assumptions // zero means Usual
}

// Sheet is what one pupil answered in one wave.
type Sheet struct {
	Girl    bool
	Options []uint8 // per item of the class, from 1 in the order of the questionnaire; 0: would rather not answer
}

// Variances and rates of the latent model.
const (
	varOwner, varSchool, varClass = .003, .017, .040
	varTrait, varState            = .48, .43
	genderGap                     = .20
	varItemStable                 = .4 // share of what an item does not share with mood
	responseMood                  = .25
	varResponseClass              = .20
	seasonSize, sdWave            = .10, .03
	varSchoolWave, arSchoolWave   = .005, .5 // a week
	cleanEvent, cleanEventSize    = .10, -.5 // share of schools that have it
	skipRate                      = .01      // would rather not answer, per item
	weeksPerYear                  = 38
)

// World is a set of schools that goes from wave to wave.
type World struct {
	config  Config
	rhythm  int
	wave    int
	classes []*class
	schools []*school
	nation  *rand.Rand
}

// New draws the lasting things of a world. It panics on an item whose shares do
// not fit or a class without items.
func New(c Config) *World {
	c.Assumed = c.Assumed.defaults()
	w := &World{config: c, rhythm: c.Rhythm, nation: source(cmp.Or(c.Nation, c.Seed), 0, 0)}
	if w.rhythm == 0 {
		w.rhythm = 2
	}
	owners := map[int]float64{}
	for i, s := range c.Schools {
		r := source(c.Seed, uint64(i)+1, 0)
		if _, ok := owners[s.Owner]; !ok {
			owners[s.Owner] = normal(source(c.Seed, 0, uint64(s.Owner)+1), varOwner)
		}
		at := &school{rand: r, clean: c.Clean, events: c.Assumed.Events, level: owners[s.Owner] + normal(r, varSchool)}
		if c.Clean && r.Float64() < cleanEvent {
			at.planned = 24 + r.IntN(31)
		}
		w.schools = append(w.schools, at)
		for k, spec := range s.Classes {
			w.classes = append(w.classes, newClass(spec, at, source(c.Seed, uint64(i)+1, uint64(k)+1), c))
		}
	}
	return w
}

// source is a random source of its own for a class (school and class from 1), a
// school (class 0), an owner (school 0) or the nation (both 0).
func source(seed, school, class uint64) *rand.Rand {
	return rand.New(rand.NewPCG(seed, school<<32|class)) //nolint:gosec // repeatable, that is the point
}

func normal(r *rand.Rand, variance float64) float64 { return r.NormFloat64() * math.Sqrt(variance) }

// Next answers the next wave: for each class, in the order of the config, the
// sheets of those present. They are in random order and valid until the next
// call of Next.
func (w *World) Next() [][]Sheet {
	week := w.wave * w.rhythm
	nation := seasonSize*math.Cos(2*math.Pi*float64(week-1)/weeksPerYear) + w.nation.NormFloat64()*sdWave
	passed := w.rhythm // weeks since the last wave
	if w.wave == 0 {
		passed = 1
	}
	for _, s := range w.schools {
		s.next(passed)
	}
	sheets := make([][]Sheet, len(w.classes))
	for i, c := range w.classes {
		sheets[i] = c.next(w.wave, w.rhythm, passed, nation)
	}
	w.wave++
	return sheets
}

// school is what all classes of a school share.
type school struct {
	rand    *rand.Rand
	clean   bool
	events  float64 // a week
	level   float64
	noise   float64 // AR(1) over weeks
	week    int     // the current one, from 1
	event   float64 // a school event that still acts
	left    int     // weeks for which it does
	planned int     // week of the one event of a clean school; 0 if it has none
	first   int     // week in which the first event began; 0 before
}

// next moves the school on by a number of weeks.
func (s *school) next(weeks int) {
	for range weeks {
		s.week++
		s.left--
		if s.left <= 0 {
			s.event = 0
		}
		if s.clean {
			if s.week == s.planned {
				s.begin(cleanEventSize, 2)
			}
			continue
		}
		s.noise = step(s.rand, s.noise, arSchoolWave, varSchoolWave, s.week > 1)
		if s.rand.Float64() < s.events && s.week > 1 {
			s.begin(-(.3 + .4*s.rand.Float64()), 1+s.rand.IntN(3))
		}
	}
}

// begin lets an event act from the current week on.
func (s *school) begin(size float64, weeks int) {
	s.event, s.left = size, weeks
	if s.first == 0 {
		s.first = s.week
	}
}

// step is one week of an AR(1) process with a given stationary variance.
func step(r *rand.Rand, x, ar, variance float64, begun bool) float64 {
	if !begun {
		return normal(r, variance)
	}
	return ar*x + normal(r, variance*(1-ar*ar))
}

// class is one class with its pupils.
type class struct {
	spec       Class
	school     *school
	rand       *rand.Rand
	complete   bool
	assumed    Assumptions
	level      float64
	noise      float64
	volatility float64
	response   float64
	begun      bool
	cuts       [][]float64 // per item, upper latent bounds of all but the best option
	pupils     []pupil
	sheets     []Sheet
	options    []uint8

	// Of the last wave: all but the pupils' own, and where each pupil's sheet was
	// before they were shuffled.
	common float64
	places []int // absent if there is none
}

const absent = -1

type pupil struct {
	girl  bool
	trait float64
	hit   bool      // one of those whom Minority and Two are about
	items []float64 // lasting leaning of each item
}

func newClass(spec Class, at *school, r *rand.Rand, config Config) *class {
	if len(spec.Items) == 0 {
		panic("simulate: a class without items")
	}
	c := &class{spec: spec, school: at, rand: r, complete: config.Complete, assumed: config.Assumed, volatility: 1,
		level: normal(r, varClass), response: config.Assumed.Response + normal(r, varResponseClass)}
	if !config.Clean {
		c.volatility = math.Exp(r.NormFloat64() * config.Assumed.Volatility)
	}
	for _, item := range spec.Items {
		c.cuts = append(c.cuts, cuts(item))
	}
	for range spec.Size {
		p := pupil{girl: r.IntN(2) == 0, items: make([]float64, len(spec.Items))}
		p.trait = normal(r, varTrait) + genderGap/2
		if p.girl {
			p.trait -= genderGap
		}
		for i, item := range spec.Items {
			p.items[i] = normal(r, (1-item.Loading*item.Loading)*varItemStable)
		}
		c.pupils = append(c.pupils, p)
	}
	hit := max(2, int(math.Round(.2*float64(spec.Size))))
	if spec.Kind == Two {
		hit = 2
	}
	for _, i := range r.Perm(spec.Size)[:min(hit, spec.Size)] {
		c.pupils[i].hit = true
	}
	c.options = make([]uint8, spec.Size*len(spec.Items))
	c.places = make([]int, spec.Size)
	return c
}

// cuts are the normal quantiles of an item's cumulated shares.
func cuts(item Item) []float64 {
	var sum float64
	cut := make([]float64, 0, len(item.Shares)-1)
	for i, s := range item.Shares {
		if s < 0 {
			panic("simulate: a share below 0")
		}
		sum += s
		if i < len(item.Shares)-1 {
			cut = append(cut, distuv.UnitNormal.Quantile(min(sum, 1)))
		}
	}
	if len(item.Shares) < 2 || math.Abs(sum-1) > 1e-6 {
		panic("simulate: shares of an item must sum to 1")
	}
	return cut
}

// next answers one wave.
func (c *class) next(wave, rhythm, passed int, nation float64) []Sheet {
	for range passed {
		c.noise = step(c.rand, c.noise, c.assumed.Memory, c.assumed.Movement, c.begun)
		c.begun = true
	}
	weeks := (wave - c.spec.Onset) * rhythm
	c.common = c.school.level + c.school.noise + c.school.event + c.level + c.volatility*c.noise + nation
	c.sheets = c.sheets[:0]
	items := len(c.spec.Items)
	for i := range c.pupils {
		p := &c.pupils[i]
		mood := c.common + p.trait + shift(c.spec.Kind, weeks, p) + normal(c.rand, varState)
		if c.rand.Float64() >= logistic(c.response+responseMood*mood) {
			c.places[i] = absent
			continue
		}
		c.places[i] = len(c.sheets)
		options := c.options[len(c.sheets)*items : (len(c.sheets)+1)*items]
		for k := range c.spec.Items {
			options[k] = c.answer(k, p, mood, weeks)
		}
		c.sheets = append(c.sheets, Sheet{Girl: p.girl, Options: options})
	}
	c.rand.Shuffle(len(c.sheets), func(i, j int) { c.sheets[i], c.sheets[j] = c.sheets[j], c.sheets[i] })
	return c.sheets
}

// answer is the option a pupil takes for item k.
func (c *class) answer(k int, p *pupil, mood float64, weeks int) uint8 {
	item := &c.spec.Items[k]
	unique := 1 - item.Loading*item.Loading
	z := item.Loading*mood + p.items[k] + normal(c.rand, unique*(1-varItemStable))
	if item.Single && c.spec.Kind == One && weeks >= 0 && weeks < 14 {
		z -= .8
	}
	if !c.complete && c.rand.Float64() < skipRate {
		return 0
	}
	step := 0 // from the worst
	for step < len(c.cuts[k]) && z > c.cuts[k][step] {
		step++
	}
	if item.GoodFirst {
		return uint8(len(c.cuts[k]) + 1 - step)
	}
	return uint8(step + 1)
}

// shift is what a class's kind adds to a pupil's mood, weeks after the onset.
func shift(k Kind, weeks int, p *pupil) float64 {
	if k == Chronic {
		return -.8
	}
	if weeks < 0 {
		return 0
	}
	w := float64(weeks)
	lasting := weeks < 14
	switch {
	case k == Drop && lasting:
		return -.5
	case k == Minority && lasting && p.hit:
		return -1.8
	case k == Two && lasting && p.hit:
		return -2.5
	case k == Girls && lasting && p.girl:
		return -.9
	case k == Drift && weeks < 20:
		return -.8 * min(1, (w+1)/16)
	case k == Sliding:
		return -.8 * min(1, (w+1)/8)
	case k == Incident && weeks < 3:
		return -1
	case k == Incident:
		return -math.Pow(.5, w-2)
	default:
		return 0
	}
}

func logistic(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

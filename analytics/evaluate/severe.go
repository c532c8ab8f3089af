package evaluate

import (
	"slices"

	"github.com/folgmed/folgmed/analytics"
	"github.com/folgmed/folgmed/analytics/simulate"
)

// Severe is the work of signals of the worst answers, which no table has
// columns for, in a simulated country with the national frequencies of
// bullying.
type Severe struct {
	Grades   string   `json:"grades"`
	Standing Estimate `json:"standing"` // share of classes under such a signal, in the second half of a school year
	Most     Estimate `json:"most"`     // the same if all who are bullied are both left out and hurt
	Prompts  Estimate `json:"prompts"`  // new ones per school of ten classes and week
}

// The rule of the worst answers: a wave is a hit if ten answered an item and one
// of them chose its worst step; two hits in the last four waves that asked it
// raise a signal, which stands for eight waves, and is renewed if there is then
// a hit in the last four.
const (
	severeRespondents = 10
	severeWindow      = 4
	severeHits        = 2
	severeTerm        = 8
)

// Streams of the items of harm, as [simulate.Asked] names them.
const (
	streamLeftOut analytics.Stream = "left_out"
	streamHurt    analytics.Stream = "hurt"
	streamDigital analytics.Stream = "digital"
)

// severeSchools of ten classes, one of each grade, are simulated, each with an
// owner of its own.
const severeSchools = 240

// stage is the grades of one questionnaire.
type stage struct {
	grades      string
	first, last int
}

// The last stage is all of them.
var stages = []stage{{"1-4", 1, 4}, {"5-7", 5, 7}, {"8-10", 8, 10}, {"1-10", 1, 10}}

// Of the pupils whom other pupils bully, 41 % are left out or talked about, 70 %
// are teased and 25 % are hit (Elevundersøkelsen 2020-21). The last two are one
// item here, and taken to be independent.
const (
	partLeftOut = .41
	partHurt    = 1 - (1-.70)*(1-.25)
)

// SevereShare simulates a school year, with a wave every rhythm weeks, and
// counts signals of the worst answers by grades; the last row is of all.
//
// Being left out and being hurt are looked at in every wave, being bullied
// digitally in every second one; in grades 1-4, of which nothing is known, being
// hurt alone, with faces. Nothing has happened in any class but what happens in
// a country.
func SevereShare(seed uint64, rhythm int) []Severe {
	some := severeYear(seed, rhythm, partLeftOut, partHurt)
	most := severeYear(seed, rhythm, 1, 1)
	var rows []Severe
	for _, stage := range stages {
		row := Severe{Grades: stage.grades}
		row.Standing, row.Prompts = stage.of(some, rhythm)
		row.Most, _ = stage.of(most, rhythm)
		rows = append(rows, row)
	}
	return rows
}

// of are the share of a stage's classes under a signal, and its prompts.
func (s stage) of(classes []severeClass, rhythm int) (standing, prompts Estimate) {
	waves := weeksPerYear / rhythm
	var under, raised []float64 // by school, for its classes are alike
	for school := range slices.Chunk(classes, classesOfSchool) {
		var standing, signals, n float64
		for _, c := range school {
			if c.spec.Grade >= s.first && c.spec.Grade <= s.last {
				standing += float64(c.standing) / float64(waves-waves/2)
				signals += float64(c.raised) * classesOfSchool / float64(waves*rhythm)
				n++
			}
		}
		under, raised = append(under, standing/n), append(raised, signals/n)
	}
	return meanOf(under), meanOf(raised)
}

// severeYear is a school year in which so many of the bullied are left out, and
// so many hurt.
func severeYear(seed uint64, rhythm int, leftOut, hurt float64) []severeClass {
	config := simulate.Primary(seed, rhythm, severeSchools, classesOfSchool)
	parts := map[analytics.Stream]float64{streamLeftOut: leftOut, streamHurt: hurt}
	var classes []severeClass
	for i := range config.Schools {
		s := &config.Schools[i]
		s.Owner = i
		for k := range s.Classes {
			c := &s.Classes[k]
			if c.Grade > 4 {
				c.Items = slices.Clone(c.Items)
				bullied := simulate.National(simulate.ByPupils, c.Grade)
				for i := range c.Items {
					if part, ok := parts[c.Items[i].Watch]; ok {
						c.Items[i].Shares = simulate.BulliedAt(part*bullied, true).Shares
					}
				}
			}
			classes = append(classes, severeClass{spec: *c})
		}
	}
	w := simulate.New(config)
	waves := weeksPerYear / rhythm
	for wave := range waves {
		for i, sheets := range w.Next() {
			classes[i].next(wave, sheets)
			if wave >= waves/2 && classes[i].raised > 0 && wave <= classes[i].until {
				classes[i].standing++
			}
		}
	}
	return classes
}

// severeClass is one class and its signal.
type severeClass struct {
	spec     simulate.Class
	hits     []severeHit
	until    int // last wave in which the signal stands
	raised   int
	standing int // waves that count under it
}

// severeHit is a worst answer in a wave to an item that is asked every so many
// waves.
type severeHit struct{ wave, every int }

func (c *severeClass) next(wave int, sheets []simulate.Sheet) {
	for k := range c.spec.Items {
		if every := c.every(&c.spec.Items[k]); every > 0 && wave%every == every-1 && worst(&c.spec.Items[k], k, sheets) {
			c.hits = append(c.hits, severeHit{wave, every})
		}
	}
	recent := map[int]bool{}
	for _, hit := range c.hits {
		if wave-hit.wave < severeWindow*hit.every {
			recent[hit.wave] = true
		}
	}
	switch {
	case c.raised > 0 && c.until >= wave:
	case c.raised > 0 && c.until == wave-1 && len(recent) > 0:
		c.until += severeTerm
	case len(recent) >= severeHits:
		c.raised++
		c.until = wave + severeTerm - 1
	}
}

// every is how many waves lie between those that ask an item which is looked at;
// 0 if it is not. The youngest are asked of it whether they were hurt.
func (c *severeClass) every(item *simulate.Item) int {
	switch {
	case item.Watch == streamHurt, item.Watch == streamLeftOut && c.spec.Grade > 4:
		return 1
	case item.Watch == streamDigital:
		return 2
	default:
		return 0
	}
}

// worst tells whether enough answered item k, and one of them its worst step.
func worst(item *simulate.Item, k int, sheets []simulate.Sheet) bool {
	step := 1
	if item.GoodFirst {
		step = len(item.Shares)
	}
	answered, found := 0, false
	for _, s := range sheets {
		if o := int(s.Options[k]); o > 0 {
			answered++
			found = found || o == step
		}
	}
	return found && answered >= severeRespondents
}

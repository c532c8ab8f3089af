package simulate

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
)

// kinds are all kinds, in the order in which a set draws them.
var kinds = []Kind{None, Drop, Minority, Two, One, Girls, Drift, Sliding, Incident, Chronic}

// Schools of a set have ten classes, and owners eight schools.
const (
	classesPerSchool = 10
	schoolsPerOwner  = 8
)

// SetConfig describes an evaluation set: classes of known kinds in random
// order, asked weekly five items of wellbeing of which the fifth is the one
// that sinks in classes of kind One.
//
// It is the model of the R simulator that published detectors were compared
// on, with two differences that let it stream: school events begin in any week
// from the second on, 1.2 in sixty weeks, where R draws them in weeks 2-57; and
// Truth gives the week of the earliest one where R gives any.
type SetConfig struct {
	Seed    uint64       // of schools, classes and answers
	Nation  uint64       // of the national waves, which sets of one family share; 0 means Seed
	Weeks   int          // 0 means 60
	Clean   bool         // without school noise and volatile classes
	Classes map[Kind]int // how many there are of each kind
	Onset   [2]int       // first and last week of the onset, from 1; zero means 28 and 45
	Assumed Assumptions  // zero means Usual
}

// Set simulates a set. Rows are in the order of class and week, so that class i
// has those from i·weeks on. It panics on a kind there is not, a number below
// zero, and onsets that are no range.
func Set(c SetConfig) ([]Row, []Truth) {
	w := New(c.World())
	weeks := cmp.Or(c.Weeks, 60)
	rows := make([]Row, len(w.classes)*weeks)
	for t := range weeks {
		for i, row := range w.Rows() {
			rows[i*weeks+t] = row
		}
	}
	return rows, w.Truth()
}

// World lays the classes out in schools. Roster and onset of a class depend on
// its place alone; which kind stands there, on the numbers of all. It panics as
// [Set] does.
func (c SetConfig) World() Config {
	onset := onsets(c.Onset)
	var types []Kind
	for _, k := range kinds {
		if c.Classes[k] < 0 {
			panic("simulate: a number of classes below 0")
		}
		for range c.Classes[k] {
			types = append(types, k)
		}
	}
	total := 0
	for _, n := range c.Classes {
		total += n
	}
	if total != len(types) {
		panic("simulate: a kind there is not")
	}
	places := rand.New(rand.NewPCG(c.Seed, math.MaxUint64))  //nolint:gosec // repeatable, that is the point
	order := rand.New(rand.NewPCG(c.Seed, math.MaxUint64-1)) //nolint:gosec // repeatable, that is the point
	order.Shuffle(len(types), func(i, j int) { types[i], types[j] = types[j], types[i] })

	assumed := c.Assumed.defaults()
	items := make([]Item, 5)
	for i := range items {
		items[i] = Wellbeing(true)
		items[i].Loading = assumed.Loading
	}
	items[4].Single = true
	config := Config{Seed: c.Seed, Nation: c.Nation, Rhythm: 1, Clean: c.Clean, Complete: true, Assumed: assumed}
	for i, kind := range types {
		if i%classesPerSchool == 0 {
			config.Schools = append(config.Schools, School{Owner: len(config.Schools) / schoolsPerOwner})
		}
		school := &config.Schools[len(config.Schools)-1]
		class := Class{Size: assumed.roster(places), Items: items, Kind: kind}
		if wave := onset.draw(places); kind.begins() {
			class.Onset = wave
		}
		school.Classes = append(school.Classes, class)
	}
	return config
}

// span is a first and a last week, from 1.
type span [2]int

// onsets is a range of onsets, by default that of the realistic set. It panics
// if it is none.
func onsets(weeks [2]int) span {
	s := span(cmp.Or(weeks, [2]int{28, 45}))
	if s[0] < 1 || s[1] < s[0] {
		panic(fmt.Sprintf("simulate: onsets from week %d to %d", s[0], s[1]))
	}
	return s
}

// draw is a wave of the span, counted from 0.
func (s span) draw(r *rand.Rand) int { return s[0] - 1 + r.IntN(s[1]-s[0]+1) }

// begins tells whether a kind has an onset.
func (k Kind) begins() bool { return k != None && k != Chronic }

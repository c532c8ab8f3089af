package counts

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/folgmed/folgmed/surveys"
)

// Summary is what detection needs of one unit and stratum in one wave: sums over
// its histograms, far smaller than they are, so that a school's whole history is
// read in a moment. It stands for the same persons and goes when they go.
type Summary struct {
	Wave          uint32
	Owner, School string
	Unit          string // name of a Unit
	Stratum       string
	Questionnaire string // id and version; answers to others do not compare
	Grade         uint8  // of all its pupils; 0 if they have several
	Roster        uint16 // of a class at the seal, else 0
	Ballots       int16  // counted ballots of a class, -1 if not kept
	N             uint16 // respondents with a composite
	Sum, Squares  float64
	Low           uint16   // of them, those with a composite of at most 3.0
	Themes        []string // of the items watched one by one, sorted
	Answered      []uint16 // parallel to Themes: respondents of the item
	Bad           []uint16 // and those with an answer that its stream counts
}

// Share is the count of a theme; 0 of 0 if it was not asked.
func (s *Summary) Share(theme string) (bad, answered int) {
	if i, ok := slices.BinarySearch(s.Themes, theme); ok {
		return int(s.Bad[i]), int(s.Answered[i])
	}
	return 0, 0
}

// lowBins are the bins of the composite up to 3.0.
const lowBins = 11

// Summarise sums up a wave: every kept unit by stratum, and every class whose
// number of ballots is kept. classes are those asked in it.
func Summarise(t Table, wave uint32, classes []Class) []Summary {
	type key struct{ school, name string }
	asked := make(map[key]*Class, len(classes))
	rests := make(map[key]*Class)
	var schools []string
	for i := range classes {
		c := &classes[i]
		asked[key{c.School, c.Name}] = c
		rests[key{c.School, c.Questionnaire}] = c
		if len(schools) == 0 || schools[len(schools)-1] != c.School {
			schools = append(schools, c.School)
		}
	}
	var all []Summary
	for _, school := range schools {
		kept := make(map[string]bool)
		for _, u := range t.Units(wave, school) {
			c := rests[key{school, u.Rest}]
			if len(u.Classes) > 0 {
				c = asked[key{school, u.Classes[0]}]
			}
			if c == nil {
				continue // not on the roster any more
			}
			kept[u.String()] = true
			for _, stratum := range []string{All, Girls, Boys} {
				if s, ok := summary(t, wave, c, u, stratum); ok {
					all = append(all, s)
				}
			}
		}
		for i := range classes {
			c := &classes[i]
			u := ClassUnit(c.Name)
			if _, known := t.Ballots(wave, school, c.Name); c.School == school && known && !kept[u.String()] {
				all = append(all, describe(t, wave, c, u, All))
			}
		}
	}
	return all
}

// describe is a summary without answers.
func describe(t Table, wave uint32, c *Class, u Unit, stratum string) Summary {
	s := Summary{
		Wave: wave, Owner: c.Owner, School: c.School, Unit: u.String(), Stratum: stratum,
		Questionnaire: c.Questionnaire + "@" + strconv.Itoa(c.Version), Ballots: -1,
	}
	if len(u.Classes) > 0 && len(c.Grades) == 1 {
		s.Grade = uint8(c.Grades[0])
	}
	if len(u.Classes) == 1 {
		s.Roster = uint16(cmp.Or(t.Roster(wave, c.School, c.Name), c.Size))
		if n, ok := t.Ballots(wave, c.School, c.Name); ok && stratum == All {
			s.Ballots = int16(n)
		}
	}
	return s
}

func summary(t Table, wave uint32, c *Class, u Unit, stratum string) (Summary, bool) {
	bins := t.Hist(wave, c.School, u, stratum, Score)
	if stratum != All && bins == nil {
		return Summary{}, false
	}
	s := describe(t, wave, c, u, stratum)
	for b, n := range bins {
		s.N += uint16(n)
		s.Sum += float64(n) * (1 + float64(b)/5)
		if b < lowBins {
			s.Low += uint16(n)
		}
	}
	if s.N > 0 {
		mean := s.Sum / float64(s.N)
		for b, n := range bins {
			d := 1 + float64(b)/5 - mean
			s.Squares += float64(n) * d * d
		}
	}
	for _, item := range watched(c.Asked) {
		var bad, answered uint16
		for option, n := range t.Hist(wave, c.School, u, stratum, ItemMeasure(item.ID)) {
			if option == 0 {
				continue // would rather not answer
			}
			answered += uint16(n)
			if item.Watched(option) {
				bad += uint16(n)
			}
		}
		s.Themes = append(s.Themes, item.Theme)
		s.Answered = append(s.Answered, answered)
		s.Bad = append(s.Bad, bad)
	}
	return s, true
}

// watched are the items with a stream of their own, by theme; of two about one
// theme the first.
func watched(asked []surveys.Item) []surveys.Item {
	var items []surveys.Item
	for _, item := range asked {
		if item.Feeds(surveys.Single) || item.Feeds(surveys.Adult) {
			items = append(items, item)
		}
	}
	slices.SortStableFunc(items, func(a, b surveys.Item) int { return strings.Compare(a.Theme, b.Theme) })
	return slices.CompactFunc(items, func(a, b surveys.Item) bool { return a.Theme == b.Theme })
}

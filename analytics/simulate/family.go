package simulate

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// family is one of the sets that detectors are compared on, with its numbers of
// null classes and of classes of each kind that it has.
type family struct {
	name       string
	clean      bool
	null, each int
	kinds      []Kind
	onset      [2]int
}

var families = []family{
	{"realistic", false, 650, 50, []Kind{Drop, Minority, Two, One, Girls, Drift, Incident}, [2]int{28, 45}},
	{"clean", true, 1200, 50, []Kind{Drop, Minority, Girls, Drift, Incident, Chronic}, [2]int{28, 45}},
	{"early", true, 1200, 50, []Kind{Drop, Minority, Girls, Drift, Incident, Chronic}, [2]int{6, 14}},
}

// calibrationClasses is how many null classes thresholds are set on.
const calibrationClasses = 1000

// Families are the names that [Family] knows.
func Families() []string {
	names := make([]string, len(families))
	for i, f := range families {
		names[i] = f.name
	}
	return names
}

// Family is a calibration set without signals and a panel with them, which
// share the national waves and nothing else:
//
//	realistic  650 null classes and 50 of each of drop, minority, two, item, girls, drift, incident
//	clean      1,200 null classes and 50 of each of drop, minority, girls, drift, incident, chronic
//	early      as clean, with the onset in weeks 6-14
//
// and 1,000 null classes to calibrate on. With a number of classes other than 0
// all these are scaled so that the panel has about that many, and at least one
// of each kind. The error is a name that is not one of [Families], or fewer
// classes than two of each kind.
func Family(name string, seed uint64, classes int) (calibration, panel SetConfig, err error) {
	f, at, err := familyNamed(name)
	if err != nil {
		return SetConfig{}, SetConfig{}, err
	}
	usual := f.null + f.each*len(f.kinds)
	if classes == 0 {
		classes = usual
	}
	if least := 2 * len(f.kinds); classes < least {
		return SetConfig{}, SetConfig{}, fmt.Errorf("a %s set of %d classes is too small for its %d kinds of signals: give it %d or more",
			name, classes, len(f.kinds), least)
	}
	scale := float64(classes) / float64(usual)
	each := max(1, int(math.Round(scale*float64(f.each))))
	own, nation := familySeeds(seed, at)
	calibration = SetConfig{Seed: own, Nation: nation, Clean: f.clean,
		Classes: map[Kind]int{None: int(math.Round(scale * calibrationClasses))}}
	panel = SetConfig{Seed: own + 1, Nation: nation, Clean: f.clean, Onset: f.onset,
		Classes: map[Kind]int{None: classes - each*len(f.kinds)}}
	for _, k := range f.kinds {
		panel.Classes[k] = each
	}
	return calibration, panel, nil
}

// countrySignals is the share of classes with a signal in a country's panel.
const countrySignals = .05

// CountryFamily is [Family] with a whole country for each of both: in the panel
// one class in twenty has a signal, of the kinds of the family in equal parts.
// With a number of classes other than 0 it is a part of the country with about
// that many. The error is a name that is not one of [Families], or a number of
// classes below 0.
func CountryFamily(name string, seed uint64, classes int) (calibration, panel CountryConfig, err error) {
	f, at, err := familyNamed(name)
	if err != nil {
		return CountryConfig{}, CountryConfig{}, err
	}
	if classes < 0 {
		return CountryConfig{}, CountryConfig{}, fmt.Errorf("a country of %d classes: give it 1 or more, or none for the whole", classes)
	}
	own, nation := familySeeds(seed, at)
	calibration = CountryConfig{Seed: own, Nation: nation, Clean: f.clean, Classes: classes}
	panel = CountryConfig{Seed: own + 1, Nation: nation, Clean: f.clean, Classes: classes, Onset: f.onset, Kinds: map[Kind]float64{}}
	for _, k := range f.kinds {
		panel.Kinds[k] = countrySignals / float64(len(f.kinds))
	}
	return calibration, panel, nil
}

// familyNamed finds a family and its place among all.
func familyNamed(name string) (f family, at int, err error) {
	at = slices.IndexFunc(families, func(f family) bool { return f.name == name })
	if at < 0 {
		return family{}, 0, fmt.Errorf("no set is called %q; there are %s", name, strings.Join(Families(), ", "))
	}
	return families[at], at, nil
}

// familySeeds are the seed of a family's calibration set, which the panel's
// follows, and that of the nation that they share. No two sets draw alike.
func familySeeds(seed uint64, at int) (own, nation uint64) {
	return 2 * (uint64(len(families))*seed + uint64(at)), seed | 1<<63 // a nation is never 0
}

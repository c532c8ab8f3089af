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
	at := slices.IndexFunc(families, func(f family) bool { return f.name == name })
	if at < 0 {
		return SetConfig{}, SetConfig{}, fmt.Errorf("no set is called %q; there are %s", name, strings.Join(Families(), ", "))
	}
	f := families[at]
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
	nation := seed | 1<<63                               // never 0
	own := 2 * (uint64(len(families))*seed + uint64(at)) // no two sets draw alike
	calibration = SetConfig{Seed: own, Nation: nation, Clean: f.clean,
		Classes: map[Kind]int{None: int(math.Round(scale * calibrationClasses))}}
	panel = SetConfig{Seed: own + 1, Nation: nation, Clean: f.clean, Onset: f.onset,
		Classes: map[Kind]int{None: classes - each*len(f.kinds)}}
	for _, k := range f.kinds {
		panel.Classes[k] = each
	}
	return calibration, panel, nil
}

package evaluate

import (
	"math"
	"slices"
)

// Product is a detector as owners meet it: with thresholds of its own, found
// elsewhere, that promise how often it is wrong.
type Product struct {
	Kinds []Promise // of its findings

	// Watch returns what it tells of the panel at a promised rate of false alarms
	// per class-year; ok is false if it has no thresholds for the panel's rhythm.
	Watch func(calibration, panel *Table, rate float64) (prompts []Prompt, ok bool)
}

// Promise is how many false alarms a kind of finding may give.
type Promise struct {
	Kind   string
	Part   float64 // of the rate that the owner chose
	Change bool    // it tells of a change, so that one in the weeks after an onset is right
	Once   bool    // it tells of what stays as it is: of a class only the first one counts as false
}

// Prompt is one finding that people are told of.
type Prompt struct {
	Kind        string
	Class, Wave int  // from 0
	Rise        bool // of one that stands: nothing new
}

// Shipped is what a product does at one of the rates that owners choose from.
type Shipped struct {
	Rate   float64       `json:"rate"` // false alarms per class-year that are promised
	Kinds  []Work        `json:"kinds"`
	All    Work          `json:"all"`   // the kinds together: at most one prompt a week is the aim
	Found  []Sensitivity `json:"found"` // changes, told as such
	Within Estimate      `json:"within"`
	Soon   Estimate      `json:"soon"`
	Stood  Estimate      `json:"stood"` // those not told anew, for one stood when they began
}

// Work is what one kind of finding promises, and the work that it makes: new
// prompts per week in a school of ten classes.
type Work struct {
	Kind     string   `json:"kind"`
	Promised Number   `json:"promised"` // false alarms per class-year; null if nothing is promised
	Realised Estimate `json:"realised"` // of classes without change in their first 38 weeks
	Null     Estimate `json:"null"`     // prompts among classes without change
	Panel    Estimate `json:"panel"`    // prompts among all classes of the panel, of which many change
}

// promised are the rates that owners choose from.
var promised = []float64{.1, .25, .5}

const classesOfSchool = 10

// shipped measures a product at each rate, and adds what the worst answers make
// of work in schools of all grades.
func (r *run) shipped(p *Product, severe []Severe) []Shipped {
	var all []Shipped
	for _, rate := range promised {
		prompts, ok := p.Watch(r.calibration, r.panel, rate)
		if !ok {
			return nil
		}
		s := Shipped{Rate: rate}
		for _, kind := range p.Kinds {
			s.Kinds = append(s.Kinds, r.work(kind, rate, prompts))
			if kind.Change {
				r.found(&s, kind.Kind, prompts)
			}
		}
		if len(severe) > 0 {
			all := severe[len(severe)-1].Prompts
			none := Number(math.NaN())
			s.Kinds = append(s.Kinds, Work{Kind: "severe", Promised: none, Realised: Estimate{none, none}, Null: all, Panel: all})
		}
		s.All = together(s.Kinds)
		all = append(all, s)
	}
	return all
}

// work counts the prompts of one kind.
func (r *run) work(kind Promise, rate float64, prompts []Prompt) Work {
	var (
		weeks           = r.panel.Weeks
		from, to        = r.protocol.waves(weeks)
		year            = Protocol{From: weeks[0], To: weeks[0] + weeksPerYear - 1, Rhythm: r.protocol.Rhythm}
		_, end          = year.waves(weeks)
		wrong, new, all int
		told            = map[int]bool{}
	)
	for _, p := range prompts {
		if p.Kind != kind.Kind || p.Rise {
			continue
		}
		null := r.truth[p.Class].Kind == Null
		again := kind.Once && told[p.Class]
		told[p.Class] = true
		if null && p.Wave < end && !again {
			wrong++
		}
		if p.Wave >= from && p.Wave < to {
			all++
			if null {
				new++
			}
		}
	}
	return Work{
		Kind: kind.Kind, Promised: Number(kind.Part * rate),
		Realised: perYear(float64(wrong), year.years(len(r.nulls), weeks)),
		Null:     r.perSchoolWeek(new, len(r.nulls)),
		Panel:    r.perSchoolWeek(all, len(r.panel.Classes)),
	}
}

// perSchoolWeek is a number of prompts among some classes, per school of ten
// and week that counts.
func (r *run) perSchoolWeek(n, classes int) Estimate {
	return perYear(float64(n), r.protocol.years(classes, r.panel.Weeks)*weeksPerYear/classesOfSchool)
}

// found fills in which changes are told of, as one that is raised or rises
// within twelve weeks from the onset on.
func (r *run) found(s *Shipped, kind string, prompts []Prompt) {
	scores := r.panel.scores()
	stood := make([]bool, len(scores))
	for _, p := range prompts {
		if p.Kind != kind {
			continue
		}
		scores[p.Class][p.Wave] = 1
		onset, _ := slices.BinarySearch(r.panel.Weeks, r.truth[p.Class].Onset)
		stood[p.Class] = stood[p.Class] || p.Wave < onset && onset-p.Wave < lock
	}
	var withins, soons []Estimate
	var standing, changing int
	for _, k := range r.truth.kinds() {
		found := r.sensitivity(scores, k, 1)
		s.Found = append(s.Found, found)
		if k != Chronic {
			withins, soons = append(withins, found.Within), append(soons, found.Soon)
		}
	}
	for c, k := range r.truth {
		if k.Kind == Null || k.Kind == Chronic {
			continue
		}
		changing++
		if _, told := delay(scores[c], k.Onset, 1, r.panel.Weeks); !told && stood[c] {
			standing++
		}
	}
	s.Within, s.Soon, s.Stood = average(withins), average(soons), share(standing, changing)
}

// together is the sum over kinds, of each column over those that have it.
func together(kinds []Work) Work {
	sum := Work{Kind: "all"}
	for _, k := range kinds {
		if !k.Promised.unknown() {
			sum.Promised += k.Promised
			sum.Realised = sum.Realised.plus(k.Realised)
		}
		sum.Null = sum.Null.plus(k.Null)
		sum.Panel = sum.Panel.plus(k.Panel)
	}
	return sum
}

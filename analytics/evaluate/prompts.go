package evaluate

// Signal is one kind of finding that people are told of.
type Signal struct {
	Kind string

	// Watch returns, for a rate of false alarms per class-year, where the panel's
	// classes get a new prompt, classes × waves. A finding about a school stands
	// with the first of its classes.
	Watch func(calibration, panel *Table) func(rate float64) [][]bool
}

// Prompts is the work that findings make at one rate: new prompts per week in a
// school of ten classes.
type Prompts struct {
	Rate  float64      `json:"rate"`
	Kinds []PromptKind `json:"kinds"`
	All   PromptKind   `json:"all"` // the kinds together: at most 1 is the aim
}

// PromptKind is the work that one kind of finding makes.
type PromptKind struct {
	Kind  string   `json:"kind"`
	Null  Estimate `json:"null"`  // among classes without change
	Panel Estimate `json:"panel"` // among all classes of the panel, of which many change
}

const classesOfSchool = 10

// prompts counts new prompts in the weeks that count.
func (r *run) prompts(signals []Signal, rates []float64) []Prompts {
	var (
		work    = make([]Prompts, len(rates))
		sums    = make([][2]int, len(rates)) // among null classes, among all
		classes = [2][]int{r.nulls, indices(len(r.panel.Classes))}
	)
	for i, rate := range rates {
		work[i].Rate = rate
	}
	for _, s := range signals {
		at := s.Watch(r.calibration, r.panel)
		for i, rate := range rates {
			prompts := at(rate)
			k := PromptKind{Kind: s.Kind}
			for j, e := range []*Estimate{&k.Null, &k.Panel} {
				n := r.count(prompts, classes[j])
				sums[i][j] += n
				*e = r.perSchoolWeek(n, len(classes[j]))
			}
			work[i].Kinds = append(work[i].Kinds, k)
		}
	}
	for i := range work {
		work[i].All = PromptKind{
			Kind:  "all",
			Null:  r.perSchoolWeek(sums[i][0], len(classes[0])),
			Panel: r.perSchoolWeek(sums[i][1], len(classes[1])),
		}
	}
	return work
}

func (r *run) count(prompts [][]bool, classes []int) int {
	from, to := r.protocol.waves(r.panel.Weeks)
	var n int
	for _, c := range classes {
		for _, new := range prompts[c][from:to] {
			if new {
				n++
			}
		}
	}
	return n
}

// perSchoolWeek is a number of prompts among some classes, per school of ten
// and week.
func (r *run) perSchoolWeek(n, classes int) Estimate {
	return perYear(float64(n), r.protocol.years(classes, r.panel.Weeks)*weeksPerYear/classesOfSchool)
}

// change is the signal of a method's alarms at the thresholds found for it.
func (r *run) change(res Result, scores [][]float64) Signal {
	return Signal{Kind: "change", Watch: func(_, _ *Table) func(float64) [][]bool {
		return func(rate float64) [][]bool {
			prompts := make([][]bool, len(scores))
			for c := range prompts {
				prompts[c] = make([]bool, len(r.panel.Weeks))
				for _, a := range res.Rates {
					if a.Rate == rate {
						r.protocol.alarms(scores[c], float64(a.Threshold), r.panel.Weeks, func(t int) { prompts[c][t] = true })
					}
				}
			}
			return prompts
		}
	}}
}

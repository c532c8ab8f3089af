package analytics

// Belief is a normal distribution of a level, points of the score.
type Belief struct {
	Mean      float64
	Precision float64 // 1/variance
}

// plus is the belief from both of two independent sources.
func (b Belief) plus(o Belief) Belief { return b.scaled(o, 1) }

// minus takes the source o out of b again.
func (b Belief) minus(o Belief) Belief { return b.scaled(o, -1) }

func (b Belief) scaled(o Belief, k float64) Belief {
	p := b.Precision + k*o.Precision
	if p <= 1e-9*b.Precision || p == 0 {
		return Belief{} // an only child taken out leaves rounding, not knowledge
	}
	return Belief{Mean: (b.Precision*b.Mean + k*o.Precision*o.Mean) / p, Precision: p}
}

// blurred is b seen through one more step of the tree with variance v.
func (b Belief) blurred(v float64) Belief {
	if b.Precision == 0 {
		return Belief{}
	}
	return Belief{Mean: b.Mean, Precision: 1 / (1/b.Precision + v)}
}

// Priors gives each unit the prior of its level from everything but its own
// data: its school's other classes, its owner's other schools, the other
// owners. It is the empirical-Bayes tree owner ← school ← class in two passes,
// upward the children's messages and downward the parent without the child, in
// O(units).
//
// data[i] is unit i's own mean residual and its precision, precision 0 if it
// has none. Priors panics if the lengths differ.
func Priors(units []Unit, data []Belief, c Components) []Belief {
	if len(units) != len(data) {
		panic("analytics: one belief for each unit")
	}
	type node struct {
		belief Belief
		parent int
	}
	type schoolKey struct{ owner, school string }
	var owners, schools []node
	ownerOf, schoolOf := map[string]int{}, map[schoolKey]int{}
	parent := make([]int, len(units))
	for i, u := range units {
		o, ok := ownerOf[u.Owner]
		if !ok {
			o = len(owners)
			ownerOf[u.Owner] = o
			owners = append(owners, node{})
		}
		key := schoolKey{u.Owner, u.School}
		s, ok := schoolOf[key]
		if !ok {
			s = len(schools)
			schoolOf[key] = s
			schools = append(schools, node{parent: o})
		}
		parent[i] = s
	}

	for i, b := range data {
		s := &schools[parent[i]]
		s.belief = s.belief.plus(b.blurred(c.Class))
	}
	for i := range schools {
		o := &owners[schools[i].parent]
		o.belief = o.belief.plus(schools[i].belief.blurred(c.School))
	}
	// The national level is 0 by construction: residuals are about it.
	top := Belief{Precision: 1 / c.Owner}
	priors := make([]Belief, len(units))
	for i, b := range data {
		s := schools[parent[i]]
		o := owners[s.parent].belief.plus(top)
		down := o.minus(s.belief.blurred(c.School)).blurred(c.School)
		priors[i] = s.belief.minus(b.blurred(c.Class)).plus(down).blurred(c.Class)
	}
	return priors
}

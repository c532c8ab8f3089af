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

// tree is the empirical-Bayes tree owner ← school ← class, with the messages of
// one upward pass.
type tree struct {
	schools, owners []node
	parent          []int // of each unit
	top             Belief
	c               Components
}

type node struct {
	belief Belief // from its children
	parent int
	key    string
}

func newTree(units []Unit, data []Belief, c Components) *tree {
	if len(units) != len(data) {
		panic("analytics: one belief for each unit")
	}
	// The national level is 0 by construction: residuals are about it.
	t := &tree{parent: make([]int, len(units)), top: Belief{Precision: 1 / c.Owner}, c: c}
	owners, schools := map[string]int{}, map[string]int{}
	for i, u := range units {
		o, ok := owners[u.Owner]
		if !ok {
			o = len(t.owners)
			owners[u.Owner] = o
			t.owners = append(t.owners, node{})
		}
		s, ok := schools[u.Key()]
		if !ok {
			s = len(t.schools)
			schools[u.Key()] = s
			t.schools = append(t.schools, node{parent: o, key: u.Key()})
		}
		t.parent[i] = s
	}
	for i, b := range data {
		s := &t.schools[t.parent[i]]
		s.belief = s.belief.plus(b.blurred(c.Class))
	}
	for i := range t.schools {
		o := &t.owners[t.schools[i].parent]
		o.belief = o.belief.plus(t.schools[i].belief.blurred(c.School))
	}
	return t
}

// above is what is known of school s without its own classes.
func (t *tree) above(s *node) Belief {
	owner := t.owners[s.parent].belief.plus(t.top)
	return owner.minus(s.belief.blurred(t.c.School)).blurred(t.c.School)
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
	t := newTree(units, data, c)
	priors := make([]Belief, len(units))
	for i, b := range data {
		s := &t.schools[t.parent[i]]
		priors[i] = s.belief.minus(b.blurred(c.Class)).plus(t.above(s)).blurred(c.Class)
	}
	return priors
}

// Schools gives the level of each school's classes, by [Unit.Key], from the same
// tree with all data.
func Schools(units []Unit, data []Belief, c Components) map[string]Belief {
	t := newTree(units, data, c)
	schools := make(map[string]Belief, len(t.schools))
	for i := range t.schools {
		s := &t.schools[i]
		schools[s.key] = s.belief.plus(t.above(s))
	}
	return schools
}

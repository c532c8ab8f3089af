package disclosure

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
)

// tree is a table of one wave: a school, its grades and their classes, with
// what each could be told as. It knows the gate's figures and none of its
// network.
type tree struct {
	n        int
	bands    [][2]int // it could be told in, from the least count to the greatest
	told     int      // in which of them it is
	tellable bool     // no other rule hides it
	parts    []*tree
}

// bounds are the counts that a node may have from below, with told[node]
// telling it, and fixed nodes at a count; false if there are none.
func (t *tree) bounds(told map[*tree]bool, fixed map[*tree]int) (lo, hi int, ok bool) {
	hi = t.n
	if len(t.parts) > 0 {
		hi = 0
		for _, p := range t.parts {
			a, b, ok := p.bounds(told, fixed)
			if !ok {
				return 0, 0, false
			}
			lo, hi = lo+a, hi+b
		}
	}
	if told[t] {
		lo, hi = max(lo, t.bands[t.told][0]), min(hi, t.bands[t.told][1])
	}
	if v, is := fixed[t]; is {
		lo, hi = max(lo, v), min(hi, v)
	}
	return lo, hi, lo <= hi
}

// safe tells whether a table told so is, after ANONYMITY §4.
func (t *tree) safe(told map[*tree]bool) bool {
	can := func(fixed map[*tree]int) bool {
		_, _, ok := t.bounds(told, fixed)
		return ok
	}
	safe := true
	t.walk(func(x *tree) {
		if !safe {
			return
		}
		if told[x] {
			values := 0
			for v := x.bands[x.told][0]; v <= x.bands[x.told][1] && values < 3; v++ {
				if can(map[*tree]int{x: v}) {
					values++
				}
			}
			safe = values >= 3
			return
		}
		zero, three, need := make(map[*tree]int), make(map[*tree]int), 3
		x.rest(told, func(leaf *tree) {
			zero[leaf] = 0
			three[leaf] = min(need, leaf.n)
			need -= three[leaf]
		})
		safe = can(zero) && can(three)
	})
	return safe
}

// rest visits the leaves of a node that no told part holds.
func (t *tree) rest(told map[*tree]bool, visit func(*tree)) {
	if len(t.parts) == 0 {
		visit(t)
	}
	for _, p := range t.parts {
		if !told[p] {
			p.rest(told, visit)
		}
	}
}

func (t *tree) walk(visit func(*tree)) {
	for _, p := range t.parts {
		p.walk(visit)
	}
	visit(t)
}

// always tells whether every table is safe, with told telling nodes: as long as
// nothing is told of a node, its parts are told apart.
func (t *tree) always(told map[*tree]bool) bool {
	if !told[t] {
		return !slices.ContainsFunc(t.parts, func(p *tree) bool { return !p.always(told) })
	}
	var cells []*tree
	t.walk(func(x *tree) {
		if told[x] {
			cells = append(cells, x)
		}
	})
	if len(cells) == 1 && len(t.parts) == 0 {
		return true // every band holds three counts
	}
	known := make(map[*tree]bool) // those that have got their band
	var every func(cells []*tree) bool
	every = func(cells []*tree) bool {
		if len(cells) == 0 {
			return t.safe(told)
		}
		x := cells[0]
		lo, hi, _ := x.bounds(known, nil)
		known[x] = true
		defer delete(known, x)
		for i, band := range x.bands {
			if band[1] < lo || band[0] > hi {
				continue
			}
			if x.told = i; !every(cells[1:]) {
				return false
			}
		}
		return true
	}
	return every(cells)
}

// optimum is the fewest respondents hidden so that what is told, each in its own
// band, is as good as said: every choice of cells is tried, the smallest first.
func (t *tree) optimum(good func(map[*tree]bool) bool) int {
	var cells []*tree
	t.walk(func(x *tree) {
		if x.tellable {
			cells = append(cells, x)
		}
	})
	type choice struct{ mask, hidden int }
	choices := make([]choice, 1<<len(cells))
	for mask := range choices {
		choices[mask].mask = mask
		for i, c := range cells {
			if mask>>i&1 == 1 {
				choices[mask].hidden += c.n
			}
		}
	}
	slices.SortFunc(choices, func(a, b choice) int { return cmp.Compare(a.hidden, b.hidden) })
	for _, c := range choices {
		told := make(map[*tree]bool)
		for i, cell := range cells {
			told[cell] = c.mask>>i&1 == 0
		}
		if good(told) {
			return c.hidden
		}
	}
	panic("even to tell nothing is not good")
}

// table draws a school of one wave with at most 14 cells.
func table(r *rand.Rand) Input {
	item := Item{ID: "thrive", Theme: ThemeWellbeing}
	if r.IntN(2) == 0 {
		item = Item{ID: "hurt", Theme: ThemeHurt, Sensitive: true}
	}
	in := Input{Owner: "964338531", Wave: 140, Rhythm: 12, Waves: []Wave{{Number: 140}}, Items: []Item{item}}
	s := School{ID: "974700000"}
	var w SchoolWave
	rate := .02 + .3*r.Float64()
	for g := range 1 + r.IntN(4) {
		for c := range 1 + r.IntN(3) {
			if len(s.Classes) == 7 {
				break
			}
			name := fmt.Sprint(g+1, string(rune('A'+c)))
			s.Classes = append(s.Classes, Class{Name: name, Grades: []int{g + 1}})
			n := 5 + r.IntN(24)
			k := ClassWave{Roster: n, Asked: []string{item.ID}}
			if r.IntN(8) == 0 {
				k.Replaced = 3
			}
			w.Classes = append(w.Classes, k)
			y := 0
			for range n {
				if r.Float64() < rate {
					y++
				}
			}
			w.Kept = append(w.Kept, Kept{Classes: []string{name}, Respondents: n, Figures: []Figure{{Item: item.ID, Answered: n, Counted: y}}})
		}
	}
	s.Waves = []SchoolWave{w}
	in.Schools = []School{s}
	return in
}

// treeOf is the table as the rules before complementary leave it.
func treeOf(in Input) *tree {
	r := draft(in)
	for _, rule := range rules {
		if rule.name == "complementary" {
			break
		}
		rule.apply(r)
	}
	node := func(u *unit) *tree {
		f := r.figure(u, 0)
		counted, answered := f.share()
		t := &tree{n: answered, tellable: f.tellable()}
		if !t.tellable {
			return t
		}
		last := ""
		for y := range answered + 1 {
			told := wordOf(y, answered, answered)
			if f.form == FormBand {
				k, of := bandOf(y, answered, answered, f.item.Sensitive)
				told = formatBand(k, k+1, of)
			}
			if told != last {
				t.bands, last = append(t.bands, [2]int{y, y}), told
			}
			t.bands[len(t.bands)-1][1] = y
			if y == counted {
				t.told = len(t.bands) - 1
			}
		}
		return t
	}
	school := node(r.schools[0])
	for _, g := range r.schools[0].within {
		if g.Level != LevelGrade {
			continue
		}
		grade := node(g)
		for _, c := range g.within {
			grade.parts = append(grade.parts, node(c))
		}
		if r.figure(g, 0).drop {
			grade = grade.parts[0]
		}
		school.parts = append(school.parts, grade)
	}
	return school
}

// What the gate takes away, beside the fewest respondents that anyone could hide
// who tells each figure in its own bands or not at all and, as the gate, does not
// look at answers to choose. To the gate counts every respondent whose figure is
// hidden or told in one band more than its own, though most such figures still
// tell something, and though it asks more, for the sake of two who tell what they
// answered. Whoever looked at the one table there is would hide fewer, and what is
// hidden would then tell of it; that number is printed.
func TestHidesNoMoreThanTheOptimum(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 14))
	hidden, optimum, looking, told, wide := 0, 0, 0, 0, 0
	for range 1000 {
		in := table(r)
		tree := treeOf(in)
		looking += tree.optimum(tree.safe)
		optimum += tree.optimum(tree.always)
		run := draft(in)
		for _, rule := range rules {
			rule.apply(run)
		}
		for _, f := range run.figures {
			if f.item == &participation || f.Level == LevelOwner || f.drop || f.hide != "" && f.hide != "complementary" {
				continue
			}
			n := f.size().answered
			bands, of := spanOf(f.value)
			told += n
			if f.hide != "" || bands > 1 {
				wide += n
			}
			if f.hide != "" || bands == of {
				hidden += n
			}
		}
	}
	t.Logf("of %d respondents to tell of, %d are told of in more than their own band, %d of them in nothing; the optimum hides %d, and one that looks at the answers %d", told, wide, hidden, optimum, looking)
	if 10*wide > 11*optimum {
		t.Errorf("%d respondents are hidden or told of in wider bands, and the optimum is %d", wide, optimum)
	}
}

package disclosure

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/optimize/convex/lp"
	"pgregory.net/rapid"
)

// The attacker of ANONYMITY §4, W2. It holds rosters, who was there and who
// answered, and every line that was released; it looks for whole counts that
// fit, and wins if a unit that is not told can not be at 0 or at min(n, 3), or
// one that is told is left with fewer than three counts. It knows nothing of
// how the gate proves that it does not: it reads the lines by the formulas of
// bands.go and searches.

// unknown is the count of one kept unit in one wave: 0 to n.
type unknown struct {
	school, wave, kept int
	n, y               int
}

// fact is a sum of unknowns, known within bounds.
type fact struct {
	of     []int
	lo, hi int
}

// attack is all that is known of one item.
type attack struct {
	unknowns []unknown
	facts    []fact
	told     []fact // facts of units that are told
	hidden   [][]int
	insiders bool // two pupils are left out, who told what they answered
}

// seen is what an attacker knows of an item after the waves so far.
func seen(in Input, lines []Released, item Item) attack {
	var a attack
	for s := range in.Schools {
		for w := range in.Schools[s].Waves {
			for k := range in.Schools[s].Waves[w].Kept {
				if f := in.Schools[s].Waves[w].Kept[k].figure(item.ID); f != nil && f.Answered > 0 {
					a.unknowns = append(a.unknowns, unknown{s, w, k, f.Answered, f.Counted})
				}
			}
		}
	}
	type span struct {
		unit     Unit
		from, to int
		shown    bool
	}
	var spans []span
	for _, u := range unitsOf(in) {
		start := 0
		for w := range in.Waves {
			i := slices.IndexFunc(lines, func(l Released) bool {
				return l.Unit() == u && l.Item() == item.ID && l.Wave() == in.Waves[w].Number && (l.Audience() == Staff || u.Level == LevelOwner)
			})
			if i < 0 {
				continue
			}
			spans = append(spans, span{u, start, w, lines[i].Form() != FormHidden})
			if lines[i].Form() != FormHidden {
				if of := a.of(in, u, start, w); len(of) > 0 {
					lo, hi := a.interval(lines[i], of)
					a.facts = append(a.facts, fact{of, lo, hi})
					a.told = append(a.told, fact{of, lo, hi})
				}
			}
			start = w + 1
		}
		if u.Level != LevelOwner && start < len(in.Waves) {
			spans = append(spans, span{u, start, len(in.Waves) - 1, false}) // not told yet
		}
	}
	slices.SortStableFunc(a.facts, func(f, g fact) int { return cmp.Compare(len(g.of), len(f.of)) })
	a.facts = slices.DeleteFunc(a.facts, a.follows)
	// Of a unit that is not told, what no line tells of any part of it.
	mentioned := func(u Unit) bool { // a grade that is never told of leaves no mark
		return slices.ContainsFunc(lines, func(l Released) bool { return l.Unit() == u && l.Item() == item.ID })
	}
	for _, h := range spans {
		if h.shown || h.unit.Level == LevelGrade && !mentioned(h.unit) {
			continue
		}
		of := a.of(in, h.unit, h.from, h.to)
		for _, s := range spans {
			if s.shown && part(in, s.unit, h.unit) {
				own := a.of(in, s.unit, s.from, s.to)
				of = slices.DeleteFunc(of, func(x int) bool { return slices.Contains(own, x) })
			}
		}
		if len(of) > 0 {
			a.hidden = append(a.hidden, of)
		}
	}
	for x, u := range a.unknowns { // kept units that are no class
		if len(in.Schools[u.school].Waves[u.wave].Kept[u.kept].Classes) != 1 {
			a.hidden = append(a.hidden, []int{x})
		}
	}
	return a
}

// part tells whether a unit is smaller than another and within it.
func part(in Input, u, of Unit) bool {
	if of.Level == LevelOwner && u.Level != LevelOwner {
		return true
	}
	if u.School != of.School || u.Level == of.Level {
		return false
	}
	if of.Level == LevelSchool {
		return u.Level == LevelClass || u.Level == LevelGrade
	}
	s := slices.IndexFunc(in.Schools, func(s School) bool { return s.ID == u.School })
	return of.Level == LevelGrade && u.Level == LevelClass && slices.ContainsFunc(in.Schools[s].Classes, func(c Class) bool {
		return c.Name == u.Name && len(c.Grades) == 1 && strconv.Itoa(c.Grades[0]) == of.Name
	})
}

func unitsOf(in Input) []Unit {
	units := []Unit{{Owner: in.Owner, Level: LevelOwner}}
	for i := range in.Schools {
		for _, u := range in.Schools[i].units(in.Owner) {
			if !slices.Contains(units, u) {
				units = append(units, u)
			}
		}
	}
	return units
}

// of are the unknowns of a unit in some waves.
func (a attack) of(in Input, u Unit, from, to int) []int {
	var of []int
	for x, v := range a.unknowns {
		s := &in.Schools[v.school]
		if v.wave < from || v.wave > to || u.School != "" && u.School != s.ID {
			continue
		}
		classes := s.Waves[v.wave].Kept[v.kept].Classes
		all := func(in func(Class) bool) bool {
			for _, name := range classes {
				if c := s.Classes[slices.IndexFunc(s.Classes, func(c Class) bool { return c.Name == name })]; !in(c) {
					return false
				}
			}
			return len(classes) > 0
		}
		switch u.Level {
		case LevelClass:
			if len(classes) != 1 || classes[0] != u.Name {
				continue
			}
		case LevelGrade:
			if !all(func(c Class) bool { return len(c.Grades) == 1 && strconv.Itoa(c.Grades[0]) == u.Name }) {
				continue
			}
		default:
		}
		of = append(of, x)
	}
	return of
}

// interval is the least and the greatest count that is told as the line is.
func (a attack) interval(l Released, of []int) (lo, hi int) {
	answered, size := 0, map[int]int{}
	for _, x := range of {
		answered += a.unknowns[x].n
		size[a.unknowns[x].wave] += a.unknowns[x].n
	}
	n := 0
	for _, m := range size {
		n = max(n, m)
	}
	lo, hi = -1, -1
	for y := range answered + 1 {
		var fits bool
		if from, to, k, ok := l.Band(); ok {
			b := k * n * y / (answered * (n + 1))
			fits = from <= b && b < to
		} else {
			fits = slices.Contains(map[string][]string{
				WordsNoneOrFew: {WordsNoneOrFew, WordsNoneToSome, WordsNoneToMany},
				WordsSome:      {WordsSome, WordsNoneToSome, WordsSomeToMany, WordsNoneToMany},
				WordsMany:      {WordsMany, WordsSomeToMany, WordsNoneToMany},
			}[wordOf(y, answered, n)], l.Words())
		}
		if fits && lo < 0 {
			lo = y
		}
		if fits {
			hi = y
		}
	}
	return lo, hi
}

// wins is how the attacker wins, or empty.
func (a attack) wins() string {
	for _, f := range a.facts { // it holds the truth
		y := a.sum(f.of, func(u unknown) int { return u.y })
		if y < f.lo || y > f.hi {
			return fmt.Sprintf("not true: %d is told as %d to %d", y, f.lo, f.hi)
		}
	}
	for _, h := range a.hidden {
		if !a.possible(h, 0) {
			return fmt.Sprintf("not told, and not 0: %v", a.names(h))
		}
		waves := map[int][]int{}
		for _, x := range h {
			waves[a.unknowns[x].wave] = append(waves[a.unknowns[x].wave], x)
		}
		for _, of := range waves {
			n := a.sum(of, func(u unknown) int { return u.n })
			if !a.possible(of, min(n, 3)) {
				return fmt.Sprintf("not told, and not %d: %v", min(n, 3), a.names(of))
			}
		}
	}
	for _, f := range a.told {
		y := a.sum(f.of, func(u unknown) int { return u.y })
		values := 1
		for _, d := range []int{-1, -2, 1, 2} {
			if v := y + d; v >= f.lo && v <= f.hi && a.possible(f.of, v) {
				values++
			}
		}
		if values < 3 && (!a.insiders || !a.possible(f.of, 0)) {
			return fmt.Sprintf("told, and left with %d: %v", values, a.names(f.of))
		}
	}
	return ""
}

func (a attack) sum(of []int, what func(unknown) int) int {
	n := 0
	for _, x := range of {
		n += what(a.unknowns[x])
	}
	return n
}

func (a attack) names(of []int) []unknown {
	var us []unknown
	for _, x := range of {
		us = append(us, a.unknowns[x])
	}
	return us
}

// possible tells whether a sum of unknowns can be v. What has nothing to do
// with them, through any chain of facts, is left out, and so is a fact that
// follows from others that part it among them.
func (a attack) possible(of []int, v int) bool {
	near := make(map[int]bool)
	for _, x := range of {
		near[x] = true
	}
	var facts []fact
	for range a.facts {
		facts = facts[:0]
		for _, f := range a.facts {
			if slices.ContainsFunc(f.of, func(x int) bool { return near[x] }) {
				facts = append(facts, f)
				for _, x := range f.of {
					near[x] = true
				}
			}
		}
	}
	s := search{facts: append(slices.Clone(facts), fact{of, v, v}), tries: 300}
	lo, hi := make([]int, len(a.unknowns)), make([]int, len(a.unknowns))
	for x, u := range a.unknowns {
		if near[x] {
			hi[x] = u.n
		}
		s.guess = append(s.guess, u.y)
	}
	return s.solve(lo, hi)
}

// follows tells whether a fact is implied by smaller ones that have nothing in
// common, and by n where there are none.
func (a attack) follows(f fact) bool {
	left := make(map[int]bool)
	for _, x := range f.of {
		left[x] = true
	}
	least, most := 0, 0
	for _, g := range a.facts {
		if len(g.of) < len(f.of) && !slices.ContainsFunc(g.of, func(x int) bool { return !left[x] }) {
			for _, x := range g.of {
				delete(left, x)
			}
			least, most = least+g.lo, most+g.hi
		}
	}
	for x := range left {
		most += a.unknowns[x].n
	}
	return f.lo <= least && most <= f.hi
}

// search is for whole numbers that fit all facts: bounds are narrowed by each
// fact until nothing moves, and then a value is tried, first what is guessed,
// then all below it and all above. If that takes long, the simplex method says
// where no numbers fit at all, and which of those that fit to try.
type search struct {
	facts []fact
	guess []int
	tries int
}

func (s *search) solve(lo, hi []int) bool {
	if !s.narrow(lo, hi) {
		return false
	}
	x := -1
	for i := range lo {
		if hi[i] > lo[i] && (x < 0 || hi[i]-lo[i] < hi[x]-lo[x]) {
			x = i
		}
	}
	if x < 0 {
		return true
	}
	v := min(max(s.guess[x], lo[x]), hi[x])
	if s.tries--; s.tries < 0 {
		fits, broken, at := s.relax(lo, hi)
		switch {
		case !fits:
			return false
		case broken < 0:
			return true
		}
		x, v = broken, at
	}
	for _, r := range [][2]int{{v, v}, {lo[x], v - 1}, {v + 1, hi[x]}} {
		if r[0] > r[1] {
			continue
		}
		l, h := slices.Clone(lo), slices.Clone(hi)
		l[x], h[x] = r[0], r[1]
		if s.solve(l, h) {
			return true
		}
	}
	return false
}

// relax looks for any numbers that fit, and names one that is not whole, and
// what it is about; -1 if all are.
func (s *search) relax(lo, hi []int) (fits bool, broken, at int) {
	column := make(map[int]int)
	for x := range lo {
		if hi[x] > lo[x] {
			column[x] = len(column)
		}
	}
	type row struct {
		of   []int
		most float64 // Σ of ≤ most, counted from lo; or ≥, if sign is -1
		sign float64
	}
	var rows []row
	for x := range column {
		rows = append(rows, row{[]int{x}, float64(hi[x] - lo[x]), 1})
	}
	for _, f := range s.facts {
		least := 0
		for _, x := range f.of {
			least += lo[x]
		}
		rows = append(rows, row{f.of, float64(f.hi - least), 1}, row{f.of, float64(f.lo - least), -1})
	}
	a := mat.NewDense(len(rows), len(column)+len(rows), nil)
	b := make([]float64, len(rows))
	for i, r := range rows {
		for _, x := range r.of {
			if c, open := column[x]; open {
				a.Set(i, c, 1)
			}
		}
		a.Set(i, len(column)+i, r.sign)
		b[i] = r.most
	}
	_, found, err := lp.Simplex(make([]float64, len(column)+len(rows)), a, b, 1e-9, nil)
	if errors.Is(err, lp.ErrInfeasible) {
		return false, -1, 0
	}
	if err != nil {
		panic(err)
	}
	for x, c := range column {
		if whole := math.Round(found[c]); math.Abs(found[c]-whole) > 1e-6 {
			return true, x, lo[x] + int(whole)
		}
	}
	return true, -1, 0
}

// narrow narrows bounds by each fact until nothing moves; false if none is left.
func (s *search) narrow(lo, hi []int) bool {
	for moved := true; moved; {
		moved = false
		for _, f := range s.facts {
			least, most := 0, 0
			for _, x := range f.of {
				least, most = least+lo[x], most+hi[x]
			}
			if least > f.hi || most < f.lo {
				return false
			}
			if least >= f.lo && most <= f.hi {
				continue
			}
			for _, x := range f.of {
				if up := f.hi - (least - lo[x]); up < hi[x] {
					most -= hi[x] - up
					hi[x], moved = up, true
				}
				if down := f.lo - (most - hi[x]); down > lo[x] {
					least += down - lo[x]
					lo[x], moved = down, true
				}
				if lo[x] > hi[x] {
					return false
				}
			}
		}
	}
	return true
}

// runBy is what has been released after each wave, by some of the rules.
func runBy(year Input, rules []rule) [][]Released {
	var each [][]Released
	var all []Released
	for w := range year.Waves {
		for _, row := range pass(at(year, w, all), rules) {
			all = append(all, Released{row: row}) // which Decode may refuse, with a rule left out
		}
		each = append(each, slices.Clone(all))
	}
	return each
}

func without(names ...string) []rule {
	return slices.DeleteFunc(slices.Clone(rules), func(r rule) bool { return slices.Contains(names, r.name) })
}

// small draws a year of small schools, with answers that are often at the edge
// of what can be.
func small(t *rapid.T) Input {
	in := Input{Owner: "964338531", Rhythm: rapid.SampledFrom([]int{3, 6, 12, 12}).Draw(t, "rhythm")}
	in.Items = []Item{{ID: "thrive", Theme: ThemeWellbeing}, {ID: "hurt", Theme: ThemeHurt, Sensitive: true, Bullying: true}}
	waves, most, sizes := 5, 1, []int{5, 7, 10, 12}
	if rapid.Bool().Draw(t, "large") { // the school is told wave by wave
		sizes = []int{7, 9, 30, 50, 80}
	}
	if in.Rhythm == 12 {
		waves, most, sizes = 2, 3, []int{5, 8, 10, 16, 24, 33, 60, 110}
	}
	for w := range waves {
		in.Waves = append(in.Waves, Wave{Number: uint32(140 + w*in.Rhythm), Ordinal: w})
	}
	sloppy := rapid.Float64Range(0, .3).Draw(t, "sloppy")
	rare := func(what string) bool { return rapid.Float64Range(0, 1).Draw(t, what) < sloppy }
	for s := range rapid.IntRange(1, most).Draw(t, "schools") {
		school := School{ID: strconv.Itoa(974700000 + s)}
		roster := []int{}
		for c := range rapid.IntRange(1, 4).Draw(t, "classes") {
			grades := []int{5 + c/2}
			if rare("merged") {
				grades = []int{5, 6}
			}
			school.Classes = append(school.Classes, Class{Name: fmt.Sprintf("%dA%d", grades[0], c), Grades: grades})
			roster = append(roster, rapid.SampledFrom(sizes).Draw(t, "roster"))
		}
		for range waves {
			var wave SchoolWave
			left := 0
			for c := range roster {
				if rare("newcomer") {
					roster[c]++
				}
				took := roster[c]
				if rare("away") {
					took = rapid.IntRange(0, roster[c]).Draw(t, "took")
				}
				class := ClassWave{Roster: roster[c], Asked: []string{"thrive", "hurt"}}
				if rare("replaced") {
					class.Replaced = 3
				}
				wave.Classes = append(wave.Classes, class)
				if took < minShown {
					left += took
					continue
				}
				wave.Kept = append(wave.Kept, edgy(t, []string{school.Classes[c].Name}, took))
			}
			if left >= minShown {
				wave.Kept = append(wave.Kept, edgy(t, nil, left))
			}
			school.Waves = append(school.Waves, wave)
		}
		in.Schools = append(in.Schools, school)
	}
	return in
}

func edgy(t *rapid.T, classes []string, n int) Kept {
	k := Kept{Classes: classes, Respondents: n}
	for _, id := range []string{"thrive", "hurt"} {
		y := rapid.IntRange(0, n).Draw(t, "counted")
		if g := gridOf(FormBand, bandCount(n, false), n, n); rapid.Bool().Draw(t, "edge") {
			lo, hi := g.span(g.cell(y), g.cell(y))
			y = rapid.SampledFrom([]int{lo, hi}).Draw(t, "of a band")
		}
		k.Figures = append(k.Figures, Figure{Item: id, Answered: n, Counted: y})
	}
	return k
}

// W2 at every wave of a year, over all that was released.
func TestAttackerLearnsNoCount(t *testing.T) {
	for name, draw := range map[string]func(*rapid.T) Input{
		"edges": small,
		"years": func(t *rapid.T) Input { return year(t, 5) },
	} {
		t.Run(name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				y := draw(t)
				for w, lines := range runBy(y, rules) {
					if item, how := attacked(y, w, lines); how != "" {
						t.Fatalf("after wave %d, item %s: %s", w, item, how)
					}
				}
			})
		})
	}
}

// attacked is where and how the attacker wins after a wave, or empty.
func attacked(y Input, w int, lines []Released) (item, how string) {
	for _, item := range y.Items {
		if how := seen(at(y, w, nil), lines, item).wins(); how != "" {
			return item.ID, how
		}
	}
	return "", ""
}

// insider is a pupil who answers in every wave, and tells.
type insider struct {
	class   string
	counted [2]int // 1 if the answer is counted, else 0; in even waves and in odd
}

// without is what is known of the others, once insiders of a school have told;
// false if they can not have answered so.
func (a attack) without(in Input, school int, told ...insider) (attack, bool) {
	others := attack{unknowns: slices.Clone(a.unknowns), hidden: a.hidden, insiders: true}
	counted := make([]int, len(a.unknowns))
	for _, p := range told {
		for x := range others.unknowns {
			u := &others.unknowns[x]
			if classes := in.Schools[u.school].Waves[u.wave].Kept[u.kept].Classes; u.school == school && len(classes) == 1 && classes[0] == p.class {
				counted[x] += p.counted[u.wave%2]
				u.n--
				u.y -= p.counted[u.wave%2]
			}
			if u.y < 0 || u.y > u.n {
				return others, false
			}
		}
	}
	shifted := func(facts []fact) []fact {
		facts = slices.Clone(facts)
		for i, f := range facts {
			for _, x := range f.of {
				facts[i].lo -= counted[x]
				facts[i].hi -= counted[x]
			}
		}
		return facts
	}
	others.facts, others.told = shifted(a.facts), shifted(a.told)
	return others, true
}

// The same attacker, told by any two pupils of a school what they answered about
// a sensitive item, learns no more of the others; but where two are all that is
// told as none or few, that the others are none.
func TestTwoInsidersDoNotHelp(t *testing.T) {
	tried := 0
	rapid.Check(t, func(t *rapid.T) {
		y := small(t)
		w := rapid.IntRange(0, len(y.Waves)-1).Draw(t, "wave")
		a := seen(at(y, w, nil), runBy(y, rules)[w], y.Items[1])
		s := rapid.IntRange(0, len(y.Schools)-1).Draw(t, "school")
		var pupils []insider
		for _, c := range y.Schools[s].Classes {
			for even := range 2 {
				pupils = append(pupils, insider{c.Name, [2]int{even, 0}}, insider{c.Name, [2]int{even, 1}})
			}
		}
		for i, p := range pupils {
			for _, q := range pupils[i:] {
				others, ok := a.without(y, s, p, q)
				if !ok {
					continue
				}
				tried++
				if how := others.wins(); how != "" {
					t.Fatalf("after wave %d, with %+v and %+v: %s", w, p, q, how)
				}
			}
		}
	})
	t.Logf("%d pairs told", tried)
	if tried == 0 {
		t.Error("nobody told")
	}
}

// Without the rule the same attacker wins in each of its ways.
func TestAttackerWinsWithoutComplementary(t *testing.T) {
	won := make(map[string]int)
	const worlds = 300
	for seed := range worlds {
		y := rapid.Custom(small).Example(seed)
		for w, lines := range runBy(y, without("complementary")) {
			if _, how := attacked(y, w, lines); how != "" {
				way, _, _ := strings.Cut(how, ":")
				won[way]++
				break
			}
		}
	}
	t.Logf("won in so many of %d worlds: %v", worlds, won)
	for _, way := range []string{"not told, and not 0", "not told, and not 3", "told, and left with 1", "told, and left with 2"} {
		if won[way] == 0 {
			t.Errorf("the attacker never won by %q", way)
		}
	}
}

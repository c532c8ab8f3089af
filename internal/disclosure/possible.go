package disclosure

import (
	"cmp"
	"math"
	"slices"
)

// connect lays the network: each line in a family that it fits, and the true
// counts as the flow that it starts from.
func (l *ledger) connect() {
	nodes := int32(1)
	for i := range l.lines {
		x := &l.lines[i]
		x.family = l.familyOf(i)
		if x.family != neither {
			x.node = nodes
			nodes++
		}
	}
	l.net.reset(int(nodes))
	order := make([]*line, 0, len(l.lines))
	for i := range l.lines {
		if l.lines[i].family != neither {
			order = append(order, &l.lines[i])
		}
	}
	slices.SortStableFunc(order, func(a, b *line) int { // the larger before those within
		return cmp.Or(cmp.Compare(rank(b.Level), rank(a.Level)), cmp.Compare(b.to-b.from, a.to-a.from))
	})
	clear(l.inner[rows])
	clear(l.inner[columns])
	for _, x := range order {
		inner := l.inner[x.family]
		parent := inner[x.atoms[0]]
		if x.family == rows {
			x.arc = l.net.add(x.within(parent, x.node))
		} else {
			x.arc = l.net.add(x.within(x.node, parent))
		}
		for _, a := range x.atoms {
			inner[a] = x.node
		}
	}
	for a := range l.atoms {
		at := &l.atoms[a]
		at.arc = l.net.add(arc{l.inner[rows][a], l.inner[columns][a], 0, at.n, at.y})
	}
	for i := range l.lines {
		if x := &l.lines[i]; !x.toTell && x.family != neither {
			l.join(x)
		}
	}
}

// within is the arc of a line. A bound that its atoms keep by themselves is none.
func (x *line) within(from, to int32) arc {
	a := arc{from: from, to: to, lo: x.lo, hi: x.hi, flow: x.y}
	if x.lo == 0 {
		a.lo = math.MinInt32
	}
	if x.hi == x.answered {
		a.hi = math.MaxInt32
	}
	return a
}

// familyOf is the family that a line fits, given those before it: what pools
// waves goes with the rows if it can, and else with the columns.
func (l *ledger) familyOf(i int) family {
	x := &l.lines[i]
	first, second := rows, columns
	if x.from == x.to {
		first, second = columns, rows
	}
	for _, f := range []family{first, second} {
		fits := !slices.ContainsFunc(l.lines[:i], func(y line) bool { return y.family == f && crossing(x, &y) })
		if fits {
			return f
		}
	}
	return neither
}

// crossing tells whether two lines have some, but neither all of the other's
// pupils and waves in common.
func crossing(x, y *line) bool {
	if x.to < y.from || y.to < x.from {
		return false
	}
	var in, of *line
	switch {
	case y.holds(x.unit):
		in, of = x, y
	case x.holds(y.unit):
		in, of = y, x
	default:
		return false
	}
	within := of.from <= in.from && in.to <= of.to
	if in.unit == of.unit {
		within = within || in.from <= of.from && of.to <= in.to
	}
	return !within
}

// holds tells whether a unit of a school is part of another, or is it.
func (u *unit) holds(part *unit) bool {
	switch {
	case u == part, u.Level == LevelSchool:
		return true
	case u.Level == LevelGrade && part.Level == LevelClass:
		return slices.Contains(u.classes, part.classes[0])
	default:
		return false
	}
}

func rank(l Level) int {
	return slices.Index([]Level{LevelClass, LevelGrade, LevelSchool}, l)
}

// tell tells the lines of this release, in as many bands as must be.
func (l *ledger) tell() {
	for i := range l.lines {
		x := &l.lines[i]
		if !x.toTell {
			continue
		}
		of := 0
		if x.form == FormBand {
			_, _, of, _ = parseBand(x.value)
		}
		g := gridOf(x.form, of, x.answered, x.size)
		from, to := g.cell(x.y), g.cell(x.y)
		if x.family == neither {
			lo, hi := l.outer(x)
			from, to = g.cell(lo), g.cell(hi)
		} else {
			s := l.split(x)
			for from > 0 && !s.holds(g.starts[from]) {
				from--
			}
			for to+1 < len(g.starts) && !s.holds(g.starts[to+1]) {
				to++
			}
			x.lo, x.hi = g.span(from, to)
			l.net.move(x.arc, x.y)
			a := &l.net.arcs[x.arc]
			*a = x.within(a.from, a.to)
			l.join(x)
		}
		x.toTell = false
		x.value = g.tell(from, to)
	}
}

// join notes that a line tells of its atoms together.
func (l *ledger) join(x *line) {
	if x.lo == 0 && x.hi == x.answered {
		return
	}
	root := l.root(x.atoms[0])
	for _, a := range x.atoms[1:] {
		l.atoms[l.root(a)].with = root
	}
}

// root is the atom that stands for all that some line tells of together.
func (l *ledger) root(a int) int {
	for l.atoms[a].with != a {
		l.atoms[a].with = l.atoms[l.atoms[a].with].with
		a = l.atoms[a].with
	}
	return a
}

// split is a line that is about to be told, with what its bands can tell of.
type split struct {
	*ledger
	line   *line
	groups []int // those that it touches
	n      []int // answers of each of them
	most   int
}

func (l *ledger) split(x *line) split {
	l.search++
	for _, a := range x.atoms {
		l.searched[l.root(a)] = l.search
	}
	s := split{ledger: l, line: x, most: 2 + l.margin}
	for i, g := range l.groups {
		n := 0
		for _, a := range g.atoms {
			if l.searched[l.root(a)] == l.search {
				n += l.atoms[a].n + l.margin
			}
		}
		if n > 0 {
			s.groups, s.n = append(s.groups, i), append(s.n, n)
			s.most = max(s.most, n)
		}
	}
	return s
}

// holds tells whether a line may tell whether its count is at least a. It may
// where that is known, or where either side leaves what the rule asks for.
//
// In a network the greatest flow of one arc is concave in the flow of another,
// and changes by no more than that does, since a cycle passes an arc once. So
// if the count has k values on a side, whatever had k has k there: where its
// greatest is lower than it was, it falls by one at each step. And if the count
// can be a+n, a group of n is as free there as it was. Else the flow with the
// group at 0, and at 3, is looked for.
//
// Two pupils who tell what they answered bound each of their counts a step more
// closely: from below if it is counted, else from above. What is true fits that,
// so only what is asked for beyond it can fail, and a cut of the network that
// forbids it has the two in it once for each wave (Hoffman 1960: what no cut
// forbids is possible). Asked for with that margin, of a group as if it could be
// below 0, it holds whatever they tell. Two things do not have all of it. A group
// at 3 has that of one wave: with all, what was told of waves one by one would
// leave its classes untold when they pool them. And the counts at either end of a
// grid are as many as bands allows: two who are all of "none or few" know that
// nobody else is.
func (s split) holds(a int) bool {
	values := 3 + s.margin
	top := s.net.move(s.line.arc, a+s.most)
	bottom := s.net.move(s.line.arc, a-1-s.most)
	if top < a || bottom >= a {
		return true
	}
	if top < a+min(values, s.line.answered-a+1)-1 || bottom > a-min(values, a) {
		return false
	}
	for i, g := range s.groups {
		if top < a+s.n[i] && !s.free(&s.ledger.groups[g], a, s.line.answered) ||
			bottom > a-1-s.n[i] && !s.free(&s.ledger.groups[g], 0, a-1) {
			return false
		}
	}
	return true
}

// free tells whether a group can be at 0, and at 3 in each wave, with the count
// of the line between lo and hi, which it can be.
func (s split) free(g *group, lo, hi int) bool {
	s.net.move(s.line.arc, min(max(s.net.arcs[s.line.arc].flow, lo), hi))
	return s.can(g, lo, hi, false) && s.can(g, lo, hi, true)
}

func (s split) can(g *group, lo, hi int, three bool) bool {
	s.saved = append(s.saved[:0], s.net.arcs...)
	defer func() { copy(s.net.arcs, s.saved) }()
	count := &s.net.arcs[s.line.arc]
	count.lo, count.hi = max(count.lo, lo), min(count.hi, hi)
	for i, a := range g.atoms {
		if s.searched[s.root(a)] != s.search {
			continue
		}
		want := -s.margin
		if three {
			want = g.three[i] + min(s.margin, colluders)
		}
		atom := &s.net.arcs[s.atoms[a].arc]
		atom.lo, atom.hi = min(atom.lo, want), max(atom.hi, want)
		if s.net.move(s.atoms[a].arc, want) != want {
			return false
		}
		atom.lo, atom.hi = want, want
	}
	return true
}

// outer are bounds of a line's count that follow from others that it shares
// pupils and waves with, those of one family and those of the other.
func (l *ledger) outer(x *line) (lo, hi int) {
	hi = x.answered
	order := make([]*line, 0, len(l.lines))
	for i := range l.lines {
		if y := &l.lines[i]; !y.toTell && y.family != neither {
			order = append(order, y)
		}
	}
	slices.SortStableFunc(order, func(a, b *line) int { return cmp.Compare(a.answered, b.answered) })
	for _, f := range []family{rows, columns} {
		least, most := 0, 0
		left := make(map[int]bool, len(x.atoms)) // of the line's, those that no other has told of yet
		for _, a := range x.atoms {
			left[a] = true
		}
		for _, y := range order {
			shared, told := 0, false
			for _, a := range y.atoms {
				free, of := left[a]
				told = told || of && !free
				if of {
					shared += l.atoms[a].n
				}
			}
			if y.family != f || shared == 0 || told {
				continue
			}
			least += max(0, y.lo-(y.answered-shared))
			most += min(y.hi, shared)
			for _, a := range y.atoms {
				if left[a] {
					left[a] = false
				}
			}
		}
		for a, free := range left {
			if free {
				most += l.atoms[a].n
			}
		}
		lo, hi = max(lo, least), min(hi, most)
	}
	return lo, hi
}

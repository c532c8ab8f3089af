package disclosure

import (
	"cmp"
	"slices"
)

// ledger is what has been told of one item in one school: in some waves up to
// the one to release, and so far in this release.
//
// What is counted is one kept unit in one wave, an atom. A line tells the sum of
// some atoms, those of its unit in the waves of its pool, within bounds. Where
// the lines part into two families, in each of which any two are apart or one
// within the other (classes over the waves of a block, and schools wave by
// wave), the possible tables are the flows of a network: atoms are arcs, from
// the node of the smallest line of the one family that holds them to that of the
// other, and the lines are a tree on either side.
//
//	outside → rows: grade → class → atoms → columns: grade → school → outside
//
// All bounds are whole, so what the network allows is what whole tables allow. A
// line that fits neither family is told within the bounds that follow from the
// others, and so tells nothing itself.
type ledger struct {
	r      *round
	school *unit
	item   int
	from   int // first wave
	margin int // counts that two pupils who tell what they answered can take from what is possible
	atoms  []atom
	base   []int // of each wave since from, its first atom
	lines  []line
	groups []group
	net    network

	inner    [2][]int32 // of each atom, the node of the smallest line in either family
	saved    []arc
	searched []int // of each atom that stands for others, the last search that met it
	search   int
}

// atom is one kept unit in one wave.
type atom struct {
	n, y    int  // answered, counted
	arc     int  // in the network
	with    int  // an atom that some line tells of together with it, or itself
	inClass bool // it is a class
	classTold,
	gradeTold bool // a line tells of its class, or grade
}

// line is a line that was told or is to be.
type line struct {
	*figure
	from, to       int // first and last wave of its pool
	atoms          []int
	answered, size int // in all waves, in the largest
	y              int // counted in all waves
	lo, hi         int // what it tells of y
	toTell         bool
	family         family
	node           int32
	arc            int // in the network; its flow is y
}

// colluders are the pupils who may tell the attacker what they answered about a
// sensitive item.
const colluders = 2

// family is that of a line in the network.
type family int

const (
	rows    family = iota // below its parent
	columns               // above it
	neither
)

// group is a unit that is not told in some waves, or what is left of it beside
// those of its parts that are told. Its count must be able to be 0 in all of
// them, and 3 in each.
type group struct {
	atoms []int
	three []int // of each atom, where the group has three in each wave, or all if it is fewer
}

// open reads what was told of an item in a school since a wave, and before it
// as far as lines reach over it. It tells whether that fits the counts.
func (l *ledger) open(r *round, school *unit, item, from int) bool {
	l.r, l.school, l.item = r, school, item
	l.from = l.reach(from)
	l.gather()
	l.collect()
	l.protect()
	l.connect()
	for w := l.from; w < r.now; w++ {
		if school.days[w].left {
			return false
		}
	}
	for i := range l.lines {
		if x := &l.lines[i]; x.y < x.lo || x.y > x.hi {
			return false
		}
	}
	return true
}

// reach is the first wave of the lines that share waves with those from a wave
// on, or with one another.
func (l *ledger) reach(from int) int {
	for before := from + 1; before != from; {
		before = from
		for _, u := range l.school.all() {
			start := 0
			for _, t := range l.r.figure(u, l.item).told {
				if t.wave >= from && start < from {
					from = l.firstAnswers(u, start, from)
				}
				start = t.wave + 1
			}
		}
	}
	return from
}

// firstAnswers is the first wave from start on, and before end, in which a unit
// has answers to the item; end if there is none.
func (l *ledger) firstAnswers(u *unit, start, end int) int {
	for ; start < end; start++ {
		for _, k := range u.days[start].kept {
			if f := k.figure(l.r.in.Items[l.item].ID); f != nil && f.Answered > 0 {
				return start
			}
		}
	}
	return end
}

// gather lists the atoms.
func (l *ledger) gather() {
	l.atoms, l.base, l.margin = l.atoms[:0], l.base[:0], 0
	id := l.r.in.Items[l.item].ID
	for w := l.from; w <= l.r.now; w++ {
		l.base = append(l.base, len(l.atoms))
		answers := 0
		kept := l.school.school.Waves[w].Kept
		for k := range kept {
			a := atom{with: len(l.atoms)}
			if f := kept[k].figure(id); f != nil {
				a.n, a.y = f.Answered, f.Counted
			}
			answers += a.n
			l.atoms = append(l.atoms, a)
		}
		if l.r.in.Items[l.item].Sensitive && answers > 0 {
			l.margin += colluders
		}
	}
	l.inner[rows] = slices.Grow(l.inner[rows][:0], len(l.atoms))[:len(l.atoms)]
	l.inner[columns] = slices.Grow(l.inner[columns][:0], len(l.atoms))[:len(l.atoms)]
	for len(l.searched) < len(l.atoms) {
		l.searched = append(l.searched, 0)
	}
}

// of are the atoms of a unit in some waves.
func (l *ledger) of(u *unit, from, to int) []int {
	var atoms []int
	for w := max(from, l.from); w <= to; w++ {
		for _, k := range u.days[w].place {
			if a := l.base[w-l.from] + k; l.atoms[a].n > 0 {
				atoms = append(atoms, a)
			}
		}
	}
	return atoms
}

// collect lists the lines, in the order in which they are told.
func (l *ledger) collect() {
	l.lines = l.lines[:0]
	for _, u := range l.school.all() {
		f := l.r.figure(u, l.item)
		start := 0
		for _, t := range f.told {
			if x := l.line(f, start, t.wave); t.wave >= l.from && x.answered > 0 {
				var err error
				if x.lo, x.hi, err = read(t.row, x.answered, x.size); err == nil {
					l.lines = append(l.lines, x)
				}
			}
			start = t.wave + 1
		}
	}
	slices.SortStableFunc(l.lines, func(a, b line) int { return cmp.Compare(a.to, b.to) })
	for _, u := range l.school.all() {
		if f := l.r.figure(u, l.item); f.tellable() {
			x := l.line(f, f.pool[0].wave, l.r.now)
			x.toTell = true
			l.lines = append(l.lines, x)
		}
	}
}

// line is a line about a figure in some waves, which tells nothing yet.
func (l *ledger) line(f *figure, from, to int) line {
	x := line{figure: f, from: from, to: to, atoms: l.of(f.unit, from, to)}
	wave, n := -1, 0
	for _, a := range x.atoms {
		if w := l.wave(a); w != wave {
			wave, n = w, 0
		}
		n += l.atoms[a].n
		x.answered += l.atoms[a].n
		x.size = max(x.size, n)
		x.y += l.atoms[a].y
	}
	if len(x.atoms) > 0 {
		x.from = l.wave(x.atoms[0])
	}
	x.hi = x.answered
	return x
}

// wave is the wave of an atom.
func (l *ledger) wave(a int) int {
	i, found := slices.BinarySearch(l.base, a)
	for found && i+1 < len(l.base) && l.base[i+1] == a {
		i++ // a wave without atoms before it
	}
	if !found {
		i--
	}
	return l.from + i
}

// protect lists the groups. A grade that no line is ever about, since it is one
// class or the item is the school's, is none: its classes are.
func (l *ledger) protect() {
	l.groups = l.groups[:0]
	for i := range l.lines {
		for _, a := range l.lines[i].atoms {
			switch l.lines[i].Level {
			case LevelClass:
				l.atoms[a].classTold = true
			case LevelGrade:
				l.atoms[a].gradeTold = true
			default:
			}
		}
	}
	for _, u := range l.school.all() {
		if u.Level == LevelClass {
			for _, a := range l.of(u, l.from, l.r.now) {
				l.atoms[a].inClass = true
			}
		}
		f := l.r.figure(u, l.item)
		start := 0
		for _, t := range f.told {
			if Form(t.row.Form) == FormHidden {
				l.guard(u, start, t.wave)
			}
			start = t.wave + 1
		}
		if !f.live() && (!f.drop || u.Level == LevelClass) {
			l.guard(u, start, l.r.now)
		}
	}
	for a := range l.atoms {
		if !l.atoms[a].inClass && l.atoms[a].n > 0 {
			l.add([]int{a})
		}
	}
}

// guard adds a unit that is not told in some waves, less those of its parts
// that are.
func (l *ledger) guard(u *unit, from, to int) {
	l.add(slices.DeleteFunc(l.of(u, from, to), func(a int) bool {
		return u.Level != LevelClass && (l.atoms[a].classTold || u.Level == LevelSchool && l.atoms[a].gradeTold)
	}))
}

func (l *ledger) add(atoms []int) {
	if len(atoms) == 0 || slices.ContainsFunc(l.groups, func(g group) bool { return slices.Equal(g.atoms, atoms) }) {
		return
	}
	g := group{atoms: atoms, three: make([]int, len(atoms))}
	wave, need := -1, 0
	for i, a := range atoms {
		if w := l.wave(a); w != wave {
			wave, need = w, 3
		}
		g.three[i] = min(need, l.atoms[a].n)
		need -= g.three[i]
	}
	l.groups = append(l.groups, g)
}

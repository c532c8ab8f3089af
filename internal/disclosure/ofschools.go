package disclosure

// untoldMost is the largest share of the answers of an owner's figure, one in
// so many, that schools which are still waiting may hold.
const untoldMost = 10

// ofSchools puts an owner's figure about an item together from what is told of
// its schools. It is told in the bands that this leaves possible, and so holds
// nothing that the schools' lines do not; the schools then need no protection
// from one another.
//
// It waits while schools with more than a tenth of its answers do, since theirs
// could then be anything.
func (r *round) ofSchools(item int) {
	f := r.figure(r.total, item)
	if !f.tellable() {
		return
	}
	first, size, all, untold := f.pool[0].wave, f.size().answered, 0, 0
	lo, hi := 0, 0
	for _, s := range r.schools {
		a, b, n := r.bounds(s, item, first, r.now)
		lo, hi, all = lo+a, hi+b, all+n
		if g := r.figure(s, item); g.wait {
			untold += s.answers(g.item, max(first, g.tellsFrom()), r.now)
		}
	}
	counted, answered := f.share()
	if untoldMost*untold > answered {
		f.wait = true
		return
	}
	of := 0
	if f.form == FormBand {
		_, _, of, _ = parseBand(f.value)
	}
	if counted < lo || counted > hi || all != answered {
		f.hide = "complementary" // what was told does not fit the counts
		return
	}
	g := gridOf(f.form, of, answered, size)
	f.value = g.tell(g.cell(lo), g.cell(hi))
}

// tellsFrom is the first wave that no earlier line rests on.
func (f *figure) tellsFrom() int {
	if n := len(f.told); n > 0 {
		return f.told[n-1].wave + 1
	}
	return 0
}

// answers is how many answered an item in some waves, in all.
func (u *unit) answers(item *Item, from, to int) int {
	n := 0
	for w := from; w <= to; w++ {
		n += u.tally(item, w).answered
	}
	return n
}

// bounds are what is told of a unit's count in some waves, by its own lines or,
// where it has none, by those of its parts, and how many answered.
func (r *round) bounds(u *unit, item, from, to int) (lo, hi, answered int) {
	f := r.figure(u, item)
	if answered = u.answers(f.item, from, to); answered == 0 {
		return 0, 0, 0
	}
	// told adds a line about some waves; what comes before it is left to the parts.
	told := func(first, last, least, most int) {
		if last < from || first > to {
			return
		}
		a, b := r.parts(u, item, from, first-1)
		outside := u.answers(f.item, first, from-1) + u.answers(f.item, to+1, last)
		within := u.answers(f.item, max(first, from), min(last, to))
		lo += a + max(0, least-outside)
		hi += b + min(within, most)
		from = last + 1
	}
	first := 0
	for _, t := range f.told {
		if least, most, ok := f.reads(t.row, first, t.wave); ok {
			told(first, t.wave, least, most)
		}
		first = t.wave + 1
	}
	if f.tellable() {
		row := Row{Form: string(f.form), Value: f.value}
		if least, most, ok := f.reads(&row, first, len(u.days)-1); ok {
			told(first, len(u.days)-1, least, most)
		}
	}
	a, b := r.parts(u, item, from, to)
	return lo + a, hi + b, answered
}

// reads is what a line about some waves tells of a figure's count.
func (f *figure) reads(row *Row, from, to int) (lo, hi int, ok bool) {
	answered, size := 0, 0
	for w := from; w <= to; w++ {
		n := f.tally(f.item, w).answered
		answered, size = answered+n, max(size, n)
	}
	if answered == 0 || Form(row.Form) == FormHidden {
		return 0, 0, false
	}
	lo, hi, err := read(row, answered, size)
	return lo, hi, err == nil
}

// parts are bounds by the parts of a unit alone; what is in none could be
// anything.
func (r *round) parts(u *unit, item, from, to int) (lo, hi int) {
	if hi = u.answers(&r.in.Items[item], from, to); hi == 0 {
		return 0, 0
	}
	for _, p := range u.parted() {
		a, b, n := r.bounds(p, item, from, to)
		lo, hi = lo+a, hi-n+b
	}
	return lo, hi
}

// parted are the parts of a unit: a grade's classes, a school's grades and
// merged classes.
func (u *unit) parted() []*unit {
	if u.Level != LevelSchool {
		return u.within
	}
	var parts []*unit
	for _, p := range u.within {
		if p.Level == LevelGrade || len(u.school.Classes[p.classes[0]].Grades) != 1 {
			parts = append(parts, p)
		}
	}
	return parts
}

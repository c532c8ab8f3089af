package disclosure

// complementary is the rule of what figures tell together. A grade less the
// classes that are shown is the one that is hidden; two classes and their grade
// in bands can leave one possible table. With all that is told, in space and
// time,
//
//	the count of a unit that is not told can still be 0, and min(n, 3)
//	the count of a unit that is told can still be one of three, at least
//
// whatever was answered, and of a sensitive item whatever two pupils tell of
// their own answers. Nothing is hidden for it: a figure is told in wider bands,
// several of its own side by side, and of those as few as will do. Classes come
// first, so that they keep their own, then grades, the school and the owner.
//
// Which bands go together is found out from sizes and from what has been told
// already, in this order, and never from what it is about (Kenthapadi, Mishra &
// Nissim 2005, "Simulatable auditing", PODS): whoever holds the lines and this
// source finds the same, so that a wide band says no more than its width. That
// a figure is hidden, or when it moves, follows from sizes alone, as before.
//
// The tables that are possible are the flows of a network; see ledger. An
// owner's figure is put together from what is told of its schools and tells
// nothing that they do not (see ofSchools).
func complementary(r *round) {
	for i := range r.in.Items {
		for _, s := range r.schools {
			r.tellSchool(s, i)
		}
		r.ofSchools(i)
	}
}

// figure is the figure of a unit about an item, by its place in Input.Items.
func (r *round) figure(u *unit, item int) *figure { return r.figures[u.first+item] }

// tellSchool widens the figures of a school and its units about an item.
func (r *round) tellSchool(s *unit, item int) {
	from := r.now + 1
	for _, u := range s.all() {
		if f := r.figure(u, item); f.tellable() {
			from = min(from, f.pool[0].wave)
		}
	}
	if from > r.now {
		return
	}
	l := &r.ledger
	if !l.open(r, s, item, from) {
		// Nothing can be proved where what was told does not fit the counts: a class
		// has left the roster since, or they were mended.
		for _, u := range s.all() {
			if f := r.figure(u, item); f.tellable() && f.pool[0].wave < r.now {
				f.hide = "complementary"
			}
		}
		l.open(r, s, item, r.now)
	}
	l.tell()
}

// tellable tells whether a figure tells a share of someone.
func (f *figure) tellable() bool { return f.live() && f.value != "" && f.size().answered > 0 }

// all are the classes of a school, its grades and itself.
func (u *unit) all() []*unit { return append(u.within[:len(u.within):len(u.within)], u) }

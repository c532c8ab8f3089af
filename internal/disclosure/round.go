package disclosure

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
)

// round is one run of the gate: the input by unit and the draft of a release
// that the rules work on.
type round struct {
	in      Input
	id      string // of the release
	now     int    // index of the wave to release in in.Waves
	block   int    // waves in a block at the owner's rhythm
	total   *unit  // the owner
	schools []*unit
	units   map[Unit]*unit // all but the owner
	figures []*figure
	before  []Signal // that stood after the last release
	signals []Signal // Ended ones among them

	ledger ledger // of the school and item that complementary looks at

	tellSignals func(int) string // a school's number of signals, to its owner
	tellAdult   Audience         // who is told what pupils say of adults
}

// unit is a class, grade, school or owner with what is known of each wave.
type unit struct {
	Unit
	school  *School
	classes []int   // indices in school.Classes
	parts   []*unit // the schools of an owner
	within  []*unit // the classes of a school, then its grades; the classes of a grade
	days    []day   // one for each wave of the year
	first   int     // index in round.figures of its first figure; the others follow in the order of the items
}

// day is one unit in one wave.
type day struct {
	roster   int
	asked    int // roster of the classes that were asked anything
	ballots  int // counted ballots, of a class with roster >= 10; of larger units those in kept units
	replaced int // most in one class of the unit
	kept     []*Kept
	place    []int // of each kept unit in SchoolWave.Kept
	left     bool  // of a school: a class that is not on the roster any more kept something
}

// tally is one item in one unit in one wave.
type tally struct {
	wave                      int // index in Input.Waves
	answered, counted, roster int // the roster is that of the classes asked
}

// figure is one line in the making: one item of one unit, or how many took
// part in it.
type figure struct {
	*unit
	item  *Item // participation: a sheet is an answer, the sheets are counted
	told  []earlier
	after int // index of the last wave that an earlier line of it rests on, or -1
	pool  []tally
	wait  bool   // nothing leaves this time
	drop  bool   // is never shown, and leaves no mark
	hide  string // the rule that hid it
	owner string // the rule that hid it from the owner
	form  Form
	value string
	cause string // what is told of why it is hidden
}

// earlier is an earlier line of a figure.
type earlier struct {
	wave int // index in Input.Waves
	row  *Row
}

var participation = Item{ID: ItemParticipation}

// draft lays out all that could leave, with no rule yet: every item of every
// unit from this wave alone, every finding and every worst step as it stands
// this week.
func draft(in Input) *round {
	r := &round{
		in: in, id: ReleaseID(in.Wave), now: len(in.Waves) - 1, block: BlockWaves(in.Rhythm), before: carried(in),
		units: make(map[Unit]*unit), tellSignals: strconv.Itoa, tellAdult: Staff,
		total: &unit{Unit: Unit{Owner: in.Owner, Level: LevelOwner}},
	}
	for i := range in.Schools {
		r.lay(&in.Schools[i])
	}
	r.total.parts = r.schools
	r.total.days = make([]day, len(in.Waves))
	for _, s := range r.schools {
		for w, d := range s.days {
			sum := &r.total.days[w]
			sum.roster += d.roster
			sum.asked += d.asked
			sum.ballots += d.ballots
		}
	}
	r.units[r.total.Unit] = r.total
	r.propose(r.total)
	r.remember()
	for _, c := range in.Candidates {
		r.signals = append(r.signals, raise(c, r.in))
	}
	for u, waves := range r.hits() {
		if waves[r.now] {
			r.signals = append(r.signals, r.severeSignal(u, r.in.Wave))
		}
	}
	return r
}

// lay makes the units of a school and proposes their figures.
func (r *round) lay(s *School) {
	school := &unit{Unit: Unit{Owner: r.in.Owner, School: s.ID, Level: LevelSchool}, school: s}
	grades := make(map[int]*unit)
	var units []*unit
	place := make(map[string][]*unit) // class → the units it counts in
	for c, class := range s.Classes {
		u := &unit{Unit: Unit{Owner: r.in.Owner, School: s.ID, Level: LevelClass, Name: class.Name}, school: s, classes: []int{c}}
		units = append(units, u)
		school.classes = append(school.classes, c)
		place[class.Name] = []*unit{u, school}
		if len(class.Grades) != 1 {
			continue
		}
		g := class.Grades[0]
		if grades[g] == nil {
			grades[g] = &unit{Unit: Unit{Owner: r.in.Owner, School: s.ID, Level: LevelGrade, Name: strconv.Itoa(g)}, school: s}
		}
		grades[g].classes = append(grades[g].classes, c)
		grades[g].within = append(grades[g].within, u)
		place[class.Name] = []*unit{u, grades[g], school}
	}
	for _, g := range slices.Sorted(maps.Keys(grades)) {
		units = append(units, grades[g])
	}
	school.within = units
	units = append(units[:len(units):len(units)], school)
	r.schools = append(r.schools, school)
	for _, u := range units {
		u.days = make([]day, len(r.in.Waves))
		for w := range u.days {
			u.gather(w)
		}
	}
	for w, wave := range s.Waves {
		for k := range wave.Kept {
			assign(w, k, place, school)
		}
	}
	for _, u := range units {
		r.units[u.Unit] = u
		r.propose(u)
	}
}

// gather sums up the rosters of a unit's classes in a wave.
func (u *unit) gather(w int) {
	d := &u.days[w]
	for _, c := range u.classes {
		class := u.school.Waves[w].Classes[c]
		d.roster += class.Roster
		if len(class.Asked) > 0 {
			d.asked += class.Roster
		}
		d.replaced = max(d.replaced, class.Replaced)
		if u.Level == LevelClass {
			d.ballots = class.Ballots
		}
	}
}

// assign puts a kept unit in every unit that holds all of it. With a class that
// has left the roster since, that is the school alone.
func assign(w, i int, place map[string][]*unit, school *unit) {
	k := &school.school.Waves[w].Kept[i]
	holders := []*unit{school}
	unknown := func(c string) bool { return place[c] == nil }
	if slices.ContainsFunc(k.Classes, unknown) {
		school.days[w].left = true
	} else if len(k.Classes) > 0 {
		holders = place[k.Classes[0]]
	}
	for _, u := range holders {
		if u.Level == LevelClass && len(k.Classes) > 1 {
			continue
		}
		d := &u.days[w]
		d.kept, d.place = append(d.kept, k), append(d.place, i)
		if u.Level != LevelClass {
			d.ballots += k.Respondents
		}
	}
}

// propose drafts the figures of a unit from this wave alone: one for each item,
// and one for how many took part.
func (r *round) propose(u *unit) {
	u.first = len(r.figures)
	add := func(item *Item) {
		f := &figure{unit: u, item: item, after: -1, form: FormBand}
		f.pool = u.tallies(nil, item, r.now-1)
		f.wait = len(f.pool) == 0
		r.figures = append(r.figures, f)
	}
	for i := range r.in.Items {
		add(&r.in.Items[i])
	}
	add(&participation)
}

// remember puts the earlier lines of this school year beside the figures they
// are of. Lines of the wave to release, from a run that was cut short, are not
// looked at.
func (r *round) remember() {
	items := map[string]int{participation.ID: len(r.in.Items)}
	for i := range r.in.Items {
		items[r.in.Items[i].ID] = i
	}
	for i := range r.in.Earlier {
		row := &r.in.Earlier[i].row
		if Form(row.Form) == FormSignal || Level(row.Level) != LevelOwner && Audience(row.Audience) != Staff {
			continue
		}
		w, ok := r.index(row.Wave)
		if !ok || w == r.now {
			continue
		}
		u := r.units[Unit{Owner: r.in.Owner, School: row.School, Level: Level(row.Level), Name: row.Unit}]
		if item, ok := items[row.Item]; ok && u != nil {
			f := r.figure(u, item)
			f.told = append(f.told, earlier{w, row})
		}
	}
	for _, f := range r.figures {
		slices.SortStableFunc(f.told, func(a, b earlier) int { return cmp.Compare(a.wave, b.wave) })
	}
}

// index is the place of a wave in this school year; false for a wave of
// another.
func (r *round) index(wave uint32) (int, bool) {
	return slices.BinarySearchFunc(r.in.Waves, wave, func(w Wave, n uint32) int { return cmp.Compare(w.Number, n) })
}

// tallies appends the waves after one that asked an item of the unit.
func (u *unit) tallies(tallies []tally, item *Item, after int) []tally {
	tallies = slices.Grow(tallies, len(u.days)-1-after)
	for w := after + 1; w < len(u.days); w++ {
		if t := u.tally(item, w); t.roster > 0 {
			tallies = append(tallies, t)
		}
	}
	return tallies
}

// tally is an item in one wave. Its roster is 0 if nobody was asked.
func (u *unit) tally(item *Item, w int) tally {
	t := tally{wave: w}
	if item == &participation {
		t.answered, t.counted, t.roster = u.days[w].ballots, u.days[w].ballots, u.days[w].asked
		return t
	}
	for _, part := range u.parts {
		p := part.tally(item, w)
		t.answered += p.answered
		t.counted += p.counted
		t.roster += p.roster
	}
	for _, c := range u.classes {
		if class := u.school.Waves[w].Classes[c]; slices.Contains(class.Asked, item.ID) {
			t.roster += class.Roster
		}
	}
	if t.roster == 0 {
		return t
	}
	for _, k := range u.days[w].kept {
		if f := k.figure(item.ID); f != nil {
			t.answered += f.Answered
			t.counted += f.Counted
		}
	}
	return t
}

func (k *Kept) figure(item string) *Figure {
	for i := range k.Figures {
		if k.Figures[i].Item == item {
			return &k.Figures[i]
		}
	}
	return nil
}

// size is the largest single wave of the pool: pooling waves never adds
// persons.
func (f *figure) size() tally {
	var largest tally
	for _, t := range f.pool {
		if t.answered > largest.answered {
			largest = t
		}
	}
	return largest
}

// share is what the pool holds in all: counted of answered.
func (f *figure) share() (counted, answered int) {
	for _, t := range f.pool {
		counted += t.counted
		answered += t.answered
	}
	return counted, answered
}

// exact is the share as it is, which no release holds: Decode refuses it.
func (f *figure) exact() string {
	counted, answered := f.share()
	return "exactly " + strconv.Itoa(counted) + " of " + strconv.Itoa(answered)
}

// rostered is the sum of the rosters over the pool.
func (f *figure) rostered() int {
	n := 0
	for _, t := range f.pool {
		n += t.roster
	}
	return n
}

// live tells whether the figure is still to be worked on.
func (f *figure) live() bool { return !f.wait && !f.drop && f.hide == "" }

// rows writes out what the rules have left.
func (r *round) rows() []Row {
	n := len(r.signals) + len(r.schools)
	for _, f := range r.figures {
		if !f.wait && !f.drop {
			n += 2
		}
	}
	rows := make([]Row, 0, n)
	for _, f := range r.figures {
		if f.wait || f.drop {
			continue
		}
		if f.Level != LevelOwner {
			rows = append(rows, r.row(f, Staff, f.hide))
		}
		if f.Level == LevelOwner || f.Level == LevelSchool && !f.item.SchoolOnly {
			rows = append(rows, r.row(f, Owner, cmp.Or(f.hide, f.owner)))
		}
	}
	slices.SortStableFunc(r.signals, func(a, b Signal) int {
		return cmp.Or(cmp.Compare(a.Unit.School, b.Unit.School), cmp.Compare(a.Unit.Level, b.Unit.Level),
			cmp.Compare(a.Unit.Name, b.Unit.Name), cmp.Compare(a.Unit.Group, b.Unit.Group),
			cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Raised, b.Raised))
	})
	for _, s := range r.signals {
		to := Staff
		if s.Kind == KindAdult {
			to = r.tellAdult
		}
		row := r.blank(s.Unit, to, string(s.Kind))
		row.Form, row.Value = string(FormSignal), formatSignal(s)
		rows = append(rows, row)
	}
	for _, s := range r.schools {
		row := r.blank(s.Unit, Owner, ItemSignals)
		row.Form, row.Value = string(FormSignals), r.tellSignals(r.stand(s.School))
		rows = append(rows, row)
	}
	return rows
}

// stand is the number of signals that stand for a school and its units. What
// pupils say of adults is not among them: the number is one that the school may
// come to see, and knows its own.
func (r *round) stand(school string) int {
	n := 0
	for _, s := range r.signals {
		if s.Unit.School == school && !s.Ended && s.Kind != KindAdult {
			n++
		}
	}
	return n
}

func (r *round) row(f *figure, a Audience, hidden string) Row {
	row := r.blank(f.Unit, a, f.item.ID)
	if hidden == "" {
		row.Form, row.Value = string(f.form), cmp.Or(f.value, f.exact())
		return row
	}
	row.Form, row.Reason = string(FormHidden), cmp.Or(f.cause, hidden)
	return row
}

func (r *round) blank(u Unit, a Audience, item string) Row {
	name := u.Name
	if u.Group != "" {
		name += groupMark + u.Group
	}
	return Row{
		Release: r.id, Wave: r.in.Wave, Owner: u.Owner, School: u.School,
		Level: string(u.Level), Unit: name, Audience: string(a), Item: item,
	}
}

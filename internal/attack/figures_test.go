package attack

import (
	"strconv"

	"github.com/folgmed/folgmed/internal/counts"
	"github.com/folgmed/folgmed/internal/disclosure"
	"github.com/folgmed/folgmed/surveys"
)

// figure is what one released line says of one item in one unit: that so many
// answers of those in its waves count, between low and high. A line that is
// hidden says nothing but that its waves are spent.
type figure struct {
	unit      disclosure.Unit
	item      string
	from, to  int // waves it rests on, counted from 0, both included
	hidden    bool
	cells     []cell // kept units behind it
	size      int    // those who answered in its largest wave
	answers   int    // in all its waves
	low, high int    // of the answers that count
	sensitive bool
}

// cell is one item in one kept unit in one wave.
type cell struct {
	wave     int
	school   string
	unit     string // name of a counts.Unit
	item     string
	answered int
	counted  int  // what is to be found out
	worst    bool // whether someone gave the worst answer, of items that feed severe
}

// known is what the attacker knows besides what is released: who was present,
// and so how many answered what. The counted answers lie beside it, for the
// judge alone.
type known struct {
	owner string
	grade map[[2]string]int // of a class, by school; merged classes have none
	cells map[string][]cell // by item
	spent map[series]int    // last wave that a line of a unit and item rests on
	items map[string]surveys.Item
}

// series is one item of one unit over the waves.
type series struct {
	unit disclosure.Unit
	item string
}

func newKnown(w *world) *known {
	k := &known{
		owner: w.owner.Org, grade: make(map[[2]string]int), cells: make(map[string][]cell),
		spent: make(map[series]int), items: make(map[string]surveys.Item),
	}
	for _, s := range w.owner.Schools {
		for _, c := range s.Classes {
			if len(c.Grades) == 1 {
				k.grade[[2]string{s.Org, c.Name}] = c.Grades[0]
			}
		}
	}
	return k
}

// see takes in who answered in a wave, and returns the figures that were
// released after it.
func (k *known) see(at int, s sealed) []figure {
	k.look(at, s)
	var figures []figure
	for _, line := range s.lines {
		u := line.Unit()
		switch line.Form() {
		case disclosure.FormBand, disclosure.FormWords, disclosure.FormHidden:
		default:
			continue
		}
		// An owner's line of a school says what its staff's line says, or less.
		if line.Audience() == disclosure.Owner && u.Level != disclosure.LevelOwner || line.Item() == disclosure.ItemParticipation {
			continue
		}
		figures = append(figures, k.read(at, line))
	}
	return figures
}

// look takes in who answered what.
func (k *known) look(at int, s sealed) {
	asked := make(map[[3]string]surveys.Item) // of a school's unit, as its questionnaire has them
	for _, c := range s.classes {
		for _, item := range c.Asked {
			asked[[3]string{c.School, counts.Unit{Rest: c.Questionnaire}.String(), item.ID}] = item
			asked[[3]string{c.School, c.Name, item.ID}] = item
			item.Sensitive = item.Sensitive || k.items[item.ID].Sensitive
			k.items[item.ID] = item
		}
	}
	found := make(map[[3]string]*cell)
	for _, r := range s.rows {
		id, ok := itemOf(r.Measure)
		if !ok || r.Stratum != counts.All {
			continue
		}
		u := [3]string{r.School, r.Unit, id}
		if found[u] == nil {
			found[u] = &cell{wave: at, school: r.School, unit: r.Unit, item: id}
		}
		if r.Bin == 0 {
			continue // would rather not answer
		}
		item, ok := asked[u]
		if kept, err := counts.ParseUnit(r.Unit); !ok && err == nil && len(kept.Classes) > 0 {
			item = asked[[3]string{r.School, kept.Classes[0], id}]
		}
		c := found[u]
		c.answered += int(r.N)
		if item.Worrying(int(r.Bin)) {
			c.counted += int(r.N)
		}
		c.worst = c.worst || item.Feeds(surveys.Severe) && int(r.Bin) == item.Worst
	}
	for _, c := range found {
		k.cells[c.item] = append(k.cells[c.item], *c)
	}
}

func itemOf(measure string) (string, bool) {
	const item = "item:"
	if len(measure) <= len(item) || measure[:len(item)] != item {
		return "", false
	}
	return measure[len(item):], true
}

// read turns a line into what it says. A line rests on the waves after those
// of the one before it.
func (k *known) read(at int, line disclosure.Released) figure {
	f := figure{unit: line.Unit(), item: line.Item(), to: at, hidden: line.Form() == disclosure.FormHidden}
	f.sensitive = k.items[f.item].Sensitive
	of := series{f.unit, f.item}
	if last, ok := k.spent[of]; ok {
		f.from = last + 1
	}
	k.spent[of] = at
	k.fill(&f)
	if f.hidden || f.answers == 0 {
		f.hidden = true
		return f
	}
	for f.low = 0; f.low <= f.answers && !f.said(line, f.low); f.low++ {
	}
	for f.high = f.answers; f.high > f.low && !f.said(line, f.high); f.high-- {
	}
	if f.low > f.answers {
		panic("attack: a line that no count explains: " + line.Row().Value)
	}
	return f
}

// fill finds the cells behind a figure and adds up who answered.
func (k *known) fill(f *figure) {
	wave := make(map[int]int)
	for _, c := range k.cells[f.item] {
		if f.from <= c.wave && c.wave <= f.to && k.within(c, f.unit) {
			f.cells = append(f.cells, c)
			f.answers += c.answered
			wave[c.wave] += c.answered
			f.size = max(f.size, wave[c.wave])
		}
	}
}

// within tells whether all of a kept unit is in a unit.
func (k *known) within(c cell, u disclosure.Unit) bool {
	if u.Level == disclosure.LevelOwner {
		return true
	}
	if c.school != u.School {
		return false
	}
	if u.Level == disclosure.LevelSchool {
		return true
	}
	kept, err := counts.ParseUnit(c.unit)
	if err != nil || len(kept.Classes) == 0 {
		return false
	}
	if u.Level == disclosure.LevelClass {
		return len(kept.Classes) == 1 && kept.Classes[0] == u.Name
	}
	grade, ok := k.grade[[2]string{c.school, kept.Classes[0]}]
	return ok && strconv.Itoa(grade) == u.Name
}

// said tells whether the line could be about so many counted answers, as
// ANONYMITY §4 words the bands: for y = n·counted/answers, band ⌊K·y/(n+1)⌋; for
// words, few under max(3, .15n), many from max(6, .35n).
func (f *figure) said(line disclosure.Released, counted int) bool {
	n, y := f.size, float64(f.size)*float64(counted)/float64(f.answers)
	const hair = 1e-9
	if from, to, of, ok := line.Band(); ok {
		k := int(float64(of)*y/float64(n+1) + hair)
		return from <= k && k < to
	}
	w := word(n, y)
	said, ok := wordsSaid[line.Words()]
	return ok && said[0] <= w && w <= said[1]
}

// word is 0 for few, 1 for some, 2 for many of n.
func word(n int, y float64) int {
	const hair = 1e-9
	switch {
	case y < 3-hair || y < .15*float64(n)-hair:
		return 0
	case y >= 6-hair && y >= .35*float64(n)-hair:
		return 2
	}
	return 1
}

// wordsSaid are the first and the last of few, some and many that a word says.
var wordsSaid = map[string][2]int{
	disclosure.WordsNoneOrFew: {0, 0}, disclosure.WordsSome: {1, 1}, disclosure.WordsMany: {2, 2},
	disclosure.WordsNoneToSome: {0, 1}, disclosure.WordsSomeToMany: {1, 2}, disclosure.WordsNoneToMany: {0, 2},
}

// own is the figure as it would be told if nothing stood beside it: in one of as
// many bands as its size allows, or in one word.
func (f figure) own() figure {
	if f.hidden {
		return f
	}
	counted := 0
	for _, c := range f.cells {
		counted += c.counted
	}
	same := func(other int) bool { return f.band(other) == f.band(counted) }
	for f.low = counted; f.low > 0 && same(f.low-1); f.low-- {
	}
	for f.high = counted; f.high < f.answers && same(f.high+1); f.high++ {
	}
	return f
}

// band is in which of its own bands or words a count is.
func (f figure) band(counted int) int {
	n, y := f.size, float64(f.size)*float64(counted)/float64(f.answers)
	const hair = 1e-9
	if f.sensitive && n < 100 {
		return word(n, y)
	}
	least := 3
	if f.sensitive {
		least = 5
	}
	bands := 1
	for _, k := range []int{2, 3, 4, 5, 10, 20, 100} {
		if n+1 >= least*k {
			bands = k
		}
	}
	return int(float64(bands)*y/float64(n+1) + hair)
}

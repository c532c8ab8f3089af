package counts

import (
	"cmp"
	"crypto/sha256"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/folgmed/folgmed/surveys"
)

// Fold counts a sealed wave. The ballots come through the callback, in any
// order and each nullifier once; their order changes nothing, and folding again
// gives the same rows.
//
// The unit kept is the class if at least five of it answered. Classes of the
// same grades with fewer are joined, smallest first, until five answered; what
// is left of a school joins the rest of the same questionnaire if that has
// five, else it is forgotten. Only classes below five join: a class with five
// could be read off a joined unit whose other members are known, and a teacher
// whose class took part should not lose it because the neighbours did not.
//
// The error is that of ballots, or a ballot whose items and options do not
// match.
func Fold(wave uint32, classes []Class, ballots func(add func(Ballot) error) error) (Result, error) {
	f := newFold(wave, classes)
	if err := ballots(f.add); err != nil {
		return Result{}, fmt.Errorf("fold wave %d: %w", wave, err)
	}
	f.result.Rows = f.rows()
	return f.result, nil
}

// fold holds the histograms of every class until the wave is read; joining
// adds them up.
type fold struct {
	wave    uint32
	classes []*tally
	byName  map[[2]string]*tally // school, class
	result  Result
}

// tally is one class while it is counted: its description, the plan by which
// a sheet is read, and the histograms by stratum.
type tally struct {
	Class
	plan    *plan
	ballots int
	strata  map[string]histograms
}

// histograms maps a measure to its bins.
type histograms map[string][]uint32

func newFold(wave uint32, classes []Class) *fold {
	f := &fold{wave: wave, byName: make(map[[2]string]*tally, len(classes))}
	plans := make(map[*surveys.Item]*plan) // by the shared list of items
	for _, c := range classes {
		p := planOf(plans, c.Asked)
		t := &tally{Class: c, plan: p, strata: make(map[string]histograms)}
		f.classes = append(f.classes, t)
		if !c.Paused {
			f.byName[[2]string{c.School, c.Name}] = t
		}
	}
	slices.SortFunc(f.classes, func(a, b *tally) int {
		return cmp.Or(cmp.Compare(a.Owner, b.Owner), cmp.Compare(a.School, b.School), cmp.Compare(a.Name, b.Name))
	})
	return f
}

func (f *fold) add(b Ballot) error {
	if len(b.Items) != len(b.Options) {
		return fmt.Errorf("a ballot of %s, %s has %d items and %d options", b.School, b.Class, len(b.Items), len(b.Options))
	}
	t, ok := f.byName[[2]string{b.School, b.Class}]
	switch {
	case !ok:
		f.result.Unknown++
		return nil
	case b.Attempt != t.Attempt:
		f.result.Voided++
		return nil
	}
	f.result.Counted++
	t.ballots++
	sheet := t.plan.read(b)
	t.count(All, sheet)
	if t.plan.gender >= 0 {
		t.count(stratum(sheet.options[t.plan.gender], b.Nullifier), sheet)
	}
	return nil
}

// plan is how the sheets of one list of asked items are read.
type plan struct {
	items   []surveys.Item
	at      map[string]int // item id → index in items
	measure []string       // of each item
	gender  int            // index of the background item, or -1
	scored  int            // number of items that feed the score
	core    int            // number of core items
}

func planOf(plans map[*surveys.Item]*plan, asked []surveys.Item) *plan {
	var first *surveys.Item
	if len(asked) > 0 {
		first = &asked[0]
	}
	if p, ok := plans[first]; ok && len(p.items) == len(asked) {
		return p
	}
	p := &plan{items: asked, at: make(map[string]int, len(asked)), gender: -1}
	for i, item := range asked {
		p.at[item.ID] = i
		p.measure = append(p.measure, ItemMeasure(item.ID))
		if item.Kind == surveys.Background {
			p.gender = i
		}
		if item.Feeds(surveys.Score) {
			p.scored++
		}
		if item.Kind == surveys.Core {
			p.core++
		}
	}
	plans[first] = p
	return p
}

// sheet is one ballot as counted: an option for every asked item, 0 where none
// was chosen, and what is derived from them.
type sheet struct {
	options []uint8
	score   int // bin of the composite, or -1
	worst   int // core items in the two worst options
}

// read lays a ballot out by the plan. An item that was not asked and an option
// that does not exist count as no answer; collect has refused both.
func (p *plan) read(b Ballot) sheet {
	s := sheet{options: make([]uint8, len(p.items))}
	for i, id := range b.Items {
		if at, ok := p.at[id]; ok && int(b.Options[i]) <= len(p.items[at].Options) {
			s.options[at] = b.Options[i]
		}
	}
	var sum float64
	answered := 0
	for i, item := range p.items {
		option := int(s.options[i])
		if score, ok := item.Score(option); ok && item.Feeds(surveys.Score) {
			sum += score
			answered++
		}
		if item.Kind == surveys.Core && item.TwoWorst(option) {
			s.worst++
		}
	}
	s.score = -1
	if 2*answered > p.scored {
		s.score = scoreBin(sum / float64(answered))
	}
	return s
}

// scoreBin is the nearest of 21 bins for a mean from 1 to 5, ties to the lower:
//
//	bin = ⌈5·(mean − 1) − ½⌉
//
// A hair is taken off first, so that a tie is a tie whatever the rounding of
// thirds and fifths.
func scoreBin(mean float64) int {
	const hair = 1e-9
	return min(max(int(math.Ceil(5*(mean-1)-0.5-hair)), 0), ScoreBins-1)
}

// stratum is girls or boys. Whoever would rather not say is put in one of them
// by a coin that depends on the nullifier alone, so that nothing is left over
// to subtract and a repeat tosses the same.
func stratum(gender uint8, nullifier [32]byte) string {
	strata := [2]string{Girls, Boys} // in the order of the item's options
	if gender == 1 || gender == 2 {
		return strata[gender-1]
	}
	coin := sha256.Sum256(append([]byte("folgmed stratum v1\n"), nullifier[:]...))
	return strata[coin[0]&1]
}

func (t *tally) count(stratum string, s sheet) {
	h := t.strata[stratum]
	if h == nil {
		h = make(histograms, len(t.plan.items)+2)
		t.strata[stratum] = h
	}
	for i, option := range s.options {
		if i != t.plan.gender {
			h.bin(t.plan.measure[i], len(t.plan.items[i].Options)+1)[option]++
		}
	}
	if s.score >= 0 {
		h.bin(Score, ScoreBins)[s.score]++
	}
	h.bin(WorstItems, t.plan.core+1)[s.worst]++
}

func (h histograms) bin(measure string, size int) []uint32 {
	if len(h[measure]) < size {
		h[measure] = append(h[measure], make([]uint32, size-len(h[measure]))...)
	}
	return h[measure]
}

func (h histograms) merge(other histograms) {
	for measure, bins := range other {
		for b, n := range bins {
			h.bin(measure, len(bins))[b] += n
		}
	}
}

// kept is a unit with its classes.
type kept struct {
	name    Unit
	classes []*tally
}

func (k kept) ballots() int {
	n := 0
	for _, t := range k.classes {
		n += t.ballots
	}
	return n
}

func (f *fold) rows() []Row {
	var rows []Row
	for first := 0; first < len(f.classes); {
		end := first + 1
		for end < len(f.classes) && f.classes[end].School == f.classes[first].School {
			end++
		}
		school, start := f.classes[first:end], len(rows)
		for _, t := range school {
			rows = f.describe(rows, t)
		}
		for _, k := range units(school) {
			rows = f.histograms(rows, k)
		}
		// The classes stand by owner and school; maps lose the order within.
		slices.SortFunc(rows[start:], func(a, b Row) int {
			return cmp.Or(
				cmp.Compare(a.Unit, b.Unit), cmp.Compare(a.Stratum, b.Stratum),
				cmp.Compare(a.Measure, b.Measure), cmp.Compare(a.Bin, b.Bin),
			)
		})
		first = end
	}
	return rows
}

// units parts the classes of a school into the units to keep.
func units(school []*tally) []kept {
	var keep []kept
	small := make(map[string][]*tally) // by grades and questionnaire
	for _, t := range school {
		if t.ballots >= MinKept {
			keep = append(keep, kept{ClassUnit(t.Name), []*tally{t}})
			continue
		}
		if t.ballots > 0 {
			key := fmt.Sprint(t.Questionnaire, " ", slices.Sorted(slices.Values(t.Grades)))
			small[key] = append(small[key], t)
		}
	}
	left := make(map[string][]*tally) // by questionnaire
	for _, classes := range small {
		joined, over := join(classes)
		keep = append(keep, joined...)
		if len(over) > 0 {
			q := over[0].Questionnaire
			left[q] = append(left[q], over...)
		}
	}
	for q, classes := range left {
		if k := (kept{Unit{Rest: q}, classes}); k.ballots() >= MinKept {
			keep = append(keep, k)
		}
	}
	return keep
}

// join puts classes of one grade together, smallest first, until five
// answered, and again with those after them. What does not reach five is over.
func join(classes []*tally) (joined []kept, over []*tally) {
	slices.SortFunc(classes, func(a, b *tally) int {
		return cmp.Or(cmp.Compare(a.ballots, b.ballots), cmp.Compare(a.Name, b.Name))
	})
	var k kept
	for _, t := range classes {
		k.name.Classes = append(k.name.Classes, t.Name)
		k.classes = append(k.classes, t)
		if k.ballots() >= MinKept {
			joined = append(joined, k)
			k = kept{}
		}
	}
	return joined, k.classes
}

// describe adds the figures about a class's roster.
func (f *fold) describe(rows []Row, t *tally) []Row {
	row := Row{Wave: f.wave, Owner: t.Owner, School: t.School, Unit: ClassUnit(t.Name).String()}
	add := func(measure string, n int) {
		row.Measure, row.N = measure, uint32(max(n, 0))
		rows = append(rows, row)
	}
	add(Roster, t.Size)
	if t.Paused {
		return rows
	}
	add(Replaced, t.Replaced)
	if t.Size >= MinSilence {
		add(Ballots, t.ballots)
	}
	return rows
}

// histograms adds what is kept of a unit: all of it, and its two strata where
// both have five.
func (f *fold) histograms(rows []Row, k kept) []Row {
	strata := []string{All}
	if k.size(Girls) >= MinKept && k.size(Boys) >= MinKept {
		strata = []string{All, Girls, Boys}
	}
	row := Row{Wave: f.wave, Owner: k.classes[0].Owner, School: k.classes[0].School, Unit: k.name.String()}
	for _, stratum := range strata {
		sum := make(histograms)
		for _, t := range k.classes {
			sum.merge(t.strata[stratum])
		}
		for measure, bins := range sum {
			for b, n := range bins {
				if n > 0 {
					row.Stratum, row.Measure, row.Bin, row.N = stratum, measure, uint8(b), n
					rows = append(rows, row)
				}
			}
		}
	}
	return rows
}

// size is the number of respondents in a stratum: each has exactly one number
// of worst items.
func (k kept) size(stratum string) int {
	var n uint32
	for _, t := range k.classes {
		for _, bin := range t.strata[stratum][WorstItems] {
			n += bin
		}
	}
	return int(n)
}

// trimItem is the item of an item's measure, if it is one.
func trimItem(measure string) (id string, ok bool) { return strings.CutPrefix(measure, "item:") }

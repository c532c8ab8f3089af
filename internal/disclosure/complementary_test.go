package disclosure

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// How wide a figure is told follows from what was told before it: of two worlds
// in which all that came before is told alike, the first line that differs is
// told in two places of one and the same partition, which have no count in
// common.
func TestWidthsTellNothing(t *testing.T) {
	differ := 0
	rapid.Check(t, func(t *rapid.T) {
		a := small(t)
		b := answeredNearly(t, a)
		linesA, linesB := staffLines(a), staffLines(b)
		for _, item := range a.Items {
			for _, s := range append(slices.Clone(a.Schools), School{}) { // the owner's own lines last
				for i, l := range linesA {
					if u := l.Unit(); l.Item() != item.ID || u.School != s.ID && s.ID != "" || s.ID == "" && u.Level != LevelOwner {
						continue
					}
					if s.ID == "" && !slices.Equal(linesA[:i], linesB[:i]) || linesA[i] == linesB[i] {
						continue
					}
					if overlap(linesA[i], linesB[i]) {
						t.Fatalf("%+v and %+v have counts in common", linesA[i].Row(), linesB[i].Row())
					}
					differ++
					break
				}
			}
		}
	})
	if differ == 0 {
		t.Error("no two worlds were told apart")
	}
}

// staffLines are the lines of a year, each of them once.
func staffLines(y Input) []Released {
	each := runBy(y, rules)
	return slices.DeleteFunc(each[len(each)-1], func(l Released) bool { return l.Unit().Level != LevelOwner && l.Audience() != Staff })
}

// answeredNearly is the same year with a few answers more or less.
func answeredNearly(t *rapid.T, y Input) Input {
	other := answeredAnew(t, y, func(int, int) bool { return false })
	for s := range other.Schools {
		school := &other.Schools[s]
		school.Waves = slices.Clone(school.Waves)
		for w := range school.Waves {
			wave := &school.Waves[w]
			wave.Kept = slices.Clone(wave.Kept)
			for k := range wave.Kept {
				wave.Kept[k].Figures = slices.Clone(wave.Kept[k].Figures)
				for i := range wave.Kept[k].Figures {
					f := &wave.Kept[k].Figures[i]
					f.Counted = min(max(f.Counted+rapid.SampledFrom([]int{0, 0, 0, -1, 1, -3, 3}).Draw(t, "more"), 0), f.Answered)
				}
			}
		}
	}
	return other
}

// overlap tells whether two shares of one figure may be the same. Shares in
// another form or in other bands are of other figures.
func overlap(a, b Released) bool {
	if a.Form() == FormWords && b.Form() == FormWords {
		fromA, toA, _ := spanOfWords(a.Words())
		fromB, toB, _ := spanOfWords(b.Words())
		return fromA <= toB && fromB <= toA
	}
	fromA, toA, ofA, _ := a.Band()
	fromB, toB, ofB, _ := b.Band()
	if ofA == 0 || ofA != ofB {
		panic(fmt.Sprintf("%+v is told otherwise than %+v", a.Row(), b.Row()))
	}
	return fromA < toB && fromB < toA
}

// The cells of a grid are the bands and words that bands tells, and are read as
// they are written.
func TestGridIsThatOfTheBands(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(minShown, 400).Draw(t, "n")
		answered := n + rapid.IntRange(0, 3*n).Draw(t, "in other waves")
		y := rapid.IntRange(0, answered).Draw(t, "counted")
		k, of := bandOf(y, answered, n, false)
		g := gridOf(FormBand, of, answered, n)
		if got := g.cell(y); got != k {
			t.Fatalf("%d of %d in %d is in cell %d and band %d of %d", y, answered, n, got, k, of)
		}
		from := rapid.IntRange(0, k).Draw(t, "from")
		to := rapid.IntRange(k, of-1).Draw(t, "to")
		lo, hi, err := read(&Row{Form: string(FormBand), Value: g.tell(from, to)}, answered, n)
		if wantLo, wantHi := g.span(from, to); err != nil || lo != wantLo || hi != wantHi || y < lo || y > hi {
			t.Fatalf("%q reads as %d to %d, %v; want %d to %d around %d", g.tell(from, to), lo, hi, err, wantLo, wantHi, y)
		}
		if n < minSensitive || n >= pooledBelow {
			return
		}
		g = gridOf(FormWords, 0, answered, n)
		if got, want := g.tell(g.cell(y), g.cell(y)), wordOf(y, answered, n); got != want {
			t.Fatalf("%d of %d in %d is %q and %q", y, answered, n, got, want)
		}
	})
}

// A network finds the least and the greatest flow of an arc that whole numbers
// allow; here by trying them all.
func TestNetworkFindsTheBounds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		const nodes = 4
		var n network
		n.reset(nodes)
		for range rapid.IntRange(1, 5).Draw(t, "arcs") { // around any cycle goes what is drawn, so that it is possible
			from := rapid.Int32Range(0, nodes-1).Draw(t, "from")
			to := rapid.Int32Range(0, nodes-1).Draw(t, "to")
			a := arc{from: from, to: to, hi: rapid.IntRange(0, 2).Draw(t, "hi")}
			n.add(a)
			a.from, a.to = to, from
			n.add(a)
		}
		for a := 0; a+1 < len(n.arcs); a += 2 {
			round := rapid.IntRange(0, min(n.arcs[a].hi, n.arcs[a+1].hi)).Draw(t, "round")
			n.arcs[a].flow, n.arcs[a+1].flow = round, round
			n.arcs[a].lo = rapid.IntRange(0, round).Draw(t, "lo")
		}
		of := rapid.IntRange(0, len(n.arcs)-1).Draw(t, "of")
		least, most := tried(n.arcs, of)
		if got := n.move(of, 9); got != most {
			t.Fatalf("the greatest is %d and not %d: %+v", got, most, n.arcs)
		}
		if got := n.move(of, -9); got != least {
			t.Fatalf("the least is %d and not %d: %+v", got, least, n.arcs)
		}
	})
}

// tried is the least and the greatest flow of an arc, over all circulations.
func tried(arcs []arc, of int) (least, most int) {
	least, most = 99, -99
	excess := make([]int, 4)
	flow := make([]int, len(arcs))
	var try func(i int)
	try = func(i int) {
		if i == len(arcs) {
			if !slices.ContainsFunc(excess, func(e int) bool { return e != 0 }) {
				least, most = min(least, flow[of]), max(most, flow[of])
			}
			return
		}
		a := arcs[i]
		for flow[i] = a.lo; flow[i] <= a.hi; flow[i]++ {
			excess[a.from] -= flow[i]
			excess[a.to] += flow[i]
			try(i + 1)
			excess[a.from] += flow[i]
			excess[a.to] -= flow[i]
		}
	}
	try(0)
	return least, most
}

// What a line that fits neither family is told as, worked out by hand. Grade 5
// is small from the second wave on and pools the last three, while its classes
// pool all four and the school of 208 moves every wave. Its classes hold at most
// 19 each by their lines, so the grade at most 38; by the school's, of which that
// of this wave is told after it, at most 9 in each of two waves and any in the
// third. Of 270 answers in a grade of 90 the third band begins at 28 and the
// fourth at 41: it may be any of the first three.
func TestLineThatCrossesOthers(t *testing.T) {
	in := Input{Owner: "964338531", Rhythm: 3, Items: []Item{{ID: "thrive"}}}
	for w := range 4 {
		in.Waves = append(in.Waves, Wave{Number: uint32(140 + w), Ordinal: w})
	}
	s := School{ID: "974700000"}
	for c := range 4 {
		s.Classes = append(s.Classes, Class{Name: fmt.Sprint(5+c/2, string(rune('A'+c))), Grades: []int{5 + c/2}})
	}
	for w := range 4 {
		var wave SchoolWave
		for c, class := range s.Classes {
			n := 52
			if w > 0 && c < 2 {
				n = 45
			}
			wave.Classes = append(wave.Classes, ClassWave{Roster: 52, Ballots: n, Asked: []string{"thrive"}})
			wave.Kept = append(wave.Kept, Kept{Classes: []string{class.Name}, Respondents: n, Figures: []Figure{{Item: "thrive", Answered: n, Counted: 1}}})
		}
		s.Waves = append(s.Waves, wave)
	}
	in.Schools = []School{s}
	var got []string
	for _, l := range runBy(in, rules)[3] {
		if u := l.Unit(); l.Audience() == Staff && l.Item() == "thrive" && l.Wave() == 143 {
			got = append(got, fmt.Sprint(u.Level, " ", u.Name, " ", l.Row().Value))
		}
	}
	want := []string{"class 5A 0/10", "class 5B 0/10", "class 6C 0/10", "class 6D 0/10", "grade 5 0-2/20", "grade 6 0/20", "school  0/20"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

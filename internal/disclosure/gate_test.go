package disclosure

import (
	"fmt"
	"slices"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// questions are the items of the worlds below: an ordinary, a sensitive, a
// rotating and the two that have their own ways.
var questions = []Item{
	{ID: "thrive", Theme: "wellbeing"},
	{ID: "hurt", Theme: "hurt", Sensitive: true, Bullying: true},
	{ID: "dread", Theme: "dread"},
	{ID: "digital", Theme: "digital", Sensitive: true, Bullying: true},
	{ID: "places", Theme: "place", Sensitive: true, SchoolOnly: true},
	{ID: "adult_harm", Theme: "adult", Sensitive: true, Adult: true},
}

func asked(ordinal int) []string {
	ids := []string{"thrive", "hurt", "adult_harm"}
	if ordinal%2 == 1 {
		ids = append(ids, "dread", "digital")
	}
	if ordinal%4 == 0 {
		ids = append(ids, "places")
	}
	return ids
}

// year draws a school year of one owner: rosters, who took part and what they
// answered, with nothing released yet. The input of wave w is at(year, w).
func year(t *rapid.T, waves int) Input {
	in := Input{Owner: "964338531", Rhythm: rapid.SampledFrom([]int{3, 6, 12}).Draw(t, "rhythm"), Items: questions}
	for w := range waves {
		in.Waves = append(in.Waves, Wave{Number: uint32(140 + w*in.Rhythm), Ordinal: w})
	}
	for s := range rapid.IntRange(1, 4).Draw(t, "schools") {
		school := School{ID: strconv.Itoa(974700000 + s)}
		n := rapid.IntRange(1, 4).Draw(t, "classes")
		roster := make([]int, n)
		for c := range n {
			grades := []int{rapid.IntRange(5, 6).Draw(t, "grade")}
			if rapid.IntRange(0, 5).Draw(t, "merged") == 0 {
				grades = []int{5, 6}
			}
			school.Classes = append(school.Classes, Class{Name: fmt.Sprintf("%dA%d", grades[0], c), Grades: grades})
			roster[c] = rapid.SampledFrom([]int{4, 8, 12, 24, 36, 120}).Draw(t, "roster")
		}
		for w := range waves {
			var wave SchoolWave
			left := 0
			for c := range n {
				if rapid.IntRange(0, 9).Draw(t, "moves") == 0 {
					roster[c] += rapid.IntRange(1, 6).Draw(t, "newcomers")
				}
				took := roster[c] * rapid.IntRange(0, 10).Draw(t, "tenths") / 10
				class := ClassWave{Roster: roster[c], Asked: asked(w)}
				if roster[c] >= 10 {
					class.Ballots = took
				}
				if rapid.IntRange(0, 9).Draw(t, "replace") == 0 {
					class.Replaced = rapid.IntRange(1, 4).Draw(t, "replaced")
				}
				wave.Classes = append(wave.Classes, class)
				if took < minShown {
					left += took
					continue
				}
				wave.Kept = append(wave.Kept, kept(t, []string{school.Classes[c].Name}, took, w))
			}
			if left >= minShown {
				wave.Kept = append(wave.Kept, kept(t, nil, left, w))
			}
			school.Waves = append(school.Waves, wave)
		}
		in.Schools = append(in.Schools, school)
	}
	return in
}

func kept(t *rapid.T, classes []string, respondents, ordinal int) Kept {
	k := Kept{Classes: classes, Respondents: respondents}
	if respondents >= 2*minShown && rapid.Bool().Draw(t, "by gender") {
		girls := rapid.IntRange(minShown, respondents-minShown).Draw(t, "girls")
		k.Groups = map[string]int{GroupGirls: girls, GroupBoys: respondents - girls}
	}
	for _, id := range asked(ordinal) {
		f := Figure{Item: id, Answered: rapid.IntRange(respondents/2, respondents).Draw(t, "answered")}
		answer(t, &f)
		k.Figures = append(k.Figures, f)
	}
	return k
}

// answer draws what was answered, and nothing else.
func answer(t *rapid.T, f *Figure) {
	f.Counted = rapid.IntRange(0, f.Answered).Draw(t, "counted")
	f.Worst = f.Item == "hurt" && f.Counted > 0 && rapid.Bool().Draw(t, "worst")
}

// at is the input of the wave with index w of a year.
func at(year Input, w int, earlier []Released) Input {
	in := year
	in.Waves = year.Waves[:w+1]
	in.Wave = year.Waves[w].Number
	in.Earlier = earlier
	in.Schools = slices.Clone(year.Schools)
	for s := range in.Schools {
		in.Schools[s].Waves = in.Schools[s].Waves[:w+1]
	}
	return in
}

// run releases all waves of a year in order.
func run(t *rapid.T, year Input) []Released {
	var all []Released
	for w := range year.Waves {
		out, err := Gate(at(year, w, all))
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, out.Lines...)
	}
	return all
}

// answeredAnew is the same year with other answers: the same pupils took part
// and answered the same questions. Only waves for which anew is true change.
func answeredAnew(t *rapid.T, year Input, anew func(school, wave int) bool) Input {
	other := year
	other.Schools = slices.Clone(year.Schools)
	for s := range other.Schools {
		school := &other.Schools[s]
		school.Waves = slices.Clone(school.Waves)
		for w := range school.Waves {
			if !anew(s, w) {
				continue
			}
			wave := &school.Waves[w]
			wave.Kept = slices.Clone(wave.Kept)
			for k := range wave.Kept {
				wave.Kept[k].Figures = slices.Clone(wave.Kept[k].Figures)
				for f := range wave.Kept[k].Figures {
					answer(t, &wave.Kept[k].Figures[f])
				}
			}
		}
	}
	return other
}

// figures are the lines that are no signals, without what they tell.
func shapes(lines []Released) []Row {
	var shapes []Row
	for _, l := range lines {
		row := l.Row()
		if l.Form() == FormSignal || l.Form() == FormSignals {
			continue
		}
		if l.Form() != FormParticipation {
			row.Value = ""
		}
		shapes = append(shapes, row)
	}
	return shapes
}

func TestHiddenFollowsFromSizesAlone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := year(t, 6)
		b := answeredAnew(t, a, func(int, int) bool { return true })
		if diff := cmp.Diff(shapes(run(t, a)), shapes(run(t, b))); diff != "" {
			t.Fatalf("what is hidden, or when, depends on answers:\n%s", diff)
		}
	})
}

// A wave is in one line of each unit and item, so that no two can be subtracted:
// other answers in it move one line. That line may let later ones be told in
// wider bands or narrower (complementary), but of the same counts: whatever they
// tell fits both.
func TestEachWaveIsInOneLine(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		y := otherWave(t)
		for name, moves := range map[string]map[lineOf][]uint32{
			"told in its own band": movedBy(y.a, y.b, without("complementary"), otherThan),
			"told as it leaves":    movedBy(y.a, y.b, rules, apartFrom),
		} {
			for line, waves := range moves {
				if len(waves) > 1 || waves[0] < y.wave {
					t.Fatalf("%s: wave %d moves %+v in the releases of waves %v", name, y.wave, line, waves)
				}
			}
		}
	})
}

// Without the rule, what was told is told again.
func TestWavesMoveTwiceWithoutOneRelease(t *testing.T) {
	for seed := range 50 {
		y := rapid.Custom(otherWave).Example(seed)
		for _, waves := range movedBy(y.a, y.b, without("one release", "complementary"), otherThan) {
			if len(waves) > 1 {
				return
			}
		}
	}
	t.Error("no wave moved two lines of a figure")
}

// changed is a year, and the same with other answers in one wave.
type changed struct {
	a, b Input
	wave uint32
}

func otherWave(t *rapid.T) changed {
	a := year(t, 8)
	wave := rapid.IntRange(0, 7).Draw(t, "wave")
	return changed{a, answeredAnew(t, a, func(_, w int) bool { return w == wave }), a.Waves[wave].Number}
}

// lineOf is what lines of several waves are about.
type lineOf struct {
	unit Unit
	item string
	by   Audience
}

// movedBy are the waves of the lines that differ between two years.
func movedBy(a, b Input, rules []rule, differ func(a, b Released) bool) map[lineOf][]uint32 {
	type at struct {
		lineOf
		wave uint32
	}
	told := make(map[at]Released)
	moved := make(map[lineOf][]uint32)
	last := len(a.Waves) - 1
	for _, l := range runBy(a, rules)[last] {
		told[at{lineOf{l.Unit(), l.Item(), l.Audience()}, l.Wave()}] = l
	}
	for _, l := range runBy(b, rules)[last] {
		of := lineOf{l.Unit(), l.Item(), l.Audience()}
		if l.Form() != FormSignal && l.Form() != FormSignals && differ(told[at{of, l.Wave()}], l) {
			moved[of] = append(moved[of], l.Wave())
		}
	}
	return moved
}

func otherThan(a, b Released) bool { return a != b }

// apartFrom tells whether two lines of one figure have no count in common.
func apartFrom(a, b Released) bool {
	return (a.Form() == FormBand || a.Form() == FormWords) && !overlap(a, b)
}

func TestNothingThatMayNeverLeaveLeaves(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		y := year(t, 6)
		for _, l := range run(t, y) {
			u := l.Unit()
			switch {
			case l.Item() == "adult_harm":
				t.Fatalf("what pupils say of adults is told: %+v", l.Row())
			case l.Item() == "places" && (u.Level != LevelSchool || l.Audience() != Staff):
				t.Fatalf("places are told of more than a school, or to more than it: %+v", l.Row())
			case l.Audience() == Owner && (u.Level == LevelClass || u.Level == LevelGrade):
				t.Fatalf("an owner is told of a class or grade: %+v", l.Row())
			}
			if _, _, of, ok := l.Band(); ok && l.Item() == "hurt" && of > 20 && u.Level == LevelClass {
				t.Fatalf("a sensitive item of a class of at most 160 in %d bands", of)
			}
		}
	})
}

// A release that was cut short and is made again is the same, also with its
// own lines at hand.
func TestAgainIsTheSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		y := year(t, 4)
		all := run(t, y)
		last := slices.DeleteFunc(slices.Clone(all), func(r Released) bool { return r.Wave() != y.Waves[3].Number })
		again, err := Gate(at(y, 3, all))
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(last, again.Lines) {
			t.Fatalf("got %v, then %v", last, again.Lines)
		}
	})
}

// Figures of a small unit move at the end of a block and nowhere else.
func TestSmallUnitsMoveOncePerBlock(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		y := year(t, 9)
		sizes := make(map[Unit]int)
		for _, s := range y.Schools {
			for c, class := range s.Classes {
				u := Unit{Owner: y.Owner, School: s.ID, Level: LevelClass, Name: class.Name}
				for _, w := range s.Waves {
					sizes[u] = max(sizes[u], w.Classes[c].Roster)
				}
			}
		}
		block := BlockWaves(y.Rhythm)
		for _, l := range run(t, y) {
			if size, ok := sizes[l.Unit()]; !ok || size >= pooledBelow || l.Form() == FormSignal {
				continue
			}
			w := slices.IndexFunc(y.Waves, func(w Wave) bool { return w.Number == l.Wave() })
			if (w+1)%block != 0 {
				t.Fatalf("rhythm %d: a class under %d moves in wave %d of the year: %+v", y.Rhythm, pooledBelow, w, l.Row())
			}
		}
	})
}

// While a severe signal stands, nothing that is answered changes any signal of
// its unit.
func TestSevereStandsWhateverIsAnswered(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := year(t, 14)
		all := run(t, a)
		var raised Signal
		for _, l := range all {
			if s, ok := l.Signal(); ok && s.Raised == l.Wave() {
				raised = s
				break
			}
		}
		if raised.ID == "" {
			return
		}
		from := slices.IndexFunc(a.Waves, func(w Wave) bool { return w.Number == raised.Raised })
		to := min(from+standsSevere-1, len(a.Waves)-1)
		b := answeredAnew(t, a, func(_, w int) bool { return w > from && w <= to })
		if diff := cmp.Diff(signalsOf(all, raised.Unit, a.Waves[from:to+1]), signalsOf(run(t, b), raised.Unit, a.Waves[from:to+1])); diff != "" {
			t.Fatal(diff)
		}
	})
}

func signalsOf(lines []Released, u Unit, waves []Wave) []Row {
	var rows []Row
	for _, l := range lines {
		if l.Form() == FormSignal && l.Unit() == u && l.Wave() >= waves[0].Number && l.Wave() <= waves[len(waves)-1].Number {
			rows = append(rows, l.Row())
		}
	}
	return rows
}

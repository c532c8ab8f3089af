package disclosure

import (
	"strings"
	"testing"
)

// told are the lines of one unit, item and audience of a release, as form and
// value; empty if nothing moves.
func told(t *testing.T, in Input, u Unit, item string, by Audience) string {
	t.Helper()
	out, err := Gate(in)
	if err != nil {
		t.Fatal(err)
	}
	u.Owner = in.Owner
	var lines []string
	for _, l := range out.Lines {
		if l.Unit() == u && l.Item() == item && l.Audience() == by {
			lines = append(lines, strings.TrimSpace(string(l.Form())+" "+l.Row().Value+l.Reason()))
		}
	}
	return strings.Join(lines, "; ")
}

// weekly is a class of the given roster with one wave a week; counted are
// those counted in each wave, of as many as there are on the roster.
func weekly(rhythm int, item Item, roster, counted []int) Input {
	in := Input{Owner: "964338531", Rhythm: rhythm, Items: []Item{item}}
	s := School{ID: "974700000", Classes: []Class{{Name: "5A", Grades: []int{5}}}}
	for w, n := range roster {
		in.Waves = append(in.Waves, Wave{Number: uint32(140 + w*rhythm), Ordinal: w})
		in.Wave = in.Waves[w].Number
		c := ClassWave{Roster: n, Ballots: n}
		var kept []Kept
		if counted[w] >= 0 { // else the item is not asked
			c.Asked = []string{item.ID}
		}
		if counted[w] >= 0 && n >= minShown {
			kept = []Kept{{Classes: []string{"5A"}, Respondents: n, Figures: []Figure{{Item: item.ID, Answered: n, Counted: counted[w]}}}}
		}
		s.Waves = append(s.Waves, SchoolWave{Classes: []ClassWave{c}, Kept: kept})
	}
	in.Schools = []School{s}
	return in
}

func TestBlocksOfAClass(t *testing.T) {
	class := Unit{School: "974700000", Level: LevelClass, Name: "5A"}
	thrive := Item{ID: "thrive"}
	hurt := Item{ID: "hurt", Sensitive: true}
	for _, c := range []struct {
		why             string
		rhythm          int
		item            Item
		roster, counted []int
		want            string
	}{
		{"mid-block nothing moves", 3, thrive, []int{20, 20, 20}, []int{9, 9, 9}, ""},
		{"four waves of a block: 5·(20/80·20)/21 = 1.19", 3, thrive, []int{20, 20, 20, 20}, []int{0, 10, 0, 10}, "band 1/5"},
		{"two waves of a block", 6, thrive, []int{20, 20}, []int{0, 20}, "band 2/5"},
		{"a block of one wave", 12, thrive, []int{20}, []int{20}, "band 4/5"},
		{"a hundred at once", 3, thrive, []int{100}, []int{100}, "band 19/20"},
		{"a hundred, but a small wave waits before it", 3, thrive, []int{95, 100}, []int{0, 100}, ""},
		{"ninety-nine wait", 3, thrive, []int{99}, []int{99}, ""},
		{"a sensitive item is told in words", 12, hurt, []int{30}, []int{30}, "words many"},
		{"and in bands from a hundred on", 3, hurt, []int{100}, []int{100}, "band 19/20"},
		{"a rotating item pools the waves that asked it", 3, thrive, []int{20, 20, 20, 20}, []int{-1, 20, -1, 0}, "band 2/5"},
		{"asked early in the block, told at its end", 6, thrive, []int{20, 20}, []int{20, -1}, "band 4/5"},
		{"not asked in the block", 6, thrive, []int{20, 20}, []int{-1, -1}, ""},
		{"a newcomer joins the block to the next", 6, thrive, []int{20, 21}, []int{20, 20}, ""},
		{"and there it is told", 6, thrive, []int{20, 21, 21, 21}, []int{0, 0, 21, 21}, "band 2/5"},
		{"a newcomer at the start of a block", 6, thrive, []int{20, 20, 21, 21}, []int{0, 0, 21, 21}, ""},
		{"five newcomers are a crowd", 6, thrive, []int{15, 20}, []int{15, 20}, "band 4/5"},
		{"the size is the larger wave: 5·(20/30·20)/21 = 3.17", 6, thrive, []int{20, 10}, []int{20, 0}, "band 3/5"},
		{"nine are too few for a sensitive item, ever", 12, hurt, []int{9}, []int{9}, "hidden small_class"},
		{"four are too few for any", 12, thrive, []int{4}, []int{1}, "hidden small_class"},
	} {
		in := weekly(c.rhythm, c.item, c.roster, c.counted)
		if got := told(t, in, class, c.item.ID, Staff); got != c.want {
			t.Errorf("%s: got %q, want %q", c.why, got, c.want)
		}
	}
}

// schools is one wave, and block, of schools with two equal classes each.
func schools(item Item, sizes ...int) Input {
	in := Input{Owner: "964338531", Wave: 140, Rhythm: 12, Waves: []Wave{{Number: 140}}, Items: []Item{item}}
	for i, n := range sizes {
		s := School{ID: string(rune('a' + i)), Classes: []Class{{Name: "1A", Grades: []int{1}}, {Name: "1B", Grades: []int{1}}}}
		var w SchoolWave
		for _, c := range s.Classes {
			w.Classes = append(w.Classes, ClassWave{Roster: n / 2, Ballots: n / 2, Asked: []string{item.ID}})
			w.Kept = append(w.Kept, Kept{Classes: []string{c.Name}, Respondents: n / 2, Figures: []Figure{{Item: item.ID, Answered: n / 2}}})
		}
		s.Waves = []SchoolWave{w}
		in.Schools = append(in.Schools, s)
	}
	return in
}

func TestOwner(t *testing.T) {
	total := Unit{Level: LevelOwner}
	a := Unit{School: "a", Level: LevelSchool}
	thrive := Item{ID: "thrive"}
	hurt := Item{ID: "hurt", Sensitive: true, Bullying: true}
	places := Item{ID: "places", SchoolOnly: true}
	const hidden = "hidden protect"
	for _, c := range []struct {
		why  string
		in   Input
		unit Unit
		want string
	}{
		{"three schools", schools(thrive, 20, 20, 20), total, "band 0-7/20"}, // each is told 0-8 of 20: 24 of 60
		{"two schools", schools(thrive, 20, 20), total, hidden},
		{"four fifths in one school", schools(thrive, 80, 10, 10), total, "band 0-3/20"}, // 0-3, 0-6 and 0-6 of 100
		{"more in one school", schools(thrive, 90, 10, 10), total, hidden},
		{"thirty in all", schools(thrive, 10, 10, 10), total, "band 0-6/10"}, // three times 0-6
		{"a school of 20", schools(thrive, 20), a, "band 0-1/5"},             // its classes 0-3 each: 0-6
		{"a school of 18", schools(thrive, 18), a, hidden},
		{"bullying in a school of 28", schools(hurt, 28), a, hidden},
		{"bullying in a school of 30", schools(hurt, 30), a, "words none_or_few"},
		{"places of a school", schools(places, 40), a, ""},
		{"places of an owner", schools(places, 40, 40, 40), total, ""},
	} {
		if got := told(t, c.in, c.unit, c.in.Items[0].ID, Owner); got != c.want {
			t.Errorf("%s: got %q, want %q", c.why, got, c.want)
		}
	}
	if got := told(t, schools(places, 40), a, "places", Staff); got != "band 0/10" {
		t.Errorf("places to the school itself: got %q", got)
	}
}

// grade is a block of two waves of grade 5, by the respondents of 5A and 5B in
// each wave, of 20 and 8 pupils.
func grade(a, b []int) Input {
	in := weekly(6, Item{ID: "thrive"}, []int{20, 20}, []int{0, 0})
	s := &in.Schools[0]
	s.Classes = append(s.Classes, Class{Name: "5B", Grades: []int{5}})
	for w := range s.Waves {
		s.Waves[w].Classes = append(s.Waves[w].Classes, ClassWave{Roster: 8, Asked: []string{"thrive"}})
		s.Waves[w].Kept = nil
		for c, n := range []int{a[w], b[w]} {
			if n > 0 {
				s.Waves[w].Kept = append(s.Waves[w].Kept, Kept{
					Classes: []string{s.Classes[c].Name}, Respondents: n, Figures: []Figure{{Item: "thrive", Answered: n, Worst: true}},
				})
			}
		}
	}
	return in
}

// A grade is its own unit only with five respondents beside each class, in
// some wave of the block.
func TestGradeThatIsOneClass(t *testing.T) {
	unit := Unit{School: "974700000", Level: LevelGrade, Name: "5"}
	for _, c := range []struct {
		why  string
		a, b []int
		want string
	}{
		{"5B always has six", []int{20, 20}, []int{6, 6}, "band 0/5"},
		{"5B was never kept", []int{20, 20}, []int{0, 0}, "hidden protect"},
		{"5B was kept once", []int{20, 20}, []int{0, 6}, "band 0-1/5"},
		{"5A was not kept the second time", []int{20, 0}, []int{0, 6}, "band 0-1/5"},
		{"5A was not kept the first time", []int{0, 20}, []int{6, 0}, "band 0-1/5"},
	} {
		if got := told(t, grade(c.a, c.b), unit, "thrive", Staff); got != c.want {
			t.Errorf("%s: got %q, want %q", c.why, got, c.want)
		}
	}
	moved := grade([]int{20, 20}, []int{6, 6})
	moved.Schools[0].Waves[1].Classes[0].Roster--
	moved.Schools[0].Waves[1].Classes[1].Roster++
	if got := told(t, moved, unit, "thrive", Staff); got != "" {
		t.Errorf("a pupil moved from 5A to 5B, and yet the grade tells %q", got)
	}
}

func TestFewAnswersGiveNoReason(t *testing.T) {
	in := weekly(12, Item{ID: "thrive"}, []int{20}, []int{1})
	k := &in.Schools[0].Waves[0].Kept[0]
	k.Respondents, k.Figures[0].Answered = 6, 6
	if got := told(t, in, Unit{School: "974700000", Level: LevelClass, Name: "5A"}, "thrive", Staff); got != "hidden protect" {
		t.Errorf("got %q", got)
	}
}

// Who used three replacement codes could have given the worst answer himself.
func TestReplacedClassCarriesNoSevere(t *testing.T) {
	class := Unit{School: "974700000", Level: LevelClass, Name: "5A"}
	in := grade([]int{20, 20}, []int{6, 6})
	if got := told(t, in, class, "severe", Staff); got == "" {
		t.Fatal("two worst answers raise nothing")
	}
	in.Schools[0].Waves[1].Classes[0].Replaced = 3
	if got := told(t, in, class, "severe", Staff); got != "" {
		t.Errorf("got %q", got)
	}
}

// spoilt proposes a change of 5A with something wrong.
func spoilt(wrong func(*Candidate)) func(*Input) {
	return func(in *Input) {
		c := finding(LevelClass, "5A", KindChange, Act, 138)
		wrong(&c)
		in.Candidates = []Candidate{c}
	}
}

func TestGateRefusesContradictions(t *testing.T) {
	for why, spoil := range map[string]func(*Input){
		"no owner":                     func(in *Input) { in.Owner = "" },
		"a rhythm of five weeks":       func(in *Input) { in.Rhythm = 5 },
		"no waves":                     func(in *Input) { in.Waves = nil },
		"another wave than the last":   func(in *Input) { in.Wave = 140 },
		"waves out of order":           func(in *Input) { in.Waves[0].Number = 144 },
		"ordinals out of order":        func(in *Input) { in.Waves[1].Ordinal = 0 },
		"an item twice":                func(in *Input) { in.Items = append(in.Items, in.Items[0]) },
		"an item named participation":  func(in *Input) { in.Items = append(in.Items, Item{ID: ItemParticipation}) },
		"a school without its waves":   func(in *Input) { in.Schools[0].Waves = nil },
		"a school twice":               func(in *Input) { in.Schools = append(in.Schools, in.Schools[0]) },
		"a class without its wave":     func(in *Input) { in.Schools[0].Waves[0].Classes = nil },
		"more counted than answered":   func(in *Input) { in.Schools[0].Waves[0].Kept[0].Figures[0].Counted = 21 },
		"more answered than took part": func(in *Input) { in.Schools[0].Waves[0].Kept[0].Figures[0].Answered = 21 },
		"a unit of four":               func(in *Input) { in.Schools[0].Waves[0].Kept[0].Respondents = 4 },
		"an item nobody knows":         func(in *Input) { in.Schools[0].Waves[0].Kept[0].Figures[0].Item = "sleep" },
		"a class in two kept units":    func(in *Input) { k := &in.Schools[0].Waves[0].Kept; *k = append(*k, (*k)[0]) },
		"a candidate of an unknown unit": func(in *Input) {
			in.Candidates = []Candidate{finding(LevelClass, "9Z", KindChange, Notice, 138)}
		},
		"a candidate for severe": func(in *Input) { in.Candidates = []Candidate{finding(LevelClass, "5A", KindSevere, Act, 138)} },
		"adults of a class":      func(in *Input) { in.Candidates = []Candidate{finding(LevelClass, "5A", KindAdult, Act, 138)} },
		"a group that is no group": spoilt(func(c *Candidate) {
			c.Unit.Level, c.Unit.Name, c.Unit.Group, c.Kind = LevelSchool, "", "5A", KindGroup
		}),
		"a change of a group":         spoilt(func(c *Candidate) { c.Unit.Level, c.Unit.Name, c.Unit.Group = LevelSchool, "", GroupGirls }),
		"a theme that is no theme":    spoilt(func(c *Candidate) { c.Theme = "Ola" }),
		"a change of nothing":         spoilt(func(c *Candidate) { c.Theme = "" }),
		"a tier that is no tier":      spoilt(func(c *Candidate) { c.Tier = "soon" }),
		"a beginning that is to come": spoilt(func(c *Candidate) { c.Start = 143 }),
		"one that is never false":     spoilt(func(c *Candidate) { c.OneIn = 0 }),
		"one that is always false":    spoilt(func(c *Candidate) { c.OneIn = 1 }),
		"a later wave released before": func(in *Input) {
			row := stored[0]
			row.Wave = 200
			line, err := Decode(row)
			if err != nil {
				t.Fatal(err)
			}
			in.Earlier = []Released{line}
		},
	} {
		in := weekly(2, Item{ID: "thrive", Theme: "wellbeing"}, []int{20, 20}, []int{1, 1})
		if _, err := Gate(in); err != nil {
			t.Fatalf("before %s: %v", why, err)
		}
		spoil(&in)
		if out, err := Gate(in); err == nil || len(out.Lines) > 0 {
			t.Errorf("%s: %d lines were released, %v", why, len(out.Lines), err)
		}
	}
}

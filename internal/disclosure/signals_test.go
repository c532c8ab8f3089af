package disclosure

import (
	"slices"
	"strings"
	"testing"
)

// plot is one owner's school with classes of equal size, whose year is told
// wave by wave. Everything about it is the same in all waves but what the
// test gives.
type plot struct {
	classes []Class
	size    int                                  // pupils, all of whom answer
	asked   func(w int) []string                 // items asked in a wave; nil for hurt and company
	worst   func(w, class int, item string) bool // nil for nobody
	found   func(w int) []Candidate              // nil for nothing
	paused  func(w, class int) bool              // nil for never
	waves   func(w int) uint32                   // nil for every second week from 140
}

var one = []Class{{Name: "5A", Grades: []int{5}}}

// input is the plot as of one of its waves.
func (p plot) input(now int) Input {
	in := Input{Owner: "964338531", Rhythm: 2, Items: []Item{
		{ID: "hurt", Theme: "hurt", Sensitive: true, Bullying: true}, {ID: "digital", Theme: "digital", Sensitive: true, Bullying: true},
		{ID: "thrive", Theme: "wellbeing"}, {ID: "company", Theme: "alone"}, {ID: "adult_harm", Theme: "adult", Sensitive: true, Adult: true},
	}}
	number := p.waves
	if number == nil {
		number = func(w int) uint32 { return uint32(140 + 2*w) }
	}
	school := School{ID: "974700000", Classes: p.classes}
	for w := range now + 1 {
		if len(in.Waves) > 0 && schoolYear(number(w)) != schoolYear(in.Waves[0].Number) {
			in.Waves, school.Waves = nil, nil
		}
		in.Waves = append(in.Waves, Wave{Number: number(w), Ordinal: len(in.Waves)})
		items := []string{"hurt", "company"}
		if p.asked != nil {
			items = p.asked(w)
		}
		var wave SchoolWave
		for c, class := range p.classes {
			if p.paused != nil && p.paused(w, c) {
				wave.Classes = append(wave.Classes, ClassWave{Roster: p.size})
				continue
			}
			wave.Classes = append(wave.Classes, ClassWave{Roster: p.size, Ballots: p.size, Asked: items})
			k := Kept{Classes: []string{class.Name}, Respondents: p.size, Groups: map[string]int{GroupGirls: p.size / 2, GroupBoys: p.size - p.size/2}}
			for _, item := range items {
				worst := p.worst != nil && p.worst(w, c, item)
				k.Figures = append(k.Figures, Figure{Item: item, Answered: p.size, Worst: worst})
			}
			wave.Kept = append(wave.Kept, k)
		}
		school.Waves = append(school.Waves, wave)
	}
	in.Wave = number(now)
	in.Schools = []School{school}
	if p.found != nil {
		in.Candidates = p.found(now)
	}
	return in
}

// release releases the first waves of the plot in order.
func (p plot) release(t *testing.T, waves int) []Released {
	t.Helper()
	var all []Released
	for w := range waves {
		in := p.input(w)
		in.Earlier = all
		out, err := Gate(in)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, out.Lines...)
	}
	return all
}

// timeline writes the signals of a unit and kind, one letter a wave: N or A
// raised as notice or act, n or a standing, r renewed, e ended, x ended and
// raised anew.
func (p plot) timeline(t *testing.T, level Level, name string, kind Kind, waves int) string {
	t.Helper()
	var line strings.Builder
	ids := make(map[string]uint32)
	all := p.release(t, waves)
	for w := range waves {
		letter := "."
		for _, l := range all {
			s, ok := l.Signal()
			if !ok || l.Wave() != p.input(w).Wave || s.Unit.Level != level || s.Unit.Name != name || s.Kind != kind {
				continue
			}
			until, seen := ids[s.ID]
			ids[s.ID] = s.Until
			next := string(s.Tier)[:1]
			switch {
			case s.Ended:
				next = "e"
			case !seen:
				next = strings.ToUpper(next)
			case until != s.Until:
				next = "r"
			}
			if letter != "." {
				next = "x"
			}
			letter = next
		}
		line.WriteString(letter)
	}
	return line.String()
}

func TestSevere(t *testing.T) {
	for _, c := range []struct{ why, worst, want string }{
		{"two of four raise; eight waves; nothing in the last four ends", "xx..............", ".Aaaaaaaae......"},
		{"one is not two", "x...x...x...x...", "................"},
		{"two within four", "x..x............", "...Aaaaaaaae...."},
		{"one of the last four renews for eight more", "xx....x.........", ".Aaaaaaaaraaaaaa"},
		{"what is answered while it stands changes nothing", "xxxxx...........", ".Aaaaaaaae......"},
		{"over, and raised again by two later ones", "xx........xx....", ".Aaaaaaaae.Aaaaa"},
	} {
		p := plot{classes: one, size: 20, worst: func(w, _ int, _ string) bool { return c.worst[w] == 'x' }}
		// Eight waves stand: the one of raising and seven after it.
		if got := p.timeline(t, LevelClass, "5A", KindSevere, len(c.worst)); got != c.want {
			t.Errorf("%s:\nworst %s\ngot   %s\nwant  %s", c.why, c.worst, got, c.want)
		}
	}
}

// TestSevereAndPauses: the last four waves are the last four that asked the
// class, so that a pause neither makes a worst answer forgotten nor tells of a
// wave by itself; the eight waves are the owner's, so that whoever says pauses
// does not choose when a signal ends.
func TestSevereAndPauses(t *testing.T) {
	for _, c := range []struct{ why, waves, want string }{
		{"two of the last four that asked", "x.P.x...........", "....Aaaaaaaae..."},
		{"five that asked are too many", "x.P..x..........", "................"},
		{"a pause raises nothing", "x..P............", "................"},
		{"eight waves, pauses among them", "xx.P..P..P......", ".Aaaaaaaae......"},
		{"looked at in a pause: one of the last four that asked", "xx...xP..P......", ".Aaaaaaaaraaaaaa"},
		{"looked at in a pause: none of the last four that asked", "xx...P...P......", ".Aaaaaaaae......"},
	} {
		p := plot{
			classes: one, size: 20, worst: func(w, _ int, _ string) bool { return c.waves[w] == 'x' },
			paused: func(w, _ int) bool { return c.waves[w] == 'P' },
		}
		if got := p.timeline(t, LevelClass, "5A", KindSevere, len(c.waves)); got != c.want {
			t.Errorf("%s:\nwaves %s\ngot   %s\nwant  %s", c.why, c.waves, got, c.want)
		}
	}
}

// TestNothingIsFoundInAPause: a class that pauses is not silent, and no finding
// about it leaves in that wave. That the others of its grade may still be told of
// does not hang on how many they are beside those who were not asked.
func TestNothingIsFoundInAPause(t *testing.T) {
	five := []Class{{Name: "5A", Grades: []int{5}}, {Name: "5B", Grades: []int{5}}, {Name: "5C", Grades: []int{5}}, {Name: "5D", Grades: []int{5}}, {Name: "5E", Grades: []int{5}}}
	about := func(level Level, name string, kind Kind, theme string) Candidate {
		return Candidate{Unit: Unit{Owner: "964338531", School: "974700000", Level: level, Name: name}, Kind: kind, Theme: theme, Tier: Notice, Start: 140, OneIn: 20}
	}
	p := plot{
		classes: five, size: 20, paused: func(w, class int) bool { return w == 1 && class < 3 },
		found: func(w int) []Candidate {
			if w != 1 {
				return nil
			}
			return []Candidate{
				about(LevelClass, "5A", KindSilence, ""), about(LevelClass, "5B", KindChange, ThemeFewerAnswering),
				about(LevelClass, "5C", KindChange, ThemeWellbeing), about(LevelGrade, "5", KindChange, ThemeWellbeing),
				about(LevelClass, "5D", KindSilence, ""),
			}
		},
	}
	for _, tt := range []struct {
		level Level
		name  string
		kind  Kind
		want  string
	}{
		{LevelClass, "5A", KindSilence, ".."}, {LevelClass, "5B", KindChange, ".."}, {LevelClass, "5C", KindChange, ".."},
		{LevelGrade, "5", KindChange, ".N"}, {LevelClass, "5D", KindSilence, ".N"},
	} {
		if got := p.timeline(t, tt.level, tt.name, tt.kind, 2); got != tt.want {
			t.Errorf("%s of %s %s: %s, want %s", tt.kind, tt.level, tt.name, got, tt.want)
		}
	}
}

// An item that is asked every second wave looks back on the four waves that
// asked it.
func TestSevereOfRotatingItem(t *testing.T) {
	p := plot{
		classes: one, size: 20,
		asked: func(w int) []string {
			if w%2 == 1 {
				return []string{"hurt", "digital"}
			}
			return []string{"hurt"}
		},
		worst: func(w, _ int, item string) bool { return item == "digital" && (w == 1 || w == 7) },
	}
	if got, want := p.timeline(t, LevelClass, "5A", KindSevere, 10), ".......Aaa"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	p.worst = func(w, _ int, item string) bool { return item == "digital" && (w == 1 || w == 9) }
	if got, want := p.timeline(t, LevelClass, "5A", KindSevere, 10), ".........."; got != want {
		t.Errorf("a fifth wave back: got %s, want %s", got, want)
	}
}

// Classes under ten carry no signal of their own; their grade does, if it has
// ten and is not one of them plus a few.
func TestSevereOfSmallClasses(t *testing.T) {
	worst := func(int, int, string) bool { return true }
	small := []Class{{Name: "5A", Grades: []int{5}}, {Name: "5B", Grades: []int{5}}, {Name: "6A", Grades: []int{6}}}
	p := plot{classes: small, size: 7, worst: worst}
	for _, c := range []struct {
		level Level
		name  string
		want  string
	}{
		{LevelClass, "5A", "..."},
		{LevelGrade, "5", ".Aa"},
		{LevelGrade, "6", "..."},
		{LevelSchool, "", "..."}, // 6A is left: seven pupils
	} {
		if got := p.timeline(t, c.level, c.name, KindSevere, 3); got != c.want {
			t.Errorf("%s %s: got %s, want %s", c.level, c.name, got, c.want)
		}
	}
	p.size = 12
	for _, c := range []struct {
		level Level
		name  string
		want  string
	}{{LevelClass, "5A", ".Aa"}, {LevelClass, "6A", ".Aa"}, {LevelGrade, "5", "..."}, {LevelSchool, "", "..."}} {
		if got := p.timeline(t, c.level, c.name, KindSevere, 3); got != c.want {
			t.Errorf("of 12: %s %s: got %s, want %s", c.level, c.name, got, c.want)
		}
	}
}

func finding(level Level, name string, kind Kind, tier Tier, start uint32) Candidate {
	return Candidate{
		Unit: Unit{Owner: "964338531", School: "974700000", Level: level, Name: name},
		Kind: kind, Theme: "wellbeing", Tier: tier, Start: start, OneIn: 4,
	}
}

func about(c Candidate, theme string) Candidate {
	c.Theme = theme
	return c
}

func TestStanding(t *testing.T) {
	for _, c := range []struct{ why, found, want string }{
		{"stands 12 waves whatever is found", "n...............", "Nnnnnnnnnnnne..."},
		{"rises, and never falls", "n..a.n..........", "Nnnaaaaaaaaae..."},
		{"looked at again after 12 waves, and raised anew", "n...........n...", "Nnnnnnnnnnnnxnnn"},
		{"found anew later", "n.............n.", "Nnnnnnnnnnnne.Nn"},
		{"raised to act at once", "a..n............", "Aaaaaaaaaaaae..."},
	} {
		p := plot{classes: one, size: 20, found: func(w int) []Candidate {
			switch c.found[w] {
			case 'n':
				return []Candidate{finding(LevelClass, "5A", KindChange, Notice, 138)}
			case 'a':
				later := finding(LevelClass, "5A", KindChange, Act, 139)
				later.Theme = "alone"
				return []Candidate{later}
			}
			return nil
		}}
		if got := p.timeline(t, LevelClass, "5A", KindChange, len(c.found)); got != c.want {
			t.Errorf("%s:\nfound %s\ngot   %s\nwant  %s", c.why, c.found, got, c.want)
		}
		var first Signal
		for _, l := range p.release(t, 6) {
			s, ok := l.Signal()
			if !ok {
				continue
			}
			if first.ID == "" {
				first = s
			}
			if s.ID != first.ID || s.Since != first.Since || s.Theme != first.Theme || s.Raised != 140 || s.Until != 162 {
				t.Errorf("%s: %+v is restated as %+v", c.why, first, s)
			}
		}
	}
}

// 5A of the next school year is other pupils.
func TestSignalsEndWithTheSchoolYear(t *testing.T) {
	p := plot{
		classes: one, size: 20,
		worst: func(w, _ int, _ string) bool { return w < 2 },
		found: func(w int) []Candidate {
			if w == 0 {
				return []Candidate{finding(LevelClass, "5A", KindChange, Notice, 120)}
			}
			return nil
		},
		waves: func(w int) uint32 { // three in June 2026, then from September
			return []uint32{125, 126, 127, 140, 142}[w]
		},
	}
	if got, want := p.timeline(t, LevelClass, "5A", KindChange, 5), "Nnne."; got != want {
		t.Errorf("change: got %s, want %s", got, want)
	}
	if got, want := p.timeline(t, LevelClass, "5A", KindSevere, 5), ".Aae."; got != want {
		t.Errorf("severe: got %s, want %s", got, want)
	}
	all := p.release(t, 5)
	for _, l := range Current(all, Staff) {
		if l.Wave() < 140 {
			t.Errorf("a line of the last school year still holds: %+v", l.Row())
		}
	}
}

func TestFindingsThatDoNotLeave(t *testing.T) {
	three := []Class{{Name: "5A", Grades: []int{5}}, {Name: "5B", Grades: []int{5}}, {Name: "6A", Grades: []int{6}}}
	group := func(level Level, name, group string) Candidate {
		c := finding(level, name, KindGroup, Notice, 138)
		c.Unit.Group = group
		return c
	}
	sensitive := about(finding(LevelClass, "5A", KindChange, Notice, 138), ThemeHurt)
	fewer := about(finding(LevelClass, "5A", KindChange, Notice, 138), ThemeFewerAnswering)
	for _, c := range []struct {
		why   string
		size  int
		found Candidate
		want  bool
	}{
		{"a class of eight", 8, finding(LevelClass, "5A", KindChange, Notice, 138), true},
		{"a sensitive theme in a class of eight", 8, sensitive, false},
		{"a sensitive theme in a class of ten", 10, sensitive, true},
		{"a level", 10, finding(LevelClass, "5A", KindLevel, Notice, 138), true},
		{"silence in a class of nine", 9, finding(LevelClass, "5A", KindSilence, Notice, 138), false},
		{"silence in a class of ten", 10, finding(LevelClass, "5A", KindSilence, Notice, 138), true},
		{"that fewer answer in a class of nine", 9, fewer, false},
		{"that fewer answer in a class of ten", 10, fewer, true},
		{"a grade of two classes", 10, finding(LevelGrade, "5", KindChange, Notice, 138), true},
		{"a grade of one class", 20, finding(LevelGrade, "6", KindChange, Notice, 138), false},
		{"a school", 10, finding(LevelSchool, "", KindChange, Notice, 138), true},
		{"the girls of a class", 40, group(LevelClass, "5A", GroupGirls), false},
		{"nine girls of a grade", 9, group(LevelGrade, "5", GroupGirls), false},
		{"ten girls of a grade", 10, group(LevelGrade, "5", GroupGirls), true},
	} {
		p := plot{classes: three, size: c.size, found: func(int) []Candidate { return []Candidate{c.found} }}
		told := slices.ContainsFunc(p.release(t, 1), func(l Released) bool {
			s, ok := l.Signal()
			return ok && s.Unit == c.found.Unit && s.Kind == c.found.Kind
		})
		if told != c.want {
			t.Errorf("%s: told %v, want %v", c.why, told, c.want)
		}
	}
}

// Half the roster, and ten beside the group.
func TestFindingsAboutTooFew(t *testing.T) {
	two := []Class{{Name: "5A", Grades: []int{5}}, {Name: "5B", Grades: []int{5}}}
	girls := finding(LevelGrade, "5", KindGroup, Notice, 138)
	girls.Unit.Group = GroupGirls
	for _, c := range []struct {
		why   string
		found Candidate
		spoil func(*SchoolWave)
	}{
		{"nine of twenty answered", finding(LevelClass, "5A", KindChange, Notice, 138), func(w *SchoolWave) {
			w.Kept[0].Respondents, w.Kept[0].Figures = 9, nil
		}},
		{"six boys in a grade", girls, func(w *SchoolWave) {
			w.Kept[0].Groups = map[string]int{GroupGirls: 14, GroupBoys: 6}
			w.Kept[1].Groups = map[string]int{GroupGirls: 14, GroupBoys: 3}
		}},
		{"fourteen girls of one class and four of the other", girls, func(w *SchoolWave) {
			w.Kept[0].Groups = map[string]int{GroupGirls: 14, GroupBoys: 6}
			w.Kept[1].Groups = map[string]int{GroupGirls: 4, GroupBoys: 16}
		}},
		{"nine answered the question of a sensitive theme", about(finding(LevelClass, "5A", KindChange, Notice, 138), ThemeHurt), func(w *SchoolWave) {
			w.Kept[0].Figures[0].Answered = 9
		}},
		{"four answered the question of a theme", about(finding(LevelClass, "5A", KindLevel, Notice, 138), ThemeAlone), func(w *SchoolWave) {
			w.Kept[0].Figures[1].Answered = 4
		}},
		{"a theme that nobody was asked about", about(finding(LevelClass, "5A", KindChange, Notice, 138), ThemeAlone), func(w *SchoolWave) {
			w.Classes[0].Asked = []string{"hurt"}
		}},
		{"three replacement codes", finding(LevelClass, "5A", KindSilence, Notice, 138), func(w *SchoolWave) {
			w.Classes[0].Replaced = 3
		}},
		{"twenty-nine answered about adults", finding(LevelSchool, "", KindAdult, Act, 138), func(w *SchoolWave) {
			w.Kept[0].Figures[2].Answered = 9
		}},
		{"five answered beside one class", finding(LevelSchool, "", KindAdult, Act, 138), func(w *SchoolWave) {
			w.Kept = w.Kept[:1]
		}},
	} {
		asked := func(int) []string { return []string{"hurt", "company", "adult_harm"} }
		in := plot{classes: two, size: 20, asked: asked, found: func(int) []Candidate { return []Candidate{c.found} }}.input(0)
		for i, told := range []bool{true, false} {
			if i == 1 {
				c.spoil(&in.Schools[0].Waves[0])
			}
			out, err := Gate(in)
			if err != nil {
				t.Fatal(err)
			}
			if got := slices.ContainsFunc(out.Lines, func(l Released) bool { return l.Form() == FormSignal }); got != told {
				t.Errorf("%s: told %v, want %v", c.why, got, told)
			}
		}
	}
}

// What pupils say of adults is told to the owner, is not among the school's
// signals, and is held like severe.
func TestAdult(t *testing.T) {
	three := []Class{{Name: "5A", Grades: []int{5}}, {Name: "5B", Grades: []int{5}}, {Name: "6A", Grades: []int{6}}}
	for _, c := range []struct{ why, found, want string }{
		{"stands eight waves, whatever is found", "n.n.............", "Nnnnnnnne......."},
		{"renewed if found when the eight are over", "n.......n.......", "Nnnnnnnnrnnnnnnn"},
		{"rises, and never falls", "n.a.n...........", "Nnaaaaaae......."},
		{"renewed and rising at once", "n.......a.......", "Nnnnnnnnraaaaaaa"},
		{"found anew later", "n.........a.....", "Nnnnnnnne.Aaaaaa"},
	} {
		p := plot{
			classes: three, size: 12,
			asked: func(w int) []string {
				if w%2 == 0 {
					return []string{"hurt", "adult_harm"}
				}
				return []string{"hurt"}
			},
			found: func(w int) []Candidate {
				switch c.found[w] {
				case 'n':
					return []Candidate{finding(LevelSchool, "", KindAdult, Notice, 138)}
				case 'a':
					return []Candidate{finding(LevelSchool, "", KindAdult, Act, 138)}
				}
				return nil
			},
		}
		if got := p.timeline(t, LevelSchool, "", KindAdult, len(c.found)); got != c.want {
			t.Errorf("%s:\nfound %s\ngot   %s\nwant  %s", c.why, c.found, got, c.want)
		}
		all := p.release(t, 4)
		for _, l := range Current(all, Staff) {
			if s, ok := l.Signal(); ok {
				t.Errorf("%s: the school is told %+v", c.why, s)
			}
		}
		for _, l := range Current(all, Owner) {
			if s, ok := l.Signal(); ok && (s.Kind != KindAdult || s.Theme != "" || s.OneIn != 4) {
				t.Errorf("%s: the owner is told %+v", c.why, s)
			}
			if l.Item() == ItemSignals && l.Signals() != signalsNone {
				t.Errorf("%s: counted among the school's signals", c.why)
			}
		}
	}
}

func TestOwnerSeesSignalsAsAFewOrMany(t *testing.T) {
	for n, want := range map[int]string{0: "0", 1: "1-4", 4: "1-4", 5: "5+", 40: "5+"} {
		if got := signalsWord(n); got != want {
			t.Errorf("%d signals are told as %q, want %q", n, got, want)
		}
	}
	p := plot{classes: one, size: 20, found: func(int) []Candidate {
		return []Candidate{finding(LevelClass, "5A", KindChange, Notice, 138)}
	}}
	for _, l := range Current(p.release(t, 2), Owner) {
		if _, ok := l.Signal(); ok {
			t.Errorf("an owner sees a signal of a school: %+v", l.Row())
		}
		if l.Item() == ItemSignals && l.Signals() != "1-4" {
			t.Errorf("an owner sees %q signals", l.Signals())
		}
	}
}

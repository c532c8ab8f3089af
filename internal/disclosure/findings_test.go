package disclosure

import (
	"slices"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// findings draws what watch proposes in each wave of a year, about any unit
// that the kind can be about.
func findings(t *rapid.T, y Input) [][]Candidate {
	var units []Unit
	for i := range y.Schools {
		units = append(units, y.Schools[i].units(y.Owner)...)
	}
	unit := func(fits func(Unit) bool) *rapid.Generator[Unit] {
		return rapid.SampledFrom(slices.DeleteFunc(slices.Clone(units), func(u Unit) bool { return !fits(u) }))
	}
	all := make([][]Candidate, len(y.Waves))
	for w := range all {
		for range rapid.IntRange(0, 4).Draw(t, "findings") {
			c := Candidate{
				Kind:  rapid.SampledFrom([]Kind{KindChange, KindLevel, KindGroup, KindSilence, KindAdult}).Draw(t, "kind"),
				Theme: rapid.SampledFrom(Themes).Draw(t, "theme"), Tier: Notice, OneIn: 4,
				Start: uint32(rapid.IntRange(100, int(y.Waves[w].Number)).Draw(t, "start")),
			}
			if rapid.Bool().Draw(t, "act") {
				c.Tier, c.OneIn = Act, 10
			}
			c.Unit = unit(func(u Unit) bool { return c.Kind != KindAdult || u.Level == LevelSchool }).Draw(t, "unit")
			if c.Kind == KindGroup {
				c.Unit.Group = rapid.SampledFrom([]string{GroupGirls, GroupBoys}).Draw(t, "group")
			}
			all[w] = append(all[w], c)
		}
	}
	return all
}

// runWith is run with findings.
func runWith(t *rapid.T, y Input, found [][]Candidate) []Released {
	var all []Released
	for w := range y.Waves {
		in := at(y, w, all)
		in.Candidates = found[w]
		out, err := Gate(in)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, out.Lines...)
	}
	return all
}

// ofFindings are the signals that came of findings.
func ofFindings(lines []Released) []Released {
	return slices.DeleteFunc(slices.Clone(lines), func(l Released) bool {
		s, ok := l.Signal()
		return !ok || s.Kind == KindSevere
	})
}

// heard is what a unit's floors look at, summed up without the help of the
// gate: the roster, who took part, and who answered an item when it was asked
// last.
type heard struct {
	roster, respondents, answered int
	groups                        map[string]int
}

func hear(s School, u Unit, w int, item string) heard {
	h := heard{groups: make(map[string]int)}
	mine := make(map[string]bool)
	for c, class := range s.Classes {
		grade := len(class.Grades) == 1 && strconv.Itoa(class.Grades[0]) == u.Name
		if u.Level == LevelSchool || u.Level == LevelGrade && grade || u.Level == LevelClass && class.Name == u.Name {
			mine[class.Name] = true
			h.roster += s.Waves[w].Classes[c].Roster
		}
	}
	for _, k := range s.Waves[w].Kept {
		if u.Level != LevelSchool && (len(k.Classes) != 1 || !mine[k.Classes[0]]) {
			continue
		}
		h.respondents += k.Respondents
		for g, n := range k.Groups {
			h.groups[g] += n
		}
	}
	for last := w; last >= 0; last-- {
		if !slices.Contains(asked(last), item) {
			continue
		}
		for _, k := range s.Waves[last].Kept {
			if f := k.figure(item); f != nil && (u.Level == LevelSchool || len(k.Classes) == 1 && mine[k.Classes[0]]) {
				h.answered += f.Answered
			}
		}
		break
	}
	return h
}

// A finding leaves only where enough were heard, to whom it is for, and with
// nothing that it did not bring.
func TestWhatIsToldOfAFinding(t *testing.T) {
	items := map[string]string{ThemeHurt: "hurt", ThemeDigital: "digital"}
	rapid.Check(t, func(t *rapid.T) {
		y := year(t, 6)
		found := findings(t, y)
		for _, l := range ofFindings(runWith(t, y, found)) {
			s, _ := l.Signal()
			if s.Raised != l.Wave() {
				continue
			}
			w := slices.IndexFunc(y.Waves, func(w Wave) bool { return w.Number == l.Wave() })
			from := slices.IndexFunc(found[w], func(c Candidate) bool {
				return c.Unit == s.Unit && c.Kind == s.Kind && c.Tier == s.Tier && c.OneIn == s.OneIn &&
					month(c.Start) == s.Since && (c.Theme == s.Theme || !s.Kind.HasTheme() && s.Theme == "")
			})
			if from < 0 {
				t.Fatalf("nobody found %+v", s)
			}
			if got, want := l.Audience(), map[bool]Audience{true: Owner, false: Staff}[s.Kind == KindAdult]; got != want {
				t.Fatalf("%+v is told to %s", s, got)
			}
			school := y.Schools[slices.IndexFunc(y.Schools, func(school School) bool { return school.ID == s.Unit.School })]
			item := items[s.Theme]
			if s.Kind == KindAdult {
				item = "adult_harm"
			}
			h := hear(school, s.Unit, w, item)
			silent := s.Kind == KindSilence || s.Theme == ThemeFewerAnswering
			switch {
			case s.Unit.Group != "" && (s.Unit.Level == LevelClass || h.groups[GroupGirls] < 10 || h.groups[GroupBoys] < 10):
				t.Fatalf("%+v is told of a group of %+v", s, h)
			case silent && h.roster < 10:
				t.Fatalf("%+v is told of a roster of %d", s, h.roster)
			case !silent && (h.respondents < 5 || 2*h.respondents < h.roster):
				t.Fatalf("%+v is told of %+v", s, h)
			case s.Kind == KindAdult && h.answered < 30:
				t.Fatalf("%+v is told of %d who answered", s, h.answered)
			case s.Theme != "" && s.Theme != ThemeWellbeing && !silent && h.answered < 10:
				t.Fatalf("%+v is told of %d who answered", s, h.answered)
			}
		}
	})
}

// A signal stands for its term and no longer, says the same all the while, and
// may rise but never fall. A unit has one of a kind.
func TestFindingsStandTheirTerm(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		y := year(t, 20)
		first, last := make(map[string]Signal), make(map[string]Signal)
		waves := make(map[string]int)
		type key struct {
			Unit
			Kind
		}
		open := make(map[key]uint32)
		for _, l := range ofFindings(runWith(t, y, findings(t, y))) {
			s, _ := l.Signal()
			before, seen := last[s.ID]
			last[s.ID] = s
			if !seen {
				first[s.ID] = s
			}
			was := first[s.ID]
			switch {
			case s.Unit != was.Unit || s.Kind != was.Kind || s.Theme != was.Theme || s.Since != was.Since || s.Raised != was.Raised:
				t.Fatalf("%+v is restated as %+v", was, s)
			case seen && before.Ended:
				t.Fatalf("%+v comes back", s)
			case seen && before.Tier == Act && (s.Tier != Act || s.OneIn != before.OneIn):
				t.Fatalf("%+v falls to %+v", before, s)
			case seen && before.Tier == s.Tier && before.OneIn != s.OneIn:
				t.Fatalf("%+v is told anew as %+v", before, s)
			}
			if s.Ended {
				term := standsChange
				if s.Kind == KindAdult {
					term = standsSevere
				}
				if waves[s.ID]%term != 0 || s.Kind != KindAdult && waves[s.ID] != term {
					t.Fatalf("%+v ends after %d waves", s, waves[s.ID])
				}
				continue
			}
			waves[s.ID]++
			if wave := open[key{s.Unit, s.Kind}]; wave == l.Wave() {
				t.Fatalf("two of a kind stand: %+v", s)
			}
			open[key{s.Unit, s.Kind}] = l.Wave()
		}
	})
}

// Whether a finding leaves, and for how long, follows from sizes and from the
// finding: what else was answered moves nothing.
func TestFindingsLeaveBySizesAlone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := year(t, 6)
		found := findings(t, a)
		b := answeredAnew(t, a, func(int, int) bool { return true })
		if diff := cmp.Diff(ofFindings(runWith(t, a, found)), ofFindings(runWith(t, b, found)), cmp.AllowUnexported(Released{})); diff != "" {
			t.Fatal(diff)
		}
	})
}

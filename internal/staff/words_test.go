package staff

import (
	"slices"
	"testing"
	"time"

	"github.com/folgmed/folgmed/internal/access"
	"github.com/folgmed/folgmed/internal/disclosure"
	"github.com/folgmed/folgmed/internal/duty"
	"github.com/folgmed/folgmed/internal/roster"
	"github.com/folgmed/folgmed/internal/web"
)

func catalog(t *testing.T) *web.Catalog {
	t.Helper()
	cat, err := web.NewCatalog(files, "locale")
	if err != nil {
		t.Fatal(err)
	}
	return cat
}

// Every key that is put together from a value of another package's list is in
// the catalog: templates are checked at start, these only here.
func TestEveryComposedKeyIsThere(t *testing.T) {
	var keys []string
	add := func(prefix string, values ...string) {
		for _, v := range values {
			keys = append(keys, prefix+v)
		}
	}
	for _, code := range duty.RefusalCodes {
		add("refused.", string(code))
	}
	themes := []string{"other"} // of a signal that is no longer kept
	for _, theme := range disclosure.Themes {
		if theme != disclosure.ThemeFewerAnswering { // told as silence
			themes = append(themes, theme)
		}
	}
	add("theme.", themes...)
	add("look.", append(themes, string(disclosure.KindSevere), string(disclosure.KindSilence), string(disclosure.KindAdult))...)
	add("tier.", string(disclosure.Notice), string(disclosure.Act))
	for _, s := range []duty.Step{duty.Opened, duty.Joined, duty.Raised, duty.Ended} {
		add("step.", string(s))
	}
	for _, r := range append([]access.Role{access.Deputy}, access.Roles...) {
		add("role.", string(r))
	}
	add("conclusion.", duty.Concern, duty.NoConcern, duty.InCase, duty.NewCase, duty.NoCase)
	add("again.", duty.NoConcern, duty.NoCase)
	add("headline.", string(duty.Standing))
	add("signal.", string(duty.Standing))
	for _, w := range disclosure.Words {
		if w != disclosure.WordsNoneToMany { // shown as hidden
			add("cell.", w, w+"_full")
		}
	}
	add("answered.", disclosure.UnderHalf, disclosure.HalfToFourFifths, disclosure.MoreThanFourFifths)
	add("hidden.", disclosure.ReasonProtect, disclosure.ReasonSmall)
	add("number.", "2", "4", "10", "20", "40", "100") // class-years, of each rate that may be chosen
	add("group.", disclosure.GroupGirls, disclosure.GroupBoys)
	for _, l := range legendLooks {
		add("legend.", string(l))
	}
	for _, e := range explained {
		add("duties."+e.duty, ".title", ".text")
	}
	cat := catalog(t)
	either := func(keys ...string) {
		if !slices.ContainsFunc(keys, cat.Has) {
			t.Errorf("the catalog has none of %q", keys)
		}
	}
	for _, r := range duty.Rules {
		step := string(r.Subject) + "." + string(r.Step)
		add("do.", step)
		add("did.", step)
		for _, f := range r.Fields {
			if f.Kind != duty.KindRefs && f.Field != duty.FieldMeasure { // the page fills them in
				either("field."+step+"."+string(f.Field), "field."+string(f.Field))
			}
			for _, o := range f.Options {
				if f.Kind != duty.KindTick || f.Field == duty.FieldElsewhere {
					either("option."+string(f.Field)+"."+o, "option."+o)
				}
			}
		}
	}
	add("written.", savedWords...)
	add("matter.", duty.Matters...)
	add("stage.", string(duty.StagePrincipal), string(duty.StageOwner))
	add("report.undecided.", duty.AboutPupils, duty.AboutStaff)
	add("report.state.", duty.InCase, duty.NewCase, duty.NoCase, duty.RoutePassedOn, duty.RouteUnfounded,
		"owner_took", "with_owner", "serious", "inquired", "received", "sent")
	add("case.next.", "closed", "follow", "inquire", "plan", "evaluate", "close")
	add("conclusion.", duty.InCase, duty.NewCase, duty.NoCase)
	for _, key := range keys {
		if !cat.Has(key) {
			t.Errorf("the catalog has no %q", key)
		}
	}
}

func TestUnitsAndTimesInWords(t *testing.T) {
	nb := words{cat: catalog(t), lang: "nb"}
	for _, tt := range []struct{ got, want string }{
		{nb.grades([]int{5}), "5. trinn"},
		{nb.grades([]int{3, 1, 2}), "1.–3. trinn"},
		{nb.grades([]int{12}), "Vg2"},
		{nb.grades([]int{11, 13}), "Vg1–Vg3"},
		{nb.grades([]int{10, 11}), "10. trinn–Vg1"},
		{nb.unit(disclosure.Unit{Level: disclosure.LevelClass, Name: "5A"}), "5A"},
		{nb.unit(disclosure.Unit{Level: disclosure.LevelGrade, Name: "11"}), "Vg1"},
		{nb.unit(disclosure.Unit{Level: disclosure.LevelSchool}), "Hele skolen"},
		{nb.unit(disclosure.Unit{Level: disclosure.LevelGrade, Name: "8", Group: disclosure.GroupGirls}), "Jentene, 8. trinn"},
		{nb.month("2026-10"), "oktober 2026"},
		// A quarter to midnight in Oslo is the day before a quarter past.
		{nb.ago(time.Date(2026, 10, 12, 21, 45, 0, 0, time.UTC), time.Date(2026, 10, 12, 22, 15, 0, 0, time.UTC)), "i går"},
		{nb.ago(time.Date(2026, 10, 12, 6, 0, 0, 0, time.UTC), time.Date(2026, 10, 12, 20, 0, 0, 0, time.UTC)), "i dag"},
		{nb.ago(time.Date(2026, 10, 30, 6, 0, 0, 0, time.UTC), time.Date(2026, 10, 12, 20, 0, 0, 0, time.UTC)), "i dag"},
		// Across the end of summer time.
		{nb.ago(time.Date(2026, 10, 24, 10, 0, 0, 0, time.UTC), time.Date(2026, 10, 26, 10, 0, 0, 0, time.UTC)), "for 2 dager siden"},
	} {
		if tt.got != tt.want {
			t.Errorf("got %q, want %q", tt.got, tt.want)
		}
	}
}

func TestClassesStandInTheirNaturalOrder(t *testing.T) {
	var got []string
	for _, c := range sortClasses([]roster.Class{
		{Name: "10A", Grades: []int{10}}, {Name: "5B", Grades: []int{5}}, {Name: "Ørn", Grades: []int{6}},
		{Name: "5A", Grades: []int{5}}, {Name: "Bjørn", Grades: []int{6}}, {Name: "8-10", Grades: []int{8}}, {Name: "8-9", Grades: []int{8}},
	}) {
		got = append(got, c.Name)
	}
	want := []string{"5A", "5B", "Bjørn", "Ørn", "8-9", "8-10", "10A"}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// A monthly school is asked in weeks 37, 41, 45, 49, 1, 5 and so on, and has
// figures after every third; in the holidays there may be none in sight.
func TestNextBlock(t *testing.T) {
	v := &visit{owner: roster.Owner{Rhythm: 4}}
	if got := v.nextBlock(149); got != 5 { // week 46
		t.Errorf("a monthly school's next figure comes after week %d, want 5", got)
	}
	if got := v.nextBlock(180); got != 0 { // Monday 14 June 2027: the last week of school
		t.Errorf("in the last week before summer: week %d, want none", got)
	}
}

func TestPercent(t *testing.T) {
	for _, tt := range []struct {
		k, of int
		want  string
	}{{0, 3, "0"}, {1, 3, "33"}, {2, 3, "67"}, {3, 3, "100"}, {1, 20, "5"}, {7, 100, "7"}} {
		if got := percent(tt.k, tt.of); got != tt.want {
			t.Errorf("percent(%d, %d) = %s, want %s", tt.k, tt.of, got, tt.want)
		}
	}
}

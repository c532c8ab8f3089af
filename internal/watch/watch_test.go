package watch

import (
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/folgmed/folgmed/analytics"
	"github.com/folgmed/folgmed/internal/counts"
	"github.com/folgmed/folgmed/internal/disclosure"
	"github.com/folgmed/folgmed/internal/wave"
)

func TestFindRefusesUnknownRates(t *testing.T) {
	for _, r := range []Round{{Owner: "1", Rate: .2}, {Owner: "1", Rhythm: 3}} {
		if _, err := Find(r); err == nil || !strings.Contains(err.Error(), "owner 1") {
			t.Errorf("%+v: error %v, want one that names the owner", r, err)
		}
	}
}

// A round without answers in its wave finds nothing, whatever came before.
func TestFindWithoutAnswers(t *testing.T) {
	s := &scenario{t: t, owner: owner(2, 4, 24), events: []event{{place: place{class: "1A"}, fall: 2, from: 6, to: 99}}}
	s.owner.Rhythm = 2
	var past past
	for n := 1; n <= 8; n++ {
		past.add(t, s.week(n), asked(t, s.owner, n-1, 1), s.answers(n))
	}
	for _, r := range []Round{past.round(s.owner, s.week(9), nil), {Owner: s.owner.Org, Wave: s.week(8)}} {
		if got, err := Find(r); err != nil || len(got) != 0 {
			t.Errorf("wave %d: %+v, %v; want nothing", r.Wave, got, err)
		}
	}
	got, err := Find(past.round(s.owner, s.week(8), nil))
	if err != nil || len(got) == 0 || got[0].Unit.Name != "1A" {
		t.Errorf("wave 8: %+v, %v; want 1A", got, err)
	}
}

// Last year's waves and the first of this year lie in seasons of their own.
func TestPanelSchoolYears(t *testing.T) {
	s := &scenario{t: t, owner: owner(1, 2, 24)}
	s.owner.Rhythm = 2
	var past past
	for _, n := range []int{1, 2, 3, 27, 28} {
		past.add(t, s.week(n), asked(t, s.owner, n-1, 1), s.answers(n))
	}
	p := classes(past.summaries, s.week(28))
	if err := p.Validate(); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]int{231, 233, 235, 307, 309}, p.Weeks); diff != "" {
		t.Errorf("weeks (-want +got):\n%s", diff)
	}
	if len(p.Units) != 4 {
		t.Fatalf("%d units, want two classes in each of two years", len(p.Units))
	}
	for i, k := range p.keys {
		for at, n := range p.waves {
			asked := p.Cell(i, at).Score.N > 0
			if asked != (wave.Number(n).SchoolYear() == k.year) {
				t.Errorf("class %s of %d in wave %d: answered %t", k.unit.Name, k.year, n, asked)
			}
		}
	}
}

// A class that is put together anew in the middle of the year is from then on
// another unit; one that only lost a few pupils is not. In August a class is what
// it was in June if it has kept its size.
func TestPanelFollowsClasses(t *testing.T) {
	var all []counts.Summary
	add := func(n uint32, name string, roster uint16, questionnaire string) {
		all = append(all, counts.Summary{Wave: n, Owner: "1", School: "1", Unit: counts.ClassUnit(name).String(),
			Questionnaire: questionnaire, Roster: roster, Ballots: -1, N: 10, Sum: 40})
	}
	const june, august = 170, 190
	for n := uint32(june); n < june+4; n++ {
		add(n, "5A", 20, "q@1")
		add(n, "5B", 20, "q@1")
	}
	for n := uint32(august); n < august+6; n++ {
		size := uint16(22) // two have come over the summer
		if n >= august+3 {
			size = 27 // and five at once
		}
		add(n, "6A", size, "q@1")
		add(n, "6B", 14, "q@1") // six are gone
		questions := "q@1"
		if n >= august+4 {
			questions = "q@2"
		}
		add(n, "7A", 20, questions)
	}
	type unit struct {
		name   string
		year   int
		formed uint32
		before int // index of the unit before it, from 1
	}
	p := classes(all, august+9)
	var got []unit
	for i, k := range p.keys {
		got = append(got, unit{k.unit.Name, k.year, k.formed, p.Units[i].Before})
	}
	want := []unit{
		{"5A", 2026, 0, 0}, {"5B", 2026, 0, 0},
		{"6A", 2027, 0, 1}, {"6A", 2027, august + 3, 0}, {"6B", 2027, 0, 0},
		{"7A", 2027, 0, 0}, {"7A", 2027, august + 4, 0},
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(unit{})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if err := p.Validate(); err != nil {
		t.Error(err)
	}
}

// What is said of adults in one questionnaire of a school weighs as much in
// another order, and one that was not asked this time keeps what it had.
func TestMeanOfQuestionnaires(t *testing.T) {
	school := disclosure.Unit{Owner: "1", School: "1", Level: disclosure.LevelSchool}
	other := disclosure.Unit{Owner: "1", School: "2", Level: disclosure.LevelSchool}
	p := &panel{
		waves: []uint32{170, 190, 192},
		keys: []unitKey{
			{unit: school, year: 2026, questionnaire: "a"},
			{unit: school, year: 2027, questionnaire: "a"}, {unit: school, year: 2027, questionnaire: "b"},
			{unit: other, year: 2027, questionnaire: "a"},
		},
	}
	p.Cells = make([]analytics.Cell, 12)
	p.Weeks = make([]int, 3)
	p.Cell(1, 2).Low.N = 40
	none := math.NaN()
	got := p.mean(map[analytics.Kind][]float64{analytics.KindSilence: {
		90, none, none,
		none, 2, 30,
		none, 10, none,
		none, 7, none,
	}})
	want := map[disclosure.Unit]map[analytics.Kind]float64{school: {analytics.KindSilence: 20}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

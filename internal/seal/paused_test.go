package seal

import (
	"slices"
	"testing"

	"github.com/folgmed/folgmed/internal/counts"
	"github.com/folgmed/folgmed/internal/roster"
	"github.com/folgmed/folgmed/internal/wave"
	"github.com/folgmed/folgmed/surveys"
)

// TestPausedClassesAreNotCounted: of a class that pauses nothing is kept of the
// wave, so that nobody takes its silence for something the pupils did.
func TestPausedClassesAreNotCounted(t *testing.T) {
	set, err := surveys.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	const n = wave.Number(150)
	known := roster.Roster{Owners: []roster.Owner{{Org: "100000001", Rhythm: 2, Schools: []roster.School{{Org: "200000001", Classes: []roster.Class{
		{Name: "5A", Grades: []int{5}, Size: 20}, {Name: "5B", Grades: []int{5}, Size: 20},
	}}}}}}
	events := []wave.Event{
		{Wave: n, Owner: "100000001", Step: wave.Opened, Closes: n.Closes()},
		{Wave: n, School: "200000001", Class: "5A", Step: wave.Paused},
	}
	view := View{known, wave.NewPlan(known, set, events, n.Opens()), set}
	if got := view.Classes(n, nil); len(got) != 1 || got[0].Name != "5B" {
		t.Errorf("asked: %+v", got)
	}
	if got := view.Classes(n+1, nil); len(got) != 0 {
		t.Errorf("asked in a week without a wave: %+v", got)
	}
}

// TestAPauseHidesNoNewcomer: the rule that joins the block of a newcomer to the
// next sees the roster of a class change by one, also over a week in which the
// class pauses. Else whoever may say pauses could choose to have the newcomer's
// answers be the difference between two blocks.
func TestAPauseHidesNoNewcomer(t *testing.T) {
	set, err := surveys.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	waves := []wave.Number{148, 150, 152}
	sized := func(n int) roster.Roster {
		return roster.Roster{Owners: []roster.Owner{{Org: "100000001", Rhythm: 2, Schools: []roster.School{{Org: "200000001", Classes: []roster.Class{
			{Name: "5A", Grades: []int{5}, Size: n},
		}}}}}}
	}
	var events []wave.Event
	for _, n := range waves {
		events = append(events, wave.Event{Wave: n, Owner: "100000001", Step: wave.Opened, Closes: n.Closes()})
	}
	events = append(events, wave.Event{Wave: waves[1], School: "200000001", Class: "5A", Step: wave.Paused})
	var rows []counts.Row
	var view View
	for k, n := range waves {
		known := sized(20 + k/2) // one more in the last
		view = View{known, wave.NewPlan(known, set, events, n.Opens()), set}
		folded, err := counts.Fold(uint32(n), view.Classes(n, nil), func(func(counts.Ballot) error) error { return nil })
		if err != nil {
			t.Fatal(err)
		}
		rows = append(rows, folded.Rows...)
	}
	table, err := counts.Read(rows)
	if err != nil {
		t.Fatal(err)
	}
	in := view.gateInput(waves[2], view.Roster.Owners[0], table, nil, nil)
	var got []int
	for _, w := range in.Schools[0].Waves {
		got = append(got, w.Classes[0].Roster)
	}
	if want := []int{20, 20, 21}; !slices.Equal(got, want) {
		t.Errorf("the gate sees the class as of %v, want %v", got, want)
	}
	if asked := in.Schools[0].Waves[1].Classes[0].Asked; len(asked) > 0 {
		t.Errorf("in the week of the pause it was asked %v", asked)
	}
}

package seal

import (
	"fmt"
	"slices"
	"testing"

	"github.com/folgmed/folgmed/internal/counts"
	"github.com/folgmed/folgmed/internal/roster"
	"github.com/folgmed/folgmed/internal/wave"
	"github.com/folgmed/folgmed/surveys"
)

// TestPausedClassesAreNotCounted: of a class that pauses nothing is kept of the
// wave but its size, so that nobody takes its silence for something the pupils
// did.
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
	folded, err := counts.Fold(uint32(n), view.Classes(n, nil), func(func(counts.Ballot) error) error { return nil })
	if err != nil {
		t.Fatal(err)
	}
	var kept []string
	for _, r := range folded.Rows {
		kept = append(kept, fmt.Sprint(r.Unit, " ", r.Measure, " ", r.N))
	}
	if want := []string{"class:5A roster 20", "class:5B ballots 0", "class:5B replaced 0", "class:5B roster 20"}; !slices.Equal(kept, want) {
		t.Errorf("kept: %q, want %q", kept, want)
	}
	table, err := counts.Read(folded.Rows)
	if err != nil {
		t.Fatal(err)
	}
	if got := counts.Summarise(table, uint32(n), view.Classes(n, nil)); len(got) != 1 || got[0].Unit != "class:5B" {
		t.Errorf("the detector sees %+v", got)
	}
	if got := view.Classes(n+1, nil); len(got) != 0 {
		t.Errorf("asked in a week without a wave: %+v", got)
	}
}

// TestAPauseHidesNoNewcomer: the rule that joins the block of a newcomer to the
// next sees the roster of a class change by one, also in a week in which the
// class pauses. Else whoever may say pauses could choose to have the newcomer's
// answers be the difference between two blocks: in the week after, where the
// year begins, or with one who leaves and one who comes in weeks that nobody
// looks at.
func TestAPauseHidesNoNewcomer(t *testing.T) {
	set, err := surveys.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	waves := []wave.Number{148, 150, 152, 154}
	sizes := []int{19, 20, 19, 21}
	var events []wave.Event
	for _, n := range waves {
		events = append(events, wave.Event{Wave: n, Owner: "100000001", Step: wave.Opened, Closes: n.Closes()})
	}
	for _, n := range []wave.Number{148, 152} {
		events = append(events, wave.Event{Wave: n, School: "200000001", Class: "5A", Step: wave.Paused})
	}
	var rows []counts.Row
	var view View
	for k, n := range waves {
		known := roster.Roster{Owners: []roster.Owner{{Org: "100000001", Rhythm: 2, Schools: []roster.School{{Org: "200000001", Classes: []roster.Class{
			{Name: "5A", Grades: []int{5}, Size: sizes[k]},
		}}}}}}
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
	in := view.gateInput(waves[3], view.Roster.Owners[0], table, nil, nil)
	for k, w := range in.Schools[0].Waves {
		class := w.Classes[0]
		if class.Roster != sizes[k] {
			t.Errorf("in wave %d the gate sees a class of %d, want %d", k, class.Roster, sizes[k])
		}
		if paused := k%2 == 0; paused != (len(class.Asked) == 0) {
			t.Errorf("in wave %d the class was asked %v", k, class.Asked)
		}
	}
}

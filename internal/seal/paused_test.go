package seal

import (
	"testing"

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

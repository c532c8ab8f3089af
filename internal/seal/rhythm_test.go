package seal

import (
	"testing"

	"github.com/folgmed/folgmed/internal/counts"
	"github.com/folgmed/folgmed/internal/roster"
	"github.com/folgmed/folgmed/internal/wave"
	"github.com/folgmed/folgmed/surveys"
)

// TestAWaveIsCutByItsOwnYearsRhythm: also one that is released late, when a new
// rhythm is in force.
func TestAWaveIsCutByItsOwnYearsRhythm(t *testing.T) {
	set, err := surveys.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	const last = wave.Number(181)
	next := wave.FirstOf(last.SchoolYear() + 1)
	owner := roster.Owner{Org: "100000001", Rhythm: 2, RhythmChoices: []roster.RhythmChoice{{Weeks: 1, From: next.SchoolYear()}}}
	known := roster.Roster{Owners: []roster.Owner{owner}}
	view := View{known, wave.NewPlan(known, set, nil, next.Opens()), set}
	for n, want := range map[wave.Number]int{last: 2, next: 1} {
		if got := view.gateInput(n, owner, counts.Table{}, nil, nil).Rhythm; got != want {
			t.Errorf("wave %d is cut every %d weeks, want %d", n, got, want)
		}
	}
}

package demo

import (
	"testing"
	"time"

	"github.com/folgmed/folgmed/internal/roster"
	"github.com/folgmed/folgmed/internal/wave"
	"github.com/folgmed/folgmed/surveys"
)

func TestWeeksAreOfOneSchoolYear(t *testing.T) {
	for day := time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC); day.Year() < 2028; day = day.AddDate(0, 0, 1) {
		this := wave.NumberOf(day)
		weeks := Weeks(this)
		for i, n := range weeks {
			if n >= this || n.SchoolYear() != weeks[0].SchoolYear() || i > 0 && n != weeks[i-1]+1 {
				t.Fatalf("on %s the demo's waves are %v, and this week's is %d", day.Format(time.DateOnly), weeks, this)
			}
		}
	}
}

func TestOwnerAndAnswersFit(t *testing.T) {
	set, err := surveys.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	owner := Owner()
	known := roster.Roster{Owners: []roster.Owner{owner}}
	if n := len(owner.Sizes()); len(owner.Schools) != 6 || n != 60 {
		t.Errorf("%d schools and %d classes, want 6 and 60", len(owner.Schools), n)
	}
	for _, w := range wrong {
		if _, _, _, ok := known.Class(roster.SimulatedOrg(100+w.school), w.class); !ok {
			t.Errorf("class %s of school %d has something wrong and is not there", w.class, w.school)
		}
	}
	for _, sheet := range NewWorld(owner, set).Next() {
		_, _, class, ok := known.Class(sheet.School, sheet.Class)
		if !ok {
			t.Fatalf("an answer of class %s, which is not there", sheet.Class)
		}
		q, _ := set.For(class.Grades)
		for id, option := range sheet.Options {
			if item, ok := q.Item(id); !ok || option < 0 || option > len(item.Options) {
				t.Fatalf("option %d of item %s in grade %v", option, id, class.Grades)
			}
		}
	}
}

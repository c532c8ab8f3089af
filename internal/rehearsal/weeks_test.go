package rehearsal

import (
	"testing"
	"time"

	"github.com/folgmed/folgmed/internal/wave"
)

func TestFirstKeepsToOneSchoolYear(t *testing.T) {
	for day := time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC); day.Year() < 2028; day = day.AddDate(0, 0, 1) {
		this := wave.NumberOf(day)
		for _, c := range []struct{ waves, rhythm int }{{1, 4}, {6, 2}, {16, 1}, {9, 4}} {
			first := First(this, c.waves, c.rhythm)
			last := first + wave.Number((c.waves-1)*c.rhythm)
			if last >= this || first.SchoolYear() != last.SchoolYear() {
				t.Fatalf("on %s, %d waves every %d weeks are %d to %d, and this week's is %d", day.Format(time.DateOnly), c.waves, c.rhythm, first, last, this)
			}
		}
	}
}

func TestFirstOfWavesThatNoSchoolYearHolds(t *testing.T) {
	if first := First(150, 60, 1); first != 90 {
		t.Errorf("60 weekly waves before wave 150 begin with %d, want 90", first)
	}
	if first := First(10, 60, 1); first != 0 {
		t.Errorf("60 weekly waves before wave 10 begin with %d, want 0", first)
	}
}

package owner

import (
	"time"

	"github.com/folgmed/folgmed/internal/roster"
	"github.com/folgmed/folgmed/internal/wave"
)

// latestSchoolDay is the midnight in Oslo at which the latest school day of an
// owner began, now's own day included. Counts of the duty are those of that
// moment: they move once per school day, so that no hour can be read from
// them.
func latestSchoolDay(o roster.Owner, now time.Time) time.Time {
	calendar := wave.NewCalendar(o)
	year, month, number := now.In(wave.Oslo).Date()
	day := time.Date(year, month, number, 0, 0, 0, 0, wave.Oslo)
	// Summer is the longest time without school; a calendar that has ended
	// long ago must not stop the counts for ever.
	for back := range 100 {
		d := day.AddDate(0, 0, -back)
		if calendar.SchoolDay(d) {
			return d
		}
	}
	return day
}

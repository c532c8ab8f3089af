package owner

import (
	"time"
	_ "time/tzdata" // the school day begins at midnight in Oslo, on any machine

	"github.com/folgmed/folgmed/internal/roster"
)

var oslo = func() *time.Location {
	loc, err := time.LoadLocation("Europe/Oslo")
	if err != nil {
		panic("owner: " + err.Error()) // embedded above
	}
	return loc
}()

// latestSchoolDay is the midnight in Oslo at which the latest school day of an
// owner began, now's own day included. Counts of the duty are those of that
// moment: they move once per school day, so that no hour can be read from
// them. An owner without terms has school on every weekday that is no holiday.
func latestSchoolDay(o roster.Owner, now time.Time) time.Time {
	local := now.In(oslo)
	day := time.Date(local.Year(), local.Month(), local.Day(), 0, 0, 0, 0, oslo)
	// Summer is the longest time without school; a calendar that has ended
	// long ago must not stop the counts for ever.
	for back := range 100 {
		d := day.AddDate(0, 0, -back)
		if isSchoolDay(o, d) {
			return d
		}
	}
	return day
}

func isSchoolDay(o roster.Owner, day time.Time) bool {
	if day.Weekday() == time.Saturday || day.Weekday() == time.Sunday {
		return false
	}
	date := roster.Date(day.Format(time.DateOnly))
	for _, h := range o.Holidays {
		if h.From <= date && date <= h.To {
			return false
		}
	}
	for _, t := range o.Terms {
		if t.From <= date && date <= t.To {
			return true
		}
	}
	return len(o.Terms) == 0
}

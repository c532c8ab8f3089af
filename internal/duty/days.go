package duty

import (
	"time"
	_ "time/tzdata" // a day is Oslo's, on any machine
)

var oslo = func() *time.Location {
	loc, err := time.LoadLocation("Europe/Oslo")
	if err != nil {
		panic("duty: " + err.Error()) // embedded above
	}
	return loc
}()

// Calendar knows an owner's days.
type Calendar interface {
	SchoolDay(day time.Time) bool
	// WorkingDay: Monday to Friday but for public holidays. What is serious
	// goes on through school holidays.
	WorkingDay(day time.Time) bool
}

// ParseDay reads 2026-11-23 as midnight in Oslo.
func ParseDay(day string) (time.Time, bool) {
	t, err := time.ParseInLocation(time.DateOnly, day, oslo)
	return t, err == nil
}

// DayOf writes the day of a moment in Oslo.
func DayOf(t time.Time) string { return t.In(oslo).Format(time.DateOnly) }

func midnight(t time.Time) time.Time {
	y, m, d := t.In(oslo).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, oslo)
}

// SchoolYear is the calendar year in which a moment's school year began: a
// school year is counted from 1 August.
func SchoolYear(t time.Time) int {
	year, month, _ := t.In(oslo).Date()
	if month < time.August {
		year--
	}
	return year
}

// countDays counts the days after from, now's own included, that are such a
// day.
func countDays(from, now time.Time, such func(time.Time) bool) int {
	n := 0
	for d := midnight(from).AddDate(0, 0, 1); !d.After(midnight(now)); d = d.AddDate(0, 0, 1) {
		if such(d) {
			n++
		}
	}
	return n
}

// DaysBetween counts whole days of Oslo's calendar.
func DaysBetween(from, to time.Time) int {
	return countDays(from, to, func(time.Time) bool { return true })
}

// addWorkingDays returns the n-th working day after a day.
func addWorkingDays(cal Calendar, day time.Time, n int) time.Time {
	return addDays(day, n, cal.WorkingDay)
}

// addDays returns the n-th such day after a day.
func addDays(day time.Time, n int, such func(time.Time) bool) time.Time {
	// A calendar without any such day must not stop us for ever.
	for limit := 0; n > 0 && limit < 366; limit++ {
		day = midnight(day).AddDate(0, 0, 1)
		if such(day) {
			n--
		}
	}
	return day
}

// undecidedAfter is how many working days a decision on a report may take
// before the owner counts it.
const undecidedAfter = 2

// governorAfter is how many working days after pupil or parent raised a matter
// with the principal the county governor takes it (opplæringslova § 12-6: one
// week).
const governorAfter = 5

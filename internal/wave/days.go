package wave

import (
	"slices"
	"time"
)

// SchoolDay reports whether the owner's pupils are at school on that day of
// Oslo's calendar.
func (c Calendar) SchoolDay(t time.Time) bool {
	d, autumn := dayIn(t)
	y := c.year(autumn)
	return weekday(d) < 5 && y.term.has(d) && !slices.ContainsFunc(y.off, func(s span) bool { return s.has(d) })
}

// WorkingDay reports whether that day of Oslo's calendar is from Monday to
// Friday and no public holiday. School holidays are working days.
func (c Calendar) WorkingDay(t time.Time) bool {
	d, autumn := dayIn(t)
	off := append(publicHolidays(autumn), publicHolidays(autumn+1)...)
	return weekday(d) < 5 && !slices.ContainsFunc(off, func(s span) bool { return s.has(d) })
}

// dayIn returns the day of a moment in Oslo, and the autumn of its school year.
func dayIn(t time.Time) (date, int) {
	year, month, number := t.In(Oslo).Date()
	return day(year, month, number), schoolYear(time.Date(year, month, number, 0, 0, 0, 0, time.UTC))
}

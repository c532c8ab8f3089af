package wave

import (
	"time"

	"github.com/folgmed/folgmed/internal/roster"
)

// Reason says why a week is asked or not.
type Reason string

// The reasons of a calendar.
const (
	Asked         Reason = "asked"
	Summer        Reason = "summer"          // outside the school year
	AutumnStart   Reason = "autumn_start"    // the first three weeks: the class is still finding itself
	FewSchoolDays Reason = "few_school_days" // under three school days
	LastWeek      Reason = "last_week"       // the last before summer
	Rhythm        Reason = "rhythm"          // too soon after the wave before
)

const (
	settlingWeeks = 3 // at the beginning of autumn
	minSchoolDays = 3
)

// Calendar is one owner's school days, and the waves they give room for.
//
// An owner who gives no term for a school year gets a usual one: from the third
// Monday of August to the third Friday of June. One who gives no holidays that
// year gets the usual ones: ISO week 40 in autumn, 22 December to 1 January,
// ISO week 8 in winter, and Monday to Wednesday before Easter. Public holidays
// are never school days, whatever is given.
type Calendar struct {
	rhythm   int
	terms    []roster.Term
	holidays []roster.Holiday
}

// NewCalendar returns the calendar of an owner whose roster was parsed.
func NewCalendar(o roster.Owner) Calendar {
	return Calendar{rhythm: max(o.Rhythm, 1), terms: o.Terms, holidays: o.Holidays}
}

// Planned reports whether the owner's classes are asked in that week, and why.
//
// The first week that the rules of SCHOOL §1 allow is asked, and then each week
// they allow that is at least the owner's rhythm after the one before: a
// holiday moves a wave to the next week, it does not drop it.
func (c Calendar) Planned(n Number) (bool, Reason) {
	year := n.SchoolYear()
	term := c.term(year)
	first, last := NumberOf(term.From.Day()), NumberOf(term.To.Day())
	next := first
	for week := first; week <= min(n, last); week++ {
		why := c.allowed(week, first, last)
		if why == Asked && week < next {
			why = Rhythm
		}
		if why == Asked {
			next = week + Number(c.rhythm)
		}
		if week == n {
			return why == Asked, why
		}
	}
	return false, Summer
}

// allowed says whether a week of the term may be asked, whatever the rhythm.
func (c Calendar) allowed(n, first, last Number) Reason {
	switch {
	case n < first+settlingWeeks:
		return AutumnStart
	case n == last:
		return LastWeek
	case c.SchoolDays(n) < minSchoolDays:
		return FewSchoolDays
	default:
		return Asked
	}
}

// SchoolDays counts the school days of the week, 0 to 5.
func (c Calendar) SchoolDays(n Number) int {
	days := 0
	for weekday := range 5 {
		if c.schoolDay(Epoch.AddDate(0, 0, 7*int(n)+weekday)) {
			days++
		}
	}
	return days
}

func (c Calendar) schoolDay(day time.Time) bool {
	year := schoolYear(day)
	term := c.term(year)
	date := roster.Date(day.Format(time.DateOnly))
	if date < term.From || date > term.To || publicHoliday(day) {
		return false
	}
	for _, h := range c.holidaysOf(year) {
		if h.From <= date && date <= h.To {
			return false
		}
	}
	return true
}

// term is the owner's term of the school year that begins that year, or the
// usual one.
func (c Calendar) term(year int) roster.Term {
	for _, t := range c.terms {
		if schoolYear(t.From.Day()) == year {
			return t
		}
	}
	return roster.Term{
		From: date(nth(year, time.August, time.Monday, 3)),
		To:   date(nth(year+1, time.June, time.Friday, 3)),
	}
}

// holidaysOf are the owner's holidays if any of them is in that school year,
// else the usual ones.
func (c Calendar) holidaysOf(year int) []roster.Holiday {
	for _, h := range c.holidays {
		if schoolYear(h.From.Day()) == year {
			return c.holidays
		}
	}
	easter := easterSunday(year + 1)
	return []roster.Holiday{
		{From: date(isoMonday(year, 40)), To: date(isoMonday(year, 40).AddDate(0, 0, 4))},
		{From: date(day(year, time.December, 22)), To: date(day(year+1, time.January, 1))},
		{From: date(isoMonday(year+1, 8)), To: date(isoMonday(year+1, 8).AddDate(0, 0, 4))},
		{From: date(easter.AddDate(0, 0, -6)), To: date(easter)},
	}
}

// publicHoliday reports the days off by law that can fall on a weekday.
func publicHoliday(d time.Time) bool {
	switch date(d)[len("2006-"):] {
	case "01-01", "05-01", "05-17", "12-25", "12-26":
		return true
	}
	switch d.Sub(easterSunday(d.Year())) / (24 * time.Hour) {
	case -3, -2, 1, 39, 50: // Maundy Thursday, Good Friday, Easter Monday, Ascension, Whit Monday
		return true
	}
	return false
}

// easterSunday computes Easter in the Gregorian calendar by the anonymous
// algorithm (Nature, 20 April 1876, p. 487; Meeus, Astronomical Algorithms,
// ch. 8).
func easterSunday(year int) time.Time {
	a, b, c := year%19, year/100, year%100
	d, e := b/4, b%4
	f := (b + 8) / 25
	g := (b - f + 1) / 3
	h := (19*a + b - d - g + 15) % 30
	i, k := c/4, c%4
	l := (32 + 2*e + 2*i - h - k) % 7
	m := (a + 11*h + 22*l) / 451
	p := h + l - 7*m + 114
	return day(year, time.Month(p/31), p%31+1)
}

// isoMonday is the Monday of an ISO week: week 1 is the one with 4 January.
func isoMonday(year, week int) time.Time {
	fourth := day(year, time.January, 4)
	return fourth.AddDate(0, 0, 7*(week-1)-int(fourth.Weekday()+6)%7)
}

// nth is the n-th such weekday of a month.
func nth(year int, month time.Month, weekday time.Weekday, n int) time.Time {
	first := day(year, month, 1)
	return first.AddDate(0, 0, int(weekday-first.Weekday()+7)%7+7*(n-1))
}

func day(year int, month time.Month, d int) time.Time {
	return time.Date(year, month, d, 0, 0, 0, 0, time.UTC)
}

func date(t time.Time) roster.Date { return roster.Date(t.Format(time.DateOnly)) }

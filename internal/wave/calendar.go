package wave

import (
	"slices"
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
	rhythm   func(autumn int) int // weeks between waves
	terms    []roster.Term
	holidays []roster.Holiday
}

// NewCalendar returns the calendar of an owner whose roster was parsed.
func NewCalendar(o roster.Owner) Calendar {
	return Calendar{rhythm: o.RhythmIn, terms: o.Terms, holidays: o.Holidays}
}

// Planned reports whether the owner's classes are asked in that week, and why.
//
// The first week that the rules of SCHOOL §1 allow is asked, and then each week
// they allow that is at least the owner's rhythm after the one before: a
// holiday moves a wave to the next week, it does not drop it.
func (c Calendar) Planned(n Number) (bool, Reason) {
	y := c.year(n.SchoolYear())
	first, last := y.term.from.wave(), y.term.to.wave()
	rhythm := Number(max(c.rhythm(n.SchoolYear()), 1))
	next := first
	for week := first; week <= min(n, last); week++ {
		why := y.allowed(week)
		if why == Asked && week < next {
			why = Rhythm
		}
		if why == Asked {
			next = week + rhythm
		}
		if week == n {
			return why == Asked, why
		}
	}
	return false, Summer
}

// RhythmFrom is the autumn of the school year from which a rhythm that is chosen
// now acts: this one until its first wave is due, and the next one after that.
func (c Calendar) RhythmFrom(now time.Time) int {
	this := NumberOf(now)
	for n := FirstOf(this.SchoolYear()); n <= this; n++ {
		if due, _ := c.Planned(n); due {
			return this.SchoolYear() + 1
		}
	}
	return this.SchoolYear()
}

// SchoolDays counts the school days of the week, 0 to 5.
func (c Calendar) SchoolDays(n Number) int { return c.year(n.SchoolYear()).schoolDays(n) }

// date is a calendar day as days since Epoch, which was a Monday.
type date int

func dateOf(t time.Time) date { return date(t.Sub(Epoch) / (24 * time.Hour)) }

func day(year int, month time.Month, d int) date {
	return dateOf(time.Date(year, month, d, 0, 0, 0, 0, time.UTC))
}

// wave is the wave of the week that the day is in.
func (d date) wave() Number { return Number(max(d, 0) / 7) }

// span is a span of days, both ends in it.
type span struct{ from, to date }

func (s span) has(d date) bool { return s.from <= d && d <= s.to }

// year is one school year: its first and last school day, and the days off in
// between. Week-ends are in neither.
type year struct {
	term span
	off  []span
}

// year is the school year that begins in the autumn of that calendar year.
func (c Calendar) year(autumn int) year {
	spring := autumn + 1
	y := year{
		term: span{nth(autumn, time.August, time.Monday, 3), nth(spring, time.June, time.Friday, 3)},
		off:  append(publicHolidays(autumn), publicHolidays(spring)...),
	}
	for _, t := range c.terms {
		if schoolYear(t.From.Day()) == autumn {
			y.term = span{dateOf(t.From.Day()), dateOf(t.To.Day())}
		}
	}
	given := false
	for _, h := range c.holidays {
		y.off = append(y.off, span{dateOf(h.From.Day()), dateOf(h.To.Day())})
		given = given || schoolYear(h.From.Day()) == autumn
	}
	if !given {
		y.off = append(y.off, usualHolidays(autumn)...)
	}
	return y
}

// allowed says whether a week of the term may be asked, whatever the rhythm.
func (y year) allowed(n Number) Reason {
	switch {
	case n < y.term.from.wave()+settlingWeeks:
		return AutumnStart
	case n == y.term.to.wave():
		return LastWeek
	case y.schoolDays(n) < minSchoolDays:
		return FewSchoolDays
	default:
		return Asked
	}
}

func (y year) schoolDays(n Number) int {
	days := 0
	for d := date(7 * n); d < date(7*n+5); d++ {
		if y.term.has(d) && !slices.ContainsFunc(y.off, func(s span) bool { return s.has(d) }) {
			days++
		}
	}
	return days
}

// usualHolidays are those of a school year for which the owner gives none.
func usualHolidays(autumn int) []span {
	spring := autumn + 1
	autumnBreak, winterBreak, easter := isoMonday(autumn, 40), isoMonday(spring, 8), easterSunday(spring)
	return []span{
		{autumnBreak, autumnBreak + 4},
		{day(autumn, time.December, 22), day(spring, time.January, 1)},
		{winterBreak, winterBreak + 4},
		{easter - 6, easter},
	}
}

// publicHolidays are the days off by law that can fall on a weekday.
func publicHolidays(year int) []span {
	easter := easterSunday(year)
	var off []span
	for _, d := range []date{
		day(year, time.January, 1), day(year, time.May, 1), day(year, time.May, 17),
		day(year, time.December, 25), day(year, time.December, 26),
		easter - 3, easter - 2, easter + 1, // Maundy Thursday, Good Friday, Easter Monday
		easter + 39, easter + 50, // Ascension, Whit Monday
	} {
		off = append(off, span{d, d})
	}
	return off
}

// easterSunday computes Easter in the Gregorian calendar by the anonymous
// algorithm (Nature, 20 April 1876, p. 487; Meeus, Astronomical Algorithms,
// ch. 8).
func easterSunday(year int) date {
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
func isoMonday(year, week int) date {
	fourth := day(year, time.January, 4)
	return fourth - weekday(fourth) + date(7*(week-1))
}

// nth is the n-th such weekday of a month.
func nth(year int, month time.Month, want time.Weekday, n int) date {
	first := day(year, month, 1)
	ahead := (date(want+6)%7 - weekday(first) + 7) % 7
	return first + ahead + date(7*(n-1))
}

// weekday counts from Monday, which is 0.
func weekday(d date) date { return (d%7 + 7) % 7 }

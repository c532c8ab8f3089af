package wave

import (
	"time"
	_ "time/tzdata" // Oslo's clock must not depend on the machine's files
)

// Oslo is where the weeks, days and hours of every wave are counted.
var Oslo = mustOslo()

func mustOslo() *time.Location {
	oslo, err := time.LoadLocation("Europe/Oslo")
	if err != nil {
		panic("wave: Europe/Oslo is missing from the embedded tzdata: " + err.Error())
	}
	return oslo
}

// NumberOf returns the wave of the week that t is in, and 0 for any time before
// Epoch.
func NumberOf(t time.Time) Number {
	year, month, day := t.In(Oslo).Date()
	days := time.Date(year, month, day, 0, 0, 0, 0, time.UTC).Sub(Epoch) / (24 * time.Hour)
	return Number(max(days, 0) / 7)
}

// at is a time of Oslo's clock, days after the Monday of the wave.
func (n Number) at(days, hour int) time.Time {
	year, month, day := Epoch.Date()
	return time.Date(year, month, day+7*int(n)+days, hour, 0, 0, 0, Oslo)
}

// Opens is Monday 00:00: codes are honoured from here on.
func (n Number) Opens() time.Time { return n.at(0, 0) }

// Closes is Thursday 18:00: only tablets that were offline still deliver.
func (n Number) Closes() time.Time { return n.at(3, 18) }

// Seals is the next Tuesday 18:00: no ballot is counted any more.
func (n Number) Seals() time.Time { return n.at(8, 18) }

// Week is the ISO year and week number, as calendars in Norway show it.
func (n Number) Week() (year, week int) { return n.Opens().ISOWeek() }

// SchoolYear is the year in which the school year of the wave began: the one
// of its Monday, counted from 1 August.
func (n Number) SchoolYear() int { return schoolYear(n.Opens()) }

// FirstOf is the first wave of a school year, asked or not.
func FirstOf(schoolYear int) Number {
	first := time.Date(schoolYear, time.August, 1, 0, 0, 0, 0, time.UTC)
	days := int(first.Sub(Epoch).Hours() / 24)
	return Number(max(days+6, 0) / 7)
}

func schoolYear(day time.Time) int {
	if day.Month() < time.August {
		return day.Year() - 1
	}
	return day.Year()
}

package wave_test

import (
	"testing"
	"time"

	"github.com/folgmed/folgmed/internal/roster"
	"github.com/folgmed/folgmed/internal/wave"
)

func TestDays(t *testing.T) {
	c := wave.NewCalendar(roster.Owner{})
	for _, tt := range []struct {
		day             string
		school, working bool
	}{
		{"2026-11-23", true, true},
		{"2026-11-22", false, false}, // Sunday
		{"2026-09-30", false, true},  // the autumn holiday
		{"2026-12-23", false, true},
		{"2026-12-25", false, false},
		{"2027-01-01", false, false},
		{"2027-03-25", false, false}, // Maundy Thursday
		{"2027-05-17", false, false},
		{"2027-07-07", false, true}, // summer
		{"2026-08-03", false, true}, // before the term
	} {
		day, err := time.ParseInLocation(time.DateOnly, tt.day, wave.Oslo)
		if err != nil {
			t.Fatal(err)
		}
		late := day.Add(23 * time.Hour) // the day is Oslo's, at any hour
		if c.SchoolDay(day) != tt.school || c.WorkingDay(day) != tt.working || c.SchoolDay(late.UTC()) != tt.school || c.WorkingDay(late.UTC()) != tt.working {
			t.Errorf("%s: school %t, working %t; want %t, %t", tt.day, c.SchoolDay(day), c.WorkingDay(day), tt.school, tt.working)
		}
	}
}

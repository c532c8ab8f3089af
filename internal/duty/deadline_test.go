package duty

import (
	"testing"
	"time"
)

// weekdays is a calendar without holidays.
type weekdays struct{}

func (weekdays) SchoolDay(t time.Time) bool {
	d := t.Weekday()
	return d != time.Saturday && d != time.Sunday
}
func (w weekdays) WorkingDay(t time.Time) bool { return w.SchoolDay(t) }

// TestPassesOn: the day told is the first on which the prompt is the next one's.
func TestPassesOn(t *testing.T) {
	opened := time.Date(2026, 11, 17, 17, 0, 0, 0, time.UTC) // a Tuesday
	for kind, want := range map[string][]string{
		"change": {"2026-11-24", "2026-12-01"},
		"severe": {"2026-11-19"},
	} {
		p := Prompts([]Event{{ID: "1", Subject: PromptSubject("x"), Step: Opened, At: opened, Body: Body{Kind: kind}}})[0]
		now := opened
		for _, day := range want {
			before := p.Stage(weekdays{}, now)
			got, ok := p.PassesOn(weekdays{}, now)
			if !ok || DayOf(got) != day {
				t.Fatalf("%s: passes on %s (%v), want %s", kind, DayOf(got), ok, day)
			}
			if s := p.Stage(weekdays{}, got.Add(-time.Hour)); s != before {
				t.Errorf("%s: %s before its day", kind, s)
			}
			if now = got; p.Stage(weekdays{}, now) == before {
				t.Errorf("%s: still %s on its day", kind, before)
			}
		}
		if day, ok := p.PassesOn(weekdays{}, now); ok {
			t.Errorf("%s: passes on from the owner on %s", kind, DayOf(day))
		}
	}
}

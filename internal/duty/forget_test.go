package duty_test

import (
	"slices"
	"testing"
	"time"

	"github.com/folgmed/folgmed/internal/duty"
)

// What two cases came of stays as long as one of them, and a case that was
// written in after it went to the archive stays whole.
func TestForgettable(t *testing.T) {
	day := func(d int) time.Time { return monday.AddDate(0, 0, d) }
	event := func(subject string, step duty.Step, version, d int) duty.Event {
		return duty.Event{ID: subject + string(step), Subject: subject, Owner: "1", School: "11", Version: version, Step: step, At: day(d)}
	}
	open := func(id string, from ...string) duty.Event {
		e := event("case:"+id, duty.Opened, 0, 1)
		e.Body.From = from
		return e
	}
	events := []duty.Event{
		event("report:both", duty.Reported, 0, 0), event("report:one", duty.Reported, 0, 0),
		open("one", "report:both", "report:one"), event("case:one", duty.Closed, 1, 2),
		open("two", "report:both"), event("case:two", duty.Closed, 1, 3),
	}
	cases := duty.Cases(events)
	if got := duty.Forgettable(events, day(9)); len(got) != 0 {
		t.Fatalf("%v is forgotten, and the archive has nothing", got)
	}
	for _, c := range cases {
		events = append(events, duty.Export(c, "p", "principal", day(4)))
	}
	for before, want := range map[int][]string{
		2: nil,
		3: {"case:one", "export:one", "report:one"},
		9: {"case:one", "case:two", "export:one", "export:two", "report:both", "report:one"},
	} {
		if got := duty.Forgettable(events, day(before)); !slices.Equal(got, want) {
			t.Errorf("before day %d: %v, want %v", before, got, want)
		}
	}
	events = append(events, event("case:one", duty.Reopened, 2, 5), event("case:one", duty.Closed, 3, 6))
	if got := duty.Forgettable(events, day(9)); !slices.Equal(got, []string{"case:two", "export:two"}) {
		t.Errorf("after one was closed anew: %v", got)
	}
}

package access_test

import (
	"testing"
	"time"

	"github.com/folgmed/folgmed/internal/access"
	"github.com/folgmed/folgmed/internal/access/accesstest"
)

// TestCalendar: one secret at a time reads a person's calendar, until it is
// renewed or ended, or the person is gone.
func TestCalendar(t *testing.T) {
	now := time.Date(2026, 11, 18, 9, 0, 0, 0, time.UTC)
	s, _ := accesstest.New(t, func() time.Time { return now }, access.Person{
		Email: "rektor@example.no", Name: "Ragnhild Rektor", Role: access.Principal, Owner: "100000001", Schools: []string{"200000001"},
	})
	ctx := t.Context()
	people, err := s.People(ctx)
	if err != nil {
		t.Fatal(err)
	}
	id := people[0].ID
	reads := func(token string) bool {
		t.Helper()
		p, ok, err := s.CalendarOf(ctx, token)
		if err != nil || ok && p.ID != id {
			t.Fatalf("whose calendar: %v, %v", p, err)
		}
		return ok
	}
	made := func() string {
		t.Helper()
		token, err := s.NewCalendar(ctx, id)
		if err != nil {
			t.Fatal(err)
		}
		return token
	}
	if has, err := s.HasCalendar(ctx, id); has || err != nil || reads("") {
		t.Fatalf("a calendar before one was made: %v", err)
	}
	first := made()
	second := made()
	if reads(first) || !reads(second) {
		t.Error("a renewed secret does not take the place of the first")
	}
	if err := s.EndCalendar(ctx, id); err != nil {
		t.Fatal(err)
	}
	if has, _ := s.HasCalendar(ctx, id); has || reads(second) {
		t.Error("an ended calendar can be read")
	}
	third := made()
	if err := s.RemovePerson(ctx, "rektor@example.no"); err != nil {
		t.Fatal(err)
	}
	if reads(third) {
		t.Error("the calendar of one who is gone can be read")
	}
}

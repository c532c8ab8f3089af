package main

import (
	"testing"

	"github.com/folgmed/folgmed/internal/access"
)

// TestListedRole: the list says to which day a deputy is one.
func TestListedRole(t *testing.T) {
	for want, p := range map[string]access.Person{
		"teacher":              {Role: access.Teacher},
		"deputy to 2027-06-18": {Role: access.Deputy, DeputyUntil: access.DeputyTo("2027-06-18")},
	} {
		if got := roleOf(p); got != want {
			t.Errorf("%+v is listed as %q, want %q", p, got, want)
		}
	}
}

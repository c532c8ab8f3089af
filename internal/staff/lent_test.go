package staff_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/folgmed/folgmed/internal/access"
	"github.com/folgmed/folgmed/internal/access/accesstest"
	"github.com/folgmed/folgmed/internal/duty"
)

// A principal can make a sign-in link for anyone at the school, and follow it
// before handing it over. What the person reported about the leadership is not
// read back to whoever sits there; what is reported there and then is.
func TestALeadersLinkReadsNothingBack(t *testing.T) {
	s := newSite(t)
	all, err := s.access.People(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	of := func(email string) access.Person {
		return all[slices.IndexFunc(all, func(p access.Person) bool { return p.Email == email })]
	}
	earlier, err := duty.File(own, fjordvik, duty.Act{
		ID: strings.Repeat("e", 32), At: now.Add(-time.Hour), By: of(cleaner).ID, Role: string(access.Reporter), Who: duty.Staff,
		Fields: duty.Fields{duty.FieldWhat: {"Rektor ropte til en elev."}, duty.FieldSources: {duty.SourceObservation}, duty.FieldAbout: {duty.AboutLeadership}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.AppendDuty(t.Context(), []duty.Event{earlier}); err != nil {
		t.Fatal(err)
	}
	_, report, _ := strings.Cut(earlier.Subject, ":")
	if got := s.get(t, cleaner, "/staff/reports").Text(); !strings.Contains(got, "Rektor ropte") {
		t.Fatal("who reported it does not see it")
	}

	token, _, err := s.access.LinkFor(t.Context(), access.Act{By: of(principal), School: fjordvik, Event: "link"}, of(cleaner).ID, true)
	if err != nil {
		t.Fatal(err)
	}
	s.cookies[cleaner] = accesstest.Follow(t, s.echo, token)
	if w := s.do(t, cleaner, http.MethodGet, "/staff/reports/"+report, nil); w.Code != http.StatusNotFound {
		t.Errorf("by the principal's link the report answers %d", w.Code)
	}
	s.send(t, cleaner, "/staff/report", "/staff/report?school="+fjordvik, url.Values{
		"what": {"Inspektøren tok tak i en elev."}, "sources": {"observation"}, "about": {"leadership"},
	})
	got := s.get(t, cleaner, "/staff/reports").Text()
	if strings.Contains(got, "Rektor ropte") {
		t.Error("by the principal's link the list tells of the earlier report")
	}
	for _, want := range []string{"Inspektøren tok tak", "innloggingen din er laget av skolen"} {
		if !strings.Contains(got, want) {
			t.Errorf("by the principal's link the list lacks %q", want)
		}
	}
}

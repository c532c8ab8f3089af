package desk_test

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/labstack/echo/v4"

	"github.com/folgmed/folgmed/internal/access"
	"github.com/folgmed/folgmed/internal/access/accesstest"
	"github.com/folgmed/folgmed/internal/desk"
	"github.com/folgmed/folgmed/internal/roster"
	"github.com/folgmed/folgmed/internal/web"
)

const own, vik, aas, other = "100000001", "200000001", "200000002", "300000001"

var all = roster.Roster{Owners: []roster.Owner{
	{Org: own, Name: "Vik kommune", Schools: []roster.School{{Org: vik, Name: "Vik skole", Written: "nb"}, {Org: aas, Name: "Åsen skule", Written: "nn"}}},
	{Org: other, Name: "Nes kommune", Schools: []roster.School{{Org: "300000002", Name: "Nes skole", Written: "nb"}}},
}}

// TestWaysToPages: each role is led to the pages that it may open, by words in
// the language of the school; who works at two schools changes between them.
func TestWaysToPages(t *testing.T) {
	now := time.Date(2026, 11, 18, 8, 30, 0, 0, time.UTC)
	people := map[string]access.Person{
		"rektor":  {Role: access.Principal, Schools: []string{vik}},
		"to":      {Role: access.Principal, Schools: []string{vik, aas}},
		"laerer":  {Role: access.Teacher, Schools: []string{aas}, Classes: []string{aas + "/5A"}},
		"renhold": {Role: access.Reporter, Schools: []string{vik}, Lang: "en"},
		"eier":    {Role: access.OwnerRole},
	}
	want := map[string][]string{
		"rektor":  {"Oversikt", "Meldinger", "Saker", "Klasser", "Trinn og skole", "Tilsyn", "Gjennomføring", "Ansatte"},
		"to":      {"Oversikt", "Meldinger", "Saker", "Klasser", "Trinn og skole", "Tilsyn", "Gjennomføring", "Ansatte"},
		"laerer":  {"Oversikt", "Meld frå", "Meldingar", "Tiltak", "Klassar", "Tilsyn", "Undersøkinga i klassen"},
		"renhold": {"Report a concern", "Reports", "Supervision"},
		"eier":    {"Skoleeier", "Rektorer"},
	}
	var known []access.Person
	for name, p := range people {
		p.Name, p.Email, p.Owner = name, name+"@example.no", own
		known = append(known, p)
	}
	service, _ := accesstest.New(t, func() time.Time { return now }, known...)
	e := web.New(web.Options{})
	service.Routes(e)
	var frame web.Frame
	e.GET("/staff", func(c echo.Context) error {
		p, ok := access.PersonOf(c)
		if !ok {
			t.Fatal("nobody is signed in")
		}
		at, err := desk.Open(c, all, p, c.QueryParam("school"))
		if err != nil {
			return err
		}
		here := desk.Overview
		if named := c.QueryParam("here"); named != "" {
			here = desk.Section(named)
		}
		frame = at.Frame(here)
		return c.NoContent(http.StatusOK)
	}, service.Require)
	open := func(name, query string) int {
		r := httptest.NewRequest(http.MethodGet, "/staff"+query, nil)
		r.AddCookie(accesstest.SignIn(t, e, service, name+"@example.no"))
		w := httptest.NewRecorder()
		e.ServeHTTP(w, r)
		return w.Code
	}
	for name := range people {
		if code := open(name, ""); code != http.StatusOK {
			t.Fatalf("%s: %d", name, code)
		}
		var got []string
		for _, item := range frame.Nav {
			got = append(got, item.Label)
		}
		if diff := cmp.Diff(want[name], got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		if name == "eier" && frame.Place != "Vik kommune" {
			t.Errorf("an owner's person is at %q", frame.Place)
		}
	}
	if open("to", "?school="+aas); frame.Place != "Åsen skule" || frame.Nav[1].Href != "/staff/reports?school="+aas || len(frame.Places) != 2 || !frame.Places[1].Current {
		t.Errorf("the other school: %+v", frame)
	}
	// A page without a way of its own belongs to the one that leads to it.
	for who, want := range map[string]string{"rektor": "Meldinger", "laerer": "Meld frå"} {
		open(who, "?here="+string(desk.Report))
		for _, item := range frame.Nav {
			if item.Current != (item.Label == want) {
				t.Errorf("%s reports under %q: %v", who, item.Label, item.Current)
			}
		}
	}
	for _, query := range []string{"?school=" + aas, "?school=300000002", "?school=1"} {
		if code := open("rektor", query); code != http.StatusNotFound {
			t.Errorf("%s: %d, want not found", query, code)
		}
	}
}

// Nothing waits tomorrow for who is let in by the PIN of one day.
func TestSubstitutesAreNotLedToReminders(t *testing.T) {
	for role, want := range map[access.Role]bool{
		access.Substitute: true, access.Reporter: false, access.Teacher: false, access.Deputy: false, access.Principal: false, access.OwnerRole: false,
	} {
		at := desk.Visit{Person: access.Person{Role: role}, Lang: "nb"}
		if got := at.Frame(desk.Overview).Today; got != want {
			t.Errorf("%s is here for the day: %t", role, got)
		}
	}
}

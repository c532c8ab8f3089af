package notify

import (
	"context"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	ics "github.com/arran4/golang-ical"
	"github.com/labstack/echo/v4"

	"github.com/folgmed/folgmed/internal/access"
	"github.com/folgmed/folgmed/internal/access/accesstest"
	"github.com/folgmed/folgmed/internal/audit"
	"github.com/folgmed/folgmed/internal/disclosure"
	"github.com/folgmed/folgmed/internal/duty"
	"github.com/folgmed/folgmed/internal/web"
)

// front is the page with people who can sign in.
type front struct {
	*world
	echo    *echo.Echo
	access  *access.Service
	audited []string
	public  string
}

func (d *front) AppendAudit(_ context.Context, e audit.Entry) error {
	d.audited = append(d.audited, e.Action)
	return nil
}

func newFront(t *testing.T, mail bool) *front {
	t.Helper()
	d := &front{world: &world{clock: at("2026-11-17 10:00")}, public: "https://folgmed.example.org"}
	var people []access.Person
	for _, p := range staff {
		p.Name = strings.ToUpper(p.ID[:1]) + p.ID[1:]
		if p.Role == access.Deputy {
			p.Role, p.DeputyUntil = access.Reporter, d.clock.AddDate(0, 6, 0)
		}
		people = append(people, p)
	}
	clock := func() time.Time { return d.clock }
	d.access, _ = accesstest.New(t, clock, people...)
	page, err := NewPage(PageOptions{
		Store: struct {
			*server
			audit.Log
		}{&server{world: d.world, falls: never}, d},
		Calendars: d.access, Public: func() string { return d.public }, Mail: mail, Now: clock,
	})
	if err != nil {
		t.Fatal(err)
	}
	d.echo = web.New(web.Options{})
	d.access.Routes(d.echo)
	page.Routes(d.echo, d.access.Require)
	// Where signing in leads to: here is no other page.
	d.echo.GET("/staff", func(c echo.Context) error { return c.Redirect(http.StatusSeeOther, Path) })
	return d
}

func (d *front) do(t *testing.T, email, method, path string) (int, string) {
	t.Helper()
	r := httptest.NewRequest(method, path, nil)
	if email != "" {
		r.AddCookie(accesstest.SignIn(t, d.echo, d.access, email))
	}
	w := httptest.NewRecorder()
	d.echo.ServeHTTP(w, r)
	return w.Code, w.Body.String()
}

func (d *front) id(t *testing.T, email string) string {
	t.Helper()
	people, err := d.access.People(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return people[slices.IndexFunc(people, func(p access.Person) bool { return p.Email == email })].ID
}

// address makes a calendar and returns the path of its address.
func (d *front) address(t *testing.T, email string) string {
	t.Helper()
	code, body := d.do(t, email, http.MethodPost, Path+"/calendar")
	_, rest, found := strings.Cut(body, `value="`+d.public)
	path, _, _ := strings.Cut(rest, `"`)
	if code != http.StatusOK || !found {
		t.Fatalf("no address: %d %s", code, body)
	}
	return path
}

// days reads a calendar's days, and fails on anything that says more.
func (d *front) days(t *testing.T, path, summary string) string {
	t.Helper()
	code, body := d.do(t, "", http.MethodGet, path)
	if code != http.StatusOK {
		t.Fatalf("calendar: %d %s", code, body)
	}
	cal, err := ics.ParseCalendar(strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	var days []string
	for _, e := range cal.Events() {
		if got := e.GetProperty(ics.ComponentPropertySummary).Value; got != summary {
			t.Errorf("an entry says %q", got)
		}
		if got := e.GetProperty(ics.ComponentPropertyUrl).Value; got != start {
			t.Errorf("an entry leads to %q", got)
		}
		days = append(days, e.GetProperty(ics.ComponentPropertyDtStart).Value)
	}
	for _, secret := range []string{"5A", "Fjordvik", "Vik", "change", "severe", "report"} {
		if strings.Contains(body, secret) {
			t.Errorf("the calendar says %q:\n%s", secret, body)
		}
	}
	slices.Sort(days)
	return strings.Join(days, " ")
}

// TestCalendar: each person's own deadlines, at an address that is renewed and
// ended.
func TestCalendar(t *testing.T) {
	d := newFront(t, true)
	d.opened("5A", disclosure.KindChange, disclosure.Notice) // the principal's on 24 November
	d.opened("5A", disclosure.KindSevere, disclosure.Act)    // the owner's on 18 November
	d.reported(t, duty.AboutPupils, true)                    // to decide by 19 November
	act := duty.Act{ID: "client-made-id-case", At: d.clock, By: "principal", Who: duty.Leader, Fields: duty.Fields{
		duty.FieldScope: {duty.Situation}, duty.FieldTitle: {"Skolegården"},
	}}
	opened, err := duty.OpenCase(own, school, act)
	if err != nil {
		t.Fatal(err)
	}
	d.events = append(d.events, opened...)
	act.ID, act.Seen, act.Fields = "client-made-id-measure", 1, duty.Fields{
		duty.FieldProblem: {"Noen går alene."}, duty.FieldPlanned: {"Flere voksne ute."}, duty.FieldFrom: {"2026-11-18"},
		duty.FieldTo: {"2026-12-11"}, duty.FieldEvaluateOn: {"2026-12-14"}, duty.FieldBy: {d.id(t, "5a@example.no")},
	}
	planned, err := duty.Take(duty.Cases(d.events)[0], duty.Planned, act)
	if err != nil {
		t.Fatal(err)
	}
	d.events = append(d.events, planned)

	teacher := d.address(t, "5a@example.no")
	if got := d.days(t, teacher, "Frist i Følgmed"); got != "20261124 20261211 20261214" {
		t.Errorf("the teacher's: %s", got)
	}
	if got := d.days(t, d.address(t, "vikar@example.no"), "Deadline in Følgmed"); got != "20261119 20261119 20261211 20261214" {
		t.Errorf("the deputy's: %s", got)
	}
	for _, email := range []string{"annen@example.no", "renhold@example.no", "fremmed@example.no"} {
		if got := d.days(t, d.address(t, email), ""); got != "" {
			t.Errorf("%s sees %s", email, got)
		}
	}
	renewed := d.address(t, "5a@example.no")
	if code, _ := d.do(t, "", http.MethodGet, teacher); code != http.StatusNotFound {
		t.Errorf("the old address: %d", code)
	}
	if code, _ := d.do(t, "5a@example.no", http.MethodPost, Path+"/calendar/end"); code != http.StatusSeeOther {
		t.Errorf("ending it: %d", code)
	}
	if code, _ := d.do(t, "", http.MethodGet, renewed); code != http.StatusNotFound {
		t.Errorf("the ended address: %d", code)
	}
	if !slices.Contains(d.audited, "calendar_made") || !slices.Contains(d.audited, "calendar_ended") {
		t.Errorf("recorded: %v", d.audited)
	}
}

// TestPageSaysWhatHolds: with and without a mail server, and of an address that
// is refused to who leads the school alone.
func TestPageSaysWhatHolds(t *testing.T) {
	d := newFront(t, true)
	d.log = []Line{{ID: "m refused", Mail: "m", At: d.clock, Owner: own, Person: d.id(t, "5a@example.no"), Step: Refused, Said: "550 no such user"}}
	for email, sees := range map[string]bool{"rektor@example.no": true, "5a@example.no": true, "renhold@example.no": false, "eier@example.no": false, "annen@example.no": false} {
		if code, body := d.do(t, email, http.MethodGet, Path); code != http.StatusOK || strings.Contains(body, "550 no such user") != sees {
			t.Errorf("%s sees that an address is refused, want %v: %d", email, sees, code)
		}
	}
	if _, body := d.do(t, "rektor@example.no", http.MethodGet, Path); !strings.Contains(body, "skriver til rektor@example.no") {
		t.Error("the page does not say that letters are sent")
	}
	if _, body := newFront(t, false).do(t, "rektor@example.no", http.MethodGet, Path); !strings.Contains(body, "sender ikke e-post her") || strings.Contains(body, "skriver til") {
		t.Error("the page says that letters are sent, and none are")
	}
	if code, _ := d.do(t, "", http.MethodGet, Path); code != http.StatusSeeOther {
		t.Errorf("to one who is not signed in: %d", code)
	}
}

// TestPageInABrowser makes and ends a calendar with clicks alone.
func TestPageInABrowser(t *testing.T) {
	d := newFront(t, true)
	d.log = []Line{{ID: "m refused", Mail: "m", At: d.clock, Owner: own, Person: d.id(t, "5a@example.no"), Step: Refused, Said: "550 5.1.1 no such user here"}}
	b := accesstest.Open(t, d.echo, d.access)
	b.Enter("rektor@example.no")
	b.Shows("h1", "Påminnelser og frister")
	b.Look("reminders")
	b.Click(`form[action$="/calendar"] button`)
	b.Shows("#saved", "Kalenderadressen er klar")
	b.Look("calendar-made")
	b.Click(`form[action$="/end"] button`)
	b.Shows("#saved", "Kalenderen er slått av")
}

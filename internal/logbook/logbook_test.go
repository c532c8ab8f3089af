package logbook_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"github.com/folgmed/folgmed/internal/access"
	"github.com/folgmed/folgmed/internal/access/accesstest"
	"github.com/folgmed/folgmed/internal/audit"
	"github.com/folgmed/folgmed/internal/disclosure"
	"github.com/folgmed/folgmed/internal/duty"
	"github.com/folgmed/folgmed/internal/logbook"
	"github.com/folgmed/folgmed/internal/roster"
	"github.com/folgmed/folgmed/internal/web"
)

const own, vik = "100000001", "200000001"

// journal is the record of one test.
type journal struct {
	*accesstest.Journal
	adult duty.Event
}

func (j *journal) Roster(context.Context) (roster.Roster, error) {
	return roster.Roster{Owners: []roster.Owner{{Org: own, Name: "Vik kommune", Schools: []roster.School{{Org: vik, Name: "Vik skole", Written: "nb"}}}}}, nil
}

func (j *journal) AuditOf(_ context.Context, person string) ([]audit.Entry, error) {
	return slices.DeleteFunc(j.Audited(), func(e audit.Entry) bool { return e.Person != person }), nil
}

func (j *journal) DutyEvents(context.Context, string) ([]duty.Event, error) {
	return []duty.Event{j.adult}, nil
}

// TestEachSeesTheirOwn: what one did and what others decided about one, in words;
// nothing of anybody else; and of a prompt about adults nothing, once one may no
// longer see it.
func TestEachSeesTheirOwn(t *testing.T) {
	now := time.Date(2026, 11, 18, 8, 30, 0, 0, time.UTC)
	clock := func() time.Time { return now }
	service, kept := accesstest.New(t, clock,
		access.Person{Email: "rektor@vik.no", Name: "Ragnhild Rektor", Role: access.Principal, Owner: own, Schools: []string{vik}},
		access.Person{Email: "laila@vik.no", Name: "Laila Lærer", Role: access.Teacher, Owner: own, Schools: []string{vik}, Classes: []string{vik + "/5A"}},
	)
	j := &journal{Journal: kept, adult: duty.Event{
		ID: "e1", Subject: duty.PromptSubject("adult1"), Owner: own, School: vik, Step: duty.Opened, At: now,
		Body: duty.Body{Level: string(disclosure.LevelSchool), Kind: string(disclosure.KindAdult), Tier: string(disclosure.Act)},
	}}
	page, err := logbook.New(j, service)
	if err != nil {
		t.Fatal(err)
	}
	e := web.New(web.Options{})
	service.Routes(e)
	page.Routes(e, service.Require)
	people, err := service.People(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	laila, rektor := people[0], people[1]
	by := access.Act{By: rektor, School: vik, Event: "1"}
	if err := service.NameDeputy(t.Context(), by, laila.ID, "2026-11-18"); err != nil {
		t.Fatal(err)
	}
	if _, _, err := service.LinkFor(t.Context(), by, laila.ID, true); err != nil {
		t.Fatal(err)
	}
	record := audit.New(j, clock)
	for _, e := range []audit.Entry{
		{Person: laila.ID, School: vik, Action: "read_prompt", About: "adult1"},
		{Person: laila.ID, School: vik, Action: "opened_session", About: "5A"},
		{Person: laila.ID, School: vik, Action: "read_overview"},
		{Person: laila.ID, School: vik, Action: "observed", About: "p1"},
		{Person: rektor.ID, School: vik, Action: "read_cases"},
	} {
		if err := record.Record(t.Context(), e); err != nil {
			t.Fatal(err)
		}
	}
	look := func(email, query string) (int, *goquery.Selection) {
		r := httptest.NewRequest(http.MethodGet, logbook.Path+query, nil)
		r.AddCookie(accesstest.SignIn(t, e, service, email))
		w := httptest.NewRecorder()
		e.ServeHTTP(w, r)
		doc, err := goquery.NewDocumentFromReader(w.Body)
		if err != nil {
			t.Fatal(err)
		}
		return w.Code, doc.Find("main")
	}
	see := func(email, query string) (int, string) {
		code, main := look(email, query)
		return code, main.Text()
	}
	code, said := see("laila@vik.no", "?person="+rektor.ID)
	if code != http.StatusOK {
		t.Fatalf("status %d", code)
	}
	for _, want := range []string{
		"skal ikke brukes til å vurdere deg", "Du ble gjort til stedfortreder av Ragnhild Rektor", "En innloggingslenke til deg ble laget av Ragnhild Rektor",
		"Du ble lagt til i Følgmed av den som drifter Følgmed", "Du åpnet undersøkelsen i 5A", "Du åpnet oversikten", "Du skrev eller avgjorde noe", "Du åpnet en påminnelse",
	} {
		if !strings.Contains(said, want) {
			t.Errorf("the list lacks %q", want)
		}
	}
	if strings.Contains(said, "lista over saker") {
		t.Error("the list holds what somebody else did")
	}
	if _, said := see("rektor@vik.no", ""); !strings.Contains(said, "Du gjorde Laila Lærer til stedfortreder") || !strings.Contains(said, "lista over saker") || strings.Contains(said, "5A") {
		t.Errorf("the principal's list: %s", said)
	}
	now = now.AddDate(0, 0, 1) // the time as a deputy is over
	if _, said := see("laila@vik.no", ""); strings.Contains(said, "Du åpnet en påminnelse") || !strings.Contains(said, "Du åpnet oversikten") {
		t.Error("who is no deputy any more finds the prompt about adults in the list")
	}
	for i := range 250 {
		now = now.Add(time.Duration(i%3/2) * time.Millisecond) // three in a moment, also where a page ends
		if err := record.Record(t.Context(), audit.Entry{Person: laila.ID, School: vik, Action: "read_cases", ID: strings.Repeat("x", i+1)}); err != nil {
			t.Fatal(err)
		}
	}

	logged := 0
	for address := logbook.Path; address != ""; {
		_, main := look("laila@vik.no", strings.TrimPrefix(address, logbook.Path))
		logged += strings.Count(main.Text(), "lista over saker")
		address = main.Find("a.button").AttrOr("href", "")
	}
	if logged != 250 {
		t.Errorf("%d of 250 lines are on one of the pages", logged)
	}

	b := accesstest.Open(t, e, service)
	b.Enter("laila@vik.no")
	b.Shows("h1", "Siden finnes ikke") // here is no other page
	b.Visit(b.URL + logbook.Path)
	b.Click("main a.button")
	b.Shows("main", "Du åpnet undersøkelsen i 5A")
	b.Look("log")
}

package owner_test

import (
	"context"
	"flag"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/folgmed/folgmed/internal/disclosure"
	"github.com/folgmed/folgmed/internal/duty"
	"github.com/folgmed/folgmed/internal/owner"
	"github.com/folgmed/folgmed/internal/roster"
	"github.com/folgmed/folgmed/internal/web"
)

var update = flag.Bool("update", false, "write testdata/metrics.txt anew")

const (
	own, other    = "100000001", "100000002"
	schoolA       = "200000001"
	schoolB       = "200000002"
	schoolOfOther = "200000003"
	release       = "0123456789abcdef0123456789abcdef"
	wave          = 150 // Monday 16 November 2026
	goodToken     = "good-token"
)

type tokens map[string]string

func (t tokens) OwnerOf(_ context.Context, bearer string) (string, bool, error) {
	org, ok := t[bearer]
	return org, ok, nil
}

// store answers with everything it has, whoever asks: what belongs to another
// must be kept out by the endpoint too.
type store struct {
	released []disclosure.Released
	events   []duty.Event
	owners   []roster.Owner
}

func (s store) ReleasedForOwner(context.Context, string) ([]disclosure.Released, error) {
	return s.released, nil
}

func (s store) DutyEventsOfOwner(context.Context, string) ([]duty.Event, error) {
	return s.events, nil
}

func (s store) Roster(context.Context) (roster.Roster, error) {
	return roster.Roster{Owners: s.owners}, nil
}

func line(t *testing.T, audience disclosure.Audience, org, school string, level disclosure.Level, item string, form disclosure.Form, value string) disclosure.Released {
	t.Helper()
	row := disclosure.Row{
		Release: release, Wave: wave, Owner: org, School: school, Level: string(level),
		Audience: string(audience), Item: item, Form: string(form), Value: value,
	}
	switch {
	case level == disclosure.LevelClass:
		row.Unit = "5A"
	case form == disclosure.FormHidden:
		row.Reason = disclosure.ReasonProtect
	}
	r, err := disclosure.Decode(row)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// moment is a Monday morning in Oslo, an hour after folk have begun to work.
var moment = time.Date(2026, 11, 23, 9, 0, 0, 0, time.FixedZone("", 3600))

func opened(id, org, school string, at time.Time) duty.Event {
	return duty.Event{
		ID: id, Subject: duty.PromptSubject(id), Owner: org, School: school, Step: duty.Opened, At: at, By: duty.Machine,
		Body: duty.Body{Signals: []string{id}, Level: "class", Unit: "5A", Kind: "change", Tier: "notice"},
	}
}

func world(t *testing.T) store {
	concluded := duty.Event{
		ID: "c", Subject: duty.PromptSubject("p2"), Owner: own, School: schoolA, Version: 1,
		Step: duty.Concluded, At: moment.AddDate(0, 0, -4), Body: duty.Body{Fields: duty.Fields{duty.FieldConclusion: {duty.NoConcern}}},
	}
	today := duty.Event{
		ID: "o", Subject: duty.PromptSubject("p1"), Owner: own, School: schoolA, Version: 1,
		Step: duty.Observed, At: moment.Add(-time.Minute), Body: duty.Body{Fields: duty.Fields{duty.FieldText: {"x"}}},
	}
	const school, whole, class = disclosure.LevelSchool, disclosure.LevelOwner, disclosure.LevelClass
	return store{
		released: []disclosure.Released{
			line(t, disclosure.Owner, own, schoolA, school, "c1", disclosure.FormBand, "1/20"),
			line(t, disclosure.Owner, own, schoolA, school, "c7", disclosure.FormWords, "some"),
			line(t, disclosure.Owner, own, schoolB, school, "c7", disclosure.FormHidden, ""),
			line(t, disclosure.Owner, own, "", whole, "c1", disclosure.FormBand, "2/20"),
			line(t, disclosure.Owner, own, schoolA, school, "participation", disclosure.FormParticipation, "more"),
			line(t, disclosure.Owner, own, schoolA, school, "signals", disclosure.FormSignals, "1-4"),
			line(t, disclosure.Owner, own, schoolB, school, "signals", disclosure.FormSignals, "0"),
			// Not for this owner's eyes.
			line(t, disclosure.Staff, own, schoolA, class, "c2", disclosure.FormWords, "many"),
			line(t, disclosure.Staff, own, schoolA, class, "change", disclosure.FormSignal, release+" wellbeing act 2026-10 148 160 4 stands"),
			line(t, disclosure.Owner, other, schoolOfOther, school, "c1", disclosure.FormBand, "19/20"),
		},
		events: []duty.Event{
			opened("p1", own, schoolA, moment.AddDate(0, 0, -12)),
			opened("p2", own, schoolA, moment.AddDate(0, 0, -20)), concluded, today,
			opened("p3", own, schoolB, moment.Add(-time.Hour)), // this school day: not counted yet
			opened("p4", other, schoolOfOther, moment.AddDate(0, 0, -30)),
		},
		owners: []roster.Owner{
			{Org: own, Name: "Vik kommune", Schools: []roster.School{{Org: schoolA, Name: "Fjordvik skole"}, {Org: schoolB, Name: "Åsen skule"}}},
			{Org: other, Name: "Nes kommune", Schools: []roster.School{{Org: schoolOfOther, Name: "Nes skole"}}},
		},
	}
}

func scrape(t *testing.T, s store, authorization string, now time.Time) *httptest.ResponseRecorder {
	t.Helper()
	e := web.New(web.Options{})
	owner.New(tokens{goodToken: own}, s, func() time.Time { return now }).Routes(e)
	req := httptest.NewRequest(http.MethodGet, "/owner/metrics", nil)
	if authorization != "" {
		req.Header.Set("Authorization", authorization)
	}
	rec := httptest.NewRecorder()
	e.ServeHTTP(rec, req)
	return rec
}

func TestMetricsOfOneOwner(t *testing.T) {
	rec := scrape(t, world(t), "Bearer "+goodToken, moment)
	if rec.Code != http.StatusOK {
		t.Fatalf("status %d: %s", rec.Code, rec.Body)
	}
	got := rec.Body.String()
	if *update {
		if err := os.WriteFile("testdata/metrics.txt", []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile("testdata/metrics.txt")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("metrics differ; if they should, run with -update (-want +got):\n%s", diff)
	}
	for _, secret := range []string{other, schoolOfOther, "Nes", "5A", "c2", "2026-10", "act"} {
		if strings.Contains(got, `"`+secret) {
			t.Errorf("metrics tell %q", secret)
		}
	}

	promtool, err := exec.LookPath("promtool")
	if err != nil {
		t.Fatalf("promtool is missing; it comes with Debian's package prometheus: %v", err)
	}
	cmd := exec.Command(promtool, "check", "metrics")
	cmd.Stdin = strings.NewReader(got)
	if out, err := cmd.CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("promtool check metrics: %v\n%s", err, out)
	}
}

func TestTokenIsNeeded(t *testing.T) {
	for _, authorization := range []string{"", "Bearer ", "Bearer wrong", "Basic " + goodToken, goodToken} {
		rec := scrape(t, world(t), authorization, moment)
		if rec.Code != http.StatusUnauthorized || !strings.HasPrefix(rec.Header().Get("WWW-Authenticate"), "Bearer") {
			t.Errorf("%q: status %d, WWW-Authenticate %q", authorization, rec.Code, rec.Header().Get("WWW-Authenticate"))
		}
		if strings.Contains(rec.Body.String(), "folgmed_") {
			t.Errorf("%q: metrics in the refusal", authorization)
		}
	}
}

// What staff do within a school day, or on days without school, moves nothing
// until the next school day begins.
func TestDutyIsCountedOncePerSchoolDay(t *testing.T) {
	s := world(t)
	s.owners[0].Terms = []roster.Term{{From: "2026-08-17", To: "2027-06-18"}}
	s.owners[0].Holidays = []roster.Holiday{{From: "2026-11-26", To: "2026-11-27", Name: "planleggingsdager"}}
	body := func(now time.Time) string { return scrape(t, s, "Bearer "+goodToken, now).Body.String() }

	monday := body(moment)
	if late := body(moment.Add(14*time.Hour + 59*time.Minute)); late != monday {
		t.Errorf("the counts moved within the day:\n%s", cmp.Diff(monday, late))
	}
	tuesday := body(moment.AddDate(0, 0, 1))
	if !strings.Contains(tuesday, `folgmed_prompts{school="`+schoolA+`",state="observed"} 1`) ||
		!strings.Contains(tuesday, `folgmed_prompts{school="`+schoolB+`",state="open"} 1`) {
		t.Errorf("tuesday does not count what was done on monday:\n%s", tuesday)
	}
	wednesday := body(moment.AddDate(0, 0, 2))
	for _, days := range []int{3, 4, 5, 6} { // two days off and a weekend
		if got := body(moment.AddDate(0, 0, days)); got != wednesday {
			t.Errorf("the counts moved %d days on, without a school day:\n%s", days, cmp.Diff(wednesday, got))
		}
	}
	if body(moment.AddDate(0, 0, 7)) == wednesday {
		t.Error("the ages stand still on the next monday")
	}
}

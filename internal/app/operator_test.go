package app

import (
	"context"
	"log/slog"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/folgmed/folgmed/internal/access"
	"github.com/folgmed/folgmed/internal/audit"
	"github.com/folgmed/folgmed/internal/config"
	"github.com/folgmed/folgmed/internal/control"
	"github.com/folgmed/folgmed/internal/wave"
)

// What an operator is told who names something that is not on the roster.
func TestOperatorNamesWhatIsNotThere(t *testing.T) {
	t.Parallel()
	a, _ := newInstallation(t).start(t)
	known := oneSchool()
	must(t, a.SaveRoster(t.Context(), known))
	owner := known.Owners[0].Org
	codes := func(school, class string) error {
		_, err := a.Codes(t.Context(), control.CodesRequest{Wave: firstWave, School: school, Class: class})
		return err
	}
	person := func(p access.Person) error {
		p.Email, p.Name, p.Role = "a@skole.example", "A", access.Teacher
		return a.AddPerson(t.Context(), p)
	}
	token := func(org string) error {
		_, err := a.OwnerToken(t.Context(), org)
		return err
	}
	for _, c := range []struct {
		err  error
		want string
	}{
		{codes("000000999", ""), "no school 000000999"},
		{codes("", ""), "not open"},
		{codes(school, "9Z"), "no class 9Z"},
		{person(access.Person{Owner: "000000009"}), "import the roster first"},
		{person(access.Person{Owner: owner, Schools: []string{"000000999"}}), "no school 000000999"},
		{person(access.Person{Owner: owner, Schools: []string{school}, Classes: []string{school + "/9Z"}}), "no class 9Z"},
		{token("000000009"), "no owner 000000009"},
	} {
		if c.err == nil || !strings.Contains(c.err.Error(), c.want) {
			t.Errorf("got %v, want %q", c.err, c.want)
		}
	}
	must(t, person(access.Person{Owner: owner, Schools: []string{school}, Classes: []string{school + "/8A"}}))
	must(t, codes(school, "")) // printed before the wave opens
}

// Outside a rehearsal slips are made for weeks that the calendar asks.
func TestSlipsForWeeksThatAreAsked(t *testing.T) {
	t.Parallel()
	in := newInstallation(t)
	cfg := in.config()
	cfg.Rehearsal = false
	a := New(cfg, Options{Log: slog.New(slog.DiscardHandler), Now: func() time.Time { return now }, Hold: true})
	must(t, a.Start(t.Context()))
	t.Cleanup(func() { must(t, a.Stop(context.Background())) })
	known := oneSchool()
	must(t, a.SaveRoster(t.Context(), known))
	calendar := wave.NewCalendar(known.Owners[0])
	asked := 0
	for n := wave.NumberOf(now); n < wave.NumberOf(now)+8; n++ {
		_, err := a.Codes(t.Context(), control.CodesRequest{Wave: n, School: school, Class: "8A", Count: 1})
		planned, _ := calendar.Planned(n)
		if planned != (err == nil) {
			t.Errorf("wave %d: planned %t, codes: %v", n, planned, err)
		}
		if planned {
			asked++
		} else if !strings.Contains(err.Error(), "--wave") {
			t.Errorf("wave %d: %v names no week to print for", n, err)
		}
	}
	if asked == 0 || asked == 8 {
		t.Errorf("%d of 8 weeks are asked: nothing was told apart", asked)
	}
}

// An owner begins with the rate of its first roster. A later roster can not
// change it in the middle of a term; what the owner chooses acts from the next.
// With the rhythm it is so by school years.
func TestRateAndRhythmAreTheOwnersToChoose(t *testing.T) {
	t.Parallel()
	a, _ := newInstallation(t).start(t)
	known := oneSchool()
	known.Owners[0].Rate = .1
	must(t, a.SaveRoster(t.Context(), known))
	known.Owners[0].Rate = 0 // as from a file that does not say
	must(t, a.SaveRoster(t.Context(), known))
	o := a.schedule.Roster().Owners[0]
	if o.Rate != .1 {
		t.Errorf("a roster that does not say leaves %g", o.Rate)
	}
	known.Owners[0].Rate = .5
	if err := a.SaveRoster(t.Context(), known); err == nil || !strings.Contains(err.Error(), "the owner chooses") {
		t.Errorf("a roster with another rate: %v", err)
	}

	const eier = "eier@kommune.example"
	must(t, a.AddPerson(t.Context(), access.Person{Email: eier, Name: "Siv Moe", Role: access.OwnerRole, Owner: o.Org}))
	b := signIn(t, a, eier)
	page := b.get("/staff") // leads to the owner's page
	if got := page.Find("input[name=rate][checked]").AttrOr("value", ""); got != "few" {
		t.Errorf("the page marks %q", got)
	}
	b.submit(page, "/rate", url.Values{"rate": {"many"}})
	must(t, a.schedule.Refresh(t.Context()))
	people, err := a.People(t.Context())
	must(t, err)
	audited, err := a.parts[config.Staff].AuditOf(t.Context(), people[0].ID)
	must(t, err)
	if !slices.ContainsFunc(audited, func(e audit.Entry) bool { return e.About == "0.5 from 2027-01-01" }) {
		t.Errorf("the audit has %+v", audited)
	}
	this := wave.NumberOf(now)
	spring := wave.NumberOf(time.Date(2027, 1, 4, 9, 0, 0, 0, wave.Oslo))
	for n, want := range map[wave.Number]float64{this: .1, spring - 1: .1, spring: .5, spring + 100: .5} {
		if got := a.schedule.Rate(o, n); got != want {
			t.Errorf("wave %d has the rate %g, want %g", n, got, want)
		}
	}
	// How often pupils are asked is theirs too, from a school year on.
	b.submit(b.get("/staff"), "/rhythm", url.Values{"weeks": {"4"}})
	must(t, a.schedule.Refresh(t.Context()))
	o = a.schedule.Roster().Owners[0]
	from := wave.NewCalendar(o).RhythmFrom(now)
	if o.RhythmIn(from-1) != 2 || o.RhythmIn(from) != 4 {
		t.Errorf("asked every %d weeks, and from %d every %d", o.RhythmIn(from-1), from, o.RhythmIn(from))
	}
	must(t, player(a, 1).Open(t.Context(), firstWave))
	known.Owners[0].Rate, known.Owners[0].Rhythm = 0, 0
	must(t, a.SaveRoster(t.Context(), known))
	known.Owners[0].Rhythm = 1
	if err := a.SaveRoster(t.Context(), known); err == nil || !strings.Contains(err.Error(), "how often pupils are asked") {
		t.Errorf("a roster with another rhythm: %v", err)
	}
}

package notify

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/folgmed/folgmed/internal/disclosure"
	"github.com/folgmed/folgmed/internal/duty"
)

// TestWhoIsToldWhen lets one thing happen and lists who gets a letter, and
// when. Monday 16 November 2026 is an ordinary day at school, Saturday 28 no
// working day, 20 December the last Sunday before the holidays.
func TestWhoIsToldWhen(t *testing.T) {
	report := func(about string, serious bool) func(*world, testing.TB) {
		return func(w *world, t testing.TB) { w.reported(t, about, serious) }
	}
	prompt := func(class string, kind disclosure.Kind, tier disclosure.Tier) func(*world, testing.TB) {
		return func(w *world, _ testing.TB) { w.opened(class, kind, tier) }
	}
	for _, test := range []struct {
		name, from, to string
		happens        func(*world, testing.TB)
		want           string
	}{
		{
			"a notice is told in the digest, and goes on to principal and owner", "2026-11-17 18:15", "2026-12-18 12:00",
			prompt("5A", disclosure.KindChange, disclosure.Notice),
			"5a 11-18 07:00, rektor 11-24 07:00, vikar 11-24 07:00, eier 12-01 07:00",
		},
		{
			"concluded with reason to report that nobody has reported, it is the principal's", "2026-11-17 10:00", "2026-11-20 12:00",
			func(w *world, t testing.TB) {
				w.opened("5A", disclosure.KindChange, disclosure.Notice)
				w.concerned(t)
			}, "rektor 11-18 07:00, vikar 11-18 07:00",
		},
		{
			"what to look at now is told at once", "2026-11-17 18:15", "2026-11-20 12:00",
			prompt("5A", disclosure.KindChange, disclosure.Act), "5a 11-17 18:15",
		},
		{
			"what no class staff could see is the principal's", "2026-11-17 18:15", "2026-11-20 12:00",
			prompt("6A", disclosure.KindChange, disclosure.Notice), "rektor 11-18 07:00, vikar 11-18 07:00",
		},
		{
			"and so is what is about the whole school", "2026-11-17 18:15", "2026-11-20 12:00",
			prompt("", disclosure.KindLevel, disclosure.Act), "rektor 11-17 18:15, vikar 11-17 18:15",
		},
		{
			"severe is the principal's at once, and the owner's when a working day has passed", "2026-11-17 18:15", "2026-11-20 12:00",
			prompt("5A", disclosure.KindSevere, disclosure.Act), "rektor 11-17 18:15, vikar 11-17 18:15, eier 11-19 07:00",
		},
		{
			"about adults, once it is passed on", "2026-11-17 10:00", "2026-11-17 20:00",
			prompt("", disclosure.KindAdult, disclosure.Act), "rektor 11-17 10:00, vikar 11-17 10:00",
		},
		{
			"about adults is the owner's at once before that", "2026-11-17 18:15", "2026-11-20 12:00",
			func(w *world, t testing.TB) { w.signalOfAdults(t) }, "eier 11-17 18:15",
		},
		{
			"an ordinary report", "2026-11-17 10:00", "2026-11-27 12:00",
			report(duty.AboutPupils, false), "rektor 11-18 07:00, vikar 11-18 07:00",
		},
		{
			"a report that may be serious", "2026-11-17 10:00", "2026-11-27 12:00",
			report(duty.AboutPupils, true), "rektor 11-17 10:00, vikar 11-17 10:00, eier 11-19 07:00",
		},
		{
			"about staff", "2026-11-17 22:00", "2026-11-17 23:00",
			report(duty.AboutStaff, false), "rektor 11-17 22:00, vikar 11-17 22:00",
		},
		{
			"about the leadership, which never learns of it", "2026-11-17 10:00", "2026-12-18 12:00",
			report(duty.AboutLeadership, true), "eier 11-17 10:00",
		},
		{
			"serious on a Saturday waits for Monday morning", "2026-11-28 12:00", "2026-11-30 12:00",
			report(duty.AboutPupils, true), "rektor 11-30 07:00, vikar 11-30 07:00",
		},
		{
			"serious in the holidays goes on, on working days", "2026-12-26 12:00", "2026-12-29 12:00",
			report(duty.AboutPupils, true), "rektor 12-28 07:00, vikar 12-28 07:00, eier 12-29 07:00",
		},
		{
			"severe in the holidays goes on, and the deputy is told", "2026-12-22 18:15", "2026-12-29 12:00",
			prompt("5A", disclosure.KindSevere, disclosure.Act), "rektor 12-22 18:15, vikar 12-22 18:15, eier 12-24 07:00",
		},
		{
			"and so does what the owner passed on about adults", "2026-12-27 18:15", "2026-12-28 12:00",
			prompt("", disclosure.KindAdult, disclosure.Act), "rektor 12-28 07:00, vikar 12-28 07:00",
		},
		{
			"found serious, it is the owner's at once", "2026-11-17 10:00", "2026-11-17 20:00",
			func(w *world, t testing.TB) {
				w.reported(t, duty.AboutPupils, false)
				w.decided(t, duty.Judged, duty.Fields{duty.FieldSerious: {duty.Yes}, duty.FieldReason: {"Flere mot én."}, duty.FieldOn: {"2026-11-17"}})
			}, "rektor 11-17 10:00, vikar 11-17 10:00, eier 11-17 10:00",
		},
		{
			"also when it has become a case before", "2026-11-17 10:00", "2026-11-17 20:00",
			func(w *world, t testing.TB) {
				w.reported(t, duty.AboutPupils, true)
				w.decided(t, duty.Inquired, duty.Fields{duty.FieldOn: {"2026-11-17"}, duty.FieldText: {"Vi spurte."}, duty.FieldHeard: {"nurse"}})
				w.decided(t, duty.Answered, duty.Fields{duty.FieldOutcome: {duty.NoCase}, duty.FieldReason: {"Det er løst."}})
				w.decided(t, duty.Judged, duty.Fields{duty.FieldSerious: {duty.Yes}, duty.FieldReason: {"Flere mot én."}, duty.FieldOn: {"2026-11-17"}})
			}, "eier 11-17 10:00",
		},
		{
			"answered and still undecided, it is counted at the owner", "2026-11-17 10:00", "2026-11-20 12:00",
			func(w *world, t testing.TB) {
				w.reported(t, duty.AboutPupils, true)
				w.decided(t, duty.Inquired, duty.Fields{duty.FieldOn: {"2026-11-17"}, duty.FieldText: {"Vi spurte."}, duty.FieldHeard: {"nurse"}})
				w.decided(t, duty.Answered, duty.Fields{duty.FieldOutcome: {duty.NoCase}, duty.FieldReason: {"Det er løst."}})
			}, "rektor 11-17 10:00, vikar 11-17 10:00, eier 11-19 07:00",
		},
		{
			"about staff, passed on, it is the owner's at once", "2026-11-17 10:00", "2026-11-17 20:00",
			func(w *world, t testing.TB) {
				w.reported(t, duty.AboutStaff, false)
				w.decided(t, duty.Routed, duty.Fields{duty.FieldRoute: {duty.RoutePassedOn}})
			}, "rektor 11-17 10:00, vikar 11-17 10:00, eier 11-17 10:00",
		},
		{
			"the rest waits for school to begin", "2026-12-21 20:00", "2027-01-05 12:00",
			prompt("5A", disclosure.KindChange, disclosure.Notice), "5a 01-04 07:00",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := &world{clock: at(test.from)}
			test.happens(w, t)
			var got []string
			w.answer = func(l Letter) error {
				name, _, _ := strings.Cut(l.To, "@")
				got = append(got, name+w.clock.Format(" 01-02 15:04"))
				return nil
			}
			n, _ := w.serve(t, never)
			w.passes(t, n, test.to)
			if got := strings.Join(got, ", "); got != test.want {
				t.Errorf("told: %s\nwant: %s", got, test.want)
			}
		})
	}
}

// TestOneDigestADay: what comes after the digest waits for the next, and a
// letter counts what is new in it.
func TestOneDigestADay(t *testing.T) {
	w := &world{clock: at("2026-11-17 18:15")}
	first := w.opened("5A", disclosure.KindChange, disclosure.Notice)
	w.opened("5A", disclosure.KindSilence, disclosure.Notice)
	n, _ := w.serve(t, never)
	w.passes(t, n, "2026-11-18 09:00")
	w.opened("5A", disclosure.KindLevel, disclosure.Notice)
	w.passes(t, n, "2026-11-19 06:45")
	if len(w.delivered) != 1 || w.delivered[0].Subject != "2 påminningar ventar på deg" {
		t.Fatalf("the first day: %+v", w.delivered)
	}
	w.passes(t, n, "2026-11-19 09:00")
	if len(w.delivered) != 2 || w.delivered[1].Subject != "1 påminning ventar på deg" {
		t.Fatalf("the second day: %+v", w.delivered[1:])
	}
	// One that rises is told anew, at once.
	w.machine(first, duty.Raised, "5A", disclosure.Act)
	w.passes(t, n, "2026-11-19 09:30")
	if len(w.delivered) != 3 {
		t.Errorf("a prompt that rose: %d letters", len(w.delivered))
	}
}

// TestAnotherClassJoins: its teacher is told, and so is who leads the school,
// but not the teacher of the class that was there.
func TestAnotherClassJoins(t *testing.T) {
	w := &world{clock: at("2026-11-17 18:15")}
	id := w.opened("", disclosure.KindChange, disclosure.Notice)
	n, _ := w.serve(t, never)
	w.passes(t, n, "2026-11-18 09:00")
	if got := told1(w); got != "rektor vikar" {
		t.Fatalf("told: %s", got)
	}
	w.machine(id, duty.Joined, "5A", disclosure.Notice)
	w.passes(t, n, "2026-11-19 09:00")
	if got := told1(w); got != "rektor vikar 5a" {
		t.Errorf("told: %s", got)
	}
}

// told1 lists who got letters.
func told1(w *world) string {
	var names []string
	for _, l := range w.delivered {
		name, _, _ := strings.Cut(l.To, "@")
		names = append(names, name)
	}
	return strings.Join(names, " ")
}

// TestLettersSayNothing: whatever waits, a letter in each language says how
// many and where.
func TestLettersSayNothing(t *testing.T) {
	w := &world{clock: at("2026-11-17 10:00")}
	w.opened("", disclosure.KindAdult, disclosure.Act)
	w.opened("5A", disclosure.KindSevere, disclosure.Act)
	w.opened("5A", disclosure.KindChange, disclosure.Act)
	n, _ := w.serve(t, never)
	if err := n.Round(t.Context()); err != nil {
		t.Fatal(err)
	}
	want := map[string]Letter{
		"5a@example.no": {Subject: "1 påminning ventar på deg", Text: `Hei!

1 påminning ventar på deg. Logg inn i Følgmed for å lese:

` + start + `

Her står det ikkje meir, fordi e-post kan bli lesen av andre.

Denne e-posten kjem av seg sjølv, og ingen les svar på han.
`},
		"rektor@example.no": {Subject: "2 påminnelser venter på deg", Text: `Hei!

2 påminnelser venter på deg. Logg inn i Følgmed for å lese:

` + start + `

Her står det ikke mer, fordi e-post kan bli lest av andre.

Denne e-posten kommer av seg selv, og ingen leser svar på den.
`},
		"vikar@example.no": {Subject: "2 reminders are waiting for you", Text: `Hello!

2 reminders are waiting for you. Sign in to Følgmed to read:

` + start + `

There is no more here, because others might read an e-mail.

This e-mail is sent automatically, and nobody reads replies to it.
`},
	}
	for _, got := range w.delivered {
		l := want[got.To]
		delete(want, got.To)
		l.To, l.ID = got.To, got.ID
		if diff := cmp.Diff(l, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", got.To, diff)
		}
	}
	if len(want) > 0 {
		t.Errorf("not told: %v", want)
	}
}

// TestMailServerSaysNo: one that is away is asked again after a minute, then
// two, then four; an address that is to wait waits alone; one that is refused is
// tried again the next morning.
func TestMailServerSaysNo(t *testing.T) {
	tests := []struct {
		outcome Outcome
		to      string // whom the server says no to; empty: all
		until   string
		want    string
	}{
		{Unreachable, "", "2026-11-17 11:15", "5a 10:00, 5a 10:01, 5a 10:03, 5a 10:07, 5a 10:15, 5a 10:31, 5a 11:03, rektor 11:03, vikar 11:03"},
		{Delayed, "rektor@example.no", "2026-11-17 11:15", "rektor 10:00, vikar 10:00, 5a 10:00, rektor 10:01, rektor 10:03, rektor 10:07, rektor 10:15, rektor 10:31, rektor 11:03"},
		{Refused, "rektor@example.no", "2026-11-18 08:00", "rektor 10:00, vikar 10:00, 5a 10:00, rektor 07:00"},
	}
	for _, test := range tests {
		t.Run(string(test.outcome), func(t *testing.T) {
			w := &world{clock: at("2026-11-17 10:00")}
			w.opened("", disclosure.KindLevel, disclosure.Act)
			w.opened("5A", disclosure.KindChange, disclosure.Act)
			var got []string
			w.answer = func(l Letter) error {
				name, _, _ := strings.Cut(l.To, "@")
				got = append(got, name+w.clock.Format(" 15:04"))
				if w.clock.Before(at("2026-11-17 11:00")) && (test.to == "" || l.To == test.to) {
					return &NotTaken{test.outcome, "450 no"}
				}
				return nil
			}
			n, _ := w.serve(t, never)
			for end := at(test.until); !w.clock.After(end); w.clock = w.clock.Add(Every) {
				if err := n.Round(t.Context()); err != nil && !errors.Is(err, errQuiet) {
					t.Fatal(err)
				}
			}
			if got := order(got); got != order(strings.Split(test.want, ", ")) {
				t.Errorf("tried: %s\nwant:  %s", got, test.want)
			}
		})
	}
}

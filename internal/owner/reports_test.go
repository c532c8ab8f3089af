package owner_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/folgmed/folgmed/internal/duty"
	"github.com/folgmed/folgmed/internal/web"
)

// reported adds a report of a school, four working days ago.
func (o *office) reported(t testing.TB, school, id, about string) duty.Report {
	t.Helper()
	e, err := duty.File(own, school, duty.Act{
		ID: strings.Repeat(id, 16), At: o.now.AddDate(0, 0, -6), By: "laila", Role: "teacher", Who: duty.Staff,
		Fields: duty.Fields{duty.FieldWhat: {"Noen roper til elever i " + id}, duty.FieldSources: {"observation"}, duty.FieldAbout: {about}, duty.FieldPossiblySerious: {duty.Yes}},
	})
	if err != nil {
		t.Fatal(err)
	}
	o.events = append(o.events, e)
	reports := duty.Reports([]duty.Event{e})
	return reports[0]
}

// The owner reads what is about a school's leadership at once, other reports
// only as a count when they wait undecided, and answers once whatever is
// clicked.
func TestOwnerReadsAndAnswersReports(t *testing.T) {
	o := newOffice(t)
	secret := o.reported(t, schoolA, "l", duty.AboutLeadership)
	o.reported(t, schoolB, "p", duty.AboutPupils)
	text := o.do(t, eirin, http.MethodGet, "/staff/owner", nil).Body.String()
	if !strings.Contains(text, "Noen roper til elever i l") || strings.Contains(text, "Noen roper til elever i p") {
		t.Errorf("the owner reads:\n%s", text)
	}
	if !strings.Contains(text, "Én melding er ikke avgjort etter to virkedager") {
		t.Errorf("the owner does not count what is undecided:\n%s", text)
	}
	if text := o.do(t, otto, http.MethodGet, "/staff/owner", nil).Body.String(); strings.Contains(text, "Noen roper") || strings.Contains(text, "Én melding") {
		t.Error("another owner reads of it")
	}

	answer := url.Values{"report": {secret.ID}, "event": {strings.Repeat("e", 16)}, "seen": {"1"}, "text": {"Kari og Per er satt på saken"}}
	if w := o.do(t, eirin, http.MethodPost, "/staff/owner/report", answer); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "Kari og Per er satt på saken") {
		t.Errorf("names: status %d", w.Code)
	}
	if w := o.do(t, otto, http.MethodPost, "/staff/owner/report", answer); w.Code != http.StatusNotFound {
		t.Errorf("another owner answers: status %d", w.Code)
	}
	answer.Set("text", "Vi møter skolen i morgen.")
	for range 2 { // a double click
		if w := o.do(t, eirin, http.MethodPost, "/staff/owner/report", answer); w.Code != http.StatusSeeOther {
			t.Fatalf("status %d: %s", w.Code, w.Body)
		}
	}
	r := duty.Reports(o.events)[0]
	if !r.OwnerTook || len(r.History) != 2 {
		t.Errorf("after a double click: %d events, taken %t", len(r.History), r.OwnerTook)
	}
	answer.Set("text", "Noe annet.")
	if w := o.do(t, eirin, http.MethodPost, "/staff/owner/report", answer); w.Code != http.StatusConflict || !strings.Contains(w.Body.String(), "Noe annet.") {
		t.Errorf("the same form with other words: status %d", w.Code)
	}
	for _, e := range o.audited {
		if e.School != "" {
			t.Errorf("what the owner did stands in a school's record: %+v", e)
		}
	}
}

// What waits for the owner stands before what does not: reports come first while no
// signal about adults stands.
func TestWhatWaitsForTheOwnerStandsFirst(t *testing.T) {
	o := newOffice(t)
	o.reported(t, schoolA, "l", duty.AboutLeadership)
	first := func() string {
		t.Helper()
		doc := o.page(t, eirin)
		if n := doc.Find("section[aria-labelledby=adults]").Length(); n != 1 {
			t.Fatalf("%d sections about adults", n)
		}
		return doc.Find("main section").First().AttrOr("aria-labelledby", "")
	}
	if got := first(); got != "adults" {
		t.Errorf("with a signal about adults the page begins with %q", got)
	}
	o.released = nil
	if got := first(); got != "reports" {
		t.Errorf("without one the page begins with %q", got)
	}
}

// What the principal found serious comes with when and why.
func TestOwnerReadsWhyItIsSerious(t *testing.T) {
	o := newOffice(t)
	r := o.reported(t, schoolB, "p", duty.AboutPupils)
	judged, err := duty.Take(r, duty.Judged, duty.Act{
		ID: strings.Repeat("j", 16), Seen: r.Version, At: o.now, By: "r", Role: "principal", Who: duty.Leader,
		Fields: duty.Fields{duty.FieldSerious: {duty.Yes}, duty.FieldReason: {"Flere mot én, over tid."}, duty.FieldOn: {duty.DayOf(o.now)}},
	})
	if err != nil {
		t.Fatal(err)
	}
	o.events = append(o.events, judged)
	for who, want := range map[string]string{
		eirin: "Rektor vurderte dette som alvorlig " + web.Date("nb", o.now) + ": Flere mot én, over tid.",
		nils:  "Rektor vurderte dette som alvorleg " + web.Date("nn", o.now) + ": Flere mot én, over tid.",
		emma:  "The head teacher found this serious on " + web.Date("en", o.now) + ": Flere mot én, over tid.",
	} {
		if got := o.page(t, who).Find("section[aria-labelledby=reports]").Text(); !strings.Contains(got, want) {
			t.Errorf("%s does not read %q:\n%s", who, want, got)
		}
	}
}

// What came today is counted from the next school day on, so that no hour can
// be read from a count.
func TestWaitingMovesOncePerSchoolDay(t *testing.T) {
	o := newOffice(t)
	o.reported(t, schoolB, "p", duty.AboutPupils)
	before := o.do(t, eirin, http.MethodGet, "/staff/owner", nil).Body.String()
	judged, err := duty.Take(duty.Reports(o.events)[0], duty.Judged, duty.Act{
		ID: strings.Repeat("j", 16), Seen: 1, At: o.now.Add(-time.Minute), By: "r", Role: "principal", Who: duty.Leader,
		Fields: duty.Fields{duty.FieldSerious: {duty.No}, duty.FieldReason: {"Det er løst."}, duty.FieldOn: {duty.DayOf(o.now)}},
	})
	if err != nil {
		t.Fatal(err)
	}
	o.events = append(o.events, judged)
	const waits = "Én melding er ikke avgjort"
	if after := o.do(t, eirin, http.MethodGet, "/staff/owner", nil).Body.String(); !strings.Contains(before, waits) || !strings.Contains(after, waits) {
		t.Error("the count moved within a day")
	}
	o.now = o.now.AddDate(0, 0, 1)
	if next := o.do(t, eirin, http.MethodGet, "/staff/owner", nil).Body.String(); strings.Contains(next, waits) {
		t.Error("the next day still counts it")
	}
}

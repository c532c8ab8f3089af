package staff_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/folgmed/folgmed/internal/access/accesstest"
	"github.com/folgmed/folgmed/internal/audit"
	"github.com/folgmed/folgmed/internal/wave"
)

const thisWave = wave.Number(newest + 1)

// asked opens this week's wave.
func (j *journal) asked() {
	j.waves = []wave.Event{{ID: "1", Wave: thisWave, Owner: own, Step: wave.Opened, At: thisWave.Opens(), Closes: thisWave.Closes()}}
}

func (j *journal) step(step wave.Step) { j.waves = append(j.waves, wave.NewEvent(thisWave, step, now)) }

const carryOut = "/staff/carry-out"

// TestCarryOutShowsTheWeek: the week, its state and the classes in their order,
// and not one figure about answers.
func TestCarryOutShowsTheWeek(t *testing.T) {
	s := newSite(t)
	if got := s.get(t, "rektor@example.no", carryOut).Find(".lead").Text(); got != "Uke 47. Ingen blir spurt denne uka. Neste undersøkelse er i uka som begynner 30. november 2026." {
		t.Errorf("a week without a wave: %q", got)
	}
	s.asked()
	doc := s.get(t, "rektor@example.no", carryOut)
	if got := doc.Find(".lead").Text(); got != "Uke 47. Undersøkelsen er åpen til torsdag 19. november 2026 klokka 18." {
		t.Errorf("an open week: %q", got)
	}
	if diff := cmp.Diff([]string{"5A", "5B", "6A", "7", "8A", "8B", "9A", "10A"}, texts(doc.Find(".rows h3"))); diff != "" {
		t.Errorf("classes (-want +got):\n%s", diff)
	}
	if got := doc.Find(".rows").Text(); strings.Contains(got, "svart") || strings.Contains(got, "%") {
		t.Errorf("a figure about answers: %s", got)
	}
	for _, next := range []struct {
		step wave.Step
		want string
	}{
		{wave.Closed, "Undersøkelsen er stengt. Nettbrett som var uten nett, kan levere til tirsdag 24. november 2026 klokka 18."},
		{wave.Sealed, "Svarene telles nå. Resultatene kommer om litt."},
		{wave.Released, "Undersøkelsen er ferdig, og resultatene står under Klasser."},
	} {
		s.step(next.step)
		doc := s.get(t, "rektor@example.no", carryOut)
		if got := doc.Find(".lead").Text(); got != "Uke 47. "+next.want {
			t.Errorf("a wave that is %s: %q", next.step, got)
		}
		if n := doc.Find(`a[href*="/void"]`).Length(); n != 0 {
			t.Errorf("a wave that is %s: %d classes can answer anew", next.step, n)
		}
	}
}

func (s *site) void(t *testing.T, email, class, reason string) *httptest.ResponseRecorder {
	t.Helper()
	doc := s.get(t, email, carryOut+"/void?"+url.Values{"school": {fjordvik}, "class": {class}}.Encode())
	return s.post(t, email, doc, "/void", url.Values{"reason": {reason}})
}

// TestVoidOnce: a principal lets a class answer anew, with a reason and once;
// the act is in the record before it is done.
func TestVoidOnce(t *testing.T) {
	s := newSite(t)
	s.asked()
	const rektor = "rektor@example.no"
	before := len(s.audited)
	if w := s.void(t, rektor, "8B", ""); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "Velg en grunn") {
		t.Errorf("without a reason: %d", w.Code)
	}
	if len(s.audited) != before || len(s.voids) != 0 {
		t.Error("what was refused is recorded as done")
	}
	w := s.void(t, rektor, "8B", "prank")
	if w.Code != http.StatusSeeOther {
		t.Fatalf("status %d: %s", w.Code, w.Body)
	}
	if len(s.voids) != 1 || s.voids[0].Class != "8B" || s.voids[0].Reason != wave.Prank || s.voids[0].Wave != thisWave {
		t.Fatalf("voided %+v", s.voids)
	}
	last := s.audited[len(s.audited)-1]
	if last.Action != audit.VoidedAttempt || last.About != "wave 150, 8B, prank" || last.Person != s.voids[0].By || last.School != fjordvik {
		t.Errorf("recorded %+v", last)
	}
	doc := s.get(t, rektor, strings.TrimSuffix(w.Header().Get("Location"), "#saved"))
	if got := doc.Find("#saved").Text(); !strings.Contains(got, "Svarene fra 8B er kastet") {
		t.Errorf("the page says %q", got)
	}
	card := doc.Find(".rows li:contains('8B')").Text()
	if !strings.Contains(card, "Svarer på nytt") || !strings.Contains(card, "18. november 2026 av Ragnhild Rektor. Grunn: Noen gjorde") || strings.Contains(card, "La 8B") {
		t.Errorf("the card of 8B says %q", card)
	}
	// Again, from a page that was open: done is done, and once.
	if w := s.void(t, "vikar@example.no", "8B", "disturbed"); w.Code != http.StatusSeeOther || len(s.voids) != 1 {
		t.Errorf("a second time: %d, %d voided", w.Code, len(s.voids))
	}
	// One page of last week, one where the record or the store is away.
	form := url.Values{"school": {fjordvik}, "class": {"9A"}, "wave": {"149"}, "reason": {"prank"}}
	if w := s.do(t, rektor, http.MethodPost, carryOut+"/void", form); w.Code != http.StatusUnprocessableEntity {
		t.Errorf("a page of last week: %d", w.Code)
	}
	form.Set("wave", "150")
	s.deaf = true
	if w := s.do(t, rektor, http.MethodPost, carryOut+"/void", form); w.Code != http.StatusServiceUnavailable || len(s.voids) != 1 {
		t.Errorf("an act that can not be recorded: %d", w.Code)
	}
	s.deaf, s.broken = false, true
	if w := s.do(t, rektor, http.MethodPost, carryOut+"/void", form); w.Code != http.StatusServiceUnavailable || !strings.Contains(w.Body.String(), "Vi vet ikke om det ble lagret") {
		t.Errorf("a store that is away: %d", w.Code)
	}
}

// TestWhoMayVoid: principal and deputy, at their own school.
func TestWhoMayVoid(t *testing.T) {
	s := newSite(t)
	s.asked()
	for email, want := range map[string]int{
		"rektor@example.no": http.StatusOK, "vikar@example.no": http.StatusOK, "english@example.no": http.StatusOK,
		"5a@example.no": http.StatusForbidden, "renhold@example.no": http.StatusForbidden, "eier@example.no": http.StatusForbidden,
		"nynorsk@example.no": http.StatusNotFound, // of another school
	} {
		at := "?school=" + fjordvik
		if w := s.do(t, email, http.MethodGet, carryOut+at, nil); w.Code != want {
			t.Errorf("%s sees the classes: %d, want %d", email, w.Code, want)
		}
		if w := s.do(t, email, http.MethodGet, carryOut+"/void"+at+"&class=8B", nil); w.Code != want {
			t.Errorf("%s is asked whether 8B shall answer anew: %d, want %d", email, w.Code, want)
		}
		form := url.Values{"school": {fjordvik}, "class": {"8B"}, "wave": {"150"}, "reason": {"bad"}}
		if w := s.do(t, email, http.MethodPost, carryOut+"/void", form); want != http.StatusOK && w.Code != want {
			t.Errorf("%s lets 8B answer anew: %d, want %d", email, w.Code, want)
		}
		link := s.do(t, email, http.MethodGet, "/staff", nil).Body.String()
		if got := strings.Contains(link, carryOut); got != (want == http.StatusOK || email == "nynorsk@example.no") {
			t.Errorf("%s is led to the page: %v", email, got)
		}
	}
	if w := s.do(t, "rektor@example.no", http.MethodGet, carryOut+"/void?school="+fjordvik+"&class=2X", nil); w.Code != http.StatusNotFound {
		t.Errorf("a class that is not there: %d", w.Code)
	}
	if slices.ContainsFunc(s.audited, func(e audit.Entry) bool { return e.Action == audit.VoidedAttempt }) {
		t.Error("an act is recorded that was not done")
	}
}

// TestCarryOutInABrowser lets a class answer anew with clicks alone.
func TestCarryOutInABrowser(t *testing.T) {
	s := newSite(t)
	s.asked()
	b := accesstest.Open(t, s.echo, s.access)
	for _, person := range []struct{ email, home, title, class string }{
		{"rektor@example.no", "Skolemiljøet akkurat nå", "La 8B svare på nytt?", "8B"},
		{"english@example.no", "The school environment right now", "Let 9A answer again?", "9A"},
		{"nynorsk@example.no", "Skulemiljøet akkurat no", "La 1–4 svare på nytt?", "1–4"},
	} {
		b.Enter(person.email)
		b.Shows("h1", person.home)
		b.Click(`main a[href^="` + carryOut + `"]`)
		b.Shows(".lead", "47")
		b.Look("carry-out-" + person.class)
		b.Click(`a[href*="class=` + url.QueryEscape(person.class) + `"]`)
		b.Shows("h1", person.title)
		b.Look("void-" + person.class)
		b.Click("input[value=disturbed]")
		b.Click("main form button")
		b.Shows("#saved", person.class)
		b.Look("voided-" + person.class)
	}
}

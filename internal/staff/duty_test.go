package staff_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"github.com/folgmed/folgmed/internal/disclosure"
	"github.com/folgmed/folgmed/internal/duty"
	"github.com/folgmed/folgmed/internal/web/webtest"
)

const (
	principal = "rektor@example.no"
	deputy    = "vikar@example.no"
	teacher   = "5a@example.no"
	cleaner   = "renhold@example.no"
)

// send fills in a form of a page, sends it, and returns the page it leads to.
func (s *site) send(t testing.TB, who, path, form string, fields url.Values) (*goquery.Document, string) {
	t.Helper()
	w := s.post(t, who, s.get(t, who, path), form, fields)
	if w.Code != http.StatusSeeOther {
		t.Fatalf("%s on %s: status %d: %s", form, path, w.Code, texts(page(t, w, w.Code).Find(".fault, #fault")))
	}
	to, _, _ := strings.Cut(w.Header().Get("Location"), "#")
	at, _, _ := strings.Cut(to, "?")
	return s.get(t, who, to), at
}

// personID is the id of someone in the form's list of staff.
func personID(t testing.TB, doc *goquery.Document, name string) string {
	t.Helper()
	var id string
	doc.Find("option, label.choice").Each(func(_ int, o *goquery.Selection) {
		if strings.TrimSpace(o.Text()) == name {
			id = o.AttrOr("value", o.Find("input").AttrOr("value", ""))
		}
	})
	if id == "" {
		t.Fatalf("nobody called %s to choose", name)
	}
	return id
}

var worry = url.Values{"what": {"Noen sitter alene i garderoben hver dag."}, "sources": {"observation", "pupil"}, "about": {"pupils"}, "possibly_serious": {"yes"}}

// newCase lets a cleaner report and the principal open a case of it.
func (s *site) newCase(t testing.TB) (report, path string) {
	t.Helper()
	_, report = s.send(t, cleaner, "/staff/report", "/staff/report?school="+fjordvik, worry)
	from := strings.TrimPrefix(report, "/staff/reports/")
	action := "from=report:" + from
	_, path = s.send(t, principal, "/staff/cases/new?school="+fjordvik+"&from=report:"+from, action,
		url.Values{"scope": {"situation"}, "title": {"Utestenging i garderoben"}, "classes": {"5A"}})
	return report, path
}

// TestFromWorryToClosedCase takes the whole way, page after page.
func TestFromWorryToClosedCase(t *testing.T) {
	s := newSite(t)
	doc, report := s.send(t, cleaner, "/staff/report", "/staff/report?school="+fjordvik, worry)
	if got := doc.Find("main").Text(); !strings.Contains(got, "Rektor har ikke lest den ennå") || doc.Find("main form").Length() != 0 {
		t.Errorf("who reported reads:\n%s", got)
	}
	if got := texts(s.get(t, principal, "/staff/reports").Find(".card:not(.prompt) .tag")); !slices.Equal(got, []string{"Avgjør om det er alvorlig"}) {
		t.Errorf("the principal's list says %q", got)
	}
	s.send(t, principal, report, "/received", nil)
	s.send(t, principal, report, "/judged", url.Values{"serious": {"no"}, "reason": {"Det er nytt, og vi følger med."}, "on": {"2026-11-18"}})
	if got := s.get(t, cleaner, report).Find("main").Text(); !strings.Contains(got, "Rektor har lest meldingen") || strings.Contains(got, "Det er nytt") {
		t.Errorf("who reported reads:\n%s", got)
	}

	from := "from=report:" + strings.TrimPrefix(report, "/staff/reports/")
	doc, path := s.send(t, principal, "/staff/cases/new?school="+fjordvik+"&"+from, from,
		url.Values{"scope": {"situation"}, "title": {"Utestenging i garderoben"}, "classes": {"5A"}})
	if got := doc.Find("h1").Text(); got != "Utestenging i garderoben" {
		t.Fatalf("the case is called %q", got)
	}
	if got := s.get(t, cleaner, report).Find("main").Text(); !strings.Contains(got, "Meldingen er blitt en sak") {
		t.Errorf("who reported reads:\n%s", got)
	}
	s.send(t, principal, path, "/raised_with", url.Values{"on": {"2026-11-16"}})
	doc, _ = s.send(t, principal, path, "/inquired", url.Values{
		"on": {"2026-11-18"}, "heard": {"pupils_affected", "class_staff"}, "experience": {"Flere gruer seg."}, "facts": {"Ingen voksen er der."}, "elsewhere": {"yes"},
	})
	if got := texts(doc.Find(".matters li")); !slices.Equal(got, []string{
		"Undersøkt Elevenes egen opplevelse", "Undersøkt Fakta om situasjonen", "Ikke ennå Forhold i skole- og klassemiljøet", "Undersøkt Familie, nære relasjoner og fritid",
	}) {
		t.Errorf("the four matters: %q", got)
	}
	if got := doc.Find("#known ~ dl").Text(); !strings.Contains(got, "23. november 2026") {
		t.Errorf("five working days after Monday the 16th, the facts say:\n%s", got)
	}

	plan := path + "/plan"
	laila := personID(t, s.get(t, principal, plan), "Laila Lærer")
	measure := url.Values{"problem": {"Ingen voksne er der"}, "planned": {"En voksen er alltid der"}, "from": {"2026-11-19"}, "to": {"2026-12-18"}, "by": {laila}, "evaluate_on": {"2026-12-10"}}
	doc, _ = s.send(t, deputy, plan, "/planned", measure)
	if got := doc.Find("main").Text(); !strings.Contains(got, "En voksen er alltid der") || !strings.Contains(got, "Laila Lærer") || !strings.Contains(got, "10. desember 2026") {
		t.Errorf("the plan says:\n%s", got)
	}
	s.send(t, principal, plan, "/carried_out", url.Values{"on": {"2026-11-18"}})
	s.send(t, principal, plan, "/evaluated", url.Values{"on": {"2026-11-18"}, "effect": {"good"}, "text": {"Det er roligere."}})

	closing := url.Values{"basis": {"survey"}, "safe": {"yes"}, "said_by": {"pupils_affected"}, "on": {"2026-11-18"}, "asked_by": {laila}, "said": {"Vi har det fint nå."}}
	back := page(t, s.post(t, principal, s.get(t, principal, path+"/closing"), "/closed", closing), http.StatusUnprocessableEntity)
	if got := back.Find("#closed-basis .fault").Text(); !strings.Contains(got, "Tall fra undersøkelsen kan ikke avslutte en sak") {
		t.Errorf("figures alone: %q", got)
	}
	if back.Find("textarea").Text() != "Vi har det fint nå." || back.Find("option[selected]").Text() != "Laila Lærer" {
		t.Error("what was typed is lost")
	}
	closing.Set("basis", "said")
	doc, _ = s.send(t, principal, path+"/closing", "/closed", closing)
	if got := doc.Find("#saved").Text(); !strings.Contains(got, "Saken er avsluttet") {
		t.Errorf("after closing: %q", got)
	}

	paper := s.get(t, principal, path+"/documentation")
	for _, want := range []string{"Flere gruer seg.", "En voksen er alltid der", "Vi har det fint nå.", "Ragnhild Rektor (rektor)", "Vilde Vikar (stedfortreder)", "Kan meldes til Statsforvalteren fra", "ingen lovfestet frist"} {
		if !strings.Contains(paper.Find("main").Text(), want) {
			t.Errorf("the paper does not say %q", want)
		}
	}
	if got := paper.Find(".paper li").First().Text(); !strings.Contains(got, "Meldt fra") || !strings.Contains(got, worry.Get("what")) {
		t.Errorf("the paper begins with %q, not with the report", got)
	}
	opening := paper.Find(".paper li").FilterFunction(func(_ int, li *goquery.Selection) bool { return strings.Contains(li.Text(), "Saken ble åpnet") })
	if got := texts(opening.Find("dt")); !slices.Equal(got, []string{"Hva gjelder saken?", "Hva handler situasjonen om?", "Klasser"}) {
		t.Errorf("the case's opening is told as %q", got)
	}
	type written struct {
		Of, Step string
		What     string
		Said     []struct {
			Label string
			Words []string
		}
		Fields map[string][]string
	}
	var out struct {
		State   string
		History []written
	}
	w := s.do(t, principal, http.MethodGet, path+"/case.json", nil)
	if err := json.Unmarshal(w.Body.Bytes(), &out); err != nil || out.State != "closed" || len(out.History) != 11 || out.History[0].Of != "report" || out.History[0].Fields["what"][0] != worry.Get("what") {
		t.Errorf("the export: %v, %s", err, w.Body)
	}
	spec := webtest.NewSpec(t)
	spec.CheckResponse(t, "/staff/cases/{id}/case.json", w.Code, w.Header(), w.Body.Bytes())
	year := s.do(t, principal, http.MethodGet, "/staff/documentation/year.json?school="+fjordvik, nil)
	spec.CheckResponse(t, "/staff/documentation/year.json", year.Code, year.Header(), year.Body.Bytes())
	if e := out.History[0]; e.What == "" || len(e.Said) == 0 || e.Said[0].Label == "" || !strings.Contains(fmt.Sprint(e.Said), worry.Get("what")) {
		t.Errorf("the export does not say in words what was reported: %+v", e)
	}
	if i := slices.IndexFunc(out.History, func(e written) bool { return e.Step == "planned" }); i < 0 || out.History[i].Fields["by"][0] != "Laila Lærer" {
		t.Errorf("the export does not name who does it: %s", w.Body)
	}
	s.send(t, principal, path, "/reopened", url.Values{"reason": {"Det har begynt igjen."}})
	if got := s.get(t, principal, "/staff/cases").Find("h3").Text(); got != "Utestenging i garderoben" {
		t.Errorf("the cases: %q", got)
	}
}

// Every page of the duty as every role: 200, 404 for what is another's, 403
// for what no such role has.
func TestWhoSeesTheDuty(t *testing.T) {
	s := newSite(t)
	report, path := s.newCase(t)
	_, secret := s.send(t, teacher, "/staff/report", "/staff/report?school="+fjordvik,
		url.Values{"what": {"En leder roper til elever."}, "sources": {"observation"}, "about": {"leadership"}})
	// That it became a case decides nothing of how serious it is.
	s.send(t, principal, report, "/judged", url.Values{"serious": {"no"}, "reason": {"Det er nytt, og vi følger med."}, "on": {"2026-11-18"}})
	everyone := []string{principal, deputy, teacher, cleaner, "nynorsk@example.no", "eier@example.no"}
	const ok, no, missing = http.StatusOK, http.StatusForbidden, http.StatusNotFound
	for p, want := range map[string][]int{
		"/staff/report":         {ok, ok, ok, ok, ok, no},
		"/staff/step-in":        {ok, ok, ok, ok, ok, no},
		"/staff/reports":        {ok, ok, ok, ok, ok, no},
		report:                  {ok, ok, missing, ok, missing, no},
		secret:                  {missing, missing, ok, missing, missing, no},
		"/staff/cases":          {ok, ok, no, no, ok, no},
		"/staff/cases/new":      {ok, ok, no, no, ok, no},
		path:                    {ok, ok, no, no, missing, no},
		path + "/plan":          {ok, ok, no, no, missing, no},
		path + "/closing":       {ok, ok, no, no, missing, no},
		path + "/documentation": {ok, ok, no, no, missing, no},
		path + "/case.json":     {ok, ok, no, no, missing, no},
	} {
		for i, who := range everyone {
			if w := s.do(t, who, http.MethodGet, p, nil); w.Code != want[i] {
				t.Errorf("%s at %s: status %d, want %d", who, p, w.Code, want[i])
			}
		}
	}
	for p, want := range map[string][]int{
		report + "/judged":                       {422, 422, missing, no, missing, no},
		secret + "/received":                     {missing, missing, no, missing, missing, no},
		path + "/closed":                         {422, 422, no, no, missing, no},
		"/staff/cases/new?from=prompt:elsewhere": {missing, missing, no, no, missing, no},
	} {
		for i, who := range everyone {
			if w := s.do(t, who, http.MethodPost, p, url.Values{"seen": {"1"}, "event": {"0123456789abcdef"}}); w.Code != want[i] {
				t.Errorf("%s posts to %s: status %d, want %d", who, p, w.Code, want[i])
			}
		}
	}
	for _, e := range s.audited {
		if e.School != "" && strings.Contains(secret, e.About) && e.About != "" {
			t.Errorf("what is about the leadership stands in the school's record: %+v", e)
		}
	}
}

// A session that ends while someone writes loses nothing: the form comes back,
// and is sent again once its writer has signed in.
func TestDraftOutlivesTheSession(t *testing.T) {
	s := newSite(t)
	doc := s.get(t, cleaner, "/staff/report")
	s.do(t, cleaner, http.MethodPost, "/staff/signout", url.Values{})
	kept := page(t, s.post(t, cleaner, doc, "/staff/report?school="+fjordvik, worry), http.StatusUnauthorized)
	if len(duty.Reports(s.events)) != 0 {
		t.Fatal("a report was written without a session")
	}
	s.cookies[cleaner] = nil // signs in anew, in another tab
	w := s.post(t, cleaner, kept, "/staff/report?school="+fjordvik, nil)
	reports := duty.Reports(s.events)
	if w.Code != http.StatusSeeOther || len(reports) != 1 || reports[0].What != worry.Get("what") || len(reports[0].Sources) != 2 {
		t.Errorf("sent again: status %d, %+v", w.Code, reports)
	}
}

// A double click is one event, and so is a form that is sent again after it was
// answered; sent again with other words it comes back as something new.
func TestDoubleClickOnTheDuty(t *testing.T) {
	s := newSite(t)
	_, path := s.newCase(t)
	doc := s.get(t, principal, path)
	fields := url.Values{"on": {"2026-11-18"}, "heard": {"parents"}, "facts": {"Ingen voksen er der."}}
	before := len(s.events)
	for range 2 {
		if w := s.post(t, principal, doc, "/inquired", fields); w.Code != http.StatusSeeOther {
			t.Fatalf("status %d", w.Code)
		}
	}
	if len(s.events) != before+1 {
		t.Errorf("%d events of a double click", len(s.events)-before)
	}
	fields.Set("facts", "Noe annet.")
	back := page(t, s.post(t, principal, doc, "/inquired", fields), http.StatusConflict)
	if got := back.Find("#inquired-facts").Text(); got != "Noe annet." {
		t.Errorf("what was typed is %q", got)
	}
	if w := s.post(t, principal, back, "/inquired", fields); w.Code != http.StatusSeeOther || len(s.events) != before+2 {
		t.Errorf("sent once more: status %d, %d events", w.Code, len(s.events)-before)
	}
	// The report and the case that came of it are one each, too.
	report := s.get(t, cleaner, "/staff/report")
	for range 2 {
		s.post(t, cleaner, report, "/staff/report?school="+fjordvik, worry)
	}
	if got := len(duty.Reports(s.events)); got != 2 {
		t.Errorf("%d reports, want the case's and one", got)
	}
}

// Two who change one measure without having read each other are both read, and
// a case that is closed while someone writes stays open.
func TestTwoOnOnePlan(t *testing.T) {
	s := newSite(t)
	_, path := s.newCase(t)
	plan := path + "/plan"
	laila := personID(t, s.get(t, principal, plan), "Laila Lærer")
	measure := url.Values{"problem": {"Tomt"}, "planned": {"En voksen"}, "from": {"2026-11-19"}, "to": {"2026-12-18"}, "by": {laila}, "evaluate_on": {"2026-12-10"}}
	s.send(t, principal, plan, "/planned", measure)
	one, two := s.get(t, principal, plan), s.get(t, deputy, plan)
	measure.Set("planned", "To voksne")
	s.post(t, principal, one, "/changed", measure)
	measure.Set("planned", "En voksen og en elev")
	if w := s.post(t, deputy, two, "/changed", measure); w.Code != http.StatusSeeOther {
		t.Fatalf("the other writer: status %d", w.Code)
	}
	doc := s.get(t, principal, plan)
	text := doc.Find("main").Text()
	if !strings.Contains(text, "To voksne") || !strings.Contains(text, "En voksen og en elev") || !strings.Contains(text, "uten å ha lest hverandre") {
		t.Errorf("the plan says:\n%s", text)
	}
	measure.Set("planned", "To voksne og en elev")
	s.post(t, principal, doc, "/changed", measure)
	if text := s.get(t, principal, plan).Find("main").Text(); strings.Contains(text, "uten å ha lest hverandre") || !strings.Contains(text, "To voksne og en elev") {
		t.Errorf("written over both:\n%s", text)
	}

	s.send(t, principal, path, "/inquired", url.Values{"on": {"2026-11-18"}, "heard": {"parents"}, "facts": {"Ingen voksen er der."}})
	closing, evaluating := s.get(t, principal, path+"/closing"), s.get(t, deputy, plan)
	s.post(t, deputy, evaluating, "/evaluated", url.Values{"on": {"2026-11-18"}, "effect": {"none"}, "text": {"Det er like ille."}})
	w := s.post(t, principal, closing, "/closed", url.Values{
		"basis": {"said"}, "safe": {"yes"}, "said_by": {"class"}, "on": {"2026-11-18"}, "asked_by": {laila}, "said": {"Det er fint."},
	})
	if !strings.Contains(w.Header().Get("Location"), "overtaken_case") {
		t.Errorf("led to %s", w.Header().Get("Location"))
	}
	if text := s.get(t, principal, path).Find("main").Text(); !strings.Contains(text, "Saken er fortsatt åpen") {
		t.Error("the case does not say that it is open still")
	}
}

func TestDutyRefusalsStandBesideTheField(t *testing.T) {
	s := newSite(t)
	_, path := s.newCase(t)
	plan := path + "/plan"
	laila := personID(t, s.get(t, principal, plan), "Laila Lærer")
	for _, tt := range []struct {
		where, form, field, says string
		fields                   url.Values
	}{
		{"/staff/report", "/staff/report?school=" + fjordvik, "#reported-what", "navn", url.Values{"what": {"Kari og Per satt alene"}, "sources": {"pupil"}, "about": {"pupils"}}},
		{"/staff/report", "/staff/report?school=" + fjordvik, "#reported-sources", "fylles ut", url.Values{"what": {"Noen er alene"}, "about": {"pupils"}}},
		{"/staff/step-in", "/staff/step-in?school=" + fjordvik, "#intervened-milder", "fylles ut", url.Values{
			"on": {"2026-11-18"}, "went_on": {"Slag"}, "stopped": {"Skilt"}, "physical": {"yes"}, "averted": {"Slag"}, "then": {"report"}}},
		{"/staff/step-in", "/staff/step-in?school=" + fjordvik, "#intervened-on", "ikke kommet", url.Values{
			"on": {"2026-11-19"}, "went_on": {"Slag"}, "stopped": {"Skilt"}, "physical": {"no"}, "then": {"report"}}},
		{plan, "/planned", "#planned-to", "forbi", url.Values{"problem": {"Tomt"}, "planned": {"Voksen"}, "from": {"2026-11-10"}, "to": {"2026-11-17"}, "by": {laila}, "evaluate_on": {"2026-12-10"}}},
		{plan, "/planned", "#planned-to", "før starten", url.Values{"problem": {"Tomt"}, "planned": {"Voksen"}, "from": {"2026-12-10"}, "to": {"2026-12-01"}, "by": {laila}, "evaluate_on": {"2026-12-10"}}},
		{path + "/closing", "/closed", "", "Skriv først ned hva dere har undersøkt", url.Values{
			"basis": {"said"}, "safe": {"yes"}, "said_by": {"class"}, "on": {"2026-11-18"}, "asked_by": {laila}, "said": {"Det er fint."}}},
	} {
		before := len(s.events)
		doc := page(t, s.post(t, principal, s.get(t, principal, tt.where), tt.form, tt.fields), http.StatusUnprocessableEntity)
		if got := doc.Find("#fault").Text(); !strings.Contains(got, tt.says) {
			t.Errorf("%s: the page says %q, want %q in it", tt.form, got, tt.says)
		}
		if tt.field != "" && (!strings.Contains(doc.Find(tt.field+"-fault").Text(), tt.says) || doc.Find(`#fault a[href="`+tt.field+`"]`).Length() != 1 || doc.Find(tt.field).Length() != 1) {
			t.Errorf("%s: nothing stands beside %s, or nothing leads there", tt.form, tt.field)
		}
		for name, values := range tt.fields {
			for _, v := range values {
				here := doc.Find(`main form [name="` + name + `"]`)
				if !slices.Contains(texts(here.Filter("textarea")), v) && here.Filter(`[value="`+v+`"]`).Length()+here.Find(`[value="`+v+`"][selected]`).Length() == 0 {
					t.Errorf("%s: %q in %s is lost", tt.form, v, name)
				}
			}
		}
		if len(s.events) != before {
			t.Errorf("%s: something was written", tt.form)
		}
	}
}

// A severe prompt ends after a recorded inquiry, or as a case; others can be put
// aside.
func TestPromptGoesOn(t *testing.T) {
	s := newSite(t)
	severe := "/staff/prompts/" + s.promptOf(t, "9A").ID
	no := url.Values{"outcome": {"no_case"}, "reason": {"Det er løst."}}
	back := page(t, s.post(t, principal, s.get(t, principal, severe), "/answered", no), http.StatusUnprocessableEntity)
	if got := back.Find("#answered-outcome-fault").Text(); !strings.Contains(got, "undersøkt") {
		t.Errorf("without an inquiry: %q", got)
	}
	s.send(t, principal, severe, "/inquired", url.Values{"on": {"2026-11-18"}, "text": {"Samtaler med klassen."}, "heard": {"class_staff"}})
	doc, _ := s.send(t, principal, severe, "/answered", no)
	if p := s.promptOf(t, "9A"); p.Open() || p.Conclusion != duty.NoCase {
		t.Errorf("the prompt is %s %s", p.State, p.Conclusion)
	}
	if history := strings.Join(texts(doc.Find(".timeline li")), "\n"); !strings.Contains(history, "Samtaler med klassen.") || !strings.Contains(history, "Det er løst.") {
		t.Errorf("the history:\n%s", history)
	}

	change := "/staff/prompts/" + s.promptOf(t, "5A").ID
	s.send(t, principal, change, "/muted", url.Values{"until": {"2026-12-04"}, "reason": {"Ny plan for klassen."}})
	if p := s.promptOf(t, "5A"); !p.Muted(now) {
		t.Error("the prompt is not put aside")
	}
	if got := strings.Join(texts(s.get(t, principal, "/staff").Find(".prompt")), "\n"); !strings.Contains(got, "Satt på vent til og med 4. desember 2026") {
		t.Errorf("the overview does not say so:\n%s", got)
	}
	if w := s.do(t, teacher, http.MethodPost, change+"/muted", url.Values{}); w.Code != http.StatusForbidden {
		t.Errorf("a teacher puts aside: status %d", w.Code)
	}

	first := s.promptOf(t, "8B")
	_, path := s.send(t, principal, "/staff/cases/new?school="+fjordvik+"&from=prompt:"+first.ID, "from=prompt:"+first.ID,
		url.Values{"scope": {"individual"}, "archive": {"2026/1234"}})
	if p := s.promptOf(t, "8B"); p.Conclusion != duty.NewCase || "/staff/cases/"+p.Case != path {
		t.Errorf("the prompt is %s %s of case %s", p.State, p.Conclusion, p.Case)
	}
	if text := s.get(t, principal, path).Find("main").Text(); !strings.Contains(text, "Sak 2026/1234 i arkivet") || strings.Contains(text, "Hvordan opplever elevene") {
		t.Errorf("an individual case:\n%s", text)
	}
}

// Who has a case on paper or in the archive has all that it came of: what staff
// saw and concluded of a signal, and how someone stepped in.
func TestPaperHoldsWhatTheCaseCameOf(t *testing.T) {
	s := newSite(t)
	id := s.promptOf(t, "5A").ID
	s.send(t, teacher, "/staff/prompts/"+id, "/observed", url.Values{"text": {"Tre står alene ved gjerdet."}})
	doc, _ := s.send(t, teacher, "/staff/prompts/"+id, "/concluded", url.Values{"conclusion": {"concern"}})
	_, worried := s.send(t, teacher, doc.Find(`a[href*="/staff/report?"]`).AttrOr("href", ""), "from=prompt:"+id,
		url.Values{"what": {"Flere går alene."}, "sources": {"survey"}, "about": {"pupils"}})
	s.send(t, cleaner, "/staff/step-in", "/staff/step-in?school="+fjordvik, url.Values{
		"on": {"2026-11-18"}, "went_on": {"To sloss ved porten."}, "stopped": {"De ble skilt."}, "physical": {"yes"},
		"averted": {"Slag mot hodet."}, "milder": {"Rop hjalp ikke."}, "proportionate": {"Jeg holdt bare til det var over."}, "then": {"report"},
	})
	var fought string
	for _, r := range duty.Reports(s.events) {
		if r.What == "To sloss ved porten." {
			fought = "/staff/reports/" + r.ID
		}
	}
	from := "from=report:" + strings.TrimPrefix(worried, "/staff/reports/")
	_, path := s.send(t, principal, "/staff/cases/new?school="+fjordvik+"&"+from, from, url.Values{"scope": {"situation"}, "title": {"Uro ute"}})
	s.send(t, principal, fought, "/answered", url.Values{"outcome": {"in_case"}, "case": {strings.TrimPrefix(path, "/staff/cases/")}})

	paper := s.get(t, principal, path+"/documentation").Find(".paper").Text()
	archive := s.do(t, principal, http.MethodGet, path+"/case.json", nil).Body.String()
	for _, want := range []string{"Tre står alene ved gjerdet.", "Flere går alene.", "Slag mot hodet.", "Rop hjalp ikke.", "Jeg holdt bare til det var over."} {
		if !strings.Contains(paper, want) || !strings.Contains(archive, want) {
			t.Errorf("%q stands on paper: %t, in the archive: %t", want, strings.Contains(paper, want), strings.Contains(archive, want))
		}
	}
	for _, want := range []string{"Følgmed ba dere se nærmere på dette", "5A", "Det er grunn til å melde fra", "Grep inn"} {
		if !strings.Contains(paper, want) {
			t.Errorf("the paper does not say %q:\n%s", want, paper)
		}
	}
	if strings.Contains(paper, "en som har sluttet") || strings.Contains(paper, "%!") {
		t.Errorf("the paper says who has left, or has a hole:\n%s", paper)
	}
}

// A case that came of what is about an adult at school is not for those who work
// in its classes: one of them may be the adult.
func TestMeasuresAboutStaffAreNotForTheClass(t *testing.T) {
	s := newSite(t)
	_, report := s.send(t, cleaner, "/staff/report", "/staff/report?school="+fjordvik,
		url.Values{"what": {"En voksen roper til elever."}, "sources": {"observation"}, "about": {"staff"}})
	s.passOn(t)
	of := []string{"report:" + strings.TrimPrefix(report, "/staff/reports/")}
	for _, p := range s.prompts(fjordvik) {
		if p.Kind == disclosure.KindAdult {
			of = append(of, duty.PromptSubject(p.ID))
		}
	}
	if len(of) != 2 {
		t.Fatalf("cases of %q", of)
	}
	for i, subject := range of {
		_, path := s.send(t, principal, "/staff/cases/new?school="+fjordvik+"&from="+subject, "from="+subject,
			url.Values{"scope": {"situation"}, "title": {"Noe om en voksen"}, "classes": {"5A"}})
		plan := s.get(t, principal, path+"/plan")
		measure := url.Values{"problem": {"Roping"}, "planned": {"To voksne i timen"}, "from": {"2026-11-19"}, "to": {"2026-12-18"}, "by": {personID(t, plan, "Ragnhild Rektor")}, "evaluate_on": {"2026-12-10"}}
		s.send(t, principal, path+"/plan", "/planned", measure)
		if got := s.get(t, teacher, "/staff/measures").Find("main").Text(); strings.Contains(got, "To voksne i timen") {
			t.Errorf("the staff of the class read:\n%s", got)
		}
		measure.Set("by", personID(t, plan, "Laila Lærer"))
		measure.Set("planned", "Bli med i timen")
		s.send(t, principal, path+"/plan", "/planned", measure)
		if got := s.get(t, teacher, "/staff/measures").Find("main").Text(); strings.Count(got, "Bli med i timen") != i+1 {
			t.Errorf("who is to do something reads:\n%s", got)
		}
	}
}

// A form of five fields asks once for no names, and each field that stands
// alone asks for itself.
func TestAFormAsksOnceForNoNames(t *testing.T) {
	s := newSite(t)
	for _, path := range []string{"/staff/step-in?school=" + fjordvik, "/staff/report?school=" + fjordvik} {
		if got := strings.Count(s.get(t, teacher, path).Find("main form").Text(), "Skriv aldri navn"); got != 1 {
			t.Errorf("%s asks %d times for no names", path, got)
		}
	}
}

// Staff and classes are picked from the school's lists: what a page of ours does not
// send is not written, whoever it names.
func TestOnlyTheSchoolsOwnAreChosen(t *testing.T) {
	s := newSite(t)
	_, path := s.newCase(t)
	laila := personID(t, s.get(t, principal, path+"/plan"), "Laila Lærer")
	measure := url.Values{"problem": {"Tomt"}, "planned": {"Voksen"}, "from": {"2026-11-19"}, "to": {"2026-12-18"}, "by": {laila}, "evaluate_on": {"2026-12-10"}}
	inquiry := url.Values{"on": {"2026-11-18"}, "heard": {"class_staff"}, "heard_staff": {laila}, "facts": {"Ingen voksen er der."}}
	closing := url.Values{"basis": {"said"}, "safe": {"yes"}, "said_by": {"class"}, "on": {"2026-11-18"}, "asked_by": {laila}, "said": {"Det er fint."}}
	opening := url.Values{"scope": {"situation"}, "title": {"Uro"}, "classes": {"5A"}}
	before := len(s.events)
	for _, tt := range []struct {
		where, form, field string
		fields             url.Values
	}{
		{path + "/plan", "/planned", "by", measure}, {path, "/inquired", "heard_staff", inquiry},
		{path + "/closing", "/closed", "asked_by", closing}, {"/staff/cases/new?school=" + fjordvik, "from=", "classes", opening},
	} {
		for _, made := range []string{"kari-nordmann", "5A-og-kari"} {
			forged := maps.Clone(tt.fields)
			forged.Set(tt.field, made)
			if w := s.post(t, principal, s.get(t, principal, tt.where), tt.form, forged); w.Code != http.StatusUnprocessableEntity || len(s.events) != before {
				t.Errorf("%s %q: status %d, %d events", tt.field, made, w.Code, len(s.events)-before)
			}
		}
	}
	for _, tt := range []struct {
		where, form string
		fields      url.Values
	}{{path + "/plan", "/planned", measure}, {path, "/inquired", inquiry}, {path + "/closing", "/closed", closing}} {
		s.send(t, principal, tt.where, tt.form, tt.fields)
	}
}

// Whoever stepped in and had no suspicion says why, and the principal reads it.
func TestSteppingInWithoutSuspicionIsRead(t *testing.T) {
	s := newSite(t)
	s.send(t, cleaner, "/staff/step-in", "/staff/step-in?school="+fjordvik, url.Values{
		"on": {"2026-11-18"}, "went_on": {"En dytt i køen."}, "stopped": {"Sa fra."}, "physical": {"no"}, "then": {"no_suspicion"}, "reason": {"De lo og lekte videre."},
	})
	for who, sees := range map[string]bool{principal: true, deputy: true, cleaner: true, teacher: false} {
		if got := strings.Contains(s.get(t, who, "/staff/reports").Find("section[aria-labelledby=stepped]").Text(), "De lo og lekte videre."); got != sees {
			t.Errorf("%s reads why: %t", who, got)
		}
	}
	if n := len(duty.Reports(s.events)); n != 0 {
		t.Errorf("%d reports", n)
	}
}

// A severe signal is by itself a report to the principal: it stands among the
// reports until it has ended, and for who leads the school alone.
func TestSevereStandsAmongTheReports(t *testing.T) {
	s := newSite(t)
	severe := "/staff/prompts/" + s.promptOf(t, "9A").ID
	stands := func(who string) bool {
		return s.get(t, who, "/staff/reports").Find(`section[aria-labelledby=open] a[href="`+severe+`"]`).Length() == 1
	}
	if !stands(principal) || !stands(deputy) || stands(teacher) || stands(cleaner) {
		t.Errorf("it stands with the principal: %t, the deputy: %t, a teacher: %t, a cleaner: %t", stands(principal), stands(deputy), stands(teacher), stands(cleaner))
	}
	s.send(t, principal, "/staff/cases/new?school="+fjordvik+"&from=prompt:"+s.promptOf(t, "9A").ID, "from=prompt:"+s.promptOf(t, "9A").ID,
		url.Values{"scope": {"situation"}, "title": {"Trusler"}})
	if stands(principal) {
		t.Error("what has become a case still waits among the reports")
	}
}

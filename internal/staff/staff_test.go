package staff_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/go-cmp/cmp"

	"github.com/folgmed/folgmed/internal/access"
	"github.com/folgmed/folgmed/internal/disclosure"
	"github.com/folgmed/folgmed/internal/duty"
	"github.com/folgmed/folgmed/internal/prompt"
)

func texts(s *goquery.Selection) []string {
	return s.Map(func(_ int, s *goquery.Selection) string { return strings.Join(strings.Fields(s.Text()), " ") })
}

func TestOverviewShowsWhatWasReleased(t *testing.T) {
	s := newSite(t)
	doc := s.get(t, "rektor@example.no", "/staff")

	want := []string{ // what is grave first, then act
		"9A: minst én har svart noe svært alvorlig",
		"8B: noe har endret seg i svarene om å bli holdt utenfor",
		"5A: noe har endret seg i svarene om trivsel",
	}
	got := texts(doc.Find(".prompt h3"))
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("prompts (-want +got):\n%s", diff)
	}
	doc = s.get(t, "rektor@example.no", "/staff/classes")
	if diff := cmp.Diff([]string{"5A", "5B", "Hele trinnet", "6A", "7", "8A", "8B", "9A", "10A"}, texts(doc.Find("th[scope=row]"))); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
	row := texts(doc.Find("th[scope=row]").First().Parent().Find("td"))
	if diff := cmp.Diff([]string{"0–20 %", "Ingen eller få", "20–40 %", "0–20 %", "40–60 %", "Noen", "Skjult for å verne elevene"}, row); diff != "" {
		t.Errorf("row of 5A (-want +got):\n%s", diff)
	}
	last := texts(doc.Find("th[scope=row]").Last().Parent().Find("td"))
	if got := last[len(last)-1]; got != "Kommer tidligst etter uke 47" {
		t.Errorf("what is not due yet says %q", got)
	}
	if pictures := doc.Find("figure svg[role=img]"); pictures.Length() != 2 || pictures.Find(".cell.hidden").Length() == 0 {
		t.Errorf("%d pictures, want two, with hatched cells", pictures.Length())
	}
	if got := texts(doc.Find(".signals h3")); !slices.Equal(got, []string{"5A", "8B", "9A"}) {
		t.Errorf("signals of %q", got)
	}
	signals := strings.Join(texts(doc.Find(".signals li")), "\n")
	for _, want := range []string{"Det begynte trolig i oktober 2026", "om lag én gang på fire skoleår for en klasse", "Minst én har svart"} {
		if !strings.Contains(signals, want) {
			t.Errorf("the signals do not say %q:\n%s", want, signals)
		}
	}
	if strings.Contains(signals, "november") {
		t.Error("a severe signal tells when")
	}
	all, _ := doc.Html()
	for _, never := range []string{"voksen på skolen", "adult_harm", "arsel", "NaN", "places", "whole.", "signal.", "theme."} {
		if strings.Contains(all, never) {
			t.Errorf("the page says %q", never)
		}
	}
}

// The places where pupils feel least safe are told of the school, never of a
// class, and to whoever sees the school.
func TestPlacesAreToldOfTheSchool(t *testing.T) {
	s := newSite(t)
	const told = "Noen peker på et sted der de er minst trygge"
	if text := s.get(t, "rektor@example.no", "/staff/classes").Find("dl.facts").Text(); strings.Count(text, told) != 1 {
		t.Errorf("the head teacher reads:\n%s", text)
	}
	if text := s.get(t, "5a@example.no", "/staff/classes").Text(); strings.Contains(text, told) {
		t.Error("a teacher of one class sees a figure of the school")
	}
}

// Headings go down one step at a time, with one picture as with several.
func TestHeadingsSkipNoLevel(t *testing.T) {
	s := newSite(t)
	for who, pictures := range map[string]int{"rektor@example.no": 2, "5a@example.no": 1, "nynorsk@example.no": 0} {
		doc := s.get(t, who, "/staff/classes")
		if got := doc.Find("figure").Length(); got != pictures {
			t.Errorf("%s sees %d pictures, want %d", who, got, pictures)
		}
		last := 0
		doc.Find("h1, h2, h3, h4, h5, h6").Each(func(_ int, h *goquery.Selection) {
			level := int(goquery.NodeName(h)[1] - '0')
			if level > last+1 {
				t.Errorf("%s: %q is a heading of level %d after one of level %d", who, h.Text(), level, last)
			}
			last = level
		})
	}
}

// What an empty page must not say is that all is well.
func TestNothingYetIsNotAllIsWell(t *testing.T) {
	doc := newSite(t).get(t, "nynorsk@example.no", "/staff")
	empty := strings.Join(texts(doc.Find(".empty")), "\n")
	if !strings.Contains(empty, "Det tyder ikkje at alle har det trygt og godt") {
		t.Errorf("the empty page says:\n%s", empty)
	}
}

// Who may only report is led to what they have reported, can report, and can
// get out again.
func TestReporterHasAHome(t *testing.T) {
	s := newSite(t)
	const who = "renhold@example.no"
	if w := s.do(t, who, http.MethodGet, "/staff", nil); w.Header().Get("Location") != "/staff/reports" {
		t.Errorf("led to %q", w.Header().Get("Location"))
	}
	doc := s.get(t, who, "/staff/reports")
	if got := texts(doc.Find(".ways nav a")); !slices.Equal(got, []string{"Meld fra", "Meldinger", "Tilsyn"}) {
		t.Errorf("the ways are %q", got)
	}
	if text := doc.Text(); !strings.Contains(text, "Rolf Renhold") || doc.Find(`form[action="/staff/signout"]`).Length() != 1 {
		t.Error("the page does not say who is signed in, or lets nobody out")
	}
}

func TestWhoSeesWhat(t *testing.T) {
	s := newSite(t)
	own, other := "/staff/prompts/"+s.promptOf(t, "5A").ID, "/staff/prompts/"+s.promptOf(t, "8B").ID
	for _, tt := range []struct {
		who, path string
		status    int
	}{
		{"rektor@example.no", "/staff", http.StatusOK},
		{"rektor@example.no", other, http.StatusOK},
		{"begge@example.no", other, http.StatusOK},
		{"begge@example.no", "/staff?school=" + fjordvik, http.StatusOK},
		{"rektor@example.no", "/staff?school=" + aasen, http.StatusNotFound},
		{"rektor@example.no", "/staff/prompts/0123456789abcdef", http.StatusNotFound},
		{"nynorsk@example.no", other, http.StatusNotFound},
		{"nynorsk@example.no", "/staff?school=" + fjordvik, http.StatusNotFound},
		{"5a@example.no", own, http.StatusOK},
		{"5a@example.no", other, http.StatusNotFound},
		{"renhold@example.no", "/staff", http.StatusSeeOther}, // to what they have reported
		{"renhold@example.no", own, http.StatusForbidden},
		{"eier@example.no", "/staff", http.StatusSeeOther}, // to the owner's page
		{"eier@example.no", own, http.StatusForbidden},
		{"5a@example.no", "/staff/classes", http.StatusOK},
		{"5a@example.no", "/staff/classes/" + fjordvik + "/5A", http.StatusOK},
		{"5a@example.no", "/staff/classes/" + fjordvik + "/5B", http.StatusNotFound},
		{"5a@example.no", "/staff/groups", http.StatusForbidden},
		{"rektor@example.no", "/staff/classes/" + fjordvik + "/5B", http.StatusOK},
		{"rektor@example.no", "/staff/classes/" + fjordvik + "/12X", http.StatusNotFound},
		{"rektor@example.no", "/staff/classes/" + aasen + "/1–4", http.StatusNotFound},
		{"nynorsk@example.no", "/staff/classes/" + aasen + "/1%E2%80%934", http.StatusOK},
		{"rektor@example.no", "/staff/groups", http.StatusOK},
		{"rektor@example.no", "/staff/groups?school=" + aasen, http.StatusNotFound},
		{"renhold@example.no", "/staff/classes", http.StatusForbidden},
		{"renhold@example.no", "/staff/classes/" + fjordvik + "/5A", http.StatusForbidden},
		{"renhold@example.no", "/staff/groups", http.StatusForbidden},
		{"eier@example.no", "/staff/classes", http.StatusForbidden},
	} {
		if w := s.do(t, tt.who, http.MethodGet, tt.path, nil); w.Code != tt.status {
			t.Errorf("%s at %s: status %d, want %d", tt.who, tt.path, w.Code, tt.status)
		}
		// Writing is no way around.
		if tt.status != http.StatusOK {
			for _, form := range []string{"/observed", "/concluded"} {
				if !strings.Contains(tt.path, "prompts") {
					continue
				}
				if w := s.do(t, tt.who, http.MethodPost, tt.path+form, url.Values{"text": {"x"}}); w.Code != tt.status {
					t.Errorf("%s posts %s%s: status %d, want %d", tt.who, tt.path, form, w.Code, tt.status)
				}
			}
		}
	}
	w := httptest.NewRecorder()
	s.echo.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/staff", nil))
	if w.Code != http.StatusSeeOther {
		t.Errorf("signed out: status %d, want to be led to sign in", w.Code)
	}

	doc := s.get(t, "5a@example.no", "/staff/classes")
	if diff := cmp.Diff([]string{"5A"}, texts(doc.Find("th[scope=row]"))); diff != "" {
		t.Errorf("a teacher's rows (-want +got):\n%s", diff)
	}
	if got := texts(doc.Find(".signals h3")); !slices.Equal(got, []string{"5A"}) {
		t.Errorf("a teacher's signals: %q", got)
	}
	if got := texts(s.get(t, "5a@example.no", "/staff").Find(".prompt h3")); len(got) != 1 || !strings.HasPrefix(got[0], "5A") {
		t.Errorf("a teacher's prompts: %q", got)
	}
}

func TestLanguageAndSchools(t *testing.T) {
	s := newSite(t)
	for who, want := range map[string]string{
		"rektor@example.no": "Skolemiljøet akkurat nå", "nynorsk@example.no": "Skulemiljøet akkurat no", "english@example.no": "The school environment right now",
	} {
		if got := s.get(t, who, "/staff").Find("h1").Text(); got != want {
			t.Errorf("%s reads %q, want %q", who, got, want)
		}
	}
	doc := s.get(t, "begge@example.no", "/staff?school="+aasen)
	if got := texts(doc.Find(".ways nav a")); !slices.Equal(got[len(got)-2:], []string{"Fjordvik skole", "Åsen skule"}) {
		t.Errorf("the way between schools: %q", got)
	}
	if got := texts(doc.Find(".ways nav [aria-current]")); !slices.Equal(got, []string{"Oversikt", "Åsen skule"}) {
		t.Errorf("the school one is at: %q", got)
	}
}

func TestObserveAndConclude(t *testing.T) {
	s := newSite(t)
	const who = "rektor@example.no"
	path := "/staff/prompts/" + s.promptOf(t, "5A").ID
	doc := s.get(t, who, path)
	fields := url.Values{"text": {"Rolig ute.\r\nNoen går alene."}, "extra_look": {"yes"}}
	for range 2 { // a double click
		if w := s.post(t, who, doc, "/observed", fields); w.Code != http.StatusSeeOther {
			t.Fatalf("status %d: %s", w.Code, w.Body)
		}
	}
	p := s.promptOf(t, "5A")
	if p.State != duty.StateObserved || len(p.History) != 2 || p.History[1].Body.Fields.Get(duty.FieldText) != "Rolig ute.\nNoen går alene." || p.History[1].Body.Fields.Get(duty.FieldExtraLook) != duty.Yes {
		t.Fatalf("after a double click: %s, %+v", p.State, p.History)
	}
	// The same form sent again with another text is neither lost nor mixed up.
	fields.Set("text", "Noe helt annet.")
	again := page(t, s.post(t, who, doc, "/observed", fields), http.StatusConflict)
	if got := again.Find("#observed-text").Text(); got != "Noe helt annet." {
		t.Errorf("what was typed is %q", got)
	}
	if w := s.post(t, who, again, "/observed", fields); w.Code != http.StatusSeeOther {
		t.Errorf("sent once more: status %d", w.Code)
	}

	doc = s.get(t, who, path)
	w := s.post(t, who, doc, "/concluded", url.Values{"conclusion": {"no_concern"}, "reason": {"Klassen har fått ny plan."}})
	if w.Code != http.StatusSeeOther || !strings.Contains(w.Header().Get("Location"), "saved=concluded") {
		t.Fatalf("status %d to %s", w.Code, w.Header().Get("Location"))
	}
	doc = s.get(t, who, path)
	history := strings.Join(texts(doc.Find(".timeline li")), "\n")
	for _, want := range []string{"Ragnhild Rektor (rektor)", "Rolig ute.", "Ikke grunn til å gå videre nå", "Klassen har fått ny plan."} {
		if !strings.Contains(history, want) {
			t.Errorf("the history does not say %q:\n%s", want, history)
		}
	}
	if doc.Find(`form[action$="/concluded"]`).Length() != 0 || doc.Find(`form[action$="/observed"]`).Length() != 1 {
		t.Error("a concluded prompt can be concluded again, or not be added to")
	}
	if got := texts(s.get(t, who, "/staff").Find("details a")); !slices.ContainsFunc(got, func(s string) bool { return strings.HasPrefix(s, "5A") }) {
		t.Errorf("the overview lists as concluded: %q", got)
	}

	var acts []string
	for _, e := range s.audited {
		if e.Person == "" || e.School != fjordvik || e.About == "" || !e.At.Equal(now) {
			t.Errorf("audit entry %+v", e)
		}
		acts = append(acts, e.Action)
	}
	if diff := cmp.Diff([]string{"read_prompt", "observed", "observed", "read_prompt", "concluded", "read_prompt", "read_overview"}, acts); diff != "" {
		t.Errorf("audit (-want +got):\n%s", diff)
	}
}

func TestRefusalKeepsWhatWasTyped(t *testing.T) {
	s := newSite(t)
	const who = "5a@example.no"
	doc := s.get(t, who, "/staff/prompts/"+s.promptOf(t, "5A").ID)
	for _, tt := range []struct {
		form, field, typed string
		more               url.Values
		says               string
	}{
		{"/observed", "text", "Ring mor på 91234567", nil, "telefonnummer"},
		{"/observed", "text", "Kari og Per satt alene", nil, "navn"},
		{"/concluded", "reason", "Skriv til kari@example.no", url.Values{"conclusion": {"no_concern"}}, "e-post"},
		{"/concluded", "reason", "", url.Values{"conclusion": {"no_concern"}}, "fylles ut"},
		{"/concluded", "reason", "Fordi", nil, "fylles ut"},
	} {
		fields := url.Values{tt.field: {tt.typed}}
		for k, v := range tt.more {
			fields[k] = v
		}
		back := page(t, s.post(t, who, doc, tt.form, fields), http.StatusUnprocessableEntity)
		if got := back.Find(`form[action$="` + tt.form + `"] textarea`).Text(); got != tt.typed {
			t.Errorf("%q came back as %q", tt.typed, got)
		}
		if got := back.Find(".fault").Text(); !strings.Contains(got, tt.says) {
			t.Errorf("%q: the fault says %q, want %q in it", tt.typed, got, tt.says)
		}
		if tt.more != nil && back.Find("input[value=no_concern][checked]").Length() != 1 {
			t.Errorf("%q: the choice is lost", tt.typed)
		}
	}
	if n := len(s.promptOf(t, "5A").History); n != 1 {
		t.Errorf("%d events after nothing but refusals", n)
	}
}

func TestSevereTakesObservationsOnly(t *testing.T) {
	s := newSite(t)
	const who = "rektor@example.no"
	path := "/staff/prompts/" + s.promptOf(t, "9A").ID
	doc := s.get(t, who, path)
	if doc.Find(`form[action$="/concluded"]`).Length() != 0 || !strings.Contains(doc.Find(`form[action$="/answered"]`).Text(), "med en grunn etter at det er undersøkt") {
		t.Error("a severe prompt has a form to conclude it, or does not say how it ends")
	}
	if err := s.access.AddPerson(t.Context(), access.Person{Email: "9a@example.no", Name: "Lars Lærer", Role: access.Teacher, Owner: own, Schools: []string{fjordvik}, Classes: []string{fjordvik + "/9A"}}); err != nil {
		t.Fatal(err)
	}
	teachers := s.get(t, "9a@example.no", path)
	if teachers.Find("form").Length() != 2 || !strings.Contains(teachers.Find("section[aria-labelledby=conclude] .empty").Text(), "med rektors begrunnelse etter at det er undersøkt") {
		t.Error("who may not end a severe prompt has a form to, or is not told why there is none")
	}
	forced := url.Values{"event": {strings.Repeat("x", 20)}, "seen": {"1"}, "conclusion": {"no_concern"}, "reason": {"x"}}
	if w := s.do(t, who, http.MethodPost, path+"/concluded", forced); w.Code != http.StatusUnprocessableEntity {
		t.Errorf("a forced conclusion: status %d", w.Code)
	}
	if w := s.post(t, who, doc, "/observed", url.Values{"text": {"Mer uro i garderoben."}}); w.Code != http.StatusSeeOther {
		t.Errorf("an observation: status %d", w.Code)
	}
	if p := s.promptOf(t, "9A"); p.State != duty.StateObserved {
		t.Errorf("the prompt is %s", p.State)
	}
}

// What can not be stored is kept on the page, with its id: sent again, it is
// still one event. What can not be audited is neither done nor shown.
func TestStoreDown(t *testing.T) {
	s := newSite(t)
	const who = "rektor@example.no"
	path := "/staff/prompts/" + s.promptOf(t, "5A").ID
	doc := s.get(t, who, path)
	fields := url.Values{"text": {"Rolig ute."}}

	s.broken = true
	back := page(t, s.post(t, who, doc, "/observed", fields), http.StatusServiceUnavailable)
	if back.Find("#observed-text").Text() != "Rolig ute." {
		t.Error("what was typed is lost")
	}
	id := func(d *goquery.Document) string {
		return d.Find(`form[action$="/observed"] [name=event]`).AttrOr("value", "")
	}
	if id(back) != id(doc) {
		t.Error("the form came back with another event id")
	}
	s.broken = false
	s.deaf = true
	if w := s.post(t, who, back, "/observed", fields); w.Code != http.StatusServiceUnavailable {
		t.Errorf("an act without audit: status %d", w.Code)
	}
	for _, p := range []string{"/staff", path} {
		if w := s.do(t, who, http.MethodGet, p, nil); w.Code != http.StatusServiceUnavailable || strings.Contains(w.Body.String(), "5A") {
			t.Errorf("a view without audit of %s: status %d", p, w.Code)
		}
	}
	s.deaf = false
	if n := len(s.promptOf(t, "5A").History); n != 1 {
		t.Fatalf("%d events though none could be kept", n)
	}
	if w := s.post(t, who, back, "/observed", fields); w.Code != http.StatusSeeOther || len(s.promptOf(t, "5A").History) != 2 {
		t.Errorf("sent again: status %d", w.Code)
	}
}

// Two write at the same time: both are kept, and a conclusion does not hold
// for a signal that came while it was written.
func TestConcurrentWriters(t *testing.T) {
	s := newSite(t)
	const one, two = "rektor@example.no", "5a@example.no"
	path := "/staff/prompts/" + s.promptOf(t, "5A").ID
	docOne, docTwo := s.get(t, one, path), s.get(t, two, path)
	s.post(t, one, docOne, "/observed", url.Values{"text": {"Fra den ene."}})
	s.post(t, two, docTwo, "/observed", url.Values{"text": {"Fra den andre."}})
	doc := s.get(t, one, path)
	history := texts(doc.Find(".timeline li"))
	if len(history) != 3 || !strings.Contains(history[1], "Skrevet samtidig") || !strings.Contains(history[2], "Skrevet samtidig") {
		t.Errorf("the history is %q", history)
	}

	joined := strings.Repeat("e", 32)
	s.release(t, fjordvik, disclosure.LevelClass, "5A", "change", disclosure.FormSignal, joined+" alone act 2026-11 149 161 10 stands")
	s.decide(t, fjordvik, now)
	w := s.post(t, one, doc, "/concluded", url.Values{"conclusion": {"no_concern"}, "reason": {"Alt er fulgt opp."}})
	if !strings.Contains(w.Header().Get("Location"), "saved=overtaken") {
		t.Errorf("led to %s", w.Header().Get("Location"))
	}
	if p := s.promptOf(t, "5A"); !p.Open() {
		t.Error("the prompt was closed with a signal that nobody had read")
	}
}

func TestNextPromptShowsTheEarlierConclusion(t *testing.T) {
	s := newSite(t)
	const who = "rektor@example.no"
	first := s.promptOf(t, "5A")
	s.post(t, who, s.get(t, who, "/staff/prompts/"+first.ID), "/concluded",
		url.Values{"conclusion": {"no_concern"}, "reason": {"Ny plan for friminuttene."}})

	rise := duty.Event{
		ID: "rise", Subject: duty.PromptSubject("next"), Owner: own, School: fjordvik, Step: duty.Opened, By: duty.Machine,
		At:   now.Add(time.Hour),
		Body: duty.Body{Signals: []string{"x"}, Level: "class", Unit: "5A", Kind: "change", Tier: "act"},
	}
	if err := s.AppendDuty(t.Context(), []duty.Event{rise}); err != nil {
		t.Fatal(err)
	}
	doc := s.get(t, who, "/staff/prompts/next")
	got := strings.Join(texts(doc.Find(`section[aria-labelledby="earlier"]`)), "")
	if !strings.Contains(got, "Ikke grunn til å gå videre nå") || !strings.Contains(got, "Ny plan for friminuttene.") {
		t.Errorf("earlier conclusions: %q", got)
	}
	const back = "Dette er kommet tilbake. Sist, 18. november 2026, så dere ikke grunn til å gå videre."
	for _, path := range []string{"/staff", "/staff/prompts/next"} {
		if text := s.get(t, who, path).Find("main").Text(); strings.Count(text, back) != 1 {
			t.Errorf("%s does not say that it has come back:\n%s", path, text)
		}
	}
	if text := s.get(t, who, "/staff/prompts/"+first.ID).Find("main").Text(); strings.Contains(text, "kommet tilbake") {
		t.Error("what was concluded has come back")
	}
}

// What was looked into and became no case says so, too, when it comes back; what is
// asked each term anew does not come back.
func TestSevereThatComesBackSaysSo(t *testing.T) {
	s := newSite(t)
	first := s.promptOf(t, "9A")
	path := "/staff/prompts/" + first.ID
	s.send(t, principal, path, "/inquired", url.Values{"on": {"2026-11-18"}, "text": {"Samtaler med klassen."}, "heard": {"class_staff"}})
	s.send(t, principal, path, "/answered", url.Values{"outcome": {"no_case"}, "reason": {"Det er løst."}})
	standing := func(id string, at time.Time) duty.Event {
		return duty.Event{
			ID: id, Subject: duty.PromptSubject(id), Owner: own, School: fjordvik, Step: duty.Opened, By: duty.Machine, At: at,
			Body: duty.Body{Level: "class", Unit: "7", Kind: string(duty.Standing), Tier: "notice"},
		}
	}
	next := standing("next", now.Add(time.Hour))
	next.Body = duty.Body{Signals: []string{"x"}, Level: "class", Unit: "9A", Kind: "severe", Tier: "act"}
	if err := s.AppendDuty(t.Context(), []duty.Event{next, standing("spring", now.AddDate(0, -6, 0)), standing("autumn", now)}); err != nil {
		t.Fatal(err)
	}
	s.send(t, principal, "/staff/prompts/spring", "/concluded", url.Values{"conclusion": {"no_concern"}, "reason": {"Vi har fulgt med."}})
	text := strings.Join(strings.Fields(s.get(t, principal, "/staff/prompts/next").Find("main").Text()), " ")
	for _, want := range []string{
		"Dette er kommet tilbake. Sist, 18. november 2026, undersøkte dere det uten at det ble en sak.", "18. november 2026: Undersøkt, ingen sak", "Det er løst.",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the next one does not say %q:\n%s", want, text)
		}
	}
	if text := s.get(t, principal, "/staff/prompts/autumn").Find("main").Text(); strings.Contains(text, "kommet tilbake") || !strings.Contains(text, "Vi har fulgt med.") {
		t.Errorf("a class that is asked of each term:\n%s", text)
	}
}

// Each kind of signal is told on the overview and on its prompt, with how often
// it comes for nothing and how soon to look.
func TestEveryKindIsTold(t *testing.T) {
	s := newSite(t)
	s.more(t)
	const who = "rektor@example.no"
	doc := s.get(t, who, "/staff/classes")
	signals := strings.Join(texts(doc.Find(".signals li")), "\n")
	for _, want := range []string{
		"6A Se på dette i løpet av uka Over lang tid har færre i denne klassen enn andre steder svart at de har noen å være sammen med. Slik har det vært i alle fall siden september 2026.",
		"Jentene, 8. trinn Se på dette nå I noen uker har svarene om trivsel vært dårligere enn det som er vanlig blant jentene på dette trinnet.",
		"10A Se på dette i løpet av uka I noen uker har færre svart på undersøkelsen enn det som er vanlig i denne klassen.",
		"5B Se på dette i løpet av uka I noen uker har færre svart på undersøkelsen",
		"Hele skolen Se på dette nå Over lang tid har flere på denne skolen enn andre steder svart at andre elever erter dem",
		"om lag én gang på to skoleår for en klasse;", "om lag én gang på ti skoleår for en slik gruppe;", "om lag én gang på ti skoleår for en skole;",
	} {
		if !strings.Contains(signals, want) {
			t.Errorf("the signals do not say %q:\n%s", want, signals)
		}
	}
	prompts := strings.Join(texts(s.get(t, who, "/staff").Find(".prompt h3")), "\n")
	for _, want := range []string{
		"6A: svarene om å ha noen å være sammen med har lenge vært dårligere enn andre steder", "Jentene, 8. trinn: noe har endret seg i svarene om trivsel",
		"10A: færre svarer enn før", "5B: færre svarer enn før", "Hele skolen: noe har endret seg i svarene om de voksne på skolen",
	} {
		if !strings.Contains(prompts, want) {
			t.Errorf("the prompts do not say %q:\n%s", want, prompts)
		}
	}
	if err := s.AppendDuty(t.Context(), prompt.EachTerm(s.owners[0], s.prompts(fjordvik), now)); err != nil {
		t.Fatal(err)
	}
	kinds := map[disclosure.Kind]bool{}
	for _, p := range s.prompts(fjordvik) {
		kinds[p.Kind] = true
		doc := s.get(t, who, "/staff/prompts/"+p.ID)
		how := doc.Find("section[aria-labelledby=standing]")
		if diff := cmp.Diff([]string{
			"Ikke spør hvem som har svart, og ikke hva noen har svart.", "Ikke snakk til en elev som om hun eller han har svart noe bestemt.",
			"Se, lytt og snakk med hele klassen.", "Gjør det lett å komme til deg.",
			"Ser du noe, eller er du i tvil: meld fra til rektor som ellers. Du skal ikke vente på dette.",
		}, texts(how.Find("li"))); diff != "" || how.Find("strong").Text() != "Ingenting her er bevis. Og at det er stille, betyr ikke at alle har det trygt." {
			t.Errorf("the prompt of %s %s says of how to go about it (-want +got):\n%s", p.Unit.Name, p.Kind, diff)
		}
		said := strings.Join(texts(doc.Find(`section[aria-labelledby=said] .card`)), "\n")
		if once := strings.Contains(said, "om lag én gang på"); once != (p.Kind != disclosure.KindSevere && p.Kind != duty.Standing) {
			t.Errorf("the prompt of %s %s says:\n%s", p.Unit.Name, p.Kind, said)
		}
		soon := map[disclosure.Tier]string{disclosure.Act: "Se på dette nå", disclosure.Notice: "Se på dette i løpet av uka"}[p.Tier]
		if got := texts(doc.Find(".tag")); !slices.Equal(got, []string{soon}) {
			t.Errorf("the prompt of %s %s says %q of how soon to look, want %q", p.Unit.Name, p.Kind, got, soon)
		}
		if n := doc.Find(`section[aria-labelledby=look] li`).Length(); n < 3 {
			t.Errorf("the prompt of %s %s has %d things to look for", p.Unit.Name, p.Kind, n)
		}
		if p.Kind == duty.Standing && !strings.Contains(said, "Klassen er så liten at undersøkelsen nesten aldri kan si noe om den.") {
			t.Errorf("of a small class the prompt says:\n%s", said)
		}
		if report := strings.Contains(doc.Find("main").Text(), "Dette er i seg selv en melding til rektor, med spørreundersøkelsen som kilde."); report != (p.Kind == disclosure.KindSevere) {
			t.Errorf("the prompt of %s %s says that it is a report: %t", p.Unit.Name, p.Kind, report)
		}
	}
	if len(kinds) != 7 {
		t.Errorf("of seven kinds there are %v", kinds)
	}
}

// What pupils say of adults is nobody's at the school until the owner has passed
// it on; then it is the principal's, or the deputy's who stands in, and never
// class staff's, on any page.
func TestAdultIsTheOwnersToPassOn(t *testing.T) {
	s := newSite(t)
	everyone := []string{"rektor@example.no", "begge@example.no", "vikar@example.no", "5a@example.no"}
	const told = "de voksne på skolen"
	for _, who := range everyone {
		if text := s.get(t, who, "/staff?school="+fjordvik).Text(); strings.Contains(text, told) {
			t.Errorf("%s is told before it is passed on", who)
		}
	}
	s.passOn(t)
	var id string
	for _, p := range s.prompts(fjordvik) {
		if p.Kind == disclosure.KindAdult {
			id = p.ID
		}
	}
	for _, who := range everyone {
		teacher := who == "5a@example.no"
		if strings.Contains(s.get(t, who, "/staff?school="+fjordvik).Text(), told) == teacher {
			t.Errorf("%s on the overview, after it is passed on", who)
		}
		status := http.StatusOK
		if teacher {
			status = http.StatusNotFound
		}
		if w := s.do(t, who, http.MethodGet, "/staff/prompts/"+id, nil); w.Code != status {
			t.Errorf("%s at the prompt: status %d, want %d", who, w.Code, status)
		}
	}
	doc := s.get(t, "rektor@example.no", "/staff/prompts/"+id)
	text := strings.Join(strings.Fields(doc.Find("main").Text()), " ")
	for _, want := range []string{
		"flere svart at en voksen behandler dem dårlig", "Det begynte trolig i november 2026", "om lag én gang på ti skoleår for en skole",
		"Skoleeieren sendte dette videre til rektor", "skal skoleeieren ha beskjed med en gang",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the prompt does not say %q:\n%s", want, text)
		}
	}
	if strings.Contains(text, "Følgmed ba dere") {
		t.Error("the prompt says that it came by itself")
	}
}

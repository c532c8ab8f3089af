package staff_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// Everyone who works at the school writes where they looked after pupils; who
// leads it says who is where, and reads what the pupils said of places.
func TestInspections(t *testing.T) {
	s := newSite(t)
	const at, form = "/staff/inspections", "/staff/inspections/inspected?school=" + fjordvik
	doc, _ := s.send(t, principal, at, "/staff/inspections/arranged?school="+fjordvik, url.Values{"place": {"toilets"}, "text": {"En voksen i hvert friminutt."}})
	if got := doc.Find("#survey ~ dl").Text(); !strings.Contains(got, "peker på et sted") {
		t.Errorf("what was released of places: %q", got)
	}
	doc, _ = s.send(t, cleaner, at, form, url.Values{"place": {"toilets"}, "on": {"2026-11-17"}, "text": {"Noen gjemte seg der."}, "extra_look": {"yes"}})
	if got := doc.Find(".cards").Text(); !strings.Contains(got, "En voksen i hvert friminutt.") || !strings.Contains(got, "17. november 2026") || !strings.Contains(got, "sårbare") {
		t.Errorf("who was there reads:\n%s", got)
	}
	if doc.Find("#survey").Length() != 0 || doc.Find(`form[action*="arranged"]`).Length() != 0 {
		t.Error("who may only report sees what is the principal's")
	}
	if w := s.do(t, cleaner, http.MethodPost, "/staff/inspections/arranged", url.Values{}); w.Code != http.StatusForbidden {
		t.Errorf("who may only report says who is where: status %d", w.Code)
	}
	s.send(t, teacher, at, form, url.Values{"place": {"toilets"}, "on": {"2026-11-18"}})
	if got := s.get(t, cleaner, at).Find(".cards .timeline li").Length(); got != 1 {
		t.Errorf("who may only report reads %d lines, want their own", got)
	}
	if got := texts(s.get(t, teacher, at).Find(".cards .timeline li")); len(got) != 2 || !strings.Contains(got[0], "18. november") {
		t.Errorf("the newest first: %q", got)
	}
	back := page(t, s.post(t, cleaner, s.get(t, cleaner, at), form, url.Values{"place": {"outside"}, "on": {"2026-11-19"}, "text": {"Rolig."}}), http.StatusUnprocessableEntity)
	if got := back.Find("#inspected-on-fault").Text(); !strings.Contains(got, "ikke kommet ennå") || back.Find("#inspected-text").Text() != "Rolig." {
		t.Errorf("tomorrow: %q", got)
	}
}

// A prompt that was concluded with a concern leads to a report of it, and the
// report says what it comes of.
func TestConcernIsReported(t *testing.T) {
	s := newSite(t)
	prompt := "/staff/prompts/" + s.promptOf(t, "5A").ID
	doc, _ := s.send(t, teacher, prompt, "/concluded", url.Values{"conclusion": {"concern"}})
	const unreported = "Grunn til å melde fra, men ingen melding er kommet ennå."
	waits := func() bool {
		return strings.Contains(strings.Join(texts(s.get(t, principal, "/staff").Find(".card.prompt")), "\n"), unreported)
	}
	if !waits() {
		t.Error("the principal does not read that nobody has reported it")
	}
	lead := doc.Find(`a[href*="/staff/report?"]`).AttrOr("href", "")
	form := s.get(t, teacher, lead)
	if form.Find("input[value=survey][checked]").Length() != 1 || form.Find(`main ul a[href="`+prompt+`"]`).Length() != 1 {
		t.Errorf("%s does not say what the report comes of", lead)
	}
	_, report := s.send(t, teacher, lead, "from=prompt:"+s.promptOf(t, "5A").ID, url.Values{"what": {"Flere går alene."}, "sources": {"survey", "observation"}, "about": {"pupils"}})
	if waits() {
		t.Error("what was reported waits to be reported")
	}
	if s.get(t, principal, report).Find(`main a[href="`+prompt+`"]`).Length() != 1 {
		t.Error("the principal is not led to what the report comes of")
	}
	other := strings.Replace(lead, s.promptOf(t, "5A").ID, s.promptOf(t, "8B").ID, 1)
	if w := s.do(t, teacher, http.MethodGet, other, nil); w.Code != http.StatusNotFound {
		t.Errorf("a report of a prompt that is not the teacher's: status %d", w.Code)
	}
}

package staff_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/folgmed/folgmed/internal/disclosure"
	"github.com/folgmed/folgmed/internal/duty"
)

// A class sees its own figures once the principal has shared them, with what the
// school will do, until they are withdrawn: never what is sensitive or hidden,
// never another class, and no way to the other pages.
func TestClassTalk(t *testing.T) {
	s := newSite(t)
	const board, share = "/staff/talk/" + fjordvik + "/5A", "/staff/share/" + fjordvik + "/5A"
	status := func(who, path string, want int) {
		t.Helper()
		if w := s.do(t, who, http.MethodGet, path, nil); w.Code != want {
			t.Errorf("%s at %s: status %d, want %d", who, path, w.Code, want)
		}
	}
	for _, who := range []string{principal, teacher} {
		status(who, board, http.StatusNotFound) // not shared
	}
	status(teacher, share, http.StatusForbidden)

	will := url.Values{"text": {"Flere voksne i garderoben.\nNye grupper hver mandag."}}
	back := page(t, s.post(t, principal, s.get(t, principal, share), "/shared", url.Values{"text": {"Kari og Per får egen plan."}}), http.StatusUnprocessableEntity)
	if got := back.Find("textarea").Text(); got != "Kari og Per får egen plan." {
		t.Errorf("what was typed is %q", got)
	}
	s.send(t, principal, share, "/shared", will)
	if n := s.get(t, teacher, "/staff/classes/"+fjordvik+"/5A").Find(`a[href="` + board + `"]`).Length(); n != 1 {
		t.Errorf("%d ways from the class's page to the board", n)
	}
	for _, who := range []string{principal, teacher} {
		doc := s.get(t, who, board)
		text := strings.Join(texts(doc.Find("main")), "")
		for _, says := range []string{
			"Klassesamtale 5A", "Hvor mange dager har du hatt det bra på skolen?", "Høyst omtrent 1 av 5 har hatt det bra få eller ingen dager.",
			"Omtrent 2 til 3 av 5", "Flere voksne i garderoben.", "Ingen kan se hvem som har svart hva",
		} {
			if !strings.Contains(text, says) {
				t.Errorf("%s: the board does not say %q:\n%s", who, says, text)
			}
		}
		for _, never := range []string{"trygg på skolen", "holdt utenfor", "ertet", "jult", "5B", "trinnet", "signal", "Se på dette", "whole", "talk."} {
			if strings.Contains(text, never) {
				t.Errorf("%s: the board says %q:\n%s", who, never, text)
			}
		}
		if ways := texts(doc.Find(`header nav a, main a, form, a[href="/staff"]`)); len(ways) > 0 {
			t.Errorf("the board leads to %q", ways)
		}
		if got := doc.Find(".answers .card").Length(); got != 4 {
			t.Errorf("%d questions on the board", got)
		}
	}
	status("nynorsk@example.no", board, http.StatusNotFound)
	status(cleaner, board, http.StatusForbidden)

	// What comes later is not shared with it.
	s.releaseAt(t, newest+1, fjordvik, disclosure.LevelClass, "5A", "thrive", disclosure.FormBand, "4/5")
	if text := s.get(t, teacher, board).Find("main").Text(); strings.Contains(text, "Minst omtrent 4 av 5") {
		t.Error("the board shows what came after it was shared")
	}
	s.send(t, principal, share, "/withdrawn", nil)
	for _, who := range []string{principal, teacher} {
		status(who, board, http.StatusNotFound)
	}
	var acts []string
	for _, e := range s.audited {
		if e.About == "5A" && e.School == fjordvik {
			acts = append(acts, e.Action)
		}
	}
	for _, act := range []string{"shared", "read_talk", "withdrawn"} {
		if !slices.Contains(acts, act) {
			t.Errorf("%s is not in the audit: %q", act, acts)
		}
	}
	for _, wrong := range []string{"/opened", "/closed"} {
		form := url.Values{"event": {strings.Repeat("w", 20)}, "seen": {"1"}, "text": {"x"}}
		if w := s.do(t, principal, http.MethodPost, share+wrong, form); w.Code != http.StatusUnprocessableEntity {
			t.Errorf("%s: status %d", wrong, w.Code)
		}
	}
}

// The school's figures are shared with pupils and parents in the same way, by
// theme and without the places.
func TestSchoolTalk(t *testing.T) {
	s := newSite(t)
	const board, share = "/staff/talk/" + fjordvik, "/staff/share/" + fjordvik
	s.send(t, principal, share, "/shared", url.Values{"text": {"Vi bygger om skolegården."}})
	text := strings.Join(texts(s.get(t, teacher, board).Find("main")), "")
	for _, says := range []string{"Slik har vi det på skolen vår Fjordvik skole", "Omtrent 2 til 3 av 10 har valgt et svar", "Vi bygger om skolegården."} {
		if !strings.Contains(text, says) {
			t.Errorf("the page does not say %q:\n%s", says, text)
		}
	}
	for _, never := range []string{"minst trygge", "Steder", "5A", "8B", "9A"} {
		if strings.Contains(text, never) {
			t.Errorf("the page says %q:\n%s", never, text)
		}
	}

	// What was shared with last year's 5B is not this year's.
	unit := disclosure.Unit{Owner: own, School: fjordvik, Level: disclosure.LevelClass, Name: "5B"}
	old, err := duty.Share(unit, disclosure.ReleaseID(newest-52), duty.Act{
		ID: strings.Repeat("o", 20), At: now, Who: duty.Leader, Fields: duty.Fields{duty.FieldText: {"Noe."}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.AppendDuty(t.Context(), []duty.Event{old}); err != nil {
		t.Fatal(err)
	}
	if w := s.do(t, principal, http.MethodGet, board+"/5B", nil); w.Code != http.StatusNotFound {
		t.Errorf("last year's talk: status %d", w.Code)
	}
}

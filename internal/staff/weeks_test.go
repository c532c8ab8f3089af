package staff_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/folgmed/folgmed/internal/access/accesstest"
	"github.com/folgmed/folgmed/internal/audit"
	"github.com/folgmed/folgmed/internal/roster"
	"github.com/folgmed/folgmed/internal/wave"
)

const weeks = carryOut + "/weeks"

// TestTheYearAndItsPauses: each week says what it is; a pause is said in time,
// recorded, shown, and taken back; too late, too many or of no week it is refused
// with what was chosen still there.
func TestTheYearAndItsPauses(t *testing.T) {
	s := newSite(t)
	s.asked()
	const rektor = "rektor@example.no"
	doc := s.get(t, rektor, weeks)
	text := doc.Find("main").Text()
	for _, want := range []string{"annenhver uke", "samler 6 undersøkelser", "Ingen: klassene er nye", "Ingen: få skoledager", "Ingen: siste uke før sommeren", "Ingen: uka mellom", "Planlagt", "Klassetall kan endre seg"} {
		if !strings.Contains(text, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	s.owners[0].RhythmChoices = []roster.RhythmChoice{{Owner: own, Weeks: 4, From: 2027}}
	if got := s.get(t, rektor, weeks).Find(".lead").Text(); !strings.Contains(got, "annenhver uke. ") || !strings.Contains(got, "Fra høsten 2027 blir de spurt hver fjerde uke.") {
		t.Errorf("of another rhythm next year: %s", got)
	}
	if row := doc.Find("tr[aria-current]").Text(); !strings.Contains(row, "47") || !strings.Contains(row, "Åpen nå") || !strings.Contains(row, "16.–19. november") || !strings.Contains(row, "24. november") {
		t.Errorf("this week: %s", row)
	}
	ahead := doc.Find("#wave option").First().AttrOr("value", "")
	say := func(fields url.Values) (int, string) {
		w := s.do(t, rektor, http.MethodPost, weeks, fields)
		if w.Code == http.StatusSeeOther {
			return w.Code, s.get(t, rektor, strings.TrimSuffix(w.Header().Get("Location"), "#saved")).Find("main").Text()
		}
		return w.Code, page(t, w, w.Code).Find("#fault").Text()
	}
	pause := func(wave, class string) url.Values {
		return url.Values{"school": {fjordvik}, "wave": {wave}, "class": {class}, "event": {wave + class}}
	}
	for range 2 { // a double click
		if code, said := say(pause(ahead, "8B")); code != http.StatusSeeOther || !strings.Contains(said, "Pausen er lagt inn") || !strings.Contains(said, "8B, uke") {
			t.Fatalf("a pause: %d %s", code, said)
		}
	}
	if len(s.pauses) != 1 || s.pauses[0].Class != "8B" || !s.pauses[0].Stands {
		t.Fatalf("stored %+v", s.pauses)
	}
	if last := s.audited[len(s.audited)-2]; last.Action != "paused" || last.Person != s.pauses[0].By {
		t.Errorf("recorded %+v", last)
	}
	for _, tt := range []struct{ wave, class, want string }{
		{"150", "8B", "for sent"}, {"151", "8B", "Ingen blir spurt"}, {"x", "", "for sent"}, {ahead, "12Z", "Ingen blir spurt"},
	} {
		if code, said := say(pause(tt.wave, tt.class)); code != http.StatusUnprocessableEntity || !strings.Contains(said, tt.want) {
			t.Errorf("wave %s, class %s: %d %s", tt.wave, tt.class, code, said)
		}
	}
	options := doc.Find("#wave option")
	second := options.Eq(1).AttrOr("value", "")
	w := s.do(t, rektor, http.MethodPost, weeks, pause(second, "8B"))
	if again := page(t, w, http.StatusUnprocessableEntity); !strings.Contains(again.Find("#fault").Text(), "tolv undersøkelser på rad") || again.Find("#wave option[selected]").AttrOr("value", "") != second || again.Find("#class option[selected]").AttrOr("value", "") != "8B" {
		t.Errorf("two in a row: %s", again.Find("#fault").Text())
	}
	back := pause(ahead, "8B")
	back.Set("step", "resume")
	if code, said := say(back); code != http.StatusSeeOther || !strings.Contains(said, "tatt bort") || len(s.pauses) != 0 {
		t.Errorf("taken back: %d, %d stand", code, len(s.pauses))
	}
	before := len(s.pauses)
	s.broken = true
	if w := s.do(t, rektor, http.MethodPost, weeks, pause(second, "9A")); w.Code != http.StatusServiceUnavailable || len(s.pauses) != before {
		t.Errorf("a store that is away: %d", w.Code)
	}
	if slices.ContainsFunc(s.audited, func(e audit.Entry) bool { return strings.Contains(e.About, "12Z") }) {
		t.Error("what was refused is recorded as done")
	}

	// A class that pauses this week is not asked, and says so.
	s.pauses = []wave.Pause{{Wave: thisWave, Owner: own, School: fjordvik, Class: "8B", Stands: true}}
	card := s.get(t, rektor, carryOut).Find(".rows li:contains('8B')")
	if !strings.Contains(card.Text(), "Har pause denne uka") || card.Find("a").Length() != 0 {
		t.Errorf("a class that pauses: %s", card.Text())
	}
}

// TestQuestionsAsAsked: in full, in order, for the reader's own classes, as the
// week's place in the rotation has them; and the way to practise.
func TestQuestionsAsAsked(t *testing.T) {
	s := newSite(t)
	s.asked()
	doc := s.get(t, "5a@example.no", "/staff/questions?week=150")
	if got := texts(doc.Find("main h2")); len(got) != 1 || got[0] != "5A" {
		t.Errorf("a teacher of 5A sees %q", got)
	}
	if n := doc.Find("main ol > li").Length(); n < 8 || n > 10 {
		t.Errorf("%d questions", n)
	}
	if to := doc.Find(".practice a").AttrOr("href", ""); to != "https://folgmed.example/practice#5" || doc.Find(".practice svg path").Length() != 1 {
		t.Errorf("the class practises at %s", to)
	}
	if next := s.get(t, "5a@example.no", "/staff/questions?week=152"); next.Find("main ol").Text() == doc.Find("main ol").Text() {
		t.Error("the next survey asks the same: nothing takes turns")
	}
	if got := s.get(t, "rektor@example.no", "/staff/questions").Find("main h2").Length(); got != 2 {
		t.Errorf("%d questionnaires at a school of two", got)
	}
}

// TestWeeksInABrowser says a pause with clicks alone, and looks at the pages.
func TestWeeksInABrowser(t *testing.T) {
	s := newSite(t)
	s.asked()
	b := accesstest.Open(t, s.echo, s.access)
	b.Enter("nynorsk@example.no")
	b.Shows("h1", "Skulemiljøet")
	b.Visit(b.URL + carryOut)
	b.Click(`main a[href*="/weeks"]`)
	b.Shows("h1", "Skuleåret")
	b.Click("#pause button")
	b.Shows("#saved", "Pausen er lagd inn")
	b.Look("weeks")
	b.Visit(b.URL + "/staff/questions")
	b.Shows("h2", "1–4")
	b.Click(".practice summary")
	b.Look("questions")
}

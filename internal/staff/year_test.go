package staff_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"github.com/folgmed/folgmed/internal/duty"
)

// olderCase is a case that was opened in May, of a class as it was then.
func (s *site) olderCase(t testing.TB, class string) string {
	t.Helper()
	may := time.Date(2026, 5, 20, 10, 0, 0, 0, time.UTC)
	events, err := duty.OpenCase(own, fjordvik, duty.Act{
		ID: strings.Repeat("m", 20), At: may, By: "someone", Role: "principal", Who: duty.Leader,
		Fields: duty.Fields{duty.FieldScope: {duty.Situation}, duty.FieldTitle: {"Uro i kantina"}, duty.FieldClasses: {class}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.AppendDuty(t.Context(), events); err != nil {
		t.Fatal(err)
	}
	return "/staff/cases/" + strings.TrimPrefix(events[0].Subject, "case:")
}

// A case that was open before the summer asks, in the new school year, which
// class its pupils are in now.
func TestCaseFollowsItsClass(t *testing.T) {
	s := newSite(t)
	path := s.olderCase(t, "5B")
	if got := s.get(t, principal, "/staff/cases").Find(".card").Text(); !strings.Contains(got, "velg hvilken klasse elevene går i") {
		t.Errorf("the list of cases says:\n%s", got)
	}
	doc := s.get(t, principal, path)
	if doc.Find("details[open] #followed").Length() != 1 {
		t.Error("the case does not ask for the class")
	}
	if doc.Find("#followed input[checked]").Length() != 0 { // there is no 6B
		t.Error("a class is chosen though there is none of that name")
	}
	s.send(t, principal, path, "/followed", url.Values{"classes": {"6A"}})
	if got := s.get(t, principal, path).Find("main").Text(); strings.Contains(got, "velg hvilken klasse") || !strings.Contains(got, "6A") {
		t.Errorf("after it was said:\n%s", got)
	}
	s = newSite(t)
	if got := s.get(t, principal, s.olderCase(t, "5A")).Find("#followed input[checked]").AttrOr("value", ""); got != "6A" {
		t.Errorf("of 5A in May the page thinks of %q", got)
	}
}

// Before the year rolls over the page of cases says that those which are open go on
// into the next one, and lists them.
func TestOpenCasesAreListedBeforeTheYearEnds(t *testing.T) {
	s := newSite(t)
	s.newCase(t)
	const ends = "Skoleåret går mot slutten. Sakene under er fortsatt åpne og følger elevene inn i neste skoleår."
	said := func() bool {
		doc := s.get(t, principal, "/staff/cases")
		return strings.Contains(doc.Find(".notice").Text(), ends) && strings.Contains(doc.Find("section[aria-labelledby=open]").Text(), "Utestenging i garderoben")
	}
	if said() {
		t.Error("in November the year ends")
	}
	s.at = time.Date(2027, 5, 10, 8, 0, 0, 0, time.UTC)
	clear(s.cookies)
	if !said() {
		t.Error("in May nobody says that the year ends, with what is open")
	}
}

// The year's documentation lists each case with its days, none as a deadline,
// and says what has gone to the archive.
func TestDocumentationOfTheYear(t *testing.T) {
	s := newSite(t)
	older := s.olderCase(t, "5A")
	_, path := s.newCase(t)
	s.send(t, principal, path, "/raised_with", url.Values{"on": {"2026-11-16"}})
	s.send(t, principal, path, "/inquired", url.Values{"on": {"2026-11-18"}, "heard": {"parents"}, "facts": {"Ingen voksen er der."}})
	const page = "/staff/documentation?school=" + fjordvik
	doc := s.get(t, principal, page)
	if got := texts(doc.Find("h2")); len(got) != 2 || got[0] != "Uro i kantina" {
		t.Fatalf("the year lists %q", got)
	}
	for _, want := range []string{"ingen lovfestet frist", "Kan meldes til Statsforvalteren fra", "23. november 2026", "0 dager", "Ikke siden siste endring"} {
		if !strings.Contains(doc.Find("main").Text(), want) {
			t.Errorf("the year does not say %q", want)
		}
	}
	if got := texts(s.get(t, principal, page+"&year=2025").Find("h2")); len(got) != 1 || got[0] != "Uro i kantina" {
		t.Errorf("the year before lists %q", got)
	}
	for _, year := range []string{"2024", "2027", "x"} {
		if w := s.do(t, principal, http.MethodGet, page+"&year="+year, nil); w.Code != http.StatusNotFound {
			t.Errorf("year %s: status %d", year, w.Code)
		}
	}

	var out struct {
		Year  string `json:"school_year"`
		Cases []struct {
			Title     string
			ToInquiry *int `json:"days_to_inquiry"`
			ToPlan    *int `json:"days_to_plan"`
		}
	}
	w := s.do(t, principal, http.MethodGet, "/staff/documentation/year.json?school="+fjordvik, nil)
	if err := json.Unmarshal(w.Body.Bytes(), &out); err != nil || out.Year != "2026/2027" || len(out.Cases) != 2 || *out.Cases[1].ToInquiry != 0 || out.Cases[1].ToPlan != nil {
		t.Errorf("the export: %v, %s", err, w.Body)
	}
	if got := s.get(t, principal, page).Find("main").Text(); strings.Contains(got, "Ikke siden siste endring") {
		t.Error("the year does not say that it was downloaded")
	}
	s.send(t, principal, older, "/followed", url.Values{"classes": {"6A"}})
	if got := strings.Count(s.get(t, principal, page).Find("main").Text(), "Ikke siden siste endring"); got != 1 {
		t.Errorf("after a change %d cases have something that the archive lacks", got)
	}
	s.broken = true
	if w := s.do(t, principal, http.MethodGet, path+"/case.json", nil); w.Code != http.StatusServiceUnavailable {
		t.Errorf("a download that can not be written down: status %d", w.Code)
	}
}

// Staff see the measures of their classes, and those they carry out, and
// nothing else of a case.
func TestMeasuresOfAClass(t *testing.T) {
	s := newSite(t)
	_, path := s.newCase(t)
	s.send(t, principal, path, "/inquired", url.Values{"on": {"2026-11-18"}, "heard": {"parents"}, "facts": {"Noe bare rektor leser."}})
	ragnhild := personID(t, s.get(t, principal, path+"/plan"), "Ragnhild Rektor")
	s.send(t, principal, path+"/plan", "/planned", url.Values{
		"problem": {"Tomt"}, "planned": {"En voksen er alltid der"}, "from": {"2026-11-19"}, "to": {"2026-12-18"}, "by": {ragnhild}, "evaluate_on": {"2026-12-10"},
	})
	got := s.get(t, teacher, "/staff/measures").Find("main").Text()
	if !strings.Contains(got, "En voksen er alltid der") || !strings.Contains(got, "Klasser: 5A") || strings.Contains(got, "Noe bare rektor leser") {
		t.Errorf("the staff of 5A read:\n%s", got)
	}
	s.send(t, principal, path, "/followed", url.Values{"classes": {"6A"}})
	if got := s.get(t, teacher, "/staff/measures").Find("main").Text(); strings.Contains(got, "En voksen") || !strings.Contains(got, "Det betyr ikke at det ikke trengs noen") {
		t.Errorf("the staff of a class that it is not about read:\n%s", got)
	}
}

// What each duty asks stands in each language, and every official page has an
// address or says where to search.
func TestDutiesAreExplained(t *testing.T) {
	s := newSite(t)
	for who, want := range map[string]string{cleaner: "Søk etter «Filmer om aktivitetsplikten» på udir.no.", "nynorsk@example.no": "Undersøkje", "english@example.no": "Step in"} {
		doc := s.get(t, who, "/staff/duties")
		if got := doc.Find("main").Text(); !strings.Contains(got, want) || doc.Find("section").Length() != 8 {
			t.Errorf("%s reads:\n%s", who, got)
		}
		doc.Find("section").Each(func(_ int, section *goquery.Selection) {
			for _, li := range texts(section.Find("li")) {
				if li == "" || strings.Contains(li, "«»") {
					t.Errorf("%s: an official page without a name: %q", who, li)
				}
			}
		})
	}
}

package staff_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/folgmed/folgmed/internal/disclosure"
)

// Before and after a measure are told in words of figures that were released:
// only what can mean nothing else, only beyond what the whole school did, and
// never before there is a figure on each side.
func TestBeforeAndAfterAMeasure(t *testing.T) {
	s := newSite(t)
	_, path := s.newCase(t)
	laila := personID(t, s.get(t, principal, path+"/plan"), "Laila Lærer")
	doc, _ := s.send(t, principal, path+"/plan", "/planned", url.Values{
		"problem": {"Ingen voksne i garderoben"}, "planned": {"En voksen er alltid der"}, "from": {"2026-11-02"}, "to": {"2026-12-18"}, "by": {laila}, "evaluate_on": {"2026-12-10"},
	})
	if strings.Contains(doc.Text(), "Før og etter") {
		t.Error("a measure that was not carried out is compared")
	}
	says := func() string {
		t.Helper()
		return strings.Join(texts(s.get(t, principal, path+"/plan").Find("details:contains('Før og etter')")), " ")
	}
	s.send(t, principal, path+"/plan", "/carried_out", url.Values{"on": {"2026-11-10"}})
	if got := says(); !strings.Contains(got, "Undersøkelsen kan ikke si om det er blitt bedre. Ingen tall for klassen er fra før tiltaket alene.") {
		t.Errorf("without figures before:\n%s", got)
	}

	at := func(n uint32, level disclosure.Level, unit string, bands map[string]string) {
		for item, band := range bands {
			s.releaseAt(t, n, fjordvik, level, unit, item, disclosure.FormBand, band)
		}
	}
	at(147, disclosure.LevelClass, "5A", map[string]string{"thrive": "4/5", "company": "0/5", "care": "1/5", "adult": "4/5"})
	at(147, disclosure.LevelSchool, "", map[string]string{"thrive": "2/10", "company": "0/10", "care": "2/10", "adult": "2/10"})
	if got := says(); !strings.Contains(got, "Tall fra etter tiltaket alene er ikke kommet.") {
		t.Errorf("without figures after:\n%s", got)
	}
	at(163, disclosure.LevelClass, "5A", map[string]string{"thrive": "0/5", "company": "3/5", "care": "2/5", "adult": "0/5"})
	at(163, disclosure.LevelSchool, "", map[string]string{"thrive": "2/10", "company": "5/10", "care": "2/10"})
	doc = s.get(t, principal, path+"/plan")
	var rows [][]string
	found := doc.Find("details:contains('Før og etter') tbody tr")
	for i := range found.Nodes {
		rows = append(rows, texts(found.Eq(i).Children()))
	}
	want := [][]string{
		{"Har det bra", "80–100 % (Uke 37–44)", "0–20 % (Uke 47–7)", "Bedre"},
		{"Noen å være med", "0–20 % (Uke 37–44)", "60–80 % (Uke 47–7)", "Kan ikke si. Hele skolen har gått samme vei"},
		{"Tar vare på hverandre", "20–40 % (Uke 37–44)", "40–60 % (Uke 47–7)", "Kan ikke si"},
		{"En voksen å gå til", "80–100 % (Uke 37–44)", "0–20 % (Uke 47–7)", "Kan ikke si. Vi vet ikke hvordan det har gått på skolen ellers"},
	}
	if diff := cmp.Diff(want, rows); diff != "" {
		t.Errorf("before and after (-want +got):\n%s", diff)
	}
	if got := says(); !strings.Contains(got, "Tallene sier ikke at tiltaket var grunnen.") || strings.Contains(got, "5B") {
		t.Errorf("the comparison says:\n%s", got)
	}
}

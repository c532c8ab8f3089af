package staff_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/folgmed/folgmed/internal/access/accesstest"
	"github.com/folgmed/folgmed/internal/web/webtest"
)

// TestDutyInABrowser looks at each page of the duty in light and dark, large
// and small, and prints the documentation.
func TestDutyInABrowser(t *testing.T) {
	s := newSite(t)
	b := accesstest.Open(t, s.echo, s.access)
	enter := func(email, heading string) {
		b.Enter(email)
		b.Shows("h1", heading)
	}

	enter(cleaner, "Meldinger")
	b.Look("reports-empty")
	b.Visit(b.URL + "/staff/report")
	b.Look("report")
	b.Type("#reported-what", "Kari og Per satt alene")
	b.Click("input[value=observation]")
	b.Click("input[value=pupils]")
	b.Click("main form button")
	b.Shows("#fault", "navn")
	b.Look("report-refused")
	webtest.Eval[int](b.Browser, `document.querySelector("#reported-what").value = "", 0`)
	b.Type("#reported-what", "Noen sitter alene i garderoben hver dag.")
	b.Click("main form button")
	b.Shows("#saved", "Meldingen er sendt")
	b.Look("reported-own")
	b.Visit(b.URL + "/staff/step-in")
	b.Look("step-in")

	webtest.Eval[string](b.Browser, `fetch("/staff/signout", {method: "POST"}).then(r => r.url)`)
	b.Type("#intervened-went_on", "To sloss ved porten.")
	b.Type("#intervened-stopped", "De ble skilt.")
	b.Click("input[name=physical][value=no]")
	b.Click("input[name=then][value=report]")
	b.Click("main form button")
	b.Shows("h1", "Du er logget ut")
	b.Look("resume")

	report, path := s.newCase(t)
	s.send(t, teacher, "/staff/step-in", "/staff/step-in?school="+fjordvik, url.Values{
		"on": {"2026-11-18"}, "went_on": {"To sloss ved porten."}, "stopped": {"De ble skilt."}, "physical": {"yes"},
		"averted": {"Slag mot hodet."}, "milder": {"Rop hjalp ikke."}, "proportionate": {"Jeg holdt bare til det var over."}, "then": {"report"},
	})
	s.send(t, principal, path, "/raised_with", url.Values{"on": {"2026-11-16"}})
	s.send(t, principal, path, "/inquired", url.Values{
		"on": {"2026-11-18"}, "heard": {"pupils_affected", "class_staff"}, "experience": {"Flere gruer seg til friminuttet."}, "facts": {"Ingen voksen er i garderoben."}, "elsewhere": {"yes"},
	})
	laila := personID(t, s.get(t, principal, path+"/plan"), "Laila Lærer")
	measure := url.Values{"problem": {"Ingen voksne i garderoben"}, "planned": {"En voksen er alltid der"}, "from": {"2026-11-19"}, "to": {"2026-12-18"}, "by": {laila}, "evaluate_on": {"2026-12-10"}}
	s.send(t, principal, path+"/plan", "/planned", measure)
	one, two := s.get(t, principal, path+"/plan"), s.get(t, deputy, path+"/plan")
	measure.Set("planned", "To voksne er alltid der")
	s.post(t, principal, one, "/changed", measure)
	measure.Set("planned", "En voksen og en elev er alltid der")
	if w := s.post(t, deputy, two, "/changed", measure); w.Code != http.StatusSeeOther {
		t.Fatalf("the other writer: status %d", w.Code)
	}
	s.send(t, principal, "/staff/inspections", "/staff/inspections/arranged?school="+fjordvik, url.Values{"place": {"outside"}, "text": {"To voksne i hvert friminutt, en ved porten."}})
	s.send(t, cleaner, "/staff/inspections", "/staff/inspections/inspected?school="+fjordvik, url.Values{"place": {"outside"}, "on": {"2026-11-18"}, "text": {"Noen står alltid for seg selv ved benken."}, "extra_look": {"yes"}})
	week := s.get(t, principal, path).Find("#followed_up-wave option").Eq(1).AttrOr("value", "")
	s.send(t, principal, path, "/followed_up", url.Values{"wave": {week}})
	s.send(t, cleaner, "/staff/report", "/staff/report?school="+fjordvik, url.Values{
		"what": {"En voksen roper til elevene i gangen."}, "sources": {"observation"}, "about": {"staff"}, "possibly_serious": {"yes"},
	})

	enter(principal, "Skolemiljøet")
	for _, p := range []struct{ path, heading, name string }{
		{"/staff/reports", "Meldinger", "reports"},
		{report, "Melding", "reported-case"},
		{"/staff/cases", "Saker", "cases"},
		{"/staff/cases/new?from=report:" + strings.TrimPrefix(report, "/staff/reports/"), "Åpne en sak", "new-case"},
		{path, "Utestenging", "case"},
		{path + "/plan", "Utestenging", "plan"},
		{path + "/closing", "Utestenging", "closing"},
		{path + "/documentation", "Dokumentasjon", "documentation"},
		{"/staff/documentation", "Dokumentasjon, skoleåret", "year"},
		{"/staff/inspections", "Tilsyn", "inspections"},
		{"/staff/measures", "Tiltak", "measures"},
		{"/staff/duties", "Hva loven krever av oss", "duties"},
	} {
		b.Visit(b.URL + p.path)
		b.Shows("h1", p.heading)
		webtest.Eval[int](b.Browser, `document.querySelectorAll("main details").forEach(d => d.open = true), 0`)
		b.Look(p.name)
	}
	b.Visit(b.URL + path + "/documentation")
	b.Shows("h1", "Dokumentasjon: Utestenging")
	if sheets := b.Print("documentation"); sheets < 1 || sheets > 2 {
		t.Errorf("the documentation of a small case takes %d sheets", sheets)
	}
	b.Visit(b.URL + "/staff/reports")
	b.Click("main .card:not(.prompt):has(.tag) h3 a")
	b.Shows("h1", "Melding")
	b.Look("reported")
	enter("nynorsk@example.no", "Skulemiljøet")
	b.Visit(b.URL + "/staff/cases")
	b.Shows("h1", "Saker")
	b.Look("cases-empty")
}

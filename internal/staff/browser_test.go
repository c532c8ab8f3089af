package staff_test

import (
	"net/url"
	"testing"

	"github.com/folgmed/folgmed/internal/access/accesstest"
	"github.com/folgmed/folgmed/internal/disclosure"
	"github.com/folgmed/folgmed/internal/web/webtest"
)

// TestPagesInABrowser looks at each page in light and dark, large and small,
// and takes a prompt all the way with clicks alone.
func TestPagesInABrowser(t *testing.T) {
	s := newSite(t)
	b := accesstest.Open(t, s.echo, s.access)

	b.Enter("rektor@example.no")
	b.Shows("h1", "Skolemiljøet akkurat nå")
	b.Look("overview")

	path := "/staff/prompts/" + s.promptOf(t, "8B").ID
	b.Visit(b.URL + path)
	b.Shows("h1", "8B")
	b.Look("prompt")
	b.Type("#observed-text", "Jeg så Ola, Kari og Per i gangen.")
	b.Click(`form[action$="observed"] button`)
	b.Shows(".fault", "navn")
	b.Look("refused")
	webtest.Eval[int](b.Browser, `document.querySelector("#observed-text").value = "", 0`)
	b.Type("#observed-text", "Rolig ute, men noen går alltid alene inn.")
	b.Click(`form[action$="observed"] button`)
	b.Shows("#saved", "Observasjonen er lagret")
	b.Click("input[value=no_concern]")
	b.Type("#concluded-reason", "Vi har snakket med klassen og endret gruppene.")
	b.Click(`form[action$="concluded"] button`)
	b.Shows("#saved", "Konklusjonen er lagret")
	b.Look("concluded")

	b.Visit(b.URL + "/staff/prompts/" + s.promptOf(t, "9A").ID)
	b.Shows("h1", "9A")
	b.Look("severe")

	s.more(t)
	for _, p := range s.prompts(fjordvik) {
		b.Visit(b.URL + "/staff/prompts/" + p.ID)
		if p.Kind == disclosure.KindLevel || p.Kind == disclosure.KindGroup || p.Kind == disclosure.KindSilence || p.Kind == disclosure.KindAdult {
			b.Shows("#said", "Dette sier svarene")
			b.Look(string(p.Kind) + "-" + string(p.Unit.Level))
		}
	}
	for _, n := range []uint32{141, 145} {
		s.releaseAt(t, n, fjordvik, disclosure.LevelClass, "8B", "thrive", disclosure.FormBand, "1/5")
		s.releaseAt(t, n, fjordvik, disclosure.LevelClass, "8B", "safe", disclosure.FormWords, "none_to_some")
		s.releaseAt(t, n, fjordvik, disclosure.LevelSchool, "", "thrive", disclosure.FormBand, "3/20")
	}
	for _, share := range []string{"/staff/share/" + fjordvik + "/8B", "/staff/share/" + fjordvik} {
		s.send(t, principal, share, "/shared", url.Values{"text": {"Flere voksne ute i hvert friminutt.\nNye grupper hver mandag."}})
	}
	for _, p := range []struct{ path, heading, name string }{
		{"/staff/share/" + fjordvik + "/8B", "Del resultater", "share"},
		{"/staff/talk/" + fjordvik + "/8B", "Klassesamtale", "talk"},
		{"/staff/talk/" + fjordvik, "Slik har vi det", "talk-school"},
		{"/staff/classes", "Klassene", "classes"},
		{"/staff/classes/" + fjordvik + "/8B", "8B", "class"},
		{"/staff/groups", "Trinn og hele skolen", "groups"},
	} {
		b.Visit(b.URL + p.path)
		b.Shows("h1", p.heading)
		webtest.Eval[int](b.Browser, `document.querySelectorAll("main details").forEach(d => d.open = true), 0`)
		b.Look(p.name)
		if p.name == "talk" {
			if sheets := b.Print("talk"); sheets < 1 || sheets > 2 {
				t.Errorf("the talk takes %d sheets", sheets)
			}
		}
	}

	b.Enter("nynorsk@example.no")
	b.Shows("h1", "Skulemiljøet akkurat no")
	b.Look("empty")
}

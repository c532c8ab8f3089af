package staff_test

import (
	"net/http/httptest"
	"testing"

	"github.com/folgmed/folgmed/internal/disclosure"
	"github.com/folgmed/folgmed/internal/web/webtest"
)

// TestPagesInABrowser looks at each page in light and dark, large and small,
// and takes a prompt all the way with clicks alone.
func TestPagesInABrowser(t *testing.T) {
	s := newSite(t)
	server := httptest.NewServer(s.echo)
	defer server.Close()
	b := webtest.NewBrowser(t)
	enter := func(email string) {
		token, err := s.access.Link(t.Context(), email)
		if err != nil {
			t.Fatal(err)
		}
		b.Visit(server.URL + "/staff/signin?token=" + token)
		b.Click("main form button")
	}

	enter("rektor@example.no")
	b.Shows("h1", "Skolemiljøet akkurat nå")
	webtest.Eval[int](b, `document.querySelectorAll("details").forEach(d => d.open = true), 0`)
	b.Look("overview")

	path := "/staff/prompts/" + s.promptOf(t, "8B").ID
	b.Visit(server.URL + path)
	b.Shows("h1", "8B")
	b.Look("prompt")
	b.Type("#observed-text", "Jeg så Ola, Kari og Per i gangen.")
	b.Click(`form[action$="observed"] button`)
	b.Shows(".fault", "navn")
	b.Look("refused")
	webtest.Eval[int](b, `document.querySelector("#observed-text").value = "", 0`)
	b.Type("#observed-text", "Rolig ute, men noen går alltid alene inn.")
	b.Click(`form[action$="observed"] button`)
	b.Shows("#saved", "Observasjonen er lagret")
	b.Click("input[value=no_concern]")
	b.Type("#concluded-reason", "Vi har snakket med klassen og endret gruppene.")
	b.Click(`form[action$="concluded"] button`)
	b.Shows("#saved", "Konklusjonen er lagret")
	b.Look("concluded")

	b.Visit(server.URL + "/staff/prompts/" + s.promptOf(t, "9A").ID)
	b.Shows("h1", "9A")
	b.Look("severe")

	s.more(t)
	for _, p := range s.prompts(fjordvik) {
		b.Visit(server.URL + "/staff/prompts/" + p.ID)
		if p.Kind == disclosure.KindLevel || p.Kind == disclosure.KindGroup || p.Kind == disclosure.KindSilence || p.Kind == disclosure.KindAdult {
			b.Shows("#said", "Dette sier svarene")
			b.Look(string(p.Kind) + "-" + string(p.Unit.Level))
		}
	}
	b.Visit(server.URL + "/staff")
	b.Shows(".signals", "Over lang tid")
	b.Look("kinds")

	enter("nynorsk@example.no")
	b.Shows("h1", "Skulemiljøet akkurat no")
	b.Look("empty")
}

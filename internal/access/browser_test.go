package access_test

import (
	"net/http"
	"os"
	"testing"
	"testing/fstest"

	"github.com/labstack/echo/v4"

	"github.com/folgmed/folgmed/internal/web"
	"github.com/folgmed/folgmed/internal/web/webtest"
)

// framed shows every part of the common stylesheet once.
const framed = `{{define "title"}}Deler{{end}}{{define "main"}}
<h1>Oversikt</h1><p class="lead">Noe å se nærmere på i to klasser.</p>
<p class="notice">Ingenting her er bevis, og stillhet er ikke trygghet.</p>
<ul class="cards"><li class="card"><h2>5A</h2><p><span class="tag strong">Nå</span> <span class="tag">3 dager</span></p><p>Flere enn før sier at de er alene i friminuttene. <a href="/staff">Se mer</a></p></li>
<li class="card"><h2>7B</h2><p><span class="tag">Følg med</span></p><p class="hint">Siden oktober 2026</p></li></ul>
<p class="empty">Ingen nye. Det betyr ikke at alt er bra.</p>
<div class="scroll" tabindex="0" role="region" aria-label="Klassene"><table><caption>Klasser og spørsmål</caption><thead><tr><th scope="col">Klasse</th><th scope="col">Trives</th><th scope="col">Trygg</th></tr></thead>
<tbody><tr><th scope="row">5A</th><td>mange</td><td>noen</td></tr><tr><th scope="row">7B</th><td>skjult</td><td>mange</td></tr></tbody></table></div>
<ol class="timeline"><li><time>2. september 2026</time><p>Åpnet</p></li><li><time>3. september 2026</time><p>Sett i friminuttet</p></li></ol>
<dl class="facts"><dt>Skole</dt><dd>Fjellheim</dd><dt>Siden</dt><dd>Oktober</dd></dl>
<details><summary>Slik regnes det</summary><p>Kort sagt.</p></details>
<form method="post"><div class="field"><label for="seen">Hva så du?</label><p class="hint" id="h">Ingen navn.</p><p class="fault" id="f">Skriv noe her først.</p><textarea id="seen" aria-describedby="h f" aria-invalid="true"></textarea></div>
<fieldset><legend>Konklusjon</legend><label class="choice"><input type="radio" name="c"> Bekymring</label><label class="choice"><input type="radio" name="c"> Ingen bekymring, fordi …</label></fieldset>
<button>Lagre</button> <button class="second">Avbryt</button></form>
{{end}}`

// TestBrowser signs in and out in a real browser, by link and by provider:
// there the policy, the cookies and the refusal of other sites' forms have to
// let our own pages work.
func TestBrowser(t *testing.T) {
	h := newHouse(t, nil)
	e := h.Config.Handler.(*echo.Echo)
	cat, err := web.NewCatalog(os.DirFS("."), "locale")
	if err != nil {
		t.Fatal(err)
	}
	pages, err := web.NewPages(fstest.MapFS{"templates/in.html": {Data: []byte(framed)}}, cat, nil)
	if err != nil {
		t.Fatal(err)
	}
	e.GET("/staff/in", func(c echo.Context) error {
		return pages.Render(c, http.StatusOK, "in", web.Lang(c), web.Frame{
			Who: kari.Name, Place: "Fjellheim skole", Nav: []web.NavItem{{Label: "Oversikt", Href: "/staff", Current: true}, {Label: "Gjennomføring", Href: "/staff/plan"}},
		})
	}, h.service.Require)
	b := webtest.NewBrowser(t)

	b.Visit(h.URL + "/staff")
	b.Look("signin")
	b.Shows("h1", "Logg inn")
	b.Visit(h.URL + "/staff/nowhere")
	b.Look("error")

	link := func() string {
		token, err := h.service.Link(t.Context(), kari.Email)
		if err != nil {
			t.Fatal(err)
		}
		return h.URL + "/staff/signin?token=" + token
	}
	first := link()
	b.Visit(first)
	b.Look("signin-link")
	b.Click("main form button")
	b.Shows("body", kari.Email)
	b.Visit(h.URL + "/staff/in?lang=nb")
	b.Look("frame")
	b.Click(".who button")
	b.Shows("h1", "Logg inn")
	b.Visit(first)
	b.Look("signin-spent")
	b.Shows("[role=alert]", "kan ikke brukes")

	b.Visit(h.provider.URL + "/login/as?who=kari")
	b.Visit(h.URL + "/staff/signin?lang=nn")
	b.Click("a[href^='/staff/oidc/start']")
	b.Shows("body", kari.Email)
}

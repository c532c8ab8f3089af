package owner_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/go-cmp/cmp"
	"github.com/labstack/echo/v4"

	"github.com/folgmed/folgmed/internal/access"
	"github.com/folgmed/folgmed/internal/access/accesstest"
	"github.com/folgmed/folgmed/internal/audit"
	"github.com/folgmed/folgmed/internal/disclosure"
	"github.com/folgmed/folgmed/internal/duty"
	"github.com/folgmed/folgmed/internal/owner"
	"github.com/folgmed/folgmed/internal/roster"
	"github.com/folgmed/folgmed/internal/web"
)

// journals is the store of one test of the page.
type journals struct {
	store
	choices []roster.RateChoice
	audited []audit.Entry
	broken  bool // nothing is stored but the audit
	deaf    bool // nor that
}

var errDisk = errors.New("the disk is full")

func (j *journals) DutyEventsOfOwner(context.Context, string) ([]duty.Event, error) {
	return j.events, nil
}

func (j *journals) AppendDuty(_ context.Context, events []duty.Event) error {
	if j.broken {
		return errDisk
	}
	j.events = append(j.events, events...)
	return nil
}

func (j *journals) AppendAudit(_ context.Context, e audit.Entry) error {
	if j.deaf {
		return errDisk
	}
	j.audited = append(j.audited, e)
	return nil
}

func (j *journals) RateChoices(context.Context) ([]roster.RateChoice, error) { return j.choices, nil }

func (j *journals) AppendRateChoice(_ context.Context, c roster.RateChoice) error {
	if j.broken {
		return errDisk
	}
	if !slices.ContainsFunc(j.choices, func(o roster.RateChoice) bool { return o.ID == c.ID }) {
		j.choices = append(j.choices, c)
	}
	return nil
}

func (j *journals) AppendRhythmChoice(_ context.Context, c roster.RhythmChoice) error {
	if j.broken {
		return errDisk
	}
	for i, o := range j.owners {
		if o.Org == c.Owner && !slices.ContainsFunc(o.RhythmChoices, func(o roster.RhythmChoice) bool { return o.ID == c.ID }) {
			j.owners[i].RhythmChoices = append(o.RhythmChoices, c)
		}
	}
	return nil
}

const (
	eirin  = "eirin@example.no"
	nils   = "nils@example.no" // reads nynorsk
	emma   = "emma@example.no" // reads English
	otto   = "otto@example.no" // of the other owner
	rektor = "rektor@example.no"
)

// office is the page with an owner's people, and a signal about adults at one
// of the owner's schools and one of another owner's.
type office struct {
	*journals
	now     time.Time
	echo    *echo.Echo
	access  *access.Service
	cookies map[string]*http.Cookie
}

func newOffice(t testing.TB) *office {
	t.Helper()
	o := &office{now: moment, cookies: map[string]*http.Cookie{}}
	o.journals = &journals{store: store{owners: []roster.Owner{
		{Org: own, Name: "Vik kommune", Rhythm: 2, Rate: .25, Schools: []roster.School{{Org: schoolA, Name: "Fjordvik skole"}, {Org: schoolB, Name: "Åsen skule"}}},
		{Org: other, Name: "Nes kommune", Rhythm: 4, Rate: .1, Schools: []roster.School{{Org: schoolOfOther, Name: "Nes skole"}}},
	}}}
	o.found(t, own, schoolA, "a", "notice", 4)
	o.found(t, other, schoolOfOther, "c", "act", 10)
	clock := func() time.Time { return o.now }
	service, _ := accesstest.New(t, clock,
		access.Person{Email: eirin, Name: "Eirin Eier", Role: access.OwnerRole, Owner: own},
		access.Person{Email: nils, Name: "Nils Nynorsk", Role: access.OwnerRole, Owner: own, Lang: "nn"},
		access.Person{Email: emma, Name: "Emma English", Role: access.OwnerRole, Owner: own, Lang: "en"},
		access.Person{Email: otto, Name: "Otto Annen", Role: access.OwnerRole, Owner: other},
		access.Person{Email: rektor, Name: "Ragnhild Rektor", Role: access.Principal, Owner: own, Schools: []string{schoolA}},
	)
	page, err := owner.NewPage(o.journals, clock, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	e := web.New(web.Options{Rehearsal: true})
	service.Routes(e)
	page.Routes(e, service.Require)
	e.GET("/staff", func(c echo.Context) error { return c.Redirect(http.StatusSeeOther, owner.Path) }) // as package staff does
	o.echo, o.access = e, service
	return o
}

// found adds a standing signal about adults at a school.
func (o *office) found(t testing.TB, org, school, id, tier string, oneIn int) {
	t.Helper()
	number := map[int]string{4: "4", 10: "10"}[oneIn]
	r, err := disclosure.Decode(disclosure.Row{
		Release: release, Wave: wave, Owner: org, School: school, Level: "school", Audience: "owner", Item: "adult", Form: "signal",
		Value: strings.Repeat(id, 32) + " - " + tier + " 2026-10 148 162 " + number + " stands",
	})
	if err != nil {
		t.Fatal(err)
	}
	o.released = append(o.released, r)
}

func (o *office) do(t testing.TB, email, method, path string, form url.Values) *httptest.ResponseRecorder {
	t.Helper()
	if o.cookies[email] == nil {
		o.cookies[email] = accesstest.SignIn(t, o.echo, o.access, email)
	}
	r := httptest.NewRequest(method, path, strings.NewReader(form.Encode()))
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	r.AddCookie(o.cookies[email])
	w := httptest.NewRecorder()
	o.echo.ServeHTTP(w, r)
	return w
}

func (o *office) page(t testing.TB, email string) *goquery.Document {
	t.Helper()
	return read(t, o.do(t, email, http.MethodGet, owner.Path, nil), http.StatusOK)
}

func read(t testing.TB, w *httptest.ResponseRecorder, status int) *goquery.Document {
	t.Helper()
	if w.Code != status {
		t.Fatalf("status %d, want %d: %s", w.Code, status, w.Body)
	}
	doc, err := goquery.NewDocumentFromReader(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// post sends a form of a page as it stands there, with what is filled in.
func (o *office) post(t testing.TB, email string, doc *goquery.Document, action string, fields url.Values) *httptest.ResponseRecorder {
	t.Helper()
	form := doc.Find(`form[action$="` + action + `"]`).First()
	values := url.Values{}
	form.Find("input[type=hidden], input[checked]").Each(func(_ int, in *goquery.Selection) {
		values.Set(in.AttrOr("name", ""), in.AttrOr("value", ""))
	})
	for k, v := range fields {
		values[k] = v
	}
	return o.do(t, email, http.MethodPost, owner.Path+action, values)
}

func (o *office) acts() []string {
	var acts []string
	for _, e := range o.audited {
		acts = append(acts, e.Action+" "+e.About)
		if e.School != "" || e.Person == "" {
			acts = append(acts, "at school "+e.School+" by "+e.Person)
		}
	}
	return acts
}

func TestOwnerPageIsForTheOwnersPeople(t *testing.T) {
	o := newOffice(t)
	for _, path := range []string{"", "/adult", "/rate", "/rhythm"} {
		method := map[bool]string{true: http.MethodGet, false: http.MethodPost}[path == ""]
		if w := o.do(t, rektor, method, owner.Path+path, url.Values{"signal": {strings.Repeat("a", 32)}, "rate": {"many"}}); w.Code != http.StatusForbidden {
			t.Errorf("a principal at %s: status %d", path, w.Code)
		}
	}
	if w := o.do(t, otto, http.MethodPost, owner.Path+"/adult", url.Values{"signal": {strings.Repeat("a", 32)}}); w.Code != http.StatusNotFound {
		t.Errorf("another owner passes it on: status %d", w.Code)
	}
	text := o.page(t, otto).Text()
	if !strings.Contains(text, "Nes skole") || strings.Contains(text, "Fjordvik") {
		t.Errorf("another owner reads:\n%s", text)
	}
	w := httptest.NewRecorder()
	o.echo.ServeHTTP(w, httptest.NewRequest(http.MethodGet, owner.Path, nil))
	if w.Code != http.StatusSeeOther {
		t.Errorf("signed out: status %d, want to be led to sign in", w.Code)
	}
	if len(o.events)+len(o.choices) != 0 {
		t.Errorf("written by who may not: %+v, %+v", o.events, o.choices)
	}
}

func TestPassingOn(t *testing.T) {
	o := newOffice(t)
	doc := o.page(t, eirin)
	card := strings.Join(strings.Fields(doc.Find(".cards li").Text()), " ")
	for _, want := range []string{
		"Fjordvik skole", "flere svart at en voksen behandler dem dårlig", "oktober 2026", "om lag én gang på fire skoleår", "Se på dette i løpet av uka",
	} {
		if !strings.Contains(card, want) {
			t.Errorf("the signal does not say %q:\n%s", want, card)
		}
	}
	o.broken = true
	if w := o.post(t, eirin, doc, "/adult", nil); w.Code != http.StatusServiceUnavailable {
		t.Errorf("when it can not be stored: status %d", w.Code)
	}
	o.broken, o.deaf = false, true
	if w := o.post(t, eirin, doc, "/adult", nil); w.Code != http.StatusServiceUnavailable || len(o.events) != 0 {
		t.Errorf("when it can not be audited: status %d, %d events", w.Code, len(o.events))
	}
	o.deaf = false
	for range 2 { // a double click
		if w := o.post(t, eirin, doc, "/adult", nil); w.Code != http.StatusSeeOther {
			t.Fatalf("status %d: %s", w.Code, w.Body)
		}
	}
	if len(o.events) != 1 {
		t.Fatalf("%d events", len(o.events))
	}
	p := duty.Prompts(o.events)[0]
	want := disclosure.Unit{Owner: own, School: schoolA, Level: disclosure.LevelSchool}
	if p.Unit != want || p.Kind != disclosure.KindAdult || o.events[0].Role != "owner" {
		t.Errorf("the prompt is %+v by %s", p, o.events[0].Role)
	}
	doc = o.page(t, eirin)
	if text := doc.Find(".cards").Text(); !strings.Contains(text, "Sendt videre til rektor 23. november 2026") || doc.Find(`form[action$="/adult"]`).Length() != 0 {
		t.Errorf("afterwards the page says:\n%s", text)
	}
	if diff := cmp.Diff([]string{"read_owner_page ", "passed_on " + strings.Repeat("a", 32), "passed_on " + strings.Repeat("a", 32), "read_owner_page "}, o.acts()); diff != "" {
		t.Errorf("audit (-want +got):\n%s", diff)
	}
}

func TestChoosingARate(t *testing.T) {
	o := newOffice(t)
	doc := o.page(t, eirin)
	if got := doc.Find("input[name=rate][checked]").AttrOr("value", ""); got != "some" || doc.Find("input[name=rate]").Length() != 3 {
		t.Errorf("%q is marked", got)
	}
	section := func(doc *goquery.Document) string {
		return strings.Join(strings.Fields(doc.Find("section[aria-labelledby=rate]").Text()), " ")
	}
	if text := section(doc); !strings.Contains(text, "Nå gjelder: Noen.") || strings.Contains(text, "Fra 1.") || !strings.Contains(text, "neste termin, 1. januar 2027") {
		t.Errorf("before: %s", text)
	}
	for _, rate := range []string{"", "0.3", "all"} {
		again := read(t, o.post(t, eirin, doc, "/rate", url.Values{"rate": {rate}}), http.StatusUnprocessableEntity)
		if !strings.Contains(again.Find("#fault").Text(), "Velg ett av de tre") {
			t.Errorf("%q is refused with %q", rate, again.Find("#fault").Text())
		}
	}
	o.broken = true
	again := read(t, o.post(t, eirin, doc, "/rate", url.Values{"rate": {"many"}}), http.StatusServiceUnavailable)
	if got := again.Find("input[name=rate][checked]").AttrOr("value", ""); got != "many" {
		t.Errorf("what was chosen is lost: %q", got)
	}
	o.broken = false
	for range 2 {
		if w := o.post(t, eirin, again, "/rate", nil); w.Code != http.StatusSeeOther {
			t.Fatalf("status %d: %s", w.Code, w.Body)
		}
	}
	if len(o.choices) != 1 || o.choices[0].Rate != .5 || o.choices[0].From != "2027-01-01" || o.choices[0].Owner != own || o.choices[0].By == "" {
		t.Fatalf("stored: %+v", o.choices)
	}
	if text := section(o.page(t, eirin)); !strings.Contains(text, "Nå gjelder: Noen. Fra 1. januar 2027: Mange.") {
		t.Errorf("until then: %s", text)
	}
	if !slices.Contains(o.acts(), "chose_rate 0.5 from 2027-01-01") {
		t.Errorf("audit: %q", o.acts())
	}
	o.now = time.Date(2027, 1, 4, 9, 0, 0, 0, time.UTC)
	delete(o.cookies, eirin)
	if text := section(o.page(t, eirin)); !strings.Contains(text, "Nå gjelder: Mange.") || strings.Contains(text, "Noen. Fra") {
		t.Errorf("after: %s", text)
	}
	if text := section(o.page(t, otto)); !strings.Contains(text, "Nå gjelder: Få.") {
		t.Errorf("another owner: %s", text)
	}
}

// TestChoosingARhythm: it acts from the next school year, and from this one
// until its first survey.
func TestChoosingARhythm(t *testing.T) {
	o := newOffice(t)
	section := func(doc *goquery.Document) string {
		return strings.Join(strings.Fields(doc.Find("section[aria-labelledby=rhythm]").Text()), " ")
	}
	doc := o.page(t, eirin)
	if text := section(doc); !strings.Contains(text, "Nå gjelder: Annenhver uke.") || strings.Contains(text, "Fra høsten") || !strings.Contains(text, "begynner høsten 2027") {
		t.Errorf("before: %s", text)
	}
	for _, weeks := range []string{"", "3", "often"} {
		if again := read(t, o.post(t, eirin, doc, "/rhythm", url.Values{"weeks": {weeks}}), http.StatusUnprocessableEntity); again.Find("#fault").Length() != 1 {
			t.Errorf("%q is not refused", weeks)
		}
	}
	o.broken = true
	again := read(t, o.post(t, eirin, doc, "/rhythm", url.Values{"weeks": {"1"}}), http.StatusServiceUnavailable)
	o.broken = false
	for range 2 { // what was chosen is still marked
		if w := o.post(t, eirin, again, "/rhythm", nil); w.Code != http.StatusSeeOther {
			t.Fatalf("status %d: %s", w.Code, w.Body)
		}
	}
	if got := o.owners[0].RhythmChoices; len(got) != 1 || got[0].Weeks != 1 || got[0].From != 2027 || got[0].By == "" || len(o.owners[1].RhythmChoices) != 0 {
		t.Fatalf("stored: %+v", got)
	}
	if !slices.Contains(o.acts(), "chose_rhythm 1 weeks from 2027") {
		t.Errorf("audit: %q", o.acts())
	}
	if text := section(o.page(t, eirin)); !strings.Contains(text, "Nå gjelder: Annenhver uke. Fra høsten 2027: Hver uke.") {
		t.Errorf("until then: %s", text)
	}

	// In August it is this year's; a page of then is refused after the first survey.
	o.now = time.Date(2027, 8, 20, 9, 0, 0, 0, time.UTC)
	delete(o.cookies, eirin)
	early := o.page(t, eirin)
	if text := section(early); !strings.Contains(text, "Nå gjelder: Hver uke.") || !strings.Contains(text, "begynner høsten 2027") {
		t.Errorf("in August: %s", text)
	}
	o.now = time.Date(2027, 9, 20, 9, 0, 0, 0, time.UTC)
	delete(o.cookies, eirin)
	late := read(t, o.post(t, eirin, early, "/rhythm", url.Values{"weeks": {"4"}}), http.StatusConflict)
	if text := late.Find("#fault").Text(); !strings.Contains(text, "høsten 2028") || len(o.owners[0].RhythmChoices) != 1 {
		t.Errorf("a page from before the first survey: %s", text)
	}
	if w := o.post(t, eirin, late, "/rhythm", nil); w.Code != http.StatusSeeOther || o.owners[0].RhythmIn(2027) != 1 || o.owners[0].RhythmIn(2028) != 4 {
		t.Errorf("chosen once more: %d, %+v", w.Code, o.owners[0].RhythmChoices)
	}
}

func TestOwnerPageInABrowser(t *testing.T) {
	o := newOffice(t)
	b := accesstest.Open(t, o.echo, o.access)
	b.Enter(eirin)
	b.Shows("h1", "For skoleeieren")
	b.Look("owner")
	b.Click(`form[action$="/adult"] button`)
	b.Shows("#saved", "Sendt videre til rektor")
	b.Click(`input[value="many"]`)
	b.Click(`form[action$="/rate"] button`)
	b.Shows("#saved", "Valget er lagret")
	b.Look("owner-chosen")
	b.Enter(nils)
	b.Shows("h1", "For skuleeigaren")
	o.released = nil
	b.Enter(emma)
	b.Shows("h1", "For the school owner")
	b.Look("owner-en")
}

package people_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/labstack/echo/v4"

	"github.com/folgmed/folgmed/internal/access"
	"github.com/folgmed/folgmed/internal/access/accesstest"
	"github.com/folgmed/folgmed/internal/people"
	"github.com/folgmed/folgmed/internal/roster"
	"github.com/folgmed/folgmed/internal/web"
	"github.com/folgmed/folgmed/internal/web/webtest"
)

const (
	own, vik, aas, strange = "100000001", "200000001", "200000002", "300000002"

	rektor, annen, eier, stedfortreder, laerer = "rektor@vik.no", "rektor@aas.no", "eier@vik.no", "inspektor@vik.no", "laila@vik.no"
)

var all = roster.Roster{Owners: []roster.Owner{
	{Org: own, Name: "Vik kommune", Schools: []roster.School{
		{Org: vik, Name: "Vik skole", Written: "nb", Classes: []roster.Class{{Name: "5A", Grades: []int{5}, Size: 20}, {Name: "8B", Grades: []int{8}, Size: 25}}},
		{Org: aas, Name: "Åsen skule", Written: "nn", Classes: []roster.Class{{Name: "1", Grades: []int{1}, Size: 20}}},
	}},
	{Org: "300000001", Name: "Nes kommune", Schools: []roster.School{{Org: strange, Name: "Nes skole", Written: "nb"}}},
}}

// school is the pages with people who can sign in.
type school struct {
	*accesstest.Journal
	echo    *echo.Echo
	access  *access.Service
	now     time.Time
	mailed  []string
	cookies map[string]*http.Cookie
}

func (s *school) Roster(context.Context) (roster.Roster, error) { return all, nil }

func newSchool(t testing.TB) *school {
	t.Helper()
	s := &school{now: time.Date(2026, 11, 18, 8, 30, 0, 0, time.UTC), echo: web.New(web.Options{}), cookies: map[string]*http.Cookie{}}
	clock := func() time.Time { return s.now }
	s.access, s.Journal = accesstest.New(t, clock,
		access.Person{Email: rektor, Name: "Ragnhild Rektor", Role: access.Principal, Owner: own, Schools: []string{vik}},
		access.Person{Email: annen, Name: "Anders Annen", Role: access.Principal, Owner: own, Schools: []string{aas}},
		access.Person{Email: stedfortreder, Name: "Ingrid Inspektør", Role: access.Teacher, Owner: own, Schools: []string{vik}, Classes: []string{vik + "/8B"}},
		access.Person{Email: laerer, Name: "Laila Lærer", Role: access.Teacher, Owner: own, Schools: []string{vik, aas}, Classes: []string{vik + "/5A", aas + "/1"}},
		access.Person{Email: eier, Name: "Eirin Eier", Role: access.OwnerRole, Owner: own},
		access.Person{Email: "fremmed@nes.no", Name: "Fredrik Fremmed", Role: access.Teacher, Owner: "300000001", Schools: []string{strange}, Classes: []string{strange + "/1"}},
	)
	pages, err := people.New(people.Options{
		Store: s, Access: s.access, Public: func() string { return "https://folgmed.example.org" }, Now: clock,
		Mail: func(_ context.Context, p access.Person, _, link string) error {
			s.mailed = append(s.mailed, p.Email+" "+link)
			return nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	s.access.Routes(s.echo)
	pages.Routes(s.echo, s.access.Require)
	s.echo.GET("/staff", func(c echo.Context) error { return c.Redirect(http.StatusSeeOther, people.StaffPath) }, s.access.Require)
	return s
}

func (s *school) do(t testing.TB, email, method, path string, form url.Values) (int, *goquery.Document, string) {
	t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(form.Encode()))
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if email != "" {
		if s.cookies[email] == nil {
			s.cookies[email] = accesstest.SignIn(t, s.echo, s.access, email)
		}
		r.AddCookie(s.cookies[email])
	}
	w := httptest.NewRecorder()
	s.echo.ServeHTTP(w, r)
	doc, err := goquery.NewDocumentFromReader(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	return w.Code, doc, w.Header().Get("Location")
}

// form is a form of a page as it stands there.
func form(t testing.TB, doc *goquery.Document, action string) url.Values {
	t.Helper()
	f := doc.Find(`form[action$="` + action + `"]`)
	if f.Length() != 1 {
		t.Fatalf("%d forms %s: %s", f.Length(), action, doc.Find("main").Text())
	}
	values := url.Values{}
	f.Find("input").Each(func(_ int, in *goquery.Selection) {
		_, checked := in.Attr("checked")
		if kind := in.AttrOr("type", ""); checked || kind != "radio" && kind != "checkbox" {
			values.Add(in.AttrOr("name", ""), in.AttrOr("value", ""))
		}
	})
	f.Find("option[selected]").Each(func(_ int, o *goquery.Selection) { values.Set("lang", o.AttrOr("value", "")) })
	return values
}

func (s *school) person(t testing.TB, email string) access.Person {
	t.Helper()
	all, err := s.access.People(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range all {
		if p.Email == email {
			return p
		}
	}
	return access.Person{}
}

// TestAPrincipalLetsPeopleIn: every fault at once and nothing typed is lost;
// then added once, by however many clicks; changed, given a link, removed.
func TestAPrincipalLetsPeopleIn(t *testing.T) {
	s := newSchool(t)
	_, doc, _ := s.do(t, rektor, http.MethodGet, people.StaffPath+"/new", nil)
	typed := form(t, doc, "/new")
	typed.Set("name", " ")
	typed.Set("email", "ikke en adresse")
	typed.Set("post", "teacher")
	code, doc, _ := s.do(t, rektor, http.MethodPost, people.StaffPath+"/new", typed)
	if code != http.StatusUnprocessableEntity || doc.Find("#fault li").Length() != 3 || doc.Find("#email").AttrOr("value", "") != "ikke en adresse" {
		t.Fatalf("three faults: %d, %s", code, doc.Find("#fault").Text())
	}
	typed = form(t, doc, "/new")
	typed.Set("name", "Nils Ny")
	typed.Set("email", "Nils@Vik.no")
	typed["classes"] = []string{"5A", "9X"} // one that is not there
	for range 2 {
		if code, doc, at := s.do(t, rektor, http.MethodPost, people.StaffPath+"/new", typed); code != http.StatusSeeOther || !strings.Contains(at, "saved=hired") {
			t.Fatalf("added: %d, %s", code, doc.Find("#fault").Text())
		}
	}
	p := s.person(t, "nils@vik.no")
	if p.Role != access.Teacher || !slices.Equal(p.Classes, []string{vik + "/5A"}) || !slices.Equal(p.Schools, []string{vik}) || p.Owner != own {
		t.Fatalf("added %+v", p)
	}
	typed.Set("event", "another form")
	if code, doc, _ := s.do(t, rektor, http.MethodPost, people.StaffPath+"/new", typed); code != http.StatusUnprocessableEntity || !strings.Contains(doc.Text(), "er lagt til allerede") {
		t.Errorf("the same address again: %d", code)
	}

	page := people.StaffPath + "/" + p.ID
	_, doc, _ = s.do(t, rektor, http.MethodGet, page, nil)
	typed = form(t, doc, page)
	older := form(t, doc, page)
	typed["classes"] = []string{"8B"}
	typed.Set("email", "nils.ny@vik.no")
	if code, doc, _ := s.do(t, rektor, http.MethodPost, page, typed); code != http.StatusSeeOther {
		t.Fatalf("changed: %d, %s", code, doc.Find("#fault").Text())
	}
	if p := s.person(t, "nils.ny@vik.no"); !slices.Equal(p.Classes, []string{vik + "/8B"}) || s.person(t, "nils@vik.no").ID != "" {
		t.Errorf("changed to %+v", p)
	}
	older.Set("name", "Nils Gammel")
	if code, doc, _ := s.do(t, rektor, http.MethodPost, page, older); code != http.StatusUnprocessableEntity || !strings.Contains(doc.Find("#fault").Text(), "mens du skrev") || doc.Find("#name").AttrOr("value", "") != "Nils Gammel" {
		t.Errorf("from a page of before: %d, %s", code, doc.Find("#fault").Text())
	}

	_, doc, _ = s.do(t, rektor, http.MethodPost, page+"/link", url.Values{"school": {vik}})
	link, err := url.Parse(doc.Find(".address").Text())
	if err != nil || link.Path != "/staff/signin" {
		t.Fatalf("a link to hand over: %v %v", link, err)
	}
	if code, doc, _ := s.do(t, "", http.MethodGet, link.RequestURI(), nil); code != http.StatusOK || !strings.Contains(doc.Text(), "Nils Ny") {
		t.Errorf("the link leads to %d", code)
	}
	if code, _, _ := s.do(t, rektor, http.MethodPost, page+"/letter", url.Values{"school": {vik}}); code != http.StatusSeeOther || len(s.mailed) != 1 || !strings.HasPrefix(s.mailed[0], "nils.ny@vik.no https://folgmed.example.org/staff/signin?token=") {
		t.Errorf("a link by e-mail: %d %v", code, s.mailed)
	}
	nils := accesstest.SignIn(t, s.echo, s.access, "nils.ny@vik.no")
	for range 2 {
		if code, _, at := s.do(t, rektor, http.MethodPost, page+"/removal", url.Values{"school": {vik}}); code != http.StatusSeeOther || !strings.Contains(at, "dismissed") {
			t.Errorf("removed: %d", code)
		}
	}
	s.cookies["nils"] = nils
	if code, _, at := s.do(t, "nils", http.MethodGet, "/staff", nil); at != "/staff/signin" {
		t.Errorf("whoever is removed is led to %d %s", code, at)
	}
	var acts []string
	for _, e := range s.Audited() {
		if e.Person == s.person(t, rektor).ID && strings.HasPrefix(e.Action, "person_") || e.Action == "link_made" {
			acts = append(acts, e.Action)
		}
	}
	if got := strings.Join(acts, " "); got != "person_added person_changed link_made link_made person_removed" {
		t.Errorf("recorded %s", got)
	}
}

// TestWhomAPrincipalManages: staff of the own school; no principal, nobody else's
// school, no post above the own, and of who works at two schools only the
// classes.
func TestWhomAPrincipalManages(t *testing.T) {
	s := newSchool(t)
	for _, email := range []string{rektor, annen, eier, "fremmed@nes.no"} {
		page := people.StaffPath + "/" + s.person(t, email).ID
		for _, path := range []string{"", "/link", "/letter", "/deputy", "/deputy/end"} {
			method := http.MethodPost
			if path == "" {
				method = http.MethodGet
			}
			if code, _, _ := s.do(t, rektor, method, page+path, url.Values{"school": {vik}, "until": {"2026-12-01"}}); code != http.StatusNotFound {
				t.Errorf("%s%s: %d, want not found", email, path, code)
			}
		}
		before := s.person(t, email)
		s.do(t, rektor, http.MethodPost, page+"/removal", url.Values{"school": {vik}})
		if after := s.person(t, email); after.ID != before.ID || !slices.Equal(after.Schools, before.Schools) {
			t.Errorf("%s is removed", email)
		}
	}
	for _, post := range []string{"principal", "owner", "deputy", "substitute", ""} {
		code, _, _ := s.do(t, rektor, http.MethodPost, people.StaffPath+"/new", url.Values{"name": {"Per"}, "email": {"per@vik.no"}, "post": {post}, "event": {post}})
		if code != http.StatusUnprocessableEntity || s.person(t, "per@vik.no").ID != "" {
			t.Errorf("a new %q: %d", post, code)
		}
	}
	if code, _, _ := s.do(t, rektor, http.MethodGet, people.StaffPath+"?school="+aas, nil); code != http.StatusNotFound {
		t.Errorf("another school: %d", code)
	}
	if code, doc, _ := s.do(t, rektor, http.MethodPost, people.StaffPath+"/new", url.Values{"name": {"X"}, "email": {annen}, "post": {"reporter"}, "event": {"x"}}); code != http.StatusUnprocessableEntity || s.person(t, annen).Role != access.Principal {
		t.Errorf("an address of another school's principal: %d %s", code, doc.Find("#fault").Text())
	}

	both := s.person(t, laerer)
	page := people.StaffPath + "/" + both.ID
	_, doc, _ := s.do(t, rektor, http.MethodGet, page, nil)
	typed := form(t, doc, page)
	typed["classes"] = []string{"8B"}
	if code, _, _ := s.do(t, rektor, http.MethodPost, page, typed); code != http.StatusSeeOther || !slices.Equal(s.person(t, laerer).Classes, []string{aas + "/1", vik + "/8B"}) {
		t.Errorf("classes of who works at two schools: %d %v", code, s.person(t, laerer).Classes)
	}
	_, doc, _ = s.do(t, rektor, http.MethodGet, page, nil)
	typed = form(t, doc, page)
	typed.Set("email", rektor+".no")
	if code, _, _ := s.do(t, rektor, http.MethodPost, page, typed); code != http.StatusUnprocessableEntity || s.person(t, laerer).ID != both.ID {
		t.Errorf("the address of who works at two schools: %d", code)
	}
	for _, path := range []string{"/link", "/deputy"} {
		if code, _, _ := s.do(t, rektor, http.MethodPost, page+path, url.Values{"school": {vik}, "until": {"2026-12-01"}}); code != http.StatusUnprocessableEntity {
			t.Errorf("%s of who works at two schools: %d", path, code)
		}
	}
	s.do(t, rektor, http.MethodPost, page+"/removal", url.Values{"school": {vik}})
	if p := s.person(t, laerer); !slices.Equal(p.Schools, []string{aas}) || !slices.Equal(p.Classes, []string{aas + "/1"}) {
		t.Errorf("removed from one of two schools: %+v", p)
	}
}

// TestADeputy is one to the end of the agreed day, in a session that is open too,
// and names no other.
func TestADeputy(t *testing.T) {
	s := newSchool(t)
	id := s.person(t, stedfortreder).ID
	page := people.StaffPath + "/" + id
	for until, want := range map[string]string{"": "Velg en dato", "2026-11-17": "er over allerede", "2027-11-20": "ett år fram", "i morgen": "Velg en dato"} {
		code, doc, _ := s.do(t, rektor, http.MethodPost, page+"/deputy", url.Values{"school": {vik}, "until": {until}})
		if code != http.StatusUnprocessableEntity || !strings.Contains(doc.Find("#fault").Text(), want) {
			t.Errorf("until %q: %d %s", until, code, doc.Find("#fault").Text())
		}
	}
	if code, _, _ := s.do(t, stedfortreder, http.MethodGet, people.StaffPath, nil); code != http.StatusForbidden {
		t.Fatalf("a teacher at the page: %d", code)
	}
	if code, _, _ := s.do(t, rektor, http.MethodPost, page+"/deputy", url.Values{"school": {vik}, "until": {"2026-11-18"}, "event": {"1"}}); code != http.StatusSeeOther {
		t.Fatalf("named: %d", code)
	}
	if code, doc, _ := s.do(t, stedfortreder, http.MethodGet, people.StaffPath, nil); code != http.StatusOK || !strings.Contains(doc.Text(), "til og med 18. november 2026") {
		t.Fatalf("a deputy at the page: %d", code)
	}
	if code, _, _ := s.do(t, stedfortreder, http.MethodPost, page+"/deputy", url.Values{"school": {vik}, "until": {"2027-06-01"}, "event": {"2"}}); code != http.StatusNotFound {
		t.Errorf("a deputy who goes on longer: %d", code)
	}
	s.do(t, stedfortreder, http.MethodPost, people.StaffPath+"/new", url.Values{"name": {"Rolf"}, "email": {"rolf@vik.no"}, "post": {"reporter"}, "event": {"3"}})
	rolf := people.StaffPath + "/" + s.person(t, "rolf@vik.no").ID
	if code, _, _ := s.do(t, stedfortreder, http.MethodPost, rolf+"/deputy", url.Values{"school": {vik}, "until": {"2026-12-01"}, "event": {"4"}}); code != http.StatusForbidden {
		t.Errorf("a deputy who names one: %d", code)
	}
	midnight := time.Date(2026, 11, 18, 23, 0, 0, 0, time.UTC) // in Oslo
	s.cookies[stedfortreder] = nil
	s.now = midnight.Add(-time.Minute)
	if code, _, _ := s.do(t, stedfortreder, http.MethodGet, people.StaffPath, nil); code != http.StatusOK {
		t.Errorf("in the last minute: %d", code)
	}
	s.now = midnight
	if code, _, _ := s.do(t, stedfortreder, http.MethodGet, people.StaffPath, nil); code != http.StatusForbidden {
		t.Errorf("at midnight: %d", code)
	}
	if p := s.person(t, stedfortreder); p.Role != access.Teacher || !p.SeesClass(vik, "8B") || p.SeesClass(vik, "5A") {
		t.Errorf("after it: %+v", p)
	}
	s.cookies[rektor] = nil
	s.do(t, rektor, http.MethodPost, page+"/deputy", url.Values{"school": {vik}, "until": {"2027-06-01"}, "event": {"5"}})
	s.do(t, rektor, http.MethodPost, page+"/deputy/end", url.Values{"school": {vik}, "event": {"6"}})
	if p := s.person(t, stedfortreder); p.Role != access.Teacher {
		t.Errorf("ended, but %s", p.Role)
	}
}

// TestThePosterLetsNobodyIn: a stranger writes a name, learns nothing, and has no
// access until somebody who knows the person says yes.
func TestThePosterLetsNobodyIn(t *testing.T) {
	s := newSchool(t)
	code, doc, _ := s.do(t, rektor, http.MethodPost, people.StaffPath+"/invitation", url.Values{"school": {vik}})
	poster, err := url.Parse(doc.Find(".address").Text())
	if code != http.StatusOK || err != nil || doc.Find("svg.square").Length() != 1 {
		t.Fatalf("the poster: %d %v", code, err)
	}
	ask := func(name, email string) (int, string) {
		_, doc, _ := s.do(t, "", http.MethodGet, poster.RequestURI(), nil)
		typed := form(t, doc, "/join")
		typed.Set("name", name)
		typed.Set("email", email)
		code, doc, _ := s.do(t, "", http.MethodPost, "/staff/join", typed)
		return code, doc.Find("main").Text()
	}
	if code, said := ask("", "x"); code != http.StatusUnprocessableEntity || !strings.Contains(said, "Skriv et navn") || !strings.Contains(said, "ikke en e-postadresse") {
		t.Errorf("nothing written: %d %s", code, said)
	}
	_, first := ask("Rolf Renhold", "rolf@vik.no")
	_, again := ask("Rolf Renhold", "rolf@vik.no")
	_, known := ask("Laila Lærer", laerer)
	if first != again || first != known || !strings.Contains(first, "nå vet kontoret") {
		t.Errorf("a stranger can tell who is known:\n%s\n%s\n%s", first, again, known)
	}
	if s.person(t, "rolf@vik.no").ID != "" {
		t.Fatal("whoever asks is in")
	}
	_, doc, _ = s.do(t, rektor, http.MethodGet, people.StaffPath, nil)
	if doc.Find("#asking ~ ul .card").Length() != 1 {
		t.Fatalf("the office sees %s", doc.Find("#asking ~ ul").Text())
	}
	action := doc.Find(`form[action*="/requests/"]`).AttrOr("action", "")
	if code, _, _ := s.do(t, annen, http.MethodPost, action, url.Values{"school": {vik}, "answer": {"yes"}}); code != http.StatusNotFound {
		t.Errorf("another school's principal says yes: %d", code)
	}
	for range 2 {
		if code, _, _ := s.do(t, rektor, http.MethodPost, action, url.Values{"school": {vik}, "answer": {"yes"}}); code != http.StatusSeeOther {
			t.Errorf("yes: %d", code)
		}
	}
	if p := s.person(t, "rolf@vik.no"); p.Role != access.Reporter || !slices.Equal(p.Schools, []string{vik}) {
		t.Errorf("let in as %+v", p)
	}
	for i := range 60 {
		if code, _ := ask("Mange", strings.Repeat("a", i+1)+"@vik.no"); code == http.StatusUnprocessableEntity {
			if i < 30 {
				t.Errorf("only %d may ask", i)
			}
			break
		} else if i == 59 {
			t.Error("a stranger fills the list without end")
		}
	}
	s.do(t, rektor, http.MethodPost, people.StaffPath+"/invitation/end", url.Values{"school": {vik}})
	if code, doc, _ := s.do(t, "", http.MethodGet, poster.RequestURI(), nil); code != http.StatusGone || !strings.Contains(doc.Text(), "virker ikke lenger") {
		t.Errorf("a poster that has ended: %d", code)
	}
}

// TestAnOwnerSaysWhoLeads: principals of the own schools, and none left without
// one.
func TestAnOwnerSaysWhoLeads(t *testing.T) {
	s := newSchool(t)
	if code, _, _ := s.do(t, rektor, http.MethodGet, people.LeadersPath, nil); code != http.StatusForbidden {
		t.Errorf("a principal at the owner's page: %d", code)
	}
	old := people.LeadersPath + "/" + s.person(t, rektor).ID
	if code, doc, _ := s.do(t, eier, http.MethodPost, old+"/removal", url.Values{}); code != http.StatusUnprocessableEntity || !strings.Contains(doc.Find("#fault").Text(), "uten rektor") {
		t.Errorf("the only principal: %d", code)
	}
	_, doc, _ := s.do(t, eier, http.MethodGet, people.LeadersPath+"/new", nil)
	typed := form(t, doc, "/new")
	typed.Set("name", "Nina Ny")
	typed.Set("email", "nina@vik.no")
	typed["schools"] = []string{strange}
	if code, _, _ := s.do(t, eier, http.MethodPost, people.LeadersPath+"/new", typed); code != http.StatusUnprocessableEntity {
		t.Errorf("another owner's school: %d", code)
	}
	typed["schools"] = []string{vik, strange}
	if code, doc, _ := s.do(t, eier, http.MethodPost, people.LeadersPath+"/new", typed); code != http.StatusSeeOther {
		t.Fatalf("added: %d %s", code, doc.Find("#fault").Text())
	}
	if p := s.person(t, "nina@vik.no"); p.Role != access.Principal || !slices.Equal(p.Schools, []string{vik}) {
		t.Errorf("added %+v", p)
	}
	if code, _, _ := s.do(t, eier, http.MethodPost, old+"/removal", url.Values{}); code != http.StatusSeeOther || s.person(t, rektor).ID != "" {
		t.Errorf("the earlier principal: %d", code)
	}
	teacher := people.LeadersPath + "/" + s.person(t, stedfortreder).ID
	if code, _, _ := s.do(t, eier, http.MethodGet, teacher, nil); code != http.StatusNotFound {
		t.Errorf("an owner sees a teacher's page: %d", code)
	}
}

// TestPagesInABrowser looks at each page, and adds somebody with keys alone.
func TestPagesInABrowser(t *testing.T) {
	s := newSchool(t)
	b := accesstest.Open(t, s.echo, s.access)
	b.Enter(rektor)
	b.Shows("h1", "Ansatte")
	b.Click(`form[action$="/invitation"] button`)
	b.Shows("h1", "Meld fra når en elev")
	b.Look("people-poster")
	address := webtest.Eval[string](b.Browser, `document.querySelector(".address").textContent`)
	b.Visit(strings.Replace(address, "https://folgmed.example.org", b.URL, 1))
	b.Type("#name", "Rolf Renhold")
	b.Type("#email", "rolf@vik.no")
	b.Look("people-join")
	b.Click("main form button")
	b.Shows("h1", "Takk")
	b.Visit(b.URL + people.StaffPath)
	b.Look("people")
	b.Visit(b.URL + people.StaffPath + "/new")
	b.Click("main form button")
	b.Shows("#fault", "Skriv et navn")
	b.Look("people-fault")
	b.Visit(b.URL + people.StaffPath + "/" + s.person(t, stedfortreder).ID)
	b.Look("people-person")
	b.Enter(eier)
	b.Shows("h1", "Dette har du ikke tilgang til") // where an owner's people are at home is not here
	b.Visit(b.URL + people.LeadersPath)
	b.Shows("h1", "Rektorer")
	b.Look("people-leaders")
}

package access_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/labstack/echo/v4"

	"github.com/folgmed/folgmed/internal/access"
	"github.com/folgmed/folgmed/internal/access/accesstest"
	"github.com/folgmed/folgmed/internal/audit"
	"github.com/folgmed/folgmed/internal/store/storetest"
	"github.com/folgmed/folgmed/internal/web"
)

func TestMain(m *testing.M) { storetest.Main(m) }

var (
	kari = access.Person{Email: "kari@skole.example", Name: "Kari Nordmann", Role: access.Principal, Owner: "974760673", Schools: []string{"974700001", "974700002"}, Lang: "nn"}
	ola  = access.Person{Email: "ola@skole.example", Name: "Ola Lie", Role: access.Teacher, Owner: "974760673", Schools: []string{"974700001"}, Classes: []string{"974700001/5A"}}
)

// clock is a time that tests set.
type clock struct {
	mu sync.Mutex
	t  time.Time
}

func newClock() *clock { return &clock{t: time.Date(2026, 9, 2, 8, 0, 0, 0, time.UTC)} }

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
}

// school is the sign-in pages with one page behind them.
type school struct {
	*echo.Echo
	*access.Service
	journal *accesstest.Journal
	clock   *clock
}

func newSchool(t *testing.T) *school {
	t.Helper()
	s := &school{clock: newClock(), Echo: web.New(web.Options{})}
	s.Service, s.journal = accesstest.New(t, s.clock.now, kari, ola)
	s.Routes(s.Echo)
	s.GET("/staff", whoAmI, s.Require)
	s.POST("/staff/prompts", whoAmI, s.Require)
	return s
}

// Routes are those of the Service; Echo has a method of that name too.
func (s *school) Routes(e *echo.Echo) { s.Service.Routes(e) }

func (s *school) send(method, target string, form url.Values, cookies ...*http.Cookie) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, strings.NewReader(form.Encode()))
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for _, c := range cookies {
		r.AddCookie(c)
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}

func (s *school) link(t *testing.T, email string) string {
	t.Helper()
	token, err := s.Link(t.Context(), email)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func (s *school) press(token, attempt string) int {
	return s.send(http.MethodPost, "/staff/signin", url.Values{"token": {token}, "attempt": {attempt}}).Code
}

// in says whether a cookie still opens a page.
func (s *school) in(c *http.Cookie) bool {
	return s.send(http.MethodGet, "/staff", nil, c).Code == http.StatusOK
}

func TestSignIn(t *testing.T) {
	s := newSchool(t)
	cookie := accesstest.SignIn(t, s.Echo, s.Service, "KARI@skole.example ")
	if cookie.Path != "/staff" || !cookie.HttpOnly || cookie.SameSite != http.SameSiteLaxMode || cookie.Secure || cookie.MaxAge != 0 {
		t.Errorf("cookie %+v", cookie)
	}
	if strings.Contains(cookie.Value, "kari") {
		t.Error("the cookie can be read")
	}
	if w := s.send(http.MethodGet, "/staff", nil, cookie); w.Code != http.StatusOK || w.Body.String() != kari.Email {
		t.Errorf("status %d, %q, want kari's page", w.Code, w.Body)
	}
	if e := s.journal.Audited(); len(e) != 1 || e[0].Action != "signed_in" || e[0].About != "link" || e[0].Person == "" {
		t.Errorf("audit %+v, want one sign-in", e)
	}
	if w := s.send(http.MethodGet, "/staff/signin", nil, cookie); w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/staff" {
		t.Errorf("sign-in page when signed in: status %d, want on to /staff", w.Code)
	}
}

func TestWithoutSession(t *testing.T) {
	s := newSchool(t)
	if w := s.send(http.MethodGet, "/staff", nil); w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/staff/signin" {
		t.Errorf("reader: status %d to %q, want to the sign-in page", w.Code, w.Header().Get("Location"))
	}
	if w := s.send(http.MethodPost, "/staff/prompts", url.Values{"text": {"written"}}); w.Code != http.StatusUnauthorized {
		t.Errorf("writer: status %d, want 401", w.Code)
	}
	forged := &http.Cookie{Name: "folgmed_staff", Value: "MTY5OTk5OTk5OXxBQUFB"}
	other := newSchool(t)
	for name, c := range map[string]*http.Cookie{
		"forged": forged, "another installation's": accesstest.SignIn(t, other.Echo, other.Service, kari.Email),
	} {
		if s.in(c) {
			t.Errorf("%s cookie opens the page", name)
		}
	}
}

func TestLinkIsUsedOnce(t *testing.T) {
	s := newSchool(t)
	token := s.link(t, kari.Email)
	for range 3 { // a mail scanner, and its reader twice
		w := s.send(http.MethodGet, "/staff/signin?token="+token, nil)
		if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), kari.Name) || len(w.Result().Cookies()) != 0 {
			t.Fatalf("opened: status %d, want a page with her name and no cookie", w.Code)
		}
	}
	if got := s.press(token, "form 1"); got != http.StatusSeeOther {
		t.Fatalf("pressed: status %d, want 303", got)
	}
	if got := s.press(token, "form 1"); got != http.StatusSeeOther {
		t.Errorf("double click: status %d, want 303", got)
	}
	if got := s.press(token, "form 2"); got != http.StatusGone {
		t.Errorf("another form: status %d, want 410", got)
	}
	s.clock.pass(time.Minute)
	if got := s.press(token, "form 1"); got != http.StatusGone {
		t.Errorf("back and pressed again: status %d, want 410", got)
	}
	if w := s.send(http.MethodGet, "/staff/signin?token="+token, nil); w.Code != http.StatusGone {
		t.Errorf("opened again: status %d, want 410", w.Code)
	}
}

func TestLinkRefused(t *testing.T) {
	s := newSchool(t)
	old, last, removed, unsigned := s.link(t, ola.Email), s.link(t, kari.Email), s.link(t, ola.Email), s.link(t, kari.Email)
	s.clock.pass(24*time.Hour - time.Second)
	if got := s.press(last, "form"); got != http.StatusSeeOther {
		t.Errorf("just in time: status %d, want 303", got)
	}
	if got := s.press(unsigned, ""); got != http.StatusGone {
		t.Errorf("not from our form: status %d, want 410", got)
	}
	s.clock.pass(time.Second)
	for name, token := range map[string]string{"old": old, "unknown": "AAAA", "empty": ""} {
		if got := s.press(token, "form"); got != http.StatusGone {
			t.Errorf("%s: status %d, want 410", name, got)
		}
	}
	s.clock.pass(-time.Hour)
	if err := s.RemovePerson(t.Context(), ola.Email); err != nil {
		t.Fatal(err)
	}
	if got := s.press(removed, "form"); got != http.StatusGone {
		t.Errorf("removed: status %d, want 410", got)
	}
	if _, err := s.Link(t.Context(), ola.Email); err == nil {
		t.Error("a link for nobody")
	}
}

// TestRacersOnOneLink presses the button in two processes at once, on the real
// store: at most one may get in.
func TestRacersOnOneLink(t *testing.T) {
	options := storetest.Database(t)
	clock := newClock()
	keys := t.TempDir()
	var racers []*school
	for range 2 {
		st := storetest.Open(t, options)
		r := &school{clock: clock, Echo: web.New(web.Options{})}
		var err error
		if r.Service, err = access.New(access.Options{Store: st, Audit: audit.New(st, clock.now), Keys: keys, Now: clock.now}); err != nil {
			t.Fatal(err)
		}
		r.Routes(r.Echo)
		racers = append(racers, r)
	}
	if err := racers[0].AddPerson(t.Context(), kari); err != nil {
		t.Fatal(err)
	}
	won := 0
	for range 12 {
		token := racers[0].link(t, kari.Email)
		codes := make([]int, 4)
		var all sync.WaitGroup
		for i := range codes {
			all.Go(func() { codes[i] = racers[i%2].press(token, "form "+string(rune('a'+i))) })
		}
		all.Wait()
		in := 0
		for _, code := range codes {
			switch code {
			case http.StatusSeeOther:
				in++
			case http.StatusGone:
			default:
				t.Errorf("status %d", code)
			}
		}
		if in > 1 {
			t.Errorf("%d of 4 racers got in: %v", in, codes)
		}
		won += in
		if late := racers[1].press(token, "late"); late != http.StatusGone {
			t.Errorf("after the race: status %d, want 410", late)
		}
	}
	t.Logf("%d of 12 races had a winner", won)
}

func TestRemovedPersonIsOutAtOnce(t *testing.T) {
	s := newSchool(t)
	cookie := accesstest.SignIn(t, s.Echo, s.Service, ola.Email)
	if !s.in(cookie) {
		t.Fatal("ola is not in")
	}
	if err := s.RemovePerson(t.Context(), ola.Email); err != nil {
		t.Fatal(err)
	}
	if s.in(cookie) {
		t.Error("ola is still in")
	}
	if err := s.AddPerson(t.Context(), ola); err != nil {
		t.Fatal(err)
	}
	if s.in(cookie) {
		t.Error("the old session came back with a new ola")
	}
	if err := s.RemovePerson(t.Context(), "nobody@skole.example"); err == nil {
		t.Error("nobody was removed without an error")
	}
}

func TestAnotherCollectorsChangeIsSeenSoon(t *testing.T) {
	s := newSchool(t)
	cookie := accesstest.SignIn(t, s.Echo, s.Service, ola.Email)
	if !s.in(cookie) {
		t.Fatal("ola is not in")
	}
	other, err := access.New(access.Options{Store: s.journal, Audit: audit.New(s.journal, s.clock.now), Keys: t.TempDir(), Now: s.clock.now})
	if err != nil {
		t.Fatal(err)
	}
	if err := other.RemovePerson(t.Context(), ola.Email); err != nil {
		t.Fatal(err)
	}
	s.clock.pass(15 * time.Second)
	if s.in(cookie) {
		t.Error("ola is still in after fifteen seconds")
	}
}

func TestSessionEnds(t *testing.T) {
	s := newSchool(t)
	idle := accesstest.SignIn(t, s.Echo, s.Service, kari.Email)
	s.clock.pass(time.Hour)
	if s.in(idle) {
		t.Error("in after an hour away")
	}

	cookie := accesstest.SignIn(t, s.Echo, s.Service, kari.Email)
	for range 14 { // 9 h 55 min in all, never away for long
		s.clock.pass(42*time.Minute + 30*time.Second)
		w := s.send(http.MethodGet, "/staff", nil, cookie)
		if w.Code != http.StatusOK || len(w.Result().Cookies()) != 1 {
			t.Fatalf("status %d with %d cookies, want 200 and the session renewed", w.Code, len(w.Result().Cookies()))
		}
		cookie = w.Result().Cookies()[0]
	}
	s.clock.pass(5 * time.Minute)
	if s.in(cookie) {
		t.Error("in ten hours after sign-in")
	}
}

func TestSessionIsNotRewrittenAtEveryRequest(t *testing.T) {
	s := newSchool(t)
	cookie := accesstest.SignIn(t, s.Echo, s.Service, kari.Email)
	s.clock.pass(59 * time.Second)
	if w := s.send(http.MethodGet, "/staff", nil, cookie); len(w.Result().Cookies()) != 0 {
		t.Error("rewritten within the minute")
	}
}

func TestSignOutEndsEveryCopy(t *testing.T) {
	s := newSchool(t)
	cookie := accesstest.SignIn(t, s.Echo, s.Service, kari.Email)
	w := s.send(http.MethodPost, "/staff/signout", nil, cookie)
	if w.Code != http.StatusSeeOther || len(w.Result().Cookies()) != 1 || w.Result().Cookies()[0].MaxAge >= 0 {
		t.Errorf("status %d with %v, want the cookie dropped", w.Code, w.Result().Cookies())
	}
	if s.in(cookie) {
		t.Error("a copy of the cookie is still in")
	}
	if w := s.send(http.MethodPost, "/staff/signout", nil); w.Code != http.StatusSeeOther {
		t.Errorf("signing out twice: status %d, want 303", w.Code)
	}
	if w := s.send(http.MethodGet, "/staff/signout", nil, accesstest.SignIn(t, s.Echo, s.Service, kari.Email)); w.Code != http.StatusMethodNotAllowed {
		t.Errorf("a link that signs out: status %d, want 405", w.Code)
	}
}

func TestStoreDown(t *testing.T) {
	s := newSchool(t)
	cookie := accesstest.SignIn(t, s.Echo, s.Service, kari.Email)
	token := s.link(t, ola.Email)
	s.journal.Break(errors.New("engine down"))
	s.clock.pass(time.Minute)
	for name, w := range map[string]*httptest.ResponseRecorder{
		"page":     s.send(http.MethodGet, "/staff", nil, cookie),
		"sign in":  s.send(http.MethodPost, "/staff/signin", url.Values{"token": {token}, "attempt": {"form"}}),
		"sign out": s.send(http.MethodPost, "/staff/signout", nil, cookie),
	} {
		if w.Code != http.StatusServiceUnavailable {
			t.Errorf("%s: status %d, want 503", name, w.Code)
		}
	}
	s.journal.Break(nil)
	if got := s.press(token, "form"); got != http.StatusSeeOther {
		t.Errorf("after recovery: status %d, want 303", got)
	}
}

func TestPeople(t *testing.T) {
	s := newSchool(t)
	changed := ola
	changed.Name, changed.DeputyUntil = "Ola Berg Lie", access.DeputyTo("2026-10-16")
	if err := s.AddPerson(t.Context(), changed); err != nil {
		t.Fatal(err)
	}
	changed.DeputyUntil = time.Time{} // not said again: as it was agreed
	if err := s.AddPerson(t.Context(), changed); err != nil {
		t.Fatal(err)
	}
	changed.Role, changed.DeputyUntil = access.Deputy, access.DeputyTo("2026-10-16")
	got, err := s.People(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]access.Person{kari, changed}, got, cmpopts.IgnoreFields(access.Person{}, "ID", "Post")); diff != "" {
		t.Error(diff)
	}
	if got[0].ID == "" || got[0].ID == got[1].ID {
		t.Errorf("ids %q and %q", got[0].ID, got[1].ID)
	}
}

func TestAddPersonListsEveryFault(t *testing.T) {
	s := newSchool(t)
	err := s.AddPerson(t.Context(), access.Person{Email: "kari", Role: "boss", Lang: "se", Classes: []string{"5A"}})
	if err == nil {
		t.Fatal("no error")
	}
	for _, want := range []string{"is not an address", "a name is missing", `role "boss"`, "owner's organisation number", "needs a school", `language "se"`, `class "5A"`} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("error lacks %q:\n%v", want, err)
		}
	}
}

// TestNobodyIsADeputyForGood: the operator, too, names a last day, and staff
// alone stand in.
func TestNobodyIsADeputyForGood(t *testing.T) {
	s := newSchool(t)
	for why, p := range map[string]access.Person{
		"the last day":            {Role: access.Deputy},
		"366 days at most":        {Role: access.Reporter, DeputyUntil: s.clock.now().AddDate(2, 0, 0)},
		"principal can not stand": {Role: access.Principal, DeputyUntil: s.clock.now().AddDate(0, 0, 1)},
	} {
		p.Email, p.Name, p.Owner, p.Schools = "ny@skole.example", "Nina Ny", kari.Owner, kari.Schools
		if err := s.AddPerson(t.Context(), p); err == nil || !strings.Contains(err.Error(), why) {
			t.Errorf("%q: %v", why, err)
		}
	}
}

func TestTeacherNeedsAClass(t *testing.T) {
	teacher := ola
	teacher.Classes = nil
	if err := newSchool(t).AddPerson(t.Context(), teacher); err == nil || !strings.Contains(err.Error(), "SCHOOL/CLASS") {
		t.Errorf("a teacher without a class: %v", err)
	}
}

func TestOwnerToken(t *testing.T) {
	s := newSchool(t)
	a, err := s.OwnerToken(t.Context(), "974760673")
	if err != nil {
		t.Fatal(err)
	}
	b, err := s.OwnerToken(t.Context(), "958935420")
	if err != nil {
		t.Fatal(err)
	}
	renewed, err := s.OwnerToken(t.Context(), "974760673")
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name, bearer, org string
		ok                bool
	}{
		{"renewed", renewed, "974760673", true}, {"replaced", a, "", false}, {"another owner's", b, "958935420", true},
		{"empty", "", "", false}, {"cut", b[:len(b)-1], "", false}, {"without prefix", strings.TrimPrefix(b, "folgmed_owner_"), "", false},
	} {
		org, ok, err := s.OwnerOf(t.Context(), tt.bearer)
		if err != nil || org != tt.org || ok != tt.ok {
			t.Errorf("%s: %q, %v, %v, want %q, %v", tt.name, org, ok, err, tt.org, tt.ok)
		}
	}
}

// TestJournalHoldsNoSecret looks for every secret handed out.
func TestJournalHoldsNoSecret(t *testing.T) {
	s := newSchool(t)
	token := s.link(t, kari.Email)
	owner, err := s.OwnerToken(t.Context(), "974760673")
	if err != nil {
		t.Fatal(err)
	}
	s.press(token, "the form")
	events, err := s.journal.AccessEvents(t.Context(), time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range events {
		for _, secret := range []string{token, owner, strings.TrimPrefix(owner, "folgmed_owner_"), "the form"} {
			if strings.Contains(e.Body+e.ID+e.Person, secret) {
				t.Errorf("%s holds a secret: %+v", e.Step, e)
			}
		}
	}
}

// TestBygoneLinksStayRefused uses a link and a session, and tries them again at
// every age, past the one at which the journal's events about them are left
// out.
func TestBygoneLinksStayRefused(t *testing.T) {
	s := newSchool(t)
	used, unused := s.link(t, kari.Email), s.link(t, kari.Email)
	s.press(used, "form")
	cookie := accesstest.SignIn(t, s.Echo, s.Service, ola.Email)
	s.send(http.MethodPost, "/staff/signout", nil, cookie)
	for range 60 {
		s.clock.pass(time.Hour)
		if s.press(used, "form") != http.StatusGone || s.in(cookie) {
			t.Fatalf("at %v: a used link or an ended session works again", s.clock.now())
		}
	}
	if got := s.press(unused, "form"); got != http.StatusGone {
		t.Errorf("a link never used, days later: status %d, want 410", got)
	}
}

func TestClockSetBackUndoesNothing(t *testing.T) {
	s := newSchool(t)
	s.clock.pass(-48 * time.Hour)
	if err := s.RemovePerson(t.Context(), ola.Email); err != nil {
		t.Fatal(err)
	}
	people, err := s.People(t.Context())
	if err != nil || len(people) != 1 {
		t.Errorf("%d people, error %v, want kari alone", len(people), err)
	}
}

func TestSigninPage(t *testing.T) {
	s := newSchool(t)
	token := s.link(t, kari.Email)
	titles := map[string]bool{}
	for _, lang := range web.Languages {
		for _, target := range []string{"/staff/signin?lang=" + lang, "/staff/signin?lang=" + lang + "&token=" + token, "/staff/signin?lang=" + lang + "&token=spent"} {
			w := s.send(http.MethodGet, target, nil)
			page, err := goquery.NewDocumentFromReader(w.Body)
			if err != nil {
				t.Fatal(err)
			}
			if got := page.Find("html").AttrOr("lang", ""); got != lang {
				t.Errorf("%s: in %q", target, got)
			}
			if page.Find("h1").Length() != 1 || page.Find("script, [onclick], [style]").Length() != 0 || strings.Contains(page.Text(), "signin.") {
				t.Errorf("%s: not one heading, something inline, or a key instead of words", target)
			}
			if strings.Contains(target, "&token="+token) != (page.Find("main form button").Length() == 1) {
				t.Errorf("%s: a button where there should be none, or none where there should", target)
			}
			if strings.HasSuffix(target, "spent") != (page.Find("[role=alert]").Length() == 1) {
				t.Errorf("%s: a notice where there should be none, or none where there should", target)
			}
			if page.Find(".langs [aria-current]").Text() != map[string]string{"nb": "Bokmål", "nn": "Nynorsk", "en": "English"}[lang] {
				t.Errorf("%s: the current language is not marked", target)
			}
			titles[page.Find("main .lead").First().Text()] = true
		}
	}
	if len(titles) != 6 { // with a link and without, in three languages
		t.Errorf("%d different leads, want 6", len(titles))
	}
}

func TestPersonsLanguage(t *testing.T) {
	s := newSchool(t)
	s.GET("/staff/fails", func(echo.Context) error { return web.Fail("forbidden", errors.New("as a test")) }, s.Require)
	w := s.send(http.MethodGet, "/staff/fails", nil, accesstest.SignIn(t, s.Echo, s.Service, kari.Email))
	if got := w.Header().Get("Content-Language"); got != "nn" {
		t.Errorf("kari's error page is in %q, want nn", got)
	}
}

func TestKeys(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "keys")
	j := &accesstest.Journal{}
	clock := newClock()
	open := func() error {
		_, err := access.New(access.Options{Store: j, Audit: audit.New(j, clock.now), Keys: dir, Now: clock.now})
		return err
	}
	if err := open(); err != nil {
		t.Fatal(err)
	}
	files, err := os.ReadDir(dir)
	if err != nil || len(files) != 1 {
		t.Fatalf("%d files in %s, error %v, want one", len(files), dir, err)
	}
	name := filepath.Join(dir, files[0].Name())
	if info, err := os.Stat(name); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, error %v, want 0600", info.Mode(), err)
	}
	if err := os.Chmod(name, 0o640); err != nil {
		t.Fatal(err)
	}
	if err := open(); err == nil || !strings.Contains(err.Error(), "chmod 600") {
		t.Errorf("readable by the group: error %v, want a hint", err)
	}
	if err := os.WriteFile(name, []byte("00"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(name, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := open(); err == nil || !strings.Contains(err.Error(), "delete it") {
		t.Errorf("a broken key: error %v, want a hint", err)
	}
}

func TestSecureCookies(t *testing.T) {
	j := &accesstest.Journal{}
	clock := newClock()
	svc, err := access.New(access.Options{Store: j, Audit: audit.New(j, clock.now), Keys: t.TempDir(), Now: clock.now, Secure: true})
	if err != nil {
		t.Fatal(err)
	}
	if err := svc.AddPerson(t.Context(), kari); err != nil {
		t.Fatal(err)
	}
	e := web.New(web.Options{TLS: true})
	svc.Routes(e)
	if c := accesstest.SignIn(t, e, svc, kari.Email); !c.Secure || c.Name != "__Secure-folgmed_staff" {
		t.Errorf("cookie %+v, want a secure one", c)
	}
}

func TestOptionsAreNeeded(t *testing.T) {
	if _, err := access.New(access.Options{Keys: t.TempDir()}); err == nil {
		t.Error("a Service without a store")
	}
}

func TestMay(t *testing.T) {
	for role, want := range map[access.Role][]access.Right{
		access.Reporter:  {access.Report},
		access.Teacher:   {access.Report, access.SeeClass, access.Observe, access.Conclude},
		access.Deputy:    {access.Report, access.SeeClass, access.SeeSchool, access.Observe, access.Conclude, access.Lead},
		access.Principal: {access.Report, access.SeeClass, access.SeeSchool, access.Observe, access.Conclude, access.Lead},
		access.OwnerRole: {access.SeeOwner},
		"pupil":          nil,
		"":               nil,
	} {
		var got []access.Right
		for _, right := range []access.Right{access.Report, access.SeeClass, access.SeeSchool, access.Observe, access.Conclude, access.Lead, access.SeeOwner} {
			if access.May(role, right) {
				got = append(got, right)
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q: %s", role, diff)
		}
	}
}

func TestSees(t *testing.T) {
	owner := access.Person{Role: access.OwnerRole, Owner: "974760673", Schools: []string{"974700001"}}
	for _, tt := range []struct {
		p             access.Person
		school, class string
		class5, whole bool
	}{
		{kari, "974700001", "5A", true, true}, {kari, "974700002", "1B", true, true}, {kari, "974700003", "5A", false, false},
		{ola, "974700001", "5A", true, false}, {ola, "974700001", "5B", false, false}, {ola, "974700002", "5A", false, false},
		{owner, "974700001", "5A", false, false}, {access.Person{}, "", "", false, false},
	} {
		if got := tt.p.SeesClass(tt.school, tt.class); got != tt.class5 {
			t.Errorf("%s at %s/%s: sees the class %v, want %v", tt.p.Role, tt.school, tt.class, got, tt.class5)
		}
		if got := tt.p.SeesSchool(tt.school); got != tt.whole {
			t.Errorf("%s at %s: sees the school %v, want %v", tt.p.Role, tt.school, got, tt.whole)
		}
	}
}

package access_test

import (
	"crypto/sha256"
	"errors"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/labstack/echo/v4"
	"github.com/zitadel/oidc/v3/example/server/storage"
	"github.com/zitadel/oidc/v3/pkg/op"

	"github.com/folgmed/folgmed/internal/access"
	"github.com/folgmed/folgmed/internal/access/accesstest"
	"github.com/folgmed/folgmed/internal/audit"
	"github.com/folgmed/folgmed/internal/web"
)

// users are those of the provider. Like Feide, it leaves the e-mail address
// out of the id token and tells it at the userinfo endpoint.
type users map[string]*storage.User

func (u users) GetUserByID(id string) *storage.User         { return u[id] }
func (u users) GetUserByUsername(name string) *storage.User { return u[name] }
func (u users) ExampleClientID() string                     { return "none" }

// provider is a real OpenID provider with our client registered.
type provider struct {
	*httptest.Server
	users users
}

func newProvider(t *testing.T, secret, redirect string) *provider {
	t.Helper()
	p := &provider{users: users{}}
	for _, u := range []storage.User{
		{ID: "kari", Email: "Kari@skole.example", EmailVerified: true},
		{ID: "taker", Email: "kari@skole.example", EmailVerified: true},
		{ID: "stranger", Email: "stranger@skole.example", EmailVerified: true},
		{ID: "unverified", Email: "ola@skole.example"},
		{ID: "nameless"},
	} {
		u.Username, u.Password = u.ID, "long enough"
		p.users[u.ID] = &u
	}
	kept := storage.NewStorageWithClients(p.users, map[string]*storage.Client{
		"folgmed": storage.WebClient("folgmed", secret, redirect),
	})
	mux := http.NewServeMux()
	p.Server = httptest.NewServer(mux)
	t.Cleanup(p.Close)
	idp, err := op.NewProvider(&op.Config{CryptoKey: sha256.Sum256([]byte("test")), CodeMethodS256: true}, kept, op.StaticIssuer(p.URL), op.WithAllowInsecure())
	if err != nil {
		t.Fatal(err)
	}
	// The provider's login page: whoever is named in the cookie signs in.
	mux.HandleFunc("/login/username", func(w http.ResponseWriter, r *http.Request) {
		id := r.FormValue("authRequestID")
		who, err := r.Cookie("who")
		if err != nil || kept.CheckUsernamePassword(who.Value, "long enough", id) != nil {
			http.Error(w, "who are you?", http.StatusForbidden)
			return
		}
		ctx := op.ContextWithIssuer(r.Context(), p.URL)
		http.Redirect(w, r, op.AuthCallbackURL(idp)(ctx, id), http.StatusFound)
	})
	mux.HandleFunc("/login/as", func(w http.ResponseWriter, r *http.Request) {
		http.SetCookie(w, &http.Cookie{Name: "who", Value: r.FormValue("who"), Path: "/login"})
	})
	mux.Handle("/", idp)
	return p
}

// house is Følgmed with its provider, on real sockets.
type house struct {
	*httptest.Server
	echo     *echo.Echo
	provider *provider
	service  *access.Service
	journal  *accesstest.Journal
}

func newHouse(t *testing.T, change func(o *access.OIDCOptions)) *house {
	t.Helper()
	h := &house{journal: &accesstest.Journal{}}
	e := web.New(web.Options{})
	h.echo, h.Server = e, httptest.NewServer(e)
	t.Cleanup(h.Close)
	o := access.OIDCOptions{Name: "Feide", ClientID: "folgmed", ClientSecret: "a secret", RedirectURL: h.URL + "/staff/oidc/callback"}
	h.provider = newProvider(t, o.ClientSecret, o.RedirectURL)
	o.Issuer = h.provider.URL
	if change != nil {
		change(&o)
	}
	var err error
	// The provider's clock is the machine's, so ours must be too.
	h.service, err = access.New(access.Options{Store: h.journal, Audit: audit.New(h.journal, time.Now), Keys: t.TempDir(), Now: time.Now, OIDC: &o})
	if err != nil {
		t.Fatal(err)
	}
	h.service.Routes(e)
	e.GET("/staff", whoAmI, h.service.Require)
	for _, p := range []access.Person{kari, ola} {
		if err := h.service.AddPerson(t.Context(), p); err != nil {
			t.Fatal(err)
		}
	}
	return h
}

// browser signs in as somebody at the provider.
func (h *house) browser(t *testing.T, who string) *http.Client {
	t.Helper()
	cookies, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	at, err := url.Parse(h.provider.URL)
	if err != nil {
		t.Fatal(err)
	}
	cookies.SetCookies(at, []*http.Cookie{{Name: "who", Value: who, Path: "/login"}})
	return &http.Client{Jar: cookies}
}

// open returns the status and the text of the page that a link ends at.
func open(t *testing.T, c *http.Client, target string) (int, string) {
	t.Helper()
	resp, err := c.Get(target)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	page, err := goquery.NewDocumentFromReader(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, page.Find("body").Text()
}

func TestOIDC(t *testing.T) {
	h := newHouse(t, nil)
	start := h.URL + "/staff/oidc/start?lang=en"
	status, text := open(t, h.browser(t, "kari"), start)
	if status != http.StatusOK || text != "kari@skole.example" {
		t.Fatalf("kari: status %d, %q, want her name", status, text)
	}
	for who, want := range map[string]string{
		"stranger":   "signed in as stranger@skole.example, but nobody",
		"unverified": "no confirmed e-mail address",
		"nameless":   "no confirmed e-mail address",
		// An address that has passed to somebody else opens nothing.
		"taker": "signed in as kari@skole.example, but nobody",
	} {
		if status, text := open(t, h.browser(t, who), start); status != http.StatusForbidden || !strings.Contains(text, want) {
			t.Errorf("%s: status %d, %q, want 403 and %q", who, status, text, want)
		}
	}

	// Once known, a person is known by subject, not by address.
	h.provider.users["kari"].Email = "kari.nordmann@skole.example"
	if status, text := open(t, h.browser(t, "kari"), start); status != http.StatusOK || text != "kari@skole.example" {
		t.Errorf("kari with a new address: status %d, %q, want her name", status, text)
	}

	signedIn := 0
	for _, e := range h.journal.Audited() {
		if e.Action == "signed_in" && e.About == "oidc" {
			signedIn++
		}
	}
	if signedIn != 2 {
		t.Errorf("%d sign-ins in the audit, want 2", signedIn)
	}

	if err := h.service.RemovePerson(t.Context(), kari.Email); err != nil {
		t.Fatal(err)
	}
	if status, _ := open(t, h.browser(t, "kari"), start); status != http.StatusForbidden {
		t.Errorf("kari removed: status %d, want 403", status)
	}
	if err := h.service.AddPerson(t.Context(), kari); err != nil {
		t.Fatal(err)
	}
	if status, text := open(t, h.browser(t, "taker"), start); status != http.StatusOK {
		t.Errorf("added anew, the address is free again: status %d, %q, want 200", status, text)
	}
}

// TestOIDCVouchesFromItsFirstDay: whoever set the address on the staff list
// could have been the one to sign in with it. So what the person wrote before
// the provider first vouched for them is not read back, then or later.
func TestOIDCVouchesFromItsFirstDay(t *testing.T) {
	h := newHouse(t, nil)
	var lent []time.Time
	h.echo.GET("/staff/lent", func(c echo.Context) error {
		p, _ := access.PersonOf(c)
		lent = append(lent, p.Lent)
		return c.NoContent(http.StatusNoContent)
	}, h.service.Require)
	before := time.Now()
	for range 2 {
		browser := h.browser(t, "kari")
		if status, _ := open(t, browser, h.URL+"/staff/oidc/start"); status != http.StatusOK {
			t.Fatalf("status %d", status)
		}
		if _, err := browser.Get(h.URL + "/staff/lent"); err != nil {
			t.Fatal(err)
		}
	}
	first := lent[0]
	if first.Before(before.Add(-time.Second)) || first.After(time.Now()) {
		t.Errorf("vouched for from %v, want from the first sign-in, after %v", first, before)
	}
	if !lent[1].Equal(first) {
		t.Errorf("the second sign-in moved it from %v to %v", first, lent[1])
	}
}

func TestOIDCTrustsAnEmployersAddresses(t *testing.T) {
	h := newHouse(t, func(o *access.OIDCOptions) { o.TrustEmail = true })
	if status, text := open(t, h.browser(t, "unverified"), h.URL+"/staff/oidc/start"); status != http.StatusOK || text != "ola@skole.example" {
		t.Errorf("status %d, %q, want ola", status, text)
	}
}

func TestOIDCRefusesWhatItDidNotAskFor(t *testing.T) {
	h := newHouse(t, nil)
	c := h.browser(t, "kari")
	var answer *url.URL // the provider's, caught on its way back
	c.CheckRedirect = func(r *http.Request, _ []*http.Request) error {
		if r.URL.Path == "/staff/oidc/callback" {
			answer = r.URL
			return http.ErrUseLastResponse
		}
		return nil
	}
	caught := func() *url.URL {
		t.Helper()
		resp, err := c.Get(h.URL + "/staff/oidc/start?lang=en")
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if answer == nil || answer.Query().Get("code") == "" || answer.Query().Get("state") == "" {
			t.Fatalf("the provider answered %v, want a code and a state", answer)
		}
		return answer
	}
	refused := func(name string, c *http.Client, target string) {
		t.Helper()
		if status, text := open(t, c, target); status != http.StatusForbidden || !strings.Contains(text, "did not quite get through") && !strings.Contains(text, "kom ikke helt fram") {
			t.Errorf("%s: status %d, %q, want a refusal", name, status, text)
		}
	}
	with := func(u *url.URL, key, value string) string {
		changed, q := *u, u.Query()
		q.Set(key, value)
		changed.RawQuery = q.Encode()
		return changed.String()
	}

	refused("another browser", h.browser(t, "kari"), caught().String())
	refused("another state", c, with(caught(), "state", "AAAA"))
	refused("no state", c, with(caught(), "state", ""))
	refused("another code", c, with(caught(), "code", "AAAA"))
	refused("the provider's error", c, with(caught(), "error", "access_denied"))
	// A code of another sign-in of the same browser: its verifier and nonce differ.
	first := caught().Query().Get("code")
	refused("a code of another sign-in", c, with(caught(), "code", first))

	good := caught().String()
	if status, text := open(t, c, good); status != http.StatusOK || text != "kari@skole.example" {
		t.Errorf("the untouched answer: status %d, %q, want her name", status, text)
	}
	refused("the same answer again", c, good)
}

func TestOIDCAsksForPKCE(t *testing.T) {
	h := newHouse(t, nil)
	c := h.browser(t, "kari")
	c.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	resp, err := c.Get(h.URL + "/staff/oidc/start")
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	to, err := resp.Location()
	if err != nil {
		t.Fatal(err)
	}
	q := to.Query()
	if q.Get("code_challenge_method") != "S256" || len(q.Get("code_challenge")) != 43 || len(q.Get("nonce")) != 43 || len(q.Get("state")) != 43 {
		t.Errorf("asked with %v", q)
	}
	for _, cookie := range resp.Cookies() {
		if !cookie.HttpOnly || cookie.Path != "/staff/oidc" || strings.Contains(cookie.Value, q.Get("state")) {
			t.Errorf("cookie %v", cookie)
		}
	}
}

func TestProviderAway(t *testing.T) {
	h := newHouse(t, nil)
	h.provider.Close()
	if status, _ := open(t, h.browser(t, "kari"), h.URL+"/staff/oidc/start"); status != http.StatusServiceUnavailable {
		t.Errorf("status %d, want 503", status)
	}
}

func TestOIDCOptionsAreChecked(t *testing.T) {
	j := &accesstest.Journal{}
	_, err := access.New(access.Options{Store: j, Audit: audit.New(j, time.Now), Keys: t.TempDir(), Now: time.Now, OIDC: &access.OIDCOptions{ClientID: "x"}})
	if err == nil {
		t.Fatal("no error")
	}
	for _, want := range []string{"issuer", "redirect", "name"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("error %q lacks %s", err, want)
		}
	}
}

func whoAmI(c echo.Context) error {
	p, ok := access.PersonOf(c)
	if !ok {
		return errors.New("nobody behind Require")
	}
	return c.HTML(http.StatusOK, p.Email)
}

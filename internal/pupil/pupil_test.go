package pupil_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/folgmed/folgmed/internal/ballot"
	"github.com/folgmed/folgmed/internal/collect"
	"github.com/folgmed/folgmed/internal/counts"
	"github.com/folgmed/folgmed/internal/pupil"
	"github.com/folgmed/folgmed/internal/roster"
	"github.com/folgmed/folgmed/internal/store"
	"github.com/folgmed/folgmed/internal/store/storetest"
	"github.com/folgmed/folgmed/internal/wave"
	"github.com/folgmed/folgmed/internal/web"
	"github.com/folgmed/folgmed/internal/web/webtest"
	"github.com/folgmed/folgmed/surveys"
)

// chromium is the browser of all tests here.
var chromium webtest.Shared

func TestMain(m *testing.M) { storetest.Main(m, chromium.Stop) }

const (
	ownerOrg  = "974567890"
	schoolOrg = "974567891"
	thisWave  = 151 // week 48 of 2026
)

// school is one school with its issuer and collector on a real ClickHouse,
// and the tablet app in front of them.
type school struct {
	t         testing.TB
	url       string
	pages     http.Handler
	keys      *ballot.Ring
	database  store.Options
	store     *store.Store
	issuer    *ballot.Issuer
	plan      plan
	surveys   surveys.Set
	tally     tally
	spec      *webtest.Spec
	storeDown atomic.Bool                      // the store refuses answers
	loseReply atomic.Int32                     // so many replies to a cast are cut off
	loseIssue atomic.Int32                     // and to an issue
	away      atomic.Bool                      // nothing answers at all
	newer     atomic.Bool                      // the service worker is another version
	spoiled   atomic.Bool                      // of which a file is not what it should be
	requests  atomic.Int32                     // to the API
	loads     atomic.Int32                     // of everything else
	clears    atomic.Int32                     // of these, wishes to forget
	instead   func(echo.Context) (bool, error) // answers in place of the app, if set
}

// plan is a plan of one wave: classes for each questionnaire, and 10D, for which the
// wave is closed.
type plan map[string]wave.Ask

func (p plan) Ask(school, class string, n wave.Number) (wave.Ask, bool) {
	ask, ok := p[class]
	return ask, ok && ask.School == school && ask.Wave == n
}

type tally chan string

func (c tally) Add(step, outcome string) { c <- step + " " + outcome }

// failing is the store with its plug pulled, when down.
type failing struct {
	*store.Store
	down *atomic.Bool
}

func (f failing) InsertAnswers(ctx context.Context, rows []collect.Row) error {
	if f.down.Load() {
		return errors.New("dial 127.0.0.1: connection refused")
	}
	return f.Store.InsertAnswers(ctx, rows)
}

func newSchool(t testing.TB, change ...func(*pupil.Options)) *school {
	t.Helper()
	set, err := surveys.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	database := storetest.Database(t)
	s := &school{
		t:        t,
		keys:     ringOfTwoYears(t),
		database: database,
		store:    storetest.Open(t, database),
		plan:     plan{},
		surveys:  set,
		tally:    make(tally, 1000),
	}
	for class, grade := range map[string]int{"1A": 1, "2B": 2, "6A": 6, "9C": 9, "10D": 10} {
		q, ok := set.For([]int{grade})
		if !ok {
			t.Fatalf("no questionnaire for grade %d", grade)
		}
		s.plan[class] = wave.Ask{
			Owner: ownerOrg, School: schoolOrg, Class: class, Wave: thisWave,
			Questionnaire: q.ID, Version: q.Version, Attempt: 1,
			State: wave.StateOpen, RosterSize: 20, Grades: []int{grade},
		}
	}
	closed := s.plan["10D"]
	closed.State = wave.StateClosed
	s.plan["10D"] = closed
	s.issuer = ballot.NewIssuer(ballot.Options{
		Keys: s.keys, Store: s.store, Plan: s.plan, Random: rand.Reader, Now: time.Now,
	})
	collector := collect.New(collect.Options{
		Keys: s.keys, Plan: s.plan, Store: failing{s.store, &s.storeDown},
		Log: slog.New(slog.DiscardHandler),
		Items: func(a wave.Ask) ([]surveys.Item, bool) {
			q, ok := set.Find(a.Questionnaire, a.Version)
			return q.Asked(a.Ordinal), ok
		},
	})
	t.Cleanup(func() {
		if err := errors.Join(s.issuer.Stop(context.Background()), collector.Stop(context.Background())); err != nil {
			t.Error(err)
		}
	})
	options := pupil.Options{
		Issuer:    s.issuer,
		Collector: collector,
		Roster:    func() roster.Roster { return theRoster },
		Surveys:   set,
		Keys:      s.keys,
		Tally:     s.tally,
	}
	for _, f := range change {
		f(&options)
	}
	app, err := pupil.New(options)
	if err != nil {
		t.Fatal(err)
	}
	e := web.New(web.Options{})
	e.Use(s.meddle, s.upgrade)
	app.Routes(e)
	s.spec = webtest.NewSpec(t)
	s.pages = e
	server := httptest.NewServer(e)
	t.Cleanup(server.Close)
	s.url = server.URL
	return s
}

// ringOfTwoYears has the keys of the school year before, and those of the wave
// that is asked.
func ringOfTwoYears(t testing.TB) *ballot.Ring {
	t.Helper()
	year := wave.Number(thisWave).SchoolYear()
	ring, err := ballot.OpenRing(t.TempDir(), ballot.Holds{Issuer: true, Collector: true}, year-1)
	if err != nil {
		t.Fatal(err)
	}
	if err := ring.Rotate(year); err != nil {
		t.Fatal(err)
	}
	return ring
}

var theRoster = roster.Roster{Owners: []roster.Owner{{
	Org: ownerOrg, Name: "Fjordvik kommune",
	HelpLines: []roster.HelpLine{
		{Name: "Alarmtelefonen for barn og unge", Number: "116 111", URL: "https://www.116111.no/"},
		{Name: "Kors på halsen", Number: "800 33 321"},
	},
	Schools: []roster.School{{
		Org: schoolOrg, Name: "Nordskogen skole", Written: "nb",
		Adults: []roster.Adult{
			{Name: "Ingrid Solheim", Role: "helsesykepleier"},
			{Name: "Omar Haddad", Role: "miljøarbeider"},
		},
		Classes: []roster.Class{
			{Name: "1A", Grades: []int{1}, Size: 20},
			{Name: "2B", Grades: []int{2}, Size: 20},
			{Name: "6A", Grades: []int{6}, Size: 20},
			{Name: "9C", Grades: []int{9}, Size: 20},
		},
	}},
}}}

// meddle counts requests, and cuts off replies when told to, after the request
// has been dealt with.
func (s *school) meddle(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if s.away.Load() {
			panic(http.ErrAbortHandler)
		}
		if s.instead != nil {
			if done, err := s.instead(c); done {
				return err
			}
		}
		c.Response().Before(func() { s.expectStrict(c) })
		if !strings.HasPrefix(c.Path(), "/api/") {
			s.loads.Add(1)
			if c.Path() == "/clear" {
				s.clears.Add(1)
			}
			return next(c)
		}
		s.requests.Add(1)
		if c.Path() == "/api/cast" && s.loseReply.Add(-1) >= 0 || c.Path() == "/api/issue" && s.loseIssue.Add(-1) >= 0 {
			c.SetResponse(echo.NewResponse(httptest.NewRecorder(), c.Echo()))
			if err := next(c); err != nil {
				s.t.Errorf("the lost reply was to be a receipt: %v", err)
			}
			panic(http.ErrAbortHandler)
		}
		return next(c)
	}
}

// expectStrict fails unless a reply, and what it replies to, are as every one of
// the pupil's must be.
func (s *school) expectStrict(c echo.Context) {
	request, reply, path := c.Request(), c.Response().Header(), c.Request().URL.Path
	for _, name := range []string{"Cookie", "Referer", "Authorization"} {
		if name == "Referer" && path == "/sw.js" {
			continue // a browser that looks for a newer worker by itself names the one it has
		}
		if request.Header.Get(name) != "" {
			s.t.Errorf("%s is asked for with %s %q", path, name, request.Header.Get(name))
		}
	}
	if request.URL.RawQuery != "" {
		s.t.Errorf("the query of %s would stand in a log", request.URL)
	}
	if reply.Get("Set-Cookie") != "" {
		s.t.Errorf("%s sets a cookie", path)
	}
	policy := reply.Get("Content-Security-Policy")
	if !strings.Contains(policy, "default-src 'none'") || !strings.Contains(policy, "require-trusted-types-for 'script'") || strings.Contains(policy, "unsafe") || strings.Contains(policy, "http") {
		s.t.Errorf("%s: policy %q", path, policy)
	}
	if got := reply.Get("Referrer-Policy"); got != "no-referrer" {
		s.t.Errorf("%s: Referrer-Policy %q", path, got)
	}
	public := path == "/keys.json" || strings.HasPrefix(path, "/assets/") || strings.HasPrefix(path, "/sounds/")
	if got := reply.Get("Cache-Control"); c.Response().Status == http.StatusOK && strings.Contains(got, "no-store") == public {
		s.t.Errorf("%s: Cache-Control %q", path, got)
	}
	if reply.Get("Clear-Site-Data") != "" && path != "/clear" {
		s.t.Errorf("%s clears", path)
	}
}

// upgrade serves another version of the app when told to: one whose worker
// differs, and perhaps names a file with another hash than it has.
func (s *school) upgrade(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if c.Path() != "/sw.js" || !s.newer.Load() {
			return next(c)
		}
		recorder, response := httptest.NewRecorder(), c.Response()
		maps.Copy(recorder.Header(), response.Header())
		c.Request().Header.Del("Accept-Encoding")
		c.SetResponse(echo.NewResponse(recorder, c.Echo()))
		if err := next(c); err != nil {
			return err
		}
		c.SetResponse(response)
		script := append(recorder.Body.Bytes(), "// newer\n"...)
		if s.spoiled.Load() {
			script = bytes.Replace(script, []byte("sha256-"), []byte("sha256-AAAA"), 1)
			script = bytes.Replace(script, []byte(`"version":"`), []byte(`"version":"spoiled`), 1)
		}
		return c.Blob(http.StatusOK, "text/javascript", script)
	}
}

// codes prints n codes for a class, as while its wave was still open.
func (s *school) codes(class string, n int) []ballot.Code {
	s.t.Helper()
	ask := s.plan[class]
	ask.State = wave.StateOpen
	sheets, err := s.issuer.MakeCodes(s.t.Context(), ballot.Order{Ask: ask, N: n})
	if err != nil {
		s.t.Fatal(err)
	}
	return sheets[0]
}

// answers reads what has been stored, by way of the seal.
func (s *school) answers() []counts.Ballot {
	s.t.Helper()
	if err := s.store.MoveAnswers(s.t.Context(), thisWave); err != nil {
		s.t.Fatal(err)
	}
	var all []counts.Ballot
	if err := s.store.SealedAnswers(s.t.Context(), thisWave, func(b counts.Ballot) error {
		all = append(all, b)
		return nil
	}); err != nil {
		s.t.Fatal(err)
	}
	return all
}

// post sends a body as it is and returns status and reply, which must be as
// the API is described.
func (s *school) post(path, body string) (*http.Response, map[string]any) {
	s.t.Helper()
	response, err := http.Post(s.url+path, "application/json", strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	s.spec.CheckResponse(s.t, path, response.StatusCode, response.Header, text)
	var reply map[string]any
	if err := json.Unmarshal(text, &reply); err != nil {
		s.t.Fatalf("%s: %v", path, err)
	}
	return response, reply
}

func TestBadRequestsHaveNamedOutcomes(t *testing.T) {
	s := newSchool(t)
	code := s.codes("6A", 1)[0].String()
	closedCode := s.codes("10D", 1)[0].String()
	large := `{"code":"` + strings.Repeat("A", 17<<10) + `"}`

	for _, test := range []struct {
		name, path, body string
		status           int
		outcome          string
	}{
		{"not JSON", "/api/code", "code=ABC", 400, "malformed"},
		{"two values", "/api/code", `{"code":"` + code + `"} {}`, 400, "malformed"},
		{"a field too many", "/api/code", `{"code":"` + code + `","name":"x"}`, 400, "malformed"},
		{"too large", "/api/code", large, 413, "too_large"},
		{"mistyped", "/api/code", `{"code":"` + mistyped(code) + `"}`, 400, "malformed"},
		{"never printed", "/api/code", `{"code":"0000000000"}`, 403, "code_refused"},
		{"closed wave", "/api/code", `{"code":"` + closedCode + `"}`, 410, "wave_closed"},
		{"issue: not JSON", "/api/issue", "{", 400, "malformed"},
		{"issue: too large", "/api/issue", large, 413, "too_large"},
		{"issue: no element", "/api/issue", `{"code":"` + code + `","blinded":"AAAA"}`, 400, "malformed"},
		{"issue: not base64", "/api/issue", `{"code":"` + code + `","blinded":"+/+/"}`, 400, "malformed"},
		{"cast: not JSON", "/api/cast", "hei", 400, "malformed"},
		{"cast: too large", "/api/cast", large, 413, "too_large"},
	} {
		t.Run(test.name, func(t *testing.T) {
			response, reply := s.post(test.path, test.body)
			if response.StatusCode != test.status || reply["outcome"] != test.outcome {
				t.Errorf("%d %v, want %d %s", response.StatusCode, reply, test.status, test.outcome)
			}
			step, counted := strings.TrimPrefix(test.path, "/api/"), ""
			select {
			case counted = <-s.tally:
			default:
			}
			if want := step + " " + test.outcome; step != "code" && counted != want {
				t.Errorf("counted %q, want %q", counted, want)
			}
		})
	}
}

// mistyped changes the first character.
func mistyped(code string) string {
	if code[0] == '7' {
		return "8" + code[1:]
	}
	return "7" + code[1:]
}

func TestCodeTellsWhatTheClassIsAsked(t *testing.T) {
	s := newSchool(t)
	for _, class := range []string{"2B", "6A", "9C"} {
		_, reply := s.post("/api/code", `{"code":"`+s.codes(class, 1)[0].String()+`"}`)
		info, _ := reply["info"].(map[string]any)
		if info["class"] != class || reply["schoolName"] != "Nordskogen skole" || reply["written"] != "nb" {
			t.Errorf("%s: %v %v %v", class, info, reply["schoolName"], reply["written"])
		}
		q, _ := s.surveys.Find(s.plan[class].Questionnaire, s.plan[class].Version)
		survey, _ := reply["survey"].(map[string]any)
		items, _ := survey["items"].([]any)
		if want := q.Asked(0); len(items) != len(want) {
			t.Errorf("%s: %d items, want %d", class, len(items), len(want))
		}
		// What an answer counts as is nobody's business on a tablet.
		text, err := json.Marshal(survey)
		if err != nil {
			t.Fatal(err)
		}
		for _, word := range []string{"streams", "worst", "counts", "sensitive", "theme"} {
			if strings.Contains(strings.ToLower(string(text)), `"`+word+`"`) {
				t.Errorf("%s: the tablet is told %s", class, word)
			}
		}
	}
}

func TestWhatCarriesACodeClosesItsConnection(t *testing.T) {
	s := newSchool(t)
	for _, path := range []string{"/api/code", "/api/issue"} {
		if response, _ := s.post(path, "{"); !response.Close {
			t.Errorf("the reply of %s leaves its connection open for the cast", path)
		}
	}
	response, _ := s.post("/api/cast", "{")
	if response.Close {
		t.Error("the cast reply closes its connection: the check above proves nothing")
	}
}

// TestAnotherConnectionOverHTTP2 does the same where requests share connections
// as a rule: behind TLS.
func TestAnotherConnectionOverHTTP2(t *testing.T) {
	s := newSchool(t)
	server := httptest.NewUnstartedServer(s.pages)
	server.EnableHTTP2 = true
	server.StartTLS()
	t.Cleanup(server.Close)
	reused := func(path string) (again bool) {
		t.Helper()
		trace := &httptrace.ClientTrace{GotConn: func(c httptrace.GotConnInfo) { again = c.Reused }}
		request, err := http.NewRequestWithContext(httptrace.WithClientTrace(t.Context(), trace), http.MethodPost, server.URL+path, strings.NewReader("{"))
		if err != nil {
			t.Fatal(err)
		}
		response, err := server.Client().Do(request)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		if _, err := io.ReadAll(response.Body); err != nil || response.ProtoMajor != 2 {
			t.Fatalf("%s: %s, %v", path, response.Proto, err)
		}
		time.Sleep(200 * time.Millisecond) // the notice that the connection ends follows the reply
		return again
	}
	reused("/api/cast")
	if !reused("/api/cast") {
		t.Error("two casts do not share a connection: the check below proves nothing")
	}
	for _, path := range []string{"/api/code", "/api/issue"} {
		reused(path)
		if reused("/api/cast") {
			t.Errorf("the cast comes over the connection of %s", path)
		}
	}
}

func TestPageIsStrictAndSmall(t *testing.T) {
	s := newSchool(t)
	total := 0
	fetch := func(path string) (*http.Response, []byte) {
		t.Helper()
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.url+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Accept-Encoding", "gzip")
		response, err := http.DefaultTransport.RoundTrip(request)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		body, err := io.ReadAll(response.Body)
		if err != nil {
			t.Fatal(err)
		}
		if response.StatusCode != http.StatusOK {
			t.Fatalf("%s: %s", path, response.Status)
		}
		if len(response.Cookies()) > 0 {
			t.Errorf("%s sets a cookie", path)
		}
		total += len(body)
		if response.Header.Get("Content-Encoding") == "gzip" {
			r, err := gzip.NewReader(bytes.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			if body, err = io.ReadAll(r); err != nil {
				t.Fatal(err)
			}
		}
		return response, body
	}

	for _, path := range []string{"/", "/k", "/board", "/practice"} {
		response, _ := fetch(path)
		csp := response.Header.Get("Content-Security-Policy")
		for _, rule := range []string{"default-src 'none'", "script-src 'self'", "style-src 'self'", "require-trusted-types-for 'script'"} {
			if !strings.Contains(csp, rule) {
				t.Errorf("%s: policy %q lacks %q", path, csp, rule)
			}
		}
		if got := response.Header.Get("Referrer-Policy"); got != "no-referrer" {
			t.Errorf("%s: Referrer-Policy %q", path, got)
		}
		if got := response.Header.Get("Cache-Control"); got != "no-store" {
			t.Errorf("%s: Cache-Control %q", path, got)
		}
	}

	total = 0
	_, page := fetch("/")
	names := assetNames(string(page))
	for _, name := range names {
		response, _ := fetch(name)
		if got := response.Header.Get("Cache-Control"); !strings.Contains(got, "immutable") {
			t.Errorf("%s: Cache-Control %q", name, got)
		}
	}
	toFirst := total
	fetch("/sw.js")
	requests := 1 + len(names) + 1 + 1 // the page, its files, the service worker, and the look-up of the code
	t.Logf("%d B to the first question, %d B in all, %d requests", toFirst, total, requests)
	if toFirst > 40<<10 || total > 120<<10 || requests > 6 {
		t.Errorf("the page has outgrown its budget: %d B to the first question (40 KiB), %d B in all (120 KiB), %d requests (6)", toFirst, total, requests)
	}
}

// What the service worker serves is the page as the server sends it, and each
// file by its hash.
func TestWorkerServesTheSamePage(t *testing.T) {
	s := newSchool(t)
	get := func(path string) (*http.Response, []byte) {
		t.Helper()
		response, err := http.Get(s.url + path)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		body, err := io.ReadAll(response.Body)
		if err != nil {
			t.Fatal(err)
		}
		return response, body
	}
	_, script := get("/sw.js")
	var served struct {
		Page struct {
			Body    string
			Headers map[string]string
		}
		Files map[string]string
	}
	_, given, _ := bytes.Cut(script, []byte("self.folgmed="))
	if err := json.NewDecoder(bytes.NewReader(given)).Decode(&served); err != nil {
		t.Fatal(err)
	}
	response, page := get("/")
	if served.Page.Body != string(page) {
		t.Error("the worker has another page than the server")
	}
	for name := range response.Header {
		if name == "Date" || name == "Content-Length" {
			continue
		}
		if got, want := served.Page.Headers[name], response.Header.Get(name); got != want {
			t.Errorf("%s: the worker says %q, the server %q", name, got, want)
		}
	}
	for _, name := range assetNames(string(page)) {
		_, content := get(name)
		sum := sha256.Sum256(content)
		if want := "sha256-" + base64.StdEncoding.EncodeToString(sum[:]); served.Files[name] != want {
			t.Errorf("%s: the worker expects %s, the file has %s", name, served.Files[name], want)
		}
		delete(served.Files, name)
	}
	if len(served.Files) > 0 {
		t.Errorf("the worker keeps files that the page does not name: %v", served.Files)
	}
	if _, again := get("/sw.js"); !bytes.Equal(again, script) {
		t.Error("the same server has two workers")
	}
}

// Nothing but the app's pages is cleared, and only where the page asks.
func TestClearSparesTheStorage(t *testing.T) {
	s := newSchool(t)
	response, err := http.Post(s.url+"/clear", "", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if got := response.Header.Get("Clear-Site-Data"); response.StatusCode != http.StatusNoContent || got != `"cache"` {
		t.Errorf("%s, Clear-Site-Data %s", response.Status, got)
	}
	for _, path := range []string{"/api/code", "/api/issue", "/api/cast"} {
		if response, _ := s.post(path, "{"); response.Header.Get("Clear-Site-Data") != "" {
			t.Errorf("%s clears", path)
		}
	}
}

// assetNames lists the bundled files the page names.
func assetNames(page string) []string {
	var names []string
	for _, part := range strings.Split(page, `"`) {
		if strings.HasPrefix(part, "/assets/") {
			names = append(names, part)
		}
	}
	return names
}

func TestKeysAreListed(t *testing.T) {
	s := newSchool(t)
	response, err := http.Get(s.url + "/keys.json")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	s.spec.CheckResponse(t, "/keys.json", response.StatusCode, response.Header, text)
	chain, err := ballot.ParseChain(text)
	if err != nil || len(chain.Keys) != 2 || chain.For(thisWave).Fingerprint() != s.keys.Fingerprint() {
		t.Errorf("the list of keys is %s (%v)", text, err)
	}
}

package app

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/folgmed/folgmed/internal/access"
	"github.com/folgmed/folgmed/internal/config"
	"github.com/folgmed/folgmed/internal/roster"
	"github.com/folgmed/folgmed/internal/tablet"
	"github.com/folgmed/folgmed/internal/web/webtest"
)

const teacher = "laerer@skole.example"

// classroom is a server with a clock of its own, a wave that is open, a class 6A
// of five with a teacher, classes 1A and 9A, and a principal.
func newClassroom(t *testing.T) (a *App, clock *atomic.Int64, stored func(query string) uint64) {
	t.Helper()
	clock = new(atomic.Int64)
	clock.Store(now.UnixNano())
	in := newInstallation(t)
	a = run(t, New(in.config(), Options{
		Log: slog.New(slog.DiscardHandler), Now: func() time.Time { return time.Unix(0, clock.Load()).UTC() }, Hold: true,
	}))
	must(t, a.SaveRoster(t.Context(), roster.Roster{Owners: []roster.Owner{{
		Org: "000000001", Name: "Fjordvik", Rhythm: 2, Rate: .25,
		Schools: []roster.School{{Org: school, Name: "Nordskogen skole", Written: "nb", Classes: []roster.Class{
			{Name: "1A", Grades: []int{1}, Size: 5}, {Name: "6A", Grades: []int{6}, Size: 5}, {Name: "9A", Grades: []int{9}, Size: 20},
		}}},
	}}}))
	must(t, player(a, 1).Open(t.Context(), firstWave))
	for _, p := range []access.Person{
		{Email: principal, Name: "Ragnhild Rektor", Role: access.Principal},
		{Email: teacher, Name: "Laila Lærer", Role: access.Teacher, Classes: []string{school + "/6A"}},
	} {
		p.Owner, p.Schools = "000000001", []string{school}
		must(t, a.AddPerson(t.Context(), p))
	}
	return a, clock, storedIn(t, in)
}

// enter signs a person in with a browser of their own.
func enter(t *testing.T, a *App, email string) *webtest.Browser {
	t.Helper()
	link, err := a.SignInLink(t.Context(), email)
	must(t, err)
	b := webtest.NewBrowser(t)
	b.Visit(link)
	b.Click("main form button")
	b.Shows(".who", "Logg ut")
	return b
}

func text(b *webtest.Browser, selector string) string {
	return webtest.Eval[string](b, "document.querySelector('"+selector+"')?.textContent ?? ''")
}

// answers goes through the questions on a tablet as a child does.
func answers(b *webtest.Browser) {
	b.Click("button.primary")
	b.Shows(".progress", "Spørsmål 1")
	for text(b, ".ready") == "" {
		before := text(b, ".progress")
		b.Click(".skip input")
		b.Click("button.primary")
		for text(b, ".progress") == before {
			time.Sleep(20 * time.Millisecond)
		}
	}
	b.Click("button.primary")
	b.Shows(".status", "levert.")
	b.Click("button.primary")
	b.Shows(".welcome h1", "på skolen")
}

// TestAClassSession is a lesson: the teacher opens, two tablets join, children
// answer in a row, one too many waits for a place, the teacher closes and opens
// again, and the hour runs out.
func TestAClassSession(t *testing.T) {
	t.Parallel()
	a, clock, stored := newClassroom(t)
	b := enter(t, a, teacher)
	b.Visit(a.PublicURL() + "/staff/session") // one class: straight to it
	b.Shows("h1", "Undersøkelsen i 6A")
	b.Look("session-unopened")
	webtest.Eval[bool](b, "(document.querySelector('#present').value = '2', true)")
	b.Click(`form[action$="6A"] button`)
	b.Shows("h1", "6A svarer nå")
	b.Shows("#taken", "0 av 2 plasser")
	if text(b, ".questions") != "" {
		t.Error("the board shows questions that nobody wanted shown there")
	}
	b.Look("session-open")
	code, key := text(b, ".code"), text(b, ".key")

	var tablets []*webtest.Browser
	for range 2 {
		device := webtest.NewBrowser(t)
		device.Visit(a.PublicURL())
		device.Shows("h1", "kode")
		device.Type("#code", strings.ToLower(code))
		device.Type("#fingerprint", strings.ToLower(key))
		device.Click("button.primary")
		device.Shows(".welcome h1", "på skolen")
		tablets = append(tablets, device)
	}
	for _, device := range tablets {
		answers(device)
	}
	tablets[0].Click("button.primary")
	tablets[0].Shows(".welcome > .mistake", "Alle plassene i klassen er brukt")
	b.Shows("#taken", "2 av 2 plasser") // by the page's own script
	b.Click(`input[value=add] + button`)
	b.Shows("#taken", "2 av 3 plasser")
	answers(tablets[0])
	b.Click(".standing a.button")
	b.Shows("#taken", "3 av 3 plasser")

	b.Click(`input[value=close] + button`)
	b.Shows(".notice", "Du har lukket")
	b.Look("session-shut")
	tablets[1].Click("button.primary")
	tablets[1].Shows(".welcome > .mistake", "læreren har lukket")
	b.Click(`input[value=reopen] + button`)
	b.Shows("h1", "6A svarer nå")
	if again := text(b, ".code"); again != code {
		t.Errorf("opened again under %s, want %s", again, code)
	}
	clock.Add(int64(59*time.Minute + 59*time.Second))
	b.Click(".standing a.button")
	b.Shows("#left", "0 minutter igjen")
	clock.Add(int64(time.Second))
	b.Click(".standing a.button")
	b.Shows(".notice", "Timen er over")
	b.Look("session-over")

	// A class of five has seven places in all.
	webtest.Eval[bool](b, "(document.querySelector('#present').value = '9', true)")
	b.Click(`form[action$="6A"] button`)
	b.Shows("#fault", "kan ikke få så mange")
	b.Look("session-refused")

	if n := stored("SELECT count() FROM answers"); n != 3 {
		t.Errorf("%d answer sheets, want 3", n)
	}
	var acts []string
	for _, e := range audited(t, a, teacher) {
		if e != "read_session 6A" && !slices.Contains(acts, e) {
			acts = append(acts, e)
		}
	}
	slices.Sort(acts)
	want := []string{"added_place 6A", "closed_session 6A", "opened_session 6A", "read_overview", "reopened_session 6A", "signed_in link"}
	if !slices.Equal(acts, want) {
		t.Errorf("audited %q, want %q", acts, want)
	}
}

// audited lists what is logged of a person, oldest first.
func audited(t *testing.T, a *App, email string) []string {
	t.Helper()
	people, err := a.People(t.Context())
	must(t, err)
	var all []string
	for _, p := range people {
		if p.Email != email {
			continue
		}
		entries, err := a.parts[config.Staff].AuditOf(t.Context(), p.ID)
		must(t, err)
		for _, e := range entries {
			all = append(all, strings.TrimSpace(e.Action+" "+e.About))
		}
	}
	return all
}

// showsTheBoard finds the questions of the session that is open, on a page of its
// own.
func showsTheBoard(b *webtest.Browser, a *App, title string) {
	b.Shows(".questions a", "Vis spørsmålene på tavla")
	b.Visit(webtest.Eval[string](b, "document.querySelector('.questions a').href"))
	b.Shows("h1", title)
	b.Visit(a.PublicURL() + "/staff/session")
}

// TestASubstitute lets a substitute in by the PIN that the office made: to the
// page of one class, for the rest of the day, and nowhere else. The board shows
// the questions to the first grade unless somebody chooses otherwise, and to
// others if somebody does.
func TestASubstitute(t *testing.T) {
	t.Parallel()
	a, clock, stored := newClassroom(t)
	office := enter(t, a, principal)
	page := a.PublicURL() + "/staff/session/" + school + "/6A"
	makePIN := func() string {
		office.Visit(page)
		office.Click(`form[action$="pin#pin"] button`)
		office.Shows(".pin", " ")
		return text(office, ".pin")
	}
	first := makePIN()
	office.Look("session-pin")
	second := makePIN()
	office.Visit(a.PublicURL() + "/staff/session/" + school + "/1A")
	office.Shows("h1", "1A")
	office.Look("session-young")
	office.Click(`form[action$="1A"] button`)
	office.Shows(".questions a", "Vis spørsmålene på tavla") // else it may look while the page opens
	office.Look("session-whole-class")
	showsTheBoard(office, a, "Hvordan har du det på skolen?")

	b := webtest.NewBrowser(t)
	b.Visit(a.PublicURL() + "/staff/signin")
	b.Click(`a[href^="/staff/substitute"]`)
	b.Shows("h1", "Vikar i dag")
	b.Look("substitute")
	for _, wrong := range []string{"000 000 00", first} { // the second took the place of the first
		b.Visit(a.PublicURL() + "/staff/substitute") // without the fault of the one before
		b.Type("#pin", wrong)
		webtest.Eval[bool](b, "document.querySelector('#fault')?.remove(), true") // that of the first is not the second's
		b.Click("main form button")
		b.Shows("#fault", "virker ikke")
	}
	b.Look("substitute-refused")
	b.Type("#pin", second)
	b.Click("main form button")
	b.Shows("h1", "Undersøkelsen i 6A")
	b.Shows(".who", "Vikar")
	b.Look("session-substitute")
	if text(b, "#slips") != "" || text(b, "#pin") != "" {
		t.Error("a substitute is offered slips or PINs")
	}
	status := func(path string) int {
		return webtest.Eval[int](b, fmt.Sprintf("fetch(%q).then(r => r.status)", path))
	}
	for path, want := range map[string]int{
		"/staff/session/" + school + "/6A": 200,
		"/staff/session/" + school + "/9A": 404,
		"/staff/owner":                     403,
		"/staff/prompts/any":               403,
	} {
		if got := status(path); got != want {
			t.Errorf("%s: %d, want %d", path, got, want)
		}
	}
	b.Visit(a.PublicURL() + "/staff")
	b.Shows("h1", "Undersøkelsen i 6A") // that is all there is
	b.Click("input[name=whole_class]")
	b.Click(`form[action$="6A"] button`)
	b.Shows("h1", "6A svarer nå")
	showsTheBoard(b, a, "Hvordan har du det på skolen?")

	clock.Add(int64(16 * time.Hour)) // past midnight in Oslo
	b.Visit(page)
	b.Shows("h1", "Logg inn")
	b.Visit(a.PublicURL() + "/staff/substitute")
	b.Type("#pin", second)
	b.Click("main form button")
	b.Shows("#fault", "virker ikke")

	if log := audited(t, a, principal); !slices.Contains(log, "pin_made 6A") {
		t.Errorf("audited %q", log)
	}
	if n := stored("SELECT count() FROM audit WHERE person LIKE 'substitute:%' AND action IN ('signed_in', 'opened_session')"); n != 2 {
		t.Errorf("%d entries of what the substitute did, want 2", n)
	}
	if n := stored("SELECT count() FROM access_event WHERE position(body, '" + strings.ReplaceAll(second, " ", "") + "') > 0"); n != 0 {
		t.Error("the PIN is stored")
	}

	// Wrong ones come to an end, and then no PIN is looked at.
	other := &http.Client{}
	var last int
	for range 40 {
		res, err := other.PostForm(a.PublicURL()+"/staff/substitute", url.Values{"pin": {"123456789"}})
		must(t, err)
		must(t, res.Body.Close())
		last = res.StatusCode
	}
	if last != http.StatusTooManyRequests {
		t.Errorf("forty wrong PINs: %d", last)
	}
}

// TestSlipsFromThePage prints slips as a principal for a class of grade 9, where
// they are offered first, and finds that they work.
func TestSlipsFromThePage(t *testing.T) {
	t.Parallel()
	a, _, _ := newClassroom(t)
	look := enter(t, a, principal)
	look.Visit(a.PublicURL() + "/staff/session")
	look.Shows("main", "9A")
	look.Look("classes")
	look.Visit(a.PublicURL() + "/staff/session/" + school + "/9A")
	look.Shows("h2", "Lapper på papir") // the first of its headings
	look.Look("session-older")

	b := signIn(t, a, principal)
	page := b.get("/staff/session/" + school + "/9A")
	form := page.Find(`form[action$="/slips"]`)
	post := func(count string) *http.Response {
		req, err := http.NewRequest(http.MethodPost, b.base+form.AttrOr("action", ""), strings.NewReader(url.Values{"count": {count}}.Encode()))
		must(t, err)
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("Sec-Fetch-Site", "same-origin")
		res, err := b.http.Do(req)
		must(t, err)
		return res
	}
	res := post("20")
	if policy := res.Header.Get("Content-Security-Policy"); !strings.Contains(policy, "style-src 'self' 'sha256-") {
		t.Errorf("the slips come without their style: %s", policy)
	}
	slips := b.read(res)
	if n := slips.Find("li").Length(); n != 20 {
		t.Errorf("%d slips, want 20", n)
	}
	code, key := slips.Find(".code").First().Text(), strings.ReplaceAll(slips.Find(".key").First().Text(), "-", "")
	if _, err := (&tablet.Tablet{URL: a.PublicURL()}).Open(t.Context(), code, key); err != nil {
		t.Errorf("a slip does not work: %v", err)
	}
	res = post("3")
	if res.StatusCode != http.StatusConflict {
		t.Errorf("more than the class may have: %s", res.Status)
	}
	must(t, res.Body.Close())
	if log := audited(t, a, principal); !slices.Contains(log, "printed_slips 9A") {
		t.Errorf("audited %q", log)
	}
}

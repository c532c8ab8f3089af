package app

import (
	"context"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"github.com/folgmed/folgmed/internal/access"
	"github.com/folgmed/folgmed/internal/config"
	"github.com/folgmed/folgmed/internal/control"
	"github.com/folgmed/folgmed/internal/roster"
	"github.com/folgmed/folgmed/internal/tablet"
	"github.com/folgmed/folgmed/internal/wave"
	"github.com/folgmed/folgmed/internal/web"
)

// post sends a form of a page, whose hidden fields fill has over the form's own,
// and returns the page that comes of it.
func (b *browser) post(form *goquery.Selection, fill url.Values) (status int, page *goquery.Document) {
	b.t.Helper()
	values := url.Values{}
	form.Find("input[type=hidden]").Each(func(_ int, s *goquery.Selection) {
		values.Set(s.AttrOr("name", ""), s.AttrOr("value", ""))
	})
	for key, value := range fill {
		values[key] = value
	}
	req, err := http.NewRequestWithContext(b.t.Context(), http.MethodPost, b.base+form.AttrOr("action", ""), strings.NewReader(values.Encode()))
	must(b.t, err)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	res, err := b.http.Do(req)
	must(b.t, err)
	defer func() { _ = res.Body.Close() }()
	page, err = goquery.NewDocumentFromReader(res.Body)
	must(b.t, err)
	return res.StatusCode, page
}

// room is the page of a class session, as one who is signed in works with it.
type room struct {
	*browser
	path string
}

// look opens the page and wants a status and words on it.
func (r room) look(status int, words string) *goquery.Document {
	r.t.Helper()
	res, err := r.http.Get(r.base + r.path)
	must(r.t, err)
	defer func() { _ = res.Body.Close() }()
	page, err := goquery.NewDocumentFromReader(res.Body)
	must(r.t, err)
	if text := page.Find("main").Text(); res.StatusCode != status || !strings.Contains(text, words) {
		r.t.Fatalf("%s, want %d and %q:\n%s", res.Status, status, words, text)
	}
	return page
}

// step does a step of the session and wants a status and words.
func (r room) step(page *goquery.Document, step string, present string, status int, words string) *goquery.Document {
	r.t.Helper()
	form := page.Find("form").Has("input[value=" + step + "]")
	got, page := r.post(form, url.Values{"present": {present}})
	if text := page.Find("main").Text(); got != status || !strings.Contains(text, words) {
		r.t.Fatalf("%s: %d, want %d and %q:\n%s", step, got, status, words, text)
	}
	return page
}

// slips has slips printed.
func (r room) slips(page *goquery.Document, n string) (status int, slips *goquery.Document) {
	r.t.Helper()
	return r.post(page.Find(`form[action$="/slips"]`), url.Values{"count": {n}})
}

// TestAClassSessionWithPartsApart opens a class session on the staff part. The
// tablets join at the issuer, cast at the collector, and the staff part holds
// no key of either.
func TestAClassSessionWithPartsApart(t *testing.T) {
	t.Parallel()
	in := newInstallation(t)
	parts := make(map[config.Role]*App)
	front := proxy(t, parts)
	socket := config.IssuerSocket(filepath.Join(in.data, string(config.Issuer)))
	part := func(role config.Role) *App {
		a := in.part(t, role)
		a.cfg.PublicURL, a.cfg.IssuerSocket = front, socket
		return a
	}
	job := run(t, part(config.Job))
	must(t, job.SaveRoster(t.Context(), roster.Roster{Owners: []roster.Owner{{
		Org: "000000001", Name: "Fjordvik", Rhythm: 2, Rate: .25,
		Schools: []roster.School{{Org: school, Name: "Nordskogen skole", Written: "nb", Classes: []roster.Class{{Name: "6A", Grades: []int{6}, Size: 5}}}},
	}}}))
	must(t, player(job, 1).Open(t.Context(), firstWave))

	// The staff part needs no issuer until a page of a class session asks.
	staff := run(t, part(config.Staff))
	parts[config.Staff] = staff
	must(t, staff.AddPerson(t.Context(), access.Person{
		Email: principal, Name: "Ragnhild Rektor", Role: access.Principal, Owner: "000000001", Schools: []string{school},
	}))
	office := signIn(t, staff, principal)
	r := room{office, "/staff/session/" + school + "/6A"}
	office.get("/staff")
	const away = "får ikke kontakt med undersøkelsen"
	r.look(http.StatusServiceUnavailable, away)

	issuer := part(config.Issuer)
	must(t, issuer.Start(t.Context()))
	parts[config.Issuer] = issuer
	parts[config.Collector] = run(t, part(config.Collector))

	page := r.look(http.StatusOK, "Kode på tavla")
	r.step(page, "open", "0", http.StatusBadRequest, "med tall")
	r.step(page, "open", "9", http.StatusConflict, "kan ikke få så mange")
	page = r.step(page, "open", "1", http.StatusOK, "0 av 1 plasser")
	code, key := page.Find(".code").Text(), strings.ReplaceAll(page.Find(".key").Text(), "-", "")
	tablets := &tablet.Tablet{URL: front}
	skip := func(s tablet.Survey) []int { return make([]int, len(s.Items)) }
	take := func() (string, error) {
		ballot, err := tablets.Prepare(t.Context(), code, key, skip)
		if err != nil {
			outcome, _ := web.Outcome(err)
			return outcome, err
		}
		return tablets.Cast(t.Context(), ballot)
	}
	for _, want := range []string{"accepted", "no_place"} {
		if got, err := take(); got != want {
			t.Fatalf("a tablet got %q, want %s: %v", got, want, err)
		}
	}
	page = r.step(r.look(http.StatusOK, "1 av 1 plasser"), "add", "", http.StatusOK, "1 av 2 plasser")
	page = r.step(page, "close", "", http.StatusOK, "Du har lukket")
	if got, err := take(); got != "session_closed" {
		t.Errorf("a tablet at a closed session got %q: %v", got, err)
	}
	status, slips := r.slips(page, "2")
	if n := slips.Find("li").Length(); status != http.StatusOK || n != 2 {
		t.Fatalf("%d slips, %d", n, status)
	}
	if _, err := tablets.Open(t.Context(), slips.Find(".code").First().Text(), key); err != nil {
		t.Errorf("a slip does not work: %v", err)
	}
	if status, refused := r.slips(page, "5"); status != http.StatusConflict || !strings.Contains(refused.Text(), "kan ikke få så mange") {
		t.Errorf("more slips than the class may have: %d\n%s", status, refused.Text())
	}
	r.step(page, "reopen", "", http.StatusOK, code)
	if got, err := take(); got != "accepted" {
		t.Errorf("a tablet at a session opened again got %q: %v", got, err)
	}
	if staff.keys != nil || staff.issuer != nil {
		t.Error("the staff part holds keys or an issuer")
	}
	if _, err := os.Stat(filepath.Join(staff.cfg.Data, "keys", "code.key")); err == nil {
		t.Error("the key of codes lies in the folder of the staff part")
	}
	refusesCommands(t, socket)

	shown := r.look(http.StatusOK, "2 av 2 plasser")
	screen := enter(t, staff, principal)
	must(t, issuer.Stop(context.Background()))
	screen.Visit(staff.public.URL() + r.path) // has the style too
	screen.Shows(".notice", away)
	screen.Look("session-away")
	r.step(shown, "add", "", http.StatusServiceUnavailable, "Det ble ikke gjort")
	office.get("/staff")
	parts[config.Issuer] = run(t, part(config.Issuer))
	r.look(http.StatusOK, "2 av 2 plasser")
}

// refusesCommands gives the operator's commands at a socket that is not theirs.
func refusesCommands(t *testing.T, socket string) {
	t.Helper()
	command := control.Dial(socket)
	ctx := t.Context()
	for what, give := range map[string]func() error{
		"status":     func() error { _, err := command.Status(ctx); return err },
		"roster":     func() error { _, err := command.Roster(ctx); return err },
		"a wave":     func() error { return command.MoveWave(ctx, control.Move{Wave: firstWave, Step: wave.Closed}) },
		"codes":      func() error { _, err := command.Codes(ctx, control.CodesRequest{Wave: firstWave}); return err },
		"a void":     func() error { return command.VoidAttempt(ctx, control.VoidRequest{Wave: firstWave}) },
		"a person":   func() error { return command.AddPerson(ctx, access.Person{}) },
		"a link":     func() error { _, err := command.SignInLink(ctx, principal); return err },
		"the people": func() error { _, err := command.People(ctx); return err },
		"a backup":   func() error { return command.Backup(ctx, control.Folder{Path: "/nowhere"}) },
		"a proof":    func() error { _, err := command.Prove(ctx, "nb"); return err },
	} {
		if err := give(); err == nil || !strings.Contains(err.Error(), "404") {
			t.Errorf("the issuer's socket is asked for %s: %v", what, err)
		}
	}
}

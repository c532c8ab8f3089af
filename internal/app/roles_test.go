package app

import (
	"context"
	"io"
	"io/fs"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/folgmed/folgmed/internal/access"
	"github.com/folgmed/folgmed/internal/ballot"
	"github.com/folgmed/folgmed/internal/collect"
	"github.com/folgmed/folgmed/internal/config"
	"github.com/folgmed/folgmed/internal/control"
	"github.com/folgmed/folgmed/internal/store"
	"github.com/folgmed/folgmed/internal/tablet"
	"github.com/folgmed/folgmed/internal/wave"
)

// part is a server of one role, with a data folder and passwords of its own.
func (i installation) part(t *testing.T, role config.Role) *App {
	t.Helper()
	cfg := i.config()
	cfg.Role, cfg.Data = role, filepath.Join(i.data, string(role))
	i.giveKeys(t, role, cfg.Data)
	cfg.ClickHouseUser, cfg.ClickHousePassword = "", ""
	cfg.Passwords = make(map[string]string)
	for _, name := range role.Parts() {
		cfg.Passwords[name] = i.passwords[name]
	}
	return New(cfg, Options{Log: slog.New(slog.DiscardHandler), Now: func() time.Time { return now }, Hold: true})
}

// giveKeys copies to a part the ballot keys that it needs, from a folder that no
// server runs on.
func (i installation) giveKeys(t *testing.T, role config.Role, to string) {
	t.Helper()
	others := map[config.Role][]string{
		config.Issuer:    {"hpke.key", "receipt.key"},
		config.Collector: {"code.key"},
	}[role]
	if _, err := os.Stat(to); err == nil || others == nil {
		return
	}
	vault := filepath.Join(i.data, "vault")
	_, err := ballot.OpenRing(filepath.Join(vault, "keys"), ballot.Holds{Issuer: true, Collector: true}, firstWave.SchoolYear())
	must(t, err)
	copyKeys(t, vault, to, others...)
}

func run(t *testing.T, a *App) *App {
	t.Helper()
	must(t, a.Start(t.Context()))
	t.Cleanup(func() {
		if err := a.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return a
}

// apart is an installation whose parts run apart, as its operator sees it: each
// command goes to the part that can do it, and the others follow at once.
type apart struct {
	control.Operator // the job
	issuer           *App
	followers        []*App
}

func (o apart) Status(ctx context.Context) (control.Status, error) { return o.issuer.Status(ctx) }

func (o apart) Codes(ctx context.Context, r control.CodesRequest) ([]control.ClassCodes, error) {
	return o.issuer.Codes(ctx, r)
}

func (o apart) SetClock(ctx context.Context, c control.Clock) error {
	if err := o.Operator.SetClock(ctx, c); err != nil {
		return err
	}
	return o.follow(ctx)
}

func (o apart) MoveWave(ctx context.Context, m control.Move) error {
	if err := o.Operator.MoveWave(ctx, m); err != nil {
		return err
	}
	return o.follow(ctx)
}

func (o apart) follow(ctx context.Context) error {
	for _, a := range o.followers {
		if err := a.follow(ctx); err != nil {
			return err
		}
	}
	return nil
}

// proxy stands in front of parts that run apart.
func proxy(t *testing.T, parts map[config.Role]*App) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for _, p := range paths {
			if strings.HasPrefix(r.URL.Path, p.prefix) {
				to, err := url.Parse(parts[p.of[0]].public.URL())
				if err != nil {
					t.Error(err)
				}
				httputil.NewSingleHostReverseProxy(to).ServeHTTP(w, r)
				return
			}
		}
	}))
	t.Cleanup(s.Close)
	return s.URL
}

// TestPartsApart plays waves into four servers, each with one role, the
// database user of that role and nothing else.
func TestPartsApart(t *testing.T) {
	t.Parallel()
	in := newInstallation(t)
	for _, role := range []config.Role{config.Collector, config.Issuer, config.Staff} {
		if err := in.part(t, role).Start(t.Context()); err == nil || !strings.Contains(err.Error(), "--role job") {
			t.Errorf("the %s starts before the job has made the tables: %v", role, err)
		}
	}
	parts := map[config.Role]*App{config.Job: run(t, in.part(t, config.Job)), config.Issuer: run(t, in.part(t, config.Issuer))}
	parts[config.Collector] = run(t, in.part(t, config.Collector))
	parts[config.Staff] = run(t, in.part(t, config.Staff))
	job, issuer, collector, staff := parts[config.Job], parts[config.Issuer], parts[config.Collector], parts[config.Staff]

	known := oneSchool()
	known.Owners[0].Schools = known.Owners[0].Schools[:1]
	for i := range known.Owners[0].Schools[0].Classes {
		known.Owners[0].Schools[0].Classes[i].Size = 30 // so many that each wave tells of the school
	}
	must(t, job.SaveRoster(t.Context(), known))
	op := apart{job, issuer, []*App{issuer, collector, staff}}
	must(t, op.follow(t.Context()))
	must(t, staff.AddPerson(t.Context(), access.Person{
		Email: principal, Name: "Kari", Role: access.Principal, Owner: known.Owners[0].Org, Schools: []string{school},
	}))
	play := player(job, 1)
	play.Operator, play.URL = op, proxy(t, parts)
	random := rand.New(rand.NewPCG(1, 2))
	for k := range 2 {
		must(t, play.Play(t.Context(), firstWave+wave.Number(2*k), sheets(known, random, k, 9)))
	}
	if len(lines(t, job)) == 0 {
		t.Error("nothing is released")
	}
	if page := signIn(t, staff, principal).get("/staff/classes"); !strings.Contains(page.Text(), "8A") {
		t.Errorf("the principal's page does not name class 8A:\n%s", page.Text())
	}
	if n := len(collector.schedule.Plan().Open()); n != 0 {
		t.Errorf("the collector takes %d waves for open", n)
	}

	// None answers for another, neither a browser nor a command.
	for path, by := range map[string]config.Role{"/api/cast": config.Collector, "/api/issue": config.Issuer, "/k": config.Issuer, "/staff": config.Staff, "/owner/metrics": config.Staff} {
		for role, a := range parts {
			if role == by || role == config.Job {
				continue
			}
			res, err := http.Post(a.PublicURL()+path, "application/json", strings.NewReader("{}"))
			must(t, err)
			body, err := io.ReadAll(res.Body)
			must(t, err)
			must(t, res.Body.Close())
			if res.StatusCode != http.StatusNotFound {
				t.Errorf("the %s answers %s: %s %s", role, path, res.Status, body)
			}
		}
	}
	if job.PublicURL() != "" {
		t.Error("the job listens in public")
	}
	for what, ask := range map[string]struct {
		of config.Role
		do func(*App) error
	}{
		"a roster":      {config.Job, func(a *App) error { return a.SaveRoster(t.Context(), known) }},
		"a wave moved":  {config.Job, func(a *App) error { return a.MoveWave(t.Context(), control.Move{Wave: firstWave, Step: wave.Sealed}) }},
		"the clock set": {config.Job, func(a *App) error { return a.SetClock(t.Context(), control.Clock{Real: true}) }},
		"detection":     {config.Job, func(a *App) error { _, err := a.Detect(t.Context()); return err }},
		"codes": {config.Issuer, func(a *App) error {
			_, err := a.Codes(t.Context(), control.CodesRequest{Wave: firstWave + 4, School: school})
			return err
		}},
		"a person":      {config.Staff, func(a *App) error { return a.RemovePerson(t.Context(), principal) }},
		"a link":        {config.Staff, func(a *App) error { _, err := a.SignInLink(t.Context(), principal); return err }},
		"the people":    {config.Staff, func(a *App) error { _, err := a.People(t.Context()); return err }},
		"a token":       {config.Staff, func(a *App) error { _, err := a.OwnerToken(t.Context(), known.Owners[0].Org); return err }},
		"a new teacher": {config.Staff, func(a *App) error { return a.AddPerson(t.Context(), access.Person{}) }},
	} {
		for role, a := range parts {
			if role == ask.of {
				continue
			}
			if err := ask.do(a); err == nil || !strings.Contains(err.Error(), "--role "+string(ask.of)) {
				t.Errorf("the %s is asked for %s: %v", role, what, err)
			}
		}
	}
}

// copyKeys copies the ballot keys from one data folder to another, but for some
// files.
func copyKeys(t *testing.T, from, to string, but ...string) {
	t.Helper()
	must(t, os.CopyFS(filepath.Join(to, "keys"), os.DirFS(filepath.Join(from, "keys"))))
	must(t, filepath.WalkDir(filepath.Join(to, "keys"), func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil || d.IsDir():
			return err
		case slices.Contains(but, d.Name()):
			return os.Remove(path)
		default:
			return os.Chmod(path, 0o600)
		}
	}))
}

// TestKeysOfASchoolYear plays the last wave of a school year and the first of
// the next. The slips of each bear the fingerprint of its own keys, also those
// printed before the summer, and a lost receipt of the old year is still given.
func TestKeysOfASchoolYear(t *testing.T) {
	t.Parallel()
	in := newInstallation(t)
	a, stop := in.start(t)
	known := twoClasses(8)
	must(t, a.SaveRoster(t.Context(), known))
	next := wave.FirstOf(firstWave.SchoolYear()+1) + 1
	old := next - 2
	pupil := &tablet.Tablet{URL: a.PublicURL()}
	prepare := func(a *App, n wave.Number, made control.ClassCodes) tablet.Ballot {
		t.Helper()
		pupil.URL = a.PublicURL()
		b, err := pupil.Prepare(t.Context(), made.Codes[0], made.Fingerprint, func(s tablet.Survey) []int { return make([]int, len(s.Items)) })
		if err != nil {
			t.Fatalf("wave %d: %v", n, err)
		}
		return b
	}
	must(t, player(a, 1).Open(t.Context(), old))
	spring, err := a.Codes(t.Context(), control.CodesRequest{Wave: old, School: school, Class: "8A"})
	must(t, err)
	counted := prepare(a, old, spring[0])
	autumn, err := a.Codes(t.Context(), control.CodesRequest{Wave: next, School: school, Class: "8A"})
	must(t, err)
	if spring[0].Fingerprint == autumn[0].Fingerprint || len(autumn[0].Fingerprint) != 16 {
		t.Fatalf("two school years have the fingerprints %s and %s", spring[0].Fingerprint, autumn[0].Fingerprint)
	}
	_, err = pupil.Cast(t.Context(), counted)
	must(t, err)
	must(t, a.MoveWave(t.Context(), control.Move{Wave: old, Step: wave.Sealed}))

	stop()
	a, _ = in.start(t)
	must(t, player(a, 1).Open(t.Context(), next))
	must(t, a.tidy(t.Context()))
	fresh := prepare(a, next, autumn[0])
	_, err = pupil.Cast(t.Context(), fresh)
	must(t, err)
	if got, err := pupil.Cast(t.Context(), counted); err != nil || got != string(collect.AlreadyCounted) {
		t.Errorf("the receipt of a ballot of the year before: %s, %v", got, err)
	}
	status, err := a.Status(t.Context())
	must(t, err)
	if status.Fingerprint != autumn[0].Fingerprint {
		t.Errorf("the status shows %s, slips %s", status.Fingerprint, autumn[0].Fingerprint)
	}

	// Anyone can follow the chain.
	res, err := http.Get(a.PublicURL() + "/keys.json")
	must(t, err)
	defer res.Body.Close()
	data, err := io.ReadAll(res.Body)
	must(t, err)
	chain, err := ballot.ParseChain(data)
	must(t, err)
	if len(chain.Keys) != 2 || chain.Keys[0].Fingerprint != spring[0].Fingerprint || chain.Keys[1].Fingerprint != autumn[0].Fingerprint {
		t.Errorf("keys.json holds %+v", chain)
	}
	if got := res.Header.Get("Cache-Control"); !strings.Contains(got, "max-age") {
		t.Errorf("Cache-Control of keys.json: %q", got)
	}

	// A month and a half into the year no ballot can need the old ones.
	must(t, a.MoveWave(t.Context(), control.Move{Wave: next, Step: wave.Sealed}))
	must(t, a.SetClock(t.Context(), control.Clock{Set: (next + 8).Opens()}))
	must(t, a.tidy(t.Context()))
	if a.keys.For(uint32(old)) != nil || a.keys.For(uint32(next)) == nil {
		t.Error("the keys of the old year are kept, or those of the new one gone")
	}
}

// TestEachRoleStartsItsOwn holds the start list to what each role may hold.
func TestEachRoleStartsItsOwn(t *testing.T) {
	for role, never := range map[config.Role][]string{
		config.Issuer:    {"start the collector", "open staff access", "start the job", "bring the database up to date"},
		config.Collector: {"start the issuer", "open staff access", "start the job", "bring the database up to date"},
		config.Job:       {"load the ballot keys", "start the issuer", "start the collector", "open staff access", "open the public listener"},
		config.Staff:     {"load the ballot keys", "start the issuer", "start the collector", "start the job", "bring the database up to date"},
		config.All:       nil,
	} {
		for _, what := range never {
			if !slices.ContainsFunc(startSteps, func(s startStep) bool { return s.what == what }) {
				t.Errorf("no step is called %q", what)
			}
		}
		for _, step := range startSteps {
			starts := role.Is(step.of...)
			if starts && slices.Contains(never, step.what) || !starts && role == config.All {
				t.Errorf("role %s and step %q: starts it is %v", role, step.what, starts)
			}
		}
		for _, name := range role.Parts() {
			if !slices.Contains(store.Roles, store.Role(name)) {
				t.Errorf("role %s connects as %s, which the database does not know", role, name)
			}
		}
	}
}

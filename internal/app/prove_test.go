package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"

	"github.com/folgmed/folgmed/internal/config"
	"github.com/folgmed/folgmed/internal/control"
	"github.com/folgmed/folgmed/internal/counts"
	"github.com/folgmed/folgmed/internal/engine"
	"github.com/folgmed/folgmed/internal/prove"
	"github.com/folgmed/folgmed/internal/store"
	"github.com/folgmed/folgmed/internal/tablet"
	"github.com/folgmed/folgmed/internal/wave"
	"github.com/folgmed/folgmed/internal/web"
	"github.com/folgmed/folgmed/surveys"
)

// proven is a server with a wave that is released and one in which a class is
// answering. Its clock is an hour ahead of the database's: what was stored just
// now lies there from before the last quarter.
func proven(t *testing.T, cfg config.Server) *App {
	t.Helper()
	a := New(cfg, Options{
		Log: slog.New(slog.DiscardHandler), Version: "test", Hold: true,
		Now: func() time.Time { return time.Now().Add(time.Hour) },
	})
	must(t, a.Start(t.Context()))
	t.Cleanup(func() {
		if err := a.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	})
	known := twoClasses(8)
	for i := range known.Owners[0].Schools[0].Classes {
		known.Owners[0].Schools[0].Classes[i].Size = 60 // so many that each wave tells of their grade
	}
	must(t, a.SaveRoster(t.Context(), known))
	play := player(a, 1)
	must(t, play.Play(t.Context(), firstWave, sheets(known, rand.New(rand.NewPCG(1, 2)), 0, 9)))
	must(t, play.Open(t.Context(), firstWave+2))
	made, err := a.Codes(t.Context(), control.CodesRequest{Wave: firstWave + 2, School: school, Class: "8A"})
	must(t, err)
	pupil := &tablet.Tablet{URL: a.PublicURL()}
	for _, code := range made[0].Codes[:3] {
		b, err := pupil.Prepare(t.Context(), code, a.keys.Chain().For(uint32(firstWave)).Fingerprint(), none)
		must(t, err)
		_, err = pupil.Cast(t.Context(), b)
		must(t, err)
	}
	must(t, a.tidy(t.Context()))
	return a
}

// of is one promise of a report.
func of(t *testing.T, r prove.Report, id string) prove.Checked {
	t.Helper()
	i := slices.IndexFunc(r.Promises, func(c prove.Checked) bool { return c.ID == id })
	if i < 0 {
		t.Fatalf("the report says nothing of %s", id)
	}
	return r.Promises[i]
}

func report(t *testing.T, a *App) prove.Report {
	t.Helper()
	r, err := a.Prove(t.Context(), "en")
	must(t, err)
	return r
}

// TestEveryPromiseCanBreak first proves a whole server, then breaks its promises
// one after the other, as a careless or curious hand could. Each time the report
// says which, of what it is, and what to do; and once it is mended all is kept.
func TestEveryPromiseCanBreak(t *testing.T) {
	t.Parallel()
	in := newInstallation(t)
	a := proven(t, in.config())
	whole := report(t, a)
	if got := whole.Result(); got != prove.Kept {
		for _, p := range whole.Promises {
			t.Logf("%s %s: %s %v", p.Result, p.ID, p.Found, p.Details)
		}
		t.Fatalf("a server that nobody touched is %s", got)
	}
	var ids []string
	for _, p := range whole.Promises {
		ids = append(ids, p.ID)
	}
	if !slices.Equal(ids, prove.Promises) {
		t.Errorf("checked are %v, promised %v", ids, prove.Promises)
	}
	conn := connect(t, in.db)
	do := func(query string) func() { return func() { must(t, conn.Exec(t.Context(), query)) } }
	serve := func(h http.HandlerFunc) *web.Server {
		s, err := web.Listen(web.ListenOptions{Addr: "127.0.0.1:0"}, h)
		must(t, err)
		go func() { _ = s.Serve() }()
		t.Cleanup(func() { _ = s.Shutdown(context.Background()) })
		return s
	}
	public, admin := a.public, a.cfg.Admin
	code := filepath.Join(a.cfg.Data, "keys", "ballot", "code.key")
	chain := filepath.Join(a.cfg.Data, "keys", "ballot", "keys.json")
	keys, err := os.ReadFile(chain)
	must(t, err)
	first, second := uint32(firstWave), uint32(firstWave+2)

	for _, b := range []struct {
		id, why string
		plant   func()
		says    string // among the details, or in what is found
		mend    func()
	}{
		{
			id: "columns", why: "a column for a phone number", says: "answers.phone String",
			plant: do("ALTER TABLE answers ADD COLUMN phone String"), mend: do("ALTER TABLE answers DROP COLUMN phone"),
		},
		{
			id: "columns", why: "a table beside", says: "seen.at DateTime",
			plant: do("CREATE TABLE seen (at DateTime) ENGINE = MergeTree ORDER BY at"), mend: do("DROP TABLE seen SYNC"),
		},
		{
			id: "disk", why: "a part that came and was not merged", says: fmt.Sprintf("answers, wave %d: 2", second),
			plant: do(fmt.Sprintf("INSERT INTO answers (school, class, wave, attempt, nullifier) VALUES ('%s', '8A', %d, 1, repeat('x', 32))", school, second)),
			mend: func() {
				do("ALTER TABLE answers DELETE WHERE nullifier = repeat('x', 32) SETTINGS mutations_sync = 2")()
				do(fmt.Sprintf("OPTIMIZE TABLE answers PARTITION ID '%d' FINAL", second))()
			},
		},
		{
			id: "sealed", why: "an answer of a wave that is counted", says: fmt.Sprintf("answers, wave %d", first),
			plant: do(fmt.Sprintf("INSERT INTO answers (school, class, wave) VALUES ('%s', '8A', %d)", school, first)),
			mend:  do(fmt.Sprintf("ALTER TABLE answers DROP PARTITION ID '%d'", first)),
		},
		{
			id: "units", why: "a unit of three", says: "behind 1 of the numbers",
			plant: do(fmt.Sprintf("INSERT INTO counts (wave, owner, school, unit, measure, bin, n) VALUES (%d, '000000001', '%s', 'class:9Z', 'worst_items', 0, 3)", first+1, school)),
			mend:  do("ALTER TABLE counts DELETE WHERE unit = 'class:9Z' SETTINGS mutations_sync = 2"),
		},
		{
			id: "units", why: "the number of ballots of a class of six", says: "behind 1 of the numbers",
			plant: do(fmt.Sprintf("INSERT INTO counts (wave, school, unit, measure, n) VALUES (%d, '1', 'class:9Z', 'roster', 6), (%d, '1', 'class:9Z', 'ballots', 5)", first+1, first+1)),
			mend:  do("ALTER TABLE counts DELETE WHERE unit = 'class:9Z' SETTINGS mutations_sync = 2"),
		},
		{
			id: "units", why: "a summary without its unit", says: "behind 1 of the numbers",
			plant: do(fmt.Sprintf("INSERT INTO summary (wave, school, unit, n) VALUES (%d, '1', 'class:9Z', 4)", first+1)),
			mend:  do("ALTER TABLE summary DELETE WHERE unit = 'class:9Z' SETTINGS mutations_sync = 2"),
		},
		{
			id: "release", why: "a line that does not follow from the counts", says: fmt.Sprintf("wave %d, owner 000000001", first),
			plant: do(fmt.Sprintf("INSERT INTO release (release, wave, owner, school, level, unit, audience, item, form, value) SELECT release, wave, owner, school, level, unit || 'X', audience, item, form, value FROM release WHERE wave = %d AND unit != '' LIMIT 1", first)),
			mend:  do("ALTER TABLE release DELETE WHERE endsWith(unit, 'X') SETTINGS mutations_sync = 2"),
		},
		{
			id: "keys", why: "a key that others can read", says: "code.key: 0644",
			plant: func() { must(t, os.Chmod(code, 0o644)) }, mend: func() { must(t, os.Chmod(code, 0o600)) },
		},
		{
			id: "keys", why: "a fingerprint of other keys in keys.json", says: "the fingerprint is of other keys",
			plant: func() {
				must(t, os.WriteFile(chain, []byte(strings.Replace(string(keys), `"fingerprint": "`, `"fingerprint": "0`, 1)), 0o600))
			},
			mend: func() { must(t, os.WriteFile(chain, keys, 0o600)) },
		},
		{
			id: "pages", why: "a cookie and a script from elsewhere", says: "/: Set-Cookie",
			plant: func() {
				a.public = serve(func(w http.ResponseWriter, _ *http.Request) {
					w.Header().Set("Set-Cookie", "pupil=7")
					_, _ = w.Write([]byte(`<script src="https://ads.example/x.js"></script>`))
				})
			},
			mend: func() { a.public = public },
		},
		{
			id: "tablet", why: "another page than the one that was built", says: "/",
			plant: func() {
				a.public = serve(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<html>")) })
			},
			mend: func() { a.public = public },
		},
		{
			id: "metrics", why: "a count of a class, at once", says: "folgmed_ballots_total{class}",
			plant: func() {
				a.cfg.Admin = serve(func(w http.ResponseWriter, _ *http.Request) {
					_, _ = w.Write([]byte("folgmed_ballots_total{step=\"cast\",class=\"8A\"} 7\nprocess_cpu_seconds_total 3\n"))
				}).Addr()
			},
			mend: func() { a.cfg.Admin = admin },
		},
		{
			id: "ballots", why: "answers without ballots", says: "does not hold for 1 of",
			plant: do(fmt.Sprintf("INSERT INTO answers (school, class, wave, attempt, nullifier) SELECT '%s', '8B', %d, 1, randomFixedString(32) FROM numbers(2)", school, second)),
			mend:  do(fmt.Sprintf("ALTER TABLE answers DELETE WHERE class = '8B' AND wave = %d SETTINGS mutations_sync = 2", second)),
		},
		{
			id: "chain", why: "a count that was changed", says: fmt.Sprintf("wave %d: other counts", first),
			plant: do(fmt.Sprintf("INSERT INTO counts (wave, owner, school, unit, measure, bin, n) VALUES (%d, '000000001', '%s', 'class:8A', 'score', 20, 1)", first, school)),
			mend:  do("ALTER TABLE counts DELETE WHERE measure = 'score' AND bin = 20 AND n = 1 SETTINGS mutations_sync = 2"),
		},
		{
			id: "chain", why: "a forged link", says: "broken",
			plant: do("INSERT INTO wave_link (place, wave, turn) VALUES (2, 999, 99)"),
			mend:  do("ALTER TABLE wave_link DELETE WHERE wave = 999 SETTINGS mutations_sync = 2"),
		},
	} {
		b.plant()
		got := of(t, report(t, a), b.id)
		if got.Result != prove.Broken || got.Do == "" || !strings.Contains(got.Found+strings.Join(got.Details, "\n"), b.says) {
			t.Errorf("%s: %s is %s: %s %q (do: %s), want %q", b.why, b.id, got.Result, got.Found, got.Details, got.Do, b.says)
		}
		b.mend()
	}
	if r := report(t, a); r.Result() != prove.Kept {
		t.Errorf("mended, it is %s: %+v", r.Result(), r.Promises)
	}
}

// TestSwapSeesAnOrder exchanges sheets under a release that lists them as they
// came, and under one that shows nothing at all.
func TestSwapSeesAnOrder(t *testing.T) {
	set, err := surveys.Embedded()
	must(t, err)
	a := &App{surveys: set, schedule: newSchedule(nil, set, wave.NewClock(func() time.Time { return now }), false)}
	class, random := a.madeUpClass(), rand.New(rand.NewPCG(1, 2))
	changed, err := exchange(class.sheets, random, class.release)
	if err != nil || len(changed) > 0 {
		t.Errorf("the program's own release: %q, %v", changed, err)
	}
	changed, err = exchange(class.sheets, random, func(sheets []counts.Ballot) (string, error) { return fmt.Sprint(sheets), nil })
	if f, _ := brokenBy(changed); err != nil || f.Result != prove.Broken {
		t.Errorf("sheets listed as they came: %+v, %v", f, err)
	}
	if _, err := exchange(class.sheets, random, func([]counts.Ballot) (string, error) { return "", nil }); !errors.Is(err, errAsleep) {
		t.Errorf("a release that shows nothing: %v", err)
	}
}

func connect(t *testing.T, db store.Options) clickhouse.Conn {
	t.Helper()
	protocol := clickhouse.HTTP
	if strings.HasPrefix(db.URL, "clickhouse") {
		protocol = clickhouse.Native
	}
	_, addr, _ := strings.Cut(db.URL, "://")
	conn, err := clickhouse.Open(&clickhouse.Options{
		Protocol: protocol, Addr: []string{addr},
		Auth: clickhouse.Auth{Database: db.Database, Username: db.User, Password: db.Password},
	})
	must(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// TestWeakDatabaseBreaksPromises gives a server a database of its own that lets
// users do more than they should, keeps a log, and lets in who has no password.
func TestWeakDatabaseBreaksPromises(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	users := []engine.User{{Name: "planter", Grants: []string{"GRANT CREATE TABLE, INSERT, SELECT, DROP TABLE ON system.*", "GRANT TABLE ENGINE ON MergeTree"}}}
	for _, role := range store.Roles {
		user := engine.User{Name: role.User(store.DefaultDatabase), Grants: role.Grants(store.DefaultDatabase)}
		if role == store.RoleCollector {
			user.Grants = append(user.Grants, "GRANT SELECT ON folgmed.answers")
		}
		users = append(users, user)
	}
	db, err := engine.Start(t.Context(), engine.Options{Dir: dir, Users: users})
	must(t, err)
	t.Cleanup(func() { _ = db.Stop(context.Background()) })
	cfg := config.Server{
		Data: t.TempDir(), Listen: "127.0.0.1:0", Admin: "127.0.0.1:0", Rehearsal: true,
		ClickHouseURL: db.URL(), Database: store.DefaultDatabase, Passwords: map[string]string{},
	}
	for _, role := range store.Roles {
		cfg.Passwords[string(role)] = db.PasswordOf(role.User(store.DefaultDatabase))
	}
	a := New(cfg, Options{Log: slog.New(slog.DiscardHandler), Now: time.Now, Hold: true})
	must(t, a.Start(t.Context()))
	t.Cleanup(func() { _ = a.Stop(context.Background()) })

	r := report(t, a)
	for _, id := range []string{"columns", "password", "logs", "disk", "sealed", "release", "chain"} {
		if got := of(t, r, id); got.Result != prove.Kept {
			t.Errorf("a new installation: %s is %s: %s %q", id, got.Result, got.Found, got.Details)
		}
	}
	if got := of(t, r, "grants"); got.Result != prove.Broken || !slices.Equal(got.Details, []string{"folgmed_collector: SELECT ON folgmed.answers"}) {
		t.Errorf("the collector may read answers, and the report says %s %q", got.Result, got.Details)
	}

	planter := connect(t, store.Options{URL: db.URL(), Database: "system", User: "planter", Password: db.PasswordOf("planter")})
	must(t, planter.Exec(t.Context(), "CREATE TABLE system.query_log (query String) ENGINE = MergeTree ORDER BY query"))
	if got := of(t, report(t, a), "logs"); got.Result != prove.Unchecked || !strings.Contains(got.Do, "no-logs.xml") {
		t.Errorf("there is a log that we may not see, and the report says %s: %s", got.Result, got.Do)
	}

	file := filepath.Join(dir, "users.xml")
	was, err := os.ReadFile(file)
	must(t, err)
	weak := strings.NewReplacer(
		"<query>GRANT SELECT ON system.numbers</query>", "<query>GRANT SELECT ON *.*</query>",
		"<query>GRANT SELECT, INSERT ON folgmed.wave_link</query>", "<query>GRANT SELECT, INSERT ON folgmed.wave_link</query><query>GRANT SELECT ON system.text_log</query>",
	).Replace(string(was))
	must(t, os.WriteFile(file, []byte(weak), 0o600))
	must(t, syscall.Kill(db.PID(), syscall.SIGKILL)) // it reads the file when it is started again
	for end := time.Now().Add(30 * time.Second); (db.Restarts() == 0 || a.store.Ping(t.Context()) != nil) && time.Now().Before(end); {
		time.Sleep(50 * time.Millisecond)
	}
	must(t, planter.Exec(t.Context(), "CREATE TABLE system.text_log (message String) ENGINE = MergeTree ORDER BY message"))
	must(t, planter.Exec(t.Context(), "INSERT INTO system.text_log VALUES ('who asked what')"))
	r = report(t, a)
	if got := of(t, r, "password"); got.Result != prove.Broken || !slices.Contains(got.Details, "answers") {
		t.Errorf("who has no password reads all, and the report says %s %q", got.Result, got.Details)
	}
	if got := of(t, r, "logs"); got.Result != prove.Broken || !slices.Equal(got.Details, []string{"system.text_log: 1"}) {
		t.Errorf("a log holds a query, and the report says %s %q", got.Result, got.Details)
	}
}

// TestPartsProveTheirOwn asks each of four servers: what one may not see, another
// is named for, and none takes that for broken.
func TestPartsProveTheirOwn(t *testing.T) {
	t.Parallel()
	in := newInstallation(t)
	elsewhere := make(map[string]int)
	for _, role := range []config.Role{config.Job, config.Issuer, config.Collector, config.Staff} {
		a := run(t, in.part(t, role))
		for _, p := range report(t, a).Promises {
			switch p.Result {
			case prove.Elsewhere:
				elsewhere[p.ID]++
				if !strings.Contains(p.Found, "--role ") || p.Do == "" {
					t.Errorf("the %s does not say who sees %s: %s", role, p.ID, p.Found)
				}
			case prove.Kept:
			default:
				t.Errorf("the %s: %s is %s: %s %q", role, p.ID, p.Result, p.Found, p.Details)
			}
		}
	}
	for id, n := range elsewhere {
		if n == 4 {
			t.Errorf("nobody sees %s", id)
		}
	}
	if elsewhere["chain"] != 3 || elsewhere["columns"] != 0 {
		t.Errorf("seen elsewhere, by how many: %v", elsewhere)
	}
}

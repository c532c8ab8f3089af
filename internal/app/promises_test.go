package app

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/google/go-cmp/cmp"

	"github.com/folgmed/folgmed/internal/ballot"
	"github.com/folgmed/folgmed/internal/collect"
	"github.com/folgmed/folgmed/internal/config"
	"github.com/folgmed/folgmed/internal/control"
	"github.com/folgmed/folgmed/internal/counts"
	"github.com/folgmed/folgmed/internal/engine"
	"github.com/folgmed/folgmed/internal/roster"
	"github.com/folgmed/folgmed/internal/tablet"
	"github.com/folgmed/folgmed/internal/wave"
	"github.com/folgmed/folgmed/surveys"
)

// TestByTheClock runs an installation that is no rehearsal from a Monday on
// and looks at what is stored: merged every quarter of an hour, gone at the
// release, late rows too, and the nullifiers thirty days later, whether or not
// another wave comes.
func TestByTheClock(t *testing.T) {
	t.Parallel()
	in := newInstallation(t)
	var clock atomic.Pointer[time.Time]
	set := func(t time.Time) { clock.Store(&t) }
	monday := firstWave.Opens()
	set(monday.Add(8*time.Hour + 20*time.Minute))
	cfg := in.config()
	cfg.Rehearsal = false
	a := New(cfg, Options{Log: slog.New(slog.DiscardHandler), Now: func() time.Time { return *clock.Load() }})
	must(t, a.Start(t.Context()))
	t.Cleanup(func() {
		if err := a.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	})
	known := oneSchool()
	known.Owners[0].Rhythm = 1
	must(t, a.SaveRoster(t.Context(), known))
	stored := storedIn(t, in)
	wait := func(what string, there func() bool) {
		t.Helper()
		for end := time.Now().Add(10 * time.Second); !there(); time.Sleep(50 * time.Millisecond) {
			if time.Now().After(end) {
				t.Fatalf("%s: not in ten seconds", what)
			}
		}
	}
	state := func(want wave.State) func() bool {
		return func() bool { return a.schedule.Plan().State(firstWave) == want }
	}

	wait("the wave opens on Monday", state(wave.StateOpen))
	made, err := a.Codes(t.Context(), control.CodesRequest{Wave: firstWave, School: school, Class: "8A"})
	must(t, err)
	pupil := &tablet.Tablet{URL: a.PublicURL()}
	prepare := func(i int) tablet.Ballot {
		b, err := pupil.Prepare(t.Context(), made[0].Codes[i], a.keys.Fingerprint(), none)
		must(t, err)
		return b
	}
	cast := func(b tablet.Ballot) string {
		outcome, err := pupil.Cast(t.Context(), b)
		if err != nil {
			return err.Error()
		}
		return outcome
	}
	const pupils = 6
	for i := range pupils {
		if got := cast(prepare(i)); got != string(collect.Accepted) {
			t.Fatal(got)
		}
	}
	inTime, tooLate := prepare(pupils), prepare(pupils+1)
	parts := func() uint64 {
		return stored("SELECT uniqExact(_part) FROM answers") + stored("SELECT uniqExact(_part) FROM code_use")
	}
	if n := parts(); n <= 2 {
		t.Fatalf("%d parts before the quarter: the next check would prove nothing", n)
	}
	set(monday.Add(8*time.Hour + 30*time.Minute))
	wait("answers and uses of codes are merged on the quarter", func() bool { return parts() == 2 })

	set(firstWave.Closes())
	wait("the wave closes on Thursday", state(wave.StateClosed))
	if got := cast(inTime); got != string(collect.Accepted) {
		t.Errorf("a ballot that waited over the close: %s", got)
	}
	set(firstWave.Seals())
	wait("the wave is released after the seal", state(wave.StateReleased))
	rows := func(table string) uint64 { return stored("SELECT count() FROM " + table) }
	for _, table := range []string{"answers", "answers_sealing", "codes", "code_use", "class_session"} {
		if n := rows(table); n != 0 {
			t.Errorf("%d rows of %s are left after the release", n, table)
		}
	}
	if got := cast(inTime); got != string(collect.AlreadyCounted) {
		t.Errorf("a receipt that was lost: %s", got)
	}
	if got := cast(tooLate); !strings.Contains(got, string(collect.WaveClosed)) {
		t.Errorf("a ballot after the release: %s", got)
	}

	// A collector that was paused in the middle of its insert.
	late := collect.Row{Nullifier: ballot.Nullifier{1}}
	late.Sheet.School, late.Sheet.Class, late.Sheet.Wave, late.Sheet.Attempt = school, "8A", uint32(firstWave), 1
	must(t, a.parts[config.Collector].InsertAnswers(t.Context(), []collect.Row{late}))
	set(firstWave.Seals().Add(compactEvery))
	wait("a late row is dropped on the quarter", func() bool { return rows("answers") == 0 })

	set(firstWave.Seals().AddDate(0, 0, 29))
	wait("a month passes", func() bool { return a.schedule.Plan().State(firstWave+5) != wave.StatePlanned })
	if n := rows("nullifier"); n != pupils+1 {
		t.Errorf("%d nullifiers after 29 days, want %d", n, pupils+1)
	}
	set(firstWave.Seals().AddDate(0, 0, 31))
	wait("the nullifiers are forgotten after thirty days", func() bool { return rows("nullifier") == 0 })
}

// none would rather not answer.
func none(s tablet.Survey) []int { return make([]int, len(s.Items)) }

// storedIn returns a function that reads one number from the database.
func storedIn(t *testing.T, in installation) func(query string) uint64 {
	t.Helper()
	protocol := clickhouse.HTTP
	if strings.HasPrefix(in.db.URL, "clickhouse") {
		protocol = clickhouse.Native
	}
	_, addr, _ := strings.Cut(in.db.URL, "://")
	conn, err := clickhouse.Open(&clickhouse.Options{
		Protocol: protocol, Addr: []string{addr},
		Auth: clickhouse.Auth{Database: in.db.Database, Username: in.db.User, Password: in.db.Password},
	})
	must(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	return func(query string) (n uint64) {
		must(t, conn.QueryRow(t.Context(), query).Scan(&n))
		return n
	}
}

// TestEngineKilledUnderTablets kills the engine while a school answers, and
// again during the seal. The tablets try again; every ballot that was
// acknowledged is counted, once, with the answers it had.
func TestEngineKilledUnderTablets(t *testing.T) {
	t.Parallel()
	db, err := engine.Start(t.Context(), engine.Options{Dir: t.TempDir()})
	must(t, err)
	t.Cleanup(func() { _ = db.Stop(context.Background()) })
	var log syncBuffer
	in := installation{data: t.TempDir()}
	in.db.URL, in.db.User, in.db.Password = db.URL(), db.User(), db.Password()
	a := New(in.config(), Options{
		Log: slog.New(slog.NewTextHandler(&log, nil)), Now: func() time.Time { return now }, Hold: true,
	})
	must(t, a.Start(t.Context()))
	t.Cleanup(func() {
		if err := a.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	})
	known := oneSchool()
	known.Owners[0].Schools = known.Owners[0].Schools[:1]
	must(t, a.SaveRoster(t.Context(), known))
	must(t, player(a, 1).Open(t.Context(), firstWave))
	made, err := a.Codes(t.Context(), control.CodesRequest{Wave: firstWave})
	must(t, err)

	kill := func() {
		if pid := db.PID(); pid != 0 {
			must(t, syscall.Kill(pid, syscall.SIGKILL))
		}
	}
	var retried, done atomic.Int32
	pupil := &tablet.Tablet{URL: a.PublicURL(), HTTP: &http.Client{Transport: impatient{&retried}}}
	type pupilOf struct {
		class control.ClassCodes
		i     int
	}
	waiting := make(chan pupilOf)
	var tablets sync.WaitGroup
	for range 16 {
		tablets.Go(func() {
			for p := range waiting {
				b, err := pupil.Prepare(t.Context(), p.class.Codes[p.i], a.keys.Fingerprint(), func(s tablet.Survey) []int {
					options := none(s)
					for k := range options {
						options[k] = 1 + (p.i+k)%2
					}
					return options
				})
				if err == nil {
					_, err = pupil.Cast(t.Context(), b)
				}
				if err != nil {
					t.Errorf("pupil %d of %s: %v", p.i, p.class.Class, err)
				}
				if done.Add(1) == 30 {
					kill()
				}
			}
		})
	}
	for _, class := range made {
		for i := range class.Codes {
			waiting <- pupilOf{class, i}
		}
	}
	close(waiting)
	tablets.Wait()
	if db.Restarts() == 0 || retried.Load() == 0 {
		t.Error("no tablet met an engine that was down: this proves nothing")
	}

	var once sync.Once
	a.afterStep = func(string) error { once.Do(kill); return nil }
	seal := func() error {
		return a.MoveWave(t.Context(), control.Move{Wave: firstWave, Step: wave.Sealed})
	}
	if err := seal(); err == nil {
		t.Error("the seal did not notice that the engine was killed")
	}
	for end := time.Now().Add(10 * time.Second); seal() != nil && time.Now().Before(end); {
		time.Sleep(100 * time.Millisecond)
	}
	if got := a.schedule.Plan().State(firstWave); got != wave.StateReleased {
		t.Fatalf("the wave is %s after the engine is back", got)
	}
	rows, err := a.store.Counts(t.Context(), known.Owners[0].Org, 0, uint32(firstWave))
	must(t, err)
	table, err := counts.Read(rows)
	must(t, err)
	for _, c := range known.Owners[0].Schools[0].Classes {
		checkHalves(t, a, table, c)
	}
	if text := log.String(); strings.Contains(text, "/api/") || strings.Contains(text, "param_") {
		t.Errorf("the log tells of single requests:\n%s", text)
	}
}

// A class can not leave the roster while ballots of it wait to be folded, be it
// that the seal was interrupted.
func TestNoClassLeavesBeforeItIsCounted(t *testing.T) {
	t.Parallel()
	in := newInstallation(t)
	a, _ := in.start(t)
	known, smaller := oneSchool(), oneSchool()
	smaller.Owners[0].Schools[0].Classes = smaller.Owners[0].Schools[0].Classes[1:]
	must(t, a.SaveRoster(t.Context(), known))
	must(t, player(a, 1).Open(t.Context(), firstWave))
	for _, step := range sealSteps {
		a.afterStep = func(done string) error {
			if done == step.what {
				return errCrash
			}
			return nil
		}
		if err := a.MoveWave(t.Context(), control.Move{Wave: firstWave, Step: wave.Sealed}); !errors.Is(err, errCrash) {
			t.Fatal(err)
		}
		if err := a.SaveRoster(t.Context(), smaller); err == nil {
			t.Fatalf("a class left the roster after %q, with its ballots not counted", step.what)
		}
	}
	a.afterStep = nil
	must(t, a.MoveWave(t.Context(), control.Move{Wave: firstWave, Step: wave.Sealed}))
	must(t, a.SaveRoster(t.Context(), smaller))
}

// A release is written once. Were the roster to change between a release that
// is written and the journal that says so, the repeat would write another
// beside it: what the gate hides depends on grades and classes.
func TestNoRosterChangesUnderARelease(t *testing.T) {
	t.Parallel()
	a, _ := newInstallation(t).start(t)
	known, regraded := oneSchool(), oneSchool()
	for i := range regraded.Owners[0].Schools[0].Classes[:2] {
		regraded.Owners[0].Schools[0].Classes[i].Grades = []int{9} // the same questionnaire
	}
	must(t, a.SaveRoster(t.Context(), known))
	a.afterStep = func(done string) error {
		if done == "write the release" {
			return errCrash
		}
		return nil
	}
	random := rand.New(rand.NewPCG(7, 8))
	if err := player(a, 1).Play(t.Context(), firstWave, sheets(known, random, 0, 9)); !errors.Is(err, errCrash) {
		t.Fatal(err)
	}
	if err := a.SaveRoster(t.Context(), regraded); err == nil || !strings.Contains(err.Error(), "being released") {
		t.Errorf("the roster changed under a release: %v", err)
	}
	a.afterStep = nil
	if _, err := a.Detect(t.Context()); err != nil {
		t.Fatal(err)
	}
	type line struct{ level, unit, item, audience, school string }
	seen := map[line]bool{}
	for _, r := range lines(t, a) {
		l := line{r.Level, r.Unit, r.Item, r.Audience, r.School}
		if seen[l] {
			t.Errorf("the release has two lines of %+v", l)
		}
		seen[l] = true
	}
	must(t, a.SaveRoster(t.Context(), regraded))
}

// Two servers on one database seal at the same moment, and one of them is
// paused before it folds until the other has forgotten the answers.
func TestPausedServerUndoesNoSeal(t *testing.T) {
	t.Parallel()
	in := newInstallation(t)
	a, _ := in.start(t)
	known := oneSchool()
	known.Owners[0].Schools = known.Owners[0].Schools[:1]
	must(t, a.SaveRoster(t.Context(), known))
	a.afterStep = func(string) error { return errCrash }
	random := rand.New(rand.NewPCG(5, 6))
	if err := player(a, 1).Play(t.Context(), firstWave, sheets(known, random, 0, 9)); !errors.Is(err, errCrash) {
		t.Fatal(err)
	}
	other := in
	other.data = t.TempDir()
	paused, _ := other.start(t)
	a.afterStep = nil
	if _, err := a.Detect(t.Context()); err != nil {
		t.Fatal(err)
	}
	kept := func() []counts.Row {
		rows, err := a.store.Counts(t.Context(), known.Owners[0].Org, 0, uint32(firstWave))
		must(t, err)
		return rows
	}
	want := kept()
	if len(want) == 0 {
		t.Fatal("the first server counted nothing: this proves nothing")
	}
	must(t, paused.fold(t.Context(), &sealing{wave: firstWave}))
	if diff := cmp.Diff(want, kept()); diff != "" {
		t.Errorf("the second server changed what is counted:\n%.400s", diff)
	}
}

// checkHalves looks for as many first as second options in each histogram.
func checkHalves(t *testing.T, a *App, table counts.Table, c roster.Class) {
	t.Helper()
	ask, _ := a.schedule.Ask(school, c.Name, firstWave)
	items, _ := a.schedule.Items(ask)
	for _, item := range items {
		if item.Kind == surveys.Background {
			continue
		}
		want := []uint32{0, uint32(c.Size) / 2, uint32(c.Size) / 2}
		got := table.Hist(uint32(firstWave), school, counts.ClassUnit(c.Name), counts.All, counts.ItemMeasure(item.ID))
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s, item %s:\n%s", c.Name, item.ID, diff)
		}
	}
}

// impatient hides how long the server asks tablets to wait, and counts how
// often it does.
type impatient struct{ times *atomic.Int32 }

func (i impatient) RoundTrip(r *http.Request) (*http.Response, error) {
	res, err := http.DefaultTransport.RoundTrip(r)
	if err == nil && res.StatusCode == http.StatusServiceUnavailable {
		if res.Header.Get("Retry-After") == "" {
			return nil, fmt.Errorf("%s: 503 without Retry-After", r.URL.Path)
		}
		i.times.Add(1)
		res.Header.Del("Retry-After")
	}
	return res, err
}

// syncBuffer is a log to look at.
type syncBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *syncBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *syncBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}

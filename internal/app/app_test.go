package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/go-cmp/cmp"

	"github.com/folgmed/folgmed/internal/collect"
	"github.com/folgmed/folgmed/internal/config"
	"github.com/folgmed/folgmed/internal/control"
	"github.com/folgmed/folgmed/internal/counts"
	"github.com/folgmed/folgmed/internal/disclosure"
	"github.com/folgmed/folgmed/internal/rehearsal"
	"github.com/folgmed/folgmed/internal/roster"
	"github.com/folgmed/folgmed/internal/store"
	"github.com/folgmed/folgmed/internal/store/storetest"
	"github.com/folgmed/folgmed/internal/tablet"
	"github.com/folgmed/folgmed/internal/wave"
	"github.com/folgmed/folgmed/surveys"
)

func TestMain(m *testing.M) {
	if os.Getenv(bareVariable) != "" {
		serveBare()
	}
	if os.Getenv(canaryVariable) != "" {
		serveCanary()
	}
	storetest.Main(m)
}

// now is a Monday in late November, 08:30 in Oslo.
var now = time.Date(2026, 11, 23, 7, 30, 0, 0, time.UTC)

// installation is a database and a data folder that servers come and go on.
type installation struct {
	db        store.Options
	passwords map[string]string // of the parts' users; nil: db has the one user
	data      string
}

func newInstallation(t testing.TB) installation {
	t.Helper()
	in := installation{db: storetest.Database(t), passwords: make(map[string]string), data: t.TempDir()}
	for _, role := range store.Roles {
		in.passwords[string(role)] = storetest.Password(t, in.db, role)
	}
	return in
}

func (i installation) config() config.Server {
	return config.Server{
		Data: i.data, Listen: "127.0.0.1:0", Admin: "127.0.0.1:0", Rehearsal: true,
		ClickHouseURL: i.db.URL, ClickHouseUser: i.db.User, ClickHousePassword: i.db.Password, Database: i.db.Database,
		Passwords: i.passwords,
	}
}

// start starts a server that waits with its job, so that a test alone moves
// the waves. It is stopped when the test ends, or before that by stop.
func (i installation) start(t testing.TB) (a *App, stop func()) {
	t.Helper()
	a = New(i.config(), Options{
		Log: slog.New(slog.DiscardHandler), Version: "test", Now: func() time.Time { return now }, Hold: true,
	})
	if err := a.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	stopped := false
	stop = func() {
		if stopped {
			return
		}
		stopped = true
		ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
		defer cancel()
		if err := a.Stop(ctx); err != nil {
			t.Error(err)
		}
	}
	t.Cleanup(stop)
	return a, stop
}

const (
	school    = "000000101"
	principal = "rektor@skole.example"
)

// oneSchool is an owner of three schools of which one matters here.
func oneSchool() roster.Roster {
	o := roster.Owner{Org: "000000001", Name: "Fjordvik", Rhythm: 2, Rate: .25}
	for k := range 3 {
		s := roster.School{Org: fmt.Sprintf("00000010%d", k+1), Name: fmt.Sprintf("Skole %d", k+1), Written: "nb"}
		for _, name := range []string{"8A", "8B", "9A", "9B"} {
			s.Classes = append(s.Classes, roster.Class{Name: name, Grades: []int{int(name[0] - '0')}, Size: 20})
		}
		o.Schools = append(o.Schools, s)
	}
	return roster.Roster{Owners: []roster.Owner{o}}
}

// sheets answers for every class: most pupils are well, with some noise. From
// wave fall on, class 8A of the first school has a hard time.
func sheets(r roster.Roster, random *rand.Rand, k, fall int) []rehearsal.Sheet {
	set, err := surveys.Embedded()
	if err != nil {
		panic(err)
	}
	var all []rehearsal.Sheet
	for _, s := range r.Owners[0].Schools {
		for _, c := range s.Classes {
			q, _ := set.For(c.Grades)
			for range c.Size - random.IntN(4) {
				sheet := rehearsal.Sheet{School: s.Org, Class: c.Name, Options: map[string]int{}}
				bad := s.Org == school && c.Name == "8A" && k >= fall
				for _, item := range q.Items {
					option := 1
					if item.Feeds(surveys.Score) {
						option += random.IntN(3)
						if bad {
							option += 2
						}
					}
					sheet.Options[item.ID] = option
				}
				all = append(all, sheet)
			}
		}
	}
	return all
}

func player(a *App, seed uint64) *rehearsal.Rehearsal {
	return &rehearsal.Rehearsal{Operator: a, URL: a.PublicURL(), Tablets: 64, Seed: seed}
}

// firstWave is that of mid-September; the waves of the tests follow every
// second week.
var firstWave = wave.NumberOf(time.Date(2026, 9, 14, 0, 0, 0, 0, time.UTC))

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// lines are all released lines of the owner as they are stored.
func lines(t *testing.T, a *App) []disclosure.Row {
	t.Helper()
	released, err := a.store.ReleasedForOwner(t.Context(), a.owners()[0])
	must(t, err)
	if len(released) == 0 {
		t.Fatal("nothing is released")
	}
	rows := make([]disclosure.Row, len(released))
	for i, r := range released {
		rows[i] = r.Row()
	}
	slices.SortFunc(rows, func(x, y disclosure.Row) int {
		return strings.Compare(fmt.Sprintf("%05d %v", x.Wave, x), fmt.Sprintf("%05d %v", y.Wave, y))
	})
	return rows
}

// A crash between any two steps of a seal changes nothing of what is released.
func TestSealSurvivesACrashAfterEveryStep(t *testing.T) {
	t.Parallel()
	known := oneSchool()
	known.Owners[0].Schools = known.Owners[0].Schools[:1]
	run := func(t *testing.T, crash string) ([]disclosure.Row, []counts.Row, []store.Vintage) {
		in := newInstallation(t)
		a, stop := in.start(t)
		must(t, a.SaveRoster(t.Context(), known))
		random := rand.New(rand.NewPCG(3, 4))
		for k := range 2 {
			if k == 1 && crash != "" {
				a.afterStep = func(step string) error {
					if step == crash {
						return errCrash
					}
					return nil
				}
			}
			err := player(a, 5).Play(t.Context(), firstWave+wave.Number(2*k), sheets(known, random, k, 9))
			if err != nil && !errors.Is(err, errCrash) {
				t.Fatal(err)
			}
			if k == 1 && (err != nil) != (crash != "") {
				t.Fatalf("crash after %q: %v", crash, err)
			}
		}
		if crash != "" {
			stop()
			a, _ = in.start(t)
			released, err := a.Detect(t.Context())
			if err != nil || len(released) != 1 {
				t.Fatalf("after the restart %v was released: %v", released, err)
			}
		}
		rows, err := a.store.Counts(t.Context(), known.Owners[0].Org, 0, uint32(firstWave)+2)
		must(t, err)
		vintages, _ := learned(t, a)
		return lines(t, a), rows, vintages
	}
	wantLines, wantCounts, wantVintages := run(t, "")
	for _, step := range sealSteps {
		t.Run(step.what, func(t *testing.T) {
			t.Parallel()
			gotLines, gotCounts, gotVintages := run(t, step.what)
			if diff := cmp.Diff(wantLines, gotLines); diff != "" {
				t.Errorf("released:\n%s", diff)
			}
			if diff := cmp.Diff(wantVintages, gotVintages); diff != "" {
				t.Errorf("learned:\n%s", diff)
			}
			// Who would rather not tell the gender is put in a group by a
			// coin keyed on the nullifier, so only the whole is the same.
			if diff := cmp.Diff(whole(wantCounts), whole(gotCounts)); diff != "" {
				t.Errorf("counted:\n%s", diff)
			}
		})
	}
}

var errCrash = errors.New("crash")

func whole(rows []counts.Row) []counts.Row {
	return slices.DeleteFunc(slices.Clone(rows), func(r counts.Row) bool { return r.Stratum != counts.All })
}

// What a tablet hears when its ballot comes while the wave is sealed, and
// after it is released.
func TestBallotsAroundTheSeal(t *testing.T) {
	t.Parallel()
	in := newInstallation(t)
	a, _ := in.start(t)
	known := oneSchool()
	must(t, a.SaveRoster(t.Context(), known))
	must(t, player(a, 1).Open(t.Context(), firstWave))
	made, err := a.Codes(t.Context(), control.CodesRequest{Wave: firstWave, School: school, Class: "8A"})
	must(t, err)
	pupil := &tablet.Tablet{URL: a.PublicURL()}
	prepare := func(i int) tablet.Ballot {
		b, err := pupil.Prepare(t.Context(), made[0].Codes[i], a.keys.Fingerprint(), func(s tablet.Survey) []int {
			return make([]int, len(s.Items))
		})
		must(t, err)
		return b
	}
	cast := func(b tablet.Ballot) string {
		res, err := http.Post(a.PublicURL()+"/api/cast", "application/json", strings.NewReader(string(b.Body())))
		must(t, err)
		defer res.Body.Close()
		body, err := io.ReadAll(res.Body)
		must(t, err)
		return string(body)
	}
	expect := func(when string, b tablet.Ballot, want collect.Outcome) {
		t.Helper()
		if got := cast(b); !strings.Contains(got, `"outcome":"`+string(want)+`"`) {
			t.Errorf("%s: got %s, want %s", when, got, want)
		}
	}
	counted, late := prepare(0), prepare(1)
	expect("while the wave is open", counted, collect.Accepted)
	expect("the same again", counted, collect.AlreadyCounted)
	for i := range 6 {
		expect("a classmate", prepare(2+i), collect.Accepted)
	}
	must(t, a.MoveWave(t.Context(), control.Move{Wave: firstWave, Step: wave.Closed}))
	if _, err := pupil.Prepare(t.Context(), made[0].Codes[19], a.keys.Fingerprint(), nil); err == nil || !strings.Contains(err.Error(), "wave_closed") {
		t.Errorf("a code in a closed wave: %v", err)
	}
	during := 0
	a.afterStep = func(string) error {
		during++
		expect("while the wave is folded", late, collect.Unavailable)
		expect("counted, while the wave is folded", counted, collect.Unavailable)
		return nil
	}
	must(t, a.MoveWave(t.Context(), control.Move{Wave: firstWave, Step: wave.Sealed}))
	if during != len(sealSteps) {
		t.Fatalf("the seal took %d steps, want %d", during, len(sealSteps))
	}
	expect("counted, after the release", counted, collect.AlreadyCounted)
	expect("late, after the release", late, collect.WaveClosed)
	rows, err := a.store.Counts(t.Context(), known.Owners[0].Org, 0, uint32(firstWave))
	must(t, err)
	table, err := counts.Read(rows)
	must(t, err)
	if n := table.Respondents(uint32(firstWave), school, counts.ClassUnit("8A"), counts.All); n != 7 {
		t.Errorf("%d ballots were counted, want 7", n)
	}
}

func TestStartRefuses(t *testing.T) {
	t.Parallel()
	in := newInstallation(t)
	cfg := in.config()
	cfg.Rehearsal = false
	a := New(cfg, Options{Log: slog.New(slog.DiscardHandler), Now: func() time.Time { return now }, Hold: true})
	must(t, a.Start(t.Context()))
	if err := a.MoveWave(t.Context(), control.Move{Wave: firstWave, Step: wave.Opened}); !errors.Is(err, wave.ErrNotRehearsal) {
		t.Errorf("a wave was opened by command outside a rehearsal: %v", err)
	}
	if err := a.SetClock(t.Context(), control.Clock{Set: now}); err == nil {
		t.Error("the clock was set outside a rehearsal")
	}
	// A second server on the same folder, while the first runs.
	second := New(cfg, Options{Log: slog.New(slog.DiscardHandler), Now: func() time.Time { return now }, Hold: true})
	if err := second.Start(t.Context()); err == nil || !strings.Contains(err.Error(), "already answers") {
		t.Errorf("a second server on the same folder: %v", err)
	}
	must(t, a.Stop(context.Background()))
	b := New(in.config(), Options{Log: slog.New(slog.DiscardHandler), Now: func() time.Time { return now }, Hold: true})
	if err := b.Start(t.Context()); err == nil || !strings.Contains(err.Error(), "rehearsal") {
		t.Errorf("a real installation was started as a rehearsal: %v", err)
	}
}

// browser is a person's browser without scripts: it follows links and submits
// forms.
type browser struct {
	t    testing.TB
	base string
	http *http.Client
}

func signIn(t testing.TB, a *App, email string) *browser {
	t.Helper()
	link, err := a.SignInLink(t.Context(), email)
	must(t, err)
	return follow(t, a.PublicURL(), link)
}

// follow signs in by a link.
func follow(t testing.TB, base, link string) *browser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	must(t, err)
	b := &browser{t: t, base: base, http: &http.Client{Jar: jar}}
	b.submit(b.get(strings.TrimPrefix(link, b.base)), "", nil)
	return b
}

func (b *browser) get(path string) *goquery.Document {
	b.t.Helper()
	res, err := b.http.Get(b.base + path)
	must(b.t, err)
	return b.read(res)
}

func (b *browser) read(res *http.Response) *goquery.Document {
	b.t.Helper()
	defer res.Body.Close()
	doc, err := goquery.NewDocumentFromReader(res.Body)
	must(b.t, err)
	if res.StatusCode != http.StatusOK {
		b.t.Fatalf("%s %s: %s\n%s", res.Request.Method, res.Request.URL, res.Status, doc.Text())
	}
	return doc
}

// submit fills in the form whose action ends in name (the only one if empty)
// and sends it.
func (b *browser) submit(page *goquery.Document, name string, fill url.Values) {
	b.t.Helper()
	form := page.Find("main form").FilterFunction(func(_ int, s *goquery.Selection) bool {
		action, _ := s.Attr("action")
		return strings.HasSuffix(action, name)
	}).First()
	if form.Length() == 0 {
		b.t.Fatalf("the page has no form %q:\n%s", name, page.Text())
	}
	values := url.Values{}
	form.Find("input[type=hidden]").Each(func(_ int, s *goquery.Selection) {
		key, _ := s.Attr("name")
		value, _ := s.Attr("value")
		values.Add(key, value)
	})
	for key, value := range fill {
		values[key] = value
	}
	action, _ := form.Attr("action")
	req, err := http.NewRequest(http.MethodPost, b.base+action, strings.NewReader(values.Encode()))
	must(b.t, err)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	res, err := b.http.Do(req)
	must(b.t, err)
	b.read(res)
}

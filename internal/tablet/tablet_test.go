package tablet_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/folgmed/folgmed/internal/ballot"
	"github.com/folgmed/folgmed/internal/collect"
	"github.com/folgmed/folgmed/internal/counts"
	"github.com/folgmed/folgmed/internal/pupil"
	"github.com/folgmed/folgmed/internal/roster"
	"github.com/folgmed/folgmed/internal/store"
	"github.com/folgmed/folgmed/internal/store/storetest"
	"github.com/folgmed/folgmed/internal/tablet"
	"github.com/folgmed/folgmed/internal/tally"
	"github.com/folgmed/folgmed/internal/wave"
	"github.com/folgmed/folgmed/internal/web"
	"github.com/folgmed/folgmed/surveys"
)

func TestMain(m *testing.M) { storetest.Main(m) }

const (
	ownerOrg  = "987654325"
	schoolOrg = "912345674"
	thisWave  = 140
)

var thePlan = plan{
	Owner: ownerOrg, School: schoolOrg, Class: "6A", Wave: thisWave,
	Questionnaire: "grades-5-7", Version: 1, Attempt: 1,
	State: wave.StateOpen, RosterSize: 20, Grades: []int{6},
}

// plan is one class in one wave.
type plan wave.Ask

func (p plan) Ask(school, class string, n wave.Number) (wave.Ask, bool) {
	return wave.Ask(p), school == p.School && class == p.Class && n == p.Wave
}

// installation is all that stands behind the public interface, on a real
// ClickHouse.
type installation struct {
	url    string
	keys   *ballot.Ring
	store  *store.Store
	issuer *ballot.Issuer
}

func newInstallation(t *testing.T) installation {
	t.Helper()
	set, err := surveys.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	keys, err := ballot.OpenRing(t.TempDir(), ballot.Holds{Issuer: true, Collector: true}, wave.Number(thisWave).SchoolYear())
	if err != nil {
		t.Fatal(err)
	}
	s := storetest.New(t)
	issuer := ballot.NewIssuer(ballot.Options{Keys: keys, Store: s, Plan: thePlan, Random: rand.Reader, Now: time.Now})
	collector := collect.New(collect.Options{
		Keys: keys, Plan: thePlan, Store: s, Log: slog.New(slog.DiscardHandler),
		Items: func(a wave.Ask) ([]surveys.Item, bool) {
			q, ok := set.Find(a.Questionnaire, a.Version)
			return q.Asked(a.Ordinal), ok
		},
	})
	t.Cleanup(func() {
		if err := errors.Join(issuer.Stop(context.Background()), collector.Stop(context.Background())); err != nil {
			t.Error(err)
		}
	})
	app, err := pupil.New(pupil.Options{
		Issuer: issuer, Collector: collector, Surveys: set, Keys: keys,
		Roster: func() roster.Roster {
			return roster.Roster{Owners: []roster.Owner{{Org: ownerOrg, Schools: []roster.School{{
				Org: schoolOrg, Name: "Nordskogen skole", Written: "nb",
				Classes: []roster.Class{{Name: "6A", Grades: []int{6}, Size: 20}},
			}}}}}
		},
		Tally: tally.New(time.Now, map[string][]string{pupil.StepIssue: nil, pupil.StepCast: nil}),
	})
	if err != nil {
		t.Fatal(err)
	}
	e := web.New(web.Options{Log: slog.New(slog.DiscardHandler)})
	app.Routes(e)
	server := httptest.NewServer(e)
	t.Cleanup(server.Close)
	return installation{server.URL, keys, s, issuer}
}

func (i installation) codes(t *testing.T, n int) []ballot.Code {
	t.Helper()
	sheets, err := i.issuer.MakeCodes(t.Context(), ballot.Order{Ask: wave.Ask(thePlan), N: n})
	if err != nil {
		t.Fatal(err)
	}
	return sheets[0]
}

// counted seals the wave and returns what is counted.
func (i installation) counted(t *testing.T) []counts.Ballot {
	t.Helper()
	if err := i.store.MoveAnswers(t.Context(), thisWave); err != nil {
		t.Fatal(err)
	}
	var all []counts.Ballot
	if err := i.store.SealedAnswers(t.Context(), thisWave, func(b counts.Ballot) error {
		all = append(all, b)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return all
}

// transport lets a test stand between tablet and installation.
type transport func(*http.Request) (*http.Response, error)

func (f transport) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func (i installation) tablet(f transport) *tablet.Tablet {
	return &tablet.Tablet{URL: i.url, HTTP: &http.Client{Transport: f}}
}

func straight(r *http.Request) (*http.Response, error) { return http.DefaultTransport.RoundTrip(r) }

// firstOption answers every item with its first option.
func firstOption(s tablet.Survey) []int {
	options := make([]int, len(s.Items))
	for i := range options {
		options[i] = 1
	}
	return options
}

func TestAClassAnswers(t *testing.T) {
	i := newInstallation(t)
	tab := i.tablet(straight)
	var wg sync.WaitGroup
	for _, code := range i.codes(t, 20) {
		wg.Go(func() {
			b, err := tab.Prepare(t.Context(), code.Grouped(), i.keys.Fingerprint(), firstOption)
			if err != nil {
				t.Error(err)
				return
			}
			for _, want := range []string{"accepted", "already_counted"} {
				if got, err := tab.Cast(t.Context(), b); err != nil || got != want {
					t.Errorf("%s, %v, want %s", got, err, want)
				}
			}
			if _, err := tab.Open(t.Context(), code.Grouped(), i.keys.Fingerprint()); outcome(err) != "code_refused" {
				t.Errorf("the code works again: %v", err)
			}
		})
	}
	wg.Wait()
	all := i.counted(t)
	if len(all) != 20 {
		t.Fatalf("%d ballots are counted, want 20", len(all))
	}
	for _, b := range all {
		if b.Class != "6A" || len(b.Items) != len(b.Options) || len(b.Items) == 0 || bytes.Count(b.Options, []byte{1}) != len(b.Options) {
			t.Errorf("counted %+v", b)
		}
	}
}

func outcome(err error) string {
	var e interface{ Outcome() string }
	if errors.As(err, &e) {
		return e.Outcome()
	}
	return ""
}

// TestLostReplies loses the first reply to every request after it was dealt
// with, and then has the server away for a moment.
func TestLostReplies(t *testing.T) {
	i := newInstallation(t)
	var mu sync.Mutex
	bodies := map[string][]string{}
	tab := i.tablet(func(r *http.Request) (*http.Response, error) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		mu.Lock()
		bodies[r.URL.Path] = append(bodies[r.URL.Path], string(body))
		n := len(bodies[r.URL.Path])
		mu.Unlock()
		if n == 2 {
			return reply(http.StatusServiceUnavailable, `{"outcome":"unavailable","message":"later"}`), nil
		}
		res, err := http.DefaultTransport.RoundTrip(r)
		if n == 1 && err == nil {
			_ = res.Body.Close()
			return nil, errors.New("connection reset by peer")
		}
		return res, err
	})
	b, err := tab.Prepare(t.Context(), i.codes(t, 1)[0].String(), i.keys.Fingerprint(), firstOption)
	if err != nil {
		t.Fatal(err)
	}
	got, err := tab.Cast(t.Context(), b)
	if err != nil || got != "already_counted" {
		t.Errorf("%s, %v, want already_counted", got, err)
	}
	for path, sent := range bodies {
		if len(sent) != 3 || sent[0] != sent[1] || sent[1] != sent[2] {
			t.Errorf("%s: %d requests, want three alike", path, len(sent))
		}
	}
	if n := len(i.counted(t)); n != 1 {
		t.Errorf("%d ballots are counted, want 1", n)
	}
}

func reply(status int, body string) *http.Response {
	return &http.Response{StatusCode: status, Status: http.StatusText(status), Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body))}
}

// rewritten is a transport that changes one field of the replies to one path.
func rewritten(path, field string, change func(old string) string) transport {
	return func(r *http.Request) (*http.Response, error) {
		r.Header.Set("Accept-Encoding", "identity")
		res, err := straight(r)
		if err != nil || r.URL.Path != path || res.StatusCode != http.StatusOK {
			return res, err
		}
		defer res.Body.Close()
		var v map[string]any
		if err := json.NewDecoder(res.Body).Decode(&v); err != nil {
			return nil, err
		}
		in := v
		names := strings.Split(field, ".")
		for _, name := range names[:len(names)-1] {
			in = in[name].(map[string]any)
		}
		last := names[len(names)-1]
		in[last] = change(in[last].(string))
		text, err := json.Marshal(v)
		return reply(http.StatusOK, string(text)), err
	}
}

// TestTabletGivesUp is a server that does not play fair.
func TestTabletGivesUp(t *testing.T) {
	i := newInstallation(t)
	others, err := ballot.NewKeys()
	if err != nil {
		t.Fatal(err)
	}
	text := func(b ballot.Bytes) string { t, _ := b.MarshalText(); return string(t) }
	flip := func(s string) string { return map[bool]string{true: "B", false: "A"}[s[0] == 'A'] + s[1:] }
	codes := i.codes(t, 7)
	for n, test := range []struct {
		name string
		via  transport
		want error
	}{
		{"another ballot key", rewritten("/api/code", "keys.poprf", func(string) string { return text(others.Public().POPRF) }), tablet.ErrFingerprint},
		{"another sealing key", rewritten("/api/code", "keys.hpke", func(string) string { return text(others.Public().HPKE) }), tablet.ErrFingerprint},
		{"another receipt key", rewritten("/api/code", "keys.receipt", func(string) string { return text(others.Public().Receipt) }), tablet.ErrFingerprint},
		{"an info of one pupil's own", rewritten("/api/code", "info.class", func(s string) string { return s + " " }), tablet.ErrProof},
		{"another evaluated element", rewritten("/api/issue", "evaluated", func(string) string { return text(others.Public().POPRF) }), tablet.ErrProof},
		{"another proof", rewritten("/api/issue", "proof", flip), tablet.ErrProof},
		{"another receipt", rewritten("/api/cast", "receipt", flip), tablet.ErrReceipt},
	} {
		tab := i.tablet(test.via)
		b, err := tab.Prepare(t.Context(), codes[n].String(), i.keys.Fingerprint(), firstOption)
		if err == nil {
			_, err = tab.Cast(t.Context(), b)
		}
		if !errors.Is(err, test.want) {
			t.Errorf("%s: %v, want %v", test.name, err, test.want)
		}
	}
}

func TestRefusedIsFinal(t *testing.T) {
	i := newInstallation(t)
	requests := 0
	tab := i.tablet(func(r *http.Request) (*http.Response, error) {
		requests++
		return straight(r)
	})
	for code, want := range map[string]string{"0000000000": "code_refused", "0000000001": "malformed"} {
		requests = 0
		_, err := tab.Open(t.Context(), code, i.keys.Fingerprint())
		var refused *tablet.Refused
		if !errors.As(err, &refused) || refused.Outcome() != want || requests != 1 {
			t.Errorf("%s: %v after %d requests, want %s after one", code, err, requests, want)
		}
	}
	s, err := tab.Open(t.Context(), i.codes(t, 1)[0].String(), i.keys.Fingerprint())
	if err != nil {
		t.Fatal(err)
	}
	if err := tab.Issue(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	short, err := s.Ballot([]int{1})
	if err != nil {
		t.Fatal(err)
	}
	_, err = tab.Cast(t.Context(), short)
	if outcome(err) != "malformed" {
		t.Errorf("an answer too few: %v, want malformed", err)
	}
}

// The length of a sealed ballot tells nothing of what is in it.
func TestEveryAnswerIsAsLong(t *testing.T) {
	i := newInstallation(t)
	tab := i.tablet(straight)
	s, err := tab.Open(t.Context(), i.codes(t, 1)[0].String(), i.keys.Fingerprint())
	if err != nil {
		t.Fatal(err)
	}
	if err := tab.Issue(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	lengths := map[int]bool{}
	for _, option := range []int{0, 9, 10, 100} {
		options := make([]int, len(s.Survey.Items))
		options[0] = option
		b, err := s.Ballot(options)
		if err != nil {
			t.Fatal(err)
		}
		lengths[len(b.Body())] = true
	}
	if len(lengths) != 1 {
		t.Errorf("sealed ballots of lengths %v", lengths)
	}
}

func TestCastEndsWithItsContext(t *testing.T) {
	tab := &tablet.Tablet{URL: "http://folgmed.invalid", HTTP: &http.Client{
		Transport: transport(func(*http.Request) (*http.Response, error) { return nil, errors.New("no network") }),
	}}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err := tab.Open(ctx, "0000000000", "")
	if !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "no network") {
		t.Errorf("got %v, want the deadline and what stood in the way", err)
	}
}

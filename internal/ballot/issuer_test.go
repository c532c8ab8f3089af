package ballot

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/folgmed/folgmed/internal/commit"
	"github.com/folgmed/folgmed/internal/wave"
)

// memory is a store whose calls take the time that delay says, so that
// issuers interleave in all ways, and which fails when told to.
type memory struct {
	mu    sync.Mutex
	delay func() time.Duration
	fail  func() bool
	codes map[CodeMAC]StoredCode
	uses  map[CodeMAC][]CodeUse
	steps []SessionEvent
	calls []string
}

func newMemory() *memory {
	return &memory{codes: map[CodeMAC]StoredCode{}, uses: map[CodeMAC][]CodeUse{}}
}

var errAway = errors.New("the store is away")

// call waits and says when the effect happens: before or after the wait.
func (m *memory) call(ctx context.Context, name string) error {
	m.mu.Lock()
	m.calls = append(m.calls, name)
	var d time.Duration
	if m.delay != nil {
		d = m.delay()
	}
	fails := m.fail != nil && m.fail()
	m.mu.Unlock()
	select {
	case <-time.After(d):
	case <-ctx.Done():
		return ctx.Err()
	}
	if fails {
		return errAway
	}
	return nil
}

func (m *memory) AddCodes(ctx context.Context, codes []StoredCode) error {
	if err := m.call(ctx, "AddCodes"); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, c := range codes {
		m.codes[c.MAC] = c
	}
	return nil
}

func (m *memory) CodeCount(ctx context.Context, n uint32) (map[Attempt]int, error) {
	if err := m.call(ctx, "CodeCount"); err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	counts := map[Attempt]int{}
	for _, c := range m.codes {
		if c.Wave == n {
			counts[Attempt{c.School, c.Class, c.Attempt}]++
		}
	}
	for _, e := range m.steps {
		if e.Wave == n {
			counts[Attempt{e.School, e.Class, e.Attempt}] += int(e.Places)
		}
	}
	return counts, nil
}

func (m *memory) Codes(ctx context.Context, macs []CodeMAC) ([]StoredCode, error) {
	if err := m.call(ctx, "Codes"); err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	var found []StoredCode
	for _, mac := range macs {
		if c, ok := m.codes[mac]; ok {
			found = append(found, c)
		}
	}
	return found, nil
}

func (m *memory) UseCodes(ctx context.Context, uses []CodeUse) error {
	if err := m.call(ctx, "UseCodes"); err != nil {
		return err
	}
	m.mu.Lock()
	for _, u := range uses {
		m.uses[u.MAC] = append(m.uses[u.MAC], u)
	}
	m.mu.Unlock()
	return m.call(ctx, "durable") // stored, and the reply is still under way
}

func (m *memory) CodeUses(ctx context.Context, n uint32, macs []CodeMAC) ([]CodeUse, error) {
	if err := m.call(ctx, fmt.Sprintf("CodeUses of wave %d", n)); err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	var found []CodeUse
	for _, mac := range macs {
		for _, u := range m.uses[mac] {
			if u.Wave == n {
				found = append(found, u)
			}
		}
	}
	return found, nil
}

func (m *memory) AppendSession(ctx context.Context, e SessionEvent) error {
	if err := m.call(ctx, "AppendSession"); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.steps = append(m.steps, e)
	return nil
}

func (m *memory) Sessions(ctx context.Context, sessions, codes []CodeMAC) ([]SessionEvent, error) {
	if err := m.call(ctx, "Sessions"); err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	wanted := map[CodeMAC]bool{}
	for _, s := range sessions {
		wanted[s] = true
	}
	for _, e := range m.steps {
		if e.Step == sessionOpened && slices.Contains(codes, e.Code) {
			wanted[e.Session] = true
		}
	}
	var found []SessionEvent
	for _, e := range m.steps {
		if wanted[e.Session] {
			found = append(found, e)
		}
	}
	return found, nil
}

// plan knows one class in waves 139 (closed), 140 (open) and 141 (planned).
type plan map[wave.Number]wave.Ask

func (p plan) Ask(school, class string, n wave.Number) (wave.Ask, bool) {
	a, ok := p[n]
	return a, ok && a.School == school && a.Class == class
}

func newPlan(roster int) plan {
	p := plan{}
	for n, state := range map[wave.Number]wave.State{
		138: wave.StateReleased, 139: wave.StateClosed, 140: wave.StateOpen, 141: wave.StatePlanned,
	} {
		p[n] = wave.Ask{
			Owner: testInfo.Owner, School: testInfo.School, Class: testInfo.Class, Wave: n,
			Questionnaire: testInfo.Questionnaire, Version: testInfo.Version, Attempt: testInfo.Attempt,
			State: state, RosterSize: roster,
		}
	}
	return p
}

func newIssuer(t testing.TB, keys *Keys, s Store, p Plan) *Issuer {
	t.Helper()
	i := NewIssuer(Options{
		Keys: keys, Store: s, Plan: p, Random: rand.Reader, Now: time.Now,
		Batch: commit.Options{Wait: time.Millisecond},
	})
	t.Cleanup(func() {
		if err := i.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return i
}

func blinded(t testing.TB) []byte {
	t.Helper()
	b, err := suite.Group().RandomElement(rand.Reader).MarshalBinaryCompress()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func outcome(err error) string {
	var e interface{ Outcome() string }
	if errors.As(err, &e) {
		return e.Outcome()
	}
	return fmt.Sprint(err)
}

// TestOneBallotForACode lets several issuers, on one store, race for one code
// with several blinded elements, some more than once, while the store is slow
// and fails now and then.
func TestOneBallotForACode(t *testing.T) {
	keys := newKeys(t)
	elements := [][]byte{blinded(t), blinded(t), blinded(t)}
	code, err := NewCode(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(r *rapid.T) {
		type request struct {
			issuer, element int
			after           time.Duration
		}
		requests := rapid.SliceOfN(rapid.Custom(func(r *rapid.T) request {
			return request{
				rapid.IntRange(0, 2).Draw(r, "issuer"),
				rapid.IntRange(0, 2).Draw(r, "element"),
				time.Duration(rapid.IntRange(0, 30).Draw(r, "after")) * time.Millisecond,
			}
		}), 1, 8).Draw(r, "requests")
		delays := rapid.SliceOfN(rapid.IntRange(0, 9), 1, 30).Draw(r, "delays")
		failing := rapid.SliceOfN(rapid.Bool(), 0, 30).Draw(r, "failing")

		synctest.Test(t, func(t *testing.T) {
			m := newMemory()
			issuers := make([]*Issuer, 3)
			for i := range issuers {
				issuers[i] = newIssuer(t, keys, m, newPlan(20))
			}
			mac := keys.MAC(code)
			m.codes[mac] = StoredCode{mac, 140, testInfo.School, testInfo.Class, 1}
			calls := 0
			m.delay = func() time.Duration {
				calls++
				return time.Duration(delays[calls%len(delays)]) * time.Millisecond
			}
			m.fail = func() bool { return calls < len(failing) && failing[calls] }

			var mu sync.Mutex
			evaluated := map[string]bool{}
			contested, denied := map[int]bool{}, 0
			var wg sync.WaitGroup
			for _, req := range requests {
				contested[req.element] = true
				wg.Go(func() {
					time.Sleep(req.after)
					e, o, err := issuers[req.issuer].Issue(t.Context(), code.String(), elements[req.element])
					mu.Lock()
					defer mu.Unlock()
					switch {
					case err == nil && (o == Issued || o == IssuedAgain):
						evaluated[string(e.Evaluated)] = true
					case err == nil:
						r.Errorf("outcome %s without an error", o)
					case o == CodeRefused:
						denied++
					case o != Unavailable || !errors.Is(err, errAway):
						r.Errorf("unexpected %s: %v", o, err)
					}
				})
			}
			wg.Wait()
			if len(evaluated) > 1 {
				r.Fatalf("one code became %d ballots", len(evaluated))
			}
			if len(contested) == 1 && denied > 0 {
				r.Fatal("a code used by nobody else was refused")
			}
			// A request that was answered, and contested by none, is answered again.
			if len(contested) == 1 {
				m.fail = nil
				_, o, err := issuers[0].Issue(t.Context(), code.String(), elements[requests[0].element])
				if err != nil || len(evaluated) == 1 && o != IssuedAgain {
					r.Fatalf("asking again: %s, %v", o, err)
				}
			}
		})
	})
}

// TestFirstOfABatchWins is the tablet that sends twice and the neighbour who
// typed the same slip: within one batch somebody gets the ballot.
func TestFirstOfABatchWins(t *testing.T) {
	keys := newKeys(t)
	elements := [][]byte{blinded(t), blinded(t)}
	synctest.Test(t, func(t *testing.T) {
		m := newMemory()
		i := newIssuer(t, keys, m, newPlan(20))
		sheets, err := i.MakeCodes(t.Context(), Order{newPlan(20)[140], 1})
		if err != nil {
			t.Fatal(err)
		}
		var mu sync.Mutex
		got := map[Outcome]int{}
		var wg sync.WaitGroup
		for n := range 4 {
			wg.Go(func() {
				_, o, _ := i.Issue(t.Context(), sheets[0][0].String(), elements[n%2])
				mu.Lock()
				defer mu.Unlock()
				got[o]++
			})
		}
		wg.Wait()
		if got[Issued] != 2 || got[CodeRefused] != 2 || len(m.uses) != 1 {
			t.Errorf("%v with %d uses, want one request answered twice, the other refused twice, one use", got, len(m.uses))
		}
	})
}

// TestUnknownAndSpentLookAlike compares the replies and the work behind them.
func TestUnknownAndSpentLookAlike(t *testing.T) {
	keys, m := newKeys(t), newMemory()
	i := newIssuer(t, keys, m, newPlan(20))
	sheets, err := i.MakeCodes(t.Context(), Order{newPlan(20)[140], 1})
	if err != nil {
		t.Fatal(err)
	}
	spent := sheets[0][0].String()
	if _, _, err := i.Issue(t.Context(), spent, blinded(t)); err != nil {
		t.Fatal(err)
	}
	unknown, err := NewCode(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	type reply struct {
		err   string
		calls []string
	}
	do := func(code string, f func(string) error) reply {
		m.calls = nil
		err := f(code)
		if outcome(err) != "code_refused" {
			t.Errorf("got %v, want code_refused", err)
		}
		return reply{fmt.Sprint(err), m.calls}
	}
	for name, f := range map[string]func(string) error{
		"look up": func(c string) error { _, err := i.Lookup(t.Context(), c); return err },
		"issue":   func(c string) error { _, _, err := i.Issue(t.Context(), c, blinded(t)); return err },
	} {
		a, b := do(spent, f), do(unknown.String(), f)
		if a.err != b.err || !slices.Equal(a.calls, b.calls) {
			t.Errorf("%s: a spent code gives %v, an unknown one %v", name, a, b)
		}
	}
}

func TestFailedLookupsAreBounded(t *testing.T) {
	keys, m, now := newKeys(t), newMemory(), time.Date(2026, 9, 14, 9, 0, 0, 0, time.UTC)
	i := NewIssuer(Options{
		Keys: keys, Store: m, Plan: newPlan(20), Random: rand.Reader,
		Now: func() time.Time { return now }, FailRate: 1, FailBurst: 3,
	})
	t.Cleanup(func() { _ = i.Stop(context.Background()) })
	sheets, err := i.MakeCodes(t.Context(), Order{newPlan(20)[140], 2})
	if err != nil {
		t.Fatal(err)
	}
	guess := func() string {
		c, err := NewCode(rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		_, err = i.Lookup(t.Context(), c.String())
		return outcome(err)
	}
	var got []string
	for range 5 {
		got = append(got, guess())
	}
	now = now.Add(time.Second)
	got = append(got, guess(), guess())
	want := []string{"code_refused", "code_refused", "code_refused", "rate_limited", "rate_limited", "code_refused", "rate_limited"}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	// The pupils at the same address are not held up.
	for _, c := range sheets[0] {
		if _, err := i.Lookup(t.Context(), c.String()); err != nil {
			t.Errorf("a good code is refused: %v", err)
		}
		if _, _, err := i.Issue(t.Context(), c.String(), blinded(t)); err != nil {
			t.Errorf("a good code is refused: %v", err)
		}
	}
}

func TestIssueRefuses(t *testing.T) {
	keys, m := newKeys(t), newMemory()
	p := newPlan(20)
	i := newIssuer(t, keys, m, p)
	printed := func(n uint32, class string, attempt uint8) string {
		c, err := NewCode(rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		mac := keys.MAC(c)
		m.codes[mac] = StoredCode{mac, n, testInfo.School, class, attempt}
		return c.String()
	}
	element := blinded(t)
	for _, test := range []struct {
		name, code string
		element    []byte
		want       Outcome
	}{
		{"mistyped", "111111111K", element, Malformed},
		{"empty", "", element, Malformed},
		{"short element", printed(140, "7B", 1), element[1:], Malformed},
		{"unknown", "111111111J", element, CodeRefused},
		{"closed wave", printed(139, "7B", 1), element, WaveClosed},
		{"released wave", printed(138, "7B", 1), element, WaveClosed},
		{"planned wave", printed(141, "7B", 1), element, WaveClosed},
		{"wave nobody knows", printed(200, "7B", 1), element, WaveClosed},
		{"class no longer there", printed(140, "7C", 1), element, WaveClosed},
		{"attempt set aside", printed(140, "7B", 0), element, CodeRefused},
		{"attempt not heard of yet", printed(140, "7B", 2), element, Unavailable},
		{"good", printed(140, "7B", 1), element, Issued},
	} {
		_, o, err := i.Issue(t.Context(), test.code, test.element)
		if o != test.want || (err == nil) != (o == Issued) || err != nil && outcome(err) != string(o) {
			t.Errorf("%s: %s, %v, want %s", test.name, o, err, test.want)
		}
	}
	if len(m.uses) != 1 {
		t.Errorf("%d uses are recorded, want that of the good code alone", len(m.uses))
	}
}

func TestMakeCodes(t *testing.T) {
	keys, m := newKeys(t), newMemory()
	p := newPlan(20)
	i := newIssuer(t, keys, m, p)
	make := func(n wave.Number, count int) error {
		sheets, err := i.MakeCodes(t.Context(), Order{p[n], count})
		if err == nil && len(sheets[0]) != count {
			t.Errorf("%d codes, want %d", len(sheets[0]), count)
		}
		return err
	}
	if err := make(140, 20); err != nil {
		t.Fatal(err)
	}
	if err := make(140, 1); err != nil {
		t.Fatal(err)
	}
	err := make(140, 2)
	const want = "class 7B has 20 pupils, so at most 22 codes in wave 140: 21 are made, 1 more can be, not 2 (a class that has grown: import the roster again)"
	if err == nil || err.Error() != want || outcome(err) != "no_place" {
		t.Errorf("beyond the cap: %v", err)
	}
	if err := make(140, 1); err != nil {
		t.Errorf("the last place: %v", err)
	}
	again := p[140]
	again.Attempt++
	p[140] = again
	if err := make(140, 22); err != nil {
		t.Errorf("a class that answers anew needs all its codes anew: %v", err)
	}
	if err := make(140, 1); outcome(err) != "no_place" {
		t.Errorf("beyond the cap of the second attempt: %v", err)
	}
	if err := make(141, 22); err != nil {
		t.Errorf("another wave has places of its own: %v", err)
	}
	if err := make(139, 1); outcome(err) != "wave_closed" {
		t.Errorf("codes for a closed wave: %v", err)
	}
	if err := make(140, -1); err == nil {
		t.Error("a negative number of codes is made")
	}
	before := len(m.codes)
	if _, err := i.MakeCodes(t.Context(), Order{newPlan(30)[140], 5}, Order{newPlan(30)[140], 7}); err == nil {
		t.Error("two orders together go beyond the cap")
	}
	if len(m.codes) != before {
		t.Error("a refused order leaves codes")
	}
	macs := []CodeMAC{}
	for mac, c := range m.codes {
		if mac != c.MAC {
			t.Error("a code is stored under another MAC")
		}
		macs = append(macs, mac)
	}
	slices.SortFunc(macs, func(a, b CodeMAC) int { return cmp.Compare(string(a[:]), string(b[:])) })
	if len(slices.Compact(macs)) != before {
		t.Error("a code is made twice")
	}
}

// repeating gives the same code twice, then others: bad luck, made to measure.
type repeating struct{ read int }

func (r *repeating) Read(p []byte) (int, error) {
	for k := range p {
		p[k] = byte(r.read / 18) // nine bytes a code, each code twice
		r.read++
	}
	return len(p), nil
}

func TestNoCodeIsMadeTwice(t *testing.T) {
	keys, m, p := newKeys(t), newMemory(), newPlan(20)
	for _, n := range []wave.Number{140, 141} { // each draws the same codes first
		i := NewIssuer(Options{Keys: keys, Store: m, Plan: p, Random: &repeating{}, Now: time.Now})
		sheets, err := i.MakeCodes(t.Context(), Order{p[n], 3}, Order{p[n], 4})
		if err != nil {
			t.Fatal(err)
		}
		if len(sheets) != 2 || len(sheets[0]) != 3 || len(sheets[1]) != 4 {
			t.Fatalf("orders of 3 and 4 gave %v", sheets)
		}
		for _, code := range slices.Concat(sheets...) {
			if got := m.codes[keys.MAC(code)].Wave; got != uint32(n) {
				t.Errorf("a code of wave %d is one of wave %d", n, got)
			}
		}
		if err := i.Stop(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if len(m.codes) != 14 {
		t.Errorf("%d codes are stored, want 14", len(m.codes))
	}
}

func TestCap(t *testing.T) {
	for roster, want := range map[int]int{0: 2, 1: 3, 19: 21, 20: 22, 29: 31, 30: 33, 60: 66} {
		if got := Cap(roster); got != want {
			t.Errorf("Cap(%d) = %d, want %d", roster, got, want)
		}
	}
}

// BenchmarkIssue is a whole issue with a store that takes no time, many
// tablets at once.
func BenchmarkIssue(b *testing.B) {
	keys, m := newKeys(b), newMemory()
	p := newPlan(b.N)
	i := newIssuer(b, keys, m, p)
	sheets, err := i.MakeCodes(b.Context(), Order{p[140], b.N})
	if err != nil {
		b.Fatal(err)
	}
	element := blinded(b)
	var next atomic.Int64
	b.SetParallelism(50)
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if _, o, err := i.Issue(b.Context(), sheets[0][next.Add(1)-1].String(), element); o != Issued {
				b.Error(o, err)
			}
		}
	})
}

package ballot

import (
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"
)

// join opens a session for so many pupils and gives the ticket of a tablet that
// joined.
func join(t testing.TB, i *Issuer, present int) (ticket string) {
	t.Helper()
	s, err := i.OpenSession(t.Context(), newPlan(20)[140], fmt.Sprint("open for ", present), Opening{Present: present})
	if err != nil {
		t.Fatal(err)
	}
	found, err := i.Lookup(t.Context(), strings.ToLower(s.Code.Grouped()))
	if err != nil || found.Ask.Class != "7B" {
		t.Fatalf("joining %s: %+v, %v", s.Code.Grouped(), found, err)
	}
	return found.Ticket
}

// TestAPlaceForEachChild lets tablets take places of one session from several
// issuers on one store, which is slow and fails now and then, asking again as
// tablets do. There are never more ballots than places; and while there are no
// more children than places each child gets one, whoever races.
func TestAPlaceForEachChild(t *testing.T) {
	keys := newKeys(t)
	elements := make([][]byte, 7)
	for n := range elements {
		elements[n] = blinded(t)
	}
	rapid.Check(t, func(r *rapid.T) {
		const places = 4
		children := rapid.IntRange(1, len(elements)).Draw(r, "children")
		issuers := rapid.IntRange(1, 3).Draw(r, "issuers")
		after := rapid.SliceOfN(rapid.IntRange(0, 30), children, children).Draw(r, "after")
		delays := rapid.SliceOfN(rapid.IntRange(0, 9), 1, 30).Draw(r, "delays")
		failing := rapid.SliceOfN(rapid.Bool(), 0, 30).Draw(r, "failing")

		synctest.Test(t, func(t *testing.T) {
			m := newMemory()
			var all []*Issuer
			for range issuers {
				all = append(all, newIssuer(t, keys, m, newPlan(20)))
			}
			ticket := join(t, all[0], places)
			calls := 0
			m.delay = func() time.Duration {
				calls++
				return time.Duration(delays[calls%len(delays)]) * time.Millisecond
			}
			m.fail = func() bool { return calls < len(failing) && failing[calls] }

			var mu sync.Mutex
			issued, denied := map[int]bool{}, 0
			ask := func(child, try int) bool {
				_, o, err := all[(child+try)%issuers].Issue(t.Context(), ticket, elements[child])
				mu.Lock()
				defer mu.Unlock()
				switch {
				case err == nil:
					issued[child] = true
				case o == NoPlace:
					denied++
				case o == Unavailable && errors.Is(err, errAway):
					return false
				default:
					r.Errorf("%s, %v", o, err)
				}
				return true
			}
			var wg sync.WaitGroup
			for child := range children {
				wg.Go(func() {
					time.Sleep(time.Duration(after[child]) * time.Millisecond)
					for try := 0; !ask(child, try); try++ {
						time.Sleep(time.Millisecond)
					}
				})
			}
			wg.Wait()
			m.fail = nil
			if len(issued) > places {
				r.Fatalf("%d ballots for %d places", len(issued), places)
			}
			if children <= places && (denied > 0 || len(issued) != children) {
				r.Fatalf("%d of %d children got one of %d places", len(issued), children, places)
			}
			if issuers == 1 && len(issued) != min(children, places) {
				r.Fatalf("%d ballots for %d children and %d places", len(issued), children, places)
			}
			// One place more for each that was refused, and all have a ballot;
			// those who had one get it again.
			for n := len(issued); n < children; n++ {
				if _, err := all[0].AddPlace(t.Context(), newPlan(20)[140], fmt.Sprint("add ", n)); err != nil {
					r.Fatal(err)
				}
			}
			for child := range children {
				if !ask(child, 1) || !issued[child] {
					r.Fatalf("child %d has no ballot though there is a place for it", child)
				}
			}
		})
	})
}

// hourly is an issuer on a clock that the test moves.
func hourly(t *testing.T) (i *Issuer, m *memory, now *time.Time) {
	t.Helper()
	at := time.Date(2026, 9, 14, 9, 0, 0, 0, time.UTC)
	m = newMemory()
	i = NewIssuer(Options{
		Keys: newKeys(t), Store: m, Plan: newPlan(20), Random: rand.Reader, Now: func() time.Time { return at },
		FailRate: 1, FailBurst: 3,
	})
	t.Cleanup(func() { _ = i.Stop(t.Context()) })
	return i, m, &at
}

// TestAnHour takes a session through its hour: who may join, begin and finish.
func TestAnHour(t *testing.T) {
	i, _, now := hourly(t)
	ctx, ask := t.Context(), newPlan(20)[140]
	start := *now
	ticket := join(t, i, 3)
	s, err := i.Session(ctx, ask)
	if err != nil || s.State != Open || s.Places != 3 || s.Taken != 0 || !s.Ends.Equal(start.Add(time.Hour)) {
		t.Fatalf("%+v, %v", s, err)
	}
	code := s.Code.String()
	expect := func(when, joins, finishes string) {
		t.Helper()
		_, byCode := i.Lookup(ctx, code)
		_, byTicket := i.Lookup(ctx, ticket)
		_, _, issue := i.Issue(ctx, ticket, blinded(t))
		for name, got := range map[string][2]string{
			"a tablet joins": {outcome(byCode), joins}, "a child begins": {outcome(byTicket), joins}, "a child finishes": {outcome(issue), finishes},
		} {
			if got[0] != got[1] {
				t.Errorf("%s, %s: %s, want %s", when, name, got[0], got[1])
			}
		}
	}
	step := func(change func() (Session, error), want SessionState) {
		t.Helper()
		if s, err := change(); err != nil || s.State != want || s.Code.String() != code {
			t.Errorf("%+v, %v, want %s under the same code", s, err, want)
		}
	}
	const good, over = "<nil>", "session_closed"
	first := blinded(t)
	if _, o, err := i.Issue(ctx, ticket, first); o != Issued {
		t.Fatal(o, err)
	}
	*now = start.Add(59 * time.Minute)
	expect("in the last minute", good, good)
	step(func() (Session, error) { return i.CloseSession(ctx, ask, "close") }, Shut)
	expect("closed", over, over)
	step(func() (Session, error) { return i.ReopenSession(ctx, ask, "again") }, Open)
	expect("open again", good, good)
	expect("full", "no_place", "no_place")
	step(func() (Session, error) { return i.AddPlace(ctx, ask, "one more") }, Open)
	step(func() (Session, error) { return i.AddPlace(ctx, ask, "one more") }, Open) // a double click
	*now = start.Add(time.Hour + 9*time.Minute)
	expect("the hour is over", over, good)
	*now = start.Add(time.Hour + 10*time.Minute)
	expect("so is the time to finish", over, over)
	if _, o, err := i.Issue(ctx, ticket, first); o != IssuedAgain {
		t.Errorf("a reply that was lost is not given again: %s, %v", o, err)
	}
	if _, err := i.ReopenSession(ctx, ask, "too late"); outcome(err) != "session_closed" {
		t.Errorf("opened again after the hour: %v", err)
	}
	if s, err := i.Session(ctx, ask); err != nil || s.State != Over || s.Places != 4 || s.Taken != 4 {
		t.Errorf("%+v, %v", s, err)
	}

	// On Thursday those who were away: a new code, and the old ones are worth
	// nothing.
	*now = start.AddDate(0, 0, 3)
	s, err = i.OpenSession(ctx, ask, "thursday", Opening{Present: 2})
	if err != nil || s.Places != 6 || s.Taken != 4 || s.Code.String() == code {
		t.Errorf("%+v, %v", s, err)
	}
	again, err := i.OpenSession(ctx, ask, "thursday", Opening{Present: 2}) // the second click of a double click
	if err != nil || again != s {
		t.Errorf("%+v, %v, want %+v", again, err, s)
	}
	expect("with the code of Monday", over, over)
	if _, o, err := i.Issue(ctx, ticket, first); o != IssuedAgain {
		t.Errorf("a reply lost on Monday: %s, %v", o, err)
	}
	if _, err := i.Lookup(ctx, s.Code.String()); err != nil {
		t.Error(err)
	}
}

// TestWholeClass tells tablets of the latest opening whether they follow the
// board. A slip of the same class follows none.
func TestWholeClass(t *testing.T) {
	i, _, _ := hourly(t)
	ctx, ask := t.Context(), newPlan(20)[140]
	slips, err := i.MakeCodes(ctx, Order{Ask: ask, N: 1})
	if err != nil {
		t.Fatal(err)
	}
	for event, whole := range map[string]bool{"monday": true, "thursday": false} {
		s, err := i.OpenSession(ctx, ask, event, Opening{Present: 2, WholeClass: whole})
		if err != nil || s.WholeClass != whole {
			t.Errorf("%+v, %v", s, err)
		}
		joined, err := i.Lookup(ctx, s.Code.String())
		if err != nil || joined.WholeClass != whole {
			t.Errorf("by the code: %+v, %v", joined, err)
		}
		if next, err := i.Lookup(ctx, joined.Ticket); err != nil || next.WholeClass != whole {
			t.Errorf("by the ticket: %+v, %v", next, err)
		}
		if slip, err := i.Lookup(ctx, slips[0][0].String()); err != nil || slip.WholeClass || slip.Ticket != "" {
			t.Errorf("by a slip: %+v, %v", slip, err)
		}
	}
}

func TestSessionRefuses(t *testing.T) {
	i, m, _ := hourly(t)
	ctx, p := t.Context(), newPlan(20)
	for name, test := range map[string]struct {
		do   func() (Session, error)
		want string
	}{
		"nobody present":    {func() (Session, error) { return i.OpenSession(ctx, p[140], "a", Opening{Present: 0}) }, "malformed"},
		"more than the cap": {func() (Session, error) { return i.OpenSession(ctx, p[140], "a", Opening{Present: 23}) }, "no_place"},
		"no id":             {func() (Session, error) { return i.OpenSession(ctx, p[140], "", Opening{Present: 20}) }, "malformed"},
		"a planned wave":    {func() (Session, error) { return i.OpenSession(ctx, p[141], "a", Opening{Present: 20}) }, "wave_closed"},
		"a closed wave":     {func() (Session, error) { return i.OpenSession(ctx, p[139], "a", Opening{Present: 20}) }, "wave_closed"},
		"add, unopened":     {func() (Session, error) { return i.AddPlace(ctx, p[140], "a") }, "session_closed"},
		"reopen, unopened":  {func() (Session, error) { return i.ReopenSession(ctx, p[140], "a") }, "session_closed"},
	} {
		if _, err := test.do(); outcome(err) != test.want {
			t.Errorf("%s: %v, want %s", name, err, test.want)
		}
	}
	if len(m.steps) != 0 {
		t.Errorf("%d steps are recorded", len(m.steps))
	}

	// Slips and places together keep to the cap, whichever came first.
	if _, err := i.MakeCodes(ctx, Order{p[140], 12}); err != nil {
		t.Fatal(err)
	}
	if _, err := i.OpenSession(ctx, p[140], "a", Opening{Present: 11}); outcome(err) != "no_place" {
		t.Errorf("12 slips and 11 places: %v", err)
	}
	ticket := join(t, i, 10)
	if _, err := i.AddPlace(ctx, p[140], "b"); outcome(err) != "no_place" {
		t.Errorf("one place beyond the cap: %v", err)
	}
	if _, err := i.MakeCodes(ctx, Order{p[140], 1}); outcome(err) != "no_place" {
		t.Errorf("one slip beyond the cap: %v", err)
	}

	s, err := i.Session(ctx, p[140])
	if err != nil {
		t.Fatal(err)
	}
	forged := []byte(ticket)
	if at := len(forged) - 2; forged[at] == 'A' {
		forged[at] = 'B'
	} else {
		forged[at] = 'A'
	}
	for name, typed := range map[string]string{"a forged ticket": string(forged), "another's ticket": strings.Repeat("A", 64)} {
		if _, o, err := i.Issue(ctx, typed, blinded(t)); o != CodeRefused {
			t.Errorf("%s: %s, %v", name, o, err)
		}
	}
	if _, o, err := i.Issue(ctx, s.Code.String(), blinded(t)); o != Malformed {
		t.Errorf("a place by the code on the board: %s, %v", o, err)
	}
	m.steps[0].Attempt = 0 // that attempt was set aside
	if _, err := i.Lookup(ctx, ticket); outcome(err) != "code_refused" {
		t.Errorf("a ticket of a voided attempt: %v", err)
	}
}

// TestGuessingTheBoard guesses codes of class sessions. When too many were
// wrong none is looked up, not even a right one; slips and the tablets that
// have joined go on.
func TestGuessingTheBoard(t *testing.T) {
	i, m, now := hourly(t)
	ticket := join(t, i, 3)
	s, err := i.Session(t.Context(), newPlan(20)[140])
	if err != nil {
		t.Fatal(err)
	}
	slips, err := i.MakeCodes(t.Context(), Order{newPlan(20)[140], 1})
	if err != nil {
		t.Fatal(err)
	}
	guess := func() string {
		c, err := drawCode(rand.Reader, boardLength)
		if err != nil {
			t.Fatal(err)
		}
		_, err = i.Lookup(t.Context(), c.String())
		return outcome(err)
	}
	var got []string
	for range 4 {
		got = append(got, guess())
	}
	m.calls = nil
	_, err = i.Lookup(t.Context(), s.Code.String())
	got = append(got, outcome(err))
	if want := []string{"code_refused", "code_refused", "code_refused", "rate_limited", "rate_limited"}; !slices.Equal(got, want) || len(m.calls) > 0 {
		t.Errorf("got %v and %v, want %v", got, m.calls, want)
	}
	if _, err := i.Lookup(t.Context(), ticket); err != nil {
		t.Errorf("a tablet that joined before: %v", err)
	}
	if _, err := i.Lookup(t.Context(), slips[0][0].String()); err != nil {
		t.Errorf("a slip: %v", err)
	}
	*now = now.Add(time.Second)
	if _, err := i.Lookup(t.Context(), s.Code.String()); err != nil {
		t.Errorf("a second later: %v", err)
	}
}

// TestUnknownBoardCodesCostAsMuch compares the work behind a code on no board
// with that behind one whose hour is over.
func TestUnknownBoardCodesCostAsMuch(t *testing.T) {
	i, m, now := hourly(t)
	join(t, i, 3)
	s, err := i.Session(t.Context(), newPlan(20)[140])
	if err != nil {
		t.Fatal(err)
	}
	*now = now.Add(2 * time.Hour)
	unknown, err := drawCode(rand.Reader, boardLength)
	if err != nil {
		t.Fatal(err)
	}
	var calls [2][]string
	for n, code := range []Code{s.Code, unknown} {
		m.calls = nil
		if _, err := i.Lookup(t.Context(), code.String()); err == nil {
			t.Errorf("%s is taken", code)
		}
		calls[n] = m.calls
	}
	if !slices.Equal(calls[0], calls[1]) {
		t.Errorf("%v for an old code, %v for an unknown one", calls[0], calls[1])
	}
}

// TestNothingStoredTellsTheBoard holds what the database has of a session
// against what a tablet needs to join.
func TestNothingStoredTellsTheBoard(t *testing.T) {
	i, m, _ := hourly(t)
	ticket := join(t, i, 3)
	s, err := i.Session(t.Context(), newPlan(20)[140])
	if err != nil {
		t.Fatal(err)
	}
	if _, o, err := i.Issue(t.Context(), ticket, blinded(t)); o != Issued {
		t.Fatal(err)
	}
	stored := fmt.Sprintf("%+v %s %+v", m.steps, m.steps[0].Code, m.uses)
	for _, secret := range []string{s.Code.String(), s.Code.Grouped(), ticket, ticket[43:]} {
		if strings.Contains(stored, secret) {
			t.Errorf("%s is stored", secret)
		}
	}
	other := newIssuer(t, newKeys(t), m, newPlan(20)) // with the database and keys of its own
	if _, err := other.Lookup(t.Context(), s.Code.String()); outcome(err) != "code_refused" {
		t.Errorf("the code works under other keys: %v", err)
	}
}

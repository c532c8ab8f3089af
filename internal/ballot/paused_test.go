package ballot_test

import (
	"context"
	"crypto/rand"
	"testing"
	"time"

	"github.com/cloudflare/circl/oprf"

	"github.com/folgmed/folgmed/internal/ballot"
	"github.com/folgmed/folgmed/internal/store"
	"github.com/folgmed/folgmed/internal/store/storetest"
	"github.com/folgmed/folgmed/internal/wave"
)

// pausing is the store of an issuer that is stopped at one place until it may
// go on, as a process or its machine can be at any moment.
type pausing struct {
	*store.Store
	before, after chan struct{} // nil: no pause there
	paused        chan struct{} // closed when it stands still
}

func (p *pausing) stand(gate chan struct{}) {
	if gate != nil {
		close(p.paused)
		<-gate
	}
}

func (p *pausing) UseCodes(ctx context.Context, uses []ballot.CodeUse) error {
	p.stand(p.before)
	if err := p.Store.UseCodes(ctx, uses); err != nil {
		return err
	}
	p.stand(p.after)
	return nil
}

// TestPausedIssuer has two processes, on one real ClickHouse and each as the
// issuer's user, get different requests for one code, while one of them stands
// still before its use is stored, or between that and the read-back. Whatever
// the other did meanwhile, the code becomes one ballot at most.
func TestPausedIssuer(t *testing.T) {
	plan := open{School: "912345674", Class: "7B", Wave: 140, Attempt: 1, State: wave.StateOpen, RosterSize: 20}
	keys, err := ballot.NewKeys()
	if err != nil {
		t.Fatal(err)
	}
	database := storetest.Database(t)
	storetest.Open(t, database)
	issuer := func(s ballot.Store) *ballot.Issuer {
		i := ballot.NewIssuer(ballot.Options{Keys: keys, Store: s, Plan: plan, Random: rand.Reader, Now: time.Now})
		t.Cleanup(func() { _ = i.Stop(context.Background()) })
		return i
	}
	other := issuer(storetest.OpenAs(t, database, store.RoleIssuer))
	sheets, err := other.MakeCodes(t.Context(), ballot.Order{Ask: wave.Ask(plan), N: 2})
	if err != nil {
		t.Fatal(err)
	}
	for n, where := range []string{"before the insert", "between insert and read-back"} {
		t.Run(where, func(t *testing.T) {
			gate := make(chan struct{})
			s := &pausing{Store: storetest.OpenAs(t, database, store.RoleIssuer), paused: make(chan struct{})}
			if n == 0 {
				s.before = gate
			} else {
				s.after = gate
			}
			slow := issuer(s)
			code := sheets[0][n].String()
			ballots := 0
			ask := func(i *ballot.Issuer, request []byte) {
				if _, o, err := i.Issue(t.Context(), code, request); err == nil {
					ballots++
				} else if o != ballot.CodeRefused {
					t.Errorf("%s: %v", o, err)
				}
			}
			first, second := element(t), element(t)
			done := make(chan struct{})
			go func() {
				defer close(done)
				ask(slow, first)
			}()
			<-s.paused
			for range 2 {
				_, o, err := other.Issue(t.Context(), code, second)
				switch {
				case n == 0 && err != nil:
					t.Errorf("nothing of the paused one is stored, and the other got %s: %v", o, err)
				case n == 1 && o != ballot.CodeRefused:
					t.Errorf("the paused one's use is stored, and the other got %s: %v", o, err)
				}
			}
			close(gate)
			<-done
			if want := n; ballots != want {
				t.Errorf("the paused one gave %d ballots, want %d", ballots, want)
			}
		})
	}
}

func element(t *testing.T) []byte {
	t.Helper()
	e, err := oprf.SuiteRistretto255.Group().RandomElement(rand.Reader).MarshalBinaryCompress()
	if err != nil {
		t.Fatal(err)
	}
	return e
}

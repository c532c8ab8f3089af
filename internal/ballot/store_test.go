package ballot_test

import (
	"context"
	"crypto/rand"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/cloudflare/circl/oprf"

	"github.com/folgmed/folgmed/internal/ballot"
	"github.com/folgmed/folgmed/internal/store/storetest"
	"github.com/folgmed/folgmed/internal/wave"
)

func TestMain(m *testing.M) { storetest.Main(m) }

// open is a plan with one class, whose wave is open.
type open wave.Ask

func (o open) Ask(school, class string, n wave.Number) (wave.Ask, bool) {
	return wave.Ask(o), school == o.School && class == o.Class && n == o.Wave
}

// TestRacingIssuers has three processes, each with its own connection to one
// ClickHouse, race for the codes of a class.
func TestRacingIssuers(t *testing.T) {
	plan := open{School: "912345674", Class: "7B", Wave: 140, Attempt: 1, State: wave.StateOpen, RosterSize: 20}
	keys, err := ballot.NewKeys()
	if err != nil {
		t.Fatal(err)
	}
	database := storetest.Database(t)
	var issuers [3]*ballot.Issuer
	for i := range issuers {
		issuers[i] = ballot.NewIssuer(ballot.Options{
			Keys: keys, Store: storetest.Open(t, database), Plan: plan, Random: rand.Reader, Now: time.Now,
		})
		defer issuers[i].Stop(context.Background())
	}
	sheets, err := issuers[0].MakeCodes(t.Context(), ballot.Order{Ask: wave.Ask(plan), N: 20})
	if err != nil {
		t.Fatal(err)
	}
	var (
		wg     sync.WaitGroup
		mu     sync.Mutex
		issued = map[ballot.Code]map[string]bool{} // code → evaluated elements
		least  = map[ballot.Code]int{}             // code → requests that were told no
	)
	for _, code := range sheets[0] {
		issued[code] = map[string]bool{}
		for _, issuer := range issuers {
			element, err := oprf.SuiteRistretto255.Group().RandomElement(rand.Reader).MarshalBinaryCompress()
			if err != nil {
				t.Fatal(err)
			}
			wg.Go(func() {
				for range 2 { // each asks again, as after a lost reply
					e, o, err := issuer.Issue(t.Context(), code.String(), element)
					mu.Lock()
					switch {
					case err == nil:
						issued[code][string(e.Evaluated)] = true
					case o == ballot.CodeRefused:
						least[code]++
					default:
						t.Errorf("%s, %v", o, err)
					}
					mu.Unlock()
				}
			})
		}
	}
	wg.Wait()
	for code, elements := range issued {
		if len(elements) > 1 {
			t.Errorf("a code became %d ballots", len(elements))
		}
		if least[code] < 4 {
			t.Errorf("only %d of 6 requests were refused, the other two issuers' four at least are to be", least[code])
		}
	}
	// The cap holds over processes that come one after the other.
	var beyond *ballot.CapError
	if _, err := issuers[1].MakeCodes(t.Context(), ballot.Order{Ask: wave.Ask(plan), N: 3}); !errors.As(err, &beyond) || beyond.Made != 20 {
		t.Errorf("three more codes for 20 pupils: %v, want the cap of 22", err)
	}
}

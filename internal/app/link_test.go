package app

import (
	"math/rand/v2"
	"testing"

	"github.com/folgmed/folgmed/internal/counts"
	"github.com/folgmed/folgmed/internal/wave"
)

// TestChainOfSealedWaves seals two waves, with a crash after each step: each
// wave has its one link, which fits the counts, and a repeat adds none.
func TestChainOfSealedWaves(t *testing.T) {
	t.Parallel()
	a, _ := newInstallation(t).start(t)
	known := twoClasses(8)
	must(t, a.SaveRoster(t.Context(), known))
	random := rand.New(rand.NewPCG(3, 4))
	for k := range 2 {
		crashed := make(map[string]bool)
		a.afterStep = func(step string) error {
			if crashed[step] {
				return nil
			}
			crashed[step] = true
			return errCrash
		}
		n := firstWave + wave.Number(2*k)
		if err := player(a, uint64(k)).Play(t.Context(), n, sheets(known, random, k, 9)); err == nil {
			t.Fatal("nothing crashed: this proves nothing")
		}
		for a.schedule.Plan().State(n) != wave.StateReleased {
			_, _ = a.Detect(t.Context())
		}
	}
	chain, err := a.store.WaveLinks(t.Context())
	must(t, err)
	must(t, counts.CheckChain(chain))
	if len(chain) != 2 || chain[0].Wave != uint32(firstWave) || chain[0].Random == chain[1].Random {
		t.Fatalf("two waves are sealed, the chain is %+v", chain)
	}
	for _, l := range chain {
		commitment, err := a.commitment(t.Context(), l.Wave, l.Random)
		must(t, err)
		if commitment != l.Commitment {
			t.Errorf("the link of wave %d is not that of its counts", l.Wave)
		}
	}
}

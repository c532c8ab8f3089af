package store_test

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/folgmed/folgmed/internal/counts"
	"github.com/folgmed/folgmed/internal/store"
	"github.com/folgmed/folgmed/internal/store/storetest"
	"github.com/folgmed/folgmed/internal/turn"
	"github.com/folgmed/folgmed/internal/wave"
)

// TestTurns has servers race for turns on the real engine.
func TestTurns(t *testing.T) {
	opts := storetest.Database(t)
	storetest.Open(t, opts)
	var inside, taken atomic.Int32
	var all sync.WaitGroup
	for range 4 {
		k := turn.NewKeeper(storetest.OpenAs(t, opts, store.RoleJob), time.Minute)
		all.Go(func() {
			for range 10 {
				mine, err := k.Take(t.Context())
				if errors.Is(err, turn.ErrTaken) {
					continue
				}
				if err != nil {
					t.Error(err)
					return
				}
				if taken.Add(1); inside.Add(1) > 1 {
					t.Error("two have the turn")
				}
				if err := mine.Renew(t.Context()); err != nil {
					t.Error(err)
				}
				inside.Add(-1)
				if err := mine.GiveBack(t.Context()); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	if taken.Load() == 0 {
		t.Error("nobody ever had a turn")
	}
}

// TestStaleTurnWritesAndForgetsNothing sends the statements of a server that was
// paused while another took over.
func TestStaleTurnWritesAndForgetsNothing(t *testing.T) {
	opts := storetest.Database(t)
	storetest.Open(t, opts)
	s, ctx := storetest.OpenAs(t, opts, store.RoleJob), t.Context()
	stale, err := turn.NewKeeper(s, time.Minute).Seize(ctx)
	must(t, err)
	kept := []counts.Row{{Wave: 150, Owner: "964338531", School: "974700000", Unit: "class:5A", Stratum: "all", Measure: "m", Bin: 1, N: 9}}
	summed := []counts.Summary{{Wave: 150, Owner: "964338531", School: "974700000", Unit: "class:5A", Stratum: "all", N: 9}}
	for _, c := range []struct {
		turn uint64
		kept bool
	}{{stale.Number() + 1, true}, {stale.Number(), false}} {
		must(t, s.SaveCounts(ctx, kept, stale.Number()))
		must(t, s.SaveSummaries(ctx, summed))
		must(t, s.DropCounts(ctx, 150, c.turn))
		must(t, s.DropSummaries(ctx, 150, c.turn))
		rows, err := s.Counts(ctx, "964338531", 150, 150)
		must(t, err)
		sums, err := s.Summaries(ctx, 150, 150)
		must(t, err)
		if (len(rows) > 0) != c.kept || (len(sums) > 0) != c.kept {
			t.Errorf("turn %d, while the latest is %d: %d counts and %d summaries are left", c.turn, stale.Number(), len(rows), len(sums))
		}
	}

	// What it folded of another roster, and that this is done.
	_, err = turn.NewKeeper(s, time.Minute).Seize(ctx)
	must(t, err)
	must(t, s.SaveCounts(ctx, kept, stale.Number()))
	must(t, s.AppendWaveEvent(ctx, wave.NewEvent(150, wave.Folded, at), stale.Number()))
	rows, err := s.Counts(ctx, "964338531", 150, 150)
	equal(t, rows, err, nil)
	events, err := s.WaveEvents(ctx)
	equal(t, events, err, nil)
}

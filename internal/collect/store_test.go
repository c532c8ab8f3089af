package collect_test

import (
	"bytes"
	"context"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/folgmed/folgmed/internal/ballot"
	"github.com/folgmed/folgmed/internal/collect"
	"github.com/folgmed/folgmed/internal/counts"
	"github.com/folgmed/folgmed/internal/store"
	"github.com/folgmed/folgmed/internal/store/storetest"
	"github.com/folgmed/folgmed/internal/wave"
)

func TestMain(m *testing.M) { storetest.Main(m) }

// TestTheSealOnClickHouse takes a wave from open to released on a real store:
// a whole class, a second collector that races with the first, a tablet that
// comes too late, and one that lost its receipt.
func TestTheSealOnClickHouse(t *testing.T) {
	i, p := collect.NewIssuer(t), collect.NewPlan()
	database := storetest.Database(t)
	s := storetest.Open(t, database)
	asked, _ := p.Ask("912345678", "7B", 140)
	if err := s.Void(t.Context(), wave.NewVoid(asked, wave.Prank, "kari", time.Now())); err != nil { // the plan is of attempt 2
		t.Fatal(err)
	}
	var collectors [2]*collect.Collector
	for k := range collectors {
		collectors[k] = collect.New(collect.Options{
			Keys: i.Keys(), Plan: p, Items: collect.Items, Store: storetest.Open(t, database),
			Log: slog.New(slog.DiscardHandler),
		})
		defer collectors[k].Stop(context.Background())
	}
	cast := func(c *collect.Collector, pupil int, options string) (ballot.Receipt, collect.Outcome) {
		r, o, _ := c.Cast(t.Context(), bytes.NewReader(i.Ballot(t, p.Info(140), pupil, options)))
		return r.Receipt, o
	}

	const class = 24
	receipts := make([]ballot.Receipt, class)
	var wg sync.WaitGroup
	for n := range class {
		for k, c := range collectors { // both at once: stored twice perhaps, counted once
			wg.Go(func() {
				r, o := cast(c, n, []string{`[1,2]`, `[5,5]`}[k])
				if o != collect.Accepted && o != collect.AlreadyCounted {
					t.Errorf("pupil %d: %s", n, o)
				}
				if k == 0 {
					receipts[n] = r
				}
			})
		}
	}
	wg.Wait()

	// The journal says sealed; no collector has heard of it yet.
	if err := s.AppendWaveEvent(t.Context(), wave.NewEvent(140, wave.Sealed, time.Now()), 0); err != nil {
		t.Fatal(err)
	}
	if err := s.MoveAnswers(t.Context(), 140); err != nil {
		t.Fatal(err)
	}
	if _, o := cast(collectors[0], class, `[1,1]`); o != collect.Unavailable {
		t.Errorf("a ballot after the seal: %s, want unavailable", o)
	}
	p.Set(140, wave.StateSealed)
	for _, n := range []int{0, class} {
		if _, o := cast(collectors[1], n, `[1,1]`); o != collect.Unavailable {
			t.Errorf("pupil %d while the wave is folded: %s, want unavailable", n, o)
		}
	}
	counted := sealed(t, s)
	if len(counted) != class {
		t.Errorf("%d ballots are counted, want %d", len(counted), class)
	}
	if err := s.SaveNullifiers(t.Context(), 140, counted); err != nil {
		t.Fatal(err)
	}
	if err := s.DropWave(t.Context(), 140); err != nil {
		t.Fatal(err)
	}
	p.Set(140, wave.StateReleased)
	if r, o := cast(collectors[1], 3, `[4,4]`); o != collect.AlreadyCounted || r != receipts[3] {
		t.Errorf("a lost receipt: %s, want already_counted with the same receipt", o)
	}
	if _, o := cast(collectors[0], class, `[1,1]`); o != collect.WaveClosed {
		t.Errorf("the ballot that came late: %s, want wave_closed", o)
	}
}

func sealed(t *testing.T, s *store.Store) (counted []ballot.Nullifier) {
	t.Helper()
	if err := s.SealedAnswers(t.Context(), 140, func(b counts.Ballot) error {
		if n := len(counted); n > 0 && counted[n-1] == b.Nullifier {
			t.Error("a nullifier is counted twice")
		}
		counted = append(counted, b.Nullifier)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return counted
}

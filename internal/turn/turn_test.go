package turn

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"
)

// memory is a store whose calls take the time that delay says, on either side
// of their effect, so that keepers interleave in all ways.
type memory struct {
	mu    sync.Mutex
	delay func() time.Duration
	words []said
}

type said struct {
	Word
	until time.Time
}

func (m *memory) wait() {
	m.mu.Lock()
	d := m.delay()
	m.mu.Unlock()
	time.Sleep(d)
}

func (m *memory) SayTurn(_ context.Context, w Word) error {
	m.wait()
	m.mu.Lock()
	m.words = append(m.words, said{w, time.Now().Add(w.Left)})
	m.mu.Unlock()
	m.wait()
	return nil
}

func (m *memory) LatestTurn(context.Context) ([]Word, error) {
	m.wait()
	m.mu.Lock()
	var latest []Word
	for _, s := range m.words {
		w := s.Word
		w.Left = time.Until(s.until)
		at := slices.IndexFunc(latest, func(o Word) bool { return o.Holder == w.Holder })
		switch {
		case len(latest) > 0 && w.Turn < latest[0].Turn:
		case len(latest) > 0 && w.Turn > latest[0].Turn:
			latest = []Word{w}
		case at < 0:
			latest = append(latest, w)
		case w.Step > latest[at].Step:
			latest[at] = w
		}
	}
	m.mu.Unlock()
	m.wait()
	return latest, nil
}

// TestOneHolderAtATime has keepers race, pause and die. No turn has two
// holders; while nobody sleeps longer than a turn lasts, no two are in one at
// the same time; and whoever slept is told so before it goes on.
func TestOneHolderAtATime(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		delays := rapid.SliceOfN(rapid.IntRange(0, 40), 32, 32).Draw(r, "delays in ms")
		sleeps := rapid.SliceOfN(rapid.SampledFrom([]int{0, 0, 0, 50, 2000}), 16, 16).Draw(r, "pauses in a turn in ms")
		keepers := rapid.IntRange(2, 4).Draw(r, "keepers")
		pausing := slices.Max(sleeps) > 500
		synctest.Test(t, func(t *testing.T) {
			calls := 0
			m := &memory{delay: func() time.Duration {
				calls++
				return time.Duration(delays[calls%len(delays)]) * time.Millisecond
			}}
			var (
				mu     sync.Mutex
				holder = map[uint64]string{}
				inside int
				wg     sync.WaitGroup
			)
			for i := range keepers {
				k := NewKeeper(m, time.Second)
				wg.Go(func() {
					for round := range 6 {
						time.Sleep(time.Duration(delays[(i*7+round)%len(delays)]*7) * time.Millisecond)
						turn, err := k.Take(t.Context())
						if errors.Is(err, ErrTaken) {
							continue
						}
						if err != nil {
							r.Errorf("take: %v", err)
							return
						}
						mu.Lock()
						if other, twice := holder[turn.Number()]; twice {
							r.Errorf("turn %d is held by %s and %s", turn.Number(), other, k.holder)
						}
						holder[turn.Number()] = k.holder
						inside++
						if inside > 1 && !pausing {
							r.Errorf("%d are in a turn at the same time", inside)
						}
						mu.Unlock()
						time.Sleep(time.Duration(sleeps[(i*5+round)%len(sleeps)]) * time.Millisecond)
						mu.Lock()
						inside--
						newer := false
						for n := range holder {
							newer = newer || n > turn.Number()
						}
						mu.Unlock()
						err = turn.Renew(t.Context())
						if newer && !errors.Is(err, ErrLost) || !pausing && err != nil {
							r.Errorf("renew turn %d, a newer one was taken (%v): %v", turn.Number(), newer, err)
						}
						if err := turn.GiveBack(t.Context()); err != nil {
							r.Errorf("give back: %v", err)
						}
					}
				})
			}
			wg.Wait()
			turn, err := NewKeeper(m, time.Second).Seize(t.Context())
			if err != nil {
				r.Fatalf("seize: %v", err)
			}
			for n := range holder {
				if n >= turn.Number() {
					r.Errorf("the number %d is no higher than %d, which was before", turn.Number(), n)
				}
			}
		})
	})
}

// TestTurnOfADeadServer takes over when its time is over, and not before.
func TestTurnOfADeadServer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &memory{delay: func() time.Duration { return time.Millisecond }}
		dead, other := NewKeeper(m, time.Minute), NewKeeper(m, time.Minute)
		was, err := dead.Take(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(50 * time.Second)
		if _, err := other.Take(t.Context()); !errors.Is(err, ErrTaken) {
			t.Fatalf("a turn that is not over: %v", err)
		}
		if err := was.Renew(t.Context()); err != nil {
			t.Fatalf("renew: %v", err)
		}
		time.Sleep(50 * time.Second)
		if _, err := other.Take(t.Context()); !errors.Is(err, ErrTaken) {
			t.Fatalf("a turn that was renewed: %v", err)
		}
		if _, err := dead.Take(t.Context()); err != nil {
			t.Fatalf("its own, not given back: %v", err)
		}
		time.Sleep(61 * time.Second)
		next, err := other.Take(t.Context())
		if err != nil || next.Number() <= was.Number() {
			t.Fatalf("a turn whose time is over: %v", err)
		}
		if err := was.Renew(t.Context()); !errors.Is(err, ErrLost) {
			t.Fatalf("renew after another took over: %v", err)
		}
		if err := next.GiveBack(t.Context()); err != nil {
			t.Fatal(err)
		}
		if _, err := dead.Take(t.Context()); err != nil {
			t.Fatalf("a turn that was given back: %v", err)
		}
	})
}

package commit

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
	"pgregory.net/rapid"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var errStore = errors.New("the store is away")

// store is a store that honours its context: it takes time, and stores the
// whole batch only if the context is still alive and it is not to fail.
type store struct {
	mu       sync.Mutex
	takes    time.Duration
	failing  map[int]bool // by number of the flush
	flushes  int
	inFlight int
	overlap  bool
	largest  int
	rows     map[int]int // item → how often it is stored
}

func (s *store) flush(ctx context.Context, batch []int) error {
	s.mu.Lock()
	n := s.flushes
	s.flushes++
	s.inFlight++
	s.overlap = s.overlap || s.inFlight > 1
	s.largest = max(s.largest, len(batch))
	s.mu.Unlock()
	defer func() { s.mu.Lock(); s.inFlight--; s.mu.Unlock() }()

	select {
	case <-time.After(s.takes):
	case <-ctx.Done():
		return ctx.Err()
	}
	if s.failing[n] {
		return errStore
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, item := range batch {
		s.rows[item]++
	}
	return nil
}

// TestNothingLostNothingTwice adds items from many callers, some of whom leave
// early, to a store that fails now and then, and stops in the middle.
func TestNothingLostNothingTwice(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		type caller struct {
			after, patience time.Duration // patience 0: waits for ever
		}
		ms := func(from, to int, label string) time.Duration {
			return time.Duration(rapid.IntRange(from, to).Draw(r, label)) * time.Millisecond
		}
		callers := make([]caller, rapid.IntRange(1, 60).Draw(r, "callers"))
		for i := range callers {
			callers[i].after = ms(0, 120, "after")
			if rapid.Bool().Draw(r, "impatient") {
				callers[i].patience = ms(1, 60, "patience")
			}
		}
		s := &store{takes: ms(0, 40, "takes"), failing: map[int]bool{}, rows: map[int]int{}}
		for _, n := range rapid.SliceOfN(rapid.IntRange(0, 8), 0, 4).Draw(r, "failing") {
			s.failing[n] = true
		}
		o := Options{
			Wait:  ms(1, 30, "wait"),
			Max:   rapid.IntRange(1, 8).Draw(r, "max"),
			Queue: rapid.IntRange(1, 20).Draw(r, "queue"),
		}
		stopAt, grace := ms(0, 150, "stop at"), ms(0, 200, "grace")

		synctest.Test(t, func(t *testing.T) {
			b := New(s.flush, o)
			errs := make([]error, len(callers))
			var wg sync.WaitGroup
			for i, c := range callers {
				wg.Go(func() {
					time.Sleep(c.after)
					ctx := t.Context()
					if c.patience > 0 {
						var cancel context.CancelFunc
						ctx, cancel = context.WithTimeout(context.Background(), c.patience)
						defer cancel()
					}
					errs[i] = b.Add(ctx, i)
				})
			}
			time.Sleep(stopAt)
			ctx, cancel := context.WithTimeout(context.Background(), grace)
			defer cancel()
			stopped := b.Stop(ctx)
			wg.Wait() // no caller is left without an answer

			if stopped != nil && !errors.Is(stopped, context.DeadlineExceeded) {
				r.Fatalf("Stop: %v", stopped)
			}
			if s.overlap {
				r.Fatal("two flushes were under way at once")
			}
			if s.largest > o.Max {
				r.Fatalf("a batch of %d, at most %d wanted", s.largest, o.Max)
			}
			for i, err := range errs {
				n := s.rows[i]
				switch {
				case n > 1:
					r.Fatalf("item %d is stored %d times", i, n)
				case err == nil && n != 1:
					r.Fatalf("item %d is acknowledged and not stored", i)
				case errors.Is(err, ErrFull) || errors.Is(err, ErrStopped) || errors.Is(err, errStore):
					if n != 0 {
						r.Fatalf("item %d is stored, its caller was told %v", i, err)
					}
				case err == nil:
				case errors.Is(err, context.DeadlineExceeded) && callers[i].patience > 0: // stored or not
				case errors.Is(err, context.Canceled) && stopped != nil && n == 0: // Stop gave up
				default:
					r.Fatalf("item %d: unexpected error %v", i, err)
				}
			}
		})
	})
}

func TestStopDrains(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &store{takes: 10 * time.Millisecond, rows: map[int]int{}}
		b := New(s.flush, Options{Wait: time.Hour, Max: 3, Queue: 10})
		var wg sync.WaitGroup
		for i := range 10 {
			wg.Go(func() {
				if err := b.Add(t.Context(), i); err != nil {
					t.Errorf("item %d: %v", i, err)
				}
			})
		}
		synctest.Wait()
		if err := b.Stop(t.Context()); err != nil {
			t.Fatal(err)
		}
		wg.Wait()
		if len(s.rows) != 10 {
			t.Errorf("%d rows are stored after Stop, want 10", len(s.rows))
		}
		if err := b.Add(t.Context(), 11); !errors.Is(err, ErrStopped) {
			t.Errorf("Add after Stop: %v, want ErrStopped", err)
		}
		if err := b.Stop(t.Context()); err != nil {
			t.Errorf("second Stop: %v", err)
		}
	})
}

func TestStopGivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &store{takes: time.Hour, rows: map[int]int{}}
		b := New(s.flush, Options{})
		added := make(chan error, 1)
		go func() { added <- b.Add(t.Context(), 1) }()
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := b.Stop(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Stop: %v, want deadline exceeded", err)
		}
		if err := <-added; !errors.Is(err, context.Canceled) {
			t.Errorf("Add: %v, want canceled", err)
		}
		if len(s.rows) != 0 {
			t.Error("a row is stored after Stop gave up")
		}
	})
}

// TestWaitIsFromTheFirst checks that items wait once, not once per arrival,
// and that a batch grows while the one before it is being flushed.
func TestWaitIsFromTheFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &store{takes: 15 * time.Millisecond, rows: map[int]int{}}
		b := New(s.flush, Options{Wait: 20 * time.Millisecond})
		start := time.Now()
		took := make([]time.Duration, 5)
		var wg sync.WaitGroup
		for i := range took {
			wg.Go(func() {
				time.Sleep(time.Duration(i) * 8 * time.Millisecond) // at 0, 8, 16, 24, 32 ms
				if err := b.Add(t.Context(), i); err != nil {
					t.Error(err)
				}
				took[i] = time.Since(start)
			})
		}
		wg.Wait()
		// First batch: 0, 8, 16; flushed from 20 to 35. Second: 24, 32; from 44 to 59.
		want := []time.Duration{35, 35, 35, 59, 59}
		for i := range took {
			if took[i] != want[i]*time.Millisecond {
				t.Errorf("item %d took %v, want %v ms", i, took[i], want[i])
			}
		}
		if err := b.Stop(t.Context()); err != nil {
			t.Fatal(err)
		}
	})
}

func TestFullQueue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &store{takes: time.Minute, rows: map[int]int{}}
		b := New(s.flush, Options{Max: 2, Queue: 3})
		var wg sync.WaitGroup
		for i := range 7 { // two in flight, two in the batch that grows, three queued
			wg.Go(func() {
				if err := b.Add(t.Context(), i); err != nil {
					t.Errorf("item %d: %v", i, err)
				}
			})
			synctest.Wait()
		}
		if err := b.Add(t.Context(), 7); !errors.Is(err, ErrFull) {
			t.Errorf("Add to a full queue: %v, want ErrFull", err)
		}
		wg.Wait()
		if err := b.Stop(t.Context()); err != nil {
			t.Fatal(err)
		}
	})
}

func BenchmarkAdd(b *testing.B) {
	batcher := New(func(context.Context, []int) error { return nil }, Options{Wait: time.Millisecond})
	b.SetParallelism(500)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if err := batcher.Add(b.Context(), 1); err != nil {
				b.Error(err)
			}
		}
	})
	if err := batcher.Stop(b.Context()); err != nil {
		b.Fatal(err)
	}
}

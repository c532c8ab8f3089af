package collect

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/folgmed/folgmed/internal/ballot"
	"github.com/folgmed/folgmed/internal/commit"
	"github.com/folgmed/folgmed/internal/wave"
)

// TestWhatIsAcknowledgedIsCounted lets pupils cast, some of them again and
// with other answers, some of them leaving early, to two collectors on one
// store that is slow and fails now and then, while the wave is sealed and one
// collector is stopped. The collectors see the seal in their plan late.
func TestWhatIsAcknowledgedIsCounted(t *testing.T) {
	const pupils = 5
	i := newIssuer(t)
	var bodies [pupils][2][]byte
	var nullifiers [pupils]ballot.Nullifier
	for n := range pupils {
		for k, options := range []string{`[1,2]`, `[5,5]`} {
			bodies[n][k] = i.seal(t, i.ballot(t, newPlan().info(140), n, bothItems, options))
		}
	}
	for n := range pupils {
		nullifiers[n] = i.nullifierOf(t, bodies[n][0])
	}
	rapid.Check(t, func(r *rapid.T) {
		ms := func(to int, label string) time.Duration {
			return time.Duration(rapid.IntRange(0, to).Draw(r, label)) * time.Millisecond
		}
		type try struct {
			pupil, answers, collector int
			after, patience           time.Duration
		}
		tries := rapid.SliceOfN(rapid.Custom(func(r *rapid.T) try {
			c := try{
				pupil:     rapid.IntRange(0, pupils-1).Draw(r, "pupil"),
				answers:   rapid.IntRange(0, 1).Draw(r, "answers"),
				collector: rapid.IntRange(0, 1).Draw(r, "collector"),
				after:     time.Duration(rapid.IntRange(0, 90).Draw(r, "after")) * time.Millisecond,
				patience:  time.Hour,
			}
			if rapid.IntRange(0, 3).Draw(r, "impatient") == 0 {
				c.patience = time.Duration(rapid.IntRange(1, 40).Draw(r, "patience")) * time.Millisecond
			}
			return c
		}), 1, 20).Draw(r, "tries")
		delays := rapid.SliceOfN(rapid.IntRange(0, 15), 1, 12).Draw(r, "delays")
		failing := rapid.SliceOfN(rapid.IntRange(0, 4), 1, 8).Draw(r, "failing") // 1: before, 2: after storing
		sealAt, moveAfter, seenAfter := ms(120, "seal at"), ms(20, "move after"), ms(20, "seen after")
		stopAt, grace := ms(150, "stop at"), ms(30, "grace")

		synctest.Test(t, func(t *testing.T) {
			m, p := newMemory(), newPlan()
			calls := 0
			m.delay = func() time.Duration {
				calls++
				return time.Duration(delays[calls%len(delays)]) * time.Millisecond
			}
			m.fails = func() (before, after bool) {
				f := failing[m.inserts%len(failing)]
				return f == 1, f == 2
			}
			var collectors [2]*Collector
			for k := range collectors {
				collectors[k] = newCollector(i, m, p, commit.Options{Wait: 5 * time.Millisecond, Max: 3})
			}

			var (
				wg           sync.WaitGroup
				mu           sync.Mutex
				acknowledged = map[ballot.Nullifier]bool{}
				counted      []Row // what the seal takes along
			)
			wg.Go(func() {
				time.Sleep(sealAt)
				m.mu.Lock()
				m.steps[140] = wave.Sealed
				m.mu.Unlock()
				wg.Go(func() { time.Sleep(seenAfter); p.set(140, wave.StateSealed) })
				time.Sleep(moveAfter)
				m.mu.Lock()
				counted, m.rows = m.rows, nil
				m.mu.Unlock()
			})
			wg.Go(func() {
				time.Sleep(stopAt)
				ctx, cancel := context.WithTimeout(context.Background(), grace)
				defer cancel()
				_ = collectors[0].Stop(ctx)
			})
			for _, c := range tries {
				wg.Go(func() {
					time.Sleep(c.after)
					ctx, cancel := context.WithTimeout(context.Background(), c.patience)
					defer cancel()
					reply, o, err := collectors[c.collector].Cast(ctx, bytes.NewReader(bodies[c.pupil][c.answers]))
					mu.Lock()
					defer mu.Unlock()
					switch o {
					case Accepted, AlreadyCounted:
						acknowledged[nullifiers[c.pupil]] = true
						if !i.keys.Public().VerifyReceipt(nullifiers[c.pupil], reply.Receipt) {
							r.Error("the receipt does not verify")
						}
					case Unavailable:
						var e *Error
						if !errors.As(err, &e) || reply.Receipt != (ballot.Receipt{}) {
							r.Errorf("unavailable: %v with receipt %x", err, reply.Receipt)
						}
					default:
						r.Errorf("unexpected %s: %v", o, err)
					}
				})
			}
			wg.Wait()
			if err := collectors[1].Stop(context.Background()); err != nil {
				r.Fatal(err)
			}

			rows := map[ballot.Nullifier]bool{}
			for _, row := range counted {
				rows[row.Nullifier] = true
				if o := row.Sheet.Options; !slices.Equal(o, []uint8{1, 2}) && !slices.Equal(o, []uint8{5, 5}) {
					r.Fatalf("answers %v were never cast", o)
				}
			}
			for n := range acknowledged {
				if !rows[n] {
					r.Fatal("a ballot is acknowledged and not counted")
				}
			}
		})
	})
}

// TestStoredOnce is the rule for one collector whose store never fails: a
// ballot is one row and one acceptance, however often it is cast.
func TestStoredOnce(t *testing.T) {
	const pupils = 4
	i := newIssuer(t)
	var bodies [pupils][]byte
	for n := range pupils {
		bodies[n] = i.seal(t, i.ballot(t, newPlan().info(140), n, bothItems, `[1,2]`))
	}
	rapid.Check(t, func(r *rapid.T) {
		after := rapid.SliceOfN(rapid.IntRange(0, 60), 1, 24).Draw(r, "after")
		delays := rapid.SliceOfN(rapid.IntRange(0, 15), 1, 12).Draw(r, "delays")
		synctest.Test(t, func(t *testing.T) {
			m, p := newMemory(), newPlan()
			calls := 0
			m.delay = func() time.Duration {
				calls++
				return time.Duration(delays[calls%len(delays)]) * time.Millisecond
			}
			c := newCollector(i, m, p, commit.Options{Wait: 5 * time.Millisecond, Max: 3, Queue: 24})
			var wg sync.WaitGroup
			var mu sync.Mutex
			accepted := map[int]int{}
			for n, ms := range after {
				wg.Go(func() {
					time.Sleep(time.Duration(ms) * time.Millisecond)
					_, o, err := c.Cast(t.Context(), bytes.NewReader(bodies[n%pupils]))
					mu.Lock()
					defer mu.Unlock()
					switch o {
					case Accepted:
						accepted[n%pupils]++
					case AlreadyCounted:
					default:
						r.Errorf("%s, %v", o, err)
					}
				})
			}
			wg.Wait()
			if err := c.Stop(t.Context()); err != nil {
				r.Fatal(err)
			}
			if want := min(pupils, len(after)); len(m.rows) != want {
				r.Fatalf("%d rows, want %d", len(m.rows), want)
			}
			for n, times := range accepted {
				if times != 1 {
					r.Fatalf("pupil %d is accepted %d times", n, times)
				}
			}
			if len(accepted) != min(pupils, len(after)) {
				r.Fatalf("%d pupils accepted", len(accepted))
			}
		})
	})
}

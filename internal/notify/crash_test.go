package notify

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/folgmed/folgmed/internal/disclosure"
	"github.com/folgmed/folgmed/internal/duty"
	"github.com/folgmed/folgmed/internal/wave"
)

// order joins what may come in any order at one time.
func order(words []string) string {
	return strings.Join(slices.Sorted(slices.Values(words)), ", ")
}

// TestNothingForgottenAndOnceAgainAtMost lets servers fall at any act, before
// or after it has effect, while things happen: all that waits is told, and no
// more letters repeat than servers fell. Each that does says told_again.
func TestNothingForgottenAndOnceAgainAtMost(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		w := &world{clock: at("2026-11-16 06:00")}
		fell := 0
		falls := func() bool { return rapid.IntRange(0, 19).Draw(rt, "falls") == 0 }
		n, s := w.serve(t, falls)
		for range rapid.IntRange(1, 30).Draw(rt, "steps") {
			switch rapid.IntRange(0, 5).Draw(rt, "happens") {
			case 0:
				w.opened("5A", rapid.SampledFrom([]disclosure.Kind{disclosure.KindChange, disclosure.KindSevere}).Draw(rt, "kind"),
					rapid.SampledFrom([]disclosure.Tier{disclosure.Notice, disclosure.Act}).Draw(rt, "tier"))
			case 1:
				w.reported(t, rapid.SampledFrom([]string{duty.AboutPupils, duty.AboutStaff, duty.AboutLeadership}).Draw(rt, "about"), rapid.Bool().Draw(rt, "serious"))
			default: // nothing
			}
			_ = n.Round(t.Context()) // what it says is in the log, or it fell
			if s.fallen {
				fell++
				n, s = w.serve(t, falls)
			}
			w.clock = w.clock.Add(time.Duration(rapid.IntRange(1, 600).Draw(rt, "minutes")) * time.Minute)
		}
		// Days pass without anyone falling: a turn that was left ends by itself.
		n, _ = w.serve(t, never)
		for end := w.clock.AddDate(0, 0, 5); w.clock.Before(end); w.clock = w.clock.Add(time.Hour) {
			if err := n.Round(t.Context()); err != nil {
				rt.Fatal(err)
			}
		}
		w.judge(rt, fell)
	})
}

func (w *world) judge(t *rapid.T, fell int) {
	sent := map[string]int{} // letters by person and item
	again := 0
	for i, l := range w.delivered {
		repeats := false
		for _, item := range w.begun[i].Items {
			repeats = repeats || sent[l.To+item] > 0
			sent[l.To+item]++
		}
		if !repeats {
			continue
		}
		again++
		for _, end := range w.log {
			if end.Mail == w.begun[i].Mail && end.Step == Told {
				t.Fatalf("a letter about %v repeats, and does not say so", end.Items)
			}
		}
	}
	if again > fell {
		t.Fatalf("%d letters told what was told before, and %d servers fell", again, fell)
	}
	m := Survey(owners[0], w.events, w.adults, staff)
	for _, p := range staff {
		for _, item := range m.waiting(p, wave.NewCalendar(owners[0]), w.clock.AddDate(0, 0, -4)) {
			if p.Owner == own && sent[p.Email+item.Key] == 0 {
				t.Fatalf("%s was never told of %s", p.ID, item.Key)
			}
		}
	}
}

// TestToldAgain falls between sending and writing it down.
func TestToldAgain(t *testing.T) {
	w := &world{clock: at("2026-11-17 10:00")}
	w.opened("5A", disclosure.KindChange, disclosure.Act)
	n, s := w.serve(t, never)
	s.falls = func() bool { return len(w.delivered) == 1 }
	if err := n.Round(t.Context()); err == nil {
		t.Fatal("the server did not fall")
	}
	n, _ = w.serve(t, never)
	w.passes(t, n, "2026-11-17 12:00")
	if got := w.steps(); !slices.Equal(got, []Outcome{ToldAgain}) || len(w.delivered) != 2 {
		t.Fatalf("%v, %d letters", got, len(w.delivered))
	}
	if a, b := w.delivered[0], w.delivered[1]; a != b {
		t.Errorf("told again by another letter: %+v, %+v", a, b)
	}
}

// TestRunLooksEachMinute: at once is within a minute.
func TestRunLooksEachMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begin := time.Now()
		w := &world{}
		n, _ := w.serve(t, never)
		// The bubble's clock begins at 2000-01-01, a Saturday in the holidays.
		n.Now = func() time.Time { return at("2026-11-17 10:00").Add(time.Since(begin)) }
		var told time.Duration
		w.answer = func(Letter) error {
			told = time.Since(begin)
			return nil
		}
		go n.Run(t.Context())
		time.Sleep(90 * time.Second)
		synctest.Wait()
		w.clock = n.Now()
		w.opened("5A", disclosure.KindChange, disclosure.Act)
		time.Sleep(Every)
		synctest.Wait()
		if told != 2*time.Minute {
			t.Errorf("told after %v", told)
		}
	})
}

// TestNothingNewIsNotRead: a round reads what there is only when it has changed,
// and still tells by the clock.
func TestNothingNewIsNotRead(t *testing.T) {
	w := &world{clock: at("2026-11-17 10:00")}
	n, _ := w.serve(t, never)
	w.passes(t, n, "2026-11-17 16:00")
	w.opened("5A", disclosure.KindChange, disclosure.Notice)
	w.passes(t, n, "2026-11-18 06:45")
	if w.reads != 2 || len(w.delivered) != 0 {
		t.Errorf("%d reads of a day on which one prompt came, %d letters before the morning", w.reads, len(w.delivered))
	}
	w.passes(t, n, "2026-11-18 07:15")
	if len(w.delivered) != 1 {
		t.Errorf("%d letters in the morning", len(w.delivered))
	}
}

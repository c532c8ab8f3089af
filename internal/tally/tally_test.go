package tally

import (
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
)

var oslo = time.FixedZone("Oslo", 3600)

func newTally(start time.Time) (*Tally, func(time.Time)) {
	var mu sync.Mutex
	now := start
	t := New(func() time.Time { mu.Lock(); defer mu.Unlock(); return now },
		map[string][]string{"cast": {"accepted", "malformed"}})
	return t, func(at time.Time) { mu.Lock(); defer mu.Unlock(); now = at }
}

// published reads one series as a scrape would.
func published(t *testing.T, tally *Tally, outcome string) float64 {
	t.Helper()
	registry := prometheus.NewPedanticRegistry()
	registry.MustRegister(tally)
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range families[0].GetMetric() {
		for _, l := range m.GetLabel() {
			if l.GetName() == "outcome" && l.GetValue() == outcome {
				return m.GetCounter().GetValue()
			}
		}
	}
	t.Fatalf("no series %s", outcome)
	return 0
}

func TestPublishedOnTheQuarter(t *testing.T) {
	at := func(hour, minute, second int) time.Time { return time.Date(2026, 9, 14, hour, minute, second, 0, oslo) }
	tally, set := newTally(at(9, 7, 0))
	add := func(n int) {
		for range n {
			tally.Add("cast", "accepted")
		}
	}
	add(24)
	for _, step := range []struct {
		at   time.Time
		add  int // after reading
		want float64
	}{
		{at(9, 7, 30), 0, 0},
		{at(9, 14, 59), 0, 0},
		{at(9, 15, 0), 7, 20}, // the seven after it are for the next quarter
		{at(9, 29, 59), 4, 20},
		{at(9, 30, 1), 0, 40}, // 24+7+4 = 35
		{at(9, 44, 59), 0, 40},
		{at(11, 0, 0), 0, 40},
	} {
		set(step.at)
		if got := published(t, tally, "accepted"); got != step.want {
			t.Errorf("at %s: %v, want %v", step.at.Format(time.TimeOnly), got, step.want)
		}
		add(step.add)
	}
}

// TestFirstToComeCounts is a pupil who comes after the quarter but before any
// scrape: the quarter is published without that pupil.
func TestFirstToComeCounts(t *testing.T) {
	at := func(minute int) time.Time { return time.Date(2026, 9, 14, 9, minute, 0, 0, oslo) }
	tally, set := newTally(at(0))
	for range 4 {
		tally.Add("cast", "accepted")
	}
	set(at(16))
	tally.Add("cast", "accepted") // the fifth would round up to ten
	if got := published(t, tally, "accepted"); got != 0 {
		t.Errorf("published %v, want the 4 of the quarter before, rounded to 0", got)
	}
	set(at(31))
	if got := published(t, tally, "accepted"); got != 10 {
		t.Errorf("published %v, want 5 rounded to 10", got)
	}
}

func TestAllSeriesFromTheStart(t *testing.T) {
	tally, set := newTally(time.Unix(0, 0))
	const want = `
# HELP folgmed_ballots_total Requests by how they ended, as of the last full quarter of an hour, rounded to ten.
# TYPE folgmed_ballots_total counter
folgmed_ballots_total{outcome="accepted",step="cast"} 0
folgmed_ballots_total{outcome="internal",step="cast"} 0
folgmed_ballots_total{outcome="malformed",step="cast"} 0
`
	if err := testutil.CollectAndCompare(tally, strings.NewReader(want)); err != nil {
		t.Error(err)
	}
	for range 10 {
		tally.Add("cast", "an outcome nobody foresaw")
	}
	set(time.Unix(3600, 0))
	if got := published(t, tally, Other); got != 10 {
		t.Errorf("%v internal, want 10", got)
	}
	defer func() {
		if recover() == nil {
			t.Error("an unknown step does not panic")
		}
	}()
	tally.Add("vote", "accepted")
}

func TestConcurrentUse(t *testing.T) {
	tally, set := newTally(time.Unix(0, 0))
	var wg sync.WaitGroup
	for n := range 8 {
		wg.Go(func() {
			for range 100 {
				tally.Add("cast", "accepted")
			}
			set(time.Unix(int64(n)*900, 0))
			testutil.CollectAndCount(tally)
		})
	}
	wg.Wait()
	set(time.Unix(1e6, 0))
	if got := published(t, tally, "accepted"); got != 800 {
		t.Errorf("%v, want 800", got)
	}
}

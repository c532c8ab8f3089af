// Package tally counts how requests to issue and cast end, and publishes the
// counts to the operator in quarter-hour steps, rounded to ten: fine enough to
// see that a school can not get through, too coarse to see a pupil.
//
// It must not know who asked, or about which class.
package tally

import (
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// The published counts move only on the full quarter of an hour, and are
// rounded to the nearest multiple of Round.
const (
	Every = 15 * time.Minute
	Round = 10
)

// Other is the outcome under which an unforeseen one is counted.
const Other = "internal"

type key struct{ step, outcome string }

// Tally is a [prometheus.Collector] of one counter,
// folgmed_ballots_total{step, outcome}. Every outcome is there from the start,
// so that no series appears at the moment when something first happens.
type Tally struct {
	now  func() time.Time
	desc *prometheus.Desc

	mu        sync.Mutex
	quarter   time.Time
	counts    map[key]uint64
	published map[key]uint64
}

// New makes a tally of the outcomes that each step can have.
func New(now func() time.Time, outcomes map[string][]string) *Tally {
	t := &Tally{
		now: now,
		desc: prometheus.NewDesc("folgmed_ballots_total",
			"Requests by how they ended, as of the last full quarter of an hour, rounded to ten.",
			[]string{"step", "outcome"}, nil),
		quarter:   now().Truncate(Every),
		counts:    map[key]uint64{},
		published: map[key]uint64{},
	}
	for step, names := range outcomes {
		for _, name := range append([]string{Other}, names...) {
			t.counts[key{step, name}] = 0
			t.published[key{step, name}] = 0
		}
	}
	return t
}

// Add counts one request. An outcome that New was not told of counts as
// internal; an unknown step is a caller's bug and panics.
func (t *Tally) Add(step, outcome string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.turn()
	k := key{step, outcome}
	if _, ok := t.counts[k]; !ok {
		k.outcome = Other
	}
	if _, ok := t.counts[k]; !ok {
		panic("tally: unknown step " + step)
	}
	t.counts[k]++
}

// turn publishes what was counted before the quarter that has begun. It needs
// no timer: whoever comes first after the quarter, to count or to read, finds
// the counts as they were when it struck.
func (t *Tally) turn() {
	quarter := t.now().Truncate(Every)
	if quarter.Equal(t.quarter) {
		return
	}
	t.quarter = quarter
	for k, n := range t.counts {
		t.published[k] = (n + Round/2) / Round * Round
	}
}

// Describe implements [prometheus.Collector].
func (t *Tally) Describe(ch chan<- *prometheus.Desc) { ch <- t.desc }

// Collect implements [prometheus.Collector].
func (t *Tally) Collect(ch chan<- prometheus.Metric) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.turn()
	for k, n := range t.published {
		ch <- prometheus.MustNewConstMetric(t.desc, prometheus.CounterValue, float64(n), k.step, k.outcome)
	}
}

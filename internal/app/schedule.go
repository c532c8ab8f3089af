package app

import (
	"context"
	"fmt"
	"slices"
	"sync/atomic"
	"time"

	"github.com/folgmed/folgmed/internal/roster"
	"github.com/folgmed/folgmed/internal/store"
	"github.com/folgmed/folgmed/internal/turn"
	"github.com/folgmed/folgmed/internal/wave"
	"github.com/folgmed/folgmed/surveys"
)

// schedule is what is in force now: roster, waves and clock. Requests read a
// plan that does not change; every tick of the job puts a new one in its place.
type schedule struct {
	store   *store.Store
	surveys surveys.Set
	clock   *wave.Clock
	rates   bool // the job needs them; others may not read them
	now     atomic.Pointer[inForce]
}

// inForce is one reading of roster and journal.
type inForce struct {
	roster roster.Roster
	rates  []roster.RateChoice
	events []wave.Event
	plan   *wave.Plan
}

func newSchedule(s *store.Store, set surveys.Set, clock *wave.Clock, rates bool) *schedule {
	return &schedule{store: s, surveys: set, clock: clock, rates: rates}
}

// Refresh reads roster and waves anew: this process may not be the only one
// that writes them.
func (s *schedule) Refresh(ctx context.Context) error {
	r, err := s.store.Roster(ctx)
	if err != nil {
		return fmt.Errorf("read the roster: %w", err)
	}
	var rates []roster.RateChoice
	if s.rates {
		if rates, err = s.store.RateChoices(ctx); err != nil {
			return fmt.Errorf("read the choices of rates: %w", err)
		}
	}
	events, err := s.store.WaveEvents(ctx)
	if err != nil {
		return fmt.Errorf("read the waves: %w", err)
	}
	voids, err := s.store.Voids(ctx)
	if err != nil {
		return fmt.Errorf("read which attempts are voided: %w", err)
	}
	pauses, err := s.store.Pauses(ctx)
	if err != nil {
		return fmt.Errorf("read which classes pause: %w", err)
	}
	events = slices.Concat(events, voids, pauses)
	s.now.Store(&inForce{roster: r, rates: rates, events: events, plan: wave.NewPlan(r, s.surveys, events, s.clock.Now())})
	return nil
}

// Append writes events to the journal in a turn, and reads it back.
func (s *schedule) Append(ctx context.Context, t *turn.Turn, events ...wave.Event) error {
	for _, e := range events {
		if err := s.store.AppendWaveEvent(ctx, e, t.Number()); err != nil {
			return fmt.Errorf("write that wave %d is %s: %w", e.Wave, e.Step, err)
		}
	}
	return s.Refresh(ctx)
}

// Ask tells what a class is asked in a wave.
func (s *schedule) Ask(school, class string, n wave.Number) (wave.Ask, bool) {
	return s.Plan().Ask(school, class, n)
}

// Items are the items that an ask asks, in order.
func (s *schedule) Items(ask wave.Ask) ([]surveys.Item, bool) {
	q, ok := s.surveys.Find(ask.Questionnaire, ask.Version)
	if !ok {
		return nil, false
	}
	return q.Asked(ask.Ordinal), true
}

// Plan is the plan in force.
func (s *schedule) Plan() *wave.Plan { return s.now.Load().plan }

// Roster is the roster in force.
func (s *schedule) Roster() roster.Roster { return s.now.Load().roster }

// Rate is how many false alarms per class and school year the owner has chosen
// for a wave: what is in force on its Monday. A choice acts from the next term
// on, so none that is made while a wave is on its way changes what it shows.
func (s *schedule) Rate(o roster.Owner, n wave.Number) float64 {
	return o.RateOn(roster.Date(n.Opens().Format(time.DateOnly)), s.now.Load().rates)
}

// SealedBy is the last of the waves that were sealed at t or before.
func (s *schedule) SealedBy(t time.Time) (last wave.Number, ok bool) {
	for _, e := range s.now.Load().events {
		if e.Step == wave.Sealed && !e.At.After(t) {
			last, ok = max(last, e.Wave), true
		}
	}
	return last, ok
}

// Now is the installation's clock.
func (s *schedule) Now() time.Time { return s.clock.Now() }

// control is what decides whether a wave moves.
func (s *schedule) control(rehearsal bool) wave.Control {
	now := s.now.Load()
	return wave.Control{Events: now.events, Roster: now.roster, Now: s.clock.Now(), Rehearsal: rehearsal}
}

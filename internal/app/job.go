package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/folgmed/folgmed/internal/turn"
	"github.com/folgmed/folgmed/internal/wave"
)

const (
	tick = 5 * time.Second // how soon a wave follows the clock, and another process's writing
	// compactEvery is how coarse the disk's knowledge of time is: each open
	// partition is merged to one part at these times (ANONYMITY §3).
	compactEvery = 15 * time.Minute
	// lateWaves is for how many weeks rows that turn up after the release are
	// looked for.
	lateWaves = 6
	// keepNullifiers is how long after the seal a lost receipt can be asked for
	// again.
	keepNullifiers = 30 * 24 * time.Hour
)

// startJob runs the job until Stop: it moves waves by the clock, carries
// sealed ones to their release, and keeps the disk free of order and time.
func (a *App) startJob(ctx context.Context) error {
	if a.cfg.KeepReason != "" {
		a.log.Info("more is kept, or for longer, than by default", slog.Int("counts_years", a.cfg.KeepCountsYears()),
			slog.Int("cases_years", a.cfg.KeepCasesYears()), slog.String("reason", a.cfg.KeepReason))
	}
	a.background(ctx, "the job", a.job)
	return nil
}

func (a *App) job(ctx context.Context) {
	select {
	case <-a.hold:
	case <-ctx.Done():
		return
	}
	ticker := time.NewTicker(tick)
	defer ticker.Stop()
	var compacted time.Time // the first time at once: a crash may have left parts
	for {
		if err := a.round(ctx); err != nil && ctx.Err() == nil {
			a.log.Error("job failed, will try again", slog.Any("err", err))
		}
		if quarter := a.opt.Now().Truncate(compactEvery); quarter.After(compacted) {
			compacted = quarter
			if err := a.tidy(ctx); err != nil && ctx.Err() == nil {
				a.log.Error("not all was merged or forgotten, will try again in a quarter of an hour", slog.Any("err", err))
			}
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return
		}
	}
}

// KeepOpen opens this week's wave if none is open, as the job does with
// Options.KeepOpen.
func (a *App) KeepOpen(ctx context.Context) error {
	return a.alone(ctx, func() error {
		if err := a.keepOpen(ctx); err != nil {
			return err
		}
		_, err := a.release(ctx)
		return err
	})
}

// round does what the clock says is due, unless another server is at it.
func (a *App) round(ctx context.Context) error {
	a.sealing.Lock()
	defer a.sealing.Unlock()
	if err := a.refresh(ctx); err != nil || !a.busy() {
		return err
	}
	err := a.inTurn(ctx, func() error { return a.due(ctx) })
	if errors.Is(err, turn.ErrTaken) {
		return nil
	}
	return err
}

// busy says whether anything is due.
func (a *App) busy() bool {
	plan := a.schedule.Plan()
	return len(plan.Unreleased()) > 0 || len(a.schedule.control(a.rehearsal).Due()) > 0 ||
		a.opt.KeepOpen && !slices.Contains(plan.Open(), wave.NumberOf(a.schedule.Now()))
}

func (a *App) due(ctx context.Context) error {
	if err := a.append(ctx, a.schedule.control(a.rehearsal).Due()); err != nil {
		return err
	}
	if a.opt.KeepOpen {
		if err := a.keepOpen(ctx); err != nil {
			return err
		}
	}
	_, err := a.release(ctx)
	return err
}

// append writes events and says so in the log. It fails with turn.ErrLost if it
// may be that they were not written, as it is no longer our turn.
func (a *App) append(ctx context.Context, events []wave.Event) error {
	if len(events) == 0 {
		return nil
	}
	if err := a.schedule.Append(ctx, a.turn, events...); err != nil {
		return err
	}
	if err := a.turn.Renew(ctx); err != nil {
		return err
	}
	for _, e := range events {
		a.log.Info("wave moved", slog.String("step", string(e.Step)), slog.Int("wave", int(e.Wave)))
	}
	return nil
}

// keepOpen opens this week's wave for all owners, after sealing the one before:
// in the demo there is always something to answer.
func (a *App) keepOpen(ctx context.Context) error {
	n := wave.NumberOf(a.schedule.Now())
	for _, open := range a.schedule.Plan().Open() {
		if open == n {
			return nil
		}
		events, err := a.schedule.control(a.rehearsal).CommandSeal(open)
		if err != nil {
			return err
		}
		if err := a.append(ctx, events); err != nil {
			return err
		}
	}
	if a.schedule.Plan().State(n) != wave.StatePlanned {
		return nil
	}
	events, err := a.schedule.control(a.rehearsal).CommandOpen(n, a.owners(), time.Time{})
	if err != nil {
		return err
	}
	return a.append(ctx, events)
}

// owners are the organisation numbers of all owners.
func (a *App) owners() []string {
	var all []string
	for _, o := range a.schedule.Roster().Owners {
		all = append(all, o.Org)
	}
	return all
}

// release carries every sealed wave to its release and returns the waves it
// released.
func (a *App) release(ctx context.Context) ([]wave.Number, error) {
	var released []wave.Number
	for _, n := range a.schedule.Plan().Unreleased() {
		if err := a.seal(ctx, n); err != nil {
			return released, fmt.Errorf("release wave %d: %w", n, err)
		}
		released = append(released, n)
	}
	return released, nil
}

// tidy merges the parts of every wave whose ballots are counted, drops rows
// that turned up after their wave was released, and forgets nullifiers whose
// time is over.
func (a *App) tidy(ctx context.Context) error {
	var faults []error
	plan := a.schedule.Plan()
	for _, n := range plan.Open() {
		faults = append(faults, a.store.Compact(ctx, uint32(n)))
	}
	now := a.schedule.Now()
	faults = append(faults, a.tidyKeys(now))
	for n := range wave.Number(lateWaves) {
		last := wave.NumberOf(now) - n
		if plan.State(last) == wave.StateReleased {
			faults = append(faults, a.store.DropWave(ctx, uint32(last)))
		}
	}
	faults = append(faults, a.forgetOld(ctx))
	if last, ok := a.schedule.SealedBy(now.Add(-keepNullifiers)); ok {
		faults = append(faults, a.store.DropNullifiers(ctx, uint32(last)+1))
	}
	return errors.Join(faults...)
}

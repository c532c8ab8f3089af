package app

import (
	"context"
	"errors"
	"fmt"

	"github.com/folgmed/folgmed/internal/audit"
	"github.com/folgmed/folgmed/internal/config"
	"github.com/folgmed/folgmed/internal/control"
	"github.com/folgmed/folgmed/internal/store"
	"github.com/folgmed/folgmed/internal/wave"
	"github.com/folgmed/folgmed/internal/web"
)

// waves is what the staff's pages see of waves, and the one thing they change.
type waves struct {
	*schedule
	journal *store.Store // of the staff
}

var errSealedMeanwhile = errors.New("the wave was closed in the same moment, and whether the answers are set aside is not certain: look again when it is released")

// Void sets aside what a class has answered, so that it answers anew. The error
// is a wave.VoidRefusal, or one after which it may be tried again.
//
// The row is written only while the journal has neither closed nor sealed the
// wave, and the journal is read again after that: who is told that the answers
// are set aside can rely on it that the fold, which begins after the seal, sees
// the row.
func (w waves) Void(ctx context.Context, v wave.Void) error {
	if err := w.Refresh(ctx); err != nil {
		return err
	}
	ask, ok := w.Ask(v.School, v.Class, v.Wave)
	if !ok {
		return wave.VoidTooEarly
	}
	if err := wave.CheckVoid(ask, v.Reason); err != nil {
		return err
	}
	if err := w.journal.Void(ctx, v); err != nil {
		return err
	}
	if err := w.Refresh(ctx); err != nil {
		return err
	}
	plan := w.Plan()
	switch voided := plan.AttemptOf(v.School, v.Class, v.Wave) == wave.Attempts; {
	case !voided:
		return wave.VoidTooLate
	case plan.Done(v.Wave, wave.Sealed):
		return web.Fail("unavailable", errSealedMeanwhile)
	default:
		return nil
	}
}

// Pause says that a class or a school is not asked in a week, or is after all.
// The error is a wave.PauseRefusal, or one after which it may be tried again.
//
// It is said hours before a server opens the wave; the row is not written if one
// has. So what each server knows of it when the wave opens is the same. Of two
// that are said at once and are one too many together, each sees the other after
// it was written, and at least one is taken back.
func (w waves) Pause(ctx context.Context, p wave.Pause) error {
	if err := w.Refresh(ctx); err != nil {
		return err
	}
	o, ok := w.Roster().Owner(p.Owner)
	if !ok {
		return wave.PauseNotAsked
	}
	if err := w.Plan().CheckPause(o, p, w.Now()); err != nil {
		return err
	}
	if err := w.journal.Pause(ctx, p); err != nil {
		return err
	}
	if err := w.Refresh(ctx); err != nil {
		return err
	}
	if w.Plan().StateFor(p.Owner, p.Wave) != wave.StatePlanned {
		return wave.PauseTooLate
	}
	again := w.Plan().CheckPause(o, p, w.Now())
	if again == nil || errors.Is(again, wave.PauseTooLate) {
		return nil // the hour has struck since it was written in time
	}
	p.ID, p.Stands = p.ID+" taken back", false
	if err := w.journal.Pause(ctx, p); err != nil {
		return err
	}
	if err := w.Refresh(ctx); err != nil {
		return err
	}
	return again
}

// VoidAttempt sets aside what a class has answered, for a principal who can not
// come to the page.
func (a *App) VoidAttempt(ctx context.Context, r control.VoidRequest) error {
	if err := a.needs(config.Staff); err != nil {
		return err
	}
	ask, ok := a.schedule.Ask(r.School, r.Class, r.Wave)
	if !ok {
		return fmt.Errorf("there is no class %s at school %s on the roster", r.Class, r.School)
	}
	journal := a.parts[config.Staff]
	entry := audit.Entry{Person: operatorName, School: r.School, Action: audit.VoidedAttempt, About: audit.Attempt(uint32(r.Wave), r.Class, string(r.Reason))}
	if err := audit.New(journal, a.opt.Now).Record(ctx, entry); err != nil {
		return err
	}
	v := wave.NewVoid(ask, r.Reason, operatorName, a.schedule.Now())
	if err := (waves{a.schedule, journal}).Void(ctx, v); err != nil {
		return fmt.Errorf("set aside what %s answered in wave %d: %w", r.Class, r.Wave, err)
	}
	return nil
}

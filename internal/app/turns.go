package app

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/folgmed/folgmed/internal/turn"
)

const (
	// turnLength is how long a server that died keeps others from taking over.
	// A turn is renewed before each step of a seal.
	turnLength = 5 * time.Minute
	turnPoll   = 100 * time.Millisecond // how soon a command follows on another server's turn
)

// startTurns lets this server take turns with others on the database. On the
// embedded engine there is none: whoever holds a turn there died with it.
func (a *App) startTurns(ctx context.Context) error {
	a.turns = turn.NewKeeper(a.store, a.turnLength)
	if a.engine == nil {
		return nil
	}
	t, err := a.turns.Seize(ctx)
	if err != nil {
		return err
	}
	return t.GiveBack(ctx)
}

// alone does what may be done by one server at a time, here and on the whole
// database, with roster and waves as they stand once it is our turn. It waits
// for another's turn to end, for a while.
func (a *App) alone(ctx context.Context, do func() error) error {
	a.sealing.Lock()
	defer a.sealing.Unlock()
	for end := time.Now().Add(2 * a.turnLength); ; {
		err := a.inTurn(ctx, do)
		if !errors.Is(err, turn.ErrTaken) || time.Now().After(end) {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(turnPoll):
		}
	}
}

// inTurn is alone without waiting, for a caller that holds a.sealing: it fails
// with turn.ErrTaken if it is another's turn.
func (a *App) inTurn(ctx context.Context, do func() error) error {
	t, err := a.turns.Take(ctx)
	if err != nil {
		return err
	}
	a.turn = t
	defer func() {
		a.turn = nil
		if err := t.GiveBack(context.WithoutCancel(ctx)); err != nil {
			a.log.Error("a turn was not given back; it ends by itself", slog.Any("err", err), slog.Duration("at_most", a.turnLength))
		}
	}()
	if err := a.refresh(ctx); err != nil {
		return err
	}
	return do()
}

package store

import (
	"context"
	"time"

	"github.com/folgmed/folgmed/internal/turn"
)

// LatestTurn returns what was said last in the latest turn, by holder.
func (s *Store) LatestTurn(ctx context.Context) ([]turn.Word, error) {
	return s.latestTurn(ctx, "LatestTurn")
}

// SayTurn records what a holder says of its turn; it returns when that is
// durable.
func (s *Store) SayTurn(ctx context.Context, w turn.Word) error { return s.sayTurn(ctx, "SayTurn", w) }

func (s *Store) latestTurn(ctx context.Context, name string) ([]turn.Word, error) {
	var all []turn.Word
	var w turn.Word
	var left int64
	err := s.each(ctx, name, []any{&w.Turn, &w.Holder, &w.Step, &left}, func() error {
		w.Left = time.Duration(left) * time.Millisecond
		all = append(all, w)
		return nil
	})
	return all, err
}

func (s *Store) sayTurn(ctx context.Context, name string, w turn.Word) error {
	return s.exec(ctx, name,
		param("turn", w.Turn), param("holder", w.Holder), param("step", w.Step), param("left", w.Left.Milliseconds()))
}

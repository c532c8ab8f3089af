package store

import (
	"context"
	"time"

	"github.com/folgmed/folgmed/internal/turn"
)

// LatestTurn returns what was said last in the latest turn, by holder.
func (s *Store) LatestTurn(ctx context.Context) ([]turn.Word, error) {
	var all []turn.Word
	var w turn.Word
	var left int64
	err := s.each(ctx, "LatestTurn", []any{&w.Turn, &w.Holder, &w.Step, &left}, func() error {
		w.Left = time.Duration(left) * time.Millisecond
		all = append(all, w)
		return nil
	})
	return all, err
}

// SayTurn records what a holder says of its turn; it returns when that is
// durable.
func (s *Store) SayTurn(ctx context.Context, w turn.Word) error {
	return s.exec(ctx, "SayTurn",
		param("turn", w.Turn), param("holder", w.Holder), param("step", w.Step), param("left", w.Left.Milliseconds()))
}

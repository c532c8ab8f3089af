package store

import (
	"context"
	"fmt"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/ext"
	"github.com/ClickHouse/clickhouse-go/v2/lib/column"

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

// insertInTurn is insert if the turn is the latest: of a server that was paused
// while another took over, nothing is written. The query selects from given_rows,
// which are sent along with it, so that it looks at the turn as it writes.
func (s *Store) insertInTurn(ctx context.Context, name, table string, turn uint64, n int, row func(i int) []any) error {
	var columns []func(*ext.Table) error
	for _, c := range s.listed(name, table) {
		columns = append(columns, ext.Column(c.Name, column.Type(c.Type)))
	}
	given, err := ext.NewTable("given_rows", columns...)
	if err != nil {
		return fmt.Errorf("store: %s: %w", name, err)
	}
	for i := range n {
		if err := given.Append(row(i)...); err != nil {
			return fmt.Errorf("store: %s: row %d: %w", name, i, err)
		}
	}
	return s.exec(clickhouse.Context(ctx, clickhouse.WithExternalTable(given)), name, param("turn", turn))
}

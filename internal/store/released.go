package store

import (
	"context"
	"fmt"
	"slices"

	"github.com/folgmed/folgmed/internal/counts"
	"github.com/folgmed/folgmed/internal/disclosure"
)

// rowsPerInsert bounds the memory that one insert takes here and there.
const rowsPerInsert = 100_000

// SaveCounts stores folded counts, if the turn is the latest. It may be repeated
// with the same rows.
func (s *Store) SaveCounts(ctx context.Context, rows []counts.Row, turn uint64) error {
	for some := range slices.Chunk(rows, rowsPerInsert) {
		err := s.insertInTurn(ctx, "SaveCounts", "counts", turn, len(some), func(i int) []any {
			r := some[i]
			return []any{r.Wave, r.Owner, r.School, r.Unit, r.Stratum, r.Measure, r.Bin, r.N}
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// DropCounts forgets the counts of a wave whose fold was interrupted, before it
// is folded again: the roster may have changed in between, and old and new
// rows must not stand side by side. It forgets nothing unless the turn is the
// latest: a server that was paused forgets nothing of what another has folded.
func (s *Store) DropCounts(ctx context.Context, wave uint32, turn uint64) error {
	return s.exec(ctx, "DropCounts", param("wave", wave), param("turn", turn))
}

// Counts returns an owner's folded counts of the waves from..to, both
// included, by wave, school, unit, stratum, measure and bin.
func (s *Store) Counts(ctx context.Context, owner string, from, to uint32) ([]counts.Row, error) {
	var all []counts.Row
	var r counts.Row
	dest := []any{&r.Wave, &r.Owner, &r.School, &r.Unit, &r.Stratum, &r.Measure, &r.Bin, &r.N}
	err := s.each(ctx, "Counts", dest, func() error {
		all = append(all, r)
		return nil
	}, param("owner", owner), param("from", from), param("to", to))
	return all, err
}

// SaveRelease stores what the gate let out. It may be repeated with the same
// rows, and never changed.
func (s *Store) SaveRelease(ctx context.Context, rows []disclosure.Row) error {
	for some := range slices.Chunk(rows, rowsPerInsert) {
		err := s.insert(ctx, "SaveRelease", "release", len(some), func(i int) []any {
			r := some[i]
			return []any{r.Release, r.Wave, r.Owner, r.School, r.Level, r.Unit, r.Audience, r.Item, r.Form, r.Value, r.Reason}
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// ReleasedFor returns all that was ever released to the staff of a school, by
// wave.
func (s *Store) ReleasedFor(ctx context.Context, school string) ([]disclosure.Released, error) {
	return s.released(ctx, "ReleasedFor", param("school", school))
}

// ReleasedForOwner returns all that was ever released of an owner and its
// schools, to any audience, by wave.
func (s *Store) ReleasedForOwner(ctx context.Context, owner string) ([]disclosure.Released, error) {
	return s.released(ctx, "ReleasedForOwner", param("owner", owner))
}

func (s *Store) released(ctx context.Context, name string, of any) ([]disclosure.Released, error) {
	var all []disclosure.Released
	var r disclosure.Row
	dest := []any{&r.Release, &r.Wave, &r.Owner, &r.School, &r.Level, &r.Unit, &r.Audience, &r.Item, &r.Form, &r.Value, &r.Reason}
	err := s.each(ctx, name, dest, func() error {
		line, err := disclosure.Decode(r)
		if err != nil {
			return fmt.Errorf("store: %s: %w", name, err)
		}
		all = append(all, line)
		return nil
	}, of)
	return all, err
}

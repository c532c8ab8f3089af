package store

import (
	"context"
	"slices"

	"github.com/folgmed/folgmed/internal/counts"
)

// SaveSummaries stores what detection needs of a wave. It may be repeated with
// the same rows.
func (s *Store) SaveSummaries(ctx context.Context, rows []counts.Summary) error {
	for some := range slices.Chunk(rows, rowsPerInsert) {
		err := s.insert(ctx, "SaveSummaries", "summary", len(some), func(i int) []any {
			r := some[i]
			return []any{
				r.Wave, r.Owner, r.School, r.Unit, r.Stratum, r.Questionnaire, r.Grade, r.Roster, r.Ballots,
				r.N, r.Sum, r.Squares, r.Low, r.Themes, r.Answered, r.Bad,
			}
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// DropSummaries forgets those of a wave before it is summed up again, if the
// turn is the latest.
func (s *Store) DropSummaries(ctx context.Context, wave uint32, turn uint64) error {
	return s.exec(ctx, "DropSummaries", param("wave", wave), param("turn", turn))
}

// Summaries returns those of all owners and the waves from..to, both included, by
// wave, owner, school, unit and stratum.
func (s *Store) Summaries(ctx context.Context, from, to uint32) ([]counts.Summary, error) {
	return s.summaries(ctx, "Summaries", param("from", from), param("to", to))
}

// SummariesOfOwner returns those of one owner, in the same order.
func (s *Store) SummariesOfOwner(ctx context.Context, owner string, from, to uint32) ([]counts.Summary, error) {
	return s.summaries(ctx, "SummariesOfOwner", param("owner", owner), param("from", from), param("to", to))
}

func (s *Store) summaries(ctx context.Context, query string, params ...any) ([]counts.Summary, error) {
	var all []counts.Summary
	var r counts.Summary
	dest := []any{
		&r.Wave, &r.Owner, &r.School, &r.Unit, &r.Stratum, &r.Questionnaire, &r.Grade, &r.Roster, &r.Ballots,
		&r.N, &r.Sum, &r.Squares, &r.Low, &r.Themes, &r.Answered, &r.Bad,
	}
	err := s.each(ctx, query, dest, func() error {
		all = append(all, r)
		r.Themes, r.Answered, r.Bad = nil, nil, nil
		return nil
	}, params...)
	return all, err
}

// Vintage is what was usual in a wave, as package watch writes it.
type Vintage struct {
	Wave uint32
	Body string
}

// SaveVintage stores what was usual in a wave; the first one stays.
func (s *Store) SaveVintage(ctx context.Context, v Vintage) error {
	return s.insert(ctx, "SaveVintage", "vintage", 1, func(int) []any { return []any{v.Wave, v.Body} })
}

// Vintages returns what was usual in the waves from..to, both included, by wave.
func (s *Store) Vintages(ctx context.Context, from, to uint32) ([]Vintage, error) {
	var all []Vintage
	var v Vintage
	err := s.each(ctx, "Vintages", []any{&v.Wave, &v.Body}, func() error {
		all = append(all, v)
		return nil
	}, param("from", from), param("to", to))
	return all, err
}

// CountedWaves returns the waves from..to, both included, that have counts.
func (s *Store) CountedWaves(ctx context.Context, from, to uint32) ([]uint32, error) {
	var all []uint32
	var n uint32
	err := s.each(ctx, "CountedWaves", []any{&n}, func() error {
		all = append(all, n)
		return nil
	}, param("from", from), param("to", to))
	return all, err
}

package store

import (
	"context"

	"github.com/folgmed/folgmed/internal/counts"
)

// WaveLinks returns the chain of sealed waves, first to last.
func (s *Store) WaveLinks(ctx context.Context) ([]counts.Link, error) {
	var all []counts.Link
	var l counts.Link
	err := s.each(ctx, "WaveLinks", []any{&l.Place, &l.Wave, &l.Random, &l.Commitment, &l.Hash}, func() error {
		all = append(all, l)
		return nil
	})
	return all, err
}

// SaveWaveLink adds a wave to the chain. Of several links of a wave that of the
// latest turn counts, so what a server adds that was paused counts for nothing.
func (s *Store) SaveWaveLink(ctx context.Context, l counts.Link, turn uint64) error {
	return s.insert(ctx, "SaveWaveLink", "wave_link", 1, func(int) []any {
		return []any{l.Place, l.Wave, turn, l.Random[:], l.Commitment[:], l.Hash[:]}
	})
}

// CountsOfWave calls f for each folded count of a wave, by owner, school, unit,
// stratum, measure and bin.
func (s *Store) CountsOfWave(ctx context.Context, wave uint32, f func(counts.Row)) error {
	var r counts.Row
	dest := []any{&r.Wave, &r.Owner, &r.School, &r.Unit, &r.Stratum, &r.Measure, &r.Bin, &r.N}
	return s.each(ctx, "CountsOfWave", dest, func() error {
		f(r)
		return nil
	}, param("wave", wave))
}

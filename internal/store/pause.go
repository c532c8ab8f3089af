package store

import (
	"context"

	"github.com/folgmed/folgmed/internal/wave"
)

// Pause says that a class or a school is not asked in a week, or is after all. It
// says nothing of a wave that was opened for the owner: read back whether it was.
func (s *Store) Pause(ctx context.Context, p wave.Pause) error {
	return s.exec(ctx, "Pause", param("wave", uint32(p.Wave)), param("owner", p.Owner), param("school", p.School),
		param("class", p.Class), param("stands", p.Stands), param("id", p.ID), param("at", p.At.UnixMilli()), param("by", p.By))
}

// Pauses returns every pause that stands, as events.
func (s *Store) Pauses(ctx context.Context) ([]wave.Event, error) {
	var all []wave.Event
	var p wave.Pause
	err := s.each(ctx, "Pauses", []any{(*uint32)(&p.Wave), &p.School, &p.Class}, func() error {
		all = append(all, p.Event())
		return nil
	})
	return all, err
}

// PausesOf returns the pauses of a school that stand, by wave and class, with who
// said each.
func (s *Store) PausesOf(ctx context.Context, school string) ([]wave.Pause, error) {
	var all []wave.Pause
	p := wave.Pause{Stands: true}
	err := s.each(ctx, "PausesOf", []any{(*uint32)(&p.Wave), &p.Owner, &p.School, &p.Class, &p.ID, &p.At, &p.By}, func() error {
		all = append(all, p)
		return nil
	}, param("school", school))
	return all, err
}

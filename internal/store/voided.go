package store

import (
	"context"

	"github.com/folgmed/folgmed/internal/wave"
)

// Void says that a class's first attempt is not counted. It says nothing for a
// wave that the journal has closed or sealed: read back whether it was said.
func (s *Store) Void(ctx context.Context, v wave.Void) error {
	return s.exec(ctx, "Void", param("wave", uint32(v.Wave)), param("school", v.School), param("class", v.Class),
		param("id", v.ID), param("at", v.At.UnixMilli()), param("by", v.By), param("reason", string(v.Reason)))
}

// Voids returns every class whose first attempt is not counted, as events.
func (s *Store) Voids(ctx context.Context) ([]wave.Event, error) {
	var all []wave.Event
	var v wave.Void
	err := s.each(ctx, "Voids", []any{(*uint32)(&v.Wave), &v.School, &v.Class}, func() error {
		all = append(all, v.Event())
		return nil
	})
	return all, err
}

// VoidsOf returns what was voided at a school, by wave and class: of two who
// voided one attempt, the first.
func (s *Store) VoidsOf(ctx context.Context, school string) ([]wave.Void, error) {
	var all []wave.Void
	var v wave.Void
	dest := []any{&v.ID, (*uint32)(&v.Wave), &v.School, &v.Class, &v.At, &v.By, (*string)(&v.Reason)}
	err := s.each(ctx, "VoidsOf", dest, func() error {
		all = append(all, v)
		return nil
	}, param("school", school))
	return all, err
}

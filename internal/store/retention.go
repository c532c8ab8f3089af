package store

import (
	"context"
)

// FineCounts returns the waves before one that have counts of classes, and those
// that have summaries or releases of classes.
func (s *Store) FineCounts(ctx context.Context, before uint32) ([]uint32, error) {
	var all []uint32
	var n uint32
	err := s.each(ctx, "FineCounts", []any{&n}, func() error {
		all = append(all, n)
		return nil
	}, param("before", before))
	return all, err
}

// DropFineCounts forgets the counts of a wave that are of classes, if the turn is
// the latest. What they were added up to is stored before.
func (s *Store) DropFineCounts(ctx context.Context, wave uint32, turn uint64) error {
	return s.exec(ctx, "DropFineCounts", param("wave", wave), param("turn", turn))
}

// DropClassReleases forgets what was released of classes before a wave, if the
// turn is the latest.
func (s *Store) DropClassReleases(ctx context.Context, before uint32, turn uint64) error {
	return s.exec(ctx, "DropClassReleases", param("before", before), param("turn", turn))
}

// ForgetDuty forgets all that happened to subjects of an owner, and who looked at
// them, if the turn is the latest. ids are the subjects' own.
func (s *Store) ForgetDuty(ctx context.Context, owner string, subjects, ids []string, turn uint64) error {
	if err := s.exec(ctx, "ForgetAudit", param("ids", ids), param("turn", turn)); err != nil {
		return err
	}
	return s.exec(ctx, "ForgetDuty", param("owner", owner), param("subjects", subjects), param("turn", turn))
}

package store

import (
	"context"
	"encoding/hex"
	"slices"
	"strconv"

	"github.com/folgmed/folgmed/internal/ballot"
	"github.com/folgmed/folgmed/internal/collect"
	"github.com/folgmed/folgmed/internal/counts"
)

// InsertAnswers stores counted ballots in one insert; it returns when they are
// durable. After an error some rows may be there all the same, which is no
// harm: readers take each nullifier once.
func (s *Store) InsertAnswers(ctx context.Context, rows []collect.Row) error {
	return s.insert(ctx, "InsertAnswers", "answers", len(rows), func(i int) []any {
		r := rows[i]
		return []any{r.Sheet.School, r.Sheet.Class, r.Sheet.Wave, r.Sheet.Attempt, r.Nullifier[:], r.Sheet.Items, r.Sheet.Options}
	})
}

// OpenNullifiers calls f for each stored ballot of the waves, in no order; one
// ballot may come twice.
func (s *Store) OpenNullifiers(ctx context.Context, waves []uint32, f func(wave uint32, n ballot.Nullifier) error) error {
	if len(waves) == 0 {
		return nil // ClickHouse reads no column then, which takes a grant on all
	}
	var wave uint32
	var n ballot.Nullifier
	return s.each(ctx, "OpenNullifiers", []any{&wave, (*[32]byte)(&n)}, func() error {
		return f(wave, n)
	}, param("waves", waves))
}

// SealedNullifier tells whether a ballot was counted in a wave that is folded
// and whose nullifiers are still kept.
func (s *Store) SealedNullifier(ctx context.Context, n ballot.Nullifier) (bool, error) {
	found, err := s.count(ctx, "SealedNullifier", param("nullifier", hex.EncodeToString(n[:])))
	return found > 0, err
}

// MoveAnswers sets a sealed wave's answers apart to be folded. Moving a wave
// that has been moved does nothing.
func (s *Store) MoveAnswers(ctx context.Context, wave uint32) error {
	return s.exec(ctx, "MoveAnswers", partition(wave))
}

// SealedAnswers calls f for each ballot of a wave that was set apart, by
// nullifier. Of several rows with one nullifier the smallest is taken, so the
// order in which collectors wrote never matters.
func (s *Store) SealedAnswers(ctx context.Context, wave uint32, f func(counts.Ballot) error) error {
	var b counts.Ballot
	return s.each(ctx, "SealedAnswers", []any{&b.Nullifier, &b.School, &b.Class, &b.Attempt, &b.Items, &b.Options}, func() error {
		return f(b)
	}, param("wave", wave))
}

// SaveNullifiers keeps the nullifiers of a wave's counted ballots, without
// class, for tablets whose receipt got lost. It may be repeated.
func (s *Store) SaveNullifiers(ctx context.Context, wave uint32, counted []ballot.Nullifier) error {
	for some := range slices.Chunk(counted, rowsPerInsert) {
		err := s.insert(ctx, "SaveNullifiers", "nullifier", len(some), func(i int) []any {
			return []any{wave, some[i][:]}
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// DropWave forgets a folded wave's answers, late ones too, its codes
// and its class sessions.
// Dropping twice is dropping once.
func (s *Store) DropWave(ctx context.Context, wave uint32) error {
	for _, table := range []string{"answers_sealing", "answers", "codes", "code_use", "class_session"} {
		if err := s.exec(ctx, "DropWave."+table, partition(wave)); err != nil {
			return err
		}
	}
	return nil
}

// DropNullifiers forgets the nullifiers of every wave before this one.
func (s *Store) DropNullifiers(ctx context.Context, before uint32) error {
	var old []uint32
	var wave uint32
	err := s.each(ctx, "DropNullifiers.waves", []any{&wave}, func() error {
		old = append(old, wave)
		return nil
	}, param("before", before))
	if err != nil {
		return err
	}
	for _, wave := range old {
		if err := s.exec(ctx, "DropNullifiers", partition(wave)); err != nil {
			return err
		}
	}
	return nil
}

// Compact merges an unsealed wave's answers and code uses to one part each, so
// that the disk keeps no order in which they came. Call it at fixed times of
// the clock (ANONYMITY §3).
func (s *Store) Compact(ctx context.Context, wave uint32) error {
	for _, table := range []string{"answers", "code_use"} {
		if err := s.exec(ctx, "Compact."+table, partition(wave)); err != nil {
			return err
		}
	}
	return nil
}

// partition names a wave's partition: ClickHouse's id of a whole number is the
// number in decimal.
func partition(wave uint32) any {
	return param("partition", strconv.FormatUint(uint64(wave), 10))
}

package store

import (
	"context"
	"errors"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"

	"github.com/folgmed/folgmed/internal/ballot"
	"github.com/folgmed/folgmed/internal/counts"
	"github.com/folgmed/folgmed/internal/disclosure"
)

// WaveParts is what lies on the disk of a wave in a table that is emptied with
// it: how many parts are from before a moment, and how many of them were never
// merged, so that the disk still tells when they came.
type WaveParts struct {
	Table            string
	Wave             uint32
	Before, Unmerged uint64
}

// ErrNotGranted says that a user of ClickHouse lacks a grant that it should have.
var ErrNotGranted = errors.New("the user of ClickHouse has not all its grants: put deploy/clickhouse/users.xml of this version in place")

// Parts lists what lies on the disk of answers and codes.
func (s *Store) Parts(ctx context.Context, since time.Time) ([]WaveParts, error) {
	var all []WaveParts
	var p WaveParts
	err := s.each(ctx, "Parts", []any{&p.Table, &p.Wave, &p.Before, &p.Unmerged}, func() error {
		all = append(all, p)
		return nil
	}, param("since", since.UTC().Format(time.DateTime)))
	var said *clickhouse.Exception
	if errors.As(err, &said) && said.Code == codeAccessDenied {
		return nil, ErrNotGranted
	}
	return all, err
}

// SmallUnits is how many units counts are kept of, and how many figures stand
// for fewer persons than they may.
func (s *Store) SmallUnits(ctx context.Context) (units, small uint64, err error) {
	err = s.each(ctx, "SmallUnits", []any{&units, &small}, func() error { return nil },
		param("least", counts.MinKept), param("leastRoster", counts.MinSilence))
	return units, small, err
}

// CastCount is how many ballots lie counted in a wave that is not sealed, by
// class and attempt.
func (s *Store) CastCount(ctx context.Context, wave uint32) (map[ballot.Attempt]int, error) {
	return s.byAttempt(ctx, "CastCount", wave)
}

// IssuedCount is how many ballots were issued in it: codes spent, and places
// taken of those that were made.
func (s *Store) IssuedCount(ctx context.Context, wave uint32) (map[ballot.Attempt]int, error) {
	return s.byAttempt(ctx, "IssuedCount", wave)
}

// BallotsWithin is for how many classes of sealed waves no more ballots were
// counted than it had pupils and replacements, and for how many more were.
func (s *Store) BallotsWithin(ctx context.Context) (holds, fails int, err error) {
	var h, f uint64
	err = s.each(ctx, "BallotsWithin", []any{&h, &f}, func() error { return nil })
	return int(h), int(f), err
}

// byAttempt reads numbers by school, class and attempt.
func (s *Store) byAttempt(ctx context.Context, query string, wave uint32) (map[ballot.Attempt]int, error) {
	all := make(map[ballot.Attempt]int)
	var of ballot.Attempt
	var n uint64
	err := s.each(ctx, query, []any{&of.School, &of.Class, &of.Number, &n}, func() error {
		all[of] = int(n)
		return nil
	}, param("wave", wave))
	return all, err
}

// ReleaseOfWave is what was released of an owner in one wave, row by row as it
// is stored.
func (s *Store) ReleaseOfWave(ctx context.Context, owner string, wave uint32) ([]disclosure.Row, error) {
	var all []disclosure.Row
	var r disclosure.Row
	dest := []any{&r.Release, &r.Wave, &r.Owner, &r.School, &r.Level, &r.Unit, &r.Audience, &r.Item, &r.Form, &r.Value, &r.Reason}
	err := s.each(ctx, "ReleaseOfWave", dest, func() error {
		all = append(all, r)
		return nil
	}, param("owner", owner), param("wave", wave))
	return all, err
}

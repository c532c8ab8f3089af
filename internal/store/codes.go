package store

import (
	"context"
	"encoding/hex"
	"slices"

	"github.com/folgmed/folgmed/internal/ballot"
)

// AddCodes stores printed codes; it returns when they are durable.
func (s *Store) AddCodes(ctx context.Context, codes []ballot.StoredCode) error {
	return s.insert(ctx, "AddCodes", "codes", len(codes), func(i int) []any {
		c := codes[i]
		return []any{c.Wave, c.School, c.Class, c.Attempt, c.MAC[:]}
	})
}

// Codes finds the printed codes among macs, in no order, of waves that are not
// yet sealed.
func (s *Store) Codes(ctx context.Context, macs []ballot.CodeMAC) ([]ballot.StoredCode, error) {
	var all []ballot.StoredCode
	var c ballot.StoredCode
	dest := []any{(*[32]byte)(&c.MAC), &c.Wave, &c.School, &c.Class, &c.Attempt}
	err := s.eachMAC(ctx, "Codes", macs, dest, func() error {
		all = append(all, c)
		return nil
	})
	return all, err
}

// CodeCount tells how many codes are printed and how many places of class
// sessions are made in a wave.
func (s *Store) CodeCount(ctx context.Context, wave uint32) (map[ballot.Attempt]int, error) {
	return s.byAttempt(ctx, "CodeCount", wave)
}

// UseCodes records code uses in one insert; it returns when they are durable.
// It refuses nothing: read back with CodeUses, and honour a use only if no
// other blinded element stands beside it.
func (s *Store) UseCodes(ctx context.Context, uses []ballot.CodeUse) error {
	return s.insert(ctx, "UseCodes", "code_use", len(uses), func(i int) []any {
		u := uses[i]
		return []any{u.Wave, u.MAC[:], u.Blinded[:]}
	})
}

// CodeUses returns every use of these codes in a wave, repeats once.
func (s *Store) CodeUses(ctx context.Context, wave uint32, macs []ballot.CodeMAC) ([]ballot.CodeUse, error) {
	var all []ballot.CodeUse
	var u ballot.CodeUse
	dest := []any{&u.Wave, (*[32]byte)(&u.MAC), &u.Blinded}
	err := s.eachMAC(ctx, "CodeUses", macs, dest, func() error {
		all = append(all, u)
		return nil
	}, param("wave", wave))
	return all, err
}

// AppendSession records a step of a class session; it returns when it is
// durable.
func (s *Store) AppendSession(ctx context.Context, e ballot.SessionEvent) error {
	return s.insert(ctx, "AppendSession", "class_session", 1, func(int) []any {
		return []any{e.ID, e.Wave, e.School, e.Class, e.Attempt, e.Session[:], e.Version, string(e.Step), e.Places, e.Code[:], e.Ends, e.WholeClass}
	})
}

// Sessions returns all events of these sessions, and of those that were ever
// opened under one of the codes, of waves that are not yet sealed.
func (s *Store) Sessions(ctx context.Context, sessions, codes []ballot.CodeMAC) ([]ballot.SessionEvent, error) {
	var all []ballot.SessionEvent
	var e ballot.SessionEvent
	dest := []any{
		&e.ID, &e.Wave, &e.School, &e.Class, &e.Attempt, (*[32]byte)(&e.Session), &e.Version, (*string)(&e.Step), &e.Places,
		(*[32]byte)(&e.Code), &e.Ends, &e.WholeClass,
	}
	ask := func(name string, macs []ballot.CodeMAC, other any) error {
		return s.eachMACs(ctx, "Sessions", name, macs, dest, func() error {
			all = append(all, e)
			return nil
		}, other)
	}
	if err := ask("sessions", sessions, param("codes", []string{})); err != nil {
		return nil, err
	}
	err := ask("codes", codes, param("sessions", []string{}))
	return all, err
}

// macsPerQuery keeps the parameters of one query, 67 bytes a code, well inside
// what ClickHouse takes as an address (1 MiB).
const macsPerQuery = 1000

// eachMAC runs a query for some codes at a time.
func (s *Store) eachMAC(ctx context.Context, query string, macs []ballot.CodeMAC, dest []any, f func() error, params ...any) error {
	return s.eachMACs(ctx, query, "macs", macs, dest, f, params...)
}

func (s *Store) eachMACs(ctx context.Context, query, name string, macs []ballot.CodeMAC, dest []any, f func() error, params ...any) error {
	for some := range slices.Chunk(macs, macsPerQuery) {
		text := make([]string, len(some))
		for i, mac := range some {
			text[i] = hex.EncodeToString(mac[:])
		}
		if err := s.each(ctx, query, dest, f, append(slices.Clone(params), param(name, text))...); err != nil {
			return err
		}
	}
	return nil
}

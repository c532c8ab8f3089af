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

// Code finds a printed code of a wave that is not yet sealed.
func (s *Store) Code(ctx context.Context, mac ballot.CodeMAC) (c ballot.StoredCode, found bool, err error) {
	dest := []any{(*[32]byte)(&c.MAC), &c.Wave, &c.School, &c.Class, &c.Attempt}
	err = s.each(ctx, "Code", dest, func() error {
		found = true
		return nil
	}, param("mac", hex.EncodeToString(mac[:])))
	return c, found, err
}

// CodeCount tells how many codes are printed in a wave, by school and class.
func (s *Store) CodeCount(ctx context.Context, wave uint32) (map[[2]string]int, error) {
	all := make(map[[2]string]int)
	var school, class string
	var n uint64
	err := s.each(ctx, "CodeCount", []any{&school, &class, &n}, func() error {
		all[[2]string{school, class}] = int(n)
		return nil
	}, param("wave", wave))
	return all, err
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

// usesPerQuery keeps the parameters of one query, 67 bytes a code, well inside
// what ClickHouse takes as an address (1 MiB).
const usesPerQuery = 1000

// CodeUses returns every use of these codes in a wave, repeats once.
func (s *Store) CodeUses(ctx context.Context, wave uint32, macs []ballot.CodeMAC) ([]ballot.CodeUse, error) {
	var all []ballot.CodeUse
	for some := range slices.Chunk(macs, usesPerQuery) {
		text := make([]string, len(some))
		for i, mac := range some {
			text[i] = hex.EncodeToString(mac[:])
		}
		var u ballot.CodeUse
		dest := []any{&u.Wave, (*[32]byte)(&u.MAC), &u.Blinded}
		err := s.each(ctx, "CodeUses", dest, func() error {
			all = append(all, u)
			return nil
		}, param("wave", wave), param("macs", text))
		if err != nil {
			return nil, err
		}
	}
	return all, nil
}

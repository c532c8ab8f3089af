package store

import (
	"context"
	"time"

	"github.com/folgmed/folgmed/internal/access"
)

// AddRequest stores who would like to be let in at a school.
func (s *Store) AddRequest(ctx context.Context, r access.Request) error {
	return s.insert(ctx, "AddRequest", "join_request", 1, func(int) []any {
		return []any{r.ID, r.At, r.School, r.Name, r.Email, r.Lang}
	})
}

// Requests returns who would like to be let in at a school and has no answer, the
// oldest first.
func (s *Store) Requests(ctx context.Context, school string) ([]access.Request, error) {
	var all []access.Request
	var r access.Request
	err := s.each(ctx, "Requests", []any{&r.ID, &r.At, &r.School, &r.Name, &r.Email, &r.Lang}, func() error {
		all = append(all, r)
		return nil
	}, param("school", school))
	return all, err
}

// DropRequest deletes one that has its answer. A lightweight DELETE would only
// hide the name until some later merge: this one is written out of the table when
// it returns.
func (s *Store) DropRequest(ctx context.Context, id string) error {
	return s.exec(ctx, "DropRequest", param("id", id))
}

// ForgetRequests deletes those that are older than a time, if the turn is the
// latest; and those that an earlier version kept among who may sign in.
func (s *Store) ForgetRequests(ctx context.Context, before time.Time, turn uint64) error {
	if err := s.exec(ctx, "ForgetRequests.join_request", param("before", before.UnixMilli()), param("turn", turn)); err != nil {
		return err
	}
	return s.exec(ctx, "ForgetRequests.access_event", param("turn", turn))
}

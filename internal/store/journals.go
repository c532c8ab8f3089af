package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/folgmed/folgmed/internal/access"
	"github.com/folgmed/folgmed/internal/audit"
	"github.com/folgmed/folgmed/internal/duty"
)

// AppendDuty appends events to prompts, reports and cases, in one insert.
func (s *Store) AppendDuty(ctx context.Context, events []duty.Event) error {
	bodies := make([]string, len(events))
	for i, e := range events {
		body, err := json.Marshal(e.Body)
		if err != nil {
			return fmt.Errorf("store: AppendDuty: %w", err)
		}
		bodies[i] = string(body)
	}
	return s.insert(ctx, "AppendDuty", "duty_event", len(events), func(i int) []any {
		e := events[i]
		return []any{e.ID, e.Subject, e.Owner, e.School, uint32(e.Version), string(e.Step), e.At, e.By, e.Role, bodies[i]}
	})
}

// DutyEvents returns a school's events by subject, version and id.
func (s *Store) DutyEvents(ctx context.Context, school string) ([]duty.Event, error) {
	return s.duty(ctx, "DutyEvents", param("school", school))
}

// DutyEventsOfOwner returns the events of all the owner's schools by school,
// subject, version and id.
func (s *Store) DutyEventsOfOwner(ctx context.Context, owner string) ([]duty.Event, error) {
	return s.duty(ctx, "DutyEventsOfOwner", param("owner", owner))
}

func (s *Store) duty(ctx context.Context, name string, of any) ([]duty.Event, error) {
	var all []duty.Event
	var e duty.Event
	var version uint32
	var body string
	dest := []any{&e.ID, &e.Subject, &e.Owner, &e.School, &version, (*string)(&e.Step), &e.At, &e.By, &e.Role, &body}
	err := s.each(ctx, name, dest, func() error {
		e.Version, e.Body = int(version), duty.Body{}
		if err := json.Unmarshal([]byte(body), &e.Body); err != nil {
			return fmt.Errorf("store: %s: event %s: %w", name, e.ID, err)
		}
		all = append(all, e)
		return nil
	}, of)
	return all, err
}

// AppendAccess appends one change to who may sign in.
func (s *Store) AppendAccess(ctx context.Context, e access.Event) error {
	return s.insert(ctx, "AppendAccess", "access_event", 1, func(int) []any {
		return []any{e.ID, e.At, e.By, e.Step, e.Person, e.Body}
	})
}

// AccessEvents returns every change to who may sign in that is later than a time,
// oldest first, and one twice that was appended twice.
func (s *Store) AccessEvents(ctx context.Context, after time.Time) ([]access.Event, error) {
	if after.IsZero() {
		after = noTime
	}
	return s.access(ctx, "AccessEvents", param("after", after.UnixMilli()))
}

// AccessCount is how many changes there are that are not later than a time, each
// as often as it was appended.
func (s *Store) AccessCount(ctx context.Context, until time.Time) (int, error) {
	n, err := s.count(ctx, "AccessCount", param("until", until.UnixMilli()))
	return int(n), err
}

// AccessEventsOf returns every change about one person, oldest first.
func (s *Store) AccessEventsOf(ctx context.Context, person string) ([]access.Event, error) {
	return s.access(ctx, "AccessEventsOf", param("person", person))
}

func (s *Store) access(ctx context.Context, name string, of any) ([]access.Event, error) {
	var all []access.Event
	var e access.Event
	err := s.each(ctx, name, []any{&e.ID, &e.At, &e.By, &e.Step, &e.Person, &e.Body}, func() error {
		all = append(all, e)
		return nil
	}, of)
	return all, err
}

// AppendAudit appends one line of what staff saw or did.
func (s *Store) AppendAudit(ctx context.Context, e audit.Entry) error {
	return s.insert(ctx, "AppendAudit", "audit", 1, func(int) []any {
		return []any{e.ID, e.At, e.Person, e.School, e.Action, e.About}
	})
}

// AuditOf returns what one member of staff saw and did, oldest first.
func (s *Store) AuditOf(ctx context.Context, person string) ([]audit.Entry, error) {
	var all []audit.Entry
	var e audit.Entry
	err := s.each(ctx, "AuditOf", []any{&e.ID, &e.At, &e.Person, &e.School, &e.Action, &e.About}, func() error {
		all = append(all, e)
		return nil
	}, param("person", person))
	return all, err
}

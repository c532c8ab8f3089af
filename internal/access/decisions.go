package access

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/folgmed/folgmed/internal/web"
)

// Operator is who did what came from the command line.
const Operator = byOperator

// What says what somebody decided about a person.
type What string

// The decisions.
const (
	WasAdded       What = "added"
	WasChanged     What = "changed"
	WasDeputy      What = "deputy_named"
	WasDeputyEnded What = "deputy_ended"
	GotLink        What = "link"
)

// Decision is what somebody decided about a person, and when.
type Decision struct {
	At   time.Time
	By   string // person id, or Operator
	What What
}

// DecidedAbout returns what others decided about a person, the oldest first: all
// that the journal has, for the person to read.
func (s *Service) DecidedAbout(ctx context.Context, person string) ([]Decision, error) {
	events, err := s.store.AccessEventsOf(ctx, person)
	if err != nil {
		return nil, web.Fail("unavailable", fmt.Errorf("read the access journal: %w", err))
	}
	var all []Decision
	var before Person
	for _, e := range events {
		d := Decision{At: e.At, By: e.By}
		switch e.Step {
		case linkMade:
			d.What = GotLink
		case personAdded:
			var p Person
			if err := json.Unmarshal([]byte(e.Body), &p); err != nil {
				return nil, fmt.Errorf("read access event %s: %w", e.ID, err)
			}
			switch {
			case before.ID == "":
				d.What = WasAdded
			case p.DeputyUntil.Equal(before.DeputyUntil):
				d.What = WasChanged
			case p.DeputyUntil.IsZero():
				d.What = WasDeputyEnded
			default:
				d.What = WasDeputy
			}
			before = p
		default:
			continue
		}
		all = append(all, d)
	}
	return all, nil
}

// Package audit is the append-only record of which staff member saw or did
// what. It holds no pupil data, and no package that pupils reach may import it.
package audit

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"
)

// Entry is one line of the record.
type Entry struct {
	ID     string
	At     time.Time
	Person string // access person id
	School string // organisation number; empty where no one school is meant
	Action string // read_overview, read_prompt, observed, concluded, signed_in …
	About  string // what was seen: a release id, a prompt id
}

// VoidedAttempt is the action of setting aside what a class has answered.
const VoidedAttempt = "voided_attempt"

// Attempt is what a VoidedAttempt is about.
func Attempt(wave uint32, class, reason string) string {
	return fmt.Sprintf("wave %d, %s, %s", wave, class, reason)
}

// Log keeps entries for good. The same entry twice is one entry.
type Log interface {
	AppendAudit(ctx context.Context, e Entry) error
}

// Recorder writes the record.
type Recorder struct {
	log Log
	now func() time.Time
}

// New returns a Recorder that stamps entries with now.
func New(log Log, now func() time.Time) *Recorder { return &Recorder{log, now} }

// Record writes that a person saw or did something. It sets At, and ID where
// the caller has none. When it fails, what was to be recorded must not be
// shown or done.
func (r *Recorder) Record(ctx context.Context, e Entry) error {
	if e.Person == "" || e.Action == "" {
		return errors.New("record in the audit: an entry needs a person and an action")
	}
	if e.ID == "" {
		e.ID = rand.Text()
	}
	e.At = r.now().UTC()
	if err := r.log.AppendAudit(ctx, e); err != nil {
		return fmt.Errorf("record %s in the audit: %w", e.Action, err)
	}
	return nil
}

// Package collect is the submission pipeline: verify the ballot, parse the
// answers, wait in the group commit until the row is durable. It is the only
// package that holds a ballot and an answer together, for one call.
//
// It may read back (wave, nullifier), never items or options, and must not
// know who is asking.
package collect

import (
	"github.com/folgmed/folgmed/internal/answer"
	"github.com/folgmed/folgmed/internal/ballot"
)

// Row is one counted ballot as it is stored: no time, address, language or
// device of any kind.
type Row struct {
	Nullifier ballot.Nullifier
	Sheet     answer.Sheet
}

// Outcome is how a cast ended: the log word, the metric label and what tests
// expect.
type Outcome string

// The outcomes of cast; the list is closed (DESIGN §2).
const (
	Accepted       Outcome = "accepted"
	AlreadyCounted Outcome = "already_counted"
	Malformed      Outcome = "malformed"
	TooLarge       Outcome = "too_large"
	UnknownClass   Outcome = "unknown_class"
	WaveClosed     Outcome = "wave_closed"
	BadToken       Outcome = "bad_token"
	Unavailable    Outcome = "unavailable"
)

// Package collect is the submission pipeline: open the sealed ballot, verify
// it, parse the answers, wait in the group commit until the row is durable. It is the only
// package that holds a ballot and an answer together, for one call.
//
// It may read back (wave, nullifier), never items or options, and must not
// know who is asking.
package collect

import (
	"context"
	"fmt"
	"io"
	"log/slog"

	"github.com/folgmed/folgmed/internal/answer"
	"github.com/folgmed/folgmed/internal/ballot"
	"github.com/folgmed/folgmed/internal/commit"
	"github.com/folgmed/folgmed/internal/wave"
	"github.com/folgmed/folgmed/surveys"
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

// Outcomes lists them all.
var Outcomes = []Outcome{
	Accepted, AlreadyCounted, Malformed, TooLarge, UnknownClass, WaveClosed, BadToken, Unavailable,
}

// Error is a cast that was not counted. It never holds a token or an answer.
type Error struct {
	outcome Outcome
	err     error
}

func fail(o Outcome, format string, args ...any) (Outcome, error) {
	return o, &Error{o, fmt.Errorf(format, args...)}
}

// Error says what was wrong.
func (e *Error) Error() string { return e.err.Error() }

// Outcome is the outcome as a word.
func (e *Error) Outcome() string { return string(e.outcome) }

// Unwrap is what failed below.
func (e *Error) Unwrap() error { return e.err }

// Store keeps the rows. InsertAnswers returns once all rows are durable;
// WaveStands sees all that was durable before it began.
type Store interface {
	InsertAnswers(ctx context.Context, rows []Row) error
	OpenNullifiers(ctx context.Context, waves []uint32, each func(wave uint32, n ballot.Nullifier) error) error
	WaveStands(ctx context.Context, waves []uint32) (map[uint32]wave.Stand, error)
	SealedNullifier(ctx context.Context, n ballot.Nullifier) (bool, error)
}

// Plan tells what a class is asked in a wave, past waves included; ok is false
// for a class or a wave it does not know.
type Plan interface {
	Ask(school, class string, n wave.Number) (ask wave.Ask, ok bool)
}

// Keys is a *ballot.Ring, or one set of *ballot.Keys for all waves.
type Keys interface {
	Open(sealed []byte) ([]byte, error)
	For(wave uint32) *ballot.Keys // nil if they are forgotten: then nothing verifies
}

// Options are what a collector needs.
type Options struct {
	Keys  Keys
	Plan  Plan
	Items func(wave.Ask) ([]surveys.Item, bool) // the items asked, in order
	Store Store
	Log   *slog.Logger
	Batch commit.Options // zero is a good choice
}

// Collector counts ballots. Any number of collectors may share a store; a
// ballot cast to two of them at once is stored twice and counted once.
type Collector struct {
	opts  Options
	steps []step
	known *nullifiers
	batch *commit.Batcher[*cast]

	storing health
}

// New starts a collector; Stop ends it. Call LoadNullifiers before the first
// cast.
func New(o Options) *Collector {
	c := &Collector{opts: o, known: newNullifiers(), storing: health{log: o.Log}}
	c.steps = []step{
		c.read,   // malformed, too_large
		c.open,   // malformed
		c.ask,    // unknown_class, wave_closed, bad_token
		c.verify, // bad_token
		c.count,  // already_counted; unavailable and wave_closed after the seal
		c.parse,  // malformed
		c.commit, // accepted, already_counted, unavailable
	}
	c.batch = commit.New(c.flush, o.Batch)
	return c
}

// LoadNullifiers reads which ballots of the open waves are stored already. A
// wave that another server has sealed meanwhile is left out: what is stored of
// it may have come too late to be counted.
func (c *Collector) LoadNullifiers(ctx context.Context, waves []wave.Number) error {
	numbers := make([]uint32, len(waves))
	for i, n := range waves {
		numbers[i] = uint32(n)
	}
	err := c.opts.Store.OpenNullifiers(ctx, numbers, func(n uint32, nullifier ballot.Nullifier) error {
		c.known.add(n, nullifier)
		return nil
	})
	if err != nil {
		return fmt.Errorf("load the nullifiers of open waves: %w", err)
	}
	stands, err := c.opts.Store.WaveStands(ctx, numbers)
	if err != nil {
		return fmt.Errorf("read how the waves stand: %w", err)
	}
	for n, stand := range stands {
		if stand.Sealed() {
			c.known.forget(n)
		}
	}
	return nil
}

// Forget gives back the memory of a wave that is sealed: from then on the
// store knows which ballots were counted.
func (c *Collector) Forget(n wave.Number) { c.known.forget(uint32(n)) }

// Stop answers the casts under way, for as long as ctx allows.
func (c *Collector) Stop(ctx context.Context) error { return c.batch.Stop(ctx) }

// Counted is what a tablet gets for a ballot that is counted. The nonce tells
// it which one: it keeps no more of a sealed ballot than it needs to know it
// again, and nothing that could be found among the rows.
type Counted struct {
	Nonce   ballot.Bytes
	Receipt ballot.Receipt
}

// Cast counts one ballot, given as the JSON body of POST /api/cast. It returns
// when the answers are durable, with the outcome accepted or already_counted,
// either of them with the receipt, or else with an *Error of that outcome. If
// ctx ends first the ballot may be counted or not; casting it again tells.
func (c *Collector) Cast(ctx context.Context, body io.Reader) (Counted, Outcome, error) {
	b := &cast{source: body}
	for _, step := range c.steps {
		outcome, err := step(ctx, b)
		if err != nil {
			return Counted{}, outcome, err
		}
		if outcome != "" {
			return Counted{b.ballot.Nonce, c.opts.Keys.For(b.ballot.Info.Wave).Receipt(b.nullifier)}, outcome, nil
		}
	}
	panic("collect: the last step of the pipeline has no outcome")
}

package collect

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"

	"github.com/folgmed/folgmed/internal/answer"
	"github.com/folgmed/folgmed/internal/ballot"
	"github.com/folgmed/folgmed/internal/wave"
)

// MaxBody is the largest body of a cast, in bytes; a real one has about 1,000.
const MaxBody = 16 << 10

// step is one step of the pipeline. An outcome ends the pipeline; without an
// error it comes with a receipt.
type step func(ctx context.Context, b *cast) (Outcome, error)

// cast is one ballot on its way through the pipeline.
type cast struct {
	source    io.Reader // until read
	envelope  envelope  // from read
	ballot    opened    // from open
	asked     wave.Ask  // from ask
	nullifier ballot.Nullifier
	sheet     answer.Sheet // from parse

	outcome Outcome // from the flush
	err     error
}

// envelope is what a tablet sends: all that the ballot holds is sealed, since
// it may lie on the tablet for days.
type envelope struct {
	Sealed ballot.Bytes `json:"sealed"`
	Token  ballot.Bytes `json:"token"`
}

// opened is what was sealed. Items and options stay raw until it is known that
// the ballot is new: the reply to a counted one may not depend on the answers
// that come with it.
type opened struct {
	Info    ballot.Info     `json:"info"`
	Nonce   ballot.Bytes    `json:"nonce"`
	Items   json.RawMessage `json:"items"`
	Options json.RawMessage `json:"options"`
}

var errMoreThanOne = errors.New("more than one JSON value")

// decode is strict, and its errors are its own: those of encoding/json quote
// what they read.
func decode(data []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return errors.New("not the JSON that was expected")
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errMoreThanOne
	}
	return nil
}

func (c *Collector) read(_ context.Context, b *cast) (Outcome, error) {
	data, err := io.ReadAll(io.LimitReader(b.source, MaxBody+1))
	b.source = nil
	switch {
	case err != nil:
		return fail(Malformed, "read the ballot: the connection broke")
	case len(data) > MaxBody:
		return fail(TooLarge, "a ballot has at most %d bytes", MaxBody)
	}
	if err := decode(data, &b.envelope); err != nil {
		return fail(Malformed, "read the ballot: %w", err)
	}
	if n := len(b.envelope.Token); n != ballot.TokenSize {
		return fail(Malformed, "read the ballot: token of %d bytes, want %d", n, ballot.TokenSize)
	}
	return "", nil
}

func (c *Collector) open(_ context.Context, b *cast) (Outcome, error) {
	plain, err := c.opts.Keys.Open(b.envelope.Sealed)
	b.envelope.Sealed = nil
	if err != nil {
		return fail(Malformed, "open the ballot: %w", err)
	}
	if err := decode(plain, &b.ballot); err != nil {
		return fail(Malformed, "open the ballot: %w", err)
	}
	if n := len(b.ballot.Nonce); n != ballot.NonceSize {
		return fail(Malformed, "open the ballot: nonce of %d bytes, want %d", n, ballot.NonceSize)
	}
	b.nullifier = ballot.NullifierOf(b.ballot.Nonce)
	return "", nil
}

// genuine tells whether the issuer made this ballot for its class and wave.
func (c *Collector) genuine(b *cast) bool {
	return c.opts.Keys.For(b.ballot.Info.Wave).Verify(b.ballot.Info, b.ballot.Nonce, b.envelope.Token)
}

// ask finds what the class was asked. One info is honoured for each class,
// wave and attempt; any other would sort the pupils of a class by their info.
func (c *Collector) ask(ctx context.Context, b *cast) (Outcome, error) {
	info := b.ballot.Info
	asked, ok := c.opts.Plan.Ask(info.School, info.Class, wave.Number(info.Wave))
	switch {
	case !ok:
		return c.unlessCounted(ctx, b, UnknownClass, "no such class is asked in this wave")
	case asked.State == wave.StatePlanned:
		return fail(WaveClosed, "the wave is not open yet")
	case info.Attempt != asked.Attempt:
		return c.otherAttempt(ctx, b, asked)
	case info != ballot.InfoOf(asked):
		return c.unlessCounted(ctx, b, BadToken, "the ballot is for other questions than the class was asked")
	}
	b.asked = asked
	return "", nil
}

// otherAttempt ends a ballot of an attempt that is not the one that counts, as
// far as this server knows. One of an attempt that it has not heard of waits.
// What was counted at the seal is known from its nullifier alone.
func (c *Collector) otherAttempt(ctx context.Context, b *cast, asked wave.Ask) (Outcome, error) {
	switch {
	case b.ballot.Info.Attempt > asked.Attempt && c.genuine(b):
		return fail(Unavailable, "the class answers anew, and this server has not heard of it yet")
	case b.ballot.Info.Attempt > asked.Attempt:
		return fail(BadToken, "the ballot was not issued for this class and wave")
	case asked.State == wave.StateReleased:
		return c.unlessCounted(ctx, b, WaveClosed, "this attempt of the class was voided")
	default:
		return voided()
	}
}

// voided is the end of a ballot whose class answers anew: the tablet deletes it.
func voided() (Outcome, error) {
	return fail(WaveClosed, "the class answers anew: this attempt was voided")
}

// unlessCounted refuses a ballot, except one that was counted in a wave that is
// over: rosters and questionnaires change after that, its receipt does not.
func (c *Collector) unlessCounted(ctx context.Context, b *cast, o Outcome, why string) (Outcome, error) {
	if c.genuine(b) {
		counted, err := c.opts.Store.SealedNullifier(ctx, b.nullifier)
		switch {
		case err != nil:
			return fail(Unavailable, "look up the ballot: %w", err)
		case counted:
			return AlreadyCounted, nil
		}
	}
	return fail(o, "%s", why)
}

func (c *Collector) verify(_ context.Context, b *cast) (Outcome, error) {
	if !c.genuine(b) {
		return fail(BadToken, "the ballot was not issued for this class and wave")
	}
	return "", nil
}

// count ends the ballots whose fate is decided, whatever answers come with
// them. Between seal and release nobody can say yet: a row that came late is
// stored and will not be counted.
func (c *Collector) count(ctx context.Context, b *cast) (Outcome, error) {
	switch b.asked.State {
	case wave.StateOpen, wave.StateClosed:
		if c.known.has(b.ballot.Info.Wave, b.nullifier) {
			return AlreadyCounted, nil
		}
		return "", nil
	case wave.StateSealed:
		return fail(Unavailable, "the wave is being counted, try again later")
	default:
		return c.unlessCounted(ctx, b, WaveClosed, "the wave is over, the ballot came too late")
	}
}

func (c *Collector) parse(_ context.Context, b *cast) (Outcome, error) {
	items, ok := c.opts.Items(b.asked)
	if !ok {
		return fail(Unavailable, "questionnaire %s version %d is not loaded", b.asked.Questionnaire, b.asked.Version)
	}
	var (
		ids     []string
		options []int
	)
	if err := errors.Join(decode(b.ballot.Items, &ids), decode(b.ballot.Options, &options)); err != nil {
		return fail(Malformed, "read the answers: %w", err)
	}
	sheet, err := answer.Parse(answer.Asked{
		School:  b.asked.School,
		Class:   b.asked.Class,
		Wave:    uint32(b.asked.Wave),
		Attempt: b.asked.Attempt,
		Items:   items,
	}, ids, options)
	if err != nil {
		return fail(Malformed, "read the answers: %w", err)
	}
	b.sheet = sheet
	return "", nil
}

func (c *Collector) commit(ctx context.Context, b *cast) (Outcome, error) {
	if err := c.batch.Add(ctx, b); err != nil {
		return fail(Unavailable, "count the ballot: %w", err)
	}
	return b.outcome, b.err
}

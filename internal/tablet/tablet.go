// Package tablet is the tablet's side of a ballot in Go: for the demo, for
// replay, for tests and for the load generator. It speaks to Følgmed over the
// public HTTP interface only, and checks what the page in the browser checks.
package tablet

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"slices"

	"github.com/folgmed/folgmed/internal/ballot"
	"github.com/folgmed/folgmed/surveys"
)

// Tablet answers for pupils. It keeps nothing of them and may be used by many
// goroutines at once.
type Tablet struct {
	URL    string       // of the installation: https://folgmed.example
	HTTP   *http.Client // nil: http.DefaultClient
	Random io.Reader    // draws the nonces: nil: crypto/rand.Reader
}

// Survey is what a class is asked this time, in the order it is asked.
type Survey struct {
	ID      string       `json:"id"`
	Version int          `json:"version"`
	Title   surveys.Text `json:"title"`
	Period  surveys.Text `json:"period"`
	Items   []Item       `json:"items"`
}

// Item is one question as a tablet shows it.
type Item struct {
	ID      string           `json:"id"`
	Text    surveys.Text     `json:"text"`
	Options []surveys.Option `json:"options"`
}

// Session is one pupil's turn: an opened code and, after Issue, a ballot that
// the server can not recognise.
type Session struct {
	Info   ballot.Info       `json:"info"`
	Keys   ballot.PublicKeys `json:"keys"`
	Survey Survey            `json:"survey"`
	Ticket string            `json:"ticket"` // if the code was that of a class session

	code  string
	nonce []byte
	token []byte
}

// Ballot is a finished ballot, ready to be cast any number of times.
type Ballot struct {
	body      []byte
	nullifier ballot.Nullifier
	keys      ballot.PublicKeys
}

// Refused is the server's answer when it does not do what was asked.
type Refused struct {
	Status  int
	outcome string
	message string
}

// Error is the server's sentence, with the outcome before it.
func (e *Refused) Error() string { return e.outcome + ": " + e.message }

// Outcome is the server's word for what happened.
func (e *Refused) Outcome() string { return e.outcome }

// The checks on which a tablet gives up rather than cast a ballot that could
// be marked, or believe that it was counted.
var (
	ErrFingerprint = errors.New("the keys are not those printed with the code: do not answer, ask the school")
	ErrProof       = errors.New("the ballot is not made with the school's key: do not answer, ask the school")
	ErrReceipt     = errors.New("the receipt does not verify: the answers may not be counted")
)

// Open asks what the code's class is asked, and checks that the server's keys
// are those of the fingerprint that came with the code.
func (t *Tablet) Open(ctx context.Context, code, fingerprint string) (*Session, error) {
	s := &Session{code: code}
	if err := t.post(ctx, "/api/code", body(map[string]any{"code": code}), s); err != nil {
		return nil, fmt.Errorf("open a code: %w", err)
	}
	if s.Keys.Fingerprint() != fingerprint {
		return nil, fmt.Errorf("open a code: %w", ErrFingerprint)
	}
	if s.Ticket != "" { // of a class session, where each child takes a place
		s.code = s.Ticket
	}
	return s, nil
}

// Issue gets the session's ballot: it blinds a random nonce, has it evaluated,
// checks the proof and unblinds. A lost reply is asked for again with the same
// blinded nonce.
func (t *Tablet) Issue(ctx context.Context, s *Session) error {
	if err := t.issue(ctx, s); err != nil {
		return fmt.Errorf("get a ballot: %w", err)
	}
	return nil
}

func (t *Tablet) issue(ctx context.Context, s *Session) error {
	random := t.Random
	if random == nil {
		random = rand.Reader
	}
	nonce := make([]byte, ballot.NonceSize)
	if _, err := io.ReadFull(random, nonce); err != nil {
		return err
	}
	blinded, err := s.Keys.Blind(nonce)
	if err != nil {
		return err
	}
	var reply struct {
		Outcome   string       `json:"outcome"`
		Evaluated ballot.Bytes `json:"evaluated"`
		Proof     ballot.Bytes `json:"proof"`
	}
	err = t.post(ctx, "/api/issue", body(map[string]any{"code": s.code, "blinded": blinded.Request}), &reply)
	if err != nil {
		return err
	}
	token, ok := blinded.Token(s.Info, ballot.Evaluation{Evaluated: reply.Evaluated, Proof: reply.Proof})
	if !ok {
		return ErrProof
	}
	s.nonce, s.token = nonce, token
	return nil
}

// Ballot fills in the answers, one option for each item of the survey in its
// order, 0 being "would rather not answer", and seals them to the collector. It
// panics before Issue.
func (s *Session) Ballot(options []int) (Ballot, error) {
	if s.token == nil {
		panic("tablet: Ballot before Issue")
	}
	sealed, err := s.Keys.Seal(s.plain(options))
	if err != nil {
		return Ballot{}, err
	}
	return Ballot{
		body:      body(map[string]any{"sealed": sealed, "token": ballot.Bytes(s.token)}),
		nullifier: ballot.NullifierOf(s.nonce),
		keys:      s.Keys,
	}, nil
}

// plain is what is sealed. Spaces at its end make it as long whatever is
// answered: a cipher hides what is written, not how much.
func (s *Session) plain(options []int) []byte {
	ids := make([]string, len(s.Survey.Items))
	for i, item := range s.Survey.Items {
		ids[i] = item.ID
	}
	text := func(options []int) []byte {
		return body(map[string]any{"info": s.Info, "nonce": ballot.Bytes(s.nonce), "items": ids, "options": options})
	}
	plain := text(options)
	longest := len(text(slices.Repeat([]int{math.MaxUint8}, len(options))))
	return append(plain, bytes.Repeat([]byte{' '}, max(0, longest-len(plain)))...)
}

// Prepare does all that comes before casting. The choose function answers.
func (t *Tablet) Prepare(ctx context.Context, code, fingerprint string, choose func(Survey) []int) (Ballot, error) {
	s, err := t.Open(ctx, code, fingerprint)
	if err != nil {
		return Ballot{}, err
	}
	if err := t.Issue(ctx, s); err != nil {
		return Ballot{}, err
	}
	return s.Ballot(choose(s.Survey))
}

// Body is what Cast sends, for whoever sends it by other means.
func (b Ballot) Body() []byte { return bytes.Clone(b.body) }

// Cast delivers the ballot and returns the outcome, accepted or
// already_counted, once the receipt verifies. While the server can not be
// reached or says 503 it sends the same bytes again, until ctx ends.
func (t *Tablet) Cast(ctx context.Context, b Ballot) (outcome string, err error) {
	var reply struct {
		Outcome string         `json:"outcome"`
		Receipt ballot.Receipt `json:"receipt"`
	}
	if err := t.post(ctx, "/api/cast", b.body, &reply); err != nil {
		return "", fmt.Errorf("cast a ballot: %w", err)
	}
	if !b.keys.VerifyReceipt(b.nullifier, reply.Receipt) {
		return "", fmt.Errorf("cast a ballot: %w", ErrReceipt)
	}
	return reply.Outcome, nil
}

func body(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // strings, numbers and bytes always encode
	}
	return b
}

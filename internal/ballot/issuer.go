package ballot

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/time/rate"

	"github.com/folgmed/folgmed/internal/commit"
	"github.com/folgmed/folgmed/internal/wave"
)

// Store keeps codes and their uses. UseCodes and AddCodes return once all they
// got is durable; CodeUses sees every use that was durable before it began.
// Codes returns those it knows, in any order.
type Store interface {
	AddCodes(ctx context.Context, codes []StoredCode) error
	CodeCount(ctx context.Context, wave uint32) (map[[2]string]int, error) // by school and class
	Codes(ctx context.Context, macs []CodeMAC) ([]StoredCode, error)
	UseCodes(ctx context.Context, uses []CodeUse) error
	CodeUses(ctx context.Context, wave uint32, macs []CodeMAC) ([]CodeUse, error)
}

// KeySet is a *Ring, or one set of *Keys for all waves.
type KeySet interface {
	MAC(c Code) CodeMAC
	For(wave uint32) *Keys // nil if they are forgotten
}

// Plan tells what a class is asked in a wave; ok is false for a class or a
// wave it does not know.
type Plan interface {
	Ask(school, class string, n wave.Number) (ask wave.Ask, ok bool)
}

// Options are what an issuer needs.
type Options struct {
	Keys   KeySet
	Store  Store
	Plan   Plan
	Random io.Reader        // draws codes: crypto/rand.Reader
	Now    func() time.Time // for the bound on failed look-ups
	Batch  commit.Options   // code uses share durable inserts; zero is a good choice

	// Failed look-ups per second, and how many may come at once. The bound is
	// one for the whole installation, for all tablets of a school share an
	// address; zero is 20 and 500.
	FailRate  rate.Limit
	FailBurst int
}

// Issuer turns codes into ballots: one for each code, whatever number of
// issuers runs on the same store.
type Issuer struct {
	opts   Options
	reads  *commit.Batcher[*reading] // look-ups under way share queries
	uses   *commit.Batcher[*use]
	failed *rate.Limiter
	recent atomic.Uint32 // a wave in which codes were found

	making sync.Mutex // one at a time counts codes and adds some
}

// NewIssuer starts an issuer; Stop ends it.
func NewIssuer(o Options) *Issuer {
	if o.FailRate == 0 {
		o.FailRate = 20
	}
	if o.FailBurst == 0 {
		o.FailBurst = 500
	}
	i := &Issuer{opts: o, failed: rate.NewLimiter(o.FailRate, o.FailBurst)}
	i.reads = commit.New(i.read, commit.Options{Wait: 10 * time.Millisecond, Max: o.Batch.Max, Queue: o.Batch.Queue})
	i.uses = commit.New(i.spend, o.Batch)
	return i
}

// Stop answers the requests under way, for as long as ctx allows.
func (i *Issuer) Stop(ctx context.Context) error {
	return errors.Join(i.reads.Stop(ctx), i.uses.Stop(ctx))
}

// Lookup tells what the class of a code is asked, if the code can still be
// spent. It spends nothing. Errors are of type *Error: malformed, code_refused
// (unknown, spent or of a voided attempt), wave_closed, rate_limited,
// unavailable.
func (i *Issuer) Lookup(ctx context.Context, typed string) (wave.Ask, error) {
	ask, _, spent, err := i.admit(ctx, typed)
	if err != nil {
		return wave.Ask{}, err
	}
	if len(spent) > 0 {
		return wave.Ask{}, i.refuse()
	}
	return ask, nil
}

// Issue spends the code on a blinded nonce and answers with the evaluation:
// issued, or issued_again if this same request had spent the code already, so
// that a lost reply costs no ballot. Errors are of type *Error, with the
// outcomes of [Issuer.Lookup].
func (i *Issuer) Issue(ctx context.Context, typed string, blinded []byte) (Evaluation, Outcome, error) {
	element, err := parseBlinded(blinded)
	if err != nil {
		return Evaluation{}, Malformed, err
	}
	ask, code, spent, err := i.admit(ctx, typed)
	if err != nil {
		return failed(err)
	}
	u := &use{CodeUse: CodeUse{Wave: code.Wave, MAC: code.MAC, Blinded: sha256.Sum256(blinded)}}
	outcome := IssuedAgain
	if len(spent) == 0 {
		outcome = Issued
		if err := i.uses.Add(ctx, u); err != nil {
			return failed(fail(Unavailable, "record that the code is used: %w", err))
		}
		spent = u.durable
	}
	if !onlyBy(u.CodeUse, spent) {
		return failed(i.refuse())
	}
	e, err := i.opts.Keys.For(code.Wave).evaluate(InfoOf(ask), element)
	if err != nil {
		return failed(fail(Unavailable, "issue: %w", err))
	}
	return e, outcome, nil
}

func failed(err error) (Evaluation, Outcome, error) {
	var e *Error
	if !errors.As(err, &e) {
		e = fail(Unavailable, "%w", err)
	}
	return Evaluation{}, e.outcome, e
}

// admit reads a code and its uses. It does the same reads for a code that does
// not exist as for one that is spent, so the time of the reply tells no more
// than the reply.
func (i *Issuer) admit(ctx context.Context, typed string) (ask wave.Ask, code StoredCode, spent []CodeUse, err error) {
	c, err := ParseCode(typed)
	if err != nil {
		return ask, code, nil, err
	}
	r := &reading{mac: i.opts.Keys.MAC(c)}
	if err := i.reads.Add(ctx, r); err != nil {
		return ask, code, nil, fail(Unavailable, "look up the code: %w", err)
	}
	if !r.known {
		return ask, code, nil, i.refuse()
	}
	code, spent = r.code, r.spent
	ask, ok := i.opts.Plan.Ask(code.School, code.Class, wave.Number(code.Wave))
	switch {
	case ok && code.Attempt != ask.Attempt:
		return ask, code, nil, i.refuse()
	case !ok || ask.State != wave.StateOpen:
		return ask, code, nil, fail(WaveClosed, "this week's questions are not open for the class")
	}
	return ask, code, spent, nil
}

// reading is one request to look up a code, and after the flush what is known
// of it.
type reading struct {
	mac   CodeMAC
	code  StoredCode
	known bool
	spent []CodeUse
}

// read looks up a batch of codes and their uses: a query costs the database
// far more than a code in it.
func (i *Issuer) read(ctx context.Context, batch []*reading) error {
	macs := make([]CodeMAC, len(batch))
	for k, r := range batch {
		macs[k] = r.mac
	}
	known := map[CodeMAC]StoredCode{}
	codes, err := i.opts.Store.Codes(ctx, macs)
	if err != nil {
		return err
	}
	for _, c := range codes {
		known[c.MAC] = c
		i.recent.Store(c.Wave)
	}
	waves := map[uint32][]CodeMAC{}
	for _, r := range batch {
		r.code, r.known = known[r.mac]
		if !r.known {
			r.code.Wave = i.recent.Load()
		}
		waves[r.code.Wave] = append(waves[r.code.Wave], r.mac)
	}
	uses, err := i.usesOf(ctx, waves)
	if err != nil {
		return err
	}
	for _, r := range batch {
		r.spent = uses[r.mac]
	}
	return nil
}

// usesOf reads all uses of codes, given by their waves.
func (i *Issuer) usesOf(ctx context.Context, waves map[uint32][]CodeMAC) (map[CodeMAC][]CodeUse, error) {
	durable := map[CodeMAC][]CodeUse{}
	for n, macs := range waves {
		uses, err := i.opts.Store.CodeUses(ctx, n, macs)
		if err != nil {
			return nil, err
		}
		for _, u := range uses {
			durable[u.MAC] = append(durable[u.MAC], u)
		}
	}
	return durable, nil
}

// refuse is the one reply to unknown and spent codes. Good codes never come
// here, so the bound on it punishes nobody who holds one.
func (i *Issuer) refuse() error {
	if !i.failed.AllowN(i.opts.Now(), 1) {
		return fail(RateLimited, "too many wrong codes just now: wait a little and try again")
	}
	return fail(CodeRefused, "the code is not known or already used: ask the teacher for a new one")
}

// use is one request to spend a code, and after the flush all durable uses of
// that code.
type use struct {
	CodeUse
	durable []CodeUse
}

// onlyBy reports whether all uses of the code are this very request.
func onlyBy(u CodeUse, durable []CodeUse) bool {
	for _, d := range durable {
		if d != u {
			return false
		}
	}
	return len(durable) > 0
}

// spend stores the uses and then reads all uses of those codes, others'
// included. Whoever sees another request beside its own has lost: of two
// racing issuers at least one sees the other, so a code never becomes two
// ballots. Two may both lose; the teacher has replacements.
func (i *Issuer) spend(ctx context.Context, batch []*use) error {
	var rows []CodeUse
	macs := map[uint32][]CodeMAC{}
	first := map[CodeMAC]CodeUse{}
	for _, u := range batch {
		if _, again := first[u.MAC]; again {
			continue // the same request, or one that loses to it without a row
		}
		first[u.MAC] = u.CodeUse
		rows = append(rows, u.CodeUse)
		macs[u.Wave] = append(macs[u.Wave], u.MAC)
	}
	if err := i.opts.Store.UseCodes(ctx, rows); err != nil {
		return err
	}
	durable, err := i.usesOf(ctx, macs)
	if err != nil {
		return fmt.Errorf("read back: %w", err)
	}
	for _, u := range batch {
		u.durable = durable[u.MAC]
	}
	return nil
}

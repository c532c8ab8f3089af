package ballot

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/time/rate"

	"github.com/folgmed/folgmed/internal/commit"
	"github.com/folgmed/folgmed/internal/wave"
)

// Store keeps codes, class sessions and their uses. UseCodes and AddCodes
// return once all they got is durable; CodeUses sees every use that was durable
// before it began. Codes returns those it knows, in any order. CodeCount counts
// places of sessions with the codes.
type Store interface {
	AddCodes(ctx context.Context, codes []StoredCode) error
	CodeCount(ctx context.Context, wave uint32) (map[Attempt]int, error)
	Codes(ctx context.Context, macs []CodeMAC) ([]StoredCode, error)
	UseCodes(ctx context.Context, uses []CodeUse) error
	CodeUses(ctx context.Context, wave uint32, macs []CodeMAC) ([]CodeUse, error)

	AppendSession(ctx context.Context, e SessionEvent) error // durable when it returns
	// Sessions returns all events of the sessions named, and of those that were
	// ever opened under one of the codes.
	Sessions(ctx context.Context, sessions, codes []CodeMAC) ([]SessionEvent, error)
}

// KeySet is a *Ring, or one set of *Keys for all waves.
type KeySet interface {
	MAC(c Code) CodeMAC
	derive(purpose, of string) CodeMAC // HMAC-SHA256 under the key of the codes
	For(wave uint32) *Keys             // nil if they are forgotten
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
	joins  *rate.Limiter // by codes on no board
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
	i := &Issuer{
		opts:   o,
		failed: rate.NewLimiter(o.FailRate, o.FailBurst),
		joins:  rate.NewLimiter(o.FailRate, o.FailBurst),
	}
	i.reads = commit.New(i.read, commit.Options{Wait: 10 * time.Millisecond, Max: o.Batch.Max, Queue: o.Batch.Queue})
	i.uses = commit.New(i.spend, o.Batch)
	return i
}

// Stop answers the requests under way, for as long as ctx allows.
func (i *Issuer) Stop(ctx context.Context) error {
	return errors.Join(i.reads.Stop(ctx), i.uses.Stop(ctx))
}

// Found is what a code is for. The ticket, and whether the questions are shown
// and read on the board, are those of a class session; a slip has neither.
type Found struct {
	Ask        wave.Ask
	Ticket     string
	WholeClass bool
}

// Lookup tells what the class of a code is asked, if the code can still be
// spent. It spends nothing. For a code on the board, and for a ticket, it also
// gives the ticket by which the tablet takes places of the session, while it is
// open and has one. Errors are of type *Error: malformed, code_refused (unknown,
// spent or of a voided attempt), no_place, session_closed, wave_closed,
// rate_limited, unavailable.
func (i *Issuer) Lookup(ctx context.Context, typed string) (Found, error) {
	r, ask, err := i.admit(ctx, typed)
	switch {
	case err != nil:
		return Found{}, err
	case !r.slip && (!r.current || r.session.state(i.opts.Now()) != Open):
		return Found{}, errSessionOver
	case requests(r.spent) >= r.room():
		return Found{}, i.full(r)
	case r.slip:
		return Found{Ask: ask}, nil
	}
	ticket := ticketOf(i.opts.Keys, r.session.Session, r.session.Code)
	return Found{ask, ticket, r.session.WholeClass}, nil
}

// Issue spends a code, or takes a place by a ticket, on a blinded nonce and
// answers with the evaluation: issued, or issued_again if this same request had
// done so already, so that a lost reply costs no ballot. Errors are of type
// *Error, with the outcomes of [Issuer.Lookup].
func (i *Issuer) Issue(ctx context.Context, typed string, blinded []byte) (Evaluation, Outcome, error) {
	element, err := parseBlinded(blinded)
	if err != nil {
		return Evaluation{}, Malformed, err
	}
	r, ask, err := i.admit(ctx, typed)
	if err != nil {
		return failed(err)
	}
	if r.board {
		return failed(fail(Malformed, "a code on the board is for joining: the ticket it gives takes places"))
	}
	u := &use{
		CodeUse: CodeUse{Wave: r.code.Wave, MAC: r.mac, Blinded: sha256.Sum256(blinded)},
		room:    r.room(), slip: r.slip, durable: r.spent,
	}
	outcome := IssuedAgain
	if !slices.Contains(r.spent, u.CodeUse) {
		switch {
		case !r.slip && (!r.current || !r.session.takes(i.opts.Now())):
			return failed(errSessionOver)
		case requests(r.spent) >= u.room:
			return failed(i.full(r))
		}
		outcome = Issued
		if err := i.uses.Add(ctx, u); err != nil {
			return failed(fail(Unavailable, "record that the code is used: %w", err))
		}
	}
	if !u.honoured() {
		return failed(i.full(r))
	}
	e, err := i.opts.Keys.For(u.Wave).evaluate(InfoOf(ask), element)
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

// admit reads a code, or a ticket, and its uses. It does the same reads for a
// code that does not exist as for one that is spent, so the time of the reply
// tells no more than the reply.
func (i *Issuer) admit(ctx context.Context, typed string) (*reading, wave.Ask, error) {
	r, err := i.parse(typed)
	if err != nil {
		return nil, wave.Ask{}, err
	}
	if err := i.reads.Add(ctx, r); err != nil {
		return nil, wave.Ask{}, fail(Unavailable, "look up the code: %w", err)
	}
	if r.ticket != "" && r.known {
		var code CodeMAC
		code, r.known = r.session.opened(i.opts.Keys, r.ticket)
		r.current = code == r.session.Code
	}
	if !r.known {
		return nil, wave.Ask{}, i.refuse(r)
	}
	ask, ok := i.opts.Plan.Ask(r.code.School, r.code.Class, wave.Number(r.code.Wave))
	switch {
	case ok && r.code.Attempt < ask.Attempt:
		return nil, wave.Ask{}, i.refuse(r)
	case ok && r.code.Attempt > ask.Attempt:
		return nil, wave.Ask{}, fail(Unavailable, "the class answers anew, and this server has not heard of it yet")
	case !ok || ask.State != wave.StateOpen:
		return nil, wave.Ask{}, fail(WaveClosed, "this week's questions are not open for the class")
	}
	return r, ask, nil
}

// parse reads what was typed, or a ticket. A code on the board is short enough
// to be guessed in time, so when too many were wrong none is looked up for a
// while; slips and the tablets that have joined are not held up by it.
func (i *Issuer) parse(typed string) (*reading, error) {
	if session, ok := parseTicket(typed); ok {
		return &reading{mac: session, ticket: typed}, nil
	}
	c, err := ParseCode(typed)
	if err != nil {
		return nil, err
	}
	if c.onBoard() && i.joins.TokensAt(i.opts.Now()) < 1 {
		return nil, errTooMany
	}
	return &reading{mac: i.opts.Keys.MAC(c), slip: !c.onBoard(), board: c.onBoard()}, nil
}

// reading is one request to look up a code, and after the flush what is known
// of it.
type reading struct {
	mac    CodeMAC // of the code; of the session, where places are taken
	slip   bool
	board  bool
	ticket string

	known   bool
	code    StoredCode // of a session: what its opening says
	session fold
	current bool // the ticket or code is of its latest opening
	spent   []CodeUse
}

// room is how many requests may be issued: the one of a slip, or as many as the
// session has places.
func (r *reading) room() int {
	if r.slip {
		return 1
	}
	return r.session.places
}

// read looks up a batch of codes and their uses: a query costs the database
// far more than a code in it.
func (i *Issuer) read(ctx context.Context, batch []*reading) error {
	if err := i.find(ctx, batch); err != nil {
		return err
	}
	waves := map[uint32][]CodeMAC{}
	for _, r := range batch {
		if r.known {
			i.recent.Store(r.code.Wave)
		} else {
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

// find looks up what was asked for: slips, and sessions by code or ticket.
func (i *Issuer) find(ctx context.Context, batch []*reading) error {
	var slips, boards, sessions []CodeMAC
	for _, r := range batch {
		switch {
		case r.slip:
			slips = append(slips, r.mac)
		case r.board:
			boards = append(boards, r.mac)
		default:
			sessions = append(sessions, r.mac)
		}
	}
	printed, opened := map[CodeMAC]StoredCode{}, map[CodeMAC]fold{}
	if len(slips) > 0 {
		codes, err := i.opts.Store.Codes(ctx, slips)
		if err != nil {
			return err
		}
		for _, c := range codes {
			printed[c.MAC] = c
		}
	}
	if len(slips) < len(batch) {
		events, err := i.opts.Store.Sessions(ctx, sessions, boards)
		if err != nil {
			return err
		}
		opened = foldSessions(events)
	}
	for _, r := range batch {
		if r.slip {
			r.code, r.known = printed[r.mac]
			continue
		}
		if r.session, r.known = opened[r.mac]; r.known {
			r.current = r.mac == r.session.Code
			r.mac = r.session.Session
			r.code = StoredCode{r.mac, r.session.Wave, r.session.School, r.session.Class, r.session.Attempt}
		}
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

var (
	errTooMany     = fail(RateLimited, "too many wrong codes just now: wait a little and try again")
	errSessionOver = fail(SessionClosed, "the class session is over: ask the teacher")
)

// refuse is the one reply to unknown and spent codes. Good codes never come
// here, so the bound on it punishes nobody who holds one.
func (i *Issuer) refuse(r *reading) error {
	if r.board {
		i.joins.ReserveN(i.opts.Now(), 1) // of many at once each is paid for, later if need be
	} else if !i.failed.AllowN(i.opts.Now(), 1) {
		return errTooMany
	}
	return fail(CodeRefused, "the code is not known or already used: ask the teacher for a new one")
}

// full is the reply when all is used that a slip or a session gives.
func (i *Issuer) full(r *reading) error {
	if r.slip {
		return i.refuse(r)
	}
	return fail(NoPlace, "all places of the class are taken: the teacher can add one")
}

// use is one request to spend a code or to take a place, and after the flush
// all durable uses of that code or session.
type use struct {
	CodeUse
	room    int // requests that may be issued on it
	slip    bool
	durable []CodeUse
}

// honoured reports whether this request is durable and all that are durable
// are no more than there is room for. Of the requests that are ever honoured
// the one that was stored last read all the others back, so there are never
// more of them than room, whatever number of issuers runs.
func (u *use) honoured() bool {
	return slices.Contains(u.durable, u.CodeUse) && requests(u.durable) <= u.room
}

// spend stores the uses and then reads all uses of those codes, others'
// included. Whoever then sees more requests than there is room for has lost. Of
// two racers for a slip both may lose; the teacher has replacements. For a
// session nobody loses while there are as many places as children: then all fit.
func (i *Issuer) spend(ctx context.Context, batch []*use) error {
	taken, err := i.takenBefore(ctx, batch)
	if err != nil {
		return fmt.Errorf("read the places taken: %w", err)
	}
	var rows []CodeUse
	macs := map[uint32][]CodeMAC{}
	seen := map[CodeMAC]bool{}
	for _, u := range batch {
		if !seen[u.MAC] {
			seen[u.MAC] = true
			macs[u.Wave] = append(macs[u.Wave], u.MAC)
		}
		if slices.Contains(taken[u.MAC], u.CodeUse) || requests(taken[u.MAC]) >= u.room {
			continue // the same request, or one that loses without a row
		}
		taken[u.MAC] = append(taken[u.MAC], u.CodeUse)
		rows = append(rows, u.CodeUse)
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

// takenBefore reads which places of the sessions in a batch are taken: whoever
// comes too late should leave no row, which would stand in the way of a place
// that is added later.
func (i *Issuer) takenBefore(ctx context.Context, batch []*use) (map[CodeMAC][]CodeUse, error) {
	sessions := map[uint32][]CodeMAC{}
	for _, u := range batch {
		if !u.slip && !slices.Contains(sessions[u.Wave], u.MAC) {
			sessions[u.Wave] = append(sessions[u.Wave], u.MAC)
		}
	}
	return i.usesOf(ctx, sessions)
}

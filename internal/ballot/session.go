package ballot

import (
	"bytes"
	"cmp"
	"context"
	"crypto/hmac"
	"encoding/base64"
	"slices"
	"time"

	"github.com/folgmed/folgmed/internal/wave"
)

// SessionStep is what a teacher did with a class session.
type SessionStep string

// The steps.
const (
	sessionOpened   SessionStep = "opened" // for an hour, under a new code
	placesAdded     SessionStep = "places_added"
	sessionClosed   SessionStep = "closed"
	sessionReopened SessionStep = "reopened" // until the same hour is over
)

// SessionEvent is one step of a class session. A class has one session for each
// wave and attempt, which may be opened on several days: on Monday, and on
// Thursday for those who were away. Who did it stands in the audit log alone.
type SessionEvent struct {
	ID      string // from the form: sent twice it is one event
	Wave    uint32
	School  string
	Class   string
	Attempt uint8
	Session CodeMAC // under which its places are taken, as a code is spent
	Version uint32  // how many events its writer saw, and one
	Step    SessionStep
	Places  uint16    // that it adds
	Code    CodeMAC   // of the code on the board; with opened
	Ends    time.Time // when the hour is over; with opened
	// WholeClass says that the questions are shown and read on the board; with
	// opened.
	WholeClass bool
}

// Opening is what a teacher says when a session opens.
type Opening struct {
	Present    int  // pupils in the room
	WholeClass bool // the questions are shown and read on the board
}

// hour is how long a class session is open.
const hour = time.Hour

// grace is how long a child who began in time may take to finish.
const grace = 10 * time.Minute

// SessionState is what can be done in a class session now.
type SessionState string

// The states. Tablets join and children begin only while it is open.
const (
	Unopened SessionState = "unopened" // not in this wave
	Open     SessionState = "open"
	Shut     SessionState = "shut" // by the teacher, who may open it again
	Over     SessionState = "over" // the hour is
)

// Session is a class session as its events tell of it. A place is nothing but
// one of a number: whoever takes one is told neither which nor of how many.
type Session struct {
	State      SessionState
	Code       Code // on the board; none while unopened
	Places     int
	Taken      int
	Ends       time.Time
	WholeClass bool
}

// fold is what the issuer needs of a session.
type fold struct {
	SessionEvent // the latest that opened it; before that the zero value
	places       int
	closed       bool
	codes        []CodeMAC // of every opening
	version      uint32
	events       map[string]bool
}

func foldSession(events []SessionEvent) fold {
	events = slices.Clone(events)
	slices.SortFunc(events, func(a, b SessionEvent) int {
		return cmp.Or(cmp.Compare(a.Version, b.Version), cmp.Compare(a.ID, b.ID))
	})
	f := fold{events: map[string]bool{}}
	for _, e := range events {
		if f.events[e.ID] {
			continue
		}
		f.events[e.ID] = true
		f.version = e.Version
		f.places += int(e.Places)
		switch e.Step {
		case sessionOpened:
			f.SessionEvent, f.closed = e, false
			f.codes = append(f.codes, e.Code)
		case sessionClosed:
			f.closed = true
		case sessionReopened:
			f.closed = false
		case placesAdded:
		}
	}
	return f
}

// foldSessions is each session among events, by its own name and by every code
// it had.
func foldSessions(events []SessionEvent) map[CodeMAC]fold {
	of := map[CodeMAC][]SessionEvent{}
	for _, e := range events {
		of[e.Session] = append(of[e.Session], e)
	}
	all := map[CodeMAC]fold{}
	for session, events := range of {
		f := foldSession(events)
		all[session] = f
		for _, code := range f.codes {
			all[code] = f
		}
	}
	return all
}

func (f fold) state(now time.Time) SessionState {
	switch {
	case len(f.codes) == 0:
		return Unopened
	case !now.Before(f.Ends):
		return Over
	case f.closed:
		return Shut
	default:
		return Open
	}
}

// takes says whether a place may be taken: while the session is open, and a
// little longer by those who began in time.
func (f fold) takes(now time.Time) bool {
	return len(f.codes) > 0 && !f.closed && now.Before(f.Ends.Add(grace))
}

// What is derived under the key of the codes. The database holds none of it, so
// whoever has the database alone can not join.
const (
	sessionPurpose = "folgmed session v1\n"
	boardPurpose   = "folgmed board v1\n"
	ticketPurpose  = "folgmed ticket v1\n"
)

// sessionOf is the session of a class.
func sessionOf(k KeySet, ask wave.Ask) CodeMAC {
	return k.derive(sessionPurpose, string(InfoOf(ask).Bytes()))
}

// boardCode is the code of one opening: the board can be shown again, though
// only the MAC of the code is kept.
func boardCode(k KeySet, session CodeMAC, opening string) (Code, error) {
	random := k.derive(boardPurpose, string(session[:])+opening)
	return drawCode(bytes.NewReader(random[:]), boardLength)
}

// ticketSize is the session and half a MAC.
const ticketSize = 32 + 16

// ticketOf is what a tablet gets when it joins, and takes places by: unlike the
// code it can not be guessed. All tablets of an opening have the same one, so
// it tells none of them from another.
func ticketOf(k KeySet, session, code CodeMAC) string {
	tag := k.derive(ticketPurpose, string(session[:])+string(code[:]))
	return base64.RawURLEncoding.EncodeToString(append(session[:], tag[:16]...))
}

// parseTicket returns the session a ticket says it is of.
func parseTicket(ticket string) (session CodeMAC, ok bool) {
	raw, err := base64.RawURLEncoding.Strict().DecodeString(ticket)
	if err != nil || len(raw) != ticketSize {
		return session, false
	}
	return CodeMAC(raw[:32]), true
}

// opened returns which opening a ticket is of.
func (f fold) opened(k KeySet, ticket string) (code CodeMAC, ok bool) {
	for _, code := range f.codes {
		if hmac.Equal([]byte(ticketOf(k, f.Session, code)), []byte(ticket)) {
			return code, true
		}
	}
	return code, false
}

// Session tells how the session of a class stands.
func (i *Issuer) Session(ctx context.Context, ask wave.Ask) (Session, error) {
	f, err := i.sessionOf(ctx, ask)
	if err != nil {
		return Session{}, err
	}
	return i.show(ctx, f)
}

// OpenSession opens it for an hour under a new code. There is a place for each
// pupil present: those that are free, and new ones. It fails with a *CapError
// beyond the cap. Of the same event there is one, however often it comes.
func (i *Issuer) OpenSession(ctx context.Context, ask wave.Ask, event string, o Opening) (Session, error) {
	present := o.Present
	return i.step(ctx, ask, event, func(f fold, taken int) (SessionEvent, error) {
		e := SessionEvent{
			Step: sessionOpened, Ends: i.opts.Now().Add(hour).UTC().Truncate(time.Millisecond), WholeClass: o.WholeClass,
		}
		if present < 1 {
			return e, fail(Malformed, "open a class session for %d pupils: there must be one at least", present)
		}
		if limit := Cap(ask.RosterSize); present > limit {
			return e, &CapError{ask.Class, ask.Wave, ask.RosterSize, limit, f.places, present}
		}
		e.Places = uint16(max(0, present-(f.places-taken)))
		code, err := boardCode(i.opts.Keys, sessionOf(i.opts.Keys, ask), event)
		if err != nil {
			return e, fail(Unavailable, "open a class session: %w", err)
		}
		e.Code = i.opts.Keys.MAC(code)
		others, err := i.opts.Store.Sessions(ctx, nil, []CodeMAC{e.Code})
		if err != nil {
			return e, fail(Unavailable, "open a class session: %w", err)
		}
		if len(others) > 0 {
			return e, fail(Unavailable, "open a class session: another class has that code, try again")
		}
		return e, nil
	})
}

// AddPlace makes room for one more, such as a child whose tablet failed. It
// fails with a *CapError beyond the cap.
func (i *Issuer) AddPlace(ctx context.Context, ask wave.Ask, event string) (Session, error) {
	return i.step(ctx, ask, event, func(f fold, _ int) (SessionEvent, error) {
		if f.state(i.opts.Now()) == Unopened {
			return SessionEvent{}, errNotOpened
		}
		return SessionEvent{Step: placesAdded, Places: 1}, nil
	})
}

// CloseSession ends it: from now on no place is taken.
func (i *Issuer) CloseSession(ctx context.Context, ask wave.Ask, event string) (Session, error) {
	return i.step(ctx, ask, event, func(fold, int) (SessionEvent, error) {
		return SessionEvent{Step: sessionClosed}, nil
	})
}

// ReopenSession opens what was closed, under the same code and until the same
// hour is over.
func (i *Issuer) ReopenSession(ctx context.Context, ask wave.Ask, event string) (Session, error) {
	return i.step(ctx, ask, event, func(f fold, _ int) (SessionEvent, error) {
		if s := f.state(i.opts.Now()); s == Unopened || s == Over {
			return SessionEvent{}, errNotOpened
		}
		return SessionEvent{Step: sessionReopened}, nil
	})
}

var errNotOpened = fail(SessionClosed, "the class session is over: open a new one")

// step appends an event to a session and tells how it then stands.
func (i *Issuer) step(ctx context.Context, ask wave.Ask, event string, make func(f fold, taken int) (SessionEvent, error)) (Session, error) {
	if event == "" {
		return Session{}, fail(Malformed, "change a class session: the event has no id")
	}
	if ask.State != wave.StateOpen {
		return Session{}, fail(WaveClosed, "change a class session: wave %d is %s", ask.Wave, ask.State)
	}
	i.making.Lock() // codes and places of a class have one cap
	defer i.making.Unlock()
	f, err := i.sessionOf(ctx, ask)
	if err != nil {
		return Session{}, err
	}
	if f.events[event] {
		return i.show(ctx, f)
	}
	before, err := i.show(ctx, f)
	if err != nil {
		return Session{}, err
	}
	e, err := make(f, before.Taken)
	if err != nil {
		return Session{}, err
	}
	if err := i.withinCap(ctx, ask, int(e.Places)); err != nil {
		return Session{}, err
	}
	e.ID, e.Version, e.Session = event, f.version+1, sessionOf(i.opts.Keys, ask)
	e.Wave, e.School, e.Class, e.Attempt = uint32(ask.Wave), ask.School, ask.Class, ask.Attempt
	if err := i.opts.Store.AppendSession(ctx, e); err != nil {
		return Session{}, fail(Unavailable, "change a class session: %w", err)
	}
	f, err = i.sessionOf(ctx, ask)
	if err != nil {
		return Session{}, err
	}
	return i.show(ctx, f)
}

func (i *Issuer) sessionOf(ctx context.Context, ask wave.Ask) (fold, error) {
	events, err := i.opts.Store.Sessions(ctx, []CodeMAC{sessionOf(i.opts.Keys, ask)}, nil)
	if err != nil {
		return fold{}, fail(Unavailable, "read the class session: %w", err)
	}
	return foldSession(events), nil
}

// withinCap says whether a class may have so many places more.
func (i *Issuer) withinCap(ctx context.Context, ask wave.Ask, places int) error {
	if places == 0 {
		return nil
	}
	made, err := i.opts.Store.CodeCount(ctx, uint32(ask.Wave))
	if err != nil {
		return fail(Unavailable, "count codes and places: %w", err)
	}
	n, limit := made[Attempt{ask.School, ask.Class, ask.Attempt}], Cap(ask.RosterSize)
	if n+places > limit {
		return &CapError{ask.Class, ask.Wave, ask.RosterSize, limit, n, places}
	}
	return nil
}

// show is the session as the teacher may see it.
func (i *Issuer) show(ctx context.Context, f fold) (Session, error) {
	s := Session{State: f.state(i.opts.Now()), Places: f.places, Ends: f.Ends, WholeClass: f.WholeClass}
	if s.State == Unopened {
		return s, nil
	}
	uses, err := i.opts.Store.CodeUses(ctx, f.Wave, []CodeMAC{f.Session})
	if err != nil {
		return Session{}, fail(Unavailable, "count the places taken: %w", err)
	}
	s.Taken = min(requests(uses), s.Places)
	if s.Code, err = boardCode(i.opts.Keys, f.Session, f.ID); err != nil {
		return Session{}, fail(Unavailable, "show the code: %w", err)
	}
	return s, nil
}

// requests counts the different ones among uses.
func requests(uses []CodeUse) int {
	different := map[[32]byte]bool{}
	for _, u := range uses {
		different[u.Blinded] = true
	}
	return len(different)
}

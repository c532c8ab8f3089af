package access

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/folgmed/folgmed/internal/web"
)

// Event is one change to who may sign in; state is a fold.
type Event struct {
	ID     string
	At     time.Time
	By     string
	Step   string // one of those below
	Person string // person id, or owner org for a token
	Body   string // JSON: the person, or the hash and expiry of a link or token
}

// The steps of the journal. Body is a Person for personAdded, a secret for
// links, tokens and ended sessions, a subject for subjectBound, a pin for pinMade.
const (
	personAdded   = "person_added"
	personRemoved = "person_removed"
	linkMade      = "link_made"
	linkUsed      = "link_used"
	tokenMade     = "token_made"    // takes the place of the owner's earlier one
	subjectBound  = "subject_bound" // the OIDC subject a person first signed in as
	sessionEnded  = "session_ended" // signed out before its time
	calendarMade  = "calendar_made" // takes the place of the person's earlier one
	calendarEnded = "calendar_ended"
	pinMade       = "pin_made"    // takes the place of the class's earlier one
	inviteMade    = "invite_made" // takes the place of the school's earlier one
	inviteEnded   = "invite_ended"

	// Of requests to be let in, which an earlier version kept here.
	joinAsked    = "join_asked"
	joinAnswered = "join_answered"
)

// byOperator marks events from the command line; a person's carry their id.
const byOperator = "operator"

// staleAfter is how old a fold may be when a request is checked against it.
// Changes made through this Service are seen at once; this bounds those made
// by another collector on the same store.
const staleAfter = 15 * time.Second

// bygone is the age at which an event about a link or a session can matter no
// more: whatever it is about has ended by itself, and is refused unread. There
// is a pair of them for every sign-in, so the fold leaves the old ones out.
const bygone = max(linkLife, absoluteLife) + time.Hour

// passes are the steps that can matter no more after a time.
var passes = map[string]time.Duration{
	linkMade: bygone, linkUsed: bygone, sessionEnded: bygone, pinMade: bygone,
}

// secret is the body of an event about a link, a token or a session.
type secret struct {
	Hash    string    `json:"hash"` // SHA-256 of it, hex
	Expires time.Time `json:"expires,omitzero"`
	Attempt string    `json:"attempt,omitempty"` // linkUsed: hash of the form that spent it
}

type subject struct {
	Issuer  string `json:"issuer"`
	Subject string `json:"subject"`
}

// state is what the journal amounts to.
type state struct {
	people   map[string]Person // by id
	emails   map[string]string // e-mail to id
	links    map[string]link   // by hash
	tokens   map[string]string // owner org to hash
	subjects map[subject]string
	bound    map[string]time.Time // since when person ids have a subject
	ended    map[string]bool      // hashes of sessions
	// calendars are the hashes of the secrets that read them, by person id.
	calendars map[string]string
	pins      map[string]pin    // by "SCHOOL/CLASS"
	invites   map[string]invite // by school
	last      time.Time         // of the latest event
	rows      int               // of the journal that are in it
	begun     time.Time         // when the first of them was read
	applied   map[string]bool   // ids of those that mattered; of no use to a reader
}

type link struct {
	person  string
	by      string // who made it
	expires time.Time
	uses    []use
}

type use struct {
	id      string
	attempt string
	at      time.Time
}

func (st *state) byEmail(email string) (Person, bool) {
	p, ok := st.people[st.emails[email]]
	return p, ok
}

func newState(now time.Time) *state {
	return &state{
		people: map[string]Person{}, emails: map[string]string{}, links: map[string]link{},
		tokens: map[string]string{}, subjects: map[subject]string{}, bound: map[string]time.Time{}, ended: map[string]bool{},
		calendars: map[string]string{}, pins: map[string]pin{}, invites: map[string]invite{},
		begun: now, applied: map[string]bool{},
	}
}

// clone copies all that readers look at, so that they may go on with theirs.
func (st *state) clone() *state {
	next := *st
	next.people, next.emails, next.links = maps.Clone(st.people), maps.Clone(st.emails), maps.Clone(st.links)
	next.tokens, next.subjects, next.bound, next.ended = maps.Clone(st.tokens), maps.Clone(st.subjects), maps.Clone(st.bound), maps.Clone(st.ended)
	next.calendars, next.pins, next.invites = maps.Clone(st.calendars), maps.Clone(st.pins), maps.Clone(st.invites)
	return &next
}

// fold adds events, which are all later than those folded before, in the order of
// their times, as seen at now. The links, sessions and subject of a removed person
// go with the person: adding the same address again makes a new one.
func (st *state) fold(events []Event, now time.Time) (*state, error) {
	if len(events) == 0 {
		return st, nil
	}
	next := st.clone()
	next.rows += len(events)
	var matter []Event
	for _, e := range events {
		if e.At.After(next.last) {
			next.last = e.At
		}
		if keep, passing := passes[e.Step]; !passing || now.Sub(e.At) <= keep {
			matter = append(matter, e)
		}
	}
	slices.SortStableFunc(matter, func(a, b Event) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.ID, b.ID))
	})
	for _, e := range matter {
		if next.applied[e.ID] {
			continue
		}
		if err := next.apply(e); err != nil {
			return nil, fmt.Errorf("read access event %s (%s): %w", e.ID, e.Step, err)
		}
		next.applied[e.ID] = true
	}
	return next, nil
}

func (st *state) apply(e Event) error {
	switch e.Step {
	case personAdded:
		var p Person
		if err := json.Unmarshal([]byte(e.Body), &p); err != nil {
			return err
		}
		if holder, taken := st.emails[p.Email]; taken && holder != p.ID {
			return nil // of two who were given one address in the same moment the first has it
		}
		delete(st.emails, st.people[p.ID].Email)
		st.people[p.ID], st.emails[p.Email] = p, p.ID
	case personRemoved:
		delete(st.emails, st.people[e.Person].Email)
		delete(st.people, e.Person)
		delete(st.bound, e.Person)
		delete(st.calendars, e.Person)
		maps.DeleteFunc(st.subjects, func(_ subject, person string) bool { return person == e.Person })
	case subjectBound:
		var sub subject
		if err := json.Unmarshal([]byte(e.Body), &sub); err != nil {
			return err
		}
		// The first one holds: an address may pass to somebody else later.
		if _, taken := st.subjects[sub]; !taken && st.bound[e.Person].IsZero() {
			st.subjects[sub], st.bound[e.Person] = e.Person, e.At
		}
	case pinMade:
		var made pin
		if err := json.Unmarshal([]byte(e.Body), &made); err != nil {
			return err
		}
		made.ID = e.Person
		st.pins[made.School+"/"+made.Class] = made
	case calendarEnded:
		delete(st.calendars, e.Person)
	case inviteMade:
		var made invite
		if err := json.Unmarshal([]byte(e.Body), &made); err != nil {
			return err
		}
		st.invites[e.Person] = made
	case inviteEnded:
		delete(st.invites, e.Person)
	case joinAsked, joinAnswered:
	case linkMade, linkUsed, tokenMade, sessionEnded, calendarMade:
		var sec secret
		if err := json.Unmarshal([]byte(e.Body), &sec); err != nil {
			return err
		}
		switch e.Step {
		case linkMade:
			l := st.links[sec.Hash]
			l.person, l.by, l.expires = e.Person, e.By, sec.Expires
			st.links[sec.Hash] = l
		case linkUsed:
			l := st.links[sec.Hash]
			l.uses = append(l.uses, use{e.ID, sec.Attempt, e.At})
			st.links[sec.Hash] = l
		case tokenMade:
			st.tokens[e.Person] = sec.Hash
		case calendarMade:
			st.calendars[e.Person] = sec.Hash
		case sessionEnded:
			st.ended[sec.Hash] = true
		}
	default:
		return fmt.Errorf("unknown step %q; it was written by a newer version", e.Step)
	}
	return nil
}

// fresh folds the journal as it stands now.
func (s *Service) fresh(ctx context.Context) (*state, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.read(ctx)
}

// recent returns a fold at most staleAfter old.
func (s *Service) recent(ctx context.Context) (*state, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if age := s.now().Sub(s.at); s.folded != nil && age >= 0 && age < staleAfter {
		return s.folded, nil
	}
	return s.read(ctx)
}

// read folds what is new. It holds s.mu, so that a fold begun before an append can
// not take the place of one begun after it.
func (s *Service) read(ctx context.Context) (*state, error) {
	now := s.now()
	st, events, err := s.unfolded(ctx, now)
	if err != nil {
		return nil, web.Fail("unavailable", fmt.Errorf("read the access journal: %w", err))
	}
	if st, err = st.fold(events, now); err != nil {
		s.folded = nil
		return nil, err
	}
	s.folded, s.at = st, now
	return st, nil
}

// unfolded returns the events that the latest fold lacks, and that fold. An event
// that another process stamped with an earlier time, or the same, is not among
// those later than the fold, but among those that are not it makes one more: then
// all is read anew. So it is once in a while, to leave out what matters no more.
func (s *Service) unfolded(ctx context.Context, now time.Time) (*state, []Event, error) {
	if st := s.folded; st != nil && now.Sub(st.begun) < bygone {
		events, err := s.store.AccessEvents(ctx, st.last)
		if err != nil {
			return nil, nil, err
		}
		known, err := s.store.AccessCount(ctx, st.last)
		if err != nil || known == st.rows {
			return st, events, err
		}
	}
	events, err := s.store.AccessEvents(ctx, time.Time{})
	return newState(now), events, err
}

// append stamps an event later than all that st knows, so that a clock set
// back does not undo what was done. Whoever asks from now on is told of it.
func (s *Service) append(ctx context.Context, st *state, e Event) error {
	e.At = s.now().UTC().Truncate(time.Millisecond)
	if !e.At.After(st.last) {
		e.At = st.last.Add(time.Millisecond)
	}
	if e.By == "" {
		e.By = byOperator
	}
	err := s.store.AppendAccess(ctx, e)
	s.mu.Lock()
	s.at = time.Time{}
	s.mu.Unlock()
	if err != nil {
		return web.Fail("unavailable", fmt.Errorf("write %s to the access journal: %w", e.Step, err))
	}
	return nil
}

// newID returns 130 random bits as text.
func newID() string { return rand.Text() }

// hash returns the form in which a secret is stored. The secrets are 256
// random bits, so a plain hash can not be searched.
func hash(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

// body writes one of our own structs as JSON, which can not fail.
func body(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic("access: " + err.Error())
	}
	return string(b)
}

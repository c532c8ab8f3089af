// Package access signs staff in (one-time links, or OIDC) and knows what each
// role may see. It must not know pupils.
//
// Who may sign in is an append-only journal, folded on read. A secret (link,
// token) is stored as its SHA-256 alone; the session is a signed and encrypted
// cookie that counts for nothing unless the fold still knows its person.
package access

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/folgmed/folgmed/internal/audit"
	"github.com/folgmed/folgmed/internal/web"
)

// Person is one member of staff.
type Person struct {
	ID      string
	Email   string
	Name    string
	Role    Role
	Owner   string   // organisation number
	Schools []string // organisation numbers
	Classes []string // "SCHOOL/CLASS" for a teacher
	Lang    string   // nb, nn, en; empty: the school's written standard

	// DeputyUntil is when a reporter or teacher ceases to stand in for the
	// principal; zero where that was not agreed. Until then Role is Deputy, and
	// Post what it is else.
	DeputyUntil time.Time `json:",omitzero"`
	Post        Role      `json:"-"`

	// Lent is zero in the session of somebody who is the person for certain. Else
	// the link passed through a leader's hands, or the school's sign-in vouched for
	// the person only from then on: what was written before, and that no leader may
	// read, is not read back.
	Lent time.Time `json:"-"`
}

// on is the person as of a moment: it is the request that asks, so that a right
// ends in the moment that was agreed, in a session that is open too.
func (p Person) on(now time.Time) Person {
	p.Post = p.Role
	if now.Before(p.DeputyUntil) {
		p.Role = Deputy
	}
	return p
}

// Store keeps the journal, and apart from it who would like to be let in.
// AppendAccess returns when the event is durable and every later read will show
// it; an event twice is one event, though AccessEvents and AccessCount, which are
// of those later and not later than a time, have it twice. What DropRequest has
// deleted is gone for good.
type Store interface {
	AppendAccess(ctx context.Context, e Event) error
	AccessEvents(ctx context.Context, after time.Time) ([]Event, error)
	AccessCount(ctx context.Context, until time.Time) (int, error)
	AccessEventsOf(ctx context.Context, person string) ([]Event, error)
	AddRequest(ctx context.Context, r Request) error
	Requests(ctx context.Context, school string) ([]Request, error)
	DropRequest(ctx context.Context, id string) error
}

// Audit records who signed in and out. *audit.Recorder is one.
type Audit interface {
	Record(ctx context.Context, e audit.Entry) error
}

// Options are what a Service needs. OIDC alone may be left out.
type Options struct {
	Store  Store
	Audit  Audit
	Keys   string // directory of the session key, made at the first start
	Now    func() time.Time
	Secure bool // staff reach us by https: cookies are marked so
	OIDC   *OIDCOptions
}

// Service knows who may sign in. Its methods may be called from any goroutine.
type Service struct {
	store Store
	audit Audit
	now   func() time.Time
	pages *web.Pages
	cat   *web.Catalog
	jar   *jar
	oidc  *oidcClient   // nil without OIDC
	pins  *rate.Limiter // of wrong ones
	asks  *rate.Limiter // of people who would like to be let in

	mu     sync.Mutex
	folded *state    // the latest; what was given to a request does not change any more
	at     time.Time // as of when
}

// New checks the options, and reads the session key or makes one.
func New(o Options) (*Service, error) {
	if o.Store == nil || o.Audit == nil || o.Now == nil || o.Keys == "" {
		return nil, errors.New("access: Store, Audit, Keys and Now are all needed")
	}
	jar, err := newJar(o.Keys, o.Secure)
	if err != nil {
		return nil, err
	}
	cat, err := web.NewCatalog(files, "locale")
	if err != nil {
		return nil, fmt.Errorf("access: %w", err)
	}
	pages, err := web.NewPages(files, cat, nil)
	if err != nil {
		return nil, fmt.Errorf("access: %w", err)
	}
	s := &Service{store: o.Store, audit: o.Audit, now: o.Now, jar: jar, cat: cat, pages: pages, pins: rate.NewLimiter(pinRate, pinBurst), asks: rate.NewLimiter(askRate, askBurst)}
	if o.OIDC != nil {
		if s.oidc, err = newOIDC(*o.OIDC); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// AddPerson lets a person sign in from now on, or changes who the person with
// that e-mail address is. The ID is made here; a given one is not used. Where
// nothing is said of a deputy, it stays as it was agreed.
func (s *Service) AddPerson(ctx context.Context, p Person) error {
	p.Email = foldEmail(p.Email)
	if err := p.validate(s.now()); err != nil {
		return fmt.Errorf("add %q to the staff: %w", p.Email, err)
	}
	st, err := s.fresh(ctx)
	if err != nil {
		return err
	}
	p.ID = newID()
	if known, ok := st.byEmail(p.Email); ok {
		p.ID = known.ID
		if p.DeputyUntil.IsZero() && p.Role == known.Role { // it was agreed for what the person was
			p.DeputyUntil = known.DeputyUntil
		}
	}
	return s.append(ctx, st, Event{ID: newID(), Step: personAdded, Person: p.ID, Body: body(p)})
}

// RemovePerson ends a person's access: open sessions and unused links too.
// Another collector on the same store follows within staleAfter.
func (s *Service) RemovePerson(ctx context.Context, email string) error {
	st, err := s.fresh(ctx)
	if err != nil {
		return err
	}
	p, ok := st.byEmail(foldEmail(email))
	if !ok {
		return fmt.Errorf("remove %q from the staff: there is no such person", email)
	}
	return s.append(ctx, st, Event{ID: newID(), Step: personRemoved, Person: p.ID})
}

// People returns everyone who may sign in, by name and then e-mail address.
func (s *Service) People(ctx context.Context) ([]Person, error) {
	st, err := s.fresh(ctx)
	if err != nil {
		return nil, err
	}
	people := make([]Person, 0, len(st.people))
	for _, p := range st.people {
		people = append(people, p.on(s.now()))
	}
	slices.SortFunc(people, func(a, b Person) int {
		return strings.Compare(a.Name+"\x00"+a.Email, b.Name+"\x00"+b.Email)
	})
	return people, nil
}

func (p Person) validate(now time.Time) error {
	var faults []error
	fault := func(bad bool, format string, args ...any) {
		if bad {
			faults = append(faults, fmt.Errorf(format, args...))
		}
	}
	name, domain, ok := strings.Cut(p.Email, "@")
	fault(!ok || name == "" || domain == "" || strings.ContainsAny(p.Email, " ,;<>"), "e-mail %q is not an address", p.Email)
	fault(strings.TrimSpace(p.Name) == "", "a name is missing")
	fault(p.Role == Deputy, "nobody is a deputy for good: name the post, and the last day the person stands in for the principal")
	fault(p.Role != Deputy && !slices.Contains(Roles, p.Role), "role %q is not one of %v", p.Role, Roles)
	fault(!p.DeputyUntil.IsZero() && p.Role != Teacher && p.Role != Reporter, "a %s can not stand in for the principal: a teacher or a reporter can", p.Role)
	fault(p.DeputyUntil.After(now.AddDate(0, 0, longestDeputy+1)), "a deputy is named for %d days at most: give an earlier last day", longestDeputy)
	fault(p.Owner == "", "the owner's organisation number is missing")
	fault(p.Role != OwnerRole && len(p.Schools) == 0, "a %s needs a school: give its organisation number", p.Role)
	fault(p.Role == Teacher && len(p.Classes) == 0, "a teacher sees the classes named, and none is: write each as SCHOOL/CLASS")
	fault(p.Lang != "" && !slices.Contains(web.Languages, p.Lang), "language %q is not one of %v", p.Lang, web.Languages)
	for _, c := range p.Classes {
		school, class, _ := strings.Cut(c, "/")
		fault(class == "" || !slices.Contains(p.Schools, school), "class %q does not say at which of the person's schools: write it as SCHOOL/CLASS, such as 987654321/5A", c)
	}
	return errors.Join(faults...)
}

func foldEmail(s string) string { return strings.ToLower(strings.TrimSpace(s)) }

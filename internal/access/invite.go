package access

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/folgmed/folgmed/internal/audit"
	"github.com/folgmed/folgmed/internal/web"
)

// An invitation hangs in the staff room for anyone to read, so it gives nobody
// any right: who follows it writes a name and an address, and somebody at the
// school who knows the person says yes.
const (
	inviteLife = 30 * 24 * time.Hour
	mostAsking = 40   // at one school: a whole staff of assistants
	askRate    = 0.05 // a second, for the whole installation
	askBurst   = 60
)

// RequestLife is how long a request is kept that nobody answers.
const RequestLife = 30 * 24 * time.Hour

// invite is the body of inviteMade.
type invite struct {
	Hash    string    `json:"hash"`
	Owner   string    `json:"owner"`
	Expires time.Time `json:"expires"`
}

// Request is somebody who would like to be let in, to report. It is not in the
// journal, which forgets nothing: one that is answered is gone.
type Request struct {
	ID     string
	School string
	Name   string
	Email  string
	Lang   string
	At     time.Time
}

var errNoInvitation = errors.New("there is no such invitation, or it has ended")

// Invite makes an invitation to a school's staff room. It takes the place of an
// earlier one.
func (s *Service) Invite(ctx context.Context, a Act) (secretText string, err error) {
	if !a.By.May(ManageStaff) || !a.By.AtSchool(a.School) {
		return "", web.Fail("forbidden", errNotTheirs)
	}
	st, err := s.fresh(ctx)
	if err != nil {
		return "", err
	}
	if err := s.audit.Record(ctx, audit.Entry{Person: a.By.ID, School: a.School, Action: "invitation_made"}); err != nil {
		return "", web.Fail("unavailable", err)
	}
	secretText = newSecret()
	return secretText, s.append(ctx, st, Event{ID: newID(), By: a.By.ID, Step: inviteMade, Person: a.School, Body: body(invite{
		Hash: hash(secretText), Owner: a.By.Owner, Expires: s.now().Add(inviteLife).UTC(),
	})})
}

// EndInvitation makes the school's invitation worth nothing.
func (s *Service) EndInvitation(ctx context.Context, a Act) error {
	if !a.By.May(ManageStaff) || !a.By.AtSchool(a.School) {
		return web.Fail("forbidden", errNotTheirs)
	}
	st, err := s.fresh(ctx)
	if err != nil {
		return err
	}
	if err := s.audit.Record(ctx, audit.Entry{Person: a.By.ID, School: a.School, Action: "invitation_ended"}); err != nil {
		return web.Fail("unavailable", err)
	}
	return s.append(ctx, st, Event{ID: newID(), By: a.By.ID, Step: inviteEnded, Person: a.School})
}

// Invited returns when the school's invitation ends, zero if there is none.
func (s *Service) Invited(ctx context.Context, school string) (until time.Time, err error) {
	st, err := s.recent(ctx)
	if err != nil {
		return until, err
	}
	if i := st.invites[school]; s.now().Before(i.Expires) {
		until = i.Expires
	}
	return until, nil
}

// InvitationOf returns the school that an invitation is to: not_found if there
// is none.
func (s *Service) InvitationOf(ctx context.Context, secretText string) (school string, err error) {
	st, err := s.recent(ctx)
	if err != nil {
		return "", err
	}
	given := hash(secretText)
	for org, i := range st.invites {
		if i.Hash == given && s.now().Before(i.Expires) { // 256 random bits: no time tells them
			return org, nil
		}
	}
	return "", web.Fail("not_found", errNoInvitation)
}

// AskToJoin writes down who would like to be let in. It answers the same to
// somebody who is let in already, or has asked: a stranger learns nothing.
func (s *Service) AskToJoin(ctx context.Context, secretText string, r Request) error {
	school, err := s.InvitationOf(ctx, secretText)
	if err != nil {
		return err
	}
	st, err := s.fresh(ctx)
	if err != nil {
		return err
	}
	r.ID, r.School, r.Name, r.Email = newID(), school, strings.TrimSpace(r.Name), foldEmail(r.Email)
	if faults := (Person{Name: r.Name, Email: r.Email, Lang: r.Lang, Role: Reporter}).faults(Person{Role: Principal}); len(faults) > 0 {
		return faults
	}
	asking, err := s.asking(ctx, school)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(asking, func(other Request) bool { return other.Email == r.Email }) {
		return nil
	}
	if known, ok := st.byEmail(r.Email); ok && known.AtSchool(school) {
		return nil
	}
	if len(asking) >= mostAsking || !s.asks.AllowN(s.now(), 1) {
		return Faults{{"", TooMany}}
	}
	r.At = s.now().UTC()
	if err := s.store.AddRequest(ctx, r); err != nil {
		return web.Fail("unavailable", fmt.Errorf("write a request to be let in: %w", err))
	}
	return nil
}

// Asking lists who would like to be let in at a school, the oldest first.
func (s *Service) Asking(ctx context.Context, by Person, school string) ([]Request, error) {
	if !by.May(ManageStaff) || !by.AtSchool(school) {
		return nil, web.Fail("forbidden", errNotTheirs)
	}
	return s.asking(ctx, school)
}

func (s *Service) asking(ctx context.Context, school string) ([]Request, error) {
	all, err := s.store.Requests(ctx, school)
	if err != nil {
		return nil, web.Fail("unavailable", fmt.Errorf("read the requests to be let in: %w", err))
	}
	return slices.DeleteFunc(all, func(r Request) bool { return s.now().Sub(r.At) > RequestLife }), nil
}

// AnswerRequest lets somebody in who has asked, to report and nothing else, or
// does not. Either way the request is deleted. One that somebody has answered is
// answered.
func (s *Service) AnswerRequest(ctx context.Context, a Act, id string, yes bool) error {
	asking, err := s.Asking(ctx, a.By, a.School)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(asking, func(r Request) bool { return r.ID == id })
	if i < 0 {
		return nil
	}
	r := asking[i]
	action := "request_refused"
	if yes {
		action = "request_confirmed"
		err := s.Hire(ctx, Act{By: a.By, School: a.School, Event: r.ID}, Person{Name: r.Name, Email: r.Email, Lang: r.Lang, Role: Reporter})
		if err != nil {
			return err
		}
	}
	if err := s.audit.Record(ctx, audit.Entry{Person: a.By.ID, School: a.School, Action: action}); err != nil {
		return web.Fail("unavailable", err)
	}
	if err := s.store.DropRequest(ctx, id); err != nil {
		return web.Fail("unavailable", fmt.Errorf("delete a request to be let in: %w", err))
	}
	return nil
}

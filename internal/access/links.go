package access

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/folgmed/folgmed/internal/audit"
)

// linkLife is how long a sign-in link can be used: it reaches its reader by
// hand or mail, and a working day must fit.
const linkLife = 24 * time.Hour

// sameClick is how long after a link was used the same form may be sent again:
// a double click, or a retry after a timeout, is one use.
const sameClick = 20 * time.Second

// errLink is the one answer to a link that is unknown, used, too old, or of a
// person since removed.
var errLink = errors.New("the sign-in link can not be used")

// Link returns a token that signs the person with an e-mail address in once,
// within 24 hours, at /staff/signin?token=TOKEN.
func (s *Service) Link(ctx context.Context, email string) (token string, err error) {
	st, err := s.fresh(ctx)
	if err != nil {
		return "", err
	}
	p, ok := st.byEmail(foldEmail(email))
	if !ok {
		return "", fmt.Errorf("make a sign-in link for %q: there is no such person; add the person first", email)
	}
	token = newSecret()
	err = s.append(ctx, st, Event{ID: newID(), Step: linkMade, Person: p.ID, Body: body(secret{
		Hash: hash(token), Expires: s.now().Add(linkLife).UTC(),
	})})
	if err != nil {
		return "", err
	}
	return token, nil
}

// lookup returns who a link is for, if it can still be used, or could be by
// the form attempt within sameClick of its use. It spends nothing.
func (s *Service) lookup(st *state, token, attempt string) (Person, error) {
	l, ok := st.links[hash(token)]
	p, known := st.people[l.person]
	if !ok || !known || !s.now().Before(l.expires) || !s.sole(l, attempt) {
		return Person{}, errLink
	}
	if l.by != byOperator {
		p.Lent = s.now()
	}
	return p, nil
}

// sole says whether nobody but the form attempt has used a link, and it not
// long ago.
func (s *Service) sole(l link, attempt string) bool {
	for _, u := range l.uses {
		if u.attempt != hash(attempt) || s.now().Sub(u.at) > sameClick {
			return false
		}
	}
	return true
}

// redeem spends a link: a durable event, then all events about it read back.
// Any other's event refuses, so of two racers at most one is let in, and both
// may be turned away.
func (s *Service) redeem(ctx context.Context, token, attempt string) (Person, error) {
	if attempt == "" {
		return Person{}, errLink // not from a form of ours
	}
	st, err := s.fresh(ctx)
	if err != nil {
		return Person{}, err
	}
	p, err := s.lookup(st, token, attempt)
	if err != nil {
		return Person{}, err
	}
	err = s.append(ctx, st, Event{
		ID: hash("link used\n" + token + "\n" + attempt), By: p.ID, Step: linkUsed, Person: p.ID,
		Body: body(secret{Hash: hash(token), Attempt: hash(attempt)}),
	})
	if err != nil {
		return Person{}, err
	}
	if st, err = s.fresh(ctx); err != nil {
		return Person{}, err
	}
	if p, err = s.lookup(st, token, attempt); err != nil {
		return Person{}, err
	}
	return p, s.audit.Record(ctx, audit.Entry{Person: p.ID, Action: "signed_in", About: "link"})
}

// tokenPrefix lets a scanner for leaked secrets know one when it sees it.
const tokenPrefix = "folgmed_owner_" //nolint:gosec // not a secret, only how one begins

// OwnerToken returns a new bearer token for an owner's metrics. It takes the
// place of the owner's earlier one.
func (s *Service) OwnerToken(ctx context.Context, org string) (string, error) {
	if org == "" {
		return "", errors.New("make an owner's token: the organisation number is missing")
	}
	st, err := s.fresh(ctx)
	if err != nil {
		return "", err
	}
	token := tokenPrefix + newSecret()
	if err := s.append(ctx, st, Event{ID: newID(), Step: tokenMade, Person: org, Body: body(secret{Hash: hash(token)})}); err != nil {
		return "", err
	}
	return token, nil
}

// OwnerOf returns the owner whose bearer token this is. Every owner's hash is
// compared, each in constant time.
func (s *Service) OwnerOf(ctx context.Context, bearer string) (org string, ok bool, err error) {
	if !strings.HasPrefix(bearer, tokenPrefix) {
		return "", false, nil
	}
	st, err := s.recent(ctx)
	if err != nil {
		return "", false, err
	}
	given := []byte(hash(bearer))
	for owner, kept := range st.tokens {
		if subtle.ConstantTimeCompare(given, []byte(kept)) == 1 {
			org, ok = owner, true
		}
	}
	return org, ok, nil
}

// newSecret returns 256 random bits as 43 characters of raw URL base64.
func newSecret() string {
	var b [32]byte
	_, _ = rand.Read(b[:]) // never fails, by its contract
	return base64.RawURLEncoding.EncodeToString(b[:])
}

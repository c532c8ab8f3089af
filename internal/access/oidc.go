package access

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/labstack/echo/v4"
	"golang.org/x/oauth2"

	"github.com/folgmed/folgmed/internal/audit"
	"github.com/folgmed/folgmed/internal/web"
)

// OIDCOptions say which provider vouches for staff.
type OIDCOptions struct {
	Name         string // as the button says it: Feide
	Issuer       string // https://auth.dataporten.no for Feide
	ClientID     string
	ClientSecret string
	RedirectURL  string // https://HOST/staff/oidc/callback, as registered
	// TrustEmail takes an e-mail address without the claim email_verified: for
	// a provider whose addresses are set by the employer, not by the user.
	TrustEmail bool
	Client     *http.Client // http.DefaultClient if nil
}

// oidcClient asks the provider for its description when it is first needed:
// that the provider is away must not keep Følgmed from starting.
type oidcClient struct {
	OIDCOptions
	name string

	mu       sync.Mutex
	provider *oidc.Provider
}

const (
	oidcCookie = "folgmed_oidc"
	oidcPath   = "/staff/oidc"
	// oidcLife is how long somebody may take at the provider.
	oidcLife = 10 * time.Minute
)

// trip is what the browser carries, encrypted, while its user is at the
// provider.
type trip struct {
	State, Nonce, Verifier string
	Lang                   string
	Made                   time.Time
}

func newOIDC(o OIDCOptions) (*oidcClient, error) {
	var faults []error
	for _, f := range []struct{ name, value string }{
		{"issuer", o.Issuer}, {"client id", o.ClientID}, {"redirect address", o.RedirectURL}, {"name", o.Name},
	} {
		if f.value == "" {
			faults = append(faults, fmt.Errorf("the %s is missing", f.name))
		}
	}
	if err := errors.Join(faults...); err != nil {
		return nil, fmt.Errorf("oidc: %w", err)
	}
	if o.Client == nil {
		o.Client = &http.Client{Timeout: 10 * time.Second}
	}
	return &oidcClient{OIDCOptions: o, name: o.Name}, nil
}

// at returns ctx with our HTTP client, the provider, and the OAuth2 side.
func (o *oidcClient) at(ctx context.Context) (context.Context, *oidc.Provider, *oauth2.Config, error) {
	ctx = oidc.ClientContext(ctx, o.Client)
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.provider == nil {
		// The provider keeps its context for fetching keys, so it must not be
		// this request's.
		p, err := oidc.NewProvider(oidc.ClientContext(context.WithoutCancel(ctx), o.Client), o.Issuer)
		if err != nil {
			return nil, nil, nil, web.Fail("unavailable", fmt.Errorf("ask %s for its description: %w", o.Issuer, err))
		}
		o.provider = p
	}
	return ctx, o.provider, &oauth2.Config{
		ClientID: o.ClientID, ClientSecret: o.ClientSecret, RedirectURL: o.RedirectURL,
		Endpoint: o.provider.Endpoint(), Scopes: []string{oidc.ScopeOpenID, "profile", "email"},
	}, nil
}

// startOIDC sends the browser to the provider. It is a link, not a form: the
// content security policy lets a form lead nowhere else.
func (s *Service) startOIDC(c echo.Context) error {
	_, _, conf, err := s.oidc.at(c.Request().Context())
	if err != nil {
		return err
	}
	t := trip{State: newSecret(), Nonce: newSecret(), Verifier: oauth2.GenerateVerifier(), Lang: web.Lang(c), Made: s.now()}
	if err := s.jar.set(c.Response(), oidcCookie, oidcPath, t, oidcLife); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, conf.AuthCodeURL(t.State, oidc.Nonce(t.Nonce), oauth2.S256ChallengeOption(t.Verifier)))
}

// refusal is a sign-in that the provider allowed and we do not, or that went
// astray. Its text is the key of what the page says.
type refusal struct {
	notice string
	about  string // an e-mail address, shown to its holder alone
	err    error
}

func (r *refusal) Error() string { return r.notice + ": " + r.err.Error() }
func (r *refusal) Unwrap() error { return r.err }

func (s *Service) finishOIDC(c echo.Context) error {
	var t trip
	known := s.jar.get(c.Request(), oidcCookie, &t)
	s.jar.drop(c.Response(), oidcCookie, oidcPath) // good for one answer
	if known {
		web.SetLang(c, t.Lang)
	}
	p, err := s.arrive(c, t, known)
	var no *refusal
	if errors.As(err, &no) {
		return s.page(c, http.StatusForbidden, signinPage{Notice: no.notice, About: no.about})
	}
	if err != nil {
		return err
	}
	return s.enter(c, p)
}

// arrive checks the provider's answer and finds the person it vouches for.
func (s *Service) arrive(c echo.Context, t trip, known bool) (Person, error) {
	astray := func(err error) error { return &refusal{notice: "signin.oidc_astray", err: err} }
	if age := s.now().Sub(t.Made); !known || age < 0 || age > oidcLife {
		return Person{}, astray(errors.New("no sign-in was begun here, or too long ago"))
	}
	if subtle.ConstantTimeCompare([]byte(c.QueryParam("state")), []byte(t.State)) != 1 {
		return Person{}, astray(errors.New("the state is not the one we sent"))
	}
	if e := c.QueryParam("error"); e != "" {
		return Person{}, astray(errors.New("the provider said no"))
	}
	ctx, provider, conf, err := s.oidc.at(c.Request().Context())
	if err != nil {
		return Person{}, err
	}
	token, err := conf.Exchange(ctx, c.QueryParam("code"), oauth2.VerifierOption(t.Verifier))
	var answered *oauth2.RetrieveError
	if errors.As(err, &answered) && answered.Response.StatusCode < http.StatusInternalServerError {
		return Person{}, astray(errors.New("the provider did not take its code back"))
	}
	if err != nil {
		return Person{}, web.Fail("unavailable", fmt.Errorf("exchange the code with %s: %w", s.oidc.Issuer, err))
	}
	raw, _ := token.Extra("id_token").(string)
	verifier := provider.VerifierContext(ctx, &oidc.Config{ClientID: s.oidc.ClientID, Now: s.now})
	id, err := verifier.Verify(ctx, raw)
	if err != nil {
		return Person{}, astray(fmt.Errorf("verify the id token: %w", err))
	}
	if subtle.ConstantTimeCompare([]byte(id.Nonce), []byte(t.Nonce)) != 1 {
		return Person{}, astray(errors.New("the id token is not for this sign-in"))
	}
	email, verified, err := s.emailOf(ctx, provider, id, token)
	if err != nil {
		return Person{}, err
	}
	return s.recognize(ctx, subject{s.oidc.Issuer, id.Subject}, email, verified)
}

// emailOf reads the e-mail address from the id token, or where the provider
// (Feide) leaves it out of that, from the userinfo endpoint.
func (s *Service) emailOf(ctx context.Context, provider *oidc.Provider, id *oidc.IDToken, token *oauth2.Token) (email string, verified bool, err error) {
	var claims struct {
		Email    string `json:"email"`
		Verified bool   `json:"email_verified"`
	}
	if err := id.Claims(&claims); err != nil {
		return "", false, fmt.Errorf("read the claims of the id token: %w", err)
	}
	if claims.Email == "" && provider.UserInfoEndpoint() != "" {
		info, err := provider.UserInfo(ctx, oauth2.StaticTokenSource(token))
		if err != nil {
			return "", false, web.Fail("unavailable", fmt.Errorf("ask %s for the user's address: %w", s.oidc.Issuer, err))
		}
		if info.Subject != id.Subject {
			return "", false, &refusal{notice: "signin.oidc_astray", err: errors.New("userinfo is about somebody else")}
		}
		claims.Email, claims.Verified = info.Email, info.EmailVerified
	}
	return foldEmail(claims.Email), claims.Verified || s.oidc.TrustEmail, nil
}

// recognize finds the person a subject is. The first time that is by e-mail
// address, and the subject is kept; after that only the subject counts, so
// that an address which passes to somebody else opens nothing.
func (s *Service) recognize(ctx context.Context, sub subject, email string, verified bool) (Person, error) {
	st, err := s.fresh(ctx)
	if err != nil {
		return Person{}, err
	}
	if _, bound := st.subjects[sub]; !bound {
		if email == "" || !verified {
			return Person{}, &refusal{notice: "signin.oidc_unverified", err: errors.New("the provider does not vouch for an e-mail address")}
		}
		p, ok := st.byEmail(email)
		if !ok || !st.bound[p.ID].IsZero() {
			return Person{}, &refusal{notice: "signin.oidc_unknown", about: email, err: errors.New("the address is not on the staff list")}
		}
		if err := s.append(ctx, st, Event{ID: hash("subject\n" + p.ID + "\n" + sub.Issuer + "\n" + sub.Subject), By: p.ID, Step: subjectBound, Person: p.ID, Body: body(sub)}); err != nil {
			return Person{}, err
		}
		// Another sign-in may have bound the person meanwhile: the fold decides.
		if st, err = s.fresh(ctx); err != nil {
			return Person{}, err
		}
	}
	p, ok := st.people[st.subjects[sub]]
	if !ok {
		return Person{}, &refusal{notice: "signin.oidc_unknown", about: email, err: errors.New("the person is no longer on the staff list")}
	}
	p.Lent = st.bound[p.ID]
	return p, s.audit.Record(ctx, audit.Entry{Person: p.ID, Action: "signed_in", About: "oidc"})
}

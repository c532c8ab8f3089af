// Package owner is what a school owner may know of its own schools and decide
// for them: a metrics endpoint, and a page for people.
//
// Indicators are released figures for the owner and nothing else; the duty is
// counted as it stood when the latest school day began. It must not know
// answers, counts or how a signal was found, and never a class's prompt.
package owner

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/folgmed/folgmed/internal/disclosure"
	"github.com/folgmed/folgmed/internal/duty"
	"github.com/folgmed/folgmed/internal/roster"
	"github.com/folgmed/folgmed/internal/web"
)

// Tokens knows whose a bearer token is.
type Tokens interface {
	// OwnerOf returns the organisation number of the owner a token was made
	// for; ok is false for any token that is not, or no longer, good.
	OwnerOf(ctx context.Context, bearer string) (org string, ok bool, err error)
}

// Store reads what one owner may know.
type Store interface {
	ReleasedForOwner(ctx context.Context, owner string) ([]disclosure.Released, error)
	DutyEventsOfOwner(ctx context.Context, owner string) ([]duty.Event, error)
	Roster(ctx context.Context) (roster.Roster, error)
}

// Metrics serves the metrics of every owner, each to its own token.
type Metrics struct {
	tokens Tokens
	store  Store
	now    func() time.Time
}

// New returns the endpoint. now is the clock of the installation, which in a
// rehearsal is not that of the machine.
func New(tokens Tokens, store Store, now func() time.Time) *Metrics {
	return &Metrics{tokens: tokens, store: store, now: now}
}

// Routes adds GET /owner/metrics.
func (m *Metrics) Routes(e *echo.Echo) {
	e.GET("/owner/metrics", m.serve)
}

var errNoToken = errors.New("no bearer token of an owner")

func (m *Metrics) serve(c echo.Context) error {
	ctx := c.Request().Context()
	scheme, token, _ := strings.Cut(c.Request().Header.Get(echo.HeaderAuthorization), " ")
	var org string
	if strings.EqualFold(scheme, "Bearer") && token != "" {
		owner, ok, err := m.tokens.OwnerOf(ctx, strings.TrimSpace(token))
		if err != nil {
			return fmt.Errorf("look up owner token: %w", err)
		}
		if ok {
			org = owner
		}
	}
	if org == "" {
		c.Response().Header().Set(echo.HeaderWWWAuthenticate, `Bearer realm="owner metrics"`)
		return web.Fail("signed_out", errNoToken)
	}
	s, err := m.snapshot(ctx, org)
	if err != nil {
		return fmt.Errorf("metrics of owner %s: %w", org, err)
	}
	registry := prometheus.NewRegistry()
	if err := registry.Register(s); err != nil {
		return fmt.Errorf("register metrics of owner %s: %w", org, err)
	}
	promhttp.HandlerFor(registry, promhttp.HandlerOpts{}).ServeHTTP(c.Response(), c.Request())
	return nil
}

// snapshot is all that one scrape says.
type snapshot struct {
	released []disclosure.Released // current, for this owner
	wave     uint32                // newest released; 0 before the first
	schools  []roster.School
	prompts  []duty.Prompt // as they stood at counted
	counted  time.Time
}

func (m *Metrics) snapshot(ctx context.Context, org string) (*snapshot, error) {
	all, err := m.store.Roster(ctx)
	if err != nil {
		return nil, fmt.Errorf("read roster: %w", err)
	}
	var own roster.Owner
	for _, o := range all.Owners {
		if o.Org == org {
			own = o
		}
	}
	released, err := m.store.ReleasedForOwner(ctx, org)
	if err != nil {
		return nil, fmt.Errorf("read releases: %w", err)
	}
	events, err := m.store.DutyEventsOfOwner(ctx, org)
	if err != nil {
		return nil, fmt.Errorf("read duty events: %w", err)
	}
	s := &snapshot{schools: own.Schools, counted: latestSchoolDay(own, m.now())}
	for _, r := range disclosure.Current(released, disclosure.Owner) {
		if r.Unit().Owner == org {
			s.released = append(s.released, r)
			s.wave = max(s.wave, r.Wave())
		}
	}
	var before []duty.Event
	for _, e := range events {
		if e.Owner == org && e.At.Before(s.counted) {
			before = append(before, e)
		}
	}
	s.prompts = duty.Prompts(before)
	return s, nil
}

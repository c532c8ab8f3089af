package app

import (
	"context"
	"log/slog"
	"net/http"
	"path/filepath"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/folgmed/folgmed/internal/ballot"
	"github.com/folgmed/folgmed/internal/config"
	"github.com/folgmed/folgmed/internal/wave"
)

// startKeys loads the secrets that the parts here need. A server that is both
// issuer and collector makes them at its first start.
func (a *App) startKeys(context.Context) (err error) {
	holds := ballot.Holds{Issuer: a.cfg.Role.Is(config.Issuer), Collector: a.cfg.Role.Is(config.Collector)}
	a.keys, err = ballot.OpenRing(filepath.Join(a.cfg.Data, "keys"), holds, wave.NumberOf(a.schedule.Now()).SchoolYear())
	return err
}

// publicKeys are the public keys of waves, as of each request.
type publicKeys struct{ ring *ballot.Ring }

// For are those of a wave.
func (p publicKeys) For(number uint32) ballot.PublicKeys { return p.ring.Chain().For(number) }

// serveKeys shows every public key there ever was, so that anyone can follow
// from one slip's fingerprint to another's.
func (a *App) serveKeys(c echo.Context) error {
	c.Response().Header().Set("Cache-Control", "public, max-age=3600")
	return c.JSON(http.StatusOK, a.keys.Chain())
}

// tidyKeys makes the keys of a new school year, and forgets those of a past one
// once no ballot can need them, on a server that holds all of them. Parts that
// run apart get theirs from the operator.
func (a *App) tidyKeys(now time.Time) error {
	if !a.cfg.Role.Is() {
		return nil
	}
	if err := a.keys.Rotate(wave.NumberOf(now).SchoolYear()); err != nil {
		return err
	}
	plan := a.schedule.Plan()
	forgotten, err := a.keys.Forget(now, keepNullifiers, append(plan.Open(), plan.Unreleased()...))
	for _, year := range forgotten {
		a.log.Info("keys of a past school year are forgotten", slog.Int("from", year))
	}
	return err
}

package app

import (
	"context"
	"log/slog"
	"path/filepath"
	"time"

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

package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/folgmed/folgmed/internal/config"
	"github.com/folgmed/folgmed/internal/web"
)

// paths says which part answers what in public, the first that fits. Where
// parts run apart, a proxy in front sends requests so.
var paths = []struct {
	prefix string
	of     []config.Role
}{
	{"/static/", []config.Role{config.Issuer, config.Staff}},
	{"/personvern/static/", []config.Role{config.Issuer, config.Staff}},
	{"/staff", []config.Role{config.Staff}},
	{"/owner", []config.Role{config.Staff}},
	{"/api/cast", []config.Role{config.Collector}},
	{"/", []config.Role{config.Issuer}},
}

var errElsewhere = errors.New("another part answers that")

// ours refuses what is another part's to answer.
func (a *App) ours(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		for _, p := range paths {
			if strings.HasPrefix(c.Request().URL.Path, p.prefix) {
				if a.cfg.Role.Is(p.of...) {
					return next(c)
				}
				break
			}
		}
		return web.Fail("not_found", errElsewhere)
	}
}

// needs says why this server can not do what a command asks of another part.
func (a *App) needs(part config.Role) error {
	if a.cfg.Role.Is(part) {
		return nil
	}
	return fmt.Errorf("this server runs with --role %s: ask the one with --role %s, whose folder you name with --data", a.cfg.Role, part)
}

// startFollowing keeps a server without the job up with what the one with it
// writes.
func (a *App) startFollowing(ctx context.Context) error {
	if a.cfg.Role.Is(config.Job) {
		return nil // its rounds do it
	}
	a.background(ctx, "following roster and waves", func(ctx context.Context) {
		ticker := time.NewTicker(tick)
		defer ticker.Stop()
		for {
			select {
			case <-ticker.C:
			case <-ctx.Done():
				return
			}
			if err := a.follow(ctx); err != nil && ctx.Err() == nil {
				a.log.Error("roster and waves can not be read, will try again", slog.Any("err", err))
			}
		}
	})
	return nil
}

// follow reads roster, waves and a rehearsal's clock anew.
func (a *App) follow(ctx context.Context) error {
	settings, err := a.store.Installation(ctx)
	if err != nil {
		return err
	}
	if err := a.setClock(settings); err != nil {
		return err
	}
	return a.refresh(ctx)
}

// refresh reads roster and waves anew. The memory of a wave that was sealed,
// here or elsewhere, is given back.
func (a *App) refresh(ctx context.Context) error {
	before := a.schedule.Plan().Open()
	if err := a.schedule.Refresh(ctx); err != nil {
		return err
	}
	if a.collect == nil {
		return nil
	}
	open := a.schedule.Plan().Open()
	for _, n := range before {
		if !slices.Contains(open, n) {
			a.collect.Forget(n)
		}
	}
	return nil
}

// background runs a loop until Stop.
func (a *App) background(ctx context.Context, what string, loop func(context.Context)) {
	running, cancel := context.WithCancel(context.WithoutCancel(ctx))
	done := make(chan struct{})
	a.onStop(what, func(ctx context.Context) error {
		cancel()
		select {
		case <-done:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	})
	go func() {
		defer close(done)
		loop(running)
	}()
}

package app

import (
	"cmp"
	"context"
	"path/filepath"

	"github.com/folgmed/folgmed/internal/config"
	"github.com/folgmed/folgmed/internal/engine"
	"github.com/folgmed/folgmed/internal/store"
)

// startEngine starts the embedded engine where there is no ClickHouse of the
// operator's own, with a user for each part.
func (a *App) startEngine(ctx context.Context) error {
	if a.cfg.ClickHouseURL != "" {
		if a.cfg.Passwords == nil && a.cfg.Role.Is() {
			a.log.Warn("one ClickHouse user does the work of every part: give each its own with --clickhouse-passwords")
		}
		return nil
	}
	var users []engine.User
	for _, role := range store.Roles {
		users = append(users, engine.User{Name: role.User(a.database()), Grants: role.Grants(a.database())})
	}
	e, err := engine.Start(ctx, engine.Options{
		Dir: filepath.Join(a.cfg.Data, "engine"), Library: a.cfg.CHDB, Users: users, Log: a.log,
	})
	if err != nil {
		return err
	}
	a.onStop("the engine", e.Stop)
	a.engine = e
	return nil
}

func (a *App) database() string { return cmp.Or(a.cfg.Database, store.DefaultDatabase) }

// as says how to connect as the user of a role.
func (a *App) as(role store.Role) store.Options {
	opt := store.Options{URL: a.cfg.ClickHouseURL, Database: a.database(), User: role.User(a.database())}
	switch {
	case a.engine != nil:
		opt.URL, opt.Password = a.engine.URL(), a.engine.PasswordOf(opt.User)
	case a.cfg.Passwords != nil:
		opt.Password = a.cfg.Passwords[string(role)]
	default:
		opt.User, opt.Password = a.cfg.ClickHouseUser, a.cfg.ClickHousePassword
	}
	return opt
}

// migrate brings the database up to date, as the one user who may.
func (a *App) migrate(ctx context.Context) error {
	return store.Migrate(ctx, a.as(store.RoleSchema))
}

// startStore opens a connection for each part, as the part's own user: what a
// part must not read, the database does not let it read.
func (a *App) startStore(ctx context.Context) error {
	a.parts = make(map[config.Role]*store.Store)
	for _, part := range every {
		if !a.cfg.Role.Is(part) {
			continue
		}
		s, err := store.Open(ctx, a.as(store.Role(part)))
		if err != nil {
			return err
		}
		a.onStop("the connection of the "+string(part), func(context.Context) error { return s.Close() })
		a.parts[part] = s
		if a.store == nil || part == config.Job {
			a.store = s
		}
	}
	return nil
}

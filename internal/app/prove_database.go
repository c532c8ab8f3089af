package app

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/folgmed/folgmed/internal/config"
	"github.com/folgmed/folgmed/internal/prove"
	"github.com/folgmed/folgmed/internal/store"
)

// proveColumns holds the columns that the database has against those that the
// program makes. Who made the tables sees them all; a part sees its own.
func (a *App) proveColumns(ctx context.Context) (prove.Finding, error) {
	declared := store.DeclaredColumns()
	seen := make(map[store.Column]bool)
	var more []string
	err := a.eachUser(ctx, func(_ store.Role, s *store.Store) error {
		columns, err := s.ColumnsSeen(ctx)
		for _, c := range columns {
			seen[c] = true
			if !slices.Contains(declared, c) {
				more = append(more, c.String())
			}
		}
		return err
	})
	if err != nil {
		return prove.Finding{}, err
	}
	return brokenBy(more, len(seen), len(declared))
}

// proveGrants holds what the database lets each user do against what its part
// needs.
func (a *App) proveGrants(ctx context.Context) (prove.Finding, error) {
	if a.engine == nil && a.cfg.Passwords == nil && a.cfg.Role.Is() {
		return prove.Finding{Result: prove.Broken, What: "one"}, nil
	}
	var more []string
	users := 0
	err := a.eachUser(ctx, func(role store.Role, s *store.Store) error {
		users++
		needed := store.NormalGrants(role.Grants(a.database()))
		has, err := s.GrantsSeen(ctx)
		for _, g := range has {
			if !slices.Contains(needed, g) {
				more = append(more, role.User(a.database())+": "+g)
			}
		}
		return err
	})
	if err != nil {
		return prove.Finding{}, err
	}
	return brokenBy(more, users)
}

// eachUser connects as each user that this server is.
func (a *App) eachUser(ctx context.Context, do func(store.Role, *store.Store) error) error {
	for part, s := range a.parts {
		if err := do(store.Role(part), s); err != nil {
			return err
		}
	}
	if !a.cfg.Role.Is(config.Job) {
		return nil
	}
	s, err := store.Open(ctx, a.as(store.RoleSchema))
	if err != nil {
		return err
	}
	defer func() { _ = s.Close() }()
	return do(store.RoleSchema, s)
}

// provePassword asks the database as whoever has no password.
func (a *App) provePassword(ctx context.Context) (prove.Finding, error) {
	tables, err := store.TablesWithoutPassword(ctx, cmp.Or(a.cfg.ClickHouseURL, a.engineURL()), a.database())
	if err != nil {
		return prove.Finding{}, err
	}
	return brokenBy(tables)
}

func (a *App) engineURL() string {
	if a.engine == nil {
		return ""
	}
	return a.engine.URL()
}

// proveLogs asks for each table of the database's own log.
func (a *App) proveLogs(ctx context.Context) (prove.Finding, error) {
	var full, hidden []string
	for _, table := range store.LogTables {
		rows, closed, err := a.store.LogRows(ctx, table)
		switch {
		case err != nil:
			return prove.Finding{}, err
		case closed:
			hidden = append(hidden, "system."+table)
		case rows > 0:
			full = append(full, fmt.Sprintf("system.%s: %d", table, rows))
		}
	}
	if len(full) == 0 && len(hidden) > 0 {
		return unchecked("hidden", hidden...)
	}
	return brokenBy(full, len(store.LogTables))
}

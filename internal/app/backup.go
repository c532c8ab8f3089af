package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/folgmed/folgmed/internal/control"
	"github.com/folgmed/folgmed/internal/store"
)

// manifest is backup.json: what a backup is of.
type manifest struct {
	Version   string    `json:"version"`
	Made      time.Time `json:"made"`
	Rehearsal bool      `json:"rehearsal"`
	Tables    []string  `json:"tables"`
}

const manifestFile = "backup.json"

var (
	errBackupApart = errors.New("a backup takes a server that is every part at once (--role all): for a ClickHouse of your own see deploy/clickhouse/backup.sql")
	errReleasing   = errors.New("a wave is being released: try again when that is done, in a moment")
)

// Backup writes what is kept for long to a new folder, while no wave moves. The
// manifest comes last: a folder without one is no backup.
func (a *App) Backup(ctx context.Context, f control.Folder) error {
	if !a.cfg.Role.Is() {
		return errBackupApart
	}
	return a.alone(ctx, func() error {
		if len(a.schedule.Plan().Unreleased()) > 0 {
			return errReleasing
		}
		if err := os.Mkdir(f.Path, 0o700); err != nil {
			return fmt.Errorf("make a new folder for the backup: %w", err)
		}
		m := manifest{Version: a.opt.Version, Made: a.opt.Now().UTC(), Rehearsal: a.rehearsal}
		for _, kept := range store.Kept {
			if err := a.dump(ctx, f.Path, kept.Table, kept.Role); err != nil {
				return err
			}
			m.Tables = append(m.Tables, kept.Table)
		}
		text, err := json.MarshalIndent(m, "", "  ")
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(f.Path, manifestFile), append(text, '\n'), 0o600)
	})
}

func (a *App) dump(ctx context.Context, folder, table string, role store.Role) (err error) {
	file, err := os.OpenFile(dumpOf(folder, table), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("write the backup: %w", err)
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	if err := store.Dump(ctx, a.as(role), table, file); err != nil {
		return err
	}
	return file.Sync()
}

func dumpOf(folder, table string) string { return filepath.Join(folder, table+".native") }

// Restore fills a server that is new and empty from a backup.
func (a *App) Restore(ctx context.Context, f control.Folder) error {
	if !a.cfg.Role.Is() {
		return errBackupApart
	}
	m, err := readManifest(f.Path)
	if err != nil {
		return err
	}
	if m.Rehearsal != a.rehearsal {
		return errors.New("a rehearsal and a real installation can not be restored into one another: start the server with --rehearsal for the one and without for the other")
	}
	return a.alone(ctx, func() error {
		now := a.schedule.now.Load()
		if len(now.roster.Owners) > 0 || len(now.events) > 0 {
			return errors.New("this server holds a roster or waves already: restore into a new one, on an empty --data folder")
		}
		for _, kept := range store.Kept {
			if !slices.Contains(m.Tables, kept.Table) {
				continue // the backup is of an older version, that had no such table
			}
			if err := a.restoreTable(ctx, f.Path, kept.Table, kept.Role); err != nil {
				return err
			}
		}
		return a.refresh(ctx)
	})
}

func (a *App) restoreTable(ctx context.Context, folder, table string, role store.Role) error {
	file, err := os.Open(dumpOf(folder, table))
	if err != nil {
		return fmt.Errorf("read the backup: %w", err)
	}
	defer func() { _ = file.Close() }()
	if info, err := file.Stat(); err != nil || info.Size() == 0 {
		return err // an empty table has no bytes
	}
	return store.Restore(ctx, a.as(role), table, file)
}

func readManifest(folder string) (m manifest, err error) {
	text, err := os.ReadFile(filepath.Join(folder, manifestFile))
	if err != nil {
		return m, fmt.Errorf("read the backup: %w (a folder without %s was not finished)", err, manifestFile)
	}
	if err := json.Unmarshal(text, &m); err != nil {
		return m, fmt.Errorf("read %s: %w", filepath.Join(folder, manifestFile), err)
	}
	return m, nil
}

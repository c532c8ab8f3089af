package main

import (
	"context"
	"fmt"
	"path/filepath"

	"github.com/folgmed/folgmed/internal/control"
)

type backupCmd struct {
	remote
	Folder string `arg:"" help:"New folder for the backup."`
}

// Run makes a backup and says what is not in it.
func (b backupCmd) Run(ctx context.Context, c console) error {
	path, err := filepath.Abs(b.Folder)
	if err != nil {
		return err
	}
	if err := b.client().Backup(ctx, control.Folder{Path: path}); err != nil {
		return err
	}
	_, err = fmt.Fprintf(c.out, "backup in %s: rosters, waves, counts, releases, prompts, staff and the record of what they did\n"+
		"not in it, on purpose: answers and codes of waves that are not released (print new slips after a restore)\n"+
		"not in it either: the folder keys of --data; keep a copy of it where you keep secrets\n", path)
	return err
}

type restoreCmd struct {
	remote
	Folder string `arg:"" help:"Folder of the backup."`
}

// Run fills a new server.
func (r restoreCmd) Run(ctx context.Context, c console) error {
	path, err := filepath.Abs(r.Folder)
	if err != nil {
		return err
	}
	if err := r.client().Restore(ctx, control.Folder{Path: path}); err != nil {
		return err
	}
	_, err = fmt.Fprintln(c.out, "restored: print new slips for a wave that is open")
	return err
}

package pupil

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"path"
	"strings"
)

// Files are the files that the tablet app was built into, by name, each with
// its SHA-256 in hex: the pages at / (index.html), /board (board.html) and
// /practice (practice.html), what they load (assets), and the service worker (worker.js), before which the
// server puts the list of what it serves. The same sources give the same bytes,
// so anyone can build them and compare. The page of a rehearsal says so, in one
// word more.
func Files() (map[string]string, error) {
	hashes := make(map[string]string)
	err := fs.WalkDir(built, "dist", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasPrefix(path.Base(name), ".") {
			return err
		}
		b, err := fs.ReadFile(built, name)
		if err != nil {
			return err
		}
		sum := sha256.Sum256(b)
		hashes[strings.TrimPrefix(name, "dist/")] = hex.EncodeToString(sum[:])
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list the tablet app: %w", err)
	}
	return hashes, nil
}

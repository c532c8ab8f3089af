package pupil

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
)

// Files are what a tablet is served: the SHA-256 of the page at / and of each
// bundled file, by path, in hex and of the bytes before they are compressed for
// the way. The same sources give the same bytes, so that anyone can build them
// and compare. In a rehearsal the page says so, and is another.
func (a *App) Files() (map[string]string, error) {
	hashes := map[string]string{"/": hashOf(a.page)}
	err := fs.WalkDir(built, "dist/assets", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := fs.ReadFile(built, path)
		if err != nil {
			return err
		}
		hashes["/assets/"+d.Name()] = hashOf(b)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list the tablet app: %w", err)
	}
	return hashes, nil
}

func hashOf(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

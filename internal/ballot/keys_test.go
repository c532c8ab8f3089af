package ballot

import (
	"crypto/sha256"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestKeysAreMadeOnceAndKept(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "keys")
	first, err := LoadOrCreateKeys(dir)
	if err != nil {
		t.Fatal(err)
	}
	second, err := LoadOrCreateKeys(dir)
	if err != nil {
		t.Fatal(err)
	}
	if first.Fingerprint() != second.Fingerprint() {
		t.Error("the second start has other keys than the first")
	}
	c := Code{"111111111J"}
	if first.MAC(c) != second.MAC(c) {
		t.Error("a code printed before the second start is not known after it")
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 {
		t.Fatalf("the folder holds %v, want ballot alone (%v)", entries, err)
	}
	files, err := os.ReadDir(filepath.Join(dir, "ballot"))
	if err != nil || len(files) != 4 {
		t.Fatalf("ballot holds %v, want four keys (%v)", files, err)
	}
	for _, f := range files {
		info, err := f.Info()
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v, want 0600 (%v)", f.Name(), info.Mode(), err)
		}
	}
}

func TestKeysAreRefused(t *testing.T) {
	for name, spoil := range map[string]func(file string) error{
		"can be read by others": func(file string) error { return os.Chmod(file, 0o640) },
		"is missing":            os.Remove,
		"is not base64":         func(file string) error { return os.WriteFile(file, []byte("!!!"), 0o600) },
		"is damaged":            func(file string) error { return os.WriteFile(file, []byte("AAAA"), 0o600) },
	} {
		for _, file := range []string{poprfFile, hpkeFile, receiptFile, codeFile} {
			t.Run(name+" "+file, func(t *testing.T) {
				dir := t.TempDir()
				if _, err := LoadOrCreateKeys(dir); err != nil {
					t.Fatal(err)
				}
				if err := spoil(filepath.Join(dir, "ballot", file)); err != nil {
					t.Fatal(err)
				}
				before, _ := os.ReadFile(filepath.Join(dir, "ballot", file))
				_, err := LoadOrCreateKeys(dir)
				if err == nil || !strings.Contains(err.Error(), name) || !strings.Contains(err.Error(), file) {
					t.Fatalf("got %v, want: %s %s", err, file, name)
				}
				if after, _ := os.ReadFile(filepath.Join(dir, "ballot", file)); !slices.Equal(before, after) {
					t.Error("the file was changed")
				}
			})
		}
	}
}

// TestFingerprint computes it another way: bit by bit.
func TestFingerprint(t *testing.T) {
	keys, err := NewKeys()
	if err != nil {
		t.Fatal(err)
	}
	p := keys.Public()
	if len(p.POPRF) != 32 || len(p.HPKE) != 65 || len(p.Receipt) != 32 || p.HPKE[0] != 4 {
		t.Fatalf("public keys of %d, %d and %d bytes, want 32, 65 and 32", len(p.POPRF), len(p.HPKE), len(p.Receipt))
	}
	sum := sha256.Sum256(slices.Concat(p.POPRF, p.HPKE, p.Receipt))
	var want strings.Builder
	for bit := 0; bit < 80; bit += 5 {
		var d byte
		for b := bit; b < bit+5; b++ {
			d = d<<1 | sum[b/8]>>(7-b%8)&1
		}
		want.WriteByte(alphabet[d])
	}
	if got := p.Fingerprint(); got != want.String() {
		t.Errorf("fingerprint %s, want %s", got, want.String())
	}
	changed := p
	changed.HPKE = slices.Clone(p.HPKE)
	changed.HPKE[64] ^= 1
	if changed.Fingerprint() == p.Fingerprint() {
		t.Error("the fingerprint does not cover the sealing key")
	}
}

package ballot

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/folgmed/folgmed/internal/wave"
)

var both = Holds{Issuer: true, Collector: true}

func newRing(t *testing.T, dir string, year int) *Ring {
	t.Helper()
	r, err := OpenRing(dir, both, year)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestKeysAreMadeOnceAndKept(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "keys")
	first, second := newRing(t, dir, 2026), newRing(t, dir, 2030)
	if first.Fingerprint() != second.Fingerprint() {
		t.Error("the second start has other keys than the first")
	}
	c := Code{"111111111J"}
	if first.MAC(c) != second.MAC(c) {
		t.Error("a code printed before the second start is not known after it")
	}
	secrets := 0
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if strings.HasSuffix(path, ".key") {
			if secrets++; info.Mode().Perm() != 0o600 {
				t.Errorf("%s has mode %v, want 0600", path, info.Mode())
			}
		}
		return err
	})
	if err != nil || secrets != 4 {
		t.Errorf("%d secrets, want 4 (%v)", secrets, err)
	}
}

func TestKeysAreRefused(t *testing.T) {
	files := []string{"2026/" + poprfFile, "2026/" + hpkeFile, "2026/" + receiptFile, codeFile}
	for what, spoil := range map[string]func(file string) error{
		"run chmod 600 on it": func(file string) error { return os.Chmod(file, 0o640) },
		"is missing":          os.Remove,
		"is not base64":       func(file string) error { return os.WriteFile(file, []byte("!!!"), 0o600) },
		"is damaged":          func(file string) error { return os.WriteFile(file, []byte("AAAA"), 0o600) },
	} {
		for _, name := range append(files, keysFile) {
			if name == keysFile && what != "is missing" && what != "is damaged" {
				continue // it is no secret, and no base64
			}
			t.Run(what+" "+name, func(t *testing.T) {
				dir := t.TempDir()
				newRing(t, dir, 2026)
				file := filepath.Join(dir, "ballot", name)
				if err := spoil(file); err != nil {
					t.Fatal(err)
				}
				before, _ := os.ReadFile(file)
				_, err := OpenRing(dir, both, 2026)
				if err == nil || !strings.Contains(err.Error(), what) || !strings.Contains(err.Error(), file) {
					t.Fatalf("got %v, want: %s %s", err, file, what)
				}
				if after, _ := os.ReadFile(file); !slices.Equal(before, after) {
					t.Error("the file was changed")
				}
			})
		}
	}
	t.Run("of other keys", func(t *testing.T) {
		dir, other := t.TempDir(), t.TempDir()
		newRing(t, dir, 2026)
		newRing(t, other, 2026)
		for _, name := range files[:3] {
			was, err := os.ReadFile(filepath.Join(dir, "ballot", name))
			if err != nil {
				t.Fatal(err)
			}
			strange, _ := os.ReadFile(filepath.Join(other, "ballot", name))
			_ = os.WriteFile(filepath.Join(dir, "ballot", name), strange, 0o600)
			if _, err := OpenRing(dir, both, 2026); err == nil || !strings.Contains(err.Error(), "not the secret of the key") {
				t.Errorf("%s of another installation: %v", name, err)
			}
			_ = os.WriteFile(filepath.Join(dir, "ballot", name), was, 0o600)
		}
	})
}

// TestEachPartHoldsItsOwn gives each part the files that it needs and no other.
func TestEachPartHoldsItsOwn(t *testing.T) {
	dir := t.TempDir()
	whole := newRing(t, dir, 2026)
	if err := whole.Rotate(2027); err != nil {
		t.Fatal(err)
	}
	number := uint32(wave.FirstOf(2027))
	nonce, token := newToken(t, whole.For(number), Info{School: testInfo.School, Wave: number})
	sealed, err := whole.Public().Seal(nonce)
	if err != nil {
		t.Fatal(err)
	}
	for part, c := range map[Holds][]string{
		{Issuer: true}:    {hpkeFile, receiptFile},
		{Collector: true}: {codeFile},
	} {
		own := filepath.Join(t.TempDir(), "keys")
		copyFolder(t, dir, own, c)
		if _, err := OpenRing(own, both, 2027); err == nil {
			t.Errorf("%+v: what a server of all parts needs is there", part)
		}
		r, err := OpenRing(own, part, 2027)
		if err != nil {
			t.Fatalf("%+v: %v", part, err)
		}
		if r.Fingerprint() != whole.Fingerprint() {
			t.Errorf("%+v: another fingerprint", part)
		}
		if !r.For(number).Verify(Info{School: testInfo.School, Wave: number}, nonce, token) {
			t.Errorf("%+v: the ballot does not verify", part)
		}
		if part.Issuer && r.MAC(Code{"111111111J"}) != whole.MAC(Code{"111111111J"}) {
			t.Error("the issuer knows codes by other MACs")
		}
		if part.Collector {
			if opened, err := r.Open(sealed); err != nil || !slices.Equal(opened, nonce) {
				t.Errorf("the collector opens %x: %v", opened, err)
			}
		}
		if err := r.Rotate(2028); !errors.Is(err, ErrNoRotation) {
			t.Errorf("%+v made new keys: %v", part, err)
		}
		if err := r.Rotate(2027); err != nil {
			t.Errorf("%+v: keys that are there: %v", part, err)
		}
		if _, err := OpenRing(t.TempDir(), part, 2026); err == nil || !strings.Contains(err.Error(), "folgmed keys") {
			t.Errorf("%+v without keys: %v", part, err)
		}
	}
}

func copyFolder(t *testing.T, from, to string, but []string) {
	t.Helper()
	err := filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(from, path)
		if d.IsDir() {
			return os.MkdirAll(filepath.Join(to, rel), 0o700)
		}
		if slices.Contains(but, d.Name()) {
			return nil
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(to, rel), data, 0o600)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestRotation follows an installation over three school years: each wave has
// the keys of its year, before and after a restart, until no ballot can need
// them.
func TestRotation(t *testing.T) {
	dir := t.TempDir()
	r := newRing(t, dir, 2026)
	fingerprints := []string{r.Fingerprint()}
	type cast struct {
		info                 Info
		nonce, token, sealed []byte
	}
	var casts []cast
	for _, year := range []int{2026, 2027, 2028} {
		if err := r.Rotate(year); err != nil {
			t.Fatal(err)
		}
		if r.Fingerprint() != fingerprints[len(fingerprints)-1] {
			fingerprints = append(fingerprints, r.Fingerprint())
		}
		info := testInfo
		info.Wave = uint32(wave.FirstOf(year)) + 5
		c := cast{info: info}
		c.nonce, c.token = newToken(t, r.For(info.Wave), info)
		sealed, err := r.Chain().For(info.Wave).Seal(c.nonce)
		if err != nil {
			t.Fatal(err)
		}
		c.sealed = sealed
		casts = append(casts, c)
	}
	if len(fingerprints) != 3 {
		t.Fatalf("three school years have the fingerprints %v", fingerprints)
	}
	if got := r.Chain().For(uint32(wave.FirstOf(2020))).Fingerprint(); got != fingerprints[0] {
		t.Error("a wave before the first keys has not the first keys")
	}
	check := func(when string, r *Ring, alive ...bool) {
		t.Helper()
		if err := r.Chain().Check(); err != nil {
			t.Errorf("%s: %v", when, err)
		}
		for i, c := range casts {
			plain, err := r.Open(c.sealed)
			if opens := err == nil && slices.Equal(plain, c.nonce); opens != alive[i] {
				t.Errorf("%s: a ballot of year %d opens: %v, want %v", when, i, opens, alive[i])
			}
			if verifies := r.For(c.info.Wave).Verify(c.info, c.nonce, c.token); verifies != alive[i] {
				t.Errorf("%s: a ballot of year %d verifies: %v, want %v", when, i, verifies, alive[i])
			}
			if got := r.Chain().For(c.info.Wave).Fingerprint(); got != fingerprints[i] {
				t.Errorf("%s: year %d has the fingerprint %s, want %s", when, i, got, fingerprints[i])
			}
		}
	}
	check("at once", r, true, true, true)
	check("after a restart", newRing(t, dir, 2028), true, true, true)

	const after = 30 * 24 * time.Hour
	last := wave.FirstOf(2027) - 1
	forget := func(now time.Time, unreleased []wave.Number, want ...int) {
		t.Helper()
		got, err := r.Forget(now, after, unreleased)
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("at %v the keys of %v are forgotten, want %v (%v)", now, got, want, err)
		}
	}
	over := last.Seals().Add(after)
	forget(over.Add(-time.Second), nil)
	forget(over, []wave.Number{last})
	check("while a ballot may need them", r, true, true, true)
	forget(over, []wave.Number{last + 1}, 2026)
	check("after that", r, false, true, true)
	forget(over, nil)
	again := newRing(t, dir, 2028)
	check("after a restart without the first", again, false, true, true)
	if again.MAC(Code{"111111111J"}) != r.MAC(Code{"111111111J"}) {
		t.Error("codes have other MACs after the rotation")
	}
	if _, err := again.For(casts[0].info.Wave).evaluate(casts[0].info, nil); err == nil {
		t.Error("a ballot is issued with keys that are forgotten")
	}
	forget(over.AddDate(10, 0, 0), nil, 2027)
	check("ten years later the latest are kept", r, false, false, true)
}

// TestCrashInRotation leaves what a crash between two writes leaves.
func TestCrashInRotation(t *testing.T) {
	dir := t.TempDir()
	r := newRing(t, dir, 2026)
	if err := os.Mkdir(r.year(2027), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(r.year(2027), poprfFile), []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	r = newRing(t, dir, 2026)
	if err := r.Rotate(2027); err != nil {
		t.Fatal(err)
	}
	if got := newRing(t, dir, 2027); got.Fingerprint() != r.Fingerprint() || len(got.Chain().Keys) != 2 {
		t.Errorf("after a crash and a rotation: %+v", got.Chain())
	}
}

func TestChainIsChecked(t *testing.T) {
	r := newRing(t, t.TempDir(), 2026)
	for _, year := range []int{2027, 2029} {
		if err := r.Rotate(year); err != nil {
			t.Fatal(err)
		}
	}
	others := newRing(t, t.TempDir(), 2026)
	for want, change := range map[string]func(c *Chain){
		"":                   func(*Chain) {},
		"empty":              func(c *Chain) { c.Keys = nil },
		"stand after later":  func(c *Chain) { c.Keys[1].From = 2025 },
		"did not sign":       func(c *Chain) { c.Keys = slices.Delete(c.Keys, 1, 2) },
		"fingerprint is of":  func(c *Chain) { c.Keys[2].Fingerprint = c.Keys[1].Fingerprint },
		"from 2027 on":       func(c *Chain) { c.Keys[0] = others.Chain().Keys[0] },
		"from 2028 on":       func(c *Chain) { c.Keys[2].From = 2028 },
		"length":             func(c *Chain) { c.Keys[0].HPKE = c.Keys[0].HPKE[1:] },
		"2029 on: the keys":  func(c *Chain) { c.Keys[2].Signature[5] ^= 1 },
		"2027 on: the finge": func(c *Chain) { c.Keys[1].POPRF = slices.Clone(others.Public().POPRF) },
	} {
		data, err := json.Marshal(r.Chain())
		if err != nil {
			t.Fatal(err)
		}
		var c Chain
		if err := json.Unmarshal(data, &c); err != nil {
			t.Fatal(err)
		}
		change(&c)
		data, _ = json.Marshal(c)
		_, err = ParseChain(data)
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, got %v", want, err)
		}
	}
	if _, err := ParseChain([]byte(`{"keys": [], "more": 1}`)); err == nil {
		t.Error("an unknown field was taken")
	}
}

package ballot

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/folgmed/folgmed/internal/wave"
)

// Ring is the keys of every school year that a ballot may still need. Each
// year has a folder of its own beside keys.json; the key of the codes, which
// are all forgotten at the seal, stays the same. Its methods may be called from
// any goroutine.
type Ring struct {
	dir   string
	holds Holds
	code  []byte

	rotating sync.Mutex
	now      atomic.Pointer[generations]
}

// generations are a chain and beside each link its secrets: nil once they are
// forgotten.
type generations struct {
	chain   Chain
	secrets []*Keys
}

// Holds says which secrets a process needs, and so loads. One that holds both
// makes them where there are none, and makes the next year's.
type Holds struct {
	Issuer    bool // the key of ballots and that of codes
	Collector bool // the key of ballots, that of sealing and that of receipts
}

func (h Holds) all() bool { return h.Issuer && h.Collector }

// keysFile is the chain, in the folder of the keys. It holds no secret.
const keysFile = "keys.json"

// OpenRing reads the keys from the folder ballot in dir, or makes those of the
// school year if there are none. It refuses a file that others than its owner
// could read or change, and never replaces a missing one: printed slips and
// queued ballots would be worth nothing.
func OpenRing(dir string, holds Holds, schoolYear int) (*Ring, error) {
	r := &Ring{dir: filepath.Join(dir, "ballot"), holds: holds}
	err := r.load()
	if !errors.Is(err, errNoKeys) {
		return r, err
	}
	if !holds.all() {
		return nil, fmt.Errorf("there are no ballot keys in %s: make them with 'folgmed keys' and give each part its own", r.dir)
	}
	if err := createKeys(r.dir, schoolYear); err != nil {
		return nil, fmt.Errorf("create the ballot keys: %w", err)
	}
	return r, r.load()
}

// ReadChain reads the public keys of a data folder's keys, without any secret.
func ReadChain(dir string) (Chain, error) {
	data, err := os.ReadFile(filepath.Join(dir, "ballot", keysFile))
	if err != nil {
		return Chain{}, err
	}
	return ParseChain(data)
}

func (r *Ring) load() error {
	if _, err := os.Stat(r.dir); errors.Is(err, fs.ErrNotExist) {
		return errNoKeys
	}
	fault := func(err error) error { return fmt.Errorf("load the ballot keys: %w", err) }
	chain, err := ReadChain(filepath.Dir(r.dir))
	if errors.Is(err, fs.ErrNotExist) {
		return fault(fmt.Errorf("%s is missing, restore it from your backup", filepath.Join(r.dir, keysFile)))
	}
	if err != nil {
		return fault(fmt.Errorf("%s is damaged, restore it from your backup: %w", filepath.Join(r.dir, keysFile), err))
	}
	if r.holds.Issuer {
		if r.code, err = readSecret(filepath.Join(r.dir, codeFile)); err == nil && len(r.code) != 32 {
			err = damaged(filepath.Join(r.dir, codeFile), fmt.Errorf("%d bytes, want 32", len(r.code)))
		}
		if err != nil {
			return fault(err)
		}
	}
	g := &generations{chain: chain}
	for i, link := range chain.Keys {
		folder := r.year(link.From)
		_, err := os.Stat(folder)
		if errors.Is(err, fs.ErrNotExist) && i < len(chain.Keys)-1 {
			g.secrets = append(g.secrets, nil) // forgotten
			continue
		}
		keys, err := loadYear(folder, r.holds, link.PublicKeys)
		if err != nil {
			return fault(err)
		}
		g.secrets = append(g.secrets, keys)
	}
	r.now.Store(g)
	return nil
}

// CheckFiles holds the files against what was loaded from them: each is there,
// whole, for its owner alone to read, and no key was exchanged for another.
func (r *Ring) CheckFiles() error {
	again := &Ring{dir: r.dir, holds: r.holds}
	if err := again.load(); err != nil {
		return err
	}
	if !reflect.DeepEqual(again.Chain(), r.Chain()) {
		return fmt.Errorf("%s holds other keys than this server loaded: restart the server, or restore the file", filepath.Join(r.dir, keysFile))
	}
	return nil
}

func (r *Ring) year(from int) string { return filepath.Join(r.dir, strconv.Itoa(from)) }

// Chain is the public keys as of now.
func (r *Ring) Chain() Chain { return r.now.Load().chain }

// Public are the latest public keys.
func (r *Ring) Public() PublicKeys { return r.Chain().latest().PublicKeys }

// Fingerprint is that of the latest keys.
func (r *Ring) Fingerprint() string { return r.Chain().latest().Fingerprint }

// For are the keys of a wave's ballots; nil if they are forgotten, and then
// nothing verifies any more.
func (r *Ring) For(number uint32) *Keys {
	g := r.now.Load()
	return g.secrets[g.chain.index(number)]
}

// MAC is the code as it is stored.
func (r *Ring) MAC(c Code) CodeMAC { return keyed(r.code, codePurpose, c.chars) }

func (r *Ring) derive(purpose, of string) CodeMAC { return keyed(r.code, purpose, of) }

// Open opens a sealed ballot with whichever of the keys it is sealed to: what
// wave it is of stands inside.
func (r *Ring) Open(sealed []byte) ([]byte, error) {
	for _, keys := range slices.Backward(r.now.Load().secrets) {
		if keys == nil {
			continue
		}
		if plain, err := keys.Open(sealed); err == nil {
			return plain, nil
		}
	}
	return nil, errSealed
}

// ErrNoRotation says that a process does not hold what signs the next keys.
var ErrNoRotation = errors.New("the keys of this school year are not made yet: make them with 'folgmed keys' and give each part its own")

// Rotate makes the keys that hold from a school year on, signed by those before,
// if there are none from that year or later. Call it before the first code of
// that year is made: a slip bears the fingerprint of its wave's keys.
func (r *Ring) Rotate(schoolYear int) error {
	r.rotating.Lock()
	defer r.rotating.Unlock()
	g := r.now.Load()
	latest := g.chain.latest()
	if schoolYear <= latest.From {
		return nil
	}
	if !r.holds.all() {
		return ErrNoRotation
	}
	keys, err := NewKeys()
	if err != nil {
		return err
	}
	next := link(schoolYear, keys)
	next.Signature = g.secrets[len(g.secrets)-1].sign(linkMessage(schoolYear, keys.public))
	chain := Chain{append(slices.Clone(g.chain.Keys), next)}
	// A folder that the chain does not know was left by a crash, and used by
	// nobody.
	folder := r.year(schoolYear)
	if err := os.RemoveAll(folder); err != nil {
		return fmt.Errorf("make the keys from %d on: %w", schoolYear, err)
	}
	if err := writeYear(folder, keys); err != nil {
		return fmt.Errorf("make the keys from %d on: %w", schoolYear, err)
	}
	if err := writeChain(r.dir, chain); err != nil {
		return fmt.Errorf("make the keys from %d on: %w", schoolYear, err)
	}
	r.now.Store(&generations{chain, append(slices.Clone(g.secrets), keys)})
	return nil
}

// Forget removes the secrets of school years that no ballot can need any more:
// for so long after the seal of their last wave a lost receipt is asked for
// again. Waves that are not released keep theirs. It returns the years.
func (r *Ring) Forget(now time.Time, after time.Duration, unreleased []wave.Number) ([]int, error) {
	r.rotating.Lock()
	defer r.rotating.Unlock()
	g := r.now.Load()
	secrets := slices.Clone(g.secrets)
	var forgotten []int
	for i := range len(secrets) - 1 {
		last := wave.FirstOf(g.chain.Keys[i+1].From) - 1
		waits := slices.ContainsFunc(unreleased, func(n wave.Number) bool { return n <= last })
		if secrets[i] == nil || waits || now.Before(last.Seals().Add(after)) {
			continue
		}
		if err := os.RemoveAll(r.year(g.chain.Keys[i].From)); err != nil {
			return forgotten, fmt.Errorf("forget the keys from %d on: %w", g.chain.Keys[i].From, err)
		}
		secrets[i] = nil
		forgotten = append(forgotten, g.chain.Keys[i].From)
	}
	if len(forgotten) > 0 {
		r.now.Store(&generations{g.chain, secrets})
	}
	return forgotten, nil
}

func link(from int, k *Keys) YearKeys {
	return YearKeys{From: from, PublicKeys: k.public, Fingerprint: k.Fingerprint()}
}

// createKeys writes a folder of its own and renames it, so that there are all
// keys or none, whenever the power goes.
func createKeys(dir string, schoolYear int) (err error) {
	keys, err := NewKeys()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(dir), 0o700); err != nil {
		return err
	}
	tmp, err := os.MkdirTemp(filepath.Dir(dir), "ballot-new-") // mode 0700
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(tmp)) }() // gone already when all went well
	err = errors.Join(
		writeSecret(filepath.Join(tmp, codeFile), keys.code),
		writeYear(filepath.Join(tmp, strconv.Itoa(schoolYear)), keys),
		writeChain(tmp, Chain{[]YearKeys{link(schoolYear, keys)}}),
	)
	if err != nil {
		return err
	}
	if err := os.Rename(tmp, dir); err != nil {
		if _, lost := os.Stat(dir); lost == nil {
			return nil // another process was first; its keys are as good
		}
		return err
	}
	return syncDir(filepath.Dir(dir))
}

// writeYear writes the secrets of one school year.
func writeYear(folder string, k *Keys) error {
	poprf, err := k.poprf.MarshalBinary()
	if err != nil {
		return err
	}
	sealed, err := k.hpke.Bytes()
	if err != nil {
		return err
	}
	if err := os.Mkdir(folder, 0o700); err != nil {
		return err
	}
	return errors.Join(
		writeSecret(filepath.Join(folder, poprfFile), poprf),
		writeSecret(filepath.Join(folder, hpkeFile), sealed),
		writeSecret(filepath.Join(folder, receiptFile), k.receipt.Seed()),
		syncDir(folder),
	)
}

// writeChain puts a new keys.json in the place of the old at once.
func writeChain(dir string, c Chain) error {
	data, err := json.MarshalIndent(c, "", "  ")
	if err != nil {
		return err
	}
	tmp, err := os.CreateTemp(dir, "keys-new-")
	if err != nil {
		return err
	}
	_, err = tmp.Write(append(data, '\n'))
	if err := errors.Join(err, tmp.Chmod(0o644), tmp.Sync(), tmp.Close()); err != nil {
		return errors.Join(err, os.Remove(tmp.Name()))
	}
	if err := os.Rename(tmp.Name(), filepath.Join(dir, keysFile)); err != nil {
		return err
	}
	return syncDir(dir)
}

package ballot

import (
	"crypto/ecdh"
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/hpke"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/cloudflare/circl/oprf"
)

// The suite of the ballots and the KEM of the sealed ones.
var (
	suite = oprf.SuiteRistretto255
	kem   = hpke.DHKEM(ecdh.P256())
)

// Keys are the secrets of issuer and collector.
type Keys struct {
	poprf   *oprf.PrivateKey
	server  oprf.PartialObliviousServer
	hpke    hpke.PrivateKey
	receipt ed25519.PrivateKey
	code    []byte // HMAC key of the codes
	public  PublicKeys
}

// PublicKeys are what a tablet needs: to check the proof of a ballot, to seal
// an answer, to check a receipt.
type PublicKeys struct {
	POPRF   Bytes `json:"poprf"`   // 32 bytes, ristretto255
	HPKE    Bytes `json:"hpke"`    // 65 bytes, P-256 uncompressed
	Receipt Bytes `json:"receipt"` // 32 bytes, Ed25519
}

// Fingerprint is the first 80 bits of SHA-256 over the three keys, as 16
// Crockford characters. It stands on every slip, so a tablet can tell the
// school's keys from any others.
func (p PublicKeys) Fingerprint() string {
	h := sha256.New()
	h.Write(p.POPRF)
	h.Write(p.HPKE)
	h.Write(p.Receipt)
	return base32.NewEncoding(alphabet).WithPadding(base32.NoPadding).EncodeToString(h.Sum(nil)[:10])
}

// Public are the public halves.
func (k *Keys) Public() PublicKeys { return k.public }

// Fingerprint is that of the public keys.
func (k *Keys) Fingerprint() string { return k.public.Fingerprint() }

// MAC is the code as it is stored: whoever has the database alone can neither
// recognise a slip nor try all codes.
func (k *Keys) MAC(c Code) CodeMAC {
	h := hmac.New(sha256.New, k.code)
	h.Write([]byte("folgmed code v1\n" + c.chars))
	return CodeMAC(h.Sum(nil))
}

// NewKeys draws a set of keys.
func NewKeys() (*Keys, error) {
	secret := func() ([]byte, error) {
		b := make([]byte, 32)
		_, err := rand.Read(b)
		return b, err
	}
	poprf, err := oprf.GenerateKey(suite, rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("draw the ballot key: %w", err)
	}
	sealed, err := kem.GenerateKey()
	if err != nil {
		return nil, fmt.Errorf("draw the sealing key: %w", err)
	}
	seed, err := secret()
	if err != nil {
		return nil, fmt.Errorf("draw the receipt key: %w", err)
	}
	code, err := secret()
	if err != nil {
		return nil, fmt.Errorf("draw the code key: %w", err)
	}
	return assemble(poprf, sealed, ed25519.NewKeyFromSeed(seed), code)
}

// LoadOrCreateKeys reads the keys from the folder ballot in dir, one file per
// key, or draws them at the first start. It refuses a key that others than its
// owner could read or change, and never replaces a missing one: printed slips
// and queued ballots would be worth nothing.
func LoadOrCreateKeys(dir string) (*Keys, error) {
	dir = filepath.Join(dir, "ballot")
	keys, err := loadKeys(dir)
	if !errors.Is(err, errNoKeys) {
		return keys, err
	}
	if err := createKeys(dir); err != nil {
		return nil, fmt.Errorf("create the ballot keys: %w", err)
	}
	return loadKeys(dir)
}

// The key files, each one line of base64.
const (
	poprfFile   = "poprf.key"
	hpkeFile    = "hpke.key"
	receiptFile = "receipt.key"
	codeFile    = "code.key"
)

var errNoKeys = errors.New("no ballot keys")

func loadKeys(dir string) (*Keys, error) {
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		return nil, errNoKeys
	}
	secrets := map[string][]byte{}
	for _, name := range []string{poprfFile, hpkeFile, receiptFile, codeFile} {
		b, err := readSecret(filepath.Join(dir, name))
		if err != nil {
			return nil, fmt.Errorf("load the ballot keys: %w", err)
		}
		secrets[name] = b
	}
	fault := func(name string, err error) error {
		return fmt.Errorf("load the ballot keys: %s is damaged, restore it from your backup: %w", filepath.Join(dir, name), err)
	}
	poprf := new(oprf.PrivateKey)
	if err := poprf.UnmarshalBinary(suite, secrets[poprfFile]); err != nil {
		return nil, fault(poprfFile, err)
	}
	sealed, err := kem.NewPrivateKey(secrets[hpkeFile])
	if err != nil {
		return nil, fault(hpkeFile, err)
	}
	if n := len(secrets[receiptFile]); n != ed25519.SeedSize {
		return nil, fault(receiptFile, fmt.Errorf("%d bytes, want %d", n, ed25519.SeedSize))
	}
	if n := len(secrets[codeFile]); n != 32 {
		return nil, fault(codeFile, fmt.Errorf("%d bytes, want 32", n))
	}
	return assemble(poprf, sealed, ed25519.NewKeyFromSeed(secrets[receiptFile]), secrets[codeFile])
}

func assemble(poprf *oprf.PrivateKey, sealed hpke.PrivateKey, receipt ed25519.PrivateKey, code []byte) (*Keys, error) {
	// Public is computed on first use and then kept in the key; here, once,
	// before there is more than one goroutine.
	public, err := poprf.Public().MarshalBinary()
	if err != nil {
		return nil, fmt.Errorf("encode the ballot key: %w", err)
	}
	return &Keys{
		poprf:   poprf,
		server:  oprf.NewPartialObliviousServer(suite, poprf),
		hpke:    sealed,
		receipt: receipt,
		code:    code,
		public: PublicKeys{
			POPRF:   public,
			HPKE:    sealed.PublicKey().Bytes(),
			Receipt: Bytes(receipt.Public().(ed25519.PublicKey)),
		},
	}, nil
}

func readSecret(path string) ([]byte, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s is missing, restore it from your backup (a new one would void every printed slip)", path)
	}
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // only read
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if perm := info.Mode().Perm(); perm&0o077 != 0 {
		return nil, fmt.Errorf("%s can be read by others (mode %04o): run chmod 600 on it", path, perm)
	}
	text, err := io.ReadAll(io.LimitReader(f, 1024))
	if err != nil {
		return nil, err
	}
	b, err := base64.StdEncoding.DecodeString(strings.TrimSpace(string(text)))
	if err != nil {
		return nil, fmt.Errorf("%s is not base64, restore it from your backup", path)
	}
	return b, nil
}

// createKeys writes a folder of its own and renames it, so that there are four
// keys or none, whenever the power goes.
func createKeys(dir string) (err error) {
	keys, err := NewKeys()
	if err != nil {
		return err
	}
	poprf, err := keys.poprf.MarshalBinary()
	if err != nil {
		return err
	}
	sealed, err := keys.hpke.Bytes()
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
	for name, secret := range map[string][]byte{
		poprfFile: poprf, hpkeFile: sealed, receiptFile: keys.receipt.Seed(), codeFile: keys.code,
	} {
		if err := writeSecret(filepath.Join(tmp, name), secret); err != nil {
			return err
		}
	}
	if err := syncDir(tmp); err != nil {
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

func writeSecret(path string, secret []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.WriteString(base64.StdEncoding.EncodeToString(secret) + "\n")
	return errors.Join(err, f.Sync(), f.Close())
}

func syncDir(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

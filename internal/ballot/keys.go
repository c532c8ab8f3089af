package ballot

import (
	"bytes"
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

// Keys are the secrets of issuer and collector for the waves of a school year.
// A process that does not need one of them does not hold it.
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
func (k *Keys) MAC(c Code) CodeMAC { return keyed(k.code, codePurpose, c.chars) }

func (k *Keys) derive(purpose, of string) CodeMAC { return keyed(k.code, purpose, of) }

// For are the keys of any wave: one set of keys is a ring of one.
func (k *Keys) For(uint32) *Keys { return k }

// sign signs with the receipt key.
func (k *Keys) sign(message []byte) []byte { return ed25519.Sign(k.receipt, message) }

const codePurpose = "folgmed code v1\n"

// keyed is HMAC-SHA256 under the key of the codes, for one purpose.
func keyed(key []byte, purpose, of string) CodeMAC {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(purpose + of))
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

// The key files, each one line of base64.
const (
	poprfFile   = "poprf.key"
	hpkeFile    = "hpke.key"
	receiptFile = "receipt.key"
	codeFile    = "code.key"
)

var errNoKeys = errors.New("no ballot keys")

// loadYear reads the secrets of one school year that a process holds. Their
// public halves are known; each secret must be of its own.
func loadYear(folder string, holds Holds, public PublicKeys) (*Keys, error) {
	k := &Keys{public: public}
	read := func(name string, wants Bytes, parse func(secret []byte) ([]byte, error)) error {
		path := filepath.Join(folder, name)
		secret, err := readSecret(path)
		if err != nil {
			return err
		}
		got, err := parse(secret)
		if err == nil && !bytes.Equal(got, wants) {
			err = errors.New("it is not the secret of the key in " + keysFile)
		}
		if err != nil {
			return damaged(path, err)
		}
		return nil
	}
	err := read(poprfFile, public.POPRF, func(secret []byte) ([]byte, error) {
		k.poprf = new(oprf.PrivateKey)
		if err := k.poprf.UnmarshalBinary(suite, secret); err != nil {
			return nil, err
		}
		k.server = oprf.NewPartialObliviousServer(suite, k.poprf)
		// Public is computed on first use and then kept in the key; here, once,
		// before there is more than one goroutine.
		return k.poprf.Public().MarshalBinary()
	})
	if err != nil || !holds.Collector {
		return k, err
	}
	return k, errors.Join(
		read(hpkeFile, public.HPKE, func(secret []byte) (_ []byte, err error) {
			if k.hpke, err = kem.NewPrivateKey(secret); err != nil {
				return nil, err
			}
			return k.hpke.PublicKey().Bytes(), nil
		}),
		read(receiptFile, public.Receipt, func(secret []byte) ([]byte, error) {
			if len(secret) != ed25519.SeedSize {
				return nil, fmt.Errorf("%d bytes, want %d", len(secret), ed25519.SeedSize)
			}
			k.receipt = ed25519.NewKeyFromSeed(secret)
			return k.receipt.Public().(ed25519.PublicKey), nil
		}),
	)
}

func damaged(path string, err error) error {
	return fmt.Errorf("%s is damaged, restore it from your backup: %w", path, err)
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

package access

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/gorilla/securecookie"
)

// A session ends an hour after its last request, and ten hours after sign-in
// in any case: a staff room's machine is shared.
const (
	idleLife     = time.Hour
	absoluteLife = 10 * time.Hour
	// touchAfter is how old the mark of the last request may be before the
	// cookie is written anew.
	touchAfter = time.Minute
)

// session is what the cookie holds.
type session struct {
	ID     string
	Person string
	Made   time.Time
	Seen   time.Time
	Lent   time.Time `json:",omitzero"` // Person.Lent
}

func (s session) live(now time.Time) bool {
	return now.Sub(s.Made) < absoluteLife && now.Sub(s.Seen) < idleLife && !now.Before(s.Made)
}

// jar writes and reads cookies that are signed (HMAC-SHA256) and encrypted
// (AES-256), under a key in a file.
type jar struct {
	codec  *securecookie.SecureCookie
	key    []byte // of HMACs
	secure bool
}

const (
	keyFile   = "staff-session"
	hashBytes = 64
	keyBytes  = hashBytes + 32
)

func newJar(dir string, secure bool) (*jar, error) {
	key, err := sessionKey(dir)
	if err != nil {
		return nil, fmt.Errorf("session key: %w", err)
	}
	codec := securecookie.New(key[:hashBytes], key[hashBytes:])
	codec.SetSerializer(securecookie.JSONEncoder{})
	codec.MaxAge(0) // what is in a cookie says when it ends, by our own clock
	return &jar{codec, key[:hashBytes], secure}, nil
}

// sessionKey reads the key, or makes it. Of two processes that start at once
// on a new directory both end up with the same key: linking fails for the
// second.
func sessionKey(dir string) ([]byte, error) {
	name := filepath.Join(dir, keyFile)
	if _, err := os.Stat(name); errors.Is(err, fs.ErrNotExist) {
		if err := makeKey(dir, name); err != nil {
			return nil, err
		}
	}
	info, err := os.Stat(name)
	if err != nil {
		return nil, err
	}
	if info.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("%s can be read by others (mode %o): chmod 600 it, or delete it to sign everybody out", name, info.Mode().Perm())
	}
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	key, err := hex.DecodeString(strings.TrimSpace(string(text)))
	if err != nil || len(key) != keyBytes {
		return nil, fmt.Errorf("%s does not hold %d bytes in hex: delete it to sign everybody out", name, keyBytes)
	}
	return key, nil
}

func makeKey(dir, name string) (err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, keyFile+"-*") // mode 0600
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.Remove(f.Name())) }()
	key := make([]byte, keyBytes)
	_, _ = rand.Read(key) // never fails, by its contract
	_, err = f.WriteString(hex.EncodeToString(key) + "\n")
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Link(f.Name(), name); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return nil
}

// mac is how a secret is stored that is short enough to be tried out.
func (j *jar) mac(purpose, of string) string {
	h := hmac.New(sha256.New, j.key)
	h.Write([]byte(purpose + "\n" + of))
	return hex.EncodeToString(h.Sum(nil))
}

// name adds the prefix that makes a browser refuse the cookie from plain http.
func (j *jar) name(base string) string {
	if j.secure {
		return "__Secure-" + base
	}
	return base
}

// set writes a cookie that lasts until the browser is closed, or for life if
// that is not zero.
func (j *jar) set(w http.ResponseWriter, base, path string, v any, life time.Duration) error {
	text, err := j.codec.Encode(base, v)
	if err != nil {
		return fmt.Errorf("write cookie %s: %w", base, err)
	}
	http.SetCookie(w, j.cookie(base, path, text, int(life/time.Second)))
	return nil
}

// get reads a cookie; false if it is missing, or not ours.
func (j *jar) get(r *http.Request, base string, v any) bool {
	c, err := r.Cookie(j.name(base))
	return err == nil && j.codec.Decode(base, c.Value, v) == nil
}

func (j *jar) drop(w http.ResponseWriter, base, path string) {
	http.SetCookie(w, j.cookie(base, path, "", -1))
}

func (j *jar) cookie(base, path, value string, maxAge int) *http.Cookie {
	return &http.Cookie{ //nolint:gosec // Secure follows the listener: the demo is plain http on loopback
		Name: j.name(base), Value: value, Path: path, MaxAge: maxAge,
		HttpOnly: true, Secure: j.secure, SameSite: http.SameSiteLaxMode,
	}
}

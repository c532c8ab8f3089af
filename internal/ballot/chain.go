package ballot

import (
	"bytes"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/folgmed/folgmed/internal/wave"
)

// Chain is keys.json: the public keys of every school year that ever had some,
// each signed by the one before. Who trusts a fingerprint on a slip can follow
// the chain from it to any later one.
type Chain struct {
	Keys []YearKeys `json:"keys"`
}

// YearKeys is the public keys that hold from a school year on.
type YearKeys struct {
	From int `json:"from"` // the calendar year in which the school year begins
	PublicKeys
	Fingerprint string `json:"fingerprint"`
	Signature   Bytes  `json:"signature,omitempty"` // by the receipt key of the link before; the first has none
}

// linkMessage is what is signed: in lines, the label, the school year and then
// the three keys, whose lengths are fixed.
func linkMessage(from int, p PublicKeys) []byte {
	return slices.Concat([]byte("folgmed keys v1\n"+strconv.Itoa(from)+"\n"), p.POPRF, p.HPKE, p.Receipt)
}

// ParseChain reads a keys.json and checks it.
func ParseChain(data []byte) (Chain, error) {
	var c Chain
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&c); err != nil {
		return Chain{}, fmt.Errorf("read the list of keys: %w", err)
	}
	return c, c.Check()
}

// Check holds each link to the one before, or says which breaks the chain.
func (c Chain) Check() error {
	if len(c.Keys) == 0 {
		return errors.New("the list of keys is empty")
	}
	for i, l := range c.Keys {
		fault := func(what string) error { return fmt.Errorf("the keys from %d on: %s", l.From, what) }
		switch {
		case len(l.POPRF) != 32 || len(l.HPKE) != 65 || len(l.Receipt) != ed25519.PublicKeySize:
			return fault("a key has not the length of one")
		case l.Fingerprint != l.PublicKeys.Fingerprint():
			return fault("the fingerprint is of other keys")
		case i == 0:
			continue
		case l.From <= c.Keys[i-1].From:
			return fault("they stand after later ones")
		case !ed25519.Verify(ed25519.PublicKey(c.Keys[i-1].Receipt), linkMessage(l.From, l.PublicKeys), l.Signature):
			return fault("the keys before did not sign them")
		}
	}
	return nil
}

// For are the keys of a wave: the last ones from its school year or before, or
// the first there are. It panics on an empty chain.
func (c Chain) For(number uint32) PublicKeys { return c.Keys[c.index(number)].PublicKeys }

func (c Chain) index(number uint32) int {
	year := wave.Number(number).SchoolYear()
	i := len(c.Keys) - 1
	for i > 0 && c.Keys[i].From > year {
		i--
	}
	return i
}

// latest is the last link.
func (c Chain) latest() YearKeys { return c.Keys[len(c.Keys)-1] }

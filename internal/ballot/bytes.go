package ballot

import (
	"encoding/base64"
	"errors"
)

// Bytes travels in JSON as unpadded base64 in the URL alphabet.
type Bytes []byte

// MarshalText implements [encoding.TextMarshaler].
func (b Bytes) MarshalText() ([]byte, error) {
	return base64.RawURLEncoding.AppendEncode(nil, b), nil
}

// UnmarshalText implements [encoding.TextUnmarshaler]. Its error does not echo
// what it read.
func (b *Bytes) UnmarshalText(text []byte) error {
	out, err := base64.RawURLEncoding.Strict().AppendDecode(nil, text)
	if err != nil {
		return errors.New("not unpadded base64 in the URL alphabet")
	}
	*b = out
	return nil
}

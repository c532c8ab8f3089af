package ballot

import (
	"crypto/hpke"
	"errors"
	"fmt"
)

// sealing binds what is sealed to what it is for (the info of RFC 9180).
const sealing = "folgmed sealed ballot v1"

// errSealed says no more: what failed inside may depend on what was sealed.
var errSealed = errors.New("the ballot is not sealed to this installation's key")

// Seal encrypts a finished ballot to the collector (RFC 9180, base mode:
// DHKEM(P-256, HKDF-SHA256), HKDF-SHA256, AES-128-GCM). Whoever keeps it can
// hand it in but not open it. The result is the encapsulated key, 65 bytes,
// and the ciphertext, 16 bytes longer than what was sealed.
func (p PublicKeys) Seal(plain []byte) (Bytes, error) {
	key, err := kem.NewPublicKey(p.HPKE)
	if err != nil {
		return nil, fmt.Errorf("read the sealing key: %w", err)
	}
	sealed, err := hpke.Seal(key, hpke.HKDFSHA256(), hpke.AES128GCM(), []byte(sealing), plain)
	if err != nil {
		return nil, fmt.Errorf("seal a ballot: %w", err)
	}
	return sealed, nil
}

// Open is the collector's side of Seal.
func (k *Keys) Open(sealed []byte) ([]byte, error) {
	plain, err := hpke.Open(k.hpke, hpke.HKDFSHA256(), hpke.AES128GCM(), []byte(sealing), sealed)
	if err != nil {
		return nil, errSealed
	}
	return plain, nil
}

package ballot

import (
	"crypto/ed25519"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/cloudflare/circl/group"
	"github.com/cloudflare/circl/oprf"
)

// Sizes of what a ballot is made of, in bytes.
const (
	NonceSize   = 32
	ElementSize = 32 // blinded and evaluated
	TokenSize   = ElementSize
	ProofSize   = 64 // c ‖ s
)

// NullifierOf is what stays of a nonce once it is used.
func NullifierOf(nonce []byte) Nullifier {
	return sha256.Sum256(append([]byte("folgmed nullifier v1\n"), nonce...))
}

// Evaluation is the issuer's answer to a blinded nonce: the evaluated element,
// and the proof that it was made with the published key and this info.
type Evaluation struct {
	Evaluated Bytes
	Proof     Bytes
}

// parseBlinded refuses what is no element, and the identity, for which every
// key gives the same answer.
func parseBlinded(b []byte) (oprf.Blinded, error) {
	if len(b) != ElementSize {
		return nil, fail(Malformed, "blinded element of %d bytes, want %d", len(b), ElementSize)
	}
	e := suite.Group().NewElement()
	if err := e.UnmarshalBinary(b); err != nil || e.IsIdentity() {
		return nil, fail(Malformed, "the blinded element is not one of the group")
	}
	return e, nil
}

// evaluate gives the same element for the same input, under a fresh proof.
func (k *Keys) evaluate(info Info, blinded oprf.Blinded) (Evaluation, error) {
	if k == nil {
		return Evaluation{}, errors.New("evaluate a ballot: the keys of its wave are forgotten")
	}
	e, err := k.server.Evaluate(&oprf.EvaluationRequest{Elements: []group.Element{blinded}}, info.Bytes())
	if err != nil {
		return Evaluation{}, fmt.Errorf("evaluate a ballot: %w", err)
	}
	evaluated, err := e.Elements[0].MarshalBinaryCompress()
	if err != nil {
		return Evaluation{}, fmt.Errorf("encode a ballot: %w", err)
	}
	proof, err := e.Proof.MarshalBinary()
	if err != nil {
		return Evaluation{}, fmt.Errorf("encode a ballot's proof: %w", err)
	}
	return Evaluation{evaluated, proof}, nil
}

// Verify reports whether the token is the ballot of this nonce under this
// info. It takes constant time in the token.
//
// The token is the unblinded element. The last step of RFC 9497, a hash over
// nonce, info and element, is taken here and not on the tablet, which by then
// can no longer read the nonce: it is sealed with the answers.
func (k *Keys) Verify(info Info, nonce, token []byte) bool {
	return k != nil && len(nonce) == NonceSize && len(token) == TokenSize &&
		k.server.VerifyFinalize(nonce, info.Bytes(), finalHash(nonce, info.Bytes(), token))
}

// finalHash is the output of the POPRF (RFC 9497, 3.3.3):
//
//	SHA-512(len(nonce) ‖ nonce ‖ len(info) ‖ info ‖ len(element) ‖ element ‖ "Finalize")
//
// with lengths of two bytes, the first the higher.
func finalHash(nonce, info, element []byte) []byte {
	h := sha512.New()
	for _, part := range [][]byte{nonce, info, element} {
		h.Write(binary.BigEndian.AppendUint16(nil, uint16(len(part))))
		h.Write(part)
	}
	h.Write([]byte("Finalize"))
	return h.Sum(nil)
}

// Receipt is an Ed25519 signature over a nullifier and nothing else: not over
// the answers, of which there are so few that a hash would give them away.
type Receipt [ed25519.SignatureSize]byte

// MarshalText implements [encoding.TextMarshaler].
func (r Receipt) MarshalText() ([]byte, error) { return Bytes(r[:]).MarshalText() }

// UnmarshalText implements [encoding.TextUnmarshaler].
func (r *Receipt) UnmarshalText(text []byte) error {
	var b Bytes
	if err := b.UnmarshalText(text); err != nil {
		return err
	}
	if len(b) != len(r) {
		return fmt.Errorf("receipt of %d bytes, want %d", len(b), len(r))
	}
	*r = Receipt(b)
	return nil
}

func receiptMessage(n Nullifier) []byte {
	return append([]byte("folgmed receipt v1\n"), n[:]...)
}

// Receipt signs that the ballot of this nullifier is counted. The same
// nullifier always has the same receipt.
func (k *Keys) Receipt(n Nullifier) Receipt {
	return Receipt(ed25519.Sign(k.receipt, receiptMessage(n)))
}

// VerifyReceipt reports whether r is the receipt of n.
func (p PublicKeys) VerifyReceipt(n Nullifier, r Receipt) bool {
	return len(p.Receipt) == ed25519.PublicKeySize &&
		ed25519.Verify(ed25519.PublicKey(p.Receipt), receiptMessage(n), r[:])
}

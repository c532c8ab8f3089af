package ballot

import (
	"crypto/sha256"
	"slices"
	"strings"
	"testing"
)

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

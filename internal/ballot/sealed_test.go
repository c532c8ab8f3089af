package ballot

import (
	"bytes"
	"slices"
	"testing"
)

func TestSealedIsOpenedByItsKeyAlone(t *testing.T) {
	keys := newKeys(t)
	plain := []byte(`{"options":[1,2,3]}`)
	seal := func() []byte {
		t.Helper()
		sealed, err := keys.Public().Seal(plain)
		if err != nil {
			t.Fatal(err)
		}
		return sealed
	}
	sealed := seal()
	if want := 65 + len(plain) + 16; len(sealed) != want {
		t.Errorf("%d bytes, want %d: the length must tell nothing but that of what is sealed", len(sealed), want)
	}
	if bytes.Contains(sealed, plain[:8]) || bytes.Equal(sealed, seal()) {
		t.Error("a sealed ballot can be recognised")
	}
	if got, err := keys.Open(sealed); err != nil || !bytes.Equal(got, plain) {
		t.Errorf("opened %q, %v", got, err)
	}
	if _, err := newKeys(t).Open(sealed); err == nil {
		t.Error("other keys open it")
	}
	for n := range sealed { // the encapsulated key, the ciphertext and the tag
		changed := slices.Clone(sealed)
		changed[n] ^= 1
		if _, err := keys.Open(changed); err == nil {
			t.Errorf("it opens with byte %d changed", n)
		}
	}
	for _, short := range [][]byte{nil, sealed[:64], sealed[:65], sealed[:len(sealed)-1]} {
		if _, err := keys.Open(short); err == nil {
			t.Errorf("it opens when cut to %d bytes", len(short))
		}
	}
	if _, err := (PublicKeys{HPKE: make([]byte, 65)}).Seal(plain); err == nil {
		t.Error("a key that is no point seals")
	}
}

func BenchmarkOpen(b *testing.B) {
	keys := newKeys(b)
	sealed, err := keys.Public().Seal(make([]byte, 700))
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := keys.Open(sealed); err != nil {
			b.Fatal(err)
		}
	}
}

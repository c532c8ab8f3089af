package ballot

import (
	"crypto/rand"
	"encoding/json"
	"slices"
	"testing"
)

var testInfo = Info{
	Owner: "987654321", School: "912345678", Class: "7B",
	Wave: 140, Questionnaire: "grades-5-7", Version: 2, Attempt: 1,
}

func TestInfoBytes(t *testing.T) {
	const want = "folgmed ballot v1\n987654321\n912345678\n7B\n140\ngrades-5-7\n2\n1"
	if got := string(testInfo.Bytes()); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func newKeys(t testing.TB) *Keys {
	t.Helper()
	keys, err := NewKeys()
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

// newToken is a ballot as a tablet makes it.
func newToken(t testing.TB, k *Keys, info Info) (nonce, token []byte) {
	t.Helper()
	nonce = make([]byte, NonceSize)
	if _, err := rand.Read(nonce); err != nil {
		t.Fatal(err)
	}
	blinded, err := k.Public().Blind(nonce)
	if err != nil {
		t.Fatal(err)
	}
	element, err := parseBlinded(blinded.Request)
	if err != nil {
		t.Fatal(err)
	}
	e, err := k.evaluate(info, element)
	if err != nil {
		t.Fatal(err)
	}
	if len(e.Evaluated) != ElementSize || len(e.Proof) != ProofSize {
		t.Fatalf("element of %d and proof of %d bytes, want %d and %d", len(e.Evaluated), len(e.Proof), ElementSize, ProofSize)
	}
	token, ok := blinded.Token(info, e)
	if !ok {
		t.Fatal("the proof does not hold")
	}
	return nonce, token
}

func TestVerify(t *testing.T) {
	keys := newKeys(t)
	nonce, token := newToken(t, keys, testInfo)
	if !keys.Verify(testInfo, nonce, token) {
		t.Fatal("an issued ballot does not verify")
	}
	for name, change := range map[string]func(*Info){
		"owner":         func(i *Info) { i.Owner = "987654322" },
		"school":        func(i *Info) { i.School = "912345679" },
		"class":         func(i *Info) { i.Class = "7A" },
		"wave":          func(i *Info) { i.Wave++ },
		"questionnaire": func(i *Info) { i.Questionnaire = "grades-8-13" },
		"version":       func(i *Info) { i.Version++ },
		"attempt":       func(i *Info) { i.Attempt++ },
	} {
		other := testInfo
		change(&other)
		if keys.Verify(other, nonce, token) {
			t.Errorf("the ballot verifies for another %s", name)
		}
	}
	flip := func(b []byte) []byte {
		b = slices.Clone(b)
		b[len(b)-1] ^= 1
		return b
	}
	switch {
	case keys.Verify(testInfo, flip(nonce), token):
		t.Error("the ballot verifies with another nonce")
	case keys.Verify(testInfo, nonce, flip(token)):
		t.Error("the ballot verifies with a changed token")
	case keys.Verify(testInfo, nonce[1:], token), keys.Verify(testInfo, nonce, token[1:]), keys.Verify(testInfo, nil, nil):
		t.Error("a shortened ballot verifies")
	case newKeys(t).Verify(testInfo, nonce, token):
		t.Error("the ballot verifies under other keys")
	}
}

func TestBlindedElementIsChecked(t *testing.T) {
	identity, err := suite.Group().Identity().MarshalBinaryCompress()
	if err != nil {
		t.Fatal(err)
	}
	for name, b := range map[string][]byte{
		"empty": nil, "short": make([]byte, 31), "long": make([]byte, 33),
		"identity": identity, "not canonical": slices.Repeat([]byte{0xff}, 32),
	} {
		if _, err := parseBlinded(b); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func TestReceipt(t *testing.T) {
	keys := newKeys(t)
	n := NullifierOf(make([]byte, NonceSize))
	r := keys.Receipt(n)
	if r != keys.Receipt(n) {
		t.Error("the same nullifier has two receipts")
	}
	public := keys.Public()
	if !public.VerifyReceipt(n, r) {
		t.Error("the receipt does not verify")
	}
	text, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	var back Receipt
	if err := json.Unmarshal(text, &back); err != nil || back != r {
		t.Errorf("the receipt does not survive JSON: %v", err)
	}
	other := NullifierOf(make([]byte, NonceSize+1))
	if public.VerifyReceipt(other, r) {
		t.Error("the receipt verifies for another ballot")
	}
	if newKeys(t).Public().VerifyReceipt(n, r) || (PublicKeys{}).VerifyReceipt(n, r) {
		t.Error("the receipt verifies under other keys")
	}
}

func BenchmarkVerify(b *testing.B) {
	keys := newKeys(b)
	nonce, token := newToken(b, keys, testInfo)
	for b.Loop() {
		if !keys.Verify(testInfo, nonce, token) {
			b.Fatal("refused")
		}
	}
}

func BenchmarkEvaluate(b *testing.B) {
	keys := newKeys(b)
	element := suite.Group().RandomElement(rand.Reader)
	for b.Loop() {
		if _, err := keys.evaluate(testInfo, element); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkReceipt(b *testing.B) {
	keys := newKeys(b)
	n := NullifierOf(nil)
	for b.Loop() {
		keys.Receipt(n)
	}
}

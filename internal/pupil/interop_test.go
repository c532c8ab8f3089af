package pupil_test

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	crand "crypto/rand"

	"github.com/cloudflare/circl/oprf"

	"github.com/folgmed/folgmed/internal/ballot"
	"github.com/folgmed/folgmed/internal/wave"
)

// tablet runs the app's own TypeScript in Node.
type tablet struct {
	t   *testing.T
	in  io.Writer
	out *bufio.Reader
}

func newTablet(t *testing.T) *tablet {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "node", "interop.mjs")
	cmd.Dir = "app"
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatalf("run the app's code in Node (make build installs what it needs): %v", err)
	}
	t.Cleanup(func() {
		in.Close()
		cmd.Wait()
	})
	return &tablet{t, in, bufio.NewReader(out)}
}

// ask sends one request and reads the reply into v.
func (n *tablet) ask(v any, what string, args map[string]any) {
	n.t.Helper()
	request := map[string]any{"ask": what}
	for k, a := range args {
		request[k] = a
	}
	line, err := json.Marshal(request)
	if err != nil {
		n.t.Fatal(err)
	}
	if _, err := n.in.Write(append(line, '\n')); err != nil {
		n.t.Fatalf("ask the tablet's code (run make build first): %v", err)
	}
	reply, err := n.out.ReadBytes('\n')
	if err != nil {
		n.t.Fatalf("%s: the tablet's code gave no reply: %v", what, err)
	}
	if err := json.Unmarshal(reply, v); err != nil {
		n.t.Fatalf("%s: %v in %s", what, err, reply)
	}
}

// Tablet and server agree on which codes are well-formed, whatever a finger
// does to them.
func TestCodesAreReadAlike(t *testing.T) {
	node := newTablet(t)
	const characters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
	r := rand.New(rand.NewPCG(1, 2)) // any seed will do
	typed := []string{"", "0", "0000000000", "UUUUUUUUUU", "00000 00000", "ooooo-ooooo"}
	for n := range 50 {
		code, err := ballot.NewCode(crand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		right := code.String()
		if n%2 == 1 {
			right = onBoard(right)
		}
		typed = append(typed, right, right[:4]+"-"+right[4:], strings.ToLower(right), " "+right[:3]+"-"+right[3:],
			strings.NewReplacer("0", "o", "1", "l").Replace(right), right[1:], right+"0")
		slip := []byte(right)
		slip[r.IntN(len(slip))] = characters[r.IntN(len(characters))]
		typed = append(typed, string(slip))
		swap := []byte(right)
		i := r.IntN(len(swap) - 1)
		swap[i], swap[i+1] = swap[i+1], swap[i]
		typed = append(typed, string(swap))
	}
	for _, s := range typed {
		var got bool
		node.ask(&got, "code", map[string]any{"typed": s})
		_, err := ballot.ParseCode(s)
		if want := err == nil; got != want {
			t.Errorf("%q: the tablet says %v, the server %v (%v)", s, got, want, err)
		}
	}
}

// onBoard is a code of eight characters that begins like this one.
func onBoard(code string) string {
	for _, last := range "0123456789ABCDEFGHJKMNPQRSTVWXYZ" {
		if c, err := ballot.ParseCode(code[:7] + string(last)); err == nil {
			return c.String()
		}
	}
	panic("no check character fits")
}

func TestLinkIsRead(t *testing.T) {
	node := newTablet(t)
	for _, test := range []struct {
		hash string
		want any
	}{
		{"", nil},
		{"#", nil},
		{"#abcde-12345.0123456789ABCDEF", map[string]any{"code": "ABCDE12345", "fingerprint": "0123456789ABCDEF"}},
		{"#ABCDE12345", map[string]any{"code": "ABCDE12345", "fingerprint": ""}},
	} {
		var got any
		node.ask(&got, "link", map[string]any{"hash": test.hash})
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%q (-want +got):\n%s", test.hash, diff)
		}
	}
}

func TestWeeksAreThoseOfTheCalendar(t *testing.T) {
	node := newTablet(t)
	for n := range 600 { // eleven years, with three of 53 weeks
		var got struct{ Week, Year int }
		node.ask(&got, "week", map[string]any{"wave": n})
		year, week := wave.Epoch.Add(time.Duration(n) * 7 * 24 * time.Hour).ISOWeek()
		if got.Week != week || got.Year != year {
			t.Errorf("wave %d: week %d of %d, want %d of %d", n, got.Week, got.Year, week, year)
		}
	}
}

func TestFingerprintIsThatOfTheSlips(t *testing.T) {
	node := newTablet(t)
	for range 20 {
		keys := mustKeys(t)
		public := keys.Public()
		var got string
		node.ask(&got, "fingerprint", map[string]any{"keys": []ballot.Bytes{public.POPRF, public.HPKE, public.Receipt}})
		if got != keys.Fingerprint() {
			t.Errorf("fingerprint %s, want %s", got, keys.Fingerprint())
		}
	}
}

// The tablet follows the chain that the server writes, forwards and only over
// good signatures.
func TestChainLeadsOnTheTablet(t *testing.T) {
	node := newTablet(t)
	ring, err := ballot.OpenRing(t.TempDir(), ballot.Holds{Issuer: true, Collector: true}, 2025)
	if err != nil {
		t.Fatal(err)
	}
	for _, year := range []int{2026, 2028} {
		if err := ring.Rotate(year); err != nil {
			t.Fatal(err)
		}
	}
	keys := ring.Chain().Keys
	other := mustKeys(t)
	for _, test := range []struct {
		name   string
		from   int
		change func(keys []ballot.YearKeys) []ballot.YearKeys
		want   bool
	}{
		{"from the first year", 0, nil, true},
		{"from the year before", 1, nil, true},
		{"without the years before", 1, func(k []ballot.YearKeys) []ballot.YearKeys { return k[1:] }, true},
		{"from unknown keys", -1, nil, false},
		{"a year left out", 0, func(k []ballot.YearKeys) []ballot.YearKeys { return slices.Delete(k, 1, 2) }, false},
		{"backwards", 1, func(k []ballot.YearKeys) []ballot.YearKeys { k[1], k[2] = k[2], k[1]; return k }, false},
		{"a year that was not signed", 0, func(k []ballot.YearKeys) []ballot.YearKeys { k[2].From++; return k }, false},
		{"no signature", 0, func(k []ballot.YearKeys) []ballot.YearKeys { k[2].Signature = nil; return k }, false},
		{"other keys between", 0, func(k []ballot.YearKeys) []ballot.YearKeys { k[1].PublicKeys = other.Public(); return k }, false},
		{"a part of one key put to the next", 0, func(k []ballot.YearKeys) []ballot.YearKeys {
			k[1].POPRF, k[1].HPKE = k[1].POPRF[:31], slices.Concat(k[1].POPRF[31:], k[1].HPKE)
			return k
		}, false},
		{"nothing", 0, func([]ballot.YearKeys) []ballot.YearKeys { return nil }, false},
	} {
		chain := ballot.Chain{Keys: slices.Clone(keys)}
		if test.change != nil {
			chain.Keys = test.change(chain.Keys)
		}
		from := other.Fingerprint()
		if test.from >= 0 {
			from = keys[test.from].Fingerprint
		}
		var got bool
		node.ask(&got, "leads", map[string]any{"chain": chain, "from": from, "to": keys[2].Fingerprint})
		if got != test.want {
			t.Errorf("%s: it leads to the last year's keys: %v, want %v", test.name, got, test.want)
		}
	}
	var back bool
	node.ask(&back, "leads", map[string]any{"chain": ring.Chain(), "from": keys[2].Fingerprint, "to": keys[1].Fingerprint})
	if back {
		t.Error("new keys lead to old ones")
	}
}

// The tablet's ballot is one the server counts, and the tablet refuses an
// issuer that used another key or another info: a marked ballot.
func TestBallotsAreMadeAlike(t *testing.T) {
	node := newTablet(t)
	info := ballot.Info{
		Owner: "974567890", School: "974567891", Class: "5Å+6Ø «gul»", Wave: 151,
		Questionnaire: "grades-5-7", Version: 1, Attempt: 2,
	}
	suite := oprf.SuiteRistretto255
	keys, secrets := knownKeys(t)
	key := new(oprf.PrivateKey)
	if err := key.UnmarshalBinary(suite, secrets("poprf.key")); err != nil {
		t.Fatal(err)
	}
	server := oprf.NewPartialObliviousServer(suite, key)
	otherInfo := info
	otherInfo.Wave++

	for _, test := range []struct {
		name   string
		issuer oprf.PartialObliviousServer
		info   ballot.Info
		harm   func(proof []byte)
		taken  bool
	}{
		{"honest", server, info, nil, true},
		{"a key of its own", oprf.NewPartialObliviousServer(suite, mustPOPRFKey(t)), info, nil, false},
		{"an info of its own", server, otherInfo, nil, false},
		{"a broken proof", server, info, func(proof []byte) { proof[40] ^= 1 }, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			var made struct{ Blinded, Nonce ballot.Bytes }
			node.ask(&made, "blind", map[string]any{"info": info, "key": keys.Public().POPRF})
			element := suite.Group().NewElement()
			if err := element.UnmarshalBinary(made.Blinded); err != nil {
				t.Fatalf("blinded element: %v", err)
			}
			e, err := test.issuer.Evaluate(&oprf.EvaluationRequest{Elements: []oprf.Blinded{element}}, test.info.Bytes())
			if err != nil {
				t.Fatal(err)
			}
			evaluated, err := e.Elements[0].MarshalBinaryCompress()
			if err != nil {
				t.Fatal(err)
			}
			proof, err := e.Proof.MarshalBinary()
			if err != nil {
				t.Fatal(err)
			}
			if test.harm != nil {
				test.harm(proof)
			}
			var token *ballot.Bytes
			node.ask(&token, "token", map[string]any{"evaluated": ballot.Bytes(evaluated), "proof": ballot.Bytes(proof)})
			if taken := token != nil; taken != test.taken {
				t.Fatalf("taken: %v, want %v", taken, test.taken)
			}
			if test.taken && !keys.Verify(info, made.Nonce, *token) {
				t.Error("the server does not know the ballot it issued")
			}
		})
	}
}

// What the tablet seals the collector opens, and nobody else. A third
// implementation opens what either of them sealed.
func TestBallotsAreSealedAlike(t *testing.T) {
	node := newTablet(t)
	keys, secrets := knownKeys(t)
	const label = "folgmed sealed ballot v1"
	for _, size := range []int{0, 1, 700, 5000} {
		plain := make(ballot.Bytes, size)
		if _, err := crand.Read(plain); err != nil {
			t.Fatal(err)
		}
		var onTablet ballot.Bytes
		node.ask(&onTablet, "seal", map[string]any{"key": keys.Public().HPKE, "info": label, "plain": plain})
		if got, err := keys.Open(onTablet); err != nil || !bytes.Equal(got, plain) {
			t.Errorf("%d bytes: the collector can not open what the tablet sealed: %v", size, err)
		}
		inGo, err := keys.Public().Seal(plain)
		if err != nil {
			t.Fatal(err)
		}
		for by, sealed := range map[string]ballot.Bytes{"the tablet": onTablet, "Go": inGo} {
			var opened ballot.Bytes
			node.ask(&opened, "open", map[string]any{"secret": ballot.Bytes(secrets("hpke.key")), "info": label, "sealed": sealed})
			if !bytes.Equal(opened, plain) {
				t.Errorf("%d bytes: @hpke/core can not open what %s sealed", size, by)
			}
		}
		if _, err := mustKeys(t).Open(onTablet); err == nil {
			t.Errorf("%d bytes: other keys open what the tablet sealed", size)
		}
		onTablet[len(onTablet)-1] ^= 1
		if _, err := keys.Open(onTablet); err == nil {
			t.Errorf("%d bytes: an altered ballot opens", size)
		}
	}
	var forAnother ballot.Bytes
	node.ask(&forAnother, "seal", map[string]any{"key": keys.Public().HPKE, "info": "something else", "plain": ballot.Bytes("x")})
	if _, err := keys.Open(forAnother); err == nil {
		t.Error("what was sealed for another purpose opens as a ballot")
	}
}

// knownKeys are keys of which the test may read the secrets.
func knownKeys(t *testing.T) (keys *ballot.Keys, secret func(file string) []byte) {
	t.Helper()
	dir := t.TempDir()
	ring, err := ballot.OpenRing(dir, ballot.Holds{Issuer: true, Collector: true}, 2026)
	if err != nil {
		t.Fatal(err)
	}
	return ring.For(140), func(file string) []byte {
		t.Helper()
		text, err := os.ReadFile(filepath.Join(dir, "ballot", "2026", file))
		if err != nil {
			t.Fatal(err)
		}
		b, err := base64.StdEncoding.DecodeString(strings.TrimSpace(string(text)))
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
}

func TestOnlyTheCollectorsReceiptCounts(t *testing.T) {
	node := newTablet(t)
	keys, nonce := mustKeys(t), make([]byte, ballot.NonceSize)
	for i := range nonce {
		nonce[i] = byte(i)
	}
	receipt := keys.Receipt(ballot.NullifierOf(nonce))
	harmed := receipt
	harmed[0] ^= 1
	for _, test := range []struct {
		name    string
		receipt ballot.Receipt
		key     ballot.Bytes
		want    bool
	}{
		{"its own", receipt, keys.Public().Receipt, true},
		{"harmed", harmed, keys.Public().Receipt, false},
		{"of another key", receipt, mustKeys(t).Public().Receipt, false},
		{"of another ballot", keys.Receipt(ballot.NullifierOf(nonce[1:])), keys.Public().Receipt, false},
	} {
		var got bool
		node.ask(&got, "receipt", map[string]any{"receipt": test.receipt, "nonce": ballot.Bytes(nonce), "key": test.key})
		if got != test.want {
			t.Errorf("%s: taken %v, want %v", test.name, got, test.want)
		}
	}
}

func mustKeys(t *testing.T) *ballot.Keys {
	t.Helper()
	keys, err := ballot.NewKeys()
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

func mustPOPRFKey(t *testing.T) *oprf.PrivateKey {
	t.Helper()
	key, err := oprf.GenerateKey(oprf.SuiteRistretto255, crand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

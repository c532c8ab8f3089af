package collect

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"github.com/cloudflare/circl/oprf"
	"go.uber.org/goleak"

	"github.com/folgmed/folgmed/internal/answer"
	"github.com/folgmed/folgmed/internal/ballot"
	"github.com/folgmed/folgmed/internal/commit"
	"github.com/folgmed/folgmed/internal/wave"
	"github.com/folgmed/folgmed/surveys"
)

// issuer makes ballots without the protocol: it has the issuer's secret.
type issuer struct {
	keys   *ballot.Keys
	secret oprf.PartialObliviousServer
}

func newIssuer(t testing.TB) issuer {
	t.Helper()
	dir := t.TempDir()
	ring, err := ballot.OpenRing(dir, ballot.Holds{Issuer: true, Collector: true}, 2026)
	if err != nil {
		t.Fatal(err)
	}
	keys := ring.For(140)
	text, err := os.ReadFile(filepath.Join(dir, "ballot", "2026", "poprf.key"))
	if err != nil {
		t.Fatal(err)
	}
	scalar, err := base64.StdEncoding.DecodeString(strings.TrimSpace(string(text)))
	if err != nil {
		t.Fatal(err)
	}
	secret := new(oprf.PrivateKey)
	if err := secret.UnmarshalBinary(oprf.SuiteRistretto255, scalar); err != nil {
		t.Fatal(err)
	}
	return issuer{keys, oprf.NewPartialObliviousServer(oprf.SuiteRistretto255, secret)}
}

// ballot is an unsealed ballot of pupil n and its token, with answers that may
// be any JSON.
func (i issuer) ballot(t testing.TB, info ballot.Info, n int, items, options string) []byte {
	t.Helper()
	nonce := sha256.Sum256(fmt.Appendf(nil, "pupil %d", n))
	text, err := json.Marshal(map[string]any{
		"info": info, "nonce": ballot.Bytes(nonce[:]), "token": i.token(t, info, nonce[:]),
		"items": json.RawMessage(items), "options": json.RawMessage(options),
	})
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// token is issued as to a tablet.
func (i issuer) token(t testing.TB, info ballot.Info, nonce []byte) ballot.Bytes {
	t.Helper()
	blinded, err := i.keys.Public().Blind(nonce)
	if err != nil {
		t.Fatal(err)
	}
	element := oprf.SuiteRistretto255.Group().NewElement()
	if err := element.UnmarshalBinary(blinded.Request); err != nil {
		t.Fatal(err)
	}
	made, err := i.secret.Evaluate(&oprf.EvaluationRequest{Elements: []oprf.Blinded{element}}, info.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	evaluated, err := made.Elements[0].MarshalBinaryCompress()
	if err != nil {
		t.Fatal(err)
	}
	proof, err := made.Proof.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	token, ok := blinded.Token(info, ballot.Evaluation{Evaluated: evaluated, Proof: proof})
	if !ok {
		t.Fatal("the proof does not hold")
	}
	return token
}

// seal makes of a ballot what a tablet sends. What is no ballot stays as it is.
func (i issuer) seal(t testing.TB, text []byte) []byte {
	t.Helper()
	var plain map[string]json.RawMessage
	if json.Unmarshal(text, &plain) != nil || plain["token"] == nil {
		return text
	}
	token := plain["token"]
	delete(plain, "token")
	inner, err := json.Marshal(plain)
	if err != nil {
		t.Fatal(err)
	}
	return i.sealed(t, inner, token)
}

func (i issuer) sealed(t testing.TB, plain []byte, token json.RawMessage) []byte {
	t.Helper()
	sealed, err := i.keys.Public().Seal(plain)
	if err != nil {
		t.Fatal(err)
	}
	out, err := json.Marshal(map[string]any{"sealed": sealed, "token": token})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// plan is what one class is asked, by wave. Its states may change under way.
type plan struct {
	mu    sync.Mutex
	waves map[wave.Number]wave.Ask
}

func (p *plan) Ask(school, class string, n wave.Number) (wave.Ask, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	a, ok := p.waves[n]
	return a, ok && a.School == school && a.Class == class
}

func (p *plan) set(n wave.Number, s wave.State) {
	p.mu.Lock()
	defer p.mu.Unlock()
	a := p.waves[n]
	a.State = s
	p.waves[n] = a
}

// newPlan has wave 137 released, 138 sealed, 139 closed, 140 open, 141 planned.
func newPlan() *plan {
	p := &plan{waves: map[wave.Number]wave.Ask{}}
	for i, state := range []wave.State{
		wave.StateReleased, wave.StateSealed, wave.StateClosed, wave.StateOpen, wave.StatePlanned,
	} {
		n := wave.Number(137 + i)
		p.waves[n] = wave.Ask{
			Owner: "987654321", School: "912345678", Class: "7B", Wave: n,
			Questionnaire: "grades-5-7", Version: 2, Attempt: 2, State: state, RosterSize: 24,
		}
	}
	return p
}

func (p *plan) info(n wave.Number) ballot.Info { return ballot.InfoOf(p.waves[n]) }

// The items of the tests: two of five options.
func items(wave.Ask) ([]surveys.Item, bool) {
	five := make([]surveys.Option, 5)
	return []surveys.Item{{ID: "thrive", Options: five}, {ID: "safe", Options: five}}, true
}

const bothItems = `["thrive","safe"]`

// memory is a store that takes time, and fails before or after it has stored.
type memory struct {
	mu      sync.Mutex
	delay   func() time.Duration
	fails   func() (before, after bool)
	rows    []Row // of the open partitions
	inserts int
	steps   map[uint32]wave.Step
	voided  bool                      // the first attempt of the class, in every wave
	sealed  map[ballot.Nullifier]bool // counted in a wave that is released
}

func newMemory() *memory {
	return &memory{voided: true, steps: map[uint32]wave.Step{}, sealed: map[ballot.Nullifier]bool{}}
}

var errAway = errors.New("the store is away")

func (m *memory) wait(ctx context.Context) error {
	if m.delay == nil {
		return ctx.Err()
	}
	m.mu.Lock()
	d := m.delay()
	m.mu.Unlock()
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (m *memory) InsertAnswers(ctx context.Context, rows []Row) error {
	if err := m.wait(ctx); err != nil {
		return err
	}
	m.mu.Lock()
	m.inserts++
	var before, after bool
	if m.fails != nil {
		before, after = m.fails()
	}
	if !before {
		m.rows = append(m.rows, rows...)
	}
	m.mu.Unlock()
	if before || after {
		return errAway
	}
	return m.wait(ctx)
}

func (m *memory) OpenNullifiers(_ context.Context, waves []uint32, each func(uint32, ballot.Nullifier) error) error {
	for _, r := range m.rows {
		for _, n := range waves {
			if r.Sheet.Wave == n {
				if err := each(n, r.Nullifier); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func (m *memory) WaveStands(ctx context.Context, waves []uint32) (map[uint32]wave.Stand, error) {
	if err := m.wait(ctx); err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	stands := map[uint32]wave.Stand{}
	for _, n := range waves {
		stand := wave.Stand{Step: m.steps[n], Voided: map[[2]string]bool{}}
		if m.voided {
			stand.Voided[[2]string{"912345678", "7B"}] = true
		}
		stands[n] = stand
	}
	return stands, nil
}

func (m *memory) SealedNullifier(ctx context.Context, n ballot.Nullifier) (bool, error) {
	if err := m.wait(ctx); err != nil {
		return false, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.sealed[n], nil
}

func newCollector(i issuer, s Store, p Plan, o commit.Options) *Collector {
	return New(Options{Keys: i.keys, Plan: p, Items: items, Store: s, Log: slog.New(slog.DiscardHandler), Batch: o})
}

// start is newCollector, stopped at the end of the test with no goroutine left.
func start(t testing.TB, i issuer, s Store, p Plan) *Collector {
	t.Helper()
	ignore := goleak.IgnoreCurrent()
	c := newCollector(i, s, p, commit.Options{Wait: time.Millisecond})
	t.Cleanup(func() {
		if err := c.Stop(context.Background()); err != nil {
			t.Error(err)
		}
		goleak.VerifyNone(t, ignore)
	})
	return c
}

func outcomeOf(err error) string {
	var e interface{ Outcome() string }
	if errors.As(err, &e) {
		return e.Outcome()
	}
	return fmt.Sprint(err)
}

func TestOutcomes(t *testing.T) {
	i, p, m := newIssuer(t), newPlan(), newMemory()
	open := p.info(140)
	other := func(change func(*ballot.Info)) ballot.Info {
		info := open
		change(&info)
		return info
	}
	released := func(change func(*ballot.Info)) ballot.Info {
		info := p.info(137)
		change(&info)
		return info
	}
	nullifier := func(n int) ballot.Nullifier {
		nonce := sha256.Sum256(fmt.Appendf(nil, "pupil %d", n))
		return ballot.NullifierOf(nonce[:])
	}
	m.sealed[nullifier(70)] = true
	sealed := func(plain []byte) []byte { return i.seal(t, plain) }
	plain := i.ballot(t, open, 1, bothItems, `[5,0]`)
	good := sealed(plain)
	token, others := json.RawMessage(`"`+strings.Repeat("A", 43)+`"`), newIssuer(t)
	var box envelope
	if err := json.Unmarshal(good, &box); err != nil {
		t.Fatal(err)
	}
	box.Sealed[len(box.Sealed)/2] ^= 1
	altered := swap(t, good, "sealed", box.Sealed)

	c := start(t, i, m, p)
	for _, test := range []struct {
		name string
		body []byte
		want Outcome
	}{
		{"open wave", good, Accepted},
		{"the same again", good, AlreadyCounted},
		{"the same with other answers", sealed(i.ballot(t, open, 1, bothItems, `[1,1]`)), AlreadyCounted},
		{"the same with no such option", sealed(i.ballot(t, open, 1, bothItems, `[6,6]`)), AlreadyCounted},
		{"the same with answers of another shape", sealed(i.ballot(t, open, 1, `{"a":1}`, `"none"`)), AlreadyCounted},
		{"closed wave, a tablet that was offline", sealed(i.ballot(t, p.info(139), 2, bothItems, `[1,2]`)), Accepted},
		{"the same pupil's nonce in another wave", sealed(i.ballot(t, p.info(139), 1, bothItems, `[1,2]`)), Accepted},
		{"all declined", sealed(i.ballot(t, open, 3, bothItems, `[0,0]`)), Accepted},
		{"planned wave", sealed(i.ballot(t, p.info(141), 4, bothItems, `[1,2]`)), WaveClosed},
		{"sealed wave", sealed(i.ballot(t, p.info(138), 4, bothItems, `[1,2]`)), Unavailable},
		{"released wave, receipt lost", sealed(i.ballot(t, p.info(137), 70, bothItems, `[1,2]`)), AlreadyCounted},
		{"released wave, too late", sealed(i.ballot(t, p.info(137), 71, bothItems, `[1,2]`)), WaveClosed},
		{"unknown class", sealed(i.ballot(t, other(func(n *ballot.Info) { n.Class = "7C" }), 5, bothItems, `[1,2]`)), UnknownClass},
		{"unknown wave", sealed(i.ballot(t, other(func(n *ballot.Info) { n.Wave = 9 }), 5, bothItems, `[1,2]`)), UnknownClass},
		{"attempt set aside", sealed(i.ballot(t, other(func(n *ballot.Info) { n.Attempt = 1 }), 5, bothItems, `[1,2]`)), WaveClosed},
		{"attempt to come", sealed(i.ballot(t, other(func(n *ballot.Info) { n.Attempt = 3 }), 5, bothItems, `[1,2]`)), Unavailable},
		{"attempt to come, not issued", sealed(swapInfo(t, i.ballot(t, open, 5, bothItems, `[1,2]`), other(func(n *ballot.Info) { n.Attempt = 3 }))), BadToken},
		{"attempt set aside, wave released", sealed(i.ballot(t, released(func(n *ballot.Info) { n.Attempt = 1 }), 72, bothItems, `[1,2]`)), WaveClosed},
		{"other version", sealed(i.ballot(t, other(func(n *ballot.Info) { n.Version = 3 }), 5, bothItems, `[1,2]`)), BadToken},
		{"other owner", sealed(i.ballot(t, other(func(n *ballot.Info) { n.Owner = "1" }), 5, bothItems, `[1,2]`)), BadToken},
		{"token for another wave", sealed(swapInfo(t, i.ballot(t, p.info(139), 5, bothItems, `[1,2]`), open)), BadToken},
		{"token of other keys", sealed(others.ballot(t, open, 5, bothItems, `[1,2]`)), BadToken},
		{"sealed to other keys", others.seal(t, others.ballot(t, open, 5, bothItems, `[1,2]`)), Malformed},
		{"unknown item", sealed(i.ballot(t, open, 6, `["thrive","secret"]`, `[1,2]`)), Malformed},
		{"items in another order", sealed(i.ballot(t, open, 6, `["safe","thrive"]`, `[1,2]`)), Malformed},
		{"an item twice", sealed(i.ballot(t, open, 6, `["thrive","thrive"]`, `[1,2]`)), Malformed},
		{"an item missing", sealed(i.ballot(t, open, 6, `["thrive"]`, `[1]`)), Malformed},
		{"no such option", sealed(i.ballot(t, open, 6, bothItems, `[1,6]`)), Malformed},
		{"a negative option", sealed(i.ballot(t, open, 6, bothItems, `[-1,1]`)), Malformed},
		{"an option that overflows", sealed(i.ballot(t, open, 6, bothItems, `[257,1]`)), Malformed},
		{"half an option", sealed(i.ballot(t, open, 6, bothItems, `[1.5,1]`)), Malformed},
		{"options of another number", sealed(i.ballot(t, open, 6, bothItems, `[1]`)), Malformed},
		{"not JSON", []byte("Jeg har det bra"), Malformed},
		{"nothing", nil, Malformed},
		{"JSON of another shape", []byte(`[]`), Malformed},
		{"empty JSON", []byte(`{}`), Malformed},
		{"sealed, but nothing", i.sealed(t, nil, token), Malformed},
		{"sealed, but not JSON", i.sealed(t, []byte("Jeg har det bra"), token), Malformed},
		{"sealed with a field too many", sealed(bytes.Replace(plain, []byte(`{`), []byte(`{"name":"Kari",`), 1)), Malformed},
		{"sealed with half a nonce", sealed(swap(t, plain, "nonce", make(ballot.Bytes, 16))), Malformed},
		{"not sealed", plain, Malformed},
		{"altered under way", altered, Malformed},
		{"token cut short", swap(t, good, "token", make(ballot.Bytes, ballot.TokenSize-1)), Malformed},
		{"token altered", swap(t, good, "token", make(ballot.Bytes, ballot.TokenSize)), BadToken},
		{"a field too many", bytes.Replace(good, []byte(`{`), []byte(`{"name":"Kari",`), 1), Malformed},
		{"two bodies", append(bytes.Clone(good), good...), Malformed},
		{"as large as may be", pad(good, MaxBody), AlreadyCounted},
		{"too large", pad(good, MaxBody+1), TooLarge},
		{"far too large", pad(nil, 1<<20), TooLarge},
	} {
		reply, got, err := c.Cast(t.Context(), bytes.NewReader(test.body))
		counted := got == Accepted || got == AlreadyCounted
		if got != test.want || (err == nil) != counted || err != nil && outcomeOf(err) != string(got) {
			t.Errorf("%s: %s, %v, want %s", test.name, got, err, test.want)
		}
		if !counted {
			if reply.Nonce != nil || reply.Receipt != (ballot.Receipt{}) {
				t.Errorf("%s: a receipt for a ballot that is not counted", test.name)
			}
			continue
		}
		if !i.keys.Public().VerifyReceipt(ballot.NullifierOf(reply.Nonce), reply.Receipt) || !bytes.Equal(reply.Nonce, i.nonceIn(t, test.body)) {
			t.Errorf("%s: the receipt does not verify", test.name)
		}
	}
	if len(m.rows) != 4 {
		t.Errorf("%d rows are stored, want 4", len(m.rows))
	}
	for _, r := range m.rows {
		if r.Sheet.Attempt != 2 || r.Sheet.Class != "7B" || len(r.Sheet.Items) != 2 || len(r.Sheet.Options) != 2 {
			t.Errorf("stored row %+v", r)
		}
	}
	_, got, err := c.Cast(t.Context(), iotest.ErrReader(io.ErrUnexpectedEOF))
	if got != Malformed {
		t.Errorf("a connection that broke: %s, %v", got, err)
	}
}

// swapInfo puts a ballot of one wave or class forward as one of another.
func swapInfo(t *testing.T, text []byte, info ballot.Info) []byte {
	t.Helper()
	return swap(t, text, "info", info)
}

// swap changes one field.
func swap(t *testing.T, text []byte, field string, value any) []byte {
	t.Helper()
	var b map[string]any
	if err := json.Unmarshal(text, &b); err != nil {
		t.Fatal(err)
	}
	b[field] = value
	text, err := json.Marshal(b)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// nonceIn opens a ballot and reads its nonce.
func (i issuer) nonceIn(t testing.TB, sealed []byte) []byte {
	t.Helper()
	var box envelope
	if err := json.Unmarshal(sealed, &box); err != nil {
		t.Fatal(err)
	}
	plain, err := i.keys.Open(box.Sealed)
	if err != nil {
		t.Fatal(err)
	}
	var b opened
	if err := json.Unmarshal(plain, &b); err != nil {
		t.Fatal(err)
	}
	return b.Nonce
}

// nullifierOf is the nullifier of a sealed ballot.
func (i issuer) nullifierOf(t testing.TB, sealed []byte) ballot.Nullifier {
	t.Helper()
	return ballot.NullifierOf(i.nonceIn(t, sealed))
}

func pad(b []byte, n int) []byte {
	return append(bytes.Clone(b), bytes.Repeat([]byte{' '}, n-len(b))...)
}

// TestErrorsEchoNothing casts a ballot whose every part is marked and looks
// for the marks in what comes back and what is logged.
func TestErrorsEchoNothing(t *testing.T) {
	i, p, m := newIssuer(t), newPlan(), newMemory()
	m.fails = func() (bool, bool) { return true, false }
	var log bytes.Buffer
	c := New(Options{Keys: i.keys, Plan: p, Items: items, Store: m, Log: slog.New(slog.NewTextHandler(&log, nil))})
	defer c.Stop(context.Background())
	good := string(i.ballot(t, p.info(140), 1, bothItems, `[4,3]`))
	var b struct{ Nonce, Token ballot.Bytes }
	if err := json.Unmarshal([]byte(good), &b); err != nil {
		t.Fatal(err)
	}
	nonce, _ := b.Nonce.MarshalText()
	token, _ := b.Token.MarshalText()
	for _, text := range []string{
		good, // unavailable
		strings.Replace(good, "[4,3]", "[4,77]", 1),
		strings.Replace(good, `"thrive"`, `"MARKED"`, 1),
		strings.Replace(good, "[4,3]", `["MARKED",77]`, 1),
		strings.Replace(good, "[4,3]", `[77.5,3]`, 1),
		strings.Replace(good, `"class":"7B"`, `"class":"MARKED"`, 1),
		strings.Replace(good, string(token[:20]), "MARKED=MARKED=MARKED", 1),
		strings.Replace(good, `"options":`, `"MARKED":`, 1),
	} {
		_, _, err := c.Cast(t.Context(), bytes.NewReader(i.seal(t, []byte(text))))
		if err == nil {
			t.Fatal("accepted")
		}
		said := err.Error() + log.String()
		for _, mark := range []string{"MARKED", "77", "[4,3]", string(nonce), string(token), fmt.Sprintf("%x", b.Nonce)} {
			if strings.Contains(said, mark) {
				t.Errorf("%q echoes %q", said, mark)
			}
		}
	}
	if n := strings.Count(log.String(), "\n"); n != 1 || strings.Contains(log.String(), "ballots=") {
		t.Errorf("want one line when storing begins to fail, without how many had just answered: %s", log.String())
	}
}

func TestSameBallotTwiceInABatch(t *testing.T) {
	i, p, m := newIssuer(t), newPlan(), newMemory()
	ignore := goleak.IgnoreCurrent()
	c := newCollector(i, m, p, commit.Options{Wait: 50 * time.Millisecond})
	text := i.seal(t, i.ballot(t, p.info(140), 1, bothItems, `[5,4]`))
	other := i.seal(t, i.ballot(t, p.info(140), 1, bothItems, `[1,1]`))
	var mu sync.Mutex
	got, receipts := map[Outcome]int{}, map[ballot.Receipt]int{}
	var wg sync.WaitGroup
	for n := range 6 {
		wg.Go(func() {
			body := text
			if n%2 == 1 {
				body = other
			}
			r, o, err := c.Cast(t.Context(), bytes.NewReader(body))
			if err != nil {
				t.Error(err)
			}
			mu.Lock()
			got[o]++
			receipts[r.Receipt]++
			mu.Unlock()
		})
	}
	wg.Wait()
	if got[Accepted] != 1 || got[AlreadyCounted] != 5 || len(receipts) != 1 || len(m.rows) != 1 {
		t.Errorf("%v with %d receipts and %d rows, want one accepted, five already counted, one receipt, one row", got, len(receipts), len(m.rows))
	}
	if err := c.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	_, o, err := c.Cast(t.Context(), bytes.NewReader(i.seal(t, i.ballot(t, p.info(140), 2, bothItems, `[5,4]`))))
	if o != Unavailable {
		t.Errorf("cast after Stop: %s, %v, want unavailable", o, err)
	}
	goleak.VerifyNone(t, ignore)
}

func TestRestartKnowsItsBallots(t *testing.T) {
	i, p, m := newIssuer(t), newPlan(), newMemory()
	first := start(t, i, m, p)
	text := i.seal(t, i.ballot(t, p.info(140), 1, bothItems, `[5,4]`))
	if _, o, err := first.Cast(t.Context(), bytes.NewReader(text)); o != Accepted {
		t.Fatalf("%s, %v", o, err)
	}
	second := start(t, i, m, p)
	if err := second.LoadNullifiers(t.Context(), []wave.Number{139, 140}); err != nil {
		t.Fatal(err)
	}
	if _, o, err := second.Cast(t.Context(), bytes.NewReader(text)); o != AlreadyCounted {
		t.Errorf("after a restart: %s, %v, want already_counted", o, err)
	}
	if len(m.rows) != 1 {
		t.Errorf("%d rows, want 1", len(m.rows))
	}
	second.Forget(140)
	if n := len(second.known.waves); n != 0 {
		t.Errorf("%d waves are remembered after Forget, want none", n)
	}
}

// A collector that starts while another server seals may read rows that came
// too late to be counted.
func TestNoReceiptForWhatCameAfterTheSeal(t *testing.T) {
	i, p, m := newIssuer(t), newPlan(), newMemory()
	text := i.seal(t, i.ballot(t, p.info(140), 1, bothItems, `[5,4]`))
	m.rows = []Row{{Nullifier: i.nullifierOf(t, text), Sheet: answer.Sheet{Wave: 140}}}
	m.steps[140] = wave.Sealed // the plan of this server does not know yet
	c := start(t, i, m, p)
	if err := c.LoadNullifiers(t.Context(), []wave.Number{139, 140}); err != nil {
		t.Fatal(err)
	}
	if _, o, err := c.Cast(t.Context(), bytes.NewReader(text)); o != Unavailable {
		t.Errorf("%s, %v, want unavailable", o, err)
	}
}

// Rosters and questionnaires change when a wave is released. Who lost a receipt
// still gets it.
func TestReceiptOutlivesTheClass(t *testing.T) {
	i, m := newIssuer(t), newMemory()
	counted := i.ballot(t, newPlan().info(137), 1, bothItems, `[5,4]`)
	other := i.ballot(t, newPlan().info(137), 2, bothItems, `[5,4]`)
	first := i.nullifierOf(t, i.seal(t, counted))
	m.sealed[first] = true
	gone, revised := newPlan(), newPlan()
	delete(gone.waves, 137)
	next := revised.waves[137]
	next.Version++
	revised.waves[137] = next
	for _, c := range []struct {
		what string
		plan *plan
		body []byte
		want Outcome
	}{
		{"counted, the class is gone", gone, counted, AlreadyCounted},
		{"not counted, the class is gone", gone, other, UnknownClass},
		{"counted, other questions by now", revised, counted, AlreadyCounted},
		{"not counted, other questions by now", revised, other, BadToken},
		{"forged", gone, bytes.Replace(counted, []byte(`"class":"7B"`), []byte(`"class":"7C"`), 1), UnknownClass},
	} {
		reply, o, err := start(t, i, m, c.plan).Cast(t.Context(), bytes.NewReader(i.seal(t, c.body)))
		if o != c.want {
			t.Errorf("%s: %s, %v, want %s", c.what, o, err, c.want)
		}
		if o == AlreadyCounted && reply.Receipt != i.keys.Receipt(first) {
			t.Errorf("%s: another receipt than the first", c.what)
		}
	}
}

func TestFullQueueIsUnavailable(t *testing.T) {
	i, p, m := newIssuer(t), newPlan(), newMemory()
	m.delay = func() time.Duration { return time.Hour }
	c := newCollector(i, m, p, commit.Options{Wait: time.Nanosecond, Max: 1, Queue: 1})
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	got := make(chan Outcome, 20)
	for n := range 20 { // one in flight, one that grows, one queued: seventeen turned away
		wg.Go(func() {
			_, o, err := c.Cast(ctx, bytes.NewReader(i.seal(t, i.ballot(t, p.info(140), n, bothItems, `[5,4]`))))
			if o != Unavailable || outcomeOf(err) != "unavailable" {
				t.Errorf("%s, %v, want unavailable", o, err)
			}
			if errors.Is(err, commit.ErrFull) {
				got <- o
			}
		})
	}
	for range 17 {
		<-got
	}
	cancel()
	wg.Wait()
	stop, done := context.WithTimeout(context.Background(), time.Millisecond)
	defer done()
	if err := c.Stop(stop); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Stop with a store that hangs: %v", err)
	}
}

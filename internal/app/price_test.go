package app

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"io"
	"testing"
	"time"

	"github.com/folgmed/folgmed/internal/answer"
	"github.com/folgmed/folgmed/internal/ballot"
	"github.com/folgmed/folgmed/internal/collect"
	"github.com/folgmed/folgmed/internal/commit"
	"github.com/folgmed/folgmed/internal/config"
	"github.com/folgmed/folgmed/internal/control"
	"github.com/folgmed/folgmed/internal/pupil"
	"github.com/folgmed/folgmed/internal/wave"
	"github.com/folgmed/folgmed/internal/web"
)

const (
	priceRate  = 500             // requests a second, for the latency
	pricePaced = 8 * time.Second // at that rate
)

// BenchmarkCryptography prints what anonymity costs the server: issue and cast
// beside the same two requests through the same handlers, batches and database
// without blinding, proof, sealing and receipt. Both servers and the load share
// one process. The tablet's work is done before each clock starts.
func BenchmarkCryptography(b *testing.B) {
	for b.Loop() {
		price(b)
	}
}

func price(b *testing.B) {
	a, _ := newInstallation(b).start(b)
	fail(b, a.SaveRoster(b.Context(), benchRoster()))
	n := wave.NumberOf(now)
	fail(b, player(a, 1).Open(b.Context(), n))
	made, err := a.Codes(b.Context(), control.CodesRequest{Wave: n})
	fail(b, err)

	// Half of the codes are for either server.
	real, plain := &load{app: a, url: a.PublicURL()}, &load{app: a, url: plainServer(b, a), plain: true}
	for class, c := range made {
		l := []*load{real, plain}[class%2]
		for _, code := range c.Codes {
			l.codes = append(l.codes, code)
			l.asked = append(l.asked, c)
		}
	}
	real.run(b, n)
	plain.run(b, n)

	report := func(what string, of func(*load) measured) {
		r, p := of(real), of(plain)
		b.Logf("%-5s a second: %6.0f with cryptography, %6.0f without: %.2f times; p99 at %d a second: %5.1f ms, %5.1f ms",
			what, r.rate, p.rate, p.rate/r.rate, priceRate, ms(r.p99()), ms(p.p99()))
		b.ReportMetric(p.rate/r.rate, what+"-price")
	}
	report("issue", func(l *load) measured { return l.issue })
	report("cast", func(l *load) measured { return l.cast })
}

// load is one server and what is asked of it.
type load struct {
	app   *App
	url   string
	plain bool
	codes []string
	asked []control.ClassCodes

	issue, cast measured
}

// measured is how fast requests were answered.
type measured struct {
	rate      float64         // a second, as fast as they are answered
	latencies []time.Duration // at priceRate, ascending
}

func (m measured) p99() time.Duration { return m.latencies[len(m.latencies)*99/100] }

func measure(b *testing.B, url string, bodies [][]byte, replied func(int, []byte)) measured {
	paced := int(priceRate * pricePaced / time.Second)
	var m measured
	m.latencies = pace(b, url, priceRate, bodies[:paced], replied)
	m.rate = flood(b, url, bodies[paced:], func(i int, reply []byte) { replied(paced+i, reply) })
	return m
}

// run issues all ballots, then casts them.
func (l *load) run(b *testing.B, n wave.Number) {
	keys := l.app.keys.For(uint32(n)).Public()
	nonces := make([][]byte, len(l.codes))
	blinded := make([]*ballot.Blinded, len(l.codes))
	bodies := make([][]byte, len(l.codes))
	each(8, len(bodies), func(i int) {
		nonces[i] = make([]byte, ballot.NonceSize)
		_, _ = rand.Read(nonces[i])
		request := ballot.Bytes(nonces[i])
		if !l.plain {
			var err error
			if blinded[i], err = keys.Blind(nonces[i]); err != nil {
				b.Error(err)
				return
			}
			request = blinded[i].Request
		}
		bodies[i] = encoded(b, map[string]any{"code": l.codes[i], "blinded": request})
	})
	evaluated := make([]ballot.Evaluation, len(l.codes))
	l.issue = measure(b, l.url+"/api/issue", bodies, func(i int, reply []byte) {
		var e struct{ Evaluated, Proof ballot.Bytes }
		if err := json.Unmarshal(reply, &e); err != nil {
			b.Error(err)
		}
		evaluated[i] = ballot.Evaluation(e)
	})
	if b.Failed() {
		b.FailNow()
	}
	each(8, len(bodies), func(i int) {
		ask, _ := l.app.schedule.Ask(l.asked[i].School, l.asked[i].Class, n)
		info := ballot.InfoOf(ask)
		items, _ := l.app.schedule.Items(ask)
		ids, options := make([]string, len(items)), make([]int, len(items))
		for k, item := range items {
			ids[k], options[k] = item.ID, 1+(i+k)%2
		}
		sealed := ballot.Bytes(encoded(b, map[string]any{"info": info, "nonce": ballot.Bytes(nonces[i]), "items": ids, "options": options}))
		token := ballot.Bytes{}
		if !l.plain {
			var ok bool
			var err error
			if token, ok = blinded[i].Token(info, evaluated[i]); !ok {
				b.Error("the proof does not verify")
				return
			}
			if sealed, err = keys.Seal(sealed); err != nil {
				b.Error(err)
				return
			}
		}
		bodies[i] = encoded(b, map[string]any{"sealed": sealed, "token": token})
	})
	l.cast = measure(b, l.url+"/api/cast", bodies, func(int, []byte) {})
	if b.Failed() {
		b.FailNow()
	}
}

func encoded(b *testing.B, v any) []byte {
	text, err := json.Marshal(v)
	if err != nil {
		b.Error(err)
	}
	return text
}

// plainServer serves the pupils' API of a server without cryptography.
func plainServer(b *testing.B, a *App) string {
	issuer := &plainIssuer{app: a}
	issuer.reads = commit.New(issuer.read, commit.Options{Wait: 10 * time.Millisecond})
	issuer.uses = commit.New(issuer.spend, commit.Options{})
	collector := &plainCollector{app: a}
	collector.batch = commit.New(collector.flush, commit.Options{})
	pupils, err := pupil.New(pupil.Options{
		Issuer: issuer, Collector: collector, Roster: a.schedule.Roster, Surveys: a.surveys, Keys: a.keys, Tally: a.tally,
	})
	fail(b, err)
	shell := web.New(web.Options{Log: a.log})
	pupils.Routes(shell)
	server, err := web.Listen(web.ListenOptions{Addr: "127.0.0.1:0"}, shell)
	fail(b, err)
	go func() { _ = server.Serve() }()
	b.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		fail(b, errors.Join(server.Shutdown(ctx), issuer.reads.Stop(ctx), issuer.uses.Stop(ctx), collector.batch.Stop(ctx)))
	})
	return server.URL()
}

// plainIssuer records that a code is used as the real one does, and blinds,
// evaluates and proves nothing.
type plainIssuer struct {
	pupil.Issuer // what is not asked here
	app          *App
	reads, uses  *commit.Batcher[*plainUse]
}

type plainUse struct {
	ballot.CodeUse
	known   bool
	durable int // uses of the code
}

func (p *plainIssuer) Issue(ctx context.Context, typed string, blinded []byte) (ballot.Evaluation, ballot.Outcome, error) {
	code, err := ballot.ParseCode(typed)
	if err != nil {
		return ballot.Evaluation{}, ballot.Malformed, err
	}
	u := &plainUse{CodeUse: ballot.CodeUse{MAC: p.app.keys.MAC(code), Blinded: sha256.Sum256(blinded)}}
	if err := p.reads.Add(ctx, u); err != nil || !u.known || u.durable > 0 {
		return ballot.Evaluation{}, ballot.CodeRefused, errors.Join(errors.New("code refused"), err)
	}
	if err := p.uses.Add(ctx, u); err != nil || u.durable != 1 {
		return ballot.Evaluation{}, ballot.CodeRefused, errors.Join(errors.New("code refused"), err)
	}
	return ballot.Evaluation{}, ballot.Issued, nil
}

func (p *plainIssuer) read(ctx context.Context, batch []*plainUse) error {
	macs := make([]ballot.CodeMAC, len(batch))
	for i, u := range batch {
		macs[i] = u.MAC
	}
	codes, err := p.app.parts[config.Issuer].Codes(ctx, macs)
	if err != nil {
		return err
	}
	known := make(map[ballot.CodeMAC]uint32, len(codes))
	for _, c := range codes {
		known[c.MAC] = c.Wave
	}
	for _, u := range batch {
		u.Wave, u.known = known[u.MAC]
	}
	return p.count(ctx, batch)
}

func (p *plainIssuer) spend(ctx context.Context, batch []*plainUse) error {
	rows := make([]ballot.CodeUse, len(batch))
	for i, u := range batch {
		rows[i] = u.CodeUse
	}
	if err := p.app.parts[config.Issuer].UseCodes(ctx, rows); err != nil {
		return err
	}
	return p.count(ctx, batch)
}

func (p *plainIssuer) count(ctx context.Context, batch []*plainUse) error {
	macs := make([]ballot.CodeMAC, len(batch))
	for i, u := range batch {
		macs[i] = u.MAC
	}
	uses, err := p.app.parts[config.Issuer].CodeUses(ctx, batch[0].Wave, macs)
	if err != nil {
		return err
	}
	durable := make(map[ballot.CodeMAC]int, len(uses))
	for _, u := range uses {
		durable[u.MAC]++
	}
	for _, u := range batch {
		u.durable = durable[u.MAC]
	}
	return nil
}

// plainCollector stores answers as the real one does, and opens, verifies and
// signs nothing.
type plainCollector struct {
	app   *App
	batch *commit.Batcher[collect.Row]
}

func (p *plainCollector) Cast(ctx context.Context, body io.Reader) (collect.Counted, collect.Outcome, error) {
	var envelope struct{ Sealed ballot.Bytes }
	var inside struct {
		Info    ballot.Info
		Nonce   ballot.Bytes
		Items   []string
		Options []int
	}
	data, err := io.ReadAll(io.LimitReader(body, collect.MaxBody))
	if err := errors.Join(err, json.Unmarshal(data, &envelope), json.Unmarshal(envelope.Sealed, &inside)); err != nil {
		return collect.Counted{}, collect.Malformed, err
	}
	ask, ok := p.app.schedule.Ask(inside.Info.School, inside.Info.Class, wave.Number(inside.Info.Wave))
	if !ok {
		return collect.Counted{}, collect.UnknownClass, errors.New("unknown class")
	}
	items, _ := p.app.schedule.Items(ask)
	sheet, err := answer.Parse(answer.Asked{
		School: ask.School, Class: ask.Class, Wave: uint32(ask.Wave), Attempt: ask.Attempt, Items: items,
	}, inside.Items, inside.Options)
	if err != nil {
		return collect.Counted{}, collect.Malformed, err
	}
	if err := p.batch.Add(ctx, collect.Row{Nullifier: ballot.NullifierOf(inside.Nonce), Sheet: sheet}); err != nil {
		return collect.Counted{}, collect.Unavailable, err
	}
	return collect.Counted{Nonce: inside.Nonce}, collect.Accepted, nil
}

func (p *plainCollector) flush(ctx context.Context, rows []collect.Row) error {
	s := p.app.parts[config.Collector]
	if err := s.InsertAnswers(ctx, rows); err != nil {
		return err
	}
	_, err := s.WaveStands(ctx, []uint32{rows[0].Sheet.Wave})
	return err
}

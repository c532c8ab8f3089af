package app

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/folgmed/folgmed/internal/collect"
	"github.com/folgmed/folgmed/internal/config"
	"github.com/folgmed/folgmed/internal/control"
	"github.com/folgmed/folgmed/internal/counts"
	"github.com/folgmed/folgmed/internal/roster"
	"github.com/folgmed/folgmed/internal/tablet"
	"github.com/folgmed/folgmed/internal/turn"
	"github.com/folgmed/folgmed/internal/wave"
	"github.com/folgmed/folgmed/surveys"
)

var (
	mishapWaves = flag.Int("mishaps.waves", 4, "how many waves TestNoBallotIsLostOrDoubled lets go wrong, of a school year: at most 40")
	mishapSeed  = flag.Int("mishaps.seed", 0, "the first of them")
)

// mishaps is all that goes wrong in one wave. Moments are counted in what
// happens before and after each step of the seal; at moment 0 the wave is open.
type mishaps struct {
	Voided bool // class 8A answers anew
	Fault  string
	Step   int // of the seal, where the fault is
	After  bool
	Pupils []pupilFate // of both classes by turns, and of 8A's second attempt after those
}

// The faults of the server that seals.
const (
	noFault = "none"
	crash   = "crash" // another goes on
	pause   = "pause" // another takes over, and the first wakes up when it has released the wave
)

// pupilFate is what happens to one ballot.
type pupilFate struct {
	Collector int
	Held      string // a collector that is paused before or after its insert, or ""
	Cast      int    // the moment it is first cast
	Wakes     int    // the moment the paused collector goes on
	Again     int    // the moment it is cast again
}

const (
	answered  = 7 // of each class at least
	tooMany   = 3 // more of them, who may come late
	pupilsOf  = answered + tooMany
	beforeIt  = "before its insert"
	afterIt   = "after its insert"
	classSize = 12
)

func anyMishaps(steps int) *rapid.Generator[mishaps] {
	moments := 2 * steps
	return rapid.Custom(func(t *rapid.T) mishaps {
		m := mishaps{
			Voided: rapid.Bool().Draw(t, "voided"),
			Fault:  rapid.SampledFrom([]string{noFault, crash, crash, pause, pause}).Draw(t, "fault"),
			Step:   rapid.IntRange(0, steps-1).Draw(t, "step"),
			After:  rapid.Bool().Draw(t, "after"),
		}
		for i := range 3 * pupilsOf {
			f := pupilFate{
				Collector: rapid.IntRange(0, 1).Draw(t, "collector"),
				Held:      rapid.SampledFrom([]string{"", "", "", beforeIt, afterIt}).Draw(t, "held"),
				Wakes:     rapid.IntRange(0, moments).Draw(t, "wakes"),
				Again:     rapid.IntRange(0, moments).Draw(t, "again"),
			}
			if i%pupilsOf >= answered {
				f.Cast = rapid.IntRange(0, moments).Draw(t, "cast")
			} else {
				f.Held = ""
			}
			m.Pupils = append(m.Pupils, f)
		}
		return m
	})
}

// TestNoBallotIsLostOrDoubled lets waves go wrong in every way at once, on a
// real engine: two servers, a crash or a pause between two steps of the seal,
// collectors that are paused before and after their insert and wake up whenever,
// tablets that come late and ask again, a class that answers anew. In the end
// every ballot that was acknowledged is counted, once, but for those of an
// attempt that was voided, of which none is; and each tablet is told so.
func TestNoBallotIsLostOrDoubled(t *testing.T) {
	t.Parallel()
	in := newInstallation(t)
	a := in.brief(t, in.data, 300*time.Millisecond)
	data := t.TempDir()
	copyKeys(t, in.data, data)
	b := in.brief(t, data, time.Minute)
	known := oneSchool()
	known.Owners[0].Schools = known.Owners[0].Schools[:1]
	classes := known.Owners[0].Schools[0].Classes[:2]
	for i := range classes {
		classes[i].Size = classSize
	}
	known.Owners[0].Schools[0].Classes = classes
	must(t, a.SaveRoster(t.Context(), known))
	for k := range *mishapWaves {
		seed := *mishapSeed + k
		m := anyMishaps(len(sealSteps)).Example(seed)
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			if !play(t, a, b, classes, firstWave+wave.Number(k), m) {
				t.Logf("%+v", m)
			}
		})
	}
}

// misplayed is one wave under way.
type misplayed struct {
	t       *testing.T
	wave    wave.Number
	servers [2]*App
	all     []*misplayedBallot

	mu     sync.Mutex
	moment int
	held   sync.WaitGroup
}

// misplayedBallot is one ballot under way.
type misplayedBallot struct {
	pupilFate
	class   string
	attempt uint8
	option  int
	body    []byte
	hold    chan struct{}

	mu    sync.Mutex
	heard []collect.Outcome
	told  collect.Counted // the receipt, once there is one
}

// play lets one wave go wrong, and says whether all is well in the end.
func play(t *testing.T, a, b *App, classes []roster.Class, n wave.Number, m mishaps) bool {
	p := &misplayed{t: t, wave: n, servers: [2]*App{a, b}}
	must(t, player(a, 1).Open(t.Context(), n))
	must(t, b.follow(t.Context()))
	p.prepare(classes[0], 1, m.Pupils[:pupilsOf])
	p.prepare(classes[1], 1, m.Pupils[pupilsOf:2*pupilsOf])
	p.happen()
	if m.Voided {
		ask, _ := a.schedule.Ask(school, classes[0].Name, n)
		// The other server hears of it later, from its own reading.
		must(t, waves{a.schedule, a.parts[config.Staff]}.Void(t.Context(), wave.NewVoid(ask, wave.Prank, "kari", now)))
		p.prepare(classes[0], 2, m.Pupils[2*pupilsOf:])
		p.moment = 0
		p.happen()
		must(t, b.follow(t.Context()))
		for _, w := range p.all {
			if w.attempt == 2 && w.Cast == 0 && w.Held == "" && !w.acknowledged() && w.cast(p.servers[w.Collector].collect) != collect.Accepted {
				t.Errorf("a ballot of the second attempt: %v", w.heard)
			}
		}
	}
	p.seal(m)
	return p.judge(classes, m.Voided)
}

// prepare gets the ballots of a class.
func (p *misplayed) prepare(c roster.Class, attempt uint8, fates []pupilFate) {
	a := p.servers[0]
	made, err := a.Codes(p.t.Context(), control.CodesRequest{Wave: p.wave, School: school, Class: c.Name})
	must(p.t, err)
	pupil := &tablet.Tablet{URL: a.PublicURL()}
	var tablets sync.WaitGroup
	for i, fate := range fates {
		w := &misplayedBallot{pupilFate: fate, class: c.Name, attempt: attempt, option: 1 + i%2, hold: make(chan struct{})}
		p.all = append(p.all, w)
		tablets.Go(func() {
			b, err := pupil.Prepare(p.t.Context(), made[0].Codes[i], made[0].Fingerprint, func(s tablet.Survey) []int {
				return slices.Repeat([]int{w.option}, len(s.Items))
			})
			if err != nil {
				p.t.Error(err)
			}
			w.body = b.Body()
		})
	}
	tablets.Wait()
}

// happen lets happen what is due at this moment, and goes on to the next.
func (p *misplayed) happen() {
	p.mu.Lock()
	defer p.mu.Unlock()
	var due sync.WaitGroup
	for _, w := range p.all {
		if w.Wakes == p.moment {
			p.wake(w)
		}
		switch {
		case w.Cast == p.moment && w.Held != "":
			p.castHeld(w)
		case w.Cast == p.moment, w.Cast < p.moment && w.Again == p.moment:
			due.Go(func() { w.cast(p.servers[w.Collector].collect) })
		}
	}
	due.Wait()
	p.moment++
}

func (p *misplayed) wake(w *misplayedBallot) {
	select {
	case <-w.hold:
	default:
		close(w.hold)
	}
}

// heldStore is that of a collector which is paused around its insert.
type heldStore struct {
	collect.Store
	held string
	hold chan struct{}
}

func (s heldStore) InsertAnswers(ctx context.Context, rows []collect.Row) error {
	if s.held == beforeIt {
		<-s.hold
	}
	err := s.Store.InsertAnswers(ctx, rows)
	if s.held == afterIt {
		<-s.hold
	}
	return err
}

// castHeld casts to a collector of its own, which is paused.
func (p *misplayed) castHeld(w *misplayedBallot) {
	server := p.servers[w.Collector]
	c := collect.New(collect.Options{
		Keys: server.keys, Plan: server.schedule, Items: server.schedule.Items, Log: slog.New(slog.DiscardHandler),
		Store: heldStore{server.parts[config.Collector], w.Held, w.hold},
	})
	p.held.Go(func() {
		w.cast(c)
		if err := c.Stop(context.Background()); err != nil {
			p.t.Error(err)
		}
	})
}

// cast casts the ballot and remembers what the tablet is told.
func (w *misplayedBallot) cast(c *collect.Collector) collect.Outcome {
	told, outcome, _ := c.Cast(context.Background(), bytes.NewReader(w.body))
	w.mu.Lock()
	defer w.mu.Unlock()
	w.heard = append(w.heard, outcome)
	if outcome == collect.Accepted || outcome == collect.AlreadyCounted {
		w.told = told
	}
	return outcome
}

// acknowledged tells whether the tablet has a receipt.
func (w *misplayedBallot) acknowledged() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.told.Nonce != nil
}

// seal seals the wave on the first server, with the fault, and on the second
// after that.
func (p *misplayed) seal(m mishaps) {
	a, b := p.servers[0], p.servers[1]
	paused, goOn := make(chan struct{}), make(chan struct{})
	var once sync.Once
	at := func(server *App, after bool) func(string) error {
		return func(what string) (err error) {
			p.happen()
			if server != a || what != sealSteps[m.Step].what || after != m.After {
				return nil
			}
			once.Do(func() {
				switch m.Fault {
				case crash:
					err = errCrash
				case pause:
					close(paused)
					<-goOn
				}
			})
			return err
		}
	}
	for _, server := range p.servers {
		server.beforeStep, server.afterStep = at(server, false), at(server, true)
		defer func() { server.beforeStep, server.afterStep = nil, nil }()
	}
	ended := make(chan error, 1)
	go func() {
		ended <- a.MoveWave(context.WithoutCancel(p.t.Context()), control.Move{Wave: p.wave, Step: wave.Sealed})
	}()
	var err error
	switch m.Fault {
	case noFault, crash:
		if err = <-ended; errors.Is(err, errCrash) != (m.Fault == crash) {
			p.t.Fatal(err)
		}
		_, err = b.Detect(p.t.Context())
	case pause:
		select {
		case <-paused:
		case err := <-ended:
			p.t.Fatalf("it never came to the pause: %v", err)
		}
		_, err = b.Detect(p.t.Context())
		close(goOn)
		if err := <-ended; err != nil && !errors.Is(err, turn.ErrLost) {
			p.t.Errorf("the one that was paused: %v", err)
		}
	}
	must(p.t, err)
}

// judge compares what was counted with what tablets were told.
func (p *misplayed) judge(classes []roster.Class, voided bool) bool {
	a := p.servers[0]
	for _, w := range p.all {
		p.wake(w)
	}
	p.held.Wait()
	for _, server := range p.servers {
		must(p.t, server.follow(p.t.Context()))
	}
	if got := a.schedule.Plan().State(p.wave); got != wave.StateReleased {
		p.t.Fatalf("the wave is %s", got)
	}
	want := make(map[string][]uint32) // by class: ballots with the first and the second option
	for _, c := range classes {
		want[c.Name] = make([]uint32, 3)
	}
	for i, w := range p.all {
		dropped := voided && w.class == classes[0].Name && w.attempt == 1
		before, receipt := w.acknowledged(), w.told.Receipt
		final := w.cast(p.servers[w.Collector].collect)
		switch other := w.cast(p.servers[1-w.Collector].collect); {
		case other != final:
			p.t.Errorf("ballot %d is told %s by one server and %s by the other", i, final, other)
		case final == collect.AlreadyCounted && dropped:
			p.t.Errorf("ballot %d of an attempt that was voided is counted: %v", i, w.heard)
		case final == collect.AlreadyCounted:
			want[w.class][w.option]++
			if before && w.told.Receipt != receipt {
				p.t.Errorf("ballot %d has two receipts", i)
			}
		case final != collect.WaveClosed:
			p.t.Errorf("ballot %d is told %s in the end", i, final)
		case before && !dropped:
			p.t.Errorf("ballot %d was acknowledged and is not counted: %v", i, w.heard)
		}
	}
	p.counted(classes, want)
	must(p.t, a.tidy(p.t.Context()))
	must(p.t, a.store.MoveAnswers(p.t.Context(), uint32(p.wave)))
	must(p.t, a.store.SealedAnswers(p.t.Context(), uint32(p.wave), func(counts.Ballot) error {
		return errors.New("an answer sheet is left")
	}))
	return !p.t.Failed()
}

// counted compares the histograms.
func (p *misplayed) counted(classes []roster.Class, want map[string][]uint32) {
	a := p.servers[0]
	rows, err := a.store.Counts(p.t.Context(), a.owners()[0], 0, uint32(p.wave))
	must(p.t, err)
	table, err := counts.Read(rows)
	must(p.t, err)
	for _, c := range classes {
		ballots, _ := table.Ballots(uint32(p.wave), school, c.Name)
		if sum := int(want[c.Name][1] + want[c.Name][2]); ballots != sum || sum < answered {
			p.t.Errorf("%s: %d ballots are counted and %d tablets told so, of at least %d", c.Name, ballots, sum, answered)
		}
		ask, _ := a.schedule.Ask(school, c.Name, p.wave)
		items, _ := a.schedule.Items(ask)
		for _, item := range items {
			if item.Kind == surveys.Background {
				continue
			}
			got := table.Hist(uint32(p.wave), school, counts.ClassUnit(c.Name), counts.All, counts.ItemMeasure(item.ID))
			if len(got) < 3 || got[0] != 0 || got[1] != want[c.Name][1] || got[2] != want[c.Name][2] {
				p.t.Errorf("%s, item %s: counted %v, want %v", c.Name, item.ID, got, want[c.Name])
			}
		}
	}
}

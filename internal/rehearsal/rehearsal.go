// Package rehearsal plays whole waves into an installation that was marked as
// a rehearsal: it opens a wave, gives every sheet a code and a tablet of its
// own, casts over the public interface, closes and seals. The demo, the replay
// of recorded answers and the tests of the whole use it.
//
// It must not know the store: what it wrote can only be seen as staff see it.
package rehearsal

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/folgmed/folgmed/internal/control"
	"github.com/folgmed/folgmed/internal/tablet"
	"github.com/folgmed/folgmed/internal/wave"
)

// Sheet is what one pupil of a class answers, by item. An item that is not
// among Options is declined.
type Sheet struct {
	School, Class string
	Options       map[string]int
}

// Rehearsal plays waves.
type Rehearsal struct {
	Operator control.Operator
	URL      string          // of the public listener
	Tablets  int             // that answer at the same time; 0 is 64
	Done     func(cast int)  // called after each ballot, from any goroutine; may be nil
	Seed     uint64          // of the order in which pupils answer
	Client   *http.Transport // nil is a new one
}

// class names a class within the installation.
type class struct{ school, name string }

func (c class) String() string { return c.name + " at " + c.school }

// Play sets the clock to the second day of wave n, opens it, casts every
// sheet as a ballot of its own, and seals the wave when all are counted. When
// Play returns nil the wave is released.
//
// Nothing is opened if a sheet's class is not asked, or if it has more sheets
// than pupils on the roster.
func (r *Rehearsal) Play(ctx context.Context, n wave.Number, sheets []Sheet) error {
	if err := r.begin(ctx, n, sheets); err != nil {
		return fmt.Errorf("wave %d: %w", n, err)
	}
	if err := r.cast(ctx, n, sheets); err != nil {
		return fmt.Errorf("wave %d: %w", n, err)
	}
	for _, step := range []wave.Step{wave.Closed, wave.Sealed} {
		if err := r.Operator.MoveWave(ctx, control.Move{Wave: n, Step: step}); err != nil {
			return fmt.Errorf("wave %d: %w", n, err)
		}
	}
	return nil
}

// Open sets the clock to wave n and opens it.
func (r *Rehearsal) Open(ctx context.Context, n wave.Number) error {
	if err := r.Operator.SetClock(ctx, control.Clock{Set: n.Opens().Add(34 * time.Hour)}); err != nil {
		return err
	}
	return r.Operator.MoveWave(ctx, control.Move{Wave: n, Step: wave.Opened})
}

func (r *Rehearsal) begin(ctx context.Context, n wave.Number, sheets []Sheet) error {
	status, err := r.Operator.Status(ctx)
	if err != nil {
		return err
	}
	if err := mayPlay(status); err != nil {
		return err
	}
	known, err := r.Operator.Roster(ctx)
	if err != nil {
		return err
	}
	if err := room(known, sheets); err != nil {
		return err
	}
	return r.Open(ctx, n)
}

// cast gives each sheet a code and casts all of them in random order.
func (r *Rehearsal) cast(ctx context.Context, n wave.Number, sheets []Sheet) error {
	made, err := r.Operator.Codes(ctx, control.CodesRequest{Wave: n})
	if err != nil {
		return err
	}
	codes := make(map[class][]string, len(made))
	fingerprint := ""
	for _, m := range made {
		codes[class{m.School, m.Class}] = m.Codes
		fingerprint = m.Fingerprint // one for the wave
	}
	transport := r.Client
	if transport == nil {
		transport = &http.Transport{MaxIdleConnsPerHost: r.tablets(), MaxConnsPerHost: 2 * r.tablets()}
		defer transport.CloseIdleConnections()
	}
	t := &tablet.Tablet{URL: r.URL, HTTP: &http.Client{Transport: transport, Timeout: time.Minute}}
	var done atomic.Int64
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(r.tablets())
	random := rand.New(rand.NewPCG(r.Seed, uint64(n))) //nolint:gosec // G404: an order needs no secrecy
	for _, i := range random.Perm(len(sheets)) {
		sheet := sheets[i]
		c := class{sheet.School, sheet.Class}
		if len(codes[c]) == 0 {
			return fmt.Errorf("class %s got no code: it is not asked in this wave", c)
		}
		code := codes[c][0]
		codes[c] = codes[c][1:]
		group.Go(func() error {
			b, err := t.Prepare(ctx, code, fingerprint, sheet.options)
			if err != nil {
				return fmt.Errorf("class %s: %w", c, err)
			}
			if _, err := t.Cast(ctx, b); err != nil {
				return fmt.Errorf("class %s: %w", c, err)
			}
			if r.Done != nil {
				r.Done(int(done.Add(1)))
			}
			return nil
		})
		if ctx.Err() != nil {
			break
		}
	}
	return group.Wait()
}

// options lays the sheet out in the order the survey asks.
func (s Sheet) options(survey tablet.Survey) []int {
	options := make([]int, len(survey.Items))
	for i, item := range survey.Items {
		options[i] = s.Options[item.ID]
	}
	return options
}

func (r *Rehearsal) tablets() int {
	if r.Tablets > 0 {
		return r.Tablets
	}
	return 64
}

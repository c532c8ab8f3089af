package app

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/folgmed/folgmed/internal/ballot"
	"github.com/folgmed/folgmed/internal/collect"
	"github.com/folgmed/folgmed/internal/config"
	"github.com/folgmed/folgmed/internal/control"
	"github.com/folgmed/folgmed/internal/counts"
	"github.com/folgmed/folgmed/internal/disclosure"
	"github.com/folgmed/folgmed/internal/duty"
	"github.com/folgmed/folgmed/internal/roster"
	"github.com/folgmed/folgmed/internal/store"
	"github.com/folgmed/folgmed/internal/turn"
	"github.com/folgmed/folgmed/internal/wave"
)

// brief starts a server whose turns are over soon, and whose clock runs, so that
// of two settings the later is in force.
func (i installation) brief(t *testing.T, data string, length time.Duration) *App {
	t.Helper()
	cfg := i.config()
	cfg.Data = data
	a := New(cfg, Options{Log: slog.New(slog.DiscardHandler), Now: func() time.Time { return now.Add(time.Since(began)) }, Hold: true})
	a.turnLength = length
	return run(t, a)
}

// began is when these tests did.
var began = time.Now()

// outcome is all that a seal writes.
type outcome struct {
	Lines     []disclosure.Row
	Counts    []counts.Row
	Summaries []counts.Summary
	Vintages  []store.Vintage
	Duty      []duty.Event
	Late      bool // a ballot that came late is said to be counted
}

func written(t *testing.T, a *App, late ballot.Nullifier) (o outcome) {
	t.Helper()
	ctx, org := t.Context(), a.owners()[0]
	last := uint32(firstWave) + 52
	var err error
	o.Lines = lines(t, a)
	o.Counts, err = a.store.Counts(ctx, org, 0, last)
	must(t, err)
	o.Summaries, err = a.store.Summaries(ctx, 0, last)
	must(t, err)
	o.Vintages, err = a.store.Vintages(ctx, 0, last)
	must(t, err)
	o.Duty, err = a.store.DutyEventsOfOwner(ctx, org)
	must(t, err)
	o.Late, err = a.parts[config.Collector].SealedNullifier(ctx, late)
	must(t, err)
	return o
}

// twoClasses is a small school of classes of a grade.
func twoClasses(grade int) roster.Roster {
	r := oneSchool()
	r.Owners[0].Schools = r.Owners[0].Schools[:1]
	classes := r.Owners[0].Schools[0].Classes[:2]
	for i := range classes {
		classes[i].Grades = []int{grade}
	}
	r.Owners[0].Schools[0].Classes = classes
	return r
}

// TestPausedJobDoesNoHarm stops one of two servers after each step of a seal
// until the other has released the wave and the roster has changed. What the
// first does when it wakes up changes nothing that is written.
func TestPausedJobDoesNoHarm(t *testing.T) {
	t.Parallel()
	for _, step := range sealSteps {
		t.Run(step.what, func(t *testing.T) {
			t.Parallel()
			in := newInstallation(t)
			a, b := in.brief(t, t.TempDir(), time.Second), in.brief(t, t.TempDir(), time.Minute)
			known, regraded := twoClasses(8), twoClasses(9)
			must(t, a.SaveRoster(t.Context(), known))
			random := rand.New(rand.NewPCG(3, 4))
			answered := sheets(known, random, 0, 9)
			paused, goOn := make(chan struct{}), make(chan struct{})
			a.afterStep = func(done string) error {
				if done == step.what {
					close(paused)
					<-goOn
				}
				return nil
			}
			ended := make(chan error, 1)
			go func() {
				ended <- player(a, 5).Play(context.WithoutCancel(t.Context()), firstWave, answered)
			}()
			select {
			case <-paused:
			case err := <-ended:
				t.Fatalf("it never came to the pause: %v", err)
			}
			// A row of a collector that was paused too.
			late := collect.Row{Nullifier: ballot.Nullifier{1}}
			late.Sheet.School, late.Sheet.Class, late.Sheet.Wave, late.Sheet.Attempt = school, "8A", uint32(firstWave), 1
			must(t, b.parts[config.Collector].InsertAnswers(t.Context(), []collect.Row{late}))
			released, err := b.Detect(t.Context())
			if err != nil || len(released) != 1 {
				t.Fatalf("the other server released %v: %v", released, err)
			}
			must(t, b.SaveRoster(t.Context(), regraded))
			want := written(t, b, late.Nullifier)
			if len(want.Summaries) == 0 || len(want.Vintages) == 0 {
				t.Fatalf("the other server wrote %d summaries and %d vintages", len(want.Summaries), len(want.Vintages))
			}
			// Until the journal says that the answers are apart, a late one still
			// counts; what the tablet is told is what was counted, either way.
			if early := step.then == wave.Moved; want.Late != early {
				t.Errorf("the ballot that came late is said to be counted: %v", want.Late)
			}
			if want.Late {
				answered = append(answered, answered[0])
			}
			table, err := counts.Read(want.Counts)
			must(t, err)
			ballots := 0
			for _, c := range known.Owners[0].Schools[0].Classes {
				n, _ := table.Ballots(uint32(firstWave), school, c.Name)
				ballots += n
			}
			if ballots != len(answered) {
				t.Errorf("%d ballots are counted, want %d", ballots, len(answered))
			}
			close(goOn)
			if err := <-ended; err != nil && !errors.Is(err, turn.ErrLost) {
				t.Errorf("the one that was paused: %v", err)
			}
			if diff := cmp.Diff(want, written(t, b, late.Nullifier)); diff != "" {
				t.Errorf("the one that was paused changed what is written:\n%.2000s", diff)
			}
			// The row that came late is gone with all others.
			must(t, b.tidy(t.Context()))
			must(t, b.store.MoveAnswers(t.Context(), uint32(firstWave)))
			must(t, b.store.SealedAnswers(t.Context(), uint32(firstWave), func(counts.Ballot) error {
				return errors.New("an answer sheet is left")
			}))
		})
	}
}

// TestTwoJobsAtOnce has two servers seal the same waves at the same moment, and
// compares with one that was alone.
func TestTwoJobsAtOnce(t *testing.T) {
	t.Parallel()
	known := twoClasses(8)
	play := func(t *testing.T, servers int) outcome {
		in := newInstallation(t)
		a := in.brief(t, t.TempDir(), time.Minute)
		all := []*App{a}
		for range servers - 1 {
			all = append(all, in.brief(t, t.TempDir(), time.Minute))
		}
		must(t, a.SaveRoster(t.Context(), known))
		random := rand.New(rand.NewPCG(8, 9))
		for k := range 2 {
			n := firstWave + wave.Number(2*k)
			a.afterStep = func(string) error { return errCrash }
			err := player(a, 5).Play(t.Context(), n, sheets(known, random, k, 9))
			if !errors.Is(err, errCrash) {
				t.Fatal(err)
			}
			a.afterStep = nil
			var wg sync.WaitGroup
			for _, server := range all {
				wg.Go(func() {
					if err := server.round(t.Context()); err != nil {
						t.Error(err)
					}
					if err := server.MoveWave(t.Context(), control.Move{Wave: n, Step: wave.Sealed}); err != nil {
						t.Error(err)
					}
				})
			}
			wg.Wait()
			must(t, a.refresh(t.Context()))
			if got := a.schedule.Plan().State(n); got != wave.StateReleased {
				t.Fatalf("wave %d is %s", n, got)
			}
		}
		o := written(t, a, ballot.Nullifier{})
		o.Counts = whole(o.Counts) // see TestSealSurvivesACrashAfterEveryStep
		return o
	}
	alone, together := play(t, 1), play(t, 3)
	for what, pair := range map[string][2]any{
		"released": {alone.Lines, together.Lines},
		"counted":  {alone.Counts, together.Counts},
	} {
		if diff := cmp.Diff(pair[0], pair[1]); diff != "" {
			t.Errorf("%s:\n%.1000s", what, diff)
		}
	}
}

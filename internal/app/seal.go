package app

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"runtime"
	"slices"

	"golang.org/x/sync/errgroup"

	"github.com/folgmed/folgmed/internal/ballot"
	"github.com/folgmed/folgmed/internal/counts"
	"github.com/folgmed/folgmed/internal/disclosure"
	"github.com/folgmed/folgmed/internal/duty"
	"github.com/folgmed/folgmed/internal/prompt"
	"github.com/folgmed/folgmed/internal/roster"
	"github.com/folgmed/folgmed/internal/seal"
	"github.com/folgmed/folgmed/internal/store"
	"github.com/folgmed/folgmed/internal/watch"
	"github.com/folgmed/folgmed/internal/wave"
)

// sealing is one sealed wave on its way to its release.
type sealing struct {
	wave    wave.Number
	usual   []watch.Usual                  // of this wave and those before it
	lines   []disclosure.Row               // of all owners: one release
	signals map[string][]disclosure.Signal // by owner
}

// sealStep is one step on the way. It may be done any number of times: what it
// writes is the same each time. So a server that was paused, and wakes up when
// another has taken the next turn, does no harm with the step it was in. Counts,
// and what it says is done, the database takes of the latest turn alone, as it
// forgets counts for that alone; what else it writes is there already, since no
// roster changes under a release; what it moves or drops of answers came too late
// to be counted.
type sealStep struct {
	what string
	do   func(*App, context.Context, *sealing) error
	then wave.Step // what the journal says once it is done; empty: nothing
}

// sealSteps is the whole way of a sealed wave, in order. A crash anywhere
// begins again after the last step that the journal knows; no acknowledged
// ballot is lost by it and none counts twice.
var sealSteps = []sealStep{
	{"set the answers apart", (*App).moveAnswers, wave.Moved},
	{"fold the answers into counts", (*App).fold, wave.Folded},
	{"add the wave to the chain", (*App).linkWave, ""},
	{"learn what is usual", (*App).learn, ""},
	{"detect and release", (*App).gate, ""},
	{"write the release", (*App).saveRelease, ""},
	{"prompt", (*App).prompt, ""},
	{"forget the answers", (*App).forget, wave.Released},
}

// seal carries a sealed wave to its release.
func (a *App) seal(ctx context.Context, n wave.Number) error {
	s := &sealing{wave: n, signals: make(map[string][]disclosure.Signal)}
	for _, step := range sealSteps {
		if step.then != "" && a.schedule.Plan().Done(n, step.then) {
			continue
		}
		if err := a.turn.Renew(ctx); err != nil {
			return fmt.Errorf("%s: %w", step.what, err)
		}
		if a.beforeStep != nil {
			if err := a.beforeStep(step.what); err != nil {
				return err
			}
		}
		if err := step.do(a, ctx, s); err != nil {
			return fmt.Errorf("%s: %w", step.what, err)
		}
		if a.afterStep != nil {
			if err := a.afterStep(step.what); err != nil {
				return err
			}
		}
		if step.then == "" {
			continue
		}
		if err := a.append(ctx, []wave.Event{wave.NewEvent(n, step.then, a.schedule.Now())}); err != nil {
			return err
		}
	}
	return nil
}

func (a *App) moveAnswers(ctx context.Context, s *sealing) error {
	return a.store.MoveAnswers(ctx, uint32(s.wave))
}

// fold counts what was set apart. Counts of a fold that was interrupted are
// replaced whole: the roster may have changed since.
func (a *App) fold(ctx context.Context, s *sealing) error {
	n := uint32(s.wave)
	view := a.view()
	printed, err := a.printed(ctx, view.Plan, s.wave)
	if err != nil {
		return err
	}
	// Whoever is told later that a ballot was counted is told of these alone.
	var nullifiers []ballot.Nullifier
	result, err := counts.Fold(n, view.Classes(s.wave, printed), func(add func(counts.Ballot) error) error {
		return a.store.SealedAnswers(ctx, n, func(b counts.Ballot) error {
			if b.Attempt == view.Plan.AttemptOf(b.School, b.Class, s.wave) {
				nullifiers = append(nullifiers, b.Nullifier)
			}
			return add(b)
		})
	})
	if err != nil {
		return err
	}
	// A server that was paused here may have read what another had folded and
	// dropped; nothing is dropped before the journal says that it is folded.
	if err := a.schedule.Refresh(ctx); err != nil {
		return err
	}
	if a.schedule.Plan().Done(s.wave, wave.Folded) {
		return nil
	}
	if result.Unknown > 0 {
		a.log.Warn("ballots of classes that are no longer on the roster were not counted", slog.Int("wave", int(n)))
	}
	if err := a.store.SaveNullifiers(ctx, n, nullifiers); err != nil {
		return err
	}
	if err := a.store.DropCounts(ctx, n, a.turn.Number()); err != nil {
		return err
	}
	return a.store.SaveCounts(ctx, result.Rows, a.turn.Number())
}

// linkWave adds the wave to the chain of sealed waves, once: the random bytes
// that are stored stay, or a repeat would break the links after it.
func (a *App) linkWave(ctx context.Context, s *sealing) error {
	n := uint32(s.wave)
	chain, err := a.store.WaveLinks(ctx)
	if err != nil || slices.ContainsFunc(chain, func(l counts.Link) bool { return l.Wave == n }) {
		return err
	}
	var random [32]byte
	if _, err := rand.Read(random[:]); err != nil {
		return fmt.Errorf("draw random bytes: %w", err)
	}
	commitment, err := a.commitment(ctx, n, random)
	if err != nil {
		return err
	}
	return a.store.SaveWaveLink(ctx, counts.NextLink(chain, n, random, commitment), a.turn.Number())
}

// commitment is that to the stored counts of a wave.
func (a *App) commitment(ctx context.Context, n uint32, random [32]byte) ([32]byte, error) {
	c := counts.Commit(random)
	err := a.store.CountsOfWave(ctx, n, c.Add)
	return c.Sum(), err
}

// printed is how many codes were printed for the attempt of each class that
// counts, by school and class.
func (a *App) printed(ctx context.Context, plan *wave.Plan, n wave.Number) (map[[2]string]int, error) {
	all, err := a.store.CodeCount(ctx, uint32(n))
	if err != nil {
		return nil, err
	}
	counted := make(map[[2]string]int, len(all))
	for of, codes := range all {
		if of.Number == plan.AttemptOf(of.School, of.Class, n) {
			counted[[2]string{of.School, of.Class}] = codes
		}
	}
	return counted, nil
}

// view is what is in force now.
func (a *App) view() seal.View {
	return seal.View{Roster: a.schedule.Roster(), Plan: a.schedule.Plan(), Surveys: a.surveys}
}

// learn sums up what detection needs of the wave and finds what is usual in it,
// over all owners. It does the same for earlier waves that have counts and were
// never learned of, as after an upgrade; what was learned once is not touched.
func (a *App) learn(ctx context.Context, s *sealing) error {
	usual, err := a.usual(ctx, s.wave)
	if err != nil {
		return err
	}
	s.usual = usual
	waves, err := a.store.CountedWaves(ctx, seal.DetectedFrom(s.wave), uint32(s.wave))
	if err != nil {
		return err
	}
	for _, n := range waves {
		if slices.ContainsFunc(usual, func(u watch.Usual) bool { return u.Wave == n }) {
			continue
		}
		u, err := a.learnWave(ctx, wave.Number(n), s.usual)
		if err != nil {
			return err
		}
		s.usual = append(s.usual, u)
	}
	return nil
}

// usual is what is known to be usual in a wave and those before it.
func (a *App) usual(ctx context.Context, n wave.Number) ([]watch.Usual, error) {
	stored, err := a.store.Vintages(ctx, seal.DetectedFrom(n), uint32(n))
	if err != nil {
		return nil, err
	}
	var all []watch.Usual
	for _, v := range stored {
		u, err := watch.Decode(v.Body)
		if err != nil {
			return nil, err
		}
		all = append(all, u)
	}
	return all, nil
}

func (a *App) learnWave(ctx context.Context, n wave.Number, earlier []watch.Usual) (watch.Usual, error) {
	if err := a.summarise(ctx, n); err != nil {
		return watch.Usual{}, err
	}
	summaries, err := a.store.Summaries(ctx, seal.DetectedFrom(n), uint32(n))
	if err != nil {
		return watch.Usual{}, err
	}
	u := watch.Learn(uint32(n), summaries, earlier)
	body, err := u.Encode()
	if err != nil {
		return watch.Usual{}, err
	}
	return u, a.store.SaveVintage(ctx, store.Vintage{Wave: uint32(n), Body: body})
}

// summarise replaces what an interrupted run may have written.
func (a *App) summarise(ctx context.Context, n wave.Number) error {
	if err := a.store.DropSummaries(ctx, uint32(n), a.turn.Number()); err != nil {
		return err
	}
	classes := a.view().Classes(n, nil)
	for _, org := range a.schedule.Plan().Owners(n) {
		table, err := a.table(ctx, org, uint32(n), uint32(n))
		if err != nil {
			return err
		}
		own := slices.DeleteFunc(slices.Clone(classes), func(c counts.Class) bool { return c.Owner != org })
		if err := a.store.SaveSummaries(ctx, counts.Summarise(table, uint32(n), own)); err != nil {
			return err
		}
	}
	return nil
}

func (a *App) table(ctx context.Context, owner string, from, to uint32) (counts.Table, error) {
	rows, err := a.store.Counts(ctx, owner, from, to)
	if err != nil {
		return counts.Table{}, err
	}
	return counts.Read(rows)
}

// gate detects and decides what leaves, owner by owner, as many at once as there
// are cores: no owner's figures depend on another's. Findings go no further than
// here: what comes out is released.
func (a *App) gate(ctx context.Context, s *sealing) error {
	owners := a.schedule.Plan().Owners(s.wave)
	releases := make([]disclosure.Release, len(owners))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(runtime.GOMAXPROCS(0))
	for i, org := range owners {
		owner, ok := a.schedule.Roster().Owner(org)
		if !ok {
			continue
		}
		group.Go(func() (err error) {
			if releases[i], err = a.gateOwner(ctx, s, owner); err != nil {
				return fmt.Errorf("owner %s: %w", org, err)
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	for i, org := range owners {
		for _, line := range releases[i].Lines {
			s.lines = append(s.lines, line.Row())
			if signal, ok := line.Signal(); ok {
				s.signals[org] = append(s.signals[org], signal)
			}
		}
	}
	return nil
}

func (a *App) gateOwner(ctx context.Context, s *sealing, owner roster.Owner) (disclosure.Release, error) {
	n := s.wave
	table, err := a.table(ctx, owner.Org, uint32(wave.FirstOf(n.SchoolYear())), uint32(n))
	if err != nil {
		return disclosure.Release{}, err
	}
	summaries, err := a.store.SummariesOfOwner(ctx, owner.Org, seal.DetectedFrom(n), uint32(n))
	if err != nil {
		return disclosure.Release{}, err
	}
	released, err := a.store.ReleasedForOwner(ctx, owner.Org)
	if err != nil {
		return disclosure.Release{}, err
	}
	// A run that was interrupted may have written this wave's own lines.
	earlier := slices.DeleteFunc(released, func(r disclosure.Released) bool { return r.Wave() >= uint32(n) })
	return a.view().Release(seal.Round{
		Wave: n, Owner: owner, Rate: a.schedule.Rate(owner, n),
		Counts: table, Summaries: summaries, Usual: s.usual, Earlier: earlier,
	})
}

// saveRelease also notes what the release was made on, so that it can be told
// later whether it follows from the counts.
func (a *App) saveRelease(ctx context.Context, s *sealing) error {
	if err := a.store.SaveRelease(ctx, s.lines); err != nil {
		return err
	}
	ground, err := a.ground(s.wave)
	if err != nil {
		return err
	}
	return a.store.SetInstallation(ctx, keyReleased, ground, a.opt.Now())
}

// prompt turns the released signals into events of prompts.
func (a *App) prompt(ctx context.Context, s *sealing) error {
	for _, org := range a.schedule.Plan().Owners(s.wave) {
		events, err := a.store.DutyEventsOfOwner(ctx, org)
		if err != nil {
			return err
		}
		prompts := duty.Prompts(events)
		decisions := prompt.Decide(uint32(s.wave), s.signals[org], prompts, a.schedule.Now())
		open := prompt.Events(decisions)
		if owner, ok := a.schedule.Roster().Owner(org); ok {
			open = append(open, prompt.EachTerm(owner, prompts, a.schedule.Now())...)
		}
		if err := a.store.AppendDuty(ctx, open); err != nil {
			return err
		}
		for reason, times := range reasons(decisions) {
			a.log.Info("signals led to prompts", slog.String("reason", string(reason)), slog.Int("wave", int(s.wave)), slog.Int("signals", times))
		}
	}
	return nil
}

// reasons counts decisions by their reason.
func reasons(decisions []prompt.Decision) map[prompt.Reason]int {
	count := make(map[prompt.Reason]int)
	for _, d := range decisions {
		count[d.Reason]++
	}
	return count
}

func (a *App) forget(ctx context.Context, s *sealing) error {
	return a.store.DropWave(ctx, uint32(s.wave))
}

var _ ballot.Plan = (*schedule)(nil)

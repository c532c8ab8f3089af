package app

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/folgmed/folgmed/internal/ballot"
	"github.com/folgmed/folgmed/internal/config"
	"github.com/folgmed/folgmed/internal/counts"
	"github.com/folgmed/folgmed/internal/prove"
	"github.com/folgmed/folgmed/internal/roster"
	"github.com/folgmed/folgmed/internal/wave"
)

// compactTime is how long the merging at a quarter of an hour may take before
// what it had to merge is looked at.
const compactTime = 2 * time.Minute

// lastQuarter is the latest one by which all that lay there had to be merged.
func (a *App) lastQuarter() time.Time { return a.opt.Now().Add(-compactTime).Truncate(compactEvery) }

// proveDisk looks for what lies on the disk of an open wave finer than a quarter
// of an hour: two parts from before it, or one that was never merged.
func (a *App) proveDisk(ctx context.Context) (prove.Finding, error) {
	parts, err := a.store.Parts(ctx, a.lastQuarter())
	if err != nil {
		return prove.Finding{}, err
	}
	var fine []string
	open := a.schedule.Plan().Open()
	for _, p := range parts {
		merged := p.Table == "answers" || p.Table == "code_use"
		if merged && slices.Contains(open, wave.Number(p.Wave)) && (p.Before > 1 || p.Unmerged > 0) {
			fine = append(fine, fmt.Sprintf("%s, wave %d: %d", p.Table, p.Wave, p.Before))
		}
	}
	return brokenBy(fine, len(open))
}

// proveSealed looks for answers and codes of waves that were released, and for
// nullifiers that should be gone. What turned up late goes at the next quarter.
func (a *App) proveSealed(ctx context.Context) (prove.Finding, error) {
	parts, err := a.store.Parts(ctx, a.lastQuarter())
	if err != nil {
		return prove.Finding{}, err
	}
	plan := a.schedule.Plan()
	over, some := a.schedule.SealedBy(a.schedule.Now().Add(-keepNullifiers - compactEvery - compactTime))
	var left []string
	for _, p := range parts {
		gone := plan.State(wave.Number(p.Wave)) == wave.StateReleased
		if p.Table == "nullifier" {
			gone = some && wave.Number(p.Wave) <= over
		}
		if gone && p.Before > 0 {
			left = append(left, fmt.Sprintf("%s, wave %d", p.Table, p.Wave))
		}
	}
	return brokenBy(left, len(a.released()))
}

// released are the waves that were released, ascending.
func (a *App) released() []wave.Number {
	var all []wave.Number
	plan := a.schedule.Plan()
	for _, org := range a.owners() {
		for _, n := range plan.WavesOf(org) {
			if plan.State(n) == wave.StateReleased && !slices.Contains(all, n) {
				all = append(all, n)
			}
		}
	}
	slices.Sort(all)
	return all
}

// proveUnits has the database count the persons behind every figure.
func (a *App) proveUnits(ctx context.Context) (prove.Finding, error) {
	units, small, err := a.store.SmallUnits(ctx)
	if err != nil {
		return prove.Finding{}, err
	}
	if small > 0 {
		return prove.Finding{Result: prove.Broken, Args: []any{small}}, nil
	}
	return kept(units)
}

// proveBallots holds cast ≤ issued ≤ roster + replacements, class by class, as
// far as this server may see. It never tells a number of ballots, nor of which
// class it does not hold.
func (a *App) proveBallots(ctx context.Context) (prove.Finding, error) {
	holds, fails := 0, 0
	for _, n := range a.schedule.Plan().Open() {
		b, err := a.ballotsOf(ctx, uint32(n))
		if err != nil {
			return prove.Finding{}, err
		}
		a.eachAsked(n, func(school string, c roster.Class) {
			if b.within(school, c) {
				holds++
			} else {
				fails++
			}
		})
	}
	if job := a.parts[config.Job]; job != nil {
		h, f, err := job.BallotsWithin(ctx)
		if err != nil {
			return prove.Finding{}, err
		}
		holds, fails = holds+h, fails+f
	}
	switch {
	case fails > 0:
		return prove.Finding{Result: prove.Broken, Args: []any{fails, holds + fails}}, nil
	case !a.cfg.Role.Is():
		return prove.Finding{Result: prove.Kept, What: "part", Args: []any{holds}}, nil
	}
	return kept(holds)
}

// ballots are the numbers of one wave that is not sealed, by class and attempt:
// codes and places made, ballots issued and cast. What this server may not see
// is nil.
type ballots struct{ made, issued, cast map[ballot.Attempt]int }

func (a *App) ballotsOf(ctx context.Context, n uint32) (b ballots, err error) {
	// In the order in which they come about: what is cast after the first look
	// was issued before it, so the last is asked first.
	if job := a.parts[config.Job]; job != nil {
		if b.cast, err = job.CastCount(ctx, n); err != nil {
			return b, err
		}
		b.made, err = job.CodeCount(ctx, n)
	}
	if issuer := a.parts[config.Issuer]; err == nil && issuer != nil {
		if b.issued, err = issuer.IssuedCount(ctx, n); err != nil {
			return b, err
		}
		b.made, err = issuer.CodeCount(ctx, n)
	}
	return b, err
}

// within says whether a class has, in each attempt, no more of each than of what
// comes before it.
func (b ballots) within(school string, c roster.Class) bool {
	for attempt := range uint8(wave.Attempts) {
		of, limit := ballot.Attempt{School: school, Class: c.Name, Number: attempt + 1}, ballot.Cap(c.Size)
		for _, count := range []map[ballot.Attempt]int{b.made, b.issued, b.cast} {
			if count == nil {
				continue
			}
			if count[of] > limit {
				return false
			}
			limit = count[of]
		}
	}
	return true
}

// eachAsked calls do for each class that is asked in a wave.
func (a *App) eachAsked(n wave.Number, do func(school string, c roster.Class)) {
	for _, o := range a.schedule.Roster().Owners {
		if !slices.Contains(a.schedule.Plan().Owners(n), o.Org) {
			continue
		}
		for _, s := range o.Schools {
			for _, c := range s.Classes {
				do(s.Org, c)
			}
		}
	}
}

// proveChain works the chain of sealed waves out anew from the stored counts.
func (a *App) proveChain(ctx context.Context) (prove.Finding, error) {
	chain, err := a.store.WaveLinks(ctx)
	if err != nil {
		return prove.Finding{}, err
	}
	released := a.released()
	if len(chain) == 0 {
		if len(released) == 0 {
			return prove.Finding{Result: prove.Kept, What: "none"}, nil
		}
		return prove.Finding{Result: prove.Unchecked, What: "early"}, nil
	}
	var breaks []string
	if err := counts.CheckChain(chain); err != nil {
		breaks = append(breaks, err.Error())
	}
	for _, l := range chain {
		if l.Wave < a.keepClassesFrom() {
			continue // its counts were added up by grade and school
		}
		commitment, err := a.commitment(ctx, l.Wave, l.Random)
		if err != nil {
			return prove.Finding{}, err
		}
		if commitment != l.Commitment {
			breaks = append(breaks, fmt.Sprintf("wave %d: other counts than were sealed", l.Wave))
		}
	}
	for _, n := range released {
		linked := slices.ContainsFunc(chain, func(l counts.Link) bool { return l.Wave == uint32(n) })
		if !linked && uint32(n) > chain[0].Wave {
			breaks = append(breaks, fmt.Sprintf("wave %d: not in the chain", n))
		}
	}
	f, err := brokenBy(breaks, len(chain))
	if f.Result == prove.Kept {
		last := chain[len(chain)-1]
		f.Details = []string{fmt.Sprintf("wave %d: %x", last.Wave, last.Hash)}
	}
	return f, err
}

package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"

	"github.com/folgmed/folgmed/internal/access"
	"github.com/folgmed/folgmed/internal/counts"
	"github.com/folgmed/folgmed/internal/duty"
	"github.com/folgmed/folgmed/internal/turn"
	"github.com/folgmed/folgmed/internal/wave"
)

// keepClassesFrom is the first wave whose counts are kept class by class: that of
// the oldest school year that is, this one counted in.
func (a *App) keepClassesFrom() uint32 {
	year := duty.SchoolYear(a.schedule.Now())
	return uint32(wave.FirstOf(year - a.cfg.KeepCountsYears() + 1))
}

// forgetOld forgets what has been kept for long enough (SCHOOL §5.10), once a
// day: counts and figures of classes become those of grades and schools, closed
// cases go that are in the archive, what was concluded without a case, and
// requests to be let in that nobody answers.
func (a *App) forgetOld(ctx context.Context) error {
	today := duty.DayOf(a.schedule.Now())
	if a.forgotten == today {
		return nil
	}
	a.sealing.Lock()
	defer a.sealing.Unlock()
	err := a.inTurn(ctx, func() error {
		return errors.Join(a.coarsen(ctx), a.forgetCases(ctx),
			a.store.ForgetRequests(ctx, a.schedule.Now().Add(-access.RequestLife), a.turn.Number()))
	})
	if errors.Is(err, turn.ErrTaken) {
		return nil // at the next quarter
	}
	if err == nil {
		a.forgotten = today
	}
	return err
}

// coarsen adds up the counts of classes, wave by wave. What is added up is stored
// before anything is forgotten, and a school that has it is not added up again.
func (a *App) coarsen(ctx context.Context) error {
	before := a.keepClassesFrom()
	waves, err := a.store.FineCounts(ctx, before)
	if err != nil || len(waves) == 0 {
		return err
	}
	for _, n := range waves {
		if err := a.turn.Renew(ctx); err != nil {
			return err
		}
		if err := a.coarsenWave(ctx, n); err != nil {
			return fmt.Errorf("add up the classes of wave %d: %w", n, err)
		}
	}
	a.log.Info("figures of classes were added up by grade and school", slog.Int("waves", len(waves)))
	return a.store.DropClassReleases(ctx, before, a.turn.Number())
}

func (a *App) coarsenWave(ctx context.Context, n uint32) error {
	summaries, err := a.store.Summaries(ctx, n, n)
	if err != nil {
		return err
	}
	bySchool := map[string][]counts.Summary{}
	for _, s := range summaries {
		bySchool[s.School] = append(bySchool[s.School], s)
	}
	rows := map[string][]counts.Row{}
	done := map[string]bool{}
	err = a.store.CountsOfWave(ctx, n, func(r counts.Row) {
		rows[r.School] = append(rows[r.School], r)
		done[r.School] = done[r.School] || counts.Coarse(r.Unit)
	})
	if err != nil {
		return err
	}
	for school, of := range rows {
		if done[school] {
			continue
		}
		if err := a.store.SaveCounts(ctx, counts.Coarsen(of, bySchool[school]), a.turn.Number()); err != nil {
			return err
		}
	}
	if err := a.store.DropFineCounts(ctx, n, a.turn.Number()); err != nil {
		return err
	}
	return a.store.DropSummaries(ctx, n, a.turn.Number())
}

// forgetCases forgets closed cases, owner by owner, with what they came of, what
// was concluded without a case, and who looked at them.
func (a *App) forgetCases(ctx context.Context) error {
	before := a.schedule.Now().AddDate(-a.cfg.KeepCasesYears(), 0, 0)
	for _, org := range a.owners() {
		events, err := a.store.DutyEventsOfOwner(ctx, org)
		if err != nil {
			return err
		}
		subjects := duty.Forgettable(events, before)
		if len(subjects) == 0 {
			continue
		}
		var ids []string
		for _, subject := range subjects {
			_, id, _ := strings.Cut(subject, ":")
			ids = append(ids, id)
		}
		if err := a.store.ForgetDuty(ctx, org, subjects, ids, a.turn.Number()); err != nil {
			return err
		}
		a.log.Info("closed cases that are in the archive were forgotten, and what was concluded without a case", slog.Int("subjects", len(subjects)))
	}
	return nil
}

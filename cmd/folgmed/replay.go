package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/folgmed/folgmed/internal/control"
	"github.com/folgmed/folgmed/internal/rehearsal"
	"github.com/folgmed/folgmed/internal/roster"
	"github.com/folgmed/folgmed/internal/wave"
)

type replayCmd struct {
	remote
	URL     string `name:"url" env:"FOLGMED_URL" help:"Public address of the rehearsal. Default: what the server says."`
	Roster  string `required:"" type:"existingfile" help:"Roster file; 'folgmed roster --from-answers' makes one."`
	Answers string `required:"" type:"existingfile" help:"Recorded answers: the columns school, class, wave, and one per item."`
	From    string `help:"A day of the first wave's week. Default: so that the last wave is last week's, or before the summer where the waves would cross it."`
	Tablets int    `default:"64" help:"Tablets that answer at the same time."`
	Seed    uint64 `default:"1" help:"Seed of the order in which pupils answer."`
}

// Run puts the roster in force, and casts every recorded sheet as a ballot of
// its own, wave after wave.
func (r replayCmd) Run(ctx context.Context, c console) error {
	known, err := readRoster(r.Roster)
	if err != nil {
		return err
	}
	if len(known.Owners) != 1 {
		return fmt.Errorf("%s has %d owners: a replay is of one", r.Roster, len(known.Owners))
	}
	file, err := os.Open(r.Answers)
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }()
	rec, err := rehearsal.ReadCSV(r.Answers, file)
	if err != nil {
		return err
	}
	total, err := resolve(rec, known)
	if err != nil {
		return err
	}
	op := r.client()
	status, err := op.Status(ctx)
	if err != nil {
		return err
	}
	if r.URL == "" {
		r.URL = status.PublicURL
	}
	set, err := op.Surveys(ctx)
	if err != nil {
		return err
	}
	if err := rehearsal.Check(status, known, set, rec); err != nil {
		return fmt.Errorf("%w\nnothing was cast", err)
	}
	first, err := r.first(ctx, op, rec, known.Owners[0].Rhythm)
	if err != nil {
		return err
	}
	if err := op.SaveRoster(ctx, known); err != nil {
		return err
	}
	bar := &progress{w: c.err, total: total}
	var drawing sync.Mutex
	before := 0
	player := &rehearsal.Rehearsal{
		Operator: op, URL: r.URL, Tablets: r.Tablets, Seed: r.Seed,
		Done: func(cast int) {
			drawing.Lock()
			defer drawing.Unlock()
			bar.set(before + cast)
		},
	}
	for i, recorded := range rec.Waves {
		n := first + wave.Number(i*known.Owners[0].Rhythm)
		if err := player.Play(ctx, n, rec.Sheets[recorded]); err != nil {
			return fmt.Errorf("replay wave %d of the file: %w", recorded, err)
		}
		before += len(rec.Sheets[recorded])
	}
	if err := op.SetClock(ctx, control.Clock{Real: true}); err != nil {
		return err
	}
	_, err = fmt.Fprintf(c.out, "%d ballots in %d waves were cast and released\n", total, len(rec.Waves))
	return err
}

// resolve gives every sheet its school's organisation number, and counts the
// sheets.
func resolve(rec rehearsal.Recording, known roster.Roster) (total int, err error) {
	unknown := make(map[string]bool)
	for _, sheets := range rec.Sheets {
		total += len(sheets)
		for i := range sheets {
			_, school, ok := known.SchoolNamed(sheets[i].School)
			if !ok {
				unknown[sheets[i].School] = true
			}
			sheets[i].School = school.Org
		}
	}
	for name := range unknown {
		err = errors.Join(err, fmt.Errorf("school %q of the answers is not on the roster", name))
	}
	return total, err
}

// first chooses the wave of the first recorded one. Waves that exist already
// can not be played again, for a wave is released once.
func (r replayCmd) first(ctx context.Context, op control.Operator, rec rehearsal.Recording, rhythm int) (wave.Number, error) {
	var first wave.Number
	if r.From != "" {
		n, err := waveOf(ctx, op, r.From)
		if err != nil {
			return 0, err
		}
		first = n
	} else {
		first = rehearsal.First(wave.NumberOf(time.Now()), len(rec.Waves), rhythm)
	}
	waves, err := op.Waves(ctx)
	if err != nil {
		return 0, err
	}
	for _, w := range waves {
		if w.Number >= first {
			return 0, fmt.Errorf("wave %d (week of %s) is there already: begin later with --from, or replay into a fresh --data folder", w.Number, w.Monday.Format(time.DateOnly))
		}
	}
	return first, nil
}

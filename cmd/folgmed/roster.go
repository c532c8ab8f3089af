package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/folgmed/folgmed/internal/roster"
)

type rosterCmd struct {
	remote
	File string `arg:"" optional:"" type:"existingfile" help:"Roster file (.yaml or .csv) to put in force. Without one the roster in force is shown."`

	FromAnswers string  `type:"existingfile" xor:"source" help:"Make a roster from recorded answers (columns school, class, wave, items) and print it."`
	Owner       string  `help:"With --from-answers: organisation number of the owner. Default: a simulated one."`
	OwnerName   string  `default:"Replay" help:"With --from-answers: name of the owner."`
	Grade       []int   `default:"8" help:"With --from-answers: grade of all classes; repeat for merged ones."`
	Rhythm      int     `default:"2" enum:"1,2,4" help:"With --from-answers: weeks between waves."`
	AlarmRate   float64 `default:"0.25" enum:"0.1,0.25,0.5" help:"With --from-answers: false alarms per class and school year."`
}

// Run shows, imports or makes a roster.
func (r rosterCmd) Run(ctx context.Context, c console) error {
	switch {
	case r.FromAnswers != "" && r.File != "":
		return errors.New("--from-answers makes a roster file and FILE imports one: give one of them")
	case r.FromAnswers != "":
		return r.make(c)
	case r.File != "":
		return r.save(ctx, c)
	}
	known, err := r.client().Roster(ctx)
	if err != nil {
		return err
	}
	if len(known.Owners) == 0 {
		_, err := fmt.Fprintln(c.err, "folgmed: no roster is in force yet: import one with 'folgmed roster FILE'")
		return err
	}
	return known.Write(c.out)
}

func (r rosterCmd) make(c console) error {
	data, err := os.ReadFile(r.FromAnswers)
	if err != nil {
		return err
	}
	made, err := roster.FromAnswers(r.FromAnswers, data, roster.Owner{
		Org: r.Owner, Name: r.OwnerName, Rhythm: r.Rhythm, Rate: r.AlarmRate,
	}, r.Grade)
	if err != nil {
		return err
	}
	return made.Write(c.out)
}

// readRoster reads a roster file whole, or lists its faults.
func readRoster(file string) (roster.Roster, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return roster.Roster{}, err
	}
	r, faults := roster.Parse(file, data)
	errs := make([]error, len(faults))
	for i, fault := range faults {
		errs[i] = fault
	}
	return r, errors.Join(errs...)
}

func (r rosterCmd) save(ctx context.Context, c console) error {
	read, err := readRoster(r.File)
	if err != nil {
		return fmt.Errorf("%w\nnothing was imported", err)
	}
	if err := r.client().SaveRoster(ctx, read); err != nil {
		return err
	}
	for _, owner := range read.Owners {
		pupils := 0
		for _, size := range owner.Sizes() {
			pupils += size
		}
		_, _ = fmt.Fprintf(c.out, "%s: %d schools, %d classes, %d pupils\n", owner.Name, len(owner.Schools), len(owner.Sizes()), pupils)
	}
	return nil
}

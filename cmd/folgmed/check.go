package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/folgmed/folgmed/internal/ballot"
	"github.com/folgmed/folgmed/internal/roster"
	"github.com/folgmed/folgmed/surveys"
)

type checkCmd struct {
	Files []string `arg:"" optional:"" type:"existingfile" help:"Questionnaire files (.yaml), roster files (.yaml, .csv) and keys.json of an installation, whose fingerprints are shown. Without any: the built-in questionnaires."`
}

// ownersKey begins a roster file; a questionnaire has no such key.
var ownersKey = regexp.MustCompile(`(?m)^owners:`)

// Run prints every fault with file, line and what to do, and fails if there is
// one. Rosters and questionnaires given together are also checked against each
// other: whether a background question could single a pupil out.
//
// A text that is hard to read, not translated yet or not recorded counts here
// too, though serve takes it.
func (k checkCmd) Run(c console) error {
	if len(k.Files) == 0 {
		set, err := surveys.Embedded()
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(c.out, "%d built-in questionnaires are in order\n", len(set.Questionnaires))
		return err
	}
	var faults []surveys.Fault
	var questionnaires []*surveys.Questionnaire
	var sizes []int
	for _, file := range k.Files {
		data, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		if strings.EqualFold(filepath.Ext(file), ".json") {
			chain, err := ballot.ParseChain(data)
			if err != nil {
				return fmt.Errorf("%s: %w", file, err)
			}
			if err := listKeys(c.out, chain); err != nil {
				return err
			}
			continue
		}
		if strings.EqualFold(filepath.Ext(file), ".csv") || ownersKey.Match(data) {
			r, found := roster.Parse(file, data)
			faults = append(faults, found...)
			for _, owner := range r.Owners {
				sizes = append(sizes, owner.Sizes()...)
			}
			continue
		}
		found := surveys.Check(file, data)
		faults = append(faults, found...)
		if len(found) == 0 {
			q, err := surveys.LoadFile(file)
			if err != nil {
				return err
			}
			questionnaires = append(questionnaires, q)
			faults = append(faults, surveys.CheckReading(file, data)...)
			faults = append(faults, surveys.CheckTranslations(file, data)...)
			sounds, err := surveys.CheckSounds(os.DirFS(filepath.Dir(file)), filepath.Base(file), q)
			if err != nil {
				return err
			}
			faults = append(faults, sounds...)
		}
	}
	if len(sizes) > 0 {
		for _, q := range questionnaires {
			faults = append(faults, surveys.CheckBackground(q, sizes)...)
		}
	}
	for _, fault := range faults {
		_, _ = fmt.Fprintln(c.out, fault.Error())
	}
	switch len(faults) {
	case 0:
		if len(k.Files) == 1 {
			_, err := fmt.Fprintf(c.out, "%s is in order\n", k.Files[0])
			return err
		}
		_, err := fmt.Fprintf(c.out, "%d files are in order\n", len(k.Files))
		return err
	case 1:
		return errors.New("1 fault")
	default:
		return fmt.Errorf("%d faults", len(faults))
	}
}

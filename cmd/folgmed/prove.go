package main

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/folgmed/folgmed/internal/prove"
)

type proveCmd struct {
	remote
	Language string `enum:"nb,nn,en" default:"nb" help:"Language of the report: ${enum}."`
	JSON     bool   `name:"json" help:"Write the report as JSON."`
}

// exitStatus ends the program with a status and without a word more: what there
// is to say has been said.
type exitStatus int

func (s exitStatus) Error() string { return fmt.Sprintf("exit status %d", int(s)) }

// What the statuses of prove mean to whoever watches it.
const (
	statusBroken    exitStatus = 1
	statusUnchecked exitStatus = 2
)

// Run has the server hold every promise against itself.
func (p proveCmd) Run(ctx context.Context, c console) error {
	report, err := p.client().Prove(ctx, p.Language)
	if err != nil {
		complain(c.err, err)
		return statusUnchecked
	}
	if err := p.write(c, report); err != nil {
		return err
	}
	switch report.Result() {
	case prove.Broken:
		return statusBroken
	case prove.Unchecked:
		return statusUnchecked
	default:
		return nil
	}
}

func (p proveCmd) write(c console, report prove.Report) error {
	if p.JSON {
		out := json.NewEncoder(c.out)
		out.SetEscapeHTML(false)
		out.SetIndent("", "  ")
		return out.Encode(report)
	}
	words, err := prove.NewWords()
	if err != nil {
		return err
	}
	return words.WriteText(c.out, report)
}

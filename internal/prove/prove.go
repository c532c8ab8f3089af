// Package prove says in plain words what was promised about the pupils' answers,
// how each promise was held against the running system, and what came of it.
//
// It must not know the system: whoever runs it looks, and hands the findings in.
// So it holds no figure about a class, and no answer could pass here.
package prove

import (
	"embed"
	"errors"
	"fmt"
	"time"

	"github.com/folgmed/folgmed/internal/web"
)

// Result is what came of a check.
type Result string

// The results.
const (
	Kept      Result = "kept"
	Broken    Result = "broken"
	Unchecked Result = "unchecked" // it could not be checked, and why
	Elsewhere Result = "elsewhere" // another part of the system checks it
)

// Promises are all that is checked, in the order of the report.
var Promises = []string{
	"columns", "grants", "password", "logs", "disk", "sealed", "units",
	"release", "swap", "keys", "pages", "metrics", "tablet", "ballots", "chain",
}

// limits is how many things the report names that no program can check.
const limits = 7

// Finding is what a check found. What is a word of the catalog; empty is the
// result's own.
type Finding struct {
	Result  Result
	What    string
	Args    []any    // for the words
	Details []string // names of tables, files and the like, as they are
}

// Checked is a promise with what was found, in words.
type Checked struct {
	ID      string   `json:"id"`
	Promise string   `json:"promise"`
	How     string   `json:"how"`
	Result  Result   `json:"result"`
	Found   string   `json:"found"`
	Details []string `json:"details,omitempty"`
	Do      string   `json:"do,omitempty"` // what to do; empty where it is kept
}

// Report is all promises, and what no program can check.
type Report struct {
	At       time.Time `json:"at"`
	Version  string    `json:"version"`
	Address  string    `json:"address,omitempty"`
	Lang     string    `json:"language"`
	Promises []Checked `json:"promises"`
	Limits   []string  `json:"not_checked"`
}

// Result is that of the whole: broken if one is, else unchecked if one is.
func (r Report) Result() Result {
	all := Kept
	for _, p := range r.Promises {
		switch p.Result {
		case Broken:
			return Broken
		case Unchecked:
			all = Unchecked
		case Kept, Elsewhere:
		}
	}
	return all
}

//go:embed locale
var files embed.FS

// Words write reports.
type Words struct{ cat *web.Catalog }

// NewWords reads the catalog, or says what it lacks.
func NewWords() (Words, error) {
	cat, err := web.NewCatalog(files, "locale")
	if err != nil {
		return Words{}, fmt.Errorf("prove: %w", err)
	}
	var faults []error
	for _, id := range Promises {
		for _, key := range []string{"promise", "how", "kept", "broken", "broken.do"} {
			if !cat.Has(id + "." + key) {
				faults = append(faults, fmt.Errorf("prove: the catalog has no %q", id+"."+key))
			}
		}
	}
	return Words{cat}, errors.Join(faults...)
}

// Write puts a finding in words.
func (w Words) Write(lang, id string, f Finding) Checked {
	what := f.What
	if what == "" {
		what = string(f.Result)
	}
	// What can go wrong with any check has the same words for all.
	key := id + "." + what
	if !w.cat.Has(key) {
		key = "any." + what
	}
	c := Checked{
		ID: id, Promise: w.cat.Text(lang, id+".promise"), How: w.cat.Text(lang, id+".how"),
		Result: f.Result, Found: w.cat.Text(lang, key, f.Args...), Details: f.Details,
	}
	if f.Result != Kept {
		c.Do = w.cat.Text(lang, key+".do")
	}
	return c
}

// Limits are what no program can check, in words.
func (w Words) Limits(lang string) []string {
	all := make([]string, limits)
	for i := range all {
		all[i] = w.cat.Text(lang, fmt.Sprintf("limit.%d", i+1))
	}
	return all
}

package privacy

import (
	"errors"
	"fmt"

	"github.com/folgmed/folgmed/internal/web"
)

// Stored is one table of the database as the page tells of it. Every table and
// every column stands here, so that a reader can hold the page against the
// database, and a test does.
type Stored struct {
	Table   string
	Columns []string
	about   kind
}

// kind is what a table is about.
type kind int

const (
	answers   kind = iota // answers and ballots
	counted               // what is counted of them
	adults                // what staff do
	operation             // settings
)

// Tables lists what is stored.
var Tables = []Stored{
	{"answers", []string{"school", "class", "wave", "attempt", "nullifier", "items", "options"}, answers},
	{"answers_sealing", []string{"school", "class", "wave", "attempt", "nullifier", "items", "options"}, answers},
	{"codes", []string{"wave", "school", "class", "attempt", "mac"}, answers},
	{"code_use", []string{"wave", "mac", "blinded"}, answers},
	{"nullifier", []string{"wave", "nullifier"}, answers},

	{"counts", []string{"wave", "owner", "school", "unit", "stratum", "measure", "bin", "n"}, counted},
	{"summary", []string{
		"wave", "owner", "school", "unit", "stratum", "questionnaire", "grade", "roster", "ballots",
		"n", "sum", "squares", "low", "themes", "answered", "bad",
	}, counted},
	{"vintage", []string{"wave", "body"}, counted},
	{"wave_link", []string{"place", "wave", "turn", "random", "commitment", "link"}, counted},
	{"release", []string{"release", "wave", "owner", "school", "level", "unit", "audience", "item", "form", "value", "reason"}, counted},

	{"class_session", []string{
		"id", "wave", "school", "class", "attempt", "session", "version", "step", "places", "code", "ends", "whole_class",
	}, adults},
	{"duty_event", []string{"id", "subject", "owner", "school", "version", "step", "at", "by", "role", "body"}, adults},
	{"access_event", []string{"id", "at", "by", "step", "person", "body"}, adults},
	{"join_request", []string{"id", "at", "school", "name", "email", "lang"}, adults},
	{"audit", []string{"id", "at", "person", "school", "action", "about"}, adults},
	{"pause", []string{"wave", "owner", "school", "class", "stands", "id", "at", "by"}, adults},
	{"voided", []string{"wave", "school", "class", "id", "at", "by", "reason"}, adults},
	{"rate_choice", []string{"id", "owner", "rate", "since", "at", "by"}, adults},
	{"rhythm_choice", []string{"id", "owner", "weeks", "since", "at", "by"}, adults},
	{"told", []string{"id", "mail", "at", "owner", "person", "step", "items", "digest", "said"}, adults},

	{"roster_version", []string{"id", "owner", "at", "by", "document"}, operation},
	{"wave_event", []string{"id", "wave", "owner", "step", "at", "closes"}, operation},
	{"job_turn", []string{"turn", "holder", "step", "until"}, operation},
	{"told_turn", []string{"turn", "holder", "step", "until"}, operation},
	{"installation", []string{"id", "key", "value", "at"}, operation},
	{"migration", []string{"name", "checksum", "at"}, operation},
}

// explained says whether the page explains each column of a table: of those
// that anything a pupil did has gone into.
func (s Stored) explained() bool { return s.about == answers || s.about == counted }

// storedTable is a table in words.
type storedTable struct {
	Table, Title, Keep string
	Columns            []storedColumn // with their meaning, if that is told
	Names              []string       // else their names alone
}

type storedColumn struct{ Name, Means string }

// stored tells of the tables of a kind.
func (w words) stored(about kind) []storedTable {
	var all []storedTable
	for _, s := range Tables {
		if s.about != about {
			continue
		}
		t := storedTable{Table: s.Table, Title: w.t("stored." + s.Table), Keep: w.t("keep." + s.Table)}
		for _, name := range s.Columns {
			if s.explained() {
				t.Columns = append(t.Columns, storedColumn{name, w.t(columnKey(w.cat, s.Table, name))})
			} else {
				t.Names = append(t.Names, name)
			}
		}
		all = append(all, t)
	}
	return all
}

// columnKey is the text of a column: its own, or the one that it has in every
// table.
func columnKey(cat *web.Catalog, table, column string) string {
	if own := "column." + table + "." + column; cat.Has(own) {
		return own
	}
	return "column." + column
}

// checkStored finds the tables and columns that the catalog has no words for.
func checkStored(cat *web.Catalog) error {
	var faults []error
	need := func(key string) {
		if !cat.Has(key) {
			faults = append(faults, fmt.Errorf("the catalog has no %q", key))
		}
	}
	for _, s := range Tables {
		need("stored." + s.Table)
		need("keep." + s.Table)
		if !s.explained() {
			continue
		}
		for _, name := range s.Columns {
			need(columnKey(cat, s.Table, name))
		}
	}
	return errors.Join(faults...)
}

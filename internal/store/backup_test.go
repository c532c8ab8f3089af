package store_test

import (
	"bytes"
	"encoding/hex"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/folgmed/folgmed/internal/audit"
	"github.com/folgmed/folgmed/internal/store"
	"github.com/folgmed/folgmed/internal/store/storetest"
)

// neverBackedUp are the tables that no backup holds, and why.
var neverBackedUp = map[string]string{
	"answers":         "not released",
	"answers_sealing": "not released",
	"codes":           "not released",
	"code_use":        "not released",
	"class_session":   "not released",
	"nullifier":       "kept for thirty days",
	"job_turn":        "of a server that runs",
	"told_turn":       "of a server that runs",
	"join_request":    "kept until somebody has answered, and no longer",
	"installation":    "made at the first start",
	"migration":       "made at the first start",
}

// TestEachTableIsBackedUpOrNot: a new table is in the backup or in the list
// above; and the file for an operator's own ClickHouse names the same.
func TestEachTableIsBackedUpOrNot(t *testing.T) {
	var kept, all []string
	for _, k := range store.Kept {
		kept = append(kept, k.Table)
	}
	all = append(all, kept...)
	for table := range neverBackedUp {
		if slices.Contains(kept, table) {
			t.Errorf("%s is in the backup, and must not be: %s", table, neverBackedUp[table])
		}
		all = append(all, table)
	}
	slices.Sort(all)
	equal(t, all, nil, tables(t, storetest.New(t)))

	text, err := os.ReadFile("../../deploy/clickhouse/backup.sql")
	must(t, err)
	var named []string
	for _, match := range regexp.MustCompile(`(?m)^ +TABLE folgmed\.(\w+),?$`).FindAllSubmatch(text, -1) {
		named = append(named, string(match[1]))
	}
	equal(t, named, nil, kept)
}

// TestDumpAndRestore takes each table out and puts it back, as the one user who
// may.
func TestDumpAndRestore(t *testing.T) {
	from, to := storetest.Database(t), storetest.Database(t)
	native := from
	native.URL = "clickhouse://127.0.0.1:9000"
	if err := store.Dump(t.Context(), native, "audit", new(bytes.Buffer)); err == nil {
		t.Error("a dump by the native protocol")
	}
	if !strings.HasPrefix(from.URL, "http") {
		return // the server that these tests were given has no other
	}
	s, other := storetest.Open(t, from), storetest.Open(t, to)
	entry := audit.Entry{ID: "1", At: time.UnixMilli(1_790_000_000_000).UTC(), Person: "kari", School: "974700000", Action: "read", About: "\x00\xff"}
	must(t, s.AppendAudit(t.Context(), entry))
	as := func(opts store.Options, role store.Role) store.Options {
		opts.User, opts.Password = role.User(opts.Database), storetest.Password(t, opts, role)
		return opts
	}
	for _, k := range store.Kept {
		var dump bytes.Buffer
		must(t, store.Dump(t.Context(), as(from, k.Role), k.Table, &dump))
		if dump.Len() > 0 {
			must(t, store.Restore(t.Context(), as(to, k.Role), k.Table, &dump))
		}
	}
	got, err := other.AuditOf(t.Context(), "kari")
	equal(t, got, err, []audit.Entry{entry})

	// Another role is refused, and a dump that was cut is an error.
	if err := store.Dump(t.Context(), as(from, store.RoleIssuer), "audit", new(bytes.Buffer)); err == nil {
		t.Error("the issuer dumps the record of what staff did")
	}
	var dump bytes.Buffer
	must(t, store.Dump(t.Context(), as(from, store.RoleStaff), "audit", &dump))
	dump.Truncate(dump.Len() - 3)
	if err := store.Restore(t.Context(), as(to, store.RoleStaff), "audit", &dump); err == nil {
		t.Errorf("a dump that was cut is restored: %s", hex.EncodeToString(dump.Bytes()))
	}
}

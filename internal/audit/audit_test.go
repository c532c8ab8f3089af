package audit_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/folgmed/folgmed/internal/audit"
)

type journal struct {
	entries []audit.Entry
	err     error
}

func (j *journal) AppendAudit(_ context.Context, e audit.Entry) error {
	if j.err != nil {
		return j.err
	}
	j.entries = append(j.entries, e)
	return nil
}

func TestRecordStampsAndKeeps(t *testing.T) {
	oslo := time.FixedZone("Oslo", 2*60*60)
	now := time.Date(2026, 9, 2, 9, 30, 0, 0, oslo)
	j := &journal{}
	r := audit.New(j, func() time.Time { return now })
	if err := r.Record(t.Context(), audit.Entry{ID: "mine", Person: "p1", School: "974700001", Action: "read_prompt", About: "prompt:7"}); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := r.Record(t.Context(), audit.Entry{Person: "p1", Action: "signed_in"}); err != nil {
			t.Fatal(err)
		}
	}
	want := audit.Entry{ID: "mine", At: now.UTC(), Person: "p1", School: "974700001", Action: "read_prompt", About: "prompt:7"}
	if diff := cmp.Diff(want, j.entries[0]); diff != "" {
		t.Error(diff)
	}
	if a, b := j.entries[1].ID, j.entries[2].ID; a == "" || a == b {
		t.Errorf("ids %q and %q, want two of their own", a, b)
	}
}

func TestRecordRefuses(t *testing.T) {
	broken := errors.New("disk full")
	for _, tt := range []struct {
		name string
		log  *journal
		e    audit.Entry
		is   error
	}{
		{"nobody", &journal{}, audit.Entry{Action: "signed_in"}, nil},
		{"nothing", &journal{}, audit.Entry{Person: "p1"}, nil},
		{"a failing journal", &journal{err: broken}, audit.Entry{Person: "p1", Action: "signed_in"}, broken},
	} {
		err := audit.New(tt.log, func() time.Time { return time.Time{} }).Record(t.Context(), tt.e)
		if err == nil || tt.is != nil && !errors.Is(err, tt.is) {
			t.Errorf("%s: error %v, want one that is %v", tt.name, err, tt.is)
		}
		if len(tt.log.entries) != 0 {
			t.Errorf("%s: %d entries kept, want none", tt.name, len(tt.log.entries))
		}
	}
}

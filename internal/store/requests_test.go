package store_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/folgmed/folgmed/internal/access"
	"github.com/folgmed/folgmed/internal/audit"
	"github.com/folgmed/folgmed/internal/store"
)

// TestWhoIsNotLetInIsForgotten has three ask to be let in. One is refused, one has
// no answer for 30 days, one had asked an earlier version: of none of them is a
// name or an address left in any row, nor in one that is only marked as deleted.
func TestWhoIsNotLetInIsForgotten(t *testing.T) {
	anyone, roles := database(t)
	staff, job, ctx := roles[store.RoleStaff], roles[store.RoleJob], t.Context()
	now := at
	clock := func() time.Time { return now }
	service, err := access.New(access.Options{Store: staff, Audit: audit.New(staff, clock), Keys: t.TempDir(), Now: clock})
	must(t, err)
	must(t, service.AddPerson(ctx, access.Person{
		Email: "rektor@vik.no", Name: "Ragnhild Rektor", Role: access.Principal, Owner: "964338531", Schools: []string{"974700000"},
	}))
	all, err := service.People(ctx)
	must(t, err)
	by := access.Act{By: all[0], School: "974700000"}
	invitation, err := service.Invite(ctx, by)
	must(t, err)
	for _, name := range []string{"Ola Nei", "Kari Ubesvart"} {
		email := strings.ReplaceAll(strings.ToLower(name), " ", ".") + "@vik.no"
		must(t, service.AskToJoin(ctx, invitation, access.Request{Name: name, Email: email}))
	}
	must(t, staff.AppendAccess(ctx, access.Event{ID: "old", At: at, By: "invitation", Step: "join_asked", Person: "974700000", Body: `{"name":"Siv Gammel","email":"siv.gammel@vik.no"}`}))

	written := func(name string) (places int) {
		t.Helper()
		for _, table := range tables(t, anyone) {
			var rows uint64
			must(t, anyone.Conn().QueryRow(ctx, fmt.Sprintf(
				"SELECT count() FROM %s WHERE positionCaseInsensitive(toString(tuple(*)), '%s') > 0 SETTINGS apply_deleted_mask = 0", table, name)).Scan(&rows))
			places += int(rows)
		}
		return places
	}
	expect := func(when string, want map[string]int) {
		t.Helper()
		for name, n := range want {
			if got := written(name); got != n {
				t.Errorf("%s: %d rows hold %q, want %d", when, got, name, n)
			}
		}
	}
	expect("asked", map[string]int{"ola": 1, "kari": 1, "siv": 1, "ragnhild": 1})
	asking, err := service.Asking(ctx, by.By, by.School)
	must(t, err)
	if len(asking) != 2 || asking[0].Name != "Ola Nei" && asking[1].Name != "Ola Nei" {
		t.Fatalf("asking: %+v", asking)
	}
	for _, r := range asking {
		if r.Name == "Ola Nei" {
			must(t, service.AnswerRequest(ctx, by, r.ID, false))
		}
	}
	expect("refused", map[string]int{"ola": 0, "kari": 1, "siv": 1, "ragnhild": 1})
	now = now.Add(access.RequestLife)
	must(t, job.ForgetRequests(ctx, now.Add(-access.RequestLife), 0))
	expect("30 days later", map[string]int{"ola": 0, "kari": 1, "siv": 0, "ragnhild": 1})
	now = now.Add(time.Second)
	if asking, err := service.Asking(ctx, by.By, by.School); err != nil || len(asking) != 0 {
		t.Errorf("after 30 days the office still sees %+v: %v", asking, err)
	}
	must(t, job.ForgetRequests(ctx, now.Add(-access.RequestLife), 1)) // of a turn that is not the latest
	expect("another's turn", map[string]int{"kari": 1})
	must(t, job.ForgetRequests(ctx, now.Add(-access.RequestLife), 0))
	expect("after 30 days", map[string]int{"ola": 0, "kari": 0, "siv": 0, "ragnhild": 1})
}

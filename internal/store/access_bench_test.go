package store_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/folgmed/folgmed/internal/access"
	"github.com/folgmed/folgmed/internal/audit"
	"github.com/folgmed/folgmed/internal/store/storetest"
)

// BenchmarkWhoWorksHere is how long a server takes to see what another has just
// written, with a country's staff behind it.
func BenchmarkWhoWorksHere(b *testing.B) {
	const country = 36_000
	s, ctx, now := storetest.New(b), b.Context(), at
	clock := func() time.Time { return now }
	batch, err := s.Conn().PrepareBatch(ctx, "INSERT INTO access_event (id, at, `by`, step, person, body)")
	if err != nil {
		b.Fatal(err)
	}
	for i := range country {
		id := fmt.Sprint("p", i)
		body, err := json.Marshal(access.Person{ID: id, Email: id + "@vik.example", Name: "Lærer " + id, Role: access.Teacher, Owner: "1", Schools: []string{"2"}})
		if err != nil {
			b.Fatal(err)
		}
		if err := batch.Append(id, now.Add(time.Duration(i)*time.Millisecond), "operator", "person_added", id, string(body)); err != nil {
			b.Fatal(err)
		}
	}
	if err := batch.Send(); err != nil {
		b.Fatal(err)
	}
	now = now.Add(country * time.Millisecond)
	start := func() *access.Service {
		service, err := access.New(access.Options{Store: s, Audit: audit.New(s, clock), Keys: b.TempDir(), Now: clock})
		if err != nil {
			b.Fatal(err)
		}
		if _, err := service.Invited(ctx, "2"); err != nil {
			b.Fatal(err)
		}
		return service
	}
	reader := start()
	for _, news := range []bool{false, true} {
		b.Run(fmt.Sprintf("news=%t", news), func(b *testing.B) {
			for i := 0; b.Loop(); i++ {
				now = now.Add(time.Minute)
				if news {
					b.StopTimer()
					e := access.Event{ID: fmt.Sprint(b.N, "-", i, now), At: now, By: "operator", Step: "invite_ended", Person: "2"}
					if err := s.AppendAccess(ctx, e); err != nil {
						b.Fatal(err)
					}
					b.StartTimer()
				}
				if _, err := reader.Invited(ctx, "2"); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

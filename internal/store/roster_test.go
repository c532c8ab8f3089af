package store_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/folgmed/folgmed/internal/roster"
	"github.com/folgmed/folgmed/internal/store/storetest"
)

// The latest version of each owner is what is read, also by who has read an
// earlier one.
func TestLatestRosters(t *testing.T) {
	s := storetest.New(t)
	at := time.Date(2026, 8, 20, 8, 0, 0, 0, time.UTC)
	var want roster.Roster
	for i, v := range []roster.Version{
		{ID: "a", Owner: roster.Owner{Org: "1", Name: "Vik"}}, {ID: "b", Owner: roster.Owner{Org: "2", Name: "Nes"}}, {ID: "c", Owner: roster.Owner{Org: "1", Name: "Vik kommune"}},
	} {
		v.At, v.By = at.Add(time.Duration(i)*time.Minute), "operator"
		if err := s.SaveRoster(t.Context(), v); err != nil {
			t.Fatal(err)
		}
		if i < 2 {
			want.Owners = append(want.Owners, v.Owner)
		} else {
			want.Owners[0] = v.Owner
		}
		for range 2 {
			got, err := s.Roster(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("after version %s (-want +got):\n%s", v.ID, diff)
			}
		}
	}
}

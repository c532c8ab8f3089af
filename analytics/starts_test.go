package analytics

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// The starts after any number of waves are the first that may be one and the
// last of the window; Hold lets no more come, restart forgets all.
func TestStarts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := DefaultSettings()
		s.Window, s.MinWaves = rapid.IntRange(1, 6).Draw(t, "window"), rapid.IntRange(0, 5).Draw(t, "least")
		waves := rapid.IntRange(0, 30).Draw(t, "waves")
		hold := rapid.IntRange(0, 30).Draw(t, "hold")
		all := newStarts(s)
		for range 2 {
			var want []int
			for wave := range waves {
				if wave == hold {
					all.Hold()
				}
				slot := all.next(3 * wave)
				if wave >= s.MinWaves && wave < hold {
					want = append(want, 3*wave)
					if all.Start(slot) != 3*wave {
						t.Fatalf("wave %d: slot %d starts in week %d", wave, slot, all.Start(slot))
					}
				} else if slot != -1 {
					t.Fatalf("wave %d: slot %d, want none", wave, slot)
				}
			}
			if len(want) > s.Window+1 {
				want = append(want[:1], want[len(want)-s.Window:]...)
			}
			var got []int
			for j := range all.Starts() {
				got = append(got, all.Start(j))
			}
			if got = slices.Sorted(slices.Values(got)); !cmp.Equal(got, want) {
				t.Fatalf("starts %v, want %v", got, want)
			}
			all.restart()
			if all.Starts() != 0 {
				t.Fatal("starts left after a restart")
			}
		}
	})
}

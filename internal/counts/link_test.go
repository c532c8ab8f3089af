package counts_test

import (
	"errors"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/folgmed/folgmed/internal/counts"
)

// TestChainHoldsEveryCount builds a chain and then changes one thing in it, as
// someone would who has the database: it is found.
func TestChainHoldsEveryCount(t *testing.T) {
	row := rapid.Custom(func(t *rapid.T) counts.Row {
		name := rapid.StringMatching(`[a-z+ "]{0,3}`)
		return counts.Row{
			Owner: name.Draw(t, "owner"), School: name.Draw(t, "school"), Unit: name.Draw(t, "unit"),
			Stratum: name.Draw(t, "stratum"), Measure: name.Draw(t, "measure"),
			Bin: rapid.Uint8Max(3).Draw(t, "bin"), N: rapid.Uint32Max(12).Draw(t, "n"),
		}
	})
	commit := func(random [32]byte, rows []counts.Row) [32]byte {
		c := counts.Commit(random)
		for _, r := range rows {
			c.Add(r)
		}
		return c.Sum()
	}
	rapid.Check(t, func(t *rapid.T) {
		waves := rapid.SliceOfN(rapid.SliceOfN(row, 1, 4), 1, 4).Draw(t, "waves")
		var chain []counts.Link
		for i, rows := range waves {
			random := [32]byte{byte(i), 7}
			chain = append(chain, counts.NextLink(chain, uint32(100+2*i), random, commit(random, rows)))
		}
		if err := counts.CheckChain(chain); err != nil {
			t.Fatal(err)
		}
		k := rapid.IntRange(0, len(waves)-1).Draw(t, "which")
		other := slices.Clone(waves[k])
		i := rapid.IntRange(0, len(other)-1).Draw(t, "row")
		if changed := row.Draw(t, "changed"); changed != other[i] {
			other[i] = changed
			if commit(chain[k].Random, other) == chain[k].Commitment {
				t.Error("other counts have the same commitment")
			}
		}
		forged := slices.Clone(chain)
		switch rapid.SampledFrom([]string{"wave", "commitment", "left out", "swapped"}).Draw(t, "forgery") {
		case "wave":
			forged[k].Wave++
		case "commitment":
			forged[k].Commitment[3] ^= 1
		case "left out":
			if k == len(forged)-1 {
				return // a chain that ends early is whole: that is what noting its end is for
			}
			forged = slices.Delete(forged, k, k+1)
		case "swapped":
			if k == 0 {
				return
			}
			forged[k], forged[k-1] = forged[k-1], forged[k]
		}
		if err := counts.CheckChain(forged); !errors.Is(err, counts.ErrChain) {
			t.Errorf("a forged chain holds: %v", err)
		}
	})
}

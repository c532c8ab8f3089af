package store_test

import (
	"testing"

	"github.com/folgmed/folgmed/internal/counts"
	"github.com/folgmed/folgmed/internal/store/storetest"
)

// A server that was paused adds the wave once more after another has: what the
// other added stays.
func TestLinkOfTheLatestTurnCounts(t *testing.T) {
	s := storetest.New(t)
	first := counts.NextLink(nil, 150, [32]byte{1}, [32]byte{2})
	second := counts.NextLink([]counts.Link{first}, 152, [32]byte{3}, [32]byte{4})
	late := counts.NextLink(nil, 152, [32]byte{5}, [32]byte{6}) // knew no other
	must(t, s.SaveWaveLink(t.Context(), first, 7))
	must(t, s.SaveWaveLink(t.Context(), second, 9))
	must(t, s.SaveWaveLink(t.Context(), late, 8))
	chain, err := s.WaveLinks(t.Context())
	equal(t, chain, err, []counts.Link{first, second})
	must(t, counts.CheckChain(chain))
}

func TestCountsOfAWaveAreInOrder(t *testing.T) {
	s := storetest.New(t)
	row := counts.Row{Wave: 150, Owner: "2", School: "1", Unit: "class:5A", Measure: counts.Score, Bin: 3, N: 6}
	other := row
	other.Owner, other.Bin = "1", 4
	another := row
	another.Wave = 152
	must(t, s.SaveCounts(t.Context(), []counts.Row{row, another}, 0))
	must(t, s.SaveCounts(t.Context(), []counts.Row{other, row}, 0))
	var got []counts.Row
	err := s.CountsOfWave(t.Context(), 150, func(r counts.Row) { got = append(got, r) })
	equal(t, got, err, []counts.Row{other, row})
}

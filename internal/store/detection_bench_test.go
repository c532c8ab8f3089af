package store_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/folgmed/folgmed/internal/counts"
	"github.com/folgmed/folgmed/internal/store/storetest"
)

// BenchmarkSummariesOfOwner reads what detection needs of 30 schools with ten
// classes each after 40 waves, with girls and boys apart, and tells what is kept
// of a class on the disk.
func BenchmarkSummariesOfOwner(b *testing.B) {
	const schools, classes, waves = 30, 10, 40
	s := storetest.New(b)
	random := rand.New(rand.NewPCG(1, 2))
	for n := range waves {
		var rows []counts.Summary
		for c := range schools * classes {
			for _, stratum := range []string{counts.All, counts.Girls, counts.Boys} {
				rows = append(rows, anySummary(random, uint32(138+n), c/classes, c%classes, stratum))
			}
		}
		if err := s.SaveSummaries(b.Context(), rows); err != nil {
			b.Fatal(err)
		}
	}
	for b.Loop() {
		rows, err := s.SummariesOfOwner(b.Context(), "999999999", 0, 200)
		if err != nil || len(rows) != schools*classes*waves*3 {
			b.Fatalf("%d rows, %v", len(rows), err)
		}
	}
	var bytes *uint64
	if err := s.Conn().QueryRow(b.Context(), "SELECT total_bytes FROM system.tables WHERE name = 'summary' AND database = currentDatabase()").Scan(&bytes); err != nil || bytes == nil {
		b.Fatalf("size of the table: %v, %v", bytes, err)
	}
	b.ReportMetric(float64(*bytes)/(schools*classes), "B/class")
}

// anySummary has the numbers of an ordinary class in which nothing repeats.
func anySummary(random *rand.Rand, wave uint32, school, class int, stratum string) counts.Summary {
	n := 20
	if stratum != counts.All {
		n = 10
	}
	fifths := 0 // of composites above 1
	for range n {
		fifths += 8 + random.IntN(13)
	}
	s := counts.Summary{
		Wave: wave, Owner: "999999999", School: fmt.Sprintf("9747000%02d", school), Unit: counts.ClassUnit(fmt.Sprintf("%d%c", 5+class/4, 'A'+class%4)).String(),
		Stratum: stratum, Questionnaire: "grades-5-7@1", Grade: uint8(5 + class/4), Roster: 24, Ballots: -1,
		N: uint16(n), Sum: float64(n) + float64(fifths)/5, Squares: float64(n) * (.3 + random.Float64()), Low: uint16(random.IntN(4)),
		Themes: []string{"adult", "alone", "hurt", "left_out", "unsafe"},
	}
	if stratum == counts.All {
		s.Ballots = int16(n + random.IntN(3))
	}
	for range s.Themes {
		s.Answered = append(s.Answered, uint16(n-random.IntN(2)))
		s.Bad = append(s.Bad, uint16(random.IntN(3)))
	}
	return s
}

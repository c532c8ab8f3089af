package store_test

import (
	"fmt"
	"testing"

	"github.com/folgmed/folgmed/internal/ballot"
	"github.com/folgmed/folgmed/internal/collect"
	"github.com/folgmed/folgmed/internal/store/storetest"
)

// BenchmarkInsertAnswers is one durable insert, as the group commit makes it.
func BenchmarkInsertAnswers(b *testing.B) {
	for _, n := range []int{1, 100, 1000, 5000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			s := storetest.New(b)
			rows := make([]collect.Row, n)
			next := 0
			for b.Loop() {
				for i := range rows {
					next++
					rows[i] = row(150, next, 1, 2, 3, 4, 5, 1, 2)
					rows[i].Sheet.Items = items
				}
				if err := s.InsertAnswers(b.Context(), rows); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(next)/b.Elapsed().Seconds(), "rows/s")
		})
	}
}

var items = []string{"c1", "c2", "c3", "c4", "c5", "c6", "c7"}

// BenchmarkWaveStands is the re-read between an insert and its answer.
func BenchmarkWaveStands(b *testing.B) {
	s := storetest.New(b)
	for b.Loop() {
		if _, err := s.WaveStands(b.Context(), []uint32{150, 151}); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkCodeUses is the read-back of a batch of code uses.
func BenchmarkCodeUses(b *testing.B) {
	s := storetest.New(b)
	uses := make([]ballot.CodeUse, 1000)
	macs := make([]ballot.CodeMAC, len(uses))
	for i := range uses {
		macs[i] = ballot.CodeMAC(nullifier(i))
		uses[i] = ballot.CodeUse{Wave: 150, MAC: macs[i]}
	}
	if err := s.UseCodes(b.Context(), uses); err != nil {
		b.Fatal(err)
	}
	for _, n := range []int{1, 100, 1000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			for b.Loop() {
				if _, err := s.CodeUses(b.Context(), 150, macs[:n]); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

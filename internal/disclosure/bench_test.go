package disclosure

import (
	"runtime"
	"sync/atomic"
	"testing"

	"golang.org/x/sync/errgroup"
)

// A national release: all 30,000 classes of the simulated country, owner by owner
// on all cores as the job does it, with what was released before at hand. In
// mid-year, the eighth of fortnightly waves; and at its heaviest, the last whole
// block of a year of weekly ones.
func BenchmarkNationalRelease(b *testing.B) {
	for _, year := range []struct {
		name          string
		rhythm, waves int
	}{{"mid-year", 2, 8}, {"weekly", 1, 36}} {
		b.Run(year.name, func(b *testing.B) { benchmarkRelease(b, simulated(0, year.rhythm, year.waves), year.waves) })
	}
}

func benchmarkRelease(b *testing.B, years []Input, waves int) {
	for i, year := range years {
		var all []Released
		for w := range waves - 1 {
			out, err := Gate(at(year, w, all))
			if err != nil {
				b.Fatal(err)
			}
			all = append(all, out.Lines...)
		}
		years[i].Wave, years[i].Earlier = year.Waves[waves-1].Number, all
	}
	b.ReportAllocs()
	for b.Loop() {
		var lines atomic.Int64
		var group errgroup.Group
		group.SetLimit(runtime.GOMAXPROCS(0))
		for _, year := range years {
			group.Go(func() error {
				out, err := Gate(year)
				lines.Add(int64(len(out.Lines)))
				return err
			})
		}
		if err := group.Wait(); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(lines.Load()), "lines/op")
	}
}

//go:build unix

package evaluate

import (
	"fmt"
	"math"
	"runtime"
	"slices"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/folgmed/folgmed/analytics"
	"github.com/folgmed/folgmed/analytics/simulate"
)

// What a nation may cost on two cores, in seconds and MiB: to learn what is usual
// and decide on a wave of 30,000 classes, to do so for forty waves anew, and to
// hold it all.
const (
	budgetWave, budgetRebuild, budgetMiB = 15, 120, 1024

	budgetClasses = 30_000
	nationWaves   = 40
)

// BenchmarkNation gives the time to learn what is usual (fit), to watch forty
// waves anew (rebuild), and to do with one more wave what a night does, learn
// and decide (wave), for more and more classes of all grades: on the clock, and of the processors, which others who
// work on them disturb less. The exponent is the one by which the latter grows
// from 300 classes on; memory is what the system has given. Every class has
// score, spread, gap, silence, and five items.
func BenchmarkNation(b *testing.B) {
	base := simulate.New(simulate.Primary(1, 1, 300, 10)).Panel(nationWaves)
	times := map[string]float64{}
	sizes := []int{300, 3_000, 30_000}
	if !testing.Short() {
		sizes = append(sizes, 300_000)
	}
	for _, classes := range sizes {
		var vintages []analytics.Vintage
		panel := tiled(base, classes)
		step := func(name string, budget float64, do func()) {
			b.Run(fmt.Sprintf("%s/%d", name, classes), func(b *testing.B) {
				used := processorTime()
				for b.Loop() {
					do()
				}
				b.ReportMetric(b.Elapsed().Seconds()/float64(b.N), "s")
				s := (processorTime() - used).Seconds() / float64(b.N)
				b.ReportMetric(s, "cpu-s")
				b.ReportMetric(mebibytes(), "MiB")
				if classes == 300 {
					times[name] = s
				} else if first := times[name]; first > 0 {
					b.ReportMetric(math.Log(s/first)/math.Log(float64(classes)/300), "exponent")
				}
				if classes == budgetClasses && budget > 0 {
					b.ReportMetric(s/2/budget, "of-budget") // of two cores
					b.ReportMetric(mebibytes()/budgetMiB, "of-budget-MiB")
				}
			})
		}
		step("fit", 0, func() { vintages = analytics.Fit(panel) })
		o := analytics.Options{Rhythm: 1, Vintages: vintages}
		var told []analytics.Alarm
		step("rebuild", budgetRebuild, func() {
			told = told[:0]
			for _, f := range analytics.Detect(panel, o) {
				if f.Wave < nationWaves-1 {
					told = append(told, analytics.Alarm{Unit: f.Unit, Wave: f.Wave, Kind: f.Kind, Tier: f.Tier})
				}
			}
		})
		o.From, o.Told = nationWaves-1, told
		step("wave", budgetWave, func() {
			o.Vintages[nationWaves-1] = analytics.Fit(panel)[nationWaves-1]
			analytics.Detect(panel, o)
		})
	}
}

// tiled is a panel of so many classes: those of p again and again, in new
// schools and owners.
func tiled(p analytics.Panel, classes int) analytics.Panel {
	t := p
	t.Units = make([]analytics.Unit, classes)
	for i := range t.Units {
		t.Units[i] = p.Units[i%len(p.Units)]
		again := strconv.Itoa(i / len(p.Units))
		t.Units[i].School += "-" + again
		t.Units[i].Owner += "-" + again
	}
	repeat := (classes + len(p.Units) - 1) / len(p.Units)
	t.Cells = slices.Repeat(p.Cells, repeat)[:classes*len(p.Weeks)]
	t.Counts = slices.Repeat(p.Counts, repeat)[:classes*len(p.Weeks)*len(p.Items)]
	return t
}

// mebibytes that the system has given and not got back.
func mebibytes() float64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.Sys-m.HeapReleased) / (1 << 20)
}

// BenchmarkSchool gives the time of one school's round after a wave, with what is
// usual from a stored vintage: at most 200 ms are allowed for.
func BenchmarkSchool(b *testing.B) {
	panel := simulate.New(simulate.Primary(1, 1, 1, 10)).Panel(nationWaves)
	o := analytics.Options{Rhythm: 1, Vintages: analytics.Fit(panel), From: nationWaves - 1}
	const budget = 200 * time.Millisecond
	for b.Loop() {
		analytics.Detect(panel, o)
	}
	b.ReportMetric(float64(b.Elapsed())/float64(b.N)/float64(budget), "of-budget")
}

// processorTime is what this process has used of all processors.
func processorTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

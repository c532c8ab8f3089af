package simulate_test

import (
	"math"
	"testing"

	"github.com/folgmed/folgmed/analytics"
	"github.com/folgmed/folgmed/analytics/simulate"
)

// TestRates measures the false alarms of each kind that the thresholds lead to,
// as a school would see them, on null class-years that they were not calibrated
// on.
func TestRates(t *testing.T) {
	const owners, schools, classes = 40, 6, 10
	for _, rhythm := range []int{1, 2, 4} {
		panels := make([]analytics.Panel, owners)
		vintages := make([][]analytics.Vintage, owners)
		for i := range panels {
			panels[i] = simulate.NullYear(9_000_000+uint64(i), rhythm, schools, classes)
			vintages[i] = analytics.Fit(panels[i])
		}
		for _, rate := range []float64{.5, .25, .1} {
			sums, squares := map[analytics.Kind]float64{}, map[analytics.Kind]float64{}
			for i, p := range panels {
				alarms := map[analytics.Kind]float64{}
				stood := map[int]bool{}
				for _, f := range analytics.Detect(p, analytics.Options{Rhythm: rhythm, Rate: rate, Vintages: vintages[i]}) {
					if f.Rise || f.Kind == analytics.KindLevel && stood[f.Unit] {
						continue // a level that still is what it was
					}
					stood[f.Unit] = stood[f.Unit] || f.Kind == analytics.KindLevel
					alarms[f.Kind]++
				}
				for kind, n := range alarms {
					sums[kind] += n / (schools * classes)
					squares[kind] += n * n / (schools * classes * schools * classes)
				}
			}
			for _, kind := range analytics.Kinds {
				promised := rate
				if kind == analytics.KindLevel {
					promised *= analytics.LevelShare
				}
				mean := sums[kind] / owners
				se := math.Sqrt(max(squares[kind]/owners-mean*mean, promised/(schools*classes)) / (owners - 1))
				t.Logf("%-7s every %d weeks at %.3f: %.3f ± %.3f false alarms a class-year", kind, rhythm, promised, mean, se)
				// A unit that starts afresh after an alarm has fewer of them.
				if mean > promised+2.8*se || mean < .8*promised-2.8*se {
					t.Errorf("%s every %d weeks: %.3f ± %.3f false alarms a class-year, promised %.3f", kind, rhythm, mean, se, promised)
				}
			}
		}
	}
}

// Owners smaller than those of the calibration must not have more false alarms
// than promised.
func TestRatesOfSmallOwners(t *testing.T) {
	for _, size := range [][2]int{{1, 10}, {1, 4}, {1, 1}} {
		owners := 1200 / (size[0] * size[1])
		alarms := map[analytics.Kind]float64{}
		for i := range owners {
			p := simulate.NullYear(7_000_000+uint64(i), 2, size[0], size[1])
			for _, f := range analytics.Detect(p, analytics.Options{Rhythm: 2}) {
				if !f.Rise {
					alarms[f.Kind] += 1. / 1200
				}
			}
		}
		for _, kind := range []analytics.Kind{analytics.KindChange, analytics.KindSilence} {
			t.Logf("%d schools of %d classes, %s: %.3f false alarms a class-year", size[0], size[1], kind, alarms[kind])
			if se := math.Sqrt(.25 / 1200); alarms[kind] > .25+2.8*se {
				t.Errorf("%d schools of %d classes, %s: %.3f false alarms a class-year, promised .25", size[0], size[1], kind, alarms[kind])
			}
		}
	}
}

// TestPower prints how many changes are found within 12 weeks of their onset,
// every second week, and holds them above what has been reached.
func TestPower(t *testing.T) {
	kinds := map[simulate.Kind]float64{ // least share found at .25 false alarms
		simulate.Drop: .8, simulate.Sliding: .85, simulate.Minority: .7, simulate.Incident: .8,
		simulate.Two: .5, simulate.Girls: .8, simulate.One: .6,
	}
	const owners, schools, classes, onset, waves = 20, 6, 10, 8, 14
	for kind, least := range kinds {
		found, all := 0., 0.
		for i := range owners {
			c := simulate.Primary(5_000_000+uint64(i), 2, schools, classes)
			for s := range c.Schools {
				k := 4 + s // grades 5-10
				c.Schools[s].Classes[k].Kind, c.Schools[s].Classes[k].Onset = kind, onset
			}
			p := simulate.New(c).Panel(waves)
			all += schools
			for _, f := range analytics.Detect(p, analytics.Options{}) {
				if f.Kind == analytics.KindChange && f.Unit%classes == 4+f.Unit/classes && f.Wave >= onset && f.Wave < onset+6 && !f.Rise {
					found++
				}
			}
		}
		t.Logf("%-9s found within 12 weeks: %.2f of %.0f", kind, found/all, all)
		if found/all < least {
			t.Errorf("%s: %.2f found, want at least %.2f", kind, found/all, least)
		}
	}
}

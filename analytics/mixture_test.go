package analytics

import (
	"testing"

	"pgregory.net/rapid"
)

// detectors are those of a unit with these items, as Detect makes them, of
// ordinary noise.
func detectors(items []Stream) *unitDetectors {
	s := DefaultSettings()
	noise := Noise{Wave: .0165, Memory: .5}
	d := &unitDetectors{
		score:  NewMeanDetector(Belief{Precision: 22}, noise, []float64{-.15, -.27, -.5}, shapes, volatilities, s),
		spread: NewMeanDetector(Belief{Precision: 270}, Noise{}, []float64{.1, .16, .26}, shapes[:1], steady, s),
		gap:    NewMeanDetector(Belief{Precision: 125}, Noise{}, []float64{.12, .2, .32, -.12, -.2, -.32}, shapes[:1], steady, s),
	}
	for range items {
		d.items = append(d.items, NewCountDetector(.1, .73, s))
	}
	return d
}

// M is the weighted sum that its comment says, of each stream's own ratios.
func TestEvidence(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		names := []Stream{"unsafe", "alone", "hurt"}[:rapid.IntRange(0, 3).Draw(t, "items")]
		d := detectors(names)
		waves := rapid.IntRange(0, 26).Draw(t, "waves")
		variance := func(of float64) float64 { // a stream may have no data in a wave
			return rapid.SampledFrom([]float64{of, of, 0}).Draw(t, "variance")
		}
		value := rapid.Float64Range(-1, 1)
		for week := range waves {
			d.score.Update(week, value.Draw(t, "score")/2, variance(.033))
			d.spread.Update(week, value.Draw(t, "spread")/4, variance(.016))
			d.gap.Update(week, value.Draw(t, "gap")/3, variance(.03))
			for _, item := range d.items {
				item.Update(week, Proportion{float64(rapid.IntRange(0, 8).Draw(t, "y")), 20}, -1.5)
			}
		}
		var want float64
		s, p, g := make([]float64, 9), make([]float64, 3), make([]float64, 6)
		for j := range d.score.Starts() {
			d.score.Ratios(j, s)
			d.spread.Ratios(j, p)
			d.gap.Ratios(j, g)
			step, ramp, pulse := (s[0]+s[1]+s[2])/3, (s[3]+s[4]+s[5])/3, (s[6]+s[7]+s[8])/3
			want += .65 * (.5*step + .3*ramp + .2*pulse)
			want += .18 * (1 + s[0] + s[1]) / 3 * (p[0] + p[1] + p[2]) / 3
			want += .09 * step * (g[0] + g[1] + g[2] + g[3] + g[4] + g[5]) / 6
			for _, item := range d.items {
				want += .08 / float64(len(names)) * (1 + s[0]) / 2 * item.Ratio(j)
			}
			if len(names) == 0 {
				want += .08 * (1 + s[0]) / 2
			}
		}
		e := d.evidence(names)
		if !finite(e.m) || e.m < want*(1-1e-12) || e.m > want*(1+1e-12) {
			t.Fatalf("M = %g, want %g", e.m, want)
		}
		if e.start < 0 || e.start > max(d.score.Starts()-1, 0) {
			t.Fatalf("start %d of %d", e.start, d.score.Starts())
		}
	})
}

// The prior weights are of all that may happen.
func TestEvidenceWeights(t *testing.T) {
	for _, items := range [][]Stream{{"unsafe"}, {"unsafe", "alone", "hurt"}} {
		d := detectors(items)
		var sum float64
		for i := range 3 + len(items) {
			sum += d.weight(i)
		}
		near(t, "sum of weights", sum, 1, 1e-12)
		for week := range 9 { // five starts that nothing is known of
			d.score.Update(week, 0, 0)
			d.spread.Update(week, 0, 0)
			d.gap.Update(week, 0, 0)
			for _, item := range d.items {
				item.Update(week, Proportion{}, 0)
			}
		}
		near(t, "M without data", d.evidence(items).m, 5, 1e-12)
	}
	var sum float64
	for _, share := range shapeShares {
		sum += share
	}
	near(t, "sum of the shapes' shares", sum, 1, 1e-12)
}

// What is told is the stream that it was, and from when.
func TestEvidenceExplains(t *testing.T) {
	names := []Stream{"unsafe", "alone"}
	const onset, waves = 8, 14
	for _, test := range []struct {
		stream             Stream
		score, spread, gap float64 // from onset on
		items              [2]float64
	}{
		{stream: Score, score: -.5},
		{stream: Spread, score: -.1, spread: .35},
		{stream: Gap, score: -.2, gap: .5},
		{stream: Gap, score: -.2, gap: -.5},
		{stream: "unsafe", items: [2]float64{7, 0}},
		{stream: "alone", score: -.05, items: [2]float64{0, 7}},
	} {
		d := detectors(names)
		for week := range waves {
			changed := 0.
			if week >= onset {
				changed = 1
			}
			d.score.Update(week, changed*test.score, .033)
			d.spread.Update(week, changed*test.spread, .016)
			d.gap.Update(week, changed*test.gap, .03)
			for i, item := range d.items {
				item.Update(week, Proportion{2 + changed*test.items[i], 20}, -2)
			}
		}
		e := d.evidence(names)
		if start := d.score.Start(e.start); e.stream != test.stream || start != onset || e.m < 100 {
			t.Errorf("%+v: told by %s from wave %d, M %.3g", test, e.stream, start, e.m)
		}
	}
}

// What explains is not what was likely all along, but what has become likelier.
func TestEvidenceExplainsByExcess(t *testing.T) {
	d := detectors(nil)
	for week := range 24 {
		d.score.Update(week, 0, 10) // hardly anything is known of the score
		d.spread.Update(week, 0, .016)
		gap := 0.
		if week >= 22 {
			gap = .35
		}
		d.gap.Update(week, gap, .03)
	}
	e := d.evidence(nil)
	if e.stream != Gap || e.m > 25 || d.gap.Start(e.start) != 22 {
		t.Errorf("told by %s from week %d, M %.3g; want the gap from week 22, at little evidence", e.stream, d.gap.Start(e.start), e.m)
	}
}

// A stream that nothing is known of explains nothing, even where the score alone
// says little.
func TestEvidenceIsOfAStreamWithData(t *testing.T) {
	names := []Stream{"unsafe"}
	d := detectors(names)
	for week := range 24 {
		d.score.Update(week, .02, .033)
		d.spread.Update(week, 0, 0)
		d.gap.Update(week, 0, 0)
		d.items[0].Update(week, Proportion{}, 0)
	}
	e := d.evidence(names)
	if e.m < 2.2 || e.stream != Score {
		t.Errorf("M = %.3g, explained by %s; want the only stream with data, the score", e.m, e.stream)
	}
}

func TestEvidenceDoesNotAllocate(t *testing.T) {
	names := []Stream{"unsafe", "alone"}
	d := detectors(names)
	week := 0
	allocations := testing.AllocsPerRun(100, func() {
		d.score.Update(week, -.1, .033)
		d.spread.Update(week, .1, .016)
		d.gap.Update(week, .1, .03)
		for _, item := range d.items {
			item.Update(week, Proportion{2, 20}, -2)
		}
		d.evidence(names)
		week++
	})
	if allocations != 0 {
		t.Errorf("%g allocations a wave, want none", allocations)
	}
}

package analytics

import (
	"math"
	"slices"
	"testing"

	"gonum.org/v1/gonum/stat"
)

// uneven is a school of five classes of which cells, genders and counts are
// missing here and there.
func uneven(seed uint64) Panel {
	c := quiet(seed)
	c.schools, c.classes, c.waves = 1, 5, 12
	p := c.panel()
	for i := range p.Cells {
		switch i % 7 {
		case 2:
			p.Cells[i].Girls = Proportion{}
		case 5:
			p.Counts[2*i] = Proportion{}
		case 6:
			p.Cells[i] = Cell{}
		}
	}
	return p
}

// The moments of a contrast, worked out from what is left of it beside its
// effects: the pupils' variance within classes, that between them, its line on the
// score and its slope on the level, each leaning on the reference by its own
// weight.
func TestContrastByMoments(t *testing.T) {
	p := uneven(53)
	waves := len(p.Weeks)
	for name, test := range map[string]struct {
		value   func(*Cell) (x, v float64)
		onScore bool
		season  float64
	}{
		"spread": {(*Cell).spread, true, seasonSpread},
		"gap":    {(*Cell).gap, false, seasonGap},
	} {
		f, m := newFitter(p), ReferenceModel(2)
		f.fitScore(&m)
		ref := m.Spread
		if name == "gap" {
			ref = m.Gap
		}
		effects, got := f.fitContrast(test.value, ref, test.season, test.onScore)

		var sxx, sxy, all float64
		x, r, v := make([][]float64, len(p.Units)), make([][]float64, len(p.Units)), make([][]float64, len(p.Units))
		for u := range p.Units {
			var weights []float64
			for w := range waves {
				if value, factor := test.value(p.Cell(u, w)); factor > 0 {
					x[u] = append(x[u], value-effects[0][w])
					r[u] = append(r[u], f.residuals[u*waves+w])
					v[u] = append(v[u], factor)
					weights = append(weights, 1/(ref.Respondent*factor))
					all += 1 / (ref.Respondent * factor)
				}
			}
			xm, rm := stat.Mean(x[u], weights), stat.Mean(r[u], weights)
			for i, w := range weights {
				sxx += w * (r[u][i] - rm) * (r[u][i] - rm)
				sxy += w * (r[u][i] - rm) * (x[u][i] - xm)
			}
		}
		onScore := 0.
		if test.onScore { // a hundred cells of ordinary weight, of a score that varies by .05
			lean := 100 * .05 * all / float64(len(p.Cells))
			onScore = (sxy + lean*ref.OnScore) / (sxx + lean)
		}
		near(t, name+" on score", got.OnScore, onScore, 1e-12)

		squares, degrees := 1000*ref.Respondent, 1000.
		var means, sampling []float64
		for u := range x {
			for i := range x[u] {
				x[u][i] -= onScore * r[u][i]
			}
			mean := stat.Mean(x[u], nil)
			for i, value := range x[u] {
				squares += (value - mean) * (value - mean) / v[u][i]
			}
			degrees += float64(len(x[u])) - 1
			means = append(means, mean)
			sampling = append(sampling, stat.Mean(v[u], nil)/float64(len(v[u])))
		}
		respondent := squares / degrees
		near(t, name+", respondent", got.Respondent, respondent, 1e-12)
		units := float64(len(means))
		class := (10*ref.Class + (units-1)*stat.Variance(means, nil) - units*respondent*stat.Mean(sampling, nil)) / (10 + units - 1)
		near(t, name+", class", got.Class, max(class, ref.Class/20), 1e-12)

		var levels, logs []float64
		for u := range x {
			if len(x[u]) >= 8 {
				var sum float64
				for i, value := range x[u] {
					sum += (value - means[u]) * (value - means[u]) / (respondent * v[u][i])
				}
				levels = append(levels, f.levels[u])
				logs = append(logs, math.Log(sum/float64(len(x[u])-1)))
			}
		}
		k := float64(len(levels) - 1)
		slope := (5*ref.Slope + k*stat.Covariance(levels, logs, nil)) / (5 + k*stat.Variance(levels, nil))
		near(t, name+", slope", got.Slope, slope, 1e-12)
	}
}

// The moments of a count, as its model says: the variance of what classes are off
// by, less what chance put into it, and Pearson's statistic about that.
func TestCountModelByMoments(t *testing.T) {
	p := uneven(54)
	waves := len(p.Weeks)
	ref := CountModel{Class: .24, Phi: .9}
	alpha := func(u, w int) float64 { return -2 + .05*float64(u) - .02*float64(w) }
	count := func(u, w int) Proportion { return *p.Item(u, w, 0) }
	got := newFitter(p).countModel(count, alpha, ref)

	var offsets, sampling []float64
	for u := range p.Units {
		var off, information float64
		for w := range waves {
			c, q := count(u, w), 1/(1+math.Exp(-alpha(u, w)))
			off += c.Y - c.N*q
			information += c.N * q * (1 - q)
		}
		offsets, sampling = append(offsets, off/information), append(sampling, 1/information)
	}
	units := float64(len(offsets))
	class := (10*ref.Class + (units-1)*stat.Variance(offsets, nil) - units*ref.Phi*stat.Mean(sampling, nil)) / (10 + units - 1)
	near(t, "class", got.Class, max(class, .01, ref.Class/20), 1e-12)
	pearson, degrees := 1000*ref.Phi, 1000.
	for u := range p.Units {
		b := offsets[u] * got.Class / (got.Class + sampling[u])
		seen := 0.
		for w := range waves {
			if c := count(u, w); c.N > 0 {
				q := 1 / (1 + math.Exp(-alpha(u, w)-b))
				pearson += (c.Y - c.N*q) * (c.Y - c.N*q) / (c.N * q * (1 - q))
				seen++
			}
		}
		degrees += seen - 1
	}
	near(t, "φ", got.Phi, pearson/degrees, 1e-12)
}

// The carry is the slope of classes' standing in their school on that of the year
// before, less what chance put into it, leaning on fifty pairs.
func TestCarryByMoments(t *testing.T) {
	c := quiet(55)
	c.years, c.waves, c.schools = 2, 5, 3
	p := c.panel()
	f, m := newFitter(p), ReferenceModel(2)
	data := make([]Belief, len(p.Units))
	for u := range data {
		data[u] = Belief{Mean: .3*math.Sin(float64(7*(u%30))) + .2*math.Cos(float64(u)), Precision: 40 + float64(u%9)}
	}
	data[4], data[35] = Belief{}, Belief{} // without answers: no pairs of theirs
	schools := Schools(p.Units, data, m.Score)
	sxy, sxx := 50*.6*m.Score.Class, 50*m.Score.Class
	pairs := 0
	for u := 30; u < 60; u++ {
		before := u - 30
		if slices.Contains([]int{4, 5}, before) {
			continue
		}
		pairs++
		x := data[before].Mean - schools[p.Units[before].Key()].Mean
		y := data[u].Mean - schools[p.Units[u].Key()].Mean
		sxy += x * y
		sxx += x*x - 1/data[before].Precision
	}
	if pairs != 28 {
		t.Fatalf("%d pairs", pairs)
	}
	near(t, "carry", f.carry(data, m.Score), sxy/sxx, 1e-12)
	for u := range data {
		data[u].Mean = 3 * math.Sin(float64(u%30)) // the same in both years
	}
	near(t, "most carry", f.carry(data, m.Score), .95, 1e-12)
	for u := 30; u < 60; u++ {
		data[u].Mean *= -1
	}
	near(t, "least carry", f.carry(data, m.Score), 0, 0)
}

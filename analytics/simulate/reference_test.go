package simulate_test

import (
	"encoding/csv"
	"fmt"
	"math"
	"os"
	"slices"
	"strconv"
	"testing"

	"gonum.org/v1/gonum/stat"

	"github.com/folgmed/folgmed/analytics/simulate"
)

// TestAgainstR measures sets as testdata/reference.R measures those of the R
// simulator. Moments, prevalence, response, intraclass correlation, dispersion
// of counts, the classes' own noise, school events, and what each kind of
// signal does to each statistic may differ by chance alone. R has about 2.4
// times as many classes, so the standard error of a difference is √3.4 times
// that of R; of 130 figures the farthest lies three or so such away.
func TestAgainstR(t *testing.T) {
	const within = 3.5
	one := map[simulate.Kind]int{simulate.None: 2000}
	for _, k := range []simulate.Kind{simulate.Drop, simulate.Minority, simulate.Girls, simulate.Drift, simulate.Incident, simulate.Chronic} {
		one[k] = 125
	}
	two := map[simulate.Kind]int{simulate.None: 1600}
	for _, k := range []simulate.Kind{simulate.Drop, simulate.Minority, simulate.Two, simulate.One, simulate.Girls, simulate.Drift, simulate.Incident} {
		two[k] = 115
	}
	got := map[string]map[string]float64{
		"clean": figures(
			simulate.SetConfig{Seed: 1, Nation: 1, Clean: true, Classes: one},
			simulate.SetConfig{Seed: 2, Nation: 1, Clean: true, Classes: one, Onset: [2]int{6, 14}},
		),
		"realistic": figures(
			simulate.SetConfig{Seed: 3, Nation: 1, Classes: two},
			simulate.SetConfig{Seed: 4, Nation: 1, Classes: two},
		),
	}
	for _, want := range readReference(t) {
		value, ok := got[want.set][want.figure]
		if z := (value - want.value) / want.se / math.Sqrt(3.4); !ok || !(math.Abs(z) < within) {
			t.Errorf("%s, %s: %.4g is %.1f standard errors from R's %.4g", want.set, want.figure, value, z, want.value)
		}
	}
}

type reference struct {
	set, figure string
	value, se   float64
}

func readReference(t *testing.T) []reference {
	t.Helper()
	file, err := os.Open("testdata/reference.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	records, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var refs []reference
	for _, r := range records[1:] {
		value, err := strconv.ParseFloat(r[2], 64)
		if err != nil {
			t.Fatal(err)
		}
		se, err := strconv.ParseFloat(r[3], 64)
		if err != nil {
			t.Fatal(err)
		}
		refs = append(refs, reference{r[0], r[1], value, se})
	}
	return refs
}

// series is one class of a table.
type series struct {
	truth                                 simulate.Truth
	score, ss                             []float64 // mean of the composites and squares about it
	n, y, b, vlow, n0, y0, n1, y1, roster []float64
}

// figures are those of reference.R, for sets of one nation.
func figures(sets ...simulate.SetConfig) map[string]float64 {
	var all, null []series
	for i, c := range sets {
		all = append(all, table(c, 10000*i)...)
	}
	for _, s := range all {
		if s.truth.Kind == simulate.None {
			null = append(null, s)
		}
	}
	f := nullFigures(null)
	nation := nationOf(null)
	windows := []struct {
		kind     simulate.Kind
		from, to int
	}{
		{simulate.Drop, 0, 13}, {simulate.Minority, 0, 13}, {simulate.Two, 0, 13}, {simulate.One, 0, 13}, {simulate.Girls, 0, 13},
		{simulate.Drift, 14, 17}, {simulate.Incident, 0, 2}, {simulate.Incident, 4, 5}, {simulate.Chronic, 0, 59},
	}
	for _, w := range windows {
		for stream, value := range shift(all, nation, w.kind, w.from, w.to) {
			f[fmt.Sprintf("%s_%d_%d_%s", w.kind, w.from, w.to, stream)] = value
		}
	}
	f["event_share"], f["event_score"] = events(all)
	return f
}

// table lays a set out by class, with school numbers from offset on.
func table(c simulate.SetConfig, offset int) []series {
	rows, truth := simulate.Set(c)
	classes := make([]series, len(truth))
	for i := range classes {
		s := &classes[i]
		s.truth = truth[i]
		s.truth.School += offset
	}
	for _, r := range rows {
		s := &classes[r.Class-1]
		s.score, s.ss = append(s.score, r.Mean), append(s.ss, r.SS)
		for _, v := range []struct {
			to *[]float64
			n  int
		}{
			{&s.n, r.N}, {&s.y, r.Y}, {&s.b, r.B}, {&s.vlow, r.VLow}, {&s.roster, r.Roster},
			{&s.n0, r.NG[0]}, {&s.y0, r.YG[0]}, {&s.n1, r.NG[1]}, {&s.y1, r.YG[1]},
		} {
			*v.to = append(*v.to, float64(v.n))
		}
	}
	return classes
}

// nation is the national mean and shares of each week.
type nation struct{ score, y, b, vlow []float64 }

func nationOf(classes []series) nation {
	weekly := func(of func(*series) []float64) []float64 {
		sum, n := make([]float64, 60), make([]float64, 60)
		for i := range classes {
			for t, x := range of(&classes[i]) {
				sum[t] += x
				n[t] += classes[i].n[t]
			}
		}
		for t := range sum {
			sum[t] /= n[t]
		}
		return sum
	}
	return nation{
		score: weekly(func(s *series) []float64 {
			sums := make([]float64, len(s.n))
			for t := range sums {
				sums[t] = s.score[t] * s.n[t]
			}
			return sums
		}),
		y:    weekly(func(s *series) []float64 { return s.y }),
		b:    weekly(func(s *series) []float64 { return s.b }),
		vlow: weekly(func(s *series) []float64 { return s.vlow }),
	}
}

func sum(of []series, get func(*series) []float64) (total float64) {
	for i := range of {
		for _, x := range get(&of[i]) {
			total += x
		}
	}
	return total
}

// nullFigures are what null in reference.R returns.
func nullFigures(null []series) map[string]float64 {
	n := sum(null, func(s *series) []float64 { return s.n })
	share := func(get func(*series) []float64) float64 { return sum(null, get) / n }
	national := nationOf(null)
	var rosters, variances, logs, lags []float64
	var degrees, squares, classes, girls float64
	type school struct{ z, zz, mean []float64 }
	schools := map[int]*school{}
	var order []int
	for i := range null {
		s := &null[i]
		rosters = append(rosters, s.roster[0])
		at := schools[s.truth.School]
		if at == nil {
			at = &school{z: make([]float64, 60), zz: make([]float64, 60)}
			schools[s.truth.School] = at
			order = append(order, s.truth.School)
		}
		e := make([]float64, 60)
		for t := range e {
			e[t] = s.score[t] - national.score[t]
			degrees += s.n[t] - 1
			squares += s.ss[t]
			girls += s.n1[t]
		}
		mean := stat.Mean(e, nil)
		var v, lag float64
		for t := range e {
			e[t] -= mean
			v += e[t] * e[t]
			if t > 0 {
				lag += e[t] * e[t-1]
			}
		}
		variances, logs, lags = append(variances, v/59), append(logs, math.Log(v/59)), append(lags, lag/v)
		for t := range e {
			z := e[t] / math.Sqrt(v/59)
			at.z[t] += z
			at.zz[t] += z * z
		}
		at.mean = append(at.mean, mean)
		classes++
	}
	var withinSchools, withinDegrees, siblings, pairs float64
	var means []float64
	for _, id := range order {
		s := schools[id]
		k := float64(len(s.mean))
		if k > 1 {
			withinSchools += stat.Variance(s.mean, nil) * (k - 1)
		}
		withinDegrees += k - 1
		means = append(means, stat.Mean(s.mean, nil))
		for t := range s.z {
			siblings += s.z[t]*s.z[t] - s.zz[t]
		}
		pairs += k * (k - 1) * 60
	}
	return map[string]float64{
		"response":          n / sum(null, func(s *series) []float64 { return s.roster }),
		"mean":              stat.Mean(flatten(null, func(s *series) []float64 { return s.score }), flatten(null, func(s *series) []float64 { return s.n })),
		"variance_within":   squares / degrees,
		"share_y":           share(func(s *series) []float64 { return s.y }),
		"share_b":           share(func(s *series) []float64 { return s.b }),
		"share_vlow":        share(func(s *series) []float64 { return s.vlow }),
		"share_y_boys":      sum(null, func(s *series) []float64 { return s.y0 }) / (n - girls),
		"share_y_girls":     sum(null, func(s *series) []float64 { return s.y1 }) / girls,
		"roster":            stat.Mean(rosters, nil),
		"roster_sd":         stat.StdDev(rosters, nil),
		"icc":               icc(null),
		"variance_class":    withinSchools / withinDegrees,
		"variance_school":   stat.Variance(means, nil),
		"variance_residual": median(variances),
		"volatility":        stat.StdDev(logs, nil),
		"lag1":              median(lags),
		"siblings":          siblings / pairs,
		"phi_y":             phi(null, national.y, func(s *series) []float64 { return s.y }),
		"phi_b":             phi(null, national.b, func(s *series) []float64 { return s.b }),
		"phi_vlow":          phi(null, national.vlow, func(s *series) []float64 { return s.vlow }),
	}
}

func flatten(of []series, get func(*series) []float64) []float64 {
	var all []float64
	for i := range of {
		all = append(all, get(&of[i])...)
	}
	return all
}

func median(x []float64) float64 {
	slices.Sort(x)
	return (x[(len(x)-1)/2] + x[len(x)/2]) / 2
}

// icc is the one-way intraclass correlation of the composite, classes as
// groups, in the mean of all weeks.
func icc(classes []series) float64 {
	var total float64
	for t := range 60 {
		var n, nn, nm, msw float64
		for i := range classes {
			s := &classes[i]
			n += s.n[t]
			nn += s.n[t] * s.n[t]
			nm += s.n[t] * s.score[t]
			msw += s.ss[t]
		}
		k := float64(len(classes))
		msw /= n - k
		var msb float64
		for i := range classes {
			d := classes[i].score[t] - nm/n
			msb += classes[i].n[t] * d * d
		}
		msb /= k - 1
		n0 := (n - nn/n) / (k - 1)
		total += (msb - msw) / (msb + (n0-1)*msw)
	}
	return total / 60
}

// phi is the median Pearson dispersion of a class's counts about its own level
// times the national one of the week.
func phi(classes []series, national []float64, get func(*series) []float64) float64 {
	overall := sum(classes, get) / sum(classes, func(s *series) []float64 { return s.n })
	var all []float64
	for i := range classes {
		y, n := get(&classes[i]), classes[i].n
		var sy, sn, x2 float64
		for t := range y {
			sy += y[t]
			sn += n[t]
		}
		for t := range y {
			p := min((sy+.5)/(sn+1)*national[t]/overall, .95)
			d := y[t] - n[t]*p
			x2 += d * d / (n[t] * p * (1 - p))
		}
		all = append(all, x2/59)
	}
	return median(all)
}

// shift is what a kind does to each statistic: a class's mean from from to to
// weeks after its onset less that before it, in the mean of classes.
func shift(all []series, national nation, kind simulate.Kind, from, to int) map[string]float64 {
	streams := map[string]func(s *series, t int) float64{
		"score":    func(s *series, t int) float64 { return s.score[t] - national.score[t] },
		"y":        func(s *series, t int) float64 { return s.y[t]/s.n[t] - national.y[t] },
		"b":        func(s *series, t int) float64 { return s.b[t]/s.n[t] - national.b[t] },
		"vlow":     func(s *series, t int) float64 { return s.vlow[t]/s.n[t] - national.vlow[t] },
		"gap":      func(s *series, t int) float64 { return s.y1[t]/max(s.n1[t], 1) - s.y0[t]/max(s.n0[t], 1) },
		"response": func(s *series, t int) float64 { return s.n[t] / s.roster[t] },
	}
	out := map[string]float64{}
	for name, get := range streams {
		var total, classes float64
		mean := func(s *series, from, to int) float64 {
			var sum float64
			for t := from; t < to; t++ {
				sum += get(s, t)
			}
			return sum / float64(to-from)
		}
		for i := range all {
			s := &all[i]
			if s.truth.Kind != kind {
				continue
			}
			classes++
			onset := s.truth.Onset - 1
			total += mean(s, onset+from, min(onset+to+1, 60))
			if kind != simulate.Chronic {
				total -= mean(s, 0, onset)
			}
		}
		out[name] = total / classes
	}
	return out
}

// events is the share of schools that had one, and what the first did in its
// first week to classes in which nothing else was wrong.
func events(all []series) (share, score float64) {
	var null []series
	for _, s := range all {
		if s.truth.Kind == simulate.None {
			null = append(null, s)
		}
	}
	national := nationOf(null)
	type school struct{ sum, n float64 }
	schools := map[int]*school{}
	seen := map[int]bool{}
	for i := range null {
		s := &null[i]
		seen[s.truth.School] = true
		if s.truth.SchoolEvent == 0 {
			continue
		}
		r := make([]float64, 60)
		for t := range r {
			r[t] = s.score[t] - national.score[t]
		}
		at := schools[s.truth.School]
		if at == nil {
			at = &school{}
			schools[s.truth.School] = at
		}
		at.sum += r[s.truth.SchoolEvent-1] - stat.Mean(r, nil)
		at.n++
	}
	for _, s := range schools {
		score += s.sum / s.n / float64(len(schools))
	}
	return float64(len(schools)) / float64(len(seen)), score
}

package simulate_test

import (
	"math"
	"reflect"
	"testing"

	"gonum.org/v1/gonum/stat"

	"github.com/folgmed/folgmed/analytics/simulate"
)

// The usual assumptions are what no assumptions mean.
func TestUsual(t *testing.T) {
	c := small(3, 8)
	rows, _ := simulate.Set(c)
	c.Assumed = simulate.Usual()
	again, _ := simulate.Set(c)
	if !reflect.DeepEqual(rows, again) {
		t.Error("another set with the usual assumptions")
	}
}

// Each assumption moves what it is about.
func TestAssumptions(t *testing.T) {
	type figures struct{ roster, response, movement, volatility, memory, loading, events float64 }
	measure := func(change func(*simulate.Assumptions)) figures {
		c := simulate.SetConfig{Seed: 5, Classes: map[simulate.Kind]int{simulate.None: 400}, Assumed: simulate.Usual()}
		change(&c.Assumed)
		rows, truth := simulate.Set(c)
		var f figures
		var pupils, answers, within float64
		var variances []float64
		var lagged, squares float64
		for i, one := range truth {
			of := rows[i*60 : (i+1)*60]
			var x []float64
			for _, r := range of {
				pupils += float64(r.Roster)
				answers += float64(r.N)
				within += r.SS
				if r.N > 0 {
					x = append(x, r.Mean)
				}
			}
			mean, v := stat.MeanVariance(x, nil)
			variances = append(variances, v)
			for t := 1; t < len(x); t++ {
				lagged += (x[t] - mean) * (x[t-1] - mean)
				squares += (x[t] - mean) * (x[t] - mean)
			}
			if one.SchoolEvent > 0 {
				f.events++
			}
		}
		f.roster, f.response = pupils/float64(len(rows)), answers/pupils
		f.movement = stat.Mean(variances, nil)
		f.volatility = stat.StdDev(variances, nil) / f.movement
		f.memory = lagged / squares
		f.loading = within / answers // items that say less of the mood make composites alike
		f.events /= float64(len(truth))
		return f
	}
	usual := measure(func(*simulate.Assumptions) {})
	for _, tt := range []struct {
		name   string
		change func(*simulate.Assumptions)
		more   func(figures) bool
	}{
		{"a roster of 14", func(a *simulate.Assumptions) { a.Roster, a.RosterSD = 14, 3 },
			func(f figures) bool { return math.Abs(f.roster-14) < .7 && math.Abs(f.response-usual.response) < .02 }},
		{"60 % answer", func(a *simulate.Assumptions) { a.Response = math.Log(.6 / .4) },
			func(f figures) bool { return math.Abs(f.response-.6) < .02 }},
		{"more movement", func(a *simulate.Assumptions) { a.Movement *= 3 },
			func(f figures) bool { return f.movement > 1.1*usual.movement }},
		{"more memory", func(a *simulate.Assumptions) { a.Memory = .9 },
			func(f figures) bool { return f.memory > usual.memory+.02 }},
		{"classes move more alike", func(a *simulate.Assumptions) { a.Volatility = .2 },
			func(f figures) bool { return f.volatility < .9*usual.volatility }},
		{"items say less", func(a *simulate.Assumptions) { a.Loading = .5 },
			func(f figures) bool { return f.loading < .9*usual.loading }},
		{"fewer events", func(a *simulate.Assumptions) { a.Events /= 4 },
			func(f figures) bool { return f.events < .6*usual.events }},
	} {
		if f := measure(tt.change); !tt.more(f) {
			t.Errorf("%s: %+v, usually %+v", tt.name, f, usual)
		}
	}
}

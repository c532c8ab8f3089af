package analytics

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

// In R 4.2.2, the prototype's hyper() with ½ added to the shares and each
// class's own waves as degrees of freedom:
//
//	p <- (colSums(Y)+.5)/(colSums(n)+1); P <- matrix(p,4,5,byrow=TRUE)
//	I <- rowSums(n*P*(1-P)); bh <- rowSums(Y-n*P)/I; ok <- I>2
//	v <- max(.01,var(bh[ok])-mean(1/I[ok])); Pc <- plogis(qlogis(P)+bh*v/(v+1/I))
//	phi <- sum(ifelse(n>0,(Y-n*Pc)^2/(n*Pc*(1-Pc)),0))/sum(rowSums(n>0)-1)
func TestFitResponse(t *testing.T) {
	y := [][]float64{{3, 2, 4, 3, 2}, {6, 7, 5, 8, 7}, {1, 0, 2, 1, 0}, {4, 5, 9, 4, 3}}
	n := [][]float64{{20, 20, 20, 20, 20}, {24, 24, 24, 24, 24}, {18, 0, 18, 18, 18}, {22, 22, 22, 22, 22}}
	classes := make([][]Proportion, 4)
	for c := range y {
		for w := range y[c] {
			classes[c] = append(classes[c], Proportion{y[c][w], n[c][w]})
		}
	}
	m, err := FitResponse(classes)
	if err != nil {
		t.Fatal(err)
	}
	for w, want := range []float64{-1.58146406039169, -1.28666452017105, -1.14624033765736, -1.42347336436164, -1.75785791755237} {
		near(t, "α", m.Logit[w], want, 1e-12)
	}
	near(t, "variance between classes", m.Class, 0.315418666465743, 1e-12)
	near(t, "φ", m.Phi, 0.587938247254326, 1e-12)
	// (9-22*q)/(22*q*(1-q)), 22*q*(1-q)/phi, dbinom(9,22,q,log=TRUE)-lchoose(22,9)
	// with q <- plogis(qlogis(p[3])+.4).
	r, w := m.Residual(Proportion{9, 22}, 2, .4)
	near(t, "residual", r, 0.400800270348038, 1e-12)
	near(t, "precision", w, 8.16435739451985, 1e-12)
	near(t, "log likelihood", m.LogLikelihood(Proportion{9, 22}, 2, .4), -15.2538950229916, 1e-12)
	if r, w := m.Residual(Proportion{}, 2, .4); r != 0 || w != 0 {
		t.Errorf("without a roster the residual is %g with precision %g", r, w)
	}
}

func TestMissing(t *testing.T) {
	for _, test := range []struct {
		counted, roster int
		want            Proportion
	}{
		{17, 20, Proportion{3, 20}}, {20, 20, Proportion{0, 20}}, {22, 20, Proportion{0, 20}}, {33, 30, Proportion{0, 30}}, {0, 1, Proportion{1, 1}},
	} {
		got, err := Missing(test.counted, test.roster)
		if err != nil || got != test.want {
			t.Errorf("%d of %d: got %v and %v, want %v", test.counted, test.roster, got, err, test.want)
		}
	}
	for _, test := range [][2]int{{-1, 20}, {23, 20}, {34, 30}, {0, 0}, {0, -1}} {
		if got, err := Missing(test[0], test[1]); err == nil {
			t.Errorf("%d of %d: got %v, want an error", test[0], test[1], got)
		}
	}
}

func TestFitResponseBadInput(t *testing.T) {
	for name, classes := range map[string][][]Proportion{
		"no class":     {},
		"no wave":      {{}, {}},
		"no roster":    {{{}, {}}, {{}, {}}},
		"ragged":       {{{1, 20}, {2, 20}}, {{1, 20}}},
		"more than n":  {{{21, 20}}},
		"not a number": {{{math.NaN(), 20}}},
	} {
		if got, err := FitResponse(classes); err == nil {
			t.Errorf("%s: got %+v, want an error", name, got)
		}
	}
	one, err := FitResponse([][]Proportion{{{3, 20}}})
	if err != nil || one.Class != leastClass || one.Phi != 1 {
		t.Errorf("one class, one wave: got %+v and %v", one, err)
	}
}

// Whatever the counts, the model is finite and within its bounds.
func TestFitResponseProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		waves := rapid.IntRange(1, 6).Draw(t, "waves")
		classes := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) []Proportion {
			return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Proportion {
				n := rapid.IntRange(0, 30).Draw(t, "n")
				return Proportion{float64(rapid.IntRange(0, n).Draw(t, "y")), float64(n)}
			}), waves, waves).Draw(t, "row")
		}), 1, 6).Draw(t, "classes")
		m, err := FitResponse(classes)
		if err != nil {
			return // nobody on any roster
		}
		if !(m.Class >= leastClass && m.Phi >= leastPhi) || math.IsInf(m.Class+m.Phi, 0) {
			t.Fatalf("got %+v", m)
		}
		b := rapid.Float64Range(-3, 3).Draw(t, "b")
		for _, row := range classes {
			for w, p := range row {
				r, precision := m.Residual(p, w, b)
				if l := m.LogLikelihood(p, w, b); math.IsNaN(r+precision+l) || math.IsInf(r+precision+l, 0) {
					t.Fatalf("wave %d, %v: residual %g, precision %g, log likelihood %g", w, p, r, precision, l)
				}
			}
		}
	})
}

package simulate_test

import (
	"math"
	"testing"

	"github.com/folgmed/folgmed/analytics/simulate"
)

// What is known of the pupils of a class is what the class folds to, and their
// chances are those by which they answer: over many classes and waves the
// outcomes come as often as they should, in classes of all kinds of moods.
func TestKnown(t *testing.T) {
	c := simulate.Owner(3, 1, 20, 10)
	c.Complete = true
	w := simulate.New(c)
	var got, want, variance [simulate.Outcomes]float64
	for range 12 {
		rows := w.Rows()
		for i, row := range rows {
			known := w.Known(i)
			var fold [simulate.Outcomes]uint16
			for p, chance := range known.Chance(0) {
				fold[known.Outcome[p]]++
				got[known.Outcome[p]]++
				sum := 0.
				for o, q := range chance {
					sum += q
					want[o] += q
					variance[o] += q * (1 - q)
				}
				if math.Abs(sum-1) > 1e-9 {
					t.Fatalf("chances sum to %v", sum)
				}
			}
			if int(fold[simulate.Absent]) != row.Roster-row.N {
				t.Fatalf("%d absent of %d, %d answered", fold[simulate.Absent], row.Roster, row.N)
			}
			for bin, n := range row.Fold.Composite {
				if fold[simulate.Answered+bin] != n {
					t.Fatalf("%d in bin %d, folded %d", fold[simulate.Answered+bin], bin, n)
				}
			}
		}
	}
	for o := range got {
		if z := (got[o] - want[o]) / math.Sqrt(variance[o]); math.Abs(z) > 4 {
			t.Errorf("outcome %d: %v, want %.1f ± %.1f", o, got[o], want[o], math.Sqrt(variance[o]))
		}
	}
}

// The two pupils of a class of kind Two answer as their chances with the shift
// say, and without it they do not.
func TestKnownShift(t *testing.T) {
	var low, moved, unmoved float64
	for seed := range uint64(60) {
		c := simulate.Owner(seed, 1, 1, 1)
		c.Complete = true
		c.Schools[0].Classes[0].Kind, c.Schools[0].Classes[0].Onset = simulate.Two, 0
		w := simulate.New(c)
		w.Next()
		known := w.Known(0)
		for _, o := range known.Outcome {
			if o >= simulate.Answered && o <= simulate.Answered+4 {
				low++
			}
		}
		size, null, shifted := float64(len(known.Outcome)), known.Chance(0), known.Chance(-2.5)
		for p := range null {
			for o := simulate.Answered; o <= simulate.Answered+4; o++ {
				unmoved += null[p][o]
				moved += (1-2/size)*null[p][o] + 2/size*shifted[p][o]
			}
		}
	}
	if sd := math.Sqrt(moved); math.Abs(low-moved) > 4*sd || low-unmoved < 4*sd {
		t.Errorf("%v very low composites, want about %.1f, without the shift %.1f", low, moved, unmoved)
	}
}

func TestKnownWantsSimpleItems(t *testing.T) {
	for name, spoil := range map[string]func(*simulate.Config){
		"skipped items": func(c *simulate.Config) { c.Complete = false },
		"a single item": func(c *simulate.Config) { c.Schools[0].Classes[0].Kind = simulate.One },
		"mixed steps": func(c *simulate.Config) {
			c.Schools[0].Classes[0].Items = []simulate.Item{simulate.Faces(true), simulate.Wellbeing(true)}
		},
	} {
		t.Run(name, func(t *testing.T) {
			c := simulate.Owner(1, 1, 1, 1)
			c.Complete = true
			spoil(&c)
			w := simulate.New(c)
			w.Next()
			defer func() {
				if recover() == nil {
					t.Error("known all the same")
				}
			}()
			w.Known(0).Chance(0)
		})
	}
}

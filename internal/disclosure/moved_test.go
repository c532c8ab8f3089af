package disclosure

import (
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"
)

// shareLine is a line as the gate would tell a share of a unit of n.
func shareLine(t testing.TB, counted, answered, n int, sensitive bool) Released {
	t.Helper()
	row := Row{
		Release: ReleaseID(1), Wave: 1, Owner: "o", School: "s", Level: string(LevelClass), Unit: "5A", Audience: string(Staff), Item: "thrive",
		Form: string(FormBand),
	}
	if sensitive && n < pooledBelow {
		row.Form, row.Value = string(FormWords), wordOf(counted, answered, n)
	} else {
		k, of := bandOf(counted, answered, n, sensitive)
		row.Value = formatBand(k, k+1, of)
	}
	r, err := Decode(row)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// A movement that is told is one: whatever the counts, sizes and forms, the
// share was less or more. Turned round it is the other, and what has not moved
// is never told of.
func TestMovedIsSo(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		sensitive := rapid.Bool().Draw(rt, "sensitive")
		type share struct{ counted, answered int }
		draw := func(name string) (Released, share) {
			n := rapid.IntRange(minShown, 40).Draw(rt, name+" n")
			if sensitive {
				n = rapid.IntRange(minSensitive, 130).Draw(rt, name+" n")
			}
			answered := n + rapid.IntRange(0, 11*n).Draw(rt, name+" more")
			counted := rapid.IntRange(0, answered).Draw(rt, name+" counted")
			return shareLine(t, counted, answered, n, sensitive), share{counted, answered}
		}
		a, was := draw("before")
		b, is := draw("after")
		less := is.counted*was.answered < was.counted*is.answered
		more := is.counted*was.answered > was.counted*is.answered
		moved := Moved(a, b)
		if moved == Less && !less || moved == More && !more {
			rt.Fatalf("%d/%d, told as %q, then %d/%d, told as %q: %s", was.counted, was.answered, a.row.Value, is.counted, is.answered, b.row.Value, moved)
		}
		turned := map[Movement]Movement{Less: More, More: Less, CanNotTell: CanNotTell}[moved]
		if got := Moved(b, a); got != turned {
			rt.Fatalf("%s one way and %s the other", moved, got)
		}
		if got := Moved(a, a); got != CanNotTell {
			rt.Fatalf("the same figure: %s", got)
		}
	})
}

func TestMoved(t *testing.T) {
	line := func(form Form, value, reason string) Released {
		r, err := Decode(Row{
			Release: ReleaseID(1), Owner: "o", School: "s", Level: string(LevelClass), Unit: "5A", Audience: string(Staff), Item: "thrive",
			Form: string(form), Value: value, Reason: reason,
		})
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	band := func(value string) Released { return line(FormBand, value, "") }
	word := func(value string) Released { return line(FormWords, value, "") }
	for _, tt := range []struct {
		before, after Released
		want          Movement
	}{
		{band("1/5"), band("2/5"), CanNotTell}, // side by side
		{band("1/5"), band("3/5"), More},
		{band("4/5"), band("0/5"), Less},
		{band("0/2"), band("1/2"), CanNotTell}, // the smallest classes never
		{band("2/3"), band("0/3"), Less},
		{word(WordsNoneOrFew), word(WordsSome), CanNotTell},
		{word(WordsMany), word(WordsNoneOrFew), Less},
		{word(WordsNoneToSome), word(WordsMany), CanNotTell},
		{word(WordsNoneToMany), word(WordsMany), CanNotTell},
		{line(FormHidden, "", ReasonProtect), band("4/5"), CanNotTell},
		{word(WordsNoneOrFew), band("11/20"), More}, // the class has grown past a hundred
	} {
		if got := Moved(tt.before, tt.after); got != tt.want {
			t.Errorf("%q, then %q: %s, want %s", tt.before.row.Value, tt.after.row.Value, got, tt.want)
		}
	}
}

// In a class where each pupil is as likely as before to give the counted answer,
// some often and most seldom, a movement is told of an item less than once in a
// hundred blocks of six surveys.
func TestMovedIsSeldomChance(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	const worlds = 20_000
	moved := 0
	for range worlds {
		size := 12 + random.IntN(17)
		often := make([]float64, size)
		for i := range often {
			often[i] = .05 + .25*random.Float64()
			if random.Float64() < .15 {
				often[i] = .7
			}
		}
		block := func() Released {
			counted, answered, n := 0, 0, 0
			for range 6 {
				came := 0
				for _, p := range often {
					if random.Float64() < .15 {
						continue // away
					}
					came++
					if random.Float64() < p {
						counted++
					}
				}
				answered += came
				n = max(n, came)
			}
			return shareLine(t, counted, answered, n, false)
		}
		if Moved(block(), block()) != CanNotTell {
			moved++
		}
	}
	t.Logf("%.2f %% of %d classes", 100*float64(moved)/worlds, worlds)
	if moved > worlds/100 {
		t.Errorf("%d of %d classes in which nothing changed are told of as moved", moved, worlds)
	}
}

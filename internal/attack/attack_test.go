package attack

import (
	"flag"
	"testing"

	"github.com/folgmed/folgmed/internal/store/storetest"
)

var (
	worlds    = flag.Int("attack.worlds", 2000, "worlds of each attack in memory")
	firstSeed = flag.Uint64("attack.seed", 1, "seed of the first world")
)

func TestMain(m *testing.M) { storetest.Main(m) }

// seeds are those of the worlds to attack.
func seeds() func(yield func(uint64) bool) {
	return func(yield func(uint64) bool) {
		for i := range *worlds {
			if !yield(*firstSeed + uint64(i)) {
				return
			}
		}
	}
}

// attacks are what is tried on every small world, and the controls, which must
// lose in at least so large a part of them.
var attacks = []struct {
	name    string
	try     func(*year) (win string, err error)
	control float64
}{
	{"W1 swap", swap, 0},
	{"W1 control: sheets as they came in", swapList, .7},
	{"W2 bounds", bounds, 0},
	{"W2 control: each figure by its own size alone", boundsOwn, .3},
	{"W4 store", stored, 0},
	{"W4 control: a table with a unit of three", storedThree, 1},
	{"W4 control: girls and boys of every class", storedGenders, .4},
}

func TestSmallWorlds(t *testing.T) {
	t.Parallel()
	ran, pauses := 0, 0
	wins := make([]int, len(attacks))
	for seed := range seeds() {
		ran++
		y, err := play(seed)
		if err != nil {
			t.Fatal(err)
		}
		for _, turn := range y.turns {
			pauses += len(turn.pauses)
		}
		for i, a := range attacks {
			win, err := a.try(y)
			if err != nil {
				t.Fatalf("world %d: %s: %v", seed, a.name, err)
			}
			if win == "" {
				continue
			}
			if wins[i]++; a.control == 0 {
				t.Errorf("world %d: %s wins: %s", seed, a.name, win)
			}
		}
	}
	for i, a := range attacks {
		t.Logf("%-45s %d worlds, %d wins", a.name, ran, wins[i])
		if float64(wins[i]) < a.control*float64(ran) {
			t.Errorf("%s lost in only %d of %d worlds: the attacker is asleep", a.name, wins[i], ran)
		}
	}
	t.Logf("classes paused %d times", pauses)
	if pauses < ran/2 {
		t.Error("hardly anyone pauses: what does not happen proves nothing")
	}
	t.Logf("W2 asked for %d tables, and was not sure of %d", asked, unsure)
	if unsure > asked/10000 {
		t.Error("the solver gave up too often to prove anything")
	}
}

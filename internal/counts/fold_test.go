package counts

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/folgmed/folgmed/surveys"
)

// questionnaires are the project's own.
var questionnaires = sync.OnceValues(surveys.Embedded)

// asked is what a class with those grades is asked in the first wave of the
// school year, by the project's own questionnaires.
func asked(t interface {
	Helper()
	Fatalf(string, ...any)
}, grades []int,
) (string, []surveys.Item) {
	t.Helper()
	set, err := questionnaires()
	if err != nil {
		t.Fatalf("load questionnaires: %v", err)
	}
	q, ok := set.For(grades)
	if !ok {
		t.Fatalf("no questionnaire for grades %v", grades)
	}
	return q.ID, q.Asked(0)
}

// scale is a questionnaire of the tests' own: two score items of five options,
// good first, and gender.
var scale = []surveys.Item{
	{ID: "thrive", Kind: surveys.Core, Polarity: surveys.GoodFirst, Options: make([]surveys.Option, 5), Streams: []surveys.Stream{surveys.Score}},
	{ID: "safe", Kind: surveys.Core, Polarity: surveys.GoodFirst, Options: make([]surveys.Option, 5), Streams: []surveys.Stream{surveys.Score}},
	{ID: "hurt", Kind: surveys.Core, Polarity: surveys.GoodFirst, Options: make([]surveys.Option, 5), Streams: []surveys.Stream{surveys.Single}},
	{ID: "dread", Kind: surveys.Rotating, Polarity: surveys.GoodFirst, Options: make([]surveys.Option, 5)},
	{ID: "gender", Kind: surveys.Background, Options: make([]surveys.Option, 2)},
}

// class has twelve pupils and answers scale.
func class(name string, grade int) Class {
	return Class{Owner: "964338531", School: "974700000", Name: name, Grades: []int{grade}, Size: 12, Attempt: 1, Questionnaire: "scale", Asked: scale}
}

// sheets are ballots of a class, each a list of options in the order of scale.
func sheets(name string, options ...[]uint8) []Ballot {
	var ballots []Ballot
	for i, o := range options {
		b := Ballot{Nullifier: sha256.Sum256(fmt.Append(nil, name, i)), School: "974700000", Class: name, Attempt: 1, Options: o}
		for i := range o {
			b.Items = append(b.Items, scale[i].ID)
		}
		ballots = append(ballots, b)
	}
	return ballots
}

func from(ballots []Ballot) func(func(Ballot) error) error {
	return func(add func(Ballot) error) error {
		for _, b := range ballots {
			if err := add(b); err != nil {
				return err
			}
		}
		return nil
	}
}

func folded(t interface {
	Helper()
	Fatal(...any)
}, classes []Class, ballots []Ballot,
) Table {
	t.Helper()
	result, err := Fold(140, classes, from(ballots))
	if err != nil {
		t.Fatal(err)
	}
	table, err := Read(result.Rows)
	if err != nil {
		t.Fatal(err)
	}
	return table
}

func repeat(n int, options ...uint8) [][]uint8 {
	return slices.Repeat([][]uint8{options}, n)
}

func TestFoldByHand(t *testing.T) {
	ballots := sheets("5A",
		[]uint8{1, 1, 1, 1, 1}, // score 5.0, bin 20
		[]uint8{1, 2, 1, 1, 1}, // 4.5, a tie between 4.4 and 4.6: bin 17
		[]uint8{5, 5, 5, 5, 2}, // 1.0, bin 0; three core items among the two worst
		[]uint8{4, 0, 1, 0, 2}, // one of two score items is not more than half
		[]uint8{0, 0, 0, 0, 0}, // all blank
	)
	table := folded(t, []Class{class("5A", 5)}, ballots)
	u := ClassUnit("5A")
	for measure, want := range map[string][]uint32{
		"item:thrive": {1, 2, 0, 0, 1, 1},
		"item:safe":   {2, 1, 1, 0, 0, 1},
		"item:hurt":   {1, 3, 0, 0, 0, 1},
		"item:dread":  {2, 2, 0, 0, 0, 1},
		"item:gender": nil,
		Score:         {0: 1, 17: 1, 20: 1},
		WorstItems:    {3, 1, 0, 1},
		Ballots:       {5},
		Roster:        {12},
		Replaced:      {0},
	} {
		if diff := cmp.Diff(want, table.Hist(140, "974700000", u, All, measure)); diff != "" {
			t.Errorf("%s:\n%s", measure, diff)
		}
	}
	if got := table.Respondents(140, "974700000", u, All); got != 5 {
		t.Errorf("respondents = %d, want 5", got)
	}
	if got := table.Respondents(140, "974700000", u, Girls) + table.Respondents(140, "974700000", u, Boys); got != 0 {
		t.Errorf("strata of two and three are kept: %d", got)
	}
	if got, want := table.Items(140, "974700000", u), []string{"dread", "hurt", "safe", "thrive"}; !slices.Equal(got, want) {
		t.Errorf("items = %v, want %v", got, want)
	}
}

func TestUnitsKept(t *testing.T) {
	classes := []Class{class("5A", 5), class("5B", 5), class("5C", 5), class("6A", 6), class("6B", 6), class("7+", 7)}
	for _, c := range []struct {
		why     string
		ballots map[string]int
		want    []string
	}{
		{"five of a class", map[string]int{"5A": 5}, []string{"class:5A"}},
		{"four of a school", map[string]int{"5A": 4}, nil},
		{"smallest first, no further than five", map[string]int{"5A": 4, "5B": 1, "5C": 4}, []string{"joined:5B+5A"}},
		{"a class of five keeps to itself", map[string]int{"5A": 5, "5B": 4, "5C": 1}, []string{"class:5A", "joined:5C+5B"}},
		{"what a grade leaves over", map[string]int{"5A": 5, "5B": 3, "6A": 2}, []string{"class:5A", "rest:scale"}},
		{"the rest of a school under five", map[string]int{"5A": 5, "5B": 2, "6A": 2}, []string{"class:5A"}},
		{"two grades", map[string]int{"5A": 3, "5B": 3, "6A": 3, "6B": 3}, []string{"joined:5A+5B", "joined:6A+6B"}},
		{"a name that would be two", map[string]int{"7+": 6}, []string{"class:7%2B"}},
		{"nobody", nil, nil},
	} {
		var ballots []Ballot
		for name, n := range c.ballots {
			ballots = append(ballots, sheets(name, repeat(n, 1, 1, 1, 1, 1)...)...)
		}
		var got []string
		for _, u := range folded(t, classes, ballots).Units(140, "974700000") {
			got = append(got, u.String())
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: got %v, want %v", c.why, got, c.want)
		}
	}
}

// Classes of two questionnaires have different options under the same item, and
// never share a unit.
func TestRestIsOfOneQuestionnaire(t *testing.T) {
	other := class("1A", 1)
	other.Questionnaire = "other"
	ballots := append(sheets("5A", repeat(4, 1)...), sheets("1A", repeat(4, 1)...)...)
	if got := folded(t, []Class{class("5A", 5), other}, ballots).Units(140, "974700000"); got != nil {
		t.Errorf("kept %v of two questionnaires", got)
	}
}

func TestVoidedAndUnknown(t *testing.T) {
	c := class("5A", 5)
	c.Attempt = 2
	c.Replaced = 3
	ballots := sheets("5A", repeat(9, 5, 5, 5, 5, 1)...)
	for i := range 6 {
		ballots[i].Attempt = 2
		ballots[i].Options = []uint8{1, 1, 1, 1, 1}
	}
	ballots = append(ballots, sheets("9Z", repeat(2, 1)...)...)
	result, err := Fold(140, []Class{c}, from(ballots))
	if err != nil {
		t.Fatal(err)
	}
	if result.Counted != 6 || result.Voided != 3 || result.Unknown != 2 {
		t.Errorf("counted %d, voided %d, unknown %d; want 6, 3, 2", result.Counted, result.Voided, result.Unknown)
	}
	table, err := Read(result.Rows)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := table.Hist(140, "974700000", ClassUnit("5A"), All, ItemMeasure("thrive")), []uint32{0, 6}; !slices.Equal(got, want) {
		t.Errorf("an attempt that was voided is counted: %v", got)
	}
	if n, ok := table.Ballots(140, "974700000", "5A"); n != 6 || !ok || table.Replaced(140, "974700000", "5A") != 3 {
		t.Errorf("ballots %d, %v", n, ok)
	}
}

func TestFoldReportsFaults(t *testing.T) {
	down := errors.New("the engine is down")
	if _, err := Fold(140, nil, func(func(Ballot) error) error { return down }); !errors.Is(err, down) {
		t.Errorf("got %v", err)
	}
	bad := sheets("5A", []uint8{1, 2})
	bad[0].Options = bad[0].Options[:1]
	if _, err := Fold(140, []Class{class("5A", 5)}, from(bad)); err == nil {
		t.Error("a ballot with more items than options is counted")
	}
	// Options that collect would refuse are no answer.
	strange := sheets("5A", repeat(5, 9, 0, 0, 0, 7)...)
	if got, want := folded(t, []Class{class("5A", 5)}, strange).Hist(140, "974700000", ClassUnit("5A"), All, ItemMeasure("thrive")), []uint32{5}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// Who would rather not say is in one of the two strata, always the same one,
// and about as often in either.
func TestCoin(t *testing.T) {
	ballots := sheets("5A", append(repeat(400, 1, 1, 1, 1, 0), repeat(400, 2, 2, 2, 2, 1)...)...)
	table := folded(t, []Class{class("5A", 5)}, ballots)
	u := ClassUnit("5A")
	girls, boys := table.Respondents(140, "974700000", u, Girls), table.Respondents(140, "974700000", u, Boys)
	if girls+boys != 800 {
		t.Fatalf("%d girls and %d boys are not 800", girls, boys)
	}
	if heads := girls - 400; heads < 150 || heads > 250 { // five standard deviations of 10
		t.Errorf("the coin fell %d times of 400 on one side", heads)
	}
}

// The nearest of 21 bins, worked out in exact fractions for every mean that
// answers of three to seven options can have.
func TestScoreBin(t *testing.T) {
	for options := 2; options <= 7; options++ {
		for answered := 1; answered <= 6; answered++ {
			for sum := 0; sum <= answered*(options-1); sum++ {
				// mean − 1 = 4·sum/(answered·(options−1)), in fifths of a point
				fifths := big.NewRat(int64(20*sum), int64(answered*(options-1)))
				want := 0
				for b := 1; b < ScoreBins; b++ {
					if new(big.Rat).Sub(fifths, big.NewRat(int64(2*b-1), 2)).Sign() > 0 {
						want = b
					}
				}
				mean := 0.0
				for i := range answered { // as a sheet is summed
					level := min(max(sum-i*(options-1), 0), options-1)
					mean += 1 + 4*float64(level)/float64(options-1)
				}
				if got := scoreBin(mean / float64(answered)); got != want {
					t.Errorf("%d options, %d answered, sum %d: bin %d, want %d", options, answered, sum, got, want)
				}
			}
		}
	}
}

// wave draws classes of a few schools with their ballots.
func wave(t *rapid.T) ([]Class, []Ballot) {
	var classes []Class
	var ballots []Ballot
	for s := range rapid.IntRange(1, 3).Draw(t, "schools") {
		for c := range rapid.IntRange(1, 6).Draw(t, "classes") {
			grade := rapid.IntRange(3, 6).Draw(t, "grade")
			id, items := asked(t, []int{grade})
			class := Class{
				Owner: "964338531", School: fmt.Sprint(974700000 + s), Name: fmt.Sprintf("%d%c", grade, 'A'+c), Grades: []int{grade},
				Size: rapid.IntRange(1, 30).Draw(t, "size"), Attempt: 1, Questionnaire: id, Asked: items,
			}
			classes = append(classes, class)
			for range rapid.IntRange(0, class.Size).Draw(t, "ballots") {
				b := Ballot{School: class.School, Class: class.Name, Attempt: uint8(rapid.IntRange(1, 9).Draw(t, "attempt")/9 + 1)}
				b.Nullifier = sha256.Sum256(fmt.Append(nil, len(ballots)))
				for _, item := range items {
					b.Items = append(b.Items, item.ID)
					b.Options = append(b.Options, uint8(rapid.IntRange(0, len(item.Options)).Draw(t, "option")))
				}
				ballots = append(ballots, b)
			}
		}
	}
	return classes, ballots
}

// The rows of a wave are the same in whatever order its ballots come, and
// reading them twice counts nobody twice.
func TestFoldDoesNotDependOnOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		classes, ballots := wave(t)
		a, err := Fold(140, classes, from(ballots))
		if err != nil {
			t.Fatal(err)
		}
		b, err := Fold(140, rapid.Permutation(classes).Draw(t, "classes"), from(rapid.Permutation(ballots).Draw(t, "ballots")))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(a, b); diff != "" {
			t.Fatal(diff)
		}
		once, err := Read(a.Rows)
		if err != nil {
			t.Fatal(err)
		}
		twice, err := Read(append(slices.Clone(a.Rows), b.Rows...))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(once, twice, cmp.AllowUnexported(Table{}, school{}, unit{})); diff != "" {
			t.Fatal(diff)
		}
	})
}

// Nothing is kept of fewer than five (W4 of ANONYMITY), nobody is in two units,
// and what is kept adds up.
func TestNothingIsKeptOfFewerThanFive(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		classes, ballots := wave(t)
		result, err := Fold(140, classes, from(ballots))
		if err != nil {
			t.Fatal(err)
		}
		table, err := Read(result.Rows)
		if err != nil {
			t.Fatal(err)
		}
		kept := 0
		for _, s := range table.Schools(140) {
			seen := make(map[string]bool)
			for _, u := range table.Units(140, s) {
				for _, c := range u.Classes {
					if seen[c] {
						t.Fatalf("class %s is in two units", c)
					}
					seen[c] = true
				}
				all := table.Respondents(140, s, u, All)
				girls, boys := table.Respondents(140, s, u, Girls), table.Respondents(140, s, u, Boys)
				kept += all
				switch {
				case all < MinKept:
					t.Fatalf("%s of %s is kept with %d", u, s, all)
				case (girls > 0 || boys > 0) && (girls < MinKept || boys < MinKept || girls+boys != all):
					t.Fatalf("%s of %s is kept as %d and %d of %d", u, s, girls, boys, all)
				case len(u.Classes) == 1 && all != count(ballots, s, u.Classes[0]):
					t.Fatalf("%s of %s: %d of %d ballots", u, s, all, count(ballots, s, u.Classes[0]))
				}
				for _, id := range table.Items(140, s, u) {
					if n := sum(table.Hist(140, s, u, All, ItemMeasure(id))); n != all {
						t.Fatalf("%s of %s: %s holds %d of %d", u, s, id, n, all)
					}
				}
			}
			for _, c := range classes {
				n, ok := table.Ballots(140, c.School, c.Name)
				if ok != (c.Size >= MinSilence) || ok && n != count(ballots, c.School, c.Name) {
					t.Fatalf("class %s of %d: %d ballots, %v", c.Name, c.Size, n, ok)
				}
				if c.School == s && count(ballots, s, c.Name) >= MinKept && !seen[c.Name] {
					t.Fatalf("class %s has five and is not kept", c.Name)
				}
			}
		}
		if kept > result.Counted || result.Counted+result.Voided != len(ballots) {
			t.Fatalf("kept %d, counted %d, voided %d of %d", kept, result.Counted, result.Voided, len(ballots))
		}
	})
}

func count(ballots []Ballot, school, class string) int {
	n := 0
	for _, b := range ballots {
		if b.School == school && b.Class == class && b.Attempt == 1 {
			n++
		}
	}
	return n
}

func sum(bins []uint32) int {
	var n uint32
	for _, bin := range bins {
		n += bin
	}
	return int(n)
}

func TestUnitNames(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		u := Unit{Classes: rapid.SliceOfN(rapid.StringMatching(`[0-9A-Z+%: ]{1,6}`), 1, 4).Draw(t, "classes")}
		if back, err := ParseUnit(u.String()); err != nil || !slices.Equal(back.Classes, u.Classes) {
			t.Fatalf("%q came back as %v, %v", u.Classes, back.Classes, err)
		}
	})
	for _, bad := range []string{"", "5A", "pupil:5A", "class:5A+5B", "joined:5A", "class:%41"} {
		if u, err := ParseUnit(bad); err == nil {
			t.Errorf("%q was read as %+v", bad, u)
		}
	}
	if _, err := Read([]Row{{Unit: "pupil:Ola"}}); err == nil {
		t.Error("a row of a pupil was read")
	}
}

func TestTableOfNothing(t *testing.T) {
	table, err := Read(nil)
	if err != nil {
		t.Fatal(err)
	}
	if table.Waves() != nil || table.Schools(140) != nil || table.Units(140, "974700000") != nil || table.Items(140, "974700000", ClassUnit("5A")) != nil {
		t.Error("something was found in an empty table")
	}
	if n, ok := table.Ballots(140, "974700000", "5A"); n != 0 || ok || table.Roster(140, "974700000", "5A") != 0 {
		t.Error("a class was found in an empty table")
	}
}

func BenchmarkFold(b *testing.B) {
	id, items := asked(b, []int{8})
	var classes []Class
	var ballots []Ballot
	for c := range 1500 {
		class := Class{Owner: "964338531", School: fmt.Sprint(974700000 + c/11), Name: fmt.Sprint(c), Grades: []int{8}, Size: 20, Attempt: 1, Questionnaire: id, Asked: items}
		classes = append(classes, class)
		for i := range 18 {
			ballot := Ballot{Nullifier: sha256.Sum256(fmt.Append(nil, c, i)), School: class.School, Class: class.Name, Attempt: 1}
			for j, item := range items {
				ballot.Items = append(ballot.Items, item.ID)
				ballot.Options = append(ballot.Options, uint8((c+i*j)%(len(item.Options)+1)))
			}
			ballots = append(ballots, ballot)
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Fold(140, classes, from(ballots)); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(len(ballots)), "ballots/op")
}

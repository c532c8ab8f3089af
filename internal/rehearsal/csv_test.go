package rehearsal

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/folgmed/folgmed/internal/roster"
)

func TestReadCSV(t *testing.T) {
	got, err := ReadCSV("a.csv", strings.NewReader("\ufeffclass,wave,thrive,school,safe\n5A,2,1,100,NA\n5A,1,5,100,3\n5B,1,,100,0\n"))
	if err != nil {
		t.Fatal(err)
	}
	want := Recording{
		Waves: []int{1, 2},
		Items: []string{"thrive", "safe"},
		Sheets: map[int][]Sheet{
			1: {{"100", "5A", map[string]int{"thrive": 5, "safe": 3}}, {"100", "5B", map[string]int{}}},
			2: {{"100", "5A", map[string]int{"thrive": 1}}},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// What makes a roster of a file plays it too: spreadsheets save semicolons, and
// R writes names of columns as it likes.
func TestReadCSVTakesWhatARosterTakes(t *testing.T) {
	const file = "\ufeff\"School\";CLASS;wave;Q1\nNorth;8A;1;2\n"
	if _, err := roster.FromAnswers("a.csv", []byte(file), roster.Owner{Name: "Recorded"}, []int{8}); err != nil {
		t.Fatal(err)
	}
	got, err := ReadCSV("a.csv", strings.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	want := Recording{Waves: []int{1}, Items: []string{"Q1"}, Sheets: map[int][]Sheet{1: {{"North", "8A", map[string]int{"Q1": 2}}}}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestReadCSVNamesTheLine(t *testing.T) {
	for _, c := range []struct{ file, want string }{
		{"", "a.csv:1"},
		{"school,class,thrive\n", `no column "wave"`},
		{"school,class,wave\n1,5A,1\n", "no column holds answers"},
		{"school,class,wave,thrive,thrive\n", "named twice"},
		{"school,class,School,wave,thrive\n", "named twice"},
		{"school,class,wave,thrive\n", "no answers"},
		{"school,class,wave,thrive\n1,5A,x,1\n", `a.csv:2: wave "x"`},
		{"school,class,wave,thrive\n1,5A,1,1\n1,5A,1,good\n", "a.csv:3: the answer to thrive"},
		{"school,class,wave,thrive\n1,5A,1\n", "a.csv: record on line 2"},
	} {
		if _, err := ReadCSV("a.csv", strings.NewReader(c.file)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: got %v, want %q", c.file, err, c.want)
		}
	}
}

func FuzzReadCSV(f *testing.F) {
	f.Add("school,class,wave,thrive\n1,5A,1,1\n")
	f.Add("\ufeffwave,school,class,x\n1,\"a\nb\",c,NA\n")
	f.Fuzz(func(t *testing.T, file string) {
		rec, err := ReadCSV("f.csv", strings.NewReader(file))
		if err != nil {
			return
		}
		for _, n := range rec.Waves {
			if len(rec.Sheets[n]) == 0 {
				t.Errorf("wave %d is listed without sheets", n)
			}
		}
	})
}

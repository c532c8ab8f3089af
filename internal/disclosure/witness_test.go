package disclosure

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"
)

// witness is a world in two versions that nobody may tell apart. It is lost
// when its rule is left out of the gate.
type witness struct {
	Rule    string
	Lost    string              // what an attacker learns without the rule
	Differs map[string][]string // what the two versions put in the world's gaps
	World   string
	To      Audience // whom the versions look alike to; empty for everyone
}

// world is an Input as a file writes it.
type world struct {
	Input    `yaml:",inline"`
	Released []Row
}

func (w witness) version(t *testing.T, i int) Input {
	t.Helper()
	text := w.World
	for gap, fill := range w.Differs {
		if len(fill) != 2 || !strings.Contains(text, gap) {
			t.Fatalf("gap %s is not in the world, or does not have two fillings", gap)
		}
		text = strings.ReplaceAll(text, gap, fill[i])
	}
	var made world
	if err := yaml.UnmarshalWithOptions([]byte(text), &made, yaml.Strict()); err != nil {
		t.Fatal(err)
	}
	in := made.Input
	for _, row := range made.Released {
		line, err := Decode(row)
		if err != nil {
			t.Fatal(err)
		}
		in.Earlier = append(in.Earlier, line)
	}
	return in
}

func TestWitnessWorlds(t *testing.T) {
	files, err := filepath.Glob("testdata/witness/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no witness worlds: %v", err)
	}
	witnessed := make(map[string]bool)
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".yaml"), func(t *testing.T) {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var w witness
			if err := yaml.UnmarshalWithOptions(data, &w, yaml.Strict()); err != nil {
				t.Fatal(err)
			}
			i := slices.IndexFunc(rules, func(r rule) bool { return r.name == w.Rule })
			if i < 0 {
				t.Fatalf("there is no rule %q", w.Rule)
			}
			witnessed[w.Rule] = true
			a, b := w.version(t, 0), w.version(t, 1)
			if diff := cmp.Diff(release(t, a, w.To), release(t, b, w.To)); diff != "" {
				t.Errorf("the gate tells the versions apart:\n%s", diff)
			}
			without := slices.Delete(slices.Clone(rules), i, i+1)
			if cmp.Equal(of(w.To, pass(a, without)), of(w.To, pass(b, without))) {
				t.Errorf("the world is safe without the rule %q: it witnesses nothing", w.Rule)
			}
		})
	}
	for _, r := range rules {
		if !witnessed[r.name] {
			t.Errorf("the rule %q has no witness world", r.name)
		}
	}
}

// of are the rows that an audience is told; empty is everyone.
func of(to Audience, rows []Row) []Row {
	return slices.DeleteFunc(rows, func(r Row) bool { return to != "" && r.Audience != string(to) })
}

// release passes the gate and gives the lines for an audience as text.
func release(t interface {
	Helper()
	Fatal(...any)
}, in Input, to Audience,
) []string {
	t.Helper()
	out, err := Gate(in)
	if err != nil {
		t.Fatal(err)
	}
	var rows []Row
	for _, l := range out.Lines {
		rows = append(rows, l.Row())
	}
	var lines []string
	for _, row := range of(to, rows) {
		lines = append(lines, fmt.Sprintf("%+v", row))
	}
	return lines
}

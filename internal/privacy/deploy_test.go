package privacy_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/folgmed/folgmed/internal/privacy"
)

// deploy holds the templates for the owner's own assessments.
const deploy = "../../deploy/privacy/"

// templates reads every template of the folder.
func templates(t *testing.T) map[string]string {
	t.Helper()
	names, err := filepath.Glob(deploy + "*.md")
	if err != nil || len(names) != 4 {
		t.Fatalf("%d templates, error %v, want 4", len(names), err)
	}
	texts := map[string]string{}
	for _, name := range names {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		texts[filepath.Base(name)] = string(b)
	}
	return texts
}

var quoted = regexp.MustCompile("`([^`]+)`")

// TestTemplatesListEveryColumn holds the table of the assessment against what
// parents are told, which other tests hold against the database.
func TestTemplatesListEveryColumn(t *testing.T) {
	told, got := map[string][]string{}, map[string][]string{}
	for _, s := range privacy.Tables {
		told[s.Table] = s.Columns
	}
	for line := range strings.Lines(templates(t)["dpia.md"]) {
		cells := strings.Split(line, "|")
		if len(cells) != 6 || !strings.HasPrefix(strings.TrimSpace(cells[1]), "`") || !strings.Contains(cells[2], "`") {
			continue
		}
		table := strings.Trim(strings.TrimSpace(cells[1]), "`")
		for _, column := range quoted.FindAllStringSubmatch(cells[2], -1) {
			got[table] = append(got[table], column[1])
		}
	}
	if diff := cmp.Diff(told, got); diff != "" {
		t.Errorf("the tables of dpia.md (-told at /personvern +dpia.md):\n%s", diff)
	}
}

var (
	link  = regexp.MustCompile(`\]\(([^)]+)\)`)
	field = regexp.MustCompile(`\*\*\[([^\]]*)\]\*\*`)
)

// TestTemplatesNameWhatIsThere: every file and folder that a template names is
// in the project, no link leads out of it, and whoever fills in a field is named.
func TestTemplatesNameWhatIsThere(t *testing.T) {
	for name, text := range templates(t) {
		for _, m := range link.FindAllStringSubmatch(text, -1) {
			if _, err := os.Stat(deploy + m[1]); err != nil {
				t.Errorf("%s links to %s: %v", name, m[1], err)
			}
		}
		for _, m := range quoted.FindAllStringSubmatch(text, -1) {
			path := m[1]
			if strings.HasPrefix(path, "/") || strings.Contains(path, " ") || !strings.ContainsAny(path, "/.") {
				continue // an address of the server, a command, a table
			}
			_, atRoot := os.Stat("../../" + path)
			if _, beside := os.Stat(deploy + path); atRoot != nil && beside != nil {
				t.Errorf("%s names %s, which is not there", name, path)
			}
		}
		for _, m := range field.FindAllStringSubmatch(text, -1) {
			if !strings.HasPrefix(m[1], "Skoleeieren") && !strings.HasPrefix(m[1], "Databehandleren") && m[1] != "Dato og underskrifter" {
				t.Errorf("%s does not say who fills in %q", name, m[1])
			}
		}
		if strings.Count(text, "**[") != len(field.FindAllString(text, -1)) {
			t.Errorf("%s has a field that is not closed on its line", name)
		}
		for _, never := range []string{"varsel", "risikoklasse", "http:", "https:"} {
			if strings.Contains(strings.ToLower(text), never) {
				t.Errorf("%s says %q", name, never)
			}
		}
	}
}

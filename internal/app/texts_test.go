package app_test

import (
	"io/fs"
	"os"
	"path"
	"regexp"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"

	"github.com/folgmed/folgmed/internal/prove"
)

// Every text of every catalog is asked for somewhere in its package: by its key,
// or by the beginning that keys of its kind are put together from.
func TestEveryTextIsUsed(t *testing.T) {
	packages := os.DirFS("..")
	catalogs, err := fs.Glob(packages, "*/locale/nb.yaml")
	if err != nil || len(catalogs) == 0 {
		t.Fatalf("no catalogs: %v", err)
	}
	for _, catalog := range catalogs {
		raw, err := fs.ReadFile(packages, catalog)
		if err != nil {
			t.Fatal(err)
		}
		var texts map[string]string
		if err := yaml.Unmarshal(raw, &texts); err != nil {
			t.Fatal(err)
		}
		asked := askedFor(t, packages, path.Dir(path.Dir(catalog)))
		if strings.HasPrefix(catalog, "prove/") {
			for _, promise := range prove.Promises { // each asks for its own
				asked[promise+"."] = true
			}
		}
		for key := range texts {
			if !asked.has(key) {
				t.Errorf("%s: nothing asks for %q", catalog, key)
			}
		}
	}
}

// keys are the strings of a package's sources and templates that could be keys
// or the beginnings of keys, up to a verb.
type keys map[string]bool

var quoted = regexp.MustCompile("[\"`]([a-z][a-z0-9_.-]*)(%[sd])?[\"`.]")

func askedFor(t *testing.T, packages fs.FS, dir string) keys {
	t.Helper()
	asked := keys{}
	if err := fs.WalkDir(packages, dir, func(file string, d fs.DirEntry, err error) error {
		if ext := path.Ext(file); err != nil || d.IsDir() || strings.HasSuffix(file, "_test.go") || ext != ".go" && ext != ".html" {
			return err
		}
		source, err := fs.ReadFile(packages, file)
		for _, m := range quoted.FindAllStringSubmatch(string(source), -1) {
			asked[m[1]] = true
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return asked
}

func (asked keys) has(key string) bool {
	for _, form := range []string{".one", ".other"} {
		if whole, ok := strings.CutSuffix(key, form); ok && asked[whole] {
			return true
		}
	}
	for end := range len(key) {
		if key[end] == '.' && asked[key[:end+1]] {
			return true
		}
	}
	return asked[key]
}

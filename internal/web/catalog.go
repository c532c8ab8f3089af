package web

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"regexp"
	"slices"

	"github.com/goccy/go-yaml"
	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
)

// Catalog holds the words of some pages in every language.
type Catalog struct {
	texts map[string]map[string]string // by language and key
}

// NewCatalog reads dir/nb.yaml, dir/nn.yaml and dir/en.yaml: flat files of
// key: text, where a text may hold verbs of package fmt. Its error lists every
// key that a language lacks, and every text whose verbs differ from bokmål's.
func NewCatalog(fsys fs.FS, dir string) (*Catalog, error) {
	cat := &Catalog{texts: map[string]map[string]string{}}
	all := map[string]bool{}
	for _, lang := range Languages {
		name := path.Join(dir, lang+".yaml")
		b, err := fs.ReadFile(fsys, name)
		if err != nil {
			return nil, fmt.Errorf("read catalog: %w", err)
		}
		texts := map[string]string{}
		if err := yaml.Unmarshal(b, &texts); err != nil {
			return nil, fmt.Errorf("read catalog %s: %w", name, err)
		}
		cat.texts[lang] = texts
		for key := range texts {
			all[key] = true
		}
	}
	var faults []error
	for _, key := range slices.Sorted(maps.Keys(all)) {
		for _, lang := range Languages {
			text, ok := cat.texts[lang][key]
			if !ok || text == "" {
				faults = append(faults, fmt.Errorf("%s: %q is missing", path.Join(dir, lang+".yaml"), key))
			} else if got, want := verbs(text), verbs(cat.texts[Languages[0]][key]); !slices.Equal(got, want) {
				faults = append(faults, fmt.Errorf("%s: %q has the verbs %q, %s has %q", path.Join(dir, lang+".yaml"), key, got, Languages[0], want))
			}
		}
	}
	if err := errors.Join(faults...); err != nil {
		return nil, fmt.Errorf("catalogs differ:\n%w", err)
	}
	return cat, nil
}

var verb = regexp.MustCompile(`%(\[\d+\])?[-+# 0-9.]*[a-zA-Z]`)

// verbs lists the verbs of a text in a fixed order, as languages order their
// arguments differently.
func verbs(text string) []string {
	v := verb.FindAllString(text, -1)
	slices.Sort(v)
	return v
}

// Has says whether the catalog has a key.
func (c *Catalog) Has(key string) bool {
	_, ok := c.texts[Languages[0]][key]
	return ok
}

// Text returns the text of a key, with args put in by fmt.Sprintf if there are
// any. An unknown language is answered in bokmål, an unknown key by the key:
// a page with one odd word is better than no page.
func (c *Catalog) Text(lang, key string, args ...any) string {
	texts, ok := c.texts[lang]
	if !ok {
		texts = c.texts[Languages[0]]
	}
	text, ok := texts[key]
	if !ok {
		return key
	}
	if len(args) == 0 {
		return text
	}
	return fmt.Sprintf(text, args...)
}

// Plural returns the text of key.one or key.other, as the language counts n,
// with n and then args put in for its verbs.
func (c *Catalog) Plural(lang, key string, n int, args ...any) string {
	form := ".other"
	if plural.Cardinal.MatchPlural(language.Make(lang), max(n, -n), 0, 0, 0, 0) == plural.One {
		form = ".one"
	}
	if text := c.Text(lang, key+form); len(verbs(text)) == 0 {
		return text
	}
	return c.Text(lang, key+form, append([]any{n}, args...)...)
}

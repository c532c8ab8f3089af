package surveys

import (
	"errors"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func embeddedSet(t *testing.T) Set {
	t.Helper()
	set, err := Embedded()
	if err != nil {
		t.Fatal(err)
	}
	return set
}

func ids(items []Item) string {
	var list []string
	for _, item := range items {
		list = append(list, item.ID)
	}
	return strings.Join(list, " ")
}

// TestRotation is the table of SCHOOL §3 as the waves of a school year bring it.
func TestRotation(t *testing.T) {
	young := "thrive safe company adult left_out hurt "
	older := "thrive safe company care adult left_out hurt "
	tests := []struct {
		id   string
		want []string // by wave of the school year
	}{
		{"grades-1-4", []string{young + "adult_harm", young + "places", young + "dread", young + "adults_act", young + "adult_harm"}},
		{"grades-5-7", []string{older + "adult_harm places gender", older + "digital dread gender", older + "adult_harm adults_act gender", older + "digital gender", older + "adult_harm places gender"}},
		{"grades-8-13", []string{older + "adult_harm places gender", older + "digital dread gender", older + "adult_harm adults_act gender", older + "digital gender", older + "adult_harm places gender"}},
	}
	set := embeddedSet(t)
	for _, tt := range tests {
		q, ok := set.Find(tt.id, 1)
		if !ok {
			t.Fatalf("no %s", tt.id)
		}
		for ordinal, want := range tt.want {
			if got := ids(q.Asked(ordinal)); got != want {
				t.Errorf("%s wave %d asks\n %s, want\n %s", tt.id, ordinal, got, want)
			}
		}
	}
}

// TestStreams: which items feed what, and which are sensitive (SCHOOL §3,
// ANONYMITY §4).
func TestStreams(t *testing.T) {
	type streams struct{ Score, Item, Severe, Adult, Sensitive string }
	older := streams{
		Score:     "thrive safe company care adult",
		Item:      "safe company left_out hurt digital",
		Severe:    "left_out hurt digital",
		Adult:     "adult_harm",
		Sensitive: "safe left_out hurt adult_harm digital places",
	}
	want := map[string]streams{
		"grades-1-4": {
			Score:     "thrive safe company adult",
			Item:      "safe company left_out hurt",
			Severe:    "hurt",
			Adult:     "adult_harm",
			Sensitive: "safe left_out hurt adult_harm places",
		},
		"grades-5-7":  older,
		"grades-8-13": older,
	}
	got := map[string]streams{}
	for _, q := range embeddedSet(t).Questionnaires {
		if q.Validated {
			t.Errorf("%s says it is validated", q.ID)
		}
		where := func(keep func(Item) bool) string {
			return ids(slices.DeleteFunc(slices.Clone(q.Items), func(i Item) bool { return !keep(i) }))
		}
		got[q.ID] = streams{
			Score:     where(func(i Item) bool { return i.Feeds(Score) }),
			Item:      where(func(i Item) bool { return i.Feeds(Single) }),
			Severe:    where(func(i Item) bool { return i.Feeds(Severe) }),
			Adult:     where(func(i Item) bool { return i.Feeds(Adult) }),
			Sensitive: where(func(i Item) bool { return i.Sensitive }),
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("streams (-want +got):\n%s", diff)
	}
}

// TestEmbeddedItems: what counts toward a share is what the statistics call the
// worst answers, the good end always stands first, and the first grades see a
// picture beside every word.
func TestEmbeddedItems(t *testing.T) {
	for _, q := range embeddedSet(t).Questionnaires {
		for _, item := range q.Items {
			if item.Polarity == BadFirst {
				t.Errorf("%s %s: the bad end stands first", q.ID, item.ID)
			}
			for option := 1; option <= len(item.Options); option++ {
				if item.Polarity != Unordered && item.Worrying(option) != item.TwoWorst(option) {
					t.Errorf("%s %s option %d: counts %v, one of the worst two %v", q.ID, item.ID, option, item.Worrying(option), item.TwoWorst(option))
				}
				if q.ToGrade <= 4 && item.Options[option-1].Picture == "" {
					t.Errorf("%s %s option %d has no picture", q.ID, item.ID, option)
				}
			}
		}
	}
}

// TestEmbeddedPlaces: one fixed list of places, so that a school can add up its
// grades.
func TestEmbeddedPlaces(t *testing.T) {
	set := embeddedSet(t)
	first, _ := set.Questionnaires[0].Item("places")
	for _, q := range set.Questionnaires[1:] {
		places, _ := q.Item("places")
		if diff := cmp.Diff(first.Options, places.Options, cmpopts.IgnoreFields(Option{}, "Picture")); diff != "" {
			t.Errorf("%s has another list of places:\n%s", q.ID, diff)
		}
	}
}

// TestWords keeps the embedded texts in their language: words that mark one
// written standard do not stand in the other, and nothing says "varsel".
func TestWords(t *testing.T) {
	foreign := map[Lang][]string{
		Bokmaal: {"eg", "ikkje", "korleis", "kor", "kva", "noko", "nokon", "skulen", "vore", "ein", "dei", "frå", "varsel"},
		Nynorsk: {"jeg", "ikke", "hvordan", "hvor", "hva", "noe", "noen", "skolen", "vært", "en", "fra", "varsel"},
		English: {"jeg", "eg", "ikke", "ikkje", "og", "på"},
	}
	for _, q := range embeddedSet(t).Questionnaires {
		texts := []Text{q.Title, q.Period}
		for _, item := range q.Items {
			texts = append(texts, item.Text, item.Label, item.Share)
			for _, option := range item.Options {
				texts = append(texts, option.Text)
			}
		}
		for _, text := range texts {
			for lang, words := range text {
				for word := range strings.FieldsSeq(strings.ToLower(words)) {
					if slices.Contains(foreign[lang], strings.Trim(word, ".,?")) {
						t.Errorf("%s, %s: %q holds %q", q.ID, lang, words, word)
					}
				}
			}
		}
	}
}

func TestScore(t *testing.T) {
	item := func(p Polarity, options int) Item { return Item{Polarity: p, Options: make([]Option, options)} }
	tests := []struct {
		name     string
		item     Item
		option   int
		score    float64
		ok       bool
		twoWorst bool
	}{
		{"best of five", item(GoodFirst, 5), 1, 5, true, false},
		{"middle of five", item(GoodFirst, 5), 3, 3, true, false},
		{"second worst of five", item(GoodFirst, 5), 4, 2, true, true},
		{"worst of five", item(GoodFirst, 5), 5, 1, true, true},
		{"worst of five, worst first", item(BadFirst, 5), 1, 1, true, true},
		{"best of five, worst first", item(BadFirst, 5), 5, 5, true, false},
		{"middle of three", item(GoodFirst, 3), 2, 3, true, false},
		{"worst of three", item(GoodFirst, 3), 3, 1, true, true},
		{"second worst of four", item(GoodFirst, 4), 3, 1 + 4.0/3, true, true},
		{"second best of four", item(GoodFirst, 4), 2, 1 + 8.0/3, true, false},
		{"worst of two", item(GoodFirst, 2), 2, 1, true, true},
		{"would rather not answer", item(GoodFirst, 5), 0, 0, false, false},
		{"beyond the options", item(GoodFirst, 5), 6, 0, false, false},
		{"a place", item(Unordered, 8), 2, 0, false, false},
		{"a single option has no ends", item(GoodFirst, 1), 1, 0, false, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			score, ok := tt.item.Score(tt.option)
			if math.Abs(score-tt.score) > 1e-12 || ok != tt.ok {
				t.Errorf("score %v %v, want %v %v", score, ok, tt.score, tt.ok)
			}
			if got := tt.item.TwoWorst(tt.option); got != tt.twoWorst {
				t.Errorf("one of the two worst: %v, want %v", got, tt.twoWorst)
			}
		})
	}
}

func TestSetFor(t *testing.T) {
	set := embeddedSet(t)
	tests := []struct {
		grades []int
		want   string
	}{
		{[]int{1}, "grades-1-4"},
		{[]int{5, 4}, "grades-1-4"}, // the youngest's
		{[]int{7, 8}, "grades-5-7"},
		{[]int{13}, "grades-8-13"},
		{[]int{14}, ""},
		{nil, ""},
	}
	for _, tt := range tests {
		q, ok := set.For(tt.grades)
		if ok != (tt.want != "") || ok && q.ID != tt.want {
			t.Errorf("For(%v) = %v, want %s", tt.grades, q, tt.want)
		}
	}
}

// valid is the good file of testdata with some text changed.
func valid(t *testing.T, oldnew ...string) string {
	t.Helper()
	data, err := os.ReadFile("testdata/valid.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return strings.NewReplacer(oldnew...).Replace(string(data))
}

func TestMerge(t *testing.T) {
	load := func(files ...string) Set {
		fsys := fstest.MapFS{}
		for i, file := range files {
			fsys[string(rune('a'+i))+".yaml"] = &fstest.MapFile{Data: []byte(file)}
		}
		set, err := Load(fsys)
		if err != nil {
			t.Fatal(err)
		}
		return set
	}
	own := load(valid(t), valid(t, "version: 1", "version: 2"))
	merged := embeddedSet(t).Merge(own)
	if q, _ := merged.For([]int{6}); q.ID != "short" || q.Version != 2 {
		t.Errorf("grade 6 is asked %s %d, want the newest of the operator's own", q.ID, q.Version)
	}
	if q, _ := merged.For([]int{9}); q.ID != "grades-8-13" {
		t.Errorf("grade 9 is asked %s, want what the operator did not replace", q.ID)
	}
	if _, ok := merged.Find("grades-5-7", 1); !ok {
		t.Error("a version that earlier waves used is gone")
	}

	replaced := embeddedSet(t).Merge(load(valid(t, "id: short", "id: grades-5-7")))
	if q, _ := replaced.Find("grades-5-7", 1); q.Title[English] != "Short" || len(replaced.Questionnaires) != 3 {
		t.Errorf("same id and version is not replaced: %q of %d", q.Title[English], len(replaced.Questionnaires))
	}
}

func TestLoadRefusesWhole(t *testing.T) {
	tests := []struct {
		name string
		fsys fstest.MapFS
		want []string
	}{
		{"nothing there", fstest.MapFS{"readme.md": {}}, []string{"load questionnaires: no .yaml file there; each questionnaire is one file"}},
		{"faults of all files", fstest.MapFS{
			"a.yaml": {Data: []byte(valid(t, "kind: core", "kind: kore"))},
			"b.yaml": {Data: []byte(valid(t, "version: 1", "version: 0"))},
			"c.yaml": {Data: []byte(valid(t))},
		}, []string{
			`a.yaml:10: unknown kind "kore" (one of core, rotating, background)`,
			"b.yaml:2: version 0 is below 1 (count from 1; any change of the core's words, order or steps is a new version)",
		}},
		{"same version twice", fstest.MapFS{"a.yaml": {Data: []byte(valid(t))}, "b.yaml": {Data: []byte(valid(t))}}, []string{
			"b.yaml:1: a.yaml already holds short version 1 (raise the version of the newer one)",
		}},
		{"one grade claimed twice", fstest.MapFS{"a.yaml": {Data: []byte(valid(t))}, "b.yaml": {Data: []byte(valid(t, "id: short", "id: other", "from_grade: 5", "from_grade: 7"))}}, []string{
			"b.yaml:1: its grades 7-7 overlap with those of a.yaml (5-7) (give each grade to one questionnaire)",
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			set, err := Load(tt.fsys)
			if err == nil || len(set.Questionnaires) > 0 {
				t.Fatalf("got %d questionnaires and error %v", len(set.Questionnaires), err)
			}
			if diff := cmp.Diff(tt.want, strings.Split(err.Error(), "\n")); diff != "" {
				t.Errorf("error (-want +got):\n%s", diff)
			}
		})
	}
}

func TestLoadFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "own.yaml")
	if _, err := LoadFile(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("missing file: %v", err)
	}
	if err := os.WriteFile(path, []byte(valid(t, "version: 1", "version: -1")), 0o600); err != nil {
		t.Fatal(err)
	}
	var fault Fault
	if _, err := LoadFile(path); !errors.As(err, &fault) || fault.Line != 2 || fault.File != path {
		t.Errorf("got %v, want a fault on line 2", err)
	}
	if err := os.WriteFile(path, []byte(valid(t)), 0o600); err != nil {
		t.Fatal(err)
	}
	if q, err := LoadFile(path); err != nil || q.ID != "short" {
		t.Errorf("got %v, %v", q, err)
	}
}

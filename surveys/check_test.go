package surveys

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestCheck spoils a good file in one place at a time. Each case says which
// text becomes which, and the faults by line of the spoilt file.
func TestCheck(t *testing.T) {
	valid, err := os.ReadFile("testdata/valid.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if faults := Check("valid.yaml", valid); faults != nil {
		t.Fatalf("the good file has faults: %v", faults)
	}

	tests := []struct {
		name     string
		old, new string
		want     []string
	}{
		{"not yaml", "items:\n", "items: ]\n", []string{"8: could not find '[' character corresponding to ']'"}},
		{"unknown field", "validated: false", "validatd: false", []string{`5: unknown field "validatd"`}},
		{"wrong type", "version: 1", "version: one", []string{"2: a number is wanted here"}},
		{"wrong type of a flag", "validated: false", "validated: 7", []string{"5: true or false is wanted here"}},
		{"wrong type of a list", fromItems(valid), "items: 7\n", []string{"8: a list is wanted here"}},
		{"two documents", "  - id: hurt\n", "---\n  - id: hurt\n", []string{"25: a second document starts here"}},
		{"bad id", "id: short", "id: Short one", []string{`1: id "Short one" is not an id`}},
		{"version", "version: 1", "version: 0", []string{"2: version 0 is below 1"}},
		{"grades turned round", "from_grade: 5", "from_grade: 8", []string{"3: grades 8 to 7 are not a span within 1-13"}},
		{"grade 14", "to_grade: 7", "to_grade: 14", []string{"3: grades 5 to 14 are not a span within 1-13"}},
		{"language missing", "      nn: Har du det bra?\n", "", []string{"14: items[0].text is missing in nn"}},
		{"language missing in an option", "nn: Litt, ", "", []string{"21: items[0].options[1].text is missing in nn"}},
		{"language empty", "nn: Har du det bra?", `nn: " "`, []string{"15: items[0].text is empty in nn"}},
		{"unknown language", "      en: Are you well?", "      en: Are you well?\n      da: Har du det godt?", []string{`14: unknown language "da"`}},
		{"line break", "en: Are you well?", `en: "Are you\nwell?"`, []string{"16: holds a control character or a line break"}},
		{"too long", "Are you well?", strings.Repeat("Are you well? ", 30), []string{"16: longer than 300 characters"}},
		{"title missing", "title: {nb: Kort, nn: Kort, en: Short}\n", "", []string{"1: title is missing in nb", "1: title is missing in nn", "1: title is missing in en"}},
		{"no items", fromItems(valid), "items: []\n", []string{"8: there are no items"}},
		{"duplicate id", "- id: hurt", "- id: thrive", []string{`25: item "thrive" stands twice`}},
		{"bad item id", "- id: hurt", "- id: 2hurt", []string{`25: id "2hurt" is not an id`}},
		{"kind", "kind: core", "kind: kore", []string{`10: unknown kind "kore"`}},
		{"theme", "theme: hurt", "theme: hart", []string{`27: unknown theme "hart"`}},
		{"polarity unknown", "polarity: good_first", "polarity: up", []string{`12: unknown polarity "up"`}},
		{"polarity missing", "    polarity: bad_first\n", "", []string{"25: polarity is missing"}},
		{"polarity turned round", "polarity: bad_first", "polarity: good_first", []string{
			"35: option 1 counts, but a worse one does not",
			"36: option 1 is called the worst step, but with polarity good_first it is not",
		}},
		{"picture", "picture: middle", "picture: grin", []string{`21: unknown picture "grin"`}},
		{"one option", "      - {text: {nb: Aldri, nn: Aldri, en: Never}}\n", "", []string{"33: 1 options"}},
		{"counts missing", "    counts: [3]\n", "", []string{"9: no option counts toward the share"}},
		{"counts out of range", "counts: [3]", "counts: [3, 4]", []string{"23: counts option 4 of 3"}},
		{"counts twice", "counts: [3]", "counts: [3, 3]", []string{"23: counts option 3 twice"}},
		{"counts with a gap", "counts: [3]", "counts: [1, 3]", []string{"23: option 1 counts, but a worse one does not"}},
		{"worst not an option", "worst: 1", "worst: 3", []string{"36: the worst step is option 3 of 2"}},
		{"worst missing", "    worst: 1\n", "", []string{"25: feeds severe or adult, but has no worst step"}},
		{"not sensitive", "    sensitive: true\n", "", []string{"25: feeds severe or adult, but is not sensitive"}},
		{"stream", "streams: [score]", "streams: [scores]", []string{`24: unknown stream "scores"`}},
		{"stream twice", "streams: [score]", "streams: [score, score]", []string{"24: stream score stands twice"}},
		{"score and severe", "streams: [item, severe]", "streams: [score, severe]", []string{"37: one item feeds both score and severe"}},
		{"adult with another", "streams: [item, severe]", "streams: [item, adult]", []string{"37: the adult stream is fed together with another"}},
		{"unordered in a stream", "polarity: good_first", "polarity: unordered", []string{"24: an unordered item feeds a stream"}},
		{"rotating without every", "    every: 2\n", "", []string{"25: rotating, but every is 0"}},
		{"offset never reached", "offset: 1", "offset: 2", []string{"40: offset 2 is never reached"}},
		{"every on a core item", "kind: rotating", "kind: core", []string{"39: every and offset on a core item"}},
		{"other background", "- id: gender", "- id: language", []string{`41: background question "language"`}},
		{"background in the first grades", "from_grade: 5", "from_grade: 4", []string{"42: a background question for grade 4"}},
		{"background in a stream", "    kind: background\n", "    kind: background\n    counts: [1]\n", []string{"41: a background question feeds a stream or counts toward a share"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			spoilt := strings.Replace(string(valid), tt.old, tt.new, 1)
			if spoilt == string(valid) {
				t.Fatalf("%q does not stand in the file", tt.old)
			}
			var got []string
			for _, f := range Check("valid.yaml", []byte(spoilt)) {
				got = append(got, fmt.Sprintf("%d: %s", f.Line, f.Message))
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("faults (-want +got):\n%s", diff)
			}
		})
	}
}

// fromItems is everything from items: on.
func fromItems(valid []byte) string {
	_, items, _ := strings.Cut(string(valid), "items:\n")
	return "items:\n" + items
}

func TestCheckTooManyItems(t *testing.T) {
	valid, err := os.ReadFile("testdata/valid.yaml")
	if err != nil {
		t.Fatal(err)
	}
	head, items, _ := strings.Cut(string(valid), "  - id: thrive\n")
	body, rest, _ := strings.Cut(items, "  - id: hurt\n")
	file := head
	for i := range 9 {
		file += fmt.Sprintf("  - id: thrive%d\n%s", i, body)
	}
	file += "  - id: hurt\n" + rest
	// Nine of the core and gender make ten; the second wave brings hurt as well.
	want := []Fault{{File: "long.yaml", Line: 9, Message: "wave 2 of the school year asks 11 items", Hint: "keep it to 10: move a rotating item to another offset"}}
	if diff := cmp.Diff(want, Check("long.yaml", []byte(file))); diff != "" {
		t.Errorf("faults (-want +got):\n%s", diff)
	}
}

func TestCheckSecondBackground(t *testing.T) {
	valid, err := os.ReadFile("testdata/valid.yaml")
	if err != nil {
		t.Fatal(err)
	}
	_, gender, _ := strings.Cut(string(valid), "  - id: gender\n")
	faults := Check("two.yaml", append(valid, "  - id: born\n"+gender...))
	if len(faults) != 1 || faults[0].Message != "more than one background question" || faults[0].Line != 50 {
		t.Errorf("got %v, want one fault on line 50", faults)
	}
}

func TestCheckEmptyFile(t *testing.T) {
	for _, data := range []string{"", "\n\n", "# nothing\n"} {
		faults := Check("empty.yaml", []byte(data))
		if len(faults) == 0 {
			t.Errorf("%q has no faults", data)
		}
	}
}

func TestCheckBackground(t *testing.T) {
	asking := func(options int) *Questionnaire {
		return &Questionnaire{ID: "q", Items: []Item{
			{ID: "thrive", Kind: Core, Options: make([]Option, 5)},
			{ID: "gender", Kind: Background, Options: make([]Option, options)},
		}}
	}
	tests := []struct {
		name    string
		options int
		sizes   []int
		refused bool
	}{
		{"gender in tiny classes: the fold merges them", 2, []int{4, 5, 6}, false},
		{"three groups in classes of 15", 3, []int{15, 15, 30}, false},
		{"three groups in classes of 14", 3, []int{14, 14, 30}, true},
		{"six groups in ordinary classes", 6, []int{24, 25, 26}, true},
		{"no roster yet", 6, nil, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := CheckBackground(asking(tt.options), tt.sizes); (len(got) > 0) != tt.refused {
				t.Errorf("faults %v, want refused %v", got, tt.refused)
			}
		})
	}
}

func TestFaultError(t *testing.T) {
	tests := []struct {
		fault Fault
		want  string
	}{
		{Fault{"a.yaml", 3, "wrong", "do this"}, "a.yaml:3: wrong (do this)"},
		{Fault{"a.yaml", 3, "wrong", ""}, "a.yaml:3: wrong"},
		{Fault{"a.yaml", 0, "wrong", ""}, "a.yaml: wrong"},
	}
	for _, tt := range tests {
		if got := tt.fault.Error(); got != tt.want {
			t.Errorf("got %q, want %q", got, tt.want)
		}
	}
}

// FuzzCheck: no file makes the reader panic, and a file without faults keeps
// what the rest of the system relies on.
func FuzzCheck(f *testing.F) {
	data, err := os.ReadFile("testdata/valid.yaml")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Add([]byte("items: [&a [*a]]"))
	f.Add([]byte("a: &a [b]\nc: *a\nid: *missing"))
	f.Fuzz(func(t *testing.T, data []byte) {
		q, faults := parse("fuzz.yaml", data)
		if len(faults) > 0 {
			if q != nil {
				t.Error("a file with faults gave a questionnaire")
			}
			for _, fault := range faults {
				if fault.Message == "" || fault.Line < 0 {
					t.Errorf("empty fault %+v", fault)
				}
			}
			return
		}
		for k := range 24 {
			asked := q.Asked(k)
			if len(asked) > maxAsked {
				t.Fatalf("wave %d asks %d items", k, len(asked))
			}
			for _, item := range asked {
				if item.Feeds(Score) && item.Feeds(Severe) {
					t.Errorf("%s feeds score and severe", item.ID)
				}
				for option := range len(item.Options) + 2 {
					if score, ok := item.Score(option); ok && (score < 1 || score > 5) {
						t.Errorf("%s option %d scores %g", item.ID, option, score)
					}
				}
			}
		}
	})
}

package surveys

import (
	"fmt"
	"io/fs"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// sentencesOf reads a running text as the title of a questionnaire.
func sentencesOf(text string) []sentence {
	q := Questionnaire{Title: Text{Bokmaal: text}}
	return q.sentences(Bokmaal)
}

// TestLIX: counted by hand.
func TestLIX(t *testing.T) {
	tests := []struct {
		text string
		want float64
	}{
		{"", 0},
		{"?!", 0},
		{"Kari ser ei ku. Kua er brun.", 3.5}, // 7/2
		{"Har du hatt det bra på skolen?", 7}, // skolen has six letters
		{"Har du hatt det bra på skolene?", 7 + 100.0/7},    // skolene seven
		{"Går du på ungdomsskolen? Ja!", 2.5 + 100.0/5},     // 5/2, and one of five
		{"Blåbærsyltetøy – og så: rømmegrøt.", 2 + 200.0/4}, // a dash is no word; a colon ends a sentence
	}
	for _, tt := range tests {
		if got := lix(sentencesOf(tt.text)); math.Abs(got-tt.want) > 1e-9 {
			t.Errorf("LIX of %q is %v, want %v", tt.text, got, tt.want)
		}
	}
}

// TestLIXOfMoreOfTheSame: a text twice is as hard as once, and a long word for
// a short one never makes it easier.
func TestLIXOfMoreOfTheSame(t *testing.T) {
	word := rapid.StringMatching(`[a-zæøå]{1,12}`)
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.SliceOfN(word, 1, 20).Draw(t, "words")
		once := lix(sentencesOf(strings.Join(words, " ") + "."))
		twice := lix(sentencesOf(strings.Repeat(strings.Join(words, " ")+". ", 2)))
		if math.Abs(once-twice) > 1e-9 {
			t.Fatalf("once %v, twice %v", once, twice)
		}
		words[rapid.IntRange(0, len(words)-1).Draw(t, "at")] = "lesbarhet"
		if harder := lix(sentencesOf(strings.Join(words, " ") + ".")); harder < once {
			t.Fatalf("%v with a long word, %v before", harder, once)
		}
	})
}

func TestCheckReading(t *testing.T) {
	long := strings.Repeat("og så ", 9) + "ja?"
	tests := []struct {
		name   string
		oldnew []string
		want   []string
	}{
		{"in order", nil, nil},
		{"nineteen words are one too many in grade 5", []string{"nb: Har du det bra?", "nb: " + long}, []string{"14: a sentence of 19 words"}},
		{"not in grade 8", []string{"nb: Har du det bra?", "nb: " + long, "from_grade: 5", "from_grade: 8", "to_grade: 7", "to_grade: 9"}, nil},
		{"two sentences", []string{"nb: Har du det bra?", "nb: " + strings.Replace(long, "så og", "så. Og", 1)}, nil},
		{"heavy in one written standard", []string{"nn: Er nokon slemme?", "nn: Opplever du krenkjande åtferd frå medelevar i skulekvardagen?"}, []string{"29: the sentences in nn have LIX 26 together, and this is the heaviest"}},
		{"English is not measured", []string{"en: Is anyone mean?", "en: Experiencing inappropriate behaviour continuously?"}, nil},
		{"labels are for staff", []string{"label: {nb: Slemme", "label: {nb: Krenkende medelevoppførsel"}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			for _, f := range CheckReading("valid.yaml", []byte(valid(t, tt.oldnew...))) {
				got = append(got, fmt.Sprintf("%d: %s", f.Line, f.Message))
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("faults (-want +got):\n%s", diff)
			}
		})
	}
}

// TestEmbeddedReading: our own questionnaires are within their limits, each
// questionnaire of the band it is written for.
func TestEmbeddedReading(t *testing.T) {
	names, err := fs.Glob(embedded, "*.yaml")
	if err != nil || len(names) == 0 {
		t.Fatal("no questionnaires", err)
	}
	for _, name := range names {
		data, err := fs.ReadFile(embedded, name)
		if err != nil {
			t.Fatal(err)
		}
		for _, fault := range CheckReading(name, data) {
			t.Error(fault)
		}
	}
}

package surveys

import (
	"fmt"
	"regexp"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// translated is the good file with every text in Sami too.
func translated(t *testing.T, oldnew ...string) []byte {
	t.Helper()
	file := regexp.MustCompile(`nb: ([^,}\n]+)`).ReplaceAllString(valid(t), "nb: $1, se: Davvisámegiella")
	file = regexp.MustCompile(`\n( +)nb: ([^,}\n]+), se: `).ReplaceAllString(file, "\n${1}nb: $2\n${1}se: ")
	file = "translations: {se: {reviewed: true}}\n" + file
	for i := 0; i < len(oldnew); i += 2 {
		changed := regexp.MustCompile(regexp.QuoteMeta(oldnew[i])).ReplaceAllLiteralString(file, oldnew[i+1])
		if changed == file {
			t.Fatalf("%q does not stand in the file:\n%s", oldnew[i], file)
		}
		file = changed
	}
	return []byte(file)
}

// TestOffered: a further language is offered when it is whole and reviewed, and
// check tells why it is not.
func TestOffered(t *testing.T) {
	tests := []struct {
		name    string
		oldnew  []string
		offered []Lang
		want    []string
	}{
		{"whole and reviewed", nil, []Lang{"nb", "nn", "en", "se"}, nil},
		{"staff need no translation", []string{"label: {nb: Bra, se: Davvisámegiella", "label: {nb: Bra"}, []Lang{"nb", "nn", "en", "se"}, nil},
		{"not reviewed", []string{"reviewed: true", "reviewed: false"}, Languages, []string{"1: the translation into se is not reviewed, so nobody is offered it"}},
		{"an option is missing", []string{"nb: Aldri, se: Davvisámegiella", "nb: Aldri"}, Languages, []string{"36: items[1].options[1].text is missing in se"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			data := translated(t, tt.oldnew...)
			q, faults := parse("own.yaml", data)
			if len(faults) > 0 {
				t.Fatalf("%v\n%s", faults, data)
			}
			if diff := cmp.Diff(tt.offered, q.Offered()); diff != "" {
				t.Errorf("offered (-want +got):\n%s", diff)
			}
			var got []string
			for _, f := range CheckTranslations("own.yaml", data) {
				got = append(got, fmt.Sprintf("%d: %s", f.Line, f.Message))
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("faults (-want +got):\n%s", diff)
			}
		})
	}
}

func TestUnknownTranslation(t *testing.T) {
	for list, want := range map[string]string{
		"translations: {en: {reviewed: true}}":     "own.yaml:1: en is no further language (nb, nn and en are always there; remove it)",
		"translations: {Arabic: {reviewed: true}}": `own.yaml:1: "Arabic" is not a language (use its code of two or three letters, such as ar)`,
	} {
		faults := Check("own.yaml", []byte(list+"\n"+valid(t)))
		if len(faults) != 1 || faults[0].Error() != want {
			t.Errorf("%v, want %s", faults, want)
		}
	}
}

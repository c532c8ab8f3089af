package pupil_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/folgmed/folgmed/surveys"
)

// rotations is after how many waves every questionnaire begins anew.
const rotations = 4

// walk goes through a whole questionnaire by script: a tap is a tap, and a
// browser's way of moving a finger there costs more than all else. It returns
// what each screen said, with a ring where there was a picture, and takes one
// option of each in turn.
const walk = `(() => {
	const next = () => document.querySelector("button.primary").click();
	const seen = [];
	next();
	for (let i = 0; document.querySelector(".question"); i++) {
		const options = [...document.querySelectorAll(".choice:not(.skip)")];
		seen.push([document.querySelector("h1").textContent, ...options.map(o => (o.querySelector(".picture :first-child") ? "◦ " : "") + o.textContent)]);
		document.querySelectorAll(".choice input")[(i * %d + %d) %% (options.length + 1)].click();
		next();
	}
	next();
	return seen;
})()`

// TestEveryQuestionnaireInEveryLanguage takes each questionnaire, in each of its
// rotations and each language, from the code to the receipt, one child after the
// other on one tablet.
func TestEveryQuestionnaireInEveryLanguage(t *testing.T) {
	s, b := newSchool(t), newBrowser(t)
	for class, grade := range map[string]int{"2B": 2, "6A": 6, "9C": 9} {
		for ordinal := range rotations {
			rotated := s.plan[class]
			rotated.Class, rotated.Ordinal = fmt.Sprintf("%d-%d", grade, ordinal), ordinal
			s.plan[rotated.Class] = rotated
		}
	}
	want := map[string]int{}
	for _, grade := range []int{2, 6, 9} {
		for ordinal := range rotations {
			class := fmt.Sprintf("%d-%d", grade, ordinal)
			q, items := s.asked(class)
			for i, lang := range q.Offered() {
				b.visit(s.link(s.codes(class, 1)[0]))
				b.there(".welcome")
				b.click(fmt.Sprintf("header [lang=%s]", lang))
				b.heading(q.Title[lang])
				seen := eval[[][]string](b, fmt.Sprintf(walk, i+1, ordinal))
				if diff := cmp.Diff(texts(items, lang), seen); diff != "" {
					t.Errorf("%s in %s (-want +got):\n%s", class, lang, diff)
				}
				b.there(".thanks")
				b.delivered()
				want[class]++
			}
		}
	}
	got := map[string]int{}
	for _, sheet := range s.answers() {
		got[sheet.Class]++
		_, items := s.asked(sheet.Class)
		if !slices.EqualFunc(items, sheet.Items, func(i surveys.Item, id string) bool { return i.ID == id }) {
			t.Errorf("%s: %v is stored", sheet.Class, sheet.Items)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" || len(want) != 3*rotations {
		t.Errorf("answer sheets by class (-want +got):\n%s", diff)
	}
}

// texts are what is to stand on each screen.
func texts(items []surveys.Item, lang surveys.Lang) [][]string {
	var all [][]string
	for _, item := range items {
		screen := []string{item.Text[lang]}
		for _, o := range item.Options {
			words := o.Text[lang]
			if o.Picture != "" {
				words = "◦ " + words
			}
			screen = append(screen, words)
		}
		all = append(all, screen)
	}
	return all
}

package pupil_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/labstack/echo/v4"

	"github.com/folgmed/folgmed/internal/pupil"
	"github.com/folgmed/folgmed/surveys"
)

// mirrored turns English into the letters of app/testdata/mirrored.ts.
func mirrored(text string) string {
	arabic := []rune("ابتثجحخدذرزسشصضطظعغفقكلمنه")
	return strings.Map(func(r rune) rune {
		if lower := r | 0x20; lower >= 'a' && lower <= 'z' {
			return arabic[lower-'a']
		}
		return r
	}, text)
}

// withMirrored translates every questionnaire, and a second time unreviewed.
func withMirrored(o *pupil.Options) {
	translate := func(t surveys.Text) surveys.Text {
		words := mirrored(t[surveys.English])
		return surveys.Text{"nb": t["nb"], "nn": t["nn"], "en": t["en"], "ar": words, "fa": words}
	}
	for _, q := range o.Surveys.Questionnaires {
		q.Translations = map[surveys.Lang]surveys.Translation{"ar": {Reviewed: true}, "fa": {}}
		q.Title, q.Period = translate(q.Title), translate(q.Period)
		for i := range q.Items {
			item := &q.Items[i]
			item.Text = translate(item.Text)
			options := make([]surveys.Option, len(item.Options)) // items share theirs
			for o, option := range item.Options {
				options[o] = surveys.Option{Text: translate(option.Text), Picture: option.Picture}
			}
			item.Options = options
		}
	}
}

// A language that runs from right to left is a catalog and a translation, no
// more: the page, the way and the scales are mirrored. One that nobody has
// reviewed is neither offered nor sent.
func TestRightToLeft(t *testing.T) {
	bundle := filepath.Join(t.TempDir(), "main.js")
	build := exec.CommandContext(t.Context(), filepath.Join("node_modules", ".bin", "esbuild"),
		"testdata/mirrored.ts", "--bundle", "--format=esm", "--target=chrome92", "--outfile="+bundle)
	build.Dir = "app"
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("bundle the mirrored app: %v\n%s", err, out)
	}
	s := newSchool(t, withMirrored)
	s.instead = func(c echo.Context) (bool, error) {
		if !strings.HasPrefix(c.Request().URL.Path, "/assets/main-") {
			return false, nil
		}
		return true, c.File(bundle)
	}
	for _, size := range []string{"tablet", "phone"} {
		b := newBrowser(t)
		b.resize(size)
		b.visit(s.url)
		b.there("#code")
		if eval[bool](b, "document.querySelector('header [lang=fa]') !== null") {
			t.Error("a language that nobody has reviewed is offered")
		}
		b.click("header [lang=ar]")
		b.look("mirrored-start")
		b.typeCode(s.codes("2B", 1)[0], s.keys.Fingerprint())
		b.there(".welcome")
		if eval[bool](b, "document.body.innerText.includes('school')") {
			t.Error("something is not translated")
		}
		b.look("mirrored-welcome")
		b.click("button.primary")
		b.there(".question")
		if dir := eval[string](b, "getComputedStyle(document.querySelector('main')).direction"); dir != "rtl" {
			t.Errorf("the page runs %s", dir)
		}
		b.click(".hear-all")
		for _, step := range []string{
			"[...document.querySelectorAll('.progress circle')]",
			"[...document.querySelectorAll('.picture')][0].closest('.row').querySelectorAll('input, .picture')",
			"document.querySelectorAll('.skip input, .skip span')",
			"document.querySelectorAll('.actions button')",
		} {
			if size == "tablet" && strings.Contains(step, ".picture") {
				step = "document.querySelectorAll('.picture')" // side by side there
			}
			if !eval[bool](b, "(parts => parts.length > 1 && parts.every((x, i) => i === 0 || x < parts[i - 1]))([..."+step+"].map(e => e.getBoundingClientRect().right))") {
				t.Errorf("%s: does not run from right to left: %s", size, step)
			}
		}
		b.look("mirrored-question")
		b.click("footer .help")
		b.there("dialog[open]")
		if turned := eval[bool](b, `[...document.querySelectorAll("dialog bdi")].some(number => {
			const part = (from, to) => { const r = document.createRange(); r.setStart(number.firstChild, from); r.setEnd(number.firstChild, to); return r.getBoundingClientRect().left; };
			return number.textContent.startsWith("116 111") && part(0, 3) > part(4, 7);
		})`); turned {
			t.Error("a telephone number is turned round")
		}
		b.look("mirrored-help")
	}

	response, err := http.Post(s.url+"/api/code", "application/json", strings.NewReader(`{"code":"`+s.codes("2B", 1)[0].String()+`"}`))
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var sent struct {
		Survey struct{ Title map[string]string }
	}
	if err := json.NewDecoder(response.Body).Decode(&sent); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"ar", "en", "nb", "nn"}, slices.Sorted(maps.Keys(sent.Survey.Title))); diff != "" {
		t.Errorf("languages that are sent (-want +got):\n%s", diff)
	}
}

package privacy_test

import (
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"

	"github.com/folgmed/folgmed/internal/privacy"
	"github.com/folgmed/folgmed/internal/web"
	"github.com/folgmed/folgmed/surveys"
)

// key is what a text looks like that no catalog has: a catalog answers an
// unknown key by the key.
var key = regexp.MustCompile(`^[a-z]+(\.[a-z0-9_]+)+$`)

// TestEveryTextIsTranslated looks for keys and verbs among what is read.
func TestEveryTextIsTranslated(t *testing.T) {
	everyPage(t, func(t *testing.T, _, lang string, doc *goquery.Document) {
		if got, _ := doc.Find("html").Attr("lang"); got != lang {
			t.Errorf("the page says that it is in %q", got)
		}
		words := 0
		var walk func(n *html.Node)
		walk = func(n *html.Node) {
			if n.Type == html.TextNode {
				words += len(strings.Fields(n.Data))
				for _, word := range strings.Fields(n.Data) {
					if bare := strings.Trim(word, "(),:«»“”"); key.MatchString(bare) && !slices.Contains([]string{".example", ".html", ".js", ".json"}, filepath.Ext(bare)) {
						t.Errorf("%q is no word", bare)
					}
				}
				if strings.Contains(n.Data, "%!") || strings.Contains(n.Data, "%s") || strings.Contains(n.Data, "%d") {
					t.Errorf("%q is not filled in", n.Data)
				}
			}
			if n.Data == "code" {
				return // names of columns and files
			}
			for c := n.FirstChild; c != nil; c = c.NextSibling {
				walk(c)
			}
		}
		walk(doc.Find("body").Nodes[0])
		if words < 40 {
			t.Errorf("%d words: that is no page", words)
		}
	})
}

// TestLanguagesDiffer holds each line of a page against the other languages: a
// line copied and forgotten is the same in two of them.
func TestLanguagesDiffer(t *testing.T) {
	s := newSite(t)
	for _, path := range public {
		lines := map[string]map[string]bool{}
		for _, lang := range web.Languages {
			lines[lang] = map[string]bool{}
			s.page(t, path+"?lang="+lang, "").Find("main p, main li, main dd, main h2, main td").Each(func(_ int, e *goquery.Selection) {
				if line := text(e); len(strings.Fields(line)) > 5 && e.Find("code").Length() == 0 {
					lines[lang][line] = true
				}
			})
		}
		for i, lang := range web.Languages {
			for _, other := range web.Languages[i+1:] {
				for line := range lines[lang] {
					if lines[other][line] {
						t.Errorf("%s: %q is the same in %s and %s", path, line, lang, other)
					}
				}
			}
		}
	}
}

// TestLanguageIsTheBrowsersOrTheLinks asks as three browsers would, and by the
// links at the top.
func TestLanguageIsTheBrowsersOrTheLinks(t *testing.T) {
	s := newSite(t)
	for _, path := range public {
		for asked, want := range map[string]string{"": "nb", "nn-NO,nn;q=0.9,nb;q=0.5": "nn", "en-GB": "en", "no": "nb", "de": "nb"} {
			doc := s.page(t, path, asked)
			if got, _ := doc.Find("html").Attr("lang"); got != want {
				t.Errorf("%s asked for in %q answers in %q, want %q", path, asked, got, want)
			}
			var hrefs []string
			doc.Find(".langs a").Each(func(_ int, a *goquery.Selection) {
				href, _ := a.Attr("href")
				hrefs = append(hrefs, href)
				if _, current := a.Attr("aria-current"); current != (href == path+"?lang="+want) {
					t.Errorf("%s in %s marks %s as current: %t", path, want, href, current)
				}
			})
			if diff := cmp.Diff([]string{path + "?lang=nb", path + "?lang=nn", path + "?lang=en"}, hrefs); diff != "" {
				t.Errorf("%s leads to other languages (-want +got):\n%s", path, diff)
			}
		}
	}
}

// TestEveryQuestionIsPublic holds the page against the questionnaires in each
// language: every question, every answer, in the order it is asked.
func TestEveryQuestionIsPublic(t *testing.T) {
	set, err := surveys.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	s := newSite(t)
	skip := map[string]string{"nb": "Vil ikke svare", "nn": "Vil ikkje svare", "en": "I’d rather not answer"} // as on the tablet
	for _, lang := range web.Languages {
		doc := s.page(t, privacy.Path+"?lang="+lang, "")
		if n := doc.Find(".questionnaire").Length(); n != len(set.Questionnaires) {
			t.Errorf("%s: %d questionnaires, want %d", lang, n, len(set.Questionnaires))
		}
		for _, q := range set.Questionnaires {
			var want [][]string
			for _, kind := range []surveys.Kind{surveys.Core, surveys.Rotating, surveys.Background} {
				for _, item := range q.Items {
					if item.Kind != kind {
						continue
					}
					question := []string{item.Text[surveys.Lang(lang)]}
					for _, option := range item.Options {
						question = append(question, option.Text[surveys.Lang(lang)])
					}
					want = append(want, append(question, skip[lang]))
				}
			}
			var got [][]string
			part := doc.Find("#" + q.ID)
			part.Find(".questions > li").Each(func(_ int, li *goquery.Selection) {
				question := []string{text(li.Find(".question"))}
				li.Find(".options li").Each(func(_ int, option *goquery.Selection) { question = append(question, text(option)) })
				got = append(got, question)
			})
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s, %s (-want +got):\n%s", q.ID, lang, diff)
			}
			if !strings.Contains(text(part), q.Period[surveys.Lang(lang)]) {
				t.Errorf("%s, %s: the period is not told", q.ID, lang)
			}
		}
	}
}

// TestSkipIsTheWordOnTheTablet reads the app's own words.
func TestSkipIsTheWordOnTheTablet(t *testing.T) {
	app, err := os.ReadFile("../pupil/app/text.ts")
	if err != nil {
		t.Fatal(err)
	}
	s := newSite(t)
	for lang, quoted := range map[string][2]string{"nb": {"«", "»"}, "nn": {"«", "»"}, "en": {"“", "”"}} {
		doc := s.page(t, privacy.Path+"?lang="+lang, "")
		skip := text(doc.Find(".options li:last-child").First())
		named := between(text(doc.Find(".pupil, .tablet")), quoted)
		if len(named) < 4 {
			t.Errorf("%s: the page quotes only %q", lang, named)
		}
		for _, word := range append(named, skip) {
			if !strings.Contains(string(app), `"`+word+`"`) && !slices.Contains([]string{"noen", "nokre", "some"}, word) {
				t.Errorf("%s: the page names %q, the tablet does not", lang, word)
			}
		}
	}
}

// between lists what stands between two quotation marks.
func between(text string, quotes [2]string) []string {
	var all []string
	for _, part := range strings.Split(text, quotes[0])[1:] {
		quoted, _, _ := strings.Cut(part, quotes[1])
		all = append(all, quoted)
	}
	return all
}

// TestEasyToRead measures what a twelve-year-old is to read by LIX (Björnsson
// 1968): words in a sentence and the share of words over six letters, in per
// cent. Under 25 is the language of children's books, under 40 that of fiction.
func TestEasyToRead(t *testing.T) {
	s := newSite(t)
	for _, lang := range web.Languages {
		for _, tt := range []struct {
			path, part string
			below      float64
		}{
			{privacy.Path, ".pupil", 25},
			{privacy.Path + "/elever", ".slide .words", 25},
			{privacy.Path + "/brev", ".letter", 35},
			{privacy.Path, "section:not(.pupil)", 40},
		} {
			if got := lix(s.page(t, tt.path+"?lang="+lang, "").Find(tt.part).Find("p, li, dd, h2, h3")); got >= tt.below || got < 5 {
				t.Errorf("%s of %s in %s has a LIX of %.1f, want below %g", tt.part, tt.path, lang, got, tt.below)
			}
		}
	}
}

var (
	aWord       = regexp.MustCompile(`[\p{L}’-]+`)
	endSentence = regexp.MustCompile(`[.!?:]( |$)`)
)

// lix is the LIX of paragraphs, each of which ends a sentence.
func lix(paragraphs *goquery.Selection) float64 {
	words, long, sentences := 0, 0, 0
	paragraphs.Each(func(_ int, p *goquery.Selection) {
		if p.Find("code, a").Length() > 0 || p.HasClass("key") {
			return
		}
		all := aWord.FindAllString(text(p), -1)
		words += len(all)
		for _, w := range all {
			if utf8.RuneCountInString(w) > 6 {
				long++
			}
		}
		sentences += max(1, len(endSentence.FindAllString(text(p), -1)))
	})
	return float64(words)/float64(sentences) + 100*float64(long)/float64(words)
}

// TestWhichGrades shows the questionnaire that is asked, where an operator's own
// one stands before a built-in one.
func TestWhichGrades(t *testing.T) {
	set, err := surveys.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	five, _ := set.For([]int{5})
	own := *five
	own.ID, own.FromGrade, own.ToGrade = "own", 7, 9
	for name, tt := range map[string]struct {
		set  surveys.Set
		want []string
	}{
		"built in": {set, []string{"1.–4. trinn: 10 spørsmål", "5.–7. trinn: 13 spørsmål", "8. trinn–Vg3: 13 spørsmål"}},
		"one of the operator's": {
			set.Merge(surveys.Set{Questionnaires: []*surveys.Questionnaire{&own}}),
			[]string{"1.–4. trinn: 10 spørsmål", "5.–6. trinn: 13 spørsmål", "7.–9. trinn: 13 spørsmål", "10. trinn–Vg3: 13 spørsmål"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			p, err := privacy.New(privacy.Options{
				Surveys: tt.set, PublicURL: func() string { return "" }, Keys: func() []privacy.Key { return nil },
			})
			if err != nil {
				t.Fatal(err)
			}
			s := &site{echo: web.New(web.Options{})}
			p.Routes(s.echo)
			var got []string
			s.page(t, privacy.Path, "").Find(".questionnaire summary").Each(func(_ int, e *goquery.Selection) { got = append(got, text(e)) })
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("questionnaires (-want +got):\n%s", diff)
			}
		})
	}
}

// TestEveryTableIsTold holds the page against the tables that the migrations
// make, column by column.
func TestEveryTableIsTold(t *testing.T) {
	migrations, err := filepath.Glob("../store/migrate/*.sql")
	if err != nil || len(migrations) < 10 {
		t.Fatalf("%d migrations, error %v", len(migrations), err)
	}
	want := map[string][]string{}
	for _, name := range migrations {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		readMigration(t, name, string(b), want)
	}
	got := map[string][]string{}
	for _, s := range privacy.Tables {
		got[s.Table] = s.Columns
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("what is stored and what /personvern says of it differ: a new table or column is told to parents in privacy.Tables and in every catalog (-stored +told):\n%s", diff)
	}
	s := newSite(t)
	for _, lang := range web.Languages {
		stored := s.page(t, privacy.Path+"?lang="+lang, "").Find("section.stored")
		told := map[string][]string{}
		stored.Each(func(_ int, section *goquery.Selection) {
			table := text(section.Find("h4 code"))
			section.Find("th[scope=row] code, .names code").Each(func(_ int, c *goquery.Selection) {
				told[table] = append(told[table], text(c))
			})
		})
		if diff := cmp.Diff(want, told); diff != "" {
			t.Errorf("%s: the tables of the page (-stored +told):\n%s", lang, diff)
		}
	}
}

var (
	createTable = regexp.MustCompile("(?s)CREATE TABLE IF NOT EXISTS (\\w+)\\s*\\((.*?)\n\\)")
	alterTable  = regexp.MustCompile("ALTER TABLE (\\w+)\\s+ADD COLUMN (?:IF NOT EXISTS )?`?(\\w+)`?")
	columnName  = regexp.MustCompile("^`?(\\w+)`?\\s")
)

// readMigration adds the columns that one migration makes.
func readMigration(t *testing.T, name, sql string, columns map[string][]string) {
	t.Helper()
	if m := createTable.FindStringSubmatch(sql); m != nil {
		for line := range strings.Lines(m[2]) {
			if line = strings.TrimSpace(line); line == "" || strings.HasPrefix(line, "--") || strings.HasPrefix(line, "INDEX ") {
				continue
			}
			columns[m[1]] = append(columns[m[1]], columnName.FindStringSubmatch(line)[1])
		}
		return
	}
	if m := alterTable.FindStringSubmatch(sql); m != nil {
		columns[m[1]] = append(columns[m[1]], m[2])
		return
	}
	t.Errorf("%s makes no table that this test can read: tell parents what it changes, and teach the test", name)
}

// TestNoLinkLeadsOut: the public pages name no address that we might have
// guessed, run nothing, set no cookie and fetch nothing from elsewhere.
func TestNoLinkLeadsOut(t *testing.T) {
	s := newSite(t)
	for _, path := range public {
		w := s.get(t, path, "")
		if c := w.Header().Get("Set-Cookie"); c != "" {
			t.Errorf("%s sets a cookie: %s", path, c)
		}
		if strings.Contains(w.Body.String(), "http:") || strings.Contains(w.Body.String(), "https:") {
			t.Errorf("%s holds an address outside", path)
		}
	}
	everyPage(t, func(t *testing.T, _, _ string, doc *goquery.Document) {
		if n := doc.Find("script, style, iframe, [style], [onclick]").Length(); n > 0 {
			t.Errorf("%d elements that run or style inline", n)
		}
		doc.Find("[href], [src], [action]").Each(func(_ int, e *goquery.Selection) {
			for _, name := range []string{"href", "src", "action"} {
				value, ok := e.Attr(name)
				if !ok {
					continue
				}
				u, err := url.Parse(value)
				if err != nil || u.Scheme != "" || u.Host != "" {
					t.Errorf("%s=%q leads out", name, value)
				}
			}
		})
	})
}

// TestLinksLeadSomewhere follows every link that the pages make themselves, and
// every jump within a page.
func TestLinksLeadSomewhere(t *testing.T) {
	s := newSite(t)
	s.reader = &privacy.Reader{Name: "Ingrid", Schools: []privacy.School{granlia, solvik}}
	elsewhere := []string{"/staff", "/staff/log", "/staff/reminders", "/keys.json"} // packages staff and notify, and app
	everyPage(t, func(t *testing.T, _, _ string, doc *goquery.Document) {
		doc.Find("a[href], link[href]").Each(func(_ int, e *goquery.Selection) {
			href, _ := e.Attr("href")
			if id, jump := strings.CutPrefix(href, "#"); jump {
				if doc.Find(`[id="`+id+`"]`).Length() != 1 {
					t.Errorf("%s jumps nowhere", href)
				}
				return
			}
			if w := s.get(t, href, ""); w.Code != http.StatusOK && !slices.Contains(elsewhere, href) {
				t.Errorf("%s: status %d", href, w.Code)
			}
		})
	})
}

// TestSchoolsNames: a letter and slides reached from the staff side hold the
// names of that school, those in public of none.
func TestSchoolsNames(t *testing.T) {
	s := newSite(t)
	for _, path := range public {
		if body := s.get(t, path, "").Body.String(); strings.Contains(body, "Granlia") || strings.Contains(body, "Mona") || strings.Contains(body, "Fjordvik") {
			t.Errorf("%s names a school", path)
		}
	}
	s.reader = &privacy.Reader{Name: "Ingrid", Schools: []privacy.School{solvik, granlia}}
	letter := text(s.page(t, privacy.StaffPath+"/brev", "").Find(".letter")) // the first by name
	for _, want := range []string{
		"Granlia ungdomsskole bruker Følgmed. Omtrent annenhver uke får elevene",
		"Mona (helsesykepleier), Yusuf (miljøterapeut), Ingrid (rektor).",
		"Fjordvik kommune er ansvarlig for undersøkelsen.", "folgmed.example/personvern",
	} {
		if !strings.Contains(letter, want) {
			t.Errorf("the letter lacks %q:\n%s", want, letter)
		}
	}
	nynorsk := text(s.page(t, privacy.StaffPath+"/brev?school="+solvik.Org, "en").Find(".letter"))
	if !strings.Contains(nynorsk, "Solvik ungdomsskule bruker Følgmed. Omtrent annakvar veke får elevane") {
		t.Errorf("the letter is not in the school's written standard:\n%s", nynorsk)
	}
	slides := text(s.page(t, privacy.StaffPath+"/elever?school="+granlia.Org+"&lang=en", "").Find(".slides"))
	for _, want := range []string{"Granlia ungdomsskole", "Mona (helsesykepleier)", "Alarmtelefonen for barn og unge 116 111", "Nobody can see who answered what"} {
		if !strings.Contains(slides, want) {
			t.Errorf("the slides lack %q:\n%s", want, slides)
		}
	}
	materials := s.page(t, privacy.StaffPath+"?school="+solvik.Org, "")
	if got := text(materials.Find(".ways [aria-current]")); got != "Solvik ungdomsskule" {
		t.Errorf("the page is of %q", got)
	}
	if got := materials.Find(`main a[href*="school=` + solvik.Org + `"]`).Length(); got != 6 {
		t.Errorf("%d letters and slides of the school, want 6", got)
	}
}

// TestNotYours: a school that is not the reader's is not there, and nobody who
// is not signed in gets a name.
func TestNotYours(t *testing.T) {
	s := newSite(t)
	for _, path := range staffOnly {
		s.reader = nil
		if w := s.get(t, path, ""); w.Code != http.StatusUnauthorized {
			t.Errorf("%s for nobody: status %d", path, w.Code)
		}
		s.reader = &privacy.Reader{Name: "Ingrid", Schools: []privacy.School{solvik}}
		if w := s.get(t, path+"?school="+granlia.Org, ""); w.Code != http.StatusNotFound || strings.Contains(w.Body.String(), "Granlia") {
			t.Errorf("%s of another school: status %d", path, w.Code)
		}
		s.reader = &privacy.Reader{Name: "Ingrid"}
		if w := s.get(t, path, ""); w.Code != http.StatusNotFound {
			t.Errorf("%s without a school: status %d", path, w.Code)
		}
	}
}

const wantSum = "8760dd308e48017a2e647ac8dc67b672227a74363e3424b4f6870947ee9a0c65"

// TestHowToCheck finds the fingerprints as they stand on slips, and the sum of
// the files. The sum is what this prints, with the hashes of world_test.go:
//
//	printf '%s  ./assets/app.css\n%s  ./index.html\n' HASH HASH | sha256sum
func TestHowToCheck(t *testing.T) {
	doc := newSite(t).page(t, privacy.Path, "")
	var printed []string
	doc.Find(".keys div").Each(func(_ int, k *goquery.Selection) {
		printed = append(printed, text(k.Find("dt"))+": "+text(k.Find("dd")))
	})
	if diff := cmp.Diff([]string{"Skoleåret 2026–27: 0123-4567-89AB-CDEF", "Skoleåret 2025–26: FEDC-BA98-7654-3210"}, printed); diff != "" {
		t.Errorf("fingerprints, newest first (-want +got):\n%s", diff)
	}
	got := map[string]string{}
	doc.Find(".hashes dt").Each(func(_ int, dt *goquery.Selection) { got[text(dt)] = text(dt.Next()) })
	want := map[string]string{
		"Utgave": "v1.2.3", "Alle filene": wantSum, "index.html": hashes["index.html"], "assets/app.css": hashes["assets/app.css"],
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("versions and sums (-want +got):\n%s", diff)
	}
}

// TestWordsThatAreNeverUsed: a signal is no alarm, and nobody is promised what
// can not be kept.
func TestWordsThatAreNeverUsed(t *testing.T) {
	everyPage(t, func(t *testing.T, _, _ string, doc *goquery.Document) {
		body := strings.ToLower(text(doc.Find("body")))
		for _, never := range []string{"varsel", "risikoklasse", "risk class", "helt sikkert", "100 prosent", "garanter", "guarantee"} {
			for _, asked := range []string{"ja, helt sikkert"} { // an answer to a question
				body = strings.ReplaceAll(body, asked, "")
			}
			if strings.Contains(body, never) {
				t.Errorf("the page says %q", never)
			}
		}
		// «anonymous» only where we say that we do not say it, or of staff.
		for _, sentence := range strings.FieldsFunc(body, func(r rune) bool { return r == '.' || r == '?' || r == '!' }) {
			if strings.Contains(sentence, "anonym") && !regexp.MustCompile(`(vi sier ikke|vi seier ikkje|we do not say|ikke anonyme|ikkje anonyme|not anonymous)`).MatchString(sentence) {
				t.Errorf("the page says %q", sentence)
			}
		}
	})
}

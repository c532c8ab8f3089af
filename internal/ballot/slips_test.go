package ballot

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
)

func sheetOf(t *testing.T, lang string, n int) SlipSheet {
	t.Helper()
	s := SlipSheet{
		URL:         "https://folgmed.example/",
		School:      "Bjørkåsen skole <og SFO>",
		Class:       "7B",
		Monday:      time.Date(2026, 9, 14, 0, 0, 0, 0, time.UTC),
		Closes:      time.Date(2026, 9, 17, 18, 0, 0, 0, time.UTC),
		Fingerprint: "0123456789ABCDEF",
		Lang:        lang,
	}
	for i := range n {
		c, err := NewCode(bytes.NewReader(bytes.Repeat([]byte{byte(i * 7), byte(i + 3), 11}, 3)))
		if err != nil {
			t.Fatal(err)
		}
		s.Codes = append(s.Codes, c)
	}
	return s
}

func TestWriteSlips(t *testing.T) {
	for lang, want := range map[string][]string{
		"nb": {"Lapper til klassen 7B", "uke 38", "Ingen kan se hvem som svarte hva.", "til og med torsdag 17. september"},
		"nn": {"Lappar til klassen 7B", "veke 38", "Ingen kan sjå kven som svarte kva.", "til og med torsdag 17. september"},
		"en": {"Slips for the class 7B", "week 38", "Nobody can see who answered what.", "until the end of Thursday 17 September"},
	} {
		t.Run(lang, func(t *testing.T) {
			sheet := sheetOf(t, lang, 12)
			var page bytes.Buffer
			if err := WriteSlips(&page, sheet); err != nil {
				t.Fatal(err)
			}
			if dir := os.Getenv("FOLGMED_SHOTS"); dir != "" {
				if err := os.WriteFile(fmt.Sprintf("%s/slips-%s.html", dir, lang), page.Bytes(), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			doc, err := goquery.NewDocumentFromReader(&page)
			if err != nil {
				t.Fatal(err)
			}
			text := strings.Join(strings.Fields(doc.Text()), " ")
			for _, w := range append(want, "Bjørkåsen skole <og SFO>", "0123-4567-89AB-CDEF", "folgmed.example") {
				if !strings.Contains(text, w) {
					t.Errorf("the sheet lacks %q", w)
				}
			}
			if got, _ := doc.Find("html").Attr("lang"); got != lang {
				t.Errorf("lang=%q, want %q", got, lang)
			}
			slips := doc.Find("li")
			if slips.Length() != len(sheet.Codes) {
				t.Fatalf("%d slips, want %d", slips.Length(), len(sheet.Codes))
			}
			// All slips are alike but for code and square.
			var alike []string
			slips.Each(func(i int, slip *goquery.Selection) {
				if got := slip.Find(".code").Text(); got != sheet.Codes[i].Grouped() {
					t.Errorf("slip %d shows %s, want %s", i, got, sheet.Codes[i].Grouped())
				}
				slip.Find(".code").Remove()
				slip.Find("svg").Remove()
				html, err := slip.Html()
				if err != nil {
					t.Fatal(err)
				}
				alike = append(alike, html)
			})
			for i, html := range alike {
				if html != alike[0] {
					t.Errorf("slip %d can be told from the first by more than its code", i)
				}
			}
			if doc.Find("script, link, img, iframe").Length() > 0 {
				t.Error("the sheet loads something")
			}
		})
	}
	var two bytes.Buffer
	if err := WriteSlips(&two, sheetOf(t, "nb", 3), sheetOf(t, "nn", 4)); err != nil {
		t.Fatal(err)
	}
	doc, err := goquery.NewDocumentFromReader(&two)
	if err != nil {
		t.Fatal(err)
	}
	if nb, nn := doc.Find("section[lang=nb] li").Length(), doc.Find("section[lang=nn] li").Length(); nb != 3 || nn != 4 {
		t.Errorf("%d and %d slips of two classes, want 3 and 4", nb, nn)
	}
	if err := WriteSlips(new(bytes.Buffer), SlipSheet{Lang: "de"}); err == nil {
		t.Error("a language without texts is accepted")
	}
}

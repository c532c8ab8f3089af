package chart

import (
	"strconv"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"pgregory.net/rapid"
)

// Whatever the values, each is drawn inside the picture and written in it, and
// the picture has a title and a description that it is named by.
func TestSpansShowEveryValue(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rows := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Span {
			of := rapid.IntRange(2, 100).Draw(t, "of")
			from := rapid.IntRange(0, of-1).Draw(t, "from")
			to := rapid.IntRange(from+1, of).Draw(t, "to")
			return Span{
				Label: "Uke <37>", Look: rapid.SampledFrom([]Look{Hidden, Later, Step1, Step5}).Draw(t, "look"),
				From: float64(from) / float64(of), To: float64(to) / float64(of), Words: rapid.SampledFrom([]string{"0–20 %", "noen/mange", "skjult"}).Draw(t, "words"),
			}
		}), 0, 6).Draw(t, "rows")
		doc, err := goquery.NewDocumentFromReader(strings.NewReader(string(Spans{ID: "x", Title: "A & B", Desc: "C", Ticks: []Tick{{0, "0 %"}}, Rows: rows}.SVG())))
		if err != nil {
			t.Fatal(err)
		}
		if doc.Find("#x-title").Text() != "A & B" || doc.Find("#x-desc").Text() != "C" || doc.Find("svg").AttrOr("aria-labelledby", "") != "x-title x-desc" {
			t.Fatal("the picture is not named by its title and description")
		}
		if at := number(t, doc.Find(".line-grid"), "x1"); at != spanLabel {
			t.Fatalf("the line of 0 lies at %g", at)
		}
		bars := doc.Find(".cell-ground")
		if bars.Length() != len(rows) {
			t.Fatalf("%d bars for %d rows", bars.Length(), len(rows))
		}
		for i, r := range rows {
			x, width := number(t, bars.Eq(i), "x"), number(t, bars.Eq(i), "width")
			if x < spanLabel-.1 || width <= 0 || x+width > spanWidth {
				t.Fatalf("the bar of %+v lies at %g, %g wide", r, x, width)
			}
			words := bars.Eq(i).Parent().Find("text")
			half := float64(letterWidth*len([]rune(r.Words))) / 2
			if at := number(t, words, "x"); words.Text() != r.Words || at-half < spanLabel-20 || at+half > spanWidth {
				t.Fatalf("the words of %+v are %q at %g", r, words.Text(), at)
			}
		}
	})
}

func number(t *rapid.T, s *goquery.Selection, name string) float64 {
	n, err := strconv.ParseFloat(s.AttrOr(name, ""), 64)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return n
}

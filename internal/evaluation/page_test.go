package evaluation

import (
	"encoding/xml"
	"errors"
	"io"
	"math"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"github.com/folgmed/folgmed/analytics/evaluate"
)

// The page has every method in every table, a title and description in every
// picture, and nothing from elsewhere.
func TestPage(t *testing.T) {
	calibration, panel, truth, err := evaluate.Simulate("realistic", 1, 60)
	if err != nil {
		t.Fatal(err)
	}
	var reports []*evaluate.Report
	for _, rhythm := range []int{1, 2} {
		r, err := evaluate.Run(calibration, panel.Thin(rhythm), truth, evaluate.Options{Product: evaluate.Shipping(), Severe: evaluate.SevereShare(1, rhythm)})
		if err != nil {
			t.Fatal(err)
		}
		reports = append(reports, r)
	}
	var b strings.Builder
	if err := Write(&b, "Measured <here>", reports); err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{"NaN", "Inf", "http://", "https://", "<script", "%!"} {
		if strings.Contains(strings.ReplaceAll(b.String(), "http://www.w3.org/2000/svg", ""), bad) {
			t.Errorf("%q on the page", bad)
		}
	}
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(b.String()))
	if err != nil {
		t.Fatal(err)
	}
	if got := doc.Find("h1").Text(); got != "Measured <here>" {
		t.Errorf("headed %q", got)
	}
	for _, m := range evaluate.Methods() {
		// Two rhythms, delays, four rates.
		if n := doc.Find("th[scope=row]").FilterFunction(func(_ int, s *goquery.Selection) bool { return s.Text() == m.Name }).Length(); n != 7 {
			t.Errorf("%s stands in %d tables, want 7", m.Name, n)
		}
		if !strings.Contains(doc.Find("dl").Text(), m.Source) {
			t.Errorf("%s has no source", m.Name)
		}
	}
	if n := doc.Find("td.word").FilterFunction(func(_ int, s *goquery.Selection) bool { return s.Text() == "severe" }).Length(); n != 2*3 {
		t.Errorf("the work of severe stands %d times, want at three rates in two rhythms", n)
	}
	ids := map[string]bool{}
	doc.Find("[id]").Each(func(_ int, s *goquery.Selection) {
		id, _ := s.Attr("id")
		if ids[id] {
			t.Errorf("id %s stands twice", id)
		}
		ids[id] = true
	})
	pictures := doc.Find("svg")
	if want := 1 + 2*len(reports[0].Examples); pictures.Length() != want || want < 10 {
		t.Errorf("%d pictures, want %d", pictures.Length(), want)
	}
	pictures.Each(func(_ int, s *goquery.Selection) {
		if s.Find("title").First().Text() == "" || s.Find("desc").Text() == "" || s.Find("path").Length() == 0 {
			t.Errorf("a picture without words or lines: %s", s.Find("title").First().Text())
		}
	})
	doc.Find("table").Each(func(_ int, s *goquery.Selection) {
		if s.Find("caption").Text() == "" || s.Find("tbody tr").Length() == 0 {
			t.Error("a table without caption or rows")
		}
	})
}

// A picture that stands alone is well-formed, and has its words and its style.
func TestPictures(t *testing.T) {
	calibration, panel, truth, err := evaluate.Simulate("realistic", 1, 60)
	if err != nil {
		t.Fatal(err)
	}
	r, err := evaluate.Run(calibration, panel, truth, evaluate.Options{})
	if err != nil {
		t.Fatal(err)
	}
	pictures := Pictures(r)
	if want := 1 + 2*len(r.Examples); len(pictures) != want || pictures["delays.svg"] == "" {
		t.Errorf("%d pictures, want %d", len(pictures), want)
	}
	for name, svg := range pictures {
		d := xml.NewDecoder(strings.NewReader(svg))
		seen := map[string]int{}
		for {
			token, err := d.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if start, ok := token.(xml.StartElement); ok {
				seen[start.Name.Local]++
			}
		}
		if seen["svg"] != 1 || seen["style"] != 1 || seen["desc"] != 1 || seen["title"] == 0 || seen["path"] == 0 {
			t.Errorf("%s has %v", name, seen)
		}
	}
}

// A class of which nothing is known, in a method that is silent, is drawn all
// the same.
func TestPicturesOfNothing(t *testing.T) {
	unknown := []evaluate.Number{evaluate.Number(math.NaN())}
	e := evaluate.Example{Class: "1", Kind: "drop", Onset: 3, Weeks: []int{3}, Mean: unknown, Usual: unknown, Score: unknown, Bound: evaluate.Number(math.Inf(1))}
	for _, svg := range []string{string(answers(e, "a")), string(evidence(e, "b"))} {
		if strings.Contains(svg, "NaN") || strings.Contains(svg, "Inf") {
			t.Errorf("%s", svg)
		}
	}
}

func TestNumber(t *testing.T) {
	for _, tt := range []struct {
		got, want string
	}{
		{number(2, .126), "0.13"}, {number(1, evaluate.Number(2)), "2.0"}, {number(1, evaluate.Number(math.Inf(1))), "–"},
		{number(2, evaluate.Estimate{Value: .5, SE: .126}), "0.50 ± 0.13"},
		{number(2, evaluate.Estimate{Value: evaluate.Number(math.NaN())}), "–"},
		{percent(evaluate.Estimate{Value: .5, SE: .126}), "50 ± 13"},
		{percent(evaluate.Estimate{Value: evaluate.Number(math.NaN())}), "–"},
		{every(1), "every week"}, {every(4), "every 4 weeks"},
	} {
		if tt.got != tt.want {
			t.Errorf("got %q, want %q", tt.got, tt.want)
		}
	}
}

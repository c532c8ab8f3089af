package chart

import (
	"encoding/xml"
	"errors"
	"io"
	"math"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func curves() Lines {
	return Lines{
		ID: "delay", Title: "Delay & alarms", Desc: "Ours is <first>.", Width: 300, Height: 200,
		X:     Axis{Label: "alarms", From: .1, To: 10, Log: true, Ticks: []Tick{{.1, "0.1"}, {1, "1"}, {10, "10"}}},
		Y:     Axis{Label: "weeks", From: 0, To: 12, Ticks: []Tick{{0, "0"}, {12, "12"}}},
		Marks: []Mark{{1, "onset", Dashed}},
		Curves: []Curve{
			{"ours", Strong, []float64{.1, 1, 10}, []float64{12, 6, 0}},
			{"theirs", Faint, []float64{.1, 1, 10}, []float64{12, math.NaN(), 0}},
		},
	}
}

func TestLinesCanBeReadWithoutSeeing(t *testing.T) {
	svg := string(curves().SVG())
	d := xml.NewDecoder(strings.NewReader(svg))
	texts, paths := map[string][]string{}, []string{}
	var open, heights []string
	for {
		tok, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("not well-formed: %v\n%s", err, svg)
		}
		switch tok := tok.(type) {
		case xml.StartElement:
			open = append(open, tok.Name.Local)
			for _, a := range tok.Attr {
				switch {
				case a.Name.Local == "style":
					t.Error("a style would be refused by the content security policy")
				case tok.Name.Local == "path" && a.Name.Local == "d":
					paths = append(paths, a.Value)
				case a.Name.Local == "class" && strings.HasPrefix(a.Value, "line-end"):
					heights = append(heights, tok.Attr[2].Value)
				case a.Name.Local == "aria-labelledby" && a.Value != "delay-title delay-desc":
					t.Errorf("labelled by %q", a.Value)
				}
			}
		case xml.EndElement:
			open = open[:len(open)-1]
		case xml.CharData:
			texts[open[len(open)-1]] = append(texts[open[len(open)-1]], string(tok))
		}
	}
	want := map[string][]string{
		"title": {"Delay & alarms", "ours", "theirs"},
		"desc":  {"Ours is <first>."},
		"text":  {"0", "12", "0.1", "1", "10", "alarms", "weeks", "onset", "ours", "theirs"},
	}
	if diff := cmp.Diff(want, texts); diff != "" {
		t.Error(diff)
	}
	// A decade is half the width, and a gap leaves dots.
	wantPaths := []string{"M52.0 26.0L146.5 91.0L241.0 156.0", "M52.0 26.0h.1M241.0 156.0h.1"}
	if diff := cmp.Diff(wantPaths, paths); diff != "" {
		t.Error(diff)
	}
	if len(heights) != 2 {
		t.Fatalf("names at %v", heights)
	}
	a, _ := strconv.ParseFloat(heights[0], 64)
	b, _ := strconv.ParseFloat(heights[1], 64)
	if b-a < endHeight {
		t.Errorf("names lie on each other: %v", heights)
	}
}

// Many names at one height stay in the picture.
func TestLineEndsStayInside(t *testing.T) {
	l := curves()
	l.Curves = nil
	for range 8 {
		l.Curves = append(l.Curves, Curve{"name", Plain, []float64{1}, []float64{0}})
	}
	ends := l.ends(func(float64) float64 { return 156 }, 156)
	for i, e := range ends {
		if e.y > 156 || i > 0 && e.y-ends[i-1].y < endHeight-1e-9 {
			t.Errorf("names at %+v", ends)
			break
		}
	}
}

func TestLinesRefuseRaggedCurves(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("a curve with too few values was drawn")
		}
	}()
	Lines{Curves: []Curve{{X: make([]float64, 2), Y: make([]float64, 1)}}}.SVG()
}

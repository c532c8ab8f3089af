package chart

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var heat = Heat{
	ID: "classes", Title: "Klasser & spørsmål", Desc: "5A: noen <er> alene.",
	Columns: []string{"Noen å være sammen med", "Trygg"},
	Groups: []Group{
		{Label: "5. trinn", Rows: []Row{
			{Label: "5A", Cells: []Cell{{Step3, "20–40 %", "20 til 40 prosent"}, {Hidden, "skjult", "Skjult for å verne elevene"}}},
			{Label: "5B", Cells: []Cell{{Later, "uke 48", "Kommer etter uke 48"}, {Look: Blank}}},
		}},
	},
}

// The picture is well-formed, has its title and description where role="img"
// finds them, and says every value in words.
func TestSVGCanBeReadWithoutSeeing(t *testing.T) {
	svg := string(heat.SVG())
	d := xml.NewDecoder(strings.NewReader(svg))
	texts := map[string][]string{}
	var open []string
	ids := map[string]string{}
	var labelled string
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
				switch a.Name.Local {
				case "id":
					ids[a.Value] = tok.Name.Local
				case "aria-labelledby":
					labelled = a.Value
				case "style", "onclick":
					t.Errorf("attribute %s would be refused by the content security policy", a.Name.Local)
				}
			}
		case xml.EndElement:
			open = open[:len(open)-1]
		case xml.CharData:
			name := open[len(open)-1]
			texts[name] = append(texts[name], string(tok))
		}
	}
	if labelled != "classes-title classes-desc" || ids["classes-title"] != "title" || ids["classes-desc"] != "desc" {
		t.Errorf("labelled by %q of %v", labelled, ids)
	}
	wantTitles := []string{heat.Title, "20 til 40 prosent", "Skjult for å verne elevene", "Kommer etter uke 48"}
	if diff := cmp.Diff(wantTitles, texts["title"]); diff != "" {
		t.Errorf("titles (-want +got):\n%s", diff)
	}
	wantTexts := []string{"Noen å være", "sammen med", "Trygg", "5. trinn", "5A", "20–40 %", "skjult", "5B", "uke 48"}
	if diff := cmp.Diff(wantTexts, texts["text"]); diff != "" {
		t.Errorf("texts (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{heat.Desc}, texts["desc"]); diff != "" {
		t.Errorf("desc (-want +got):\n%s", diff)
	}
}

// A label has room before the first cell, whatever a class is called; one that
// is longer than a line is cut.
func TestLabelsHaveRoom(t *testing.T) {
	for _, tt := range []struct {
		label, want, width string
	}{
		{"5A", "5A", `width="202"`},
		{"Whole school", "Whole school", `width="208"`},
		{strings.Repeat("Å", 31), strings.Repeat("Å", 29) + "…", `width="343"`},
	} {
		svg := string(Heat{Columns: []string{"Trygg"}, Groups: []Group{{Rows: []Row{{Label: tt.label, Cells: make([]Cell, 1)}}}}}.SVG())
		if !strings.Contains(svg, ">"+tt.want+"<") || !strings.Contains(svg, tt.width) {
			t.Errorf("%s: want %q and %s in\n%s", tt.label, tt.want, tt.width, svg)
		}
	}
}

func TestLooksAreThoseInThePicture(t *testing.T) {
	if diff := cmp.Diff([]Look{Step3, Hidden, Later, Blank}, heat.Looks()); diff != "" {
		t.Error(diff)
	}
}

func TestAtLeast(t *testing.T) {
	for _, tt := range []struct {
		lower float64
		want  Look
	}{{0, Step1}, {.01, Step2}, {.1, Step2}, {.2, Step3}, {1. / 3, Step3}, {.4, Step4}, {.5, Step4}, {.6, Step5}, {.99, Step5}} {
		if got := AtLeast(tt.lower); got != tt.want {
			t.Errorf("AtLeast(%v) = %s, want %s", tt.lower, got, tt.want)
		}
	}
}

func TestSVGRefusesRaggedRows(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("a row with too few cells was drawn")
		}
	}()
	Heat{Columns: []string{"a", "b"}, Groups: []Group{{Rows: []Row{{Cells: make([]Cell, 1)}}}}}.SVG()
}

// Package chart draws small SVG pictures that can be read without seeing
// them: each has a title and a description, each value is written out in its
// cell, and its model is the table that a page shows beside it.
//
// Colours are classes of the page's stylesheet, so that light and dark and
// print each have their own. It must not know what the values mean.
package chart

import (
	"fmt"
	"html"
	"html/template"
	"slices"
	"strings"
	"unicode/utf8"
)

// Heat is a picture of rows × columns, in which a darker cell of one hue is a
// larger value.
type Heat struct {
	ID      string // unique on the page; letters, digits and hyphens
	Title   string
	Desc    string // what a reader who can not see the picture should know
	Columns []string
	Groups  []Group
}

// Group is some rows under a heading of their own.
type Group struct {
	Label string
	Rows  []Row
}

// Row is one line of cells, one for each column.
type Row struct {
	Label string
	Cells []Cell
}

// Cell is one value: its words, and how it looks.
type Cell struct {
	Look  Look
	Short string // in the picture: a word or two
	Full  string // in the table, and on pointing
}

// Look is how a cell looks.
type Look string

// The looks of a cell. Step1 to Step5 are one hue, from least to most.
const (
	Blank  Look = "blank"  // nothing to say: not asked of this row
	Later  Look = "later"  // to come
	Hidden Look = "hidden" // hatched
	Step1  Look = "step-1"
	Step2  Look = "step-2"
	Step3  Look = "step-3"
	Step4  Look = "step-4"
	Step5  Look = "step-5"
)

// AtLeast is the step of a share that is known to be no less than lower. The
// lower bound and not the middle of a band decides, so that a small unit,
// whose bands are wide, does not look worse for being small.
func AtLeast(lower float64) Look {
	switch {
	case lower >= .6:
		return Step5
	case lower >= .4:
		return Step4
	case lower >= .2:
		return Step3
	case lower > 0:
		return Step2
	default:
		return Step1
	}
}

// Sizes in CSS pixels.
const (
	labelLeast  = 92 // the room for a row's label
	columnWidth = 110
	rowHeight   = 36
	groupHeight = 34
	lineHeight  = 16
	gap         = 2  // between cells
	columnRunes = 14 // in one line of a column's heading
	rowRunes    = 30 // of a row's label; the table has longer ones whole
)

// SVG draws the picture. It panics if a row has another number of cells than
// there are columns.
func (h Heat) SVG() template.HTML {
	headings := make([][]string, len(h.Columns))
	lines := 1
	for i, c := range h.Columns {
		headings[i] = wrap(c, columnRunes)
		lines = max(lines, len(headings[i]))
	}
	top := lines*lineHeight + 12
	labels := h.labelWidth()
	width := labels + columnWidth*len(h.Columns)
	height := top
	for _, g := range h.Groups {
		if g.Label != "" {
			height += groupHeight
		}
		height += rowHeight * len(g.Rows)
	}

	var b strings.Builder
	p := func(format string, args ...any) { fmt.Fprintf(&b, format, args...) }
	p(`<svg class="heat" role="img" aria-labelledby="%[1]s-title %[1]s-desc" viewBox="0 0 %[2]d %[3]d" width="%[2]d" height="%[3]d" xmlns="http://www.w3.org/2000/svg">`,
		h.ID, width, height)
	p(`<title id="%s-title">%s</title>`, h.ID, esc(h.Title))
	p(`<desc id="%s-desc">%s</desc>`, h.ID, esc(h.Desc))
	hatch(&b, h.ID)
	for i, heading := range headings {
		for j, line := range heading {
			p(`<text class="heat-column" x="%d" y="%d">%s</text>`,
				labels+i*columnWidth+columnWidth/2, top-10-(len(heading)-1-j)*lineHeight, esc(line))
		}
	}
	y := top
	for _, g := range h.Groups {
		if g.Label != "" {
			p(`<text class="heat-group" x="0" y="%d">%s</text>`, y+groupHeight-10, esc(g.Label))
			y += groupHeight
		}
		for _, r := range g.Rows {
			if len(r.Cells) != len(h.Columns) {
				panic(fmt.Sprintf("chart: row %q has %d cells for %d columns", r.Label, len(r.Cells), len(h.Columns)))
			}
			p(`<text class="heat-row" x="0" y="%d">%s</text>`, y+rowHeight/2+5, esc(cut(r.Label, rowRunes)))
			for i, c := range r.Cells {
				h.cell(&b, c, labels+i*columnWidth, y)
			}
			y += rowHeight
		}
	}
	b.WriteString(`</svg>`)
	return template.HTML(b.String()) //nolint:gosec // every text is escaped above
}

// hatch is the pattern of hidden cells.
func hatch(b *strings.Builder, id string) {
	fmt.Fprintf(b, `<defs><pattern id="%s-hatch" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">`, id)
	b.WriteString(`<rect class="hatch-ground" width="7" height="7"/><rect class="hatch-line" width="2" height="7"/></pattern></defs>`)
}

// labelWidth is the room that the longest label of a row needs.
func (h Heat) labelWidth() int {
	width := labelLeast
	for _, g := range h.Groups {
		for _, r := range g.Rows {
			runes := min(utf8.RuneCountInString(r.Label), rowRunes)
			width = max(width, runes*15/2+8) // 7.5 px is a wide letter at 14 px
		}
	}
	return width
}

func (h Heat) cell(b *strings.Builder, c Cell, x, y int) {
	if c.Look == Blank {
		return
	}
	fill := ""
	if c.Look == Hidden {
		fill = fmt.Sprintf(` fill="url(#%s-hatch)"`, h.ID)
	}
	w, ht := columnWidth-gap, rowHeight-gap
	fmt.Fprintf(b, `<g class="cell %s"><title>%s</title><rect class="cell-ground" x="%d" y="%d" width="%d" height="%d" rx="3"%s/>`,
		c.Look, esc(c.Full), x, y, w, ht, fill)
	if c.Look == Hidden { // the word stands on plain ground, not on the hatch
		wide := min(w-8, 8*utf8.RuneCountInString(c.Short)+12)
		fmt.Fprintf(b, `<rect class="cell-plate" x="%d" y="%d" width="%d" height="20" rx="3"/>`, x+(w-wide)/2, y+(ht-20)/2, wide)
	}
	fmt.Fprintf(b, `<text class="cell-text" x="%d" y="%d">%s</text></g>`, x+w/2, y+ht/2+5, esc(c.Short))
}

// Looks lists the looks that the picture has, in the order of Look's
// constants: what its legend must explain.
func (h Heat) Looks() []Look {
	var looks []Look
	for _, l := range []Look{Step1, Step2, Step3, Step4, Step5, Hidden, Later, Blank} {
		if slices.ContainsFunc(h.Groups, func(g Group) bool {
			return slices.ContainsFunc(g.Rows, func(r Row) bool {
				return slices.ContainsFunc(r.Cells, func(c Cell) bool { return c.Look == l })
			})
		}) {
			looks = append(looks, l)
		}
	}
	return looks
}

// wrap breaks a text at spaces into lines of at most n runes; a longer word
// has a line of its own.
func wrap(text string, n int) []string {
	var lines []string
	for _, word := range strings.Fields(text) {
		if i := len(lines) - 1; i >= 0 && utf8.RuneCountInString(lines[i])+1+utf8.RuneCountInString(word) <= n {
			lines[i] += " " + word
			continue
		}
		lines = append(lines, word)
	}
	return lines
}

// cut shortens a text to n runes.
func cut(text string, n int) string {
	if utf8.RuneCountInString(text) <= n {
		return text
	}
	return strings.TrimSpace(string([]rune(text)[:n-1])) + "…"
}

func esc(s string) string { return html.EscapeString(s) }

package chart

import (
	"fmt"
	"html/template"
	"strings"
	"unicode/utf8"
)

// Spans is a picture of values of which only the least and the most is known:
// each row is a bar from one to the other, on one scale from nothing to all. It
// is narrow enough for a phone.
type Spans struct {
	ID    string // unique on the page; letters, digits and hyphens
	Title string
	Desc  string // what a reader who can not see the picture should know
	Ticks []Tick // between 0 and 1
	Rows  []Span
}

// Span is one row: a value between From and To, parts of 1.
type Span struct {
	Label    string
	Look     Look // Hidden and Later have no value
	From, To float64
	Words    string // the value, written beside its bar
}

// Sizes in CSS pixels.
const (
	spanWidth   = 300
	spanLabel   = 96
	spanTrack   = spanWidth - spanLabel - 24
	spanHeight  = 34
	spanTop     = 22
	spanRunes   = 13 // of a row's label; the table has longer ones whole
	letterWidth = 7
)

// SVG draws the picture.
func (s Spans) SVG() template.HTML {
	height := spanTop + spanHeight*len(s.Rows) + 2
	x := func(share float64) float64 { return spanLabel + share*spanTrack }

	var b strings.Builder
	p := func(format string, args ...any) { fmt.Fprintf(&b, format, args...) }
	p(`<svg class="spans" role="img" aria-labelledby="%[1]s-title %[1]s-desc" viewBox="0 0 %[2]d %[3]d" width="%[2]d" height="%[3]d" xmlns="http://www.w3.org/2000/svg">`,
		s.ID, spanWidth, height)
	p(`<title id="%s-title">%s</title>`, s.ID, esc(s.Title))
	p(`<desc id="%s-desc">%s</desc>`, s.ID, esc(s.Desc))
	hatch(&b, s.ID)
	for _, t := range s.Ticks {
		p(`<line class="line-grid" x1="%.1[1]f" y1="%[2]d" x2="%.1[1]f" y2="%[3]d"/>`, x(t.At), spanTop-4, height)
		p(`<text class="line-tick" x="%.1f" y="%d">%s</text>`, x(t.At), spanTop-9, esc(t.Label))
	}
	for i, r := range s.Rows {
		y := spanTop + i*spanHeight
		p(`<text class="heat-row" x="0" y="%d">%s</text>`, y+spanHeight/2+5, esc(cut(r.Label, spanRunes)))
		p(`<g class="cell %s"><title>%s</title>`, r.Look, esc(r.Words))
		from, to, ground := x(r.From), x(r.To), ""
		switch r.Look {
		case Hidden, Later:
			from, to = x(0), x(1)
			if r.Look == Hidden {
				ground = fmt.Sprintf(` fill="url(#%s-hatch)"`, s.ID)
			}
		default:
			p(`<rect class="span-track" x="%.1f" y="%d" width="%d" height="%d" rx="3"/>`, x(0), y+4, spanTrack, spanHeight-8)
		}
		p(`<rect class="cell-ground" x="%.1f" y="%d" width="%.1f" height="%d" rx="3"%s/>`, from, y+4, to-from, spanHeight-8, ground)
		r.words(&b, from, to, y)
		b.WriteString(`</g>`)
	}
	b.WriteString(`</svg>`)
	return template.HTML(b.String()) //nolint:gosec // every text is escaped above
}

// words writes the value on its bar if that is long enough, else on the side of
// it that has more room.
func (r Span) words(b *strings.Builder, from, to float64, y int) {
	wide := float64(letterWidth*utf8.RuneCountInString(r.Words) + 14)
	at, class := (from+to)/2, "cell-text"
	switch {
	case r.Look == Hidden:
		fmt.Fprintf(b, `<rect class="cell-plate" x="%.1f" y="%d" width="%.1f" height="20" rx="3"/>`, at-wide/2, y+(spanHeight-20)/2, wide)
	case to-from >= wide:
	case spanLabel+spanTrack-to >= from-spanLabel:
		at, class = to+wide/2, "span-text"
	default:
		at, class = from-wide/2, "span-text"
	}
	fmt.Fprintf(b, `<text class="%s" x="%.1f" y="%d">%s</text>`, class, at, y+spanHeight/2+5, esc(r.Words))
}

package main

import (
	"fmt"
	"html"
	"strings"
)

// bar is one value of a bar chart.
type bar struct {
	label  string
	value  float64
	strong bool // told by a darker fill, and by a mark at its label if the chart explains one
}

// group is the bars under one heading, which may be empty.
type group struct {
	heading string
	bars    []bar
}

// chart is a chart of horizontal bars from 0, each with its value beside it. It
// is read by screen readers as its title and description.
type chart struct {
	title, desc string
	mark        string // what a strong bar is, for the line below; none if labels say it
	groups      []group
	format      func(float64) string
}

func percent(x float64) string { return fmt.Sprintf("%.1f %%", 100*x) }

// svg draws c for light and dark pages alike.
func (c chart) svg() string {
	const width, left, right, row = 640, 250, 70, 22
	most := 0.
	for _, g := range c.groups {
		for _, b := range g.bars {
			most = max(most, b.value)
		}
	}
	if most == 0 {
		most = 1
	}
	var body strings.Builder
	line := func(format string, args ...any) { _, _ = fmt.Fprintf(&body, format+"\n", args...) }
	y := 34
	for _, g := range c.groups {
		if g.heading != "" {
			line(`<text x="8" y="%d" font-weight="bold">%s</text>`, y+15, html.EscapeString(g.heading))
			y += row
		}
		for _, b := range g.bars {
			fill, label := "#9fb7cc", b.label
			if b.strong {
				fill = "#1f4e79"
				if c.mark != "" {
					label = "● " + label
				}
			}
			length := b.value / most * (width - left - right)
			line(`<text x="%d" y="%d" text-anchor="end">%s</text>`, left-8, y+15, html.EscapeString(label))
			line(`<rect x="%d" y="%d" width="%.1f" height="%d" fill="%s"/>`, left, y+3, length, row-6, fill)
			line(`<text x="%.1f" y="%d">%s</text>`, left+length+6, y+15, html.EscapeString(c.format(b.value)))
			y += row
		}
		y += row / 2
	}
	if c.mark != "" {
		line(`<text x="8" y="%d">● %s</text>`, y+15, html.EscapeString(c.mark))
		y += row
	}
	var out strings.Builder
	_, _ = fmt.Fprintf(&out, `<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-labelledby="title desc" viewBox="0 0 %d %d" font-family="sans-serif" font-size="13" fill="#222">
<title id="title">%s</title>
<desc id="desc">%s</desc>
<rect width="100%%" height="100%%" fill="#fff"/>
<text x="8" y="22" font-size="15" font-weight="bold">%s</text>
%s</svg>
`, width, y+8, html.EscapeString(c.title), html.EscapeString(c.desc+c.told()), html.EscapeString(c.title), body.String())
	return out.String()
}

// told says all values in words.
func (c chart) told() string {
	var s strings.Builder
	for _, g := range c.groups {
		s.WriteString(" ")
		if g.heading != "" {
			s.WriteString(g.heading + ": ")
		}
		for i, b := range g.bars {
			if i > 0 {
				s.WriteString(", ")
			}
			s.WriteString(b.label + " " + c.format(b.value))
			if b.strong && c.mark != "" {
				s.WriteString(" (marked)")
			}
		}
		s.WriteString(".")
	}
	return s.String()
}

package chart

import (
	"cmp"
	"fmt"
	"html/template"
	"math"
	"slices"
	"strings"
	"unicode/utf8"
)

// Lines is a picture of curves over one axis. Each curve has its name at its
// end, so that no colour is needed to tell them apart.
type Lines struct {
	ID     string // unique on the page; letters, digits and hyphens
	Title  string
	Desc   string // what a reader who can not see the picture should know
	Width  int    // CSS pixels; 0 means 720
	Height int    // CSS pixels; 0 means 420
	X, Y   Axis
	Curves []Curve
	Marks  []Mark
}

// Axis is one scale, from left to right or from below to above.
type Axis struct {
	Label    string
	From, To float64 // From may lie above To
	Log      bool    // logarithmic; both above 0
	Ticks    []Tick
}

// Tick is a place on an axis with its words.
type Tick struct {
	At    float64
	Label string
}

// Curve is a line through points, broken where Y is NaN or infinite.
type Curve struct {
	Label string // at its end; empty for none
	Look  Weight
	X, Y  []float64
}

// Mark is a line across the picture at one place of the X axis.
type Mark struct {
	At    float64
	Label string
	Look  Weight
}

// Weight is how much a line stands out.
type Weight string

// The weights of a line.
const (
	Strong Weight = "strong"
	Plain  Weight = "plain"
	Faint  Weight = "faint"  // what others are compared with
	Dashed Weight = "dashed" // a bound
)

// Room around the plot in CSS pixels.
const (
	leftRoom, topRoom, bottomRoom = 52, 26, 44
	rightRoom                     = 14
	endRunes                      = 24 // of a curve's name
	endHeight                     = 15 // between names
)

// SVG draws the picture. It panics if a curve has not one Y for each X.
func (l Lines) SVG() template.HTML {
	width, height := cmp.Or(l.Width, 720), cmp.Or(l.Height, 420)
	right := rightRoom
	for _, c := range l.Curves {
		if c.Label != "" {
			right = max(right, rightRoom+min(utf8.RuneCountInString(c.Label), endRunes)*15/2)
		}
	}
	x := func(v float64) float64 { return leftRoom + l.X.share(v)*float64(width-leftRoom-right) }
	y := func(v float64) float64 {
		return float64(height-bottomRoom) - l.Y.share(v)*float64(height-bottomRoom-topRoom)
	}

	var b strings.Builder
	p := func(format string, args ...any) { fmt.Fprintf(&b, format, args...) }
	p(`<svg class="lines" role="img" aria-labelledby="%[1]s-title %[1]s-desc" viewBox="0 0 %[2]d %[3]d" width="%[2]d" height="%[3]d" xmlns="http://www.w3.org/2000/svg">`,
		l.ID, width, height)
	p(`<title id="%s-title">%s</title>`, l.ID, esc(l.Title))
	p(`<desc id="%s-desc">%s</desc>`, l.ID, esc(l.Desc))
	for _, t := range l.Y.Ticks {
		p(`<line class="line-grid" x1="%d" y1="%.1f" x2="%d" y2="%.1f"/>`, leftRoom, y(t.At), width-right, y(t.At))
		p(`<text class="line-tick line-left" x="%d" y="%.1f">%s</text>`, leftRoom-6, y(t.At)+4, esc(t.Label))
	}
	for _, t := range l.X.Ticks {
		p(`<text class="line-tick" x="%.1f" y="%d">%s</text>`, x(t.At), height-bottomRoom+16, esc(t.Label))
	}
	p(`<text class="line-axis" x="%d" y="%d">%s</text>`, leftRoom, height-8, esc(l.X.Label))
	p(`<text class="line-axis" x="0" y="14">%s</text>`, esc(l.Y.Label))
	for _, m := range l.Marks {
		p(`<line class="line-mark line-%s" x1="%.1f" y1="%d" x2="%.1f" y2="%d"/>`, m.Look, x(m.At), topRoom, x(m.At), height-bottomRoom)
		p(`<text class="line-tick" x="%.1f" y="%d">%s</text>`, x(m.At), topRoom-4, esc(m.Label))
	}
	for _, c := range l.Curves {
		if path := c.path(x, y); path != "" {
			p(`<path class="line-curve line-%s" d="%s"><title>%s</title></path>`, c.Look, path, esc(c.Label))
		}
	}
	for _, e := range l.ends(y, float64(height-bottomRoom)) {
		p(`<text class="line-end line-%s" x="%d" y="%.1f">%s</text>`, e.look, width-right+6, e.y+4, esc(cut(e.label, endRunes)))
	}
	b.WriteString(`</svg>`)
	return template.HTML(b.String()) //nolint:gosec // every text is escaped above
}

// share is the place of v between From and To.
func (a Axis) share(v float64) float64 {
	from, to := a.From, a.To
	if a.Log {
		v, from, to = math.Log(v), math.Log(from), math.Log(to)
	}
	return (v - from) / (to - from)
}

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

// path is the curve in the letters of SVG, a dot for a point that stands alone.
func (c Curve) path(x, y func(float64) float64) string {
	if len(c.X) != len(c.Y) {
		panic(fmt.Sprintf("chart: curve %q has %d places and %d values", c.Label, len(c.X), len(c.Y)))
	}
	var b strings.Builder
	down := false // the pen
	for i, v := range c.Y {
		if !finite(v) {
			down = false
			continue
		}
		letter := "L"
		if !down {
			letter = "M"
			if i+1 == len(c.Y) || !finite(c.Y[i+1]) {
				fmt.Fprintf(&b, "M%.1f %.1fh.1", x(c.X[i]), y(v))
				continue
			}
		}
		down = true
		fmt.Fprintf(&b, "%s%.1f %.1f", letter, x(c.X[i]), y(v))
	}
	return b.String()
}

type end struct {
	label string
	look  Weight
	y     float64
}

// ends are the names of the curves beside their last points, moved apart where
// they would lie on each other.
func (l Lines) ends(y func(float64) float64, lowest float64) []end {
	var ends []end
	for _, c := range l.Curves {
		last := len(c.Y) - 1
		for last >= 0 && !finite(c.Y[last]) {
			last--
		}
		if c.Label != "" && last >= 0 {
			ends = append(ends, end{c.Label, c.Look, y(c.Y[last])})
		}
	}
	slices.SortStableFunc(ends, func(a, b end) int { return cmp.Compare(a.y, b.y) })
	for i := 1; i < len(ends); i++ {
		ends[i].y = max(ends[i].y, ends[i-1].y+endHeight)
	}
	for i := len(ends) - 1; i >= 0; i-- {
		ends[i].y = min(ends[i].y, lowest)
		lowest = ends[i].y - endHeight
	}
	return ends
}

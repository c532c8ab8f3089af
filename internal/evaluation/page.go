// Package evaluation shows what was measured of detectors as one page with
// pictures, each beside the table that it draws.
//
// The page stands alone: no script, no picture or font from elsewhere.
package evaluation

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"math"
	"strings"

	"github.com/folgmed/folgmed/analytics/evaluate"
	"github.com/folgmed/folgmed/internal/chart"
)

//go:embed page.html
var page string

var tmpl = template.Must(template.New("page").Funcs(template.FuncMap{
	"percent": percent, "number": number, "every": every, "delays": delays, "answers": answers, "evidence": evidence, "said": said, "around": around,
}).Parse(page))

// Write writes the page of some reports on one set: its own rhythm first. It
// panics without any.
func Write(w io.Writer, title string, reports []*evaluate.Report) error {
	return tmpl.Execute(w, struct {
		Title   string
		First   *evaluate.Report
		Reports []*evaluate.Report
	}{title, reports[0], reports})
}

// percent is a share with its standard error, in hundredths.
func percent(e evaluate.Estimate) string {
	if math.IsNaN(float64(e.Value)) {
		return "–"
	}
	return fmt.Sprintf("%.0f ± %.0f", 100*e.Value, 100*e.SE)
}

// number is a value of so many decimals.
func number(decimals int, v any) string {
	e, ok := v.(evaluate.Estimate)
	if ok {
		if s := number(decimals, e.Value); s == "–" {
			return s
		}
		return fmt.Sprintf("%.*f ± %.*f", decimals, float64(e.Value), decimals, float64(e.SE))
	}
	var x float64
	switch v := v.(type) {
	case evaluate.Number:
		x = float64(v)
	case float64:
		x = v
	}
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return "–"
	}
	return fmt.Sprintf("%.*f", decimals, x)
}

func every(rhythm int) string {
	if rhythm == 1 {
		return "every week"
	}
	return fmt.Sprintf("every %d weeks", rhythm)
}

// delays is the curve of delay against false alarms of every method, the first
// one strong.
func delays(r *evaluate.Report, id string) template.HTML {
	l := chart.Lines{
		ID: id, Title: "How soon a change is found, by the false alarms one puts up with",
		Height: 460,
		X:      chart.Axis{Label: "false alarms per class and school year", Log: true, From: .025, To: .8},
		Y:      chart.Axis{Label: "mean weeks until found (12 if not)", From: 0, To: 12},
	}
	for v := 0.; v <= 12; v += 3 {
		l.Y.Ticks = append(l.Y.Ticks, chart.Tick{At: v, Label: fmt.Sprint(v)})
	}
	var said []string
	for i, m := range r.Methods {
		c := chart.Curve{Label: m.Method, Look: chart.Faint}
		if i == 0 {
			c.Look = chart.Strong
		}
		for _, p := range m.AMOC {
			c.X, c.Y = append(c.X, p.Rate), append(c.Y, float64(p.Delay.Value))
			if i == 0 {
				l.X.Ticks = append(l.X.Ticks, chart.Tick{At: p.Rate, Label: fmt.Sprint(p.Rate)})
			}
			if p.Rate == .1 {
				said = append(said, fmt.Sprintf("%s %s", m.Method, number(1, p.Delay.Value)))
			}
		}
		l.Curves = append(l.Curves, c)
	}
	l.Desc = "At 0.1 false alarms, weeks until found: " + strings.Join(said, ", ") + ". All values are in the table below."
	return l.SVG()
}

// answers is one class: its mean score, that of all, when the change began and
// when it was found.
func answers(e evaluate.Example, id string) template.HTML {
	l := small(e, id, "how it answered")
	// One scale for all classes, so that they can be compared.
	l.Y = chart.Axis{Label: "mean score, 5 is best", From: 1, To: 5,
		Ticks: []chart.Tick{{At: 1, Label: "1"}, {At: 2, Label: "2"}, {At: 3, Label: "3"}, {At: 4, Label: "4"}, {At: 5, Label: "5"}}}
	l.Curves = []chart.Curve{curve("all", chart.Faint, e.Weeks, e.Usual), curve("class", chart.Strong, e.Weeks, e.Mean)}
	return l.SVG()
}

// evidence is what the method made of it, with the threshold.
func evidence(e evaluate.Example, id string) template.HTML {
	l := small(e, id, "what the method made of it")
	low, high := math.Inf(1), math.Inf(-1)
	for _, v := range append([]evaluate.Number{e.Bound}, e.Score...) {
		if x := float64(v); !math.IsNaN(x) && !math.IsInf(x, 0) {
			low, high = min(low, x), max(high, x)
		}
	}
	if low > high { // silence
		low, high = 0, 1
	}
	low, high = math.Floor(low), math.Ceil(high)
	if low == high {
		low, high = low-1, high+1
	}
	l.Y = chart.Axis{Label: "score of the method", From: low, To: high}
	for _, v := range []float64{low, high} {
		l.Y.Ticks = append(l.Y.Ticks, chart.Tick{At: v, Label: fmt.Sprint(v)})
	}
	bound := make([]evaluate.Number, len(e.Weeks))
	for i := range bound {
		bound[i] = e.Bound
	}
	l.Curves = []chart.Curve{curve("bound", chart.Dashed, e.Weeks, bound), curve("class", chart.Strong, e.Weeks, e.Score)}
	return l.SVG()
}

// small is the frame of a picture of one class.
func small(e evaluate.Example, id, what string) chart.Lines {
	first, last := float64(e.Weeks[0]), float64(e.Weeks[len(e.Weeks)-1])
	l := chart.Lines{
		ID: id, Title: fmt.Sprintf("Class %s, %s: %s", e.Class, e.Kind, what),
		Desc:  fmt.Sprintf("It %s; mean score %s before and %s after.", said(e), number(2, around(e, -8)), number(2, around(e, 8))),
		Width: 440, Height: 200,
		X: chart.Axis{Label: "week", From: first, To: max(last, first+1)},
	}
	for _, w := range e.Weeks {
		if w%10 == 0 {
			l.X.Ticks = append(l.X.Ticks, chart.Tick{At: float64(w), Label: fmt.Sprint(w)})
		}
	}
	l.Marks = append(l.Marks, chart.Mark{At: float64(e.Onset), Label: "onset", Look: chart.Dashed})
	if e.Alarm != 0 {
		label := "found"
		if float64(e.Alarm-e.Onset) < (last-first)/7 { // the two words would lie on each other
			label = ""
		}
		l.Marks = append(l.Marks, chart.Mark{At: float64(e.Alarm), Label: label, Look: chart.Strong})
	}
	return l
}

func curve(label string, look chart.Weight, weeks []int, values []evaluate.Number) chart.Curve {
	c := chart.Curve{Label: label, Look: look}
	for t, w := range weeks {
		c.X, c.Y = append(c.X, float64(w)), append(c.Y, float64(values[t]))
	}
	return c
}

// said is the example in words.
func said(e evaluate.Example) string {
	if e.Alarm == 0 {
		return fmt.Sprintf("changes in week %d, not found within 12 weeks", e.Onset)
	}
	return fmt.Sprintf("changes in week %d, found in week %d", e.Onset, e.Alarm)
}

// around is the mean score in so many weeks from the onset on, or before it.
func around(e evaluate.Example, weeks int) float64 {
	from, to := e.Onset, e.Onset+weeks
	if weeks < 0 {
		from, to = to, from
	}
	var sum, n float64
	for t, w := range e.Weeks {
		if w >= from && w < to && !math.IsNaN(float64(e.Mean[t])) {
			sum += float64(e.Mean[t])
			n++
		}
	}
	return sum / n
}

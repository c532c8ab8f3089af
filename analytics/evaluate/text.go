package evaluate

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"text/tabwriter"
)

// Text writes r as tables for people.
func (r *Report) Text(w io.Writer) error {
	t := &text{Writer: tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)}
	r.heading(t)
	r.summary(t)
	for i, rate := range r.rates() {
		t.line("")
		t.line("At %g false alarms: found within 12 weeks, by kind; false alarms in the panel's classes without change;", rate)
		t.line("those that alarm in a school event; weeks to be found, 12 if not; share of alarms that are true, if 5 %% of classes change in a year")
		names := []string{"method"}
		for _, k := range r.Kinds {
			names = append(names, k.Name)
		}
		t.row(append(names, "false", "event", "weeks", "true")...)
		for _, m := range r.Methods {
			a := m.Rates[i]
			cells := []string{m.Method}
			for _, k := range a.Kinds {
				cells = append(cells, k.Within.String())
			}
			t.row(append(cells, a.Null.String(), a.Event.String(), weeks(a.MeanDelay), decimals(a.Predictive, 2))...)
		}
	}
	r.curves(t)
	r.promises(t)
	r.levels(t)
	r.shipped(t)
	r.severe(t)
	return t.Flush()
}

// Summary writes of r what depends most on the rhythm: the first table, and the
// work that the detector makes.
func (r *Report) Summary(w io.Writer) error {
	t := &text{Writer: tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)}
	r.heading(t)
	r.summary(t)
	r.shipped(t)
	r.severe(t)
	return t.Flush()
}

// text writes tables whose columns are as wide as they need to be. Cells with
// nothing behind them end a table.
type text struct {
	*tabwriter.Writer
}

func (t *text) line(format string, args ...any) { _, _ = fmt.Fprintf(t, format+"\n", args...) }

func (t *text) row(cells ...string) { _, _ = fmt.Fprintln(t, strings.Join(cells, "\t")) }

func (r *Report) heading(t *text) {
	t.line("%d classes, %d of them without change, a wave every %s; alarms count in weeks %d-%d.",
		r.Classes, r.Nulls, every(r.Protocol.Rhythm), r.Protocol.From, r.Protocol.To)
	t.line("Thresholds from %d classes without change; an alarm locks its class for 12 waves. After ± the standard error.", r.Calibration)
}

func every(rhythm int) string {
	if rhythm == 1 {
		return "week"
	}
	return fmt.Sprintf("%d weeks", rhythm)
}

func (r *Report) summary(t *text) {
	t.line("")
	t.line("Found within 12 weeks (4 weeks), mean over kinds, by false alarms per class and school year")
	names := []string{"method"}
	for _, rate := range r.rates() {
		names = append(names, fmt.Sprintf("%g", rate))
	}
	t.row(append(names, "ms a series")...)
	for _, m := range r.Methods {
		cells := []string{m.Method}
		for _, a := range m.Rates {
			cells = append(cells, fmt.Sprintf("%s (%s)", a.Within, a.Soon))
		}
		t.row(append(cells, decimals(m.Milliseconds, 3))...)
	}
}

func (r *Report) curves(t *text) {
	t.line("")
	t.line("Mean weeks to be found, 12 if not, by false alarms per class and school year (AMOC)")
	names := []string{"method"}
	for _, rate := range amocRates {
		names = append(names, fmt.Sprintf("%g", rate))
	}
	t.row(names...)
	for _, m := range r.Methods {
		cells := []string{m.Method}
		for _, p := range m.AMOC {
			cells = append(cells, weeks(p.Delay))
		}
		t.row(cells...)
	}
}

// promises are the tables of the methods that make any.
func (r *Report) promises(t *text) {
	for _, m := range r.Methods {
		if len(m.Audit) > 0 {
			t.line("")
			t.line("%s: false alarms per class and school year where M reaches A, beside the bound while the model holds", m.Method)
			t.row("A", "bound", "realised", "times the bound", "kept")
			for _, a := range m.Audit {
				kept := "yes"
				if !a.Kept {
					kept = "no"
				}
				t.row(fmt.Sprintf("%g", a.A), decimals(Number(a.Bound), 3), a.Realised.String(), decimals(a.Realised.Value/Number(a.Bound), 1), kept)
			}
		}
		if len(m.Discovery) > 0 {
			t.line("")
			t.line("%s: many classes at once, wave by wave; false are alarms outside the 18 weeks from an onset on", m.Method)
			t.row("rule", "alpha", "alarms", "false", "found within 12 weeks")
			for _, d := range m.Discovery {
				t.row(d.Rule, fmt.Sprintf("%g", d.Alpha), fmt.Sprint(d.Alarms), decimals(d.False, 3), d.Within.String())
			}
		}
	}
}

// levels is the table of classes that have always been bad.
func (r *Report) levels(t *text) {
	if len(r.Levels) == 0 {
		return
	}
	t.line("")
	t.line("Classes that are bad from the first week on, flagged in one wave where so many ordinary classes are (in the panel)")
	t.row("method", "wave", "ordinary", "in the panel", "chronic")
	for _, l := range r.Levels {
		t.row(l.Method, fmt.Sprint(l.Wave), fmt.Sprintf("%g", l.Share), l.Null.String(), l.Chronic.String())
	}
}

// shipped are the tables of the detector with its own thresholds.
func (r *Report) shipped(t *text) {
	if len(r.Shipped) == 0 {
		return
	}
	t.line("")
	t.line("With the thresholds that it comes with: false alarms per class and school year, promised and in the panel's classes without change;")
	t.line("new prompts per week in a school of ten classes, where nothing changes (in this panel); the aim is at most 1 for all kinds")
	t.row("rate", "kind", "promised", "realised", "prompts", "in this panel")
	for _, s := range r.Shipped {
		for _, w := range append(slices.Clone(s.Kinds), s.All) {
			t.row(fmt.Sprintf("%g", s.Rate), w.Kind, decimals(w.Promised, 3), w.Realised.String(), w.Null.text(3, 3), w.Panel.text(3, 3))
		}
	}
	t.line("")
	t.line("Changes told within 12 weeks (4 weeks), with those thresholds; stood: not told anew, for a signal of a change stood when they began")
	names := []string{"rate", "stood", "mean"}
	for _, k := range r.Kinds {
		names = append(names, k.Name)
	}
	t.row(names...)
	for _, s := range r.Shipped {
		cells := []string{fmt.Sprintf("%g", s.Rate), s.Stood.String(), fmt.Sprintf("%s (%s)", s.Within, s.Soon)}
		for _, f := range s.Found {
			cells = append(cells, fmt.Sprintf("%s (%s)", f.Within, f.Soon))
		}
		t.row(cells...)
	}
}

// severe is the table of the worst answers.
func (r *Report) severe(t *text) {
	if len(r.Severe) == 0 {
		return
	}
	t.line("")
	t.line("Signals of the worst answers at the national frequency of bullying, in a simulated country: share of classes under one, the same if all who are bullied are both left out and hurt, new prompts per week in a school of ten classes")
	t.row("grades", "standing", "at most", "prompts")
	for _, s := range r.Severe {
		t.row(s.Grades, s.Standing.String(), s.Most.String(), s.Prompts.text(3, 3))
	}
}

// rates are those of the first method: all have the same.
func (r *Report) rates() []float64 {
	var rates []float64
	if len(r.Methods) > 0 {
		for _, a := range r.Methods[0].Rates {
			rates = append(rates, a.Rate)
		}
	}
	return rates
}

// String is the value and its standard error, such as .740±.06.
func (e Estimate) String() string { return e.text(3, 2) }

// weeks is a number of weeks and its standard error, such as 4.1±.2.
func weeks(e Estimate) string { return e.text(1, 1) }

func (e Estimate) text(places, ofSE int) string {
	if math.IsNaN(float64(e.Value)) {
		return "-"
	}
	return decimals(e.Value, places) + "±" + decimals(e.SE, ofSE)
}

// decimals writes a number without the 0 before the point.
func decimals(n Number, places int) string {
	s := fmt.Sprintf("%.*f", places, float64(n))
	if strings.HasPrefix(s, "NaN") {
		return "-"
	}
	if strings.HasPrefix(s, "0.") {
		return s[1:]
	}
	return s
}

package evaluate

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
)

// Report is what Run measured.
type Report struct {
	Protocol    Protocol `json:"protocol"`
	Calibration int      `json:"calibration_classes"`
	Classes     int      `json:"classes"`
	Nulls       int      `json:"null_classes"`
	Kinds       []Kind   `json:"kinds"`
	Methods     []Result `json:"methods"`
}

// Kind is one kind of change in a panel.
type Kind struct {
	Name    string `json:"name"`
	Classes int    `json:"classes"`
}

// Result is what was measured of one method.
type Result struct {
	Method       string      `json:"method"`
	Source       string      `json:"source"`
	Milliseconds Number      `json:"ms_per_series"`
	Rates        []AtRate    `json:"rates"`
	AMOC         []Point     `json:"amoc"`
	Audit        []Audit     `json:"audit,omitempty"`     // of e-detectors
	Discovery    []Discovery `json:"discovery,omitempty"` // of e-detectors
}

// AtRate is what a method does at one rate of false alarms.
type AtRate struct {
	Rate        float64       `json:"rate"`      // wanted, per class-year
	Threshold   Number        `json:"threshold"` // of the score
	Calibration Estimate      `json:"calibration_rate"`
	Null        Estimate      `json:"null_rate"` // on the panel's classes without change
	Kinds       []Sensitivity `json:"kinds"`
	Within      Estimate      `json:"within"` // mean over the kinds but Chronic
	Soon        Estimate      `json:"soon"`
	MeanDelay   Estimate      `json:"mean_delay"` // weeks, over all classes that change, twelve for one that is not found
	Event       Estimate      `json:"event"`      // classes without change that alarm in a school event
	Predictive  Number        `json:"predictive"` // share of alarms that are true, if 5 % of classes change in a year
}

// Sensitivity is how many classes of one kind a method finds.
type Sensitivity struct {
	Kind   string   `json:"kind"`
	Within Estimate `json:"within"` // within twelve weeks
	Soon   Estimate `json:"soon"`   // within four weeks
	Delay  Number   `json:"delay"`  // median weeks to be found, of those found
}

// Point is one point of the curve of delay against false alarms (AMOC, Fawcett
// and Provost 1999).
type Point struct {
	Rate     float64  `json:"rate"`
	Realised Number   `json:"realised"`
	Delay    Estimate `json:"delay"` // mean weeks, twelve for a class that is not found
}

// mean fills in the means over kinds.
func (a *AtRate) mean() {
	var within, soon []Estimate
	for _, k := range a.Kinds {
		if k.Kind != Chronic {
			within, soon = append(within, k.Within), append(soon, k.Soon)
		}
	}
	a.Within, a.Soon = average(within), average(soon)
}

// Text writes r as tables for people.
func (r *Report) Text(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	p := func(format string, args ...any) { _, _ = fmt.Fprintf(t, format, args...) }
	p("%d classes (%d without change), weeks %d-%d, a wave every %d weeks; thresholds from %d classes\n",
		r.Classes, r.Nulls, r.Protocol.From, r.Protocol.To, r.Protocol.Rhythm, r.Calibration)
	p("\nFound within 12 weeks (4 weeks), mean over kinds, at false alarms per class-year\n")
	p("method")
	for _, a := range r.rates() {
		p("\t%g", a.Rate)
	}
	p("\tms/series\n")
	for _, m := range r.Methods {
		p("%s", m.Method)
		for _, a := range m.Rates {
			p("\t%s (%s)", a.Within, a.Soon)
		}
		p("\t%s\n", decimals(m.Milliseconds, 3))
	}
	for i, a := range r.rates() {
		p("\nAt %g: found within 12 weeks by kind; realised rate in classes without change; alarms in school events; true alarms if 5 %% change\n", a.Rate)
		p("method")
		for _, k := range r.Kinds {
			p("\t%s", k.Name)
		}
		p("\trealised\tevents\ttrue\n")
		for _, m := range r.Methods {
			a := m.Rates[i]
			p("%s", m.Method)
			for _, k := range a.Kinds {
				p("\t%s", k.Within)
			}
			p("\t%s\t%s\t%s\n", a.Null, a.Event, decimals(a.Predictive, 2))
		}
	}
	return t.Flush()
}

// rates are those of the first method: all have the same.
func (r *Report) rates() []AtRate {
	if len(r.Methods) == 0 {
		return nil
	}
	return r.Methods[0].Rates
}

// String is the value and its standard error, such as .74±.06.
func (e Estimate) String() string { return decimals(e.Value, 3) + "±" + decimals(e.SE, 2) }

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

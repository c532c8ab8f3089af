package evaluate

import (
	"fmt"
	"math"
	"slices"
	"time"
)

// Options say what Run measures. The zero value is all methods at the usual
// rates.
type Options struct {
	Methods []Method         // the first is the one that pictures are of; nil means Methods()
	Product *Product         // measured at thresholds of its own; nil leaves it out
	Severe  []Severe         // of SevereShare, to add to the product's work
	Rates   []float64        // false alarms per class-year; nil means Rates
	Now     func() time.Time // times the methods; nil means that they are not timed
}

// Rates are the false alarms per class-year that methods are compared at.
var Rates = []float64{.05, .1, .25, .5}

// amocRates are those of the curve of delays.
var amocRates = []float64{.025, .05, .1, .2, .4, .8}

// Run measures methods: each one's threshold is found on the calibration set,
// in which nothing happens, so that its classes alarm as often as wanted, and
// with it the panel is watched.
//
//   - An alarm locks its class for the twelve waves after it; rates are alarms
//     per class-year of 38 school weeks.
//   - A class is found if its score reaches the threshold within twelve weeks
//     from its onset on, soon if within four. An alarm before does not hinder it.
//   - Delays count twelve for a class that is not found.
//
// Run fails if the calibration set lacks a week of the panel.
func Run(calibration, panel *Table, truth Truth, o Options) (*Report, error) {
	if len(truth) != len(panel.Classes) {
		panic("evaluate: one truth for each class")
	}
	cut, err := over(panel.Weeks, calibration)
	if err != nil {
		return nil, err
	}
	if o.Methods == nil {
		o.Methods = Methods()
	}
	if o.Rates == nil {
		o.Rates = Rates
	}
	p := protocolFor(panel, truth)
	r := &run{calibration: cut, panel: panel, truth: truth, protocol: p, all: indices(len(cut.Classes)), nulls: truth.of(Null)}
	report := &Report{
		Classes: len(panel.Classes), Nulls: len(r.nulls), Calibration: len(cut.Classes), Protocol: p,
	}
	for _, kind := range truth.kinds() {
		report.Kinds = append(report.Kinds, Kind{kind, len(truth.of(kind))})
	}
	for i, m := range o.Methods {
		res, scores := r.method(m, o)
		report.Methods = append(report.Methods, res)
		if i == 0 {
			report.Examples = r.examples(res, scores)
		}
	}
	report.Levels, report.Severe = r.levels(levelMethods()), o.Severe
	if o.Product != nil {
		report.Shipped = r.shipped(o.Product, o.Severe)
	}
	return report, nil
}

// Score gives the scores of one method, classes × waves of the panel. It fails
// if the calibration set lacks a week of the panel.
func Score(m Method, calibration, panel *Table) ([][]float64, error) {
	cut, err := over(panel.Weeks, calibration)
	if err != nil {
		return nil, err
	}
	return m.Score(cut, panel), nil
}

func over(weeks []int, calibration *Table) (*Table, error) {
	cut, err := calibration.Only(weeks)
	if err != nil {
		return nil, fmt.Errorf("calibration set: %w, but in the panel (make both sets over the same weeks)", err)
	}
	return cut, nil
}

// run is what all methods share.
type run struct {
	calibration, panel *Table
	truth              Truth
	protocol           Protocol
	all, nulls         []int
}

func indices(n int) []int {
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	return all
}

// method measures one method, and returns its scores of the panel.
func (r *run) method(m Method, o Options) (Result, [][]float64) {
	res := Result{Method: m.Name, Source: m.Source, Milliseconds: Number(math.NaN())}
	var begun time.Time
	if o.Now != nil {
		begun = o.Now()
	}
	null := m.Score(r.calibration, r.calibration)
	scores := m.Score(r.calibration, r.panel)
	if o.Now != nil {
		series := len(r.calibration.Classes) + len(r.panel.Classes)
		res.Milliseconds = Number(o.Now().Sub(begun).Seconds() * 1000 / float64(series))
	}
	weeks := r.panel.Weeks
	for _, rate := range o.Rates {
		h := r.protocol.threshold(null, r.all, rate, weeks)
		at := AtRate{
			Rate: rate, Threshold: Number(h),
			Calibration: r.rate(null, r.all, h), Null: r.rate(scores, r.nulls, h),
			Event: r.events(scores, h), MeanDelay: r.meanDelay(scores, h),
		}
		for _, kind := range r.truth.kinds() {
			at.Kinds = append(at.Kinds, r.sensitivity(scores, kind, h))
		}
		at.mean()
		at.Predictive = Number(predictive(float64(at.Within.Value), float64(at.Null.Value)))
		res.Rates = append(res.Rates, at)
	}
	for _, rate := range amocRates {
		h := r.protocol.threshold(null, r.all, rate, weeks)
		res.AMOC = append(res.AMOC, Point{Rate: rate, Realised: r.rate(scores, r.nulls, h).Value, Delay: r.meanDelay(scores, h)})
	}
	if m.Evidence {
		res.Audit = r.audit(scores)
		res.Discovery = r.discovery(scores)
	}
	return res, scores
}

// rate is the alarms per class-year of some classes.
func (r *run) rate(scores [][]float64, classes []int, threshold float64) Estimate {
	n := float64(r.protocol.count(scores, classes, threshold, r.panel.Weeks))
	return perYear(n, r.protocol.years(len(classes), r.panel.Weeks))
}

// sensitivity is how many classes of a kind are found.
func (r *run) sensitivity(scores [][]float64, kind string, threshold float64) Sensitivity {
	classes := r.truth.of(kind)
	var delays []float64
	var early int
	for _, c := range classes {
		if d, ok := delay(scores[c], r.truth[c].Onset, threshold, r.panel.Weeks); ok {
			delays = append(delays, float64(d))
			if d < soon {
				early++
			}
		}
	}
	return Sensitivity{
		Kind: kind, Within: share(len(delays), len(classes)), Soon: share(early, len(classes)),
		Delay: Number(median(delays)),
	}
}

// meanDelay is the mean delay over all classes that change.
func (r *run) meanDelay(scores [][]float64, threshold float64) Estimate {
	var delays []float64
	for c, k := range r.truth {
		if k.Kind == Null || k.Kind == Chronic {
			continue
		}
		d, ok := delay(scores[c], k.Onset, threshold, r.panel.Weeks)
		if !ok {
			d = within
		}
		delays = append(delays, float64(d))
	}
	return meanOf(delays)
}

// events is the share of classes without change that stand above the threshold
// in the three weeks from their school's event on.
func (r *run) events(scores [][]float64, threshold float64) Estimate {
	var hit, of int
	weeks := r.panel.Weeks
	for _, c := range r.nulls {
		e := r.truth[c].Event
		if e < r.protocol.From || e > r.protocol.To-2 {
			continue
		}
		of++
		first, _ := slices.BinarySearch(weeks, e)
		for t := first; t < len(weeks) && weeks[t] < e+3; t++ {
			if scores[c][t] >= threshold {
				hit++
				break
			}
		}
	}
	return share(hit, of)
}

// predictive is the share of alarms that are of a class that changed, where one
// class in twenty changes in a year.
func predictive(sensitivity, rate float64) float64 {
	return prevalence * sensitivity / (prevalence*sensitivity + (1-prevalence)*rate)
}

func median(x []float64) float64 {
	if len(x) == 0 {
		return math.NaN()
	}
	slices.Sort(x)
	if n := len(x); n%2 == 0 {
		return (x[n/2-1] + x[n/2]) / 2
	}
	return x[len(x)/2]
}

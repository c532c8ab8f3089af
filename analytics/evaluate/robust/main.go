// Command robust measures the detector in worlds that it was not built on: one
// assumption of the simulator after the other is changed, thresholds stay as
// they are shipped.
//
//	go run ./analytics/evaluate/robust --classes 2000
package main

import (
	"bufio"
	"flag"
	"fmt"
	"io"
	"math"
	"os"
	"strings"
	"text/tabwriter"

	"github.com/folgmed/folgmed/analytics/evaluate"
	"github.com/folgmed/folgmed/analytics/simulate"
)

func main() {
	classes := flag.Int("classes", 2000, "classes of each world's panel, one in ten for each kind of change")
	seed := flag.Uint64("seed", 1, "of the worlds")
	flag.Parse()
	w := bufio.NewWriter(os.Stdout)
	err := run(w, *seed, *classes)
	if err == nil {
		err = w.Flush()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "robust:", err)
		os.Exit(1)
	}
}

// world is one change of the usual assumptions.
type world struct {
	name   string
	change func(*simulate.Assumptions)
}

var worlds = []world{
	{"usual", func(*simulate.Assumptions) {}},
	{"volatility of classes sd .4", func(a *simulate.Assumptions) { a.Volatility = .4 }},
	{"volatility of classes sd 1.2", func(a *simulate.Assumptions) { a.Volatility = 1.2 }},
	{"school events twice as often", func(a *simulate.Assumptions) { a.Events *= 2 }},
	{"60 % answer", func(a *simulate.Assumptions) { a.Response = math.Log(.6 / .4) }},
	{"classes of 14 (sd 3)", func(a *simulate.Assumptions) { a.Roster, a.RosterSD = 14, 3 }},
	{"items load .5", func(a *simulate.Assumptions) { a.Loading = .5 }},
	{"movement remembered .8", func(a *simulate.Assumptions) { a.Memory = .8 }},
	{"twice the movement", func(a *simulate.Assumptions) { a.Movement *= 2 }},
	{"all of these but sd .4", func(a *simulate.Assumptions) {
		a.Volatility, a.Loading, a.Memory, a.Response = 1.2, .5, .8, math.Log(.6/.4)
		a.Roster, a.RosterSD = 14, 3
		a.Events *= 2
		a.Movement *= 2
	}},
}

// matched is the rate of false alarms that finds are compared at, its place
// among evaluate.Rates.
const matched = 1

func run(out io.Writer, seed uint64, classes int) error {
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	line := func(cells ...string) { _, _ = fmt.Fprintln(t, strings.Join(cells, "\t")) }
	line("Found within 12 weeks at " + fmt.Sprint(evaluate.Rates[matched]) + " false alarms (threshold matched in each world); false alarms of changes per class and school year with the shipped thresholds, in classes without change.")
	for _, rhythm := range []int{1, 2} {
		line("")
		line(fmt.Sprintf("A wave every %d weeks", rhythm), "folgmed", "two pupils", "best rival", "", "shipped at .1", "at .25", "at .5", "bound")
		for _, w := range worlds {
			r, err := w.measure(seed, classes, rhythm)
			if err != nil {
				return err
			}
			cells := []string{w.name}
			ours, best := r.Methods[0].Rates[matched], r.Methods[1]
			for _, m := range r.Methods[2:] {
				if m.Rates[matched].Within.Value > best.Rates[matched].Within.Value {
					best = m
				}
			}
			cells = append(cells, ours.Within.String())
			for _, k := range ours.Kinds {
				if k.Kind == string(simulate.Two) {
					cells = append(cells, k.Within.String())
				}
			}
			cells = append(cells, best.Rates[matched].Within.String(), best.Method)
			for _, s := range r.Shipped {
				cells = append(cells, s.Kinds[0].Realised.String())
			}
			line(append(cells, kept(r.Methods[0].Audit))...)
		}
	}
	return t.Flush()
}

// kept tells whether all bounds of theory are kept.
func kept(audit []evaluate.Audit) string {
	for _, a := range audit {
		if !a.Kept {
			return fmt.Sprintf("not at %g: %s", a.A, a.Realised)
		}
	}
	return "kept"
}

// measure runs the detector and its rivals in one world.
func (w world) measure(seed uint64, classes, rhythm int) (*evaluate.Report, error) {
	null, signals, err := simulate.Family("realistic", seed, classes)
	if err != nil {
		return nil, err
	}
	assumed := simulate.Usual()
	w.change(&assumed)
	null.Assumed, signals.Assumed = assumed, assumed
	calibration, panel, truth := evaluate.Sets(null, signals)
	return evaluate.Run(calibration, panel.Thin(rhythm), truth, evaluate.Options{Product: evaluate.Shipping()})
}

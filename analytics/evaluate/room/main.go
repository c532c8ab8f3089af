// Command room tells how much room there is above the detector: how many pairs
// of pupils in distress one could find that knew all but what passes, and whether
// more of the histogram of the composite finds more.
//
//	go run ./analytics/evaluate/room
package main

import (
	"bufio"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"

	"github.com/folgmed/folgmed/analytics/evaluate"
)

func main() {
	classes := flag.Int("classes", 300, "classes of each kind of change")
	seed := flag.Uint64("seed", 1, "of the sets")
	flag.Parse()
	w := bufio.NewWriter(os.Stdout)
	err := run(w, *seed, *classes)
	if err == nil {
		err = w.Flush()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "room:", err)
		os.Exit(1)
	}
}

func run(out io.Writer, seed uint64, classes int) error {
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	line := func(cells ...string) { _, _ = fmt.Fprintln(t, strings.Join(cells, "\t")) }

	line("Two pupils in deep distress: detectors that know too much, beside ours; found within 12 weeks (4 weeks), by false alarms per class and school year")
	null, two := newOracle(setOf(seed, nulls(classes), false)), newOracle(setOf(seed, classes, true))
	for _, rhythm := range rhythms {
		r, err := compare(null, two, rhythm)
		if err != nil {
			return err
		}
		line("")
		header(line, rhythm)
		for _, m := range r.Methods {
			cells := []string{m.Method}
			for _, a := range m.Rates {
				cells = append(cells, fmt.Sprintf("%s (%s)", a.Within, a.Soon))
			}
			line(cells...)
		}
	}

	line("")
	line(fmt.Sprintf("One more stream of counts, given the score: found within 12 weeks at %g false alarms", evaluate.Rates[matched]))
	sets, err := newStreams(seed, classes)
	if err != nil {
		return err
	}
	for _, rhythm := range rhythms {
		line("")
		for i, s := range streams {
			r, err := sets.measure(s, rhythm)
			if err != nil {
				return err
			}
			at := r.Methods[0].Rates[matched]
			if i == 0 {
				names := []string{every(rhythm), "mean", "soon"}
				for _, k := range at.Kinds {
					names = append(names, k.Kind)
				}
				line(names...)
			}
			cells := []string{s.name, at.Within.String(), at.Soon.String()}
			for _, k := range at.Kinds {
				cells = append(cells, k.Within.String())
			}
			line(cells...)
		}
	}
	return t.Flush()
}

// rhythms in weeks between waves.
var rhythms = []int{1, 2}

// matched is the place among evaluate.Rates of the rate that streams are
// compared at.
const matched = 1

// nulls is how many classes thresholds are found on.
func nulls(classes int) int { return 3 * classes }

func every(rhythm int) string {
	if rhythm == 1 {
		return "a wave every week"
	}
	return fmt.Sprintf("a wave every %d weeks", rhythm)
}

func header(line func(...string), rhythm int) {
	names := []string{every(rhythm)}
	for _, rate := range evaluate.Rates {
		names = append(names, fmt.Sprint(rate))
	}
	line(names...)
}

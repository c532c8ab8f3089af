package main

import (
	"bufio"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/folgmed/folgmed/analytics/evaluate"
	"github.com/folgmed/folgmed/internal/evaluation"
)

type evaluateCmd struct {
	Calibration string `and:"files" type:"existingfile" help:"Classes in which nothing happens, to find thresholds on (.csv or .csv.gz)."`
	Panel       string `and:"files" type:"existingfile" help:"Classes to watch, over the same weeks."`
	Truth       string `and:"files" type:"existingfile" help:"What happens in them: the columns class, type, onset, and school_event_week where known."`

	Set     string `enum:",realistic,clean,early" default:"" help:"Without files: the set to simulate (${enum}). Default: realistic."`
	Classes int    `help:"Without files: classes of the panel. Default: as many as the set has."`
	Seed    uint64 `default:"1" help:"Without files: seed of the simulation."`

	Report string `type:"path" help:"Also write a page with pictures, index.html, each picture alone, and the numbers, report.json, into this folder."`
	JSON   bool   `name:"json" help:"Print numbers for programs, not tables."`
}

// Run prints what our detector and its rivals find at the same false alarms.
func (e evaluateCmd) Run(c console) error {
	calibration, panel, truth, err := e.sets()
	if err != nil {
		return err
	}
	reports, err := e.measure(calibration, panel, truth)
	if err != nil {
		return fmt.Errorf("%s: %w", e.Calibration, err)
	}
	if e.Report != "" {
		if err := e.write(reports); err != nil {
			return err
		}
	}
	if e.JSON {
		return writeJSON(c.out, reports)
	}
	if err := reports[0].Text(c.out); err != nil {
		return err
	}
	for _, r := range reports[1:] {
		if _, err := fmt.Fprintln(c.out); err != nil {
			return err
		}
		if err := r.Summary(c.out); err != nil {
			return err
		}
	}
	return nil
}

// write fills the folder of the report.
func (e evaluateCmd) write(reports []*evaluate.Report) error {
	if err := os.MkdirAll(e.Report, 0o755); err != nil { //nolint:gosec // measured numbers, for all to read
		return err
	}
	title := "Detection, measured on " + filepath.Base(e.Panel)
	if e.Panel == "" {
		title = fmt.Sprintf("Detection, measured on a simulated %s set (seed %d)", e.set(), e.Seed)
	}
	faults := []error{
		create(filepath.Join(e.Report, "index.html"), func(w io.Writer) error { return evaluation.Write(w, title, reports) }),
		create(filepath.Join(e.Report, "report.json"), func(w io.Writer) error { return writeJSON(w, reports) }),
	}
	for name, svg := range evaluation.Pictures(reports[0]) {
		faults = append(faults, create(filepath.Join(e.Report, name), func(w io.Writer) error {
			_, err := io.WriteString(w, svg)
			return err
		}))
	}
	return errors.Join(faults...)
}

func writeJSON(w io.Writer, reports []*evaluate.Report) error {
	out := json.NewEncoder(w)
	out.SetIndent("", " ")
	return out.Encode(reports)
}

// create makes a file and fills it.
func create(name string, fill func(io.Writer) error) error {
	file, err := os.Create(name)
	if err != nil {
		return err
	}
	w := bufio.NewWriter(file)
	return errors.Join(fill(w), w.Flush(), file.Close())
}

// set is the set to simulate.
func (e evaluateCmd) set() string { return cmp.Or(e.Set, "realistic") }

// sets reads the files, or simulates without them.
func (e evaluateCmd) sets() (calibration, panel *evaluate.Table, truth evaluate.Truth, err error) {
	if e.Panel == "" {
		return evaluate.Simulate(e.set(), e.Seed, e.Classes)
	}
	if e.Set != "" || e.Classes != 0 {
		return nil, nil, nil, errors.New("--set and --classes are of a simulated set: leave them out, or the files")
	}
	if calibration, err = readTable(e.Calibration); err != nil {
		return nil, nil, nil, err
	}
	if panel, err = readTable(e.Panel); err != nil {
		return nil, nil, nil, err
	}
	file, err := os.Open(e.Truth)
	if err != nil {
		return nil, nil, nil, err
	}
	defer func() { _ = file.Close() }()
	truth, err = evaluate.ReadTruth(e.Truth, file, panel)
	return calibration, panel, truth, err
}

// measure evaluates a set in its own rhythm, and a weekly one also as if every
// second wave had been left out.
func (e evaluateCmd) measure(calibration, panel *evaluate.Table, truth evaluate.Truth) ([]*evaluate.Report, error) {
	panels := []*evaluate.Table{panel}
	if panel.Rhythm() == 1 && len(panel.Weeks) > 2 {
		panels = append(panels, panel.Thin(2))
	}
	var reports []*evaluate.Report
	for _, p := range panels {
		r, err := evaluate.Run(calibration, p, truth, evaluate.Options{
			Now: time.Now, Product: evaluate.Shipping(), Severe: evaluate.SevereShare(e.Seed, p.Rhythm()),
		})
		if err != nil {
			return nil, err
		}
		reports = append(reports, r)
	}
	return reports, nil
}

func readTable(name string) (*evaluate.Table, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	return evaluate.ReadTable(name, file)
}

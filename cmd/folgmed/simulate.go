package main

import (
	"bufio"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"iter"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/folgmed/folgmed/analytics/evaluate"
	"github.com/folgmed/folgmed/analytics/simulate"
)

// simulatedWeeks is how long every simulated set is.
const simulatedWeeks = 60

type simulateCmd struct {
	Out     string `required:"" type:"path" help:"Folder to write calibration.csv.gz, panel.csv.gz and truth.csv into."`
	Set     string `enum:"realistic,clean,early" default:"realistic" help:"What is simulated: ${enum}."`
	Classes int    `help:"Classes of the panel. Default: as many as the set or the country has."`
	Seed    uint64 `default:"1" help:"Seed of the simulation."`
	Country bool   `help:"Simulate a country of 2,663 schools with grades, owners and the national frequencies of bullying. Column b then counts who is hurt."`
}

// simulated is one set: its rows, in any portions, and then what is true of
// its classes.
type simulated struct {
	rows  iter.Seq[[]simulate.Row]
	truth func() []simulate.Truth
}

// Run writes a set as tables that 'folgmed evaluate' reads.
func (s simulateCmd) Run(ctx context.Context, c console) error {
	calibration, panel, err := s.sets()
	if err != nil {
		return err
	}
	var files [3]string
	for i, name := range []string{"calibration.csv.gz", "panel.csv.gz", "truth.csv"} {
		files[i] = filepath.Join(s.Out, name)
		if _, err := os.Lstat(files[i]); err == nil {
			return fmt.Errorf("%s is there already: remove it, or choose another folder", files[i])
		}
	}
	if err := os.MkdirAll(s.Out, 0o755); err != nil { //nolint:gosec // simulated answers, for all to read
		return err
	}
	for i, set := range []simulated{calibration, panel} {
		if err := createFile(files[i], func(w io.Writer) error { return writeRows(ctx, w, set.rows) }); err != nil {
			return err
		}
	}
	truth := panel.truth()
	if err := createFile(files[2], func(w io.Writer) error { return writeTruth(w, truth, s.Country) }); err != nil {
		return err
	}
	_, err = fmt.Fprintf(c.out, "%d classes over %d weeks are in %s. To compare detectors on them:\nfolgmed evaluate --calibration %s --panel %s --truth %s\n",
		len(truth), simulatedWeeks, s.Out, files[0], files[1], files[2])
	return err
}

// sets describes what to simulate; it is drawn while it is written.
func (s simulateCmd) sets() (calibration, panel simulated, err error) {
	if s.Country {
		null, signals, err := simulate.CountryFamily(s.Set, s.Seed, s.Classes)
		return country(null), country(signals), err
	}
	null, signals, err := simulate.Family(s.Set, s.Seed, s.Classes)
	return set(null), set(signals), err
}

// set is simulated whole, in the order of its classes.
func set(c simulate.SetConfig) simulated {
	var truth []simulate.Truth
	c.Weeks = simulatedWeeks
	return simulated{
		rows: func(yield func([]simulate.Row) bool) {
			var rows []simulate.Row
			rows, truth = simulate.Set(c)
			yield(rows)
		},
		truth: func() []simulate.Truth { return truth },
	}
}

// country is simulated week by week, for it is large.
func country(c simulate.CountryConfig) simulated {
	var w *simulate.World
	return simulated{
		rows: func(yield func([]simulate.Row) bool) {
			w = simulate.New(simulate.Country(c))
			for range simulatedWeeks {
				if !yield(w.Rows()) {
					return
				}
			}
		},
		truth: func() []simulate.Truth { return w.Truth() },
	}
}

// createFile writes a new file, compressed if its name says so, and leaves
// none behind if that fails.
func createFile(name string, write func(io.Writer) error) (err error) {
	file, err := os.CreateTemp(filepath.Dir(name), filepath.Base(name)+".*.partial")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = file.Close()
			_ = os.Remove(file.Name())
		}
	}()
	buffered := bufio.NewWriter(file)
	if strings.HasSuffix(name, ".gz") {
		z := gzip.NewWriter(buffered)
		if err := write(z); err != nil {
			return err
		}
		if err := z.Close(); err != nil {
			return err
		}
	} else if err := write(buffered); err != nil {
		return err
	}
	if err := buffered.Flush(); err != nil {
		return err
	}
	if err := file.Chmod(0o644); err != nil {
		return err
	}
	if err := file.Close(); err != nil {
		return err
	}
	return os.Rename(file.Name(), name)
}

// writeRows writes a table with the columns that evaluate reads.
func writeRows(ctx context.Context, w io.Writer, portions iter.Seq[[]simulate.Row]) error {
	if _, err := fmt.Fprintln(w, strings.Join(evaluate.Columns, ",")); err != nil {
		return err
	}
	var line []byte
	for rows := range portions {
		for i := range rows {
			if i%1000 == 0 && ctx.Err() != nil {
				return context.Cause(ctx)
			}
			line = appendRow(line[:0], &rows[i])
			if _, err := w.Write(line); err != nil {
				return err
			}
		}
	}
	return nil
}

// appendRow is a line in the order of evaluate.Columns.
func appendRow(line []byte, r *simulate.Row) []byte {
	for _, n := range []int{r.Class, r.School, r.Week, r.Roster, r.N, r.Y, r.B, r.VLow} {
		line = append(strconv.AppendInt(line, int64(n), 10), ',')
	}
	if r.N == 0 {
		line = append(line, "NA,NA,"...)
	} else {
		line = append(appendRounded(line, r.Mean, 1e4), ',')
		line = append(appendRounded(line, r.SS, 1e3), ',')
	}
	for g := range r.NG {
		line = append(strconv.AppendInt(line, int64(r.NG[g]), 10), ',')
		line = append(strconv.AppendInt(line, int64(r.YG[g]), 10), ',')
	}
	line[len(line)-1] = '\n'
	return line
}

func appendRounded(line []byte, x, steps float64) []byte {
	return strconv.AppendFloat(line, math.Round(x*steps)/steps, 'f', -1, 64)
}

// writeTruth writes what is true of each class; of a country also its owners
// and youngest grades.
func writeTruth(w io.Writer, truth []simulate.Truth, country bool) error {
	columns := "class,school,roster,type,onset,school_event_week"
	if country {
		columns += ",owner,grade"
	}
	if _, err := fmt.Fprintln(w, columns); err != nil {
		return err
	}
	for _, t := range truth {
		kind := string(t.Kind)
		if t.Kind == simulate.None {
			kind = evaluate.Null
		}
		line := fmt.Sprintf("%d,%d,%d,%s,%s,%s", t.Class, t.School, t.Roster, kind, unlessNone(t.Onset), unlessNone(t.SchoolEvent))
		if country {
			line += fmt.Sprintf(",%d,%d", t.Owner+1, t.Grade)
		}
		if _, err := fmt.Fprintln(w, line); err != nil {
			return err
		}
	}
	return nil
}

func unlessNone(week int) string {
	if week == 0 {
		return ""
	}
	return strconv.Itoa(week)
}

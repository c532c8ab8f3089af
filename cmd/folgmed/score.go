package main

import (
	"bufio"
	"fmt"
	"io"
	"os"

	"github.com/folgmed/folgmed/analytics/evaluate"
)

type scoreCmd struct {
	Calibration string `required:"" type:"existingfile" help:"Classes in which nothing happens, to learn what is usual from (.csv or .csv.gz)."`
	Panel       string `required:"" type:"existingfile" help:"Classes to score, over the same weeks."`
	Out         string `required:"" type:"path" help:"File to write: the columns class, week, score (log M)."`
}

// Run writes the detector's evidence for each class and week of the panel.
func (s scoreCmd) Run() error {
	calibration, err := readTable(s.Calibration)
	if err != nil {
		return err
	}
	panel, err := readTable(s.Panel)
	if err != nil {
		return err
	}
	scores, err := evaluate.Score(evaluate.Ours(), calibration, panel)
	if err != nil {
		return fmt.Errorf("%s: %w", s.Calibration, err)
	}
	file, err := os.Create(s.Out)
	if err != nil {
		return err
	}
	if err := writeScores(file, panel, scores); err != nil {
		_ = file.Close()
		return err
	}
	return file.Close()
}

func writeScores(to io.Writer, panel *evaluate.Table, scores [][]float64) error {
	w := bufio.NewWriter(to)
	_, _ = fmt.Fprintln(w, "class,week,score")
	for c, class := range panel.Classes {
		for t, week := range panel.Weeks {
			_, _ = fmt.Fprintf(w, "%s,%d,%g\n", class, week, scores[c][t])
		}
	}
	return w.Flush()
}

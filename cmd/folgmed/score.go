package main

import (
	"encoding/csv"
	"fmt"
	"io"
	"strconv"

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
	return create(s.Out, func(w io.Writer) error { return writeScores(w, panel, scores) })
}

func writeScores(to io.Writer, panel *evaluate.Table, scores [][]float64) error {
	w := csv.NewWriter(to)
	_ = w.Write([]string{"class", "week", "score"})
	for c, class := range panel.Classes {
		for t, week := range panel.Weeks {
			_ = w.Write([]string{class, strconv.Itoa(week), strconv.FormatFloat(scores[c][t], 'g', -1, 64)})
		}
	}
	w.Flush()
	return w.Error()
}

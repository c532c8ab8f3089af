package main

import (
	"fmt"
	"os"
	"time"

	"github.com/folgmed/folgmed/analytics/evaluate"
)

type evaluateCmd struct {
	Calibration string `required:"" type:"existingfile" help:"Classes in which nothing happens, to find thresholds on (.csv or .csv.gz)."`
	Panel       string `required:"" type:"existingfile" help:"Classes to watch (.csv or .csv.gz)."`
	Truth       string `required:"" type:"existingfile" help:"What happens in them: class, type, onset."`
}

// Run prints what our detector and its rivals find, at the same false alarms.
func (e evaluateCmd) Run(c console) error {
	calibration, err := readTable(e.Calibration)
	if err != nil {
		return err
	}
	panel, err := readTable(e.Panel)
	if err != nil {
		return err
	}
	file, err := os.Open(e.Truth)
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }()
	truth, err := evaluate.ReadTruth(e.Truth, file, panel)
	if err != nil {
		return err
	}
	report, err := evaluate.Run(calibration, panel, truth, evaluate.Options{Now: time.Now})
	if err != nil {
		return fmt.Errorf("%s, %s: %w", e.Calibration, e.Panel, err)
	}
	return report.Text(c.out)
}

func readTable(name string) (*evaluate.Table, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	return evaluate.ReadTable(name, file)
}

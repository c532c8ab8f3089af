package evaluate

import (
	"strconv"

	"github.com/folgmed/folgmed/analytics/simulate"
)

// Simulate makes a calibration set and a panel of one of the families of
// [simulate.Family], with the panel's truth. classes is the panel's number of
// classes; 0 means the family's own.
func Simulate(family string, seed uint64, classes int) (calibration, panel *Table, truth Truth, err error) {
	null, signals, err := simulate.Family(family, seed, classes)
	if err != nil {
		return nil, nil, nil, err
	}
	calibration, panel, truth = Sets(null, signals)
	return calibration, panel, truth, nil
}

// Sets simulates a calibration set, in which nothing happens, and a panel with
// its truth.
func Sets(null, signals simulate.SetConfig) (calibration, panel *Table, truth Truth) {
	rows, _ := simulate.Set(null)
	calibration = FromRows(rows)
	rows, known := simulate.Set(signals)
	return calibration, FromRows(rows), FromTruth(known)
}

// FromTruth is what is known of each class of a set.
func FromTruth(known []simulate.Truth) Truth {
	truth := make(Truth, len(known))
	for i, k := range known {
		truth[i] = Class{Kind: string(k.Kind), Onset: k.Onset, Event: k.SchoolEvent}
		if k.Kind == simulate.None {
			truth[i].Kind = Null
		}
	}
	return truth
}

// FromRows is the table of a set: rows in the order of class and week.
func FromRows(rows []simulate.Row) *Table {
	t := &Table{Rows: make([]Row, len(rows))}
	for i, r := range rows {
		if r.Class == 1 {
			t.Weeks = append(t.Weeks, r.Week)
		}
		if r.Class > len(t.Classes) {
			t.Classes = append(t.Classes, strconv.Itoa(r.Class))
			t.Schools = append(t.Schools, strconv.Itoa(r.School))
		}
		t.Rows[i] = Row{Roster: r.Roster, N: r.N, Y: r.Y, B: r.B, VLow: r.VLow, Mean: r.Mean, SS: r.SS, NG: r.NG, YG: r.YG}
	}
	return t
}

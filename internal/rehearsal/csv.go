package rehearsal

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

// Recording is a file of recorded answers: the sheets of each wave, and the
// waves as the file numbers them.
type Recording struct {
	Waves  []int // ascending
	Sheets map[int][]Sheet
	Items  []string // the columns that are items
}

// missing are the ways files write "no answer".
var missing = []string{"", "NA", "na", ".", "0"}

// ReadCSV reads recorded answers: the columns school, class and wave, and one
// column per item with the number of the option, 1 and up; empty, NA and 0 are
// "no answer". Every fault up to the twentieth is listed with its line.
func ReadCSV(name string, r io.Reader) (Recording, error) {
	rows := csv.NewReader(r)
	rows.ReuseRecord = true
	header, err := rows.Read()
	if err != nil {
		return Recording{}, fmt.Errorf("%s:1: the first line must name the columns school, class, wave and the items: %w", name, err)
	}
	header = slices.Clone(header)
	at := map[string]int{"school": -1, "class": -1, "wave": -1}
	rec := Recording{Sheets: make(map[int][]Sheet)}
	items := make(map[int]string)
	for i, column := range header {
		column = strings.TrimSpace(strings.TrimPrefix(column, "\ufeff"))
		if _, ok := at[column]; ok {
			at[column] = i
		} else if column == "" || slices.Contains(rec.Items, column) {
			return Recording{}, fmt.Errorf("%s:1: column %d is empty or named twice: give each item one column", name, i+1)
		} else {
			items[i] = column
			rec.Items = append(rec.Items, column)
		}
	}
	for _, column := range []string{"school", "class", "wave"} {
		if at[column] < 0 {
			return Recording{}, fmt.Errorf("%s:1: there is no column %q", name, column)
		}
	}
	if len(items) == 0 {
		return Recording{}, fmt.Errorf("%s:1: no column holds answers: name each column after an item of the questionnaire", name)
	}
	var faults []error
	for len(faults) < 20 {
		row, err := rows.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		line, _ := rows.FieldPos(0)
		if err != nil {
			faults = append(faults, fmt.Errorf("%s: %w", name, err))
			break
		}
		n, err := strconv.Atoi(strings.TrimSpace(row[at["wave"]]))
		if err != nil || n < 0 {
			faults = append(faults, fmt.Errorf("%s:%d: wave %q is no whole number from 0 up", name, line, row[at["wave"]]))
			continue
		}
		sheet := Sheet{
			School: strings.TrimSpace(row[at["school"]]), Class: strings.TrimSpace(row[at["class"]]),
			Options: make(map[string]int, len(items)),
		}
		for i, item := range items {
			text := strings.TrimSpace(row[i])
			if slices.Contains(missing, text) {
				continue
			}
			option, err := strconv.Atoi(text)
			if err != nil || option < 0 || option > 255 {
				faults = append(faults, fmt.Errorf("%s:%d: the answer to %s is no number of an option", name, line, item))
				continue
			}
			sheet.Options[item] = option
		}
		if _, seen := rec.Sheets[n]; !seen {
			rec.Waves = append(rec.Waves, n)
		}
		rec.Sheets[n] = append(rec.Sheets[n], sheet)
	}
	if len(faults) > 0 {
		return Recording{}, errors.Join(faults...)
	}
	if len(rec.Waves) == 0 {
		return Recording{}, fmt.Errorf("%s has a header and no answers", name)
	}
	slices.Sort(rec.Waves)
	return rec, nil
}

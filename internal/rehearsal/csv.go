package rehearsal

import (
	"bytes"
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
// "no answer". Commas or semicolons separate the cells, as in the header. Every
// fault up to the twentieth is listed with its line.
func ReadCSV(name string, r io.Reader) (Recording, error) {
	data, err := io.ReadAll(r)
	if err != nil {
		return Recording{}, fmt.Errorf("read %s: %w", name, err)
	}
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	rows := csv.NewReader(bytes.NewReader(data))
	if first, _, _ := bytes.Cut(data, []byte("\n")); bytes.Count(first, []byte(";")) > bytes.Count(first, []byte(",")) {
		rows.Comma = ';'
	}
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
		column = strings.TrimSpace(column)
		before, fixed := at[strings.ToLower(column)]
		switch {
		case column == "", fixed && before >= 0, slices.Contains(rec.Items, column):
			return Recording{}, fmt.Errorf("%s:1: column %d is empty or named twice: give each item one column", name, i+1)
		case fixed:
			at[strings.ToLower(column)] = i
		default:
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

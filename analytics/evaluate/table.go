package evaluate

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Row is what one class answered in one wave. All counts are of respondents.
type Row struct {
	Roster int     // pupils of the class
	N      int     // answered; 0 if the class was not asked, or nobody did
	Y      int     // composite of at most 3.0
	B      int     // item 5 in its two worst options
	VLow   int     // composite of at most 2.2
	Mean   float64 // of the composites, 1-5; 0 if N is 0
	SS     float64 // sum of squares of the composites about Mean
	NG, YG [2]int  // N and Y by gender; the rest gave none
}

// Table is a panel of classes over waves.
type Table struct {
	Classes []string // numbers in their order, else by the alphabet
	Schools []string // one per class
	Weeks   []int    // school week of each wave, increasing
	Rows    []Row    // classes × weeks; the zero Row but for its roster where there was no line
}

// At returns the row of a class in a wave, both counted from 0.
func (t *Table) At(class, wave int) *Row { return &t.Rows[class*len(t.Weeks)+wave] }

// Rhythm is the number of weeks between waves: the least step there is, 1 for
// a single wave.
func (t *Table) Rhythm() int {
	least := 0
	for i := 1; i < len(t.Weeks); i++ {
		if step := t.Weeks[i] - t.Weeks[i-1]; least == 0 || step < least {
			least = step
		}
	}
	return max(least, 1)
}

// Only returns the table of the given weeks alone, which must be increasing. It
// fails if t lacks one.
func (t *Table) Only(weeks []int) (*Table, error) {
	if slices.Equal(weeks, t.Weeks) {
		return t, nil
	}
	waves := make([]int, len(weeks))
	for i, week := range weeks {
		at, ok := slices.BinarySearch(t.Weeks, week)
		if !ok {
			return nil, fmt.Errorf("week %d is not in it", week)
		}
		waves[i] = at
	}
	only := &Table{Classes: t.Classes, Schools: t.Schools, Weeks: weeks, Rows: make([]Row, 0, len(t.Classes)*len(weeks))}
	for c := range t.Classes {
		for _, w := range waves {
			only.Rows = append(only.Rows, *t.At(c, w))
		}
	}
	return only, nil
}

// Thin returns the table with every rhythm-th week from the first one on: the
// same classes, asked more seldom.
func (t *Table) Thin(rhythm int) *Table {
	var weeks []int
	for _, w := range t.Weeks {
		if (w-t.Weeks[0])%rhythm == 0 {
			weeks = append(weeks, w)
		}
	}
	thin, err := t.Only(weeks)
	if err != nil {
		panic(err) // each week is one of t's own
	}
	return thin
}

// Columns are the names that a table's header must have, in any order.
var Columns = []string{
	"class", "school", "week", "roster", "n", "y", "b", "vlow",
	"mean_score", "ss_score", "n_g0", "y_g0", "n_g1", "y_g1",
}

// faultsTold is how many faults of one file are listed.
const faultsTold = 20

// leastFilled is the least share of classes × weeks that must have a line.
// Without it a few megabytes of stray weeks would ask for terabytes.
const leastFilled = .1

// ReadTable reads a table from comma-separated lines under a header of
// [Columns], plain or compressed with gzip. name stands before each fault.
//
// Lines may come in any order, and further columns are left alone. A class
// without a line in a week was not asked in it. mean_score and ss_score are
// empty or NA where n is 0.
//
// The error lists impossible lines by number, each with what to do: counts
// above n, n above the roster and its spare codes (two, or a tenth of the
// roster), a mean outside 1-5 or without respondents, a class twice in a week or
// in two schools.
func ReadTable(name string, r io.Reader) (*Table, error) {
	lines, err := newLines(name, r, Columns)
	if err != nil {
		return nil, err
	}
	type entry struct {
		class string
		week  int
	}
	var (
		rows    []Row
		entries []entry
		seen    = map[entry]int{}
		school  = map[string]string{}
		roster  = map[string]int{}
		weeks   = map[int]bool{}
	)
	for lines.next() {
		e := entry{lines.text("class"), lines.count("week")}
		row := lines.row()
		if lines.failed() {
			continue
		}
		if first, twice := seen[e]; twice {
			lines.fault("class %s has week %d on line %d already (keep one of them)", e.class, e.week, first)
			continue
		}
		at := lines.text("school")
		if was, ok := school[e.class]; ok && was != at {
			lines.fault("class %s is in school %s here and in school %s before (give classes of different schools different names)", e.class, at, was)
			continue
		}
		if e.week < 1 {
			lines.fault("week %d (school weeks are counted from 1)", e.week)
			continue
		}
		seen[e], school[e.class], roster[e.class], weeks[e.week] = lines.line(), at, row.Roster, true
		rows, entries = append(rows, row), append(entries, e)
	}
	if err := lines.err(); err != nil {
		return nil, err
	}
	if len(rows) == 0 {
		return nil, fmt.Errorf("%s: no line below the header (one line per class and week)", name)
	}
	t := &Table{Weeks: slices.Sorted(maps.Keys(weeks)), Classes: slices.SortedFunc(maps.Keys(school), byName)}
	cells := float64(len(t.Classes)) * float64(len(t.Weeks))
	if float64(len(rows)) < leastFilled*cells {
		return nil, fmt.Errorf("%s: %d lines for %d classes and %d weeks: most classes lack most weeks (week is the school week of the wave, the same for all classes)",
			name, len(rows), len(t.Classes), len(t.Weeks))
	}
	t.Rows = make([]Row, len(t.Classes)*len(t.Weeks))
	index := make(map[string]int, len(t.Classes))
	for i, c := range t.Classes {
		t.Schools = append(t.Schools, school[c])
		index[c] = i
		for w := range t.Weeks {
			t.At(i, w).Roster = roster[c]
		}
	}
	for i, e := range entries {
		wave, _ := slices.BinarySearch(t.Weeks, e.week)
		*t.At(index[e.class], wave) = rows[i]
	}
	return t, nil
}

// byName puts shorter names first, so that numbers stand in their order.
func byName(a, b string) int {
	if d := len(a) - len(b); d != 0 {
		return d
	}
	return strings.Compare(a, b)
}

// row reads the counts of the line at hand.
func (l *lines) row() Row {
	r := Row{
		Roster: l.count("roster"), N: l.count("n"), Y: l.count("y"), B: l.count("b"), VLow: l.count("vlow"),
		NG: [2]int{l.count("n_g0"), l.count("n_g1")},
		YG: [2]int{l.count("y_g0"), l.count("y_g1")},
	}
	if l.failed() {
		return Row{}
	}
	if r.Roster < 1 {
		l.fault("roster 0 (the number of pupils in the class, from 1)")
	}
	if most := r.Roster + max(2, r.Roster/10); r.N > most {
		l.fault("n %d of a roster of %d (at most %d: lost codes are replaced)", r.N, r.Roster, most)
	}
	for _, c := range []struct {
		name     string
		part, of int
	}{{"y", r.Y, r.N}, {"b", r.B, r.N}, {"vlow", r.VLow, r.N},
		{"n_g0 + n_g1", r.NG[0] + r.NG[1], r.N}, {"y_g0", r.YG[0], r.NG[0]}, {"y_g1", r.YG[1], r.NG[1]}} {
		if c.part > c.of {
			l.fault("%s is %d of %d (it counts some of those who answered)", c.name, c.part, c.of)
		}
	}
	r.Mean, r.SS = l.moment("mean_score", r.N), l.moment("ss_score", r.N)
	if l.failed() || r.N == 0 {
		return r
	}
	if r.Mean < 1 || r.Mean > 5 {
		l.fault("mean_score %g (from 1 to 5)", r.Mean)
	}
	if most := 4*float64(r.N) + .01; r.SS < 0 || r.SS > most {
		l.fault("ss_score %g (from 0 to 4 per respondent: the sum of squares about the mean)", r.SS)
	}
	return r
}

// moment is a number that is there if n is not 0.
func (l *lines) moment(column string, n int) float64 {
	s := l.text(column)
	if s == "" || s == "NA" || s == "NaN" {
		if n > 0 {
			l.fault("%s is missing, but n is %d (give the value, or n = 0 and all counts 0)", column, n)
		}
		return 0
	}
	v, err := strconv.ParseFloat(s, 64)
	if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
		l.fault("%s %q is not a number (decimals with a full stop)", column, s)
		return 0
	}
	if n == 0 && v != 0 {
		l.fault("%s is %g, but n is 0 (leave it empty)", column, v)
		return 0
	}
	return v
}

// lines reads a CSV file by the names of its columns and collects its faults.
type lines struct {
	name   string
	csv    *csv.Reader
	column map[string]int
	record []string
	faults []error
	more   int // faults not listed
	bad    bool
}

func newLines(name string, r io.Reader, columns []string) (*lines, error) {
	in := bufio.NewReader(r)
	if magic, _ := in.Peek(2); bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		z, err := gzip.NewReader(in)
		if err != nil {
			return nil, fmt.Errorf("%s: %w (write the file anew with gzip, or plain)", name, err)
		}
		in = bufio.NewReader(z)
	}
	if bom, _ := in.Peek(3); bytes.Equal(bom, []byte("\xef\xbb\xbf")) {
		_, _ = in.Discard(3)
	}
	l := &lines{name: name, csv: csv.NewReader(in), column: map[string]int{}}
	l.csv.ReuseRecord = true
	l.csv.TrimLeadingSpace = true
	header, err := l.csv.Read()
	if errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%s: the file is empty (its first line names the columns: %s)", name, strings.Join(columns, ","))
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	for i, h := range header {
		h = strings.TrimSpace(h)
		if _, twice := l.column[h]; twice {
			return nil, fmt.Errorf("%s:1: column %q stands twice", name, h)
		}
		l.column[h] = i
	}
	var missing []string
	for _, c := range columns {
		if _, ok := l.column[c]; !ok {
			missing = append(missing, c)
		}
	}
	if len(missing) > 0 {
		return nil, fmt.Errorf("%s:1: no column %s (the first line names the columns, between commas: %s)",
			name, strings.Join(missing, ", "), strings.Join(columns, ","))
	}
	return l, nil
}

// next goes to the next line that has as many fields as the header.
func (l *lines) next() bool {
	for {
		record, err := l.csv.Read()
		l.record, l.bad = record, false
		switch {
		case err == nil:
			return true
		case errors.Is(err, io.EOF):
			return false
		case errors.Is(err, csv.ErrFieldCount):
			l.fault("%d fields under %d columns", len(record), l.csv.FieldsPerRecord)
		default:
			l.faults = append(l.faults, fmt.Errorf("%s: %w", l.name, err))
			return false
		}
	}
}

// line is the number of the line at hand.
func (l *lines) line() int {
	line, _ := l.csv.FieldPos(0)
	return line
}

// fault adds a fault of the line at hand.
func (l *lines) fault(format string, args ...any) {
	l.bad = true
	if len(l.faults) == faultsTold {
		l.more++
		return
	}
	l.faults = append(l.faults, fmt.Errorf("%s:%d: %s", l.name, l.line(), fmt.Sprintf(format, args...)))
}

// failed tells whether the line at hand has a fault.
func (l *lines) failed() bool { return l.bad }

// err is all faults so far.
func (l *lines) err() error {
	if l.more > 0 {
		return errors.Join(append(l.faults, fmt.Errorf("%s: and %d more", l.name, l.more))...)
	}
	return errors.Join(l.faults...)
}

// has tells whether the file has a column.
func (l *lines) has(column string) bool {
	_, ok := l.column[column]
	return ok
}

func (l *lines) text(column string) string { return strings.TrimSpace(l.record[l.column[column]]) }

// most is the largest count that is believed.
const most = 1_000_000

// count is a whole number from 0.
func (l *lines) count(column string) int {
	s := l.text(column)
	v, err := strconv.Atoi(s)
	switch {
	case s == "" || s == "NA":
		l.fault("%s is missing (where a class was not asked, n and all counts are 0)", column)
		return 0
	case err != nil || v < 0 || v > most:
		l.fault("%s %q is not a whole number from 0 to %d", column, s, most)
		return 0
	}
	return v
}

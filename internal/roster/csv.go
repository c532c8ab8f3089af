package roster

import (
	"bytes"
	"cmp"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// columns of a roster as CSV. Without size each row is one pupil and is
// counted, so that a class list becomes a number.
var columns = []string{"owner_org", "owner_name", "school_org", "school_name", "written", "class", "grades", "size"}

// parseCSV reads a roster with the columns above, in any order, separated by
// comma or semicolon. Schools and classes keep the order of the file.
func parseCSV(file string, data []byte) (Roster, []Fault) {
	t, faults := readTable(file, data)
	if len(faults) > 0 {
		return Roster{}, faults
	}
	for _, name := range columns {
		if _, there := t.column[name]; !there && name != "size" {
			t.fault(1, fmt.Sprintf("column %s is missing", name), "a roster has the columns "+strings.Join(columns, ", "))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(t.column)) {
		if !slices.Contains(columns, name) {
			t.fault(1, fmt.Sprintf("unknown column %s", name), "a roster has the columns "+strings.Join(columns, ", "))
		}
	}
	if len(t.faults) > 0 {
		return Roster{}, t.faults
	}

	var r Roster
	lines := map[string]int{} // first line of each path
	for _, row := range t.rows {
		r.add(t, row, lines)
	}
	r.check(func(path, message, hint string) { t.fault(lineOf(lines, path), message, hint) })
	if len(t.faults) > 0 {
		slices.SortStableFunc(t.faults, func(a, b Fault) int { return cmp.Compare(a.Line, b.Line) })
		return Roster{}, t.faults
	}
	return r, nil
}

// lineOf is the line of a path, or of the nearest path around it.
func lineOf(lines map[string]int, path string) int {
	for path != "" {
		if line, ok := lines[path]; ok {
			return line
		}
		path = path[:max(strings.LastIndexByte(path, '.'), strings.LastIndexByte(path, '['), 0)]
	}
	return 1
}

// add puts one row of the file into the roster.
func (r *Roster) add(t *table, row tableRow, lines map[string]int) {
	get := func(name string) string { return t.get(row, name) }
	counting := true
	if _, sized := t.column["size"]; sized {
		counting = false
	}

	oi := slices.IndexFunc(r.Owners, func(o Owner) bool { return o.Org == get("owner_org") })
	if oi < 0 {
		oi = len(r.Owners)
		r.Owners = append(r.Owners, Owner{Org: get("owner_org"), Name: get("owner_name")})
		lines[fmt.Sprintf("owners[%d]", oi)] = row.line
	}
	owner := &r.Owners[oi]
	if owner.Name != get("owner_name") {
		t.fault(row.line, fmt.Sprintf("owner %s is called both %q and %q", owner.Org, owner.Name, get("owner_name")), "give it one name")
	}

	si := slices.IndexFunc(owner.Schools, func(s School) bool { return s.Org == get("school_org") })
	if si < 0 {
		si = len(owner.Schools)
		owner.Schools = append(owner.Schools, School{Org: get("school_org"), Name: get("school_name"), Written: get("written")})
		lines[fmt.Sprintf("owners[%d].schools[%d]", oi, si)] = row.line
	}
	school := &owner.Schools[si]
	if school.Name != get("school_name") || school.Written != get("written") {
		t.fault(row.line, fmt.Sprintf("school %s has another name or written standard than above", school.Org), "give it one of each")
	}

	grades, err := parseGrades(get("grades"))
	if err != nil {
		t.fault(row.line, err.Error(), "such as 5, or 5+6 for a class of two grades")
		return
	}
	ci := slices.IndexFunc(school.Classes, func(c Class) bool { return c.Name == get("class") })
	if counting && ci >= 0 {
		class := &school.Classes[ci]
		class.Size++
		for _, g := range grades {
			if !slices.Contains(class.Grades, g) {
				class.Grades = append(class.Grades, g)
			}
		}
		slices.Sort(class.Grades)
		return
	}
	size := 1
	if !counting {
		if size, err = strconv.Atoi(get("size")); err != nil {
			t.fault(row.line, fmt.Sprintf("size %q is not a number", get("size")), "the number of pupils in the class")
			return
		}
	}
	lines[fmt.Sprintf("owners[%d].schools[%d].classes[%d]", oi, si, len(school.Classes))] = row.line
	school.Classes = append(school.Classes, Class{Name: get("class"), Grades: grades, Size: size})
}

// parseGrades reads "5" or "5+6".
func parseGrades(s string) ([]int, error) {
	var grades []int
	for part := range strings.SplitSeq(s, "+") {
		g, err := strconv.Atoi(strings.TrimSpace(part))
		if err != nil {
			return nil, fmt.Errorf("grades %q", s)
		}
		grades = append(grades, g)
	}
	return grades, nil
}

// table is a CSV file with a header, read whole.
type table struct {
	file   string
	column map[string]int
	rows   []tableRow
	faults []Fault
}

type tableRow struct {
	line  int
	cells []string
}

func (t *table) fault(line int, message, hint string) {
	t.faults = append(t.faults, Fault{File: t.file, Line: line, Message: message, Hint: hint})
}

func (t *table) get(row tableRow, name string) string {
	return strings.TrimSpace(row.cells[t.column[name]])
}

// readTable reads a CSV file as spreadsheets save it: a byte order mark and
// semicolons are fine. A header that names pupils is refused before any row is
// looked at.
func readTable(file string, data []byte) (*table, []Fault) {
	t := &table{file: file, column: map[string]int{}}
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	reader := csv.NewReader(bytes.NewReader(data))
	header, _, _ := bytes.Cut(data, []byte("\n"))
	if bytes.Count(header, []byte(";")) > bytes.Count(header, []byte(",")) {
		reader.Comma = ';'
	}
	names, err := reader.Read()
	if err != nil {
		return nil, []Fault{csvFault(file, err)}
	}
	for i, name := range names {
		name = strings.ToLower(strings.TrimSpace(name))
		if namesPupils(name) {
			t.fault(1, fmt.Sprintf("column %s: %s", name, namesNever), "remove the column; one row a pupil, without names, is counted")
		}
		if _, twice := t.column[name]; twice {
			t.fault(1, fmt.Sprintf("column %s stands twice", name), "remove one")
		}
		t.column[name] = i
	}
	if len(t.faults) > 0 {
		return nil, t.faults
	}
	for {
		cells, err := reader.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.faults = append(t.faults, csvFault(file, err))
			return nil, t.faults
		}
		line, _ := reader.FieldPos(0)
		t.rows = append(t.rows, tableRow{line, cells})
	}
	return t, nil
}

// csvFault tells what the CSV reader could not read.
func csvFault(file string, err error) Fault {
	var at *csv.ParseError
	switch {
	case errors.Is(err, io.EOF):
		return Fault{File: file, Line: 1, Message: "the file is empty"}
	case errors.As(err, &at):
		return Fault{File: file, Line: at.Line, Message: at.Err.Error(), Hint: "each row has as many cells as the header"}
	default:
		return Fault{File: file, Message: err.Error()}
	}
}

// FromAnswers makes the roster of recorded answers: a CSV file with the columns
// school, class and wave beside the items. The size of a class is its largest
// number of answers in one wave. All classes have the grades given, which
// recorded answers do not tell. A school that is not an organisation number
// keeps its name and takes a number of the simulated series, in the order of
// the names. owner is what the schools are put under; an empty Org is
// simulated too.
//
// The error joins the faults of the file.
func FromAnswers(file string, answers []byte, owner Owner, grades []int) (Roster, error) {
	t, faults := readTable(file, answers)
	if len(faults) > 0 {
		return Roster{}, joined(faults)
	}
	for _, name := range []string{"school", "class", "wave"} {
		if _, there := t.column[name]; !there {
			t.fault(1, fmt.Sprintf("column %s is missing", name), "recorded answers have school, class, wave and one column per item")
		}
	}
	if len(t.faults) > 0 {
		return Roster{}, joined(t.faults)
	}

	type key struct{ school, class string }
	answered := map[key]map[string]int{}
	for _, row := range t.rows {
		k := key{t.get(row, "school"), t.get(row, "class")}
		if answered[k] == nil {
			answered[k] = map[string]int{}
		}
		recorded := t.get(row, "wave")
		if _, err := strconv.ParseUint(recorded, 10, 16); err != nil {
			t.fault(row.line, fmt.Sprintf("wave %q is no whole number from 0 up", recorded), "number the waves in the order they were asked")
		}
		answered[k][recorded]++
	}
	if len(t.faults) > 0 {
		return Roster{}, joined(t.faults)
	}
	keys := slices.SortedFunc(maps.Keys(answered), func(a, b key) int {
		return cmp.Or(cmp.Compare(a.school, b.school), cmp.Compare(a.class, b.class))
	})

	simulated := 0
	next := func() string {
		simulated++
		return SimulatedOrg(simulated)
	}
	if owner.Org == "" {
		owner.Org = next()
	}
	owner.Schools = nil
	for _, k := range keys {
		last := len(owner.Schools) - 1
		if last < 0 || owner.Schools[last].Name != k.school {
			org := k.school
			if !ValidOrg(org) {
				org = next()
			}
			owner.Schools = append(owner.Schools, School{Org: org, Name: k.school, Written: "nb"})
			last++
		}
		size := slices.Max(slices.Collect(maps.Values(answered[k])))
		owner.Schools[last].Classes = append(owner.Schools[last].Classes, Class{Name: k.class, Grades: grades, Size: size})
	}
	r := Roster{Owners: []Owner{owner}}
	r.check(func(path, message, hint string) { t.fault(0, path+": "+message, hint) })
	if len(t.faults) > 0 {
		return Roster{}, joined(t.faults)
	}
	return r, nil
}

// joined makes one error of faults.
func joined(faults []Fault) error {
	errs := make([]error, len(faults))
	for i, f := range faults {
		errs[i] = f
	}
	return errors.Join(errs...)
}

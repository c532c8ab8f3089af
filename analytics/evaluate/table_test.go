package evaluate

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const header = "class,school,week,roster,n,y,b,vlow,mean_score,ss_score,n_g0,y_g0,n_g1,y_g1\n"

const small = header +
	"1,1,1,17,14,1,1,1,4.0857,9.337,6,0,8,1\n" +
	"1,1,2,17,14,3,1,1,3.8143,9.317,7,2,7,1\n" +
	"10,2,1,20,0,0,0,0,NA,NA,0,0,0,0\n" +
	"10,2,2,20,15,2,0,0,4.2,11.25,7,1,7,1\n" +
	"9,1,2,21,3,0,0,0,4,0,0,0,0,0\n"

func read(t *testing.T, text string) *Table {
	t.Helper()
	table, err := ReadTable("set.csv", strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return table
}

func TestReadTable(t *testing.T) {
	got := read(t, small)
	want := &Table{
		Classes: []string{"1", "9", "10"}, Schools: []string{"1", "1", "2"}, Weeks: []int{1, 2},
		Rows: []Row{
			{Roster: 17, N: 14, Y: 1, B: 1, VLow: 1, Mean: 4.0857, SS: 9.337, NG: [2]int{6, 8}, YG: [2]int{0, 1}},
			{Roster: 17, N: 14, Y: 3, B: 1, VLow: 1, Mean: 3.8143, SS: 9.317, NG: [2]int{7, 7}, YG: [2]int{2, 1}},
			{Roster: 21}, // no line
			{Roster: 21, N: 3, Mean: 4},
			{Roster: 20}, // nobody answered
			{Roster: 20, N: 15, Y: 2, Mean: 4.2, SS: 11.25, NG: [2]int{7, 7}, YG: [2]int{1, 1}},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// The order of lines and columns does not matter, nor whether the file is
// compressed, begins with a byte order mark, or has further columns.
func TestReadTableInAnyForm(t *testing.T) {
	want := read(t, small)
	lines := strings.Split(strings.TrimSpace(small), "\n")
	r := rand.New(rand.NewPCG(1, 2))
	for range 20 {
		r.Shuffle(len(lines)-1, func(i, j int) { lines[i+1], lines[j+1] = lines[j+1], lines[i+1] })
		order := r.Perm(len(Columns))
		var b strings.Builder
		b.WriteString("\xef\xbb\xbf")
		for i, line := range lines {
			fields := strings.Split(line, ",")
			for _, k := range order {
				b.WriteString(fields[k] + ",")
			}
			b.WriteString([]string{"comment", "\"as is, so far\""}[min(i, 1)] + "\r\n")
		}
		var z bytes.Buffer
		w := gzip.NewWriter(&z)
		_, _ = w.Write([]byte(b.String()))
		_ = w.Close()
		for _, file := range []string{b.String(), z.String()} {
			if diff := cmp.Diff(want, read(t, file)); diff != "" {
				t.Fatal(diff)
			}
		}
	}
}

// Every impossible line is told with its number and what to do.
func TestReadTableFaults(t *testing.T) {
	const good = "1,1,1,17,14,1,1,1,4.0857,9.337,6,0,8,1\n"
	for _, tt := range []struct{ name, file, want string }{
		{"nothing", "", "the file is empty"},
		{"a header only", header, "no line below the header"},
		{"another file", "school,class,wave,thrive\nNorth,8A,1,1\n", "set.csv:1: no column week, roster, n, y, b, vlow, mean_score, ss_score, n_g0, y_g0, n_g1, y_g1 "},
		{"semicolons", strings.ReplaceAll(header+good, ",", ";"), "between commas"},
		{"a column twice", "n," + header + "1," + good, `set.csv:1: column "n" stands twice`},
		{"a short line", header + good + "1,1,2\n", "set.csv:3: 3 fields under 14 columns"},
		{"a quote", header + good + "1,\"1,2\n", "extraneous or missing \""},
		{"not gzip", "\x1f\x8b\x08", "write the file anew with gzip, or plain"},
		{"not a number", header + "1,1,1,17,x,1,1,1,4,9,6,0,8,1\n", `set.csv:2: n "x" is not a whole number`},
		{"below zero", header + "1,1,1,17,-3,1,1,1,4,9,6,0,8,1\n", `set.csv:2: n "-3" is not a whole number`},
		{"missing count", header + "1,1,1,17,NA,1,1,1,4,9,6,0,8,1\n", "set.csv:2: n is missing (where a class was not asked, n and all counts are 0)"},
		{"a huge count", header + "1,1,1,17,99999999999999999999,1,1,1,4,9,6,0,8,1\n", "is not a whole number"},
		{"no roster", header + "1,1,1,0,2,1,1,1,4,1,1,0,1,1\n", "set.csv:2: roster 0"},
		{"n above roster", header + "1,1,1,17,20,1,1,1,4,9,6,0,8,1\n", "set.csv:2: n 20 of a roster of 17 (at most 19"},
		{"y above n", header + "1,1,1,17,14,15,1,1,4,9,6,0,8,1\n", "set.csv:2: y is 15 of 14"},
		{"b above n", header + "1,1,1,17,14,1,15,1,4,9,6,0,8,1\n", "set.csv:2: b is 15 of 14"},
		{"vlow above n", header + "1,1,1,17,14,1,1,15,4,9,6,0,8,1\n", "set.csv:2: vlow is 15 of 14"},
		{"genders above n", header + "1,1,1,17,14,1,1,1,4,9,7,0,8,1\n", "set.csv:2: n_g0 + n_g1 is 15 of 14"},
		{"y of a gender", header + "1,1,1,17,14,1,1,1,4,9,6,7,8,1\n", "set.csv:2: y_g0 is 7 of 6"},
		{"counts without n", header + "1,1,1,17,0,1,0,0,NA,NA,0,0,0,0\n", "set.csv:2: y is 1 of 0"},
		{"no mean", header + "1,1,1,17,14,1,1,1,NA,9,6,0,8,1\n", "set.csv:2: mean_score is missing, but n is 14"},
		{"empty ss", header + "1,1,1,17,14,1,1,1,4,,6,0,8,1\n", "set.csv:2: ss_score is missing, but n is 14"},
		{"mean without n", header + "1,1,1,17,0,0,0,0,4,NA,0,0,0,0\n", "set.csv:2: mean_score is 4, but n is 0"},
		{"decimal comma", header + "1,1,1,17,14,1,1,1,\"4,1\",9,6,0,8,1\n", `set.csv:2: mean_score "4,1" is not a number (decimals with a full stop)`},
		{"infinite mean", header + "1,1,1,17,14,1,1,1,Inf,9,6,0,8,1\n", `mean_score "Inf" is not a number`},
		{"mean off the scale", header + "1,1,1,17,14,1,1,1,5.2,9,6,0,8,1\n", "set.csv:2: mean_score 5.2 (from 1 to 5)"},
		{"impossible spread", header + "1,1,1,17,14,1,1,1,4,99,6,0,8,1\n", "set.csv:2: ss_score 99 (from 0 to 4 per respondent"},
		{"week 0", header + "1,1,0,17,14,1,1,1,4,9,6,0,8,1\n", "set.csv:2: week 0"},
		{"twice", header + good + "2,1,1,17,14,1,1,1,4,9,6,0,8,1\n" + good, "set.csv:4: class 1 has week 1 on line 2 already (keep one of them)"},
		{"two schools", header + good + "1,2,2,17,14,1,1,1,4,9,6,0,8,1\n", "set.csv:3: class 1 is in school 2 here and in school 1 before"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			table, err := ReadTable("set.csv", strings.NewReader(tt.file))
			if err == nil {
				t.Fatalf("read as %+v", table)
			}
			if !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %q, want %q in it", err, tt.want)
			}
		})
	}
}

// A file with many faults tells the first twenty and how many more there are.
func TestReadTableTellsManyFaults(t *testing.T) {
	_, err := ReadTable("set.csv", strings.NewReader(header+strings.Repeat("1,1,1,17,14,99,1,1,4,9,6,0,8,1\n", 50)))
	if err == nil {
		t.Fatal("no fault")
	}
	lines := strings.Split(err.Error(), "\n")
	if len(lines) != faultsTold+1 || lines[faultsTold] != "set.csv: and 30 more" {
		t.Errorf("%d lines, the last %q", len(lines), lines[len(lines)-1])
	}
}

// Stray weeks do not ask for memory beyond the file's own size.
func TestReadTableStrayWeeks(t *testing.T) {
	var b strings.Builder
	b.WriteString(header)
	for i := range 200 {
		fmt.Fprintf(&b, "%d,1,%d,17,14,1,1,1,4,9,6,0,8,1\n", i, i+1)
	}
	_, err := ReadTable("set.csv", strings.NewReader(b.String()))
	if err == nil || !strings.Contains(err.Error(), "most classes lack most weeks") {
		t.Errorf("got %v", err)
	}
}

func FuzzReadTable(f *testing.F) {
	f.Add([]byte(small))
	f.Add([]byte(header))
	f.Add([]byte("class,week\n1,1\n"))
	f.Add([]byte(header + "1,1,1,17,14,1,1,1,NaN,9.337,6,0,8,1\n"))
	f.Add([]byte(header + "1,1,1,17,14,1,1,1,1e400,-0,6,0,8,1\n1,1,1\n"))
	f.Add([]byte("\x1f\x8b\x08\x00\x00\x00\x00\x00"))
	f.Fuzz(func(t *testing.T, file []byte) {
		table, err := ReadTable("f", bytes.NewReader(file))
		if err != nil {
			return
		}
		for i, r := range table.Rows {
			if r.Y > r.N || r.B > r.N || r.VLow > r.N || r.N > 0 && !(r.Mean >= 1 && r.Mean <= 5) || r.N == 0 && (r.Mean != 0 || r.SS != 0) {
				t.Fatalf("row %d: %+v", i, r)
			}
		}
		for _, m := range Methods() {
			if got := m.Score(table, table); len(got) != len(table.Classes) || len(got[0]) != len(table.Weeks) {
				t.Fatalf("%s: wrong shape", m.Name)
			}
		}
	})
}

package main

import (
	"compress/gzip"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
)

// table is the named columns of a file, all of one length.
type table struct {
	rows    int
	columns map[string][]string
}

// readFile reads the wanted columns of a CSV file, plain or gzipped.
func readFile(name string, columns []string) (*table, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	var r io.Reader = f
	if strings.HasSuffix(name, ".gz") {
		z, err := gzip.NewReader(f)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		r = z
	}
	t, err := readTable(r, columns)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return t, nil
}

func readTable(r io.Reader, columns []string) (*table, error) {
	in := csv.NewReader(r)
	in.ReuseRecord = true
	header, err := in.Read()
	if errors.Is(err, io.EOF) {
		return nil, errors.New("the file is empty; it wants a header")
	}
	if err != nil {
		return nil, err
	}
	at := map[string]int{}
	for i, name := range header {
		at[strings.TrimPrefix(name, "\ufeff")] = i
	}
	t := &table{columns: map[string][]string{}}
	for _, name := range columns {
		if _, ok := at[name]; !ok {
			return nil, fmt.Errorf("no column %s; the file wants %s", name, strings.Join(columns, ", "))
		}
	}
	for {
		record, err := in.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		for _, name := range columns {
			t.columns[name] = append(t.columns[name], strings.Clone(record[at[name]]))
		}
		t.rows++
	}
	if t.rows == 0 {
		return nil, errors.New("no row below the header")
	}
	return t, nil
}

// missing tells whether a field has no answer.
func missing(field string) bool { return field == "" || field == "NA" }

// scale reads the answers of a column from low to high; 0 is none, and so is
// anything else within codes, which are a survey's own words for why there is
// no answer.
func (t *table) scale(column string, low, high int, codes ...int) ([]int, error) {
	answers := make([]int, t.rows)
	for i, field := range t.columns[column] {
		if missing(field) {
			continue
		}
		n, err := strconv.Atoi(field)
		if err != nil {
			return nil, fmt.Errorf("row %d: %s is %q, not a number", i+1, column, field)
		}
		switch {
		case n >= low && n <= high:
			answers[i] = n
		case !slices.Contains(codes, n):
			return nil, fmt.Errorf("row %d: %s is %d; answers are %d to %d", i+1, column, n, low, high)
		}
	}
	return answers, nil
}

// index numbers the names of a column, numbers in their order and before names,
// which are by the alphabet; -1 is a row without one.
func (t *table) index(column string) (of []int, names []string) {
	at := map[string]int{}
	for _, field := range t.columns[column] {
		if !missing(field) {
			at[field] = 0
		}
	}
	names = slices.SortedFunc(maps.Keys(at), func(a, b string) int {
		n, errA := strconv.Atoi(a)
		m, errB := strconv.Atoi(b)
		if errA == nil && errB == nil && n != m {
			return n - m
		}
		return strings.Compare(a, b)
	})
	for i, name := range names {
		at[name] = i
	}
	of = make([]int, t.rows)
	for i, field := range t.columns[column] {
		of[i] = -1
		if !missing(field) {
			of[i] = at[field]
		}
	}
	return of, names
}

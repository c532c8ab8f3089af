package store

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/ClickHouse/clickhouse-go/v2"
)

// Column is a column of a table, and its type.
type Column struct{ Table, Name, Type string }

func (c Column) String() string { return c.Table + "." + c.Name + " " + c.Type }

var (
	createTable = regexp.MustCompile(`(?s)CREATE TABLE IF NOT EXISTS (\w+)\s*\((.*?)\n\)`)
	addColumn   = regexp.MustCompile(`ALTER TABLE (\w+)\s+ADD COLUMN IF NOT EXISTS (.*)`)
)

// DeclaredColumns are those that the migrations make, and no others may be.
func DeclaredColumns() []Column {
	var all []Column
	add := func(table, line string) {
		name, kind, _ := strings.Cut(strings.Trim(strings.TrimSpace(line), ","), " ")
		if name == "" || name == "INDEX" || strings.HasPrefix(name, "--") {
			return
		}
		kind, _, _ = strings.Cut(kind, " DEFAULT ")
		all = append(all, Column{table, strings.Trim(name, "`"), strings.TrimSpace(kind)})
	}
	for _, m := range migrations {
		if made := createTable.FindStringSubmatch(m.statement); made != nil {
			for line := range strings.SplitSeq(made[2], "\n") {
				add(made[1], line)
			}
		}
		if added := addColumn.FindStringSubmatch(m.statement); added != nil {
			add(added[1], added[2])
		}
	}
	return all
}

// ColumnsSeen are all columns that the database shows to this user.
func (s *Store) ColumnsSeen(ctx context.Context) ([]Column, error) {
	var all []Column
	var c Column
	err := s.each(ctx, "Columns", []any{&c.Table, &c.Name, &c.Type}, func() error {
		all = append(all, c)
		return nil
	})
	return all, err
}

// GrantsSeen is what this user may do, as the database says, in the form of
// NormalGrants.
func (s *Store) GrantsSeen(ctx context.Context) ([]string, error) {
	var all []string
	var line string
	err := s.each(ctx, "Grants", []any{&line}, func() error {
		all = append(all, line)
		return nil
	})
	return NormalGrants(all), err
}

// NormalGrants writes grants one by one, a privilege of a column or table each,
// sorted, so that two ways to say the same are the same.
func NormalGrants(statements []string) []string {
	var all []string
	for _, statement := range statements {
		statement, rest, _ := strings.Cut(strings.ReplaceAll(strings.TrimPrefix(statement, "GRANT "), "`", ""), " TO ")
		privileges, object, _ := strings.Cut(statement, " ON ")
		if strings.HasSuffix(rest, "WITH GRANT OPTION") {
			object += ", to hand on"
		}
		for _, privilege := range splitOutside(privileges) {
			name, columns, some := strings.Cut(strings.TrimSuffix(privilege, ")"), "(")
			if !some {
				all = append(all, name+" ON "+object)
			}
			for column := range strings.SplitSeq(columns, ",") {
				if some {
					all = append(all, name+"("+strings.TrimSpace(column)+") ON "+object)
				}
			}
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// splitOutside splits at commas that stand in no parentheses.
func splitOutside(list string) []string {
	var all []string
	depth, from := 0, 0
	for i, r := range list {
		switch {
		case r == '(':
			depth++
		case r == ')':
			depth--
		case r == ',' && depth == 0:
			all = append(all, strings.TrimSpace(list[from:i]))
			from = i + 1
		}
	}
	return append(all, strings.TrimSpace(list[from:]))
}

// LogTables are what a server of ClickHouse keeps of queries, and of parts, if
// it is let: each could tell the minute of a ballot (ANONYMITY §3).
var LogTables = []string{
	"query_log", "query_thread_log", "query_views_log", "part_log", "text_log", "trace_log", "metric_log",
	"asynchronous_metric_log", "asynchronous_insert_log", "processors_profile_log", "session_log", "opentelemetry_span_log",
}

// What the database answers when asked for what is not there, or not for us.
const (
	codeUnknownTable = 60
	codeAccessDenied = 497
)

// LogRows is how many rows a table of the server's own log has. It is hidden if
// it is there and this user may not look.
func (s *Store) LogRows(ctx context.Context, table string) (rows uint64, hidden bool, err error) {
	rows, err = s.count(ctx, "LogRows", param("log", "system"), param("table", table))
	var said *clickhouse.Exception
	if errors.As(err, &said) {
		switch said.Code {
		case codeUnknownTable:
			return 0, false, nil
		case codeAccessDenied:
			return 0, true, nil
		}
	}
	return rows, false, err
}

// TablesWithoutPassword are the tables that the database shows to whoever asks
// as the user default without a password. To be turned away is to see none.
func TablesWithoutPassword(ctx context.Context, url, database string) ([]string, error) {
	options, err := connection(Options{URL: url, Database: database, User: "default"})
	if err != nil {
		return nil, err
	}
	var tables []string
	err = with(*options, func(s *Store) error {
		seen, err := s.ColumnsSeen(ctx)
		for _, c := range seen {
			if !slices.Contains(tables, c.Table) {
				tables = append(tables, c.Table)
			}
		}
		return err
	})
	var refused *clickhouse.Exception
	if errors.As(err, &refused) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("ask without a password: %w", err)
	}
	return tables, nil
}

package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// Kept are the tables that a backup holds, each with the role that reads and
// writes the whole of it. What is not here is in none: answers and codes of
// waves that are not released, the nullifiers of those that are, which are kept
// for thirty days and no longer (ANONYMITY §3), requests to be let in, which are
// kept no longer either, and what a start makes anew.
var Kept = []struct {
	Table string
	Role  Role
}{
	{"roster_version", RoleJob},
	{"wave_event", RoleJob},
	{"counts", RoleJob},
	{"wave_link", RoleJob},
	{"summary", RoleJob},
	{"vintage", RoleJob},
	{"release", RoleJob},
	{"duty_event", RoleJob},
	{"rate_choice", RoleStaff},
	{"rhythm_choice", RoleStaff},
	{"told", RoleStaff}, // without it all would be told again
	{"pause", RoleStaff},
	{"voided", RoleStaff},
	{"access_event", RoleStaff},
	{"audit", RoleStaff},
}

var errNotHTTP = errors.New("only a ClickHouse that answers HTTP can be backed up from here: for one of your own see deploy/clickhouse/backup.sql")

// Dump writes one table, as ClickHouse's own format Native.
func Dump(ctx context.Context, opts Options, table string, to io.Writer) error {
	body, err := raw(ctx, opts, "SELECT * FROM `"+table+"` ORDER BY ALL FORMAT Native", http.NoBody)
	if err != nil {
		return fmt.Errorf("read table %s: %w", table, err)
	}
	defer func() { _ = body.Close() }()
	if _, err := io.Copy(to, body); err != nil {
		return fmt.Errorf("read table %s: %w", table, err)
	}
	return nil
}

// Restore adds what Dump wrote to a table.
func Restore(ctx context.Context, opts Options, table string, from io.Reader) error {
	body, err := raw(ctx, opts, "INSERT INTO `"+table+"` FORMAT Native", from)
	if err != nil {
		return fmt.Errorf("write table %s: %w", table, err)
	}
	return body.Close()
}

// raw asks ClickHouse for something whose rows are not looked at here. A reply
// that was cut is an error of reading it.
func raw(ctx context.Context, opts Options, query string, body io.Reader) (io.ReadCloser, error) {
	if !strings.HasPrefix(opts.URL, "http") {
		return nil, errNotHTTP
	}
	// Whatever is wrong is told before the first byte of the reply.
	settings := url.Values{"database": {opts.Database}, "query": {query}, "log_queries": {"0"}, "wait_end_of_query": {"1"}}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, opts.URL+"/?"+settings.Encode(), body)
	if err != nil {
		return nil, errNotHTTP
	}
	req.SetBasicAuth(opts.User, opts.Password)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, fault("raw", err)
	}
	if res.StatusCode != http.StatusOK {
		said, _ := io.ReadAll(io.LimitReader(res.Body, 1<<10))
		_ = res.Body.Close()
		return nil, fmt.Errorf("clickhouse refuses: %s: %s", res.Status, strings.TrimSpace(string(said)))
	}
	return res.Body, nil
}

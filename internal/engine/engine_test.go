package engine

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
)

func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == HostCommand {
		fmt.Fprintln(os.Stderr, Host(os.Args[2:]))
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// start gives a test an engine of its own.
func start(t *testing.T, opts Options) *Engine {
	t.Helper()
	if opts.Dir == "" {
		opts.Dir = t.TempDir()
	}
	e, err := Start(t.Context(), opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = e.Stop(t.Context()) })
	return e
}

// ask runs a query and returns status and body.
func ask(t *testing.T, e *Engine, user, password, query string) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, e.URL()+"/?user="+url.QueryEscape(user)+"&password="+url.QueryEscape(password), strings.NewReader(query))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, strings.TrimSpace(string(body))
}

func TestX(t *testing.T) {
	e := start(t, Options{})
	for _, q := range []string{
		"CREATE DATABASE folgmed", "CREATE DATABASE folgmed_test_1", "CREATE DATABASE other",
		"CREATE TABLE folgmed.a (w UInt32, x String) ENGINE=MergeTree PARTITION BY w ORDER BY x SETTINGS fsync_after_insert=1, fsync_part_directory=1, min_rows_to_fsync_after_merge=1",
		"CREATE TABLE folgmed.b (w UInt32, x String) ENGINE=MergeTree PARTITION BY w ORDER BY x",
		"INSERT INTO folgmed.a VALUES (1,'a'),(2,'b')",
		"ALTER TABLE folgmed.a MOVE PARTITION ID '1' TO TABLE folgmed.b",
		"ALTER TABLE folgmed.a MOVE PARTITION ID '1' TO TABLE folgmed.b",
		"ALTER TABLE folgmed.b DROP PARTITION ID '1'",
		"ALTER TABLE folgmed.b DROP PARTITION ID '1'",
		"OPTIMIZE TABLE folgmed.a PARTITION ID '2' FINAL",
		"SELECT * FROM folgmed.a",
		"SELECT name FROM system.columns WHERE database='folgmed'",
		"SELECT name FROM system.tables WHERE database='system'",
		"SELECT name, value, changed FROM system.settings WHERE changed",
		"SELECT name, value FROM system.server_settings WHERE changed",
		"SELECT name, keep_free_space FROM system.disks",
		"SELECT version(), timezone()",
		"SELECT * FROM file('/etc/passwd', 'LineAsString')",
		"SELECT * FROM url('http://127.0.0.1/', 'LineAsString')",
		"SHOW GRANTS",
		"DROP TABLE folgmed.a", "DROP DATABASE folgmed_test_1",
	} {
		code, body := ask(t, e, User, e.Password(), q)
		t.Log(q, "=>", code, body)
	}
}

package engine

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == HostCommand {
		fmt.Fprintln(os.Stderr, Host(os.Args[2:]))
		os.Exit(1)
	}
	if dir := os.Getenv(parentVariable); dir != "" {
		parent(dir)
	}
	if filepath.Base(os.Args[0]) == "clickhouse" {
		standIn(os.Args[1:])
	}
	os.Exit(m.Run())
}

// parentVariable makes the test binary a parent of an engine, to be killed.
const parentVariable = "FOLGMED_TEST_ENGINE_PARENT"

func parent(dir string) {
	e, err := Start(context.Background(), Options{Dir: dir})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	_, _ = fmt.Fprintln(os.Stdout, e.PID())
	select {}
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

// up waits until the engine answers again.
func up(t *testing.T, e *Engine) {
	t.Helper()
	for {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, e.URL()+"/?query=SELECT%201", nil)
		if err != nil {
			t.Fatal(err)
		}
		req.SetBasicAuth(e.User(), e.Password())
		if resp, err := http.DefaultClient.Do(req); err == nil {
			_ = resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return
			}
		}
		select {
		case <-t.Context().Done():
			t.Fatal("the engine did not come up again")
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// must runs a query as our user.
func must(t *testing.T, e *Engine, query string) string {
	t.Helper()
	status, body := ask(t, e, e.User(), e.Password(), query)
	if status != http.StatusOK {
		t.Fatalf("%s: %d %s", query, status, body)
	}
	return body
}

func TestKilledEngineComesBackWithItsData(t *testing.T) {
	e := start(t, Options{})
	must(t, e, "CREATE DATABASE folgmed")
	must(t, e, "CREATE TABLE folgmed.t (n UInt32) ENGINE = MergeTree ORDER BY n SETTINGS fsync_after_insert = 1")
	must(t, e, "INSERT INTO folgmed.t VALUES (42)")
	url := e.URL()
	for fall := range uint64(2) {
		killed := e.PID()
		if err := syscall.Kill(killed, syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		for e.Restarts() == fall {
			time.Sleep(10 * time.Millisecond)
		}
		up(t, e)
		if got := e.PID(); got == killed || got == 0 {
			t.Errorf("PID() = %d after the kill of %d", got, killed)
		}
	}
	if e.URL() != url {
		t.Errorf("URL() = %s after a restart, was %s", e.URL(), url)
	}
	if got := must(t, e, "SELECT n FROM folgmed.t"); got != "42" {
		t.Errorf("read %q after a restart, wrote 42", got)
	}
}

// TestStrangerReadsNothing tries what a caller on the same machine may try who
// knows no password: as `default`, which must exist, and by guessing.
func TestStrangerReadsNothing(t *testing.T) {
	dir := t.TempDir()
	e := start(t, Options{Dir: dir})
	must(t, e, "CREATE DATABASE folgmed")
	must(t, e, "CREATE TABLE folgmed.answers (secret String) ENGINE = MergeTree ORDER BY secret")
	must(t, e, "INSERT INTO folgmed.answers VALUES ('canary')")
	if err := os.WriteFile(filepath.Join(dir, "data", "file.txt"), []byte("canary"), 0o600); err != nil {
		t.Fatal(err)
	}
	queries := []string{
		"SELECT * FROM folgmed.answers",
		"SELECT count() FROM folgmed.answers",
		"INSERT INTO folgmed.answers VALUES ('x')",
		"ALTER TABLE folgmed.answers DELETE WHERE 1",
		"DROP TABLE folgmed.answers",
		"DROP DATABASE folgmed",
		"CREATE DATABASE folgmed_other",
		"CREATE TABLE default.t (a String) ENGINE = Memory",
		"CREATE TEMPORARY TABLE t (a String) ENGINE = File(CSV)",
		"SELECT * FROM file('" + filepath.Join(dir, "users.xml") + "', 'LineAsString')",
		"SELECT * FROM file('file.txt', 'LineAsString')",
		"SELECT file('file.txt')",
		"INSERT INTO FUNCTION file('out.txt', 'CSV', 'a String') VALUES ('x')",
		"SELECT * FROM url('" + e.URL() + "/ping', 'LineAsString')",
		"SELECT * FROM remote('127.0.0.1', 'folgmed', 'answers')",
		"SELECT * FROM executable('id', 'LineAsString', 'a String')",
		"SELECT * FROM python('x')",
		"SELECT * FROM s3('http://127.0.0.1/x', 'LineAsString')",
		"SELECT * FROM mergeTreeIndex(folgmed, answers)",
		"SELECT * FROM merge('folgmed', '.*')",
		"SELECT * FROM cluster('default', folgmed.answers)",
		"SELECT * FROM system.processes",
		"SELECT * FROM system.parts",
		"SELECT * FROM system.users",
		"SELECT * FROM system.query_log",
		"SYSTEM SHUTDOWN",
		"SYSTEM FLUSH LOGS",
		"SYSTEM STOP MERGES folgmed.answers",
		"KILL QUERY WHERE 1",
		"CREATE USER x",
		"GRANT SELECT ON *.* TO default",
		"BACKUP DATABASE folgmed TO File('b')",
		"SHOW CREATE TABLE folgmed.answers",
	}
	for _, query := range queries {
		if status, body := ask(t, e, "default", "", query); status == http.StatusOK || strings.Contains(body, "canary") {
			t.Errorf("default may %s: %d %s", query, status, body)
		}
	}
	// These are open to every user of ClickHouse and must hold nothing.
	for _, query := range []string{"SHOW DATABASES", "SELECT name FROM system.tables", "SELECT name FROM system.columns WHERE database = 'folgmed'"} {
		if _, body := ask(t, e, "default", "", query); strings.Contains(body, "folgmed\n") || strings.Contains(body, "answers") || strings.Contains(body, "secret") {
			t.Errorf("default learns from %s: %s", query, body)
		}
	}
	for _, password := range []string{"", "folgmed", "default"} {
		if status, _ := ask(t, e, e.User(), password, "SELECT 1"); status == http.StatusOK {
			t.Errorf("password %q opens the engine", password)
		}
	}
	if got := must(t, e, "SELECT secret FROM folgmed.answers"); got != "canary" {
		t.Errorf("read %q after all that, wrote canary", got)
	}
	if e.Restarts() != 0 {
		t.Errorf("a stranger felled the engine %d times", e.Restarts())
	}
}

// TestOurUserStaysInside holds that a hole in a query of ours would still not
// reach a file, another machine or another user.
func TestOurUserStaysInside(t *testing.T) {
	e := start(t, Options{})
	for _, query := range []string{
		"SELECT * FROM file('/etc/passwd', 'LineAsString')",
		"SELECT * FROM url('" + e.URL() + "/ping', 'LineAsString')",
		"SELECT * FROM remote('127.0.0.1', 'system', 'one')",
		"SELECT * FROM executable('id', 'LineAsString', 'a String')",
		"CREATE DATABASE other",
		"CREATE USER x",
		"SYSTEM SHUTDOWN",
	} {
		if status, body := ask(t, e, e.User(), e.Password(), query); status == http.StatusOK {
			t.Errorf("our user may %s: %s", query, body)
		}
	}
}

func TestSecondStartIsRefused(t *testing.T) {
	dir := t.TempDir()
	e := start(t, Options{Dir: dir})
	_, err := Start(t.Context(), Options{Dir: dir})
	if !errors.Is(err, ErrLocked) || !strings.Contains(err.Error(), dir) {
		t.Fatalf("second start: %v", err)
	}
	up(t, e)
	if err := e.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := e.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	start(t, Options{Dir: dir})
}

func TestFaultsSayWhatToDo(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = taken.Close() }()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, []byte("not a library"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name string
		opts Options
		want []string
	}{
		{"port taken", Options{Dir: t.TempDir(), Port: taken.Addr().(*net.TCPAddr).Port}, []string{"port is taken", "choose another"}},
		{"library missing", Options{Dir: t.TempDir(), Library: "/no/libchdb.so"}, []string{"/no/libchdb.so", "make engine"}},
		{"library broken", Options{Dir: t.TempDir(), Library: file}, []string{"load the engine library", file}},
		{"directory is a file", Options{Dir: file}, []string{"can not be written", "--data"}},
		{"directory not writable", Options{Dir: "/proc/self/data"}, []string{"can not be written", "--data"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			e, err := Start(t.Context(), test.opts)
			if err == nil {
				_ = e.Stop(t.Context())
				t.Fatal("it started")
			}
			for _, want := range test.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("error %q does not say %q", err, want)
				}
			}
		})
	}
}

func TestNothingFound(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	t.Chdir(t.TempDir())
	_, err := Start(t.Context(), Options{Dir: t.TempDir()})
	if !errors.Is(err, ErrNotFound) || !strings.Contains(err.Error(), "make engine") {
		t.Fatalf("with nothing to find: %v", err)
	}
}

// TestEngineEndsWithItsParent kills a parent outright. Its engine must end, and
// the directory be free for the next start.
func TestEngineEndsWithItsParent(t *testing.T) {
	dir := t.TempDir()
	parent := exec.Command(os.Args[0])
	parent.Env = append(os.Environ(), parentVariable+"="+dir)
	parent.Stderr = os.Stderr
	out, err := parent.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := parent.Start(); err != nil {
		t.Fatal(err)
	}
	var pid int
	if _, err := fmt.Fscan(out, &pid); err != nil {
		t.Fatal(err)
	}
	if err := parent.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = parent.Wait()
	start(t, Options{Dir: dir})
	if err := syscall.Kill(pid, 0); err == nil {
		// An ended process without a parent may stay a zombie for a moment.
		state, _ := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
		if _, rest, _ := strings.Cut(string(state), ") "); rest != "" && !strings.HasPrefix(rest, "Z") {
			t.Errorf("the engine of a killed parent still runs: %s", state)
		}
	}
}

// TestNoTraceOfQueries looks for a query's text in all that the engine keeps.
func TestNoTraceOfQueries(t *testing.T) {
	dir := t.TempDir()
	var logged bytes.Buffer
	e := start(t, Options{Dir: dir, Log: slog.New(slog.NewTextHandler(&logged, nil))})
	must(t, e, "SELECT 'canary0123456789'")
	ask(t, e, e.User(), e.Password(), "SELECT 'canary0123456789' FROM folgmed.none")
	limits, err := os.ReadFile(fmt.Sprintf("/proc/%d/limits", e.PID()))
	if err != nil || !regexp.MustCompile(`Max core file size +0 +0 `).Match(limits) {
		t.Errorf("a crash may leave the engine's memory on disk: %v\n%s", err, limits)
	}
	if err := syscall.Kill(e.PID(), syscall.SIGSEGV); err != nil { // it reports the crash
		t.Fatal(err)
	}
	for e.Restarts() == 0 {
		time.Sleep(10 * time.Millisecond)
	}
	if err := e.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(logged.String(), "engine fell") {
		t.Errorf("the log does not tell of the fall: %s", &logged)
	}
	files := 0
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		files++
		text, err := os.ReadFile(path)
		for _, secret := range []string{"canary0123456789", e.Password()} {
			if bytes.Contains(text, []byte(secret)) {
				t.Errorf("%s holds %s", path, secret)
			}
		}
		return err
	})
	if err != nil || files < 3 {
		t.Fatalf("looked at %d files: %v", files, err)
	}
	if strings.Contains(logged.String(), "canary") {
		t.Errorf("the log holds a query: %s", &logged)
	}
	info, err := os.Stat(filepath.Join(dir, "users.xml"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("users.xml: %v, %v", info.Mode(), err)
	}
}

func TestNewEnough(t *testing.T) {
	for out, want := range map[string]bool{
		"ClickHouse server version 25.8.1.1 (official build).":   true,
		"ClickHouse server version 26.1.2.3 (official build).":   true,
		"ClickHouse server version 25.7.9.9 (official build).":   false,
		"ClickHouse server version 24.12.1.1 (official build).":  false,
		"ClickHouse local version 100.1.1.1 (official build).":   true,
		"clickhouse: error while loading shared libraries: libx": false,
		"": false,
	} {
		if got := newEnough(out); got != want {
			t.Errorf("newEnough(%q) = %v, want %v", out, got, want)
		}
	}
}

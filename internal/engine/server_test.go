package engine

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/xml"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// standIn behaves like a clickhouse binary as far as the engine can tell: it
// says its version, reads the two files, listens, knows our user, and ends at
// SIGTERM. A real one can not be installed where these tests must run.
func standIn(args []string) {
	if len(args) == 2 && args[1] == "--version" {
		version, err := os.ReadFile(filepath.Join(filepath.Dir(os.Args[0]), "version"))
		if err != nil {
			os.Exit(1)
		}
		_, _ = fmt.Fprintf(os.Stdout, "ClickHouse server version %s.1.1 (official build).\n", version)
		os.Exit(0)
	}
	var config struct {
		Path   string `xml:"path"`
		Listen string `xml:"listen_host"`
		Port   string `xml:"http_port"`
		TCP    string `xml:"tcp_port"`
		Users  string `xml:"user_directories>users_xml>path"`
	}
	var users struct {
		Default *struct{} `xml:"users>default"`
		Hash    string    `xml:"users>folgmed>password_sha256_hex"`
	}
	file, found := strings.CutPrefix(args[1], "--config-file=")
	if !found || args[0] != "server" {
		fail("called with %q", args)
	}
	read(file, &config)
	read(config.Users, &users)
	if users.Default != nil || config.TCP != "" || !strings.HasPrefix(config.Path, "/") {
		fail("a server needs no default user and no native port")
	}
	err := http.ListenAndServe(config.Listen+":"+config.Port, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, password, _ := r.BasicAuth()
		if sum := sha256.Sum256([]byte(password)); hex.EncodeToString(sum[:]) != users.Hash {
			w.WriteHeader(http.StatusUnauthorized)
		}
	}))
	fail("listen: %v", err)
}

func read(file string, into any) {
	text, err := os.ReadFile(file)
	if err == nil {
		err = xml.Unmarshal(text, into)
	}
	if err != nil {
		fail("read %s: %v", file, err)
	}
}

func fail(format string, args ...any) {
	fmt.Fprintf(os.Stderr, format+"\n", args...)
	os.Exit(1)
}

// onPath puts a clickhouse of this version first on PATH.
func onPath(t *testing.T, version string) {
	t.Helper()
	dir := t.TempDir()
	exe, err := os.Executable()
	if err == nil {
		err = os.Symlink(exe, filepath.Join(dir, "clickhouse"))
	}
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, "version"), []byte(version), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir+":"+os.Getenv("PATH"))
}

func TestServerOnPathIsChosen(t *testing.T) {
	onPath(t, "25.8")
	dir := t.TempDir()
	e := start(t, Options{Dir: dir})
	if e.program.library {
		t.Fatalf("chose %s over a clickhouse on PATH", e.program.path)
	}
	// The host is killed outright: its server goes with it, and another comes.
	if err := syscall.Kill(e.PID(), syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	for e.Restarts() == 0 {
		time.Sleep(10 * time.Millisecond)
	}
	up(t, e)
	if err := e.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	if resp, err := http.Get(e.URL()); err == nil {
		_ = resp.Body.Close()
		t.Error("the server still listens after Stop")
	}
}

func TestOldServerOnPathIsPassedOver(t *testing.T) {
	onPath(t, "24.3")
	if e := start(t, Options{Dir: t.TempDir()}); !e.program.library {
		t.Errorf("chose %s, which is too old", e.program.path)
	}
}

// Package storetest gives each test a database of its own on a real
// ClickHouse: an embedded engine that the test binary starts once, or the
// server that FOLGMED_TEST_CLICKHOUSE_URL names
// (http://user:password@host:8123, or clickhouse://user:password@host:9000).
//
// A package that uses it needs
//
//	func TestMain(m *testing.M) { storetest.Main(m) }
package storetest

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/ClickHouse/clickhouse-go/v2"

	"github.com/folgmed/folgmed/internal/engine"
	"github.com/folgmed/folgmed/internal/store"
)

const urlVariable = "FOLGMED_TEST_CLICKHOUSE_URL"

// server is the ClickHouse of this test binary.
var server struct {
	sync.Mutex
	main    bool
	options *store.Options
	engine  *engine.Engine
	dir     string
}

// Main runs the tests and ends the engine after them. It also answers when the
// engine calls this executable to be its host, so it must be the whole of
// TestMain.
func Main(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == engine.HostCommand {
		fmt.Fprintln(os.Stderr, engine.Host(os.Args[2:]))
		os.Exit(1)
	}
	server.main = true
	code := m.Run()
	if server.engine != nil {
		_ = server.engine.Stop(context.Background())
		_ = os.RemoveAll(server.dir)
	}
	os.Exit(code)
}

// New opens a store on a new, empty database, which is dropped after the test.
func New(t testing.TB) *store.Store {
	t.Helper()
	return Open(t, Database(t))
}

// Open opens one more store on a database of this test, as a second process
// would.
func Open(t testing.TB, opts store.Options) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// Database names a new database, which is dropped after the test.
func Database(t testing.TB) store.Options {
	t.Helper()
	opts := start(t)
	opts.Database = "folgmed_test_" + strings.ToLower(rand.Text()[:12])
	t.Cleanup(func() {
		if err := drop(opts); err != nil {
			t.Errorf("drop the test's database: %v", err)
		}
	})
	return opts
}

// start starts the engine at the first call.
func start(t testing.TB) store.Options {
	t.Helper()
	server.Lock()
	defer server.Unlock()
	if !server.main {
		t.Fatal("storetest: TestMain must call storetest.Main")
	}
	if server.options == nil {
		opts, err := find()
		if err != nil {
			t.Fatal(err)
		}
		server.options = &opts
	}
	return *server.options
}

func find() (store.Options, error) {
	if given := os.Getenv(urlVariable); given != "" {
		u, err := url.Parse(given)
		if err != nil {
			return store.Options{}, fmt.Errorf("read %s: %w", urlVariable, err)
		}
		opts := store.Options{User: u.User.Username()}
		opts.Password, _ = u.User.Password()
		u.User = nil
		opts.URL = u.String()
		return opts, nil
	}
	dir, err := os.MkdirTemp("", "folgmed-test-")
	if err != nil {
		return store.Options{}, err
	}
	e, err := engine.Start(context.Background(), engine.Options{Dir: dir})
	if err != nil {
		return store.Options{}, err
	}
	server.engine, server.dir = e, dir
	return store.Options{URL: e.URL(), User: e.User(), Password: e.Password()}, nil
}

// drop removes a database by a connection of its own: the test has closed its.
func drop(opts store.Options) error {
	u, err := url.Parse(opts.URL)
	if err != nil {
		return err
	}
	protocol := clickhouse.HTTP
	if strings.HasPrefix(u.Scheme, "clickhouse") {
		protocol = clickhouse.Native
	}
	conn, err := clickhouse.Open(&clickhouse.Options{
		Protocol: protocol,
		Addr:     []string{u.Host},
		Auth:     clickhouse.Auth{Username: opts.User, Password: opts.Password},
	})
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	return conn.Exec(context.Background(), "DROP DATABASE IF EXISTS "+opts.Database+" SYNC")
}

// Package storetest gives each test a database of its own on a real
// ClickHouse, with a user for each role: an embedded engine that the test
// binary starts once, or the server that FOLGMED_TEST_CLICKHOUSE_URL names
// (http://user:password@host:8123, or clickhouse://user:password@host:9000),
// where that user may make others.
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

// databases is how many tests of a binary can have one at the same time: the
// embedded engine learns its users when it starts.
const databases = 64

// server is the ClickHouse of this test binary.
var server struct {
	sync.Mutex
	main    bool
	options *store.Options
	engine  *engine.Engine
	dir     string
	free    []string // names of databases whose users the engine knows
}

// Main runs the tests and ends the engine after them. It also answers when the
// engine calls this executable to be its host, so it must be the whole of
// TestMain, which gives what else is to be ended after the tests.
func Main(m *testing.M, after ...func()) {
	if len(os.Args) > 1 && os.Args[1] == engine.HostCommand {
		fmt.Fprintln(os.Stderr, engine.Host(os.Args[2:]))
		os.Exit(1)
	}
	server.main = true
	code := m.Run()
	for _, end := range after {
		end()
	}
	if server.engine != nil {
		_ = server.engine.Stop(context.Background())
		_ = os.RemoveAll(server.dir)
	}
	os.Exit(code)
}

// New opens a store on a new, empty database, which is dropped after the test.
// Its user may do anything with it.
func New(t testing.TB) *store.Store {
	t.Helper()
	return Open(t, Database(t))
}

// Open opens one more store on a database of this test, as a second process
// would.
func Open(t testing.TB, opts store.Options) *store.Store {
	t.Helper()
	if err := store.Migrate(t.Context(), opts); err != nil {
		t.Fatal(err)
	}
	return open(t, opts)
}

// OpenAs opens a store on a database that was migrated, as the user of a role.
func OpenAs(t testing.TB, opts store.Options, role store.Role) *store.Store {
	t.Helper()
	opts.User, opts.Password = role.User(opts.Database), Password(t, opts, role)
	return open(t, opts)
}

func open(t testing.TB, opts store.Options) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// Password is that of a role's user in a database of this test.
func Password(t testing.TB, opts store.Options, role store.Role) string {
	t.Helper()
	if server.engine == nil {
		return opts.Password // made so by makeUsers
	}
	password := server.engine.PasswordOf(role.User(opts.Database))
	if password == "" {
		t.Fatalf("storetest: no user %s", role.User(opts.Database))
	}
	return password
}

// Database names a new database, which is dropped after the test. The user in
// the options may do anything with it.
func Database(t testing.TB) store.Options {
	t.Helper()
	opts := start(t)
	opts.Database = take(t)
	if server.engine == nil {
		makeUsers(t, opts)
	}
	t.Cleanup(func() {
		if err := command(opts, "DROP DATABASE IF EXISTS "+opts.Database+" SYNC"); err != nil {
			t.Errorf("drop the test's database: %v", err)
			return
		}
		server.Lock()
		defer server.Unlock()
		server.free = append(server.free, opts.Database)
	})
	return opts
}

// take names a database that no test has now.
func take(t testing.TB) string {
	t.Helper()
	server.Lock()
	defer server.Unlock()
	if server.engine == nil {
		return "folgmed_test_" + strings.ToLower(rand.Text()[:12])
	}
	if len(server.free) == 0 {
		t.Fatalf("storetest: more than %d databases at once", databases)
	}
	name := server.free[0]
	server.free = server.free[1:]
	return name
}

// makeUsers makes the users of a database on a server that an operator brings,
// with the password of the one that makes them.
func makeUsers(t testing.TB, opts store.Options) {
	t.Helper()
	for _, role := range store.Roles {
		user := role.User(opts.Database)
		t.Cleanup(func() { _ = command(opts, "DROP USER IF EXISTS "+user) })
		err := command(opts, "CREATE USER "+user+" IDENTIFIED BY '"+strings.ReplaceAll(opts.Password, "'", "''")+"'")
		for _, grant := range role.Grants(opts.Database) {
			if err == nil {
				err = command(opts, grant+" TO "+user)
			}
		}
		if err != nil {
			t.Fatalf("make the user of the %s: %v", role, err)
		}
	}
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
	users := []engine.User{engine.Anyone}
	for i := range databases {
		name := fmt.Sprintf("folgmed_test_%02d", i)
		server.free = append(server.free, name)
		users = append(users, Users(name)...)
	}
	e, err := engine.Start(context.Background(), engine.Options{Dir: dir, Users: users})
	if err != nil {
		return store.Options{}, err
	}
	server.engine, server.dir = e, dir
	return store.Options{URL: e.URL(), User: e.User(), Password: e.Password()}, nil
}

// Users are an engine's users for the roles in a database.
func Users(database string) []engine.User {
	var users []engine.User
	for _, role := range store.Roles {
		users = append(users, engine.User{Name: role.User(database), Grants: role.Grants(database)})
	}
	return users
}

// command runs a statement on a connection of its own: the test has closed its.
func command(opts store.Options, statement string) error {
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
	return conn.Exec(context.Background(), statement)
}

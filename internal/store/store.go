// Package store is the only ClickHouse code: connect, migrate, insert, read.
// Each query is a file in query/ named after the method that runs it, each
// change of the schema a file in migrate/.
//
// It implements the small interfaces that the domain packages state, with
// their types. It must not decide anything: what may be read by whom, what is
// counted and what leaves is theirs.
//
// Journals are append-only. An event's id is made by whoever caused it, so an
// append may be repeated after a failure: readers take each id once.
package store

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/folgmed/folgmed/internal/roster"
)

// DefaultDatabase is where an installation keeps everything.
const DefaultDatabase = "folgmed"

// Options say where ClickHouse is. Only URL is needed.
type Options struct {
	URL      string // http(s)://host:port speaks HTTP; clickhouse(s)://host:port the native protocol
	Database string // made if it is not there; empty: folgmed
	User     string
	Password string
}

// Store is a connection to one installation's database. Its methods may be
// called from any goroutine. Each fails if ClickHouse can not be reached or
// refuses, and what a failed write wrote is unknown: repeat it.
type Store struct {
	conn    driver.Conn
	columns map[string][]clickhouse.ColumnNameAndType // by table; saves asking at each insert
	rosters atomic.Pointer[map[string]roster.Owner]   // the latest as they were read last, by version
}

// Migrate makes the database if there is none and brings its schema up to
// date, as a user who may. It refuses one that is newer than this program.
func Migrate(ctx context.Context, opts Options) error {
	options, err := connection(opts)
	if err != nil {
		return fmt.Errorf("migrate store: %w", err)
	}
	without := *options
	without.Auth.Database = ""
	if err := createDatabase(ctx, without, options.Auth.Database); err != nil {
		return fmt.Errorf("migrate store: %w", err)
	}
	return with(*options, func(s *Store) error {
		if err := s.migrate(ctx, migrations); err != nil {
			return fmt.Errorf("migrate store: %w", err)
		}
		return nil
	})
}

// Open connects to a database that was migrated. It refuses one whose schema
// is another than this program's, and says with ErrSchemaOlder that someone has
// to migrate it first.
func Open(ctx context.Context, opts Options) (*Store, error) {
	options, err := connection(opts)
	if err != nil {
		return nil, fmt.Errorf("open store: %w", err)
	}
	conn, err := clickhouse.Open(options)
	if err != nil {
		return nil, fmt.Errorf("open store: %w", err)
	}
	s := &Store{conn: conn}
	if err := s.check(ctx, migrations); err != nil {
		_ = conn.Close()
		return nil, fmt.Errorf("open store: %w", err)
	}
	return s, nil
}

// with opens a store for one task.
func with(options clickhouse.Options, do func(*Store) error) error {
	conn, err := clickhouse.Open(&options)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	return do(&Store{conn: conn})
}

// Close ends the connection.
func (s *Store) Close() error { return s.conn.Close() }

// Ping asks whether ClickHouse answers.
func (s *Store) Ping(ctx context.Context) error {
	if err := s.conn.Ping(ctx); err != nil {
		return fmt.Errorf("ping clickhouse: %w", err)
	}
	return nil
}

// connection translates a URL. No secret is in an error.
func connection(opts Options) (*clickhouse.Options, error) {
	if opts.Database == "" {
		opts.Database = DefaultDatabase
	}
	u, err := url.Parse(opts.URL)
	if err != nil {
		return nil, errors.New("the clickhouse url can not be read: write it like http://127.0.0.1:8123")
	}
	if u.Host == "" || u.User != nil {
		return nil, errors.New("the clickhouse url needs a host, and user and password apart from it")
	}
	o := &clickhouse.Options{
		Auth: clickhouse.Auth{Database: opts.Database, Username: opts.User, Password: opts.Password},
		Addr: []string{u.Host},
		Settings: clickhouse.Settings{
			// An asynchronous insert answers before the row is on disk.
			"async_insert": 0,
			// A server that an operator brings may log queries with their times
			// (ANONYMITY §3; deploy/clickhouse has what a query can not turn off).
			"log_queries": 0, "log_query_threads": 0, "log_query_views": 0, "log_processors_profiles": 0,
		},
		DialTimeout:  5 * time.Second,
		MaxOpenConns: 16,
		MaxIdleConns: 16,
	}
	var port string
	switch u.Scheme {
	case "http":
		o.Protocol, port = clickhouse.HTTP, "8123"
	case "https":
		o.Protocol, port, o.TLS = clickhouse.HTTP, "8443", tlsFor(u)
	case "clickhouse":
		o.Protocol, port = clickhouse.Native, "9000"
	case "clickhouses":
		o.Protocol, port, o.TLS = clickhouse.Native, "9440", tlsFor(u)
	default:
		return nil, fmt.Errorf("the clickhouse url begins with %q: it must be http, https, clickhouse or clickhouses", u.Scheme)
	}
	if u.Port() == "" {
		o.Addr = []string{u.Host + ":" + port}
	}
	return o, nil
}

// createDatabase makes the database. A user who may not make one is fine where
// it already is.
func createDatabase(ctx context.Context, options clickhouse.Options, name string) error {
	return with(options, func(s *Store) error {
		there, err := s.count(ctx, "DatabaseExists", param("database", name))
		if err != nil || there > 0 {
			return err
		}
		return s.exec(ctx, "CreateDatabase", param("database", name))
	})
}

//go:embed query/*.sql
var queryFiles embed.FS

// queries are the embedded queries by name, read once.
var queries = readQueries()

// readQueries panics if a file does not begin with its own name: the name is
// what the operator sees in ClickHouse's process list.
func readQueries() map[string]string {
	entries, err := queryFiles.ReadDir("query")
	if err != nil {
		panic(err)
	}
	all := make(map[string]string, len(entries))
	for _, entry := range entries {
		text, err := queryFiles.ReadFile("query/" + entry.Name())
		if err != nil {
			panic(err)
		}
		name := strings.TrimSuffix(entry.Name(), ".sql")
		if !strings.HasPrefix(string(text), "-- "+name+"\n") {
			panic("store: query/" + entry.Name() + " does not begin with its name")
		}
		all[name] = strings.TrimSpace(string(text))
	}
	return all
}

// query returns the text of a query; a name that is not there is our bug.
func query(name string) string {
	text, ok := queries[name]
	if !ok {
		panic("store: no query " + name)
	}
	return text
}

// param is a server-side parameter: ClickHouse gets it apart from the query.
func param(name string, value any) any { return clickhouse.Named(name, value) }

// fault names the query that failed. An error of net/http quotes the address
// it asked, and the client puts parameters there: HMACs of codes, nullifiers.
// Only what went wrong is kept.
func fault(name string, err error) error {
	var asked *url.Error
	if errors.As(err, &asked) {
		err = asked.Err
	}
	return fmt.Errorf("store: %s: %w", name, err)
}

func (s *Store) exec(ctx context.Context, name string, params ...any) error {
	if err := s.conn.Exec(ctx, query(name), params...); err != nil {
		return fault(name, err)
	}
	return nil
}

// each runs a query and calls f after each row is scanned into dest.
func (s *Store) each(ctx context.Context, name string, dest []any, f func() error, params ...any) error {
	rows, err := s.conn.Query(ctx, query(name), params...)
	if err != nil {
		return fault(name, err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		if err := rows.Scan(dest...); err != nil {
			return fault(name, err)
		}
		if err := f(); err != nil {
			return err
		}
	}
	// A stream that was cut ends like a whole one, but for this.
	if err := rows.Err(); err != nil {
		return fault(name, err)
	}
	return nil
}

func (s *Store) count(ctx context.Context, name string, params ...any) (n uint64, err error) {
	err = s.each(ctx, name, []any{&n}, func() error { return nil }, params...)
	return n, err
}

// insert writes n rows in one insert, which is durable when it returns: the
// tables sync at each. Nothing is sent for no rows.
func (s *Store) insert(ctx context.Context, name, table string, n int, row func(i int) []any) error {
	if n == 0 {
		return nil
	}
	ctx = clickhouse.Context(ctx, clickhouse.WithColumnNamesAndTypes(s.listed(name, table)))
	batch, err := s.conn.PrepareBatch(ctx, query(name))
	if err != nil {
		return fault(name, err)
	}
	defer func() { _ = batch.Close() }()
	for i := range n {
		if err := batch.Append(row(i)...); err != nil {
			return fmt.Errorf("store: %s: row %d: %w", name, i, err)
		}
	}
	if err := batch.Send(); err != nil {
		return fault(name, err)
	}
	return nil
}

package store

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"slices"
	"strings"

	"github.com/ClickHouse/clickhouse-go/v2"
)

//go:embed migrate/*.sql
var migrationFiles embed.FS

// migrations are the embedded changes of the schema, in the order of their
// names. A database records them by name, so one that has run is never renamed.
var migrations = readMigrations(migrationFiles)

// migration is one change of the schema: one statement.
type migration struct {
	name, statement, checksum string
}

// Faults of a database's schema. The first is mended by whoever migrates it;
// trying again mends neither of the others.
var (
	ErrSchemaOlder   = errors.New("the database is not yet brought up to this program: start the server with --role job (or all) first, which does it")
	ErrSchemaNewer   = errors.New("the database was made by a newer version of this program: update the program")
	ErrSchemaChanged = errors.New("a migration that has run here is not what this program holds: restore the program that made the database")
)

func readMigrations(files fs.FS) []migration {
	names, err := fs.Glob(files, "migrate/*.sql") // sorted
	if err != nil {
		panic(err)
	}
	all := make([]migration, 0, len(names))
	for _, name := range names {
		text, err := fs.ReadFile(files, name)
		if err != nil {
			panic(err)
		}
		sum := sha256.Sum256(text)
		all = append(all, migration{
			name:      strings.TrimSuffix(strings.TrimPrefix(name, "migrate/"), ".sql"),
			statement: string(text),
			checksum:  hex.EncodeToString(sum[:]),
		})
	}
	return all
}

// migrate runs what has not run yet. Statements say IF NOT EXISTS or the like,
// so one that ran without being recorded may run again.
func (s *Store) migrate(ctx context.Context, known []migration) error {
	// The first one makes the table that the others are recorded in.
	if err := s.conn.Exec(ctx, known[0].statement); err != nil {
		return fmt.Errorf("migrate %s: %w", known[0].name, err)
	}
	if err := s.readColumns(ctx); err != nil {
		return err
	}
	ran, err := s.ran(ctx, known)
	if err != nil {
		return err
	}
	var failed error
	var done []migration
	for _, m := range known {
		if ran[m.name] {
			continue
		}
		if err := s.conn.Exec(ctx, m.statement); err != nil {
			failed = fmt.Errorf("migrate %s: %w", m.name, err)
			break
		}
		done = append(done, m)
	}
	err = s.insert(ctx, "AddMigration", "migration", len(done), func(i int) []any {
		return []any{done[i].name, done[i].checksum}
	})
	return errors.Join(failed, err)
}

// ran tells which migrations have run here, or that they are not the known
// ones.
func (s *Store) ran(ctx context.Context, known []migration) (map[string]bool, error) {
	ran := make(map[string]bool)
	var name, checksum string
	err := s.each(ctx, "Migrations", []any{&name, &checksum}, func() error {
		i := slices.IndexFunc(known, func(m migration) bool { return m.name == name })
		switch {
		case i < 0:
			return fmt.Errorf("migration %s: %w", name, ErrSchemaNewer)
		case known[i].checksum != checksum:
			return fmt.Errorf("migration %s: %w", name, ErrSchemaChanged)
		}
		ran[name] = true
		return nil
	})
	return ran, err
}

// unknownDatabase is ClickHouse's code for it.
const unknownDatabase = 81

// check holds a database that others migrate against the known migrations, and
// learns the columns that its user may use.
func (s *Store) check(ctx context.Context, known []migration) error {
	err := s.readColumns(ctx)
	var said *clickhouse.Exception
	if errors.As(err, &said) && said.Code == unknownDatabase {
		return ErrSchemaOlder
	}
	if err != nil {
		return err
	}
	if len(s.columns["migration"]) == 0 {
		return ErrSchemaOlder // or a user who may not even read this
	}
	ran, err := s.ran(ctx, known)
	if err != nil {
		return err
	}
	for _, m := range known {
		if !ran[m.name] {
			return fmt.Errorf("migration %s: %w", m.name, ErrSchemaOlder)
		}
	}
	return nil
}

// readColumns learns every table's columns, which inserts over HTTP would
// otherwise ask for each time.
func (s *Store) readColumns(ctx context.Context) error {
	s.columns = make(map[string][]clickhouse.ColumnNameAndType)
	var table string
	var c clickhouse.ColumnNameAndType
	return s.each(ctx, "Columns", []any{&table, &c.Name, &c.Type}, func() error {
		s.columns[table] = append(s.columns[table], c)
		return nil
	})
}

// listed returns the columns that an insert names, in its order.
func (s *Store) listed(name, table string) []clickhouse.ColumnNameAndType {
	_, list, _ := strings.Cut(query(name), "(")
	list, _, _ = strings.Cut(list, ")")
	var out []clickhouse.ColumnNameAndType
	for column := range strings.SplitSeq(list, ",") {
		column = strings.Trim(column, " `")
		for _, c := range s.columns[table] {
			if c.Name == column {
				out = append(out, c)
			}
		}
	}
	return out
}

// tlsFor checks the server's certificate against its name.
func tlsFor(u *url.URL) *tls.Config {
	return &tls.Config{ServerName: u.Hostname(), MinVersion: tls.VersionTLS12}
}

package store

import (
	"context"
	"io/fs"
	"maps"
	"slices"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
)

// MigrationFiles are the embedded migrations.
var MigrationFiles fs.FS = migrationFiles

// Migrate runs other migrations than the embedded ones, as another version of
// this program would.
func (s *Store) Migrate(ctx context.Context, files fs.FS) error {
	return s.migrate(ctx, readMigrations(files))
}

// Conn is the connection, to look at what the methods do not show.
func (s *Store) Conn() driver.Conn { return s.conn }

// QueryNames lists the query files.
func QueryNames() []string { return slices.Sorted(maps.Keys(queries)) }

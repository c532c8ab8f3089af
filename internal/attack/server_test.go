package attack

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"golang.org/x/sync/errgroup"

	"github.com/folgmed/folgmed/internal/app"
	"github.com/folgmed/folgmed/internal/config"
	"github.com/folgmed/folgmed/internal/control"
	"github.com/folgmed/folgmed/internal/counts"
	"github.com/folgmed/folgmed/internal/roster"
	"github.com/folgmed/folgmed/internal/store"
	"github.com/folgmed/folgmed/internal/store/storetest"
	"github.com/folgmed/folgmed/internal/tablet"
	"github.com/folgmed/folgmed/internal/wave"
)

// server is a whole installation on a real engine.
type server struct {
	*app.App
	data string
	db   store.Options
	log  log
}

// log is what a server logs.
type log struct {
	sync.Mutex
	bytes.Buffer
}

func (l *log) Write(p []byte) (int, error) {
	l.Lock()
	defer l.Unlock()
	return l.Buffer.Write(p)
}

// start starts a server, with the ballot keys of another if one is given: what
// differs between two of them may not be their keys.
func start(t *testing.T, like *server) *server {
	t.Helper()
	s := &server{data: t.TempDir(), db: storetest.Database(t)}
	if like != nil {
		copyKeys(t, filepath.Join(like.data, "keys"), filepath.Join(s.data, "keys"))
	}
	passwords := make(map[string]string)
	for _, role := range store.Roles {
		passwords[string(role)] = storetest.Password(t, s.db, role)
	}
	now := term.Seals().AddDate(0, 3, 0)
	s.App = app.New(config.Server{
		Data: s.data, Listen: "127.0.0.1:0", Admin: "127.0.0.1:0", Rehearsal: true,
		ClickHouseURL: s.db.URL, Database: s.db.Database, Passwords: passwords,
		ClickHouseUser: s.db.User, ClickHousePassword: s.db.Password,
	}, app.Options{
		Log: slog.New(slog.NewTextHandler(&s.log, nil)), Version: "attacked",
		Now: func() time.Time { return now }, Hold: true,
	})
	if err := s.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return s
}

// copyKeys copies files so that no one else may read them.
func copyKeys(t *testing.T, from, to string) {
	t.Helper()
	err := filepath.WalkDir(from, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		at := filepath.Join(to, strings.TrimPrefix(path, from))
		if entry.IsDir() {
			return os.MkdirAll(at, 0o700)
		}
		key, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(at, key, 0o600)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// run plays waves in the schools of the worlds, each pupil with a code of the
// class and a tablet, and lets time pass.
func (s *server) run(ctx context.Context, worlds []*world, waves [][]vote) error {
	var known roster.Roster
	for _, w := range worlds {
		known.Owners = append(known.Owners, w.owner)
	}
	if err := s.SaveRoster(ctx, known); err != nil {
		return err
	}
	for at, votes := range waves {
		n := worlds[0].number(at)
		if err := s.SetClock(ctx, control.Clock{Set: n.Opens().Add(34 * time.Hour)}); err != nil {
			return err
		}
		if err := s.MoveWave(ctx, control.Move{Wave: n, Step: wave.Opened}); err != nil {
			return err
		}
		if err := s.cast(ctx, n, votes); err != nil {
			return err
		}
		for _, step := range []wave.Step{wave.Closed, wave.Sealed} {
			if err := s.MoveWave(ctx, control.Move{Wave: n, Step: step}); err != nil {
				return err
			}
		}
	}
	return s.SetClock(ctx, control.Clock{Real: true})
}

// cast casts votes in their order, some at a time.
func (s *server) cast(ctx context.Context, n wave.Number, votes []vote) error {
	made, err := s.Codes(ctx, control.CodesRequest{Wave: n})
	if err != nil {
		return err
	}
	codes := make(map[[2]string]control.ClassCodes)
	for _, m := range made {
		codes[[2]string{m.School, m.Class}] = m
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(32)
	for _, v := range votes {
		made := codes[[2]string{v.ballot.School, v.ballot.Class}]
		group.Go(func() error { return s.castOne(ctx, made.Codes[v.pupil], made.Fingerprint, v.ballot) })
	}
	return group.Wait()
}

// castOne casts a sheet with its nonce.
func (s *server) castOne(ctx context.Context, code, fingerprint string, sheet counts.Ballot) error {
	pupil := tablet.Tablet{URL: s.PublicURL(), Random: bytes.NewReader(sheet.Nullifier[:])}
	b, err := pupil.Prepare(ctx, code, fingerprint, func(asked tablet.Survey) []int {
		options := make([]int, len(asked.Items))
		for i, item := range asked.Items {
			for k, id := range sheet.Items {
				if id == item.ID {
					options[i] = int(sheet.Options[k])
				}
			}
		}
		return options
	})
	if err == nil {
		_, err = pupil.Cast(ctx, b)
	}
	if err != nil {
		return fmt.Errorf("class %s of %s: %w", sheet.Class, sheet.School, err)
	}
	return nil
}

// stored is every row of every table that the engine keeps, by table: the name
// of each column and what is in it.
func (s *server) stored(t *testing.T) tables {
	t.Helper()
	conn := s.connect(t)
	names, err := conn.Query(t.Context(), "SELECT name FROM system.tables WHERE database = ? ORDER BY name", s.db.Database)
	if err != nil {
		t.Fatal(err)
	}
	kept := make(tables)
	for names.Next() {
		var name string
		if err := names.Scan(&name); err != nil {
			t.Fatal(err)
		}
		kept[name] = nil
	}
	if err := names.Err(); err != nil {
		t.Fatal(err)
	}
	for name := range kept {
		kept[name] = rowsOf(t, conn, name)
	}
	return kept
}

func (s *server) connect(t *testing.T) clickhouse.Conn {
	t.Helper()
	protocol := clickhouse.HTTP
	if strings.HasPrefix(s.db.URL, "clickhouse") {
		protocol = clickhouse.Native
	}
	_, addr, _ := strings.Cut(s.db.URL, "://")
	conn, err := clickhouse.Open(&clickhouse.Options{
		Protocol: protocol, Addr: []string{addr},
		Auth: clickhouse.Auth{Database: s.db.Database, Username: s.db.User, Password: s.db.Password},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

func rowsOf(t *testing.T, conn clickhouse.Conn, table string) []map[string]any {
	t.Helper()
	rows, err := conn.Query(t.Context(), "SELECT * FROM "+table)
	if err != nil {
		t.Fatal(err)
	}
	var all []map[string]any
	for rows.Next() {
		var cells []any
		for _, c := range rows.ColumnTypes() {
			cells = append(cells, reflect.New(c.ScanType()).Interface())
		}
		if err := rows.Scan(cells...); err != nil {
			t.Fatal(err)
		}
		row := make(map[string]any)
		for i, name := range rows.Columns() {
			row[name] = reflect.ValueOf(cells[i]).Elem().Interface()
		}
		all = append(all, row)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

package store_test

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/folgmed/folgmed/internal/store"
	"github.com/folgmed/folgmed/internal/store/storetest"
)

// migrations returns the embedded files, to be changed.
func migrations(t *testing.T) fstest.MapFS {
	t.Helper()
	files := make(fstest.MapFS)
	names, err := fs.Glob(store.MigrationFiles, "migrate/*.sql")
	must(t, err)
	for _, name := range names {
		text, err := fs.ReadFile(store.MigrationFiles, name)
		must(t, err)
		files[name] = &fstest.MapFile{Data: text}
	}
	return files
}

// TestEachMigrationHasANumberOfItsOwn: two that were written side by side would
// run in another order where one of them came first. The two of number 20 came
// together, and make a table each; a migration that has run keeps its name.
func TestEachMigrationHasANumberOfItsOwn(t *testing.T) {
	next := 1
	for _, name := range slices.Sorted(maps.Keys(migrations(t))) {
		if name == "migrate/0020_wave_link.sql" {
			continue
		}
		if want := fmt.Sprintf("migrate/%04d_", next); !strings.HasPrefix(name, want) {
			t.Errorf("%s stands where a name that begins with %s is due", name, want)
		}
		next++
	}
}

func TestNewerSchemaIsRefused(t *testing.T) {
	opts := storetest.Database(t)
	files := migrations(t)
	files["migrate/9999_future.sql"] = &fstest.MapFile{Data: []byte("CREATE TABLE IF NOT EXISTS future (n UInt8) ENGINE = MergeTree ORDER BY n")}
	must(t, storetest.Open(t, opts).Migrate(t.Context(), files))
	if err := store.Migrate(t.Context(), opts); !errors.Is(err, store.ErrSchemaNewer) || !strings.Contains(err.Error(), "9999_future") {
		t.Fatalf("migrate a newer database: %v", err)
	}
	if _, err := store.Open(t.Context(), opts); !errors.Is(err, store.ErrSchemaNewer) {
		t.Fatalf("open a newer database: %v", err)
	}
}

func TestChangedMigrationIsRefused(t *testing.T) {
	s := storetest.New(t)
	files := migrations(t)
	files["migrate/0002_installation.sql"].Data = append(files["migrate/0002_installation.sql"].Data, "\n"...)
	err := s.Migrate(t.Context(), files)
	if !errors.Is(err, store.ErrSchemaChanged) || !strings.Contains(err.Error(), "0002_installation") {
		t.Fatalf("migrate with a changed file: %v", err)
	}
}

func TestMigrationThatFailsIsNotRecorded(t *testing.T) {
	s := storetest.New(t)
	files := migrations(t)
	files["migrate/9999_future.sql"] = &fstest.MapFile{Data: []byte("CREATE TABLE IF NOT EXISTS future (n NoSuchType) ENGINE = MergeTree ORDER BY n")}
	if err := s.Migrate(t.Context(), files); err == nil || !strings.Contains(err.Error(), "9999_future") {
		t.Fatalf("a migration that can not run: %v", err)
	}
	must(t, s.Migrate(t.Context(), migrations(t)))
}

// TestOpenTogether starts several processes on an empty server at once.
func TestOpenTogether(t *testing.T) {
	opts := storetest.Database(t)
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			if err := store.Migrate(t.Context(), opts); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	must(t, storetest.Open(t, opts).SetInstallation(t.Context(), "a", "b", at))
}

func TestEveryTableSurvivesPowerCut(t *testing.T) {
	s := storetest.New(t)
	rows, err := s.Conn().Query(t.Context(), "SELECT name, engine, create_table_query FROM system.tables WHERE database = currentDatabase()")
	must(t, err)
	defer rows.Close()
	tables := 0
	for ; rows.Next(); tables++ {
		var name, engine, create string
		must(t, rows.Scan(&name, &engine, &create))
		if engine != "MergeTree" {
			t.Errorf("%s is %s, not a plain MergeTree", name, engine)
		}
		for _, setting := range []string{"fsync_after_insert = 1", "fsync_part_directory = 1", "min_rows_to_fsync_after_merge = 1"} {
			if !strings.Contains(create, setting) {
				t.Errorf("%s lacks %s", name, setting)
			}
		}
	}
	must(t, rows.Err())
	made := 0
	for _, m := range migrations(t) {
		if strings.Contains(string(m.Data), "CREATE TABLE") { // others add a column
			made++
		}
	}
	if tables != made {
		t.Errorf("%d tables, of which migrations make %d", tables, made)
	}
}

// TestAnswersHoldNothingElse fails when a column is added to what a pupil's
// answer is stored with (ANONYMITY §3).
func TestAnswersHoldNothingElse(t *testing.T) {
	s := storetest.New(t)
	for table, want := range map[string]string{
		"answers":         "school,class,wave,attempt,nullifier,items,options",
		"answers_sealing": "school,class,wave,attempt,nullifier,items,options",
		"codes":           "wave,school,class,attempt,mac",
		"code_use":        "wave,mac,blinded",
		"class_session":   "id,wave,school,class,attempt,session,version,step,places,code,ends,whole_class",
		"nullifier":       "wave,nullifier",
	} {
		var got string
		must(t, s.Conn().QueryRow(t.Context(), `SELECT arrayStringConcat(groupArray(name), ',') FROM
			(SELECT name FROM system.columns WHERE database = currentDatabase() AND table = '`+table+`' ORDER BY position)`).Scan(&got))
		if got != want {
			t.Errorf("%s holds %s, may hold %s", table, got, want)
		}
	}
}

func TestEveryQueryHasCaller(t *testing.T) {
	var code strings.Builder
	files, err := filepath.Glob("*.go")
	must(t, err)
	for _, file := range files {
		if !strings.HasSuffix(file, "_test.go") {
			text, err := os.ReadFile(file)
			must(t, err)
			code.Write(text)
		}
	}
	for _, name := range store.QueryNames() {
		method, table, _ := strings.Cut(name, ".")
		byName, byTable := `"`+name+`"`, `"`+method+`."+table`
		if !strings.Contains(code.String(), byName) && (!strings.Contains(code.String(), byTable) || !strings.Contains(code.String(), `"`+table+`"`)) {
			t.Errorf("no method runs query/%s.sql", name)
		}
	}
}

func TestOpenFaults(t *testing.T) {
	for _, test := range []struct{ url, want string }{
		{"", "needs a host"},
		{"localhost:8123", "needs a host"},
		{"http://", "needs a host"},
		{"http://user:pass@localhost", "apart from it"},
		{"postgres://localhost", `"postgres"`},
		{"http://%zz", "can not be read"},
		{"http://127.0.0.1:1", "connection refused"},
		{"clickhouse://127.0.0.1:1", "connection refused"},
	} {
		err := store.Migrate(t.Context(), store.Options{URL: test.url, Password: "secret"})
		if err == nil || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "pass@") {
			t.Errorf("open %q: error %v, want %q in it", test.url, err, test.want)
		}
	}
	opts := storetest.Database(t)
	if _, err := store.Open(t.Context(), opts); !errors.Is(err, store.ErrSchemaOlder) {
		t.Errorf("open a database that is not there: %v", err)
	}
	opts.Password = "wrong-and-secret"
	_, err := store.Open(t.Context(), opts)
	if err == nil || strings.Contains(err.Error(), opts.Password) {
		t.Errorf("open with a wrong password: %v", err)
	}
}

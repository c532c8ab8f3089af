package store_test

import (
	"encoding/xml"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"text/template"

	"github.com/folgmed/folgmed/internal/ballot"
	"github.com/folgmed/folgmed/internal/collect"
	"github.com/folgmed/folgmed/internal/store"
	"github.com/folgmed/folgmed/internal/store/storetest"
)

var update = flag.Bool("update", false, "write the golden files anew")

// database is a new one, made by the user of the schema, with a store for each
// other role.
func database(t *testing.T) (anyone *store.Store, roles map[store.Role]*store.Store) {
	t.Helper()
	opts := storetest.Database(t)
	schema := opts
	schema.User, schema.Password = store.RoleSchema.User(opts.Database), storetest.Password(t, opts, store.RoleSchema)
	must(t, store.Migrate(t.Context(), schema)) // its grants are enough to make all there is
	anyone = storetest.Open(t, opts)
	roles = make(map[store.Role]*store.Store)
	for _, role := range store.Roles {
		if role != store.RoleSchema {
			roles[role] = storetest.OpenAs(t, opts, role)
		}
	}
	return anyone, roles
}

func tables(t *testing.T, s *store.Store) []string {
	t.Helper()
	rows, err := s.Conn().Query(t.Context(), "SELECT name FROM system.tables WHERE database = currentDatabase() ORDER BY name")
	must(t, err)
	defer rows.Close()
	var all []string
	for rows.Next() {
		var name string
		must(t, rows.Scan(&name))
		all = append(all, name)
	}
	must(t, rows.Err())
	return all
}

// TestWhoMayReadWhat reads every column of every table as each role and lists
// those that the database let it read. A new table or column fails here until
// it is said who may read it.
func TestWhoMayReadWhat(t *testing.T) {
	const (
		migration = "migration: name checksum"
		settings  = "installation: id key value at"
		rosters   = "roster_version: id owner at document"
		waves     = "wave_event: id wave owner step at closes"
		voided    = "voided: wave school class"
		pauses    = "pause: wave school class stands id at"
		rhythms   = "rhythm_choice: id owner weeks since at"
	)
	want := map[store.Role][]string{
		store.RoleIssuer: {
			"class_session: id wave school class attempt session version step places code ends whole_class",
			"code_use: wave mac blinded", "codes: wave school class attempt mac",
			settings, migration, pauses, rhythms, rosters, voided, waves,
		},
		store.RoleCollector: {
			"answers: wave nullifier", settings, migration, "nullifier: nullifier", pauses, rhythms, rosters, voided, waves,
		},
		store.RoleJob: {
			"answers: school class wave attempt nullifier items options",
			"answers_sealing: school class wave attempt nullifier items options",
			"class_session: id wave school class attempt session places",
			"codes: wave school class attempt mac",
			"access_event: step", "audit: about",
			"counts: wave owner school unit stratum measure bin n",
			"duty_event: id subject owner school version step at by role body",
			"job_turn: turn holder step until", "join_request: at",
			settings, migration, "nullifier: wave", pauses,
			"rate_choice: id owner rate since at by",
			"release: release wave owner school level unit audience item form value reason",
			rhythms,
			"roster_version: id owner at by document",
			"summary: wave owner school unit stratum questionnaire grade roster ballots n sum squares low themes answered bad",
			"vintage: wave body",
			voided, waves,
			"wave_link: place wave turn random commitment link",
		},
		store.RoleStaff: {
			"access_event: id at by step person body",
			"audit: id at person school action about",
			"duty_event: id subject owner school version step at by role body",
			"join_request: id at school name email lang",
			settings, migration, "pause: wave owner school class stands id at by",
			"rate_choice: id owner rate since at by",
			"release: release wave owner school level unit audience item form value reason",
			"rhythm_choice: id owner weeks since at by",
			rosters,
			"told: id mail at owner person step items digest said", "told_turn: turn holder step until",
			"voided: wave school class id at by reason", waves,
		},
	}
	anyone, roles := database(t)
	columns := make(map[string][]string)
	for _, table := range tables(t, anyone) {
		rows, err := anyone.Conn().Query(t.Context(), "SELECT name FROM system.columns WHERE database = currentDatabase() AND table = '"+table+"' ORDER BY position")
		must(t, err)
		for rows.Next() {
			var name string
			must(t, rows.Scan(&name))
			columns[table] = append(columns[table], name)
		}
		must(t, rows.Err())
		must(t, rows.Close())
	}
	for role, s := range roles {
		var got []string
		for table, names := range columns {
			var may []string
			for _, name := range names {
				rows, err := s.Conn().Query(t.Context(), "SELECT `"+name+"` FROM "+table+" LIMIT 1")
				switch {
				case err == nil:
					may = append(may, name)
					must(t, rows.Close())
				case !strings.Contains(err.Error(), "Not enough privileges"):
					t.Errorf("%s reads %s.%s: %v", role, table, name, err)
				}
			}
			if len(may) > 0 {
				got = append(got, table+": "+strings.Join(may, " "))
			}
		}
		slices.Sort(got)
		slices.Sort(want[role])
		equal(t, got, nil, want[role])
	}
}

// TestNoRoleReachesFurther tries what a hole in a query of ours could be used
// for.
func TestNoRoleReachesFurther(t *testing.T) {
	_, roles := database(t)
	for role, s := range roles {
		for _, query := range []string{
			"CREATE TABLE other (n UInt8) ENGINE = MergeTree ORDER BY n",
			"CREATE TEMPORARY TABLE other (n UInt8) ENGINE = Memory",
			"CREATE VIEW v AS SELECT items FROM answers",
			"CREATE USER x",
			"GRANT SELECT ON answers TO " + string(role),
			"ALTER TABLE answers ADD COLUMN at DateTime DEFAULT now()",
			"ALTER TABLE answers UPDATE class = '' WHERE 1",
			"ALTER TABLE code_use MODIFY COLUMN mac String",
			"DROP TABLE answers",
			"TRUNCATE TABLE answers",
			"SELECT * FROM file('/etc/passwd', 'LineAsString')",
			"SELECT * FROM url('http://127.0.0.1:1', 'LineAsString')",
			"SELECT * FROM merge(currentDatabase(), '.*')",
			"SELECT * FROM system.parts",
			"SELECT * FROM system.processes",
			"SYSTEM SHUTDOWN",
		} {
			if err := s.Conn().Exec(t.Context(), query); err == nil {
				t.Errorf("the %s may %s", role, query)
			}
		}
	}
	for _, role := range []store.Role{store.RoleIssuer, store.RoleCollector, store.RoleStaff} {
		for _, query := range []string{
			"SELECT items FROM answers", "SELECT options FROM answers_sealing", "SELECT count() FROM counts WHERE n = 1",
			"SELECT wave FROM answers WHERE has(items, 'c1')", "SELECT wave FROM answers ORDER BY options",
			"SELECT wave FROM answers PREWHERE length(options) > 1", "SELECT max(tuple(*)) FROM summary",
			"ALTER TABLE answers DELETE WHERE 1", "ALTER TABLE answers DROP PARTITION ID '150'",
			"ALTER TABLE answers MOVE PARTITION ID '150' TO TABLE answers_sealing",
			"INSERT INTO release (wave) VALUES (1)", "INSERT INTO counts (wave) VALUES (1)", "INSERT INTO wave_event (wave) VALUES (1)",
		} {
			if err := roles[role].Conn().Exec(t.Context(), query); err == nil {
				t.Errorf("the %s may %s", role, query)
			}
		}
	}
}

// TestRolesDoTheirWork calls what the parts call, each as its own user.
func TestRolesDoTheirWork(t *testing.T) {
	_, roles := database(t)
	ctx := t.Context()
	collector, issuer, job := roles[store.RoleCollector], roles[store.RoleIssuer], roles[store.RoleJob]
	must(t, collector.InsertAnswers(ctx, []collect.Row{row(150, 1, 1, 2), row(150, 2, 1, 2)}))
	found := 0
	must(t, collector.OpenNullifiers(ctx, []uint32{150}, func(uint32, ballot.Nullifier) error { found++; return nil }))
	if found != 2 {
		t.Errorf("the collector reads %d of its 2 nullifiers back", found)
	}
	code := ballot.StoredCode{Wave: 150, School: "974700000", Class: "5A", Attempt: 1, MAC: ballot.CodeMAC{1}}
	must(t, issuer.AddCodes(ctx, []ballot.StoredCode{code}))
	must(t, issuer.UseCodes(ctx, []ballot.CodeUse{{Wave: 150, MAC: code.MAC}}))
	uses, err := issuer.CodeUses(ctx, 150, []ballot.CodeMAC{code.MAC})
	equal(t, uses, err, []ballot.CodeUse{{Wave: 150, MAC: code.MAC}})
	must(t, issuer.AppendSession(ctx, ballot.SessionEvent{ID: "a", Wave: 150, School: "974700000", Class: "5A", Attempt: 1, Places: 3}))
	made, err := job.CodeCount(ctx, 150)
	equal(t, made, err, map[ballot.Attempt]int{{School: "974700000", Class: "5A", Number: 1}: 4})
	must(t, job.Compact(ctx, 150))
	must(t, job.MoveAnswers(ctx, 150))
	must(t, job.SaveNullifiers(ctx, 150, []ballot.Nullifier{nullifier(1)}))
	must(t, job.DropCounts(ctx, 150, 0))
	must(t, job.DropSummaries(ctx, 150, 0))
	_, err = job.FineCounts(ctx, 150)
	must(t, err)
	must(t, job.DropFineCounts(ctx, 150, 0))
	must(t, job.DropClassReleases(ctx, 150, 0))
	must(t, job.ForgetDuty(ctx, "964338531", []string{"case:1"}, []string{"1"}, 0))
	must(t, job.ForgetRequests(ctx, at, 0))
	must(t, job.DropWave(ctx, 150))
	counted, err := collector.SealedNullifier(ctx, nullifier(1))
	equal(t, counted, err, true)
	must(t, job.DropNullifiers(ctx, 151))
}

// TestUsersFile holds the file that an operator gives a server of ClickHouse to
// the grants that these tests try.
func TestUsersFile(t *testing.T) {
	const golden = "../../deploy/clickhouse/users.xml"
	var got strings.Builder
	must(t, template.Must(template.ParseFiles(filepath.Join("testdata", "users.xml.tmpl"))).Execute(&got, usersFile()))
	if *update {
		must(t, os.WriteFile(golden, []byte(got.String()), 0o644))
	}
	want, err := os.ReadFile(golden)
	must(t, err)
	if got.String() != string(want) {
		t.Errorf("%s is not what the roles need: run go test ./internal/store -run TestUsersFile -update", golden)
	}
	must(t, xml.Unmarshal(want, new(struct{})))
}

type fileUser struct {
	Name, Hash string
	Grants     []string
}

func usersFile() []fileUser {
	var users []fileUser
	for _, role := range store.Roles {
		users = append(users, fileUser{
			Name: role.User(store.DefaultDatabase), Hash: "FOLGMED_" + strings.ToUpper(string(role)) + "_SHA256",
			Grants: role.Grants(store.DefaultDatabase),
		})
	}
	return users
}

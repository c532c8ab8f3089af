package store

import (
	"fmt"
	"maps"
	"slices"
)

// Role is a part of the program as the database knows it: a user of its own,
// with grants for what the part does and for nothing else (ANONYMITY §2.4).
type Role string

// The roles. Only the job reads answers; whoever reads codes reads no answer.
const (
	RoleSchema    Role = "schema"    // makes and changes tables, and reads none of them
	RoleIssuer    Role = "issuer"    // codes, class sessions and their uses
	RoleCollector Role = "collector" // stores answers; reads back wave and nullifier alone
	RoleJob       Role = "job"       // folds, detects and releases
	RoleStaff     Role = "staff"     // releases and journals
)

// Roles lists them all.
var Roles = []Role{RoleSchema, RoleIssuer, RoleCollector, RoleJob, RoleStaff}

// User is the name of the role's user in a database: folgmed_issuer.
func (r Role) User(database string) string { return database + "_" + string(r) }

// Grants are the statements, without TO, that let the role's user do its work
// in a database.
func (r Role) Grants(database string) []string {
	var all []string
	if r == RoleSchema {
		all = append(all,
			fmt.Sprintf("GRANT CREATE DATABASE, CREATE TABLE, ALTER COLUMN, ALTER INDEX, ALTER SETTINGS ON %s.*", database),
			"GRANT TABLE ENGINE ON MergeTree")
	}
	if r == RoleJob {
		// Whether the disk tells when ballots came: of its own tables alone.
		all = append(all, "GRANT SELECT(database, table, partition_id, level, active, modification_time, remove_time) ON system.parts")
	}
	for _, table := range slices.Sorted(maps.Keys(grants[r])) {
		all = append(all, fmt.Sprintf("GRANT %s ON %s.%s", grants[r][table], database, table))
	}
	return all
}

// What every part but the schema's reads: which migrations have run, and the
// installation's roster, waves and settings.
const (
	seesMigrations = "SELECT(name, checksum)"
	seesSettings   = "SELECT"
	seesRosters    = "SELECT(id, owner, at, document)"
	seesWaves      = "SELECT"
	seesVoided     = "SELECT(wave, school, class)"
	seesRhythms    = "SELECT(id, owner, weeks, since, at)"
	seesPauses     = "SELECT(wave, school, class, stands, id, at)"
)

// grants are privileges by table. ALTER DELETE is what dropping a partition
// takes too. Setting a partition apart takes SELECT and ALTER DELETE where it
// was and INSERT where it goes.
var grants = map[Role]map[string]string{
	RoleSchema: {
		"migration": "SELECT, INSERT",
	},
	RoleIssuer: {
		"migration":      seesMigrations,
		"installation":   seesSettings,
		"roster_version": seesRosters,
		"wave_event":     seesWaves,
		"voided":         seesVoided,
		"pause":          seesPauses,
		"rhythm_choice":  seesRhythms,
		"codes":          "SELECT, INSERT",
		"code_use":       "SELECT, INSERT",
		"class_session":  "SELECT, INSERT",
	},
	RoleCollector: {
		"migration":      seesMigrations,
		"installation":   seesSettings,
		"roster_version": seesRosters,
		"wave_event":     seesWaves,
		"voided":         seesVoided,
		"pause":          seesPauses,
		"rhythm_choice":  seesRhythms,
		"answers":        "INSERT, SELECT(wave, nullifier)",
		"nullifier":      "SELECT(nullifier)",
	},
	RoleJob: {
		"migration":       seesMigrations,
		"installation":    "SELECT, INSERT",
		"roster_version":  "SELECT, INSERT",
		"wave_event":      "SELECT, INSERT",
		"voided":          seesVoided,
		"pause":           seesPauses,
		"rate_choice":     "SELECT",
		"rhythm_choice":   seesRhythms,
		"answers":         "SELECT, ALTER DELETE, OPTIMIZE",
		"answers_sealing": "SELECT, INSERT, ALTER DELETE",
		"nullifier":       "SELECT(wave), INSERT, ALTER DELETE",
		"codes":           "SELECT(wave, school, class, attempt, mac), ALTER DELETE", // how many are printed
		"code_use":        "ALTER DELETE, OPTIMIZE",
		"class_session":   "SELECT(wave, school, class, attempt, session, id, places), ALTER DELETE",
		"counts":          "SELECT, INSERT, ALTER DELETE",
		"summary":         "SELECT, INSERT, ALTER DELETE",
		"vintage":         "SELECT, INSERT",
		"job_turn":        "SELECT, INSERT",
		"wave_link":       "SELECT, INSERT",
		"release":         "SELECT, INSERT, ALTER DELETE",
		"duty_event":      "SELECT, INSERT, ALTER DELETE",
		"audit":           "SELECT(about), ALTER DELETE", // of cases that are forgotten
		"join_request":    "SELECT(at), ALTER DELETE",
		"access_event":    "SELECT(step), ALTER DELETE", // requests that an earlier version kept there
	},
	RoleStaff: {
		"migration":      seesMigrations,
		"installation":   seesSettings,
		"roster_version": seesRosters,
		"wave_event":     seesWaves,
		"voided":         "SELECT, INSERT",
		"pause":          "SELECT, INSERT",
		"release":        "SELECT",
		"duty_event":     "SELECT, INSERT",
		"access_event":   "SELECT, INSERT",
		"join_request":   "SELECT, INSERT, ALTER DELETE",
		"audit":          "SELECT, INSERT",
		"rate_choice":    "SELECT, INSERT",
		"rhythm_choice":  "SELECT, INSERT",
		"told":           "SELECT, INSERT",
		"told_turn":      "SELECT, INSERT",
	},
}

// Package audit is the append-only record of which staff member saw or did
// what. It holds no pupil data, and no package that pupils reach may import it.
package audit

import "time"

// Entry is one line of the record.
type Entry struct {
	ID     string
	At     time.Time
	Person string // access person id
	School string
	Action string // read_overview, read_prompt, observed, concluded, signed_in …
	About  string // what was seen: a release id, a prompt id
}

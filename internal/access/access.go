// Package access signs staff in (one-time links, or OIDC) and knows what each
// role may see. It must not know pupils.
package access

import "time"

// Role is what a member of staff is at a school or owner (SCHOOL §5.8).
type Role string

// The roles.
const (
	Reporter  Role = "reporter" // may only report a concern
	Teacher   Role = "teacher"
	Deputy    Role = "deputy"
	Principal Role = "principal"
	OwnerRole Role = "owner"
)

// Person is one member of staff.
type Person struct {
	ID      string
	Email   string
	Name    string
	Role    Role
	Owner   string   // organisation number
	Schools []string // organisation numbers
	Classes []string // "SCHOOL/CLASS" for a teacher
	Lang    string   // nb, nn, en; empty: the school's written standard
}

// Event is one change to who may sign in; state is a fold.
type Event struct {
	ID     string
	At     time.Time
	By     string
	Step   string // person_added, person_removed, link_made, link_used, token_made, token_revoked
	Person string // person id, or owner org for a token
	Body   string // JSON: the person, or the hash and expiry of a link or token
}

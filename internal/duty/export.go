package duty

import (
	"strconv"
	"time"
)

// SubjectExport is that a case was handed to the archive. It is apart from the
// case, so that who fetches a copy does not seem to write in it.
const SubjectExport Subject = "export"

// Exported is the step of such a subject. Its version is the case's.
const Exported Step = "exported"

// Export makes the event that a case was handed to the archive as it stands. The
// same case fetched again is one event.
func Export(c Case, by, role string, at time.Time) Event {
	subject := SubjectExport.key(c.ID)
	return Event{
		ID: following(strconv.Itoa(c.Version), subject, Exported), Subject: subject, Owner: c.Owner, School: c.School,
		Version: c.Version, Step: Exported, At: at, By: by, Role: role,
	}
}

// ExportedAt is when a case was first handed to the archive as it stands now; ok
// is false if it has not been.
func (c Case) ExportedAt(events []Event) (at time.Time, ok bool) {
	for _, e := range events {
		if e.Subject == SubjectExport.key(c.ID) && e.Version >= c.Version && (!ok || e.At.Before(at)) {
			at, ok = e.At, true
		}
	}
	return at, ok
}

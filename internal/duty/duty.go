// Package duty follows a prompt, and later a report and a case, through the
// duty to act (SCHOOL §5) as append-only events folded into state.
//
// It sees released signals only. It must not know answers, counts or how a
// signal was found, and never a pupil's name.
package duty

import "time"

// Event is one thing that happened to a subject. A person's event has an id
// made by the client, so a retry is one event; a machine's is the hash of
// (wave, unit, kind, step). An event names the version it saw; the fold orders
// by (Version, ID) and shows siblings.
type Event struct {
	ID      string
	Subject string // "prompt:ID"; reports and cases follow with their own prefix
	Owner   string
	School  string
	Version int // of the subject, as the writer saw it
	Step    Step
	At      time.Time
	By      string // person id, or "folgmed" for a machine's event
	Role    string
	Body    Body
}

// Step is what kind of event it is.
type Step string

// The steps of a prompt.
const (
	Opened    Step = "opened"
	Joined    Step = "joined"   // another signal of the same unit and kind
	Raised    Step = "raised"   // from notice to act
	Ended     Step = "ended"    // the signal's period is over
	Observed  Step = "observed" // what staff saw
	Concluded Step = "concluded"
)

// Body is what an event carries; which fields are used depends on the step.
// Stored as JSON.
type Body struct {
	Signals    []string `json:"signals,omitempty"`  // signal ids, opened and joined
	Releases   []string `json:"releases,omitempty"` // release ids the event rests on
	Kind       string   `json:"kind,omitempty"`
	Tier       string   `json:"tier,omitempty"`
	Text       string   `json:"text,omitempty"`
	Conclusion string   `json:"conclusion,omitempty"` // concern or no_concern
	Reason     string   `json:"reason,omitempty"`     // why a decision was taken, prompt.Reason for machine events
	ExtraLook  bool     `json:"extra_look,omitempty"` // "we looked out for pupils we know may be vulnerable"
}

// Package duty follows a prompt, and later a report and a case, through the
// duty to act (SCHOOL §5) as append-only events folded into state.
//
// It sees released signals only. It must not know answers, counts or how a
// signal was found, and never a pupil's name.
package duty

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"github.com/folgmed/folgmed/internal/disclosure"
)

// Event is one thing that happened to a subject. A person's event has an id
// made by the client, so a retry is one event; a machine's is the hash of
// (wave, unit, kind, step). An event names the version it saw; the fold orders
// by (Version, ID) and shows siblings.
type Event struct {
	ID      string
	Subject string // "prompt:ID", "case:ID" and so on
	Owner   string
	School  string
	Version int // of the subject, as the writer saw it; 0 for the event that opens it
	Step    Step
	At      time.Time
	By      string // person id, or Machine for a machine's event
	Role    string
	Body    Body
}

// Machine is who a machine's event is by.
const Machine = "folgmed"

// Step is what kind of event it is.
type Step string

// The steps of a prompt. Those of reports and cases stand in steps.go.
const (
	Opened    Step = "opened"   // by Machine; of a signal about adults by the owner, who passes it on
	Joined    Step = "joined"   // another signal of the same unit and kind, or a class's in its school's prompt
	Raised    Step = "raised"   // from notice to act
	Ended     Step = "ended"    // the signal's period is over
	Observed  Step = "observed" // what staff saw
	Concluded Step = "concluded"
)

// The conclusions of a prompt. One that was answered as a report is ends as
// InCase, NewCase or NoCase.
const (
	Concern   = "concern"    // there is reason to report to the principal
	NoConcern = "no_concern" // there is not, for the reason given
)

// Body is what an event carries; which fields are used depends on the step.
// Stored as JSON.
type Body struct {
	Signals  []string `json:"signals,omitempty"`  // signal ids: opened, joined, raised, ended
	Releases []string `json:"releases,omitempty"` // release ids the event rests on
	Level    string   `json:"level,omitempty"`    // of the signals' unit, disclosure.Level
	Unit     string   `json:"unit,omitempty"`     // its name
	Group    string   `json:"group,omitempty"`    // its group: girl, boy or none
	Kind     string   `json:"kind,omitempty"`
	Tier     string   `json:"tier,omitempty"`
	Since    string   `json:"since,omitempty"`  // month of start, where the reader has no release of the signal: about adults
	OneIn    int      `json:"one_in,omitempty"` // and how often such a signal comes where nothing has changed
	Reason   string   `json:"reason,omitempty"` // why a machine's decision was taken, prompt.Reason

	From   []string `json:"from,omitempty"`   // subjects that a case or report came of
	Fields Fields   `json:"fields,omitempty"` // what Rules ask for
}

// UnmarshalJSON also reads an observation or conclusion as it was written before
// these had fields.
func (b *Body) UnmarshalJSON(text []byte) error {
	type plain Body
	before := struct {
		*plain
		Text       string `json:"text"`
		ExtraLook  bool   `json:"extra_look"`
		Conclusion string `json:"conclusion"`
	}{plain: (*plain)(b)}
	if err := json.Unmarshal(text, &before); err != nil {
		return err
	}
	if b.Fields != nil || before.Text == "" && before.Conclusion == "" {
		return nil
	}
	b.Fields = Fields{}
	set := func(field Field, value string) {
		if value != "" {
			b.Fields[field] = []string{value}
		}
	}
	set(FieldConclusion, before.Conclusion)
	if before.Conclusion != "" {
		set(FieldReason, b.Reason)
		b.Reason = ""
	}
	set(FieldText, before.Text)
	if before.ExtraLook {
		set(FieldExtraLook, Yes)
	}
	return nil
}

// MachineID is the id of a machine's event: the same decision taken twice is
// one event.
func MachineID(wave uint32, unit disclosure.Unit, kind disclosure.Kind, step Step) string {
	h := sha256.Sum256(fmt.Appendf(nil, "folgmed duty event v1\n%d\n%s\n%s\n%s\n%s\n%s\n%s\n%s",
		wave, unit.Owner, unit.School, unit.Level, unit.Name, unit.Group, kind, step))
	return hex.EncodeToString(h[:16])
}

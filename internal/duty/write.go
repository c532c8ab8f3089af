package duty

import (
	"fmt"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/folgmed/folgmed/internal/disclosure"
)

// MaxText is how much one field takes, in characters.
const MaxText = 4000

// Refusal is why an event was not made. It is told to the writer beside the
// field, in the writer's language, so it carries a code and no sentence.
type Refusal struct {
	Code  RefusalCode
	Field string // as in the form; empty when it is about the whole
	Found string // what looked like a person, as it was written; may be empty
}

func (r *Refusal) Error() string {
	if r.Field == "" {
		return fmt.Sprintf("duty event refused: %s", r.Code)
	}
	return fmt.Sprintf("duty event refused: %s in %s", r.Code, r.Field)
}

// RefusalCode is a reason to refuse; the list is closed.
type RefusalCode string

// The reasons to refuse what someone writes.
const (
	Empty            RefusalCode = "empty"             // nothing was written
	TooLong          RefusalCode = "too_long"          // more than MaxText characters
	NationalID       RefusalCode = "national_id"       // looks like a national identity number
	Phone            RefusalCode = "phone"             // looks like a phone number
	Email            RefusalCode = "email"             // an e-mail address
	Names            RefusalCode = "names"             // looks like a list of names
	NoReason         RefusalCode = "no_reason"         // "no concern" without saying why
	NoConclusion     RefusalCode = "no_conclusion"     // neither concern nor no concern
	SevereStaysOpen  RefusalCode = "severe_stays_open" // a severe prompt is answered after an inquiry, as a report is
	AlreadyConcluded RefusalCode = "already_concluded" // the writer saw the conclusion
	BadForm          RefusalCode = "bad_form"          // id or version is not one a page of ours sends

	Missing        RefusalCode = "missing"          // a field that must be filled in is not
	BadDay         RefusalCode = "bad_day"          // no day, or years away
	NotYet         RefusalCode = "not_yet"          // done on a day to come
	Over           RefusalCode = "over"             // planned for a day that has passed
	EndBeforeStart RefusalCode = "end_before_start" // the last day is before the first
	TooLate        RefusalCode = "too_late"         // put aside for too long
	BadArchive     RefusalCode = "bad_archive"      // not the number of a case
	InArchive      RefusalCode = "in_archive"       // the archive holds that of an individual case
	NotYours       RefusalCode = "not_yours"        // another role takes this step
	NotNow         RefusalCode = "not_now"          // not in the state it is in
	NotInquired    RefusalCode = "not_inquired"     // it ends only after a recorded inquiry
	NoSuchCase     RefusalCode = "no_such_case"     // none that is open
	NoSuchMeasure  RefusalCode = "no_such_measure"  // none in this case
	SurveyAlone    RefusalCode = "survey_alone"     // figures say nothing about how each has it
	NotAsked       RefusalCode = "not_asked"        // those affected have not said it themselves
	NotSafe        RefusalCode = "not_safe"         // those affected say that it is not over
	NotMuted       RefusalCode = "not_muted"        // what is serious is not put aside
)

// RefusalCodes lists them all, so that every language can be checked to have
// a sentence for each.
var RefusalCodes = []RefusalCode{
	Empty, TooLong, NationalID, Phone, Email, Names, NoReason, NoConclusion,
	SevereStaysOpen, AlreadyConcluded, BadForm,
	Missing, BadDay, NotYet, Over, EndBeforeStart, TooLate, BadArchive, InArchive, NotYours, NotNow, NotInquired,
	NoSuchCase, NoSuchMeasure, SurveyAlone, NotAsked, NotSafe, NotMuted,
}

// Writing is what a member of staff sends about a prompt.
type Writing struct {
	ID         string // made by the client: sent twice is written once
	Seen       int    // the version of the prompt on the writer's page
	At         time.Time
	By         string // person id
	Role       string
	Text       string // Observe: what was seen
	ExtraLook  bool   // Observe: "we looked out for pupils we know may be vulnerable"
	Conclusion string // Conclude: Concern or NoConcern
	Reason     string // Conclude: why; NoConcern needs it
}

// Observe makes the event that says what staff saw. A concluded prompt may
// still be added to. Its errors are *Refusal.
func Observe(p Prompt, w Writing) (Event, error) {
	w.Text = strings.TrimSpace(w.Text)
	if w.Text == "" {
		return Event{}, &Refusal{Code: Empty, Field: "text"}
	}
	if err := checkText("text", w.Text); err != nil {
		return Event{}, err
	}
	return event(p, w, Observed, Body{Text: w.Text, ExtraLook: w.ExtraLook})
}

// Conclude makes the event that ends a prompt: concern, or no concern because
// of a reason. A severe prompt can not be concluded: it is answered, as a
// report is, and Take does that. Its errors are *Refusal.
func Conclude(p Prompt, w Writing) (Event, error) {
	w.Reason = strings.TrimSpace(w.Reason)
	switch {
	case p.Kind == disclosure.KindSevere:
		return Event{}, &Refusal{Code: SevereStaysOpen}
	case w.Conclusion != Concern && w.Conclusion != NoConcern:
		return Event{}, &Refusal{Code: NoConclusion, Field: "conclusion"}
	case w.Conclusion == NoConcern && w.Reason == "":
		return Event{}, &Refusal{Code: NoReason, Field: "reason"}
	}
	if err := checkText("reason", w.Reason); err != nil {
		return Event{}, err
	}
	for _, e := range p.History {
		if e.Covers && e.Version < w.Seen {
			return Event{}, &Refusal{Code: AlreadyConcluded}
		}
	}
	return event(p, w, Concluded, Body{Conclusion: w.Conclusion, Reason: w.Reason})
}

var clientID = regexp.MustCompile(`^[A-Za-z0-9_-]{16,64}$`)

func event(p Prompt, w Writing, step Step, body Body) (Event, error) {
	if !clientID.MatchString(w.ID) || w.Seen < 1 || w.Seen > p.Version {
		return Event{}, &Refusal{Code: BadForm}
	}
	return Event{
		ID: w.ID, Subject: PromptSubject(p.ID), Owner: p.Unit.Owner, School: p.Unit.School,
		Version: w.Seen, Step: step, At: w.At, By: w.By, Role: w.Role, Body: body,
	}, nil
}

func checkText(field, text string) error {
	if utf8.RuneCountInString(text) > MaxText {
		return &Refusal{Code: TooLong, Field: field}
	}
	if code, found := looksLikePerson(text); code != "" {
		return &Refusal{Code: code, Field: field, Found: found}
	}
	return nil
}

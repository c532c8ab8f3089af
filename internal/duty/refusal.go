package duty

import (
	"fmt"
	"regexp"
	"unicode/utf8"
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
	TooLong          RefusalCode = "too_long"          // more than MaxText characters
	NationalID       RefusalCode = "national_id"       // looks like a national identity number
	Phone            RefusalCode = "phone"             // looks like a phone number
	Email            RefusalCode = "email"             // an e-mail address
	Names            RefusalCode = "names"             // looks like a list of names
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
	NoSuchWeek     RefusalCode = "no_such_week"     // the classes are not asked then, or it is too soon
	NoSuchMeasure  RefusalCode = "no_such_measure"  // none in this case
	SurveyAlone    RefusalCode = "survey_alone"     // figures say nothing about how each has it
	NotAsked       RefusalCode = "not_asked"        // those affected have not said it themselves
	AskedBefore    RefusalCode = "asked_before"     // what they said is from before the case was opened
	NotSafe        RefusalCode = "not_safe"         // those affected say that it is not over
	NotMuted       RefusalCode = "not_muted"        // what is serious is not put aside
)

// RefusalCodes lists them all, so that every language can be checked to have
// a sentence for each.
var RefusalCodes = []RefusalCode{
	TooLong, NationalID, Phone, Email, Names, SevereStaysOpen, AlreadyConcluded, BadForm,
	Missing, BadDay, NotYet, Over, EndBeforeStart, TooLate, BadArchive, InArchive, NotYours, NotNow, NotInquired,
	NoSuchCase, NoSuchWeek, NoSuchMeasure, SurveyAlone, NotAsked, AskedBefore, NotSafe, NotMuted,
}

var clientID = regexp.MustCompile(`^[A-Za-z0-9_-]{16,64}$`)

func checkText(field, text string) error {
	if utf8.RuneCountInString(text) > MaxText {
		return &Refusal{Code: TooLong, Field: field}
	}
	if code, found := looksLikePerson(text); code != "" {
		return &Refusal{Code: code, Field: field, Found: found}
	}
	return nil
}

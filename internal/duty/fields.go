package duty

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// Field is one thing that a step asks for.
type Field string

// The fields of all steps, Body.Fields. What each may hold stands in Rules.
const (
	FieldAbout           Field = "about"            // pupils, staff or leadership
	FieldWhat            Field = "what"             // what was seen or heard
	FieldSources         Field = "sources"          // where it is known from
	FieldPossiblySerious Field = "possibly_serious" // in the eyes of who reports
	FieldSerious         Field = "serious"          // as the principal decided
	FieldReason          Field = "reason"
	FieldOn              Field = "on"    // the day it was done
	FieldRoute           Field = "route" // of what is about staff
	FieldText            Field = "text"
	FieldHeard           Field = "heard"       // roles, never names
	FieldHeardStaff      Field = "heard_staff" // from the list of staff
	FieldOutcome         Field = "outcome"
	FieldCase            Field = "case"
	FieldUntil           Field = "until"
	FieldExtraLook       Field = "extra_look" // "we looked out for pupils we know may be vulnerable"
	FieldPlace           Field = "place"
	FieldWave            Field = "wave"       // number of the week's survey
	FieldConclusion      Field = "conclusion" // of a prompt

	FieldWentOn        Field = "went_on"
	FieldStopped       Field = "stopped"
	FieldPhysical      Field = "physical"
	FieldAverted       Field = "averted"
	FieldMilder        Field = "milder"
	FieldProportionate Field = "proportionate"
	FieldThen          Field = "then"

	FieldScope   Field = "scope"
	FieldArchive Field = "archive" // the number of the case in the archive
	FieldTitle   Field = "title"
	FieldClasses Field = "classes"

	FieldMatters       Field = "matters"    // of an individual case: which were looked into
	FieldExperience    Field = "experience" // the four matters of a situation
	FieldFacts         Field = "facts"
	FieldFactors       Field = "factors"
	FieldElsewhere     Field = "elsewhere"
	FieldBestInterests Field = "best_interests"

	FieldMeasure    Field = "measure" // id of a measure
	FieldOver       Field = "over"    // ids of the wordings that a change is written over
	FieldProblem    Field = "problem" // the five fields of a measure
	FieldPlanned    Field = "planned"
	FieldFrom       Field = "from"
	FieldTo         Field = "to"
	FieldBy         Field = "by"
	FieldEvaluateOn Field = "evaluate_on"
	FieldEffect     Field = "effect"

	FieldSafe    Field = "safe"
	FieldBasis   Field = "basis"
	FieldSaidBy  Field = "said_by"
	FieldAskedBy Field = "asked_by"
	FieldSaid    Field = "said"
)

// Yes and No are the options of a question that has two.
const (
	Yes = "yes"
	No  = "no"
)

// Fields are what was filled in.
type Fields map[Field][]string

// Get returns a field's only value; empty without one.
func (f Fields) Get(field Field) string {
	if len(f[field]) == 0 {
		return ""
	}
	return f[field][0]
}

// Has reports whether a value is among those of a field.
func (f Fields) Has(field Field, value string) bool { return slices.Contains(f[field], value) }

// Equal reports whether the same was filled in.
func (f Fields) Equal(g Fields) bool { return maps.EqualFunc(f, g, slices.Equal) }

// Kind is how a field is filled in.
type Kind string

// The kinds of fields.
const (
	KindText    Kind = "text"    // up to MaxText characters
	KindLine    Kind = "line"    // up to MaxLine characters on one line
	KindArchive Kind = "archive" // a case's number in the archive
	KindChoice  Kind = "choice"  // one of the options
	KindChoices Kind = "choices" // some of the options
	KindTick    Kind = "tick"    // Yes or nothing
	KindDay     Kind = "day"
	KindPerson  Kind = "person"  // one from the list of staff
	KindPeople  Kind = "people"  // some from the list of staff
	KindClasses Kind = "classes" // some of the school's classes
	KindRef     Kind = "ref"     // a case, a measure or a week, chosen from those there are
	KindRefs    Kind = "refs"
)

// MaxLine is how much a field of one line takes, in characters.
const MaxLine = 200

// Tense says which days a field takes.
type Tense string

// The tenses.
const (
	AnyDay Tense = ""
	Past   Tense = "past"  // today or before: it has been done
	Ahead  Tense = "ahead" // today or after: it is to be done
)

// Spec says what a field of a step holds.
type Spec struct {
	Field   Field
	Kind    Kind
	Options []string
	Tense   Tense
	Must    bool
	MustIf  func(Fields) bool // it must be filled in where others say so
	Only    string            // the scope of the cases that have it; empty: both
}

var (
	dayForm     = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}$`)
	archiveForm = regexp.MustCompile(`^[\pL\d][\pL\d./_-]{1,39}$`)
	refForm     = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)
)

// check returns what was filled in of a step's fields, tidied, or the first
// refusal. scope is that of the case, if it is one. What stood there before
// may stand although its day has passed since.
func check(specs []Spec, scope string, in, before Fields, today time.Time) (Fields, error) {
	out := Fields{}
	for _, spec := range specs {
		values := tidy(in[spec.Field])
		elsewhere := spec.Only != "" && spec.Only != scope
		must := spec.Must || spec.MustIf != nil && spec.MustIf(in)
		switch {
		case len(values) == 0 && must && !elsewhere:
			return nil, &Refusal{Code: Missing, Field: string(spec.Field)}
		case len(values) == 0:
			continue
		case elsewhere:
			return nil, &Refusal{Code: InArchive, Field: string(spec.Field)}
		}
		out[spec.Field] = values
		if before != nil && slices.Equal(before[spec.Field], values) {
			continue
		}
		if err := spec.check(values, today); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func tidy(values []string) []string {
	var kept []string
	for _, v := range values {
		v = strings.TrimSpace(strings.ReplaceAll(v, "\r\n", "\n"))
		if v != "" && !slices.Contains(kept, v) {
			kept = append(kept, v)
		}
	}
	return kept
}

func (s Spec) check(values []string, today time.Time) error {
	refuse := func(code RefusalCode) error { return &Refusal{Code: code, Field: string(s.Field)} }
	switch s.Kind {
	case KindChoices, KindPeople, KindClasses, KindRefs:
	case KindText, KindLine, KindArchive, KindChoice, KindTick, KindDay, KindPerson, KindRef:
		if len(values) > 1 {
			return refuse(BadForm)
		}
	}
	for _, v := range values {
		switch s.Kind {
		case KindText, KindLine, KindClasses:
			if s.Kind != KindText && (utf8.RuneCountInString(v) > MaxLine || strings.Contains(v, "\n")) {
				return refuse(TooLong)
			}
			if err := checkText(string(s.Field), v); err != nil {
				return err
			}
		case KindArchive:
			if code, found := looksLikePerson(v); code != "" {
				return &Refusal{Code: code, Field: string(s.Field), Found: found}
			}
			if !archiveForm.MatchString(v) || !strings.ContainsAny(v, "0123456789") {
				return refuse(BadArchive)
			}
		case KindChoice, KindChoices, KindTick:
			if !slices.Contains(s.Options, v) {
				return refuse(BadForm)
			}
		case KindDay:
			if err := s.checkDay(v, today); err != nil {
				return err
			}
		case KindPerson, KindPeople, KindRef, KindRefs:
			if !refForm.MatchString(v) {
				return refuse(BadForm)
			}
		}
	}
	return nil
}

// farthest is how far from today a day may be: beyond it, it is a slip of the
// pen.
const farthest = 2 // years

func (s Spec) checkDay(v string, today time.Time) error {
	day, ok := ParseDay(v)
	now := midnight(today)
	code := RefusalCode("")
	switch {
	case !ok || !dayForm.MatchString(v), day.Before(now.AddDate(-farthest, 0, 0)), day.After(now.AddDate(farthest, 0, 0)):
		code = BadDay
	case s.Tense == Past && day.After(now):
		code = NotYet
	case s.Tense == Ahead && day.Before(now):
		code = Over
	}
	if code == "" {
		return nil
	}
	return &Refusal{Code: code, Field: string(s.Field)}
}

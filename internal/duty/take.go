package duty

import (
	"slices"
	"strings"
	"time"

	"github.com/folgmed/folgmed/internal/disclosure"
)

// Act is what a person sends to take a step.
type Act struct {
	ID     string // made by the client: sent twice is written once
	Seen   int    // the version of the subject on the writer's page; 0 opens one
	At     time.Time
	By     string // person id
	Role   string
	Who    Who
	Fields Fields
}

// Matter is what steps are taken on: a Prompt, a Report or a Case.
type Matter interface {
	thread() Thread
	subject() Subject
	// scope is that of a case, and empty for others.
	scope() string
	// before is what an act changes; nil if it only adds.
	before(step Step, f Fields) Fields
	// allows refuses what follows from the matter itself, once the act's
	// fields are in order.
	allows(step Step, a Act) error
}

// Take makes the event of a step on a matter. Its errors are *Refusal.
func Take(m Matter, step Step, a Act) (Event, error) {
	t := m.thread()
	rule, ok := RuleOf(m.subject(), step)
	if !ok || len(rule.From) == 0 || !clientID.MatchString(a.ID) || a.Seen < 1 || a.Seen > t.Version {
		return Event{}, &Refusal{Code: BadForm}
	}
	if !rule.takenBy(a.Who) {
		return Event{}, &Refusal{Code: NotYours}
	}
	if !slices.Contains(rule.From, t.State) {
		return Event{}, &Refusal{Code: NotNow}
	}
	fields, err := check(rule.Fields, m.scope(), a.Fields, m.before(step, a.Fields), a.At)
	if err != nil {
		return Event{}, err
	}
	a.Fields = fields
	if err := m.allows(step, a); err != nil {
		return Event{}, err
	}
	return a.event(m.subject().key(t.ID), t.Owner, t.School, step, Body{Fields: fields}), nil
}

// ThreadOf is all that happened to a matter.
func ThreadOf(m Matter) Thread { return m.thread() }

// Wrote reports whether an event is what the act wrote when it was sent before.
func (a Act) Wrote(e Event) bool {
	subject, _, _ := strings.Cut(e.Subject, ":")
	rule, ok := RuleOf(Subject(subject), e.Step)
	return ok && e.ID == a.ID && e.By == a.By && !slices.ContainsFunc(rule.Fields, func(s Spec) bool {
		return !slices.Equal(tidy(a.Fields[s.Field]), e.Body.Fields[s.Field])
	})
}

// open makes the event that opens a subject.
func open(subject Subject, step Step, owner, school string, a Act) (Event, error) {
	rule, _ := RuleOf(subject, step)
	if !clientID.MatchString(a.ID) || a.Seen != 0 {
		return Event{}, &Refusal{Code: BadForm}
	}
	if !rule.takenBy(a.Who) {
		return Event{}, &Refusal{Code: NotYours}
	}
	fields, err := check(rule.Fields, a.Fields.Get(FieldScope), a.Fields, nil, a.At)
	if err != nil {
		return Event{}, err
	}
	return a.event(subject.key(idOf(subject, a.ID)), owner, school, step, Body{Fields: fields}), nil
}

func (a Act) event(subject, owner, school string, step Step, body Body) Event {
	return Event{
		ID: a.ID, Subject: subject, Owner: owner, School: school, Version: a.Seen, Step: step,
		At: a.At, By: a.By, Role: a.Role, Body: body,
	}
}

// following is the id of an event that comes with another: the same act sent
// twice writes it once.
func following(id, subject string, step Step) string {
	return idOf(Subject(step), id+"\n"+subject)
}

// mutedFor is how long a prompt may be put aside, in days.
const mutedFor = 60

func (p Prompt) subject() Subject           { return SubjectPrompt }
func (p Prompt) scope() string              { return "" }
func (p Prompt) before(Step, Fields) Fields { return nil }
func (p Prompt) thread() Thread {
	return Thread{
		ID: p.ID, Owner: p.Unit.Owner, School: p.Unit.School, State: p.State, Version: p.Version,
		OpenedAt: p.OpenedAt, History: p.History,
	}
}

func (p Prompt) allows(step Step, a Act) error {
	switch step {
	case Concluded:
		return p.mayConclude(a.Seen)
	case Answered:
		return mayAnswer(p.Inquired, a.Fields)
	case Muted:
		if p.Grave() {
			return &Refusal{Code: NotMuted}
		}
		if until, _ := ParseDay(a.Fields.Get(FieldUntil)); until.After(midnight(a.At).AddDate(0, 0, mutedFor)) {
			return &Refusal{Code: TooLate, Field: string(FieldUntil)}
		}
	default: // the fields say all
	}
	return nil
}

// mayConclude: what is severe is answered, as a report is; and nobody concludes
// anew who has read that it is concluded.
func (p Prompt) mayConclude(seen int) error {
	if p.Kind == disclosure.KindSevere {
		return &Refusal{Code: SevereStaysOpen}
	}
	if slices.ContainsFunc(p.History, func(e Entry) bool { return e.Covers && e.Version < seen }) {
		return &Refusal{Code: AlreadyConcluded}
	}
	return nil
}

// mayAnswer: that something is no case takes a recorded inquiry.
func mayAnswer(inquired bool, f Fields) error {
	if f.Get(FieldOutcome) == NoCase && !inquired {
		return &Refusal{Code: NotInquired, Field: string(FieldOutcome)}
	}
	return nil
}

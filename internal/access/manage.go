package access

import (
	"context"
	"errors"
	"net/mail"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/folgmed/folgmed/internal/audit"
	"github.com/folgmed/folgmed/internal/roster"
	"github.com/folgmed/folgmed/internal/web"
)

// Refusal says what is wrong with what was written about a person. The list is
// closed.
type Refusal string

// The refusals.
const (
	NameMissing    Refusal = "name_missing"
	NameLong       Refusal = "name_long"
	NameOdd        Refusal = "name_odd" // holds a character that can not be seen
	EmailBad       Refusal = "email_bad"
	EmailTaken     Refusal = "email_taken"     // by one of the same staff
	EmailElsewhere Refusal = "email_elsewhere" // by somebody whom the writer does not manage
	PostBad        Refusal = "post_bad"
	ClassMissing   Refusal = "class_missing"
	SchoolMissing  Refusal = "school_missing"
	LangBad        Refusal = "lang_bad"
	Shared         Refusal = "shared"      // works at a school of somebody else's too: only the classes here may change
	Meanwhile      Refusal = "meanwhile"   // somebody changed the person after the page was read
	LastLeader     Refusal = "last_leader" // a school would have no principal
	UntilBad       Refusal = "until_bad"
	UntilPast      Refusal = "until_past"
	UntilFar       Refusal = "until_far"
	TooMany        Refusal = "too_many" // have asked to be let in
)

// Refusals lists them all.
var Refusals = []Refusal{
	NameMissing, NameLong, NameOdd, EmailBad, EmailTaken, EmailElsewhere, PostBad, ClassMissing, SchoolMissing, LangBad,
	Shared, Meanwhile, LastLeader, UntilBad, UntilPast, UntilFar, TooMany,
}

// The fields that a fault is in.
const (
	FieldName    = "name"
	FieldEmail   = "email"
	FieldPost    = "post"
	FieldClasses = "classes"
	FieldSchools = "schools"
	FieldLang    = "lang"
	FieldUntil   = "until"
)

// Fault is one thing wrong; Field is empty where it is about the whole.
type Fault struct {
	Field string
	Why   Refusal
}

// Faults are all that is wrong with a form at once.
type Faults []Fault

// Error implements error.
func (f Faults) Error() string {
	words := make([]string, len(f))
	for i, one := range f {
		words[i] = strings.TrimSpace(one.Field + " " + string(one.Why))
	}
	return "refused: " + strings.Join(words, ", ")
}

const (
	longestName  = 100
	longestEmail = 254
	// longestDeputy is how far ahead the last day of a deputy may be: it is
	// agreed once a year.
	longestDeputy = 366
)

var errNotTheirs = errors.New("not a person whom the member of staff manages")

// Act is who changes something, at which school, and the id that the form was
// given: sent twice is done once.
type Act struct {
	By     Person
	School string // empty: an owner's act
	Event  string
}

// manages says whether someone may say who a person is.
func manages(by Person, p Person) bool {
	right, ok := managedBy[p.Role]
	if !ok || !by.May(right) || p.Owner != by.Owner || p.ID == by.ID {
		return false
	}
	return right == ManageLeaders || slices.ContainsFunc(p.Schools, by.AtSchool)
}

// sole says whether a person works at no school but those of who manages.
func sole(by Person, p Person) bool {
	return by.May(ManageLeaders) || !slices.ContainsFunc(p.Schools, func(s string) bool { return !by.AtSchool(s) })
}

// Managed returns the people whom someone may change, as of now.
func (s *Service) Managed(ctx context.Context, by Person) ([]Person, error) {
	all, err := s.People(ctx)
	return slices.DeleteFunc(all, func(p Person) bool {
		p.Role = p.Post
		return !manages(by, p)
	}), err
}

// managed finds one of them, as the journal has it.
func (s *Service) managed(st *state, by Person, id string) (Person, error) {
	p, ok := st.people[id]
	if !ok || !manages(by, p) {
		return Person{}, web.Fail("not_found", errNotTheirs)
	}
	return p, nil
}

// Mark stands for what is written of a person now: a form that shows an older
// one is refused.
func (p Person) Mark() string {
	if p.Post != "" {
		p.Role = p.Post
	}
	return hash(body(p))[:16]
}

// Hire lets a new person sign in. Role, name, e-mail address, language, classes
// and schools are p's. Somebody who has the same post at another school of the
// owner comes to work at this one too.
func (s *Service) Hire(ctx context.Context, a Act, p Person) error {
	st, err := s.fresh(ctx)
	if err != nil {
		return err
	}
	id := hash("hire\n" + a.By.ID + "\n" + a.Event)
	if _, done := st.people[id]; done {
		return nil // the same form again
	}
	p.ID, p.Owner, p.DeputyUntil = id, a.By.Owner, time.Time{}
	if a.School != "" {
		p.Schools = []string{a.School}
	}
	p.Email = foldEmail(p.Email)
	faults := p.faults(a.By)
	if known, taken := st.byEmail(p.Email); taken {
		if known.AtSchool(a.School) || a.By.May(ManageLeaders) && manages(a.By, known) {
			return append(faults, Fault{FieldEmail, EmailTaken})
		}
		if known.Owner != p.Owner || known.Role != p.Role || a.School == "" || s.now().Before(known.DeputyUntil) {
			return append(faults, Fault{FieldEmail, EmailElsewhere})
		}
		known.Schools = append(slices.Clone(known.Schools), a.School)
		known.Classes = append(slices.Clone(known.Classes), p.Classes...)
		p = known
	}
	if len(faults) > 0 {
		return faults
	}
	if err := s.write(ctx, st, a, "person_added", personAdded, p); err != nil {
		return err
	}
	if st, err = s.fresh(ctx); err != nil {
		return err
	}
	if holder, _ := st.byEmail(p.Email); holder.ID != p.ID {
		return Faults{{FieldEmail, EmailTaken}} // by another form in the same moment
	}
	return nil
}

// Amend changes who a person is; seen is the Mark that the form was made of. At
// a school only the classes there are changed of a person who works at a school
// of somebody else's too.
func (s *Service) Amend(ctx context.Context, a Act, seen string, p Person) error {
	st, err := s.fresh(ctx)
	if err != nil {
		return err
	}
	known, err := s.managed(st, a.By, p.ID)
	if err != nil {
		return err
	}
	next := known
	next.Name, next.Email, next.Lang, next.Role = strings.TrimSpace(p.Name), foldEmail(p.Email), p.Lang, p.Role
	if a.School != "" {
		next.Classes = slices.Concat(elsewhere(known.Classes, a.School), p.Classes)
		next.Schools = known.Schools
	} else {
		next.Schools = p.Schools
	}
	if next.Role != known.Role {
		next.DeputyUntil = time.Time{} // it was agreed for what the person was
	}
	if next.Role == Reporter {
		next.Classes = nil
	}
	if next.Mark() == known.Mark() {
		return nil // the same form again, or nothing new
	}
	faults := next.faults(a.By)
	if known.Mark() != seen {
		faults = append(faults, Fault{"", Meanwhile})
	}
	if !sole(a.By, known) && (next.Name != known.Name || next.Email != known.Email || next.Role != known.Role || next.Lang != known.Lang) {
		faults = append(faults, Fault{"", Shared})
	}
	if holder, taken := st.byEmail(next.Email); taken && holder.ID != known.ID {
		faults = append(faults, Fault{FieldEmail, EmailElsewhere})
	}
	if st.leaderless(known, next.Schools) {
		faults = append(faults, Fault{FieldSchools, LastLeader})
	}
	if len(faults) > 0 {
		return faults
	}
	return s.write(ctx, st, a, "person_changed", personAdded, next)
}

// Dismiss ends what a person may do at the school of the act; of a person who
// works nowhere else, all of it at once. An owner's act ends it at every school.
func (s *Service) Dismiss(ctx context.Context, a Act, id string) error {
	st, err := s.fresh(ctx)
	if err != nil {
		return err
	}
	if _, there := st.people[id]; !there {
		return nil // gone already
	}
	p, err := s.managed(st, a.By, id)
	if err != nil {
		return err
	}
	if st.leaderless(p, nil) {
		return Faults{{"", LastLeader}}
	}
	schools := slices.DeleteFunc(slices.Clone(p.Schools), func(org string) bool { return org == a.School || a.School == "" })
	if len(schools) == 0 {
		return s.write(ctx, st, a, "person_removed", personRemoved, p)
	}
	p.Schools, p.Classes = schools, elsewhere(p.Classes, a.School)
	if p.Role == Teacher && len(p.Classes) == 0 {
		return s.write(ctx, st, a, "person_removed", personRemoved, p)
	}
	return s.write(ctx, st, a, "person_removed", personAdded, p)
}

// NameDeputy lets one of the staff stand in for the principal to the end of a
// day, and no longer. Whoever works at a school of somebody else's too can not:
// a deputy is one wherever the person works.
func (s *Service) NameDeputy(ctx context.Context, a Act, id string, last roster.Date) error {
	st, err := s.fresh(ctx)
	if err != nil {
		return err
	}
	p, err := s.managed(st, a.By, id)
	if err != nil {
		return err
	}
	if !a.By.May(NameDeputies) || p.Role == Deputy {
		return web.Fail("forbidden", errNotTheirs)
	}
	today := roster.Date(s.now().In(web.Oslo).Format(time.DateOnly))
	var faults Faults
	switch day := last.Day(); {
	case day.IsZero():
		faults = append(faults, Fault{FieldUntil, UntilBad})
	case last < today:
		faults = append(faults, Fault{FieldUntil, UntilPast})
	case day.Sub(today.Day()) > longestDeputy*24*time.Hour:
		faults = append(faults, Fault{FieldUntil, UntilFar})
	}
	if !sole(a.By, p) {
		faults = append(faults, Fault{"", Shared})
	}
	if len(faults) > 0 {
		return faults
	}
	until := DeputyTo(last)
	if p.DeputyUntil.Equal(until) {
		return nil
	}
	p.DeputyUntil = until
	return s.write(ctx, st, a, "deputy_named", personAdded, p)
}

// DeputyTo is Person.DeputyUntil of somebody who stands in to the end of a day.
func DeputyTo(last roster.Date) time.Time {
	day := last.Day()
	return time.Date(day.Year(), day.Month(), day.Day()+1, 0, 0, 0, 0, web.Oslo).UTC()
}

// EndDeputy ends at once that a person stands in for the principal.
func (s *Service) EndDeputy(ctx context.Context, a Act, id string) error {
	st, err := s.fresh(ctx)
	if err != nil {
		return err
	}
	p, err := s.managed(st, a.By, id)
	if err != nil {
		return err
	}
	if !a.By.May(NameDeputies) {
		return web.Fail("forbidden", errNotTheirs)
	}
	if p.DeputyUntil.IsZero() {
		return nil
	}
	p.DeputyUntil = time.Time{}
	return s.write(ctx, st, a, "deputy_ended", personAdded, p)
}

// LinkFor makes a sign-in link for a person, to hand over or to send; who it is
// for comes with it. One to hand over is not made for a person who works at a
// school of somebody else's: whoever holds it sees that school as well.
func (s *Service) LinkFor(ctx context.Context, a Act, id string, toHand bool) (token string, p Person, err error) {
	st, err := s.fresh(ctx)
	if err != nil {
		return "", p, err
	}
	if p, err = s.managed(st, a.By, id); err != nil {
		return "", p, err
	}
	if toHand && !sole(a.By, p) {
		return "", p, Faults{{"", Shared}}
	}
	if err := s.audit.Record(ctx, audit.Entry{Person: a.By.ID, School: a.School, Action: "link_made", About: p.ID}); err != nil {
		return "", p, web.Fail("unavailable", err)
	}
	token = newSecret()
	err = s.append(ctx, st, Event{ID: newID(), By: a.By.ID, Step: linkMade, Person: p.ID, Body: body(secret{
		Hash: hash(token), Expires: s.now().Add(linkLife).UTC(),
	})})
	return token, p, err
}

// write records an act and then does it.
func (s *Service) write(ctx context.Context, st *state, a Act, action, step string, p Person) error {
	if err := s.audit.Record(ctx, audit.Entry{Person: a.By.ID, School: a.School, Action: action, About: p.ID}); err != nil {
		return web.Fail("unavailable", err)
	}
	return s.append(ctx, st, Event{ID: hash(step + "\n" + a.By.ID + "\n" + a.Event), By: a.By.ID, Step: step, Person: p.ID, Body: body(p)})
}

// faults are all that is wrong with who a person is to be.
func (p Person) faults(by Person) Faults {
	var all Faults
	fault := func(bad bool, field string, why Refusal) {
		if bad {
			all = append(all, Fault{field, why})
		}
	}
	name := strings.TrimSpace(p.Name)
	fault(name == "", FieldName, NameMissing)
	fault(utf8.RuneCountInString(name) > longestName, FieldName, NameLong)
	fault(!utf8.ValidString(name) || strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsPrint(r) }), FieldName, NameOdd)
	fault(!plainAddress(p.Email), FieldEmail, EmailBad)
	right, ok := managedBy[p.Role]
	fault(!ok || !by.May(right) || p.Role == Deputy, FieldPost, PostBad)
	fault(p.Role == Teacher && len(p.Classes) == 0, FieldClasses, ClassMissing)
	fault(p.Role == Principal && len(p.Schools) == 0, FieldSchools, SchoolMissing)
	fault(p.Lang != "" && !slices.Contains(web.Languages, p.Lang), FieldLang, LangBad)
	return all
}

// plainAddress says whether a text is an e-mail address and nothing else.
func plainAddress(email string) bool {
	parsed, err := mail.ParseAddress(email)
	_, domain, _ := strings.Cut(email, "@")
	return err == nil && parsed.Address == email && len(email) <= longestEmail && strings.Contains(domain, ".")
}

// elsewhere are the classes of other schools.
func elsewhere(classes []string, school string) []string {
	var kept []string
	for _, c := range classes {
		if !strings.HasPrefix(c, school+"/") {
			kept = append(kept, c)
		}
	}
	return kept
}

// leaderless says whether a school that a principal leads would have no other
// when the person leads only those named.
func (st *state) leaderless(p Person, kept []string) bool {
	if p.Role != Principal {
		return false
	}
	for _, school := range p.Schools {
		led := slices.Contains(kept, school)
		for _, other := range st.people {
			led = led || other.ID != p.ID && other.Role == Principal && other.AtSchool(school)
		}
		if !led {
			return true
		}
	}
	return false
}

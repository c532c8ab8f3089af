package staff

import (
	"crypto/rand"
	"slices"

	"github.com/folgmed/folgmed/internal/access"
	"github.com/folgmed/folgmed/internal/disclosure"
	"github.com/folgmed/folgmed/internal/duty"
	"github.com/folgmed/folgmed/internal/web"
)

// stepForm is the form of one step: templates/partials/step.html.
type stepForm struct {
	ID, Action, Title, Lead, Save string
	Event                         string // the event's id: sent twice is written once
	Seen                          int
	Hidden                        []hidden
	Fields                        []formField
	Fault                         *fault
	Open                          bool // where it would be folded
}

type hidden struct{ Name, Value string }

// formField is one field as it stands on a page.
type formField struct {
	ID, Name, Label, Hint string
	Kind                  duty.Kind
	Required              bool
	Max                   int
	Value                 string
	Options               []option
	Fault                 string
}

type option struct {
	Value, Label string
	Checked      bool
}

// Described is what the field's hint and fault are found by.
func (f formField) Described() string {
	ids := ""
	if f.Hint != "" {
		ids = f.ID + "-hint"
	}
	if f.Fault != "" {
		ids += " " + f.ID + "-fault"
	}
	return ids
}

// asking says what a form is for.
type asking struct {
	subject duty.Subject
	step    duty.Step
	action  string
	of      string // which of several forms of the step: the id of a measure
	seen    int
	scope   string      // of the case
	fixed   duty.Fields // what the page fills in
	before  duty.Fields // what stands there to begin with
	cases   []option    // those to choose among
	sent    *sent
}

// sent is a form that was sent and not written: it comes back as it was.
type sent struct {
	step           duty.Step
	of             string
	act            duty.Act
	field, message string
}

// form builds the form of a step.
func (v *visit) form(a asking) stepForm {
	rule, _ := duty.RuleOf(a.subject, a.step)
	key := string(a.subject) + "." + string(a.step)
	f := stepForm{
		ID: string(a.step), Action: a.action, Title: v.t("do." + key), Lead: v.maybe("lead." + key),
		Save: v.firstOf("save."+key, "save"), Event: rand.Text(), Seen: a.seen,
	}
	if a.of != "" {
		f.ID += "-" + a.of
	}
	values := a.before
	if s := a.sent; s != nil && s.step == a.step && s.of == a.of {
		values, f.Event, f.Seen = s.act.Fields, s.act.ID, s.act.Seen
		f.Fault = &fault{On: f.ID, Field: s.field, Message: s.message}
	}
	for _, spec := range rule.Fields {
		switch {
		case a.fixed[spec.Field] != nil:
			for _, value := range a.fixed[spec.Field] {
				f.Hidden = append(f.Hidden, hidden{string(spec.Field), value})
			}
		case spec.Only == "" || a.scope == "" || spec.Only == a.scope:
			f.Fields = append(f.Fields, v.field(f, a, spec, values))
		}
	}
	return f
}

func (v *visit) field(f stepForm, a asking, spec duty.Spec, values duty.Fields) formField {
	name := string(spec.Field)
	own := string(a.subject) + "." + string(a.step) + "." + name
	field := formField{
		ID: f.ID + "-" + name, Name: name, Kind: spec.Kind, Value: values.Get(spec.Field),
		Label: v.firstOf("field."+own, "field."+name), Hint: v.firstOf("hint."+own, "hint."+name),
		// Where the scope is still to be chosen, what must be filled in is
		// not known before it is sent.
		Required: spec.Must && (spec.Only == "" || a.scope != ""),
		Max:      duty.MaxText,
	}
	// Said once in a form: nobody reads what stands under each of five fields.
	noNames := v.t("field.no_names")
	said := slices.ContainsFunc(f.Fields, func(above formField) bool { return above.Hint == noNames })
	if field.Hint == "" && spec.Kind == duty.KindText && !said {
		field.Hint = noNames
	}
	if f.Fault != nil && f.Fault.Field == name {
		field.Fault = f.Fault.Message
	}
	add := func(value, label string) {
		field.Options = append(field.Options, option{value, label, values.Has(spec.Field, value)})
	}
	switch spec.Kind {
	case duty.KindChoice, duty.KindChoices, duty.KindTick:
		for _, value := range spec.Options {
			add(value, v.option(spec.Field, value))
		}
	case duty.KindPerson, duty.KindPeople:
		for _, p := range v.staff {
			add(p.ID, p.Name)
		}
	case duty.KindClasses:
		for _, class := range sortClasses(v.school.Classes) {
			add(class.Name, class.Name)
		}
	case duty.KindRef:
		for _, o := range a.cases {
			add(o.Value, o.Label)
		}
	case duty.KindLine, duty.KindArchive:
		field.Max = duty.MaxLine
	case duty.KindText, duty.KindDay, duty.KindRefs:
	}
	return field
}

// option says a value of a field in words.
func (w words) option(field duty.Field, value string) string {
	return w.firstOf("option."+string(field)+"."+value, "option."+value)
}

// firstOf returns the first text there is.
func (w words) firstOf(keys ...string) string {
	for _, key := range keys {
		if w.cat.Has(key) {
			return w.t(key)
		}
	}
	return ""
}

// maybe returns a text, or nothing if there is none.
func (w words) maybe(key string) string { return w.firstOf(key) }

// saidField is one field of an event as people read it.
type saidField struct {
	Key   string // the field's; empty where it is none
	Label string
	Words []string
}

// said lists what was filled in, in the order in which it was asked for.
func (v *visit) said(e duty.Event) []saidField {
	subject := subjectOf(e)
	rule, _ := duty.RuleOf(subject, e.Step)
	var all []saidField
	for _, spec := range rule.Fields {
		var said []string
		for _, value := range e.Body.Fields[spec.Field] {
			switch spec.Kind {
			case duty.KindChoice, duty.KindChoices, duty.KindTick:
				value = v.option(spec.Field, value)
			case duty.KindPerson, duty.KindPeople:
				value = v.nameOf(value)
			case duty.KindDay:
				value = v.day(value)
			case duty.KindRef, duty.KindRefs: // a case or measure: the page says which
				continue
			case duty.KindText, duty.KindLine, duty.KindArchive, duty.KindClasses:
			}
			said = append(said, value)
		}
		if len(said) > 0 {
			name := string(spec.Field)
			all = append(all, saidField{name, v.firstOf("field."+string(subject)+"."+string(e.Step)+"."+name, "field."+name), said})
		}
	}
	return all
}

// day writes 2026-11-23 as people do.
func (w words) day(day string) string {
	t, ok := duty.ParseDay(day)
	if !ok {
		return day
	}
	return web.Date(w.lang, t)
}

// nameOf is the name of a member of staff; who has left is "a colleague".
func (v *visit) nameOf(id string) string {
	i := slices.IndexFunc(v.people, func(p access.Person) bool { return p.ID == id })
	if id == duty.Machine {
		return v.t("who.machine")
	}
	if i < 0 {
		return v.t("who.gone")
	}
	return v.people[i].Name
}

// happened is one event of a thread as people read it.
type happened struct {
	ID         string
	What, Who  string
	When       string
	Said       []saidField
	Concurrent bool
}

func (v *visit) happened(e duty.Entry) happened {
	h := happened{
		What: v.what(e.Event), Who: v.nameOf(e.By), When: web.DateTime(v.lang, e.At), Said: v.said(e.Event), Concurrent: e.Concurrent,
	}
	if e.By != duty.Machine {
		h.Who = v.t("who", h.Who, v.t("role."+e.Role))
	}
	if subjectOf(e.Event) == duty.SubjectPrompt && e.Step == duty.Opened {
		h.Said = []saidField{{"", v.t("fact.unit"), []string{v.unit(unitOf(e.Event))}}}
	}
	return h
}

// what says what an event is.
func (v *visit) what(e duty.Event) string {
	switch {
	case passedOn(e):
		return v.t("step.passed_on")
	case e.Step == duty.Joined:
		return v.t("step.joined", v.unit(unitOf(e)))
	default:
		return v.firstOf("did."+string(subjectOf(e))+"."+string(e.Step), "step."+string(e.Step))
	}
}

// passedOn: of all prompts' signals, people tell only those about adults.
func passedOn(e duty.Event) bool {
	return subjectOf(e) == duty.SubjectPrompt && (e.Step == duty.Opened || e.Step == duty.Joined) && e.By != duty.Machine
}

// unitOf is the unit of the signals that an event tells.
func unitOf(e duty.Event) disclosure.Unit {
	return disclosure.Unit{
		Owner: e.Owner, School: e.School, Level: disclosure.Level(e.Body.Level), Name: e.Body.Unit, Group: e.Body.Group,
	}
}

func (v *visit) all(entries []duty.Entry) []happened {
	var list []happened
	for _, e := range entries {
		list = append(list, v.happened(e))
	}
	return list
}

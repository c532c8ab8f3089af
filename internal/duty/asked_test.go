package duty_test

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/folgmed/folgmed/internal/disclosure"
	"github.com/folgmed/folgmed/internal/duty"
)

// asks is what each step asks for, and of whom. A field with * must be filled
// in, one with <  takes no day to come and one with > no day that has passed.
// One with ? must be filled in because of what the line fills in elsewhere; one
// with ! is refused in an individual case, and one with ~ in a situation.
var asks = []asking{
	{"routine arranged", "leader", "", "place* text*"},
	{"inspection inspected", "staff", "", "place* on*< text extra_look"},

	{"prompt observed", "staff", "change", "text* extra_look"},
	{"prompt concluded", "staff", "change", "conclusion*=no_concern reason?"},
	{"prompt concluded", "staff", "change", "conclusion*=concern reason"},
	{"prompt inquired", "leader", "severe", "on*< text* heard*"},
	{"prompt answered", "leader", "severe", "outcome*=no_case reason?"},
	{"prompt answered", "leader", "severe", "outcome*=in_case case?"},
	{"prompt muted", "leader", "change", "until*> reason*"},

	{"report reported", "staff", "", "what* sources* about* possibly_serious"},
	{"report received", "leader", "pupils", ""},
	{"report judged", "leader", "pupils", "serious* reason* on*<"},
	{"report routed", "leader", "staff", "route*=unfounded reason?"},
	{"report routed", "leader", "staff", "route*=passed_on reason"},
	{"report owner_took", "owner", "leadership", "text*"},
	{"report inquired", "leader", "pupils", "on*< text* heard*"},
	{"report answered", "leader", "pupils", "outcome*=no_case reason?"},
	{"report answered", "leader", "pupils", "outcome*=in_case case?"},

	{"intervention intervened", "staff", "", "on*< went_on* stopped* physical*=yes averted? milder? proportionate? then*=report reason"},
	{"intervention intervened", "staff", "", "on*< went_on* stopped* physical*=no then*=no_suspicion reason?"},

	{"case opened", "leader", "", "scope*=situation title*! classes! archive"},
	{"case opened", "leader", "", "scope*=individual archive?"},
	{"case raised_with", "leader", "case", "on*<"},
	{"case inquired", "leader", "situation", "on*< experience! facts! factors! elsewhere! heard*! heard_staff! best_interests!"},
	{"case inquired", "leader", "individual", "on*< matters*~"},
	{"case planned", "leader", "situation", "problem*! planned*! from* to*> by*! evaluate_on*>"},
	{"case planned", "leader", "individual", "from* to*> evaluate_on*>"},
	{"case changed", "leader", "situation", "measure* over* problem*! planned*! from* to* by*! evaluate_on*"},
	{"case carried_out", "leader", "case", "measure* on*<"},
	{"case evaluated", "leader", "situation", "measure* on*< effect* text*!"},
	{"case evaluated", "leader", "individual", "measure* on*< effect*"},
	{"case followed_up", "leader", "situation", "wave*! classes*!"},
	{"case closed", "leader", "situation", "basis* safe* said_by* on*< asked_by* said*!"},
	{"case closed", "leader", "individual", "basis* safe* said_by* on*< asked_by*"},
	{"case reopened", "leader", "situation closed", "reason*!"},
	{"case reopened", "leader", "individual closed", ""},
	{"case followed", "leader", "situation", "classes*!"},

	{"talk shared", "leader", "", "text*"},
	{"talk withdrawn", "leader", "talk", ""},
}

// filled is what is written where a line of asks says nothing else.
var filled = duty.Fields{
	duty.FieldPlace: {"toilets"}, duty.FieldOn: {"2026-10-12"}, duty.FieldUntil: {"2026-10-20"}, duty.FieldExtraLook: {duty.Yes},
	duty.FieldHeard: {"pupils_affected", "nurse"}, duty.FieldHeardStaff: {"anna"}, duty.FieldCase: {"some-case"},
	duty.FieldSources: {"observation", "other"}, duty.FieldAbout: {duty.AboutPupils}, duty.FieldPossiblySerious: {duty.Yes}, duty.FieldSerious: {duty.Yes},
	duty.FieldClasses: {"5A"}, duty.FieldArchive: {"2026/17"}, duty.FieldElsewhere: {duty.Yes}, duty.FieldMatters: duty.Matters,
	duty.FieldFrom: {"2026-10-12"}, duty.FieldTo: {"2026-10-20"}, duty.FieldEvaluateOn: {"2026-10-20"}, duty.FieldBy: {"anna"},
	duty.FieldEffect: {"some"}, duty.FieldWave: {"149"},
	duty.FieldBasis: {duty.BasisSaid}, duty.FieldSafe: {duty.Yes}, duty.FieldSaidBy: {duty.SaidByPupils}, duty.FieldAskedBy: {"anna"},
}

// asked is one field of a line of asks.
type asked struct {
	field duty.Field
	marks string
}

func (a asked) is(mark string) bool { return strings.Contains(a.marks, mark) }

// TestWhatEachStepAsks takes each step whole, and then without one field after
// the other, with days that can not be, in the other scope, and as someone else.
func TestWhatEachStepAsks(t *testing.T) {
	fields := map[string]map[duty.Field]bool{}
	for _, line := range asks {
		t.Run(line.step+" "+line.on+" "+line.fields, func(t *testing.T) {
			whole, all := line.read(t)
			if fields[line.step] == nil {
				fields[line.step] = map[duty.Field]bool{}
			}
			who := duty.Who(line.who)
			e, err := line.take(t, line.on, who, whole)
			if err != nil || !e.Body.Fields.Equal(whole) {
				t.Fatalf("of %v is written %v: %v", whole, e.Body.Fields, err)
			}
			for _, other := range []duty.Who{duty.Staff, duty.Leader, duty.Owner} {
				_, err := line.take(t, line.on, other, whole)
				if may := other == who || who == duty.Staff && other == duty.Leader; may != (code(err) == "") || !may && code(err) != duty.NotYours {
					t.Errorf("taken by %s: %v", other, err)
				}
			}
			for _, a := range all {
				fields[line.step][a.field] = true
				want := duty.RefusalCode("")
				if a.is("*") || a.is("?") {
					want = duty.Missing
				}
				without := maps.Clone(whole)
				delete(without, a.field)
				line.refused(t, line.on, without, a.field, want)
				for mark, day := range map[string]struct {
					day  string
					code duty.RefusalCode
				}{"<": {"2026-10-13", duty.NotYet}, ">": {"2026-10-11", duty.Over}} {
					if a.is(mark) {
						wrong := maps.Clone(whole)
						wrong[a.field] = []string{day.day}
						line.refused(t, line.on, wrong, a.field, day.code)
					}
				}
				line.elsewhere(t, a, whole, all)
			}
		})
	}
	for _, rule := range duty.Rules {
		step := string(rule.Subject) + " " + string(rule.Step)
		for _, spec := range rule.Fields {
			if !fields[step][spec.Field] {
				t.Errorf("nobody says whether %s of %s must be filled in", spec.Field, step)
			}
		}
		if fields[step] == nil {
			t.Errorf("nobody says what %s asks for", step)
		}
	}
}

// asking is one line of asks.
type asking struct{ step, who, on, fields string }

// read returns what the line fills in, and its fields with their marks.
func (l asking) read(t *testing.T) (whole duty.Fields, all []asked) {
	t.Helper()
	whole = duty.Fields{}
	for _, word := range strings.Fields(l.fields) {
		word, value, said := strings.Cut(word, "=")
		name := strings.TrimRight(word, "*<>?!~")
		field := duty.Field(name)
		switch values := filled[field]; {
		case said:
			whole[field] = []string{value}
		case values != nil:
			whole[field] = values
		default:
			whole[field] = []string{"Flere voksne ute."}
		}
		all = append(all, asked{field, word[len(name):]})
	}
	return whole, all
}

// elsewhere tries a field that only one scope has in a case of the other.
func (l asking) elsewhere(t *testing.T, a asked, whole duty.Fields, all []asked) {
	t.Helper()
	mark, other := "!", strings.Replace(l.on, duty.Situation, duty.Individual, 1)
	if a.is("~") {
		mark, other = "~", strings.Replace(l.on, duty.Individual, duty.Situation, 1)
	}
	if !a.is(mark) {
		return
	}
	in := maps.Clone(whole)
	for _, b := range all {
		if b.is(mark) && b != a {
			delete(in, b.field)
		}
	}
	for _, same := range asks {
		if same != l && same.step == l.step && same.on == other {
			others, _ := same.read(t)
			maps.Copy(in, others)
		}
	}
	if l.on == "" { // the scope is said in the form
		in[duty.FieldScope] = []string{duty.Individual}
	}
	l.refused(t, other, in, a.field, duty.InArchive)
}

func (l asking) refused(t *testing.T, on string, fields duty.Fields, field duty.Field, want duty.RefusalCode) {
	t.Helper()
	_, err := l.take(t, on, duty.Who(l.who), fields)
	var r *duty.Refusal
	errors.As(err, &r)
	if code(err) != want || want != "" && r.Field != string(field) {
		t.Errorf("%s in %v: %v, want %q", field, fields, err, want)
	}
}

// code is that of a refusal; empty without one.
func code(err error) duty.RefusalCode {
	var r *duty.Refusal
	if errors.As(err, &r) {
		return r.Code
	}
	return ""
}

// take takes the line's step on what it names, as it stands on monday.
func (l asking) take(t *testing.T, on string, who duty.Who, f duty.Fields) (duty.Event, error) {
	t.Helper()
	subject, step, _ := strings.Cut(l.step, " ")
	a := duty.Act{ID: "the-act-in-question", At: monday, By: "anna", Role: string(who), Who: who, Fields: maps.Clone(f)}
	var events []duty.Event
	var err error
	switch l.step {
	case "routine arranged":
		return duty.Arrange(unit.Owner, unit.School, a)
	case "inspection inspected":
		return duty.Inspect(unit.Owner, unit.School, a)
	case "report reported":
		return duty.File(unit.Owner, unit.School, a)
	case "talk shared":
		return duty.Share(unit, "release", a)
	case "intervention intervened":
		events, err = duty.StepIn(unit.Owner, unit.School, a)
	case "case opened":
		events, err = duty.OpenCase(unit.Owner, unit.School, a)
	default:
		m := l.standing(t, duty.Subject(subject), on)
		a.Seen = version(m)
		if c, ok := m.(duty.Case); ok && a.Fields[duty.FieldMeasure] != nil {
			a.Fields[duty.FieldMeasure] = []string{c.Measures[0].ID}
			if a.Fields[duty.FieldOver] != nil {
				a.Fields[duty.FieldOver] = []string{duty.WordingID(c.Measures[0].Wordings[0])}
			}
		}
		e, err := duty.Take(m, duty.Step(step), a)
		for _, id := range []duty.Field{duty.FieldMeasure, duty.FieldOver} { // told apart only here
			if e.Body.Fields[id] != nil {
				e.Body.Fields[id] = f[id]
			}
		}
		return e, err
	}
	if err != nil {
		return duty.Event{}, err
	}
	return events[0], nil
}

// standing is what a step is taken on: a prompt of that kind or a report about
// that, both looked into, or a case of that scope with an inquiry and a measure.
func (l asking) standing(t *testing.T, subject duty.Subject, on string) duty.Matter {
	t.Helper()
	var journal []duty.Event
	made := 0
	act := func(seen int, f duty.Fields) duty.Act {
		made++
		return duty.Act{ID: fmt.Sprintf("event-%020d", made), Seen: seen, At: monday, By: "anna", Role: "principal", Who: duty.Leader, Fields: f}
	}
	keep := func(e duty.Event, err error) {
		t.Helper()
		journal = append(journal, must(t)(e, err))
	}
	inquiry := duty.Fields{duty.FieldOn: {"2026-10-12"}, duty.FieldText: {"Vi så etter."}, duty.FieldHeard: {"nurse"}}
	switch subject {
	case duty.SubjectPrompt:
		journal = append(journal, opened(disclosure.Notice, disclosure.Kind(on)))
		keep(duty.Take(duty.Prompts(journal)[0], duty.Inquired, act(1, inquiry)))
		return duty.Prompts(journal)[0]
	case duty.SubjectReport:
		keep(duty.File(unit.Owner, unit.School, act(0, duty.Fields{duty.FieldWhat: {"Noen er alene."}, duty.FieldSources: {"pupil"}, duty.FieldAbout: {on}})))
		if on == duty.AboutPupils {
			keep(duty.Take(duty.Reports(journal)[0], duty.Inquired, act(1, inquiry)))
		}
		return duty.Reports(journal)[0]
	case duty.SubjectTalk:
		keep(duty.Share(unit, "release", act(0, duty.Fields{duty.FieldText: {"Flere voksne ute."}})))
		return duty.Talks(journal)[0]
	default: // a case
	}
	for _, step := range []duty.Step{duty.Opened, duty.Inquired, duty.Planned, duty.Closed} {
		if step == duty.Closed && !strings.HasSuffix(on, "closed") {
			break
		}
		i := slices.IndexFunc(asks, func(l asking) bool {
			return l.step == "case "+string(step) && (strings.HasPrefix(on, duty.Individual) == (l.on == duty.Individual || strings.HasPrefix(l.fields, "scope*=individual")))
		})
		f, _ := asks[i].read(t)
		if step == duty.Opened {
			events, err := duty.OpenCase(unit.Owner, unit.School, act(0, f))
			keep(append(events, duty.Event{})[0], err)
			continue
		}
		c := duty.Cases(journal)[0]
		keep(duty.Take(c, step, act(c.Version, f)))
	}
	return duty.Cases(journal)[0]
}

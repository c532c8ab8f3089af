package duty_test

import (
	"errors"
	"fmt"
	"math/rand"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/folgmed/folgmed/internal/duty"
)

// anything draws fields for a step: often what it asks for, sometimes not.
func anything(t *rapid.T, rule duty.Rule, c *duty.Case) duty.Fields {
	f := duty.Fields{}
	careful := rapid.IntRange(0, 3).Draw(t, "careful") > 0
	texts, wrong := []string{"Rolig ute.", "Noen går alene."}, 0
	if !careful {
		texts, wrong = append(texts, "Kari og Per satt alene", " "), 9
	}
	for _, spec := range rule.Fields {
		if spec.Only != "" && c != nil && spec.Only != c.Scope || rapid.IntRange(0, wrong).Draw(t, "leave out") > 8 {
			continue
		}
		var v []string
		switch spec.Kind {
		case duty.KindText, duty.KindLine:
			v = []string{rapid.SampledFrom(texts).Draw(t, "text")}
		case duty.KindArchive:
			v = []string{rapid.SampledFrom([]string{"2026/1", "2026/22", "Kari"}).Draw(t, "archive")}
		case duty.KindChoice, duty.KindChoices, duty.KindTick:
			v = []string{rapid.SampledFrom(spec.Options).Draw(t, "option")}
			if spec.Kind == duty.KindChoices && rapid.Bool().Draw(t, "all") {
				v = spec.Options
			}
		case duty.KindDay:
			v = []string{map[duty.Tense]string{duty.Past: "2026-10-12", duty.Ahead: "2026-10-20", duty.AnyDay: "2026-10-12"}[spec.Tense]}
			if !careful {
				v = []string{rapid.SampledFrom([]string{"2026-10-09", "2026-10-13", "12.10.2026"}).Draw(t, "day")}
			}
		case duty.KindPerson, duty.KindPeople:
			v = []string{"anna"}
		case duty.KindClasses:
			v = []string{"5A"}
		case duty.KindRef:
			v = []string{"149"} // a week
			if c != nil && len(c.Measures) > 0 && spec.Field != duty.FieldWave {
				v = []string{c.Measures[0].ID}
			}
		case duty.KindRefs:
			if c != nil && len(c.Measures) > 0 {
				for _, w := range c.Measures[0].Standing() {
					v = append(v, duty.WordingID(w))
				}
			}
		}
		f[spec.Field] = v
	}
	return f
}

// TestManyWriters lets many people take any steps, each on the page as it was
// at any time before, and holds what the duty promises after each.
func TestManyWriters(t *testing.T) {
	taken := map[duty.Step]int{}
	rapid.Check(t, func(t *rapid.T) {
		journal := []duty.Event{}
		made := 0
		act := func(who duty.Who, seen int, f duty.Fields) duty.Act {
			made++
			return duty.Act{ID: fmt.Sprintf("event-%020d", made), Seen: seen, At: monday, By: string(who), Role: string(who), Who: who, Fields: f}
		}
		keep := func(events []duty.Event, err error) {
			var r *duty.Refusal
			if err != nil {
				if !errors.As(err, &r) || !slices.Contains(duty.RefusalCodes, r.Code) {
					t.Fatalf("an error that is no refusal: %v", err)
				}
				return
			}
			for _, e := range events {
				taken[e.Step]++
			}
			journal = append(journal, events...)
		}
		who := func(may duty.Who) duty.Who {
			return rapid.SampledFrom([]duty.Who{may, may, may, may, duty.Staff, duty.Leader, duty.Owner}).Draw(t, "who")
		}
		under := func(scope string) { // a case with a plan, to begin with
			opened, err := duty.OpenCase(unit.Owner, unit.School, act(duty.Leader, 0, duty.Fields{
				duty.FieldScope: {scope}, duty.FieldTitle: only(scope, duty.Situation, "Utrygt"), duty.FieldArchive: only(scope, duty.Individual, "2026/9"),
			}))
			keep(opened, err)
			c := duty.Cases(journal)[0]
			planned, err := duty.Take(c, duty.Planned, act(duty.Leader, c.Version, duty.Fields{
				duty.FieldProblem: only(scope, duty.Situation, "Trengsel"), duty.FieldPlanned: only(scope, duty.Situation, "Vakt"), duty.FieldBy: only(scope, duty.Situation, "anna"),
				duty.FieldFrom: {"2026-10-12"}, duty.FieldTo: {"2026-10-20"}, duty.FieldEvaluateOn: {"2026-10-20"},
			}))
			keep([]duty.Event{planned}, err)
			if !rapid.Bool().Draw(t, "closed") {
				return
			}
			for _, step := range []duty.Step{duty.Inquired, duty.Closed} {
				c := duty.Cases(journal)[0]
				e, err := duty.Take(c, step, act(duty.Leader, c.Version, duty.Fields{
					duty.FieldOn: {"2026-10-12"}, duty.FieldFacts: only(scope, duty.Situation, "Trangt"), duty.FieldMatters: only(scope, duty.Individual, "facts"),
					duty.FieldHeard: only(scope, duty.Situation, duty.SaidByPupils), duty.FieldSaid: only(scope, duty.Situation, "Det er bra nå."),
					duty.FieldBasis: {duty.BasisSaid}, duty.FieldSafe: {duty.Yes}, duty.FieldSaidBy: {duty.SaidByPupils}, duty.FieldAskedBy: {"anna"},
				}))
				keep([]duty.Event{e}, err)
			}
		}
		under(rapid.SampledFrom([]string{duty.Situation, duty.Individual}).Draw(t, "scope"))
		take := func(m duty.Matter, subject duty.Subject, c *duty.Case) {
			rules := slices.DeleteFunc(slices.Clone(duty.Rules), func(r duty.Rule) bool { return r.Subject != subject })
			rule := rapid.SampledFrom(rules).Draw(t, "rule")
			a := act(who(rule.Who), rapid.IntRange(1, version(m)).Draw(t, "seen"), anything(t, rule, c))
			e, err := duty.Take(m, rule.Step, a)
			if err == nil && a.Who != rule.Who {
				t.Fatalf("%s took %s of a %s, which is the %s's", a.Who, rule.Step, subject, rule.Who)
			}
			keep([]duty.Event{e}, err)
		}
		t.Repeat(map[string]func(*rapid.T){
			"report": func(*rapid.T) {
				rule, _ := duty.RuleOf(duty.SubjectReport, duty.Reported)
				e, err := duty.File(unit.Owner, unit.School, act(who(rule.Who), 0, anything(t, rule, nil)))
				keep([]duty.Event{e}, err)
			},
			"step in": func(*rapid.T) {
				rule, _ := duty.RuleOf(duty.SubjectIntervention, duty.Intervened)
				keep(duty.StepIn(unit.Owner, unit.School, act(who(rule.Who), 0, anything(t, rule, nil))))
			},
			"look after a place": func(*rapid.T) {
				rule, _ := duty.RuleOf(duty.SubjectInspection, duty.Inspected)
				e, err := duty.Inspect(unit.Owner, unit.School, act(who(rule.Who), 0, anything(t, rule, nil)))
				keep([]duty.Event{e}, err)
			},
			"say who is where": func(*rapid.T) {
				rule, _ := duty.RuleOf(duty.SubjectRoutine, duty.Arranged)
				e, err := duty.Arrange(unit.Owner, unit.School, act(who(rule.Who), 0, anything(t, rule, nil)))
				keep([]duty.Event{e}, err)
			},
			"open a case": func(*rapid.T) {
				rule, _ := duty.RuleOf(duty.SubjectCase, duty.Opened)
				var from []duty.Matter
				if reports := duty.Reports(journal); len(reports) > 0 {
					from = append(from, rapid.SampledFrom(reports).Draw(t, "from"))
				}
				scope := rapid.SampledFrom([]string{duty.Situation, duty.Individual}).Draw(t, "scope")
				f := anything(t, rule, &duty.Case{Scope: scope})
				f[duty.FieldScope] = []string{scope}
				keep(duty.OpenCase(unit.Owner, unit.School, act(who(rule.Who), 0, f), from...))
			},
			"on a report": func(*rapid.T) {
				if reports := duty.Reports(journal); len(reports) > 0 {
					take(rapid.SampledFrom(reports).Draw(t, "report"), duty.SubjectReport, nil)
				}
			},
			"on a case": func(*rapid.T) {
				if cases := duty.Cases(journal); len(cases) > 0 {
					c := rapid.SampledFrom(cases).Draw(t, "case")
					take(c, duty.SubjectCase, &c)
				}
			},
			"share": func(*rapid.T) {
				rule, _ := duty.RuleOf(duty.SubjectTalk, duty.Shared)
				e, err := duty.Share(unit, "release", act(who(rule.Who), 0, anything(t, rule, nil)))
				keep([]duty.Event{e}, err)
			},
			"on what is shared": func(*rapid.T) {
				if talk, ok := duty.TalkOf(journal, unit); ok {
					take(talk, duty.SubjectTalk, nil)
				}
			},
			"": func(*rapid.T) { holds(t, journal) },
		})
	})
	for _, rule := range duty.Rules {
		if rule.Subject != duty.SubjectPrompt && taken[rule.Step] == 0 {
			t.Errorf("nobody ever took %s of a %s: what is said of it was not tried", rule.Step, rule.Subject)
		}
	}
}

// only is a field's value in a case of that scope.
func only(scope, is, value string) []string {
	if scope != is {
		return nil
	}
	return []string{value}
}

func holds(t *rapid.T, journal []duty.Event) {
	shuffled := append(slices.Clone(journal), journal[rapid.IntRange(0, len(journal)-1).Draw(t, "repeated")])
	rand.New(rand.NewSource(rapid.Int64().Draw(t, "seed"))).Shuffle(len(shuffled), func(i, j int) {
		shuffled[i], shuffled[j] = shuffled[j], shuffled[i]
	})
	cases, reports := duty.Cases(journal), duty.Reports(journal)
	// cmp takes its time, so it only explains.
	if again := duty.Cases(shuffled); !reflect.DeepEqual(cases, again) {
		t.Fatalf("the fold of cases depends on order:\n%s", cmp.Diff(cases, again))
	}
	if again := duty.Reports(shuffled); !reflect.DeepEqual(reports, again) {
		t.Fatalf("the fold of reports depends on order:\n%s", cmp.Diff(reports, again))
	}

	kept := map[string]bool{}
	keep := func(entries []duty.Entry) {
		for _, e := range entries {
			kept[e.ID] = true
		}
	}
	for _, r := range reports {
		keep(r.History)
		if r.About == duty.AboutLeadership && r.SeenBy("other", duty.Leader) {
			t.Fatal("the principal sees what is about the leadership")
		}
		if r.Outcome == duty.NoCase && !r.Inquired {
			t.Fatal("a report is no case, and nobody has looked into it")
		}
		if r.Outcome == duty.NewCase && !slices.ContainsFunc(cases, func(c duty.Case) bool { return c.ID == r.Case }) {
			t.Fatal("a report became a case that is not there")
		}
	}
	for _, i := range duty.Interventions(journal) {
		keep(i.History)
		if i.Physical() && (i.Fields.Get(duty.FieldAverted) == "" || i.Fields.Get(duty.FieldMilder) == "" || i.Fields.Get(duty.FieldProportionate) == "") {
			t.Fatal("a pupil was held without the three answers")
		}
	}
	for _, p := range duty.LookedAfter(journal) {
		keep(p.Routines)
		keep(p.Inspections)
	}
	for _, talk := range duty.Talks(journal) {
		keep(talk.History)
	}
	for _, c := range cases {
		keep(c.History)
		for _, m := range c.Measures {
			if len(m.Standing()) == 0 {
				t.Fatal("a measure has no wording left")
			}
		}
		for _, e := range c.History {
			if e.Version >= c.Version {
				t.Fatalf("version %d is not above its event's %d", c.Version, e.Version)
			}
			if e.Step == duty.Closed && (!e.Body.Fields.Has(duty.FieldBasis, duty.BasisSaid) || e.Body.Fields.Get(duty.FieldSafe) != duty.Yes) {
				t.Fatal("a case was closed without what those affected said")
			}
			for _, text := range []duty.Field{duty.FieldTitle, duty.FieldExperience, duty.FieldFacts, duty.FieldFactors, duty.FieldProblem, duty.FieldPlanned, duty.FieldText, duty.FieldSaid, duty.FieldReason} {
				if c.Scope == duty.Individual && e.Body.Fields.Get(text) != "" {
					t.Fatalf("an individual case holds %s", text)
				}
			}
		}
	}
	for _, e := range journal {
		if !kept[e.ID] {
			t.Fatalf("%s of %s is lost", e.Step, e.Subject)
		}
		for field, values := range e.Body.Fields {
			if strings.Contains(strings.Join(values, " "), "Kari") {
				t.Fatalf("a name stands in %s", field)
			}
		}
	}
}

// A rule that no option, field or state of which is reachable would go
// unnoticed: each names what it needs, and no field twice.
func TestRules(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range duty.Rules {
		name := string(r.Subject) + " " + string(r.Step)
		if seen[name] {
			t.Errorf("%s has two rules", name)
		}
		seen[name] = true
		fields := map[duty.Field]bool{}
		for _, f := range r.Fields {
			if fields[f.Field] {
				t.Errorf("%s asks for %s twice", name, f.Field)
			}
			fields[f.Field] = true
			choice := f.Kind == duty.KindChoice || f.Kind == duty.KindChoices || f.Kind == duty.KindTick
			if choice != (len(f.Options) > 0) {
				t.Errorf("%s: %s is a %s with %d options", name, f.Field, f.Kind, len(f.Options))
			}
		}
	}
}

package duty_test

import (
	"encoding/json"
	"errors"
	"math/rand"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/folgmed/folgmed/internal/disclosure"
	"github.com/folgmed/folgmed/internal/duty"
)

var (
	monday = time.Date(2026, 10, 12, 9, 0, 0, 0, time.UTC)
	unit   = disclosure.Unit{Owner: "100000001", School: "200000001", Level: disclosure.LevelClass, Name: "5A"}
)

func opened(tier disclosure.Tier, kind disclosure.Kind) duty.Event {
	return machine(0, duty.Opened, "s1", tier, kind)
}

func machine(version int, step duty.Step, signal string, tier disclosure.Tier, kind disclosure.Kind) duty.Event {
	return duty.Event{
		ID:      duty.MachineID(uint32(100+version), unit, kind, step+duty.Step(signal)),
		Subject: duty.PromptSubject("p1"), Owner: unit.Owner, School: unit.School, Version: version, Step: step,
		At: monday, By: duty.Machine,
		Body: duty.Body{
			Signals: []string{signal}, Level: string(unit.Level), Unit: unit.Name,
			Kind: string(kind), Tier: string(tier),
		},
	}
}

func fold(t *testing.T, events ...duty.Event) duty.Prompt {
	t.Helper()
	prompts := duty.Prompts(events)
	if len(prompts) != 1 {
		t.Fatalf("folded into %d prompts, want 1", len(prompts))
	}
	return prompts[0]
}

func observing(id string, seen int) duty.Act {
	return duty.Act{
		ID: id, Seen: seen, At: monday, By: "anna", Role: "principal", Who: duty.Leader,
		Fields: duty.Fields{duty.FieldText: {"Rolig i friminuttene."}},
	}
}

func concluding(id string, seen int) duty.Act {
	a := observing(id, seen)
	a.Fields = duty.Fields{duty.FieldConclusion: {duty.NoConcern}, duty.FieldReason: {"Klassen har fått ny plan for friminuttene."}}
	return a
}

const (
	id1 = "0000000000000001"
	id2 = "0000000000000002"
)

func must(t *testing.T) func(duty.Event, error) duty.Event {
	return func(e duty.Event, err error) duty.Event {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return e
	}
}

func TestPromptGoesFromOpenToObservedToConcluded(t *testing.T) {
	e0 := opened(disclosure.Notice, disclosure.KindChange)
	p := fold(t, e0)
	if p.State != duty.StateOpen || p.Version != 1 || p.Unit != unit || p.Kind != disclosure.KindChange {
		t.Fatalf("opened prompt is %+v", p)
	}
	e1 := must(t)(duty.Take(p, duty.Observed, observing(id1, 1)))
	p = fold(t, e0, e1)
	if p.State != duty.StateObserved || p.Version != 2 {
		t.Fatalf("observed prompt is %s at version %d", p.State, p.Version)
	}
	e2 := must(t)(duty.Take(p, duty.Concluded, concluding(id2, 2)))
	p = fold(t, e0, e1, e2)
	if p.State != duty.StateConcluded || p.Conclusion != duty.NoConcern || p.Open() {
		t.Fatalf("concluded prompt is %s %s", p.State, p.Conclusion)
	}
}

// Two who conclude without having read each other are both kept, and the one
// who is concerned is heard.
func TestConcurrentConclusionsAreBothKept(t *testing.T) {
	e0 := opened(disclosure.Notice, disclosure.KindChange)
	p := fold(t, e0)
	no := must(t)(duty.Take(p, duty.Concluded, concluding(id1, 1)))
	a := concluding(id2, 1)
	a.Fields[duty.FieldConclusion], a.By = []string{duty.Concern}, "berit"
	yes := must(t)(duty.Take(fold(t, e0, no), duty.Concluded, a))
	p = fold(t, e0, no, yes)
	if p.Conclusion != duty.Concern {
		t.Errorf("conclusion is %s, want %s", p.Conclusion, duty.Concern)
	}
	if len(p.History) != 3 || !p.History[1].Concurrent || !p.History[2].Concurrent || p.History[0].Concurrent {
		t.Errorf("history does not show the two as siblings: %+v", p.History)
	}
}

// A conclusion does not hold for a signal that its writer could not have seen.
func TestConclusionCoversOnlyWhatWasSeen(t *testing.T) {
	e0 := opened(disclosure.Notice, disclosure.KindChange)
	for _, step := range []duty.Step{duty.Joined, duty.Raised} {
		late := machine(1, step, "s2", disclosure.Act, disclosure.KindChange)
		concluded := must(t)(duty.Take(fold(t, e0), duty.Concluded, concluding(id1, 1)))
		p := fold(t, e0, concluded, late)
		if !p.Open() || p.Tier != disclosure.Act {
			t.Errorf("%s: prompt is %s at %s, want open at act", step, p.State, p.Tier)
		}
		again := must(t)(duty.Take(p, duty.Concluded, concluding(id2, p.Version)))
		if p := fold(t, e0, concluded, late, again); p.Open() {
			t.Errorf("%s: prompt is still open after a conclusion that saw all", step)
		}
	}
}

func TestPeriodOverDoesNotConclude(t *testing.T) {
	p := fold(t, opened(disclosure.Act, disclosure.KindChange), machine(1, duty.Ended, "s1", "", disclosure.KindChange))
	if !p.Open() || !p.PeriodOver() {
		t.Errorf("prompt is %s, period over %t; want open, true", p.State, p.PeriodOver())
	}
}

func TestRefusals(t *testing.T) {
	change := fold(t, opened(disclosure.Notice, disclosure.KindChange))
	severe := fold(t, opened(disclosure.Act, disclosure.KindSevere))
	concluded := fold(t, opened(disclosure.Notice, disclosure.KindChange),
		must(t)(duty.Take(change, duty.Concluded, concluding(id1, 1))))
	set := func(field duty.Field, value string) func(*duty.Act) {
		return func(a *duty.Act) { a.Fields[field] = []string{value} }
	}
	for _, tt := range []struct {
		name  string
		p     duty.Prompt
		step  duty.Step
		edit  func(*duty.Act)
		code  duty.RefusalCode
		field duty.Field
	}{
		{"nothing seen", change, duty.Observed, set(duty.FieldText, " \n"), duty.Missing, duty.FieldText},
		{"long", change, duty.Observed, set(duty.FieldText, string(make([]rune, duty.MaxText+1))+"x"), duty.TooLong, duty.FieldText},
		{"name in reason", change, duty.Concluded, set(duty.FieldReason, "Kari og Per er venner igjen."), duty.Names, duty.FieldReason},
		{"no reason", change, duty.Concluded, set(duty.FieldReason, ""), duty.Missing, duty.FieldReason},
		{"neither", change, duty.Concluded, set(duty.FieldConclusion, "maybe"), duty.BadForm, duty.FieldConclusion},
		{"severe, no concern", severe, duty.Concluded, func(*duty.Act) {}, duty.SevereStaysOpen, ""},
		{"severe, concern", severe, duty.Concluded, set(duty.FieldConclusion, duty.Concern), duty.SevereStaysOpen, ""},
		{"already", concluded, duty.Concluded, func(a *duty.Act) { a.ID, a.Seen = id2, 2 }, duty.AlreadyConcluded, ""},
		{"no id", change, duty.Observed, func(a *duty.Act) { a.ID = "x" }, duty.BadForm, ""},
		{"not seen", change, duty.Observed, func(a *duty.Act) { a.Seen = 0 }, duty.BadForm, ""},
		{"from the future", change, duty.Observed, func(a *duty.Act) { a.Seen = 2 }, duty.BadForm, ""},
		{"an owner's", change, duty.Observed, func(a *duty.Act) { a.Who = duty.Owner }, duty.NotYours, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := concluding(id1, 1)
			if tt.step == duty.Observed {
				a = observing(id1, 1)
			}
			tt.edit(&a)
			_, err := duty.Take(tt.p, tt.step, a)
			var r *duty.Refusal
			if !errors.As(err, &r) || r.Code != tt.code || r.Field != string(tt.field) {
				t.Errorf("got %v, want %s in %q", err, tt.code, tt.field)
			}
		})
	}
	if _, err := duty.Take(severe, duty.Observed, observing(id1, 1)); err != nil {
		t.Errorf("a severe prompt refuses an observation: %v", err)
	}
}

// The order of events, and repeating some, never changes the fold; and the
// version only grows.
func TestFoldIgnoresOrderAndRepetition(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		events := []duty.Event{opened(disclosure.Notice, disclosure.KindChange)}
		steps := []duty.Step{duty.Joined, duty.Raised, duty.Ended, duty.Observed, duty.Concluded}
		for range rapid.IntRange(0, 12).Draw(t, "events") {
			e := machine(rapid.IntRange(1, 5).Draw(t, "version"), rapid.SampledFrom(steps).Draw(t, "step"),
				rapid.SampledFrom([]string{"s1", "s2", "s3"}).Draw(t, "signal"),
				rapid.SampledFrom([]disclosure.Tier{disclosure.Notice, disclosure.Act}).Draw(t, "tier"), disclosure.KindChange)
			e.Body.Fields = duty.Fields{duty.FieldConclusion: {rapid.SampledFrom([]string{duty.Concern, duty.NoConcern}).Draw(t, "conclusion")}}
			events = append(events, e)
		}
		want := duty.Prompts(events)
		shuffled := append(events, events[rapid.IntRange(0, len(events)-1).Draw(t, "repeated")])
		rand.New(rand.NewSource(rapid.Int64().Draw(t, "seed"))).Shuffle(len(shuffled), func(i, j int) {
			shuffled[i], shuffled[j] = shuffled[j], shuffled[i]
		})
		got := duty.Prompts(shuffled)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("fold depends on order (-in order +shuffled):\n%s", diff)
		}
		p := got[0]
		if p.Open() == (p.Conclusion != "") {
			t.Fatalf("state %s with conclusion %q", p.State, p.Conclusion)
		}
		for _, e := range p.History {
			if e.Version >= p.Version {
				t.Fatalf("version %d is not above its event's %d", p.Version, e.Version)
			}
		}
		// Nothing that is added later unsays a covering conclusion but a
		// newly told signal.
		observed := machine(p.Version, duty.Observed, "", "", disclosure.KindChange)
		if q := duty.Prompts(append(shuffled, observed))[0]; q.Open() != p.Open() || q.Conclusion != p.Conclusion {
			t.Fatalf("an observation changed %s %s into %s %s", p.State, p.Conclusion, q.State, q.Conclusion)
		}
	})
}

// A class's signal may have been in its school's prompt, or the school's in one with
// the class's: what was concluded then is told too.
func TestEarlierKnowsWhatWasTogether(t *testing.T) {
	school := machine(0, duty.Opened, "s1", disclosure.Notice, disclosure.KindChange)
	school.Body.Level, school.Body.Unit = string(disclosure.LevelSchool), ""
	joined := machine(1, duty.Joined, "s2", disclosure.Notice, disclosure.KindChange)
	p := fold(t, school, joined)
	together := []duty.Event{school, joined, must(t)(duty.Take(p, duty.Concluded, concluding(id1, p.Version)))}
	own := machine(0, duty.Opened, "s3", disclosure.Act, disclosure.KindChange)
	own.ID, own.Subject, own.At = "own", duty.PromptSubject("own"), monday.AddDate(0, 1, 0)
	other := own
	other.ID, other.Subject, other.Body.Unit = "other", duty.PromptSubject("other"), "5B"
	prompts := duty.Prompts(append(together, own, other))
	for _, p := range prompts {
		if got, want := len(duty.Earlier(prompts, p)), map[string]int{"own": 1}[p.ID]; got != want {
			t.Errorf("prompt %s has %d earlier, want %d", p.ID, got, want)
		}
	}
	if ending, ok := prompts[0].Ending(); !ok || ending.ID != id1 {
		t.Errorf("concluded by %q", ending.ID)
	}
	if ending, ok := prompts[1].Ending(); ok {
		t.Errorf("open, and concluded by %q", ending.ID)
	}
}

// Who is concerned is to report it: that they wrote so is no report.
func TestUnreportedUntilSomeoneReports(t *testing.T) {
	e := opened(disclosure.Notice, disclosure.KindChange)
	unreported := func(events ...duty.Event) int { return len(duty.Unreported(events)) }
	no := must(t)(duty.Take(fold(t, e), duty.Concluded, concluding(id1, 1)))
	a := concluding(id1, 1)
	a.Fields = duty.Fields{duty.FieldConclusion: {duty.Concern}}
	yes := must(t)(duty.Take(fold(t, e), duty.Concluded, a))
	report := func(from ...string) duty.Event {
		return must(t)(duty.File(unit.Owner, unit.School, duty.Act{
			ID: id2, At: monday, By: "anna", Who: duty.Staff,
			Fields: duty.Fields{duty.FieldWhat: {"Noen er alene."}, duty.FieldSources: {duty.SourceSurvey}, duty.FieldAbout: {duty.AboutPupils}},
		}, from...))
	}
	if open, none, told, other, reported := unreported(e), unreported(e, no), unreported(e, yes), unreported(e, yes, report()), unreported(e, yes, report(e.Subject)); open != 0 || none != 0 || told != 1 || other != 1 || reported != 0 {
		t.Errorf("unreported: open %d, no concern %d, concern %d, another report %d, reported %d", open, none, told, other, reported)
	}
}

func TestEarlierIsTheConcludedOfSameUnitAndKind(t *testing.T) {
	e := opened(disclosure.Notice, disclosure.KindChange)
	first := []duty.Event{e, must(t)(duty.Take(fold(t, e), duty.Concluded, concluding(id1, 1)))}
	second := machine(0, duty.Opened, "s2", disclosure.Act, disclosure.KindChange)
	second.Subject, second.At = duty.PromptSubject("p2"), monday.AddDate(0, 1, 0)
	other := second
	other.ID, other.Subject, other.Body.Unit = "other", duty.PromptSubject("p3"), "5B"
	prompts := duty.Prompts(append(first, second, other))
	for _, p := range prompts {
		got := duty.Earlier(prompts, p)
		if want := map[string]int{"p1": 0, "p2": 1, "p3": 0}[p.ID]; len(got) != want {
			t.Errorf("prompt %s has %d earlier, want %d", p.ID, len(got), want)
		}
	}
}

// What was written before observations and conclusions had fields is read as if
// they had.
func TestOlderBodies(t *testing.T) {
	for text, want := range map[string]duty.Body{
		`{"text":"Rolig.","extra_look":true}`:          {Fields: duty.Fields{duty.FieldText: {"Rolig."}, duty.FieldExtraLook: {duty.Yes}}},
		`{"conclusion":"no_concern","reason":"Plan."}`: {Fields: duty.Fields{duty.FieldConclusion: {duty.NoConcern}, duty.FieldReason: {"Plan."}}},
		`{"unit":"5A","reason":"opened"}`:              {Unit: "5A", Reason: "opened"},
		`{"fields":{"text":["Nytt."]}}`:                {Fields: duty.Fields{duty.FieldText: {"Nytt."}}},
	} {
		var got duty.Body
		if err := json.Unmarshal([]byte(text), &got); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", text, diff)
		}
	}
}

package duty_test

import (
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/folgmed/folgmed/internal/disclosure"
	"github.com/folgmed/folgmed/internal/duty"
)

// What two cases came of stays as long as one of them, and a case that was
// written in after it went to the archive stays whole.
func TestForgettable(t *testing.T) {
	day := func(d int) time.Time { return monday.AddDate(0, 0, d) }
	event := func(subject string, step duty.Step, version, d int) duty.Event {
		return duty.Event{ID: subject + string(step), Subject: subject, Owner: "1", School: "11", Version: version, Step: step, At: day(d)}
	}
	open := func(id string, from ...string) duty.Event {
		e := event("case:"+id, duty.Opened, 0, 1)
		e.Body.From = from
		return e
	}
	events := []duty.Event{
		event("report:both", duty.Reported, 0, 0), event("report:one", duty.Reported, 0, 0),
		open("one", "report:both", "report:one"), event("case:one", duty.Closed, 1, 2),
		open("two", "report:both"), event("case:two", duty.Closed, 1, 3),
	}
	cases := duty.Cases(events)
	if got := duty.Forgettable(events, day(9)); len(got) != 0 {
		t.Fatalf("%v is forgotten, and the archive has nothing", got)
	}
	for _, c := range cases {
		events = append(events, duty.Export(c, "p", "principal", day(4)))
	}
	for before, want := range map[int][]string{
		2: nil,
		3: {"case:one", "export:one", "report:one"},
		9: {"case:one", "case:two", "export:one", "export:two", "report:both", "report:one"},
	} {
		if got := duty.Forgettable(events, day(before)); !slices.Equal(got, want) {
			t.Errorf("before day %d: %v, want %v", before, got, want)
		}
	}
	events = append(events, event("case:one", duty.Reopened, 2, 5), event("case:one", duty.Closed, 3, 6))
	if got := duty.Forgettable(events, day(9)); !slices.Equal(got, []string{"case:two", "export:two"}) {
		t.Errorf("after one was closed anew: %v", got)
	}
}

// What no case came of goes, too, once it has ended; what waits for someone, and
// what that comes of, does not.
func TestForgettableWithoutACase(t *testing.T) {
	var events []duty.Event
	made := 0
	act := func(d, seen int, f duty.Fields) duty.Act {
		made++
		return duty.Act{ID: fmt.Sprintf("event-%020d", made), Seen: seen, At: monday.AddDate(0, 0, d), By: "anna", Role: "principal", Who: duty.Leader, Fields: f}
	}
	keep := func(e duty.Event, err error) string {
		t.Helper()
		events = append(events, must(t)(e, err))
		return e.Subject
	}
	on := []string{duty.DayOf(monday)}
	report := func(about string, f duty.Fields, from ...string) string {
		all := duty.Fields{duty.FieldWhat: {"Noen er alene."}, duty.FieldSources: {"pupil"}, duty.FieldAbout: {about}}
		maps.Copy(all, f)
		return keep(duty.File(unit.Owner, unit.School, act(0, 0, all), from...))
	}
	take := func(subject string, step duty.Step, d int, f duty.Fields) {
		t.Helper()
		var m duty.Matter
		for _, r := range duty.Reports(events) {
			if "report:"+r.ID == subject {
				m = r
			}
		}
		for _, p := range duty.Prompts(events) {
			if duty.PromptSubject(p.ID) == subject {
				m = p
			}
		}
		a := act(d, version(m), f)
		if step == duty.OwnerTook {
			a.Who = duty.Owner
		}
		keep(duty.Take(m, step, a))
	}
	prompt := func(id string) string {
		e := opened(disclosure.Notice, disclosure.KindChange)
		e.ID, e.Subject = id, duty.PromptSubject(id)
		events = append(events, e)
		return e.Subject
	}
	noCase := func(report string, d int) {
		t.Helper()
		take(report, duty.Inquired, d, duty.Fields{duty.FieldOn: on, duty.FieldText: {"Vi så etter."}, duty.FieldHeard: {"nurse"}})
		take(report, duty.Answered, d, duty.Fields{duty.FieldOutcome: {duty.NoCase}, duty.FieldReason: {"Det er løst."}})
	}
	concern := duty.Fields{duty.FieldConclusion: {duty.Concern}}
	stepped := func(then string, reason ...string) []string {
		t.Helper()
		made, err := duty.StepIn(unit.Owner, unit.School, act(0, 0, duty.Fields{
			duty.FieldOn: on, duty.FieldWentOn: {"Slag."}, duty.FieldStopped: {"Skilt."}, duty.FieldPhysical: {duty.No}, duty.FieldThen: {then}, duty.FieldReason: reason,
		}))
		if err != nil {
			t.Fatal(err)
		}
		events = append(events, made...)
		var subjects []string
		for _, e := range made {
			subjects = append(subjects, e.Subject)
		}
		return subjects
	}

	concluded := prompt("concluded")
	take(concluded, duty.Concluded, 2, concern)
	seenLate := prompt("seen late")
	take(seenLate, duty.Concluded, 2, concern)
	take(seenLate, duty.Observed, 6, duty.Fields{duty.FieldText: {"Fortsatt rolig."}})
	prompt("open")
	reported := prompt("reported")
	take(reported, duty.Concluded, 2, concern)
	take(report(duty.AboutPupils, nil, reported), duty.Received, 2, nil) // and nothing more came of it

	answered := report(duty.AboutPupils, nil, concluded)
	noCase(answered, 3)
	undecided := report(duty.AboutPupils, duty.Fields{duty.FieldPossiblySerious: {duty.Yes}})
	noCase(undecided, 3)
	taken := report(duty.AboutLeadership, nil)
	take(taken, duty.OwnerTook, 3, duty.Fields{duty.FieldText: {"Vi tar det."}})
	report(duty.AboutLeadership, nil)
	unsuspected := stepped(duty.ThenNoSuspicion, "De lo begge.")
	stepped(duty.ThenReport)
	inspected := keep(duty.Inspect(unit.Owner, unit.School, act(1, 0, duty.Fields{duty.FieldPlace: {"toilets"}, duty.FieldOn: on})))
	keep(duty.Arrange(unit.Owner, unit.School, act(1, 0, duty.Fields{duty.FieldPlace: {"toilets"}, duty.FieldText: {"En voksen."}})))

	early := []string{concluded, answered, taken, inspected, unsuspected[0]}
	late := append(slices.Clone(early), seenLate)
	for before, want := range map[int][]string{0: nil, 5: early, 9: late} {
		slices.Sort(want)
		if diff := cmp.Diff(want, duty.Forgettable(events, monday.AddDate(0, 0, before))); diff != "" {
			t.Errorf("before day %d (-want +got):\n%s", before, diff)
		}
	}
}

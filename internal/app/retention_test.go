package app

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/folgmed/folgmed/internal/audit"
	"github.com/folgmed/folgmed/internal/counts"
	"github.com/folgmed/folgmed/internal/disclosure"
	"github.com/folgmed/folgmed/internal/duty"
	"github.com/folgmed/folgmed/internal/wave"
)

// TestNothingIsKeptForLonger: by the clock, figures of classes become those of
// grades and schools after three school years, and a closed case goes after five
// years if it is in the archive, with what it came of and who looked at it; so does
// a concluded prompt that no case came of.
func TestNothingIsKeptForLonger(t *testing.T) {
	t.Parallel()
	a, _ := newInstallation(t).start(t)
	must(t, a.SaveRoster(t.Context(), oneSchool()))
	ctx := t.Context()
	const owner = "000000001"
	at := func(year int, month time.Month, day int) time.Time {
		return time.Date(year, month, day, 12, 0, 0, 0, wave.Oslo)
	}
	old := uint32(wave.NumberOf(at(2026, 9, 14))) // of the school year 2026/2027
	young := uint32(wave.NumberOf(at(2027, 9, 13)))

	for _, n := range []uint32{old, young} {
		var rows []counts.Row
		var summaries []counts.Summary
		for _, class := range []string{"8A", "8B"} {
			unit := counts.ClassUnit(class).String()
			row := counts.Row{Wave: n, Owner: owner, School: school, Unit: unit, Measure: counts.WorstItems, Bin: 1, N: 18}
			size := row
			size.Measure, size.Bin, size.N = counts.Roster, 0, 20
			rows = append(rows, row, size)
			summaries = append(summaries, counts.Summary{Wave: n, Owner: owner, School: school, Unit: unit, Questionnaire: "grades-8-13@1", Grade: 8, N: 18})
		}
		must(t, a.alone(ctx, func() error { return a.store.SaveCounts(ctx, rows, a.turn.Number()) }))
		must(t, a.store.SaveSummaries(ctx, summaries))
		line := func(level disclosure.Level, unit string) disclosure.Row {
			return disclosure.Row{
				Release: disclosure.ReleaseID(n), Wave: n, Owner: owner, School: school, Level: string(level), Unit: unit,
				Audience: string(disclosure.Staff), Item: "thrive", Form: string(disclosure.FormBand), Value: "1/5",
			}
		}
		must(t, a.store.SaveRelease(ctx, []disclosure.Row{line(disclosure.LevelClass, "8A"), line(disclosure.LevelGrade, "8"), line(disclosure.LevelSchool, "")}))
	}

	// A case that was closed in March 2027 and is in the archive, one that is
	// not, and one that is open.
	closed := func(name string) []duty.Event {
		event := func(step duty.Step, version int, subject string, when time.Time, f duty.Fields) duty.Event {
			return duty.Event{
				ID: name + string(step), Subject: subject, Owner: owner, School: school, Version: version, Step: step, At: when, By: "p", Role: "principal",
				Body: duty.Body{Fields: f},
			}
		}
		opened := event(duty.Opened, 0, "case:"+name, at(2027, 1, 11), duty.Fields{duty.FieldScope: {duty.Situation}, duty.FieldTitle: {name}})
		opened.Body.From = []string{"report:" + name}
		return []duty.Event{
			event(duty.Reported, 0, "report:"+name, at(2027, 1, 10), duty.Fields{duty.FieldWhat: {"Noen går alene."}}),
			opened,
			event(duty.Closed, 1, "case:"+name, at(2027, 3, 1), nil),
		}
	}
	events := slices.Concat(closed("archived"), closed("kept"), closed("open")[:2])
	// A prompt of which no case came, concluded in April, and one that is open.
	prompt := func(name string) duty.Event {
		return duty.Event{
			ID: name, Subject: duty.PromptSubject(name), Owner: owner, School: school, Step: duty.Opened, At: at(2027, 4, 1), By: duty.Machine,
			Body: duty.Body{Level: string(disclosure.LevelClass), Unit: "8A", Kind: string(duty.Standing)},
		}
	}
	events = append(events, prompt("seen"), prompt("unseen"), duty.Event{
		ID: "concluded", Subject: duty.PromptSubject("seen"), Owner: owner, School: school, Version: 1, Step: duty.Concluded, At: at(2027, 4, 2), By: "p", Role: "principal",
		Body: duty.Body{Fields: duty.Fields{duty.FieldConclusion: {duty.NoConcern}, duty.FieldReason: {"Vi har fulgt med."}}},
	})
	for _, c := range duty.Cases(events) {
		if c.ID == "archived" {
			events = append(events, duty.Export(c, "p", "principal", at(2027, 3, 2)))
		}
		must(t, audit.New(a.parts["staff"], a.opt.Now).Record(ctx, audit.Entry{Person: "p", School: school, Action: "read_case", About: c.ID}))
	}
	must(t, a.store.AppendDuty(ctx, events))

	type left struct {
		Units, Released []string
		Cases, Seen     []string
	}
	look := func(when time.Time) left {
		t.Helper()
		a.schedule.clock.Set(when)
		must(t, a.tidy(ctx))
		var l left
		for _, n := range []uint32{old, young} {
			must(t, a.store.CountsOfWave(ctx, n, func(r counts.Row) {
				l.Units = append(l.Units, r.Unit+" "+r.Measure)
			}))
		}
		released, err := a.store.ReleasedFor(ctx, school)
		must(t, err)
		for _, r := range released {
			l.Released = append(l.Released, string(r.Unit().Level))
		}
		events, err := a.store.DutyEventsOfOwner(ctx, owner)
		must(t, err)
		for _, e := range events {
			l.Cases = append(l.Cases, e.Subject+" "+string(e.Step))
		}
		seen, err := a.parts["staff"].AuditOf(ctx, "p")
		must(t, err)
		for _, e := range seen {
			l.Seen = append(l.Seen, e.About)
		}
		slices.Sort(l.Seen)
		return l
	}
	fine := []string{"class:8A roster", "class:8A worst_items", "class:8B roster", "class:8B worst_items"}
	all := left{
		Units: slices.Concat(fine, fine), Released: []string{"class", "grade", "school", "class", "grade", "school"},
		Cases: []string{
			"case:archived opened", "case:archived closed", "case:kept opened", "case:kept closed", "case:open opened",
			"export:archived exported", "prompt:seen opened", "prompt:seen concluded", "prompt:unseen opened", "report:archived reported", "report:kept reported", "report:open reported",
		},
		Seen: []string{"archived", "kept", "open"},
	}
	check := func(when time.Time, want left) {
		t.Helper()
		if diff := cmp.Diff(want, look(when)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", when.Format(time.DateOnly), diff)
		}
	}
	check(at(2029, 7, 31), all)
	coarse := all
	coarse.Units = slices.Concat([]string{"grade:8:grades-8-13@1 worst_items"}, fine)
	coarse.Released = []string{"grade", "school", "class", "grade", "school"}
	check(at(2029, 8, 1), coarse)
	check(at(2029, 8, 2), coarse) // once more is the same
	coarse.Units = []string{"grade:8:grades-8-13@1 worst_items", "grade:8:grades-8-13@1 worst_items"}
	coarse.Released = []string{"grade", "school", "grade", "school"}
	check(at(2032, 2, 29), coarse)
	coarse.Cases = slices.DeleteFunc(slices.Clone(coarse.Cases), func(s string) bool { return strings.Contains(s, "archived") })
	coarse.Seen = []string{"kept", "open"}
	check(at(2032, 3, 2), coarse)
	coarse.Cases = slices.DeleteFunc(slices.Clone(coarse.Cases), func(s string) bool { return strings.Contains(s, "prompt:seen") })
	check(at(2032, 4, 3), coarse)
	summaries, err := a.store.Summaries(ctx, old, young)
	if err != nil || len(summaries) != 0 {
		t.Errorf("%d summaries of classes are left: %v", len(summaries), err)
	}
}

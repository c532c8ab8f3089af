package wave

import (
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/folgmed/folgmed/internal/roster"
	"github.com/folgmed/folgmed/surveys"
)

const pausing = "200000001"

func pausingOwner(rhythm int) roster.Owner {
	return roster.Owner{Org: "100000001", Name: "Vik", Rhythm: rhythm, Schools: []roster.School{{Org: pausing, Name: "Vik skole", Written: "nb", Classes: []roster.Class{
		{Name: "1C", Grades: []int{1}, Size: 20}, {Name: "5A", Grades: []int{5}, Size: 20}, {Name: "8B", Grades: []int{8}, Size: 20},
	}}}}
}

var embedded = sync.OnceValues(surveys.Embedded)

func pausePlan(t testing.TB, o roster.Owner, events []Event, now time.Time) *Plan {
	t.Helper()
	set, err := embedded()
	if err != nil {
		t.Fatal(err)
	}
	return NewPlan(roster.Roster{Owners: []roster.Owner{o}}, set, events, now)
}

// TestPausedIsNotAsked: nobody of a class that pauses is asked in that wave, and
// the others are; a school's pause is that of all its classes.
func TestPausedIsNotAsked(t *testing.T) {
	const n = Number(150)
	events := []Event{
		{Wave: n, School: pausing, Class: "5A", Step: Paused},
		{Wave: n + 2, School: pausing, Step: Paused},
		opened(n, "100000001", n.Opens(), n.Closes()), opened(n+2, "100000001", n.Opens(), (n + 2).Closes()),
	}
	p := pausePlan(t, pausingOwner(2), events, n.Opens().Add(time.Hour))
	for _, tt := range []struct {
		class string
		wave  Number
		want  State
	}{{"5A", n, StatePlanned}, {"8B", n, StateOpen}, {"5A", n + 2, StatePlanned}, {"8B", n + 2, StatePlanned}} {
		ask, _ := p.Ask(pausing, tt.class, tt.wave)
		if ask.State != tt.want || ask.Paused != (tt.want == StatePlanned) {
			t.Errorf("%s in wave %d: %s, paused %v", tt.class, tt.wave, ask.State, ask.Paused)
		}
	}
}

// TestPauseIsSaidInTime: by Sunday 18:00 and no later, of a week that is planned.
func TestPauseIsSaidInTime(t *testing.T) {
	const n = Number(152) // Monday 30 November 2026: planned
	o := pausingOwner(2)
	said := Pause{Wave: n, Owner: o.Org, School: pausing, Class: "5A", Stands: true}
	before := n.Opens().Add(-6 * time.Hour)
	for _, tt := range []struct {
		name   string
		change func(*Pause)
		now    time.Time
		want   error
	}{
		{"in time", func(*Pause) {}, before.Add(-time.Second), nil},
		{"too late", func(*Pause) {}, before, PauseTooLate},
		{"taken back too late", func(p *Pause) { p.Stands = false }, before, PauseTooLate},
		{"a week between", func(p *Pause) { p.Wave++ }, before.Add(-time.Hour), PauseNotAsked},
		{"no such class", func(p *Pause) { p.Class = "9X" }, before.Add(-time.Hour), PauseNotAsked},
		{"the whole school", func(p *Pause) { p.Class = "" }, before.Add(-time.Hour), nil},
	} {
		p := said
		tt.change(&p)
		if err := pausePlan(t, o, nil, tt.now).CheckPause(o, p, tt.now); !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, err, tt.want)
		}
	}
	open := []Event{opened(n, o.Org, before, n.Closes())} // by command, in a rehearsal
	if err := pausePlan(t, o, open, before.Add(-time.Hour)).CheckPause(o, said, before.Add(-time.Hour)); !errors.Is(err, PauseTooLate) {
		t.Errorf("a wave that is open: %v", err)
	}
}

// TestPausesAreFew: whatever is said in whatever order, of twelve surveys in a row
// a class is away from one, also where holidays lie between them, and no question
// of its is passed over twice running.
func TestPausesAreFew(t *testing.T) {
	set, err := embedded()
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(rt *rapid.T) {
		o := pausingOwner(rapid.SampledFrom([]int{1, 2, 4}).Draw(rt, "rhythm"))
		now := FirstOf(2026).Opens()
		year := pausePlan(t, o, nil, now).Year(o, 2026, now)
		year = slices.DeleteFunc(year, func(w Week) bool { return !w.Asked })
		var events []Event
		for range rapid.IntRange(1, 40).Draw(rt, "tries") {
			p := Pause{
				Wave: rapid.SampledFrom(year).Draw(rt, "week").Number, Owner: o.Org, School: pausing,
				Class: rapid.SampledFrom([]string{"", "1C", "5A", "8B"}).Draw(rt, "class"), Stands: true,
			}
			if pausePlan(t, o, events, now).CheckPause(o, p, now) == nil {
				events = append(events, p.Event())
			}
		}
		plan := pausePlan(t, o, events, now)
		for _, class := range o.Schools[0].Classes {
			q, _ := set.For(class.Grades)
			last := map[string]bool{} // whether the class paused when an item was asked last
			for i, week := range year {
				paused := plan.Paused(pausing, class.Name, week.Number)
				for before := max(0, i-11); before < i; before++ {
					if paused && plan.Paused(pausing, class.Name, year[before].Number) {
						rt.Fatalf("%s pauses in surveys %d and %d of the year", class.Name, before, i)
					}
				}
				for _, item := range q.Asked(week.Ordinal) {
					if paused && last[item.ID] {
						rt.Fatalf("%s passes over %s twice running, in survey %d", class.Name, item.ID, i)
					}
					last[item.ID] = paused
				}
			}
		}
	})
}

// TestYear: what was opened, what is planned, and what was planned and passed.
func TestYear(t *testing.T) {
	o := pausingOwner(2)
	const n = Number(148) // Monday 2 November 2026
	now := (n + 1).Opens()
	var asked, missed, places []int
	for i, week := range pausePlan(t, o, []Event{opened(n, o.Org, n.Opens(), n.Closes())}, now).Year(o, 2026, now) {
		switch {
		case week.Asked:
			asked, places = append(asked, i), append(places, week.Ordinal)
		case week.Why == Missed:
			missed = append(missed, i)
		}
		if week.Number == n && week.State != StateClosed {
			t.Errorf("the week of the wave is %s", week.State)
		}
	}
	if len(asked) < 12 || len(missed) < 2 || asked[0] <= missed[len(missed)-1] {
		t.Errorf("asked in %v, missed %v", asked, missed)
	}
	for i, place := range places {
		if place != i {
			t.Fatalf("places %v", places)
		}
	}
}

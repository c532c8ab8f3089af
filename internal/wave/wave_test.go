package wave

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/folgmed/folgmed/internal/roster"
	"github.com/folgmed/folgmed/surveys"
)

func oslo(t testing.TB, text string) time.Time {
	t.Helper()
	at, err := time.ParseInLocation("2006-01-02 15:04:05", text, Oslo)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func TestNumberOf(t *testing.T) {
	tests := []struct {
		at   string
		want Number
	}{
		{"2024-01-01 00:00:00", 0},
		{"2024-01-07 23:59:59", 0},
		{"2024-01-08 00:00:00", 1},
		{"2023-12-31 23:59:59", 0}, // before Epoch
		{"1999-01-01 00:00:00", 0},
		{"2026-03-29 23:59:59", 116}, // the Sunday that summer time begins
		{"2026-03-30 00:00:00", 117},
		{"2026-10-25 23:59:59", 146}, // the Sunday that it ends
		{"2026-10-26 00:00:00", 147},
	}
	for _, tt := range tests {
		if got := NumberOf(oslo(t, tt.at)); got != tt.want {
			t.Errorf("NumberOf(%s) = %d, want %d", tt.at, got, tt.want)
		}
	}
	// Sunday evening in Greenwich is Monday in Oslo.
	if got := NumberOf(time.Date(2024, 1, 7, 23, 0, 0, 0, time.UTC)); got != 1 {
		t.Errorf("midnight in Oslo is in wave %d, want 1", got)
	}
}

// TestTimes: whatever the week, the moments of a wave stand on Oslo's clock,
// also where the clock changes in between.
func TestTimes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := Number(rapid.Uint32Range(1, 5000).Draw(t, "wave"))
		got := []string{}
		for _, at := range []time.Time{n.Opens(), n.Closes(), n.Seals()} {
			got = append(got, at.In(Oslo).Format("Mon 15:04"))
		}
		if want := []string{"Mon 00:00", "Thu 18:00", "Tue 18:00"}; !slices.Equal(got, want) {
			t.Errorf("wave %d: %v, want %v", n, got, want)
		}
		if NumberOf(n.Opens()) != n || NumberOf(n.Opens().Add(-time.Nanosecond)) != n-1 || NumberOf(n.Seals()) != n+1 {
			t.Errorf("wave %d is not the week it opens in", n)
		}
	})
}

func TestSchoolYear(t *testing.T) {
	tests := []struct {
		at   string
		want int
	}{
		{"2026-07-27 12:00:00", 2025}, // its Monday is in July
		{"2026-08-02 12:00:00", 2025},
		{"2026-08-03 12:00:00", 2026},
		{"2027-01-04 12:00:00", 2026},
	}
	for _, tt := range tests {
		if got := NumberOf(oslo(t, tt.at)).SchoolYear(); got != tt.want {
			t.Errorf("%s is in school year %d, want %d", tt.at, got, tt.want)
		}
	}
	if year, week := NumberOf(oslo(t, "2026-12-31 12:00:00")).Week(); year != 2026 || week != 53 {
		t.Errorf("New Year's Eve 2026 is in week %d of %d, want 53 of 2026", week, year)
	}
}

// Dates of Easter as calendars print them. 1954 is one that Gauss's first rule
// got wrong, 2038 the latest date Easter can have and 2285 the earliest.
func TestEaster(t *testing.T) {
	for _, want := range []string{"1954-04-18", "2024-03-31", "2025-04-20", "2026-04-05", "2027-03-28", "2038-04-25", "2285-03-22"} {
		at := roster.Date(want).Day()
		if got := easterSunday(at.Year()); got != dateOf(at) {
			t.Errorf("Easter is %d days from %s", got-dateOf(at), want)
		}
	}
}

// TestCalendar: waves are at least the rhythm apart, never in a week the rules
// leave out, and no further apart than the longest break of the usual calendar
// makes them.
func TestCalendar(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rhythm := rapid.SampledFrom([]int{1, 2, 4}).Draw(t, "rhythm")
		year := rapid.IntRange(2025, 2060).Draw(t, "school year")
		c := NewCalendar(roster.Owner{Rhythm: rhythm})
		var asked []Number
		for n := day(year, time.August, 3).wave(); n < day(year+1, time.July, 31).wave(); n++ {
			if ok, _ := c.Planned(n); !ok {
				continue
			}
			if c.SchoolDays(n) < minSchoolDays {
				t.Errorf("wave %d is asked with %d school days", n, c.SchoolDays(n))
			}
			if len(asked) > 0 {
				apart := int(n - asked[len(asked)-1])
				if apart < rhythm || apart > rhythm+2 {
					t.Errorf("waves %d and %d are %d weeks apart at rhythm %d", asked[len(asked)-1], n, apart, rhythm)
				}
			}
			asked = append(asked, n)
		}
		if least := 36/rhythm - 3; len(asked) < least {
			t.Errorf("%d waves in %d at rhythm %d, want %d or more", len(asked), year, rhythm, least)
		}
	})
}

// A rhythm that is chosen acts from the beginning of a school year: a year that
// has begun to ask stays as it is, to its last week.
func TestRhythmFromASchoolYearOn(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := roster.Owner{Rhythm: rapid.SampledFrom(roster.Rhythms).Draw(t, "before")}
		before := NewCalendar(o)
		n := Number(rapid.IntRange(100, 400).Draw(t, "chosen in wave"))
		from := before.RhythmFrom(n.Opens())
		o.RhythmChoices = []roster.RhythmChoice{{Weeks: rapid.SampledFrom(roster.Rhythms).Draw(t, "after"), From: from}}
		after := NewCalendar(o)
		for week := FirstOf(from - 1); week < FirstOf(from); week++ {
			was, _ := before.Planned(week)
			if is, _ := after.Planned(week); is != was {
				t.Errorf("wave %d of the year before: asked %t, was %t", week, is, was)
			}
		}
		asked := 0
		for week := FirstOf(from); week <= n; week++ {
			if was, _ := before.Planned(week); was {
				asked++
			}
		}
		if asked > 0 {
			t.Errorf("chosen in wave %d it acts from %d, which has asked %d times", n, from, asked)
		}
		if this := n.SchoolYear(); from != this && from != this+1 {
			t.Errorf("chosen in %d it acts from %d", this, from)
		}
	})
}

// steps of a wave in order, as events of one owner.
func history(n Number, owner string, at time.Time, upTo int) []Event {
	events := []Event{opened(n, owner, at, n.Closes())}
	for _, step := range []Step{Closed, Sealed, Moved, Folded, Released} {
		events = append(events, NewEvent(n, step, at))
	}
	return events[:upTo]
}

func TestStates(t *testing.T) {
	n := Number(140)
	before, after := n.Closes().Add(-time.Second), n.Closes()
	tests := []struct {
		name  string
		steps int
		now   time.Time
		want  State
	}{
		{"nothing", 0, before, StatePlanned},
		{"opened", 1, before, StateOpen},
		{"opened, and its end has come", 1, after, StateClosed},
		{"closed before its end", 2, before, StateClosed},
		{"sealed", 3, after, StateSealed},
		{"moved", 4, after, StateSealed},
		{"folded", 5, after, StateSealed},
		{"released", 6, after, StateReleased},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := Fold(history(n, "a", n.Opens(), tt.steps), tt.now)
			if got := s.State(n); got != tt.want {
				t.Errorf("state %s, want %s", got, tt.want)
			}
			if got := s.StateFor("a", n); got != tt.want {
				t.Errorf("state for the owner %s, want %s", got, tt.want)
			}
			if got := s.StateFor("b", n); got != StatePlanned {
				t.Errorf("state for an owner who was not asked %s, want planned", got)
			}
			counted := slices.Contains(s.Open(), n)
			if want := tt.want == StateOpen || tt.want == StateClosed; counted != want {
				t.Errorf("ballots counted %v, want %v", counted, want)
			}
			waiting := slices.Contains(s.Unreleased(), n)
			if want := tt.want == StateSealed; waiting != want {
				t.Errorf("waits for its release %v, want %v", waiting, want)
			}
		})
	}
}

// TestFoldOrder: neither the order of the journal nor repeats in it change what
// it says.
func TestFoldOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var events []Event
		for n := range Number(4) {
			for _, owner := range []string{"a", "b"} {
				events = append(events, history(n+100, owner, n.Opens(), rapid.IntRange(0, 6).Draw(t, "steps"))...)
			}
		}
		now := Number(rapid.Uint32Range(99, 105).Draw(t, "now")).Closes()
		other := rapid.Permutation(events).Draw(t, "order")
		if len(events) > 0 {
			other = append(other, rapid.SliceOf(rapid.SampledFrom(events)).Draw(t, "repeats")...)
		}
		want, got := Fold(events, now), Fold(other, now)
		for n := Number(99); n < 105; n++ {
			for _, owner := range []string{"a", "b", "c"} {
				if want.StateFor(owner, n) != got.StateFor(owner, n) || want.OrdinalOf(owner, n) != got.OrdinalOf(owner, n) {
					t.Errorf("wave %d of %s differs", n, owner)
				}
			}
			if want.State(n) != got.State(n) || !slices.Equal(want.Owners(n), got.Owners(n)) {
				t.Errorf("wave %d differs", n)
			}
		}
		if !slices.Equal(want.Open(), got.Open()) || !slices.Equal(want.Unreleased(), got.Unreleased()) || !slices.Equal(want.WavesOf("a"), got.WavesOf("a")) {
			t.Error("lists differ")
		}
	})
}

// rank of a state: a wave never goes back to a lower one.
var rank = map[State]int{StatePlanned: 0, StateOpen: 1, StateClosed: 2, StateSealed: 3, StateReleased: 4}

// TestControl moves a clock and gives commands at random. Whatever comes of it,
// at most two waves count ballots, no wave goes back, waves are sealed in
// order, and what is due is due once.
func TestControl(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rehearsal := rapid.Bool().Draw(t, "rehearsal")
		start := day(2026, time.September, 1).wave()
		c := Control{
			Roster: roster.Roster{Owners: []roster.Owner{{Org: "a", Rhythm: 1}, {Org: "b", Rhythm: 2}}},
			Now:    start.Opens(), Rehearsal: rehearsal,
		}
		ids := map[string]bool{}
		states := map[Number]State{}
		var sealed []Number
		add := func(events []Event) {
			for _, e := range events {
				if ids[e.ID] {
					t.Fatalf("wave %d %s for %q happens twice", e.Wave, e.Step, e.Owner)
				}
				ids[e.ID] = true
				if e.Step == Sealed {
					sealed = append(sealed, e.Wave)
				}
			}
			c.Events = append(c.Events, events...)
		}
		wave := rapid.Custom(func(t *rapid.T) Number { return start + Number(rapid.IntRange(0, 12).Draw(t, "wave")) })
		command := func(events []Event, err error) {
			if err != nil && len(events) > 0 {
				t.Errorf("refused, and still %d events", len(events))
			}
			if !rehearsal && err == nil {
				t.Error("a command was taken outside a rehearsal")
			}
			add(events)
		}
		t.Repeat(map[string]func(*rapid.T){
			"time passes": func(t *rapid.T) {
				c.Now = c.Now.Add(time.Duration(rapid.IntRange(1, 400).Draw(t, "hours")) * time.Hour)
			},
			"tick": func(*rapid.T) {
				add(c.Due())
				if again := c.Due(); len(again) > 0 {
					t.Errorf("still due after it was done: %v", again)
				}
			},
			"open": func(t *rapid.T) {
				var closes time.Time
				if rapid.Bool().Draw(t, "with an end") {
					closes = c.Now.Add(time.Hour)
				}
				command(c.CommandOpen(wave.Draw(t, "wave"), []string{"a", "b"}, closes))
			},
			"close": func(t *rapid.T) { command(c.CommandClose(wave.Draw(t, "wave"))) },
			"seal":  func(t *rapid.T) { command(c.CommandSeal(wave.Draw(t, "wave"))) },
			"release": func(*rapid.T) {
				for _, n := range Fold(c.Events, c.Now).Unreleased() {
					add([]Event{NewEvent(n, Released, c.Now)})
				}
			},
			"": func(t *rapid.T) {
				s := Fold(c.Events, c.Now)
				if open := s.Open(); len(open) > maxOpen {
					t.Errorf("waves %v are open", open)
				}
				if !slices.IsSorted(sealed) {
					t.Errorf("sealed in the order %v", sealed)
				}
				for n := start; n < start+200; n++ {
					if rank[s.State(n)] < rank[states[n]] {
						t.Errorf("wave %d went from %s back to %s", n, states[n], s.State(n))
					}
					states[n] = s.State(n)
				}
			},
		})
	})
}

func TestCommandOpenUnknownOwner(t *testing.T) {
	c := Control{Rehearsal: true, Now: Number(140).Opens()}
	events, err := c.CommandOpen(140, []string{"000000009"}, time.Time{})
	if err == nil || err.Error() != "open wave 140: no owner 000000009 in the roster" || events != nil {
		t.Errorf("got %v, %v", events, err)
	}
}

func TestEventID(t *testing.T) {
	at := Number(140).Opens()
	seen := map[string]string{}
	for _, n := range []Number{1, 11, 140} {
		for _, owner := range []string{"", "1", "11"} {
			for _, step := range []Step{Opened, Closed, Sealed, Moved, Folded, Released} {
				what := fmt.Sprintf("%d %q %s", n, owner, step)
				id := event(n, owner, step, at).ID
				if other, taken := seen[id]; taken {
					t.Errorf("%s and %s have one id", what, other)
				}
				seen[id] = what
				if again := event(n, owner, step, at.Add(time.Hour)).ID; again != id {
					t.Errorf("%s has another id an hour later", what)
				}
			}
		}
	}
	// sha256("folgmed wave event v1\n140\n\nsealed"), first 16 bytes: the journal
	// of a running installation holds ids like this one.
	if got, want := NewEvent(140, Sealed, at).ID, "d496332add8923e700c799488e2a03b4"; got != want {
		t.Errorf("id %s, want %s", got, want)
	}
}

func TestPlan(t *testing.T) {
	set, err := surveys.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	r := roster.Roster{Owners: []roster.Owner{
		{Org: "a", Rhythm: 1, Schools: []roster.School{{Org: "s", Classes: []roster.Class{
			{Name: "5A", Grades: []int{5}, Size: 24},
			{Name: "4-5", Grades: []int{4, 5}, Size: 12},
		}}}},
		{Org: "b", Rhythm: 1, Schools: []roster.School{{Org: "t", Classes: []roster.Class{{Name: "5A", Grades: []int{5}, Size: 20}}}}},
	}}
	n := day(2026, time.September, 14).wave()
	at := n.Opens()
	events := slices.Concat(
		history(n-20, "a", at, 6), // last school year: another rotation
		history(n-2, "a", at, 6),
		history(n-1, "a", at, 2),
		history(n, "a", at, 1),
	)
	p := NewPlan(r, set, events, at)

	got, ok := p.Ask("s", "4-5", n)
	want := Ask{
		Owner: "a", School: "s", Class: "4-5", Wave: n,
		Questionnaire: "grades-1-4", Version: 1, // the youngest's
		Ordinal: 2, Attempt: 1, State: StateOpen, RosterSize: 12, Grades: []int{4, 5},
	}
	if diff := cmp.Diff(want, got); !ok || diff != "" {
		t.Errorf("asked (-want +got), found %v:\n%s", ok, diff)
	}

	tests := []struct {
		school, class string
		wave          Number
		state         State // empty: no such class
	}{
		{"s", "5A", n, StateOpen},
		{"s", "5A", n - 1, StateClosed},
		{"s", "5A", n - 2, StateReleased},
		{"s", "5A", n + 1, StatePlanned},
		{"t", "5A", n, StatePlanned}, // open, but not for this owner
		{"s", "5B", n, ""},
		{"u", "5A", n, ""},
	}
	for _, tt := range tests {
		ask, ok := p.Ask(tt.school, tt.class, tt.wave)
		if ok != (tt.state != "") || ask.State != tt.state {
			t.Errorf("%s %s in wave %d: %s, %v; want %s", tt.school, tt.class, tt.wave, ask.State, ok, tt.state)
		}
	}
	if got := p.OrdinalOf("a", n-20); got != 0 {
		t.Errorf("ordinal of the first wave %d, want 0", got)
	}
	if got, want := p.WavesOf("a"), []Number{n - 20, n - 2, n - 1, n}; !slices.Equal(got, want) {
		t.Errorf("waves %v, want %v", got, want)
	}
	if got := p.WavesOf("b"); got != nil {
		t.Errorf("waves of an owner who was never asked: %v", got)
	}

	if ask, _ := NewPlan(r, set, events, n.Closes()).Ask("s", "5A", n); ask.State != StateClosed {
		t.Errorf("after the end wave %d is %s", ask.Wave, ask.State)
	}
}

// TestPlanWithoutQuestionnaire: a grade that no questionnaire covers is not
// asked.
func TestPlanWithoutQuestionnaire(t *testing.T) {
	r := roster.Roster{Owners: []roster.Owner{{Org: "a", Schools: []roster.School{{Org: "s", Classes: []roster.Class{{Name: "5A", Grades: []int{5}, Size: 24}}}}}}}
	p := NewPlan(r, surveys.Set{}, history(140, "a", Number(140).Opens(), 1), Number(140).Opens())
	if ask, ok := p.Ask("s", "5A", 140); ok {
		t.Errorf("asked %+v", ask)
	}
}

func TestClock(t *testing.T) {
	real := Number(140).Opens()
	var mu sync.Mutex
	c := NewClock(func() time.Time {
		mu.Lock()
		defer mu.Unlock()
		real = real.Add(time.Second)
		return real
	})
	if a, b := c.Now(), c.Now(); !b.After(a) {
		t.Errorf("the real clock stands: %s, %s", a, b)
	}
	set := Number(7).Opens()
	c.Set(set)
	if a, b := c.Now(), c.Now(); !a.Equal(set) || !b.Equal(set) {
		t.Errorf("set to %s, shows %s, %s", set, a, b)
	}
	c.Resume()
	if got := c.Now(); got.Before(Number(140).Opens()) {
		t.Errorf("resumed, shows %s", got)
	}

	// For the race detector.
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 100 {
				c.Set(set)
				c.Now()
				c.Resume()
			}
		})
	}
	wg.Wait()
}
func TestFirstOf(t *testing.T) {
	for year := 2024; year < 2060; year++ {
		n := FirstOf(year)
		if n.SchoolYear() != year || (n-1).SchoolYear() != year-1 {
			t.Errorf("wave %d opens on %v and is not the first of the school year %d", n, n.Opens(), year)
		}
	}
}

// TestVoid: the first attempt of a class is voided while its wave is open, once,
// and for that class and wave alone.
func TestVoid(t *testing.T) {
	ask := Ask{School: "s", Class: "5A", Wave: 140, Attempt: 1, State: StateOpen}
	with := func(change func(*Ask)) Ask {
		changed := ask
		change(&changed)
		return changed
	}
	for _, tt := range []struct {
		name   string
		ask    Ask
		reason VoidReason
		want   error
	}{
		{"open", ask, Prank, nil},
		{"no reason", ask, "", VoidBadReason},
		{"a reason of one's own", ask, "Ola skrev tull", VoidBadReason},
		{"twice", with(func(a *Ask) { a.Attempt = 2 }), Prank, VoidTwice},
		{"not asked", with(func(a *Ask) { a.State = StatePlanned }), Prank, VoidTooEarly},
		{"closed", with(func(a *Ask) { a.State = StateClosed }), Prank, VoidTooLate},
		{"sealed", with(func(a *Ask) { a.State = StateSealed }), Prank, VoidTooLate},
		{"released", with(func(a *Ask) { a.State = StateReleased }), Prank, VoidTooLate},
	} {
		if got := CheckVoid(tt.ask, tt.reason); got != tt.want { //nolint:errorlint // a refusal is a value, never wrapped
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
		if tt.want != nil && tt.want.Error() == "" {
			t.Errorf("%s: the refusal says nothing", tt.name)
		}
	}

	at := Number(140).Opens()
	first, second := NewVoid(ask, Prank, "kari", at), NewVoid(ask, Disturbed, "siv", at.Add(time.Hour))
	if first.ID != second.ID {
		t.Error("two who void one attempt void it twice")
	}
	s := Fold(append(history(140, "a", at, 1), first.Event(), second.Event()), at)
	for _, tt := range []struct {
		school, class string
		n             Number
		want          uint8
	}{{"s", "5A", 140, 2}, {"s", "5B", 140, 1}, {"u", "5A", 140, 1}, {"s", "5A", 141, 1}} {
		if got := s.AttemptOf(tt.school, tt.class, tt.n); got != tt.want {
			t.Errorf("%s %s in wave %d is in attempt %d, want %d", tt.school, tt.class, tt.n, got, tt.want)
		}
	}
	if got := s.State(140); got != StateOpen {
		t.Errorf("a voided attempt moves the wave to %s", got)
	}
	if got := Fold([]Event{first.Event()}, at).State(140); got != StatePlanned {
		t.Errorf("a voided attempt alone makes the wave %s", got)
	}
}

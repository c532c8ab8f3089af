package notify

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/folgmed/folgmed/internal/access"
	"github.com/folgmed/folgmed/internal/disclosure"
	"github.com/folgmed/folgmed/internal/duty"
	"github.com/folgmed/folgmed/internal/roster"
	"github.com/folgmed/folgmed/internal/turn"
	"github.com/folgmed/folgmed/internal/wave"
)

const (
	own    = "100000001"
	school = "200000001"
)

var owners = []roster.Owner{{Org: own, Name: "Vik", Rhythm: 2, Schools: []roster.School{{
	Org: school, Name: "Fjordvik", Written: "nn",
	Classes: []roster.Class{{Name: "5A", Grades: []int{5}, Size: 24}, {Name: "6A", Grades: []int{6}, Size: 24}},
}}}}

var staff = []access.Person{
	{ID: "teacher", Email: "5a@example.no", Role: access.Teacher, Owner: own, Schools: []string{school}, Classes: []string{school + "/5A"}},
	{ID: "principal", Email: "rektor@example.no", Role: access.Principal, Owner: own, Schools: []string{school}, Lang: "nb"},
	{ID: "deputy", Email: "vikar@example.no", Role: access.Deputy, Owner: own, Schools: []string{school}, Lang: "en"},
	{ID: "cleaner", Email: "renhold@example.no", Role: access.Reporter, Owner: own, Schools: []string{school}},
	{ID: "owner", Email: "eier@example.no", Role: access.OwnerRole, Owner: own},
	{ID: "elsewhere", Email: "annen@example.no", Role: access.Principal, Owner: own, Schools: []string{"200000002"}},
	{ID: "stranger", Email: "fremmed@example.no", Role: access.OwnerRole, Owner: "100000002"},
}

// at reads a time of Oslo.
func at(text string) time.Time {
	t, err := time.ParseInLocation("2006-01-02 15:04", text, wave.Oslo)
	if err != nil {
		panic(err)
	}
	return t
}

// world is journals, mail server and clock: what outlives a server that falls.
type world struct {
	clock     time.Time
	adding    sync.Mutex // of events while a server runs
	events    []duty.Event
	adults    []disclosure.Released
	log       []Line
	turns     []turn.Word
	until     []time.Time
	delivered []Letter
	begun     []Line // the beginning of each letter delivered
	answer    func(Letter) error
	reads     int // of all that there is to tell of
}

func (w *world) opened(class string, kind disclosure.Kind, tier disclosure.Tier) string {
	level := disclosure.LevelClass
	if class == "" {
		level = disclosure.LevelSchool
	}
	u := disclosure.Unit{Owner: own, School: school, Level: level, Name: class}
	w.adding.Lock()
	defer w.adding.Unlock()
	id := duty.MachineID(uint32(len(w.events)), u, kind, duty.Opened)
	w.events = append(w.events, duty.Event{
		ID: id, Subject: duty.PromptSubject(id), Owner: own, School: school, Step: duty.Opened, At: w.clock, By: duty.Machine,
		Body: duty.Body{Signals: []string{"s" + id}, Level: string(level), Unit: class, Kind: string(kind), Tier: string(tier)},
	})
	return id
}

func (w *world) machine(prompt string, step duty.Step, class string, tier disclosure.Tier) {
	w.events = append(w.events, duty.Event{
		ID: fmt.Sprint("machine", len(w.events)), Subject: duty.PromptSubject(prompt), Owner: own, School: school, Version: 1, Step: step,
		At: w.clock, By: duty.Machine, Body: duty.Body{
			Signals: []string{fmt.Sprint("signal", len(w.events))}, Level: string(disclosure.LevelClass), Unit: class,
			Kind: string(disclosure.KindChange), Tier: string(tier),
		},
	})
}

func (w *world) reported(t testing.TB, about string, serious bool) {
	t.Helper()
	f := duty.Fields{duty.FieldWhat: {"Noen går alene."}, duty.FieldSources: {duty.SourceObservation}, duty.FieldAbout: {about}}
	if serious {
		f[duty.FieldPossiblySerious] = []string{duty.Yes}
	}
	e, err := duty.File(own, school, duty.Act{ID: fmt.Sprintf("client-made-id-%04d", len(w.events)), At: w.clock, By: "cleaner", Who: duty.Staff, Fields: f})
	if err != nil {
		t.Fatal(err)
	}
	w.events = append(w.events, e)
}

// concerned lets class staff conclude the latest prompt with reason to report.
func (w *world) concerned(t testing.TB) {
	t.Helper()
	prompts := duty.Prompts(w.events)
	p := prompts[len(prompts)-1]
	e, err := duty.Take(p, duty.Concluded, duty.Act{
		ID: fmt.Sprintf("client-made-id-%04d", len(w.events)), Seen: p.Version, At: w.clock, By: "5a", Who: duty.Staff,
		Fields: duty.Fields{duty.FieldConclusion: {duty.Concern}},
	})
	if err != nil {
		t.Fatal(err)
	}
	w.events = append(w.events, e)
}

// decided lets the principal take a step on the latest report.
func (w *world) decided(t testing.TB, step duty.Step, f duty.Fields) {
	t.Helper()
	reports := duty.Reports(w.events)
	r := reports[len(reports)-1]
	e, err := duty.Take(r, step, duty.Act{ID: fmt.Sprintf("client-made-id-%04d", len(w.events)), Seen: r.Version, At: w.clock, By: "rektor", Who: duty.Leader, Fields: f})
	if err != nil {
		t.Fatal(err)
	}
	w.events = append(w.events, e)
}

// signalOfAdults is one that the latest release tells the owner of.
func (w *world) signalOfAdults(t testing.TB) {
	t.Helper()
	r, err := disclosure.Decode(disclosure.Row{
		Release: disclosure.ReleaseID(149), Wave: 149, Owner: own, School: school, Level: string(disclosure.LevelSchool),
		Audience: string(disclosure.Owner), Item: string(disclosure.KindAdult), Form: string(disclosure.FormSignal),
		Value: strings.Repeat("d", 32) + " - act 2026-11 149 157 10 stands",
	})
	if err != nil {
		t.Fatal(err)
	}
	w.adults = append(w.adults, r)
}

// server is one process on a world. Once fallen, nothing it does has effect.
type server struct {
	*world
	fallen bool
	// falls is asked at each act, before and after it has effect.
	falls func() bool
}

var errFallen = errors.New("the process has fallen")

func (s *server) act(do func() error) error {
	if s.fallen = s.fallen || s.falls(); s.fallen {
		return errFallen
	}
	err := do()
	if s.fallen = s.falls(); s.fallen {
		return errFallen
	}
	return err
}

func (s *server) Roster(context.Context) (roster.Roster, error) {
	return roster.Roster{Owners: owners}, nil
}
func (s *server) People(context.Context) ([]access.Person, error) { return staff, nil }
func (s *server) TellMarks(context.Context) (map[string]string, error) {
	s.adding.Lock()
	defer s.adding.Unlock()
	return map[string]string{own: fmt.Sprint(len(s.events), len(s.log), len(s.adults))}, nil
}
func (s *server) DutyEventsOfOwner(context.Context, string) ([]duty.Event, error) {
	s.adding.Lock()
	defer s.adding.Unlock()
	s.reads++
	return slices.Clone(s.events), nil
}
func (s *server) AdultsReleased(context.Context, string) ([]disclosure.Released, error) {
	return s.adults, nil
}
func (s *server) ToldOf(context.Context, string) ([]Line, error) { return slices.Clone(s.log), nil }

func (s *server) AppendTold(_ context.Context, l Line) error {
	return s.act(func() error {
		s.log = append(s.log, l)
		return nil
	})
}

func (s *server) Send(_ context.Context, l Letter) error {
	return s.act(func() error {
		if s.answer != nil {
			if err := s.answer(l); err != nil {
				return err
			}
		}
		s.delivered = append(s.delivered, l)
		s.begun = append(s.begun, s.log[len(s.log)-1])
		return nil
	})
}

func (s *server) LatestTurn(context.Context) ([]turn.Word, error) {
	if len(s.turns) == 0 {
		return nil, nil
	}
	w := s.turns[len(s.turns)-1]
	w.Left = s.until[len(s.until)-1].Sub(s.clock)
	return []turn.Word{w}, nil
}

func (s *server) SayTurn(_ context.Context, w turn.Word) error {
	return s.act(func() error {
		s.turns, s.until = append(s.turns, w), append(s.until, s.clock.Add(w.Left))
		return nil
	})
}

const start = "https://folgmed.example.org/staff"

// serve starts a server that falls when falls says so.
func (w *world) serve(t testing.TB, falls func() bool) (*Notifier, *server) {
	t.Helper()
	s := &server{world: w, falls: falls}
	n, err := New(Options{
		Store: s, People: s, Turns: turn.NewKeeper(s, 5*time.Minute), Mail: s, Start: start,
		Now: func() time.Time { return w.clock }, Log: slog.New(slog.DiscardHandler), Count: func(Outcome) {},
	})
	if err != nil {
		t.Fatal(err)
	}
	return n, s
}

func never() bool { return false }

// passes lets time go by, with a round each quarter of an hour.
func (w *world) passes(t testing.TB, n *Notifier, until string) {
	t.Helper()
	for end := at(until); !w.clock.After(end); w.clock = w.clock.Add(15 * time.Minute) {
		if err := n.Round(t.Context()); err != nil && !errors.Is(err, errQuiet) {
			t.Fatal(err)
		}
	}
}

// steps are the outcomes in the log, without the beginnings.
func (w *world) steps() []Outcome {
	var all []Outcome
	for _, l := range w.log {
		if l.Step != Sending {
			all = append(all, l.Step)
		}
	}
	return all
}

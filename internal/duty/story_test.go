package duty_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"

	"github.com/folgmed/folgmed/internal/disclosure"
	"github.com/folgmed/folgmed/internal/duty"
	"github.com/folgmed/folgmed/internal/roster"
	"github.com/folgmed/folgmed/internal/wave"
)

// story is a file of testdata: what people do day by day, what is refused, and
// how it then stands.
type story struct {
	Story string
	Steps []struct {
		Day     string
		Who     string // teacher, assistant, principal, deputy, owner; folgmed for a signal
		Does    string // "reported a worry", "judged the worry"; "saw" only looks
		Seen    int    // the version on the writer's page; the newest if 0
		Of      []string
		With    map[string]any
		Refused string
		Then    map[string]string // how something stands
	}
}

var calendar = wave.NewCalendar(roster.Owner{})

// school is the journal of one school, and what the story calls things.
type school struct {
	journal []duty.Event
	named   map[string]string // a name to its subject
	made    int
}

func TestStories(t *testing.T) {
	files, err := filepath.Glob("testdata/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no stories: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".yaml"), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var told story
			if err := yaml.UnmarshalWithOptions(text, &told, yaml.Strict()); err != nil {
				t.Fatal(err)
			}
			s := &school{named: map[string]string{}}
			for i, step := range told.Steps {
				now, ok := duty.ParseDay(step.Day)
				if !ok {
					t.Fatalf("step %d: day %q", i+1, step.Day)
				}
				now = now.Add(9 * time.Hour)
				verb, thing, _ := strings.Cut(step.Does, " ")
				a := duty.Act{
					ID: fmt.Sprintf("event-%020d", s.made), Seen: step.Seen, At: now, By: step.Who, Role: step.Who,
					Who: whoIs[step.Who], Fields: s.fields(step.With),
				}
				s.made++
				events, err := s.take(duty.Step(verb), thing, step.Of, a)
				var r *duty.Refusal
				errors.As(err, &r)
				switch {
				case err != nil && r == nil:
					t.Fatalf("step %d: %v", i+1, err)
				case r != nil && string(r.Code) != step.Refused || r == nil && step.Refused != "":
					t.Fatalf("step %d, %s: %v, want refused %q", i+1, step.Does, err, step.Refused)
				}
				s.journal = append(s.journal, events...)
				for name, want := range step.Then {
					if diff := cmp.Diff(want, s.stands(name, now)); diff != "" {
						t.Errorf("step %d, %s: how %s stands (-want +got):\n%s", i+1, step.Does, name, diff)
					}
				}
			}
		})
	}
}

var whoIs = map[string]duty.Who{
	"teacher": duty.Staff, "assistant": duty.Staff, "principal": duty.Leader, "deputy": duty.Leader, "owner": duty.Owner,
}

func (s *school) fields(with map[string]any) duty.Fields {
	f := duty.Fields{}
	for k, v := range with {
		list, ok := v.([]any)
		if !ok {
			list = []any{v}
		}
		for _, one := range list {
			text := fmt.Sprint(one)
			// A name the story has given stands for the id of what it names.
			if subject, ok := s.named[text]; ok && (k == "case" || k == "measure" || k == "over") {
				_, text, _ = strings.Cut(subject, ":")
			}
			f[duty.Field(k)] = append(f[duty.Field(k)], text)
		}
	}
	return f
}

func (s *school) take(step duty.Step, thing string, of []string, a duty.Act) ([]duty.Event, error) {
	switch step {
	case "saw":
		return nil, nil
	case "signalled": // the kind of the signal stands in of
		e := opened(disclosure.Act, disclosure.Kind(of[0]))
		e.At, e.ID, e.Subject = a.At, a.ID, duty.PromptSubject(a.ID)
		e.Body.Signals = []string{a.ID}
		s.named[thing] = e.Subject
		return []duty.Event{e}, nil
	case duty.Reported:
		e, err := duty.File(unit.Owner, unit.School, a)
		s.named[thing] = e.Subject
		return []duty.Event{e}, err
	case duty.Intervened:
		events, err := duty.StepIn(unit.Owner, unit.School, a)
		for i, e := range events {
			s.named[thing+strings.Repeat(", reported", i)] = e.Subject
		}
		return events, err
	case duty.Opened:
		var from []duty.Matter
		for _, name := range of {
			from = append(from, s.matter(name))
		}
		events, err := duty.OpenCase(unit.Owner, unit.School, a, from...)
		if err == nil {
			s.named[thing] = events[0].Subject
		}
		return events, err
	default: // taken on something there is
	}
	m := s.matter(thing)
	if a.Seen == 0 {
		a.Seen = version(m)
	}
	if c, ok := m.(duty.Case); ok && step == duty.Changed && a.Fields[duty.FieldOver] == nil {
		for _, measure := range c.Measures {
			if measure.ID == a.Fields.Get(duty.FieldMeasure) {
				for _, w := range measure.Standing() {
					a.Fields[duty.FieldOver] = append(a.Fields[duty.FieldOver], duty.WordingID(w))
				}
			}
		}
	}
	e, err := duty.Take(m, step, a)
	if err == nil && step == duty.Planned {
		c := duty.Cases(append(s.journal[:len(s.journal):len(s.journal)], e))
		for _, one := range c {
			if "case:"+one.ID == e.Subject {
				m := one.Measures[len(one.Measures)-1]
				s.named[a.Fields.Get(duty.FieldPlanned)] = "measure:" + m.ID
				s.named["first wording"] = "wording:" + duty.WordingID(m.Wordings[0])
			}
		}
	}
	return []duty.Event{e}, err
}

func version(m duty.Matter) int { return duty.ThreadOf(m).Version }

func (s *school) matter(name string) duty.Matter {
	kind, id, _ := strings.Cut(s.named[name], ":")
	switch kind {
	case "prompt":
		for _, p := range duty.Prompts(s.journal) {
			if p.ID == id {
				return p
			}
		}
	case "report":
		for _, r := range duty.Reports(s.journal) {
			if r.ID == id {
				return r
			}
		}
	case "case":
		for _, c := range duty.Cases(s.journal) {
			if c.ID == id {
				return c
			}
		}
	}
	panic("the story has no " + name)
}

// stands says how something stands, in the words of the stories.
func (s *school) stands(name string, now time.Time) string {
	if name == "the owner" {
		w := duty.WaitingAt(s.journal, unit.School, calendar, now)
		return fmt.Sprintf("%d prompts, %d reports", w.Prompts, w.Reports)
	}
	var words []string
	say := func(is bool, word string) {
		if is {
			words = append(words, word)
		}
	}
	switch m := s.matter(name).(type) {
	case duty.Prompt:
		say(true, string(m.State))
		say(m.Conclusion != "", m.Conclusion)
		say(m.Open(), "with "+string(m.Stage(calendar, now)))
		say(m.Muted(now), "put aside")
	case duty.Report:
		say(true, string(m.State))
		say(m.Outcome != "", m.Outcome)
		say(m.Serious == duty.Yes, "serious")
		say(m.Serious == duty.No, "not serious")
		say(m.Route != "", m.Route)
		say(m.Undecided(), "undecided")
		say(m.OwnerTook, "owner has it")
		var seen []string
		for _, who := range []string{"teacher", "assistant", "principal", "owner"} {
			if m.SeenBy(who, whoIs[who]) {
				seen = append(seen, who)
			}
		}
		say(true, "seen by "+strings.Join(seen, " and "))
	case duty.Case:
		say(true, string(m.State))
		say(m.Overtaken, "overtaken")
		say(len(m.Missing()) > 0, "not looked into: "+strings.Join(m.Missing(), " "))
		for _, measure := range m.Measures {
			say(true, fmt.Sprintf("measure in %d wordings", len(measure.Standing())))
			say(len(measure.Evaluations) > 0, "evaluated")
		}
		if day, ok := m.GovernorDay(calendar); ok {
			say(true, "county governor from "+duty.DayOf(day))
		}
	}
	return strings.Join(words, ", ")
}

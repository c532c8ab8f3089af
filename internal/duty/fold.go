package duty

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/folgmed/folgmed/internal/disclosure"
)

// State is how far the school has come with a prompt.
type State string

// The states of a prompt, in order. Only the conclusion ends it: that a
// signal's period is over says nothing about how the pupils have it.
const (
	StateOpen      State = "open"
	StateObserved  State = "observed"
	StateConcluded State = "concluded"
)

// States lists them in order.
var States = []State{StateOpen, StateObserved, StateConcluded}

// Told is one signal of a prompt as it was last told.
type Told struct {
	Signal string // signal id
	Unit   disclosure.Unit
	Tier   disclosure.Tier
	Since  string // as Body has it
	OneIn  int    // as Body has it
	Ended  bool   // its period is over
}

// Entry is one event of a prompt's history.
type Entry struct {
	Event
	Concurrent bool // another event saw the same version: neither writer had read the other
	Covers     bool // a conclusion whose writer had seen every signal of the prompt
}

// Prompt is the fold of one subject "prompt:ID".
type Prompt struct {
	ID         string
	Unit       disclosure.Unit
	Kind       disclosure.Kind
	Tier       disclosure.Tier // the strongest told
	State      State
	Conclusion string // Concern or NoConcern once concluded
	Version    int    // what a writer who sees this names
	OpenedAt   time.Time
	Signals    []Told
	History    []Entry // in fold order
}

const promptPrefix = "prompt:"

// PromptSubject is the subject of a prompt's events.
func PromptSubject(id string) string { return promptPrefix + id }

// Prompts folds events into the prompts they are about, in the order they were
// opened. The order and the repetition of events do not matter. Events of a
// subject that has not been opened are left out until its opening is there.
func Prompts(events []Event) []Prompt {
	bySubject := map[string][]Event{}
	for _, e := range events {
		if strings.HasPrefix(e.Subject, promptPrefix) {
			bySubject[e.Subject] = append(bySubject[e.Subject], e)
		}
	}
	var prompts []Prompt
	for subject, events := range bySubject {
		if p, ok := foldPrompt(strings.TrimPrefix(subject, promptPrefix), events); ok {
			prompts = append(prompts, p)
		}
	}
	slices.SortFunc(prompts, func(a, b Prompt) int {
		return cmp.Or(a.OpenedAt.Compare(b.OpenedAt), cmp.Compare(a.ID, b.ID))
	})
	return prompts
}

func foldPrompt(id string, events []Event) (Prompt, bool) {
	events = slices.Clone(events)
	slices.SortFunc(events, order)
	events = slices.CompactFunc(events, func(a, b Event) bool { return a.ID == b.ID })

	p := Prompt{ID: id, State: StateOpen}
	opened := false
	told := -1 // the version at which the latest signal was told
	for i, e := range events {
		p.Version = max(p.Version, e.Version+1)
		switch e.Step {
		case Opened:
			opened = true
			p.Unit = unitOf(e)
			p.Kind = disclosure.Kind(e.Body.Kind)
			p.OpenedAt = e.At
			p.tell(e)
			told = max(told, e.Version)
		case Joined, Raised:
			p.tell(e)
			told = max(told, e.Version)
		case Ended:
			for _, s := range e.Body.Signals {
				if t := p.told(s); t != nil {
					t.Ended = true
				}
			}
		case Observed:
			if p.State == StateOpen {
				p.State = StateObserved
			}
		case Concluded: // below: it holds only for what its writer had seen
		}
		concurrent := (i > 0 && events[i-1].Version == e.Version) ||
			(i+1 < len(events) && events[i+1].Version == e.Version)
		p.History = append(p.History, Entry{Event: e, Concurrent: concurrent})
	}
	for i := range p.History {
		e := &p.History[i]
		if e.Step != Concluded || e.Version <= told {
			continue
		}
		e.Covers = true
		p.State = StateConcluded
		// Of two who concluded without having read each other, the one
		// who is concerned is heard.
		if p.Conclusion != Concern {
			p.Conclusion = e.Body.Conclusion
		}
	}
	return p, opened
}

// order is the order of the fold. Beyond (Version, ID) it decides which of two
// events with one id is kept, so that the fold is the same on every reader.
func order(a, b Event) int {
	if c := cmp.Or(cmp.Compare(a.Version, b.Version), cmp.Compare(a.ID, b.ID)); c != 0 {
		return c
	}
	x, _ := json.Marshal(a) // strings, ints and times always marshal
	y, _ := json.Marshal(b)
	return cmp.Compare(string(x), string(y))
}

func unitOf(e Event) disclosure.Unit {
	return disclosure.Unit{
		Owner: e.Owner, School: e.School,
		Level: disclosure.Level(e.Body.Level), Name: e.Body.Unit, Group: e.Body.Group,
	}
}

func (p *Prompt) tell(e Event) {
	tier := disclosure.Tier(e.Body.Tier)
	p.Tier = Stronger(p.Tier, tier)
	for _, s := range e.Body.Signals {
		if t := p.told(s); t != nil {
			t.Tier = Stronger(t.Tier, tier)
			continue
		}
		p.Signals = append(p.Signals, Told{Signal: s, Unit: unitOf(e), Tier: tier, Since: e.Body.Since, OneIn: e.Body.OneIn})
	}
}

func (p *Prompt) told(signal string) *Told {
	i := slices.IndexFunc(p.Signals, func(t Told) bool { return t.Signal == signal })
	if i < 0 {
		return nil
	}
	return &p.Signals[i]
}

// Told returns how a signal was last told in this prompt, if it was.
func (p Prompt) Told(signal string) (Told, bool) {
	if t := p.told(signal); t != nil {
		return *t, true
	}
	return Told{}, false
}

// With returns the prompt as it is once e has been added.
func (p Prompt) With(e Event) Prompt {
	events := []Event{e}
	for _, h := range p.History {
		events = append(events, h.Event)
	}
	q, _ := foldPrompt(p.ID, events)
	return q
}

// Open reports whether the prompt still asks something of the school.
func (p Prompt) Open() bool { return p.State != StateConcluded }

// PeriodOver reports whether none of its signals stands any more.
func (p Prompt) PeriodOver() bool {
	return !slices.ContainsFunc(p.Signals, func(t Told) bool { return !t.Ended })
}

// Earlier returns the concluded prompts of the same unit and kind that were
// opened before p, latest first: what the school concluded the last time.
func Earlier(prompts []Prompt, p Prompt) []Prompt {
	var earlier []Prompt
	for _, q := range prompts {
		if q.ID != p.ID && !q.Open() && q.Unit == p.Unit && q.Kind == p.Kind && !q.OpenedAt.After(p.OpenedAt) {
			earlier = append(earlier, q)
		}
	}
	slices.SortFunc(earlier, func(a, b Prompt) int {
		return cmp.Or(b.OpenedAt.Compare(a.OpenedAt), cmp.Compare(a.ID, b.ID))
	})
	return earlier
}

// Stronger returns the stronger of two tiers: act, then notice, then none.
func Stronger(a, b disclosure.Tier) disclosure.Tier {
	switch {
	case a == disclosure.Act || b == disclosure.Act:
		return disclosure.Act
	case a == disclosure.Notice || b == disclosure.Notice:
		return disclosure.Notice
	default:
		return ""
	}
}

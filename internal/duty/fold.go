package duty

import (
	"cmp"
	"encoding/json"
	"slices"
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

// StateClosed is that of a closed case; an open one is StateOpen. A report is
// open until it is answered, and then concluded.
const StateClosed State = "closed"

// States lists those of a prompt in order.
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
	Conclusion string // once concluded: Concern, NoConcern, or as it was answered
	Case       string // id of the case that it is in
	Inquired   bool   // what was looked into is recorded
	MutedUntil string // the last day that it is put aside, unless a signal has come since
	Version    int    // what a writer who sees this names
	OpenedAt   time.Time
	Signals    []Told
	History    []Entry // in fold order
}

// PromptSubject is the subject of a prompt's events.
func PromptSubject(id string) string { return SubjectPrompt.key(id) }

// Prompts folds events into the prompts they are about, in the order they were
// opened. The order and the repetition of events do not matter. Events of a
// subject that has not been opened are left out until its opening is there.
func Prompts(events []Event) []Prompt {
	var prompts []Prompt
	for id, events := range byID(SubjectPrompt, events) {
		if p, ok := foldPrompt(id, events); ok {
			prompts = append(prompts, p)
		}
	}
	slices.SortFunc(prompts, func(a, b Prompt) int {
		return cmp.Or(a.OpenedAt.Compare(b.OpenedAt), cmp.Compare(a.ID, b.ID))
	})
	return prompts
}

func foldPrompt(id string, events []Event) (Prompt, bool) {
	p := Prompt{ID: id, State: StateOpen}
	p.History, p.Version = history(events)
	events = eventsOf(p.History)
	opened := false
	told, muted := -1, -1 // the versions at which the latest signal was told, and at which it was put aside
	for _, e := range events {
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
		case Observed, Inquired:
			p.Inquired = p.Inquired || e.Step == Inquired
			if p.State == StateOpen {
				p.State = StateObserved
			}
		case Muted:
			p.MutedUntil, muted = e.Body.Fields.Get(FieldUntil), e.Version
		default: // Concluded and Answered, below: they hold only for what their writer had seen
		}
	}
	if muted <= told {
		p.MutedUntil = ""
	}
	for i := range p.History {
		e := &p.History[i]
		ends := e.Step == Concluded || e.Step == Answered
		if !ends || e.Version <= told {
			continue
		}
		e.Covers = true
		p.State = StateConcluded
		// Of two who concluded without having read each other, the one
		// who is concerned is heard.
		if concerned[p.Conclusion] {
			continue
		}
		p.Conclusion, p.Case = e.conclusion(), e.Body.Fields.Get(FieldCase)
	}
	return p, opened
}

// concerned are the conclusions after which something is done.
var concerned = map[string]bool{Concern: true, InCase: true, NewCase: true}

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
	q, _ := foldPrompt(p.ID, append(eventsOf(p.History), e))
	return q
}

// Open reports whether the prompt still asks something of the school.
func (p Prompt) Open() bool { return p.State != StateConcluded }

// PeriodOver reports whether it had signals and none of them stands any more.
func (p Prompt) PeriodOver() bool {
	return len(p.Signals) > 0 && !slices.ContainsFunc(p.Signals, func(t Told) bool { return !t.Ended })
}

// conclusion is what an event that concludes a prompt says.
func (e Event) conclusion() string {
	return cmp.Or(e.Body.Fields.Get(FieldConclusion), e.Body.Fields.Get(FieldOutcome))
}

// Ending is the event that the conclusion of a prompt stands in; ok is false while
// it is open.
func (p Prompt) Ending() (ending Entry, ok bool) {
	for _, e := range p.History {
		if e.Covers && e.conclusion() == p.Conclusion {
			ending, ok = e, true
		}
	}
	return ending, ok
}

// tellsOf says whether a prompt is about a unit, or one of its signals is.
func (p Prompt) tellsOf(u disclosure.Unit) bool {
	return p.Unit == u || slices.ContainsFunc(p.Signals, func(t Told) bool { return t.Unit == u })
}

// Earlier returns the concluded prompts of the same kind that were opened before p
// and tell of a unit that p tells of, latest first: what the school concluded the
// last time. A class may have been in its school's prompt, or have one of its own.
func Earlier(prompts []Prompt, p Prompt) []Prompt {
	shares := func(q Prompt) bool {
		return q.tellsOf(p.Unit) || slices.ContainsFunc(p.Signals, func(t Told) bool { return q.tellsOf(t.Unit) })
	}
	var earlier []Prompt
	for _, q := range prompts {
		if q.ID != p.ID && !q.Open() && q.Kind == p.Kind && !q.OpenedAt.After(p.OpenedAt) && shares(q) {
			earlier = append(earlier, q)
		}
	}
	slices.SortFunc(earlier, func(a, b Prompt) int {
		return cmp.Or(b.OpenedAt.Compare(a.OpenedAt), cmp.Compare(a.ID, b.ID))
	})
	return earlier
}

// Unreported are the prompts that were concluded with reason to report, while
// nobody has: no report and no case came of them.
func Unreported(events []Event) []Prompt {
	from := map[string]bool{}
	for _, r := range Reports(events) {
		for _, subject := range r.From {
			from[subject] = true
		}
	}
	return slices.DeleteFunc(Prompts(events), func(p Prompt) bool {
		return p.Conclusion != Concern || from[PromptSubject(p.ID)]
	})
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

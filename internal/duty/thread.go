package duty

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"time"
)

// Thread is what is the same in the fold of a report, an intervention and a
// case: all that happened to one subject.
type Thread struct {
	ID            string
	Owner, School string
	State         State
	Version       int // what a writer who sees this names
	OpenedAt      time.Time
	OpenedBy      string  // person id
	History       []Entry // in fold order
}

// key is the subject of one thread's events.
func (s Subject) key(id string) string { return string(s) + ":" + id }

// idOf is the id of the subject that an event opens. It tells nothing of the
// event's own, so that nobody who reads an address can send an event that
// takes another's place.
func idOf(subject Subject, event string) string {
	h := sha256.Sum256([]byte("folgmed duty subject v1\n" + string(subject) + "\n" + event))
	return hex.EncodeToString(h[:16])
}

// byID sorts events of one kind of subject by its id.
func byID(subject Subject, events []Event) map[string][]Event {
	found := map[string][]Event{}
	for _, e := range events {
		if id, ok := strings.CutPrefix(e.Subject, subject.key("")); ok {
			found[id] = append(found[id], e)
		}
	}
	return found
}

// history puts events in the order of the fold, each once, marks siblings, and
// returns the version that comes after them.
func history(events []Event) ([]Entry, int) {
	events = slices.Clone(events)
	slices.SortFunc(events, order)
	events = slices.CompactFunc(events, func(a, b Event) bool { return a.ID == b.ID })
	var entries []Entry
	version := 0
	for i, e := range events {
		version = max(version, e.Version+1)
		entries = append(entries, Entry{Event: e, Concurrent: i > 0 && events[i-1].Version == e.Version ||
			i+1 < len(events) && events[i+1].Version == e.Version})
	}
	return entries, version
}

// thread folds the events of one subject; false if the opening is not there.
func thread(id string, opening Step, events []Event) (Thread, bool) {
	t := Thread{ID: id, State: StateOpen}
	t.History, t.Version = history(events)
	first := slices.IndexFunc(t.History, func(e Entry) bool { return e.Step == opening && e.Version == 0 })
	if first < 0 {
		return t, false
	}
	e := t.History[first]
	t.Owner, t.School, t.OpenedAt, t.OpenedBy = e.Owner, e.School, e.At, e.By
	return t, true
}

// opening is the event that opened the thread.
func (t Thread) opening() Entry {
	return t.History[slices.IndexFunc(t.History, func(e Entry) bool { return e.Version == 0 })]
}

// last returns the latest event of a step. Of two that were written without
// their writers having read each other the one that graver prefers is heard;
// without graver the later in the order of the fold.
func (t Thread) last(step Step, graver func(a, b Fields) bool) (last Entry, ok bool) {
	for _, e := range t.History {
		if e.Step != step {
			continue
		}
		siblings := ok && e.Version == last.Version
		if !siblings || graver == nil || !graver(last.Body.Fields, e.Body.Fields) {
			last, ok = e, true
		}
	}
	return last, ok
}

// prefers holds of a where a has a value and b has another.
func prefers(field Field, values ...string) func(a, b Fields) bool {
	return func(a, b Fields) bool {
		return slices.Contains(values, a.Get(field)) && !slices.Contains(values, b.Get(field))
	}
}

// Find returns the event of an id, if it has been written.
func (t Thread) Find(id string) (Entry, bool) {
	i := slices.IndexFunc(t.History, func(e Entry) bool { return e.ID == id })
	if i < 0 {
		return Entry{}, false
	}
	return t.History[i], true
}

// Of returns the events of a step, in order.
func (t Thread) Of(step Step) []Entry {
	var found []Entry
	for _, e := range t.History {
		if e.Step == step {
			found = append(found, e)
		}
	}
	return found
}

func eventsOf(entries []Entry) []Event {
	events := make([]Event, 0, len(entries)+1)
	for _, e := range entries {
		events = append(events, e.Event)
	}
	return events
}

// oldestFirst is the order of threads in a list.
func oldestFirst(a, b Thread) int {
	return cmp.Or(a.OpenedAt.Compare(b.OpenedAt), cmp.Compare(a.ID, b.ID))
}

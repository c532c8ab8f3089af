package duty

import (
	"slices"

	"github.com/folgmed/folgmed/internal/disclosure"
)

// Talk is what a school has shared of a class's own figures with that class, or
// of the school's with pupils and parents: which release, and what the school
// will do.
type Talk struct {
	Thread
	Unit    disclosure.Unit
	Release string // the newest release of what is shown
	WillDo  string
}

// Share makes the event that shares the figures of a unit, up to a release. It
// takes the place of what was shared of the unit before. Its errors are *Refusal.
func Share(u disclosure.Unit, release string, a Act) (Event, error) {
	e, err := open(SubjectTalk, Shared, u.Owner, u.School, a)
	if err != nil {
		return Event{}, err
	}
	e.Body.Level, e.Body.Unit, e.Body.Releases = string(u.Level), u.Name, []string{release}
	return e, nil
}

// Talks folds events into all that was ever shared, oldest first.
func Talks(events []Event) []Talk {
	var talks []Talk
	for id, of := range byID(SubjectTalk, events) {
		t, ok := thread(id, Shared, of)
		if !ok {
			continue
		}
		if len(t.Of(Withdrawn)) > 0 {
			t.State = StateClosed
		}
		talk := Talk{Thread: t, Unit: unitOf(t.opening().Event), WillDo: t.opening().Body.Fields.Get(FieldText)}
		if releases := t.opening().Body.Releases; len(releases) == 1 {
			talk.Release = releases[0]
		}
		talks = append(talks, talk)
	}
	slices.SortFunc(talks, func(a, b Talk) int { return oldestFirst(a.Thread, b.Thread) })
	return talks
}

// TalkOf returns what is shared of a unit: what was shared last, unless it was
// withdrawn. What was shared before that does not come back.
func TalkOf(events []Event, u disclosure.Unit) (talk Talk, ok bool) {
	for _, t := range Talks(events) {
		if t.Unit == u {
			talk = t
		}
	}
	return talk, talk.State == StateOpen
}

func (t Talk) thread() Thread             { return t.Thread }
func (t Talk) subject() Subject           { return SubjectTalk }
func (t Talk) scope() string              { return "" }
func (t Talk) before(Step, Fields) Fields { return nil }
func (t Talk) allows(Step, Act) error     { return nil } // the state says all

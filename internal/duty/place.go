package duty

import (
	"cmp"
	"slices"
)

// Place is a place at school: who looks after it and when, and who did.
type Place struct {
	Name        string  // one of Places
	Routines    []Entry // oldest first: the last one holds
	Inspections []Entry // newest first
}

// LookedAfter folds events into the places, in the order of Places.
func LookedAfter(events []Event) []Place {
	all := make([]Place, len(Places))
	for i, name := range Places {
		all[i] = Place{
			Name:     name,
			Routines: at(name, opened(SubjectRoutine, Arranged, events)), Inspections: at(name, opened(SubjectInspection, Inspected, events)),
		}
		slices.SortStableFunc(all[i].Inspections, func(a, b Entry) int {
			return cmp.Or(cmp.Compare(b.Body.Fields.Get(FieldOn), a.Body.Fields.Get(FieldOn)), b.At.Compare(a.At))
		})
	}
	return all
}

// opened are the events that open a kind of subject, oldest first.
func opened(subject Subject, step Step, events []Event) []Entry {
	var threads []Thread
	for id, events := range byID(subject, events) {
		if t, ok := thread(id, step, events); ok {
			threads = append(threads, t)
		}
	}
	slices.SortFunc(threads, oldestFirst)
	var all []Entry
	for _, t := range threads {
		all = append(all, t.opening())
	}
	return all
}

func at(place string, entries []Entry) []Entry {
	return slices.DeleteFunc(slices.Clone(entries), func(e Entry) bool { return e.Body.Fields.Get(FieldPlace) != place })
}

// Arrange makes the event of a routine. Its errors are *Refusal.
func Arrange(owner, school string, a Act) (Event, error) {
	return open(SubjectRoutine, Arranged, owner, school, a)
}

// Inspect makes the event that says that someone looked after a place. Its
// errors are *Refusal.
func Inspect(owner, school string, a Act) (Event, error) {
	return open(SubjectInspection, Inspected, owner, school, a)
}

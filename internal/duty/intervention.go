package duty

import "slices"

// Intervention is the fold of one subject "intervention:ID": someone stepped
// in.
type Intervention struct {
	Thread
	Fields Fields
}

// Interventions folds events into the interventions they are about, oldest
// first.
func Interventions(events []Event) []Intervention {
	var all []Intervention
	for id, events := range byID(SubjectIntervention, events) {
		if t, ok := thread(id, Intervened, events); ok {
			all = append(all, Intervention{Thread: t, Fields: t.opening().Body.Fields})
		}
	}
	slices.SortFunc(all, func(a, b Intervention) int { return oldestFirst(a.Thread, b.Thread) })
	return all
}

// Physical says whether a pupil was held or moved.
func (i Intervention) Physical() bool { return i.Fields.Get(FieldPhysical) == Yes }

// StepIn makes the event of an intervention, and that of the report which it
// led to. Its errors are *Refusal.
func StepIn(owner, school string, a Act) ([]Event, error) {
	stepped, err := open(SubjectIntervention, Intervened, owner, school, a)
	if err != nil {
		return nil, err
	}
	f := stepped.Body.Fields
	if f.Get(FieldThen) != ThenReport {
		return []Event{stepped}, nil
	}
	report := a
	report.ID = following(a.ID, stepped.Subject, Reported)
	report.Fields = Fields{FieldWhat: f[FieldWentOn], FieldSources: {SourceObservation}, FieldAbout: {AboutPupils}}
	reported, err := File(owner, school, report, stepped.Subject)
	if err != nil {
		return nil, err
	}
	return []Event{stepped, reported}, nil
}

package duty

import (
	"slices"
	"time"
)

// Forgettable are the subjects of which nothing is kept any longer: cases that
// were closed before a day and have gone to the archive as they stand, with what
// they alone came of; and what no case came of, once it has ended and nothing has
// been written in it since that day.
func Forgettable(events []Event, before time.Time) []string {
	var gone []string
	needed := map[string]bool{} // by a case or report that stays
	of := map[string]bool{}     // of any case
	for _, c := range Cases(events) {
		_, exported := c.ExportedAt(events)
		forget := !c.Open() && c.ClosedAt.Before(before) && exported
		for subject := range c.origins(events) {
			if of[subject] = true; !forget {
				needed[subject] = true
			}
		}
		if forget {
			gone = append(gone, SubjectCase.key(c.ID), SubjectExport.key(c.ID))
		} else {
			needed[SubjectCase.key(c.ID)] = true
		}
	}
	ended := endedBefore(events, before)
	for _, r := range Reports(events) {
		subject := SubjectReport.key(r.ID)
		if of[subject] || slices.Contains(ended, subject) {
			continue
		}
		for _, origin := range r.From {
			needed[origin] = true
		}
	}
	for _, subject := range ended {
		of[subject] = true
	}
	for subject := range of {
		if !needed[subject] {
			gone = append(gone, subject)
		}
	}
	slices.Sort(gone)
	return gone
}

// endedBefore are the subjects, but for cases, that ask nothing more of anyone and
// in which all was written before a day.
func endedBefore(events []Event, before time.Time) []string {
	var ended []string
	add := func(subject string, history []Entry, over bool) {
		late := slices.ContainsFunc(history, func(e Entry) bool { return !e.At.Before(before) })
		if over && !late {
			ended = append(ended, subject)
		}
	}
	for _, p := range Prompts(events) {
		add(SubjectPrompt.key(p.ID), p.History, !p.Open())
	}
	for _, r := range Reports(events) {
		add(SubjectReport.key(r.ID), r.History, r.over())
	}
	for _, i := range Interventions(events) {
		add(SubjectIntervention.key(i.ID), i.History, true)
	}
	for _, p := range LookedAfter(events) {
		for _, e := range p.Inspections {
			add(e.Subject, []Entry{e}, true)
		}
	}
	return ended
}

package duty

import (
	"slices"
	"time"
)

// Forgettable are the subjects of which nothing is kept any longer: cases that
// were closed before a day and have gone to the archive as they stand, and what
// they alone came of.
func Forgettable(events []Event, before time.Time) []string {
	var gone []string
	needed := map[string]bool{} // by a case that stays
	of := map[string]bool{}
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
	for subject := range of {
		if !needed[subject] {
			gone = append(gone, subject)
		}
	}
	slices.Sort(gone)
	return gone
}

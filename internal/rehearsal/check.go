package rehearsal

import (
	"errors"
	"fmt"
	"slices"

	"github.com/folgmed/folgmed/internal/control"
	"github.com/folgmed/folgmed/internal/roster"
	"github.com/folgmed/folgmed/surveys"
)

// ErrNotRehearsal is the answer of an installation where children answer.
var ErrNotRehearsal = errors.New("this installation is not a rehearsal: recorded or made-up answers may not stand beside children's; start another with 'folgmed serve --rehearsal'")

// mayPlay says why the installation takes no made-up answers.
func mayPlay(s control.Status) error {
	if !s.Rehearsal {
		return ErrNotRehearsal
	}
	return nil
}

// Check lists all that keeps a recording from being cast whole: an
// installation that is no rehearsal, classes that are missing or too small, and
// answers that the classes' questionnaires do not know. Without it a wave would
// be found wanting half cast, and a wave can not be played again. The schools
// of the sheets are organisation numbers.
func Check(status control.Status, known roster.Roster, set surveys.Set, rec Recording) error {
	faults := []error{mayPlay(status)}
	for _, n := range rec.Waves {
		if err := room(known, rec.Sheets[n]); err != nil {
			faults = append(faults, fmt.Errorf("wave %d of the file:\n%w", n, err))
		}
	}
	return errors.Join(append(faults, answerable(known, set, rec))...)
}

// room tells the classes that are not on the roster, or have more sheets than
// pupils.
func room(known roster.Roster, sheets []Sheet) error {
	sizes := make(map[class]int)
	for _, owner := range known.Owners {
		for _, school := range owner.Schools {
			for _, c := range school.Classes {
				sizes[class{school.Org, c.Name}] = c.Size
			}
		}
	}
	wanted := make(map[class]int)
	for _, s := range sheets {
		wanted[class{s.School, s.Class}]++
	}
	var faults []string
	for c, n := range wanted {
		switch size, ok := sizes[c]; {
		case !ok:
			faults = append(faults, fmt.Sprintf("class %s is not on the roster", c))
		case n > size:
			faults = append(faults, fmt.Sprintf("class %s has %d answers and %d pupils on the roster", c, n, size))
		}
	}
	return sorted(faults)
}

// answerable tells the columns that are no question to anyone, the answers of
// classes that are not asked, and the options that do not exist. A column that
// is passed over in silence would look as if nobody wanted to answer it.
func answerable(known roster.Roster, set surveys.Set, rec Recording) error {
	asked := make(map[class]*surveys.Questionnaire)
	items := make(map[string]bool)
	for _, owner := range known.Owners {
		for _, school := range owner.Schools {
			for _, c := range school.Classes {
				q, ok := set.For(c.Grades)
				if !ok {
					continue // such a roster is refused by the server
				}
				asked[class{school.Org, c.Name}] = q
				for _, item := range q.Items {
					items[item.ID] = true
				}
			}
		}
	}
	type wrong struct{ item, what string }
	answers := make(map[wrong]int)
	for _, sheets := range rec.Sheets {
		for _, s := range sheets {
			q := asked[class{s.School, s.Class}]
			if q == nil {
				continue // told by room
			}
			for id, option := range s.Options {
				item, ok := q.Item(id)
				switch {
				case !items[id]: // told once, below
				case !ok:
					answers[wrong{id, "no question of " + q.ID + ", which the class is asked"}]++
				case option > len(item.Options):
					answers[wrong{id, fmt.Sprintf("option %d of %d; leave answers that are missing empty", option, len(item.Options))}]++
				}
			}
		}
	}
	var faults []string
	for _, id := range rec.Items {
		if !items[id] {
			faults = append(faults, fmt.Sprintf("column %q is an item of no questionnaire that the classes are asked: rename or remove it, or add the questionnaire to the server's --surveys folder", id))
		}
	}
	for w, n := range answers {
		faults = append(faults, fmt.Sprintf("%s: %s (sheets: %d)", w.item, w.what, n))
	}
	return sorted(faults)
}

// sorted makes one error of faults, in an order that does not change.
func sorted(faults []string) error {
	slices.Sort(faults)
	errs := make([]error, len(faults))
	for i, f := range faults {
		errs[i] = errors.New(f)
	}
	return errors.Join(errs...)
}

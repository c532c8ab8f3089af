package surveys

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"
)

//go:embed *.yaml
var embedded embed.FS

// Embedded returns the project's own questionnaires for grades 1-4, 5-7 and
// 8-13 (Vg3). They are our own wording and not validated.
func Embedded() (Set, error) { return Load(embedded) }

// Load reads every .yaml file at the root of fsys as one questionnaire. Any
// fault refuses the whole set: the error joins all of them, each a Fault. Two
// files may hold two versions of one questionnaire, but no two questionnaires
// may claim the same grade. Recordings of their texts are found beside them.
func Load(fsys fs.FS) (Set, error) {
	names, err := fs.Glob(fsys, "*.yaml")
	if err != nil {
		return Set{}, fmt.Errorf("list questionnaires: %w", err)
	}
	if len(names) == 0 {
		return Set{}, errors.New("load questionnaires: no .yaml file there; each questionnaire is one file")
	}
	var set Set
	var faults []Fault
	from := map[*Questionnaire]string{}
	for _, name := range names {
		data, err := fs.ReadFile(fsys, name)
		if err != nil {
			return Set{}, fmt.Errorf("read questionnaire: %w", err)
		}
		q, found := parse(name, data)
		faults = append(faults, found...)
		if len(found) > 0 {
			continue
		}
		for _, other := range set.Questionnaires {
			switch {
			case other.ID == q.ID && other.Version == q.Version:
				faults = append(faults, Fault{File: name, Line: 1,
					Message: fmt.Sprintf("%s already holds %s version %d", from[other], q.ID, q.Version),
					Hint:    "raise the version of the newer one"})
			case other.ID != q.ID && q.FromGrade <= other.ToGrade && other.FromGrade <= q.ToGrade:
				faults = append(faults, Fault{File: name, Line: 1,
					Message: fmt.Sprintf("its grades %d-%d overlap with those of %s (%d-%d)", q.FromGrade, q.ToGrade, from[other], other.FromGrade, other.ToGrade),
					Hint:    "give each grade to one questionnaire"})
			}
		}
		from[q] = name
		set.Questionnaires = append(set.Questionnaires, q)
	}
	if len(faults) > 0 {
		return Set{}, joined(faults)
	}
	for _, q := range set.Questionnaires {
		if err := set.addSounds(fsys, from[q], q); err != nil {
			return Set{}, err
		}
	}
	return set, nil
}

// LoadFile reads one questionnaire. If the file has faults the error joins all
// of them, each a Fault.
func LoadFile(path string) (*Questionnaire, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read questionnaire: %w", err)
	}
	q, faults := parse(path, data)
	if len(faults) > 0 {
		return nil, joined(faults)
	}
	return q, nil
}

// Merge returns s with the questionnaires of an operator's own folder put
// before it: they replace those of the same id and version, and are preferred
// where the grades overlap.
func (s Set) Merge(own Set) Set {
	merged := Set{slices.Clone(own.Questionnaires), maps.Clone(own.recordings)}
	for _, q := range s.Questionnaires {
		if _, replaced := own.Find(q.ID, q.Version); !replaced {
			merged.Questionnaires = append(merged.Questionnaires, q)
		}
	}
	return merged
}

// Find returns the questionnaire of that id and version.
func (s Set) Find(id string, version int) (*Questionnaire, bool) {
	for _, q := range s.Questionnaires {
		if q.ID == id && q.Version == version {
			return q, true
		}
	}
	return nil, false
}

// For returns what a class with pupils of these grades is asked: the newest
// version of the questionnaire of its youngest grade. It is false if grades is
// empty or no questionnaire covers that grade.
func (s Set) For(grades []int) (*Questionnaire, bool) {
	if len(grades) == 0 {
		return nil, false
	}
	youngest := slices.Min(grades)
	var best *Questionnaire
	for _, q := range s.Questionnaires {
		if q.FromGrade > youngest || youngest > q.ToGrade {
			continue
		}
		if best == nil || q.ID == best.ID && q.Version > best.Version {
			best = q
		}
	}
	return best, best != nil
}

// Item returns the item with that id.
func (q *Questionnaire) Item(id string) (Item, bool) {
	for _, item := range q.Items {
		if item.ID == id {
			return item, true
		}
	}
	return Item{}, false
}

// Asked returns the items of the class's planned wave number ordinal of the
// school year, counted from 0, in the order they are asked: the core, what
// rotation brings, and background last.
func (q *Questionnaire) Asked(ordinal int) []Item {
	asked := make([]Item, 0, maxAsked)
	for _, kind := range []Kind{Core, Rotating, Background} {
		for _, item := range q.Items {
			if item.Kind == kind && (kind != Rotating || ordinal%item.Every == item.Offset) {
				asked = append(asked, item)
			}
		}
	}
	return asked
}

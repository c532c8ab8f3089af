package roster

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/goccy/go-yaml"
)

// Owner returns the owner with that organisation number.
func (r Roster) Owner(org string) (Owner, bool) {
	for _, o := range r.Owners {
		if o.Org == org {
			return o, true
		}
	}
	return Owner{}, false
}

// School returns the owner's school with that organisation number.
func (o Owner) School(org string) (School, bool) {
	for _, s := range o.Schools {
		if s.Org == org {
			return s, true
		}
	}
	return School{}, false
}

// School returns the school with that organisation number, and its owner.
func (r Roster) School(org string) (Owner, School, bool) {
	for _, o := range r.Owners {
		for _, s := range o.Schools {
			if s.Org == org {
				return o, s, true
			}
		}
	}
	return Owner{}, School{}, false
}

// SchoolNamed returns the school that an import calls by its organisation
// number or its name. It is false if two schools share the name.
func (r Roster) SchoolNamed(name string) (Owner, School, bool) {
	if o, s, ok := r.School(name); ok {
		return o, s, true
	}
	var owner Owner
	var school School
	found := 0
	for _, o := range r.Owners {
		for _, s := range o.Schools {
			if s.Name == name {
				owner, school = o, s
				found++
			}
		}
	}
	if found != 1 {
		return Owner{}, School{}, false
	}
	return owner, school, true
}

// Class returns the class of that name in the school with that organisation
// number.
func (r Roster) Class(school, class string) (Owner, School, Class, bool) {
	o, s, ok := r.School(school)
	if !ok {
		return Owner{}, School{}, Class{}, false
	}
	c, ok := s.Class(class)
	if !ok {
		return Owner{}, School{}, Class{}, false
	}
	return o, s, c, true
}

// Class returns the class of that name.
func (s School) Class(name string) (Class, bool) {
	for _, c := range s.Classes {
		if c.Name == name {
			return c, true
		}
	}
	return Class{}, false
}

// Sizes lists the class sizes of the owner.
func (o Owner) Sizes() []int {
	var sizes []int
	for _, s := range o.Schools {
		for _, c := range s.Classes {
			sizes = append(sizes, c.Size)
		}
	}
	return sizes
}

// Write writes the roster as a YAML file that Parse reads back.
func (r Roster) Write(w io.Writer) error {
	// Every text is quoted: the encoder leaves some bare that no reader takes,
	// such as one that begins with a question mark.
	data, err := yaml.MarshalWithOptions(r, yaml.CustomMarshaler[string](func(s string) ([]byte, error) { return json.Marshal(s) }))
	if err != nil {
		return fmt.Errorf("encode roster: %w", err)
	}
	if _, err := w.Write(data); err != nil {
		return fmt.Errorf("write roster: %w", err)
	}
	return nil
}

package counts

import (
	"fmt"
	"strings"
)

// Unit is what a histogram is about: one class, several classes of the same
// grades joined, or what was left of a school among the classes with one
// questionnaire (options of two questionnaires do not add up). It is written
//
//	class:5A  joined:5A+5B  rest:grades-5-7
//
// with "+" and "%" in a class name written %2B and %25.
type Unit struct {
	Classes []string // one for a class, more for joined classes, none for a rest
	Rest    string   // questionnaire of a rest, else empty
}

var (
	escapeName   = strings.NewReplacer("%", "%25", "+", "%2B")
	unescapeName = strings.NewReplacer("%25", "%", "%2B", "+")
)

// ClassUnit is the unit of one class.
func ClassUnit(name string) Unit { return Unit{Classes: []string{name}} }

func (u Unit) String() string {
	if len(u.Classes) == 0 {
		return "rest:" + u.Rest
	}
	names := make([]string, len(u.Classes))
	for i, name := range u.Classes {
		names[i] = escapeName.Replace(name)
	}
	if len(names) == 1 {
		return "class:" + names[0]
	}
	return "joined:" + strings.Join(names, "+")
}

// ParseUnit is the inverse of Unit.String.
func ParseUnit(s string) (Unit, error) {
	kind, names, _ := strings.Cut(s, ":")
	var u Unit
	switch kind {
	case "rest":
		u.Rest = names
	case "class", "joined":
		for name := range strings.SplitSeq(names, "+") {
			u.Classes = append(u.Classes, unescapeName.Replace(name))
		}
	}
	if u.String() != s {
		return Unit{}, fmt.Errorf("read unit %q: not class:NAME, joined:NAME+NAME or rest:QUESTIONNAIRE", s)
	}
	return u, nil
}

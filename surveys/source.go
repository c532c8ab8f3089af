package surveys

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// Fault is one thing wrong in a data file, with where it stands and what to do.
type Fault struct {
	File    string
	Line    int // counted from 1; 0 if the fault is about the whole file
	Message string
	Hint    string
}

// Error tells the fault in one line: file, line, message and hint.
func (f Fault) Error() string {
	where := f.File
	if f.Line > 0 {
		where = fmt.Sprintf("%s:%d", f.File, f.Line)
	}
	if f.Hint == "" {
		return where + ": " + f.Message
	}
	return where + ": " + f.Message + " (" + f.Hint + ")"
}

// joined makes one error of faults.
func joined(faults []Fault) error {
	errs := make([]error, len(faults))
	for i, f := range faults {
		errs[i] = f
	}
	return errors.Join(errs...)
}

// maxFile bounds a data file: a roster of a county with 15,000 classes is
// about 1 MB.
const maxFile = 16 << 20

// Source is a YAML file that was read, with the line of every value, so that a
// fault can say where it stands.
type Source struct {
	file   string
	root   ast.Node
	faults []Fault
}

// ReadYAML reads a data file into what v points to. What is wrong with the
// file as YAML, such as a field that v does not have, are the source's first
// faults.
func ReadYAML(file string, data []byte, v any) *Source {
	s := &Source{file: file}
	if len(data) > maxFile {
		s.faults = []Fault{{File: file, Message: fmt.Sprintf("the file is larger than %d MB", maxFile>>20), Hint: "is it the right file?"}}
		return s
	}
	parsed, err := parser.ParseBytes(data, 0)
	if err != nil {
		s.unreadable(err)
		return s
	}
	switch {
	case len(parsed.Docs) == 0 || parsed.Docs[0].Body == nil:
		s.faults = []Fault{{File: file, Line: 1, Message: "the file is empty"}}
		return s
	case len(parsed.Docs) > 1:
		second := Fault{File: file, Line: 1, Message: "a second document starts here", Hint: "put it in a file of its own"}
		if start := parsed.Docs[1].Start; start != nil {
			second.Line = start.Position.Line
		}
		s.faults = []Fault{second}
		return s
	}
	s.root = parsed.Docs[0].Body
	if err := yaml.NodeToValue(s.root, v, yaml.Strict()); err != nil {
		s.unreadable(err)
	}
	return s
}

// unreadable notes why the YAML could not be read.
func (s *Source) unreadable(err error) {
	fault := Fault{File: s.file, Line: 1, Message: err.Error()}
	var at yaml.Error
	if errors.As(err, &at) {
		fault.Message = at.GetMessage()
		if tk := at.GetToken(); tk != nil {
			fault.Line = tk.Position.Line
		}
	}
	var unknown *yaml.UnknownFieldError
	var other *yaml.TypeError
	var shape *yaml.UnexpectedNodeTypeError
	switch {
	case errors.As(err, &unknown):
		fault.Hint = "look for a spelling mistake, or remove the field"
	case errors.As(err, &other):
		fault.Message, fault.Hint = kindOf(other.DstType)+" is wanted here", "the value is of another kind"
	case errors.As(err, &shape):
		fault.Message, fault.Hint = "a list is wanted here", "begin each entry with a hyphen"
		if shape.Expected == ast.MappingType {
			fault.Message, fault.Hint = "fields with their values are wanted here", "write each as name: value"
		}
	}
	s.faults = append(s.faults, fault)
}

// kindOf says in words what kind of value a field takes.
func kindOf(t reflect.Type) string {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch {
	case t.Kind() == reflect.Bool:
		return "true or false"
	case t.Kind() == reflect.String:
		return "a text"
	case t.Kind() == reflect.Slice || t.Kind() == reflect.Array:
		return "a list"
	case t.Kind() == reflect.Struct || t.Kind() == reflect.Map:
		return "a field with its value"
	case t.ConvertibleTo(reflect.TypeFor[float64]()):
		return "a number"
	}
	return "another kind of value"
}

// Fault notes a fault of the value at a path such as "items[2].text.nn", or of
// the nearest value around it that stands in the file.
func (s *Source) Fault(path, message, hint string) {
	s.faults = append(s.faults, Fault{File: s.file, Line: s.line(path), Message: message, Hint: hint})
}

// Faults returns what is wrong, in the order of the file.
func (s *Source) Faults() []Fault {
	slices.SortStableFunc(s.faults, func(a, b Fault) int { return a.Line - b.Line })
	return s.faults
}

func (s *Source) line(path string) int {
	for path != "" {
		if p, err := yaml.PathString("$." + path); err == nil {
			if node, err := p.FilterNode(s.root); err == nil && node != nil {
				return node.GetToken().Position.Line
			}
		}
		path = path[:max(strings.LastIndexByte(path, '.'), strings.LastIndexByte(path, '['), 0)]
	}
	return 1
}

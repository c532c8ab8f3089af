// Package webtest checks handlers against the OpenAPI description that is
// served with them.
package webtest

import (
	"bytes"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/labstack/echo/v4"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/folgmed/folgmed/internal/web"
)

// Spec is the description of the JSON API.
type Spec struct {
	doc      map[string]any
	compiler *jsonschema.Compiler
}

// base is where the description stands in the eyes of the schema compiler.
const base = "https://folgmed.invalid/openapi.json"

// NewSpec reads web.OpenAPI.
func NewSpec(t testing.TB) *Spec {
	t.Helper()
	text, err := yaml.YAMLToJSON(web.OpenAPI())
	if err != nil {
		t.Fatalf("read openapi.yaml: %v", err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatalf("read openapi.yaml: %v", err)
	}
	s := &Spec{doc: doc.(map[string]any), compiler: jsonschema.NewCompiler()}
	s.compiler.DefaultDraft(jsonschema.Draft2020) // the dialect of OpenAPI 3.1
	if err := s.compiler.AddResource(base, doc); err != nil {
		t.Fatalf("read openapi.yaml: %v", err)
	}
	return s
}

// param is a part of a route that stands for anything.
var param = regexp.MustCompile(`:(\w+)`)

// CheckRoutes fails unless the routes of e under /api, and those that end in
// .json, are exactly the operations described, and every schema of the
// description is sound.
func (s *Spec) CheckRoutes(t testing.TB, e *echo.Echo) {
	t.Helper()
	var have []string
	for _, r := range e.Routes() {
		json := strings.HasPrefix(r.Path, "/api/") || strings.HasSuffix(r.Path, ".json")
		if json && !strings.HasPrefix(r.Method, "echo_") {
			have = append(have, r.Method+" "+param.ReplaceAllString(r.Path, "{$1}"))
		}
	}
	described := s.Operations()
	for _, op := range described {
		if !slices.Contains(have, op) {
			t.Errorf("openapi.yaml describes %s, which no handler answers", op)
		}
	}
	for _, op := range have {
		if !slices.Contains(described, op) {
			t.Errorf("%s is not described in openapi.yaml", op)
		}
	}
	for name := range s.get("components", "schemas") {
		if _, err := s.compiler.Compile(base + "#/components/schemas/" + name); err != nil {
			t.Errorf("schema %s: %v", name, err)
		}
	}
}

// Operations lists the operations described, as "POST /api/code".
func (s *Spec) Operations() []string {
	var list []string
	for path, item := range s.get("paths") {
		for method := range item.(map[string]any) {
			list = append(list, strings.ToUpper(method)+" "+path)
		}
	}
	slices.Sort(list)
	return list
}

// Statuses lists the statuses described for an operation.
func (s *Spec) Statuses(path string) []int {
	var list []int
	for code := range s.get("paths", path, s.method(path), "responses") {
		n, _ := strconv.Atoi(code)
		list = append(list, n)
	}
	slices.Sort(list)
	return list
}

// method is the one that a path is asked with: none has two.
func (s *Spec) method(path string) string {
	for method := range s.get("paths", path) {
		return method
	}
	return ""
}

// CheckRequest fails unless body is a request that POST path describes.
func (s *Spec) CheckRequest(t testing.TB, path string, body []byte) {
	t.Helper()
	s.validate(t, "request to "+path, body, "paths", path, "post", "requestBody", "content", "application/json", "schema")
}

// CheckResponse fails unless a reply from a path is one that is described:
// status, the headers that it must have, and body.
func (s *Spec) CheckResponse(t testing.TB, path string, status int, header http.Header, body []byte) {
	t.Helper()
	at := []string{"paths", path, s.method(path), "responses", strconv.Itoa(status)}
	response := s.get(at...)
	if response == nil {
		t.Errorf("%s answered with status %d, which openapi.yaml does not describe", path, status)
		return
	}
	if ref, ok := response["$ref"].(string); ok {
		at = strings.Split(strings.TrimPrefix(ref, "#/"), "/")
		response = s.get(at...)
	}
	headers, _ := response["headers"].(map[string]any)
	for name := range headers {
		if header.Get(name) == "" {
			t.Errorf("%s answered with status %d but without %s", path, status, name)
		}
	}
	s.validate(t, "status "+strconv.Itoa(status)+" of "+path, body, append(at, "content", "application/json", "schema")...)
}

func (s *Spec) validate(t testing.TB, what string, body []byte, at ...string) {
	t.Helper()
	schema, err := s.compiler.Compile(base + "#" + pointer(at))
	if err != nil {
		t.Errorf("%s: openapi.yaml: %v", what, err)
		return
	}
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
	if err != nil {
		t.Errorf("%s is not JSON: %v", what, err)
		return
	}
	if err := schema.Validate(v); err != nil {
		t.Errorf("%s is not what openapi.yaml describes: %v", what, err)
	}
}

// get walks down the description; nil if it ends on the way.
func (s *Spec) get(at ...string) map[string]any {
	m := s.doc
	for _, key := range at {
		m, _ = m[key].(map[string]any)
	}
	return m
}

// pointer writes a path as a JSON pointer (RFC 6901).
func pointer(at []string) string {
	var b strings.Builder
	for _, key := range at {
		b.WriteString("/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(key))
	}
	return b.String()
}

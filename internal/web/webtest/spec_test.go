package webtest_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/labstack/echo/v4"

	"github.com/folgmed/folgmed/internal/web"
	"github.com/folgmed/folgmed/internal/web/webtest"
)

// fakeT notes that a check failed.
type fakeT struct {
	testing.TB
	failed bool
}

func (f *fakeT) Helper()               {}
func (f *fakeT) Errorf(string, ...any) { f.failed = true }

func failed(check func(t testing.TB)) bool {
	f := &fakeT{}
	check(f)
	return f.failed
}

func TestCheckRoutes(t *testing.T) {
	spec := webtest.NewSpec(t)
	none := func(echo.Context) error { return nil }
	e := web.New(web.Options{})
	for _, op := range spec.Operations() {
		method, path, _ := strings.Cut(op, " ")
		e.Add(method, path, none)
	}
	spec.CheckRoutes(t, e)

	e.POST("/api/more", none)
	if !failed(func(t testing.TB) { spec.CheckRoutes(t, e) }) {
		t.Error("a route that is not described passed")
	}
	if !failed(func(t testing.TB) { spec.CheckRoutes(t, web.New(web.Options{})) }) {
		t.Error("a description that nothing answers passed")
	}
}

// TestErrorsAreDescribed answers every operation with each error it describes,
// through the real error map.
func TestErrorsAreDescribed(t *testing.T) {
	spec := webtest.NewSpec(t)
	outcomes := map[string][]string{
		"/api/code":  {"malformed", "too_large", "code_refused", "no_place", "session_closed", "wave_closed", "rate_limited", "unavailable"},
		"/api/issue": {"malformed", "too_large", "code_refused", "no_place", "session_closed", "wave_closed", "rate_limited", "unavailable"},
		"/api/cast":  {"malformed", "too_large", "unknown_class", "wave_closed", "bad_token", "unavailable"},
	}
	for path, list := range outcomes {
		seen := []int{http.StatusOK}
		for _, outcome := range list {
			e := web.New(web.Options{})
			e.POST(path, func(echo.Context) error { return web.Fail(outcome, errors.New("as a test")) })
			w := httptest.NewRecorder()
			e.ServeHTTP(w, httptest.NewRequest(http.MethodPost, path, nil))
			spec.CheckResponse(t, path, w.Code, w.Header(), w.Body.Bytes())
			seen = append(seen, w.Code)
		}
		slices.Sort(seen)
		if seen = slices.Compact(seen); !slices.Equal(seen, spec.Statuses(path)) {
			t.Errorf("%s can end with %v, openapi.yaml describes %v", path, seen, spec.Statuses(path))
		}
	}
}

const bytes32, bytes64 = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", bytes32 + bytes32

func TestCheckRequestAndResponse(t *testing.T) {
	spec := webtest.NewSpec(t)
	cast := map[string]any{"sealed": bytes64, "token": bytes32}
	good, err := json.Marshal(cast)
	if err != nil {
		t.Fatal(err)
	}
	spec.CheckRequest(t, "/api/cast", good)
	ok := []byte(`{"outcome":"accepted","nonce":"` + bytes32 + `","receipt":"` + bytes64 + `"}`)
	spec.CheckResponse(t, "/api/cast", http.StatusOK, nil, ok)

	for name, check := range map[string]func(t testing.TB){
		"a field too many": func(t testing.TB) {
			spec.CheckRequest(t, "/api/cast", bytes.Replace(good, []byte(`{`), []byte(`{"pupil":7,`), 1))
		},
		"a short token": func(t testing.TB) {
			spec.CheckRequest(t, "/api/cast", bytes.Replace(good, []byte(`"token":"`+bytes32), []byte(`"token":"A`), 1))
		},
		"a field that is null": func(t testing.TB) {
			spec.CheckRequest(t, "/api/cast", bytes.Replace(good, []byte(`"`+bytes64+`"`), []byte(`null`), 1))
		},
		"not JSON":          func(t testing.TB) { spec.CheckRequest(t, "/api/cast", []byte(`{`)) },
		"an unknown status": func(t testing.TB) { spec.CheckResponse(t, "/api/cast", http.StatusTeapot, nil, ok) },
		"an unknown outcome": func(t testing.TB) {
			spec.CheckResponse(t, "/api/cast", http.StatusOK, nil, bytes.Replace(ok, []byte("accepted"), []byte("issued"), 1))
		},
		"an error's outcome at the wrong status": func(t testing.TB) {
			spec.CheckResponse(t, "/api/cast", http.StatusForbidden, nil, []byte(`{"outcome":"code_refused","message":"no"}`))
		},
		"no Retry-After": func(t testing.TB) {
			spec.CheckResponse(t, "/api/cast", http.StatusServiceUnavailable, http.Header{}, []byte(`{"outcome":"unavailable","message":"later"}`))
		},
	} {
		if !failed(check) {
			t.Errorf("%s passed", name)
		}
	}
}

func TestDescriptionIsServed(t *testing.T) {
	w := httptest.NewRecorder()
	web.New(web.Options{}).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/openapi.yaml", nil))
	var doc struct{ OpenAPI string }
	if err := yaml.Unmarshal(w.Body.Bytes(), &doc); err != nil || !strings.HasPrefix(doc.OpenAPI, "3.1.") {
		t.Errorf("/openapi.yaml: version %q, error %v, want 3.1", doc.OpenAPI, err)
	}
}

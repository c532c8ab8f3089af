package web_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/labstack/echo/v4"

	"github.com/folgmed/folgmed/internal/web"
)

// send makes one request; headers are name and value in turn.
func send(e *echo.Echo, method, target, body string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	e.ServeHTTP(w, r)
	return w
}

func TestHeadersOnEveryAnswer(t *testing.T) {
	e := web.New(web.Options{TLS: true})
	e.GET("/staff/page", func(c echo.Context) error { return c.String(http.StatusOK, "ok") })
	for _, target := range []string{"/staff/page", "/nothing", "/api/nothing", "/openapi.yaml"} {
		h := send(e, http.MethodGet, target, "").Header()
		policy := h.Get("Content-Security-Policy")
		for _, want := range []string{"default-src 'none'", "frame-ancestors 'none'", "form-action 'self'", "base-uri 'none'", "require-trusted-types-for 'script'"} {
			if !strings.Contains(policy, want) {
				t.Errorf("%s: policy %q lacks %q", target, policy, want)
			}
		}
		if strings.Contains(policy, "unsafe") || strings.Contains(policy, "*") || strings.Contains(policy, "data:") {
			t.Errorf("%s: policy %q is not strict", target, policy)
		}
		for name, want := range map[string]string{
			"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store", "X-Frame-Options": "DENY",
			"Cross-Origin-Opener-Policy": "same-origin", "Strict-Transport-Security": "max-age=63072000",
		} {
			if h.Get(name) != want {
				t.Errorf("%s: %s is %q, want %q", target, name, h.Get(name), want)
			}
		}
		if h.Get("Set-Cookie") != "" || h.Get("Server") != "" {
			t.Errorf("%s: a cookie or a server name in %v", target, h)
		}
	}
	if got := send(e, http.MethodGet, "/nothing", "").Header().Get("Referrer-Policy"); got != "no-referrer" {
		t.Errorf("Referrer-Policy %q, want no-referrer", got)
	}
	if h := send(web.New(web.Options{}), http.MethodGet, "/", "").Header().Get("Strict-Transport-Security"); h != "" {
		t.Errorf("Strict-Transport-Security %q without TLS", h)
	}
}

// outcomes is the contract of the JSON API, and of pages.
var outcomes = map[string]int{
	"malformed": 400, "too_large": 413, "code_refused": 403, "bad_token": 403, "unknown_class": 404, "no_place": 409,
	"session_closed": 409, "wave_closed": 410, "rate_limited": 429, "unavailable": 503,
	"not_found": 404, "method_not_allowed": 405, "forbidden": 403, "signed_out": 401, "cross_origin": 403, "internal": 500,
}

func TestEveryOutcomeHasStatusAndWords(t *testing.T) {
	for outcome, status := range outcomes {
		e := web.New(web.Options{})
		fail := func(echo.Context) error {
			return fmt.Errorf("wrapped: %w", web.Fail(outcome, errors.New("secret detail")))
		}
		e.GET("/api/x", fail)
		e.GET("/staff/x", fail)
		texts := map[string]bool{}
		for _, lang := range web.Languages {
			w := send(e, http.MethodGet, "/api/x", "", "Accept-Language", lang)
			var body web.ErrorBody
			if err := json.Unmarshal(w.Body.Bytes(), &body); err != nil {
				t.Fatalf("%s: %v in %s", outcome, err, w.Body)
			}
			if w.Code != status || body.Outcome != outcome {
				t.Errorf("%s: status %d with outcome %q, want %d", outcome, w.Code, body.Outcome, status)
			}
			if strings.HasPrefix(body.Message, "error.") || body.Message == "" || strings.Contains(body.Message, "secret") {
				t.Errorf("%s in %s: message %q", outcome, lang, body.Message)
			}
			texts[body.Message] = true

			w = send(e, http.MethodGet, "/staff/x", "", "Accept-Language", lang)
			page, err := goquery.NewDocumentFromReader(w.Body)
			if err != nil {
				t.Fatal(err)
			}
			if got := page.Find("html").AttrOr("lang", ""); got != lang {
				t.Errorf("%s: page in %q, want %q", outcome, got, lang)
			}
			if h := page.Find("main h1").Text(); w.Code != status || h == "" || strings.HasPrefix(h, "error.") {
				t.Errorf("%s in %s: status %d, heading %q", outcome, lang, w.Code, h)
			}
			if strings.Contains(page.Text(), "secret") {
				t.Errorf("%s: the page tells the error itself", outcome)
			}
		}
		if len(texts) != len(web.Languages) {
			t.Errorf("%s: %d different texts in %d languages", outcome, len(texts), len(web.Languages))
		}
	}
}

type outcomeError struct{ outcome string }

func (e outcomeError) Error() string   { return "it ended as " + e.outcome }
func (e outcomeError) Outcome() string { return e.outcome }

func TestOutcome(t *testing.T) {
	for _, tt := range []struct {
		err     error
		outcome string
		ok      bool
	}{
		{outcomeError{"wave_closed"}, "wave_closed", true},
		{fmt.Errorf("cast: %w", outcomeError{"bad_token"}), "bad_token", true},
		{web.Fail("forbidden", outcomeError{"bad_token"}), "forbidden", true},
		{outcomeError{"made_up"}, "made_up", false},
		{&http.MaxBytesError{Limit: 1}, "too_large", true},
		{echo.ErrNotFound, "not_found", true},
		{echo.ErrMethodNotAllowed, "method_not_allowed", true},
		{echo.ErrTeapot, "", false},
		{errors.New("disk full"), "", false},
	} {
		if outcome, ok := web.Outcome(tt.err); outcome != tt.outcome || ok != tt.ok {
			t.Errorf("Outcome(%v) = %q, %v, want %q, %v", tt.err, outcome, ok, tt.outcome, tt.ok)
		}
	}
}

func TestFailPanicsOnABug(t *testing.T) {
	for name, call := range map[string]func(){
		"unknown outcome": func() { _ = web.Fail("made_up", errors.New("x")) },
		"no error":        func() { _ = web.Fail("internal", nil) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			call()
		}()
	}
}

func TestUnavailableSaysWhenToRetry(t *testing.T) {
	e := web.New(web.Options{})
	e.POST("/api/cast", func(echo.Context) error { return web.Fail("unavailable", errors.New("engine down")) })
	if got := send(e, http.MethodPost, "/api/cast", "{}").Header().Get("Retry-After"); got != "5" {
		t.Errorf("Retry-After %q, want 5", got)
	}
}

// TestLogHoldsNoRequestData plants a mark in every part of a request and looks
// for it after a panic and after an error.
func TestLogHoldsNoRequestData(t *testing.T) {
	for _, target := range []string{"/api/cast", "/k", "/"} {
		var log bytes.Buffer
		e := web.New(web.Options{Log: slog.New(slog.NewTextHandler(&log, nil))})
		e.POST(target, func(c echo.Context) error {
			b, _ := io.ReadAll(c.Request().Body)
			panic("can not read " + string(b))
		})
		w := send(e, http.MethodPost, target+"?q=MARK", "MARK", "X-Mark", "MARK", "User-Agent", "MARK", "Cookie", "a=MARK")
		if w.Code != http.StatusInternalServerError {
			t.Errorf("%s: status %d, want 500", target, w.Code)
		}
		if text := log.String(); strings.Contains(text, "MARK") || !strings.Contains(text, "panic in a handler") || !strings.Contains(text, "web_test.go") && !strings.Contains(text, "TestLogHoldsNoRequestData") {
			t.Errorf("%s: log %s\nwant the panic and where it came from, without the mark", target, text)
		}
		if strings.Contains(log.String(), "192.0.2.1") {
			t.Errorf("%s: the caller's address is in the log", target)
		}
	}
}

func TestStaffPanicIsLoggedInFull(t *testing.T) {
	var log bytes.Buffer
	e := web.New(web.Options{Log: slog.New(slog.NewTextHandler(&log, nil))})
	e.GET("/staff/x", func(echo.Context) error { panic("no such tile") })
	send(e, http.MethodGet, "/staff/x", "")
	if !strings.Contains(log.String(), "no such tile") {
		t.Errorf("log %s lacks what the panic said", &log)
	}
}

func TestNoAccessLog(t *testing.T) {
	var log bytes.Buffer
	e := web.New(web.Options{Log: slog.New(slog.NewTextHandler(&log, nil))})
	e.GET("/fine", func(c echo.Context) error { return c.NoContent(http.StatusNoContent) })
	e.GET("/api/refused", func(echo.Context) error { return web.Fail("code_refused", errors.New("unknown code")) })
	// While the engine is down every cast fails: a line for each would be a
	// line for each pupil, with the second.
	e.POST("/api/cast", func(echo.Context) error { return web.Fail("unavailable", errors.New("engine down")) })
	send(e, http.MethodGet, "/fine", "")
	send(e, http.MethodGet, "/api/refused", "")
	send(e, http.MethodPost, "/api/cast", "{}")
	send(e, http.MethodGet, "/nothing", "")
	if log.Len() != 0 {
		t.Errorf("logged %s", &log)
	}
}

func TestReadJSON(t *testing.T) {
	for _, tt := range []struct {
		name, kind, body string
		status           int
	}{
		{"good", "application/json", `{"code":"A"}`, 200},
		{"with charset", "application/json; charset=utf-8", `{"code":"A"}` + "\n", 200},
		{"not JSON", "application/json", `code=A`, 400},
		{"cut off", "application/json", `{"code":`, 400},
		{"nothing", "application/json", ``, 400},
		{"two values", "application/json", `{"code":"A"}{}`, 400},
		{"unknown field", "application/json", `{"code":"A","name":"Kari"}`, 400},
		{"another type", "application/json", `{"code":7}`, 400},
		{"a form", "application/x-www-form-urlencoded", `{"code":"A"}`, 400},
		{"too large", "application/json", `{"code":"` + strings.Repeat("A", 64) + `"}`, 413},
		{"space that is too large", "application/json", `{"code":"A"}` + strings.Repeat(" ", 64), 413},
	} {
		e := web.New(web.Options{})
		e.POST("/api/x", func(c echo.Context) error {
			var v struct{ Code string }
			if err := web.ReadJSON(c, 32, &v); err != nil {
				return err
			}
			return c.String(http.StatusOK, v.Code)
		})
		if w := send(e, http.MethodPost, "/api/x", tt.body, "Content-Type", tt.kind); w.Code != tt.status {
			t.Errorf("%s: status %d, want %d", tt.name, w.Code, tt.status)
		}
	}
}

func TestLimit(t *testing.T) {
	e := web.New(web.Options{})
	read := func(c echo.Context) error {
		if _, err := io.ReadAll(c.Request().Body); err != nil {
			return err
		}
		return c.NoContent(http.StatusNoContent)
	}
	e.POST("/small", read, web.Limit(8))
	e.POST("/form", read)
	for _, tt := range []struct {
		path   string
		size   int
		length int64 // as declared; -1: not
		status int
	}{
		{"/small", 8, 8, 204}, {"/small", 9, 9, 413}, {"/small", 9, -1, 413},
		{"/form", 64 << 10, -1, 204}, {"/form", 64<<10 + 1, -1, 413},
	} {
		r := httptest.NewRequest(http.MethodPost, tt.path, io.LimitReader(zeros{}, int64(tt.size)))
		r.ContentLength = tt.length
		w := httptest.NewRecorder()
		e.ServeHTTP(w, r)
		if w.Code != tt.status {
			t.Errorf("%s with %d bytes (declared %d): status %d, want %d", tt.path, tt.size, tt.length, w.Code, tt.status)
		}
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func TestOtherSitesCanNotWrite(t *testing.T) {
	e := web.New(web.Options{})
	done := func(c echo.Context) error { return c.NoContent(http.StatusNoContent) }
	e.POST("/staff/x", done)
	e.GET("/staff/x", done)
	e.POST("/api/cast", done)
	for _, tt := range []struct {
		method, target string
		headers        []string
		status         int
	}{
		{"POST", "/staff/x", []string{"Sec-Fetch-Site", "cross-site"}, 403},
		{"POST", "/staff/x", []string{"Sec-Fetch-Site", "same-site"}, 403},
		{"POST", "/staff/x", []string{"Origin", "https://other.example"}, 403},
		{"POST", "/staff/x", []string{"Sec-Fetch-Site", "same-origin"}, 204},
		{"POST", "/staff/x", []string{"Origin", "http://example.com"}, 204}, // httptest's own host
		{"POST", "/staff/x", nil, 204},
		{"GET", "/staff/x", []string{"Sec-Fetch-Site", "cross-site"}, 204},
		{"POST", "/api/cast", []string{"Sec-Fetch-Site", "cross-site"}, 204},
	} {
		if w := send(e, tt.method, tt.target, "", tt.headers...); w.Code != tt.status {
			t.Errorf("%s %s with %v: status %d, want %d", tt.method, tt.target, tt.headers, w.Code, tt.status)
		}
	}
}

// Package accesstest signs people in for the tests of pages that stand behind
// access.Service.Require.
package accesstest

import (
	"cmp"
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/labstack/echo/v4"

	"github.com/folgmed/folgmed/internal/access"
	"github.com/folgmed/folgmed/internal/audit"
)

// Journal keeps access events and audit entries in memory, under the rules of
// a Store: what is appended is there for every later reader. Break makes it fail.
type Journal struct {
	mu       sync.Mutex
	events   []access.Event
	requests []access.Request
	entries  []audit.Entry
	err      error
}

// AppendAccess implements access.Store.
func (j *Journal) AppendAccess(ctx context.Context, e access.Event) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if err := j.fault(ctx); err != nil {
		return err
	}
	j.events = append(j.events, e)
	return nil
}

// AccessEvents implements access.Store.
func (j *Journal) AccessEvents(ctx context.Context, after time.Time) ([]access.Event, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(j.events), func(e access.Event) bool { return !e.At.After(after) }), j.fault(ctx)
}

// AccessCount implements access.Store.
func (j *Journal) AccessCount(ctx context.Context, until time.Time) (n int, err error) {
	later, err := j.AccessEvents(ctx, until)
	j.mu.Lock()
	defer j.mu.Unlock()
	return len(j.events) - len(later), err
}

// AccessEventsOf implements access.Store.
func (j *Journal) AccessEventsOf(ctx context.Context, person string) ([]access.Event, error) {
	all, err := j.AccessEvents(ctx, time.Time{})
	slices.SortStableFunc(all, func(a, b access.Event) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.ID, b.ID)) })
	seen := map[string]bool{}
	return slices.DeleteFunc(all, func(e access.Event) bool {
		again := seen[e.ID]
		seen[e.ID] = true
		return again || e.Person != person
	}), err
}

// AddRequest implements access.Store.
func (j *Journal) AddRequest(ctx context.Context, r access.Request) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.requests = append(j.requests, r)
	return j.fault(ctx)
}

// Requests implements access.Store.
func (j *Journal) Requests(ctx context.Context, school string) ([]access.Request, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(j.requests), func(r access.Request) bool { return r.School != school }), j.fault(ctx)
}

// DropRequest implements access.Store.
func (j *Journal) DropRequest(ctx context.Context, id string) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.requests = slices.DeleteFunc(j.requests, func(r access.Request) bool { return r.ID == id })
	return j.fault(ctx)
}

// AppendAudit implements audit.Log.
func (j *Journal) AppendAudit(ctx context.Context, e audit.Entry) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if err := j.fault(ctx); err != nil {
		return err
	}
	j.entries = append(j.entries, e)
	return nil
}

// Audited returns the entries so far.
func (j *Journal) Audited() []audit.Entry {
	j.mu.Lock()
	defer j.mu.Unlock()
	return slices.Clone(j.entries)
}

// Break makes every call fail with err from now on; nil mends it.
func (j *Journal) Break(err error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.err = err
}

func (j *Journal) fault(ctx context.Context) error {
	if j.err != nil {
		return j.err
	}
	return ctx.Err()
}

// New returns a Service on a new Journal that knows people.
func New(t testing.TB, now func() time.Time, people ...access.Person) (*access.Service, *Journal) {
	t.Helper()
	j := &Journal{}
	s, err := access.New(access.Options{Store: j, Audit: audit.New(j, now), Keys: t.TempDir(), Now: now})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range people {
		if err := s.AddPerson(t.Context(), p); err != nil {
			t.Fatal(err)
		}
	}
	return s, j
}

// SignIn opens a new sign-in link for an e-mail address on e, presses the
// button, and returns the session cookie.
func SignIn(t testing.TB, e *echo.Echo, s *access.Service, email string) *http.Cookie {
	t.Helper()
	token, err := s.Link(t.Context(), email)
	if err != nil {
		t.Fatal(err)
	}
	return Follow(t, e, token)
}

// Follow opens a sign-in link that was made, presses the button, and returns the
// session cookie.
func Follow(t testing.TB, e *echo.Echo, token string) *http.Cookie {
	t.Helper()
	w := httptest.NewRecorder()
	e.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/staff/signin?token="+token, nil))
	page, err := goquery.NewDocumentFromReader(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	form := url.Values{}
	page.Find("main form input[name]").Each(func(_ int, in *goquery.Selection) {
		form.Set(in.AttrOr("name", ""), in.AttrOr("value", ""))
	})
	r := httptest.NewRequest(http.MethodPost, "/staff/signin", strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w = httptest.NewRecorder()
	e.ServeHTTP(w, r)
	if w.Code != http.StatusSeeOther || len(w.Result().Cookies()) != 1 {
		t.Fatalf("signing in: status %d with %d cookies, want %d with one", w.Code, len(w.Result().Cookies()), http.StatusSeeOther)
	}
	return w.Result().Cookies()[0]
}

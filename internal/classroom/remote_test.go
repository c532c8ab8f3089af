package classroom

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/folgmed/folgmed/internal/socket"
	"github.com/folgmed/folgmed/internal/web"
)

// issuer remembers what it was asked, and answers as it is told.
type issuer struct {
	asked   []any
	session Session
	page    string
	fault   error
}

func (i *issuer) Session(_ context.Context, school, class string) (Session, error) {
	i.asked = append(i.asked, []any{school, class})
	return i.session, i.fault
}

func (i *issuer) Change(_ context.Context, school, class string, step Step, event string, o Opening) error {
	i.asked = append(i.asked, []any{school, class, step, event, o})
	return i.fault
}

func (i *issuer) WriteSlips(_ context.Context, w io.Writer, school, class, lang string, n int) error {
	i.asked = append(i.asked, []any{school, class, lang, n})
	if i.fault != nil {
		return i.fault
	}
	_, err := io.WriteString(w, i.page)
	return err
}

// afar is an issuer behind a socket.
func afar(t *testing.T) (*issuer, *Remote, string) {
	t.Helper()
	i, path := &issuer{}, filepath.Join(t.TempDir(), "issuer.sock")
	s, err := Listen(path, i, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return i, Dial(path), path
}

func TestAnIssuerAfarIsAsOneAtHand(t *testing.T) {
	home, remote, path := afar(t)
	home.session = Session{
		State: Open, Code: "ABCD-EFGH", Link: "https://f.example/k#ABCDEFGH", Fingerprint: "0123-4567",
		Places: 20, Taken: 3, Board: "https://f.example/board#ABCDEFGH", Ends: time.Date(2026, 9, 14, 9, 30, 0, 0, time.UTC),
	}
	home.page = "<!doctype html>\n<p>Blåbær &amp; <b>«koder»</b></p>"
	got, err := remote.Session(t.Context(), "000000101", "6A")
	if diff := cmp.Diff(home.session, got); diff != "" || err != nil {
		t.Errorf("the session arrived changed: %v\n%s", err, diff)
	}
	want := []any{[]any{"000000101", "6A"}}
	for _, step := range []Step{OpenIt, AddPlace, CloseIt, ReopenIt} {
		if err := remote.Change(t.Context(), "000000101", "6Å", step, "event", Opening{19, true}); err != nil {
			t.Errorf("%s: %v", step, err)
		}
		want = append(want, []any{"000000101", "6Å", step, "event", Opening{19, true}})
	}
	var page bytes.Buffer
	if err := remote.WriteSlips(t.Context(), &page, "000000101", "6A", "nn", 20); err != nil || page.String() != home.page {
		t.Errorf("the slips arrived as %q: %v", page.String(), err)
	}
	want = append(want, []any{"000000101", "6A", "nn", 20})
	if diff := cmp.Diff(want, home.asked); diff != "" {
		t.Errorf("the issuer was asked for something else:\n%s", diff)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o660 {
		t.Errorf("mode %v of the socket, err %v", info.Mode(), err)
	}
}

func TestWhatAnIssuerAfarRefuses(t *testing.T) {
	home, remote, _ := afar(t)
	for _, outcome := range []string{"no_place", "session_closed", "wave_closed", "malformed", "rate_limited", "unavailable"} {
		home.fault = web.Fail(outcome, errors.New("as it says"))
		_, looking := remote.Session(t.Context(), "s", "6A")
		for what, err := range map[string]error{
			"session": looking,
			"change":  remote.Change(t.Context(), "s", "6A", OpenIt, "e", Opening{Present: 1}),
			"slips":   remote.WriteSlips(t.Context(), io.Discard, "s", "6A", "nb", 1),
		} {
			if got, ok := web.Outcome(err); !ok || got != outcome || err.Error() != home.fault.Error() {
				t.Errorf("%s: %v arrived as %v, outcome %q", what, home.fault, err, got)
			}
		}
	}
	home.fault = errors.New("a bug")
	if _, err := remote.Session(t.Context(), "s", "6A"); err == nil || err.Error() != "a bug" {
		t.Errorf("a bug arrived as %v", err)
	} else if outcome, ok := web.Outcome(err); ok {
		t.Errorf("a bug got the outcome %s", outcome)
	}
	home.fault, home.asked = nil, nil
	err := remote.Change(t.Context(), "s", "6A", "burn", "e", Opening{Present: 1})
	if outcome, _ := web.Outcome(err); outcome != "malformed" || home.asked != nil {
		t.Errorf("a step that is none: %v, the issuer was asked %v", err, home.asked)
	}
}

func TestNobodyIssues(t *testing.T) {
	gone := filepath.Join(t.TempDir(), "issuer.sock")
	other := filepath.Join(t.TempDir(), "other.sock")
	s, err := socket.Listen(socket.Options{Path: other, Mode: 0o600, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close(context.Background()) })
	for path, want := range map[string][]string{
		"":    {"give --issuer-socket"},
		gone:  {gone, "start the server with --role issuer", "--issuer-socket"},
		other: {other, "404"},
	} {
		_, err := Dial(path).Session(t.Context(), "s", "6A")
		if outcome, _ := web.Outcome(err); outcome != "unavailable" {
			t.Errorf("%q: %v", path, err)
			continue
		}
		for _, words := range want {
			if !strings.Contains(err.Error(), words) {
				t.Errorf("%q: %v does not say %q", path, err, words)
			}
		}
	}
}

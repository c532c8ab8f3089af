package socket

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// order is what a call of the tests takes.
type order struct {
	Cups int    `json:"cups"`
	Of   string `json:"of"`
}

// named is an error with an outcome.
type named struct{ name, text string }

func (n named) Error() string   { return n.text }
func (n named) Outcome() string { return n.name }

// kitchen answers on a socket until the test ends.
func kitchen(t *testing.T, path string, mode fs.FileMode, pour func(order) (order, error)) *Client {
	t.Helper()
	s, err := Listen(Options{
		Path: path, Mode: mode, MaxBody: 1 << 10, Log: slog.New(slog.DiscardHandler),
		Calls: map[string]Call{"pour": Answer(func(_ context.Context, o order) (order, error) { return pour(o) })},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(context.Background()); err != nil {
			t.Error(err)
		}
		if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("the socket is left: %v", err)
		}
	})
	return Dial(path)
}

func TestWhatIsSentArrives(t *testing.T) {
	var got, give order
	var fault error
	c := kitchen(t, filepath.Join(t.TempDir(), "s"), 0o600, func(o order) (order, error) {
		got = o
		return give, fault
	})
	text := rapid.StringN(1, 40, -1)
	rapid.Check(t, func(t *rapid.T) {
		sent := order{rapid.Int().Draw(t, "cups"), text.Draw(t, "of")}
		give, fault = order{rapid.Int().Draw(t, "given"), text.Draw(t, "of what")}, nil
		back, err := Ask[order](context.Background(), c, "pour", sent)
		if err != nil || got != sent || back != give {
			t.Fatalf("sent %+v, arrived %+v; answered %+v, arrived %+v: %v", sent, got, give, back, err)
		}
		no := named{text.Draw(t, "outcome"), text.Draw(t, "fault")}
		fault = fmt.Errorf("wrapped: %w", no)
		_, err = Ask[order](context.Background(), c, "pour", sent)
		var outcome interface{ Outcome() string }
		if !errors.As(err, &outcome) || outcome.Outcome() != no.name || err.Error() != "wrapped: "+no.text {
			t.Fatalf("%v arrived as %v", fault, err)
		}
	})
	fault = errors.New("two\nlines")
	if _, err := Ask[order](t.Context(), c, "pour", order{}); err == nil || err.Error() != "two\nlines" {
		t.Errorf("an error without an outcome arrived as %v", err)
	}
}

func TestWhatIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s")
	c := kitchen(t, path, 0o600, func(o order) (order, error) {
		t.Errorf("%+v got through", o)
		return o, nil
	})
	post := func(method, body string) int {
		req, err := http.NewRequestWithContext(t.Context(), method, "http://socket/pour", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		res, err := c.http.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		return res.StatusCode
	}
	for body, want := range map[string]int{
		`{"cups": 1, "of": "tea", "sugar": 2}`: 400,
		`{"cups": 1} {"cups": 2}`:              400,
		`{"cups": "one"}`:                      400,
		``:                                     400,
		`{"of": "` + strings.Repeat("a", 2000) + `"}`: 400,
	} {
		if got := post(http.MethodPost, body); got != want {
			t.Errorf("%.40s: %d, want %d", body, got, want)
		}
	}
	if got := post(http.MethodGet, ""); got != http.StatusMethodNotAllowed {
		t.Errorf("GET: %d", got)
	}
	if _, err := Ask[order](t.Context(), c, "spill", order{}); err == nil || !strings.Contains(err.Error(), "404") {
		t.Errorf("a call that is not there: %v", err)
	}
}

func TestWhoMayConnect(t *testing.T) {
	for _, mode := range []fs.FileMode{0o600, 0o660} {
		path := filepath.Join(t.TempDir(), "s")
		kitchen(t, path, mode, nil)
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != mode {
			t.Errorf("mode %v, err %v, want %v", info.Mode(), err, mode)
		}
	}
}

func TestWhatStandsInTheWay(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s")
	c := Dial(path)
	if _, err := Ask[order](t.Context(), c, "pour", order{}); !errors.Is(err, ErrNobody) {
		t.Errorf("without a socket: %v", err)
	}
	dead, err := net.ListenUnix("unix", &net.UnixAddr{Name: path})
	if err != nil {
		t.Fatal(err)
	}
	dead.SetUnlinkOnClose(false) // as a process that was killed leaves it
	if err := dead.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := Ask[order](t.Context(), c, "pour", order{}); !errors.Is(err, ErrNobody) {
		t.Errorf("a socket that was left: %v", err)
	}
	kitchen(t, path, 0o600, func(o order) (order, error) { return o, nil })
	if _, err := Ask[order](t.Context(), c, "pour", order{}); err != nil {
		t.Errorf("a socket that was left is not replaced: %v", err)
	}
	if _, err := Listen(Options{Path: path}); err == nil || !strings.Contains(err.Error(), "stop it first") {
		t.Errorf("a second server on the socket: %v", err)
	}
	precious := filepath.Join(t.TempDir(), "diary")
	if err := os.WriteFile(precious, []byte("dear diary"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Listen(Options{Path: precious}); err == nil || !strings.Contains(err.Error(), "no socket") {
		t.Errorf("a file in the way: %v", err)
	}
	if _, err := os.Stat(precious); err != nil {
		t.Errorf("the file in the way is gone: %v", err)
	}
}

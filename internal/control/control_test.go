package control

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/folgmed/folgmed/internal/roster"
	"github.com/folgmed/folgmed/internal/wave"
)

// server answers three of the calls; the others are not made here.
type server struct {
	Operator
	saved roster.Roster
}

func (s *server) Status(context.Context) (Status, error) {
	return Status{Version: "v1", Rehearsal: true, Now: time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)}, nil
}

func (s *server) SaveRoster(_ context.Context, r roster.Roster) error {
	s.saved = r
	return nil
}

func (s *server) MoveWave(_ context.Context, m Move) error {
	return errors.New("wave " + string(m.Step) + " is refused,\nwith a second line")
}

func listen(t *testing.T, socket string) *server {
	t.Helper()
	op := &server{}
	s, err := Listen(socket, op, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return op
}

func TestCallsAndRefusals(t *testing.T) {
	socket := filepath.Join(t.TempDir(), "control.sock")
	op := listen(t, socket)
	c := Dial(socket)
	status, err := c.Status(t.Context())
	if err != nil || status.Version != "v1" || !status.Now.Equal(time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)) {
		t.Errorf("status %+v, err %v", status, err)
	}
	want := roster.Roster{Owners: []roster.Owner{{Org: "000000001", Name: "Ås", Schools: []roster.School{{Org: "000000101", Classes: []roster.Class{{Name: "5A", Grades: []int{5}, Size: 20}}}}}}}
	if err := c.SaveRoster(t.Context(), want); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, op.saved); diff != "" {
		t.Errorf("the roster arrived changed:\n%s", diff)
	}
	err = c.MoveWave(t.Context(), Move{Wave: 3, Step: wave.Sealed})
	if err == nil || err.Error() != "wave sealed is refused,\nwith a second line" {
		t.Errorf("the server's words arrived as %v", err)
	}
}

func TestOnlyTheOwnerMayConnect(t *testing.T) {
	socket := filepath.Join(t.TempDir(), "control.sock")
	listen(t, socket)
	info, err := os.Stat(socket)
	if err != nil || info.Mode().Perm()&0o077 != 0 {
		t.Errorf("mode %v, err %v", info.Mode(), err)
	}
}

func TestASocketLeftBehindIsReplacedAndALiveOneIsNot(t *testing.T) {
	socket := filepath.Join(t.TempDir(), "control.sock")
	dead, err := net.ListenUnix("unix", &net.UnixAddr{Name: socket})
	if err != nil {
		t.Fatal(err)
	}
	dead.SetUnlinkOnClose(false) // as a process that was killed leaves it
	if err := dead.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := Dial(socket).Status(t.Context()); err == nil || !strings.Contains(err.Error(), "folgmed serve") {
		t.Errorf("without a server: %v", err)
	}
	listen(t, socket)
	if _, err := Listen(socket, &server{}, slog.New(slog.DiscardHandler)); err == nil || !strings.Contains(err.Error(), "stop it first") {
		t.Errorf("a second server on the socket: %v", err)
	}
}

func TestNoServer(t *testing.T) {
	_, err := Dial(filepath.Join(t.TempDir(), "control.sock")).Waves(t.Context())
	if err == nil || !strings.Contains(err.Error(), "folgmed serve") {
		t.Errorf("got %v, want what to do", err)
	}
}

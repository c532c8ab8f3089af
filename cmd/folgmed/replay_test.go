package main

import (
	"bytes"
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/folgmed/folgmed/internal/config"
	"github.com/folgmed/folgmed/internal/control"
	"github.com/folgmed/folgmed/internal/roster"
	"github.com/folgmed/folgmed/surveys"
)

// installation is a server that fails the test if anything is changed in it.
type installation struct {
	control.Operator
	t      *testing.T
	status control.Status
}

func (i installation) Status(context.Context) (control.Status, error) { return i.status, nil }
func (i installation) Waves(context.Context) ([]control.Wave, error)  { return nil, nil }
func (i installation) Surveys(context.Context) (surveys.Set, error)   { return surveys.Embedded() }

func (i installation) SaveRoster(context.Context, roster.Roster) error {
	i.t.Error("the roster was replaced")
	return nil
}

func (i installation) Roster(context.Context) (roster.Roster, error) {
	i.t.Error("the replay went on")
	return roster.Roster{}, nil
}

const rosterOfOne = `owners:
- org: "000000001"
  name: Recorded
  rhythm: 2
  schools:
  - org: "000000002"
    name: North
    written: nb
    classes:
    - {name: 8A, grades: [8], size: 2}
  - org: "000000003"
    name: Infants
    written: nn
    classes:
    - {name: 1A, grades: [1], size: 2}
`

// A replay that can not go through changes nothing: least of all the roster of
// an installation where children answer.
func TestReplayRefusesBeforeItChangesAnything(t *testing.T) {
	for _, tt := range []struct {
		name, answers string
		rehearsal     bool
		want          []string
	}{
		{"not a rehearsal", "school,class,wave,thrive\nNorth,8A,1,1\n", false, []string{"not a rehearsal"}},
		{"unknown school", "school,class,wave,thrive\nSouth,8A,1,1\n", true, []string{`school "South" of the answers is not on the roster`}},
		{"unknown class", "school,class,wave,thrive\nNorth,8B,1,1\n", true, []string{"class 8B at 000000002 is not on the roster"}},
		{"too many in a later wave", "school,class,wave,thrive\nNorth,8A,1,1\nNorth,8A,2,1\nNorth,8A,2,1\nNorth,8A,2,1\n", true, []string{"wave 2", "3 answers and 2 pupils"}},
		{"unknown item", "school,class,wave,thrive,thrives\nNorth,8A,1,1,5\n", true, []string{`"thrives"`, "no questionnaire"}},
		{"item of another questionnaire", "school,class,wave,digital\nNorth,8A,1,1\nInfants,1A,1,1\n", true, []string{"digital: no question of grades-1-4", "sheets: 1"}},
		{"unknown option", "school,class,wave,thrive,safe\nNorth,8A,1,5,7\nNorth,8A,2,1,7\n", true, []string{"safe: option 7 of 5", "sheets: 2"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir, err := os.MkdirTemp("", "replay") // a socket's path is short
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = os.RemoveAll(dir) })
			write := func(name, text string) string {
				path := filepath.Join(dir, name)
				if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
				return path
			}
			server, err := control.Listen(config.ControlSocket(dir), installation{t: t, status: control.Status{Rehearsal: tt.rehearsal}}, slog.New(slog.DiscardHandler))
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = server.Close(context.Background()) })

			var out, faults bytes.Buffer
			status := run(t.Context(), []string{"replay", "--data", dir, "--roster", write("roster.yaml", rosterOfOne), "--answers", write("answers.csv", tt.answers)}, console{out: &out, err: &faults})
			if status != 1 {
				t.Errorf("status %d, want 1", status)
			}
			for _, want := range tt.want {
				if !strings.Contains(faults.String(), want) {
					t.Errorf("it says\n%swant %q", faults.String(), want)
				}
			}
		})
	}
}

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"os"
	"strings"
	"testing"

	"github.com/folgmed/folgmed/internal/config"
	"github.com/folgmed/folgmed/internal/control"
	"github.com/folgmed/folgmed/internal/prove"
)

// proving is a server of which every promise is as the test has it.
type proving struct {
	control.Operator
	result prove.Result
}

func (p proving) Prove(_ context.Context, lang string) (prove.Report, error) {
	words, err := prove.NewWords()
	return prove.Report{Version: "1.0", Lang: lang, Limits: words.Limits(lang), Promises: []prove.Checked{
		words.Write(lang, "password", prove.Finding{Result: prove.Kept}),
		words.Write(lang, "grants", prove.Finding{Result: p.result, Args: []any{5}}),
	}}, err
}

// TestProveTellsMonitoring holds the exit statuses to what the help says, and
// the JSON to what the text says.
func TestProveTellsMonitoring(t *testing.T) {
	dir, err := os.MkdirTemp("", "prove") // a socket's path is short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	ask := func(args ...string) (status int, out, faults string) {
		var o, e bytes.Buffer
		status = run(t.Context(), append([]string{"prove", "--data", dir}, args...), console{out: &o, err: &e})
		return status, o.String(), e.String()
	}
	if status, _, faults := ask(); status != 2 || !strings.Contains(faults, "no server runs here") {
		t.Errorf("without a server: status %d, %s", status, faults)
	}
	for result, want := range map[prove.Result]struct {
		status int
		nn     string
	}{
		prove.Kept:      {0, "Alt som kunne prøvast her, er halde."},
		prove.Elsewhere: {0, "Alt som kunne prøvast her, er halde."},
		prove.Broken:    {1, "Minst éin lovnad er broten."},
		prove.Unchecked: {2, "Ikkje alt kunne prøvast."},
	} {
		server, err := control.Listen(config.ControlSocket(dir), proving{result: result}, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		status, out, faults := ask("--language", "nn")
		if status != want.status || !strings.Contains(out, want.nn) || faults != "" {
			t.Errorf("%s: status %d, want %d: %s%s", result, status, want.status, out, faults)
		}
		status, out, _ = ask("--json")
		var r prove.Report
		if err := json.Unmarshal([]byte(out), &r); err != nil || status != want.status || r.Promises[1].Result != result || r.Lang != "nb" {
			t.Errorf("%s as JSON: status %d, %v: %s", result, status, err, out)
		}
		if err := server.Close(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
}

package wave

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/folgmed/folgmed/internal/roster"
)

var update = flag.Bool("update", false, "write what the scenarios give into their files")

// TestScenarios plays the scenarios of testdata, which a principal could read:
// a file with weeks is a calendar, one with a script is a run of the clock and
// of commands. In a script the indented lines are what came of the line above.
func TestScenarios(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("scenarios: %v, %v", files, err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			a, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if len(a.Files) != 2 {
				t.Fatalf("%d sections, want the owner and what happens", len(a.Files))
			}
			play := playWeeks
			if a.Files[1].Name == "script" {
				play = playScript
			}
			want := string(a.Files[1].Data)
			got := play(t, a.Files[0].Data, want)
			if *update {
				a.Files[1].Data = []byte(got)
				if err := os.WriteFile(file, txtar.Format(a), 0o600); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// playWeeks tells each week from the first to the last Monday of the text.
func playWeeks(t *testing.T, owner []byte, text string) string {
	var o roster.Owner
	if err := yaml.UnmarshalWithOptions(owner, &o, yaml.Strict()); err != nil {
		t.Fatal(err)
	}
	monday := func(line string) Number {
		day, err := time.ParseInLocation(time.DateOnly, line[:min(len(line), len(time.DateOnly))], Oslo)
		if err != nil {
			t.Fatal(err)
		}
		return NumberOf(day)
	}
	lines := strings.Split(strings.TrimSpace(text), "\n")
	calendar := NewCalendar(o)
	var b strings.Builder
	for n := monday(lines[0]); n <= monday(lines[len(lines)-1]); n++ {
		asked, why := calendar.Planned(n)
		if asked != (why == Asked) {
			t.Errorf("wave %d: asked is %v, but the reason is %s", n, asked, why)
		}
		_, week := n.Week()
		fmt.Fprintf(&b, "%s  week %2d  %d school days  %s\n", n.Opens().Format(time.DateOnly), week, calendar.SchoolDays(n), why)
	}
	return b.String()
}

// playScript runs the lines of a script in order and writes what came of each
// below it.
func playScript(t *testing.T, owners []byte, text string) string {
	var setup struct {
		Rehearsal bool
		Owners    []roster.Owner
	}
	if err := yaml.UnmarshalWithOptions(owners, &setup, yaml.Strict()); err != nil {
		t.Fatal(err)
	}
	c := Control{Roster: roster.Roster{Owners: setup.Owners}, Rehearsal: setup.Rehearsal}
	var all []string
	for _, o := range setup.Owners {
		all = append(all, o.Org)
	}
	var b strings.Builder
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "  ") {
			continue
		}
		b.WriteString(line)
		if strings.HasPrefix(line, "#") {
			continue
		}
		words := strings.Fields(line)
		c.Now = clockTime(t, words[0], words[1])
		var events []Event
		var err error
		switch words[2] {
		case "tick":
			events = c.Due()
		case "open":
			var closes time.Time
			if len(words) > 4 {
				closes = clockTime(t, words[5], words[6])
			}
			events, err = c.CommandOpen(number(t, words[3]), all, closes)
		case "close":
			events, err = c.CommandClose(number(t, words[3]))
		case "seal":
			events, err = c.CommandSeal(number(t, words[3]))
		case "states":
			for _, n := range words[3:] {
				fmt.Fprintf(&b, "  wave %s is %s\n", n, Fold(c.Events, c.Now).State(number(t, n)))
			}
		default:
			t.Fatalf("unknown command in %q", line)
		}
		if err != nil {
			fmt.Fprintf(&b, "  refused: %v\n", err)
		}
		for _, e := range events {
			fmt.Fprintf(&b, "  wave %d %s", e.Wave, e.Step)
			if e.Owner != "" {
				fmt.Fprintf(&b, " for %s", e.Owner)
			}
			if !e.Closes.IsZero() {
				fmt.Fprintf(&b, " until %s", e.Closes.In(Oslo).Format("2006-01-02 15:04"))
			}
			b.WriteString("\n")
		}
		c.Events = append(c.Events, events...)
	}
	return b.String()
}

func clockTime(t *testing.T, day, hour string) time.Time {
	t.Helper()
	at, err := time.ParseInLocation("2006-01-02 15:04", day+" "+hour, Oslo)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func number(t *testing.T, text string) Number {
	t.Helper()
	n, err := strconv.ParseUint(text, 10, 32)
	if err != nil {
		t.Fatal(err)
	}
	return Number(n)
}

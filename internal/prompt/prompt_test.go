package prompt_test

import (
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
	"pgregory.net/rapid"

	"github.com/folgmed/folgmed/internal/disclosure"
	"github.com/folgmed/folgmed/internal/duty"
	"github.com/folgmed/folgmed/internal/prompt"
)

// at is the morning after the seal of a wave.
func at(wave int) time.Time {
	return time.Date(2024, 1, 1, 7, 0, 0, 0, time.UTC).AddDate(0, 0, 7*wave+9)
}

// TestScenarios plays testdata/*.txtar. Files of an archive are taken in
// order: "N signals" is the release of wave N, "N decisions" what it must lead
// to, "N conclude" names signals whose open prompt the school then concludes,
// "open" the prompts left open at the end.
func TestScenarios(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scenarios: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			play(t, archive)
		})
	}
}

func play(t *testing.T, archive *txtar.Archive) {
	var journal []duty.Event
	var got string
	for _, f := range archive.Files {
		number, part, _ := strings.Cut(f.Name, " ")
		wave, _ := strconv.Atoi(number)
		switch {
		case part == "signals":
			var signals []disclosure.Signal
			for line := range strings.Lines(string(f.Data)) {
				signals = append(signals, parse(t, line))
			}
			decisions := prompt.Decide(uint32(wave), signals, duty.Prompts(journal), at(wave))
			got = ""
			for _, d := range decisions {
				got += strings.TrimRight(fmt.Sprintf("%s %s %s", d.Signal.ID, d.Reason, d.Event.Step), " ") + "\n"
			}
			journal = append(journal, prompt.Events(decisions)...)
		case part == "decisions":
			if diff := cmp.Diff(string(f.Data), got); diff != "" {
				t.Errorf("wave %d (-want +got):\n%s", wave, diff)
			}
		case part == "conclude":
			for _, signal := range strings.Fields(string(f.Data)) {
				journal = append(journal, conclude(t, duty.Prompts(journal), signal, at(wave).Add(time.Hour)))
			}
		case f.Name == "open":
			if diff := cmp.Diff(string(f.Data), listOpen(duty.Prompts(journal))); diff != "" {
				t.Errorf("open (-want +got):\n%s", diff)
			}
		default:
			t.Fatalf("unknown part %q", f.Name)
		}
	}
}

// parse reads "ID LEVEL NAME KIND TIER [ended]"; "." is an empty name.
func parse(t *testing.T, line string) disclosure.Signal {
	t.Helper()
	f := strings.Fields(line)
	if len(f) < 5 {
		t.Fatalf("bad signal %q", line)
	}
	u := disclosure.Unit{Owner: "100000001", School: "200000001", Level: disclosure.Level(f[1]), Name: f[2]}
	if u.Name == "." {
		u.Name = ""
	}
	if u.Level == disclosure.LevelOwner {
		u.School = ""
	}
	return disclosure.Signal{
		ID: f[0], Unit: u, Kind: disclosure.Kind(f[3]), Tier: disclosure.Tier(f[4]),
		Ended: len(f) > 5, Release: "r",
	}
}

func conclude(t *testing.T, prompts []duty.Prompt, signal string, now time.Time) duty.Event {
	t.Helper()
	for _, p := range prompts {
		if _, ok := p.Told(signal); ok && p.Open() {
			e, err := duty.Take(p, duty.Concluded, duty.Act{
				ID: fmt.Sprintf("%.16s-concluded-%d", p.ID, p.Version), Seen: p.Version, At: now, By: "anna", Role: "principal", Who: duty.Leader,
				Fields: duty.Fields{duty.FieldConclusion: {duty.NoConcern}, duty.FieldReason: {"Alt er fulgt opp."}},
			})
			if err != nil {
				t.Fatal(err)
			}
			return e
		}
	}
	t.Fatalf("no open prompt tells of %s", signal)
	return duty.Event{}
}

func listOpen(prompts []duty.Prompt) string {
	var lines []string
	for _, p := range prompts {
		if !p.Open() {
			continue
		}
		var signals []string
		for _, s := range p.Signals {
			signals = append(signals, s.Signal)
		}
		slices.Sort(signals)
		name := p.Unit.Name
		if name == "" {
			name = "."
		}
		line := fmt.Sprintf("%s %s %s %s: %s", p.Unit.Level, name, p.Kind, p.Tier, strings.Join(signals, " "))
		if n := len(duty.Earlier(prompts, p)); n > 0 {
			line += fmt.Sprintf(" (%d earlier)", n)
		}
		lines = append(lines, line+"\n")
	}
	slices.Sort(lines)
	return strings.Join(lines, "")
}

// TestRounds lets many waves with any signals go by while the school concludes
// what it likes, and holds what SCHOOL §4 promises after each.
func TestRounds(t *testing.T) {
	units := []disclosure.Unit{
		{Owner: "o", School: "s", Level: disclosure.LevelClass, Name: "5A"},
		{Owner: "o", School: "s", Level: disclosure.LevelClass, Name: "5B"},
		{Owner: "o", School: "s", Level: disclosure.LevelGrade, Name: "5"},
		{Owner: "o", School: "s", Level: disclosure.LevelSchool},
	}
	kinds := []disclosure.Kind{disclosure.KindChange, disclosure.KindLevel, disclosure.KindSevere}
	rapid.Check(t, func(t *rapid.T) {
		var journal []duty.Event
		standing := map[string]disclosure.Signal{}
		for wave := uint32(1); wave <= uint32(rapid.IntRange(1, 8).Draw(t, "waves")); wave++ {
			for range rapid.IntRange(0, 4).Draw(t, "new") {
				u := rapid.SampledFrom(units).Draw(t, "unit")
				k := rapid.SampledFrom(kinds).Draw(t, "kind")
				s := disclosure.Signal{
					Unit: u, Kind: k, Raised: wave,
					Tier: rapid.SampledFrom([]disclosure.Tier{disclosure.Notice, disclosure.Act}).Draw(t, "tier"),
				}
				// The gate gives a unit one signal of a kind a wave.
				s.ID = fmt.Sprintf("%s%s-%s-%d", u.Level, u.Name, k, wave)
				if _, ok := standing[s.ID]; !ok {
					standing[s.ID] = s
				}
			}
			var release []disclosure.Signal
			for _, id := range sortedKeys(standing) {
				s := standing[id]
				if s.Raised < wave && rapid.IntRange(0, 3).Draw(t, "change") == 0 {
					s.Tier = disclosure.Act
				}
				if s.Raised+3 < wave {
					s.Ended = true
				}
				standing[id] = s
				release = append(release, s)
			}
			release = rapid.Permutation(release).Draw(t, "order")

			before := duty.Prompts(journal)
			events := prompt.Events(prompt.Decide(wave, release, before, at(int(wave))))
			slices.Reverse(release)
			if diff := cmp.Diff(events, prompt.Events(prompt.Decide(wave, release, before, at(int(wave))))); diff != "" {
				t.Fatalf("the order of signals matters:\n%s", diff)
			}
			journal = append(journal, events...)
			prompts := duty.Prompts(journal)
			if again := prompt.Events(prompt.Decide(wave, release, prompts, at(int(wave)))); len(again) > 0 {
				t.Fatalf("deciding again gives %d more events, first %+v", len(again), again[0])
			}
			check(t, before, prompts, release)

			for _, p := range prompts {
				if p.Open() && p.Kind != disclosure.KindSevere && rapid.Bool().Draw(t, "conclude") {
					e, err := duty.Take(p, duty.Concluded, duty.Act{
						ID: fmt.Sprintf("%.16s-concluded-%d", p.ID, p.Version), Seen: p.Version,
						At: at(int(wave)), By: "anna", Who: duty.Leader, Fields: duty.Fields{duty.FieldConclusion: {duty.Concern}},
					})
					if err != nil {
						t.Fatal(err)
					}
					journal = append(journal, e)
				}
			}
		}
	})
}

func check(t *rapid.T, before, prompts []duty.Prompt, release []disclosure.Signal) {
	type key struct {
		disclosure.Unit
		disclosure.Kind
	}
	open := map[key]bool{}
	for _, p := range prompts {
		k := key{p.Unit, p.Kind}
		if p.Open() && open[k] {
			t.Fatalf("two open prompts for %+v", k)
		}
		open[k] = open[k] || p.Open()
		for _, h := range p.History {
			if h.Step != duty.Concluded && h.Concurrent {
				t.Fatalf("a machine's event reads as written past another: %+v", h.Event)
			}
			if h.Body.Kind != "" && h.Body.Kind != string(p.Kind) {
				t.Fatalf("a %s signal in a %s prompt", h.Body.Kind, p.Kind)
			}
		}
	}
	for _, s := range release {
		var told disclosure.Tier
		for _, p := range prompts {
			if tell, ok := p.Told(s.ID); ok {
				told = duty.Stronger(told, tell.Tier)
			}
		}
		if !s.Ended && duty.Stronger(told, s.Tier) != told {
			t.Fatalf("signal %s stands at %s and is told as %q", s.ID, s.Tier, told)
		}
	}
	for _, p := range before {
		i := slices.IndexFunc(prompts, func(q duty.Prompt) bool { return q.ID == p.ID })
		if !p.Open() && prompts[i].Open() {
			t.Fatalf("a round opened concluded prompt %s again", p.ID)
		}
	}
}

func sortedKeys(m map[string]disclosure.Signal) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

package attack

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/folgmed/folgmed/internal/roster"
)

const (
	realWorlds = 20 // each an owner of the same server
	realWaves  = 3  // a block
)

// real is a world small enough to be played through a whole server: a class with
// a pupil who gives the worst answers, and a small one beside it.
func real(seed uint64, place int) *world {
	random := rand.New(rand.NewPCG(seed, 7))
	o := roster.Owner{Org: fmt.Sprint(964000000 + place), Name: fmt.Sprint("Eier ", place), Rate: .5, Rhythm: 4}
	school := roster.School{Org: fmt.Sprint(974000000 + place), Name: fmt.Sprint("Skole ", place), Written: "nb"}
	for i, size := range []int{10 + random.IntN(4), 3 + place%6} {
		grade := 5 + random.IntN(5)
		school.Classes = append(school.Classes, roster.Class{Name: fmt.Sprint(grade, "AB"[i:i+1]), Grades: []int{grade}, Size: size})
	}
	o.Schools = []roster.School{school}
	w := newWorld(seed, o)
	w.rooms[0].worst[0] = true
	clear(w.rooms[0].away) // all are present, so that there is something to tell
	if place == 0 {
		clear(w.rooms[1].away)
	}
	return w
}

// TestRealExits plays the same waves on two servers, but that in each world two
// pupils of a class exchange their sheets in one wave on the second: W1. What
// either of them keeps is W4.
func TestRealExits(t *testing.T) {
	t.Parallel()
	var worlds []*world
	waves := make([][]vote, realWaves)
	exchanged := make([][]vote, realWaves)
	for i := range realWorlds {
		w := real(*firstSeed+uint64(i), i)
		worlds = append(worlds, w)
		y := &year{world: w}
		for range realWaves {
			y.turns = append(y.turns, turn{votes: w.next()})
		}
		at, votes := y.swapped()
		for k, turn := range y.turns {
			waves[k] = append(waves[k], turn.votes...)
			if k == at {
				turn.votes = votes
			}
			exchanged[k] = append(exchanged[k], turn.votes...)
		}
	}
	first := start(t, nil)
	must(t, first.run(t.Context(), worlds, waves))
	second := start(t, first)
	must(t, second.run(t.Context(), worlds, exchanged))

	pages := first.read(t, first.readers(t, worlds))
	if diff := cmp.Diff(pages, second.read(t, second.readers(t, worlds))); diff != "" {
		t.Errorf("W1 wins: two pupils of each world exchanged sheets, and an exit changed:\n%.2000s", diff)
	}
	if diff := cmp.Diff(first.logged(), second.logged()); diff != "" {
		t.Errorf("W1 wins: two pupils of each world exchanged sheets, and the log changed:\n%.2000s", diff)
	}
	kept := first.stored(t)
	for table, rows := range second.stored(t) {
		if diff := cmp.Diff(texts(kept[table]), texts(rows)); diff != "" && !slices.Contains(journals, table) {
			t.Errorf("W1 wins: two pupils of each world exchanged sheets, and table %s changed:\n%.2000s", table, diff)
		}
	}
	told(t, pages, kept)
	if win := kept.small(waves); win != "" {
		t.Errorf("W4 wins: %s", win)
	}
	first.plant(t, worlds, waves)
	t.Logf("W1 swap and W4 store through every exit: %d worlds, %d pages, %d tables", realWorlds, len(pages), len(kept))
}

// told makes sure that there is something to be found out: figures in every
// form, prompts, metrics.
func told(t *testing.T, pages map[string]string, kept tables) {
	t.Helper()
	found := make(map[string]int)
	for where, page := range pages {
		switch {
		case !strings.HasPrefix(page, "200"):
		case strings.Contains(where, "/staff/prompts/"):
			found["prompt"]++
		case strings.HasSuffix(where, "/owner/metrics"):
			found["metrics"]++
		}
	}
	for _, r := range kept["release"] {
		found[r["form"].(string)]++
	}
	for _, what := range []string{"prompt", "metrics", "band", "words", "participation", "signal", "signals", "hidden"} {
		if found[what] < realWorlds {
			t.Errorf("only %d times %q: what does not change proves little", found[what], what)
		}
	}
}

// plant is the control of W4: on each of these tables he must win.
func (s *server) plant(t *testing.T, worlds []*world, waves [][]vote) {
	t.Helper()
	w := worlds[slices.IndexFunc(worlds, func(w *world) bool { return w.owner.Schools[0].Classes[1].Size == 3 })]
	school, class := w.owner.Schools[0].Org, w.owner.Schools[0].Classes[1].Name
	conn := s.connect(t)
	for _, c := range []struct{ why, plant, remove string }{
		{
			"a table with a unit of three",
			"CREATE TABLE planted ENGINE = MergeTree ORDER BY tuple() AS SELECT '" + school + "' AS school, '" + class + "' AS class, 3 AS sad",
			"DROP TABLE planted SYNC",
		},
		{
			"an answer sheet that was not forgotten",
			"INSERT INTO answers (school, class, wave) VALUES ('" + school + "', '" + class + "', 1)",
			"TRUNCATE TABLE answers SYNC",
		},
		{
			"counts of three",
			"INSERT INTO counts (wave, school, unit, measure, bin, n) VALUES (1, '" + school + "', 'class:" + class + "', 'item:hurt', 5, 3)",
			"ALTER TABLE counts DELETE WHERE wave = 1 SETTINGS mutations_sync = 2",
		},
	} {
		must(t, conn.Exec(t.Context(), c.plant))
		if win := s.stored(t).small(waves); win == "" {
			t.Errorf("W4 does not see %s: the attacker is asleep", c.why)
		}
		must(t, conn.Exec(t.Context(), c.remove))
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// journals are tables of people who work here and of the server itself, with
// times and drawn ids, and the chain of waves, which hides its counts behind
// random bytes.
var journals = []string{"wave_link", "access_event", "join_request", "audit", "installation", "job_turn", "migration", "roster_version", "told", "told_turn"}

var times = regexp.MustCompile(`time=\S+ `)

// logged is what a server logged, without times and places.
func (s *server) logged() []string {
	lines := strings.Split(anywhere(times.ReplaceAllString(s.log.String(), ""), s.PublicURL()), "\n")
	slices.Sort(lines)
	return lines
}

// texts are rows in an order of their own.
func texts(rows []map[string]any) []string {
	var all []string
	for _, r := range rows {
		all = append(all, fmt.Sprint(r))
	}
	slices.Sort(all)
	return all
}

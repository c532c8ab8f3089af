package app

import (
	"fmt"
	"math/rand/v2"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/folgmed/folgmed/internal/access"
	"github.com/folgmed/folgmed/internal/config"
	"github.com/folgmed/folgmed/internal/control"
	"github.com/folgmed/folgmed/internal/rehearsal"
	"github.com/folgmed/folgmed/internal/tablet"
	"github.com/folgmed/folgmed/internal/wave"
)

// TestFromAPauseToTheRelease has a principal say on the page that 8A pauses in the
// second of the three surveys of a block, and take back that 9A does. In that
// week nothing is asked of 8A, and nobody takes it for silent; the others answer,
// 9A among them, and all four classes have their figures when the block is over.
func TestFromAPauseToTheRelease(t *testing.T) {
	t.Parallel()
	known := oneSchool()
	known.Owners[0].Rhythm, known.Owners[0].Schools = 4, known.Owners[0].Schools[:1]
	calendar := wave.NewCalendar(known.Owners[0])
	var asked []wave.Number
	for n := wave.FirstOf(2026); len(asked) < 6; n++ {
		if planned, _ := calendar.Planned(n); planned {
			asked = append(asked, n)
		}
	}
	in := newInstallation(t)
	a, _ := in.start(t)
	must(t, a.SaveRoster(t.Context(), known))
	for _, p := range []access.Person{
		{Email: principal, Name: "Ragnhild Rektor", Role: access.Principal},
		{Email: teacher, Name: "Laila Lærer", Role: access.Teacher, Classes: []string{school + "/8A"}},
	} {
		p.Owner, p.Schools = known.Owners[0].Org, []string{school}
		must(t, a.AddPerson(t.Context(), p))
	}
	random := rand.New(rand.NewPCG(7, 8))
	answered := func(k int, pausing string) []rehearsal.Sheet {
		return slices.DeleteFunc(sheets(known, random, k, 9), func(s rehearsal.Sheet) bool { return s.Class == pausing })
	}
	must(t, player(a, 1).Play(t.Context(), asked[0], answered(0, "")))

	// On the Friday before the second one, with a slip for it already printed.
	paused := asked[1]
	friday := paused.Opens().Add(-60 * time.Hour)
	must(t, a.SetClock(t.Context(), control.Clock{Set: friday}))
	slips, err := a.Codes(t.Context(), control.CodesRequest{Wave: paused, School: school, Class: "8A", Count: 1})
	must(t, err)
	const weeks = "/staff/carry-out/weeks"
	b := signIn(t, a, principal)
	say := func(step, class string) {
		friday = friday.Add(time.Minute) // of two at the same moment neither is the later one
		must(t, a.SetClock(t.Context(), control.Clock{Set: friday}))
		b.submit(b.get(weeks), weeks, url.Values{"wave": {fmt.Sprint(paused)}, "class": {class}, "step": {step}})
	}
	say("pause", "9A")
	say("resume", "9A")
	say("pause", "8A")
	if cards := b.get(weeks).Find("#pauses ~ ul .card"); cards.Length() != 1 || !strings.Contains(cards.Text(), "8A") {
		t.Errorf("the pauses that stand:\n%s", cards.Text())
	}

	must(t, player(a, 1).Open(t.Context(), paused))
	if _, err := a.Codes(t.Context(), control.CodesRequest{Wave: paused, School: school, Class: "8A"}); err == nil || !strings.Contains(err.Error(), "pauses") {
		t.Errorf("codes of a class that pauses: %v", err)
	}
	pupil := tablet.Tablet{URL: a.PublicURL()}
	if _, err := pupil.Prepare(t.Context(), slips[0].Codes[0], slips[0].Fingerprint, func(s tablet.Survey) []int { return make([]int, len(s.Items)) }); err == nil || !strings.Contains(err.Error(), "wave_closed") {
		t.Errorf("a slip that was printed before the pause: %v", err)
	}
	if got := signIn(t, a, teacher).get(access.SessionOf(school, "8A")); !strings.Contains(got.Text(), "Klassen har pause fra undersøkelsen denne uka") || got.Find("main form").Length() != 0 {
		t.Errorf("the session of a class that pauses:\n%s", got.Find("main").Text())
	}
	b = signIn(t, a, principal)
	if got := b.get("/staff/carry-out").Find("main").Text(); strings.Count(got, "Har pause denne uka") != 1 {
		t.Errorf("the week of a class that pauses:\n%s", got)
	}
	must(t, player(a, 1).Play(t.Context(), paused, answered(1, "8A")))

	stored := storedIn(t, in)
	of := func(class string) string {
		return fmt.Sprintf("SELECT count() FROM counts WHERE wave = %d AND measure != 'roster' AND unit = 'class:%s'", paused, class)
	}
	if n := stored(of("8A")); n != 0 {
		t.Errorf("%d counts of a class that was not asked", n)
	}
	if n := stored(of("9A")); n == 0 {
		t.Error("no counts of a class whose pause was taken back")
	}
	_, iso := paused.Week()
	b = signIn(t, a, principal)
	for class, want := range map[string]int{"8A": 1, "9A": 0} {
		got := b.get("/staff/classes/" + school + "/" + class).Find("#paused")
		if got.Length() != want || want > 0 && !strings.Contains(got.Text(), fmt.Sprint("ikke spurt i uke ", iso)) {
			t.Errorf("%s on its pauses: %s", class, got.Text())
		}
	}

	must(t, player(a, 1).Play(t.Context(), asked[2], answered(2, "")))
	told := map[string]bool{}
	for _, line := range lines(t, a) {
		told[line.Unit+" "+line.Form] = true
		if line.Unit == "8A" && line.Item == "silence" {
			t.Errorf("silence of a class that paused: %+v", line)
		}
		if line.Wave == uint32(paused) && line.Unit != "" && line.Form != "signal" {
			t.Errorf("a figure moved in the middle of a block: %+v", line)
		}
	}
	for _, class := range []string{"8A", "8B", "9A", "9B"} {
		if !told[class+" words"] || !told[class+" band"] {
			t.Errorf("no figures of %s after a block", class)
		}
	}
	if n := stored("SELECT count() FROM audit WHERE action = 'resumed'"); n != 1 {
		t.Errorf("%d pauses were taken back by the log, want 1", n)
	}
	a.pausesAtOnce(t, asked[3:])
}

// pausesAtOnce says pauses of one class in surveys side by side, all at the same
// moment: whatever each knew of the others, no two stand.
func (a *App) pausesAtOnce(t *testing.T, asked []wave.Number) {
	t.Helper()
	w := waves{a.schedule, a.parts[config.Staff]}
	var group sync.WaitGroup
	for _, n := range asked {
		group.Go(func() {
			p := wave.Pause{ID: fmt.Sprint(n), Wave: n, Owner: a.owners()[0], School: school, Class: "9B", Stands: true, At: a.schedule.Now(), By: "p"}
			_ = w.Pause(t.Context(), p) // refused or not
		})
	}
	group.Wait()
	must(t, a.schedule.Refresh(t.Context()))
	var stand []wave.Number
	for _, n := range asked {
		if a.schedule.Plan().Paused(school, "9B", n) {
			stand = append(stand, n)
		}
	}
	if len(stand) > 1 {
		t.Errorf("pauses of one class stand in surveys side by side: %d", stand)
	}
}

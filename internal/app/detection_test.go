package app

import (
	"context"
	"errors"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/google/go-cmp/cmp"

	"github.com/folgmed/folgmed/internal/control"
	"github.com/folgmed/folgmed/internal/counts"
	"github.com/folgmed/folgmed/internal/rehearsal"
	"github.com/folgmed/folgmed/internal/roster"
	"github.com/folgmed/folgmed/internal/store"
	"github.com/folgmed/folgmed/internal/watch"
	"github.com/folgmed/folgmed/internal/wave"
)

// learned is all that is kept for detection.
func learned(t *testing.T, a *App) ([]store.Vintage, []counts.Summary) {
	t.Helper()
	vintages, err := a.store.Vintages(t.Context(), 0, uint32(firstWave)+50)
	must(t, err)
	summaries, err := a.store.Summaries(t.Context(), 0, uint32(firstWave)+50)
	must(t, err)
	return vintages, summaries
}

// execIn returns a function that changes the database behind the server's back.
func execIn(t *testing.T, in installation) func(statement string) {
	t.Helper()
	protocol := clickhouse.HTTP
	if strings.HasPrefix(in.db.URL, "clickhouse") {
		protocol = clickhouse.Native
	}
	_, addr, _ := strings.Cut(in.db.URL, "://")
	conn, err := clickhouse.Open(&clickhouse.Options{
		Protocol: protocol, Addr: []string{addr},
		Auth: clickhouse.Auth{Database: in.db.Database, Username: in.db.User, Password: in.db.Password},
	})
	must(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	return func(statement string) { must(t, conn.Exec(t.Context(), statement)) }
}

// What is usual in a wave is learned once, when it is sealed. A crash right after
// it, a roster that changes later, and an upgrade from a version that kept none of
// it all come to the same.
func TestWhatIsUsualIsLearnedOnce(t *testing.T) {
	t.Parallel()
	known := oneSchool()
	known.Owners[0].Schools = known.Owners[0].Schools[:1]
	in := newInstallation(t)
	a, stop := in.start(t)
	must(t, a.SaveRoster(t.Context(), known))
	random := rand.New(rand.NewPCG(5, 6))
	play := func(k int) error {
		return player(a, 7).Play(t.Context(), firstWave+wave.Number(2*k), sheets(known, random, k, 9))
	}
	must(t, play(0))

	a.afterStep = func(step string) error {
		if step == "learn what is usual" {
			return errCrash
		}
		return nil
	}
	if err := play(1); !errors.Is(err, errCrash) {
		t.Fatalf("no crash: %v", err)
	}
	vintages, summaries := learned(t, a)
	if len(vintages) != 2 || len(summaries) == 0 {
		t.Fatalf("%d vintages and %d summaries after two waves", len(vintages), len(summaries))
	}
	same := func(when string) {
		t.Helper()
		nowVintages, nowSummaries := learned(t, a)
		if diff := cmp.Diff(vintages, nowVintages[:min(len(vintages), len(nowVintages))]); diff != "" {
			t.Errorf("%s, vintages (-before +after):\n%s", when, diff)
		}
		if diff := cmp.Diff(summaries, nowSummaries[:min(len(summaries), len(nowSummaries))]); diff != "" {
			t.Errorf("%s, summaries (-before +after):\n%s", when, diff)
		}
		vintages, summaries = nowVintages, nowSummaries
	}
	stop()
	a, stop = in.start(t)
	if released, err := a.Detect(t.Context()); err != nil || len(released) != 1 {
		t.Fatalf("after the crash %v was released: %v", released, err)
	}
	same("after a crash")

	must(t, play(2))
	same("after another wave")
	if len(vintages) != 3 {
		t.Errorf("%d vintages after three waves", len(vintages))
	}

	exec := execIn(t, in)
	exec("TRUNCATE TABLE vintage")
	exec("TRUNCATE TABLE summary")
	stop()
	a, _ = in.start(t)
	must(t, play(3))
	same("after an upgrade")
	if len(vintages) != 4 {
		t.Errorf("%d vintages after an upgrade and four waves: what came before it was not learned", len(vintages))
	}
	for _, v := range vintages {
		if u, err := watch.Decode(v.Body); err != nil || u.Wave != v.Wave || u.Classes == nil {
			t.Errorf("wave %d: %+v, %v", v.Wave, u, err)
		}
	}
}

// ownersIn opens waves for some owners only, as the calendar does when their
// rhythms differ.
type ownersIn struct {
	*App
	owners []string
}

func (o ownersIn) MoveWave(ctx context.Context, m control.Move) error {
	if m.Step != wave.Opened {
		return o.App.MoveWave(ctx, m)
	}
	return o.alone(ctx, func() error {
		events, err := o.schedule.control(o.rehearsal).CommandOpen(m.Wave, o.owners, time.Time{})
		if err != nil {
			return err
		}
		return o.append(ctx, events)
	})
}

// Owners of different rhythm share what is usual: there is one vintage a wave, of
// all who were asked in it, and each owner is released in its own waves.
func TestOwnersOfDifferentRhythm(t *testing.T) {
	t.Parallel()
	weekly := oneSchool().Owners[0]
	weekly.Schools = weekly.Schools[:1]
	weekly.Rhythm = 1
	fortnightly := roster.Owner{Org: "000000002", Name: "Havdal", Rhythm: 2, Rate: .1, Schools: []roster.School{{
		Org: "000000201", Name: "Havdal skole", Written: "nn",
		Classes: []roster.Class{{Name: "8A", Grades: []int{8}, Size: 20}, {Name: "9A", Grades: []int{9}, Size: 20}},
	}}}
	in := newInstallation(t)
	a, _ := in.start(t)
	must(t, a.SaveRoster(t.Context(), roster.Roster{Owners: []roster.Owner{weekly, fortnightly}}))
	random := rand.New(rand.NewPCG(8, 9))
	for k := range 3 {
		asked := []roster.Owner{weekly}
		if k%2 == 0 {
			asked = append(asked, fortnightly)
		}
		var orgs []string
		var all []rehearsal.Sheet
		for _, o := range asked {
			orgs = append(orgs, o.Org)
			all = append(all, sheets(roster.Roster{Owners: []roster.Owner{o}}, random, k, 9)...)
		}
		play := player(a, 7)
		play.Operator = ownersIn{a, orgs}
		must(t, play.Play(t.Context(), firstWave+wave.Number(k), all))
	}
	vintages, _ := learned(t, a)
	if len(vintages) != 3 {
		t.Fatalf("%d vintages of three waves", len(vintages))
	}
	for k, v := range vintages {
		u, err := watch.Decode(v.Body)
		must(t, err)
		var schools []string
		for school := range u.Classes.Schools {
			schools = append(schools, school)
		}
		// Where a school stands is known from its first wave on.
		if len(schools) != 2 {
			t.Errorf("wave %d: what is usual rests on the schools %v", k, schools)
		}
	}
	for _, o := range []struct {
		org   string
		waves map[uint32]bool
	}{
		{weekly.Org, map[uint32]bool{0: true, 1: true, 2: true}},
		{fortnightly.Org, map[uint32]bool{0: true, 2: true}},
	} {
		released, err := a.store.ReleasedForOwner(t.Context(), o.org)
		must(t, err)
		waves := make(map[uint32]bool)
		for _, line := range released {
			waves[line.Wave()-uint32(firstWave)] = true
		}
		if diff := cmp.Diff(o.waves, waves); diff != "" {
			t.Errorf("owner %s was released in (-want +got):\n%s", o.org, diff)
		}
	}
}

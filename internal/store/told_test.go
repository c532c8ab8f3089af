package store_test

import (
	"errors"
	"testing"
	"time"

	"github.com/folgmed/folgmed/internal/disclosure"
	"github.com/folgmed/folgmed/internal/duty"
	"github.com/folgmed/folgmed/internal/notify"
	"github.com/folgmed/folgmed/internal/roster"
	"github.com/folgmed/folgmed/internal/store"
	"github.com/folgmed/folgmed/internal/store/storetest"
	"github.com/folgmed/folgmed/internal/turn"
	"github.com/folgmed/folgmed/internal/wave"
)

// TestTold writes and reads what was told as the part that sends: a line twice
// is one line, and another owner's are not among them.
func TestTold(t *testing.T) {
	opts := storetest.Database(t)
	all := storetest.Open(t, opts)
	s, ctx := storetest.OpenAs(t, opts, store.RoleStaff), t.Context()
	at := time.Date(2026, 11, 18, 6, 0, 0, 0, time.UTC)
	begun := notify.Line{ID: "m sending", Mail: "m", At: at, Owner: "1", Person: "p", Step: notify.Sending, Items: []string{"a", "b"}, Digest: true}
	refused := notify.Line{ID: "m refused", Mail: "m", At: at.Add(time.Second), Owner: "1", Person: "p", Step: notify.Refused, Items: []string{"a"}, Said: "550 no"}
	other := notify.Line{ID: "n sending", Mail: "n", At: at, Owner: "2", Person: "q", Step: notify.Sending, Items: []string{}}
	for _, l := range []notify.Line{refused, begun, other, begun} {
		must(t, s.AppendTold(ctx, l))
	}
	got, err := s.ToldOf(ctx, "1")
	equal(t, got, err, []notify.Line{begun, refused})

	// Of releases only the latest's signals about adults, to the owner.
	row := func(wave uint32, id, audience, item string) disclosure.Row {
		return disclosure.Row{
			Release: disclosure.ReleaseID(wave), Wave: wave, Owner: "1", School: "11", Level: "school", Audience: audience,
			Item: item, Form: string(disclosure.FormSignal), Value: id + " - act 2026-11 147 157 10 stands",
		}
	}
	const old, now = "dddddddddddddddddddddddddddddddd", "eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee"
	must(t, all.SaveRelease(ctx, []disclosure.Row{
		row(147, old, "owner", "adult"), row(149, now, "owner", "adult"), row(149, now, "staff", "silence"),
	}))
	adults, err := s.AdultsReleased(ctx, "1")
	var ids []string
	for _, r := range adults {
		signal, _ := r.Signal()
		ids = append(ids, signal.ID)
	}
	equal(t, ids, err, []string{now})

	// What there is to tell of has a mark that changes when it does.
	mark := func() string {
		t.Helper()
		marks, err := s.TellMarks(ctx)
		must(t, err)
		return marks["1"]
	}
	before := mark()
	if again := mark(); again != before {
		t.Errorf("the mark went from %q to %q, and nothing was written", before, again)
	}
	must(t, all.SaveRoster(ctx, roster.Version{ID: "r", Owner: roster.Owner{Org: "1", Name: "Vik"}, At: at, By: "p"}))
	for what, write := range map[string]func() error{
		"a line": func() error {
			return s.AppendTold(ctx, notify.Line{ID: "o sending", Mail: "o", At: at, Owner: "1", Person: "p", Step: notify.Sending, Items: []string{}})
		},
		"a duty event": func() error {
			return s.AppendDuty(ctx, []duty.Event{{ID: "e", Subject: "prompt:x", Owner: "1", School: "11", Step: duty.Opened, At: at}})
		},
		"a new release": func() error { return all.AppendWaveEvent(ctx, wave.NewEvent(149, wave.Released, at), 0) },
	} {
		before := mark()
		must(t, write())
		if mark() == before {
			t.Errorf("%s leaves the mark %q", what, before)
		}
	}
}

// TestTellTurns: one sends at a time, whatever the job does.
func TestTellTurns(t *testing.T) {
	opts := storetest.Database(t)
	storetest.Open(t, opts)
	s := storetest.OpenAs(t, opts, store.RoleStaff)
	mine, err := turn.NewKeeper(store.TellTurns{Store: s}, time.Minute).Take(t.Context())
	must(t, err)
	other := turn.NewKeeper(store.TellTurns{Store: s}, time.Minute)
	if _, err := other.Take(t.Context()); !errors.Is(err, turn.ErrTaken) {
		t.Errorf("another sends too: %v", err)
	}
	job, err := turn.NewKeeper(storetest.OpenAs(t, opts, store.RoleJob), time.Minute).Take(t.Context())
	must(t, err)
	must(t, job.GiveBack(t.Context()))
	must(t, mine.GiveBack(t.Context()))
	_, err = other.Take(t.Context())
	must(t, err)
}

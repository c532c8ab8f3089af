package duty_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/folgmed/folgmed/internal/disclosure"
	"github.com/folgmed/folgmed/internal/duty"
)

// What was shared last is what is shown, until it is withdrawn; then nothing is,
// also where something else was shared before it.
func TestWhatIsSharedLastIsShown(t *testing.T) {
	unit := disclosure.Unit{Owner: "o", School: "s", Level: disclosure.LevelClass, Name: "5A"}
	other := unit
	other.Name = "5B"
	at := time.Date(2026, 11, 18, 8, 0, 0, 0, time.UTC)
	act := func(id string, seen int, text string) duty.Act {
		at = at.Add(time.Minute)
		a := duty.Act{ID: strings.Repeat(id, 20), Seen: seen, At: at, By: "kari", Role: "principal", Who: duty.Leader, Fields: duty.Fields{}}
		if text != "" {
			a.Fields[duty.FieldText] = []string{text}
		}
		return a
	}
	var events []duty.Event
	share := func(id, release, text string) {
		t.Helper()
		e, err := duty.Share(unit, release, act(id, 0, text))
		if err != nil {
			t.Fatal(err)
		}
		events = append(events, e)
	}
	shown := func(want string) duty.Talk {
		t.Helper()
		talk, ok := duty.TalkOf(events, unit)
		if ok != (want != "") || ok && talk.WillDo != want {
			t.Fatalf("shown: %v %q, want %q", ok, talk.WillDo, want)
		}
		if _, ok := duty.TalkOf(events, other); ok {
			t.Fatal("another class's is shown")
		}
		return talk
	}

	shown("")
	share("a", "one", "Flere voksne ute.")
	share("b", "two", "Nye grupper.")
	talk := shown("Nye grupper.")
	if talk.Release != "two" || talk.Unit != unit {
		t.Errorf("shown: %+v", talk)
	}
	away, err := duty.Take(talk, duty.Withdrawn, act("c", talk.Version, ""))
	if err != nil {
		t.Fatal(err)
	}
	events = append(events, away)
	if talk, _ := duty.TalkOf(events, unit); talk.State != duty.StateClosed {
		t.Errorf("withdrawn: %s", talk.State)
	}
	shown("")
	share("d", "three", "Vi begynner på nytt.")
	shown("Vi begynner på nytt.")

	var refusal *duty.Refusal
	if _, err := duty.Share(unit, "x", act("e", 0, "Kari og Per får egen plan.")); !errors.As(err, &refusal) || refusal.Code != duty.Names {
		t.Errorf("names: %v", err)
	}
	teacher := act("f", 0, "Noe.")
	teacher.Who = duty.Staff
	if _, err := duty.Share(unit, "x", teacher); !errors.As(err, &refusal) || refusal.Code != duty.NotYours {
		t.Errorf("a teacher shares: %v", err)
	}
}

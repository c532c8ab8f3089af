package prompt_test

import (
	"slices"
	"testing"

	"github.com/folgmed/folgmed/internal/disclosure"
	"github.com/folgmed/folgmed/internal/duty"
	"github.com/folgmed/folgmed/internal/prompt"
)

func adult(id string, raised uint32) disclosure.Signal {
	return disclosure.Signal{
		ID: id, Kind: disclosure.KindAdult, Tier: disclosure.Notice, Since: "2026-10", OneIn: 4, Raised: raised,
		Unit: disclosure.Unit{Owner: "o", School: "s", Level: disclosure.LevelSchool}, Release: "r",
	}
}

// What the owner has passed on is followed like any other signal, and one that
// comes later is the owner's again, though the first prompt is still open.
func TestPassOn(t *testing.T) {
	first, second := adult("a", 150), adult("b", 166)
	decide := func(wave uint32, s disclosure.Signal, journal []duty.Event) ([]duty.Event, prompt.Reason) {
		d := prompt.Decide(wave, []disclosure.Signal{s}, duty.Prompts(journal), at(int(wave)))
		return append(slices.Clone(journal), prompt.Events(d)...), d[0].Reason
	}
	journal, why := decide(150, first, nil)
	if why != prompt.OwnerFirst || len(journal) != 0 {
		t.Fatalf("before it is passed on: %s, %d events", why, len(journal))
	}
	e, ok := prompt.PassOn(first, duty.Prompts(journal), at(150), "eirin", "owner")
	if !ok || e.Step != duty.Opened || e.By != "eirin" || e.Role != "owner" {
		t.Fatalf("passed on: %t, %+v", ok, e)
	}
	if again, _ := prompt.PassOn(first, nil, at(151), "egil", "owner"); again.ID != e.ID {
		t.Error("two who pass it on make two events")
	}
	journal = append(journal, e)
	p := duty.Prompts(journal)[0]
	if told, _ := p.Told("a"); told.Since != "2026-10" || told.OneIn != 4 || p.Kind != disclosure.KindAdult {
		t.Errorf("the principal is told %+v of %s", told, p.Kind)
	}
	if _, ok := prompt.PassOn(first, duty.Prompts(journal), at(151), "egil", "owner"); ok {
		t.Error("passed on again")
	}

	first.Tier = disclosure.Act
	journal, why = decide(152, first, journal)
	if why != prompt.RaisedToAct {
		t.Errorf("on a rise: %s", why)
	}
	first.Ended = true
	journal, why = decide(166, first, journal)
	if why != prompt.PeriodOver {
		t.Errorf("when its period is over: %s", why)
	}
	journal, why = decide(166, second, journal)
	if why != prompt.OwnerFirst {
		t.Errorf("the next one: %s", why)
	}
	e, ok = prompt.PassOn(second, duty.Prompts(journal), at(166), "eirin", "owner")
	if !ok || e.Step != duty.Joined || e.Subject != duty.PromptSubject(p.ID) {
		t.Errorf("the next one is passed on: %t, %+v", ok, e)
	}
	if got := len(duty.Prompts(append(journal, e))); got != 1 {
		t.Errorf("%d prompts of one school", got)
	}
}

func TestPassOnIsForAdultsAlone(t *testing.T) {
	severe, ended := adult("a", 150), adult("b", 150)
	severe.Kind, ended.Ended = disclosure.KindSevere, true
	for _, s := range []disclosure.Signal{severe, ended} {
		if e, ok := prompt.PassOn(s, nil, at(150), "eirin", "owner"); ok {
			t.Errorf("%+v was passed on: %+v", s, e)
		}
	}
}

package prompt_test

import (
	"testing"
	"time"

	"github.com/folgmed/folgmed/internal/duty"
	"github.com/folgmed/folgmed/internal/prompt"
	"github.com/folgmed/folgmed/internal/roster"
)

// Classes that the survey can say nothing of are to be looked out for each
// term, once, whatever is asked how often.
func TestStandingEachTerm(t *testing.T) {
	o := roster.Owner{Org: "100000001", Schools: []roster.School{{Org: "200000001", Classes: []roster.Class{
		{Name: "5A", Size: 24}, {Name: "Bjørn", Size: 5}, {Name: "7", Size: 9}, {Name: "8", Size: 10},
	}}}}
	var journal []duty.Event
	ask := func(day string) int {
		now, _ := duty.ParseDay(day)
		events := prompt.EachTerm(o, duty.Prompts(journal), now)
		journal = append(journal, events...)
		return len(events)
	}
	conclude := func(day string) {
		now, _ := duty.ParseDay(day)
		for _, p := range duty.Prompts(journal) {
			if !p.Open() {
				continue
			}
			e, err := duty.Take(p, duty.Concluded, duty.Act{
				ID: p.ID[:20] + "-concluded", Seen: p.Version, At: now.Add(time.Hour), By: "anna", Who: duty.Staff,
				Fields: duty.Fields{duty.FieldConclusion: {duty.NoConcern}, duty.FieldReason: {"Vi har fulgt med."}},
			})
			if err != nil {
				t.Fatal(err)
			}
			journal = append(journal, e)
		}
	}
	for _, tt := range []struct {
		day  string
		want int
	}{{"2026-09-16", 2}, {"2026-11-18", 0}, {"2027-01-20", 0}} { // still open: one is enough
		if got := ask(tt.day); got != tt.want {
			t.Errorf("%s: %d standing prompts, want %d", tt.day, got, tt.want)
		}
	}
	conclude("2027-01-21")
	if got := ask("2027-02-03"); got != 2 {
		t.Errorf("in spring: %d standing prompts, want 2", got)
	}
	conclude("2027-02-10")
	if got := ask("2027-03-03"); got != 0 {
		t.Errorf("again in spring: %d standing prompts, want none", got)
	}
	for _, p := range duty.Prompts(journal) {
		if p.Kind != duty.Standing || p.PeriodOver() {
			t.Errorf("a standing prompt is %s, period over %t", p.Kind, p.PeriodOver())
		}
	}
}

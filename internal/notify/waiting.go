package notify

import (
	"fmt"
	"slices"
	"time"

	"github.com/folgmed/folgmed/internal/access"
	"github.com/folgmed/folgmed/internal/disclosure"
	"github.com/folgmed/folgmed/internal/duty"
	"github.com/folgmed/folgmed/internal/roster"
)

// Item is one thing that waits for a person.
type Item struct {
	Key    string    // told once for each: the thing, and how far it has come
	Since  time.Time // when it began to wait, or was told of anew
	AtOnce bool      // not left to the digest
	Grave  bool      // goes on in school holidays
}

// Matters are all that may wait for someone at one owner.
type Matters struct {
	owner   roster.Owner
	people  []access.Person
	prompts []duty.Prompt
	reports []duty.Report
	cases   []duty.Case
	adults  []disclosure.Signal // that stand and were not passed on

	unreported []duty.Prompt // concluded with reason to report, and nobody has
}

// Survey reads what there is at one owner.
func Survey(owner roster.Owner, events []duty.Event, released []disclosure.Released, people []access.Person) Matters {
	m := Matters{prompts: duty.Prompts(events), reports: duty.Reports(events), cases: duty.Cases(events), unreported: duty.Unreported(events)}
	for _, r := range disclosure.Current(released, disclosure.Owner) {
		s, ok := r.Signal()
		passedOn := slices.ContainsFunc(m.prompts, func(p duty.Prompt) bool {
			_, told := p.Told(s.ID)
			return told
		})
		if ok && s.Kind == disclosure.KindAdult && !s.Ended && !passedOn {
			m.adults = append(m.adults, s)
		}
	}
	return m.at(owner, people)
}

// at are the same matters with the owner and the people as they are now.
func (m Matters) at(owner roster.Owner, people []access.Person) Matters {
	m.owner, m.people = owner, nil
	for _, p := range people {
		if p.Owner == owner.Org {
			m.people = append(m.people, p)
		}
	}
	return m
}

// waiting is all that waits for a person.
func (m Matters) waiting(p access.Person, cal duty.Calendar, now time.Time) []Item {
	var items []Item
	for _, prompt := range m.prompts {
		if item, ok := m.prompt(p, prompt, cal, now); ok {
			items = append(items, item)
		}
	}
	for _, prompt := range m.unreported {
		ending, _ := prompt.Ending()
		if leadsOn(p, prompt) {
			items = append(items, Item{Key: "unreported:" + prompt.ID, Since: ending.At})
		}
	}
	for _, r := range m.reports {
		if item, ok := report(p, r, cal, now); ok {
			items = append(items, item)
		}
	}
	if !p.May(access.SeeOwner) {
		return items
	}
	for _, s := range m.adults {
		items = append(items, Item{Key: fmt.Sprintf("adult:%s %s", s.ID, s.Tier), AtOnce: true, Grave: true})
	}
	return items
}

// prompt is a prompt that waits for a person: for the class's staff from the
// first day, for who leads the school once it is theirs, and for the owner's
// people after that. One that no class staff could see is the principal's at
// once: somebody must be told.
func (m Matters) prompt(p access.Person, prompt duty.Prompt, cal duty.Calendar, now time.Time) (Item, bool) {
	stage := prompt.Stage(cal, now)
	orphan := !slices.ContainsFunc(m.people, func(q access.Person) bool { return classStaff(q, prompt) })
	grave := prompt.Kind == disclosure.KindSevere || prompt.Kind == disclosure.KindAdult
	leads := leadsOn(p, prompt)
	var theirs bool
	switch stage {
	case duty.StageStaff:
		theirs = classStaff(p, prompt) || leads && orphan
	case duty.StagePrincipal:
		theirs = classStaff(p, prompt) && !grave || leads
	case duty.StageOwner:
		theirs = classStaff(p, prompt) && !grave || leads || p.May(access.SeeOwner)
	case duty.Resting:
	}
	since, signals := lastTold(prompt, func(u disclosure.Unit) bool { return !classStaff(p, prompt) || p.SeesClass(u.School, u.Name) })
	return Item{
		Key:   fmt.Sprintf("prompt:%s %s %d %s", prompt.ID, prompt.Tier, signals, prompt.MutedUntil),
		Since: since, AtOnce: grave || prompt.Tier == disclosure.Act, Grave: grave,
	}, theirs
}

// leadsOn says whether a person leads the school that a prompt is about.
func leadsOn(p access.Person, prompt duty.Prompt) bool {
	return p.SeesSchool(prompt.Unit.School) && (prompt.Kind != disclosure.KindAdult || p.May(access.SeeAdult))
}

// classStaff says whether a prompt is about a class of a teacher's.
func classStaff(p access.Person, prompt duty.Prompt) bool {
	if !p.May(access.SeeClass) || p.May(access.SeeSchool) || prompt.Kind == disclosure.KindAdult {
		return false
	}
	sees := func(u disclosure.Unit) bool {
		return u.Level == disclosure.LevelClass && p.SeesClass(u.School, u.Name)
	}
	return sees(prompt.Unit) || slices.ContainsFunc(prompt.Signals, func(t duty.Told) bool { return sees(t.Unit) })
}

// lastTold is when a signal of those units was last told, and how many were: a
// new one in an open prompt is told of too.
func lastTold(p duty.Prompt, of func(disclosure.Unit) bool) (since time.Time, signals int) {
	for _, e := range p.History {
		switch e.Step {
		case duty.Opened, duty.Joined, duty.Raised:
			if e.At.After(since) {
				since = e.At
			}
		default: // nothing new from the survey
		}
	}
	for _, t := range p.Signals {
		if of(t.Unit) {
			signals++
		}
	}
	return since, signals
}

// report is a report that waits for a person: for who leads the school until it
// is answered and decided, for the owner's people where it is theirs or stays
// undecided, whatever the school has answered.
func report(p access.Person, r duty.Report, cal duty.Calendar, now time.Time) (Item, bool) {
	grave := r.About != duty.AboutPupils || r.PossiblySerious || r.Serious == duty.Yes
	item := Item{Key: "report:" + r.ID, Since: r.OpenedAt, AtOnce: grave, Grave: grave}
	switch {
	case p.May(access.SeeOwner) && r.SeenBy("", duty.Owner):
		item.Key += " owner"
		return item, !r.OwnerTook
	case p.May(access.SeeOwner):
		item.Key += " undecided"
		return item, r.Overdue(cal, now)
	default:
		asks := r.State != duty.StateConcluded || r.Undecided()
		return item, asks && p.SeesSchool(r.School) && r.SeenBy("", duty.Leader)
	}
}

// Package prompt turns released signals into prompts to follow up: group,
// inhibit, mute, join, rise. Every decision has a Reason.
//
// It decides; duty keeps the events. It sees released signals only and must
// not know answers, counts, the store or how a signal was found.
package prompt

import (
	"cmp"
	"slices"
	"time"

	"github.com/folgmed/folgmed/internal/disclosure"
	"github.com/folgmed/folgmed/internal/duty"
)

// Reason is why a decision was taken; the list is closed.
type Reason string

// The reasons. The first group makes an event, the second only says why there
// is none.
const (
	FirstSignal    Reason = "first_signal"     // nothing was open for the unit and kind
	SameUnit       Reason = "same_unit"        // the unit's prompt of this kind is open
	JoinedSchool   Reason = "joined_school"    // a class's change, in its school's open change prompt
	RaisedToAct    Reason = "raised_to_act"    // told as notice, now act, in an open prompt
	ReopenedByRise Reason = "reopened_by_rise" // concluded as notice, now act
	PeriodOver     Reason = "period_over"      // the signal no longer stands
	PassedOn       Reason = "passed_on"        // about adults, by the owner to the principal

	Standing         Reason = "standing"          // told, and nothing new
	AlreadyConcluded Reason = "already_concluded" // concluded for this signal's term
	AlreadyOver      Reason = "already_over"      // its period was over before, or before it was told
	OwnerFirst       Reason = "owner_first"       // adult and not passed on, or of no one school: the owner's (SCHOOL §4)
)

// Decision is what one signal of a release led to.
type Decision struct {
	Signal disclosure.Signal
	Reason Reason
	Prompt string     // prompt id; empty when no prompt is concerned
	Event  duty.Event // what to append; no ID when nothing is to be, or an earlier decision's event says it too
}

// Decide takes the signals of the release of one wave, and all prompts of
// their schools as duty.Prompts gives them, and decides what each signal leads
// to. It is pure: decided
// twice, or again after a crash between release and journal, the events have
// the same ids.
//
// Signals are taken the larger unit first, so that a class's change finds the
// prompt which its school's change has just opened.
func Decide(wave uint32, signals []disclosure.Signal, prompts []duty.Prompt, now time.Time) []Decision {
	r := &round{wave: wave, now: now, prompts: slices.Clone(prompts)}
	var decisions []Decision
	for _, s := range inOrder(signals) {
		d := r.decide(s)
		r.apply(d)
		decisions = append(decisions, d)
	}
	return merge(decisions)
}

// Events returns what a round of decisions appends to the journal.
func Events(decisions []Decision) []duty.Event {
	var events []duty.Event
	for _, d := range decisions {
		if d.Event.ID != "" {
			events = append(events, d.Event)
		}
	}
	return events
}

// round is one call of Decide: what is known, and what it has decided so far.
type round struct {
	wave    uint32
	now     time.Time
	prompts []duty.Prompt
}

// stage looks at one signal. It decides, or leaves it to the next stage.
type stage func(*round, disclosure.Signal) (Decision, bool)

// pipeline is the way from a signal to a prompt, in order. The last stage
// always decides.
var pipeline = []stage{
	inhibit, // whom it is not for
	expire,  // that it stands no more
	dedup,   // what an open prompt already tells, unless it rises
	mute,    // what was concluded for the signal's term, unless it rises
	join,    // one open prompt per unit and kind
	deliver, // a new prompt
}

func (r *round) decide(s disclosure.Signal) Decision {
	for _, stage := range pipeline {
		if d, ok := stage(r, s); ok {
			return d
		}
	}
	panic("prompt: deliver did not decide")
}

// inhibit keeps from the school what is the owner's. What the owner has passed
// on goes its way like any other; what comes later is the owner's again.
func inhibit(r *round, s disclosure.Signal) (Decision, bool) {
	return Decision{Signal: s, Reason: OwnerFirst},
		s.Kind == disclosure.KindAdult && len(r.telling(s)) == 0 || s.Unit.School == ""
}

func expire(r *round, s disclosure.Signal) (Decision, bool) {
	if !s.Ended {
		return Decision{}, false
	}
	// Told twice, it was concluded before it rose: the later prompt is the
	// one that goes on.
	telling := r.telling(s)
	if len(telling) == 0 {
		return Decision{Signal: s, Reason: AlreadyOver}, true
	}
	p := telling[len(telling)-1]
	if t, _ := p.Told(s.ID); t.Ended {
		return Decision{Signal: s, Reason: AlreadyOver, Prompt: p.ID}, true
	}
	return r.event(s, p, duty.Ended, PeriodOver), true
}

func dedup(r *round, s disclosure.Signal) (Decision, bool) {
	for _, p := range r.telling(s) {
		if !p.Open() {
			continue
		}
		if t, _ := p.Told(s.ID); rises(t.Tier, s.Tier) {
			return r.event(s, p, duty.Raised, RaisedToAct), true
		}
		return Decision{Signal: s, Reason: Standing, Prompt: p.ID}, true
	}
	return Decision{}, false
}

func mute(r *round, s disclosure.Signal) (Decision, bool) {
	var told disclosure.Tier
	var last string
	for _, p := range r.telling(s) {
		t, _ := p.Told(s.ID)
		told, last = duty.Stronger(told, t.Tier), p.ID
	}
	if last == "" || rises(told, s.Tier) {
		return Decision{}, false
	}
	return Decision{Signal: s, Reason: AlreadyConcluded, Prompt: last}, true
}

func join(r *round, s disclosure.Signal) (Decision, bool) {
	if p, ok := r.open(s.Unit, s.Kind); ok {
		return r.event(s, p, duty.Joined, r.because(s, SameUnit)), true
	}
	if s.Kind != disclosure.KindChange || s.Unit.Level != disclosure.LevelClass {
		return Decision{}, false
	}
	school := disclosure.Unit{Owner: s.Unit.Owner, School: s.Unit.School, Level: disclosure.LevelSchool}
	p, ok := r.open(school, s.Kind)
	if !ok {
		return Decision{}, false
	}
	return r.event(s, p, duty.Joined, r.because(s, JoinedSchool)), true
}

func deliver(r *round, s disclosure.Signal) (Decision, bool) {
	p := duty.Prompt{ID: duty.MachineID(r.wave, s.Unit, s.Kind, duty.Opened), Unit: s.Unit, Kind: s.Kind}
	return r.event(s, p, duty.Opened, r.because(s, FirstSignal)), true
}

// because is the reason for telling s where fresh is the reason if s has not
// been told before: what was, and comes this far, has risen.
func (r *round) because(s disclosure.Signal, fresh Reason) Reason {
	if len(r.telling(s)) > 0 {
		return ReopenedByRise
	}
	return fresh
}

func rises(told, now disclosure.Tier) bool {
	return duty.Stronger(told, now) != told
}

// telling returns the prompts that tell of a signal.
func (r *round) telling(s disclosure.Signal) []duty.Prompt {
	var telling []duty.Prompt
	for _, p := range r.prompts {
		if _, ok := p.Told(s.ID); ok {
			telling = append(telling, p)
		}
	}
	return telling
}

func (r *round) open(u disclosure.Unit, k disclosure.Kind) (duty.Prompt, bool) {
	for _, p := range r.prompts {
		if p.Open() && p.Unit == u && p.Kind == k {
			return p, true
		}
	}
	return duty.Prompt{}, false
}

// event makes the decision to write step about s in p.
func (r *round) event(s disclosure.Signal, p duty.Prompt, step duty.Step, why Reason) Decision {
	return Decision{
		Signal: s, Reason: why, Prompt: p.ID,
		Event: duty.Event{
			ID:      duty.MachineID(r.wave, s.Unit, s.Kind, step),
			Subject: duty.PromptSubject(p.ID), Owner: p.Unit.Owner, School: p.Unit.School,
			Version: p.Version, Step: step, At: r.now, By: duty.Machine,
			Body: duty.Body{
				Signals: []string{s.ID}, Releases: []string{s.Release},
				Level: string(s.Unit.Level), Unit: s.Unit.Name, Group: s.Unit.Group,
				Kind: string(s.Kind), Tier: string(s.Tier), Reason: string(why),
			},
		},
	}
}

// apply makes a decision known to the rest of the round.
func (r *round) apply(d Decision) {
	switch d.Event.Step {
	case duty.Opened:
		r.prompts = append(r.prompts, duty.Prompts([]duty.Event{d.Event})...)
	case duty.Joined, duty.Raised, duty.Ended:
		i := slices.IndexFunc(r.prompts, func(p duty.Prompt) bool { return p.ID == d.Prompt })
		r.prompts[i] = r.prompts[i].With(d.Event)
	default: // only people observe and conclude
	}
}

// merge makes one event of those with one id: several signals of one unit and
// kind to which the same happened in the same wave.
func merge(decisions []Decision) []Decision {
	for i := range decisions {
		d := &decisions[i]
		if d.Event.ID == "" {
			continue
		}
		first := slices.IndexFunc(decisions, func(o Decision) bool { return o.Event.ID == d.Event.ID })
		if first == i {
			continue
		}
		into := &decisions[first].Event
		into.Body.Signals = append(into.Body.Signals, d.Event.Body.Signals...)
		into.Body.Tier = string(duty.Stronger(disclosure.Tier(into.Body.Tier), disclosure.Tier(d.Event.Body.Tier)))
		d.Event = duty.Event{}
	}
	return decisions
}

// inOrder sorts signals by fingerprint (unit and kind), the larger unit first
// and otherwise in a fixed order, each signal once at its strongest.
func inOrder(signals []disclosure.Signal) []disclosure.Signal {
	sorted := slices.Clone(signals)
	slices.SortFunc(sorted, func(a, b disclosure.Signal) int {
		return cmp.Or(
			cmp.Compare(a.Unit.Owner, b.Unit.Owner), cmp.Compare(a.Unit.School, b.Unit.School),
			cmp.Compare(rank[a.Unit.Level], rank[b.Unit.Level]), cmp.Compare(a.Unit.Name, b.Unit.Name),
			cmp.Compare(a.Unit.Group, b.Unit.Group), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.ID, b.ID),
			cmp.Compare(a.Tier, b.Tier), // act stands before notice
		)
	})
	return slices.CompactFunc(sorted, func(a, b disclosure.Signal) bool { return a.ID == b.ID })
}

var rank = map[disclosure.Level]int{
	disclosure.LevelOwner: 0, disclosure.LevelSchool: 1, disclosure.LevelGrade: 2, disclosure.LevelClass: 3,
}

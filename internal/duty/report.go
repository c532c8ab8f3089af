package duty

import (
	"slices"
	"time"
)

// Report is the fold of one subject "report:ID": someone is worried.
type Report struct {
	Thread
	About           string
	What            string
	From            []string // the prompt or intervention that it came of
	Sources         []string
	PossiblySerious bool
	Received        bool
	Serious         string // Yes or No as the principal decided; empty: undecided
	Route           string // of what is about staff; empty: undecided
	OwnerTook       bool
	Inquired        bool
	Outcome         string // InCase, NewCase or NoCase once answered
	Case            string // id of the case that it is in
}

// Reports folds events into the reports they are about, oldest first.
func Reports(events []Event) []Report {
	var reports []Report
	for id, events := range byID(SubjectReport, events) {
		if t, ok := thread(id, Reported, events); ok {
			reports = append(reports, foldReport(t))
		}
	}
	slices.SortFunc(reports, func(a, b Report) int { return oldestFirst(a.Thread, b.Thread) })
	return reports
}

func foldReport(t Thread) Report {
	f := t.opening().Body.Fields
	r := Report{
		Thread: t, About: f.Get(FieldAbout), What: f.Get(FieldWhat), From: t.opening().Body.From, Sources: f[FieldSources],
		PossiblySerious: f.Get(FieldPossiblySerious) == Yes,
		Received:        len(t.Of(Received)) > 0, OwnerTook: len(t.Of(OwnerTook)) > 0, Inquired: len(t.Of(Inquired)) > 0,
	}
	// Of two who decided without having read each other, the one who is
	// concerned is heard.
	if e, ok := t.last(Judged, prefers(FieldSerious, Yes)); ok {
		r.Serious = e.Body.Fields.Get(FieldSerious)
	}
	if e, ok := t.last(Routed, prefers(FieldRoute, RoutePassedOn)); ok {
		r.Route = e.Body.Fields.Get(FieldRoute)
	}
	if e, ok := t.last(Answered, prefers(FieldOutcome, InCase, NewCase)); ok {
		r.State, r.Outcome, r.Case = StateConcluded, e.Body.Fields.Get(FieldOutcome), e.Body.Fields.Get(FieldCase)
	}
	return r
}

// File makes the event of a report, which may come of other subjects. Its
// errors are *Refusal.
func File(owner, school string, a Act, from ...string) (Event, error) {
	e, err := open(SubjectReport, Reported, owner, school, a)
	e.Body.From = from
	return e, err
}

// SeenBy says whether a person may see the report: who wrote it, who leads the
// school unless it is about the leadership, and the owner's people where it is
// theirs.
func (r Report) SeenBy(person string, who Who) bool {
	switch {
	case person == r.OpenedBy:
		return true
	case who == Leader:
		return r.About != AboutLeadership
	case who == Owner:
		return r.About == AboutLeadership || r.Route == RoutePassedOn || r.Serious == Yes
	default:
		return false
	}
}

// Undecided says whether the principal has something to decide: whether it is
// serious, or where to take what is about staff.
func (r Report) Undecided() bool {
	switch r.About {
	case AboutLeadership:
		return false
	case AboutStaff:
		return r.Route == ""
	default:
		return r.PossiblySerious && r.Serious == ""
	}
}

// Overdue says whether the owner counts it as undecided: after two working
// days.
func (r Report) Overdue(cal Calendar, now time.Time) bool {
	return r.Undecided() && countDays(r.OpenedAt, now, cal.WorkingDay) >= undecidedAfter
}

// over says whether the report asks nothing more of anyone: it was answered, and
// whoever was to decide has decided; what is about the leadership was taken by the
// owner, who alone can.
func (r Report) over() bool {
	if r.About == AboutLeadership {
		return r.OwnerTook
	}
	return r.State == StateConcluded && !r.Undecided()
}

func (r Report) thread() Thread             { return r.Thread }
func (r Report) subject() Subject           { return SubjectReport }
func (r Report) scope() string              { return "" }
func (r Report) before(Step, Fields) Fields { return nil }

func (r Report) allows(step Step, a Act) error {
	if rule, _ := RuleOf(SubjectReport, step); !r.SeenBy("", rule.Who) {
		return &Refusal{Code: NotYours}
	}
	switch step {
	case Received:
		if r.Received {
			return &Refusal{Code: NotNow}
		}
	case Judged:
		if day, _ := ParseDay(a.Fields.Get(FieldOn)); day.Before(midnight(r.OpenedAt)) {
			return &Refusal{Code: EndBeforeStart, Field: string(FieldOn)}
		}
	case Routed:
		if r.About != AboutStaff {
			return &Refusal{Code: NotNow}
		}
	case Answered:
		return mayAnswer(r.Inquired, a.Fields)
	default: // the fields say all
	}
	return nil
}

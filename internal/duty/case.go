package duty

import (
	"slices"
	"time"

	"github.com/folgmed/folgmed/internal/disclosure"
)

// Case is the fold of one subject "case:ID".
type Case struct {
	Thread
	Scope     string // Situation or Individual
	Title     string // of a situation
	Archive   string // the number in the archive
	Classes   []string
	Since     time.Time // when the classes were last said
	ClosedAt  time.Time // of a closed one
	From      []string  // the subjects it came of, and those that were found to be in it
	Raised    string    // the first day on which pupil or parent raised it with the principal
	Inquiries []Entry
	Measures  []Measure
	FollowUps []FollowUp
	Overtaken bool // it was closed, and something was written meanwhile: it is open
}

// Measure is one measure of a plan.
type Measure struct {
	ID          string
	Wordings    []Entry // the first, and each change
	CarriedOut  []Entry
	Evaluations []Entry
}

// Cases folds events into the cases they are about, oldest first.
func Cases(events []Event) []Case {
	var cases []Case
	for id, of := range byID(SubjectCase, events) {
		if t, ok := thread(id, Opened, of); ok {
			cases = append(cases, foldCase(t))
		}
	}
	for _, e := range events {
		if e.Step != Answered {
			continue
		}
		i := slices.IndexFunc(cases, func(c Case) bool { return c.ID == e.Body.Fields.Get(FieldCase) })
		if i >= 0 && !slices.Contains(cases[i].From, e.Subject) {
			cases[i].From = append(cases[i].From, e.Subject)
		}
	}
	for i := range cases {
		slices.Sort(cases[i].From)
	}
	slices.SortFunc(cases, func(a, b Case) int { return oldestFirst(a.Thread, b.Thread) })
	return cases
}

func foldCase(t Thread) Case {
	e := t.opening()
	f := e.Body.Fields
	c := Case{
		Thread: t, Scope: f.Get(FieldScope), Title: f.Get(FieldTitle), Archive: f.Get(FieldArchive),
		Classes: f[FieldClasses], Since: e.At, From: slices.Clone(e.Body.From), Inquiries: t.Of(Inquired), FollowUps: followUps(t.Of(FollowedUp)),
	}
	if e, ok := t.last(Followed, nil); ok {
		c.Classes, c.Since = e.Body.Fields[FieldClasses], e.At
	}
	for _, e := range t.Of(RaisedWith) {
		if day := e.Body.Fields.Get(FieldOn); c.Raised == "" || day < c.Raised {
			c.Raised = day
		}
	}
	for _, e := range t.Of(Planned) {
		c.Measures = append(c.Measures, Measure{ID: idOf("measure", e.ID), Wordings: []Entry{e}})
	}
	for _, e := range t.History {
		m := c.measure(e.Body.Fields.Get(FieldMeasure))
		if m == nil {
			continue
		}
		switch e.Step {
		case Changed:
			m.Wordings = append(m.Wordings, e)
		case CarriedOut:
			m.CarriedOut = append(m.CarriedOut, e)
		case Evaluated:
			m.Evaluations = append(m.Evaluations, e)
		default: // only these are about a measure
		}
	}
	c.settle()
	return c
}

// Standing are the wordings that hold: those that no later one was written
// over. Two who changed the same wording without having read each other leave
// two, until someone who has read both writes over them.
func (m Measure) Standing() []Entry {
	return slices.DeleteFunc(slices.Clone(m.Wordings), func(e Entry) bool {
		return slices.ContainsFunc(m.Wordings, func(later Entry) bool {
			return later.Body.Fields.Has(FieldOver, WordingID(e))
		})
	})
}

// WordingID is the id of a measure's wording, for the one written over it.
func WordingID(e Entry) string { return idOf("wording", e.ID) }

// Fields are those of the latest wording.
func (m Measure) Fields() Fields {
	standing := m.Standing()
	return standing[len(standing)-1].Body.Fields
}

// settle finds the state. A closing holds only if nothing was written that its
// writer had not read; two closings at once are one.
func (c *Case) settle() {
	for _, e := range c.History {
		switch e.Step {
		case Closed:
			c.Overtaken = slices.ContainsFunc(c.History, func(o Entry) bool {
				return o.Version == e.Version && o.Step != Closed
			})
			c.State, c.ClosedAt = StateClosed, e.At
			if c.Overtaken {
				c.State, c.ClosedAt = StateOpen, time.Time{}
			}
		case Reopened:
			c.State, c.Overtaken, c.ClosedAt = StateOpen, false, time.Time{}
		default: // nothing else opens or closes
		}
	}
}

func (c *Case) measure(id string) *Measure {
	i := slices.IndexFunc(c.Measures, func(m Measure) bool { return m.ID == id })
	if i < 0 {
		return nil
	}
	return &c.Measures[i]
}

// Open reports whether the school is still at it.
func (c Case) Open() bool { return c.State == StateOpen }

// LeftBehind says whether the classes are those of an earlier school year: the
// case is to follow its pupils into their new class.
func (c Case) LeftBehind(now time.Time) bool {
	return c.Open() && len(c.Classes) > 0 && SchoolYear(c.Since) < SchoolYear(now)
}

// InYear says whether the school was at it in a school year.
func (c Case) InYear(year int) bool {
	return SchoolYear(c.OpenedAt) <= year && (c.Open() || SchoolYear(c.ClosedAt) >= year)
}

// Missing are those of the four matters that no inquiry has looked into.
func (c Case) Missing() []string {
	var missing []string
	for _, m := range Matters {
		looked := slices.ContainsFunc(c.Inquiries, func(e Entry) bool {
			return e.Body.Fields.Get(Field(m)) != "" || e.Body.Fields.Has(FieldMatters, m)
		})
		if !looked {
			missing = append(missing, m)
		}
	}
	return missing
}

// GovernorDay is the day from which the county governor takes the matter; ok
// is false if nobody has said that pupil or parent raised it.
func (c Case) GovernorDay(cal Calendar) (day time.Time, ok bool) {
	raised, ok := ParseDay(c.Raised)
	if !ok {
		return time.Time{}, false
	}
	return addWorkingDays(cal, raised, governorAfter), true
}

// OpenCase makes the event of a new case, and those that answer the matters it
// comes of. Its errors are *Refusal.
func OpenCase(owner, school string, a Act, from ...Matter) ([]Event, error) {
	opened, err := open(SubjectCase, Opened, owner, school, a)
	if err != nil {
		return nil, err
	}
	id := idOf(SubjectCase, a.ID)
	events := []Event{opened}
	for _, m := range from {
		t := m.thread()
		if t.State == StateConcluded {
			return nil, &Refusal{Code: NotNow}
		}
		subject := m.subject().key(t.ID)
		answering := a
		answering.ID, answering.Seen = following(a.ID, subject, Answered), t.Version
		events[0].Body.From = append(events[0].Body.From, subject)
		events = append(events, answering.event(subject, t.Owner, t.School, Answered,
			Body{Fields: Fields{FieldOutcome: {NewCase}, FieldCase: {id}}}))
	}
	return events, nil
}

func (c Case) thread() Thread   { return c.Thread }
func (c Case) subject() Subject { return SubjectCase }
func (c Case) scope() string    { return c.Scope }

func (c Case) before(step Step, f Fields) Fields {
	if m := c.measure(f.Get(FieldMeasure)); m != nil && step == Changed {
		return m.Fields()
	}
	return nil
}

func (c Case) allows(step Step, a Act) error {
	f := a.Fields
	if rule, _ := RuleOf(SubjectCase, step); slices.ContainsFunc(rule.Fields, func(s Spec) bool { return s.Field == FieldMeasure }) {
		if err := c.mayWriteOn(f); err != nil {
			return err
		}
	}
	switch step {
	case Inquired:
		if c.Scope == Situation && !slices.ContainsFunc(Matters, func(m string) bool { return f.Get(Field(m)) != "" }) {
			return &Refusal{Code: Missing, Field: string(FieldExperience)}
		}
	case Planned, Changed:
		return inOrder(f)
	case FollowedUp:
		return c.mayFollowUp(f)
	case Closed:
		return c.mayClose(f)
	default: // the fields say all
	}
	return nil
}

// mayWriteOn: the measure, and the wordings written over, are of this case.
func (c Case) mayWriteOn(f Fields) error {
	m := c.measure(f.Get(FieldMeasure))
	if m == nil {
		return &Refusal{Code: NoSuchMeasure}
	}
	for _, over := range f[FieldOver] {
		if !slices.ContainsFunc(m.Wordings, func(e Entry) bool { return WordingID(e) == over }) {
			return &Refusal{Code: BadForm}
		}
	}
	return nil
}

// inOrder: days are written as 2026-11-23, so text order is theirs.
func inOrder(f Fields) error {
	for _, later := range []Field{FieldTo, FieldEvaluateOn} {
		if f.Get(later) < f.Get(FieldFrom) {
			return &Refusal{Code: EndBeforeStart, Field: string(later)}
		}
	}
	return nil
}

// mayClose: a closing rests on what those affected said themselves, and that
// is that they have it safe and good.
func (c Case) mayClose(f Fields) error {
	affected := f.Has(FieldSaidBy, SaidByPupils) || f.Has(FieldSaidBy, SaidByClass)
	switch {
	case len(c.Inquiries) == 0:
		return &Refusal{Code: NotInquired}
	case slices.Equal(f[FieldBasis], []string{BasisSurvey}):
		return &Refusal{Code: SurveyAlone, Field: string(FieldBasis)}
	case !f.Has(FieldBasis, BasisSaid):
		return &Refusal{Code: NotAsked, Field: string(FieldBasis)}
	case !affected:
		return &Refusal{Code: NotAsked, Field: string(FieldSaidBy)}
	case f.Get(FieldSafe) != Yes:
		return &Refusal{Code: NotSafe, Field: string(FieldSafe)}
	case f.Get(FieldOn) < DayOf(c.begun()):
		return &Refusal{Code: AskedBefore, Field: string(FieldOn)}
	}
	return nil
}

// begun is when the case was opened, or opened again: what was said before does not
// close it.
func (c Case) begun() time.Time {
	if e, ok := c.last(Reopened, nil); ok {
		return e.At
	}
	return c.OpenedAt
}

// Pace is how soon the school was at it. It is told, and is no legal deadline.
type Pace struct {
	Known    time.Time // when the first of what the case came of was known
	Inquired int       // days from then to the first inquiry; -1: none yet
	Planned  int       // and to the plan's first measure
}

// origins are what the case came of, and what that came of: a report may come
// of a prompt, or of someone who stepped in.
func (c Case) origins(events []Event) map[string]bool {
	from := map[string]bool{}
	for _, subject := range c.From {
		from[subject] = true
	}
	for _, e := range events {
		if e.Step == Reported && from[e.Subject] {
			for _, subject := range e.Body.From {
				from[subject] = true
			}
		}
	}
	return from
}

// Whole is all that was written in a case and in what it came of, in the order of
// the times: who has it on paper, or in the archive, has nothing else.
func (c Case) Whole(events []Event) []Entry {
	from := c.origins(events)
	var whole []Entry
	add := func(subject string, history []Entry) {
		if from[subject] {
			whole = append(whole, history...)
		}
	}
	for _, p := range Prompts(events) {
		add(SubjectPrompt.key(p.ID), p.History)
	}
	for _, i := range Interventions(events) {
		add(SubjectIntervention.key(i.ID), i.History)
	}
	for _, r := range Reports(events) {
		add(SubjectReport.key(r.ID), r.History)
	}
	whole = append(whole, c.History...)
	slices.SortStableFunc(whole, func(a, b Entry) int { return a.At.Compare(b.At) })
	return whole
}

// OfStaff says whether the case came of what is about adults at school: then it is
// not for those who work in its classes to read.
func (c Case) OfStaff(events []Event) bool {
	from := c.origins(events)
	return slices.ContainsFunc(Prompts(events), func(p Prompt) bool {
		return p.Kind == disclosure.KindAdult && from[SubjectPrompt.key(p.ID)]
	}) || slices.ContainsFunc(Reports(events), func(r Report) bool {
		return r.About != AboutPupils && from[SubjectReport.key(r.ID)]
	})
}

// Pace finds the days in the events of the school.
func (c Case) Pace(events []Event) Pace {
	p := Pace{Known: c.OpenedAt, Inquired: -1, Planned: -1}
	from := c.origins(events)
	for _, e := range events {
		if from[e.Subject] && e.At.Before(p.Known) {
			p.Known = e.At
		}
	}
	for _, e := range c.Inquiries {
		if day, ok := ParseDay(e.Body.Fields.Get(FieldOn)); ok {
			if days := DaysBetween(p.Known, day); p.Inquired < 0 || days < p.Inquired {
				p.Inquired = days
			}
		}
	}
	if len(c.Measures) > 0 {
		p.Planned = DaysBetween(p.Known, c.Measures[0].Wordings[0].At)
	}
	return p
}

package duty

import "slices"

// Subject is what events are about.
type Subject string

// The subjects.
const (
	SubjectPrompt       Subject = "prompt"
	SubjectReport       Subject = "report"
	SubjectIntervention Subject = "intervention"
	SubjectCase         Subject = "case"
	SubjectRoutine      Subject = "routine"    // who looks after a place, and when
	SubjectInspection   Subject = "inspection" // someone looked after it
	SubjectTalk         Subject = "talk"       // figures shared with those who answered
)

// The steps of reports, interventions and cases; some are a prompt's too.
// Opened is a case's first step as well.
const (
	Reported   Step = "reported"
	Received   Step = "received"    // the principal has read it
	Judged     Step = "judged"      // serious or not; a serious one is the owner's from then on
	Routed     Step = "routed"      // what is about staff: to the owner, or obviously unfounded
	OwnerTook  Step = "owner_took"  // the owner has it in hand
	Inquired   Step = "inquired"    // what was looked into
	Answered   Step = "answered"    // in a case, as a case, or no case for the reason given
	Muted      Step = "muted"       // put aside until a day, for the reason given
	Intervened Step = "intervened"  // someone stepped in
	RaisedWith Step = "raised_with" // pupil or parent raised it with the principal
	Planned    Step = "planned"     // a measure
	Changed    Step = "changed"     // another wording of a measure
	CarriedOut Step = "carried_out" // a measure was
	Evaluated  Step = "evaluated"   // what a measure led to
	FollowedUp Step = "followed_up" // a wave is the follow-up of the measures
	Closed     Step = "closed"
	Reopened   Step = "reopened"
	Followed   Step = "followed"  // into the class of the next school year
	Arranged   Step = "arranged"  // a routine
	Inspected  Step = "inspected" // someone was there and looked
	Shared     Step = "shared"    // figures of a class or school, with those who answered
	Withdrawn  Step = "withdrawn" // they are shown no more
)

// Who may take a step.
type Who string

// Those who may: everyone who works at the school; the principal, or the
// deputy who stands in; the owner's people.
const (
	Staff  Who = "staff"
	Leader Who = "leader"
	Owner  Who = "owner"
)

// What a report may be about.
const (
	AboutPupils     = "pupils"
	AboutStaff      = "staff"      // an adult at school may have harmed a pupil
	AboutLeadership = "leadership" // as AboutStaff, and the adult leads the school
)

// What may be done with a report about staff.
const (
	RoutePassedOn  = "passed_on"
	RouteUnfounded = "unfounded"
)

// How a report or a severe prompt ends.
const (
	InCase  = "in_case"  // it is part of a case already
	NewCase = "new_case" // it became one
	NoCase  = "no_case"  // it is none, after an inquiry and for the reason given
)

// Places are where adults look after pupils: those that the survey asks about.
var Places = []string{"classroom", "corridor", "changing_room", "toilets", "outside", "way_to_school", "other_place"}

// What stepping in leads to.
const (
	ThenReport      = "report"
	ThenNoSuspicion = "no_suspicion"
)

// The scopes of a case.
const (
	Situation  = "situation"
	Individual = "individual" // about pupils who are known: the archive has it, here stand dates and states
)

// What a closing rests on.
const (
	BasisSaid        = "said" // what those affected said themselves
	BasisObservation = "observation"
	BasisSurvey      = "survey"
)

// SaidByPupils and SaidByClass are those who can say themselves that they have
// it safe and good.
const (
	SaidByPupils = "pupils_affected"
	SaidByClass  = "class"
)

// SourceSurvey and SourceObservation are sources of a report.
const (
	SourceObservation = "observation"
	SourceSurvey      = "survey"
)

// Matters are what an inquiry is to shed light on: how the pupils experience it,
// the facts, factors at school, and causes elsewhere.
var Matters = []string{string(FieldExperience), string(FieldFacts), string(FieldFactors), string(FieldElsewhere)}

var (
	sources = []string{SourceObservation, SourceSurvey, "message", "social_media", "pupil", "other"}
	roles   = []string{SaidByPupils, "other_pupils", "parents", "class_staff", "other_staff", "nurse", "after_school", "outside"}
	yesNo   = []string{Yes, No}
)

// Rule is one step: of what, by whom, from which state, with which fields.
type Rule struct {
	Subject Subject
	Step    Step
	Who     Who
	From    []State // empty: the step opens its subject
	Fields  []Spec
}

// takenBy says whether someone may take the step: who leads works there too.
func (r Rule) takenBy(who Who) bool { return r.Who == who || r.Who == Staff && who == Leader }

// Rules are all steps that people take, in the order in which they meet them.
var Rules = []Rule{
	{SubjectRoutine, Arranged, Leader, nil, []Spec{
		{Field: FieldPlace, Kind: KindChoice, Options: Places, Must: true},
		{Field: FieldText, Kind: KindText, Must: true},
	}},
	{SubjectInspection, Inspected, Staff, nil, []Spec{
		{Field: FieldPlace, Kind: KindChoice, Options: Places, Must: true},
		{Field: FieldOn, Kind: KindDay, Tense: Past, Must: true},
		{Field: FieldText, Kind: KindText},
		{Field: FieldExtraLook, Kind: KindTick, Options: []string{Yes}},
	}},

	{SubjectPrompt, Observed, Staff, States, []Spec{
		{Field: FieldText, Kind: KindText, Must: true},
		{Field: FieldExtraLook, Kind: KindTick, Options: []string{Yes}},
	}},
	{SubjectPrompt, Concluded, Staff, States, []Spec{
		{Field: FieldConclusion, Kind: KindChoice, Options: []string{Concern, NoConcern}, Must: true},
		{Field: FieldReason, Kind: KindText, MustIf: is(FieldConclusion, NoConcern)},
	}},
	{SubjectPrompt, Inquired, Leader, []State{StateOpen, StateObserved}, inquiry},
	{SubjectPrompt, Answered, Leader, []State{StateOpen, StateObserved}, answer},
	{SubjectPrompt, Muted, Leader, []State{StateOpen, StateObserved}, []Spec{
		{Field: FieldUntil, Kind: KindDay, Tense: Ahead, Must: true},
		{Field: FieldReason, Kind: KindText, Must: true},
	}},

	{SubjectReport, Reported, Staff, nil, []Spec{
		{Field: FieldWhat, Kind: KindText, Must: true},
		{Field: FieldSources, Kind: KindChoices, Options: sources, Must: true},
		{Field: FieldAbout, Kind: KindChoice, Options: []string{AboutPupils, AboutStaff, AboutLeadership}, Must: true},
		{Field: FieldPossiblySerious, Kind: KindTick, Options: []string{Yes}},
	}},
	{SubjectReport, Received, Leader, []State{StateOpen, StateConcluded}, nil},
	{SubjectReport, Judged, Leader, []State{StateOpen, StateConcluded}, []Spec{
		{Field: FieldSerious, Kind: KindChoice, Options: yesNo, Must: true},
		{Field: FieldReason, Kind: KindText, Must: true},
		{Field: FieldOn, Kind: KindDay, Tense: Past, Must: true},
	}},
	{SubjectReport, Routed, Leader, []State{StateOpen, StateConcluded}, []Spec{
		{Field: FieldRoute, Kind: KindChoice, Options: []string{RoutePassedOn, RouteUnfounded}, Must: true},
		{Field: FieldReason, Kind: KindText, MustIf: is(FieldRoute, RouteUnfounded)},
	}},
	{SubjectReport, OwnerTook, Owner, []State{StateOpen, StateConcluded}, []Spec{
		{Field: FieldText, Kind: KindText, Must: true},
	}},
	{SubjectReport, Inquired, Leader, []State{StateOpen}, inquiry},
	{SubjectReport, Answered, Leader, []State{StateOpen}, answer},

	{SubjectIntervention, Intervened, Staff, nil, []Spec{
		{Field: FieldOn, Kind: KindDay, Tense: Past, Must: true},
		{Field: FieldWentOn, Kind: KindText, Must: true},
		{Field: FieldStopped, Kind: KindText, Must: true},
		{Field: FieldPhysical, Kind: KindChoice, Options: yesNo, Must: true},
		{Field: FieldAverted, Kind: KindText, MustIf: is(FieldPhysical, Yes)},
		{Field: FieldMilder, Kind: KindText, MustIf: is(FieldPhysical, Yes)},
		{Field: FieldProportionate, Kind: KindText, MustIf: is(FieldPhysical, Yes)},
		{Field: FieldThen, Kind: KindChoice, Options: []string{ThenReport, ThenNoSuspicion}, Must: true},
		{Field: FieldReason, Kind: KindText, MustIf: is(FieldThen, ThenNoSuspicion)},
	}},

	{SubjectCase, Opened, Leader, nil, []Spec{
		{Field: FieldScope, Kind: KindChoice, Options: []string{Situation, Individual}, Must: true},
		{Field: FieldTitle, Kind: KindLine, Must: true, Only: Situation},
		{Field: FieldClasses, Kind: KindClasses, Only: Situation},
		{Field: FieldArchive, Kind: KindArchive, MustIf: is(FieldScope, Individual)},
	}},
	{SubjectCase, RaisedWith, Leader, []State{StateOpen}, []Spec{
		{Field: FieldOn, Kind: KindDay, Tense: Past, Must: true},
	}},
	{SubjectCase, Inquired, Leader, []State{StateOpen}, []Spec{
		{Field: FieldOn, Kind: KindDay, Tense: Past, Must: true},
		{Field: FieldExperience, Kind: KindText, Only: Situation},
		{Field: FieldFacts, Kind: KindText, Only: Situation},
		{Field: FieldFactors, Kind: KindText, Only: Situation},
		{Field: FieldElsewhere, Kind: KindTick, Options: []string{Yes}, Only: Situation},
		{Field: FieldMatters, Kind: KindChoices, Options: Matters, Must: true, Only: Individual},
		{Field: FieldHeard, Kind: KindChoices, Options: roles, Must: true, Only: Situation},
		{Field: FieldHeardStaff, Kind: KindPeople, Only: Situation},
		{Field: FieldBestInterests, Kind: KindText, Only: Situation},
	}},
	{SubjectCase, Planned, Leader, []State{StateOpen}, measure},
	{SubjectCase, Changed, Leader, []State{StateOpen}, append([]Spec{ofMeasure, {Field: FieldOver, Kind: KindRefs, Must: true}}, measure...)},
	{SubjectCase, CarriedOut, Leader, []State{StateOpen}, []Spec{
		ofMeasure,
		{Field: FieldOn, Kind: KindDay, Tense: Past, Must: true},
	}},
	{SubjectCase, Evaluated, Leader, []State{StateOpen}, []Spec{
		ofMeasure,
		{Field: FieldOn, Kind: KindDay, Tense: Past, Must: true},
		{Field: FieldEffect, Kind: KindChoice, Options: []string{"good", "some", "none", "too_early"}, Must: true},
		{Field: FieldText, Kind: KindText, Must: true, Only: Situation},
	}},
	{SubjectCase, FollowedUp, Leader, []State{StateOpen}, []Spec{
		{Field: FieldWave, Kind: KindRef, Must: true, Only: Situation},
		{Field: FieldClasses, Kind: KindClasses, Must: true, Only: Situation},
	}},
	{SubjectCase, Closed, Leader, []State{StateOpen}, []Spec{
		{Field: FieldBasis, Kind: KindChoices, Options: []string{BasisSaid, BasisObservation, BasisSurvey}, Must: true},
		{Field: FieldSafe, Kind: KindChoice, Options: yesNo, Must: true},
		{Field: FieldSaidBy, Kind: KindChoices, Options: []string{SaidByPupils, SaidByClass, "parents"}, Must: true},
		{Field: FieldOn, Kind: KindDay, Tense: Past, Must: true},
		{Field: FieldAskedBy, Kind: KindPerson, Must: true},
		{Field: FieldSaid, Kind: KindText, Must: true, Only: Situation},
	}},
	{SubjectCase, Reopened, Leader, []State{StateClosed}, []Spec{
		{Field: FieldReason, Kind: KindText, Must: true, Only: Situation},
	}},
	{SubjectCase, Followed, Leader, []State{StateOpen}, []Spec{
		{Field: FieldClasses, Kind: KindClasses, Must: true, Only: Situation},
	}},

	{SubjectTalk, Shared, Leader, nil, []Spec{
		{Field: FieldText, Kind: KindText, Must: true},
	}},
	{SubjectTalk, Withdrawn, Leader, []State{StateOpen}, nil},
}

// What several steps ask for.
var (
	inquiry = []Spec{
		{Field: FieldOn, Kind: KindDay, Tense: Past, Must: true},
		{Field: FieldText, Kind: KindText, Must: true},
		{Field: FieldHeard, Kind: KindChoices, Options: roles, Must: true},
	}
	answer = []Spec{
		{Field: FieldOutcome, Kind: KindChoice, Options: []string{InCase, NoCase}, Must: true},
		{Field: FieldCase, Kind: KindRef, MustIf: is(FieldOutcome, InCase)},
		{Field: FieldReason, Kind: KindText, MustIf: is(FieldOutcome, NoCase)},
	}
	measure = []Spec{
		{Field: FieldProblem, Kind: KindText, Must: true, Only: Situation},
		{Field: FieldPlanned, Kind: KindText, Must: true, Only: Situation},
		{Field: FieldFrom, Kind: KindDay, Must: true},
		{Field: FieldTo, Kind: KindDay, Tense: Ahead, Must: true},
		{Field: FieldBy, Kind: KindPeople, Must: true, Only: Situation},
		{Field: FieldEvaluateOn, Kind: KindDay, Tense: Ahead, Must: true},
	}
	ofMeasure = Spec{Field: FieldMeasure, Kind: KindRef, Must: true}
)

func is(field Field, value string) func(Fields) bool {
	return func(f Fields) bool { return f.Get(field) == value }
}

// RuleOf returns the rule of a step; ok is false if people do not take it.
func RuleOf(subject Subject, step Step) (Rule, bool) {
	i := slices.IndexFunc(Rules, func(r Rule) bool { return r.Subject == subject && r.Step == step })
	if i < 0 {
		return Rule{}, false
	}
	return Rules[i], true
}

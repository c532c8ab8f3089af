// Package disclosure decides what may leave (ANONYMITY §4). It is one gate:
// pure rules in one visible list, numbers in, Released out. It owns the codec
// of a release.
//
// It must not know how an answer is stored, who reads, or what is done with a
// figure afterwards.
package disclosure

import "strings"

// Level is how large a unit is.
type Level string

// The levels of a unit.
const (
	LevelClass  Level = "class"
	LevelGrade  Level = "grade"
	LevelSchool Level = "school"
	LevelOwner  Level = "owner"
)

// Unit is what a figure or signal is about. Name is the class name or the
// grade number; it is empty for a school and an owner. Group is empty for all
// pupils of the unit; a signal may be about the girls or the boys of a grade
// or a school.
type Unit struct {
	Owner  string
	School string
	Level  Level
	Name   string
	Group  string // "", GroupGirls or GroupBoys
}

// The groups a signal may be about.
const (
	GroupGirls = "girl"
	GroupBoys  = "boy"
)

// Audience is who may see a released line: staff of the school, or the owner.
type Audience string

// The audiences of a release.
const (
	Staff Audience = "staff"
	Owner Audience = "owner"
)

// Form is the shape in which a figure leaves.
type Form string

// The forms of a released line.
const (
	FormBand          Form = "band"          // a share as one of K equal bands, or several side by side
	FormWords         Form = "words"         // one of Words
	FormParticipation Form = "participation" // under_half, half_to_four_fifths, more
	FormSignal        Form = "signal"
	FormSignals       Form = "signals" // standing signals of a school, to its owner: 0, 1-4, 5+
	FormHidden        Form = "hidden"  // not shown, to protect the pupils
)

// Items of lines that are about no question.
const (
	ItemParticipation = "participation"
	ItemSignals       = "signals"
)

// Reasons why a figure is hidden. ReasonSmall is given only where the roster
// alone decides it; all else has one text, so that the reason tells nothing.
const (
	ReasonProtect = "protect"     // not shown, to protect the pupils
	ReasonSmall   = "small_class" // the class is too small for this ever to be shown
)

// The words for a share of a sensitive item. Two or three of them together are
// told where one would tell too much of a part of the unit (complementary).
const (
	WordsNoneOrFew  = "none_or_few"
	WordsSome       = "some"
	WordsMany       = "many"
	WordsNoneToSome = "none_to_some" // none or few, or some
	WordsSomeToMany = "some_to_many" // some or many
	WordsNoneToMany = "none_to_many" // nothing can be said
)

// Words lists them all.
var Words = []string{
	WordsNoneOrFew, WordsSome, WordsMany, WordsNoneToSome, WordsSomeToMany, WordsNoneToMany,
}

// The words for how many took part.
const (
	UnderHalf          = "under_half"
	HalfToFourFifths   = "half_to_four_fifths"
	MoreThanFourFifths = "more"
)

// Kind is the kind of a signal (DESIGN §6).
type Kind string

// The kinds of signals.
const (
	KindChange  Kind = "change"
	KindLevel   Kind = "level"
	KindGroup   Kind = "group"
	KindSevere  Kind = "severe"
	KindSilence Kind = "silence"
	KindAdult   Kind = "adult" // told to the owner, and to no one at the school
)

// HasTheme says whether signals of the kind are about one of Themes.
func (k Kind) HasTheme() bool { return k == KindChange || k == KindLevel || k == KindGroup }

// The themes of change, level and group signals; the other kinds have none,
// since the kind says it all (SCHOOL §3).
const (
	ThemeWellbeing      = "wellbeing"       // C1-C5 together: the mean score and its tail
	ThemeUnsafe         = "unsafe"          // C2
	ThemeAlone          = "alone"           // C3
	ThemeLeftOut        = "left_out"        // C6
	ThemeHurt           = "hurt"            // C7
	ThemeDigital        = "digital"         // R2
	ThemeFewerAnswering = "fewer_answering" // counted ballots of the roster; never distress
)

// Themes lists them all.
var Themes = []string{
	ThemeWellbeing, ThemeUnsafe, ThemeAlone, ThemeLeftOut, ThemeHurt, ThemeDigital, ThemeFewerAnswering,
}

// Tier is how strongly a signal is told: Act at once, Notice in the digest.
type Tier string

// The tiers of a signal.
const (
	Notice Tier = "notice"
	Act    Tier = "act"
)

// Row is a released line as it is stored. Only the store touches it; everyone
// else holds Released.
type Row struct {
	Release  string
	Wave     uint32
	Owner    string
	School   string
	Level    string
	Unit     string
	Audience string
	Item     string
	Form     string
	Value    string
	Reason   string
}

// Released is one line of a release: all that a page, metric, prompt or export
// may know. Only this package can make or decode one.
type Released struct {
	row Row
}

// Signal is what may be told of a finding.
type Signal struct {
	ID      string // stable over the waves a signal stands: a hash of unit, kind and wave raised
	Unit    Unit
	Kind    Kind
	Theme   string // one of Themes for change, level and group; else empty
	Tier    Tier
	Since   string // month of start, 2026-10
	Raised  uint32 // wave it was raised in
	Until   uint32 // last wave it stands at the rhythm of the owner; a holiday moves it later
	OneIn   int    // "comes about once in N class-years where nothing has changed"; 0 for severe
	Ended   bool   // "period over": it stood until the wave before this one and is not renewed
	Release string
}

// Release is the identity of the release the line belongs to.
func (r Released) Release() string { return r.row.Release }

// Wave is the wave that was released.
func (r Released) Wave() uint32 { return r.row.Wave }

// Audience is who may see the line.
func (r Released) Audience() Audience { return Audience(r.row.Audience) }

// Item is the id of the question, or ItemParticipation, ItemSignals or, for a
// signal, its kind.
func (r Released) Item() string { return r.row.Item }

// Form is the shape of the figure.
func (r Released) Form() Form { return Form(r.row.Form) }

// Unit is what the line is about.
func (r Released) Unit() Unit {
	name, group, _ := strings.Cut(r.row.Unit, groupMark)
	return Unit{Owner: r.row.Owner, School: r.row.School, Level: Level(r.row.Level), Name: name, Group: group}
}

// Band is the share as one or several of equal bands: it lies in
// [from/of, to/of). ok is false if the line is no band.
func (r Released) Band() (from, to, of int, ok bool) {
	if r.Form() != FormBand {
		return 0, 0, 0, false
	}
	from, to, of, err := parseBand(r.row.Value)
	return from, to, of, err == nil
}

// Words is the share of a sensitive item in words, one of Words, or empty.
func (r Released) Words() string { return r.valueOf(FormWords) }

// MayBe tells whether the share of a sensitive item may be what one of none or
// few, some and many says, after what Words tells.
func (r Released) MayBe(word string) bool {
	from, to, ok := spanOfWords(r.Words())
	i, j, known := spanOfWords(word)
	return ok && known && i == j && from <= i && i <= to
}

// SaysNothing tells whether a share is told in so many bands or words that it
// could be any. Pages show it as they show what is hidden.
func (r Released) SaysNothing() bool {
	from, to, of, ok := r.Band()
	return ok && from == 0 && to == of || r.Words() == WordsNoneToMany
}

// Participation is how many took part, in words, or empty.
func (r Released) Participation() string { return r.valueOf(FormParticipation) }

// Signals is the number of standing signals of a school as its owner sees it:
// "0", "1-4", "5+", or empty if the line is something else.
func (r Released) Signals() string { return r.valueOf(FormSignals) }

// Reason is why the line is hidden: ReasonProtect, ReasonSmall, or empty.
func (r Released) Reason() string { return r.row.Reason }

// Signal is the signal that the line tells, if it tells one.
func (r Released) Signal() (Signal, bool) {
	if r.Form() != FormSignal {
		return Signal{}, false
	}
	s, err := parseSignal(r.row.Value)
	s.Unit, s.Kind, s.Release = r.Unit(), Kind(r.row.Item), r.row.Release
	return s, err == nil
}

func (r Released) valueOf(f Form) string {
	if r.Form() != f {
		return ""
	}
	return r.row.Value
}

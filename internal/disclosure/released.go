// Package disclosure decides what may leave (ANONYMITY §4). It is one gate:
// pure rules in one visible list, numbers in, Released out. It owns the codec
// of a release.
//
// It must not know how an answer is stored, who reads, or what is done with a
// figure afterwards.
package disclosure

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
// grade number; it is empty for a school and an owner.
type Unit struct {
	Owner  string
	School string
	Level  Level
	Name   string
}

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
	FormBand          Form = "band"          // a share as one of K equal bands
	FormWords         Form = "words"         // none_or_few, some, many
	FormParticipation Form = "participation" // under_half, half_to_four_fifths, more
	FormSignal        Form = "signal"
	FormHidden        Form = "hidden" // not shown, to protect the pupils
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
	KindAdult   Kind = "adult"
)

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
	Theme   string // wellbeing, unsafe, alone, left_out, hurt, digital; empty for severe
	Tier    Tier
	Since   string // month of start, 2026-10
	Raised  uint32 // wave it was raised in
	Until   uint32 // last wave it stands, at the rhythm of the owner
	OneIn   int    // "comes about once in N class-years where nothing has changed"; 0 for severe
	Ended   bool   // "period over": it stood until this wave and is not renewed
	Release string
}

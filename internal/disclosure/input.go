package disclosure

// Input is all that the gate may know when it releases one wave of one owner:
// rosters, numbers, candidates for signals and what was released before.
type Input struct {
	Owner      string      // organisation number
	Wave       uint32      // the wave to release; the last of Waves
	Rhythm     int         // weeks between waves: a divisor of those of a block
	Waves      []Wave      // the owner's waves of this school year so far, ascending
	Items      []Item      // every item asked this school year, in the order they are shown
	Schools    []School    // in the order they are shown
	Candidates []Candidate // what watch found in this wave
	Earlier    []Released  // all that was released before for this owner, every audience
}

// Wave is one wave of the school year. Ordinal counts the owner's waves
// earlier in the same school year; rotation, blocks and standing periods go by
// it.
type Wave struct {
	Number  uint32
	Ordinal int
}

// Item says what the gate must know of a question. An item that several
// questionnaires share is one item; where they differ, the stricter holds.
type Item struct {
	ID         string
	Theme      string // surveys.Item.Theme
	Sensitive  bool   // words only under 100 respondents, never under 10
	Bullying   bool   // the owner sees it from 30 respondents
	Adult      bool   // never leaves here; it has its own route
	SchoolOnly bool   // shown for a school, never for a class, grade or owner
}

// School is one school with its classes and what is known of each wave.
type School struct {
	ID      string
	Classes []Class
	Waves   []SchoolWave // same waves in the same order as Input.Waves
}

// Class is a class and the grades of its pupils. A merged class, with several
// grades, is part of its school but of no grade.
type Class struct {
	Name   string
	Grades []int
}

// SchoolWave is one school in one wave. Classes runs parallel to
// School.Classes; a class that did not exist has no roster there, one that was
// not asked has Asked empty.
type SchoolWave struct {
	Classes []ClassWave
	Kept    []Kept
}

// ClassWave is one class in one wave: figures about the roster.
type ClassWave struct {
	Roster   int
	Ballots  int      // counted ballots; known where Roster is 10 or more, else 0
	Replaced int      // codes used or printed beyond the roster
	Asked    []string // ids of the items the class was asked; may be shared between classes
}

// Kept is a unit that kept its counts at the seal. One class stands for
// itself, several are classes of one grade joined, none is what was left of
// the school. A class that is not among School.Classes any more may be named;
// its unit then counts for the school alone.
type Kept struct {
	Classes     []string
	Respondents int
	Groups      map[string]int // respondents by group, "girl" and "boy", where both are kept
	Figures     []Figure       // one for each item asked
}

// Figure is one item in one kept unit in one wave.
type Figure struct {
	Item     string
	Answered int  // respondents who chose an option
	Counted  int  // of these, the ones in the options that the share counts
	Worst    bool // the item feeds severe, and someone chose its worst step
}

// Candidate is a finding that watch proposes as a signal. The gate decides
// whether it leaves, for how long it stands, and what of it is told.
//
// The unit of a change, level or silence is a class, grade or school, with no
// group; that of a group is the girls or the boys of a grade or a school. A
// change that only one gender's stream found is about the class: the group does
// not come this far. Adult is about a school.
//
// A finding that lasts may be proposed again in each wave. Severe needs no
// candidate: the gate finds it from Figure.Worst.
type Candidate struct {
	Unit  Unit
	Kind  Kind   // any but KindSevere
	Theme string // one of Themes for change, level and group; else not looked at
	Tier  Tier
	Start uint32 // wave the finding seems to have begun in, for a level the first one it rests on
	OneIn int    // comes about once in so many years of one such unit where nothing has changed; 2 or more
}

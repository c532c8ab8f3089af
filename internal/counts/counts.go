// Package counts folds a sealed wave into histograms (ANONYMITY §3). It is the
// only reader of answers, and what it makes is all that is kept.
//
// It must not know ballots, codes or staff.
package counts

import "github.com/folgmed/folgmed/surveys"

// Row is one bin of one histogram of one kept unit. Bins that are empty have
// no row.
//
// Unit is the name of a Unit. Stratum is All, or Girls and Boys where both have
// five or more. Measure is one of
//
//	item:ID      respondents per option, bin 0 = would rather not answer
//	score        composite in 21 bins, bin b = 1.0 + 0.2·b, nearest, ties to the lower
//	worst_items  respondents per number of core items in the two worst options
//	ballots      counted ballots of a class with roster >= 10 (bin 0, also when none)
//	roster       class size in force at the seal (bin 0)
//	replaced     codes printed beyond the roster (bin 0)
//
// The last three are figures about the roster: every class has them (ballots
// from ten pupils on), kept or not; one that pauses has its size alone. The gender item has no histogram: beside
// the strata it would tell how many would rather not say.
type Row struct {
	Wave    uint32
	Owner   string
	School  string
	Unit    string
	Stratum string
	Measure string
	Bin     uint8
	N       uint32
}

// The strata of a unit.
const (
	All   = ""
	Girls = "girl"
	Boys  = "boy"
)

// The measures; ItemMeasure makes those of items.
const (
	Score      = "score"
	WorstItems = "worst_items"
	Ballots    = "ballots"
	Roster     = "roster"
	Replaced   = "replaced"
)

// ItemMeasure is the measure of an item's histogram.
func ItemMeasure(id string) string { return "item:" + id }

// MinKept is the fewest respondents of a unit that is kept, and MinSilence the
// smallest roster of a class whose number of ballots is (ANONYMITY §3).
const (
	MinKept    = 5
	MinSilence = 10
)

// ScoreBins is the number of bins of the composite, from 1.0 to 5.0.
const ScoreBins = 21

// Ballot is one counted ballot: an answer sheet under its nullifier, which only
// the coin of stratum looks at.
type Ballot struct {
	Nullifier [32]byte
	School    string
	Class     string
	Attempt   uint8
	Items     []string
	Options   []uint8 // parallel to Items; 0 = would rather not answer
}

// Class describes a class as of the seal.
type Class struct {
	Owner         string
	School        string
	Name          string
	Grades        []int
	Size          int   // pupils
	Paused        bool  // it was not asked: only its size is kept
	Attempt       uint8 // the attempt that counts; ballots of another are voided
	Replaced      int   // codes printed beyond the roster
	Questionnaire string
	Version       int            // of the questionnaire
	Asked         []surveys.Item // what the class was asked; may be shared between classes
}

// Result is a folded wave and how many ballots went into it.
type Result struct {
	Rows    []Row
	Counted int // ballots of a class and attempt that count
	Voided  int // ballots of an attempt that was voided
	Unknown int // ballots of a class that is not described; a fault of the roster
}

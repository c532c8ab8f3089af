package disclosure

import "fmt"

// Release is one wave of one owner as it leaves: immutable, the only thing
// that pages, prompts, metrics and exports read.
type Release struct {
	ID    string // ReleaseID(Wave)
	Owner string
	Wave  uint32
	Lines []Released
}

// A rule takes away: it narrows, hides or delays what the draft of a release
// holds.
type rule struct {
	name  string
	apply func(*round)
}

// rules is the gate, in the order it is passed (ANONYMITY §4). Each rule has
// its own file, with its reasons, and a witness world in testdata that is lost
// when that rule alone is left out.
var rules = []rule{
	// figures
	{"what is shown", shown},
	{"one release", oneRelease},
	{"blocks", blocks},
	{"unit and size", unitAndSize},
	{"minimum", minimum},
	{"bands", bands},
	{"complementary", complementary},
	// signals
	{"severe", severe},
	{"change, level, group", standing},
	{"adult item", adult},
	// both
	{"owner", owner},
	{"reasons", reasons},
}

// Gate decides what of a wave leaves, once, with all that was released before
// at hand. What is hidden follows from rosters, numbers of respondents and
// replacements, never from answers. The same input gives the same release, so
// that a run that was cut short can be repeated.
//
// An input that contradicts itself (waves out of order, more counted than
// answered, a unit nobody knows) is an error, and nothing is released.
func Gate(in Input) (Release, error) {
	if err := in.validate(); err != nil {
		return Release{}, fmt.Errorf("release wave %d of owner %s: %w", in.Wave, in.Owner, err)
	}
	release := Release{ID: ReleaseID(in.Wave), Owner: in.Owner, Wave: in.Wave}
	rows := pass(in, rules)
	release.Lines = make([]Released, 0, len(rows))
	for _, row := range rows {
		line, err := Decode(row) // nothing leaves in a shape that has no name
		if err != nil {
			return Release{}, fmt.Errorf("release wave %d of owner %s: %w", in.Wave, in.Owner, err)
		}
		release.Lines = append(release.Lines, line)
	}
	return release, nil
}

// pass drafts a release and leads it through the rules.
func pass(in Input, rules []rule) []Row {
	r := draft(in)
	for _, rule := range rules {
		rule.apply(r)
	}
	return r.rows()
}

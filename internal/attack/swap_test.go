package attack

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/google/go-cmp/cmp"
)

// swap is W1: two pupils of one class exchange their whole answer sheets, each
// with its nullifier, in one of the last waves. He wins if anything that is
// stored or released in that wave or after it changes by a byte.
func swap(y *year) (win string, err error) {
	at, votes := y.swapped()
	if votes == nil {
		return "", nil
	}
	m := y.turns[at].before
	for k, turn := range y.turns[at:] {
		if k > 0 {
			votes = turn.votes
		}
		m.owner = turn.owner
		got, err := m.seal(y.number(at+k), turn.pauses, votes, turn.printed)
		if err != nil {
			return "", err
		}
		before, err := turn.sealed.exits()
		if err != nil {
			return "", err
		}
		after, err := got.exits()
		if err != nil {
			return "", err
		}
		if before != after {
			return fmt.Sprintf("two pupils exchanged sheets in wave %d, and in wave %d an exit changed:\n%s", at, at+k, cmp.Diff(before, after)), nil
		}
	}
	return "", nil
}

// swapList is the control of W1: an exit that lists sheets as they came in.
func swapList(y *year) (win string, err error) {
	at, votes := y.swapped()
	if votes != nil && listed(votes) != listed(y.turns[at].votes) {
		win = "the list changed"
	}
	return win, nil
}

func listed(votes []vote) string {
	var text strings.Builder
	for _, v := range votes {
		fmt.Fprintf(&text, "%s %s %d\n", v.ballot.School, v.ballot.Class, v.ballot.Options)
	}
	return text.String()
}

// swapped is one of the last waves with the sheets of two pupils exchanged, and
// nil where no class has two.
func (y *year) swapped() (at int, votes []vote) {
	random := rand.New(rand.NewPCG(y.seed, 3))
	at = max(0, len(y.turns)-1-random.IntN(3))
	all := y.turns[at].votes
	for _, i := range random.Perm(len(all)) {
		for _, j := range random.Perm(len(all)) {
			if i != j && all[i].room == all[j].room {
				votes = slices.Clone(all)
				votes[i].ballot, votes[j].ballot = votes[j].ballot, votes[i].ballot
				return at, votes
			}
		}
	}
	return at, nil
}

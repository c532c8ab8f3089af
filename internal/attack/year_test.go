package attack

import (
	"fmt"
	"math/rand/v2"

	"github.com/folgmed/folgmed/internal/roster"
	"github.com/folgmed/folgmed/internal/wave"
)

// year is a small world that was played to its end, with all that is needed to
// play a part of it again.
type year struct {
	*world
	turns []turn
	last  *memory // after the last wave
}

// turn is one wave of a year.
type turn struct {
	owner   roster.Owner // as of the seal
	pauses  []wave.Event // classes that pause, of whom none votes
	votes   []vote
	printed map[[2]string]int
	before  *memory // as it stood when the wave opened
	sealed  sealed
}

// play plays a few waves of a small world.
func play(seed uint64) (*year, error) {
	y := &year{world: some(seed)}
	m := &memory{}
	for k := range 3 + rand.New(rand.NewPCG(seed, 4)).IntN(4) {
		y.move()
		m.owner = y.owner
		turn := turn{owner: y.owner, pauses: y.say(m), before: m.copy()}
		turn.votes, turn.printed = y.asked(y.next(), turn.pauses), y.printed()
		var err error
		if turn.sealed, err = m.seal(y.number(k), turn.pauses, turn.votes, turn.printed); err != nil {
			return nil, fmt.Errorf("world %d, wave %d: %w", seed, k, err)
		}
		y.turns = append(y.turns, turn)
	}
	y.last = m
	return y, nil
}

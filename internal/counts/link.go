package counts

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"strconv"
)

// Link is what a sealed wave adds to the chain of all of them: whoever noted the
// last link can tell later that no wave before it was counted anew, left out or
// put in. It does not tell that the ballots were cast by pupils: answers given
// in the place of those who would not answer are in the counts like any others.
type Link struct {
	Place      uint32 // in the chain, from 1
	Wave       uint32
	Random     [32]byte // without it, counts of a small school could be guessed from the commitment
	Commitment [32]byte // SHA-256 of the random bytes and the counts
	Hash       [32]byte // SHA-256 of the link before, the wave and the commitment
}

// Commitment is made of a wave's rows, in the order of owner, school, unit,
// stratum, measure and bin.
type Commitment struct {
	hash hash.Hash
	line []byte
}

// Commit begins a commitment.
func Commit(random [32]byte) *Commitment {
	c := &Commitment{hash: sha256.New()}
	c.hash.Write(random[:])
	c.hash.Write([]byte("folgmed counts v1\n"))
	return c
}

// Add adds a row: a line of its names, quoted as in Go, and its numbers.
func (c *Commitment) Add(r Row) {
	line := c.line[:0]
	for _, name := range []string{r.Owner, r.School, r.Unit, r.Stratum, r.Measure} {
		line = append(strconv.AppendQuote(line, name), ' ')
	}
	line = append(strconv.AppendUint(line, uint64(r.Bin), 10), ' ')
	line = append(strconv.AppendUint(line, uint64(r.N), 10), '\n')
	c.hash.Write(line)
	c.line = line
}

// Sum is the commitment to the rows so far.
func (c *Commitment) Sum() [32]byte { return [32]byte(c.hash.Sum(nil)) }

// NextLink links a wave to those before it.
func NextLink(chain []Link, wave uint32, random, commitment [32]byte) Link {
	l := Link{Place: uint32(len(chain)) + 1, Wave: wave, Random: random, Commitment: commitment}
	l.Hash = l.after(chain)
	return l
}

// after is what the hash of the link is after those links.
func (l Link) after(chain []Link) [32]byte {
	var before [32]byte
	if len(chain) > 0 {
		before = chain[len(chain)-1].Hash
	}
	return sha256.Sum256(fmt.Appendf(nil, "folgmed chain v1\n%s%d\n%s", before[:], l.Wave, l.Commitment[:]))
}

// ErrChain says that the chain of sealed waves does not hold.
var ErrChain = errors.New("the chain of sealed waves is broken")

// CheckChain holds each link to those before it.
func CheckChain(chain []Link) error {
	for i, l := range chain {
		if l.Place != uint32(i)+1 || l.Hash != l.after(chain[:i]) {
			return fmt.Errorf("wave %d, link %d: %w", l.Wave, i+1, ErrChain)
		}
	}
	return nil
}

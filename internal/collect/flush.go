package collect

import (
	"context"
	crand "crypto/rand"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync"

	"github.com/folgmed/folgmed/internal/ballot"
)

// flush makes a batch durable and decides each ballot's outcome. Only one
// flush is under way at any time and only flush adds to the known nullifiers,
// so in one process a nullifier is stored once.
func (c *Collector) flush(ctx context.Context, batch []*cast) error {
	fresh, again := c.split(batch)
	if err := c.store(ctx, fresh); err != nil {
		c.storing.down(err)
		return err
	}
	c.storing.up()
	for b, first := range again {
		b.outcome, b.err = AlreadyCounted, nil
		if first != nil && first.outcome != Accepted {
			b.outcome, b.err = first.outcome, first.err
		}
	}
	return nil
}

// split sets aside the ballots that are known by now, and those that come
// twice in the batch, each with the one that comes first.
func (c *Collector) split(batch []*cast) (fresh []*cast, again map[*cast]*cast) {
	type key struct {
		wave uint32
		n    ballot.Nullifier
	}
	first := map[key]*cast{}
	again = map[*cast]*cast{}
	for _, b := range batch {
		k := key{b.sheet.Wave, b.nullifier}
		switch f, twice := first[k]; {
		case c.known.has(k.wave, k.n):
			again[b] = nil
		case twice:
			again[b] = f
		default:
			first[k] = b
			fresh = append(fresh, b)
		}
	}
	return fresh, again
}

// store inserts the rows in random order, then reads whether their waves and
// attempts are still counted. The order matters: a wave whose seal is not seen
// after the insert was sealed after it, and the seal takes the row along.
func (c *Collector) store(ctx context.Context, fresh []*cast) error {
	if len(fresh) == 0 {
		return nil
	}
	var waves []uint32
	seen := map[uint32]bool{}
	rows := make([]Row, len(fresh))
	for i, b := range fresh {
		rows[i] = Row{b.nullifier, b.sheet}
		if !seen[b.sheet.Wave] {
			seen[b.sheet.Wave] = true
			waves = append(waves, b.sheet.Wave)
		}
	}
	if err := shuffle(rows); err != nil {
		return err
	}
	if err := c.opts.Store.InsertAnswers(ctx, rows); err != nil {
		return fmt.Errorf("insert answers: %w", err)
	}
	stands, err := c.opts.Store.WaveStands(ctx, waves)
	if err != nil {
		return fmt.Errorf("read how the waves stand: %w", err)
	}
	for _, b := range fresh {
		switch stand := stands[b.sheet.Wave]; {
		case stand.Sealed():
			b.outcome, b.err = fail(Unavailable, "the wave is being counted, try again later")
		case !stand.Counts(b.sheet.School, b.sheet.Class, b.sheet.Attempt):
			b.outcome, b.err = voided()
		default:
			c.known.add(b.sheet.Wave, b.nullifier)
			b.outcome, b.err = Accepted, nil
		}
	}
	return nil
}

// shuffle draws the order from a cryptographic generator, so that the order on
// disk says nothing about the order of arrival.
func shuffle(rows []Row) error {
	var seed [32]byte
	if _, err := crand.Read(seed[:]); err != nil {
		return fmt.Errorf("shuffle the batch: %w", err)
	}
	rand.New(rand.NewChaCha8(seed)).Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] }) //nolint:gosec // G404: ChaCha8 with a random seed is cryptographic
	return nil
}

// nullifiers are the counted ballots of the open waves. There are at most two
// such waves and no more ballots in one than codes were made, so at 32 bytes
// each the memory is bounded by the rosters.
type nullifiers struct {
	mu    sync.RWMutex
	waves map[uint32]map[ballot.Nullifier]struct{}
}

func newNullifiers() *nullifiers {
	return &nullifiers{waves: map[uint32]map[ballot.Nullifier]struct{}{}}
}

func (k *nullifiers) has(n uint32, nullifier ballot.Nullifier) bool {
	k.mu.RLock()
	defer k.mu.RUnlock()
	_, ok := k.waves[n][nullifier]
	return ok
}

func (k *nullifiers) add(n uint32, nullifier ballot.Nullifier) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.waves[n] == nil {
		k.waves[n] = map[ballot.Nullifier]struct{}{}
	}
	k.waves[n][nullifier] = struct{}{}
}

func (k *nullifiers) forget(n uint32) {
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.waves, n)
}

// health logs once when storing begins to fail and once when it works again;
// a line per ballot would be a line per pupil. Only flush calls it.
type health struct {
	log     *slog.Logger
	failing bool
}

func (h *health) down(err error) {
	if !h.failing {
		h.log.Error("answers can not be stored, tablets keep them and try again", slog.Any("err", err))
	}
	h.failing = true
}

func (h *health) up() {
	if h.failing {
		h.log.Info("answers are stored again")
	}
	h.failing = false
}

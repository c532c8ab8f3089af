// Package turn lets one server at a time move waves, whatever number of them
// runs on a database: a lease with a fencing token (Gray and Cheriton 1989;
// Burrows 2006, the sequencer of Chubby).
//
// A turn is taken by a durable insert and a read-back, as codes are used:
// whoever sees another in the same turn has lost, so no turn has two holders,
// though both of two racers may lose. All times are the store's own.
//
// A lease alone is no promise: a process may be paused while it holds one and
// wake up when another has long taken over. So its number goes along with every
// statement that forgets something, writes counts or says what is done, and the
// database refuses one that is not the latest; all other statements write the
// same whoever writes them.
//
// It must not know what is done in a turn.
package turn

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"
)

// Word is the latest that a holder said of its turn.
type Word struct {
	Turn   uint64
	Holder string
	Step   uint32        // counts what the holder has said in this turn
	Left   time.Duration // until it ends, by the store's clock; none or less: it is over
}

// Store keeps what holders say. Say is durable when it returns; Latest sees all
// that was durable before it began.
type Store interface {
	// Latest returns the latest word of each who said something in the latest
	// turn; none if there was no turn yet.
	LatestTurn(ctx context.Context) ([]Word, error)
	SayTurn(ctx context.Context, w Word) error
}

// The two ways not to have a turn.
var (
	ErrTaken = errors.New("another server is moving a wave: try again when it is done")
	ErrLost  = errors.New("another server took over what this one was doing")
)

// Keeper takes turns for one process.
type Keeper struct {
	store  Store
	holder string
	length time.Duration
}

// NewKeeper returns one whose turns end by themselves after length, should the
// process die or sleep. Renew in time what takes longer.
func NewKeeper(s Store, length time.Duration) *Keeper {
	return &Keeper{store: s, holder: rand.Text(), length: length}
}

// Turn is a turn that was taken. Its methods are for one goroutine.
type Turn struct {
	keeper *Keeper
	number uint64
	step   uint32
}

// Number is the fencing token: that of each turn is higher than all before.
func (t *Turn) Number() uint64 { return t.number }

// Take takes the next turn, or fails with ErrTaken. What this process left
// behind, since it could not give it back, stops it not.
func (k *Keeper) Take(ctx context.Context) (*Turn, error) {
	latest, err := k.latest(ctx)
	if err != nil {
		return nil, err
	}
	for _, w := range latest {
		if w.Left > 0 && w.Holder != k.holder {
			return nil, ErrTaken
		}
	}
	return k.take(ctx, latest)
}

// Seize takes the next turn from whoever has it: for when nobody else can be
// there, and a turn is only left from a process that died.
func (k *Keeper) Seize(ctx context.Context) (*Turn, error) {
	latest, err := k.latest(ctx)
	if err != nil {
		return nil, err
	}
	return k.take(ctx, latest)
}

func (k *Keeper) latest(ctx context.Context) ([]Word, error) {
	latest, err := k.store.LatestTurn(ctx)
	if err != nil {
		return nil, fmt.Errorf("look who has the turn: %w", err)
	}
	return latest, nil
}

func (k *Keeper) take(ctx context.Context, before []Word) (*Turn, error) {
	t := &Turn{keeper: k, number: 1}
	if len(before) > 0 {
		t.number = before[0].Turn + 1
	}
	latest, err := t.hold(ctx)
	if err != nil {
		return nil, err
	}
	for _, w := range latest {
		if w.Turn != t.number || w.Holder != k.holder {
			return nil, errors.Join(ErrTaken, t.GiveBack(ctx))
		}
	}
	return t, nil
}

// Renew makes the turn last anew. It fails with ErrLost once a later one was
// taken; whoever tried this same one has lost it before.
func (t *Turn) Renew(ctx context.Context) error {
	latest, err := t.hold(ctx)
	if err != nil {
		return err
	}
	for _, w := range latest {
		if w.Turn != t.number {
			return ErrLost
		}
	}
	return nil
}

// hold says that the turn is held, and reads back what others say.
func (t *Turn) hold(ctx context.Context) ([]Word, error) {
	if err := t.say(ctx, t.keeper.length); err != nil {
		return nil, err
	}
	return t.keeper.latest(ctx)
}

// GiveBack ends the turn before its time.
func (t *Turn) GiveBack(ctx context.Context) error { return t.say(ctx, 0) }

func (t *Turn) say(ctx context.Context, left time.Duration) error {
	t.step++
	if err := t.keeper.store.SayTurn(ctx, Word{t.number, t.keeper.holder, t.step, left}); err != nil {
		return fmt.Errorf("say who has the turn: %w", err)
	}
	return nil
}

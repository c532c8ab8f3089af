// Package commit is the group commit: many callers each add one item, one
// flush makes a batch of them durable, and Add returns when its item is.
//
// It must not know what it carries.
package commit

import (
	"context"
	"errors"
	"sync"
	"time"
)

// The ways Add refuses an item that it has not taken.
var (
	ErrFull    = errors.New("commit: queue is full, try again later")
	ErrStopped = errors.New("commit: stopped, try again later")
)

// Options says how long and how large a batch may grow.
type Options struct {
	Wait  time.Duration // how long the first item of a batch waits for company; 20 ms
	Max   int           // items in a batch; 5,000
	Queue int           // items that may wait behind a full batch; 10,000
}

func (o Options) withDefaults() Options {
	if o.Wait <= 0 {
		o.Wait = 20 * time.Millisecond
	}
	if o.Max <= 0 {
		o.Max = 5000
	}
	if o.Queue <= 0 {
		o.Queue = 2 * o.Max
	}
	return o
}

// Batcher gathers items into batches and flushes one batch at a time. While
// one is being flushed the next one grows, so a slow store makes larger
// batches, not more of them.
type Batcher[T any] struct {
	flush func(context.Context, []T) error
	opts  Options

	// flushing is the context of every flush. It belongs to no caller, for a
	// batch belongs to many; it ends only when Stop runs out of patience.
	flushing context.Context
	abandon  context.CancelFunc

	mu      sync.RWMutex // held for reading while sending, for writing to close
	stopped bool
	queue   chan entry[T]
	drained chan struct{}
}

type entry[T any] struct {
	item    T
	durable chan<- error // holds one, so that nobody waits for a caller who left
}

// New starts a batcher. The flush function stores a whole batch or reports why
// it could not; its error goes to every caller of the batch. It must return
// soon after its context ends, and may keep neither the slice nor the items.
// To tell callers of one batch apart, let T be a pointer and write to it.
func New[T any](flush func(ctx context.Context, batch []T) error, o Options) *Batcher[T] {
	o = o.withDefaults()
	ctx, cancel := context.WithCancel(context.Background()) //nolint:gosec // G118: Stop calls it
	b := &Batcher[T]{
		flush:    flush,
		opts:     o,
		flushing: ctx,
		abandon:  cancel,
		queue:    make(chan entry[T], o.Queue),
		drained:  make(chan struct{}),
	}
	go b.run()
	return b
}

// Add returns nil once the item is durable, and the flush's error if it is
// not. ErrFull and ErrStopped mean the item was never taken. When ctx ends
// first Add returns its error, and then the item may be stored or not: it is
// already in a batch that others wait for.
func (b *Batcher[T]) Add(ctx context.Context, item T) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	durable := make(chan error, 1)
	if err := b.send(entry[T]{item, durable}); err != nil {
		return err
	}
	select {
	case err := <-durable:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (b *Batcher[T]) send(e entry[T]) error {
	b.mu.RLock()
	defer b.mu.RUnlock()
	if b.stopped {
		return ErrStopped
	}
	select {
	case b.queue <- e:
		return nil
	default:
		return ErrFull
	}
}

// Stop takes no more items, flushes all it has taken and returns. If ctx ends
// first, the flush under way and those after it see their context end too,
// their callers get its error, and Stop returns ctx's. It may be called again.
func (b *Batcher[T]) Stop(ctx context.Context) error {
	b.mu.Lock()
	if !b.stopped {
		b.stopped = true
		close(b.queue)
	}
	b.mu.Unlock()

	defer b.abandon()
	select {
	case <-b.drained:
		return nil
	case <-ctx.Done():
		b.abandon()
		<-b.drained
		return ctx.Err()
	}
}

// run owns the batch that grows. Only one flush is under way at any time.
func (b *Batcher[T]) run() {
	defer close(b.drained)
	var (
		growing []entry[T]
		due     <-chan time.Time // fires when the first item has waited enough
		ripe    bool             // it has
		flushed chan struct{}    // closed when the flush under way is over
		queue   = b.queue
	)
	for {
		if flushed == nil && len(growing) > 0 && (ripe || queue == nil || len(growing) == b.opts.Max) {
			flushed = make(chan struct{})
			go b.commit(growing, flushed)
			growing, due, ripe = nil, nil, false
		}
		if queue == nil && flushed == nil {
			return
		}
		intake := queue
		if len(growing) == b.opts.Max {
			intake = nil // the queue fills, then Add says ErrFull
		}
		select {
		case e, ok := <-intake:
			if !ok {
				queue = nil
				continue
			}
			if len(growing) == 0 {
				due = time.After(b.opts.Wait)
			}
			growing = append(growing, e)
		case <-due:
			ripe = true
		case <-flushed:
			flushed = nil
		}
	}
}

func (b *Batcher[T]) commit(batch []entry[T], flushed chan<- struct{}) {
	defer close(flushed)
	items := make([]T, len(batch))
	for i, e := range batch {
		items[i] = e.item
	}
	err := b.flush(b.flushing, items)
	for _, e := range batch {
		e.durable <- err
	}
}

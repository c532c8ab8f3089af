package wave

import (
	"sync/atomic"
	"time"
)

// Clock tells the time of an installation: the real one, or in a rehearsal one
// that was set by hand and stands still. It may be used concurrently.
type Clock struct {
	real func() time.Time
	set  atomic.Pointer[time.Time]
}

// NewClock returns a clock that shows the real time, which now tells.
func NewClock(now func() time.Time) *Clock { return &Clock{real: now} }

// Now returns the time that was set, else the real one.
func (c *Clock) Now() time.Time {
	if t := c.set.Load(); t != nil {
		return *t
	}
	return c.real()
}

// Set makes the clock stand at t until the next Set or Resume. Only a rehearsal
// may do that; whoever takes the command sees to it.
func (c *Clock) Set(t time.Time) { c.set.Store(&t) }

// Resume goes on with the real time.
func (c *Clock) Resume() { c.set.Store(nil) }

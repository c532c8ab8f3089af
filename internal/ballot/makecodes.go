package ballot

import (
	"bytes"
	"context"
	"fmt"
	"slices"

	"github.com/folgmed/folgmed/internal/wave"
)

// Order asks for N codes for one class in one wave.
type Order struct {
	Ask wave.Ask
	N   int
}

// Attempt is one class and which of its attempts in a wave.
type Attempt struct {
	School, Class string
	Number        uint8
}

// Cap is how many codes a class of this size may get for one attempt in a wave,
// all printings together: the roster and max(2, a tenth of it) replacements. Of
// a wave's attempts one is counted, so more ballots than that can not be
// counted in a class's name.
func Cap(roster int) int { return roster + max(2, roster/10) }

// CapError says that a class would get more codes than its cap.
type CapError struct {
	Class                      string
	Wave                       wave.Number
	Roster, Cap, Made, Ordered int
}

// Error says how many are left.
func (e *CapError) Error() string {
	return fmt.Sprintf("class %s has %d pupils, so at most %d codes in wave %d: %d are made, %d more can be, not %d (a class that has grown: import the roster again)",
		e.Class, e.Roster, e.Cap, e.Wave, e.Made, max(0, e.Cap-e.Made), e.Ordered)
}

// Outcome is no_place.
func (e *CapError) Outcome() string { return string(NoPlace) }

// MakeCodes draws the ordered codes, stores their MACs and returns the codes,
// which are then nowhere but in what the caller prints. All orders are filled
// or none. It fails with a *CapError beyond the cap, and for a wave that is no
// longer open.
func (i *Issuer) MakeCodes(ctx context.Context, orders ...Order) ([][]Code, error) {
	i.making.Lock()
	defer i.making.Unlock()

	type class struct {
		wave uint32
		Attempt
	}
	made := map[class]int{}
	counted := map[uint32]bool{}
	total := 0
	for _, order := range orders {
		ask, n := order.Ask, uint32(order.Ask.Wave)
		if ask.State != wave.StatePlanned && ask.State != wave.StateOpen {
			return nil, fail(WaveClosed, "make codes: wave %d is %s, a new code would open nothing", n, ask.State)
		}
		if !counted[n] {
			counts, err := i.opts.Store.CodeCount(ctx, n)
			if err != nil {
				return nil, fail(Unavailable, "make codes: count those of wave %d: %w", n, err)
			}
			for attempt, count := range counts {
				made[class{n, attempt}] = count
			}
			counted[n] = true
		}
		c := class{n, Attempt{ask.School, ask.Class, ask.Attempt}}
		if limit := Cap(ask.RosterSize); order.N < 0 || made[c]+order.N > limit {
			return nil, &CapError{ask.Class, ask.Wave, ask.RosterSize, limit, made[c], order.N}
		}
		made[c] += order.N
		total += order.N
	}
	sheets := make([][]Code, len(orders))
	if total == 0 {
		return sheets, nil
	}
	codes, macs, err := i.draw(ctx, total)
	if err != nil {
		return nil, fail(Unavailable, "make codes: %w", err)
	}
	stored := make([]StoredCode, 0, total)
	for o, order := range orders {
		ask, from := order.Ask, len(stored)
		sheets[o] = codes[from : from+order.N : from+order.N]
		for _, mac := range macs[from : from+order.N] {
			stored = append(stored, StoredCode{mac, uint32(ask.Wave), ask.School, ask.Class, ask.Attempt})
		}
	}
	// In the order of their MACs the rows tell nothing of the order on paper.
	slices.SortFunc(stored, func(a, b StoredCode) int { return bytes.Compare(a.MAC[:], b.MAC[:]) })
	if err := i.opts.Store.AddCodes(ctx, stored); err != nil {
		return nil, fail(Unavailable, "make codes: %w", err)
	}
	return sheets, nil
}

// draw draws codes that nobody has yet: a code of two classes would show one
// of them the other's page.
func (i *Issuer) draw(ctx context.Context, n int) ([]Code, []CodeMAC, error) {
	var (
		codes []Code
		macs  []CodeMAC
		taken = map[CodeMAC]bool{}
	)
	for len(codes) < n {
		from := len(codes)
		for len(codes) < n {
			code, err := NewCode(i.opts.Random)
			if err != nil {
				return nil, nil, err
			}
			mac := i.opts.Keys.MAC(code)
			if !taken[mac] {
				taken[mac] = true
				codes, macs = append(codes, code), append(macs, mac)
			}
		}
		others, err := i.opts.Store.Codes(ctx, macs[from:])
		if err != nil {
			return nil, nil, err
		}
		for _, other := range others {
			if at := slices.Index(macs, other.MAC); at >= 0 {
				codes, macs = slices.Delete(codes, at, at+1), slices.Delete(macs, at, at+1)
			}
		}
	}
	return codes, macs, nil
}

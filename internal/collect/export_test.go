package collect

import (
	"testing"

	"github.com/folgmed/folgmed/internal/ballot"
	"github.com/folgmed/folgmed/internal/wave"
)

// What the tests on a real store share with those inside the package, which
// the store imports.
var (
	NewIssuer = newIssuer
	NewPlan   = newPlan
	Items     = items
)

func (i issuer) Keys() *ballot.Keys { return i.keys }

func (i issuer) Ballot(t testing.TB, info ballot.Info, pupil int, options string) []byte {
	t.Helper()
	return i.seal(t, i.ballot(t, info, pupil, bothItems, options))
}

func (p *plan) Info(n wave.Number) ballot.Info { return p.info(n) }

func (p *plan) Set(n wave.Number, s wave.State) { p.set(n, s) }

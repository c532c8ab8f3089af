package app

import (
	"context"
	"slices"
	"strings"

	"github.com/folgmed/folgmed/internal/config"
	"github.com/folgmed/folgmed/internal/prove"
)

// promise is how one is held against this very system, while it runs.
type promise struct {
	id    string
	check func(*App, context.Context) (prove.Finding, error) // an error: it could not be checked
	of    []config.Role                                      // the parts that may see what it takes
}

// promises are all that is promised of the pupils' answers, in the order of the
// report. Each check looks and changes nothing.
// What a check finds goes into words in package prove.
var promises = []promise{
	{"columns", (*App).proveColumns, every},
	{"grants", (*App).proveGrants, every},
	{"password", (*App).provePassword, every},
	{"logs", (*App).proveLogs, every},
	{"disk", (*App).proveDisk, []config.Role{config.Job}},
	{"sealed", (*App).proveSealed, []config.Role{config.Job}},
	{"units", (*App).proveUnits, []config.Role{config.Job}},
	{"release", (*App).proveRelease, []config.Role{config.Job}},
	{"swap", (*App).proveSwap, []config.Role{config.Job}},
	{"keys", (*App).proveKeys, []config.Role{config.Issuer, config.Collector}},
	{"pages", (*App).provePages, []config.Role{config.Issuer, config.Collector}},
	{"metrics", (*App).proveMetrics, every},
	{"tablet", (*App).proveTablet, []config.Role{config.Issuer}},
	{"ballots", (*App).proveBallots, []config.Role{config.Issuer, config.Job}},
	{"chain", (*App).proveChain, []config.Role{config.Job}},
}

// Prove holds every promise against the running system, and says in words what
// came of it.
func (a *App) Prove(ctx context.Context, lang string) (prove.Report, error) {
	words, err := prove.NewWords()
	if err != nil {
		return prove.Report{}, err
	}
	r := prove.Report{
		At: a.opt.Now(), Version: a.opt.Version, Address: a.publicURL, Lang: lang, Limits: words.Limits(lang),
	}
	for _, p := range promises {
		r.Promises = append(r.Promises, words.Write(lang, p.id, a.prove(ctx, p)))
	}
	return r, nil
}

func (a *App) prove(ctx context.Context, p promise) prove.Finding {
	if !a.cfg.Role.Is(p.of...) {
		return prove.Finding{Result: prove.Elsewhere, Args: []any{roleNames(p.of)}}
	}
	found, err := p.check(a, ctx)
	if err != nil {
		return prove.Finding{Result: prove.Unchecked, What: "error", Details: []string{err.Error()}}
	}
	return found
}

func roleNames(of []config.Role) string {
	names := make([]string, len(of))
	for i, role := range of {
		names[i] = "--role " + string(role)
	}
	return strings.Join(names, ", ")
}

func kept(args ...any) (prove.Finding, error) {
	return prove.Finding{Result: prove.Kept, Args: args}, nil
}

// brokenBy is broken if there are details that say how, else kept.
func brokenBy(details []string, args ...any) (prove.Finding, error) {
	if len(details) == 0 {
		return kept(args...)
	}
	slices.Sort(details)
	return prove.Finding{Result: prove.Broken, Details: slices.Compact(details)}, nil
}

func unchecked(what string, details ...string) (prove.Finding, error) {
	return prove.Finding{Result: prove.Unchecked, What: what, Details: details}, nil
}

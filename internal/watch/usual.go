package watch

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/folgmed/folgmed/analytics"
	"github.com/folgmed/folgmed/internal/counts"
)

// Usual is what is usual in one wave, over all owners of the installation. It is
// learned once, when the wave is sealed, and never changed: what a wave weighs,
// and what was expected in it, stay what they were.
type Usual struct {
	Wave                    uint32
	Classes, Groups, Adults *analytics.Vintage // nil if nobody was asked
}

// Learn finds what is usual in a wave from the summaries of all owners, of it and
// of the waves before it, in their order. earlier are those of the waves before; for the same
// arguments it learns the same.
func Learn(n uint32, summaries []counts.Summary, earlier []Usual) Usual {
	u := Usual{Wave: n}
	u.Classes = last(classes(summaries, n), n)
	u.Groups = last(groups(summaries, n, levels(append(slices.Clone(earlier), u))), n)
	u.Adults = last(adults(summaries, n), n)
	return u
}

// last is the vintage of wave n, fitted on a panel that ends with it.
func last(p *panel, n uint32) *analytics.Vintage {
	if len(p.waves) == 0 || p.waves[len(p.waves)-1] != n {
		return nil
	}
	vintages := analytics.Fit(p.Panel)
	return &vintages[len(vintages)-1]
}

// levels looks up the usual composite of a questionnaire in a wave.
func levels(usual []Usual) func(wave uint32, questionnaire string) (float64, bool) {
	effects := make(map[uint32]map[int]analytics.Effect, len(usual))
	for _, u := range usual {
		if u.Classes != nil {
			effects[u.Wave] = u.Classes.Effects
		}
	}
	return func(wave uint32, questionnaire string) (float64, bool) {
		e, ok := effects[wave][band(questionnaire)]
		return e.Score, ok
	}
}

// Encode writes u so that Decode gives it back to the last bit.
func (u Usual) Encode() (string, error) {
	b, err := json.Marshal(u)
	if err != nil {
		return "", fmt.Errorf("write what is usual in wave %d: %w", u.Wave, err)
	}
	return string(b), nil
}

// Decode reads what Encode wrote.
func Decode(s string) (Usual, error) {
	var u Usual
	if err := json.Unmarshal([]byte(s), &u); err != nil {
		return Usual{}, fmt.Errorf("read what is usual in a wave: %w", err)
	}
	return u, nil
}

// vintages are those of a panel's waves. A wave that nothing was learned of, or
// of other items than are watched now, is taken as one that nobody answered.
func vintages(p *panel, usual []Usual, which func(Usual) *analytics.Vintage) []analytics.Vintage {
	known := make(map[uint32]*analytics.Vintage, len(usual))
	for _, u := range usual {
		known[u.Wave] = which(u)
	}
	found := make([]analytics.Vintage, len(p.waves))
	for t, n := range p.waves {
		if v := known[n]; v != nil && len(v.Model.Items) == len(p.Items) {
			found[t] = *v
		} else {
			found[t] = analytics.Vintage{Week: p.Weeks[t], Model: analytics.ReferenceModel(len(p.Items))}
		}
	}
	return found
}

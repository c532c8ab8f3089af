package app

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/folgmed/folgmed/internal/counts"
	"github.com/folgmed/folgmed/internal/disclosure"
	"github.com/folgmed/folgmed/internal/prove"
	"github.com/folgmed/folgmed/internal/roster"
	"github.com/folgmed/folgmed/internal/seal"
	"github.com/folgmed/folgmed/internal/watch"
	"github.com/folgmed/folgmed/internal/wave"
)

// keyReleased is the installation's setting that tells on what ground the latest
// wave was released.
const keyReleased = "released"

// ground is what a release follows from besides the counts: program, rosters
// and questionnaires.
func (a *App) ground(n wave.Number) (string, error) {
	document, err := json.Marshal([]any{a.schedule.Roster(), a.surveys})
	if err != nil {
		return "", fmt.Errorf("write down what a release is made on: %w", err)
	}
	return fmt.Sprintf("%d %x", n, sha256.Sum256(append(document, a.opt.Version...))), nil
}

// proveRelease makes the latest release anew from the stored counts, where no
// answer is left: it must come out as it did when the answers were there.
func (a *App) proveRelease(ctx context.Context) (prove.Finding, error) {
	released := a.released()
	if len(released) == 0 {
		return prove.Finding{Result: prove.Kept, What: "none"}, nil
	}
	n := released[len(released)-1]
	settings, err := a.store.Installation(ctx)
	if err != nil {
		return prove.Finding{}, err
	}
	now, err := a.ground(n)
	if err != nil {
		return prove.Finding{}, err
	}
	if settings[keyReleased] != now {
		return unchecked("changed")
	}
	s := &sealing{wave: n}
	if s.usual, err = a.usual(ctx, n); err != nil {
		return prove.Finding{}, err
	}
	lines := 0
	var other []string
	for _, org := range a.schedule.Plan().Owners(n) {
		owner, ok := a.schedule.Roster().Owner(org)
		if !ok {
			continue
		}
		again, err := a.gateOwner(ctx, s, owner)
		if err != nil {
			return prove.Finding{}, err
		}
		stored, err := a.store.ReleaseOfWave(ctx, org, uint32(n))
		if err != nil {
			return prove.Finding{}, err
		}
		lines += len(stored)
		if texts(rowsOf(again)) != texts(stored) {
			other = append(other, fmt.Sprintf("wave %d, owner %s", n, org))
		}
	}
	return brokenBy(other, lines)
}

func rowsOf(r disclosure.Release) []disclosure.Row {
	rows := make([]disclosure.Row, len(r.Lines))
	for i, line := range r.Lines {
		rows[i] = line.Row()
	}
	return rows
}

// texts are rows byte for byte, in an order of their own.
func texts[T any](rows []T) string {
	all := make([]string, len(rows))
	for i, r := range rows {
		all[i] = fmt.Sprintf("%#v", r)
	}
	slices.Sort(all)
	return fmt.Sprintf("%q", all)
}

// swaps is how many pairs of pupils exchange their sheets.
const swaps = 25

var errAsleep = errors.New("another answer changed nothing: the comparison sees nothing")

// proveSwap has two made-up pupils of a class exchange whole answer sheets, and
// puts both ways through the program that counts and releases. What comes out
// must be the same to the byte. Another answer must not be: or nothing is
// compared.
func (a *App) proveSwap(context.Context) (prove.Finding, error) {
	class := a.madeUpClass()
	random := rand.New(rand.NewPCG(uint64(a.opt.Now().UnixNano()), 1)) //nolint:gosec // which pairs is no secret
	changed, err := exchange(class.sheets, random, class.release)
	if err != nil {
		return prove.Finding{}, err
	}
	return brokenBy(changed, swaps)
}

// exchange has pairs of pupils exchange their sheets, and tells which pairs made
// release come out otherwise.
func exchange(sheets []counts.Ballot, random *rand.Rand, release func([]counts.Ballot) (string, error)) ([]string, error) {
	before, err := release(sheets)
	if err != nil {
		return nil, err
	}
	var changed []string
	for range swaps {
		pair := random.Perm(len(sheets))[:2]
		swapped := slices.Clone(sheets)
		swapped[pair[0]], swapped[pair[1]] = sheets[pair[1]], sheets[pair[0]]
		after, err := release(swapped)
		if err != nil {
			return nil, err
		}
		if after != before {
			changed = append(changed, fmt.Sprintf("%d, %d", pair[0]+1, pair[1]+1))
		}
	}
	other := slices.Clone(sheets)
	other[0].Options = slices.Repeat([]uint8{2}, len(other[0].Options))
	if after, err := release(other); err != nil || after == before {
		return nil, errors.Join(errAsleep, err)
	}
	return changed, nil
}

// madeUp is a class that does not exist, in a wave of its own.
type madeUp struct {
	view   seal.View
	wave   wave.Number
	sheets []counts.Ballot // by pupil
}

func (a *App) madeUpClass() *madeUp {
	const school, name, pupils = "000000000", "8A", 24
	m := &madeUp{wave: wave.NumberOf(a.schedule.Now())}
	owner := roster.Owner{Org: "000000000", Name: "Made up", Rhythm: 2, Rate: roster.DefaultRate, Schools: []roster.School{{
		Org: school, Name: "Made up", Written: "nb",
		Classes: []roster.Class{{Name: name, Grades: []int{8}, Size: pupils}},
	}}}
	m.view = seal.View{Roster: roster.Roster{Owners: []roster.Owner{owner}}, Surveys: a.surveys}
	m.view.Plan = wave.NewPlan(m.view.Roster, a.surveys, []wave.Event{
		{Wave: m.wave, Owner: owner.Org, Step: wave.Opened, At: m.wave.Opens()},
		{Wave: m.wave, Step: wave.Sealed, At: m.wave.Seals()},
	}, m.wave.Seals().Add(time.Hour))
	for pupil := range pupils {
		b := counts.Ballot{School: school, Class: name, Attempt: 1, Nullifier: sha256.Sum256([]byte{byte(pupil)})}
		for k, item := range m.view.Classes(m.wave, nil)[0].Asked {
			b.Items = append(b.Items, item.ID)
			b.Options = append(b.Options, uint8((pupil*pupil+k)%(len(item.Options)+1)))
		}
		m.sheets = append(m.sheets, b)
	}
	return m
}

// release is all that is kept and let out of these answers of the class, as
// bytes.
func (m *madeUp) release(sheets []counts.Ballot) (string, error) {
	classes := m.view.Classes(m.wave, nil)
	folded, err := counts.Fold(uint32(m.wave), classes, func(add func(counts.Ballot) error) error {
		for _, sheet := range sheets {
			if err := add(sheet); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return "", err
	}
	table, err := counts.Read(folded.Rows)
	if err != nil {
		return "", err
	}
	summaries := counts.Summarise(table, uint32(m.wave), classes)
	usual := watch.Learn(uint32(m.wave), summaries, nil)
	out, err := m.view.Release(seal.Round{
		Wave: m.wave, Owner: m.view.Roster.Owners[0], Rate: m.view.Roster.Owners[0].Rate,
		Counts: table, Summaries: summaries, Usual: []watch.Usual{usual},
	})
	if err != nil {
		return "", err
	}
	body, err := usual.Encode()
	return fmt.Sprintf("%#v\n%#v\n%s\n%s", folded.Rows, summaries, body, texts(rowsOf(out))), err
}

package attack

import (
	"fmt"
	"slices"
	"time"

	"github.com/folgmed/folgmed/internal/counts"
	"github.com/folgmed/folgmed/internal/disclosure"
	"github.com/folgmed/folgmed/internal/roster"
	"github.com/folgmed/folgmed/internal/seal"
	"github.com/folgmed/folgmed/internal/watch"
	"github.com/folgmed/folgmed/internal/wave"
)

// memory is an installation without a store: what is kept, and what was
// released, after each wave.
type memory struct {
	owner     roster.Owner
	events    []wave.Event
	rows      []counts.Row
	summaries []counts.Summary
	usual     []watch.Usual
	released  []disclosure.Released

	// nation, if given, is what is usual in the waves: that of a large
	// installation, in which one owner weighs nothing.
	nation map[uint32]watch.Usual
}

// sealed is what one wave left behind.
type sealed struct {
	classes   []counts.Class
	rows      []counts.Row
	summaries []counts.Summary
	usual     watch.Usual
	lines     []disclosure.Released
}

// view is the installation as of a moment.
func (m *memory) view(now time.Time) seal.View {
	v := seal.View{Roster: roster.Roster{Owners: []roster.Owner{m.owner}}, Surveys: questionnaires()}
	v.Plan = wave.NewPlan(v.Roster, v.Surveys, m.events, now)
	return v
}

// seal folds, learns, detects and releases a wave, as the job does.
func (m *memory) seal(n wave.Number, pauses []wave.Event, votes []vote, printed map[[2]string]int) (sealed, error) {
	m.events = append(append(m.events, pauses...),
		wave.Event{Wave: n, Owner: m.owner.Org, Step: wave.Opened, At: n.Opens()},
		wave.Event{Wave: n, Step: wave.Sealed, At: n.Seals()})
	view := m.view(n.Seals())
	s := sealed{classes: view.Classes(n, printed)}
	folded, err := counts.Fold(uint32(n), s.classes, func(add func(counts.Ballot) error) error {
		for _, v := range votes {
			if err := add(v.ballot); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return sealed{}, err
	}
	s.rows = folded.Rows
	now, err := counts.Read(s.rows)
	if err != nil {
		return sealed{}, err
	}
	s.summaries = counts.Summarise(now, uint32(n), s.classes)
	m.summaries = append(m.summaries, s.summaries...)
	if m.nation == nil {
		s.usual = watch.Learn(uint32(n), m.summaries, m.usual)
	} else {
		s.usual = m.nation[uint32(n)]
	}
	m.usual = append(m.usual, s.usual)
	m.rows = append(m.rows, s.rows...)
	table, err := counts.Read(m.rows)
	if err != nil {
		return sealed{}, err
	}
	release, err := view.Release(seal.Round{
		Wave: n, Owner: m.owner, Rate: m.owner.Rate, Counts: table, Summaries: m.summaries, Usual: m.usual, Earlier: m.released,
	})
	if err != nil {
		return sealed{}, err
	}
	s.lines = release.Lines
	m.released = append(m.released, s.lines...)
	return s, nil
}

// copy is the installation as it stands; sealing either leaves the other alone.
func (m *memory) copy() *memory {
	c := *m
	c.events, c.rows, c.summaries = slices.Clone(m.events), slices.Clone(m.rows), slices.Clone(m.summaries)
	c.usual, c.released = slices.Clone(m.usual), slices.Clone(m.released)
	return &c
}

// exits are all bytes that a wave left behind, stored or released.
func (s sealed) exits() (string, error) {
	usual, err := s.usual.Encode()
	if err != nil {
		return "", err
	}
	rows := make([]disclosure.Row, len(s.lines))
	for i, line := range s.lines {
		rows[i] = line.Row()
	}
	return fmt.Sprintf("%+v\n%+v\n%s\n%+v", s.rows, s.summaries, usual, rows), nil
}

package store

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/folgmed/folgmed/internal/roster"
	"github.com/folgmed/folgmed/internal/wave"
)

// Installation returns what is set for the whole installation.
func (s *Store) Installation(ctx context.Context) (map[string]string, error) {
	all := make(map[string]string)
	var key, value string
	err := s.each(ctx, "Installation", []any{&key, &value}, func() error {
		all[key] = value
		return nil
	})
	return all, err
}

// SetInstallation sets one value. It is in force from now on, and stored with a
// time later than that of every value before it: two can be set in a moment, and
// a clock can be set back.
func (s *Store) SetInstallation(ctx context.Context, key, value string, at time.Time) error {
	return s.exec(ctx, "SetInstallation", param("id", rand.Text()), param("key", key), param("value", value), param("at", at.UnixMilli()))
}

// SaveRoster appends one import of an owner's roster.
func (s *Store) SaveRoster(ctx context.Context, v roster.Version) error {
	document, err := json.Marshal(v.Owner)
	if err != nil {
		return fmt.Errorf("store: SaveRoster: %w", err)
	}
	return s.insert(ctx, "SaveRoster", "roster_version", 1, func(int) []any {
		return []any{v.ID, v.Owner.Org, v.At, v.By, string(document)}
	})
}

// Roster returns the latest roster of each owner, by organisation number. A
// version never changes, so only those that were not read before are: each page
// asks for the roster, and that of a country takes a while to read. Callers
// share what they get, and must not change it.
func (s *Store) Roster(ctx context.Context) (roster.Roster, error) {
	known := s.rosters.Load()
	if known == nil {
		known = &map[string]roster.Owner{}
	}
	var latest, missing []string
	var id, document string
	err := s.each(ctx, "RosterVersions", []any{&id}, func() error {
		latest = append(latest, id)
		if _, ok := (*known)[id]; !ok {
			missing = append(missing, id)
		}
		return nil
	})
	if err != nil {
		return roster.Roster{}, err
	}
	now := make(map[string]roster.Owner, len(latest))
	if len(missing) > 0 {
		err = s.each(ctx, "Roster", []any{&id, &document}, func() error {
			var o roster.Owner
			if err := json.Unmarshal([]byte(document), &o); err != nil {
				return fmt.Errorf("store: Roster: %w", err)
			}
			now[id] = o
			return nil
		}, param("ids", missing))
	}
	if err != nil {
		return roster.Roster{}, err
	}
	chosen, err := s.rhythmChoices(ctx)
	if err != nil {
		return roster.Roster{}, err
	}
	var all roster.Roster
	for _, id := range latest {
		if o, ok := (*known)[id]; ok {
			now[id] = o
		}
		owner := now[id]
		owner.RhythmChoices = chosen[owner.Org]
		all.Owners = append(all.Owners, owner)
	}
	s.rosters.Store(&now)
	return all, nil
}

// AppendRhythmChoice appends an owner's choice of a rhythm.
func (s *Store) AppendRhythmChoice(ctx context.Context, c roster.RhythmChoice) error {
	return s.insert(ctx, "AppendRhythmChoice", "rhythm_choice", 1, func(int) []any {
		return []any{c.ID, c.Owner, uint8(c.Weeks), uint16(c.From), c.At, c.By}
	})
}

// rhythmChoices returns every choice of a rhythm by its owner: of those who
// chose it, the roster tells nothing.
func (s *Store) rhythmChoices(ctx context.Context) (map[string][]roster.RhythmChoice, error) {
	all := map[string][]roster.RhythmChoice{}
	var c roster.RhythmChoice
	var weeks uint8
	var since uint16
	err := s.each(ctx, "RhythmChoices", []any{&c.ID, &c.Owner, &weeks, &since, &c.At}, func() error {
		c.Weeks, c.From = int(weeks), int(since)
		all[c.Owner] = append(all[c.Owner], c)
		return nil
	})
	return all, err
}

// AppendRateChoice appends an owner's choice of a rate of false alarms.
func (s *Store) AppendRateChoice(ctx context.Context, c roster.RateChoice) error {
	return s.insert(ctx, "AppendRateChoice", "rate_choice", 1, func(int) []any {
		return []any{c.ID, c.Owner, c.Rate, string(c.From), c.At, c.By}
	})
}

// RateChoices returns every choice of a rate, by owner and time.
func (s *Store) RateChoices(ctx context.Context) ([]roster.RateChoice, error) {
	var all []roster.RateChoice
	var c roster.RateChoice
	err := s.each(ctx, "RateChoices", []any{&c.ID, &c.Owner, &c.Rate, (*string)(&c.From), &c.At, &c.By}, func() error {
		all = append(all, c)
		return nil
	})
	return all, err
}

// AppendWaveEvent appends one step of a wave, if the turn is the latest: what
// another server is still at is not said to be done.
func (s *Store) AppendWaveEvent(ctx context.Context, e wave.Event, turn uint64) error {
	closes := e.Closes
	if closes.IsZero() {
		closes = noTime
	}
	return s.exec(ctx, "AppendWaveEvent", param("id", e.ID), param("wave", uint32(e.Wave)), param("owner", e.Owner), param("step", string(e.Step)),
		param("at", e.At.UnixMilli()), param("closes", closes.UnixMilli()), param("turn", turn))
}

// WaveEvents returns every step of every wave, each once, in no order of time.
func (s *Store) WaveEvents(ctx context.Context) ([]wave.Event, error) {
	var all []wave.Event
	var e wave.Event
	dest := []any{&e.ID, (*uint32)(&e.Wave), &e.Owner, (*string)(&e.Step), &e.At, &e.Closes}
	err := s.each(ctx, "WaveEvents", dest, func() error {
		if e.Closes.Equal(noTime) {
			e.Closes = time.Time{}
		}
		all = append(all, e)
		return nil
	})
	return all, err
}

// noTime stands for a time that is not given: the zero time of Go lies before
// the first one that ClickHouse can hold.
var noTime = time.Unix(0, 0).UTC()

// steps are the steps of the whole installation in order.
var steps = []wave.Step{wave.Closed, wave.Sealed, wave.Moved, wave.Folded, wave.Released}

// WaveStands returns what the journal says of each of the waves; one of which it
// says nothing that matters to a collector is not among them. A collector asks
// after its insert and before it answers.
func (s *Store) WaveStands(ctx context.Context, waves []uint32) (map[uint32]wave.Stand, error) {
	all := make(map[uint32]wave.Stand)
	var number uint32
	var step, school, class string
	err := s.each(ctx, "WaveStands", []any{&number, &step, &school, &class}, func() error {
		stand := all[number]
		switch at := slices.Index(steps, wave.Step(step)); {
		case wave.Step(step) == wave.Voided:
			if stand.Voided == nil {
				stand.Voided = make(map[[2]string]bool)
			}
			stand.Voided[[2]string{school, class}] = true
		case at > slices.Index(steps, stand.Step):
			stand.Step = steps[at]
		}
		all[number] = stand
		return nil
	}, param("waves", waves))
	return all, err
}

package store

import (
	"context"

	"github.com/folgmed/folgmed/internal/disclosure"
	"github.com/folgmed/folgmed/internal/notify"
	"github.com/folgmed/folgmed/internal/turn"
)

// AppendTold appends one line about a letter to staff.
func (s *Store) AppendTold(ctx context.Context, l notify.Line) error {
	return s.insert(ctx, "AppendTold", "told", 1, func(int) []any {
		return []any{l.ID, l.Mail, l.At, l.Owner, l.Person, string(l.Step), l.Items, l.Digest, l.Said}
	})
}

// ToldOf returns the lines about letters to an owner's staff, oldest first.
func (s *Store) ToldOf(ctx context.Context, owner string) ([]notify.Line, error) {
	var all []notify.Line
	var l notify.Line
	dest := []any{&l.ID, &l.Mail, &l.At, &l.Owner, &l.Person, (*string)(&l.Step), &l.Items, &l.Digest, &l.Said}
	err := s.each(ctx, "ToldOf", dest, func() error {
		all = append(all, l)
		l.Items = nil
		return nil
	}, param("owner", owner))
	return all, err
}

// TellMarks returns by owner what changes whenever DutyEventsOfOwner, ToldOf or
// AdultsReleased would return something else.
func (s *Store) TellMarks(ctx context.Context) (map[string]string, error) {
	marks := map[string]string{}
	var owner, mark string
	err := s.each(ctx, "TellMarks", []any{&owner, &mark}, func() error {
		marks[owner] += mark + " "
		return nil
	})
	return marks, err
}

// AdultsReleased returns the signals about adults that the owner's latest
// release tells the owner of.
func (s *Store) AdultsReleased(ctx context.Context, owner string) ([]disclosure.Released, error) {
	return s.released(ctx, "AdultsReleased", param("owner", owner))
}

// TellTurns keeps who may send letters, as the store itself keeps who may move
// waves.
type TellTurns struct{ Store *Store }

// LatestTurn returns what was said last in the latest turn, by holder.
func (t TellTurns) LatestTurn(ctx context.Context) ([]turn.Word, error) {
	return t.Store.latestTurn(ctx, "LatestTellTurn")
}

// SayTurn records what a holder says of its turn.
func (t TellTurns) SayTurn(ctx context.Context, w turn.Word) error {
	return t.Store.sayTurn(ctx, "SayTellTurn", w)
}

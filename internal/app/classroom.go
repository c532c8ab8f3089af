package app

import (
	"cmp"
	"context"
	"errors"
	"io"
	"slices"

	"github.com/folgmed/folgmed/internal/ballot"
	"github.com/folgmed/folgmed/internal/classroom"
	"github.com/folgmed/folgmed/internal/config"
	"github.com/folgmed/folgmed/internal/wave"
	"github.com/folgmed/folgmed/internal/web"
)

var errNotAsked = errors.New("nothing is asked of the class now")

// whoIssues is whom the pages of the class session ask: the issuer that is here,
// or the one that runs apart. A server for staff alone works without it until a
// page asks.
func (a *App) whoIssues() classroom.Issuing {
	if a.cfg.Role.Is(config.Issuer) {
		return issuing{a}
	}
	return classroom.Dial(a.cfg.IssuerSocket)
}

// startIssuerSocket lets the pages of a staff part that runs apart ask the
// issuer.
func (a *App) startIssuerSocket(context.Context) error {
	if a.cfg.Role.Is(config.Staff) {
		return nil // the pages are here
	}
	s, err := classroom.Listen(cmp.Or(a.cfg.IssuerSocket, config.IssuerSocket(a.cfg.Data)), issuing{a}, a.log)
	if err != nil {
		return err
	}
	a.onStop("the issuer's socket", s.Close)
	return nil
}

// issuing is the issuer as the pages of the class session know it.
type issuing struct{ *App }

var _ classroom.Issuing = issuing{}

// ask is what a class is asked in the wave that is open for it.
func (i issuing) ask(school, class string) (wave.Ask, error) {
	plan := i.schedule.Plan()
	for _, n := range plan.Open() {
		if ask, ok := plan.Ask(school, class, n); ok && ask.State == wave.StateOpen {
			return ask, nil
		}
	}
	return wave.Ask{}, web.Fail("wave_closed", errNotAsked)
}

// pauses tells whether the class would be asked now, had its school not said
// that it pauses.
func (i issuing) pauses(school, class string) bool {
	plan := i.schedule.Plan()
	return slices.ContainsFunc(plan.Open(), func(n wave.Number) bool {
		ask, _ := plan.Ask(school, class, n)
		return ask.Paused && plan.StateFor(ask.Owner, n) == wave.StateOpen
	})
}

// Session tells how the session of a class stands.
func (i issuing) Session(ctx context.Context, school, class string) (classroom.Session, error) {
	ask, err := i.ask(school, class)
	if err != nil && i.pauses(school, class) {
		return classroom.Session{State: classroom.Paused}, nil
	}
	if err != nil {
		return classroom.Session{}, err
	}
	s, err := i.issuer.Session(ctx, ask)
	if err != nil {
		return classroom.Session{}, err
	}
	fingerprint := i.keys.Chain().For(uint32(ask.Wave)).Fingerprint()
	session := classroom.Session{
		State: classroom.State(s.State), Code: s.Code.Grouped(), Places: s.Places, Taken: s.Taken, Ends: s.Ends,
		Link: ballot.Link(i.publicURL, s.Code, fingerprint), Fingerprint: ballot.Grouped(fingerprint),
	}
	if s.WholeClass {
		session.Board = ballot.BoardLink(i.publicURL, s.Code)
	}
	return session, nil
}

// Change does a step of a teacher.
func (i issuing) Change(ctx context.Context, school, class string, step classroom.Step, event string, o classroom.Opening) error {
	ask, err := i.ask(school, class)
	if err != nil {
		return err
	}
	switch step {
	case classroom.OpenIt:
		if err := i.keys.Rotate(ask.Wave.SchoolYear()); err != nil {
			return web.Fail("unavailable", err)
		}
		_, err = i.issuer.OpenSession(ctx, ask, event, ballot.Opening(o))
	case classroom.AddPlace:
		_, err = i.issuer.AddPlace(ctx, ask, event)
	case classroom.CloseIt:
		_, err = i.issuer.CloseSession(ctx, ask, event)
	case classroom.ReopenIt:
		_, err = i.issuer.ReopenSession(ctx, ask, event)
	}
	return err
}

// WriteSlips makes codes for a class and writes them to print.
func (i issuing) WriteSlips(ctx context.Context, w io.Writer, school, class, lang string, n int) error {
	ask, err := i.ask(school, class)
	if err != nil {
		return err
	}
	if err := i.keys.Rotate(ask.Wave.SchoolYear()); err != nil {
		return web.Fail("unavailable", err)
	}
	codes, err := i.issuer.MakeCodes(ctx, ballot.Order{Ask: ask, N: n})
	if err != nil {
		return err
	}
	_, at, _ := i.schedule.Roster().School(school)
	return ballot.WriteSlips(w, ballot.SlipSheet{
		URL: i.publicURL, School: at.Name, Class: class, Monday: ask.Wave.Opens(), Closes: ask.Wave.Closes(),
		Fingerprint: i.keys.Chain().For(uint32(ask.Wave)).Fingerprint(), Lang: lang, Codes: codes[0],
	})
}

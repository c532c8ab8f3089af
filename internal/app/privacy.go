package app

import (
	"errors"

	"github.com/labstack/echo/v4"

	"github.com/folgmed/folgmed/internal/access"
	"github.com/folgmed/folgmed/internal/config"
	"github.com/folgmed/folgmed/internal/desk"
	"github.com/folgmed/folgmed/internal/privacy"
	"github.com/folgmed/folgmed/internal/pupil"
	"github.com/folgmed/folgmed/internal/wave"
	"github.com/folgmed/folgmed/internal/web"
)

// privacyRoutes adds what parents and pupils are told: in public by the issuer,
// who has the keys, and with a school's names by the part of the staff.
func (a *App) privacyRoutes(shell *echo.Echo) error {
	files, err := pupil.Files()
	if err != nil {
		return err
	}
	pages, err := privacy.New(privacy.Options{
		Surveys: a.surveys, Version: a.opt.Version, Files: files, Rehearsal: a.rehearsal,
		Keys: a.privacyKeys, PublicURL: func() string { return a.publicURL }, Reader: a.privacyReader,
	})
	if err != nil {
		return err
	}
	pages.Assets(shell)
	if a.cfg.Role.Is(config.Issuer) {
		pages.Routes(shell)
	}
	if a.cfg.Role.Is(config.Staff) {
		pages.StaffRoutes(shell, a.access.Require)
	}
	return nil
}

// privacyKeys are the keys of each school year as of now: a new year's come
// while the server runs.
func (a *App) privacyKeys() []privacy.Key {
	var all []privacy.Key
	for _, k := range a.keys.Chain().Keys {
		all = append(all, privacy.Key{From: k.From, Fingerprint: k.Fingerprint})
	}
	return all
}

var errNotSignedIn = errors.New("no person in the request")

// privacyReader is who is signed in, and the schools whose letter that person
// may print: those where the person works; of an owner's people, all.
func (a *App) privacyReader(c echo.Context) (*privacy.Reader, error) {
	p, ok := access.PersonOf(c)
	if !ok {
		return nil, web.Fail("signed_out", errNotSignedIn)
	}
	frame := desk.Own(c, a.schedule.Roster(), p).Frame("")
	r := &privacy.Reader{Name: p.Name, Lang: p.Lang, Nav: frame.Nav, Today: frame.Today}
	owner, _ := a.schedule.Roster().Owner(p.Owner)
	weeks := owner.RhythmIn(wave.NumberOf(a.schedule.Now()).SchoolYear())
	for _, s := range owner.Schools {
		if p.AtSchool(s.Org) || p.May(access.SeeOwner) {
			r.Schools = append(r.Schools, privacy.School{School: s, Owner: owner, Weeks: weeks})
		}
	}
	return r, nil
}

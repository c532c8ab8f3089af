package app

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/folgmed/folgmed/internal/access"
	"github.com/folgmed/folgmed/internal/ballot"
	"github.com/folgmed/folgmed/internal/config"
	"github.com/folgmed/folgmed/internal/control"
	"github.com/folgmed/folgmed/internal/roster"
	"github.com/folgmed/folgmed/internal/wave"
	"github.com/folgmed/folgmed/surveys"
)

// operatorName is who did what a command did, in the journals.
const operatorName = "operator"

// Status says what is running.
func (a *App) Status(context.Context) (control.Status, error) {
	status := control.Status{
		Version: a.opt.Version, PublicURL: a.publicURL, Rehearsal: a.rehearsal, Now: a.schedule.Now(),
	}
	if a.keys != nil {
		status.Fingerprint = a.keys.Chain().For(uint32(wave.NumberOf(status.Now))).Fingerprint()
	}
	return status, nil
}

// SaveRoster appends one version for each owner.
func (a *App) SaveRoster(ctx context.Context, r roster.Roster) error {
	if err := a.needs(config.Job); err != nil {
		return err
	}
	if len(r.Owners) == 0 {
		return errors.New("the roster has no owner")
	}
	return a.alone(ctx, func() error { return a.saveRoster(ctx, r) })
}

func (a *App) saveRoster(ctx context.Context, r roster.Roster) error {
	for _, o := range r.Owners {
		if err := a.mayReplace(o); err != nil {
			return err
		}
	}
	for _, o := range r.Owners {
		id, err := newID()
		if err != nil {
			return err
		}
		known, _ := a.schedule.Roster().Owner(o.Org) // what is not said is as it was
		o.Rate = cmp.Or(o.Rate, known.Rate, roster.DefaultRate)
		o.Rhythm = cmp.Or(o.Rhythm, known.Rhythm, roster.DefaultRhythm)
		if err := a.store.SaveRoster(ctx, roster.Version{ID: id, Owner: o, At: a.opt.Now(), By: operatorName}); err != nil {
			return fmt.Errorf("save the roster of %s: %w", o.Name, err)
		}
	}
	return a.schedule.Refresh(ctx)
}

// mayReplace says why an owner's roster can not be put in force now. While a
// wave is open no class may leave or change its questionnaire: ballots already
// cast for it could not be counted. While one is being released nothing may
// change: a repeat after a crash must write the same release.
func (a *App) mayReplace(o roster.Owner) error {
	next := roster.Roster{Owners: []roster.Owner{o}}
	for _, s := range o.Schools {
		if now, _, ok := a.schedule.Roster().School(s.Org); ok && now.Org != o.Org {
			return fmt.Errorf("school %s belongs to %s: take it off that roster first", s.Name, now.Name)
		}
		for _, c := range s.Classes {
			if _, ok := a.surveys.For(c.Grades); !ok {
				return fmt.Errorf("class %s of %s: no questionnaire covers its youngest grade; add one to the --surveys folder", c.Name, s.Name)
			}
		}
	}
	now, ok := a.schedule.Roster().Owner(o.Org)
	if ok && o.Rate != 0 && o.Rate != now.Rate {
		return fmt.Errorf("alarm_rate of %s is %g, and a roster can not change it to %g: the owner chooses how many false alarms on its own page, from the next term on; write %g, or leave it out",
			o.Name, now.Rate, o.Rate, now.Rate)
	}
	plan := a.schedule.Plan()
	if ok && o.Rhythm != 0 && o.Rhythm != now.Rhythm && len(plan.WavesOf(o.Org)) > 0 {
		return fmt.Errorf("rhythm of %s is %d weeks, and a roster can not change it to %d: the owner chooses how often pupils are asked on its own page, from the next school year on; write %d, or leave it out",
			o.Name, now.Rhythm, o.Rhythm, now.Rhythm)
	}
	asked := func(n wave.Number) bool { return slices.Contains(plan.Owners(n), o.Org) }
	for _, n := range plan.Unreleased() {
		if asked(n) {
			return fmt.Errorf("wave %d is being released, with the roster as it is: import when that is done, in a moment", n)
		}
	}
	waiting := slices.DeleteFunc(plan.Open(), func(n wave.Number) bool { return !asked(n) })
	if !ok || len(waiting) == 0 {
		return nil
	}
	for _, s := range now.Schools {
		for _, c := range s.Classes {
			before, _ := a.surveys.For(c.Grades)
			_, _, changed, kept := next.Class(s.Org, c.Name)
			after, _ := a.surveys.For(changed.Grades)
			if !kept || before != after {
				return fmt.Errorf("class %s of %s is asked in wave %d, which is not released: until then it can not leave the roster or get another questionnaire; import after that", c.Name, s.Name, waiting[0])
			}
		}
	}
	return nil
}

// Roster returns the roster in force.
func (a *App) Roster(context.Context) (roster.Roster, error) { return a.schedule.Roster(), nil }

// Surveys returns the questionnaires that classes are asked.
func (a *App) Surveys(context.Context) (surveys.Set, error) { return a.surveys, nil }

// Waves lists every wave that was opened for anyone.
func (a *App) Waves(context.Context) ([]control.Wave, error) {
	plan := a.schedule.Plan()
	opened := make(map[wave.Number]bool)
	for _, org := range a.owners() {
		for _, n := range plan.WavesOf(org) {
			opened[n] = true
		}
	}
	all := []control.Wave{}
	for _, n := range slices.Sorted(maps.Keys(opened)) {
		all = append(all, control.Wave{Number: n, State: plan.State(n), Monday: n.Opens()})
	}
	return all, nil
}

// MoveWave moves a wave by command.
func (a *App) MoveWave(ctx context.Context, m control.Move) error {
	if err := a.needs(config.Job); err != nil {
		return err
	}
	return a.alone(ctx, func() error { return a.moveWave(ctx, m) })
}

func (a *App) moveWave(ctx context.Context, m control.Move) error {
	c := a.schedule.control(a.rehearsal)
	var events []wave.Event
	var err error
	switch m.Step {
	case wave.Opened:
		events, err = c.CommandOpen(m.Wave, a.owners(), time.Time{})
	case wave.Closed:
		events, err = c.CommandClose(m.Wave)
	case wave.Sealed:
		events, err = c.CommandSeal(m.Wave)
	default:
		return fmt.Errorf("a wave can be opened, closed or sealed by command, not %s", m.Step)
	}
	if err != nil {
		return err
	}
	if err := a.append(ctx, events); err != nil {
		return err
	}
	if m.Step == wave.Sealed {
		_, err = a.release(ctx)
	}
	return err
}

// SetClock sets the clock of a rehearsal. It is remembered over a restart.
func (a *App) SetClock(ctx context.Context, c control.Clock) error {
	if err := a.needs(config.Job); err != nil {
		return err
	}
	if !a.rehearsal {
		return errors.New("the clock can be set in a rehearsal only")
	}
	text := ""
	if !c.Real {
		if c.Set.IsZero() {
			return errors.New("no time is given to set the clock to")
		}
		text = c.Set.Format(time.RFC3339)
	}
	if err := a.store.SetInstallation(ctx, keyClock, text, a.opt.Now()); err != nil {
		return err
	}
	if c.Real {
		a.schedule.clock.Resume()
	} else {
		a.schedule.clock.Set(c.Set)
	}
	return a.schedule.Refresh(ctx)
}

// Codes makes new codes and returns them once; only their MACs are kept.
func (a *App) Codes(ctx context.Context, r control.CodesRequest) ([]control.ClassCodes, error) {
	if err := a.needs(config.Issuer); err != nil {
		return nil, err
	}
	plan, known := a.schedule.Plan(), a.schedule.Roster()
	var orders []ballot.Order
	var made []control.ClassCodes
	for _, o := range known.Owners {
		for _, s := range o.Schools {
			for _, c := range s.Classes {
				if r.School != "" && r.School != s.Org || r.Class != "" && r.Class != c.Name {
					continue
				}
				ask, ok := plan.Ask(s.Org, c.Name, r.Wave)
				if !ok || r.School == "" && ask.State != wave.StateOpen {
					continue
				}
				if ask.Paused {
					if r.Class != "" {
						return nil, fmt.Errorf("class %s pauses in wave %d: its school said so", c.Name, r.Wave)
					}
					continue
				}
				if err := a.mayPrint(o, ask); err != nil {
					return nil, err
				}
				n := r.Count
				if n == 0 {
					n = c.Size
				}
				orders = append(orders, ballot.Order{Ask: ask, N: n})
				made = append(made, control.ClassCodes{
					School: s.Org, SchoolName: s.Name, Written: s.Written, Class: c.Name, Wave: r.Wave,
				})
			}
		}
	}
	if len(orders) == 0 {
		if r.Class != "" {
			return nil, fmt.Errorf("there is no class %s at school %s on the roster", r.Class, r.School)
		}
		if _, _, ok := known.School(r.School); r.School != "" && !ok {
			return nil, fmt.Errorf("there is no school %s on the roster", r.School)
		}
		return nil, fmt.Errorf("no class is asked in wave %d: it is not open", r.Wave)
	}
	// The slips bear the fingerprint of the wave's keys.
	if err := a.keys.Rotate(r.Wave.SchoolYear()); err != nil {
		return nil, err
	}
	fingerprint := a.keys.Chain().For(uint32(r.Wave)).Fingerprint()
	codes, err := a.issuer.MakeCodes(ctx, orders...)
	if err != nil {
		return nil, err
	}
	for i := range made {
		made[i].Fingerprint = fingerprint
		for _, code := range codes[i] {
			made[i].Codes = append(made[i].Codes, code.String())
		}
	}
	return made, nil
}

// mayPrint says why slips for a wave that has not opened would never work: the
// owner's calendar does not ask in that week. A rehearsal opens any week.
func (a *App) mayPrint(o roster.Owner, ask wave.Ask) error {
	if ask.State != wave.StatePlanned || a.rehearsal {
		return nil
	}
	calendar := wave.NewCalendar(o)
	if planned, _ := calendar.Planned(ask.Wave); planned && ask.Wave >= wave.NumberOf(a.schedule.Now()) {
		return nil
	}
	for n := wave.NumberOf(a.schedule.Now()); n < ask.Wave+53; n++ {
		if planned, _ := calendar.Planned(n); planned {
			return fmt.Errorf("no one at %s is asked in the week of %s; the next is that of %s (--wave %d)",
				o.Name, ask.Wave.Opens().Format(time.DateOnly), n.Opens().Format(time.DateOnly), n)
		}
	}
	return fmt.Errorf("no one at %s is asked in the week of %s", o.Name, ask.Wave.Opens().Format(time.DateOnly))
}

// AddPerson lets a member of staff sign in.
func (a *App) AddPerson(ctx context.Context, p access.Person) error {
	if err := a.needs(config.Staff); err != nil {
		return err
	}
	known := a.schedule.Roster()
	if _, ok := known.Owner(p.Owner); !ok {
		return fmt.Errorf("no owner %s on the roster: import the roster first", p.Owner)
	}
	for _, org := range p.Schools {
		if o, _, ok := known.School(org); !ok || o.Org != p.Owner {
			return fmt.Errorf("owner %s has no school %s on the roster", p.Owner, org)
		}
	}
	for _, class := range p.Classes {
		school, name, _ := strings.Cut(class, "/")
		if o, _, _, ok := known.Class(school, name); !ok || o.Org != p.Owner {
			return fmt.Errorf("owner %s has no class %s at a school %s on the roster: write it as SCHOOL/CLASS", p.Owner, name, school)
		}
	}
	return a.access.AddPerson(ctx, p)
}

// RemovePerson ends a person's access at once.
func (a *App) RemovePerson(ctx context.Context, email string) error {
	if err := a.needs(config.Staff); err != nil {
		return err
	}
	return a.access.RemovePerson(ctx, email)
}

// People lists who may sign in.
func (a *App) People(ctx context.Context) ([]access.Person, error) {
	if err := a.needs(config.Staff); err != nil {
		return nil, err
	}
	return a.access.People(ctx)
}

// SignInLink makes a link that signs a person in once.
func (a *App) SignInLink(ctx context.Context, email string) (string, error) {
	if err := a.needs(config.Staff); err != nil {
		return "", err
	}
	token, err := a.access.Link(ctx, email)
	if err != nil {
		return "", err
	}
	return a.publicURL + "/staff/signin?token=" + url.QueryEscape(token), nil
}

// OwnerToken makes the bearer token of an owner's metrics.
func (a *App) OwnerToken(ctx context.Context, org string) (string, error) {
	if err := a.needs(config.Staff); err != nil {
		return "", err
	}
	if _, ok := a.schedule.Roster().Owner(org); !ok {
		return "", fmt.Errorf("no owner %s on the roster", org)
	}
	return a.access.OwnerToken(ctx, org)
}

// Detect carries sealed waves on to their release.
func (a *App) Detect(ctx context.Context) ([]wave.Number, error) {
	if err := a.needs(config.Job); err != nil {
		return nil, err
	}
	var released []wave.Number
	err := a.alone(ctx, func() (err error) {
		released, err = a.release(ctx)
		return err
	})
	return released, err
}

// newID draws an id for an event that a person caused.
func newID() (string, error) {
	var raw [16]byte
	if _, err := rand.Read(raw[:]); err != nil {
		return "", fmt.Errorf("draw an id: %w", err)
	}
	return hex.EncodeToString(raw[:]), nil
}

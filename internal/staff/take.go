package staff

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/folgmed/folgmed/internal/access"
	"github.com/folgmed/folgmed/internal/audit"
	"github.com/folgmed/folgmed/internal/desk"
	"github.com/folgmed/folgmed/internal/duty"
	"github.com/folgmed/folgmed/internal/roster"
	"github.com/folgmed/folgmed/internal/wave"
	"github.com/folgmed/folgmed/internal/web"
)

// matters is what is written at one school, as one person may see it.
type matters struct {
	events        []duty.Event
	reports       []duty.Report
	interventions []duty.Intervention
	cases         []duty.Case
}

func (s *Staff) matters(ctx context.Context, v *visit) (matters, error) {
	events, err := s.Store.DutyEvents(ctx, v.school.Org)
	if err != nil {
		return matters{}, fmt.Errorf("read duty events of school %s: %w", v.school.Org, err)
	}
	m := matters{events: events, reports: duty.Reports(events), interventions: duty.Interventions(events)}
	m.reports = slices.DeleteFunc(m.reports, func(r duty.Report) bool {
		return !r.SeenBy(v.person.ID, v.who()) || r.About == duty.AboutLeadership && r.OpenedAt.Before(v.person.Lent)
	})
	if v.leads() {
		m.cases = duty.Cases(events)
	} else {
		m.interventions = slices.DeleteFunc(m.interventions, func(i duty.Intervention) bool { return i.OpenedBy != v.person.ID })
	}
	return m, nil
}

func (v *visit) leads() bool { return v.person.May(access.Lead) }

// who the person is in the duty's table of steps.
func (v *visit) who() duty.Who {
	if v.leads() {
		return duty.Leader
	}
	return duty.Staff
}

func (v *visit) calendar() duty.Calendar { return wave.NewCalendar(v.owner) }

// at finds the person's school by ?school= or the form's field, for a page that
// needs a right.
func (s *Staff) at(c echo.Context, right access.Right) (*visit, error) {
	p, err := personWith(c, right)
	if err != nil {
		return nil, err
	}
	return s.visitWithPeople(c, p, c.FormValue("school"))
}

// visitWithPeople is a visit that knows the staff of the school.
func (s *Staff) visitWithPeople(c echo.Context, p access.Person, org string) (*visit, error) {
	v, err := s.visit(c, p, org)
	if err != nil {
		return nil, err
	}
	if v.people, err = s.People.People(c.Request().Context()); err != nil {
		return nil, fmt.Errorf("read staff: %w", err)
	}
	for _, p := range v.people {
		if p.AtSchool(v.school.Org) {
			v.staff = append(v.staff, p)
		}
	}
	return v, nil
}

// where looks for something at each of the person's schools. What another
// school has, and what is not there, look the same.
func (s *Staff) where(c echo.Context, right access.Right, has func(matters) bool) (*visit, matters, error) {
	p, err := personWith(c, right)
	if err != nil {
		return nil, matters{}, err
	}
	for _, school := range p.Schools {
		v, err := s.visitWithPeople(c, p, school)
		if outcome, _ := web.Outcome(err); outcome == "not_found" {
			continue // the school has left the roster
		}
		if err != nil {
			return nil, matters{}, err
		}
		m, err := s.matters(c.Request().Context(), v)
		if err != nil {
			return nil, matters{}, err
		}
		if has(m) {
			return v, m, nil
		}
	}
	return nil, matters{}, web.Fail("not_found", errNotYours)
}

func personWith(c echo.Context, right access.Right) (access.Person, error) {
	return desk.Person(c, right)
}

// act reads a form that was sent.
func (s *Staff) act(c echo.Context, v *visit) (duty.Act, error) {
	values, err := c.FormParams()
	if err != nil {
		return duty.Act{}, web.Fail("malformed", fmt.Errorf("read form: %w", err))
	}
	seen, err := strconv.Atoi(values.Get("seen"))
	if err != nil {
		seen = -1 // refused as a bad form
	}
	a := duty.Act{
		ID: values.Get("event"), Seen: seen, At: s.Now(), By: v.person.ID, Role: string(v.person.Role),
		Who: v.who(), Fields: duty.Fields{},
	}
	for name, v := range values {
		a.Fields[duty.Field(name)] = v
	}
	return a, nil
}

// attempt is a form that was sent, and what is to happen with it.
type attempt struct {
	step    duty.Step
	of      string // which of several forms of the step
	about   string // for the audit
	audited bool   // false: at no school, as what is about its leadership must not be listed there
	make    func(duty.Act) ([]duty.Event, error)
	again   func(status int, s *sent) error // the page with what was typed
	done    func(first duty.Event) string   // where to go when it is written
}

// write makes the events of a form and appends them. Whatever goes wrong, the
// page comes back with what was typed.
func (s *Staff) try(c echo.Context, v *visit, events []duty.Event, version int, t attempt) error {
	ctx := c.Request().Context()
	a, err := s.act(c, v)
	if err != nil {
		return err
	}
	again := func(status int, field, message string) error {
		return t.again(status, &sent{step: t.step, of: t.of, act: a, field: field, message: message})
	}
	anew := func() { a.ID, a.Seen = rand.Text(), version }

	made, err := []duty.Event(nil), v.knows(a.Fields)
	if err == nil {
		made, err = t.make(a)
	}
	if i := slices.IndexFunc(events, func(e duty.Event) bool { return e.ID == a.ID }); i >= 0 {
		if a.Wrote(events[i]) {
			return c.Redirect(http.StatusSeeOther, t.done(events[i])) // the second click of a double click
		}
		anew()
		return again(http.StatusConflict, "", v.t("refused.sent_before"))
	}
	var refusal *duty.Refusal
	if errors.As(err, &refusal) {
		if refusal.Code == duty.BadForm { // a page kept too long: let it be sent anew
			anew()
		}
		return again(http.StatusUnprocessableEntity, refusal.Field, v.refused(refusal))
	}
	if err != nil {
		return fmt.Errorf("make %s event: %w", t.step, err)
	}
	// First the record of the act: an act without one must not be.
	entry := audit.Entry{Person: v.person.ID, Action: string(t.step), About: t.about}
	if t.audited {
		entry.School = v.school.Org
	}
	if err := s.record.Record(ctx, entry); err != nil {
		return web.Fail("unavailable", err)
	}
	if err := s.Store.AppendDuty(ctx, made); err != nil {
		s.Log.LogAttrs(ctx, slog.LevelError, "duty event not written", slog.String("step", string(t.step)), slog.Any("error", err))
		return again(http.StatusServiceUnavailable, "", v.t("refused.not_stored"))
	}
	return c.Redirect(http.StatusSeeOther, t.done(made[0]))
}

// knows refuses staff and classes that are not the school's to choose: a page of
// ours sends none, and a name could stand in their place.
func (v *visit) knows(f duty.Fields) error {
	for _, field := range []duty.Field{duty.FieldBy, duty.FieldHeardStaff, duty.FieldAskedBy} {
		for _, id := range f[field] {
			if id != "" && !slices.ContainsFunc(v.staff, func(p access.Person) bool { return p.ID == id }) {
				return &duty.Refusal{Code: duty.BadForm, Field: string(field)}
			}
		}
	}
	for _, name := range f[duty.FieldClasses] {
		if !slices.ContainsFunc(v.school.Classes, func(c roster.Class) bool { return c.Name == name }) {
			return &duty.Refusal{Code: duty.BadForm, Field: string(duty.FieldClasses)}
		}
	}
	return nil
}

// subjectOf is what an event is about, and idOf which.
func subjectOf(e duty.Event) duty.Subject {
	subject, _, _ := strings.Cut(e.Subject, ":")
	return duty.Subject(subject)
}

func idOf(e duty.Event) string {
	_, id, _ := strings.Cut(e.Subject, ":")
	return id
}

package owner

import (
	"slices"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/folgmed/folgmed/internal/disclosure"
	"github.com/folgmed/folgmed/internal/duty"
	"github.com/folgmed/folgmed/internal/prompt"
	"github.com/folgmed/folgmed/internal/web"
)

// adultCard is a signal about adults at one school.
type adultCard struct {
	ID, School, Since, OneIn string
	Act                      bool
	PassedOn                 string // the day it was passed on to the principal; empty: it was not
}

func (p *Page) card(v *visit, s disclosure.Signal, prompts []duty.Prompt) adultCard {
	card := adultCard{
		ID: s.ID, School: s.Unit.School, Since: monthOf(v.lang, s.Since),
		OneIn: p.number(v.lang, s.OneIn), Act: s.Tier == disclosure.Act,
	}
	for _, school := range v.owner.Schools {
		if school.Org == s.Unit.School {
			card.School = school.Name
		}
	}
	for _, q := range prompts {
		for _, e := range q.History {
			if e.Body.Reason == string(prompt.PassedOn) && slices.Contains(e.Body.Signals, s.ID) {
				card.PassedOn = web.Date(v.lang, e.At)
			}
		}
	}
	return card
}

// passOn lets the school's principal see a signal about adults.
func (p *Page) passOn(c echo.Context) error {
	ctx := c.Request().Context()
	v, err := p.visit(c)
	if err != nil {
		return err
	}
	adults, err := p.adults(ctx, v)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(adults, func(s disclosure.Signal) bool { return s.ID == c.FormValue("signal") })
	if i < 0 {
		return web.Fail("not_found", errNoSignal)
	}
	prompts, err := p.prompts(ctx, v)
	if err != nil {
		return err
	}
	event, ok := prompt.PassOn(adults[i], prompts, p.now(), v.person.ID, string(v.person.Role))
	if !ok {
		return p.saved(c, savedAdult) // the second click of a double click
	}
	// First the record of the act: an act without one must not be.
	if err := p.audit(ctx, v, "passed_on", adults[i].ID); err != nil {
		return err
	}
	if err := p.store.AppendDuty(ctx, []duty.Event{event}); err != nil {
		return p.notStored(c, v, pageData{}, 0, err)
	}
	return p.saved(c, savedAdult)
}

// monthOf writes 2026-10 as October 2026.
func monthOf(lang, since string) string {
	t, err := time.Parse("2006-01", since)
	if err != nil {
		return since
	}
	return web.Month(lang, t.Month()) + " " + strconv.Itoa(t.Year())
}

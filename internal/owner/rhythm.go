package owner

import (
	"fmt"
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"github.com/folgmed/folgmed/internal/roster"
	"github.com/folgmed/folgmed/internal/wave"
)

// rhythmChoice is one of the radio buttons.
type rhythmChoice struct {
	Value       int
	Word, Means string
	Chosen      bool
}

// rhythms fills in how often pupils are asked now, how often they will be, and
// what there is to choose among. chosen is the one that stays marked after a
// choice in vain, or 0.
func (p *Page) rhythms(v *visit, data *pageData, chosen int) {
	this := wave.NumberOf(p.now()).SchoolYear()
	data.RhythmFrom = wave.NewCalendar(v.owner).RhythmFrom(p.now())
	now, next := v.owner.RhythmIn(this), v.owner.RhythmIn(data.RhythmFrom)
	for _, weeks := range roster.Rhythms {
		key := "rhythm." + strconv.Itoa(weeks)
		word := p.cat.Text(v.lang, key)
		data.Rhythms = append(data.Rhythms, rhythmChoice{
			Value: weeks, Word: word, Means: p.cat.Text(v.lang, key+"_means"),
			Chosen: weeks == chosen || chosen == 0 && weeks == next,
		})
		if weeks == now {
			data.RhythmNow = word
		}
		if weeks == next && next != now {
			data.RhythmNext = word
		}
	}
}

// chooseRhythm writes how often pupils are to be asked, from the school year
// that the page said.
func (p *Page) chooseRhythm(c echo.Context) error {
	ctx := c.Request().Context()
	v, err := p.visit(c)
	if err != nil {
		return err
	}
	weeks, _ := strconv.Atoi(c.FormValue("weeks")) // 0, which is none, if the form does not say
	id := c.FormValue("choice")
	from := wave.NewCalendar(v.owner).RhythmFrom(p.now())
	choice, err := roster.NewRhythmChoice(id, v.owner.Org, weeks, from, p.now(), v.person.ID)
	switch {
	case err != nil || len(id) < 16 || len(id) > 64:
		return p.render(c, v, http.StatusUnprocessableEntity, pageData{Fault: p.cat.Text(v.lang, "rate.choose"), weeks: weeks}, 0)
	case c.FormValue("from") != strconv.Itoa(from): // the page is from before the year's first survey
		return p.render(c, v, http.StatusConflict, pageData{Fault: p.cat.Text(v.lang, "rhythm.meanwhile", from), weeks: weeks}, 0)
	}
	if err := p.audit(ctx, v, "chose_rhythm", fmt.Sprintf("%d weeks from %d", weeks, from)); err != nil {
		return err
	}
	if err := p.store.AppendRhythmChoice(ctx, choice); err != nil {
		return p.notStored(c, v, pageData{ChoiceID: id, weeks: weeks}, 0, err)
	}
	return p.saved(c, savedRhythm)
}

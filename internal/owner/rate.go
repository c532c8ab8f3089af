package owner

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/folgmed/folgmed/internal/roster"
	"github.com/folgmed/folgmed/internal/wave"
	"github.com/folgmed/folgmed/internal/web"
)

// rateWords are the rates as the page calls them, in the order it shows them.
var rateWords = []struct {
	word string
	rate float64
}{{"few", .1}, {"some", .25}, {"many", .5}}

// rateChoice is one of the three radio buttons.
type rateChoice struct {
	Value, Word, Consequences string
	Chosen                    bool
}

// rates fills in what is in force, what will be, and the three to choose among.
// chosen is the one that stays marked after a choice in vain, or 0.
func (p *Page) rates(ctx context.Context, v *visit, data *pageData, chosen float64) error {
	choices, err := p.store.RateChoices(ctx)
	if err != nil {
		return fmt.Errorf("read the choices of rates: %w", err)
	}
	now := p.now().In(wave.Oslo)
	from := roster.NextTerm(now)
	current, next := v.owner.RateOn(roster.Date(now.Format(time.DateOnly)), choices), v.owner.RateOn(from, choices)
	data.From = web.Date(v.lang, from.Day())
	for _, r := range rateWords {
		word := p.cat.Text(v.lang, "rate."+r.word)
		data.Rates = append(data.Rates, rateChoice{
			Value: r.word, Word: word, Consequences: p.cat.Text(v.lang, "rate."+r.word+"_means"),
			Chosen: r.rate == chosen || chosen == 0 && r.rate == next,
		})
		if r.rate == current {
			data.Now = word
		}
		if r.rate == next && next != current {
			data.Next = word
		}
	}
	return nil
}

// choose writes the choice of a rate, which acts from the next term on.
func (p *Page) choose(c echo.Context) error {
	ctx := c.Request().Context()
	v, err := p.visit(c)
	if err != nil {
		return err
	}
	var rate float64 // stays 0, which is none, if the form does not say
	for _, r := range rateWords {
		if r.word == c.FormValue("rate") {
			rate = r.rate
		}
	}
	id := c.FormValue("choice")
	choice, err := roster.NewRateChoice(id, v.owner.Org, rate, p.now().In(wave.Oslo), v.person.ID)
	if err != nil || len(id) < 16 || len(id) > 64 {
		data := pageData{Fault: p.cat.Text(v.lang, "rate.choose")}
		return p.render(c, v, http.StatusUnprocessableEntity, data, rate)
	}
	about := fmt.Sprintf("%g from %s", choice.Rate, choice.From)
	if err := p.audit(ctx, v, "chose_rate", about); err != nil {
		return err
	}
	if err := p.store.AppendRateChoice(ctx, choice); err != nil {
		return p.notStored(c, v, pageData{ChoiceID: id}, rate, err)
	}
	return p.saved(c, savedRate)
}

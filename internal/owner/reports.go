package owner

import (
	"context"
	"crypto/rand"
	"errors"
	"net/http"
	"slices"
	"strconv"

	"github.com/labstack/echo/v4"

	"github.com/folgmed/folgmed/internal/duty"
	"github.com/folgmed/folgmed/internal/wave"
	"github.com/folgmed/folgmed/internal/web"
)

// reportCard is a report that is the owner's: about a school's leadership, about
// staff and passed on, or serious.
type reportCard struct {
	ID, School, Opened, Why string
	Serious                 bool
	Judged                  string // when and why the principal found it serious
	Text                    string
	Answers                 []string
	Event                   string // made with the form: sent twice is one answer
	Seen                    int
	Typed, Fault            string // what was typed in vain, and why
}

// waitingCard is how much of one school waits for longer than it should.
type waitingCard struct {
	School, Prompts, Reports string
}

// reportAnswer is an answer that was not written.
type reportAnswer struct {
	report, text, fault string
	event               string
	seen                int
}

// fillDuty adds what is reported to the owner and what waits at its schools.
func (p *Page) fillDuty(ctx context.Context, v *visit, data *pageData, again reportAnswer) error {
	events, err := p.events(ctx, v)
	if err != nil {
		return err
	}
	for _, r := range v.ownReports(events) {
		data.Reports = append(data.Reports, p.reportCard(v, r, again))
	}
	cal, day := wave.NewCalendar(v.owner), latestSchoolDay(v.owner, p.now())
	before := slices.DeleteFunc(slices.Clone(events), func(e duty.Event) bool { return !e.At.Before(day) })
	for _, school := range v.owner.Schools {
		w := duty.WaitingAt(before, school.Org, cal, day)
		if w == (duty.Waiting{}) {
			continue
		}
		card := waitingCard{School: school.Name}
		if w.Prompts > 0 {
			card.Prompts = p.cat.Plural(v.lang, "waiting.prompts", w.Prompts)
		}
		if w.Reports > 0 {
			card.Reports = p.cat.Plural(v.lang, "waiting.reports", w.Reports)
		}
		data.Waiting = append(data.Waiting, card)
	}
	return nil
}

// ownReports are the reports that the owner's people may see, newest first.
func (v *visit) ownReports(events []duty.Event) []duty.Report {
	reports := slices.DeleteFunc(duty.Reports(events), func(r duty.Report) bool {
		return r.Owner != v.owner.Org || !r.SeenBy("", duty.Owner)
	})
	slices.Reverse(reports)
	return reports
}

func (p *Page) reportCard(v *visit, r duty.Report, again reportAnswer) reportCard {
	card := reportCard{
		ID: r.ID, Opened: web.Date(v.lang, r.OpenedAt), Text: r.What, Why: p.cat.Text(v.lang, "reports.about."+r.About),
		Serious: r.Serious == duty.Yes, Event: rand.Text(), Seen: r.Version,
	}
	for _, school := range v.owner.Schools {
		if school.Org == r.School {
			card.School = school.Name
		}
	}
	for _, e := range r.Of(duty.Judged) {
		if f := e.Body.Fields; f.Get(duty.FieldSerious) == duty.Yes {
			card.Judged = p.cat.Text(v.lang, "reports.judged", web.Date(v.lang, e.At), f.Get(duty.FieldReason))
		}
	}
	for _, e := range r.Of(duty.OwnerTook) {
		card.Answers = append(card.Answers, web.Date(v.lang, e.At)+": "+e.Body.Fields.Get(duty.FieldText))
	}
	if again.report == r.ID {
		card.Typed, card.Fault, card.Event, card.Seen = again.text, again.fault, again.event, again.seen
	}
	return card
}

var errNoReport = errors.New("no such report is the owner's")

// answerReport writes what the owner does about a report: who reported it reads
// that it is followed up, and not what stands here.
func (p *Page) answerReport(c echo.Context) error {
	ctx := c.Request().Context()
	v, err := p.visit(c)
	if err != nil {
		return err
	}
	events, err := p.events(ctx, v)
	if err != nil {
		return err
	}
	reports := v.ownReports(events)
	i := slices.IndexFunc(reports, func(r duty.Report) bool { return r.ID == c.FormValue("report") })
	if i < 0 {
		return web.Fail("not_found", errNoReport)
	}
	r, text := reports[i], c.FormValue("text")
	seen, err := strconv.Atoi(c.FormValue("seen"))
	if err != nil {
		seen = -1 // refused as a bad form
	}
	act := duty.Act{
		ID: c.FormValue("event"), Seen: seen, At: p.now(), By: v.person.ID, Role: string(v.person.Role), Who: duty.Owner,
		Fields: duty.Fields{duty.FieldText: {text}},
	}
	again := reportAnswer{report: r.ID, text: text, event: act.ID, seen: seen}
	event, err := duty.Take(r, duty.OwnerTook, act)
	if sent, ok := r.Find(act.ID); ok {
		if act.Wrote(sent.Event) {
			return p.saved(c, savedReport) // the second click of a double click
		}
		again.fault, again.event, again.seen = p.cat.Text(v.lang, "reports.sent_before"), rand.Text(), r.Version
		return p.renderDuty(c, v, http.StatusConflict, again)
	}
	var refusal *duty.Refusal
	if errors.As(err, &refusal) {
		again.fault = p.cat.Text(v.lang, "reports.refused."+refused(refusal.Code))
		if refusal.Code == duty.BadForm {
			again.event, again.seen = rand.Text(), r.Version
		}
		return p.renderDuty(c, v, http.StatusUnprocessableEntity, again)
	}
	if err := p.audit(ctx, v, string(duty.OwnerTook), r.ID); err != nil {
		return err
	}
	if err := p.store.AppendDuty(ctx, []duty.Event{event}); err != nil {
		again.fault = p.cat.Text(v.lang, "rate.not_stored")
		return p.renderDuty(c, v, http.StatusServiceUnavailable, again)
	}
	return p.saved(c, savedReport)
}

// refused sorts the refusals of a text into those the page has words for.
func refused(code duty.RefusalCode) string {
	switch code {
	case duty.Missing, duty.TooLong, duty.BadForm:
		return string(code)
	default:
		return "person"
	}
}

func (p *Page) renderDuty(c echo.Context, v *visit, status int, again reportAnswer) error {
	return p.renderWith(c, v, status, pageData{Fault: again.fault}, 0, again)
}

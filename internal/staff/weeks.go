package staff

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/folgmed/folgmed/internal/desk"
	"github.com/folgmed/folgmed/internal/disclosure"
	"github.com/folgmed/folgmed/internal/duty"
	"github.com/folgmed/folgmed/internal/wave"
	"github.com/folgmed/folgmed/internal/web"
)

// weeksPage is /staff/carry-out/weeks: the school year week by week, and the
// pauses.
type weeksPage struct {
	web.Frame
	Back, School, Year string
	Rhythm, NextRhythm string // how often the school is asked, and from next autumn if that is another
	Figures            string
	Past, Weeks        []weekRow // those that are over; this one and those ahead
	Pauses             []pauseCard
	Ahead, Classes     []option // that a pause can be said of
	Event, Fault       string   // the pause's id; why nothing was written
	Saved              string
	FollowUps          []link // of the pause that was just said
}

// weekRow is one week of the year.
type weekRow struct {
	Week                 int // ISO
	Days, State, Seals   string
	Now, Asked, NewBlock bool // NewBlock: figures of classes may move after it
	Pauses               []string
	Questions            string // the address of what is asked then
}

// pauseCard is one that stands.
type pauseCard struct {
	Words, Said string
	Wave        wave.Number
	Class       string
	Back        bool   // it can still be taken back
	FollowUps   []link // the cases that follow up a class that week
}

func (v *visit) weeksHref() string { return "/staff/carry-out/weeks?school=" + v.school.Org }

func (s *Staff) showWeeks(c echo.Context) error {
	v, err := s.inCharge(c, c.QueryParam("school"))
	if err != nil {
		return err
	}
	if err := s.audit(c.Request().Context(), v, "read_carry_out", ""); err != nil {
		return err
	}
	return s.renderWeeks(c, v, http.StatusOK, wave.Pause{}, "")
}

// renderWeeks shows the page; said is a pause that was not written, and fault
// why.
func (s *Staff) renderWeeks(c echo.Context, v *visit, status int, said wave.Pause, fault string) error {
	ctx := c.Request().Context()
	pauses, err := s.Store.PausesOf(ctx, v.school.Org)
	if err != nil {
		return fmt.Errorf("read the pauses of school %s: %w", v.school.Org, err)
	}
	now := s.Now()
	this := wave.NumberOf(now)
	autumn := this.SchoolYear()
	rhythm := max(v.owner.RhythmIn(autumn), 1)
	page := weeksPage{
		Frame: v.frameAt(desk.CarryOut), Back: carryOutOf(v.school.Org), School: v.school.Org, Year: fmt.Sprintf("%d–%d", autumn, autumn+1),
		Rhythm: v.t("weeks.rhythm." + strconv.Itoa(rhythm)), Figures: v.t("weeks.figures", disclosure.BlockWaves(rhythm)),
		Event: cmp.Or(said.ID, rand.Text()), Fault: fault,
	}
	if next := v.owner.RhythmIn(autumn + 1); next != v.owner.RhythmIn(autumn) {
		page.NextRhythm = v.t("weeks.next_rhythm."+strconv.Itoa(next), autumn+1)
	}
	block := disclosure.BlockWaves(rhythm)
	for _, week := range s.Waves.Plan().Year(v.owner, autumn, now) {
		row := s.weekRow(v, week, this)
		row.NewBlock = week.Asked && (week.Ordinal+1)%block == 0
		for _, p := range pauses {
			if p.Wave == week.Number {
				row.Pauses = append(row.Pauses, v.paused(p))
			}
		}
		if week.Number < this {
			page.Past = append(page.Past, row)
		} else {
			page.Weeks = append(page.Weeks, row)
		}
		if week.Asked && week.State == wave.StatePlanned && now.Before(week.Number.SaidBy()) {
			page.Ahead = append(page.Ahead, option{strconv.Itoa(int(week.Number)), v.weekOf(week.Number), week.Number == said.Wave})
		}
	}
	page.Classes = append(page.Classes, option{"", v.t("weeks.whole_school"), said.Class == ""})
	for _, class := range sortClasses(v.school.Classes) {
		page.Classes = append(page.Classes, option{class.Name, class.Name, class.Name == said.Class})
	}
	if page.Pauses, err = s.pauseCards(ctx, v, pauses, autumn); err != nil {
		return err
	}
	if what := c.QueryParam("saved"); fault == "" && (what == "paused" || what == "resumed") {
		page.Saved = v.t("weeks.saved." + what)
		for _, card := range page.Pauses {
			if strconv.Itoa(int(card.Wave)) == c.QueryParam("wave") && card.Class == c.QueryParam("class") {
				page.FollowUps = card.FollowUps
			}
		}
	}
	return s.pages.Render(c, status, "weeks", v.lang, page)
}

// weekRow tells of a week, its pauses apart.
func (s *Staff) weekRow(v *visit, week wave.Week, this wave.Number) weekRow {
	n := week.Number
	row := weekRow{Now: n == this, Asked: week.Asked}
	_, row.Week = n.Week()
	row.Days = web.Days(v.lang, n.Opens(), n.Closes())
	key := "weeks.state." + string(week.State)
	if week.State == wave.StatePlanned {
		key = "weeks.why." + string(week.Why)
	}
	row.State = v.t(key)
	if week.Asked {
		row.Seals = web.DayMonth(v.lang, n.Seals())
		row.Questions = fmt.Sprintf("/staff/questions?school=%s&week=%d", v.school.Org, n)
	}
	return row
}

// paused names whom a pause is of.
func (v *visit) paused(p wave.Pause) string { return cmp.Or(p.Class, v.t("weeks.whole_school")) }

// pauseCards are the pauses of the school year, the next one first.
func (s *Staff) pauseCards(ctx context.Context, v *visit, pauses []wave.Pause, autumn int) ([]pauseCard, error) {
	names, err := s.names(ctx)
	if err != nil {
		return nil, err
	}
	m, err := s.matters(ctx, v)
	if err != nil {
		return nil, err
	}
	var cards []pauseCard
	for _, p := range pauses {
		if p.Wave.SchoolYear() != autumn {
			continue
		}
		_, week := p.Wave.Week()
		cards = append(cards, pauseCard{
			Words: v.t("weeks.pause_of", v.paused(p), week), Wave: p.Wave, Class: p.Class,
			Said:      v.t("weeks.said", web.Date(v.lang, p.At), cmp.Or(names[p.By], v.t("carry_out.someone"))),
			FollowUps: s.followedUp(v, m, p),
			Back:      s.Now().Before(p.Wave.SaidBy()) && s.Waves.Plan().StateFor(v.owner.Org, p.Wave) == wave.StatePlanned,
		})
	}
	return cards, nil
}

// followedUp are the open cases that a pause keeps from following up a class. Who
// does not lead sees none.
func (s *Staff) followedUp(v *visit, m matters, p wave.Pause) []link {
	var cases []link
	for _, one := range m.cases {
		i := slices.IndexFunc(one.FollowUps, func(f duty.FollowUp) bool {
			return f.Wave == uint32(p.Wave) && (p.Class == "" || slices.Contains(f.Classes, p.Class))
		})
		if one.Open() && i >= 0 && s.Now().Before(p.Wave.Opens()) {
			cases = append(cases, link{Href: "/staff/cases/" + one.ID + "#followup", Label: v.t("weeks.followed_up", strings.Join(one.FollowUps[i].Classes, ", "))})
		}
	}
	return cases
}

// pause says one, or takes one back.
func (s *Staff) pause(c echo.Context) error {
	ctx := c.Request().Context()
	v, err := s.inCharge(c, c.FormValue("school"))
	if err != nil {
		return err
	}
	n, _ := strconv.ParseUint(c.FormValue("wave"), 10, 32) // 0 is refused: nobody was asked then
	said := wave.Pause{
		ID: cmp.Or(c.FormValue("event"), rand.Text()), Wave: wave.Number(n), Owner: v.owner.Org, School: v.school.Org, Class: c.FormValue("class"),
		Stands: c.FormValue("step") != "resume", At: s.Now(), By: v.person.ID,
	}
	saved, action := "paused", "paused"
	if !said.Stands {
		saved, action = "resumed", "resumed"
	}
	err = s.Waves.Plan().CheckPause(v.owner, said, s.Now())
	if err == nil {
		// First the record of the act: an act without one must not be.
		if err := s.audit(ctx, v, action, fmt.Sprintf("wave %d, %s", said.Wave, cmp.Or(said.Class, "all classes"))); err != nil {
			return err
		}
		err = s.Waves.Pause(ctx, said)
	}
	var refusal wave.PauseRefusal
	switch {
	case err == nil:
		return c.Redirect(http.StatusSeeOther, v.weeksHref()+"&"+url.Values{"saved": {saved}, "wave": {c.FormValue("wave")}, "class": {said.Class}}.Encode()+"#saved")
	case errors.As(err, &refusal):
		return s.renderWeeks(c, v, http.StatusUnprocessableEntity, said, v.t("weeks.refused."+string(refusal)))
	default:
		s.Log.LogAttrs(ctx, slog.LevelError, "a pause was not written", slog.Any("error", err))
		return s.renderWeeks(c, v, http.StatusServiceUnavailable, said, v.t("void.refused.unavailable"))
	}
}

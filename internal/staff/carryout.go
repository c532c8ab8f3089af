package staff

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"slices"

	"github.com/labstack/echo/v4"

	"github.com/folgmed/folgmed/internal/access"
	"github.com/folgmed/folgmed/internal/audit"
	"github.com/folgmed/folgmed/internal/desk"
	"github.com/folgmed/folgmed/internal/wave"
	"github.com/folgmed/folgmed/internal/web"
)

// carryOutPage is /staff/carry-out: this week's survey and the school's classes.
// It counts nothing that anyone answered.
type carryOutPage struct {
	web.Frame
	Week   int // ISO
	State  string
	Grades []gradeRows
	Weeks  string // where the weeks of the year are, and pauses
	Asks   string // where the questions are
	Voided string // the class whose answers were just set aside, or empty
}

// gradeRows are the classes of a grade, or of several that go together.
type gradeRows struct {
	Name    string
	Classes []classRow
}

// classRow is one class in the week's survey.
type classRow struct {
	Name, State string
	Anew        string // when and by whom it was sent to answer anew, and why
	Void        string // where that is done; empty: it can not be
	Session     string // where the class session is opened and slips are printed
}

// voidPage is /staff/carry-out/void: are you sure, and why?
type voidPage struct {
	web.Frame
	Back, School, Class string
	Wave                wave.Number
	Before              string // when the class has to have answered anew; empty: the wave has no end yet
	Reason              wave.VoidReason
	Reasons             []wave.VoidReason
	Fault               string
}

func carryOutOf(school string) string { return "/staff/carry-out?school=" + school }

// inCharge returns who asks, at the school that is meant, if the person may see
// to it that surveys are carried out there.
func (s *Staff) inCharge(c echo.Context, school string) (*visit, error) {
	p, err := person(c)
	if err != nil {
		return nil, err
	}
	if !p.May(access.CarryOut) {
		return nil, web.Fail("forbidden", errNotYours)
	}
	return s.visit(c, p, school)
}

func (s *Staff) carryOut(c echo.Context) error {
	ctx := c.Request().Context()
	v, err := s.inCharge(c, c.QueryParam("school"))
	if err != nil {
		return err
	}
	n := wave.NumberOf(s.Now())
	anew, err := s.anew(ctx, v, n)
	if err != nil {
		return err
	}
	plan := s.Waves.Plan()
	state := plan.StateFor(v.owner.Org, n)
	page := carryOutPage{Frame: v.frameAt(desk.CarryOut), State: s.carryOutState(v, plan, n, state)}
	_, page.Week = n.Week()
	page.Weeks, page.Asks = v.weeksHref(), "/staff/questions?school="+v.school.Org
	for _, class := range sortClasses(v.school.Classes) {
		ask, ok := plan.Ask(v.school.Org, class.Name, n)
		asked := ok && !ask.Paused && state != wave.StatePlanned
		row := classRow{Name: class.Name, State: v.t("carry_out.not_asked"), Anew: anew[class.Name]}
		if asked {
			row.State = v.t("carry_out.asked")
			row.Session = access.SessionOf(v.school.Org, class.Name)
		}
		if ask.Paused {
			row.State = v.t("carry_out.paused")
		}
		if asked && slices.ContainsFunc(wave.VoidReasons, func(r wave.VoidReason) bool { return wave.CheckVoid(ask, r) == nil }) {
			row.Void = "/staff/carry-out/void?" + url.Values{"school": {v.school.Org}, "class": {class.Name}}.Encode()
		}
		if class.Name == c.QueryParam("voided") && row.Anew != "" {
			page.Voided = class.Name
		}
		page.add(v.grades(class.Grades), row)
	}
	if err := s.audit(ctx, v, "read_carry_out", ""); err != nil {
		return err
	}
	return s.pages.Render(c, http.StatusOK, "carryout", v.lang, page)
}

// add puts a class below its grade: the classes come in their natural order.
func (p *carryOutPage) add(grade string, row classRow) {
	if n := len(p.Grades); n == 0 || p.Grades[n-1].Name != grade {
		p.Grades = append(p.Grades, gradeRows{Name: grade})
	}
	last := &p.Grades[len(p.Grades)-1]
	last.Classes = append(last.Classes, row)
}

// carryOutState says how far the week's survey has come, and what is next.
func (s *Staff) carryOutState(v *visit, plan *wave.Plan, n wave.Number, state wave.State) string {
	switch state {
	case wave.StateOpen:
		if !s.Now().Before(n.Closes()) {
			return v.t("carry_out.open_now") // a rehearsal, that a command closes
		}
		return v.t("carry_out.open", web.Date(v.lang, n.Closes()))
	case wave.StateClosed:
		return v.t("carry_out.closed", web.Date(v.lang, n.Seals()))
	case wave.StateSealed:
		return v.t("carry_out.sealed")
	case wave.StateReleased:
		return v.t("carry_out.released")
	case wave.StatePlanned:
	}
	calendar := wave.NewCalendar(v.owner)
	for next := n + 1; next < n+weeksAhead; next++ {
		if planned, _ := calendar.Planned(next); planned && plan.StateFor(v.owner.Org, next) == wave.StatePlanned {
			return v.t("carry_out.next", web.Date(v.lang, next.Opens()))
		}
	}
	return v.t("carry_out.none")
}

// weeksAhead is how far the page looks for the next survey: over any summer.
const weeksAhead = 20

// anew says of each class that answers anew when that was decided, by whom and
// why.
func (s *Staff) anew(ctx context.Context, v *visit, n wave.Number) (map[string]string, error) {
	voids, err := s.Store.VoidsOf(ctx, v.school.Org)
	if err != nil {
		return nil, fmt.Errorf("read which classes of school %s answer anew: %w", v.school.Org, err)
	}
	names, err := s.names(ctx)
	if err != nil {
		return nil, err
	}
	said := make(map[string]string)
	for _, void := range voids {
		if void.Wave != n {
			continue
		}
		who := names[void.By]
		if who == "" {
			who = v.t("carry_out.someone")
		}
		said[void.Class] = v.t("carry_out.anew", web.Date(v.lang, void.At), who, v.t("void.reason."+string(void.Reason)))
	}
	return said, nil
}

func (s *Staff) askToVoid(c echo.Context) error {
	v, ask, err := s.voidable(c, c.QueryParam("school"), c.QueryParam("class"))
	if err != nil {
		return err
	}
	return s.renderVoid(c, v, ask, http.StatusOK, "", "")
}

// voidable finds the class that is meant, in this week's wave.
func (s *Staff) voidable(c echo.Context, school, class string) (*visit, wave.Ask, error) {
	v, err := s.inCharge(c, school)
	if err != nil {
		return nil, wave.Ask{}, err
	}
	ask, ok := s.Waves.Plan().Ask(v.school.Org, class, wave.NumberOf(s.Now()))
	if !ok {
		return nil, ask, web.Fail("not_found", errNotYours)
	}
	return v, ask, nil
}

func (s *Staff) renderVoid(c echo.Context, v *visit, ask wave.Ask, status int, reason wave.VoidReason, fault string) error {
	page := voidPage{
		Frame: v.frameAt(desk.CarryOut), Back: carryOutOf(v.school.Org), School: v.school.Org, Class: ask.Class,
		Wave: ask.Wave, Reason: reason, Reasons: wave.VoidReasons, Fault: fault,
	}
	page.Narrow = true
	if closes := ask.Wave.Closes(); s.Now().Before(closes) {
		page.Before = v.t("void.before", web.DateTime(v.lang, closes))
	}
	return s.pages.Render(c, status, "void", v.lang, page)
}

func (s *Staff) void(c echo.Context) error {
	ctx := c.Request().Context()
	v, ask, err := s.voidable(c, c.FormValue("school"), c.FormValue("class"))
	if err != nil {
		return err
	}
	reason := wave.VoidReason(c.FormValue("reason"))
	saved := carryOutOf(v.school.Org) + "&voided=" + url.QueryEscape(ask.Class) + "#saved"
	err = wave.CheckVoid(ask, reason)
	if err == nil && c.FormValue("wave") != fmt.Sprint(ask.Wave) {
		err = wave.VoidTooLate // the page is of last week
	}
	if err == nil {
		// First the record of the act: an act without one must not be.
		if err := s.audit(ctx, v, audit.VoidedAttempt, audit.Attempt(uint32(ask.Wave), ask.Class, string(reason))); err != nil {
			return err
		}
		err = s.Waves.Void(ctx, wave.NewVoid(ask, reason, v.person.ID, s.Now()))
	}
	var refusal wave.VoidRefusal
	switch {
	case err == nil:
		return c.Redirect(http.StatusSeeOther, saved)
	case errors.As(err, &refusal) && refusal == wave.VoidTwice && c.FormValue("wave") == fmt.Sprint(ask.Wave):
		return c.Redirect(http.StatusSeeOther, saved) // a double click, or a colleague was first: the page says who
	case errors.As(err, &refusal):
		return s.renderVoid(c, v, ask, http.StatusUnprocessableEntity, reason, v.t("void.refused."+string(refusal)))
	default:
		s.Log.LogAttrs(ctx, slog.LevelError, "an attempt was not voided", slog.Any("error", err))
		return s.renderVoid(c, v, ask, http.StatusServiceUnavailable, reason, v.t("void.refused.unavailable"))
	}
}

package classroom

import (
	"bytes"
	"crypto/rand"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"
	"golang.org/x/text/collate"
	"golang.org/x/text/language"

	"github.com/folgmed/folgmed/internal/access"
	"github.com/folgmed/folgmed/internal/qr"
	"github.com/folgmed/folgmed/internal/roster"
	"github.com/folgmed/folgmed/internal/web"
)

// classesPage is /staff/session: the person's classes.
type classesPage struct {
	web.Frame
	Schools []schoolClasses
}

type schoolClasses struct {
	Name    string
	Classes []classLink
}

type classLink struct{ Name, Href string }

func (p *Pages) classes(c echo.Context) error {
	v, err := p.at(c, "")
	if err != nil {
		return err
	}
	page := classesPage{Frame: v.Frame(v.section())}
	var only string
	n := 0
	for _, school := range v.Schools {
		group := schoolClasses{Name: school.Name}
		for _, class := range school.Classes {
			if v.Person.RunsSession(school.Org, class.Name) {
				only, n = access.SessionOf(school.Org, class.Name), n+1
				group.Classes = append(group.Classes, classLink{class.Name, only})
			}
		}
		order := collate.New(language.MustParse("nn"), collate.Numeric) // Å last, as in bokmål too
		slices.SortFunc(group.Classes, func(a, b classLink) int { return order.CompareString(a.Name, b.Name) })
		page.Schools = append(page.Schools, group)
	}
	if n == 1 {
		return c.Redirect(http.StatusSeeOther, only)
	}
	if len(page.Schools) > 1 {
		page.Place = ""
	}
	return p.pages.Render(c, http.StatusOK, "classes", v.Lang, page)
}

// sessionPage is the page of one class.
type sessionPage struct {
	web.Frame
	Session
	Class, Path string
	Back        string // where the week's survey is carried out, for who leads the school
	Size        int    // of the class
	Older       bool
	Now         time.Time
	Address     string // where a code is typed
	Square      qr.Square
	Event       string // made with the form: a double click is one act
	Waits       bool   // no wave is open for the class
	Away        bool   // nothing is known now
	Taken       string
	TimeLeft    string
	Until       string
	How         []string // the teacher's sheet
	Fault       string
	PIN         string // just made
	MayPrint    bool
	MayPIN      bool
	Opening     Opening // as the form stands
}

func (p *Pages) show(c echo.Context) error {
	v, err := p.visit(c)
	if err != nil {
		return err
	}
	if err := p.audit(c.Request().Context(), v, "read_session"); err != nil {
		return err
	}
	return p.render(c, v, http.StatusOK, sessionPage{Opening: offered(v.class)})
}

// offered is how the form of an opening stands until a teacher changes it.
func offered(class roster.Class) Opening { return Opening{class.Size, young(class)} }

func (p *Pages) render(c echo.Context, v *visit, status int, page sessionPage) error {
	session, err := p.Issuing.Session(c.Request().Context(), v.School.Org, v.class.Name)
	switch outcome, _ := web.Outcome(err); outcome {
	case "wave_closed":
		page.Waits, err = true, nil
	case "unavailable":
		p.Log.LogAttrs(c.Request().Context(), slog.LevelError, "class session not shown", slog.Any("error", err))
		page.Away, status, err = true, web.Status(outcome), nil
	}
	if err != nil {
		return err
	}
	page.Frame, page.Session = v.Frame(v.section()), session
	page.Class, page.Size, page.Path = v.class.Name, v.class.Size, access.SessionOf(v.School.Org, v.class.Name)
	page.Older, page.Event = oldEnough(v.class), rand.Text()
	page.MayPrint, page.MayPIN = v.Person.May(access.PrintSlips), v.Person.May(access.MakePIN)
	if v.Person.May(access.CarryOut) {
		page.Back = "/staff/carry-out?school=" + v.School.Org
	}
	page.How = sentences(p.cat.Text(v.Lang, "how.list"))
	page.Taken, page.TimeLeft = p.count(v, session), p.left(v, session)
	page.Until = web.Clock(v.Lang, session.Ends)
	if session.State == Open {
		if page.Square, err = qr.Draw(session.Link); err != nil {
			return err
		}
		if at, err := url.Parse(session.Link); err == nil {
			page.Address = at.Host
		}
	}
	return p.pages.Render(c, status, "session", v.Lang, page)
}

// count is the places taken, in words.
func (p *Pages) count(v *visit, s Session) string {
	return p.cat.Text(v.Lang, "places.taken", s.Taken, s.Places)
}

// left is the time left, in words.
func (p *Pages) left(v *visit, s Session) string {
	minutes := int(s.Ends.Sub(p.Now()).Minutes())
	if s.State != Open || minutes < 0 {
		return p.cat.Text(v.Lang, "time.none")
	}
	return p.cat.Plural(v.Lang, "time.left", minutes)
}

// takenReply is what the page's script asks for, so that the count moves while
// the rest stands still.
type takenReply struct {
	State State  `json:"state"`
	Taken string `json:"taken"`
	Left  string `json:"left"`
}

// taken tells how many places are taken. It is asked again and again, and tells
// nothing that the page does not; opening the page is what is audited.
func (p *Pages) taken(c echo.Context) error {
	v, err := p.visit(c)
	if err != nil {
		return err
	}
	session, err := p.Issuing.Session(c.Request().Context(), v.School.Org, v.class.Name)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, takenReply{session.State, p.count(v, session), p.left(v, session)})
}

// acts names each step in the audit.
var acts = map[Step]string{OpenIt: "opened_session", AddPlace: "added_place", CloseIt: "closed_session", ReopenIt: "reopened_session"}

func (p *Pages) change(c echo.Context) error {
	v, err := p.visit(c)
	if err != nil {
		return err
	}
	step := Step(c.FormValue("step"))
	act, ok := acts[step]
	if !ok {
		return web.Fail("malformed", errNoStep)
	}
	present, _ := strconv.Atoi(c.FormValue("present")) // 0 is refused where it matters
	opening := Opening{present, c.FormValue("whole_class") != ""}
	if err := p.audit(c.Request().Context(), v, act); err != nil {
		return err
	}
	err = p.Issuing.Change(c.Request().Context(), v.School.Org, v.class.Name, step, c.FormValue("event"), opening)
	if err != nil {
		return p.refused(c, v, err, opening)
	}
	return c.Redirect(http.StatusSeeOther, access.SessionOf(v.School.Org, v.class.Name))
}

// refused shows the page again and says why nothing was done.
func (p *Pages) refused(c echo.Context, v *visit, err error, opening Opening) error {
	outcome, ok := web.Outcome(err)
	key := "refused." + outcome
	if !ok || !p.cat.Has(key) {
		return err
	}
	if outcome == "unavailable" {
		p.Log.LogAttrs(c.Request().Context(), slog.LevelError, "class session not changed", slog.Any("error", err))
	}
	return p.render(c, v, web.Status(outcome), sessionPage{Fault: p.cat.Text(v.Lang, key), Opening: opening})
}

// slips prints codes for the class.
func (p *Pages) slips(c echo.Context) error {
	v, err := p.visit(c)
	if err != nil {
		return err
	}
	if !v.Person.May(access.PrintSlips) {
		return web.Fail("forbidden", errNotYours)
	}
	n, _ := strconv.Atoi(c.FormValue("count"))
	if n < 1 {
		return p.render(c, v, http.StatusBadRequest, sessionPage{Fault: p.cat.Text(v.Lang, "refused.malformed"), Opening: offered(v.class)})
	}
	if err := p.audit(c.Request().Context(), v, "printed_slips"); err != nil {
		return err
	}
	var page bytes.Buffer
	if err := p.Issuing.WriteSlips(c.Request().Context(), &page, v.School.Org, v.class.Name, v.School.Written, n); err != nil {
		return p.refused(c, v, err, offered(v.class))
	}
	web.AllowOwnStyle(c.Response().Header(), page.Bytes())
	return c.HTMLBlob(http.StatusOK, page.Bytes())
}

// pin makes a PIN for a substitute, and shows it this once.
func (p *Pages) pin(c echo.Context) error {
	v, err := p.visit(c)
	if err != nil {
		return err
	}
	pin, err := p.PINs.PIN(c.Request().Context(), v.Person, v.School.Org, v.class.Name)
	if err != nil {
		return err
	}
	return p.render(c, v, http.StatusOK, sessionPage{PIN: pin, Opening: offered(v.class)})
}

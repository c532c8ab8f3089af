package staff

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"

	"github.com/labstack/echo/v4"

	"github.com/folgmed/folgmed/internal/access"
	"github.com/folgmed/folgmed/internal/chart"
	"github.com/folgmed/folgmed/internal/desk"
	"github.com/folgmed/folgmed/internal/disclosure"
	"github.com/folgmed/folgmed/internal/duty"
	"github.com/folgmed/folgmed/internal/roster"
	"github.com/folgmed/folgmed/internal/wave"
	"github.com/folgmed/folgmed/internal/web"
	"github.com/folgmed/folgmed/surveys"
)

// talkPage is /staff/talk/SCHOOL/CLASS, for the board in the classroom, and
// /staff/talk/SCHOOL, for pupil council and parents: what was shared of the
// figures of those who answered, and what the school will do. It leads nowhere
// and names no other class.
type talkPage struct {
	web.Frame
	Title, Place string
	School       bool
	Week         int // ISO week of the newest answers in it
	Questions    []talkQuestion
	WillDo       []string
}

// talkQuestion is one question with its newest figure, drawn and in words.
type talkQuestion struct {
	chart.Spans
	Question, Words string
}

// audience is whose figures are shared with them: a class's or the school's.
type audience struct {
	unit  disclosure.Unit
	class *roster.Class // nil: the school
	items []surveys.Item
}

const talkPath, sharePath = "/staff/talk", "/staff/share"

// path is an address of what is shared with the audience.
func (a audience) path(of string) string {
	of += "/" + url.PathEscape(a.unit.School)
	if a.class != nil {
		of += "/" + url.PathEscape(a.class.Name)
	}
	return of
}

// section is where the navigation has the audience.
func (a audience) section() desk.Section {
	if a.class != nil {
		return desk.Classes
	}
	return desk.Groups
}

// name is what the audience is called.
func (v *visit) name(a audience) string {
	if a.class != nil {
		return a.class.Name
	}
	return v.school.Name
}

// findAudience finds the class of the path, or the school if it has none.
func (s *Staff) findAudience(c echo.Context) (*visit, audience, error) {
	if c.Param("class") != "" {
		v, class, err := s.findClass(c)
		if err != nil {
			return nil, audience{}, err
		}
		return v, audience{v.class(class.Name), &class, talkItems(s.columnsFor(class.Grades))}, nil
	}
	p, err := person(c)
	if err != nil {
		return nil, audience{}, err
	}
	v, err := s.visitWithPeople(c, p, c.Param("school"))
	if err != nil {
		return nil, audience{}, err
	}
	whole := v.whole()
	return v, audience{whole, nil, talkItems(s.itemsOf(whole))}, nil
}

// talkItems are the questions that may be talked of together: never a sensitive
// one.
func talkItems(items []surveys.Item) []surveys.Item {
	return slices.DeleteFunc(slices.Clone(items), func(i surveys.Item) bool { return i.Sensitive || !hasColumn(i) })
}

func (s *Staff) talk(c echo.Context) error {
	ctx := c.Request().Context()
	v, a, err := s.findAudience(c)
	if err != nil {
		return err
	}
	m, err := s.matters(ctx, v)
	if err != nil {
		return err
	}
	released, err := s.Store.ReleasedFor(ctx, v.school.Org)
	if err != nil {
		return fmt.Errorf("read releases of school %s: %w", v.school.Org, err)
	}
	talk, last, ok := s.sharedNow(m, a)
	if !ok {
		return web.Fail("not_found", errNotYours)
	}
	if slices.Contains(web.Languages, v.school.Written) {
		v.lang = v.school.Written // the board is the pupils'
		web.SetLang(c, v.lang)
	}
	page := talkPage{
		Frame: web.Frame{Home: a.path(talkPath)}, Title: v.t("talk.title"), Place: v.name(a), School: a.class == nil,
		Questions: v.talkQuestions(a, upTo(released, last)), WillDo: lines(talk.WillDo),
	}
	_, page.Week = last.Week()
	if page.School {
		page.Title = v.t("talk.school_title")
	}
	if err := s.audit(ctx, v, "read_talk", v.name(a)); err != nil {
		return err
	}
	return s.pages.Render(c, http.StatusOK, "talk", v.lang, page)
}

// sharedNow is what is shared with an audience, and the newest wave in it. ok is
// false if nothing is, or what was shared is of another year's pupils.
func (s *Staff) sharedNow(m matters, a audience) (talk duty.Talk, last wave.Number, ok bool) {
	talk, ok = duty.TalkOf(m.events, a.unit)
	now := wave.NumberOf(s.Now())
	for last = wave.FirstOf(now.SchoolYear()); last <= now; last++ {
		if disclosure.ReleaseID(uint32(last)) == talk.Release {
			return talk, last, ok
		}
	}
	return talk, 0, false
}

// talkLinks are where what is shared with an audience is shown, if anything is,
// and where it is shared, if that is the person's to do.
func (s *Staff) talkLinks(v *visit, m matters, a audience) (talk, share string) {
	if _, _, ok := s.sharedNow(m, a); ok {
		talk = a.path(talkPath)
	}
	if v.person.May(access.Share) {
		share = a.path(sharePath)
	}
	return talk, share
}

// upTo are the lines of staff's up to a wave: what was shared stays as it was.
func upTo(released []disclosure.Released, last wave.Number) []disclosure.Released {
	var all []disclosure.Released
	for _, r := range released {
		if r.Audience() == disclosure.Staff && wave.Number(r.Wave()) <= last {
			all = append(all, r)
		}
	}
	return all
}

// talkQuestions are the newest figures of the audience that tell something.
func (v *visit) talkQuestions(a audience, released []disclosure.Released) []talkQuestion {
	var all []talkQuestion
	for _, item := range a.items {
		told := linesOf(released, a.unit, item.ID)
		if len(told) == 0 {
			continue
		}
		r := told[len(told)-1]
		from, to, of, ok := r.Band()
		if !ok || r.SaysNothing() {
			continue
		}
		q := talkQuestion{Question: v.in(item.Text)}
		share := v.in(item.Share)
		if a.class == nil {
			q.Question, share = v.in(item.Label), v.t("question.any_share")
		}
		q.Words = v.outOf(from, to, of, share)
		q.ID, q.Title, q.Desc = "talk-"+item.ID, q.Question, q.Words
		q.Ticks = v.ticks(told)
		q.Rows = []chart.Span{{Label: v.name(a), Look: v.cell(r).Look, From: float64(from) / float64(of), To: float64(to) / float64(of), Words: v.cell(r).Short}}
		if a.class == nil {
			q.Rows[0].Label = v.t("talk.us")
		}
		all = append(all, q)
	}
	return all
}

// outOf says a band as so many of so many.
func (w words) outOf(from, to, of int, share string) string {
	switch {
	case from == 0:
		return w.t("talk.at_most", to, of, share)
	case to == of:
		return w.t("talk.at_least", from, of, share)
	default:
		return w.t("talk.between", from, to, of, share)
	}
}

// sharePage is /staff/share/SCHOOL/CLASS and /staff/share/SCHOOL: what would be
// shared, or is, and where that is done and undone.
type sharePage struct {
	web.Frame
	Back, Name string
	School     bool
	Saved      string
	Fault      *fault
	Talk       string // where it is shown; empty: it is not shared
	Since      string // by whom and when it was shared
	Questions  []talkQuestion
	Share      *stepForm
	Withdraw   *stepForm
}

// findShare is what the pages of sharing know.
func (s *Staff) findShare(c echo.Context) (*visit, audience, matters, []disclosure.Released, error) {
	v, a, err := s.findAudience(c)
	if err != nil {
		return nil, a, matters{}, nil, err
	}
	if !v.person.May(access.Share) {
		return nil, a, matters{}, nil, web.Fail("forbidden", errNotYours)
	}
	m, err := s.matters(c.Request().Context(), v)
	if err != nil {
		return nil, a, m, nil, err
	}
	released, err := s.released(c.Request().Context(), v)
	return v, a, m, released, err
}

func (s *Staff) showShare(c echo.Context) error {
	v, a, m, released, err := s.findShare(c)
	if err != nil {
		return err
	}
	if err := s.audit(c.Request().Context(), v, "read_share", v.name(a)); err != nil {
		return err
	}
	return s.renderShare(c, v, a, m, released, http.StatusOK, nil)
}

func (s *Staff) renderShare(c echo.Context, v *visit, a audience, m matters, released []disclosure.Released, status int, again *sent) error {
	page := sharePage{
		Frame: v.frameAt(a.section()), Back: v.desk.Href(groupsPath), Name: v.name(a), School: a.class == nil, Saved: v.saved(c),
		Questions: v.talkQuestions(a, released),
	}
	if a.class != nil {
		page.Back = classOf(v.school.Org, a.class.Name)
	}
	if again != nil {
		page.Fault = &fault{On: string(again.step), Field: again.field, Message: again.message}
	}
	form := func(step duty.Step, seen int) *stepForm {
		f := v.form(asking{subject: duty.SubjectTalk, step: step, action: a.path(sharePath) + "/" + string(step), seen: seen, sent: again})
		return &f
	}
	if len(page.Questions) > 0 {
		page.Share = form(duty.Shared, 0)
	}
	if talk, _, ok := s.sharedNow(m, a); ok {
		page.Talk, page.Withdraw = a.path(talkPath), form(duty.Withdrawn, talk.Version)
		page.Since = v.t("share.since", web.Date(v.lang, talk.OpenedAt), v.nameOf(talk.OpenedBy))
	}
	return s.pages.Render(c, status, "share", v.lang, page)
}

func (s *Staff) stepOnTalk(c echo.Context) error {
	v, a, m, released, err := s.findShare(c)
	if err != nil {
		return err
	}
	talk, _ := duty.TalkOf(m.events, a.unit)
	step := duty.Step(c.Param("step"))
	return s.try(c, v, m.events, talk.Version, attempt{
		step: step, about: v.name(a), audited: true,
		make: func(act duty.Act) ([]duty.Event, error) {
			if step != duty.Shared {
				return oneEvent(duty.Take(talk, step, act))
			}
			if len(v.talkQuestions(a, released)) == 0 {
				return nil, &duty.Refusal{Code: duty.NotNow}
			}
			return oneEvent(duty.Share(a.unit, newestOf(released).Release(), act))
		},
		again: func(status int, f *sent) error { return s.renderShare(c, v, a, m, released, status, f) },
		done:  func(e duty.Event) string { return a.path(sharePath) + "?saved=" + string(e.Step) + "#saved" },
	})
}

package people

import (
	"crypto/rand"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/folgmed/folgmed/internal/access"
	"github.com/folgmed/folgmed/internal/qr"
	"github.com/folgmed/folgmed/internal/roster"
	"github.com/folgmed/folgmed/internal/web"
)

// personPage is the page of one person, and of one who is not there yet.
type personPage struct {
	web.Frame
	Back, Title string
	New         bool
	Action      string // what the forms post to
	School      string
	Event       string // made with the form: a double click is one act
	Seen        string // what the form was made of
	Fault       string // about the whole
	Faults      map[string]string
	List        []string // all faults, for the top of the page

	Name, Email, Lang string
	Posts             []option
	Classes           []option // or an owner's schools
	Langs             []option
	OfOwner           bool
	Shared            bool // works at a school of somebody else's too

	Deputy      string // until when, or empty
	MayDeputy   bool
	Until       string // as typed
	First, Last string // the days that a deputy may be named until
	Mail        bool
}

type option struct {
	Value, Label string
	Checked      bool
}

// languageNames are written in the languages themselves.
var languageNames = map[string]string{"nb": "Bokmål", "nn": "Nynorsk", "en": "English"}

func (v *visit) classNames(p access.Person) string {
	var names []string
	for _, c := range p.Classes {
		if school, class, _ := strings.Cut(c, "/"); school == v.School.Org {
			names = append(names, class)
		}
	}
	slices.Sort(names)
	return strings.Join(names, ", ")
}

func (v *visit) schoolNames(p access.Person) string {
	var names []string
	for _, s := range v.Owner.Schools {
		if p.AtSchool(s.Org) {
			names = append(names, s.Name)
		}
	}
	return strings.Join(names, ", ")
}

// written is who a form says that a person is.
func (v *visit) written(c echo.Context) access.Person {
	form := c.Request().Form
	p := access.Person{
		ID: c.Param("id"), Name: strings.TrimSpace(form.Get("name")), Email: strings.TrimSpace(form.Get("email")),
		Lang: form.Get("lang"), Role: access.Role(form.Get("post")),
	}
	if v.leaders {
		p.Role = access.Principal
		for _, s := range v.Owner.Schools {
			if slices.Contains(form["schools"], s.Org) {
				p.Schools = append(p.Schools, s.Org)
			}
		}
		return p
	}
	p.Schools = []string{v.School.Org}
	for _, class := range v.School.Classes {
		if p.Role == access.Teacher && slices.Contains(form["classes"], class.Name) {
			p.Classes = append(p.Classes, v.School.Org+"/"+class.Name)
		}
	}
	return p
}

// page shows a person, or what was written of one.
func (p *Pages) page(v *visit, person access.Person) personPage {
	now := p.Now()
	page := personPage{
		Frame: v.Frame(v.section()), Back: v.href(""), School: v.School.Org, Event: rand.Text(), Mail: p.Mail != nil,
		Name: person.Name, Email: person.Email, Lang: person.Lang, OfOwner: v.leaders,
		MayDeputy: v.Person.May(access.NameDeputies) && (person.Post == access.Teacher || person.Post == access.Reporter),
		First:     now.In(web.Oslo).Format(time.DateOnly), Last: now.In(web.Oslo).AddDate(1, 0, 0).Format(time.DateOnly),
	}
	page.Narrow = true
	if person.Role == access.Deputy && !person.DeputyUntil.IsZero() {
		page.Deputy = web.Date(v.Lang, person.DeputyUntil.Add(-time.Minute))
	}
	post := person.Role
	if person.Post != "" {
		post = person.Post
	}
	posts := []access.Role{access.Teacher, access.Reporter}
	for _, r := range posts {
		page.Posts = append(page.Posts, option{string(r), v.t("post." + string(r)), r == post})
	}
	if v.leaders {
		for _, s := range v.Owner.Schools {
			page.Classes = append(page.Classes, option{s.Org, s.Name, person.AtSchool(s.Org)})
		}
	} else {
		for _, class := range v.School.Classes {
			page.Classes = append(page.Classes, option{class.Name, class.Name, slices.Contains(person.Classes, v.School.Org+"/"+class.Name)})
		}
		page.Shared = slices.ContainsFunc(person.Schools, func(s string) bool { return !v.Person.AtSchool(s) })
	}
	page.Langs = append(page.Langs, option{"", v.t("lang.school"), person.Lang == ""})
	for _, lang := range web.Languages {
		page.Langs = append(page.Langs, option{lang, languageNames[lang], person.Lang == lang})
	}
	return page
}

func (p *Pages) newPage(v *visit, person access.Person) personPage {
	page := p.page(v, person)
	page.New, page.Title, page.Action = true, v.t("new.title."+string(v.section())), v.path+"/new"
	return page
}

// refuse puts what was wrong on a page.
func (page *personPage) refuse(faults map[string]string, whole string) {
	page.Faults, page.Fault = faults, whole
	for _, field := range []string{access.FieldName, access.FieldEmail, access.FieldPost, access.FieldClasses, access.FieldSchools, access.FieldLang, access.FieldUntil} {
		if faults[field] != "" {
			page.List = append(page.List, faults[field])
		}
	}
}

func (p *Pages) showNew(c echo.Context, v *visit) error {
	return p.pages.Render(c, http.StatusOK, "person", v.Lang, p.newPage(v, access.Person{Role: access.Teacher}))
}

func (p *Pages) hire(c echo.Context, v *visit) error {
	person := v.written(c)
	err := p.Access.Hire(c.Request().Context(), v.act(c), person)
	if err == nil {
		return v.saved(c, "hired")
	}
	faults, whole, ok := v.refused(err)
	if !ok {
		return err
	}
	page := p.newPage(v, person)
	page.refuse(faults, whole)
	return p.pages.Render(c, http.StatusUnprocessableEntity, "person", v.Lang, page)
}

// known finds a person whom the reader manages, at the reader's school.
func (p *Pages) known(c echo.Context, v *visit) (access.Person, error) {
	managed, err := p.Access.Managed(c.Request().Context(), v.Person)
	if err != nil {
		return access.Person{}, err
	}
	for _, person := range managed {
		if person.ID == c.Param("id") && (v.leaders || person.AtSchool(v.School.Org)) {
			return person, nil
		}
	}
	return access.Person{}, web.Fail("not_found", errNotThere)
}

func (p *Pages) ofPerson(v *visit, person access.Person) personPage {
	page := p.page(v, person)
	page.Title, page.Action, page.Seen = person.Name, v.path+"/"+url.PathEscape(person.ID), person.Mark()
	return page
}

func (p *Pages) show(c echo.Context, v *visit) error {
	person, err := p.known(c, v)
	if err != nil {
		return err
	}
	return p.pages.Render(c, http.StatusOK, "person", v.Lang, p.ofPerson(v, person))
}

// refusedOf shows a person's page again with what was wrong; typed is what was
// written, or the person as it is.
func (p *Pages) refusedOf(c echo.Context, v *visit, person, typed access.Person, err error) error {
	faults, whole, ok := v.refused(err)
	if !ok {
		return err
	}
	typed.DeputyUntil, typed.Schools = person.DeputyUntil, append(slices.Clone(typed.Schools), elsewhereOf(v, person)...)
	page := p.ofPerson(v, person)
	again := p.page(v, typed)
	page.Name, page.Email, page.Posts, page.Classes, page.Langs = again.Name, again.Email, again.Posts, again.Classes, again.Langs
	page.Until = c.FormValue("until")
	page.refuse(faults, whole)
	return p.pages.Render(c, http.StatusUnprocessableEntity, "person", v.Lang, page)
}

// elsewhereOf are the schools of a person that the page is not about.
func elsewhereOf(v *visit, p access.Person) []string {
	if v.leaders {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(p.Schools), func(s string) bool { return s == v.School.Org })
}

func (p *Pages) amend(c echo.Context, v *visit) error {
	person, err := p.known(c, v)
	if err != nil {
		return err
	}
	typed := v.written(c)
	if err := p.Access.Amend(c.Request().Context(), v.act(c), c.FormValue("seen"), typed); err != nil {
		return p.refusedOf(c, v, person, typed, err)
	}
	return v.saved(c, "amended")
}

func (p *Pages) dismiss(c echo.Context, v *visit) error {
	person, err := p.known(c, v)
	if outcome, _ := web.Outcome(err); outcome == "not_found" {
		// A double click finds nobody. Whom the reader does not manage is
		// neither found nor removed.
		return v.saved(c, "dismissed")
	}
	if err != nil {
		return err
	}
	if err := p.Access.Dismiss(c.Request().Context(), v.act(c), person.ID); err != nil {
		return p.refusedOf(c, v, person, person, err)
	}
	return v.saved(c, "dismissed")
}

func (p *Pages) nameDeputy(c echo.Context, v *visit) error {
	person, err := p.known(c, v)
	if err != nil {
		return err
	}
	if err := p.Access.NameDeputy(c.Request().Context(), v.act(c), person.ID, roster.Date(c.FormValue("until"))); err != nil {
		return p.refusedOf(c, v, person, person, err)
	}
	return v.saved(c, "deputy")
}

func (p *Pages) endDeputy(c echo.Context, v *visit) error {
	person, err := p.known(c, v)
	if err != nil {
		return err
	}
	if err := p.Access.EndDeputy(c.Request().Context(), v.act(c), person.ID); err != nil {
		return p.refusedOf(c, v, person, person, err)
	}
	return v.saved(c, "deputy_ended")
}

// handPage shows a link once: a person's, to hand over, or an invitation.
type handPage struct {
	web.Frame
	Back, Title, Lead, Address, Until string
	Notes                             []string
	Square                            qr.Square
	Poster                            bool // to hang on a wall
	School                            string
}

func (p *Pages) link(c echo.Context, v *visit) error {
	person, err := p.known(c, v)
	if err != nil {
		return err
	}
	token, _, err := p.Access.LinkFor(c.Request().Context(), v.act(c), person.ID, true)
	if err != nil {
		return p.refusedOf(c, v, person, person, err)
	}
	return p.hand(c, v, handPage{
		Title: v.t("link.title", person.Name), Lead: v.t("link.lead"), Address: p.signIn(token), Notes: v.lines("link.notes"),
	})
}

func (p *Pages) signIn(token string) string {
	return p.Public() + "/staff/signin?" + url.Values{"token": {token}}.Encode()
}

func (p *Pages) hand(c echo.Context, v *visit, page handPage) error {
	var err error
	if page.Square, err = qr.Draw(page.Address); err != nil {
		return err
	}
	page.Frame, page.Back, page.School = v.Frame(v.section()), v.href(""), v.School.Name
	page.Narrow = true
	return p.pages.Render(c, http.StatusOK, "hand", v.Lang, page)
}

func (v *visit) lines(key string) []string {
	return strings.Split(strings.TrimSpace(v.t(key)), "\n")
}

// letter sends a sign-in link to the person's own address.
func (p *Pages) letter(c echo.Context, v *visit) error {
	ctx := c.Request().Context()
	person, err := p.known(c, v)
	if err != nil {
		return err
	}
	if p.Mail == nil {
		return web.Fail("not_found", errNotThere)
	}
	token, person, err := p.Access.LinkFor(ctx, v.act(c), person.ID, false)
	if err != nil {
		return p.refusedOf(c, v, person, person, err)
	}
	lang := person.Lang
	if lang == "" {
		lang = v.Lang
	}
	if err := p.Mail(ctx, person, lang, p.signIn(token)); err != nil {
		p.Log.LogAttrs(ctx, slog.LevelError, "a sign-in link was not sent", slog.Any("error", err))
		page := p.ofPerson(v, person)
		page.Fault = v.t("refused.not_sent")
		return p.pages.Render(c, http.StatusServiceUnavailable, "person", v.Lang, page)
	}
	return v.saved(c, "mailed")
}

package people

import (
	"errors"
	"net/http"
	"net/url"
	"slices"

	"github.com/labstack/echo/v4"

	"github.com/folgmed/folgmed/internal/access"
	"github.com/folgmed/folgmed/internal/desk"
	"github.com/folgmed/folgmed/internal/web"
)

var errNotThere = errors.New("not one whom the member of staff manages")

func (p *Pages) invite(c echo.Context, v *visit) error {
	secret, err := p.Access.Invite(c.Request().Context(), v.act(c))
	if err != nil {
		return err
	}
	return p.hand(c, v, handPage{
		Title: v.t("poster.title"), Lead: v.t("poster.lead"), Notes: v.lines("poster.notes"), Poster: true,
		Address: p.Public() + joinPath + "?" + url.Values{"invitation": {secret}}.Encode(),
	})
}

func (p *Pages) endInvitation(c echo.Context, v *visit) error {
	if err := p.Access.EndInvitation(c.Request().Context(), v.act(c)); err != nil {
		return err
	}
	return v.saved(c, "invitation_ended")
}

// answer lets somebody in who has asked, or does not.
func (p *Pages) answer(c echo.Context, v *visit) error {
	yes := c.FormValue("answer") == "yes"
	err := p.Access.AnswerRequest(c.Request().Context(), v.act(c), c.Param("id"), yes)
	if faults, whole, ok := v.refused(err); ok {
		for _, words := range faults {
			whole = words
		}
		return p.renderList(c, v, http.StatusUnprocessableEntity, whole)
	}
	if err != nil {
		return err
	}
	if yes {
		return v.saved(c, "confirmed")
	}
	return v.saved(c, "refused")
}

// joinPage is what somebody sees who has followed the invitation on the wall.
type joinPage struct {
	web.Frame
	School, Invitation string
	Name, Email        string
	Langs              []option
	Faults             map[string]string
	Fault              string
	Done, Ended        bool
}

func (p *Pages) showJoin(c echo.Context) error {
	return p.renderJoin(c, http.StatusOK, joinPage{}, "")
}

// renderJoin shows the page in the reader's language: nobody is signed in.
func (p *Pages) renderJoin(c echo.Context, status int, page joinPage, chosen string) error {
	page.Narrow, page.Invitation = true, c.FormValue("invitation")
	lang := web.Lang(c)
	org, err := p.Access.InvitationOf(c.Request().Context(), page.Invitation)
	if outcome, _ := web.Outcome(err); outcome == "not_found" {
		page.Ended = true
		return p.pages.Render(c, http.StatusGone, "join", lang, page)
	}
	if err != nil {
		return err
	}
	all, err := p.Store.Roster(c.Request().Context())
	if err != nil {
		return err
	}
	_, school, _ := all.School(org)
	page.School = school.Name
	if chosen == "" {
		chosen = lang
	}
	for _, l := range web.Languages {
		page.Langs = append(page.Langs, option{l, languageNames[l], l == chosen})
	}
	return p.pages.Render(c, status, "join", lang, page)
}

func (p *Pages) join(c echo.Context) error {
	r := access.Request{Name: c.FormValue("name"), Email: c.FormValue("email"), Lang: c.FormValue("lang")}
	if !slices.Contains(web.Languages, r.Lang) {
		r.Lang = ""
	}
	page := joinPage{Name: r.Name, Email: r.Email}
	err := p.Access.AskToJoin(c.Request().Context(), c.FormValue("invitation"), r)
	v := &visit{Visit: &desk.Visit{Lang: web.Lang(c)}, cat: p.cat}
	var ok bool
	if page.Faults, page.Fault, ok = v.refused(err); ok {
		return p.renderJoin(c, http.StatusUnprocessableEntity, page, r.Lang)
	}
	if outcome, _ := web.Outcome(err); err != nil && outcome != "not_found" {
		return err
	}
	page.Done = err == nil
	return p.renderJoin(c, http.StatusOK, page, r.Lang)
}

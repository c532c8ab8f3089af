package access

import (
	"embed"
	"errors"
	"net/http"
	"net/url"

	"github.com/labstack/echo/v4"

	"github.com/folgmed/folgmed/internal/audit"
	"github.com/folgmed/folgmed/internal/web"
)

//go:embed templates locale
var files embed.FS

const (
	sessionCookie = "folgmed_staff"
	staffPath     = "/staff"
	signinPath    = "/staff/signin"
	personKeyOf   = "access.person"
)

// Routes adds the sign-in pages.
func (s *Service) Routes(e *echo.Echo) {
	e.GET(signinPath, s.showSignin)
	e.POST(signinPath, s.signin)
	e.POST("/staff/signout", s.signout)
	e.GET(pinPath, s.showPIN)
	e.POST(pinPath, s.enterPIN)
	if s.oidc != nil {
		e.GET("/staff/oidc/start", s.startOIDC)
		e.GET("/staff/oidc/callback", s.finishOIDC)
	}
}

// signinPage is the data of templates/signin.html.
type signinPage struct {
	web.Frame
	Lang    string
	Langs   []choice
	Person  string // who the link is for
	Token   string
	Attempt string // made with the form, so that a double click is one use
	OIDC    string // name of the provider, empty without one
	Notice  string // key of what went wrong
	About   string // argument of the notice, the address that is not known
}

type choice struct {
	Lang, Name, Href string
	Current          bool
}

// languageNames are written in the languages themselves.
var languageNames = map[string]string{"nb": "Bokmål", "nn": "Nynorsk", "en": "English"}

// page fills what every sign-in page shows.
func (s *Service) page(c echo.Context, status int, p signinPage) error {
	p.Lang = web.Lang(c)
	p.Frame = web.Frame{Narrow: true}
	if s.oidc != nil {
		p.OIDC = s.oidc.name
	}
	for _, l := range web.Languages {
		q := url.Values{"lang": {l}}
		if p.Token != "" {
			q.Set("token", p.Token)
		}
		p.Langs = append(p.Langs, choice{l, languageNames[l], signinPath + "?" + q.Encode(), l == p.Lang})
	}
	return s.pages.Render(c, status, "signin", p.Lang, p)
}

// showSignin spends no link: mail scanners open every address they see. The
// button does.
func (s *Service) showSignin(c echo.Context) error {
	token := c.QueryParam("token")
	if token == "" {
		if _, _, err := s.current(c); err == nil {
			return c.Redirect(http.StatusSeeOther, staffPath)
		}
		return s.page(c, http.StatusOK, signinPage{})
	}
	st, err := s.fresh(c.Request().Context())
	if err != nil {
		return err
	}
	p, err := s.lookup(st, token, "")
	if err != nil {
		return s.page(c, http.StatusGone, signinPage{Notice: "signin.link_spent"})
	}
	return s.page(c, http.StatusOK, signinPage{Person: p.Name, Token: token, Attempt: newID()})
}

func (s *Service) signin(c echo.Context) error {
	p, err := s.redeem(c.Request().Context(), c.FormValue("token"), c.FormValue("attempt"))
	if errors.Is(err, errLink) {
		return s.page(c, http.StatusGone, signinPage{Notice: "signin.link_spent"})
	}
	if err != nil {
		return err
	}
	return s.enter(c, p)
}

// enter starts a new session, whatever one there was before.
func (s *Service) enter(c echo.Context, p Person) error {
	now := s.now()
	err := s.jar.set(c.Response(), sessionCookie, staffPath, session{ID: newID(), Person: p.ID, Made: now, Seen: now, Lent: p.Lent}, 0)
	if err != nil {
		return err
	}
	home := staffPath
	if p.Role == Substitute {
		home = SessionPath
	}
	return c.Redirect(http.StatusSeeOther, home)
}

// signout ends the session for good: a copy of the cookie is worth nothing.
func (s *Service) signout(c echo.Context) error {
	ctx := c.Request().Context()
	if ses, p, err := s.current(c); err == nil {
		st, err := s.fresh(ctx)
		if err != nil {
			return err
		}
		err = s.append(ctx, st, Event{ID: hash("session ended\n" + ses.ID), By: p.ID, Step: sessionEnded, Person: p.ID, Body: body(secret{Hash: hash(ses.ID)})})
		if err != nil {
			return err
		}
		if err := s.audit.Record(ctx, audit.Entry{Person: p.ID, Action: "signed_out"}); err != nil {
			return err
		}
	} else if !errors.Is(err, errSignedOut) {
		return err
	}
	s.jar.drop(c.Response(), sessionCookie, staffPath)
	return c.Redirect(http.StatusSeeOther, signinPath)
}

var errSignedOut = errors.New("nobody is signed in")

// current returns the session of a request and its person: errSignedOut if
// there is none, it has ended, or its person is gone.
func (s *Service) current(c echo.Context) (session, Person, error) {
	var ses session
	if !s.jar.get(c.Request(), sessionCookie, &ses) || !ses.live(s.now()) {
		return session{}, Person{}, errSignedOut
	}
	st, err := s.recent(c.Request().Context())
	if err != nil {
		return session{}, Person{}, err
	}
	p, ok := st.people[ses.Person]
	p = p.on(s.now())
	p.Lent = ses.Lent
	if !ok {
		p, ok = st.substitute(ses.Person, s.now())
	}
	if !ok || st.ended[hash(ses.ID)] {
		return session{}, Person{}, errSignedOut
	}
	return ses, p, nil
}

// Require lets only a signed-in person pass, whom PersonOf then returns. A
// reader is led to the sign-in page; who sends a form gets it back, to send it
// again once signed in elsewhere, so that nothing written is lost.
func (s *Service) Require(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		ses, p, err := s.current(c)
		if errors.Is(err, errSignedOut) {
			switch c.Request().Method {
			case http.MethodGet, http.MethodHead:
				return c.Redirect(http.StatusSeeOther, signinPath)
			}
			return s.resume(c)
		}
		if err != nil {
			return err
		}
		if now := s.now(); now.Sub(ses.Seen) >= touchAfter {
			ses.Seen = now
			if err := s.jar.set(c.Response(), sessionCookie, staffPath, ses, 0); err != nil {
				return err
			}
		}
		c.Set(personKeyOf, p)
		if p.Lang != "" {
			web.SetLang(c, p.Lang)
		}
		return next(c)
	}
}

// PersonOf returns who is signed in, on a route behind Require.
func PersonOf(c echo.Context) (Person, bool) {
	p, ok := c.Get(personKeyOf).(Person)
	return p, ok
}

package access

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/folgmed/folgmed/internal/web"
)

// resumePage is the data of templates/resume.html: a form that was sent after
// the session had ended, to be sent once more when its writer has signed in
// beside it. Nothing that was typed is lost, and nothing of it is kept here.
type resumePage struct {
	web.Frame
	Action string
	SignIn string
	Fields []web.SentField
}

func (s *Service) resume(c echo.Context) error {
	fields, err := web.Sent(c.Request())
	if err != nil {
		return err
	}
	page := resumePage{Frame: web.Frame{Narrow: true}, Action: c.Request().URL.RequestURI(), SignIn: signinPath, Fields: fields}
	return s.pages.Render(c, http.StatusUnauthorized, "resume", web.Lang(c), page)
}

package access

import (
	"fmt"
	"maps"
	"net/http"
	"slices"

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
	Fields []resumeField
}

type resumeField struct{ Name, Value string }

func (s *Service) resume(c echo.Context) error {
	r := c.Request()
	if err := r.ParseForm(); err != nil {
		return web.Fail("malformed", fmt.Errorf("read form: %w", err))
	}
	page := resumePage{Frame: web.Frame{Narrow: true}, Action: r.URL.RequestURI(), SignIn: signinPath}
	for _, name := range slices.Sorted(maps.Keys(r.PostForm)) {
		for _, value := range r.PostForm[name] {
			page.Fields = append(page.Fields, resumeField{name, value})
		}
	}
	return s.pages.Render(c, http.StatusUnauthorized, "resume", web.Lang(c), page)
}

package staff

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/folgmed/folgmed/internal/desk"
	"github.com/folgmed/folgmed/internal/duty"
	"github.com/folgmed/folgmed/internal/web"
)

// closingPage is /staff/cases/ID/closing: what those affected said themselves.
type closingPage struct {
	web.Frame
	caseHead
	Missing []string // matters that were not looked into
	Form    *stepForm
}

func (s *Staff) showClosing(c echo.Context) error {
	v, _, one, err := s.findCase(c)
	if err != nil {
		return err
	}
	if err := s.audit(c.Request().Context(), v, "read_closing", one.ID); err != nil {
		return err
	}
	return s.renderClosing(c, v, one, http.StatusOK, nil)
}

func (s *Staff) renderClosing(c echo.Context, v *visit, one duty.Case, status int, again *sent) error {
	page := closingPage{
		Frame: v.frameAt(desk.Cases), caseHead: s.head(c, v, one, again), Form: s.asks(v, one, duty.Closed, again),
	}
	for _, matter := range one.Missing() {
		page.Missing = append(page.Missing, v.t("matter."+matter))
	}
	return s.pages.Render(c, status, "closing", v.lang, page)
}

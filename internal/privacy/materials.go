package privacy

import (
	"net/http"
	"net/url"

	"github.com/labstack/echo/v4"

	"github.com/folgmed/folgmed/internal/web"
)

// materialsPage leads staff to the letter and the slides of their school.
type materialsPage struct {
	web.Frame
	Letter, Slides []language
	Public         string
}

func (p *Privacy) materials(c echo.Context) error {
	reader, school, written, err := p.school(c)
	if err != nil {
		return err
	}
	lang := reader.Lang
	if lang == "" {
		lang = written
	}
	page := materialsPage{Frame: reader.frame(school), Public: Path}
	page.Narrow = true
	if len(reader.Schools) > 1 {
		for _, s := range reader.Schools {
			page.Places = append(page.Places, web.NavItem{
				Label: s.Name, Href: StaffPath + "?school=" + url.QueryEscape(s.Org), Current: s.Org == school.Org,
			})
		}
	}
	// The school's written standard stands first as the one to use.
	query := url.Values{"school": {school.Org}}
	page.Letter = languages(StaffPath+letter, school.Written, query)
	page.Slides = languages(StaffPath+slides, school.Written, query)
	return p.pages.Render(c, http.StatusOK, "materials", lang, page)
}

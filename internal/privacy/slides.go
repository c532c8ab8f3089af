package privacy

import (
	"net/http"
	"net/url"

	"github.com/labstack/echo/v4"

	"github.com/folgmed/folgmed/internal/web"
)

// slidesPage is a presentation for pupils: one thought a screen, or a sheet.
type slidesPage struct {
	web.Frame
	about
	Langs []language
}

func (p *Privacy) slides(c echo.Context) error {
	lang := web.Lang(c)
	return p.pages.Render(c, http.StatusOK, "slides", lang, slidesPage{
		Frame: web.Frame{Home: Path}, about: p.about(nil),
		Langs: languages(Path+slides, lang, nil),
	})
}

// schoolSlides are the slides with the names of a school.
func (p *Privacy) schoolSlides(c echo.Context) error {
	reader, school, lang, err := p.school(c)
	if err != nil {
		return err
	}
	return p.pages.Render(c, http.StatusOK, "slides", lang, slidesPage{
		Frame: reader.frame(school), about: p.about(&school),
		Langs: languages(StaffPath+slides, lang, url.Values{"school": {school.Org}}),
	})
}

package privacy

import (
	"net/http"
	"net/url"

	"github.com/labstack/echo/v4"

	"github.com/folgmed/folgmed/internal/web"
)

// letterPage is a letter to guardians on one sheet of A4.
type letterPage struct {
	web.Frame
	about
	Langs []language
}

func (p *Privacy) letter(c echo.Context) error {
	lang := web.Lang(c)
	return p.pages.Render(c, http.StatusOK, "letter", lang, letterPage{
		Frame: web.Frame{Home: Path, Narrow: true}, about: p.about(nil),
		Langs: languages(Path+letter, lang, nil),
	})
}

// schoolLetter is the letter with the names of a school. It shows no figure and
// nothing that the reader did not know, so it is not audited.
func (p *Privacy) schoolLetter(c echo.Context) error {
	reader, school, lang, err := p.school(c)
	if err != nil {
		return err
	}
	frame := reader.frame(school)
	frame.Narrow = true
	return p.pages.Render(c, http.StatusOK, "letter", lang, letterPage{
		Frame: frame, about: p.about(&school),
		Langs: languages(StaffPath+letter, lang, url.Values{"school": {school.Org}}),
	})
}

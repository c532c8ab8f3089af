package web

import (
	"strconv"
	"strings"
	"time"
	_ "time/tzdata" // times for people are Oslo's, on any machine

	"github.com/labstack/echo/v4"
	"golang.org/x/text/language"
)

// Languages are those every page speaks, the default first.
var Languages = []string{"nb", "nn", "en"}

const langKey, rehearsalKey = "web.lang", "web.rehearsal"

// matcher lists "no" too: many browsers still say so, and mean bokmål.
var matcher = language.NewMatcher([]language.Tag{
	language.MustParse("nb"), language.MustParse("nn"), language.MustParse("en"), language.MustParse("no"),
})

// SetLang fixes the language of this request, for error pages too.
func SetLang(c echo.Context, lang string) { c.Set(langKey, lang) }

// Lang returns the language of a request: what SetLang fixed, else ?lang=,
// else what the browser asks for, else bokmål.
func Lang(c echo.Context) string {
	if l, ok := c.Get(langKey).(string); ok && known(l) {
		return l
	}
	if l := c.QueryParam("lang"); known(l) {
		return l
	}
	asked, _, err := language.ParseAcceptLanguage(c.Request().Header.Get("Accept-Language"))
	if err != nil || len(asked) == 0 {
		return Languages[0]
	}
	if _, i, sure := matcher.Match(asked...); sure != language.No && i < len(Languages) {
		return Languages[i]
	}
	return Languages[0]
}

func known(lang string) bool {
	for _, l := range Languages {
		if l == lang {
			return true
		}
	}
	return false
}

// Oslo is where days begin and end for people.
var Oslo = must(time.LoadLocation("Europe/Oslo"))

var months = map[string][12]string{
	"nb": {"januar", "februar", "mars", "april", "mai", "juni", "juli", "august", "september", "oktober", "november", "desember"},
	"nn": {"januar", "februar", "mars", "april", "mai", "juni", "juli", "august", "september", "oktober", "november", "desember"},
	"en": {"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"},
}

// Date writes the day of t in Oslo as people do: 23. november 2026, or
// 23 November 2026.
func Date(lang string, t time.Time) string {
	t = t.In(Oslo)
	day := strconv.Itoa(t.Day())
	if lang != "en" {
		day += "."
	}
	return day + " " + Month(lang, t.Month()) + " " + strconv.Itoa(t.Year())
}

// DayMonth writes the day of t in Oslo without its year: 23. november.
func DayMonth(lang string, t time.Time) string {
	return strings.TrimSuffix(Date(lang, t), t.In(Oslo).Format(" 2006"))
}

// Days writes the days from one to another, the month once where it is one:
// 23.–26. november, 30. november – 3. desember, or 23–26 November.
func Days(lang string, from, to time.Time) string {
	first, last := DayMonth(lang, from), DayMonth(lang, to)
	if from.In(Oslo).Month() != to.In(Oslo).Month() {
		return first + " – " + last
	}
	day, _, _ := strings.Cut(first, " ")
	return day + "–" + last
}

// Midnight is when the day of t in Oslo ends.
func Midnight(t time.Time) time.Time {
	y, m, d := t.In(Oslo).Date()
	return time.Date(y, m, d+1, 0, 0, 0, 0, Oslo)
}

// Clock writes the time of day of t in Oslo: 14.05, or 14:05.
func Clock(lang string, t time.Time) string {
	if lang == "en" {
		return t.In(Oslo).Format("15:04")
	}
	return t.In(Oslo).Format("15.04")
}

// DateTime writes the day and the clock of t in Oslo:
// 23. november 2026 kl. 14.05, or 23 November 2026 at 14:05.
func DateTime(lang string, t time.Time) string {
	if lang == "en" {
		return Date(lang, t) + " at " + t.In(Oslo).Format("15:04")
	}
	return Date(lang, t) + " kl. " + t.In(Oslo).Format("15.04")
}

// Month writes the name of a month as it stands inside a sentence.
func Month(lang string, m time.Month) string { return months[lang][m-1] }

package staff

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/collate"
	"golang.org/x/text/language"

	"github.com/folgmed/folgmed/internal/disclosure"
	"github.com/folgmed/folgmed/internal/duty"
	"github.com/folgmed/folgmed/internal/roster"
	"github.com/folgmed/folgmed/internal/web"
)

// words says things in one language.
type words struct {
	cat  *web.Catalog
	lang string
}

func (w words) t(key string, args ...any) string { return w.cat.Text(w.lang, key, args...) }

func (w words) plural(key string, n int) string { return w.cat.Plural(w.lang, key, n) }

// list splits a text that has one item a line.
func (w words) list(key string) []string { return lines(w.t(key)) }

func lines(text string) []string { return strings.Split(strings.TrimSpace(text), "\n") }

// unit names a unit as it stands in a sentence or a heading.
func (w words) unit(u disclosure.Unit) string {
	name := w.t("unit.school")
	if u.Group != "" {
		name = w.t("unit.school_within")
	}
	switch u.Level {
	case disclosure.LevelClass:
		return u.Name
	case disclosure.LevelGrade:
		n, err := strconv.Atoi(u.Name)
		if err != nil {
			return u.Name
		}
		name = w.grades([]int{n})
	case disclosure.LevelSchool, disclosure.LevelOwner:
	}
	if u.Group == "" {
		return name
	}
	return w.t("group."+u.Group, name)
}

// grades names the grades of a class: 5. trinn, 1.–3. trinn, Vg2.
func (w words) grades(grades []int) string {
	lo, hi := slices.Min(grades), slices.Max(grades)
	switch {
	case lo > 10 && lo == hi:
		return fmt.Sprintf("Vg%d", lo-10)
	case lo == hi:
		return w.t("unit.grade", lo)
	case hi <= 10:
		return w.t("unit.grades", lo, hi)
	default:
		return w.grades([]int{lo}) + "–" + w.grades([]int{hi})
	}
}

// month writes 2026-10 as October 2026.
func (w words) month(since string) string {
	t, err := time.Parse("2006-01", since)
	if err != nil {
		return since
	}
	return web.Month(w.lang, t.Month()) + " " + strconv.Itoa(t.Year())
}

// headline says in few words what a signal is, after the name of its unit.
func (w words) headline(s disclosure.Signal) string {
	switch s.Kind {
	case disclosure.KindSevere, disclosure.KindAdult, duty.Standing:
		return w.t("headline." + string(s.Kind))
	case disclosure.KindSilence, disclosure.KindChange, disclosure.KindGroup, disclosure.KindLevel:
	}
	switch {
	case silent(s) && s.Kind == disclosure.KindLevel:
		return w.t("headline.silence_level")
	case silent(s):
		return w.t("headline.silence")
	case s.Kind == disclosure.KindLevel:
		return w.t("headline.level", w.theme(s.Theme))
	default:
		return w.t("headline.change", w.theme(s.Theme))
	}
}

// sentence says what a signal is: for a change against what is usual in the
// unit itself, for a level against other places. That fewer answer is said as
// that, never as distress.
func (w words) sentence(s disclosure.Signal) string {
	switch {
	case s.Kind == disclosure.KindSevere || s.Kind == disclosure.KindAdult || s.Kind == duty.Standing:
		return w.t("signal." + string(s.Kind))
	case silent(s) && s.Kind == disclosure.KindLevel:
		return w.t("signal.silence_level", w.where(s.Unit))
	case silent(s):
		return w.t("signal.silence", w.where(s.Unit))
	case s.Kind == disclosure.KindLevel:
		return w.t("signal.level."+themeOf(s), w.where(s.Unit))
	default:
		return w.t("signal.change."+themeOf(s), w.where(s.Unit))
	}
}

// silent says whether a signal is about how many answer.
func silent(s disclosure.Signal) bool {
	return s.Kind == disclosure.KindSilence || s.Theme == disclosure.ThemeFewerAnswering
}

// themeOf is what a signal is about; of one that is older than what is kept of
// releases it is not known.
func themeOf(s disclosure.Signal) string { return cmp.Or(s.Theme, "other") }

// where says where in a sentence about a unit.
func (w words) where(u disclosure.Unit) string {
	key := "where."
	if u.Group != "" {
		key += u.Group + "."
	}
	return w.t(key + string(u.Level))
}

// since says from which month on; a severe signal has none, as its wave is
// never told, nor has one that is older than what is kept of releases.
func (w words) since(s disclosure.Signal) string {
	switch {
	case s.Kind == disclosure.KindSevere || s.Since == "":
		return ""
	case s.Kind == disclosure.KindLevel:
		return w.t("since.level", w.month(s.Since))
	default:
		return w.t("since.change", w.month(s.Since))
	}
}

// oneIn says how often such a signal comes where there is nothing to find, in
// words for the rates that an owner may choose.
func (w words) oneIn(s disclosure.Signal) string {
	if s.OneIn == 0 {
		return ""
	}
	n := strconv.Itoa(s.OneIn)
	if key := "number." + n; w.cat.Has(key) {
		n = w.t(key)
	}
	of, within := "one_in.where_unchanged", string(s.Unit.Level)
	if s.Kind == disclosure.KindLevel {
		of = "one_in.where_no_worse"
	}
	if s.Unit.Group != "" {
		within = "group"
	}
	return w.t("one_in", w.t(of), w.t("one_in."+within, n))
}

func (w words) theme(theme string) string { return w.t("theme." + cmp.Or(theme, "other")) }

// ago says how long ago a day was, as whole days of Oslo's calendar. A day to
// come is today: the clock of a rehearsal can be set back.
func (w words) ago(then, now time.Time) string {
	switch days := max(daysBetween(then, now), 0); days {
	case 0:
		return w.t("ago.today")
	case 1:
		return w.t("ago.yesterday")
	default:
		return w.plural("ago.days", days)
	}
}

func daysBetween(then, now time.Time) int {
	midnight := func(t time.Time) time.Time {
		y, m, d := t.In(oslo).Date()
		return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
	}
	return int(midnight(now).Sub(midnight(then)) / (24 * time.Hour))
}

var oslo = func() *time.Location {
	loc, err := time.LoadLocation("Europe/Oslo")
	if err != nil {
		panic("staff: " + err.Error()) // package web embeds the zones
	}
	return loc
}()

// norwegian puts Æ, Ø and Å last, as bokmål does too: x/text has that order
// under nynorsk only.
var norwegian = language.MustParse("nn")

// sortClasses puts classes in their natural order: by youngest grade, then by
// name with numbers as numbers. Never by a figure.
func sortClasses(classes []roster.Class) []roster.Class {
	sorted := slices.Clone(classes)
	c := collate.New(norwegian, collate.Numeric)
	slices.SortStableFunc(sorted, func(a, b roster.Class) int {
		if d := slices.Min(a.Grades) - slices.Min(b.Grades); d != 0 {
			return d
		}
		return c.CompareString(a.Name, b.Name)
	})
	return sorted
}

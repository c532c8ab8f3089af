package staff

import (
	"net/http"
	"net/url"
	"slices"

	"github.com/labstack/echo/v4"
	"golang.org/x/text/collate"

	"github.com/folgmed/folgmed/internal/desk"
	"github.com/folgmed/folgmed/internal/disclosure"
	"github.com/folgmed/folgmed/internal/duty"
	"github.com/folgmed/folgmed/internal/wave"
	"github.com/folgmed/folgmed/internal/web"
)

// classesPage is /staff/classes: what all the classes that the reader sees
// answered, side by side in their natural order, and the signals that stand.
type classesPage struct {
	web.Frame
	Week     int    // ISO week of the newest release
	Classes  []link // each class's own page
	Pictures []picture
	Legend   []legendItem
	Whole    []wholeSchool // what is told of the school beside the pictures
	Signals  []signalCard
}

const classesPath = "/staff/classes"

// classOf is the page of one class.
func classOf(school, class string) string {
	return classesPath + "/" + url.PathEscape(school) + "/" + url.PathEscape(class)
}

func (s *Staff) classes(c echo.Context) error {
	ctx := c.Request().Context()
	p, err := person(c)
	if err != nil {
		return err
	}
	v, err := s.visit(c, p, c.QueryParam("school"))
	if err != nil {
		return err
	}
	released, err := s.released(ctx, v)
	if err != nil {
		return err
	}
	prompts, err := s.prompts(ctx, v)
	if err != nil {
		return err
	}
	current := disclosure.Current(released, disclosure.Staff)
	newest := newestOf(released)
	page := classesPage{Frame: v.frameAt(desk.Classes), Signals: s.signals(v, current, prompts)}
	for _, class := range sortClasses(v.school.Classes) {
		if v.person.SeesClass(v.school.Org, class.Name) {
			page.Classes = append(page.Classes, link{classOf(v.school.Org, class.Name), class.Name})
		}
	}
	if len(released) > 0 {
		_, page.Week = wave.Number(newest.Wave()).Week()
		page.Pictures = s.pictures(v, current)
		page.Legend = v.legend(page.Pictures)
		page.Whole = s.wholeSchool(v, current, len(page.Pictures))
	}
	if err := s.audit(ctx, v, "read_classes", newest.Release()); err != nil {
		return err
	}
	return s.pages.Render(c, http.StatusOK, "classes", v.lang, page)
}

// signalCard is one signal in words.
type signalCard struct {
	Unit, Sentence, Since, OneIn string
	Act                          bool
	Stands                       string // until when, in the list of those that stand
	Prompt                       string // where it is followed up, there
}

func (v *visit) signalCard(s disclosure.Signal) signalCard {
	return signalCard{
		Unit: v.unit(s.Unit), Sentence: v.sentence(s), Since: v.since(s), OneIn: v.oneIn(s),
		Act: s.Tier == disclosure.Act,
	}
}

// signals lists those that stand, in the natural order of their units.
func (s *Staff) signals(v *visit, current []disclosure.Released, prompts []duty.Prompt) []signalCard {
	var cards []signalCard
	for _, r := range current {
		signal, ok := r.Signal()
		if !ok || signal.Kind == disclosure.KindAdult {
			continue
		}
		cards = append(cards, v.standingCard(signal, prompts))
	}
	order := collate.New(norwegian, collate.Numeric)
	slices.SortStableFunc(cards, func(a, b signalCard) int { return order.CompareString(a.Unit, b.Unit) })
	return cards
}

// standingCard is a signal with how long it stands and where it is followed up.
func (v *visit) standingCard(signal disclosure.Signal, prompts []duty.Prompt) signalCard {
	card := v.signalCard(signal)
	card.Stands = v.stands(signal)
	for _, p := range prompts {
		if _, ok := p.Told(signal.ID); ok {
			card.Prompt = "/staff/prompts/" + p.ID // the latest
		}
	}
	return card
}

// stands says how long a signal stands whatever is answered. Of a severe one no
// wave is ever told.
func (v *visit) stands(s disclosure.Signal) string {
	switch {
	case s.Ended:
		return v.t("signal.ended")
	case s.Kind == disclosure.KindSevere:
		return ""
	default:
		_, week := wave.Number(s.Until).Week()
		return v.t("signal.stands", week)
	}
}

// wholeSchool is one figure of a school that has no row in a picture.
type wholeSchool struct {
	Label, Words string
}

// wholeSchool lists the school's own figures where they have no row in a
// picture: all of them beside several pictures, and always the places, which
// are told of no class.
func (s *Staff) wholeSchool(v *visit, current []disclosure.Released, pictures int) []wholeSchool {
	school := v.whole()
	lines := figuresOf(current)[school]
	var list []wholeSchool
	seen := map[string]bool{}
	for _, q := range s.Surveys.Questionnaires {
		for _, item := range q.Items {
			r, ok := lines[item.ID]
			place := item.Theme == "place"
			if !ok || seen[item.ID] || !place && (pictures < 2 || !hasColumn(item)) {
				continue
			}
			seen[item.ID] = true
			words := v.cell(r).Full
			switch {
			case r.Form() == disclosure.FormHidden:
			case place:
				words += " " + v.in(item.Share)
			default:
				words = v.t("whole.share", words)
			}
			list = append(list, wholeSchool{v.in(item.Label), words})
		}
	}
	if r, ok := lines[disclosure.ItemParticipation]; ok && pictures > 1 {
		list = append(list, wholeSchool{v.t("table.answered"), v.answered(r)})
	}
	return list
}

package privacy

import (
	"slices"

	"github.com/folgmed/folgmed/surveys"
)

// The last grades of compulsory school and of all; 11 to 13 are Vg1 to Vg3.
const (
	lastLower = 10
	lastGrade = 13
)

// questionnaire is one that classes are asked, in one language.
type questionnaire struct {
	ID        string
	Grades    string
	Version   int
	Validated bool
	Period    string
	Questions []question
}

// question is an item with all that can be answered, and what may come of it.
type question struct {
	Text    string
	Period  bool // about the period of the questionnaire
	Options []string
	When    string
	Shown   string // what staff may get to see of it
}

// questionnaires are those that some grade is asked, youngest first: a file of
// the operator's own may stand before a built-in one for some grades or all.
func (w words) questionnaires(set surveys.Set) []questionnaire {
	type used struct {
		q      *surveys.Questionnaire
		grades []int
	}
	var all []used
	for grade := 1; grade <= lastGrade; grade++ {
		q, ok := set.For([]int{grade})
		if !ok {
			continue
		}
		i := slices.IndexFunc(all, func(u used) bool { return u.q == q })
		if i < 0 {
			all = append(all, used{q: q})
			i = len(all) - 1
		}
		all[i].grades = append(all[i].grades, grade)
	}
	told := make([]questionnaire, len(all))
	for i, u := range all {
		told[i] = w.questionnaire(u.q, u.grades)
	}
	return told
}

func (w words) questionnaire(q *surveys.Questionnaire, grades []int) questionnaire {
	lang := surveys.Lang(w.lang)
	told := questionnaire{
		ID: q.ID, Grades: w.grades(grades), Version: q.Version, Validated: q.Validated, Period: q.Period[lang],
	}
	for _, kind := range []surveys.Kind{surveys.Core, surveys.Rotating, surveys.Background} { // as they are asked
		for _, item := range q.Items {
			if item.Kind != kind {
				continue
			}
			question := question{
				Text: item.Text[lang], Period: kind != surveys.Background, When: w.when(item), Shown: w.shown(item, lang),
			}
			for _, option := range item.Options {
				question.Options = append(question.Options, option.Text[lang])
			}
			told.Questions = append(told.Questions, question)
		}
	}
	return told
}

// grades writes a span of grades as people do. Grades are ascending; where
// another questionnaire is for some in the middle, the ends are named.
func (w words) grades(grades []int) string {
	first, last := grades[0], grades[len(grades)-1]
	switch lower, upper := first <= lastLower, last > lastLower; {
	case first == last && upper:
		return w.t("grade.upper", last-lastLower)
	case first == last:
		return w.t("grade.lower", last)
	case lower && upper:
		return w.t("span.mixed", first, last-lastLower)
	case upper:
		return w.t("span.upper", first-lastLower, last-lastLower)
	default:
		return w.t("span.lower", first, last)
	}
}

// when says how often an item is asked, counted in the class's own surveys.
func (w words) when(item surveys.Item) string {
	switch {
	case item.Kind != surveys.Rotating || item.Every == 1:
		return w.t("when.always")
	case item.Every == 2:
		return w.t("when.second")
	default:
		return w.t("when.nth", item.Every)
	}
}

// shown says what may come out of an item, as the gate decides it.
func (w words) shown(item surveys.Item, lang surveys.Lang) string {
	switch {
	case item.Kind == surveys.Background:
		return w.t("shown.gender")
	case item.Feeds(surveys.Adult):
		return w.t("shown.adult")
	case item.Theme == "place":
		return w.t("shown.place", item.Share[lang])
	case item.Sensitive:
		return w.t("shown.sensitive", item.Share[lang])
	default:
		return w.t("shown.share", item.Share[lang])
	}
}

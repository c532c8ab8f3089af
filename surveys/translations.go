package surveys

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// langTag is a language that a questionnaire may be translated into besides
// those that every one must hold.
var langTag = regexp.MustCompile(`^[a-z]{2,3}$`)

// Translation is a further language of a questionnaire.
type Translation struct {
	// Reviewed says that somebody whose language it is, other than the
	// translator, has read all of it.
	Reviewed bool `yaml:"reviewed"`
}

// Offered lists the languages that a child may choose: nb, nn and en, and those
// further ones that are whole and reviewed. Half a translation, or one that
// nobody has read, could ask something else than it should.
func (q *Questionnaire) Offered() []Lang {
	offered := slices.Clone(Languages)
	for _, lang := range slices.Sorted(maps.Keys(q.Translations)) {
		if q.Translations[lang].Reviewed && len(q.untranslated(lang)) == 0 {
			offered = append(offered, lang)
		}
	}
	return offered
}

// In keeps of a text what stands in these languages.
func (t Text) In(langs []Lang) Text {
	kept := make(Text, len(langs))
	for _, lang := range langs {
		kept[lang] = t[lang]
	}
	return kept
}

// CheckTranslations returns why further languages of a questionnaire are not
// offered, if they are not. It does not hinder anybody from using the file.
func CheckTranslations(file string, data []byte) []Fault {
	q := &Questionnaire{}
	src := ReadYAML(file, data, q)
	for _, lang := range slices.Sorted(maps.Keys(q.Translations)) {
		for _, path := range q.untranslated(lang) {
			src.Fault(path, fmt.Sprintf("%s is missing in %s", path, lang), fmt.Sprintf("until it is there, nobody is offered %s", lang))
		}
		if !q.Translations[lang].Reviewed {
			src.Fault("translations."+string(lang), fmt.Sprintf("the translation into %s is not reviewed, so nobody is offered it", lang),
				"let somebody else whose language it is read all of it, then write reviewed: true")
		}
	}
	return src.Faults()
}

// untranslated are the texts a pupil meets that do not stand in a language.
func (q *Questionnaire) untranslated(lang Lang) []string {
	var missing []string
	need := func(path string, text Text) {
		if strings.TrimSpace(text[lang]) == "" {
			missing = append(missing, path)
		}
	}
	need("title", q.Title)
	need("period", q.Period)
	for i, item := range q.Items {
		need(fmt.Sprintf("items[%d].text", i), item.Text)
		for o, option := range item.Options {
			need(fmt.Sprintf("items[%d].options[%d].text", i, o), option.Text)
		}
	}
	return missing
}

// translations checks which further languages there are.
func (c checker) translations(further map[Lang]Translation) {
	for _, lang := range slices.Sorted(maps.Keys(further)) {
		at := "translations." + string(lang)
		switch {
		case slices.Contains(Languages, lang):
			c.Fault(at, fmt.Sprintf("%s is no further language", lang), "nb, nn and en are always there; remove it")
		case !langTag.MatchString(string(lang)):
			c.Fault(at, fmt.Sprintf("%q is not a language", lang), "use its code of two or three letters, such as ar")
		}
	}
}

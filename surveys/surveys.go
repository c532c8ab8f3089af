// Package surveys knows the questionnaires: which items a class is asked in
// which wave, in which words, and what each option means for the statistics.
// Questionnaires are data files; every language stands in the file.
//
// A file is read by LoadFile and Load, which refuse it whole if Check finds a
// fault in it; Embedded holds the project's own questionnaires, which are not
// validated instruments.
//
// It must not know any pupil, class or answer, and imports nothing of ours.
package surveys

// Lang is a language of the pupil page: "nb", "nn", "en", or another that a
// questionnaire is translated into.
type Lang string

// The languages every questionnaire must hold, in the order they are offered.
const (
	Bokmaal Lang = "nb"
	Nynorsk Lang = "nn"
	English Lang = "en"
)

// Languages lists them in the order they are offered.
var Languages = []Lang{Bokmaal, Nynorsk, English}

// Text is one text, in every language that there must be, and perhaps in more.
type Text map[Lang]string

// Kind says when an item is asked.
type Kind string

// The kinds of items.
const (
	Core       Kind = "core"       // every wave, fixed order
	Rotating   Kind = "rotating"   // every Every-th planned wave of the class, from Offset
	Background Kind = "background" // last; gender only
)

// Polarity says how the options of an item lie between good and bad.
type Polarity string

// The polarities of an item.
const (
	GoodFirst Polarity = "good_first" // the best option stands first
	BadFirst  Polarity = "bad_first"  // the worst option stands first
	Unordered Polarity = "unordered"  // places, gender: no option is better than another
)

// Stream says which statistics an item feeds (DETECTION §1).
type Stream string

// The streams of SCHOOL §3.
const (
	Score  Stream = "score"  // S1: mean of the score items, and S2 its tail
	Single Stream = "item"   // S3: respondents in the options that Item.Watched counts
	Severe Stream = "severe" // the worst step, ANONYMITY §4
	Adult  Stream = "adult"  // its own route; never shown at the school
)

// Option is one answer to an item. Options are numbered from 1 in the order of
// the file; 0 is "would rather not answer".
type Option struct {
	Text    Text   `yaml:"text" json:"text"`
	Picture string `yaml:"picture,omitempty" json:"picture,omitempty"` // name of what is drawn beside the words, one of Pictures
}

// Item is one question.
type Item struct {
	ID        string   `yaml:"id"`
	Kind      Kind     `yaml:"kind"`
	Theme     string   `yaml:"theme,omitempty"` // wellbeing, unsafe, alone, left_out, hurt, digital, adult, place, dread, help; none for background
	Polarity  Polarity `yaml:"polarity"`
	Text      Text     `yaml:"text"`
	Label     Text     `yaml:"label"`           // short name over a column
	Share     Text     `yaml:"share,omitempty"` // what the released share is a share of, as the staff page says it: ends the sentence "share of pupils who …"
	Options   []Option `yaml:"options"`
	Counts    []int    `yaml:"counts,omitempty"` // options that count toward the released share
	Worst     int      `yaml:"worst,omitempty"`  // the worst step, which severe and adult look at; 0 if the item has none
	Streams   []Stream `yaml:"streams,omitempty"`
	Sensitive bool     `yaml:"sensitive,omitempty"`
	Every     int      `yaml:"every,omitempty"`  // rotating: asked when ordinal%Every == Offset
	Offset    int      `yaml:"offset,omitempty"` // rotating
}

// Questionnaire is one version of the questions for a span of grades. Any
// change of the core's words, order or steps is a new version.
type Questionnaire struct {
	ID        string `yaml:"id"`
	Version   int    `yaml:"version"`
	FromGrade int    `yaml:"from_grade"` // 1-13; 11-13 are Vg1-Vg3
	ToGrade   int    `yaml:"to_grade"`
	Validated bool   `yaml:"validated"`
	Title     Text   `yaml:"title"`
	Period    Text   `yaml:"period"`
	Items     []Item `yaml:"items"`

	Translations map[Lang]Translation `yaml:"translations,omitempty"` // beside nb, nn and en
	Sounds       Sounds               `yaml:"-"`                      // found beside the file
}

// Set holds the questionnaires of an installation.
type Set struct {
	Questionnaires []*Questionnaire
	recordings     map[string]recording
}

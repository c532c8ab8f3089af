package surveys

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// band is how heavy the sentences of a questionnaire may be.
type band struct {
	upTo     int     // the last grade of the band
	lix      float64 // of all sentences together
	sentence int     // words in the longest one
}

// bands are read by the youngest grade that a questionnaire is for. The usual
// scale calls a text below 30 very easy, and puts children's books there
// (Björnsson, Läsbarhet, 1968). Nobody should need more for a question about
// their own day, so 30 is the limit even of the oldest; a child who is still
// learning to read gets a third less, and one halfway the middle. Sentences
// are bounded apart, at about twice the mean length that such a LIX leaves room
// for: whoever spells out each word must still hold the beginning at the end.
// The limits are judgement, not measurement; a pretest with pupils comes before
// them.
var bands = []band{
	{upTo: 4, lix: 20, sentence: 15},
	{upTo: 7, lix: 25, sentence: 18},
	{upTo: 13, lix: 30, sentence: 22},
}

// longWord is the number of letters above which LIX calls a word long.
const longWord = 6

// sentence is one sentence that a pupil reads, and where it stands.
type sentence struct {
	path  string
	words []string
}

func (s sentence) long() int {
	n := 0
	for _, word := range s.words {
		if utf8.RuneCountInString(word) > longWord {
			n++
		}
	}
	return n
}

// lix is Björnsson's readability index
//
//	LIX = words/sentences + 100·(words longer than 6 letters)/words
//
// and 0 of no words.
func lix(sentences []sentence) float64 {
	words, long := 0, 0
	for _, s := range sentences {
		words += len(s.words)
		long += s.long()
	}
	if words == 0 {
		return 0
	}
	return float64(words)/float64(len(sentences)) + 100*float64(long)/float64(words)
}

// CheckReading returns what in a questionnaire is harder to read, in bokmål or
// nynorsk, than its youngest grade should be asked to. It does not hinder
// anybody from using the file: the wording of a validated instrument is not
// ours to change.
//
// One question is too short for LIX: a single long word in seven lifts it by
// fourteen. So LIX is taken of all sentences of the questionnaire together, and
// each sentence by itself is held to a length only. Options are left out: they
// are no sentences, and their few words would make any questionnaire look easy.
func CheckReading(file string, data []byte) []Fault {
	q := &Questionnaire{}
	src := ReadYAML(file, data, q)
	limit := bands[len(bands)-1]
	for _, b := range slices.Backward(bands) {
		if q.FromGrade <= b.upTo {
			limit = b
		}
	}
	for _, lang := range []Lang{Bokmaal, Nynorsk} {
		all := q.sentences(lang)
		for _, s := range all {
			if len(s.words) > limit.sentence {
				src.Fault(s.path, fmt.Sprintf("a sentence of %d words", len(s.words)), fmt.Sprintf("grade %d reads up to %d at a time: make two of it, or leave something out", q.FromGrade, limit.sentence))
			}
		}
		if got := lix(all); got > limit.lix {
			heaviest := slices.MaxFunc(all, func(a, b sentence) int {
				return cmp.Compare(lix([]sentence{a}), lix([]sentence{b}))
			})
			src.Fault(heaviest.path, fmt.Sprintf("the sentences in %s have LIX %.0f together, and this is the heaviest", lang, got),
				fmt.Sprintf("keep it to %.0f from grade %d: use words of up to %d letters and shorter sentences", limit.lix, q.FromGrade, longWord))
		}
	}
	return src.Faults()
}

// sentences are those that a pupil reads, in the order of the file.
func (q *Questionnaire) sentences(lang Lang) []sentence {
	var all []sentence
	add := func(path string, text Text) {
		for part := range strings.FieldsFuncSeq(text[lang], func(r rune) bool { return strings.ContainsRune(".?!:", r) }) {
			words := strings.FieldsFunc(part, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
			if len(words) > 0 {
				all = append(all, sentence{path + "." + string(lang), words})
			}
		}
	}
	add("title", q.Title)
	add("period", q.Period)
	for i, item := range q.Items {
		add(fmt.Sprintf("items[%d].text", i), item.Text)
	}
	return all
}

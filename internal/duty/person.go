package duty

import (
	_ "embed"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	nameWord = `\p{Lu}\p{Ll}+(?:[-']\p{Lu}\p{Ll}+)*`
	fullName = nameWord + `(?: ` + nameWord + `){0,2}` // given name and surnames
	between  = `(?: ?[,;/&+] ?(?:(?:og|and|eller|or) )?| (?:og|and|samt|eller|or) )`
	outside  = `(?:^|[^\pL\d])` // \b knows no Æ, Ø and Å
)

var (
	emailLike = regexp.MustCompile(`[\pL\d._%+-]+ ?(?:@|[(\[](?:at|krøllalfa)[)\]]) ?[\pL\d-]+(\.[\pL\d-]+)+`)

	// Eleven digits, as written with or without a space after the date of
	// birth: ddmmyy and five more. Day up to 71 and month up to 92 take in
	// D-numbers and the synthetic ones used in tests.
	nationalIDLike = regexp.MustCompile(`\b[0-7]\d[ .]?[0-9]\d[ .]?\d\d[ -]?\d{3} ?\d\d\b`)
	birthdayLike   = regexp.MustCompile(`(?i)` + outside + `(?:født|fødd|f\.|fdato:?|born)(?: den| on)? ?\d{1,2}[./-] ?\d{1,2}[./-] ?\d{2,4}`)

	// Eight digits from 2 to 9, in the groupings used in Norway, with or
	// without the country's code.
	phoneLike = regexp.MustCompile(`(?:(?:\+|\b00)47 ?|\b)[2-9](\d{7}|\d[ .-]\d\d[ .-]\d\d[ .-]\d\d|\d\d[ .-]\d\d[ .-]\d{3})\b`)

	// A date written together, 20261012, is not a phone number: none
	// begins with 20.
	dateLike = regexp.MustCompile(`^20[0-9]{6}$`)

	// Two or more on one line, or three or more on a line each.
	namesInLine  = regexp.MustCompile(fullName + `(?:` + between + fullName + `)+`)
	namesInLines = regexp.MustCompile(`(?m)(?:^[ \t]*(?:[-*•]|\d+[.)])?[ \t]*` + fullName + `[ \t]*[,;]?[ \t]*(?:\r?\n|\z)){3,}`)
	listItem     = regexp.MustCompile(fullName)

	// K.N. i 5A, KN (5A), K. fra 10B: initials beside a class.
	besideClass = regexp.MustCompile(outside + `((\p{Lu}\.? ?\p{Lu}|\p{Lu}\.)\.?(?:,? (?:i|fra|frå|på|in|from) |,? \(?|\()(?:1[0-3]|[1-9]) ?[A-HÆØÅ])(?:[^\pL\d]|$)`)

	// K.N., or O. N. after a word for a pupil: elev A is nobody, and is how a
	// pupil is rightly written of.
	initialsLike = regexp.MustCompile(outside + `(?:(?i:elev|eleven|jente|jenta|gutt|gutten|gut|guten|pupil|girl|boy):? )?(\p{Lu}\.\p{Lu})\.(?:[^\pL]|$)` +
		`|` + outside + `(?i:elev|eleven|jente|jenta|gutt|gutten|gut|guten|pupil|girl|boy):? (\p{Lu}\. \p{Lu})\.`)

	// Whose letter it was: a parent's name tells whose parent it is.
	signature = regexp.MustCompile(`(?i:` + outside + `(?:mvh|vh|hilsen|helsing|regards))[,.]?\s+(?i:fra |frå |from )?(` + fullName + `)`)

	handleLike = regexp.MustCompile(`(?:^|\s)@[\pL\d._]{3,}|` + outside + `(?i:snap|snapchat|insta|instagram|tiktok|discord|brukernavn|brukarnamn|username):? ?\pL[\pL\d.]*[\d_][\pL\d._]*`)
	word       = regexp.MustCompile(`\pL+`)

	// Lilleskolen, Svømmehallen, Ressursteamet: what no surname ends in.
	compound = regexp.MustCompile(`\pL{3}(?:skolen|skulen|salen|hallen|teamet|gruppa|gruppen|gruppene|rommet|bygget|trinnet|klassen|klassene|banen|samisk)$`)
)

//go:embed names.txt
var namesFile string

// givenNames are names that no ordinary word is spelled like.
var givenNames = wordSet(regexp.MustCompile(`(?m)^#.*$`).ReplaceAllString(namesFile, ""))

// notNames are words that stand with a capital first letter in what staff
// write and are no pupil: openings of sentences, days, subjects, bodies.
var notNames = wordSet(`
	Vi Jeg Eg Det Den De Dei Da Når Alle Noen Nokre Flere Fleire Både Elever Elevar Elevene Elevane Jenter Jentene
	Gutter Gutane Guttene Lærer Lærar Læreren Læraren Lærere Lærarar Lærerne Lærarane Kontaktlærer Kontaktlærar Rektor
	Foreldre Foresatte Føresette Inspektør Assistent Assistenten Helsesykepleier Helsesjukepleiar Miljøterapeut
	Mandag Måndag Tirsdag Tysdag Onsdag Torsdag Fredag Lørdag Laurdag Søndag Sundag
	Januar Februar Mars April Mai Juni Juli August September Oktober November Desember
	Norsk Engelsk Matte Matematikk Naturfag Samfunnsfag Gym Kroppsøving Musikk Krle
	Skolegården Skulegarden Kantina Gangen Garderoben Biblioteket Klassen Klasserommet Statsforvalteren Statsforvaltaren
	Norge Noreg Sverige Danmark Finland Oslo Bergen Trondheim Stavanger Tromsø Ukraina Syria Polen Somalia Eritrea Afghanistan
	Litauen Irak Iran Tyrkia Pakistan Samisk Arabisk Somali Polsk Ukrainsk Litauisk Spansk Tysk Fransk Kinesisk
	Snap Snapchat Tiktok Teams Jul Påske Mitt Valg Zippys Gruppe Rød Raud Gul Blå Grønn Grøn
	We I The They All Some Both Pupils Girls Boys Teacher Teachers Parents Principal Head Canteen Library Playground Gym
	Monday Tuesday Wednesday Thursday Friday Saturday Sunday`)

// notInitials are short forms of two letters that stand before a class as often
// as initials do.
var notInitials = wordSet(`AI AS CV EU FN IT KI KH MH NB OK PC PP PS SF TV VG VK`)

func wordSet(s string) map[string]bool {
	set := map[string]bool{}
	for _, w := range strings.Fields(s) {
		set[w] = true
	}
	return set
}

// looksLikePerson reports whether a text seems to point out someone, and by
// what. It is a guard against slips of the pen, not a proof: the field itself
// says that no pupil is to be named.
func looksLikePerson(text string) (code RefusalCode, found string) {
	if s := emailLike.FindString(text); s != "" {
		return Email, s
	}
	if s := nationalIDLike.FindString(text); s != "" {
		return NationalID, s
	}
	if s := birthdayLike.FindString(text); s != "" {
		return NationalID, strings.TrimSpace(s)
	}
	for _, s := range phoneLike.FindAllString(text, -1) {
		if s = strings.TrimSpace(s); !dateLike.MatchString(s) {
			return Phone, s
		}
	}
	if s := nameIn(text); s != "" {
		return Names, s
	}
	return "", ""
}

// nameIn returns what in a text seems to name someone: a list of names, a given
// name, a signature, initials, or what someone is called on the net.
func nameIn(text string) string {
	for _, s := range namesInLine.FindAllString(text, -1) {
		if names(s) >= 2 {
			return s
		}
	}
	for _, s := range namesInLines.FindAllString(text, -1) {
		if names(s) >= 3 {
			return strings.Join(strings.Fields(s), " ")
		}
	}
	for _, w := range word.FindAllString(text, -1) {
		if isGivenName(w) {
			return w
		}
	}
	for _, m := range signature.FindAllStringSubmatch(text, -1) {
		if names(m[1]) > 0 {
			return m[1]
		}
	}
	for _, m := range besideClass.FindAllStringSubmatch(text, -1) {
		if !notInitials[strings.TrimSpace(m[2])] {
			return m[1]
		}
	}
	for _, m := range initialsLike.FindAllStringSubmatch(text, -1) {
		if !notInitials[strings.ReplaceAll(m[1], ".", "")] {
			return m[1] + m[2] + "."
		}
	}
	return strings.TrimSpace(handleLike.FindString(text))
}

// isGivenName knows a name as it is, with the s of a genitive, and in capitals.
func isGivenName(w string) bool {
	first, size := utf8.DecodeRuneInString(w)
	if !unicode.IsUpper(first) || len(w) == size {
		return false
	}
	w = string(first) + strings.ToLower(w[size:])
	return givenNames[w] || givenNames[strings.TrimSuffix(w, "s")]
}

// names counts the items of a list that have a word which may be a name.
func names(list string) int {
	n := 0
	for _, item := range listItem.FindAllString(list, -1) {
		for _, word := range strings.Fields(item) {
			if !notNames[word] && !compound.MatchString(word) {
				n++
				break
			}
		}
	}
	return n
}

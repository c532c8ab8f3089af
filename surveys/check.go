package surveys

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	maxAsked = 10 // items in one wave: two to three minutes (SCHOOL §3)
	maxEvery = 12 // a rarer item would not be asked twice a year
	maxText  = 300

	// backgroundFrom is the youngest grade that may be asked about gender.
	backgroundFrom = 5
	// backgroundID names the one background question.
	backgroundID = "gender"
	// minGroup is the smallest group a background question may make (ANONYMITY §3).
	minGroup = 5
)

var (
	kinds      = []Kind{Core, Rotating, Background}
	polarities = []Polarity{GoodFirst, BadFirst, Unordered}
	streams    = []Stream{Score, Single, Severe, Adult}
	themes     = []string{"wellbeing", "unsafe", "alone", "left_out", "hurt", "digital", "adult", "place", "dread", "help"}

	// Both kinds of ids go into ballots and column names.
	questionnaireID = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,47}$`)
	itemID          = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]{0,31}$`)
)

// Check returns everything wrong with a questionnaire file, in the order of
// the file, and nil if Load would take it.
func Check(file string, data []byte) []Fault {
	_, faults := parse(file, data)
	return faults
}

// parse reads a questionnaire and checks it. Where it returns faults, nothing
// of the questionnaire may be used.
func parse(file string, data []byte) (*Questionnaire, []Fault) {
	q := &Questionnaire{}
	src := ReadYAML(file, data, q)
	if faults := src.Faults(); len(faults) > 0 {
		return nil, faults
	}
	c := checker{src, q.Translations}
	c.questionnaire(q)
	if faults := src.Faults(); len(faults) > 0 {
		return nil, faults
	}
	return q, nil
}

// checker holds the rules of a questionnaire file.
type checker struct {
	*Source
	further map[Lang]Translation
}

func (c checker) questionnaire(q *Questionnaire) {
	if !questionnaireID.MatchString(q.ID) {
		c.Fault("id", fmt.Sprintf("id %q is not an id", q.ID), "use up to 48 small letters, digits and dashes, such as grades-5-7")
	}
	if q.Version < 1 {
		c.Fault("version", fmt.Sprintf("version %d is below 1", q.Version), "count from 1; any change of the core's words, order or steps is a new version")
	}
	if q.FromGrade < 1 || q.ToGrade > 13 || q.FromGrade > q.ToGrade {
		c.Fault("from_grade", fmt.Sprintf("grades %d to %d are not a span within 1-13", q.FromGrade, q.ToGrade), "11-13 are Vg1-Vg3")
	}
	c.translations(q.Translations)
	c.text("title", q.Title)
	c.text("period", q.Period)
	if len(q.Items) == 0 {
		c.Fault("items", "there are no items", "")
	}

	first := map[string]int{}
	background := 0
	for i, item := range q.Items {
		path := fmt.Sprintf("items[%d]", i)
		if before, taken := first[item.ID]; taken {
			c.Fault(path+".id", fmt.Sprintf("item %q stands twice", item.ID), fmt.Sprintf("the first one is on line %d", c.line(fmt.Sprintf("items[%d].id", before))))
		}
		first[item.ID] = i
		c.item(path, item)

		if item.Kind != Background {
			continue
		}
		background++
		if background > 1 {
			c.Fault(path+".kind", "more than one background question", "two together can single a pupil out; keep gender")
		} else if item.ID != backgroundID {
			c.Fault(path+".id", fmt.Sprintf("background question %q", item.ID), "gender is the only background question")
		}
		if q.FromGrade < backgroundFrom {
			c.Fault(path+".kind", fmt.Sprintf("a background question for grade %d", q.FromGrade), fmt.Sprintf("ask it from grade %d", backgroundFrom))
		}
	}
	c.length(q)
}

// item checks one item by itself.
func (c checker) item(path string, item Item) {
	if !itemID.MatchString(item.ID) {
		c.Fault(path+".id", fmt.Sprintf("id %q is not an id", item.ID), "use up to 32 letters, digits and underscores, a letter first")
	}
	known(c, path+".kind", "kind", item.Kind, kinds)
	known(c, path+".polarity", "polarity", item.Polarity, polarities)
	c.text(path+".text", item.Text)
	c.text(path+".label", item.Label)

	if len(item.Options) < 2 || len(item.Options) > 12 {
		c.Fault(path+".options", fmt.Sprintf("%d options", len(item.Options)), "give 3 to 5, or up to 12 places")
	}
	for o, option := range item.Options {
		at := fmt.Sprintf("%s.options[%d]", path, o)
		c.text(at+".text", option.Text)
		if option.Picture != "" {
			known(c, at+".picture", "picture", option.Picture, Pictures)
		}
	}

	if item.Kind != Background {
		known(c, path+".theme", "theme", item.Theme, themes)
		c.text(path+".share", item.Share)
		c.counts(path, item)
	} else if len(item.Streams) > 0 || len(item.Counts) > 0 {
		c.Fault(path, "a background question feeds a stream or counts toward a share", "remove streams and counts")
	}
	c.streams(path, item)

	if item.Kind == Rotating {
		if item.Every < 1 || item.Every > maxEvery {
			c.Fault(path+".every", fmt.Sprintf("rotating, but every is %d", item.Every), fmt.Sprintf("say how many waves apart it is asked, 1 to %d", maxEvery))
		} else if item.Offset < 0 || item.Offset >= item.Every {
			c.Fault(path+".offset", fmt.Sprintf("offset %d is never reached", item.Offset), fmt.Sprintf("use 0 to %d", item.Every-1))
		}
	} else if item.Every != 0 || item.Offset != 0 {
		c.Fault(path+".every", fmt.Sprintf("every and offset on a %s item", item.Kind), "they are for rotating items; remove them")
	}
}

// counts checks what counts toward the share, and the worst step.
func (c checker) counts(path string, item Item) {
	options := len(item.Options)
	if len(item.Counts) == 0 {
		c.Fault(path+".counts", "no option counts toward the share", "list the options that are worth worrying about, such as [4, 5]")
	}
	seen := map[int]bool{}
	for n, option := range item.Counts {
		at := fmt.Sprintf("%s.counts[%d]", path, n)
		switch {
		case option < 1 || option > options:
			c.Fault(at, fmt.Sprintf("counts option %d of %d", option, options), "options are numbered from 1 in the order of the file")
		case seen[option]:
			c.Fault(at, fmt.Sprintf("counts option %d twice", option), "remove one")
		}
		seen[option] = true
	}
	if item.Worst < 0 || item.Worst > options {
		c.Fault(path+".worst", fmt.Sprintf("the worst step is option %d of %d", item.Worst, options), "options are numbered from 1 in the order of the file")
		return
	}
	if item.Polarity == Unordered {
		return
	}
	// The options that count are the bad end, whole: anything else is a polarity
	// turned round.
	for option := range seen {
		if rank, ok := item.rank(option); ok && rank > len(seen) {
			c.Fault(path+".counts", fmt.Sprintf("option %d counts, but a worse one does not", option), fmt.Sprintf("polarity is %s: is it turned round?", item.Polarity))
			break
		}
	}
	if rank, ok := item.rank(item.Worst); ok && rank != 1 {
		c.Fault(path+".worst", fmt.Sprintf("option %d is called the worst step, but with polarity %s it is not", item.Worst, item.Polarity), "is the polarity turned round?")
	}
}

// streams checks what an item feeds.
func (c checker) streams(path string, item Item) {
	for n, stream := range item.Streams {
		at := fmt.Sprintf("%s.streams[%d]", path, n)
		known(c, at, "stream", stream, streams)
		if slices.Index(item.Streams, stream) != n {
			c.Fault(at, fmt.Sprintf("stream %s stands twice", stream), "remove one")
		}
	}
	at := path + ".streams"
	if len(item.Streams) > 0 && item.Polarity == Unordered {
		c.Fault(at, "an unordered item feeds a stream", "give it a polarity or remove streams")
	}
	if item.Feeds(Score) && item.Feeds(Severe) {
		c.Fault(at, "one item feeds both score and severe", "let it feed item and severe: one answer must not raise two signals")
	}
	if item.Feeds(Adult) && len(item.Streams) > 1 {
		c.Fault(at, "the adult stream is fed together with another", "it has its own route, past the school; let it stand alone")
	}
	if item.Feeds(Severe) || item.Feeds(Adult) {
		if item.Worst == 0 {
			c.Fault(path+".worst", "feeds severe or adult, but has no worst step", "name the option, such as worst: 5")
		}
		if !item.Sensitive {
			c.Fault(path+".sensitive", "feeds severe or adult, but is not sensitive", "add sensitive: true")
		}
	}
}

// length finds the first wave that asks too much. Rotation repeats after the
// least common multiple of its periods.
func (c checker) length(q *Questionnaire) {
	period := 1
	for _, item := range q.Items {
		if item.Kind != Rotating {
			continue
		}
		if item.Every < 1 || item.Every > maxEvery {
			return // already a fault
		}
		period = lcm(period, item.Every)
	}
	for ordinal := range period {
		if asked := len(q.Asked(ordinal)); asked > maxAsked {
			c.Fault("items", fmt.Sprintf("wave %d of the school year asks %d items", ordinal+1, asked), fmt.Sprintf("keep it to %d: move a rotating item to another offset", maxAsked))
			return
		}
	}
}

func lcm(a, b int) int {
	x, y := a, b
	for y != 0 {
		x, y = y, x%y
	}
	return a / x * b
}

// text checks that a text stands in every language that there must be, and in
// no other than those the questionnaire is translated into.
func (c checker) text(path string, text Text) {
	for _, lang := range append(slices.Clone(Languages), slices.Sorted(maps.Keys(c.further))...) {
		words, there := text[lang]
		at := path + "." + string(lang)
		_, further := c.further[lang]
		switch {
		case !there && further: // CheckTranslations tells of it
		case !there:
			c.Fault(path, fmt.Sprintf("%s is missing in %s", path, lang), "every text stands in nb, nn and en")
		case strings.TrimSpace(words) == "":
			c.Fault(at, path+" is empty in "+string(lang), "every text stands in nb, nn and en")
		case utf8.RuneCountInString(words) > maxText:
			c.Fault(at, fmt.Sprintf("longer than %d characters", maxText), "a child reads it on a tablet; shorten it")
		case strings.ContainsFunc(words, unicode.IsControl):
			c.Fault(at, "holds a control character or a line break", "write it as one line")
		}
	}
	for lang := range text {
		if _, further := c.further[lang]; !further && !slices.Contains(Languages, lang) {
			c.Fault(path, fmt.Sprintf("unknown language %q", lang), "use nb, nn and en, or list it under translations")
		}
	}
}

// known checks that a word is one of a closed list.
func known[T ~string](c checker, path, what string, got T, want []T) {
	if slices.Contains(want, got) {
		return
	}
	list := make([]string, len(want))
	for i, w := range want {
		list[i] = string(w)
	}
	message := fmt.Sprintf("unknown %s %q", what, got)
	if got == "" {
		message = what + " is missing"
	}
	c.Fault(path, message, "one of "+strings.Join(list, ", "))
}

// CheckBackground reports background questions that could single pupils out in
// classes of these sizes: the groups that their options make must have room
// for five pupils each in the class of median size. Gender with two options is
// within the limit whatever the sizes, since the fold keeps a gender only where
// both have five. Its faults have no file and line.
func CheckBackground(q *Questionnaire, sizes []int) []Fault {
	groups, questions := 1, 0
	for _, item := range q.Items {
		if item.Kind == Background {
			groups *= len(item.Options)
			questions++
		}
	}
	if len(sizes) == 0 || groups <= 2 {
		return nil
	}
	sorted := slices.Sorted(slices.Values(sizes))
	median := sorted[(len(sorted)-1)/2]
	if median >= minGroup*groups {
		return nil
	}
	return []Fault{{
		File:    q.ID,
		Message: fmt.Sprintf("%d background question(s) split a class of %d into %d groups, of %.1f pupils on average", questions, median, groups, float64(median)/float64(groups)),
		Hint:    fmt.Sprintf("use fewer options: each group must have room for %d", minGroup),
	}}
}

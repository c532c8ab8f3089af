package staff

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/folgmed/folgmed/internal/disclosure"
	"github.com/folgmed/folgmed/internal/web"
)

// everySignal is one signal of each kind, theme, tier, level of unit and rate
// that the gate can let out.
func everySignal() []disclosure.Signal {
	var all []disclosure.Signal
	add := func(k disclosure.Kind, theme string, u disclosure.Unit) {
		for _, tier := range []disclosure.Tier{disclosure.Notice, disclosure.Act} {
			for _, n := range []int{2, 4, 10} {
				switch k {
				case disclosure.KindSevere:
					n = 0
				case disclosure.KindLevel:
					n *= 10
				case disclosure.KindChange, disclosure.KindGroup, disclosure.KindSilence, disclosure.KindAdult:
				}
				all = append(all, disclosure.Signal{Unit: u, Kind: k, Theme: theme, Tier: tier, OneIn: n, Since: "2026-10"})
			}
		}
	}
	units := []disclosure.Unit{
		{Level: disclosure.LevelClass, Name: "E"}, {Level: disclosure.LevelGrade, Name: "5"}, {Level: disclosure.LevelSchool},
	}
	for _, u := range units {
		add(disclosure.KindSevere, "", u)
		add(disclosure.KindSilence, "", u)
		for _, theme := range disclosure.Themes {
			add(disclosure.KindChange, theme, u)
			add(disclosure.KindLevel, theme, u)
			for _, group := range []string{disclosure.GroupGirls, disclosure.GroupBoys} {
				if u.Level != disclosure.LevelClass {
					of := u
					of.Group = group
					add(disclosure.KindGroup, theme, of)
				}
			}
		}
	}
	add(disclosure.KindAdult, "", disclosure.Unit{Level: disclosure.LevelSchool})
	return all
}

// said is what a language has for the tests to look for.
var said = map[string]struct {
	never     *regexp.Regexp // words that no sentence has
	numbers   map[int]string // the numbers there may be
	gender    *regexp.Regexp
	unchanged string // how the sentence about false signals begins
	noWorse   string // the same for a level
	limits    string // and how it ends
	fewer     string // that fewer answer
	distress  *regexp.Regexp
	long, ago string // of a level, and of a change
}{
	"nb": {
		regexp.MustCompile(`(?i)varsel|risiko|alarm|skår|score|strøm|hale|indeks|stille|forventet|p-verdi|prosent|snitt|[0-9%]|\b(ett|tre|fem|seks|sju|åtte|ni|tretti|femti)\b`),
		map[int]string{2: "to", 4: "fire", 10: "ti", 20: "tjue", 40: "førti", 100: "hundre"}, regexp.MustCompile(`(?i)jente|gutt`),
		"Der ingenting har endret seg, kommer et slikt signal likevel om lag én gang på ", "Der det ikke står dårligere til enn andre steder, kommer ",
		"; det sier ikke hva som er galt, eller hvem det gjelder.",
		"færre", regexp.MustCompile(`(?i)trivsel|trygg|sammen|utenfor|erter|vondt|slem|dårlig|alvorlig`), "Over lang tid", "I noen uker",
	},
	"nn": {
		regexp.MustCompile(`(?i)varsel|risiko|alarm|skår|score|straum|hale|indeks|stille|forventa|p-verdi|prosent|snitt|[0-9%]|\b(eitt|tre|fem|seks|sju|åtte|ni|tretti|femti)\b`),
		map[int]string{2: "to", 4: "fire", 10: "ti", 20: "tjue", 40: "førti", 100: "hundre"}, regexp.MustCompile(`(?i)jente|gut`),
		"Der ingenting har endra seg, kjem eit slikt signal likevel om lag éin gong på ", "Der det ikkje står dårlegare til enn andre stader, kjem ",
		"; det seier ikkje kva som er gale, eller kven det gjeld.",
		"færre", regexp.MustCompile(`(?i)trivsel|trygg|saman|utanfor|ertar|vondt|slem|dårleg|alvorleg`), "Over lang tid", "I nokre veker",
	},
	"en": {
		regexp.MustCompile(`(?i)varsel|risk|alarm|alert|score|stream|tail|index|expected|percent|average|mean of|[0-9%]|\b(three|five|six|seven|eight|nine|thirty|fifty)\b`),
		map[int]string{2: "two", 4: "four", 10: "ten", 20: "twenty", 40: "forty", 100: "hundred"}, regexp.MustCompile(`(?i)girl|boy`),
		"Where nothing has changed, such a signal still comes about once in ", "Where things are no worse than elsewhere, such a signal still comes about once in ",
		"; it does not say what is wrong, or with whom.",
		"fewer", regexp.MustCompile(`(?i)wellbeing|safe|to be with|left out|tease|hurt|mean|badly|worse|serious`), "For a long time", "For some weeks",
	},
}

// Every signal has its sentence in every language: within what may be told,
// with how often it comes for nothing, and saying of its kind what holds of it.
func TestEverySignalHasItsSentence(t *testing.T) {
	for _, lang := range web.Languages {
		w, look := words{cat: catalog(t), lang: lang}, said[lang]
		for _, s := range everySignal() {
			sentence, oneIn, headline := w.sentence(s), w.oneIn(s), w.headline(s)
			fault := func(what string) { t.Errorf("%s: %+v: %s:\n%s\n%s\n%s", lang, s, what, headline, sentence, oneIn) }
			all := headline + "\n" + sentence + "\n" + oneIn
			if strings.Contains(all, "%!") || regexp.MustCompile(`\b(signal|headline|where|one_in|number|theme)\.`).MatchString(all) {
				fault("a key or a hole is left")
			}
			if !strings.HasSuffix(sentence, ".") || strings.Count(sentence, " ") < 6 || headline == "" {
				fault("no sentence")
			}
			if found := look.never.FindString(all); found != "" {
				fault("it says " + found)
			}
			if gendered := look.gender.MatchString(sentence); gendered != (s.Unit.Group != "") || look.gender.MatchString(headline+oneIn) {
				fault("it tells of a gender, or not of the group it is about")
			}
			level := s.Kind == disclosure.KindLevel
			if s.Kind != disclosure.KindSevere {
				begins := look.unchanged
				if level {
					begins = look.noWorse
				}
				if !strings.HasPrefix(oneIn, begins) || !strings.HasSuffix(oneIn, look.limits) || !strings.Contains(oneIn, " "+look.numbers[s.OneIn]+" ") {
					fault("it does not say how often it comes for nothing")
				}
				for n, word := range look.numbers {
					if n != s.OneIn && slices.Contains(strings.Fields(sentence+" "+oneIn), word) {
						fault("it says " + word)
					}
				}
				if strings.HasPrefix(sentence, look.long) != level || strings.HasPrefix(sentence, look.ago) == level {
					fault("it does not say whether it has fallen or has long been so")
				}
			} else if oneIn != "" {
				fault("a severe signal comes for nothing")
			}
			if silent(s) && (!strings.Contains(sentence, look.fewer) || look.distress.MatchString(sentence+headline)) {
				fault("that fewer answer is told as something else")
			}
			if w.t("tier."+string(s.Tier)) == "" || s.Kind != disclosure.KindSevere && w.since(s) == "" {
				fault("it does not say how soon to look, or since when")
			}
		}
	}
}

// Different signals do not read the same.
func TestSentencesDiffer(t *testing.T) {
	for _, lang := range web.Languages {
		w := words{cat: catalog(t), lang: lang}
		seen := map[string]string{}
		for _, s := range everySignal() {
			about := strings.Join([]string{string(s.Kind), themeOf(s), string(s.Unit.Level), s.Unit.Group}, " ")
			if silent(s) && s.Kind != disclosure.KindLevel { // a silence, however it was found
				about = strings.Join([]string{"silence", string(s.Unit.Level), s.Unit.Group}, " ")
			}
			if s.Kind == disclosure.KindSevere { // at least one, somewhere in the unit
				about = "severe"
			}
			if before, ok := seen[w.sentence(s)]; ok && before != about {
				t.Errorf("%s: %s and %s both read %q", lang, before, about, w.sentence(s))
			}
			seen[w.sentence(s)] = about
		}
	}
}

func TestSentences(t *testing.T) {
	class := disclosure.Unit{Level: disclosure.LevelClass, Name: "5A"}
	girls := disclosure.Unit{Level: disclosure.LevelGrade, Name: "8", Group: disclosure.GroupGirls}
	for _, tt := range []struct {
		lang string
		s    disclosure.Signal
		want string
	}{
		{"en", disclosure.Signal{Unit: class, Kind: disclosure.KindChange, Theme: disclosure.ThemeAlone, OneIn: 10, Since: "2026-10"},
			"For some weeks fewer have said they have someone to be with than is usual in this class. It probably began in October 2026. " +
				"Where nothing has changed, such a signal still comes about once in ten school years for a class; it does not say what is wrong, or with whom."},
		{"nb", disclosure.Signal{Unit: class, Kind: disclosure.KindLevel, Theme: disclosure.ThemeLeftOut, OneIn: 40, Since: "2026-09"},
			"Over lang tid har flere i denne klassen enn andre steder svart at de blir holdt utenfor. Slik har det vært i alle fall siden september 2026. " +
				"Der det ikke står dårligere til enn andre steder, kommer et slikt signal likevel om lag én gang på førti skoleår for en klasse; det sier ikke hva som er galt, eller hvem det gjelder."},
		{"nn", disclosure.Signal{Unit: girls, Kind: disclosure.KindGroup, Theme: disclosure.ThemeWellbeing, OneIn: 2, Since: "2026-11"},
			"I nokre veker har svara om trivsel vore dårlegare enn det som er vanleg blant jentene på dette trinnet. Det byrja truleg i november 2026. " +
				"Der ingenting har endra seg, kjem eit slikt signal likevel om lag éin gong på to skuleår for ei slik gruppe; det seier ikkje kva som er gale, eller kven det gjeld."},
		{"en", disclosure.Signal{Unit: disclosure.Unit{Level: disclosure.LevelGrade, Name: "5"}, Kind: disclosure.KindLevel, Theme: disclosure.ThemeUnsafe, OneIn: 100, Since: "2026-09"},
			"For a long time fewer in this grade than elsewhere have said they feel safe. It has been so at least since September 2026. " +
				"Where things are no worse than elsewhere, such a signal still comes about once in a hundred school years for a grade; it does not say what is wrong, or with whom."},
		{"nb", disclosure.Signal{Unit: disclosure.Unit{Level: disclosure.LevelGrade, Name: "5"}, Kind: disclosure.KindSilence, OneIn: 4, Since: "2026-11"},
			"I noen uker har færre svart på undersøkelsen enn det som er vanlig på dette trinnet. Det kan ha mange grunner. Det begynte trolig i november 2026. " +
				"Der ingenting har endret seg, kommer et slikt signal likevel om lag én gang på fire skoleår for et trinn; det sier ikke hva som er galt, eller hvem det gjelder."},
	} {
		w := words{cat: catalog(t), lang: tt.lang}
		if got := strings.Join([]string{w.sentence(tt.s), w.since(tt.s), w.oneIn(tt.s)}, " "); got != tt.want {
			t.Errorf("got  %s\nwant %s", got, tt.want)
		}
	}
}

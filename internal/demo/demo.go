// Package demo makes up the owner that `folgmed demo` shows: schools and
// classes, and the answers of pupils who do not exist. Three classes have
// something wrong.
//
// It must not know how answers are stored or found: it fills an installation
// as tablets would, from outside.
package demo

import (
	"math/rand/v2"
	"slices"

	"github.com/folgmed/folgmed/analytics/simulate"
	"github.com/folgmed/folgmed/internal/rehearsal"
	"github.com/folgmed/folgmed/internal/roster"
	"github.com/folgmed/folgmed/internal/wave"
	"github.com/folgmed/folgmed/surveys"
)

// Waves is how many waves lie behind the demo.
const Waves = 16

// Seed makes the demo the same for everyone.
const Seed = 20260817

// random is one of the demo's sources of chance, the same at every start.
func random(stream uint64) *rand.Rand {
	return rand.New(rand.NewPCG(Seed, stream)) //nolint:gosec // G404: made-up answers need no secrecy
}

// Principal's school, where two of the three classes are.
const (
	principalsSchool = 1
	principalName    = "Ingrid Solheim"
	// PrincipalEmail is whom the demo's sign-in link is for.
	PrincipalEmail = "rektor@granlia.example"
)

// classWrong says what is wrong in a class, and from which wave on.
type classWrong struct {
	school int
	class  string
	kind   simulate.Kind
	onset  int
}

// wrong are the three classes. A principal of Granlia sees the first two.
var wrong = []classWrong{
	{principalsSchool, "9B", simulate.Sliding, 7},
	{principalsSchool, "8C", simulate.Incident, 13},
	{3, "6A", simulate.Minority, 9},
}

// schools are the owner's schools and how many classes each grade has.
var schools = []struct {
	name, written string
	grades        map[int]int
	adults        []roster.Adult
}{
	{"Granlia ungdomsskole", "nb", map[int]int{8: 3, 9: 4, 10: 3}, []roster.Adult{{Name: "Mona", Role: "helsesykepleier"}, {Name: "Yusuf", Role: "miljøterapeut"}, {Name: "Ingrid", Role: "rektor"}}},
	{"Solvik ungdomsskule", "nn", map[int]int{8: 4, 9: 3, 10: 3}, []roster.Adult{{Name: "Torunn", Role: "helsesjukepleiar"}, {Name: "Eirik", Role: "sosiallærar"}}},
	{"Bjørkåsen skole", "nb", map[int]int{1: 1, 2: 1, 3: 2, 4: 1, 5: 2, 6: 2, 7: 1}, []roster.Adult{{Name: "Silje", Role: "helsesykepleier"}, {Name: "Arne", Role: "vaktmester"}, {Name: "Nadia", Role: "miljøarbeider"}}},
	{"Fjellheim skule", "nn", map[int]int{1: 2, 2: 1, 3: 1, 4: 2, 5: 1, 6: 1, 7: 2}, []roster.Adult{{Name: "Gunnhild", Role: "helsesjukepleiar"}, {Name: "Per", Role: "rektor"}}},
	{"Havnaskogen skole", "nb", map[int]int{1: 1, 2: 1, 3: 1, 4: 1, 5: 1, 6: 1, 7: 1, 8: 1, 9: 1, 10: 1}, []roster.Adult{{Name: "Line", Role: "helsesykepleier"}, {Name: "Thomas", Role: "miljøterapeut"}}},
	{"Myra skole", "nb", map[int]int{1: 1, 2: 2, 3: 1, 4: 1, 5: 1, 6: 2, 7: 2}, []roster.Adult{{Name: "Hanne", Role: "helsesykepleier"}, {Name: "Ali", Role: "assistent"}}},
}

// Owner is the demo's owner. Its numbers are of the simulated series, which no
// real school can have.
func Owner() roster.Owner {
	r := random(1)
	owner := roster.Owner{
		Org: roster.SimulatedOrg(1), Name: "Fjordvik kommune", Rhythm: 1, Rate: roster.DefaultRate,
		HelpLines: []roster.HelpLine{{Name: "Alarmtelefonen for barn og unge", Number: "116 111", URL: "https://www.116111.no"}},
	}
	for i, s := range schools {
		school := roster.School{Org: roster.SimulatedOrg(101 + i), Name: s.name, Written: s.written, Adults: s.adults}
		for grade := 1; grade <= 10; grade++ {
			for letter := range s.grades[grade] {
				school.Classes = append(school.Classes, roster.Class{
					Name: className(grade, letter), Grades: []int{grade}, Size: max(simulate.Roster(r), 12),
				})
			}
		}
		owner.Schools = append(owner.Schools, school)
	}
	return owner
}

func className(grade, letter int) string {
	name := string(rune('A' + letter))
	if grade == 10 {
		return "10" + name
	}
	return string(rune('0'+grade)) + name
}

// Weeks are the waves that lie behind the demo in the week this, all of one
// school year.
func Weeks(this wave.Number) []wave.Number {
	first := rehearsal.First(this, Waves, 1)
	weeks := make([]wave.Number, Waves)
	for i := range weeks {
		weeks[i] = first + wave.Number(i)
	}
	return weeks
}

// PrincipalSchool is the organisation number of the school whose principal the
// demo's sign-in link is for, and PrincipalName that person's name.
func PrincipalSchool() (org, name string) {
	return roster.SimulatedOrg(100 + principalsSchool), principalName
}

// World answers the demo's waves one after the other.
type World struct {
	owner   roster.Owner
	surveys surveys.Set
	world   *simulate.World
	random  *rand.Rand // what has no mood: gender that is kept back, places
}

// NewWorld makes the pupils of an owner.
func NewWorld(owner roster.Owner, set surveys.Set) *World {
	config := simulate.Config{Seed: Seed, Rhythm: owner.Rhythm}
	for i, s := range owner.Schools {
		var school simulate.School
		for _, c := range s.Classes {
			class := simulate.Class{Size: c.Size, Items: items(ordered(set, c))}
			for _, w := range wrong {
				if w.school == i+1 && w.class == c.Name {
					class.Kind, class.Onset = w.kind, w.onset
				}
			}
			school.Classes = append(school.Classes, class)
		}
		config.Schools = append(config.Schools, school)
	}
	return &World{owner: owner, surveys: set, world: simulate.New(config), random: random(2)}
}

// ordered are the items of a class's questionnaire whose options lie between
// good and bad.
func ordered(set surveys.Set, c roster.Class) []surveys.Item {
	q, ok := set.For(c.Grades)
	if !ok {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(q.Items), func(i surveys.Item) bool { return i.Polarity == surveys.Unordered })
}

// items tells the simulator what each item is like.
func items(asked []surveys.Item) []simulate.Item {
	out := make([]simulate.Item, len(asked))
	for i, item := range asked {
		good := item.Polarity == surveys.GoodFirst
		switch wellbeing := item.Feeds(surveys.Score) || item.Theme == "help"; {
		case wellbeing && len(item.Options) == 3:
			out[i] = simulate.Faces(good)
		case wellbeing:
			out[i] = simulate.Wellbeing(good)
		case len(item.Options) == 3:
			out[i] = simulate.BulliedFaces(good)
		default:
			out[i] = simulate.Bullied(good)
		}
	}
	return out
}

// Next is what all classes answer in the next wave: every item of their
// questionnaires, of which a tablet asks those that are due.
func (w *World) Next() []rehearsal.Sheet {
	var sheets []rehearsal.Sheet
	answered := w.world.Next()
	k := 0
	for _, s := range w.owner.Schools {
		for _, c := range s.Classes {
			q, _ := w.surveys.For(c.Grades)
			asked := ordered(w.surveys, c)
			for _, one := range answered[k] {
				sheet := rehearsal.Sheet{School: s.Org, Class: c.Name, Options: make(map[string]int)}
				for i, item := range asked {
					sheet.Options[item.ID] = int(one.Options[i])
				}
				for _, item := range q.Items {
					if item.Polarity == surveys.Unordered {
						sheet.Options[item.ID] = w.unordered(item, one)
					}
				}
				sheets = append(sheets, sheet)
			}
			k++
		}
	}
	return sheets
}

// unordered answers an item that no mood decides: gender, which one in thirty
// would rather not say, and the place that feels least safe, which four
// of five have not.
func (w *World) unordered(item surveys.Item, sheet simulate.Sheet) int {
	switch {
	case item.Kind == surveys.Background && w.random.IntN(30) == 0:
		return 0
	case item.Kind == surveys.Background && sheet.Girl:
		return 1
	case item.Kind == surveys.Background:
		return 2
	case w.random.IntN(5) > 0:
		return 1
	default:
		return 2 + w.random.IntN(len(item.Options)-1)
	}
}

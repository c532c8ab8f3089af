package watch

import (
	"encoding/binary"
	"math"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"github.com/folgmed/folgmed/analytics/simulate"
	"github.com/folgmed/folgmed/internal/counts"
	"github.com/folgmed/folgmed/internal/disclosure"
	"github.com/folgmed/folgmed/internal/roster"
	"github.com/folgmed/folgmed/surveys"
)

// pupils answer every question of their questionnaires, wave by wave, as those
// of package simulate do: girls and boys, who are present or not. What they
// answer is folded as the product folds it.
type pupils struct {
	t      testing.TB
	set    surveys.Set
	world  *simulate.World
	rooms  []room
	random *rand.Rand
}

// room is a class of pupils. It keeps its pupils while its name may change.
type room struct {
	school, name string
	grade, size  int // as of the first wave
	wrong        simulate.Kind
	theme        string // of the question that worsens, if wrong is that one does
	onset        int    // wave counted from 0
}

// seat is where a room sits in a wave: in which class, which may hold several.
// A room without a class is not at school.
type seat struct{ school, class string }

// sitting is a room in a wave.
type sitting struct {
	seat
	away  float64 // part of those present who do not answer
	lower float64 // part of answers that are a step worse
	who   string  // whose: girls', boys', or all pupils'
}

// questionnaires are the project's own.
var questionnaires = sync.OnceValues(surveys.Embedded)

func embedded(t testing.TB) surveys.Set {
	t.Helper()
	set, err := questionnaires()
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// newPupils makes the pupils of rooms that stand together by school.
func newPupils(t testing.TB, seed uint64, rhythm int, clean bool, rooms []room) *pupils {
	p := &pupils{t: t, set: embedded(t), rooms: rooms, random: rand.New(rand.NewPCG(seed, math.MaxUint64))}
	config := simulate.Config{Seed: seed, Rhythm: rhythm, Clean: clean}
	for i, r := range rooms {
		if i == 0 || r.school != rooms[i-1].school {
			config.Schools = append(config.Schools, simulate.School{})
		}
		s := &config.Schools[len(config.Schools)-1]
		s.Classes = append(s.Classes, simulate.Class{
			Size: r.size, Kind: r.wrong, Onset: r.onset, Items: p.items(r), Grade: r.grade,
		})
	}
	p.world = simulate.New(config)
	return p
}

// questions are those of a room's questionnaire whose options lie between good
// and bad.
func (p *pupils) questions(r room) []surveys.Item {
	q, ok := p.set.For([]int{r.grade})
	if !ok {
		p.t.Fatalf("grade %d has no questionnaire", r.grade)
	}
	return slices.DeleteFunc(slices.Clone(q.Items), func(i surveys.Item) bool { return i.Polarity == surveys.Unordered })
}

// harms are the forms of bullying behind the questions of harm.
var harms = map[string]simulate.Form{
	disclosure.ThemeLeftOut: simulate.ByPupils, disclosure.ThemeHurt: simulate.ByPupils,
	disclosure.ThemeDigital: simulate.Digitally, themeAdult: simulate.ByAdults,
}

// items tells the simulator what each question is like: harm is as common as in
// the whole country.
func (p *pupils) items(r room) []simulate.Item {
	var all []simulate.Item
	for _, q := range p.questions(r) {
		var item simulate.Item
		good := q.Polarity == surveys.GoodFirst
		form, harm := harms[q.Theme]
		switch young := len(q.Options) == 3; {
		case harm && young:
			item = simulate.BulliedFaces(good)
		case harm:
			item = simulate.BulliedAt(simulate.National(form, r.grade), good)
		case young:
			item = simulate.Faces(good)
		default:
			item = simulate.Wellbeing(good)
		}
		item.Single = q.Theme == r.theme
		all = append(all, item)
	}
	return all
}

// next folds the next wave.
func (p *pupils) next(n uint32, classes []counts.Class, sits func(room int) sitting) []counts.Row {
	p.t.Helper()
	sheets := p.world.Next()
	folded, err := counts.Fold(n, classes, func(add func(counts.Ballot) error) error {
		for i, r := range p.rooms {
			at := sits(i)
			if at.class == "" {
				continue
			}
			questions := p.questions(r)
			for k, sheet := range sheets[i] {
				if p.random.Float64() < at.away {
					continue
				}
				b := counts.Ballot{School: at.school, Class: at.class, Items: []string{"gender"}, Options: []uint8{p.gender(sheet)}}
				binary.BigEndian.PutUint32(b.Nullifier[:], uint32(i))
				binary.BigEndian.PutUint32(b.Nullifier[4:], uint32(k))
				lower := at.lower
				if at.who == disclosure.GroupGirls && !sheet.Girl || at.who == disclosure.GroupBoys && sheet.Girl {
					lower = 0
				}
				for j, q := range questions {
					b.Items = append(b.Items, q.ID)
					b.Options = append(b.Options, p.worse(q, sheet.Options[j], lower))
				}
				if err := add(b); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		p.t.Fatal(err)
	}
	return folded.Rows
}

// worse makes a part of the answers to what is asked of wellbeing a step worse.
// The good end of the options stands first.
func (p *pupils) worse(q surveys.Item, option uint8, part float64) uint8 {
	if option > 0 && int(option) < len(q.Options) && q.Feeds(surveys.Score) && p.random.Float64() < part {
		return option + 1
	}
	return option
}

// gender is what is answered to that question, which one in thirty would rather
// not say.
func (p *pupils) gender(s simulate.Sheet) uint8 {
	switch {
	case p.random.IntN(30) == 0:
		return 0
	case s.Girl:
		return 1
	default:
		return 2
	}
}

// asked are the classes of an owner as they are asked in the wave of that
// ordinal, in a version of their questionnaires.
func asked(t testing.TB, owner roster.Owner, ordinal, version int) []counts.Class {
	t.Helper()
	set := embedded(t)
	lists := make(map[string][]surveys.Item) // shared between classes
	var all []counts.Class
	for _, school := range owner.Schools {
		for _, c := range school.Classes {
			q, ok := set.For(c.Grades)
			if !ok {
				t.Fatalf("class %s of grades %v has no questionnaire", c.Name, c.Grades)
			}
			if lists[q.ID] == nil {
				lists[q.ID] = q.Asked(ordinal)
			}
			all = append(all, counts.Class{Owner: owner.Org, School: school.Org, Name: c.Name, Grades: c.Grades,
				Size: c.Size, Questionnaire: q.ID, Version: version, Asked: lists[q.ID]})
		}
	}
	return all
}

package attack

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"github.com/folgmed/folgmed/analytics/simulate"
	"github.com/folgmed/folgmed/internal/counts"
	"github.com/folgmed/folgmed/internal/roster"
	"github.com/folgmed/folgmed/internal/wave"
	"github.com/folgmed/folgmed/surveys"
)

// world is an owner's schools and their pupils, who answer wave by wave. Moods
// and answers are those of package simulate; who sits where, who is away and
// who always gives the worst answers is added here.
type world struct {
	seed   uint64
	owner  roster.Owner
	rooms  []*room
	moods  *simulate.World // sheets for everyone, were all present
	random *rand.Rand
	pupils int // in all classes at first
	waves  int // so far
}

// room is a class with its pupils, known by their places on the class list.
type room struct {
	school, name string
	grades       []int
	size         int
	first, drawn int // its pupils in package simulate: those who come later answer as one of them does
	asked        *surveys.Questionnaire
	simulated    []surveys.Item // the items that simulate answers, in its order
	away         []float64      // how often each pupil is
	worst        []bool         // pupils who give the worst answers whenever present
	since        int            // wave from which on they do
	declines     float64        // how often a single item is declined
}

// vote is what one pupil cast in a wave.
type vote struct {
	room   int // index in world.rooms
	pupil  int // place on the class list
	ballot counts.Ballot
}

// term is the first wave of all worlds, a week in late August; a school year of
// 38 weekly waves follows.
var term = wave.NumberOf(time.Date(2026, time.August, 24, 12, 0, 0, 0, time.UTC))

// number is the number of a world's wave, counted from 0.
func (w *world) number(at int) wave.Number { return term + wave.Number(at*w.owner.Rhythm) }

// questionnaires are the project's own.
var questionnaires = sync.OnceValue(func() surveys.Set {
	set, err := surveys.Embedded()
	if err != nil {
		panic(err)
	}
	return set
})

// newWorld seats pupils in an owner's classes. A pupil is away in one wave of
// ten in the mean, some of them seldom and some often. Answers are complete:
// declining an item only blurs what is to be found out.
//
// To package simulate each pupil is a class, and each class a school of such:
// so a pupil is the same from wave to wave, with a mood that lasts.
func newWorld(seed uint64, owner roster.Owner) *world {
	w := &world{seed: seed, owner: unbroken(owner), random: rand.New(rand.NewPCG(seed, 1))}
	config := simulate.Config{Seed: seed, Rhythm: owner.Rhythm, Complete: true, Assumed: simulate.Usual()}
	config.Assumed.Response = 50 // all are present: who is away is ours to say
	for _, s := range owner.Schools {
		for _, c := range s.Classes {
			r, pupils := w.seat(s.Org, c)
			w.rooms = append(w.rooms, r)
			config.Schools = append(config.Schools, pupils)
		}
	}
	w.moods = simulate.New(config)
	return w
}

func (w *world) seat(school string, c roster.Class) (*room, simulate.School) {
	q, ok := questionnaires().For(c.Grades)
	if !ok {
		panic(fmt.Sprintf("attack: no questionnaire for grades %v", c.Grades))
	}
	r := &room{school: school, name: c.Name, grades: c.Grades, size: c.Size, asked: q, first: w.pupils, drawn: c.Size}
	var items []simulate.Item
	for _, item := range q.Items {
		if item.Polarity != surveys.Unordered {
			r.simulated = append(r.simulated, item)
			items = append(items, simulated(item, slices.Min(c.Grades)))
		}
	}
	r.grow(w.random)
	pupils := simulate.School{Classes: slices.Repeat([]simulate.Class{{Size: 1, Items: items}}, c.Size)}
	w.pupils += c.Size
	return r, pupils
}

// grow gives every place on the class list a pupil.
func (r *room) grow(random *rand.Rand) {
	for len(r.away) < r.size {
		r.away = append(r.away, min(.5, .1*random.ExpFloat64()))
		r.worst = append(r.worst, false)
	}
}

// forms are the forms of bullying that items of harm ask about.
var forms = map[string]simulate.Form{
	"left_out": simulate.ByPupils, "hurt": simulate.ByPupils, "digital": simulate.Digitally, "adult": simulate.ByAdults,
}

// simulated is an item as simulate knows it, with the national frequencies.
func simulated(item surveys.Item, grade int) simulate.Item {
	good := item.Polarity == surveys.GoodFirst
	form, harm := forms[item.Theme]
	switch young := len(item.Options) == 3; {
	case harm && young:
		return simulate.BulliedFaces(good)
	case harm:
		return simulate.BulliedAt(simulate.National(form, grade), good)
	case young:
		return simulate.Faces(good)
	default:
		return simulate.Wellbeing(good)
	}
}

// next is what is cast in the next wave, in the order in which it is cast.
func (w *world) next() []vote {
	var votes []vote
	sheets := w.moods.Next()
	for i, r := range w.rooms {
		asked := r.asked.Asked(w.waves)
		for p := range r.size {
			if w.random.Float64() < r.away[p] {
				continue
			}
			sheet := sheets[r.first+p%r.drawn][0]
			votes = append(votes, vote{room: i, pupil: p, ballot: w.ballot(r, p, asked, sheet)})
		}
	}
	w.waves++
	w.random.Shuffle(len(votes), func(i, j int) { votes[i], votes[j] = votes[j], votes[i] })
	return votes
}

func (w *world) ballot(r *room, pupil int, asked []surveys.Item, sheet simulate.Sheet) counts.Ballot {
	b := counts.Ballot{School: r.school, Class: r.name, Attempt: 1}
	for i := 0; i < len(b.Nullifier); i += 8 {
		binary.BigEndian.PutUint64(b.Nullifier[i:], w.random.Uint64())
	}
	for _, item := range asked {
		option := w.option(r, pupil, item, sheet)
		if w.random.Float64() < r.declines {
			option = 0
		}
		b.Items = append(b.Items, item.ID)
		b.Options = append(b.Options, uint8(option))
	}
	return b
}

func (w *world) option(r *room, pupil int, item surveys.Item, sheet simulate.Sheet) int {
	at := slices.IndexFunc(r.simulated, func(s surveys.Item) bool { return s.ID == item.ID })
	switch {
	case item.Kind == surveys.Background:
		return 1 + pupil%2 // girls and boys
	case at < 0 && w.random.IntN(5) > 0:
		return 1 // no place feels unsafe
	case at < 0:
		return 2 + w.random.IntN(len(item.Options)-1)
	case r.worst[pupil] && w.waves >= r.since:
		return worst(item)
	default:
		return int(sheet.Options[at])
	}
}

// worst is the worst option of an item.
func worst(item surveys.Item) int {
	if item.Polarity == surveys.BadFirst {
		return 1
	}
	return len(item.Options)
}

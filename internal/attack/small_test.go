package attack

import (
	"math/rand/v2"
	"slices"
	"strconv"

	"github.com/folgmed/folgmed/internal/roster"
)

// some is an owner of few schools and small classes, where there is most to
// hide: merged and single grades, rosters of any size.
func some(seed uint64) *world {
	random := rand.New(rand.NewPCG(seed, 2))
	o := roster.Owner{Org: "964338531", Rate: .5, Rhythm: []int{4, 4, 4, 2}[random.IntN(4)]} // so that blocks end
	schools, classes := 1+random.IntN(2), 4
	if random.IntN(5) == 0 {
		schools, classes = 3+random.IntN(2), 2 // so that there are figures of the owner
	}
	for s := range schools {
		school := roster.School{Org: strconv.Itoa(974700000 + s), Written: "nb"}
		lowest := []int{1, 5, 8}[random.IntN(3)]
		for c := range 1 + random.IntN(classes) {
			grades := []int{lowest + random.IntN(2)}
			if random.IntN(6) == 0 {
				grades = []int{lowest, lowest + 1}
			}
			school.Classes = append(school.Classes, roster.Class{
				Name: strconv.Itoa(grades[0]) + string(rune('A'+c)), Grades: grades, Size: size(random),
			})
		}
		o.Schools = append(o.Schools, school)
	}
	w := newWorld(seed, o)
	for _, r := range w.rooms {
		if random.IntN(4) == 0 {
			for p := range r.away {
				r.away[p] = .3 + .5*random.Float64() // a class of which few answer
			}
		}
		if random.IntN(3) == 0 {
			r.declines = .2 * random.Float64()
		}
		few := random.IntN(4)
		if random.IntN(6) == 0 {
			few = 2 * r.size // nearly all
		}
		for range few {
			r.worst[random.IntN(r.size)] = true
		}
	}
	return w
}

// size of a class: any from a special unit of three to a full one.
func size(random *rand.Rand) int {
	if random.IntN(3) == 0 {
		return 3 + random.IntN(9)
	}
	return 12 + random.IntN(16)
}

// move lets pupils come and go between two waves. The class list keeps its
// order, and those who leave are its last.
func (w *world) move() {
	w.owner.Schools = slices.Clone(w.owner.Schools)
	for s := range w.owner.Schools {
		school := &w.owner.Schools[s]
		school.Classes = slices.Clone(school.Classes)
		for c := range school.Classes {
			if w.random.IntN(20) > 0 {
				continue
			}
			class := &school.Classes[c]
			class.Size = max(2, class.Size+w.random.IntN(9)-4)
			for _, r := range w.rooms {
				if r.school == school.Org && r.name == class.Name {
					r.size = class.Size
					r.grow(w.random)
				}
			}
		}
	}
}

// printed is how many codes were made for each class: sometimes more than there
// are pupils.
func (w *world) printed() map[[2]string]int {
	codes := make(map[[2]string]int, len(w.rooms))
	for _, r := range w.rooms {
		codes[[2]string{r.school, r.name}] = r.size
		if w.random.IntN(10) == 0 {
			codes[[2]string{r.school, r.name}] += 1 + w.random.IntN(4)
		}
	}
	return codes
}

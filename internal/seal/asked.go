package seal

import (
	"github.com/folgmed/folgmed/internal/wave"
	"github.com/folgmed/folgmed/surveys"
)

// askedItems remembers which items an ask asks, so that classes with the same
// questionnaire share one list.
type askedItems struct {
	surveys surveys.Set
	known   map[askKey]*askedList
}

type askKey struct {
	questionnaire    string
	version, ordinal int
}

type askedList struct {
	items []surveys.Item
	ids   []string
	byID  map[string]*surveys.Item
}

func newAskedItems(set surveys.Set) *askedItems {
	return &askedItems{surveys: set, known: make(map[askKey]*askedList)}
}

func (a *askedItems) list(ask wave.Ask) *askedList {
	key := askKey{ask.Questionnaire, ask.Version, ask.Ordinal}
	if l, ok := a.known[key]; ok {
		return l
	}
	l := &askedList{byID: make(map[string]*surveys.Item)}
	if q, ok := a.surveys.Find(ask.Questionnaire, ask.Version); ok {
		l.items = q.Asked(ask.Ordinal)
	}
	for i := range l.items {
		if item := &l.items[i]; item.Kind != surveys.Background {
			l.ids = append(l.ids, item.ID)
			l.byID[item.ID] = item
		}
	}
	a.known[key] = l
	return l
}

func (a *askedItems) of(ask wave.Ask) []surveys.Item { return a.list(ask).items }

package seal

import (
	"slices"

	"github.com/folgmed/folgmed/internal/counts"
	"github.com/folgmed/folgmed/internal/disclosure"
	"github.com/folgmed/folgmed/internal/roster"
	"github.com/folgmed/folgmed/internal/wave"
	"github.com/folgmed/folgmed/surveys"
)

// gateInput lays an owner's counts out as the gate reads them. It translates
// and decides nothing: sizes and numbers in, as they are.
func (v View) gateInput(n wave.Number, owner roster.Owner, table counts.Table, found []disclosure.Candidate, earlier []disclosure.Released) disclosure.Input {
	in := disclosure.Input{
		Owner: owner.Org, Wave: uint32(n), Rhythm: owner.RhythmIn(n.SchoolYear()),
		Candidates: found, Earlier: earlier,
	}
	var waves []wave.Number
	for _, w := range v.Plan.WavesOf(owner.Org) {
		if w <= n && w.SchoolYear() == n.SchoolYear() {
			waves = append(waves, w)
			in.Waves = append(in.Waves, disclosure.Wave{Number: uint32(w), Ordinal: v.Plan.OrdinalOf(owner.Org, w)})
		}
	}
	asked := newAskedItems(v.Surveys)
	items := newItemList(v.Surveys)
	for _, school := range owner.Schools {
		out := disclosure.School{ID: school.Org}
		for _, c := range school.Classes {
			out.Classes = append(out.Classes, disclosure.Class{Name: c.Name, Grades: c.Grades})
		}
		for _, w := range waves {
			out.Waves = append(out.Waves, schoolWave(v.Plan, asked, items, table, school, w))
		}
		in.Schools = append(in.Schools, out)
	}
	in.Items = items.seen()
	return in
}

// schoolWave is one school in one wave.
func schoolWave(plan *wave.Plan, asked *askedItems, items *itemList, table counts.Table, school roster.School, w wave.Number) disclosure.SchoolWave {
	var out disclosure.SchoolWave
	asks := make(map[string]*askedList, len(school.Classes))
	byQuestionnaire := make(map[string]*askedList)
	for _, c := range school.Classes {
		size := table.Roster(uint32(w), school.Org, c.Name)
		ask, ok := plan.Ask(school.Org, c.Name, w)
		if size == 0 || !ok {
			out.Classes = append(out.Classes, disclosure.ClassWave{})
			continue
		}
		if ask.Paused {
			// Its size stands, so that a newcomer is seen in the week he comes.
			out.Classes = append(out.Classes, disclosure.ClassWave{Roster: size})
			continue
		}
		list := asked.list(ask)
		asks[c.Name], byQuestionnaire[ask.Questionnaire] = list, list
		items.note(ask.Questionnaire, ask.Version)
		ballots, _ := table.Ballots(uint32(w), school.Org, c.Name)
		out.Classes = append(out.Classes, disclosure.ClassWave{
			Roster: size, Ballots: ballots, Replaced: table.Replaced(uint32(w), school.Org, c.Name), Asked: list.ids,
		})
	}
	for _, u := range table.Units(uint32(w), school.Org) {
		list := byQuestionnaire[u.Rest]
		if len(u.Classes) > 0 {
			list = asks[u.Classes[0]]
		}
		if list == nil {
			continue // of classes that have left the roster
		}
		out.Kept = append(out.Kept, kept(list, table, school.Org, w, u))
	}
	return out
}

// kept is one unit whose counts were kept.
func kept(list *askedList, table counts.Table, school string, w wave.Number, u counts.Unit) disclosure.Kept {
	k := disclosure.Kept{Classes: u.Classes, Respondents: table.Respondents(uint32(w), school, u, counts.All)}
	for _, stratum := range []string{counts.Girls, counts.Boys} {
		if n := table.Respondents(uint32(w), school, u, stratum); n > 0 {
			if k.Groups == nil {
				k.Groups = make(map[string]int)
			}
			k.Groups[stratum] = n
		}
	}
	for _, id := range list.ids {
		hist := table.Hist(uint32(w), school, u, counts.All, counts.ItemMeasure(id))
		if hist == nil {
			continue
		}
		item := list.byID[id]
		f := disclosure.Figure{Item: id}
		for option, n := range hist {
			if option == 0 {
				continue
			}
			f.Answered += int(n)
			if item.Worrying(option) {
				f.Counted += int(n)
			}
			if item.Feeds(surveys.Severe) && option == item.Worst && n > 0 {
				f.Worst = true
			}
		}
		k.Figures = append(k.Figures, f)
	}
	return k
}

// bullying are the themes that an owner sees from more respondents only.
var bullying = []string{"left_out", "hurt", "digital"}

// itemList gathers what the gate must know of each item, in the order of the
// questionnaires. An item of several questionnaires is one; the stricter holds.
type itemList struct {
	surveys surveys.Set
	noted   map[askKey]bool
}

func newItemList(set surveys.Set) *itemList {
	return &itemList{surveys: set, noted: make(map[askKey]bool)}
}

// note remembers that a questionnaire was used.
func (l *itemList) note(id string, version int) { l.noted[askKey{id, version, 0}] = true }

// seen are the items of the questionnaires that were used, in the order of the
// set.
func (l *itemList) seen() []disclosure.Item {
	var all []disclosure.Item
	for _, q := range l.surveys.Questionnaires {
		if !l.noted[askKey{q.ID, q.Version, 0}] {
			continue
		}
		for _, item := range q.Items {
			if item.Kind == surveys.Background {
				continue
			}
			i := slices.IndexFunc(all, func(d disclosure.Item) bool { return d.ID == item.ID })
			if i < 0 {
				all = append(all, disclosure.Item{ID: item.ID, Theme: item.Theme})
				i = len(all) - 1
			}
			all[i].Sensitive = all[i].Sensitive || item.Sensitive
			all[i].Bullying = all[i].Bullying || slices.Contains(bullying, item.Theme)
			all[i].Adult = all[i].Adult || item.Feeds(surveys.Adult)
			all[i].SchoolOnly = all[i].SchoolOnly || item.Theme == "place"
		}
	}
	return all
}

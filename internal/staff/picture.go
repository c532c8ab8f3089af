package staff

import (
	"cmp"
	"slices"
	"strconv"

	"github.com/folgmed/folgmed/internal/chart"
	"github.com/folgmed/folgmed/internal/disclosure"
	"github.com/folgmed/folgmed/internal/roster"
	"github.com/folgmed/folgmed/internal/wave"
	"github.com/folgmed/folgmed/surveys"
)

// picture is what the classes that have one questionnaire answered: drawn, and
// as the table beside it.
type picture struct {
	chart.Heat
	Grades  string
	Columns []column
	Answers []participation
}

// column is one question: its short name, and what the share is a share of.
type column struct {
	Label, Share string
}

// participation is how many of a unit took part, in words.
type participation struct {
	Unit, Words string
}

// figures are the current lines by unit and item.
type figures map[disclosure.Unit]map[string]disclosure.Released

func figuresOf(current []disclosure.Released) figures {
	f := figures{}
	for _, r := range current {
		if r.Form() == disclosure.FormSignal {
			continue
		}
		if f[r.Unit()] == nil {
			f[r.Unit()] = map[string]disclosure.Released{}
		}
		f[r.Unit()][r.Item()] = r
	}
	return f
}

// pictures draws the classes that the person sees, one picture for each
// questionnaire: only what was asked in the same words stands in one column.
func (s *Staff) pictures(v *visit, current []disclosure.Released) []picture {
	f := figuresOf(current)
	classes := map[*surveys.Questionnaire][]roster.Class{}
	var order []*surveys.Questionnaire
	for _, c := range sortClasses(v.school.Classes) {
		q, ok := s.Surveys.For(c.Grades)
		if !ok || !v.person.SeesClass(v.school.Org, c.Name) {
			continue
		}
		if classes[q] == nil {
			order = append(order, q)
		}
		classes[q] = append(classes[q], c)
	}
	var pictures []picture
	for i, q := range order {
		p := s.picture(v, f, q, classes[q], len(order) == 1)
		p.ID = "picture-" + strconv.Itoa(i+1)
		pictures = append(pictures, p)
	}
	return pictures
}

// picture draws some classes. The whole school has a row only where it was all
// asked the same.
func (s *Staff) picture(v *visit, f figures, q *surveys.Questionnaire, classes []roster.Class, whole bool) picture {
	items := shown(q, f)
	school := v.whole()
	var all []int
	for _, c := range classes {
		all = append(all, c.Grades...)
	}
	p := picture{Grades: v.grades(all)}
	for _, item := range items {
		p.Columns = append(p.Columns, column{Label: v.in(item.Label), Share: v.in(item.Share)})
		p.Heat.Columns = append(p.Heat.Columns, v.in(item.Share))
	}
	later := v.later(wave.NumberOf(s.Now()))
	add := func(label string, u disclosure.Unit) chart.Row {
		row := chart.Row{Label: label}
		for _, item := range items {
			r, ok := f[u][item.ID]
			switch {
			case ok:
				row.Cells = append(row.Cells, v.cell(r))
			case u.Level == disclosure.LevelClass:
				row.Cells = append(row.Cells, later)
			default:
				row.Cells = append(row.Cells, chart.Cell{Look: chart.Blank, Full: v.t("cell.none")})
			}
		}
		if r, ok := f[u][disclosure.ItemParticipation]; ok {
			p.Answers = append(p.Answers, participation{label, v.answered(r)})
		}
		return row
	}
	if whole && f[school] != nil {
		p.Groups = append(p.Groups, chart.Group{Rows: []chart.Row{add(v.unit(school), school)}})
	}
	for i, c := range classes {
		label := v.grades(c.Grades)
		if i == 0 || label != v.grades(classes[i-1].Grades) {
			p.Groups = append(p.Groups, chart.Group{Label: label})
		}
		g := &p.Groups[len(p.Groups)-1]
		unit := v.class(c.Name)
		g.Rows = append(g.Rows, add(c.Name, unit))
		if i+1 < len(classes) && label == v.grades(classes[i+1].Grades) {
			continue
		}
		grade := disclosure.Unit{Owner: v.owner.Org, School: v.school.Org, Level: disclosure.LevelGrade, Name: strconv.Itoa(slices.Min(c.Grades))}
		if f[grade] != nil {
			g.Rows = append(g.Rows, add(v.t("unit.whole_grade"), grade))
		}
	}
	p.Title = v.t("picture.title", p.Grades)
	p.Desc = v.t("picture.desc")
	return p
}

// shown are the questions that have a column: the core, and what rotation has
// brought a figure of.
func shown(q *surveys.Questionnaire, f figures) []surveys.Item {
	var items []surveys.Item
	for _, item := range q.Items {
		has := false
		for _, lines := range f {
			_, ok := lines[item.ID]
			has = has || ok
		}
		if hasColumn(item) && (item.Kind == surveys.Core || has) {
			items = append(items, item)
		}
	}
	return items
}

// hasColumn says whether a question may have a column: never one about adults,
// nor one whose options are no more or less of something.
func hasColumn(item surveys.Item) bool {
	return !item.Feeds(surveys.Adult) && item.Polarity != surveys.Unordered
}

// later says when a class's first figure may come.
func (v *visit) later(now wave.Number) chart.Cell {
	if week := v.nextBlock(now); week > 0 {
		return chart.Cell{Look: chart.Later, Short: v.t("cell.later", week), Full: v.t("cell.later_full", week)}
	}
	return chart.Cell{Look: chart.Later, Short: v.t("cell.later_some"), Full: v.t("cell.later_some_full")}
}

// next says when a class may have its next figures.
func (v *visit) next(now wave.Number) string {
	if week := v.nextBlock(now); week > 0 {
		return v.t("class.next", week)
	}
	return v.t("class.next_some")
}

// cell says one figure: a share in a band or in words, or that it is hidden.
func (v *visit) cell(r disclosure.Released) chart.Cell {
	switch form := r.Form(); {
	case form == disclosure.FormBand && !r.SaysNothing():
		from, to, of, _ := r.Band()
		share := v.t("cell.band", percent(from, of), percent(to, of))
		return chart.Cell{Look: chart.AtLeast(float64(from) / float64(of)), Short: share, Full: share}
	case form == disclosure.FormWords && !r.SaysNothing():
		look := map[string]chart.Look{ // by the least that it may be, as for a band
			disclosure.WordsNoneOrFew: chart.Step1, disclosure.WordsNoneToSome: chart.Step1,
			disclosure.WordsSome: chart.Step3, disclosure.WordsSomeToMany: chart.Step3, disclosure.WordsMany: chart.Step5,
		}[r.Words()]
		return chart.Cell{Look: look, Short: v.t("cell." + r.Words()), Full: v.t("cell." + r.Words() + "_full")}
	default:
		reason := cmp.Or(r.Reason(), disclosure.ReasonProtect)
		return chart.Cell{Look: chart.Hidden, Short: v.t("cell.hidden"), Full: v.t("hidden." + reason)}
	}
}

// percent is the edge of a band as people write it.
func percent(k, of int) string { return strconv.Itoa((100*k + of/2) / of) }

func (v *visit) answered(r disclosure.Released) string {
	if p := r.Participation(); p != "" {
		return v.t("answered." + p)
	}
	return v.t("hidden." + cmp.Or(r.Reason(), disclosure.ReasonProtect))
}

func (v *visit) in(t surveys.Text) string { return t[surveys.Lang(v.lang)] }

// nextBlock is the ISO week after which a class's next figure may come: small
// units' figures pool the waves of a block (disclosure.BlockWaves). It is 0 if the calendar has none in sight.
func (v *visit) nextBlock(now wave.Number) int {
	pooled := disclosure.BlockWaves(v.owner.RhythmIn(now.SchoolYear()))
	calendar := wave.NewCalendar(v.owner)
	const ahead = 32 // the longest way to the end of a block, summer apart
	ordinal, year := -1, now.SchoolYear()
	for n := now - min(now, 52); n <= now+ahead; n++ {
		if asked, _ := calendar.Planned(n); !asked || n.SchoolYear() != year {
			continue
		}
		ordinal++
		if n >= now && (ordinal+1)%pooled == 0 {
			_, week := n.Week()
			return week
		}
	}
	return 0
}

var legendLooks = []chart.Look{chart.Step1, chart.Step3, chart.Step5, chart.Hidden, chart.Later}

// legend lists what the picture's looks mean.
func (v *visit) legend(pictures []picture) []legendItem {
	var items []legendItem
	for _, look := range legendLooks {
		if look == chart.Hidden || look == chart.Later {
			if !slices.ContainsFunc(pictures, func(p picture) bool { return slices.Contains(p.Looks(), look) }) {
				continue
			}
		}
		items = append(items, legendItem{look, v.t("legend." + string(look))})
	}
	return items
}

type legendItem struct {
	Look  chart.Look
	Words string
}

// Wide is the number of columns of the table.
func (p picture) Wide() int { return len(p.Columns) + 1 }

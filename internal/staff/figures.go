package staff

import (
	"cmp"
	"slices"
	"strconv"

	"github.com/folgmed/folgmed/internal/chart"
	"github.com/folgmed/folgmed/internal/disclosure"
	"github.com/folgmed/folgmed/internal/wave"
	"github.com/folgmed/folgmed/surveys"
)

// question is one question over the blocks of a school year: drawn, and as the
// table beside it.
type question struct {
	chart.Spans
	Label, Share string
	Table        []period
}

// period is the figure of one block: the weeks it rests on, and what is told.
type period struct {
	Weeks, Words string
}

// linesOf are the figures of a unit and item in the school year of the newest
// wave that anything was released of, oldest first.
func linesOf(released []disclosure.Released, u disclosure.Unit, item string) []disclosure.Released {
	year := wave.Number(newestOf(released).Wave()).SchoolYear()
	var lines []disclosure.Released
	for _, r := range released {
		if r.Unit() == u && r.Item() == item && r.Form() != disclosure.FormSignal && wave.Number(r.Wave()).SchoolYear() == year {
			lines = append(lines, r)
		}
	}
	slices.SortStableFunc(lines, func(a, b disclosure.Released) int { return cmp.Compare(a.Wave(), b.Wave()) })
	return lines
}

// restsOn are the first and the last of the weeks that the i-th line rests on:
// a line, shown or hidden, closes those since the line before it.
func (v *visit) restsOn(lines []disclosure.Released, i int) (from, to wave.Number) {
	to = wave.Number(lines[i].Wave())
	from = wave.FirstOf(to.SchoolYear())
	if i > 0 {
		from = wave.Number(lines[i-1].Wave()) + 1
	}
	calendar := wave.NewCalendar(v.owner)
	for ; from < to; from++ {
		if planned, _ := calendar.Planned(from); planned {
			break
		}
	}
	return from, to
}

// weeks names the weeks of a figure.
func (v *visit) weeks(lines []disclosure.Released, i int) string {
	from, to := v.restsOn(lines, i)
	_, first := from.Week()
	_, last := to.Week()
	if first == last {
		return v.t("weeks.one", last)
	}
	return v.t("weeks.more", first, last)
}

// questionsOf draws each question that a unit has a figure of, in the order in
// which pupils meet them. id tells the pictures of a page apart.
func (s *Staff) questionsOf(v *visit, released []disclosure.Released, u disclosure.Unit, id string, items []surveys.Item) []question {
	var all []question
	for _, item := range items {
		lines := linesOf(released, u, item.ID)
		if len(lines) == 0 {
			continue
		}
		q := question{Label: v.in(item.Label), Share: v.in(item.Share)}
		if u.Level == disclosure.LevelSchool && hasColumn(item) {
			q.Share = v.t("question.any_share") // younger and older pupils have other answers to choose from
		}
		q.ID, q.Title, q.Desc = id+"-"+strconv.Itoa(len(all)+1), v.t("question.title", q.Label), v.t("question.desc", q.Share)
		q.Ticks = v.ticks(lines)
		for i, r := range lines {
			cell := v.cell(r)
			from, to := placeOf(r)
			weeks := v.weeks(lines, i)
			q.Rows = append(q.Rows, chart.Span{Label: weeks, Look: cell.Look, From: from, To: to, Words: cell.Short})
			q.Table = append(q.Table, period{weeks, cell.Full})
		}
		all = append(all, q)
	}
	return all
}

// participationOf says how many took part, block by block.
func (v *visit) participationOf(released []disclosure.Released, u disclosure.Unit) []period {
	lines := linesOf(released, u, disclosure.ItemParticipation)
	var all []period
	for i, r := range lines {
		all = append(all, period{v.weeks(lines, i), v.answered(r)})
	}
	return all
}

// placeOf is where a figure lies on its scale: a band on that of shares, words
// on one of three steps.
func placeOf(r disclosure.Released) (from, to float64) {
	if k, l, of, ok := r.Band(); ok {
		return float64(k) / float64(of), float64(l) / float64(of)
	}
	steps := map[string][2]float64{
		disclosure.WordsNoneOrFew: {0, 1}, disclosure.WordsSome: {1, 2}, disclosure.WordsMany: {2, 3},
		disclosure.WordsNoneToSome: {0, 2}, disclosure.WordsSomeToMany: {1, 3},
	}[r.Words()]
	return steps[0] / 3, steps[1] / 3
}

// ticks are the marks of the scale that lines are told on.
func (v *visit) ticks(lines []disclosure.Released) []chart.Tick {
	if slices.ContainsFunc(lines, func(r disclosure.Released) bool { return r.Form() == disclosure.FormBand }) {
		return []chart.Tick{{At: 0, Label: "0 %"}, {At: .5, Label: "50 %"}, {At: 1, Label: "100 %"}}
	}
	return nil // the words stand on the bars
}

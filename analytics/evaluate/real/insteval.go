package main

import (
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/folgmed/folgmed/analytics"
)

func instevalColumns() []string { return []string{"d", "dept", "lectage", "y"} }

// Ratings are 1 to 5, 5 best; the two lowest are bad.
const (
	ratings = 5
	badFrom = 2
)

// ratingPanel is the ratings of lecturers, as of classes, over the waves that
// lectage stands for.
type ratingPanel struct {
	panel analytics.Panel
	bad   [][]analytics.Proportion // lecturers × waves
	total []analytics.Proportion   // per wave
}

// insteval takes each lecturer as a class, each department as a school, and the
// six ages of a lecture as waves: components, lecturers that stand out, and
// false alarms where nothing changes.
func insteval(t *table) (report, error) {
	p, err := readRatings(t)
	if err != nil {
		return report{}, err
	}
	var text strings.Builder
	w := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
	write := func(format string, args ...any) { _, _ = fmt.Fprintf(w, format+"\n", args...) }
	write("InstEval: %d ratings 1-5 of %d lecturers over %d waves.", t.rows, len(p.panel.Units), len(p.panel.Weeks))

	vintages := analytics.Fit(p.panel)
	k := vintages[len(vintages)-1].Model.Score
	write("")
	write("variance of\trespondent\tlecturer and wave\tlecturer\tdepartment")
	write("as Fit has them\t%.3f\t%.3f\t%.3f\t%.3f", k.Respondent, k.Wave, k.Class, k.School)
	write("within cells\t%.3f\t\t\t", p.within())

	line, phi, err := p.levels()
	if err != nil {
		return report{}, err
	}
	write("")
	write("Lecturers with %.1f times the bad ratings of others in the same waves, all waves pooled, effective counts at φ = %.2f", worse, phi)
	write("share bad\tcorrelation\tP > .8\t1 %% by chance\t5 %% by chance\t1 %% as fitted\t5 %% as fitted\tof")
	write("%.3f\t%.3f\t%d\t%d\t%d\t%d\t%d\t%d", line.fit.Mean, line.fit.Rho, line.certain,
		line.chance[0], line.chance[1], line.usual[0], line.usual[1], line.units)

	alarms := p.falseAlarms()
	write("")
	write("False alarms a class-year where nothing changes: %d panels of %d lecturers whose own waves were drawn anew", panels, alarms.units)
	write("rhythm\tkind\tpromised\tmeasured\tstandard error")
	var groups []group
	for _, a := range alarms.rates {
		write("every %d weeks\t%s\t%.3f\t%.3f\t%.3f", a.rhythm, a.kind, a.promised, a.measured, a.se)
		if a.kind != analytics.KindChange {
			continue
		}
		if len(groups) == 0 || groups[len(groups)-1].heading != every(a.rhythm) {
			groups = append(groups, group{heading: every(a.rhythm)})
		}
		g := &groups[len(groups)-1]
		g.bars = append(g.bars,
			bar{label: fmt.Sprintf("promised %.2f", a.promised), value: a.promised},
			bar{label: "measured", value: a.measured, strong: true})
	}
	write("")
	write("The six waves as they are, every 4 weeks at .25: %d changes; with each lecturer's waves in random order %.1f", alarms.asIs, alarms.permuted)
	_ = w.Flush() // a strings.Builder never fails

	picture := chart{
		title:  "False alarms of change on real ratings where nothing changes",
		desc:   "Per class-year, promised and measured, lecturers of InstEval with their own waves drawn anew.",
		groups: groups,
		format: func(x float64) string { return fmt.Sprintf("%.3f", x) },
	}
	return report{text: text.String() + "\n", pictures: map[string]string{"insteval.svg": picture.svg()}}, nil
}

func every(rhythm int) string {
	if rhythm == 1 {
		return "a wave every week"
	}
	return fmt.Sprintf("a wave every %d weeks", rhythm)
}

// readRatings folds the rows into a panel. A lecturer of two departments counts
// as two.
func readRatings(t *table) (*ratingPanel, error) {
	lecturer, _ := t.index("d")
	wave, waves := t.index("lectage")
	dept, departments := t.index("dept")
	y, err := t.scale("y", 1, ratings)
	if err != nil {
		return nil, err
	}
	p := &ratingPanel{total: make([]analytics.Proportion, len(waves))}
	for i := range waves {
		p.panel.Weeks = append(p.panel.Weeks, 4*i)
	}
	type key struct{ lecturer, dept int }
	at := map[key]int{}
	var counts [][]uint32 // per unit: waves × ratings
	for i := range y {
		if y[i] == 0 || lecturer[i] < 0 || wave[i] < 0 || dept[i] < 0 {
			continue
		}
		k := key{lecturer[i], dept[i]}
		u, ok := at[k]
		if !ok {
			u = len(counts)
			at[k] = u
			counts = append(counts, make([]uint32, len(waves)*ratings))
			p.panel.Units = append(p.panel.Units, analytics.Unit{Name: fmt.Sprint(u), School: departments[dept[i]]})
			p.bad = append(p.bad, make([]analytics.Proportion, len(waves)))
		}
		counts[u][wave[i]*ratings+y[i]-1]++
		bad := &p.bad[u][wave[i]]
		bad.N++
		p.total[wave[i]].N++
		if y[i] <= badFrom {
			bad.Y++
			p.total[wave[i]].Y++
		}
	}
	p.panel.Items = []analytics.Stream{"bad"}
	for u, c := range counts {
		for v := range waves {
			cell := analytics.Cell{Score: moments(c[v*ratings : (v+1)*ratings])}
			cell.Low.N = float64(cell.Score.N)
			for rating, n := range c[v*ratings : (v+1)*ratings] {
				if rating < analytics.LowCut {
					cell.Low.Y += float64(n)
				}
			}
			p.panel.Cells, p.panel.Counts = append(p.panel.Cells, cell), append(p.panel.Counts, p.bad[u][v])
		}
	}
	return p, nil
}

// moments of ratings 1, 2, 3 …, as a composite of one item.
func moments(counts []uint32) analytics.Moments {
	histogram := make([]uint32, analytics.Bins)
	for i, n := range counts {
		histogram[5*i] = n
	}
	return analytics.Composite(histogram)
}

// within is the pooled variance of ratings of one lecturer in one wave.
func (p *ratingPanel) within() float64 {
	var squares, degrees float64
	for _, c := range p.panel.Cells {
		if c.Score.N > 1 {
			squares += c.Score.Squares
			degrees += float64(c.Score.N - 1)
		}
	}
	if degrees == 0 {
		return 0
	}
	return squares / degrees
}

// levels judges each lecturer by all waves, against the others in the same
// waves.
func (p *ratingPanel) levels() (levelLine, float64, error) {
	model, err := analytics.FitResponse(p.bad)
	if err != nil {
		return levelLine{}, 0, err
	}
	reference := make([]float64, len(p.total))
	for t, c := range p.total {
		reference[t] = c.Y / c.N
	}
	pool := analytics.Level{Phi: model.Phi, Waves: len(reference)}
	units := make([]unit, len(p.bad))
	for i, waves := range p.bad {
		units[i].count, units[i].reference = pool.Pool(waves, reference)
	}
	line, err := levels("bad ratings", units)
	return line, model.Phi, err
}

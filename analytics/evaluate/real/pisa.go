package main

import (
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
)

// item is a statement about belonging, answered 1 strongly agree to 4 strongly
// disagree.
type item struct {
	column, short string
	bad           bool // to agree is bad
}

var belonging = []item{
	{"ST27Q01", "feels like an outsider", true},
	{"ST27Q02", "does not make friends easily", false},
	{"ST27Q03", "does not feel they belong", false},
	{"ST27Q04", "feels awkward and out of place", true},
	{"ST27Q05", "is not liked by others", false},
	{"ST27Q06", "feels lonely", true},
}

// Codes 7, 8 and 9 say why there is no answer.
var pisaMissing = []int{7, 8, 9}

func pisaColumns() []string {
	columns := []string{"SCHOOLID"}
	for _, q := range belonging {
		columns = append(columns, q.column)
	}
	return columns
}

// pisa takes each school as a class that answered once: the spread between
// schools, and the schools that stand out.
func pisa(t *table) (report, error) {
	school, names := t.index("SCHOOLID")
	composite := make([]float64, t.rows)
	complete := slices.Clone(school)
	var text strings.Builder
	w := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
	var lines []levelLine
	for _, q := range belonging {
		answers, err := t.scale(q.column, 1, 4, pisaMissing...)
		if err != nil {
			return report{}, err
		}
		values := make([]float64, t.rows)
		answered := slices.Clone(school)
		schools := make([]unit, len(names))
		for i, a := range answers {
			if a == 0 || school[i] < 0 {
				answered[i], complete[i] = -1, -1
				continue
			}
			good := a
			if !q.bad {
				good = 5 - a
			}
			values[i] = float64(good)
			composite[i] += float64(good)
			schools[school[i]].count.N++
			if good <= 2 {
				schools[school[i]].count.Y++
			}
		}
		line, err := levels(q.short, schools)
		if err != nil {
			return report{}, fmt.Errorf("%s: %w", q.column, err)
		}
		line.spread = oneWay(values, answered, len(names))
		lines = append(lines, line)
	}
	for i := range composite {
		composite[i] /= float64(len(belonging))
	}
	whole := oneWay(composite, complete, len(names))

	write := func(format string, args ...any) { _, _ = fmt.Fprintf(w, format+"\n", args...) }
	write("PISA 2003, Netherlands: %d pupils in %d schools; answers 1-4, 4 good; schools with fewer than two answers are left out.", t.rows, len(names))
	write("")
	write("who\tpupils\tschools\tshare\tbetween\twithin\tcorrelation\tof counts\tP > .8")
	for _, l := range lines {
		write("%s\t%.0f\t%d\t%.3f\t%.4f\t%.4f\t%.4f\t%.4f\t%d", l.name, l.respondents, l.units, l.fit.Mean,
			l.spread.between, l.spread.within, l.spread.correlation(), l.fit.Rho, l.certain)
	}
	write("mean of all six\t\t\t\t%.4f\t%.4f\t%.4f\t\t", whole.between, whole.within, whole.correlation())
	write("")
	write("Schools flagged as 1.5 times worse than the mean, at thresholds that flag 1 %% and 5 %% of schools")
	write("where schools differ by chance alone\t\t\tand where they differ as the fitted ones do")
	write("who\t1 %%\t5 %%\t1 %%\t5 %%\tof")
	for _, l := range lines {
		write("%s\t%d\t%d\t%d\t%d\t%d", l.name, l.chance[0], l.chance[1], l.usual[0], l.usual[1], l.units)
	}
	_ = w.Flush() // a strings.Builder never fails

	var bars []bar
	for _, l := range lines {
		bars = append(bars, bar{label: l.name, value: l.spread.correlation()})
	}
	bars = append(bars, bar{label: "mean of all six", value: whole.correlation(), strong: true})
	picture := chart{
		title:  "How much of the difference in belonging lies between schools",
		desc:   "Intraclass correlations of six items and of their mean, PISA 2003, Netherlands.",
		groups: []group{{bars: bars}},
		format: percent,
	}
	return report{text: text.String() + "\n", pictures: map[string]string{"pisa.svg": picture.svg()}}, nil
}

package main

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"text/tabwriter"

	"github.com/folgmed/folgmed/analytics"
)

type question struct{ column, short string }

var (
	troubles = []question{
		{"Q23", "bullied at school"},
		{"Q24", "bullied online"},
		{"Q25", "sad or hopeless"},
	}
	attributes = []question{
		{"Sex", "sex"},
		{"Grade", "grade"},
		{"Race", "race or ethnicity"},
		{"SexOrientation", "sexual orientation"},
	}
)

func yrbsColumns() []string {
	columns := []string{"psu"}
	for _, q := range append(append([]question{}, attributes...), troubles...) {
		columns = append(columns, q.column)
	}
	return columns
}

// yrbs asks of each attribute whether some of its values have more of a trouble
// than the others in the same primary sampling unit, and which.
func yrbs(t *table) (report, error) {
	cluster, clusters := t.index("psu")
	var text strings.Builder
	w := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
	write := func(format string, args ...any) { _, _ = fmt.Fprintf(w, format+"\n", args...) }
	write("YRBS 2019: %d pupils in %d primary sampling units. E is the evidence that some values of the attribute", t.rows, len(clusters))
	write("have more of it than the others do; shuffled is the mean E of %d times with the attribute shuffled within units.", shuffles)
	pictures := map[string]string{}
	for _, q := range troubles {
		yes, err := answers(t, q.column)
		if err != nil {
			return report{}, err
		}
		write("")
		write("%s", q.short)
		write("attribute\tlog10 E\tshuffled E\ton top\tshare of the evidence, value by value")
		picture := chart{
			title:  "Who was " + q.short + ", by attribute",
			desc:   "Share of pupils in YRBS 2019, unweighted.",
			mark:   "in the group with most evidence of more than the others in the same place",
			format: percent,
		}
		for _, a := range attributes {
			of, names := t.index(a.column)
			found, err := analytics.Subsets{}.Level(cross(cluster, len(clusters), of, len(names), yes))
			if err != nil {
				return report{}, fmt.Errorf("%s by %s: %w", q.column, a.column, err)
			}
			var still float64
			rnd := rand.New(rand.NewPCG(2019, 1)) //nolint:gosec // a shuffle that must come out the same again
			for range shuffles {
				none, err := analytics.Subsets{}.Level(cross(cluster, len(clusters), shuffle(rnd, cluster, len(clusters), of, yes), len(names), yes))
				if err != nil {
					return report{}, fmt.Errorf("%s by %s: %w", q.column, a.column, err)
				}
				still += math.Exp(none.LogE) / shuffles
			}
			shares := make([]string, len(names))
			for v, name := range names {
				shares[v] = fmt.Sprintf("%s %.2f", name, found.Values[v])
			}
			top := "none: E is below 10"
			if found.LogE >= math.Log(convincing) {
				parts := make([]string, len(found.Top))
				for i, v := range found.Top {
					parts[i] = names[v]
				}
				top = strings.Join(parts, ", ")
			}
			write("%s\t%.1f\t%.2f\t%s\t%s", a.short, found.LogE/math.Ln10, still, top, strings.Join(shares, ", "))
			picture.groups = append(picture.groups, share(a, names, of, yes, found))
		}
		pictures["yrbs-"+strings.ToLower(q.column)+".svg"] = picture.svg()
	}
	_ = w.Flush() // a strings.Builder never fails
	return report{text: text.String() + "\n", pictures: pictures}, nil
}

const (
	shuffles   = 10
	convincing = 10 // the least E that names a group
)

// answers is 1 for yes, 0 for no and -1 for none.
func answers(t *table, column string) ([]int, error) {
	yes := make([]int, t.rows)
	for i, field := range t.columns[column] {
		switch {
		case missing(field):
			yes[i] = -1
		case field == "TRUE":
			yes[i] = 1
		case field != "FALSE":
			return nil, fmt.Errorf("row %d: %s is %q; answers are TRUE and FALSE", i+1, column, field)
		}
	}
	return yes, nil
}

// cross counts yes by cluster and value, as one wave. Pupils without an answer,
// a value or a cluster are left out.
func cross(cluster []int, clusters int, of []int, values int, yes []int) [][][]analytics.Proportion {
	counts := make([][][]analytics.Proportion, clusters)
	for g := range counts {
		counts[g] = [][]analytics.Proportion{make([]analytics.Proportion, values)}
	}
	for i, g := range cluster {
		if g >= 0 && of[i] >= 0 && yes[i] >= 0 {
			p := &counts[g][0][of[i]]
			p.N++
			p.Y += float64(yes[i])
		}
	}
	return counts
}

// shuffle deals the values anew among the pupils of each cluster who have one
// and an answer.
func shuffle(rnd *rand.Rand, cluster []int, clusters int, of, yes []int) []int {
	members := make([][]int, clusters)
	for i, g := range cluster {
		if g >= 0 && of[i] >= 0 && yes[i] >= 0 {
			members[g] = append(members[g], i)
		}
	}
	dealt := make([]int, len(of))
	copy(dealt, of)
	for _, m := range members {
		rnd.Shuffle(len(m), func(i, j int) { dealt[m[i]], dealt[m[j]] = dealt[m[j]], dealt[m[i]] })
	}
	return dealt
}

// share is the bars of one attribute; marked are those of its top subset if the
// evidence is convincing.
func share(a question, names []string, of, yes []int, found analytics.SubsetEvidence) group {
	counts := make([]analytics.Proportion, len(names))
	for i, v := range of {
		if v >= 0 && yes[i] >= 0 {
			counts[v].N++
			counts[v].Y += float64(yes[i])
		}
	}
	g := group{heading: a.short}
	for v, name := range names {
		if counts[v].N > 0 {
			g.bars = append(g.bars, bar{label: name, value: counts[v].Y / counts[v].N})
		}
	}
	if found.LogE >= math.Log(convincing) {
		for _, v := range found.Top {
			for i := range g.bars {
				if g.bars[i].label == names[v] {
					g.bars[i].strong = true
				}
			}
		}
	}
	return g
}
